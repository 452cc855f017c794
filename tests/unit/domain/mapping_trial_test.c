#include "mapping_fixture.h"

#include "domain/mapping_trial.h"

/* What the files of a test mean: NAME.in is one record or one a line, NAME.at a time. */

static void assert_records(Fixture *fixture, const char *bytes, size_t count)
{
    TextList records = mapping_trial_records(&fixture->mapping, text_from(bytes), fixture->message);
    if (records.count != count)
        fail_msg("\"%s\" has %zu records", bytes, records.count);
}

static void one_value_is_one_record_and_otherwise_each_line(void **state)
{
    assert_records(*state, "{\"no\":\"R1\"}", 1);
    assert_records(*state, "{\"no\":\"R1\"}\n", 1);
    assert_records(*state, "{\n  \"no\": \"R1\"\n}\n", 1);
    assert_records(*state, "{\n  \"no\": \"\\ud800\"\n}\n", 1); /* read with a repair */
    assert_records(*state, "[\n{},\n{}\n]\n", 1);
    assert_records(*state, "{\"no\":\"R1\"}\n{\"no\":\"R2\"}\n", 2);
    assert_records(*state, "{\"no\":\"R1\"}\n\n \n{\"no\":\"R2\"}", 2);
    assert_records(*state, "{\"no\":\n{\"no\":\"R2\"}\n", 2);
    assert_records(*state, "", 1);
}

static void a_time_stamp_is_an_iso_time_with_zone(void **state)
{
    (void)state;
    const int64_t morning_us = INT64_C(1769905800000000);
    static const char *const RIGHT[] = {"2026-02-01T00:30:00Z\n", "2026-02-01T08:30:00+08:00",
                                        "  2026-02-01 00:30:00.000Z  \n"};
    static const char *const WRONG[] = {"", "2026-02-01T00:30:00", "1769905800", "tomorrow"};
    for (size_t i = 0; i < sizeof(RIGHT) / sizeof(RIGHT[0]); i++) {
        int64_t time_us;
        Error error = {0};
        assert_true(mapping_trial_time(text_from(RIGHT[i]), &time_us, &error));
        assert_int_equal(time_us, morning_us);
    }
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
        int64_t time_us;
        Error error = {0};
        assert_false(mapping_trial_time(text_from(WRONG[i]), &time_us, &error));
        assert_non_null(strstr(error.text, "expected a time such as 2026-02-01T00:30:00Z"));
    }
}

/* The time stamp of the test is what times are judged by. */
static void records_on_trial_have_the_time_stamp_of_their_test(void **state)
{
    Fixture *fixture = *state;
    const TimeFormat *formats[] = {format_of(fixture->process, "epoch")};
    fixture->mapping.time_formats = formats;
    fixture->mapping.time_format_count = 1;
    add_field(fixture, "reported_at", "/at")->as = AS_TIME;
    Text input = TEXT("{\"no\":\"R1\",\"trapped\":0,\"at\":1769905800}");
    const RegionTable *regions = fixture->context.regions;
    const int64_t year_2030_us = INT64_C(1893456000000000);
    Text judged =
        mapping_trial_run(&fixture->mapping, regions, input, year_2030_us, fixture->message);
    Text unjudged = mapping_trial_run(&fixture->mapping, regions, input, 0, fixture->message);
    assert_true(text_contains(judged, TEXT("time_suspect")));
    assert_false(text_contains(unjudged, TEXT("time_suspect")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_value_is_one_record_and_otherwise_each_line, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_time_stamp_is_an_iso_time_with_zone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(records_on_trial_have_the_time_stamp_of_their_test, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
