/*
 * One pass for what nearly all text is made of (ASCII, Han, full-width forms, Chinese punctuation); whatever else NFKC
 * may change goes through unicode_fold first.
 */
#include "domain/address_fold.h"

#include "base/text_builder.h"
#include "base/unicode.h"

/* Traditional or variant -> simplified, for the words of the grammar; sorted. */
static const uint32_t VARIANTS[][2] = {
    {0x55AE, 0x5355}, /* 單 单 */
    {0x5712, 0x56ED}, /* 園 园 */
    {0x5340, 0x533A}, /* 區 区 */
    {0x5834, 0x573A}, /* 場 场 */
    {0x5C64, 0x5C42}, /* 層 层 */
    {0x5EE3, 0x5E7F}, /* 廣 广 */
    {0x5F04, 0x5F04}, /* 弄 */
    {0x6771, 0x4E1C}, /* 東 东 */
    {0x68DF, 0x680B}, /* 棟 栋 */
    {0x6A13, 0x697C}, /* 樓 楼 */
    {0x6A4B, 0x6865}, /* 橋 桥 */
    {0x7E23, 0x53BF}, /* 縣 县 */
    {0x83EF, 0x534E}, /* 華 华 */
    {0x865F, 0x53F7}, /* 號 号 */
    {0x8AC7, 0x8C08}, /* 談 谈 */
    {0x8ECA, 0x8F66}, /* 車 车 */
    {0x9109, 0x4E61}, /* 鄉 乡 */
    {0x93AE, 0x9547}, /* 鎮 镇 */
    {0x9580, 0x95E8}, /* 門 门 */
};

static uint32_t simplify(uint32_t codepoint)
{
    for (size_t i = 0; i < sizeof VARIANTS / sizeof VARIANTS[0]; i++)
        if (VARIANTS[i][0] == codepoint)
            return VARIANTS[i][1];
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
