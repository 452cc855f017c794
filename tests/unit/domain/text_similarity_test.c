/* Cosine in integers against real arithmetic, and the grams of a text. */
#include "domain/model_data.h"
#include "domain/text_similarity.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A model of three grams: 电 weighs 10, 梯 20, 电梯 30, all others 100. */
static Model *small_model(void)
{
    Model *model = model_new();
    const uint32_t hashes[] = {text_similarity_gram(U'电', 0), text_similarity_gram(U'梯', 0),
                               text_similarity_gram(U'电', U'梯')};
    const uint32_t weights[] = {10, 20, 30};
    model->idf_max = 100;
    model_finish(model, hashes, weights, 3);
    return model;
}

/* A gram is known by the upper half of its hash. */
static uint32_t weight_of(const Gram *grams, size_t count, uint32_t hash)
{
    for (size_t i = 0; i < count; i++)
        if (grams[i].hash == hash >> 16)
            return grams[i].weight;
    return 0;
}

static void weighs_grams_by_rarity_and_repetition(void **state)
{
    (void)state;
    Model *model = small_model();
    Arena *arena = arena_new(4096);
    const uint32_t text[] = {U'电', U'梯', 0, U'电', U'坏'};
    size_t count;
    size_t length;
    Gram *grams = text_similarity_grams(text, 5, model, arena, &count, &length);
    assert_int_equal(length, 4);
    assert_int_equal(count, 5); /* 电 梯 坏 电梯 电坏: none reaches over the separator */
    assert_int_equal(weight_of(grams, count, text_similarity_gram(U'梯', 0)), 20);
    assert_int_equal(weight_of(grams, count, text_similarity_gram(U'电', U'梯')), 30);
    assert_int_equal(weight_of(grams, count, text_similarity_gram(U'坏', 0)), 100);
    assert_int_equal(weight_of(grams, count, text_similarity_gram(U'电', U'坏')), 100);
    /* twice: (1 + ln 2) = 27 / 16 */
    assert_int_equal(weight_of(grams, count, text_similarity_gram(U'电', 0)), 10 * 27 / 16);
    assert_int_equal(weight_of(grams, count, text_similarity_gram(U'梯', U'电')), 0);
    text_similarity_grams(text, 0, model, arena, &count, &length);
    assert_int_equal(count, 0);
    assert_int_equal(length, 0);
    arena_free(arena);
    model_free(model);
}

static Evidence worded(const Gram *grams, size_t count)
{
    return (Evidence){
        .grams = grams, .gram_count = count, .gram_norm = text_similarity_norm(grams, count)};
}

/* By every way of comparing, which must not differ. */
static int32_t permille(const Gram *a, size_t a_count, const Gram *b, size_t b_count)
{
    static uint32_t table[GRAM_TABLE_SLOTS];
    Evidence x = worded(a, a_count);
    Evidence y = worded(b, b_count);
    int32_t plain = text_similarity_permille(&x, &y);
    assert_int_equal(text_similarity_permille(&y, &x), plain);
    memset(table, 0, sizeof table);
    text_similarity_mark(a, a_count, table);
    x.gram_table = table;
    assert_int_equal(text_similarity_permille(&x, &y), plain);
    assert_int_equal(text_similarity_permille(&y, &x), plain);
    return plain;
}

static void equals_real_arithmetic_to_a_thousandth(void **state)
{
    (void)state;
    uint32_t seed = 3;
    for (int round = 0; round < 2000; round++) {
        Gram a[64];
        Gram b[64];
        double dot = 0;
        double norm_a = 0;
        double norm_b = 0;
        for (uint32_t i = 0; i < 64; i++) {
            seed = seed * 1664525u + 1013904223u;
            a[i] = (Gram){(uint16_t)(i * 2), (uint8_t)(seed >> 24)};
            seed = seed * 1664525u + 1013904223u;
            b[i] = (Gram){(uint16_t)(i * 3), (uint8_t)(seed >> 24)};
            norm_a += (double)a[i].weight * a[i].weight;
            norm_b += (double)b[i].weight * b[i].weight;
        }
        for (size_t i = 0; i < 64; i += 3) { /* hash 2 i of a is hash 3 (2 i / 3) of b */
            size_t other = i / 3 * 2;
            dot += (double)a[i].weight * b[other].weight;
        }
        double want = 1000 * dot / sqrt(norm_a * norm_b);
        assert_true(fabs(want - permille(a, 64, b, 64)) <= 1.0);
    }
}

static void knows_the_ends(void **state)
{
    (void)state;
    const Gram a[] = {{1, 3}, {5, 4}};
    const Gram b[] = {{2, 3}, {6, 4}};
    assert_int_equal(permille(a, 2, a, 2), 1000);
    assert_int_equal(permille(a, 2, b, 2), 0);
    assert_int_equal(permille(a, 2, b, 0), 0);
    assert_int_equal(permille(a, 2, a, 1), 600); /* 3-4-5 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weighs_grams_by_rarity_and_repetition),
        cmocka_unit_test(equals_real_arithmetic_to_a_thousandth),
        cmocka_unit_test(knows_the_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
