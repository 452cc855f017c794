/*
 * Phrases chained by a hash of their first three bytes, one Chinese character: most positions of a text meet an empty
 * chain. A chain has the best phrase first, so a look-up stops where nothing better can follow. Shorter phrases hang
 * by their first byte.
 */
#include "domain/keyword_list.h"

#include <string.h>

enum { CHAINS = 4096, BYTES = 256, HEAD = 3 };

typedef struct Link {
    const Keyword *keyword;
    struct Link *next;
} Link;

struct KeywordList {
    Text name;
    const Keyword *keywords;
    size_t count;
    Link *chains[CHAINS];
    Link *brief[BYTES];
};

/* Position in the list decides among equals: both stand in one array. */
static bool is_better(const Keyword *a, const Keyword *b)
{
    if (b == NULL || a->confidence != b->confidence)
        return b == NULL || a->confidence > b->confidence;
    if (a->phrase.size != b->phrase.size)
        return a->phrase.size > b->phrase.size;
    return a < b;
}

static size_t chain_of(const char *bytes)
{
    size_t hash = (unsigned char)bytes[0];
    hash = hash * 67 + (unsigned char)bytes[1];
    return (hash * 67 + (unsigned char)bytes[2]) % CHAINS;
}

static Link **chain_for(KeywordList *list, Text text)
{
    return text.size < HEAD ? &list->brief[(unsigned char)text.data[0]]
                            : &list->chains[chain_of(text.data)];
}

static void add_link(KeywordList *list, Arena *arena, const Keyword *keyword)
{
    Link **at = chain_for(list, keyword->phrase);
    while (*at != NULL && is_better((*at)->keyword, keyword))
        at = &(*at)->next;
    Link *link = ARENA_NEW(arena, Link);
    *link = (Link){keyword, *at};
    *at = link;
}

KeywordList *keyword_list_new(Arena *arena, Text name, const Keyword *keywords, size_t count)
{
    KeywordList *list = ARENA_NEW(arena, KeywordList);
    Keyword *copies = ARENA_ARRAY(arena, Keyword, count);
    list->name = text_copy(arena, name);
    list->keywords = copies;
    list->count = count;
    for (size_t i = 0; i < count; i++) {
        copies[i] = keywords[i];
        copies[i].phrase = text_copy(arena, keywords[i].phrase);
        copies[i].category = text_copy(arena, keywords[i].category);
        if (copies[i].phrase.size > 0)
            add_link(list, arena, &copies[i]);
    }
    return list;
}

Text keyword_list_name(const KeywordList *list)
{
    return list->name;
}

size_t keyword_list_count(const KeywordList *list)
{
    return list->count;
}

static const Keyword *best_of(const Link *link, Text rest, const Keyword *best)
{
    for (; link != NULL && is_better(link->keyword, best); link = link->next)
        if (text_starts(rest, link->keyword->phrase))
            return link->keyword;
    return best;
}

const Keyword *keyword_list_best(const KeywordList *list, const Text *texts, size_t count)
{
    const Keyword *best = NULL;
    for (size_t i = 0; i < count; i++) {
        for (size_t at = 0; at < texts[i].size; at++) {
            Text rest = {texts[i].data + at, texts[i].size - at};
            best = best_of(list->brief[(unsigned char)rest.data[0]], rest, best);
            if (rest.size >= HEAD)
                best = best_of(list->chains[chain_of(rest.data)], rest, best);
        }
    }
    return best;
}
