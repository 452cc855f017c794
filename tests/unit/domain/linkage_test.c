/* Link, review or new: candidates, vetoes, competition, twins, independence; on the shipped model. linkage.md 1, 2. */
#include "linkage_fixture.h"

static void assert_values(const Score *score, const char *name, Text report, Text hazard)
{
    for (size_t i = 0; i < score->count; i++) {
        if (!text_is(text_from(score->items[i].comparison), name))
            continue;
        assert_true(text_equal(score->items[i].report_value, report));
        assert_true(text_equal(score->items[i].hazard_value, hazard));
        return;
    }
    fail_msg("no comparison %s", name);
}

static void the_second_report_of_a_lift_joins_the_first(void **state)
{
    City *city = *state;
    Report caller = city_lift("YZ1", 1, "锦绣花园3号楼2单元");
    Report grid = city_lift("G1", 10, "锦绣花园3幢2单元");
    int64_t first = city_take(city, &caller, "H12345");
    assert_int_equal(city->last.outcome, OUTCOME_NEW);
    assert_false(city->last.has_best);
    assert_int_equal(city_take(city, &grid, "GRID"), first);
    assert_int_equal(city->last.outcome, OUTCOME_LINK);
    assert_true(city->last.final_mb >= model_link_mb(city->model));
    assert_int_equal(city_sum_of(&city->last.best), city->last.best.total_mb);
    assert_int_equal(city->last.final_mb, city->last.best.total_mb - city->last.competition_mb);
    assert_int_equal(city->last.independence, INDEPENDENT);
    assert_values(&city->last.best, "gap", TEXT("2026-01-11 08:00"),
                  TEXT("2026-01-02 08:00（9天）"));
    assert_values(&city->last.best, "text", TEXT("31字"), TEXT("31字（1000‰）"));
}

static void another_building_is_another_hazard(void **state)
{
    City *city = *state;
    Report three = city_lift("YZ1", 1, "锦绣花园3号楼");
    Report thirteen = city_lift("YZ2", 2, "锦绣花园13号楼");
    int64_t first = city_take(city, &three, "H12345");
    assert_true(city_take(city, &thirteen, "H12345") != first);
    assert_int_equal(city->last.outcome, OUTCOME_NEW);
    assert_int_equal(city->last.rejected_count, 1);
    assert_int_equal(city->last.rejected[0].hazard_id, first);
    assert_string_equal(city->last.rejected[0].reason, "veto:building");
}

static void plates_that_differ_are_two_lifts(void **state)
{
    City *city = *state;
    Report one = city_lift("YZ1", 1, "锦绣花园3幢2单元");
    Report other = city_lift("YZ2", 2, "锦绣花园3幢2单元");
    one.lift_plate = TEXT("990011");
    other.lift_plate = TEXT("990187");
    int64_t first = city_take(city, &one, "H12345");
    assert_true(city_take(city, &other, "H12345") != first);
    assert_string_equal(city->last.rejected[0].reason, "veto:asset");
}

static void an_equal_plate_outranks_a_wrong_building(void **state)
{
    City *city = *state;
    Report one = city_lift("YZ1", 1, "锦绣花园3幢2单元");
    Report wrong = city_lift("F1", 2, "锦绣花园5幢2单元");
    one.lift_plate = wrong.lift_plate = TEXT("990011");
    int64_t first = city_take(city, &one, "H12345");
    assert_int_equal(city_take(city, &wrong, "FIRE119"), first);
}

