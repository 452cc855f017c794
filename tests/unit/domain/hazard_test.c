/* The members of a hazard: distinct reporters by up to two hashes each (rotation of the key), nearness, whose evidence is kept. */
#include "hazard_fixture.h"

#include "domain/hazard_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HOTLINE TEXT("H12345")
#define GRID TEXT("GRID")

enum { MEMBERS_MAX = 5 };

/* In order of the members: new is who shares no hash with any before; both hashes are known from then on. */
static void counts_reporters_by_any_hash_they_share(void **state)
{
    static const struct {
        HazardReporter reporters[MEMBERS_MAX];
        size_t count;
        int32_t want;
    } CASES[] = {
        {{{1, 0}, {1, 0}, {2, 0}}, 3, 2},
        {{{0, 0}, {0, 0}}, 2, 2}, /* unknown ones count as one each */
        {{{1, 0}, {9, 1}, {9, 0}}, 3, 1},
        {{{9, 1}, {1, 0}, {9, 0}}, 3, 1},
        {{{1, 0}, {9, 0}, {9, 1}}, 3, 2}, /* they were two when they were met */
        {{{9, 1}, {8, 9}, {8, 0}, {1, 0}}, 4, 1},
        {{{9, 1}, {8, 2}, {2, 0}, {1, 0}, {7, 3}}, 5, 3},
        {{{0, 1}, {1, 0}, {9, 0}}, 3, 2}, /* the hash of the old key alone */
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Fixture fixture = fixture_new();
        int64_t id = 0;
        fixture_begin(&fixture);
        for (size_t k = 0; k < CASES[i].count; k++) {
            HazardMember member = fixture_member((int64_t)k + 1, (double)k, 0, HOTLINE);
            member.reporter = CASES[i].reporters[k];
            id = fixture_join(&fixture, id, member, HOTLINE);
        }
        HazardCounts counts = hazard_count(hazard_store_get(fixture.lifecycle.store, id), 0);
        assert_int_equal(counts.reporters, CASES[i].want);
        assert_int_equal(counts.reports, CASES[i].count);
        assert_int_equal(counts.sources, 1);
        hazard_store_free(fixture.lifecycle.store);
        fixture_done(&fixture);
    }
}

static void counts_nobody_for_a_copy_that_names_nobody(void **state)
{
    static const Independence NONE_OF_ITS_OWN[] = {TRANSFERRED, FOLLOW_UP, SAME_REPORTER};
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 1, 1, HOTLINE), HOTLINE);
    for (size_t i = 0; i < sizeof NONE_OF_ITS_OWN / sizeof NONE_OF_ITS_OWN[0]; i++) {
        HazardMember member = fixture_member((int64_t)i + 2, 2, 0, GRID);
        member.independence = NONE_OF_ITS_OWN[i];
        fixture_join(&fixture, id, member, GRID);
    }
    HazardMember named = fixture_member(9, 3, 7, GRID);
    named.independence = TRANSFERRED;
    fixture_join(&fixture, id, named, GRID);
    HazardCounts counts = hazard_count(hazard_store_get(fixture.lifecycle.store, id), 0);
    assert_int_equal(counts.reporters, 2);
    assert_int_equal(counts.reports, 5);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void counts_reporters_of_one_case_apart(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 1, 1, HOTLINE), HOTLINE);
    HazardMember both = fixture_member(2, 2, 9, GRID);
    both.reporter.before = 1;
    fixture_join(&fixture, id, both, GRID);
    const Hazard *hazard = hazard_store_get(fixture.lifecycle.store, id);
    HazardCounts counts = hazard_count(hazard, hazard->cases[0].case_id);
    assert_int_equal(counts.reporters, 1);
    assert_int_equal(counts.sources, 2);
    assert_int_equal(hazard_count(hazard, hazard->cases[0].case_id + 1).reporters, 0);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

/* Nearness in time, whether the members are few or so many that their times are kept apart. */
/* Evidence is kept of eight members at most; the first to know may be one of the others. */
static void names_the_source_that_knew_first_though_there_are_many(void **state)
{
    enum { SOURCES = 12 };
    Fixture fixture = fixture_new();
    int64_t id = 0;
    (void)state;
    fixture_begin(&fixture);
    for (int i = 0; i < SOURCES; i++) {
        Text name = text_format(fixture.arena, "FEED%02d", i);
        double day = i == 5 ? 1 : i + 2; /* the sixth to be read was the first to know */
        id = fixture_join(&fixture, id, fixture_member(i + 1, day, (uint64_t)i + 1, name), name);
    }
    const Hazard *hazard = hazard_store_get(fixture.lifecycle.store, id);
    HazardCounts counts = hazard_count(hazard, 0);
    assert_int_equal(counts.sources, SOURCES);
    assert_true(
        text_is(hazard_store_source(fixture.lifecycle.store, counts.first_known_source), "FEED05"));
    hazard_store_merge(fixture.lifecycle.store);
    assert_true(text_is(hazard_store_source(fixture.base, text_hash(TEXT("FEED11"))), "FEED11"));
    assert_true(text_is_absent(hazard_store_source(fixture.base, text_hash(HOTLINE))));
    fixture_done(&fixture);
}

