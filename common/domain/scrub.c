/*
 * The text is read once into a skeleton: one byte for each code point, ASCII (full-width folded) as it is, every
 * other code point as 0x01, with its byte position beside it. At each start of a run of digits the matchers are
 * asked in order; the first that fits names a length in the skeleton and what to put there.
 */
#include "domain/scrub.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/credit_code.h"
#include "domain/datetime.h"

#include <string.h>

#define NUMBER_MARK "〔号码〕"
#define IDENTITY_MARK "〔证件号〕"

enum { OTHER = 0x01, DIGITS_LEAST = 5 };

typedef struct Skeleton {
    const char *bytes; /* padded with NUL */
    const uint32_t *offsets;
    size_t size;
    Text text;
} Skeleton;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_gap(char c)
{
    return c == '-' || c == ' ';
}

static size_t digits_at(const char *s)
{
    size_t count = 0;
    while (is_digit(s[count]))
        count++;
    return count;
}

static int64_t number_at(const char *s, size_t size)
{
    int64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value * 10 + (s[i] - '0');
    return value;
}

static bool is_date(int64_t year, const char *month_day)
{
    Datetime civil = {.year = (int32_t)year,
                      .month = (int32_t)number_at(month_day, 2),
                      .day = (int32_t)number_at(month_day + 2, 2)};
    int64_t unused;
    return datetime_from_civil(&civil, 0, &unused);
}

static bool identity_check_digit(const char *s)
{
    static const int WEIGHTS[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (size_t i = 0; i < 17; i++)
        sum += (s[i] - '0') * WEIGHTS[i];
    char last = s[17] == 'x' ? 'X' : s[17];
    return "10X98765432"[sum % 11] == last;
}

static bool is_credit_code(const char *s)
{
    char upper[CREDIT_CODE_SIZE];
    for (size_t i = 0; i < CREDIT_CODE_SIZE; i++)
        upper[i] = s[i] >= 'a' && s[i] <= 'z' ? (char)(s[i] - 'a' + 'A') : s[i];
    return credit_code_valid((Text){upper, CREDIT_CODE_SIZE});
}

/* The whole run of letters and digits around `at` is a credit code. */
static bool inside_credit_code(const Skeleton *skeleton, size_t at)
{
    size_t from = at;
    size_t end = at;
    while (from > 0 && is_alnum(skeleton->bytes[from - 1]))
        from--;
    while (is_alnum(skeleton->bytes[end]))
        end++;
    if (end - from != CREDIT_CODE_SIZE)
        return false;
    bool letters = false;
    for (size_t i = from; i + 1 < end; i++)
        letters = letters || !is_digit(skeleton->bytes[i]);
    return letters && is_credit_code(skeleton->bytes + from);
}

static size_t match_identity(const char *s)
{
    size_t digits = digits_at(s);
    if (digits == 15) {
        int64_t year = number_at(s + 6, 2);
        return year >= 20 && is_date(1900 + year, s + 8) ? 15 : 0;
    }
    bool x = digits == 17 && (s[17] == 'x' || s[17] == 'X') && !is_alnum(s[18]);
    if (digits != 18 && !x)
        return 0;
    int64_t year = number_at(s + 6, 4);
    bool born = year >= 1900 && year <= 2099 && is_date(year, s + 10);
    bool checked = identity_check_digit(s);
    if (!checked && !x && is_credit_code(s))
        return 0;
    return born || checked ? 18 : 0;
}

/* Hidden by asterisks: 199****0001, 990101********0014, 99010119800101****, 0757****01. */
static size_t match_masked(const char *s, bool *identity)
{
    size_t head = digits_at(s);
    size_t stars = 0;
    while (s[head + stars] == '*')
        stars++;
    size_t tail = digits_at(s + head + stars);
    if (s[head + stars + tail] == 'X' || s[head + stars + tail] == 'x')
        tail++;
    size_t size = head + stars + tail;
    *identity = size >= 15;
    if (stars < 3 || tail > 6 || size < 7 || size > 18 || (head > 6 && !*identity))
        return 0;
    return size;
}

/* Eleven digits in one piece or as 3-4-4. */
static size_t match_mobile(const char *s)
{
    static const size_t GROUPS[] = {3, 4, 4};
    if (s[0] != '1' || s[1] < '3' || s[1] > '9')
        return 0;
    if (digits_at(s) == 11)
        return 11;
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        if (i > 0 && !is_gap(s[at++]))
            return 0;
        if (digits_at(s + at) != GROUPS[i])
            return 0;
        at += GROUPS[i];
    }
    return at;
}

static size_t match_landline(const char *s)
{
    if (s[0] != '0' || s[1] == '0')
        return 0;
    size_t area = digits_at(s);
    size_t area_size = s[1] == '1' || s[1] == '2' ? 3 : 4;
    if (area >= area_size + 7 && area <= area_size + 8)
        return area;
    if (area != area_size)
        return 0;
    size_t gap = is_gap(s[area]) || s[area] == ')' ? 1 : 0;
    if (gap == 0)
        return 0;
    size_t local = digits_at(s + area + gap);
    return local == 7 || local == 8 ? area + gap + local : 0;
}

