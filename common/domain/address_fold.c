/*
 * One pass for what nearly all text is made of (ASCII, Han, full-width forms, Chinese punctuation); whatever else NFKC
 * may change goes through unicode_fold first.
 */
#include "domain/address_fold.h"

#include "base/text_builder.h"
#include "base/unicode.h"

/* Traditional or variant -> simplified, for the words of the grammar and common names; sorted. */
static const uint32_t VARIANTS[][2] = {
    {U'個', U'个'}, {U'側', U'侧'}, {U'僑', U'侨'}, {U'劇', U'剧'}, {U'劉', U'刘'}, {U'勝', U'胜'},
    {U'區', U'区'}, {U'吳', U'吴'}, {U'單', U'单'}, {U'國', U'国'}, {U'圍', U'围'}, {U'園', U'园'},
    {U'場', U'场'}, {U'墻', U'墙'}, {U'孫', U'孙'}, {U'學', U'学'}, {U'實', U'实'}, {U'寶', U'宝'},
    {U'對', U'对'}, {U'層', U'层'}, {U'嶺', U'岭'}, {U'幹', U'干'}, {U'庫', U'库'}, {U'廈', U'厦'},
    {U'廣', U'广'}, {U'張', U'张'}, {U'後', U'后'}, {U'慶', U'庆'}, {U'戶', U'户'}, {U'書', U'书'},
    {U'東', U'东'}, {U'棟', U'栋'}, {U'楊', U'杨'}, {U'業', U'业'}, {U'榮', U'荣'}, {U'樓', U'楼'},
    {U'橋', U'桥'}, {U'機', U'机'}, {U'橫', U'横'}, {U'氣', U'气'}, {U'溝', U'沟'}, {U'溫', U'温'},
    {U'滿', U'满'}, {U'漢', U'汉'}, {U'濱', U'滨'}, {U'灘', U'滩'}, {U'灣', U'湾'}, {U'無', U'无'},
    {U'煙', U'烟'}, {U'熱', U'热'}, {U'燈', U'灯'}, {U'爾', U'尔'}, {U'牆', U'墙'}, {U'發', U'发'},
    {U'禮', U'礼'}, {U'範', U'范'}, {U'築', U'筑'}, {U'紀', U'纪'}, {U'紅', U'红'}, {U'紡', U'纺'},
    {U'統', U'统'}, {U'經', U'经'}, {U'綜', U'综'}, {U'綠', U'绿'}, {U'線', U'线'}, {U'緯', U'纬'},
    {U'縣', U'县'}, {U'織', U'织'}, {U'羅', U'罗'}, {U'義', U'义'}, {U'聖', U'圣'}, {U'聯', U'联'},
    {U'臺', U'台'}, {U'與', U'与'}, {U'興', U'兴'}, {U'莊', U'庄'}, {U'華', U'华'}, {U'萬', U'万'},
    {U'葉', U'叶'}, {U'蔣', U'蒋'}, {U'藍', U'蓝'}, {U'蘇', U'苏'}, {U'蘭', U'兰'}, {U'處', U'处'},
    {U'號', U'号'}, {U'衕', U'同'}, {U'衚', U'胡'}, {U'衛', U'卫'}, {U'裏', U'里'}, {U'裡', U'里'},
    {U'設', U'设'}, {U'許', U'许'}, {U'談', U'谈'}, {U'譚', U'谭'}, {U'豐', U'丰'}, {U'貳', U'贰'},
    {U'賀', U'贺'}, {U'賈', U'贾'}, {U'趙', U'赵'}, {U'車', U'车'}, {U'軍', U'军'}, {U'軒', U'轩'},
    {U'輝', U'辉'}, {U'農', U'农'}, {U'連', U'连'}, {U'進', U'进'}, {U'遊', U'游'}, {U'遠', U'远'},
    {U'邊', U'边'}, {U'鄉', U'乡'}, {U'鄒', U'邹'}, {U'鄧', U'邓'}, {U'鄭', U'郑'}, {U'醫', U'医'},
    {U'銀', U'银'}, {U'錦', U'锦'}, {U'鍾', U'钟'}, {U'鎮', U'镇'}, {U'鐘', U'钟'}, {U'鐵', U'铁'},
    {U'長', U'长'}, {U'門', U'门'}, {U'開', U'开'}, {U'間', U'间'}, {U'閻', U'阎'}, {U'陳', U'陈'},
    {U'陸', U'陆'}, {U'陽', U'阳'}, {U'際', U'际'}, {U'雲', U'云'}, {U'電', U'电'}, {U'靜', U'静'},
    {U'韓', U'韩'}, {U'風', U'风'}, {U'飯', U'饭'}, {U'館', U'馆'}, {U'馬', U'马'}, {U'馮', U'冯'},
    {U'驗', U'验'}, {U'驛', U'驿'}, {U'體', U'体'}, {U'鳳', U'凤'}, {U'麗', U'丽'}, {U'黃', U'黄'},
    {U'點', U'点'}, {U'龍', U'龙'}};

