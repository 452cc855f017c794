/*
 * Numbers of papers: identity cards (GB 11643, also of 15 digits), bank cards (Luhn, ISO/IEC 7812-1), passports and
 * passes; and the credit codes of organisations, which they must not be mistaken for. Record numbers have 16, 18 and 20
 * digits too: digits alone are believed when check digit and date are both right.
 */
#include "domain/credit_code.h"
#include "domain/scrub_parts.h"

enum {
    IDENTITY_DIGITS = 18,
    OLD_IDENTITY_DIGITS = 15,
    CARD_DIGITS_LEAST = 16,
    CARD_DIGITS_MOST = 19,
    /* nobody younger writes to a hotline, but record numbers have the dates of today */
    BORN_FIRST = 1900,
    BORN_LAST = 2019
};

static bool identity_check_digit(const uint32_t *s)
{
    static const int WEIGHTS[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (size_t i = 0; i < 17; i++)
        sum += (int)(s[i] - '0') * WEIGHTS[i];
    uint32_t last = s[17] == 'x' ? 'X' : s[17];
    return (uint32_t)(unsigned char)"10X98765432"[sum % 11] == last;
}

static bool is_credit_code(const uint32_t *s)
{
    char upper[CREDIT_CODE_SIZE];
    for (size_t i = 0; i < CREDIT_CODE_SIZE; i++)
        upper[i] = (char)(s[i] >= 'a' && s[i] <= 'z' ? s[i] - 'a' + 'A' : s[i]);
    return credit_code_valid((Text){upper, CREDIT_CODE_SIZE});
}

bool scrub_paper_credit_code(const uint32_t *s, const uint32_t *before)
{
    uint32_t code[CREDIT_CODE_SIZE];
    size_t left = 0;
    size_t right = 0;
    while (left <= CREDIT_CODE_SIZE && scrub_number_alnum(before[-(ptrdiff_t)left]))
        left++;
    while (right <= CREDIT_CODE_SIZE && scrub_number_alnum(s[right]))
        right++;
    if (left + right != CREDIT_CODE_SIZE)
        return false;
    bool letters = false;
    for (size_t i = 0; i < CREDIT_CODE_SIZE; i++) {
        code[i] = i < left ? before[-(ptrdiff_t)(left - 1 - i)] : s[i - left];
        letters = letters || (i + 1 < CREDIT_CODE_SIZE && scrub_number_letter(code[i]));
    }
    return letters && is_credit_code(code);
}

static bool was_born(const uint32_t *digits)
{
    int32_t year = scrub_number_value(digits + 6, 4);
    return year >= BORN_FIRST && year <= BORN_LAST && scrub_number_date(year, digits + 10);
}

static size_t old_identity(const uint32_t *s, ScrubWordKind word)
{
    int32_t year = 1900 + scrub_number_value(s + 6, 2);
    bool dated = year >= 1940 && scrub_number_date(year, s + 8);
    return word == SCRUB_WORD_IDENTITY || dated ? OLD_IDENTITY_DIGITS : 0;
}

size_t scrub_paper_identity(const uint32_t *s, ScrubWordKind word)
{
    size_t digits = scrub_number_digits(s);
    bool x = digits == 17 && (s[17] == 'x' || s[17] == 'X') && !scrub_number_alnum(s[18]) &&
             !scrub_is_token(s[18]);
    bool named = word == SCRUB_WORD_IDENTITY;
    if (word == SCRUB_WORD_RECORD)
        return x && was_born(s) && identity_check_digit(s) ? IDENTITY_DIGITS : 0;
    if (digits == OLD_IDENTITY_DIGITS)
        return old_identity(s, word);
    if (digits == IDENTITY_DIGITS)
        return named || (was_born(s) && identity_check_digit(s)) ? IDENTITY_DIGITS : 0;
    if (x) {
        bool checked = identity_check_digit(s);
        if (!checked && is_credit_code(s))
            return 0;
        return named || checked || was_born(s) ? IDENTITY_DIGITS : 0;
    }
    uint32_t number[IDENTITY_DIGITS];
    size_t size = scrub_number_grouped(s, (ScrubGrouping){IDENTITY_DIGITS, 4, 8}, number);
    return size > 0 && (named || (was_born(number) && identity_check_digit(number))) ? size : 0;
}

static bool luhn(const uint32_t *digits, size_t size)
{
    int sum = 0;
    for (size_t i = 0; i < size; i++) {
        int digit = (int)(digits[size - 1 - i] - '0') * (i % 2 == 1 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

size_t scrub_paper_card(const uint32_t *s, ScrubWordKind word)
{
    uint32_t digits[CARD_DIGITS_MOST];
    size_t run = scrub_number_digits(s);
    bool named = word == SCRUB_WORD_CARD;
    bool asked = named || word == SCRUB_WORD_ACCOUNT;
    if (run >= CARD_DIGITS_LEAST)
        return run <= CARD_DIGITS_MOST && (named || (asked && luhn(s, run))) ? run : 0;
    bool bank = (s[0] == '6' && s[1] == '2') || s[0] == '4' || s[0] == '5';
    if (!asked && (!bank || word == SCRUB_WORD_RECORD))
        return 0;
    size_t longest = 0;
    for (size_t want = CARD_DIGITS_MOST; want >= CARD_DIGITS_LEAST; want--) {
        size_t size = scrub_number_grouped(s, (ScrubGrouping){want, 4, asked ? 13 : 4}, digits);
        if (size == 0)
            continue;
        longest = size > longest ? size : longest;
        if (luhn(digits, want))
            return size;
    }
    return named ? longest : 0;
}

size_t scrub_paper_lettered(const uint32_t *s)
{
    size_t letters = 0;
    while (letters < 3 && scrub_number_letter(s[letters]))
        letters++;
    size_t digits = scrub_number_digits(s + letters);
    size_t size = letters + digits;
    return digits >= 5 && size >= 7 && size <= 12 && !scrub_number_letter(s[size]) &&
                   !scrub_is_token(s[size])
               ? size
               : 0;
}
