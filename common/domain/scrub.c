/*
 * The text is read into cells, one code point each (scrub_parts.h). Numbers go first: read left to right and written
 * back to the front of the same array, a number becoming one token. Then names, which lean on numbers beside them
 * (scrub_name.c). What is a token in the end is written as its mark, everything else as the bytes it came as.
 *
 *   来电人王小二，电话１９９...  ->  来 电 人 王 小 二 ， 电 话 [NUMBER]  ->  来 电 人 [NAME] [FILL] [FILL] ， ...
 *
 * A mark in the text is the same token as a number just found, so that a second time nothing changes.
 */
#include "domain/scrub.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/scrub_parts.h"

static const char *const MARKS[] = {"〔号码〕", "〔证件号〕", "〔卡号〕", "〔邮箱〕",
                                    "〔姓名〕", "〔车牌〕",   "〔编号〕"};

enum { MARK_OPENS = u'〔', MARK_COUNT = SCRUB_TOKENS_END - SCRUB_NUMBER };

typedef struct Scrubber {
    Text text;
    uint32_t *cells;   /* with SCRUB_PADDING zeros on either side */
    uint32_t *offsets; /* of each cell's first byte, and one behind the last */
    size_t size;
} Scrubber;

static bool is_number(uint32_t c)
{
    return scrub_is_token(c) && c < SCRUB_NAME;
}

static uint32_t narrowed(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        return c - 0xFEE0;
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
        return '-';
    return c == 0x3000 || c == 0xA0 || c == '\t' ? ' ' : c;
}

/* The token of a mark at the front of `rest`, which is cut off; 0 when there is none. */
static uint32_t take_mark(Text *rest)
{
    for (size_t i = 0; i < MARK_COUNT; i++) {
        Text mark = text_from(MARKS[i]);
        if (text_starts(*rest, mark)) {
            *rest = text_slice(*rest, mark.size, SIZE_MAX);
            return SCRUB_NUMBER + (uint32_t)i;
        }
    }
    return 0;
}

static void read_cells(Scrubber *scrubber, Arena *arena)
{
    Text rest = scrubber->text;
    size_t most = unicode_length(rest);
    scrubber->cells = ARENA_ARRAY(arena, uint32_t, most + 2 * SCRUB_PADDING) + SCRUB_PADDING;
    scrubber->offsets = ARENA_ARRAY(arena, uint32_t, most + 1);
    size_t size = 0;
    while (rest.size > 0) {
        scrubber->offsets[size] = (uint32_t)(scrubber->text.size - rest.size);
        Text behind = rest;
        uint32_t c;
        unicode_next(&behind, &c);
        uint32_t mark = c == MARK_OPENS ? take_mark(&rest) : 0;
        scrubber->cells[size++] = mark != 0 ? mark : narrowed(c);
        if (mark == 0)
            rest = behind;
    }
    scrubber->offsets[size] = (uint32_t)scrubber->text.size;
    scrubber->size = size;
}

/* What the words before say of the next number. */
typedef struct Expected {
    ScrubWordKind word;
    size_t until; /* cell behind the word */
} Expected;

static bool ends_sentence(uint32_t c)
{
    return c == u'。' || c == ';' || c == '!' || c == '?' || c == '\n' || c == '\r';
}

static bool is_comma(uint32_t c)
{
    return c == ',';
}

/* What may stand between 微信 and the account: ": 号码是为（". */
static bool is_link(uint32_t c)
{
    return c == ':' || c == ' ' || c == '(' || c == u'号' || c == u'码' || c == u'是' || c == u'为';
}

static bool is_narrow(ScrubWordKind word)
{
    return word == SCRUB_WORD_QQ || word == SCRUB_WORD_WECHAT || word == SCRUB_WORD_PASSPORT;
}

/* A cell that is no number passes. A comma behind a number goes on with the list, any other ends what was expected. */
static void expect_after_cell(Expected *expected, const uint32_t *cell, uint32_t before, size_t at)
{
    size_t size;
    if (at < expected->until)
        return;
    const ScrubWord *word = scrub_words_at(cell, &size);
    if (word != NULL && word->kind <= SCRUB_WORD_PUBLIC) {
        *expected = (Expected){word->kind, at + size};
        return;
    }
    bool list =
        (scrub_number_digit(before) || is_number(before)) && expected->word != SCRUB_WORD_RECORD;
    if (ends_sentence(*cell) || (is_comma(*cell) && !list) ||
        (is_narrow(expected->word) && !is_link(*cell)))
        expected->word = SCRUB_WORD_NONE;
}