/* Two lifts live in one building and no plate is given: each fits, so neither is taken. */
static void two_that_fit_equally_compete(void **state)
{
    City *city = *state;
    Report one = city_lift("YZ1", 1, "锦绣花园3幢");
    Report other = city_lift("YZ2", 1, "锦绣花园3幢");
    Report third = city_lift("YZ3", 2, "锦绣花园3幢");
    one.lift_plate = TEXT("990011");
    other.lift_plate = TEXT("990187");
    int64_t first = city_take(city, &one, "H12345");
    int64_t second = city_take(city, &other, "H12345");
    int64_t own = city_take(city, &third, "H12345");
    assert_true(own != first && own != second);
    assert_int_equal(city->last.outcome, OUTCOME_REVIEW); /* a person may know which */
    assert_true(city->last.one_of);
    assert_true(city->last.best.total_mb >= model_link_mb(city->model)); /* alone it would have */
    assert_true(city->last.competition_mb >= city->last.best.total_mb - 100);
    assert_int_equal(city->last.runner_up_id, second);
    assert_int_equal(city->last.runner_up_mb, city->last.best.total_mb);
    assert_int_equal(city->last.best.hazard_id, first); /* ties go to the older */
}

/* A provisional hazard may be its twin, so the two are one competitor. */
static void twins_do_not_compete_with_each_other(void **state)
{
    City *city = *state;
    Report first_report = city_lift("YZ1", 1, "锦绣花园3幢2单元");
    Report unlike = city_lift("YZ2", 60, "锦绣花园3幢2单元");
    Report third = city_lift("YZ3", 61, "锦绣花园3幢2单元");
    unlike.title = TEXT("电梯");
    unlike.body = TEXT("到底有没有人管一管");
    int64_t first = city_take(city, &first_report, "H12345");
    int64_t twin = city_take(city, &unlike, "GRID");
    assert_int_equal(city->last.outcome, OUTCOME_REVIEW);
    assert_int_equal(hazard_store_get(city->store, twin)->provisional_of, first);
    city_take(city, &third, "H12345");
    assert_int_equal(city->last.outcome, OUTCOME_LINK);
    assert_int_equal(city->last.competition_mb, 0);
}

static void a_quoted_number_joins_and_is_no_witness(void **state)
{
    City *city = *state;
    Report first_report = city_lift("FS20260926008", 1, "锦绣花园3幢2单元");
    Report again = city_lift("FS20261030001", 40, "");
    again.quoted_nos = (TextList){ARENA_NEW(city->arena, Text), 1};
    again.quoted_nos.items[0] = TEXT("FS20260926008");
    int64_t first = city_take(city, &first_report, "H12345");
    assert_int_equal(city_take(city, &again, "H12345"), first);
    assert_int_equal(city->last.independence, FOLLOW_UP);
}

static void the_same_number_in_two_departments_is_no_quotation(void **state)
{
    City *city = *state;
    Report hotline = city_lift("20260001", 1, "锦绣花园3幢2单元");
    Report grid = city_lift("20260001", 2, "望江新村9幢1单元");
    int64_t first = city_take(city, &hotline, "H12345");
    assert_true(city_take(city, &grid, "GRID") != first);
    assert_int_equal(city->last.outcome, OUTCOME_NEW);
}

static void a_copy_joins_its_original_and_is_no_witness(void **state)
{
    City *city = *state;
    Report original = city_lift("FS20260926008", 1, "锦绣花园3幢2单元");
    Report copy = city_lift("SJ1", 2, "锦绣花园3幢2单元");
    copy.origin_no = TEXT("FS20260926008");
    copy.origin_source = TEXT("H12345");
    int64_t first = city_take(city, &original, "H12345");
    assert_int_equal(city_take(city, &copy, "MKT12315"), first);
    assert_int_equal(city->last.independence, TRANSFERRED);
}

static Report alarm_of(const char *record_no, double day, const char *device)
{
    Report report = city_lift(record_no, day, "锦绣花园3幢2单元");
    report.category = TEXT("C02");
    report.title = TEXT("烟感报警");
    report.device_id = text_from(device);
    report.finder_kind = TEXT("sensor");
    return report;
}

