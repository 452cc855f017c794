#ifndef ONECASE_DOMAIN_WORD_LIST_H
#define ONECASE_DOMAIN_WORD_LIST_H

#include "base/arena.h"
#include "base/text.h"

/* Phrases of deploy/model/words/NAME.txt, one a line; asked whether a text holds any of them. */
typedef struct WordList WordList;

/*
 * From the text of such a file: white space at the ends of a line is cut, empty lines and lines that start with '#'
 * are skipped. Lives on the arena and copies what it needs.
 */
WordList *word_list_parse(Arena *arena, Text name, Text content);

Text word_list_name(const WordList *list);
size_t word_list_count(const WordList *list);

/* Whether some phrase stands in the text, bytewise. One pass over the text. */
bool word_list_occurs(const WordList *list, Text text);

#endif
