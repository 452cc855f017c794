/*
 * The tables are sorted by first code point and, within one, by falling length, so that the first word of a table that
 * fits is its longest; of the tables' answers the longest counts. Words of kind NONE stand there to be longer than an ending
 * they contain.
 */
#include "domain/address_lexicon_tables.h"

static const struct {
    const Lexeme *rows;
    const size_t *size;
} TABLES[] = {{ADDRESS_SITE_WORDS, &ADDRESS_SITE_WORDS_SIZE},
              {ADDRESS_MARK_WORDS, &ADDRESS_MARK_WORDS_SIZE},
              {ADDRESS_LEAD_WORDS, &ADDRESS_LEAD_WORDS_SIZE},
              {ADDRESS_ROLE_WORDS, &ADDRESS_ROLE_WORDS_SIZE},
              {ADDRESS_OTHER_WORDS, &ADDRESS_OTHER_WORDS_SIZE}};

enum { TABLE_COUNT = sizeof TABLES / sizeof TABLES[0] };

const Lexeme *address_lexicon(size_t table, size_t *count)
{
    if (table >= TABLE_COUNT)
        return NULL;
    *count = *TABLES[table].size;
    return TABLES[table].rows;
}

/* First row whose word starts with `codepoint` or something larger. */
static size_t first_row(const Lexeme *rows, size_t size, uint32_t codepoint)
{
    size_t low = 0;
    size_t high = size;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].word[0] < codepoint)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const Lexeme *
longest_of(const Lexeme *rows, size_t size, const uint32_t *codepoints, size_t count)
{
    for (size_t i = first_row(rows, size, codepoints[0]);
         i < size && rows[i].word[0] == codepoints[0]; i++) {
        size_t j = 1;
        while (j < rows[i].length && j < count && rows[i].word[j] == codepoints[j])
            j++;
        if (j == rows[i].length)
            return &rows[i];
    }
    return NULL;
}

const Lexeme *address_lexeme(const uint32_t *codepoints, size_t count)
{
    const Lexeme *longest = NULL;
    if (count == 0)
        return NULL;
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        const Lexeme *found = longest_of(TABLES[i].rows, *TABLES[i].size, codepoints, count);
        if (found != NULL && (longest == NULL || found->length > longest->length))
            longest = found;
    }
    return longest;
}
