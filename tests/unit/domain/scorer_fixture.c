#include "scorer_fixture.h"

#include "start_values.h"

#include "domain/text_similarity.h"

#include "adapters/model_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

int fixture_set_up(void **state)
{
    static Fixture fixture;
    Error error = {0};
    if (!model_file_load("deploy/model/onecase.cfg", &fixture.model, &error)) {
        print_error("%s\n", error.text);
        return -1;
    }
    start_values(fixture.model);
    fixture.arena = arena_new(64 * 1024);
    *state = &fixture;
    return 0;
}

int fixture_tear_down(void **state)
{
    Fixture *fixture = *state;
    model_free(fixture->model);
    arena_free(fixture->arena);
    return 0;
}

void fixture_set_wording(Evidence *evidence, int percent)
{
    /* Unit vectors of length 100: (100, 0), (55, 84), ... */
    static const struct {
        int percent;
        Gram grams[2];
    } WORDINGS[] = {{100, {{1, 100}, {2, 0}}}, {55, {{1, 55}, {2, 84}}}, {40, {{1, 40}, {2, 92}}},
                    {20, {{1, 20}, {2, 98}}},  {10, {{1, 10}, {2, 99}}}, {0, {{1, 0}, {2, 100}}}};
    for (size_t i = 0; i < sizeof WORDINGS / sizeof WORDINGS[0]; i++)
        if (WORDINGS[i].percent == percent) {
            evidence->grams = WORDINGS[i].grams;
            evidence->gram_count = 2;
            evidence->gram_norm = text_similarity_norm(WORDINGS[i].grams, 2);
            evidence->text_length = 20;
            return;
        }
    fail_msg("no wording of %d %%", percent);
}

Evidence fixture_evidence(const Fixture *fixture, const char *code, const char *address)
{
    Evidence evidence = {.category = model_class(fixture->model, text_from(code)),
                         .category_confidence = 95,
                         .text_length = 5};
    address_parse(text_from(address), fixture->arena, &evidence.address);
    evidence.place_text = address_standard(&evidence.address, fixture->arena);
    return evidence;
}

Evidence fixture_shop(const Fixture *fixture, const char *address, const char *code)
{
    Evidence evidence = fixture_evidence(fixture, "H01", address);
    evidence.usc_code = text_from(code);
    evidence.usc_valid = true;
    return evidence;
}

void fixture_set_point(Evidence *evidence, double metres_north, char precision)
{
    evidence->has_point = true;
    evidence->point = (GeoPoint){110.0, 39.0 + metres_north / 111195.08, GEO_WGS84};
    evidence->precision = precision;
}

void fixture_add_asset(Evidence *evidence, AssetKind kind, const char *id, bool structured)
{
    evidence->assets[evidence->asset_count++] = (Asset){kind, text_from(id), structured, false};
}

HazardFacts fixture_facts(int64_t gap_us)
{
    return (HazardFacts){.hazard_id = 7, .nearest_gap_us = gap_us, .party_hazards = 1};
}

Score fixture_compare(const Fixture *fixture,
                      const Evidence *a,
                      const Evidence *b,
                      HazardFacts facts)
{
    Score score;
    scorer_compare(fixture->model, a, b, &facts, fixture->arena, &score);
    return score;
}

const ScoreItem *fixture_find(const Score *score, const char *comparison)
{
    for (size_t i = 0; i < score->count; i++)
        if (strcmp(score->items[i].comparison, comparison) == 0)
            return &score->items[i];
    return NULL;
}

void fixture_expect_addends(const Score *score, const Addend *want, size_t count)
{
    int32_t sum = 0;
    size_t found = 0;
    for (size_t i = 0; i < score->count; i++) {
        const ScoreItem *item = &score->items[i];
        sum += item->weight_mb;
        if (item->weight_mb == 0)
            continue;
        if (found == count || strcmp(item->comparison, want[found].comparison) != 0 ||
            strcmp(item->level, want[found].level) != 0 || item->weight_mb != want[found].weight_mb)
            fail_msg("item %zu: %s %s %d", found, item->comparison, item->level,
                     (int)item->weight_mb);
        found++;
    }
    assert_int_equal(found, count);
    assert_int_equal(score->total_mb, sum);
}

void fixture_expect_level(const Score *score, const char *comparison, const char *level, int32_t mb)
{
    const ScoreItem *item = fixture_find(score, comparison);
    assert_non_null(item);
    if (strcmp(item->level, level) != 0 || item->weight_mb != mb)
        fail_msg("%s: want %s %d, got %s %d", comparison, level, (int)mb, item->level,
                 (int)item->weight_mb);
}

void fixture_expect_vetoes(const Score *score, const char *name)
{
    assert_int_equal(score->veto_count, name != NULL ? 1 : 0);
    if (name != NULL)
        assert_string_equal(score->vetoes[0], name);
}