static void knows_how_near_the_members_are(void **state)
{
    static const int64_t WITHIN = 50;
    uint32_t seed = 5;
    (void)state;
    Hazard hazard = {.id = 1};
    for (int32_t count = 1; count <= 200; count++) {
        seed = seed * 1664525u + 1013904223u;
        HazardMember member = {.report_id = count, .event_at = (seed >> 8) % 2000};
        hazard_add_member(&hazard, &member);
        assert_int_equal(hazard.member_count, count);
        for (int64_t at = -100; at <= 2100; at += 25) {
            HazardNear want = {.gap_us = INT64_MAX};
            int64_t nearest = INT64_MAX;
            for (int32_t i = 0; i < count; i++) {
                int64_t event_at = hazard.members[i].event_at;
                int64_t gap = event_at > at ? event_at - at : at - event_at;
                want.members += gap <= WITHIN;
                want.farther += gap <= WITHIN * 10;
                if (gap < want.gap_us || (gap == want.gap_us && event_at < nearest)) {
                    want.gap_us = gap;
                    nearest = event_at;
                }
            }
            HazardNear near = hazard_near(&hazard, at, WITHIN, WITHIN * 10);
            assert_int_equal(near.gap_us, want.gap_us);
            assert_int_equal(near.members, want.members);
            assert_int_equal(near.farther, want.farther);
            assert_int_equal(hazard_nearest_event(&hazard, at), nearest);
            assert_int_equal(hazard_nearest_gap(&hazard, at), want.gap_us);
        }
    }
    assert_non_null(hazard.times);
    free(hazard.members);
    free(hazard.times);
}

/* What a report says, for the choice of those kept. */
typedef struct Said {
    const char *source;
    const char *building;
    char precision; /* 0: no point */
    size_t text_length;
} Said;

static void keep(Hazard *hazard, int64_t report_id, const Said *said)
{
    Model *model = model_new();
    Text building = text_from(said->building);
    Evidence evidence = {.report_id = report_id,
                         .source = text_from(said->source),
                         .category = &FIXTURE_LIFT,
                         .has_point = said->precision != 0,
                         .precision = said->precision,
                         .text_length = said->text_length};
    if (!text_is_empty(building))
        evidence.address.buildings = (TextList){&building, 1};
    hazard_keep_evidence(hazard, &evidence, model);
    hazard_keys_free(hazard->evicted);
    hazard->evicted = NULL;
    model_free(model);
}

static void assert_kept(const Hazard *hazard, const int64_t *ids, size_t count)
{
    EvidenceView view;
    assert_int_equal(hazard->representative_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(hazard_evidence(hazard, i, &view)->report_id, ids[i]);
        assert_int_equal(evidence_packed_report_id(hazard_representative(hazard, i)), ids[i]);
    }
}

static void keeps_all_while_there_is_room(void **state)
{
    Hazard hazard = {.id = 1};
    const Said said = {"H12345", "", 0, 5};
    const int64_t ids[] = {1, 2, 3, 4, 5, 6, 7, 8};
    (void)state;
    for (size_t i = 1; i <= 8; i++) {
        keep(&hazard, (int64_t)i, &said);
        assert_kept(&hazard, ids, i);
    }
    hazard_drop_evidence(&hazard);
    assert_int_equal(hazard.representative_count, 0);
}

