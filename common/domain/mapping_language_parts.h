#ifndef ONECASE_DOMAIN_MAPPING_LANGUAGE_PARTS_H
#define ONECASE_DOMAIN_MAPPING_LANGUAGE_PARTS_H

#include "domain/mapping_language.h"

/* The parts of mapping_language.c; not for others. */

/* Keys of the sections in mapping_language_field.c, with their number. */
typedef struct LanguageKeys {
    const LanguageKey *keys;
    size_t count;
} LanguageKeys;
LanguageKeys language_field_keys(LanguageSection section);

/* What stands above the keys of a section. */
typedef struct LanguageHead {
    const char *title; /* as in the file: "time.check"; not of LANGUAGE_TOP */
    const char *help;
    const char *help_zh;
    const char *example; /* lines of a mapping file */
} LanguageHead;
const LanguageHead *language_head(LanguageSection section);

/* Prose between the tables, mapping_language_text.c. */
typedef enum LanguageChapter {
    CHAPTER_INTRODUCTION,
    CHAPTER_FILE,
    CHAPTER_ORDER,
    CHAPTER_POINTERS,
    CHAPTER_SECTIONS,
    CHAPTER_ALTERNATIVES,
    CHAPTER_ITEMS,
    CHAPTER_TIMES,
    CHAPTER_TARGETS,
    CHAPTER_CLASSES,
    CHAPTER_FLAGS,
    CHAPTER_RULES,
    CHAPTER_PERSONAL,
    CHAPTER_FINDINGS,
    CHAPTER_TESTS,
    CHAPTER_LIFE,
    LANGUAGE_CHAPTERS
} LanguageChapter;

typedef struct LanguageText {
    const char *title;
    const char *title_zh;
    const char *text; /* Markdown, ends in a line break */
    const char *text_zh;
} LanguageText;
const LanguageText *language_text(LanguageChapter chapter);

/* Those of mapping_language_chapter.c; NULL for the others. */
const LanguageText *language_chapter(LanguageChapter chapter);

#endif
