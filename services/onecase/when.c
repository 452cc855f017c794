/* Moments on a command line. */
#include "when.h"

#include "domain/datetime.h"

static bool ago(Text word, int64_t now_us, int64_t *us)
{
    static const struct {
        char letter;
        int64_t seconds;
    } UNITS[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    const int64_t most_s = now_us / DATETIME_SECOND_US;
    int64_t count;
    if (word.size < 2 || !text_is_digits(text_slice(word, 0, word.size - 1)) ||
        !text_to_int64(text_slice(word, 0, word.size - 1), &count))
        return false;
    for (size_t i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]); i++) {
        if (word.data[word.size - 1] != UNITS[i].letter)
            continue;
        bool whole = count >= most_s / UNITS[i].seconds; /* longer than there are time stamps */
        *us = whole ? 0 : now_us - count * UNITS[i].seconds * DATETIME_SECOND_US;
        return true;
    }
    return false;
}

bool when_read(Text word, int64_t now_us, int64_t *us)
{
    return ago(word, now_us, us) || (datetime_from_iso(word, us) && *us > 0);
}
