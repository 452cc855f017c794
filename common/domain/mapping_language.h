#ifndef ONECASE_DOMAIN_MAPPING_LANGUAGE_H
#define ONECASE_DOMAIN_MAPPING_LANGUAGE_H

#include "base/text_builder.h"

/*
 * The language of mapping files as tables: the reader (adapters/mapping_file.c) takes known keys and words from them,
 * the lint the values a target may hold, `onecase check --help` and docs/mapping-language.md print them. A key that
 * is not here cannot be read, one that is here is documented.
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

typedef enum LanguageWords {
    WORDS_ENCODING,
    WORDS_TOMBSTONE,
    WORDS_SYSTEM,
    WORDS_ORDER,
    WORDS_KIND, /* the last one, ignore, is not for fields.*.kinds */
    WORDS_TEST,
    WORDS_PICK,
    WORDS_CLEAN,
    WORDS_AS,
    WORDS_PRECISION,
    WORDS_PERSONAL,
    WORDS_CHECK,
    WORDS_MATCH,
    WORDS_UNKNOWN,
    WORDS_KEYWORDS,
    LANGUAGE_WORDS /* also: none */
} LanguageWords;

typedef enum LanguageType {
    TYPE_TEXT,
    TYPE_TEXTS,
    TYPE_POINTER,
    TYPE_POINTERS,
    TYPE_WORD,  /* one of `words` */
    TYPE_WORDS, /* a list of them */
    TYPE_INTEGER,
    TYPE_INTEGERS, /* a pair */
    TYPE_DECIMALS, /* four numbers */
    TYPE_SWITCH,   /* true or false */
    TYPE_GROUP,
    TYPE_GROUPS, /* a list of groups */
    TYPE_TABLES, /* a group of named groups */
    TYPE_ROWS,   /* a list of lists */
    LANGUAGE_TYPES
} LanguageType;

typedef struct LanguageKey {
    const char *name;
    LanguageType type;
    LanguageWords words; /* of TYPE_WORD and TYPE_WORDS; LANGUAGE_WORDS: none */
    bool required;
    const char *otherwise; /* what holds when it is not there; NULL: nothing */
    const char *help;      /* Markdown, a few sentences */
    const char *help_zh;
    const char *example; /* of a mapping file, or NULL */
} LanguageKey;

typedef struct LanguageWord {
    const char *word;
    int value; /* of the enum that the reader fills, domain/mapping_spec.h */
    const char *help;
    const char *help_zh;
} LanguageWord;

const LanguageKey *language_keys(LanguageSection section, size_t *count);
const LanguageWord *language_words(LanguageWords words, size_t *count);

/* The values a target with a closed list may hold (level, status, ...), or NULL. Not `category`: domain/category.h. */
const LanguageWord *language_values(const char *target, size_t *count);

/* Why a record is dead: domain/mapping.c and its parts set these rules. */
typedef struct LanguageRule {
    const char *stage;
    const char *rule;
    const char *help;
    const char *help_zh;
} LanguageRule;
const LanguageRule *language_rules(size_t *count);

typedef enum LanguageTongue { TONGUE_ENGLISH, TONGUE_CHINESE } LanguageTongue;

/*
 * The reference of the language as Markdown: order of work, keys of each section, words, pointers, time formats,
 * target fields with type and meaning, flags, dead-letter rules, findings of the lint, tests. The same text stands in
 * docs/mapping-language.md (and .zh-CN.md); `onecase check --help` prints it.
 */
void language_write(LanguageTongue tongue, TextBuilder *out);

#endif
