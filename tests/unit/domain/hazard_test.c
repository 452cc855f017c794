/* Counting the members of a hazard: distinct reporters by up to two hashes each (rotation of the key). */
#include "hazard_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_reporters_by_any_hash_they_share),
        cmocka_unit_test(counts_reporters_of_one_case_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
