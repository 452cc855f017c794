/*
 * Phrases chained by a hash of their first two bytes. A Chinese character has three bytes in UTF-8, so most
 * positions of a text meet an empty chain and cost one look-up.
 */
#include "domain/word_list.h"

#include <string.h>

enum { CHAINS = 1024 };

typedef struct Phrase {
    Text text;
    struct Phrase *next;
} Phrase;

struct WordList {
    Text name;
    size_t count;
    Phrase *chains[CHAINS];
};

static size_t chain_of(const char *bytes, size_t size)
{
    size_t first = (unsigned char)bytes[0];
    size_t second = size > 1 ? (unsigned char)bytes[1] : 0;
    return (first * 31 + second * 7) % CHAINS;
}

static void add_phrase(WordList *list, Arena *arena, Text text)
{
    Phrase *phrase = ARENA_NEW(arena, Phrase);
    phrase->text = text_copy(arena, text);
    /* A phrase of one byte would need every second byte: it is filed under each. */
    size_t chain = chain_of(text.data, text.size);
    if (text.size == 1) {
        for (unsigned second = 0; second < 256; second++) {
            char pair[2] = {text.data[0], (char)second};
            Phrase *copy = ARENA_NEW(arena, Phrase);
            copy->text = phrase->text;
            copy->next = list->chains[chain_of(pair, 2)];
            list->chains[chain_of(pair, 2)] = copy;
        }
    } else {
        phrase->next = list->chains[chain];
        list->chains[chain] = phrase;
    }
    list->count++;
}

WordList *word_list_parse(Arena *arena, Text name, Text content)
{
    WordList *list = ARENA_NEW(arena, WordList);
    list->name = text_copy(arena, name);
    size_t from = 0;
    while (from < content.size) {
        size_t end = text_find(content, TEXT("\n"), from);
        if (end == SIZE_MAX)
            end = content.size;
        Text line = text_trim(text_slice(content, from, end - from));
        if (line.size > 0 && line.data[0] != '#')
            add_phrase(list, arena, line);
        from = end + 1;
    }
    return list;
}

Text word_list_name(const WordList *list)
{
    return list->name;
}

size_t word_list_count(const WordList *list)
{
    return list->count;
}

bool word_list_occurs(const WordList *list, Text text)
{
    for (size_t i = 0; i < text.size; i++) {
        size_t left = text.size - i;
        for (const Phrase *phrase = list->chains[chain_of(text.data + i, left)]; phrase != NULL;
             phrase = phrase->next)
            if (phrase->text.size <= left &&
                memcmp(phrase->text.data, text.data + i, phrase->text.size) == 0)
                return true;
    }
    return false;
}