/* +86, 0086 or 86 before a mobile or a landline without its 0. */
static size_t match_country(const char *s)
{
    size_t at = s[0] == '+' ? 1 : 0;
    if (memcmp(s + at, "0086", 4) == 0)
        at += 4;
    else if (memcmp(s + at, "86", 2) == 0)
        at += 2;
    else
        return 0;
    if (is_gap(s[at]))
        at++;
    size_t mobile = match_mobile(s + at);
    if (mobile > 0)
        return at + mobile;
    size_t digits = digits_at(s + at);
    return s[0] == '+' && digits >= 9 && digits <= 11 ? at + digits : 0;
}

static bool after_word(const Skeleton *skeleton, size_t at)
{
    static const char *const WORDS[] = {"电话", "手机", "联系方式", "号码", "座机",
                                        "致电", "tel",  "Tel",      "TEL"};
    size_t from = at > 8 ? at - 8 : 0;
    Text before = text_slice(skeleton->text, skeleton->offsets[from],
                             skeleton->offsets[at] - skeleton->offsets[from]);
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (text_contains(before, text_from(WORDS[i])))
            return true;
    return false;
}

static size_t match_local(const Skeleton *skeleton, size_t at)
{
    const char *s = skeleton->bytes + at;
    size_t digits = digits_at(s);
    return (digits == 7 || digits == 8) && s[0] >= '2' && after_word(skeleton, at) ? digits : 0;
}

static size_t match_at(const Skeleton *skeleton, size_t at, const char **mark)
{
    const char *s = skeleton->bytes + at;
    bool identity = false;
    *mark = NUMBER_MARK;
    size_t size = match_country(s);
    if (size == 0)
        size = match_mobile(s);
    if (size == 0)
        size = match_landline(s);
    if (size == 0)
        size = match_masked(s, &identity);
    if (size == 0) {
        size = match_identity(s);
        identity = size > 0;
    }
    if (size == 0)
        size = match_local(skeleton, at);
    if (size > 0 && inside_credit_code(skeleton, at))
        return 0;
    if (identity)
        *mark = IDENTITY_MARK;
    return size;
}

/* False when the text holds too few digits to hide anything. */
static bool read_skeleton(Arena *arena, Text text, Skeleton *skeleton)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.size && digits < DIGITS_LEAST; i++)
        digits += is_digit(text.data[i]) || (unsigned char)text.data[i] == 0xEF;
    if (digits < DIGITS_LEAST)
        return false;
    enum { PADDING = 40 };
    char *bytes = ARENA_ARRAY(arena, char, text.size + PADDING);
    uint32_t *offsets = ARENA_ARRAY(arena, uint32_t, text.size + 1);
    size_t size = 0;
    Text rest = text;
    uint32_t codepoint;
    while (rest.size > 0) {
        offsets[size] = (uint32_t)(text.size - rest.size);
        if (!unicode_next(&rest, &codepoint))
            break;
        if (codepoint >= 0xFF01 && codepoint <= 0xFF5E)
            codepoint -= 0xFEE0;
        if (codepoint == 0x2014 || codepoint == 0x2013)
            codepoint = '-';
        bytes[size++] = codepoint > 0 && codepoint < 0x80 ? (char)codepoint : OTHER;
    }
    offsets[size] = (uint32_t)text.size;
    *skeleton = (Skeleton){bytes, offsets, size, text};
    return true;
}

Text scrub_text(Arena *arena, Text text, bool *changed)
{
    if (changed != NULL)
        *changed = false;
    Skeleton skeleton;
    if (!read_skeleton(arena, text, &skeleton))
        return text;
    TextBuilder out = builder_new(arena);
    size_t copied = 0; /* bytes of the text already in `out` or replaced */
    bool found = false;
    for (size_t i = 0; i < skeleton.size;) {
        char c = skeleton.bytes[i];
        bool start = is_digit(c) || (c == '+' && is_digit(skeleton.bytes[i + 1]));
        const char *mark = NULL;
        size_t size = start ? match_at(&skeleton, i, &mark) : 0;
        if (size > 0) {
            found = true;
            builder_text(&out, text_slice(text, copied, skeleton.offsets[i] - copied));
            builder_string(&out, mark);
            i += size;
            copied = skeleton.offsets[i];
        } else if (start) {
            i += c == '+' ? 1 : digits_at(skeleton.bytes + i);
        } else {
            i++;
        }
    }
    if (!found)
        return text;
    builder_text(&out, text_slice(text, copied, SIZE_MAX));
    if (changed != NULL)
        *changed = true;
    return builder_view(&out);
}
