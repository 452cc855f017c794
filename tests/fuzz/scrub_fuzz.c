/*
 * The first byte chooses where in the rest of the text a person is planted, and how the number is written. A letter: the
 * other bytes are not the text itself but each chooses a piece of it, so that words, names and numbers meet in every
 * order. Whatever stands around, neither the number nor the name comes through; what comes out is UTF-8 and stays as it
 * is when it is scrubbed again.
 */
#include "fuzz.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/scrub.h"

enum { PLACES = 64, FORMS = 4 };

/* Between full stops, so that it is a number and a name to every reader. */
static const char *const PLANTED[FORMS] = {"。19900007531。", "。199-0000-7531。",
                                           "。１９９００００７５３１。", "。+86 199 0000 7531。"};
static const char *const MUST_GO[FORMS] = {"19900007531", "199-0000-7531", "１９９００００７５３１",
                                           "199 0000 7531"};
static const char PERSON[] = "。张试验先生。";
static const char NAME[] = "张试验";

static const char *const PIECES[] = {
    "我叫",
    "本人",
    "我是",
    "姓",
    "姓名",
    "：",
    "，",
    "。",
    "、",
    "（",
    "）",
    " ",
    "-",
    ".",
    "联系人",
    "业主",
    "来电人",
    "先生",
    "女士",
    "师傅",
    "阿姨",
    "王",
    "小",
    "二",
    "于",
    "方",
    "欧阳",
    "高",
    "度",
    "马",
    "上",
    "的",
    "称",
    "反映",
    "家",
    "在",
    "和",
    "·",
    "样例",
    "某",
    "*",
    "****",
    "x",
    "X",
    "电话",
    "身份证",
    "银行卡",
    "账号",
    "工单号",
    "QQ",
    "微信",
    "号",
    "护照",
    "1",
    "9",
    "0",
    "199",
    "0000",
    "00001",
    "19900000001",
    "88880001",
    "0757",
    "400",
    "86",
    "+",
    "990101",
    "19650712",
    "990101196507120035",
    "6299010000000014",
    "G99000001",
    "wx_1a",
    "@",
    "a.cn",
    "〔号码〕",
    "〔姓名〕",
    "〔证件号〕",
    "〔",
    "男",
    "一",
    "九",
    "零",
    "转",
    "８",
    "路",
    "店",
    "91990101MA0TERT08C",
    "、李样例",
    "和张试验",
    "，女，",
    "\n",
    "群",
    "为",
    "编号",
    "们",
};

static Text pieces(Arena *arena, const uint8_t *data, size_t size)
{
    TextBuilder text = builder_new(arena);
    for (size_t i = 0; i < size; i++)
        builder_string(&text, PIECES[data[i] % (sizeof(PIECES) / sizeof(PIECES[0]))]);
    return builder_view(&text);
}

static Text scrubbed(Arena *arena, Text text)
{
    bool changed;
    Text once = scrub_text(arena, text, &changed);
    require(unicode_valid(once));
    require(changed || once.data == text.data);
    bool again;
    Text twice = scrub_text(arena, once, &again);
    require(text_equal(once, twice) && !again);
    return once;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    Arena *arena = arena_new(4096);
    bool repaired;
    Text text = unicode_repair(arena, (Text){(const char *)data + 1, size - 1}, &repaired);
    if (data[0] >= 'A')
        text = pieces(arena, data + 1, size - 1);
    scrubbed(arena, text);

    size_t form = data[0] % FORMS;
    Text head = unicode_prefix(text, data[0] / FORMS % PLACES);
    TextBuilder planted = builder_new(arena);
    builder_text(&planted, head);
    builder_string(&planted, PLANTED[form]);
    builder_string(&planted, PERSON);
    builder_text(&planted, text_slice(text, head.size, SIZE_MAX));
    Text rest = scrubbed(arena, builder_view(&planted));
    if (!text_contains(text, text_from(MUST_GO[form])))
        require(!text_contains(rest, text_from(MUST_GO[form])));
    if (!text_contains(text, text_from(NAME)))
        require(!text_contains(rest, text_from(NAME)));
    arena_free(arena);
    return 0;
}