static void a_detector_that_alarms_again_is_one_witness(void **state)
{
    City *city = *state;
    Report first_alarm = alarm_of("B1", 1, "9901-0007");
    Report second_alarm = alarm_of("B2", 1.01, "9901-0007");
    int64_t first = city_take(city, &first_alarm, "FIREIOT");
    assert_int_equal(city_take(city, &second_alarm, "FIREIOT"), first);
    assert_int_equal(city->last.independence, SAME_REPORTER);
    assert_int_equal(hazard_count(hazard_store_get(city->store, first), 0).reporters, 1);
}

/* The number of a lamp that callers read off its post is no caller of its own. */
static void two_who_give_one_devices_number_are_two_witnesses(void **state)
{
    City *city = *state;
    Report one = alarm_of("YZ1", 1, "9901-0007");
    Report other = alarm_of("YZ2", 1.01, "9901-0007");
    one.finder_kind = other.finder_kind = TEXT("citizen");
    int64_t first = city_take(city, &one, "H12345");
    assert_int_equal(city_take(city, &other, "H12345"), first);
    assert_int_equal(city->last.independence, INDEPENDENT);
}

static void one_caller_twice_is_one_witness(void **state)
{
    City *city = *state;
    Report one = city_lift("YZ1", 1, "锦绣花园3幢2单元");
    Report again = city_lift("YZ2", 3, "锦绣花园3幢2单元");
    one.reporter = again.reporter = TEXT("1:00112233445566778899aabbccddeeff");
    one.reporter_kind = again.reporter_kind = TEXT("citizen");
    int64_t first = city_take(city, &one, "H12345");
    assert_int_equal(city_take(city, &again, "H12345"), first);
    assert_int_equal(city->last.independence, SAME_REPORTER);
}

/* A rotation of the key: old hash, both, new hash alone; each shares one with the report before. */
static void one_caller_stays_one_witness_while_keys_rotate(void **state)
{
    City *city = *state;
    Report reports[4];
    for (int i = 0; i < 4; i++) {
        reports[i] = city_lift(text_string(city->arena, text_format(city->arena, "YZ%d", i)),
                               1 + 2 * i, "锦绣花园3幢2单元");
        reports[i].reporter_kind = TEXT("citizen");
    }
    reports[0].reporter = TEXT("1:00112233445566778899aabbccddeeff");
    reports[1].reporter = TEXT("2:ffeeddccbbaa99887766554433221100");
    reports[1].reporter_before = TEXT("1:00112233445566778899aabbccddeeff");
    reports[2].reporter = TEXT("2:ffeeddccbbaa99887766554433221100");
    reports[3].reporter = TEXT("2:ffeeddccbbaa99887766554433221101");
    int64_t id = city_take(city, &reports[0], "H12345");
    assert_int_equal(city->last.independence, INDEPENDENT);
    for (int i = 1; i < 3; i++) {
        assert_int_equal(city_take(city, &reports[i], "H12345"), id);
        assert_int_equal(city->last.independence, SAME_REPORTER);
    }
    assert_int_equal(hazard_count(hazard_store_get(city->store, id), 0).reporters, 1);
    assert_int_equal(city_take(city, &reports[3], "H12345"), id);
    assert_int_equal(city->last.independence, INDEPENDENT);
    assert_int_equal(hazard_count(hazard_store_get(city->store, id), 0).reporters, 2);
}