static uint32_t simplify(uint32_t codepoint)
{
    size_t low = 0;
    size_t high = sizeof VARIANTS / sizeof VARIANTS[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (VARIANTS[middle][0] == codepoint)
            return VARIANTS[middle][1];
        if (VARIANTS[middle][0] < codepoint)
            low = middle + 1;
        else
            high = middle;
    }
    return codepoint;
}

static bool is_space(uint32_t codepoint)
{
    return codepoint <= 0x20 || codepoint == 0x7F || codepoint == 0xA0 || codepoint == 0x3000 ||
           codepoint == 0x200B || codepoint == 0xFEFF || codepoint == 0x2028;
}

static bool is_alphanumeric(uint32_t codepoint)
{
    return (codepoint >= '0' && codepoint <= '9') || (codepoint >= 'A' && codepoint <= 'Z');
}

static bool is_plain(uint32_t codepoint)
{
    return codepoint < 0x80 || (codepoint >= 0x4E00 && codepoint <= 0x9FFF) ||
           (codepoint >= 0x3400 && codepoint <= 0x4DBF) ||
           (codepoint >= 0x3000 && codepoint <= 0x301F) ||
           (codepoint >= 0xFF01 && codepoint <= 0xFF5E) ||
           (codepoint >= 0x2010 && codepoint <= 0x201F) ||
           (codepoint >= 0x20000 && codepoint <= 0x2FA1F) || is_space(codepoint);
}

static uint32_t fold_one(uint32_t codepoint)
{
    if (codepoint >= 0xFF01 && codepoint <= 0xFF5E)
        codepoint -= 0xFEE0;
    if (codepoint >= 'a' && codepoint <= 'z')
        return codepoint - 'a' + 'A';
    if ((codepoint >= 0x2010 && codepoint <= 0x2015) || codepoint == 0x2212)
        return '-';
    if (codepoint == 0x301C)
        return '~';
    if (codepoint == 0x3007) /* 〇 */
        return 0x96F6;       /* 零 */
    return codepoint < 0x80 ? codepoint : simplify(codepoint);
}

static bool all_plain(Text text)
{
    uint32_t codepoint;
    while (unicode_next(&text, &codepoint))
        if (!is_plain(codepoint))
            return false;
    return true;
}

Folded address_fold(Text text, Arena *arena)
{
    if (!all_plain(text))
        text = unicode_fold(arena, text);
    Folded folded = {.codepoints = ARENA_ARRAY(arena, uint32_t, text.size + 1)};
    bool gap = false;
    uint32_t codepoint;
    while (unicode_next(&text, &codepoint)) {
        if (is_space(codepoint)) {
            gap = true;
            continue;
        }
        uint32_t next = fold_one(codepoint);
        if (gap && folded.count > 0 && is_alphanumeric(next) &&
            is_alphanumeric(folded.codepoints[folded.count - 1]))
            folded.codepoints[folded.count++] = '\n';
        gap = false;
        folded.codepoints[folded.count++] = next;
    }
    return folded;
}

Text address_unfold(const uint32_t *codepoints, size_t count, Arena *arena)
{
    TextBuilder builder = builder_new(arena);
    for (size_t i = 0; i < count; i++)
        builder_codepoint(&builder, codepoints[i]);
    return builder_view(&builder);
}
