/* Memory that grew by reports that waited in buckets and moved equals memory rebuilt in the order of their last decisions. */
#include "town_fixture.h"

static void assert_alike(const Hazard *a, const Hazard *b)
{
    assert_int_equal(a->member_count, b->member_count);
    assert_int_equal(a->representative_count, b->representative_count);
    for (size_t i = 0; i < a->representative_count; i++)
        assert_int_equal(evidence_packed_report_id(hazard_representative(a, i)),
                         evidence_packed_report_id(hazard_representative(b, i)));
}

/* Whatever is asked next, both answer alike. */
static void assert_decide_alike(HazardStore *store)
{
    City *city = town->city;
    for (int64_t id = 1; id < city->counters.next_report; id += 3) {
        Decision x;
        Decision y;
        int64_t buckets_x[BUCKETS_ASKED_MAX];
        int64_t buckets_y[BUCKETS_ASKED_MAX];
        Evidence *evidence = evidence_of(id);
        linkage_decide(city->model, city->store, evidence, city->scratch, city->arena, &x);
        linkage_decide(city->model, store, evidence, city->scratch, city->arena, &y);
        assert_int_equal(x.outcome, y.outcome);
        assert_int_equal(x.hazard_id, y.hazard_id);
        assert_int_equal(x.final_mb, y.final_mb);
        size_t count = bucket_asked_by(city->store, evidence, city->scratch, buckets_x);
        assert_int_equal(count, bucket_asked_by(store, evidence, city->scratch, buckets_y));
        assert_memory_equal(buckets_x, buckets_y, count * sizeof buckets_x[0]);
        assert_int_equal(bucket_find(city->model, city->store, evidence, city->scratch),
                         bucket_find(city->model, store, evidence, city->scratch));
        evidence_free(evidence);
    }
}

static void grows_as_it_would_be_rebuilt(void **state)
{
    static const char *const PLACES[] = {"",         "锦绣花园", "锦绣花园3幢2单元",
                                         "锦绣花园", "听雨新村", "听雨新村7幢1单元",
                                         "荷风苑",   "荷风苑2幢"};
    (void)state;
    uint32_t seed = 7;
    size_t moved = 0;
    for (int i = 1; i <= 300; i++) {
        seed = seed * 1664525u + 1013904223u;
        Report report = call(i, i * 0.2, PLACES[(seed >> 8) % 8]);
        report.reporter = text_format(town->city->arena, "1:%032d", (int)(seed >> 12) % 40);
        if ((seed >> 20) % 5 == 0)
            report.status = 60;
        if ((seed >> 24) % 7 == 0 && i > 10) {
            report.quoted_nos = (TextList){ARENA_NEW(town->city->arena, Text), 1};
            report.quoted_nos.items[0] =
                text_format(town->city->arena, "YZ%d", i - 1 - (int)(seed >> 16) % 8);
        }
        tell(&report, "H12345");
        moved += town->replaced;
        if (i % 60 == 0) {
            HazardStore *store = town_rebuilt();
            for (int64_t id = 1; id < town->city->counters.next_hazard; id++)
                assert_alike(hazard_store_get(town->city->store, id), hazard_store_get(store, id));
            assert_decide_alike(store);
            hazard_store_free(store);
        }
    }
    assert_true(moved > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(grows_as_it_would_be_rebuilt, town_set_up, town_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