static void expect_after_token(Expected *expected, uint32_t token)
{
    if (is_narrow(expected->word) || (expected->word == SCRUB_WORD_RECORD && token != SCRUB_NAME))
        expected->word = SCRUB_WORD_NONE;
}

/* A number may begin here. */
static bool may_begin(uint32_t c, uint32_t before)
{
    if (scrub_number_digit(c))
        return !scrub_number_digit(before);
    if (scrub_number_letter(c))
        return !scrub_number_alnum(before);
    return true;
}

static bool hide_numbers(Scrubber *scrubber)
{
    uint32_t *cells = scrubber->cells;
    uint32_t *offsets = scrubber->offsets;
    Expected expected = {SCRUB_WORD_NONE, 0};
    bool found = false;
    size_t to = 0;
    for (size_t from = 0; from < scrubber->size;) {
        uint32_t token = cells[from];
        size_t kept = 0;
        size_t size = 0;
        uint32_t before = to > 0 ? cells[to - 1] : 0;
        if (scrub_is_token(token))
            expect_after_token(&expected, token);
        else if (may_begin(token, before))
            size = scrub_number_match(cells + from, cells + to - 1, expected.word, &token, &kept);
        if (size > 0) {
            found = true;
            offsets[to] = offsets[from];
            cells[to++] = token;
            from += size;
            expect_after_token(&expected, token);
            continue;
        }
        size_t run = kept;
        if (run == 0 && scrub_number_digit(cells[from]))
            run = scrub_number_digits(cells + from);
        if (run >= 5 && kept == 0 && expected.word == SCRUB_WORD_RECORD)
            expected.word = SCRUB_WORD_NONE;
        if (run == 0 && !scrub_is_token(cells[from]))
            expect_after_cell(&expected, cells + from, before, from);
        for (run = run > 0 ? run : 1; run > 0; run--, from++, to++) {
            cells[to] = cells[from];
            offsets[to] = offsets[from];
        }
    }
    offsets[to] = (uint32_t)scrubber->text.size;
    for (size_t i = to; i < scrubber->size; i++)
        cells[i] = 0;
    scrubber->size = to;
    return found;
}

static Text write_text(const Scrubber *scrubber, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    size_t copied = 0; /* bytes of the text already written or hidden */
    for (size_t i = 0; i < scrubber->size; i++) {
        uint32_t c = scrubber->cells[i];
        if (!scrub_is_token(c))
            continue;
        builder_text(&out, text_slice(scrubber->text, copied, scrubber->offsets[i] - copied));
        builder_string(&out, MARKS[c - SCRUB_NUMBER]);
        while (i + 1 < scrubber->size && scrubber->cells[i + 1] == SCRUB_FILL)
            i++;
        copied = scrubber->offsets[i + 1];
    }
    builder_text(&out, text_slice(scrubber->text, copied, SIZE_MAX));
    return builder_view(&out);
}

Text scrub_text(Arena *arena, Text text, bool *changed)
{
    Scrubber scrubber = {.text = text};
    bool hidden = false;
    if (text.size > 0) {
        read_cells(&scrubber, arena);
        hidden = hide_numbers(&scrubber);
        hidden = scrub_name_hide(scrubber.cells, scrubber.size) || hidden;
    }
    if (changed != NULL)
        *changed = hidden;
    return hidden ? write_text(&scrubber, arena) : text;
}

Text scrub_code(Arena *arena, Text text, bool *changed)
{
    enum { MOBILE_SIZE = 11 };
    bool code = true;
    for (size_t i = 0; i < text.size && code; i++) {
        char c = text.data[i];
        code = scrub_number_alnum((unsigned char)c) || c == '-' || c == '_' || c == '.';
    }
    if (!code || (text.size == MOBILE_SIZE && text_is_digits(text)))
        return scrub_text(arena, text, changed);
    if (changed != NULL)
        *changed = false;
    return text;
}