/* linkage.md 2: anchor, one per source, the most precise, the latest; a short text is replaced first. */
static const struct {
    Said told[9];
    int64_t gone;
} CHOICES[] = {
    /* all alike: the oldest but the anchor */
    {{{"H", "3", 0, 40},
      {"H", "3", 0, 40},
      {"H", "3", 0, 40},
      {"H", "3", 0, 40},
      {"H", "3", 0, 40},
      {"H", "3", 0, 40},
      {"H", "3", 0, 40},
      {"H", "3", 0, 40},
      {"H", "3", 0, 40}},
     2},
    /* a short text first, though it says more of the place */
    {{{"H", "3", 0, 5},
      {"H", "", 0, 40},
      {"H", "", 0, 40},
      {"H", "", 0, 40},
      {"H", "3", 0, 5},
      {"H", "", 0, 40},
      {"H", "", 0, 40},
      {"H", "", 0, 40},
      {"H", "3", 'A', 40}},
     5},
    /* the only one of its source stays, short and empty as it is */
    {{{"H", "3", 0, 40},
      {"G", "", 0, 2},
      {"H", "3", 0, 40},
      {"H", "3", 0, 40},
      {"H", "3", 0, 40},
      {"H", "", 0, 40},
      {"H", "3", 0, 40},
      {"H", "3", 0, 40},
      {"H", "3", 0, 40}},
     6},
    /* so does the most precise, short as it is */
    {{{"H", "", 0, 40},
      {"H", "3", 'A', 2},
      {"H", "", 0, 40},
      {"H", "", 'C', 40},
      {"H", "", 0, 40},
      {"H", "", 0, 40},
      {"H", "", 0, 40},
      {"H", "", 0, 40},
      {"H", "", 0, 40}},
     3},
    /* the anchor and the new one stay whatever they say */
    {{{"H", "", 0, 2},
      {"H", "3", 'B', 40},
      {"H", "3", 'C', 40},
      {"H", "3", 'B', 40},
      {"H", "3", 'B', 40},
      {"H", "3", 'B', 40},
      {"H", "3", 'B', 40},
      {"H", "3", 'B', 40},
      {"H", "", 0, 2}},
     3},
    /* eight sources: the least said of them */
    {{{"A", "", 0, 40},
      {"B", "3", 0, 40},
      {"C", "3", 0, 40},
      {"D", "", 0, 40},
      {"E", "3", 0, 40},
      {"F", "3", 0, 40},
      {"G", "3", 0, 40},
      {"H", "3", 0, 40},
      {"I", "3", 0, 40}},
     4},
};

static void keeps_eight_for_diversity(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CHOICES / sizeof CHOICES[0]; i++) {
        Hazard hazard = {.id = 1};
        int64_t ids[8];
        size_t count = 0;
        for (int64_t k = 1; k <= 9; k++) {
            keep(&hazard, k, &CHOICES[i].told[k - 1]);
            if (k != CHOICES[i].gone)
                ids[count++] = k;
        }
        assert_kept(&hazard, ids, 8);
        hazard_drop_evidence(&hazard);
    }
}

/* Copies in overlays share what they keep, and each lets go of its own. */
static void a_copy_keeps_what_the_original_gives_up(void **state)
{
    const Said said = {"H12345", "3", 0, 40};
    (void)state;
    for (size_t count = 1; count <= 3; count++) {
        Hazard hazard = {.id = 1};
        const int64_t ids[] = {1, 2, 3};
        for (size_t i = 1; i <= count; i++)
            keep(&hazard, (int64_t)i, &said);
        Hazard copy = hazard;
        hazard_share_evidence(&copy);
        hazard_drop_evidence(&hazard);
        assert_kept(&copy, ids, count);
        hazard_drop_evidence(&copy);
    }
}

static void keeps_few_grams_of_all_but_the_anchor(void **state)
{
    Gram grams[EVIDENCE_GRAMS_MAX];
    EvidenceView view;
    Hazard hazard = {.id = 1};
    (void)state;
    for (size_t i = 0; i < EVIDENCE_GRAMS_MAX; i++)
        grams[i] = (Gram){(uint16_t)i, 7};
    const Evidence evidence = {.report_id = 1,
                               .category = &FIXTURE_LIFT,
                               .grams = grams,
                               .gram_count = EVIDENCE_GRAMS_MAX};
    hazard_keep_evidence(&hazard, &evidence, NULL);
    hazard_keep_evidence(&hazard, &evidence, NULL);
    assert_int_equal(hazard_evidence(&hazard, 0, &view)->gram_count, 128);
    assert_int_equal(hazard_evidence(&hazard, 1, &view)->gram_count, 32);
    hazard_drop_evidence(&hazard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_reporters_by_any_hash_they_share),
        cmocka_unit_test(counts_nobody_for_a_copy_that_names_nobody),
        cmocka_unit_test(counts_reporters_of_one_case_apart),
        cmocka_unit_test(names_the_source_that_knew_first_though_there_are_many),
        cmocka_unit_test(knows_how_near_the_members_are),
        cmocka_unit_test(keeps_all_while_there_is_room),
        cmocka_unit_test(keeps_eight_for_diversity),
        cmocka_unit_test(a_copy_keeps_what_the_original_gives_up),
        cmocka_unit_test(keeps_few_grams_of_all_but_the_anchor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
