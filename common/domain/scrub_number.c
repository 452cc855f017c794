/*
 * Numbers a person is reached by. A matcher gets the cells from where a run begins and says how many of them are one
 * number; the first that fits wins. What the digits alone do not say, the word before them does.
 */
#include "domain/datetime.h"
#include "domain/scrub_parts.h"

enum {
    MOBILE_DIGITS = 11,
    MASKED_LEAST = 7,
    MASKED_MOST = 18,
    MASKED_IDENTITY_LEAST = 15,
    NUMERALS_MOST = 12,
    ACCOUNT_LETTERS_MOST = 20,
    MAIL_PART_MOST = 64
};

bool scrub_number_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

bool scrub_number_letter(uint32_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool scrub_number_alnum(uint32_t c)
{
    return scrub_number_digit(c) || scrub_number_letter(c);
}

bool scrub_number_gap(uint32_t c)
{
    return c == '-' || c == ' ' || c == '.';
}

size_t scrub_number_digits(const uint32_t *s)
{
    size_t count = 0;
    while (scrub_number_digit(s[count]))
        count++;
    return count;
}

int32_t scrub_number_value(const uint32_t *s, size_t size)
{
    int32_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value * 10 + (int32_t)(s[i] - '0');
    return value;
}

bool scrub_number_date(int32_t year, const uint32_t *month_day)
{
    Datetime civil = {.year = year,
                      .month = scrub_number_value(month_day, 2),
                      .day = scrub_number_value(month_day + 2, 2)};
    int64_t unused;
    return datetime_from_civil(&civil, 0, &unused);
}

size_t scrub_number_grouped(const uint32_t *s, ScrubGrouping how, uint32_t *digits)
{
    size_t at = 0;
    size_t count = 0;
    for (;;) {
        size_t group = 0;
        while (group <= how.most && scrub_number_digit(s[at + group]))
            group++;
        if (group == 0 || group > how.most || count + group > how.want)
            return 0;
        for (size_t i = 0; i < group; i++)
            digits[count++] = s[at + i];
        at += group;
        if (count == how.want)
            return at;
        if (group < how.least || !scrub_number_gap(s[at]))
            return 0;
        at++;
    }
}

/* Hidden by asterisks: 199****0001, 990101********0014, 99010119800101****, 0757****01; mobile numbers by x too. */
static size_t match_masked(const uint32_t *s, bool *identity)
{
    *identity = false;
    size_t head = scrub_number_digits(s);
    size_t hidden = 0;
    uint32_t mask = s[head];
    if (mask != '*' && mask != 'x' && mask != 'X')
        return 0;
    while (s[head + hidden] == mask && hidden < MASKED_MOST)
        hidden++;
    size_t tail = scrub_number_digits(s + head + hidden);
    if (mask != '*')
        return head == 3 && s[0] == '1' && hidden == 4 && tail == 4 ? MOBILE_DIGITS : 0;
    uint32_t end = s[head + hidden + tail];
    if (tail == 0 && scrub_is_token(end))
        return 0;
    if (end == 'X' || end == 'x')
        tail++;
    size_t size = head + hidden + tail;
    *identity = size >= MASKED_IDENTITY_LEAST;
    if (hidden < 3 || tail > 6 || size < MASKED_LEAST || size > MASKED_MOST ||
        (head > 6 && !*identity))
        return 0;
    return size;
}

static bool begins_mobile(const uint32_t *s)
{
    return s[0] == '1' && s[1] >= '3' && s[1] <= '9';
}

/* The decimals of a coordinate: two or three digits and a full stop before them. */
static bool is_fraction(const uint32_t *before)
{
    if (before[0] != '.')
        return false;
    size_t whole = 0;
    while (whole < 4 && scrub_number_digit(before[-1 - (ptrdiff_t)whole]))
        whole++;
    return whole == 2 || whole == 3;
}

/* Eleven digits in one piece, as 3-4-4, 3-8 or 7-4; behind a word in any groups. */
static size_t match_mobile(const uint32_t *s, ScrubWordKind word)
{
    if (!begins_mobile(s))
        return 0;
    size_t run = scrub_number_digits(s);
    if (run == MOBILE_DIGITS)
        return run;
    uint32_t digits[MOBILE_DIGITS];
    bool named = word == SCRUB_WORD_PHONE || word == SCRUB_WORD_WECHAT;
    size_t size = scrub_number_grouped(s, (ScrubGrouping){MOBILE_DIGITS, named ? 2 : 3, 8}, digits);
    if (size == 0 || scrub_number_digit(s[size]))
        return 0;
    size_t second = scrub_number_digits(s + run + 1);
    if (run == 3 && second == 4 && size == MOBILE_DIGITS + 2)
        return size;
    if (s[run] == '.')
        return 0; /* 130.12345678 is a longitude */
    if (named)
        return size;
    if (run == 3 && second == 8)
        return scrub_number_date(scrub_number_value(digits + 3, 4), digits + 7) ? 0 : size;
    return run == 7 && second == 4 ? size : 0;
}

/* -802, 转802, 分机802: what is dialled behind a landline. */
static size_t match_extension(const uint32_t *s)
{
    size_t at = 0;
    if (s[0] == '-' || s[0] == u'转')
        at = 1;
    else if (s[0] == u'分' && s[1] == u'机')
        at = 2;
    else
        return 0;
    if (s[at] == u'分' && s[at + 1] == u'机')
        at += 2;
    while (s[at] == ' ' || s[at] == ':')
        at++;
    size_t digits = scrub_number_digits(s + at);
    return digits >= 1 && digits <= 6 ? at + digits : 0;
}

static size_t match_landline(const uint32_t *s)
{
    size_t open = s[0] == '(' ? 1 : 0;
    s += open;
    if (s[0] != '0' || s[1] == '0' || !scrub_number_digit(s[1]))
        return 0;
    size_t area = scrub_number_digits(s);
    size_t area_size = s[1] == '1' || s[1] == '2' ? 3 : 4;
    if (open == 0 && area >= area_size + 7 && area <= area_size + 8)
        return area + match_extension(s + area);
    if (area != area_size || (open == 1 && s[area] != ')'))
        return 0;
    size_t gap = scrub_number_gap(s[area]) || s[area] == ')' ? 1 : 0;
    if (gap == 1 && s[area] == ')' && scrub_number_gap(s[area + 1]))
        gap = 2;
    if (gap == 0)
        return 0;
    size_t local = scrub_number_digits(s + area + gap);
    size_t size = area + gap + local;
    if (local == 4 && scrub_number_gap(s[size]) && scrub_number_digits(s + size + 1) == 4)
        return open + size + 5;
    return local == 7 || local == 8 ? open + size + match_extension(s + size) : 0;
}

/* +86, 0086 or 86 before a mobile or a landline without its 0. */
static size_t match_country(const uint32_t *s, ScrubWordKind word)
{
    size_t at = s[0] == '+' ? 1 : 0;
    if (s[at] == '0' && s[at + 1] == '0')
        at += 2;
    if (s[at] != '8' || s[at + 1] != '6')
        return 0;
    at += 2;
    if (scrub_number_gap(s[at]))
        at++;
    size_t mobile = match_mobile(s + at, word);
    if (mobile > 0)
        return at + mobile;
    size_t digits = scrub_number_digits(s + at);
    return s[0] == '+' && digits >= 9 && digits <= 11 ? at + digits : 0;
}

/* 400 and 800: an organisation's, in any groups. */
static size_t match_service(const uint32_t *s)
{
    uint32_t unused[10];
    if ((s[0] != '4' && s[0] != '8') || s[1] != '0' || s[2] != '0')
        return 0;
    size_t size = scrub_number_grouped(s, (ScrubGrouping){10, 3, 10}, unused);
    return size > 0 && !scrub_number_digit(s[size]) ? size : 0;
}

/* Seven or eight digits behind a word, no date. */
static size_t match_local(const uint32_t *s)
{
    size_t digits = scrub_number_digits(s);
    if ((digits != 7 && digits != 8) || s[0] < '2')
        return 0;
    if (digits == 8 && s[0] == '2' && s[1] == '0' &&
        scrub_number_date(scrub_number_value(s, 4), s + 4))
        return 0;
    return digits + match_extension(s + digits);
}

/* A number read out: eleven of 一 to 九, 零, 〇, 幺 that begin as a mobile does; behind a word seven are enough. */
static size_t match_numerals(const uint32_t *s, uint32_t before, ScrubWordKind word)
{
    static const char16_t NUMERALS[] = u"零一二三四五六七八九〇幺洞两";
    bool one = s[0] == NUMERALS[1] || s[0] == NUMERALS[11];
    if (!one && word != SCRUB_WORD_PHONE)
        return 0;
    size_t size = 0;
    for (size_t digit = 0; digit < sizeof(NUMERALS) / sizeof(NUMERALS[0]) - 1;) {
        if (s[size] == NUMERALS[digit]) {
            size++;
            digit = 0;
        } else {
            digit++;
        }
        if (size > NUMERALS_MOST)
            return 0;
    }
    for (size_t digit = 0; digit < sizeof(NUMERALS) / sizeof(NUMERALS[0]) - 1; digit++)
        if (before == NUMERALS[digit])
            return 0;
    bool mobile = size == MOBILE_DIGITS && one;
    return mobile || (word == SCRUB_WORD_PHONE && size >= 7) ? size : 0;
}

static size_t alnum_at(const uint32_t *s, size_t most)
{
    size_t size = 0;
    while (size <= most && (scrub_number_alnum(s[size]) || s[size] == '_' || s[size] == '-'))
        size++;
    return size;
}

static size_t match_mail(const uint32_t *s)
{
    size_t local = 0;
    while (local < MAIL_PART_MOST && (scrub_number_alnum(s[local]) || s[local] == '.' ||
                                      s[local] == '_' || s[local] == '-' || s[local] == '+'))
        local++;
    if (s[local] != '@')
        return 0;
    const uint32_t *domain = s + local + 1;
    size_t size = 0;
    size_t end = 0; /* behind the last label */
    bool dotted = false;
    while (size < MAIL_PART_MOST &&
           (scrub_number_alnum(domain[size]) || domain[size] == '.' || domain[size] == '-')) {
        dotted =
            dotted || (domain[size] == '.' && size > 0 && scrub_number_alnum(domain[size + 1]));
        size++;
        if (scrub_number_alnum(domain[size - 1]))
            end = size;
    }
    return dotted ? local + 1 + end : 0;
}

static size_t match_account(const uint32_t *s, ScrubWordKind word)
{
    size_t digits = scrub_number_digits(s);
    if (word == SCRUB_WORD_QQ)
        return digits >= 5 && digits <= 11 && !scrub_number_letter(s[digits]) ? digits : 0;
    size_t size = alnum_at(s, ACCOUNT_LETTERS_MOST);
    if (word != SCRUB_WORD_WECHAT || size > ACCOUNT_LETTERS_MOST || scrub_is_token(s[size]))
        return 0;
    return size >= 6 || (digits == size && digits == 5) ? size : 0;
}

static size_t match_telephone(const uint32_t *s, const uint32_t *before, ScrubWordKind word)
{
    if (is_fraction(before))
        return 0;
    size_t size = match_country(s, word);
    if (size == 0)
        size = match_mobile(s, word);
    return size > 0 ? size : match_landline(s);
}

static size_t
match_digits(const uint32_t *s, const uint32_t *before, ScrubWordKind word, uint32_t *token)
{
    bool identity;
    *token = SCRUB_NUMBER;
    size_t size = match_telephone(s, before, word);
    if (size > 0)
        return size;
    size = match_masked(s, &identity);
    if (size > 0) {
        *token = identity ? SCRUB_IDENTITY : SCRUB_NUMBER;
        return size;
    }
    *token = SCRUB_CARD;
    size = scrub_paper_card(s, word);
    if (size > 0)
        return size;
    *token = SCRUB_IDENTITY;
    size = scrub_paper_identity(s, word);
    if (size > 0)
        return size;
    *token = SCRUB_NUMBER;
    return word == SCRUB_WORD_PHONE ? match_local(s) : 0;
}

size_t scrub_number_match(
    const uint32_t *s, const uint32_t *before, ScrubWordKind word, uint32_t *token, size_t *kept)
{
    *kept = 0;
    *token = SCRUB_NUMBER;
    if (scrub_plate_begins(s[0])) {
        *token = SCRUB_PLATE;
        return scrub_plate(s, before, word);
    }
    if (!scrub_number_alnum(s[0]))
        return s[0] == '+' || s[0] == '(' ? match_telephone(s, before, word)
                                          : match_numerals(s, before[0], word);
    bool alone = !scrub_number_alnum(before[0]);
    size_t size = alone ? match_mail(s) : 0;
    if (size > 0) {
        *token = SCRUB_MAIL;
        return size;
    }
    if (word == SCRUB_WORD_QQ || (word == SCRUB_WORD_WECHAT && alone))
        size = match_account(s, word);
    if (size == 0 && alone && (word == SCRUB_WORD_PASSPORT || word == SCRUB_WORD_IDENTITY)) {
        size = scrub_paper_lettered(s);
        *token = size > 0 ? SCRUB_IDENTITY : SCRUB_NUMBER;
    }
    if (size == 0 && scrub_number_digit(s[0])) {
        *kept = match_service(s);
        if (*kept > 0)
            return 0;
        size = match_digits(s, before, word, token);
    }
    return size > 0 && scrub_paper_credit_code(s, before) ? 0 : size;
}