/* The feed's letterhead is long and the two calls are not: without it they have nothing in common but the estate. */
static void a_letterhead_joins_nobody(void **state)
{
    City *city = *state;
    static const char *const LETTERHEAD = "【惠民服务热线转办】本工单经坐席核对录入，承办单位须在规"
                                          "定时限内联系当事人并如实回复办理情况。";
    Text noise = text_from(LETTERHEAD);
    for (int with_noise = 0; with_noise < 2; with_noise++) {
        Report one = city_lift("YZ1", 1, "锦绣花园");
        Report two = city_lift("YZ2", 5, "锦绣花园");
        one.title = two.title = TEXT_ABSENT;
        one.category = two.category = TEXT("C03");
        one.body = text_format(city->arena, "%s纸箱和旧家具一直堆在那里没人清理", LETTERHEAD);
        two.body = text_format(city->arena, "%s门口放满鞋柜自行车婴儿车走不过去", LETTERHEAD);
        if (with_noise == 1)
            one.noise = two.noise = (TextList){&noise, 1};
        City fresh = *city;
        fresh.store = hazard_store_new(NULL);
        int64_t first = city_take(&fresh, &one, "H12345");
        int64_t second = city_take(&fresh, &two, "H12345");
        assert_int_equal(first == second, with_noise == 0);
        assert_true(fresh.last.outcome == (with_noise == 0 ? OUTCOME_LINK : OUTCOME_NEW));
        hazard_store_free(fresh.store);
    }
}

/* A key that more than 48 hazards share proposes but its latest, and that is counted. */
static void a_key_that_too_many_share_proposes_its_latest(void **state)
{
    City *city = *state;
    for (int building = 1; building <= 80; building++) {
        Report report =
            city_lift(text_string(city->arena, text_format(city->arena, "YZ%d", building)), 1,
                      text_string(city->arena, text_format(city->arena, "锦绣花园%d幢", building)));
        city_take(city, &report, "H12345");
        assert_int_equal(city->last.generic_keys > 0,
                         building > 49); /* 48 share the estate until then */
    }
    Report known = city_lift("G1", 2, "锦绣花园7幢");
    city_take(city, &known, "GRID");
    assert_true(city->last.generic_keys > 0);
    assert_int_equal(city->last.outcome, OUTCOME_LINK); /* its building still proposes it */
    assert_in_range(city->last.candidates, 8, 9);       /* and the latest of the estate */
    Report vague = city_lift("G2", 2, "锦绣花园");
    city_take(city, &vague, "GRID");
    assert_true(city->last.generic_keys > 0);
    assert_int_equal(city->last.candidates, 64); /* it says nothing else */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_second_report_of_a_lift_joins_the_first, city_set_up,
                                        city_tear_down),
        cmocka_unit_test_setup_teardown(another_building_is_another_hazard, city_set_up,
                                        city_tear_down),
        cmocka_unit_test_setup_teardown(plates_that_differ_are_two_lifts, city_set_up,
                                        city_tear_down),
        cmocka_unit_test_setup_teardown(an_equal_plate_outranks_a_wrong_building, city_set_up,
                                        city_tear_down),
        cmocka_unit_test_setup_teardown(two_that_fit_equally_compete, city_set_up, city_tear_down),
        cmocka_unit_test_setup_teardown(twins_do_not_compete_with_each_other, city_set_up,
                                        city_tear_down),
        cmocka_unit_test_setup_teardown(a_quoted_number_joins_and_is_no_witness, city_set_up,
                                        city_tear_down),
        cmocka_unit_test_setup_teardown(the_same_number_in_two_departments_is_no_quotation,
                                        city_set_up, city_tear_down),
        cmocka_unit_test_setup_teardown(a_copy_joins_its_original_and_is_no_witness, city_set_up,
                                        city_tear_down),
        cmocka_unit_test_setup_teardown(a_detector_that_alarms_again_is_one_witness, city_set_up,
                                        city_tear_down),
        cmocka_unit_test_setup_teardown(two_who_give_one_devices_number_are_two_witnesses,
                                        city_set_up, city_tear_down),
        cmocka_unit_test_setup_teardown(one_caller_twice_is_one_witness, city_set_up,
                                        city_tear_down),
        cmocka_unit_test_setup_teardown(one_caller_stays_one_witness_while_keys_rotate, city_set_up,
                                        city_tear_down),
        cmocka_unit_test_setup_teardown(a_letterhead_joins_nobody, city_set_up, city_tear_down),
        cmocka_unit_test_setup_teardown(a_key_that_too_many_share_proposes_its_latest, city_set_up,
                                        city_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
