/*
 * Every gram gets (1 + ln tf) * idf as a small integer (at most 255); the cosine is a walk through two sorted lists and one
 * integer square root. Sums stay below 2^23 for 128 grams, their products below 2^46.
 */
#include "domain/text_similarity.h"

#include "domain/model_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WEIGHT_MAX = 255, HASH_SHIFT = 16 };

uint32_t text_similarity_gram(uint32_t first, uint32_t second)
{
    uint64_t mixed = ((uint64_t)first << 32 | second) + UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)(mixed >> 32);
}

/* Ascending, a byte at a time; `room` is as long. Cheaper than qsort, and every report comes by here. */
static void sort_hashes(uint32_t *hashes, uint32_t *room, size_t count)
{
    enum { VALUES = 256, BYTE = 8 };
    for (unsigned shift = 0; shift < 32; shift += BYTE) {
        size_t starts[VALUES + 1] = {0};
        for (size_t i = 0; i < count; i++)
            starts[(hashes[i] >> shift) % VALUES + 1]++;
        for (size_t i = 0; i < VALUES; i++)
            starts[i + 1] += starts[i];
        for (size_t i = 0; i < count; i++)
            room[starts[(hashes[i] >> shift) % VALUES]++] = hashes[i];
        memcpy(hashes, room, count * sizeof *hashes);
    }
}

static int by_hash(const void *a, const void *b)
{
    const Gram *x = a;
    const Gram *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static int by_weight(const void *a, const void *b)
{
    const Gram *x = a;
    const Gram *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return by_hash(a, b);
}

/* (1 + ln tf) in sixteenths. */
static uint32_t tf_factor(size_t times)
{
    static const uint8_t FACTORS[] = {16, 27, 34, 38, 42, 45, 47, 49};
    size_t last = sizeof FACTORS - 1;
    return FACTORS[times - 1 < last ? times - 1 : last];
}

/* Hashes come in order, so that one that is there already is the last. */
static size_t add_gram(Gram *grams, size_t count, uint16_t hash, uint8_t weight)
{
    if (count > 0 && grams[count - 1].hash == hash) {
        if (grams[count - 1].weight < weight)
            grams[count - 1].weight = weight;
        return count;
    }
    grams[count] = (Gram){hash, weight};
    return count + 1;
}

Gram *text_similarity_grams(const uint32_t *codepoints,
                            size_t count,
                            const Model *model,
                            Arena *arena,
                            size_t *gram_count,
                            size_t *length)
{
    uint32_t *hashes = ARENA_ARRAY(arena, uint32_t, count * 2 + 1);
    size_t total = 0;
    *length = 0;
    for (size_t i = 0; i < count; i++) {
        if (codepoints[i] == 0)
            continue;
        (*length)++;
        hashes[total++] = text_similarity_gram(codepoints[i], 0);
        if (i + 1 < count && codepoints[i + 1] != 0)
            hashes[total++] = text_similarity_gram(codepoints[i], codepoints[i + 1]);
    }
    sort_hashes(hashes, ARENA_ARRAY(arena, uint32_t, total), total);
    Gram *grams = ARENA_ARRAY(arena, Gram, total + 1);
    size_t kinds = 0;
    for (size_t i = 0; i < total;) {
        size_t next = i;
        while (next < total && hashes[next] == hashes[i])
            next++;
        uint32_t weight = model_idf(model, hashes[i]) * tf_factor(next - i) / 16;
        if (weight > 0)
            kinds = add_gram(grams, kinds, (uint16_t)(hashes[i] >> HASH_SHIFT),
                             (uint8_t)(weight < WEIGHT_MAX ? weight : WEIGHT_MAX));
        i = next;
    }
    if (kinds > EVIDENCE_GRAMS_MAX) {
        qsort(grams, kinds, sizeof *grams, by_weight);
        kinds = EVIDENCE_GRAMS_MAX;
        qsort(grams, kinds, sizeof *grams, by_hash);
    }
    *gram_count = kinds;
    return grams;
}

uint32_t text_similarity_norm(const Gram *grams, size_t count)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (uint32_t)grams[i].weight * grams[i].weight;
    return sum;
}

/* An open table: hash and weight in one word, 0 is free; a gram's slot follows from the low bits of its hash. */
static uint32_t table_word(Gram gram)
{
    return (uint32_t)gram.hash << 8 | gram.weight;
}

void text_similarity_mark(const Gram *grams, size_t count, uint32_t *table)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = grams[i].hash % GRAM_TABLE_SLOTS;
        if (grams[i].weight == 0) /* adds nothing */
            continue;
        while (table[at] != 0)
            at = (at + 1) % GRAM_TABLE_SLOTS;
        table[at] = table_word(grams[i]);
    }
}

/* Largest whole number whose square is not above `value`, which is below 2^46: a first guess, set right. */
static uint64_t square_root(uint64_t value)
{
    uint64_t root = (uint64_t)sqrt((double)value);
    while (root * root > value)
        root--;
    while ((root + 1) * (root + 1) <= value)
        root++;
    return root;
}

static uint64_t dot_product(const Evidence *a, const Evidence *b)
{
    uint64_t dot = 0;
    size_t i = 0;
    size_t j = 0;
    while (i < a->gram_count && j < b->gram_count) {
        uint16_t x = a->grams[i].hash;
        uint16_t y = b->grams[j].hash;
        if (x == y)
            dot += (uint64_t)a->grams[i].weight * b->grams[j].weight;
        i += x <= y;
        j += y <= x;
    }
    return dot;
}

/*
 * Nearly every gram of `b` meets a free slot or itself, so that there is no branch to guess: each adds its product, 0 when
 * it is none of the marked report's. The few that meet another one are looked for further on.
 */
static uint64_t dot_of_marked(const Evidence *marked, const Evidence *b)
{
    const uint32_t *table = marked->gram_table;
    uint32_t dot = 0; /* below 2^23 */
    for (size_t j = 0; j < b->gram_count; j++) {
        uint32_t hash = b->grams[j].hash;
        size_t at = hash % GRAM_TABLE_SLOTS;
        uint32_t word = table[at];
        while (word != 0 && word >> 8 != hash) {
            at = (at + 1) % GRAM_TABLE_SLOTS;
            word = table[at];
        }
        uint32_t weight = word >> 8 == hash ? word & 0xFF : 0;
        dot += weight * b->grams[j].weight;
    }
    return dot;
}

int32_t text_similarity_permille(const Evidence *a, const Evidence *b)
{
    uint64_t dot = a->gram_table != NULL   ? dot_of_marked(a, b)
                   : b->gram_table != NULL ? dot_of_marked(b, a)
                                           : dot_product(a, b);
    if (dot == 0)
        return 0;
    uint64_t norm = square_root((uint64_t)a->gram_norm * b->gram_norm);
    uint64_t permille = dot * 1000 / norm;
    return permille < 1000 ? (int32_t)permille : 1000;
}
