#ifndef ONECASE_DOMAIN_KEYWORD_LIST_H
#define ONECASE_DOMAIN_KEYWORD_LIST_H

#include "base/arena.h"
#include "base/text.h"

/*
 * Phrases that tell a class: CSV `phrase,class,confidence` (deploy/model/words/keywords.csv and `keywords` of code
 * tables). Immutable once made; finding is one pass over the text however many phrases there are.
 */
typedef struct KeywordList KeywordList;

typedef struct Keyword {
    Text phrase;
    Text category;      /* a leaf of the hazard tree */
    int32_t confidence; /* 1 to 100 */
    int line;
} Keyword;

/* Makes a list of `count` keywords; lives on the arena, copies what it needs. Order matters among equals. */
KeywordList *keyword_list_new(Arena *arena, Text name, const Keyword *keywords, size_t count);

Text keyword_list_name(const KeywordList *list);
size_t keyword_list_count(const KeywordList *list);

/*
 * The keyword that says most about the texts together: highest confidence, then longest phrase, then first in the
 * list; NULL when none occurs. Bytewise, as with word lists.
 */
const Keyword *keyword_list_best(const KeywordList *list, const Text *texts, size_t count);

#endif
