#ifndef ONECASE_DOMAIN_MAPPING_LANGUAGE_H
#define ONECASE_DOMAIN_MAPPING_LANGUAGE_H

#include "base/text_builder.h"

/*
 * The language of mapping files as one table: the reader (adapters/mapping_file.c) takes known keys and words from it,
 * `onecase check --help` and docs/mapping-language.md print it. A key that is not here cannot be read, one that is
 * here is documented.
 */
typedef enum LanguageSection {
    LANGUAGE_TOP,
    LANGUAGE_TIME,
    LANGUAGE_TIME_CHECK,
    LANGUAGE_POINT,
    LANGUAGE_REGION,
    LANGUAGE_KIND,
    LANGUAGE_FIELD,
    LANGUAGE_EXTRACT,
    LANGUAGE_CODES,
    LANGUAGE_SECTIONS
} LanguageSection;

typedef struct LanguageKey {
    const char *name;
    const char *
        type; /* "text", "[text]", "pointer", "[pointer]", "integer", "true or false", "one of ...", "group" */
    bool required;
    const char *otherwise; /* what holds when it is not there; NULL: nothing */
    const char *help;      /* one or two sentences */
    const char *help_zh;
    const char *example; /* a line of a mapping file, or NULL */
} LanguageKey;

typedef struct LanguageWord {
    const char *word;
    int value; /* of the enum that the reader fills, domain/mapping_spec.h */
    const char *help;
    const char *help_zh;
} LanguageWord;

typedef enum LanguageWords {
    WORDS_ENCODING,
    WORDS_ORDER,
    WORDS_SYSTEM,
    WORDS_KIND,
    WORDS_TEST,
    WORDS_PICK,
    WORDS_CLEAN,
    WORDS_AS,
    WORDS_PERSONAL,
    WORDS_CHECK,
    WORDS_MATCH,
    WORDS_UNKNOWN,
    WORDS_KEYWORDS,
    LANGUAGE_WORDS
} LanguageWords;

const LanguageKey *language_keys(LanguageSection section, size_t *count);
const LanguageWord *language_words(LanguageWords words, size_t *count);

typedef enum LanguageTongue { TONGUE_ENGLISH, TONGUE_CHINESE } LanguageTongue;

/*
 * The reference of the language as Markdown: order of work, keys of each section, words, pointers, time formats,
 * target fields with type and meaning, flags, dead-letter rules, findings of the lint, tests. The same text stands in
 * docs/mapping-language.md (and .zh-CN.md); `onecase check --help` prints it.
 */
void language_write(LanguageTongue tongue, TextBuilder *out);

#endif
