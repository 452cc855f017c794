/* Link, review or new: candidates, vetoes, competition, twins, independence; on the shipped model. linkage.md 1, 2. */
#include "domain/lifecycle.h"
#include "domain/linkage.h"

#include "adapters/model_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t DAY = INT64_C(86400) * 1000000;
static const int64_t START = INT64_C(1767225600) * 1000000; /* 2026-01-01T00:00:00Z */

/* A region that grows report by report. */
typedef struct City {
    Model *model;
    Arena *arena;
    Arena *scratch;
    HazardStore *store;
    RegionCounters counters;
    Decision last;
} City;

static int set_up(void **state)
{
    City *city = test_calloc(1, sizeof *city);
    Error error = {0};
    if (!model_file_load("deploy/model/onecase.cfg", &city->model, &error))
        fail_msg("%s", error.text);
    city->arena = arena_new(65536);
    city->scratch = arena_new(65536);
    city->store = hazard_store_new(NULL);
    city->counters = (RegionCounters){.next_hazard = 1, .next_case = 1, .next_report = 1};
    *state = city;
    return 0;
}

static int tear_down(void **state)
{
    City *city = *state;
    hazard_store_free(city->store);
    model_free(city->model);
    arena_free(city->arena);
    arena_free(city->scratch);
    test_free(city);
    return 0;
}

/* A lift report of a day at an address, told in words long enough to compare. */
static Report lift_report(const char *record_no, double day, const char *address)
{
    Report report;
    report_init(&report);
    report.record_no = text_from(record_no);
    report.address = text_from(address);
    report.title = TEXT("电梯故障");
    report.body = TEXT("电梯门关不上，运行时发出很大的异响，上下班高峰没有人敢乘坐");
    report.category = TEXT("A02");
    report.category_confidence = 90;
    report.occurred_at = START + (int64_t)(day * (double)DAY);
    report.reported_at = report.occurred_at;
    return report;
}

/* Decides about a report and carries it out, as the matcher does. Returns the hazard it went to. */
static int64_t take(City *city, const Report *report, const char *source)
{
    HazardStore *overlay = hazard_store_new(city->store);
    Lifecycle lifecycle = {.model = city->model,
                           .store = overlay,
                           .counters = &city->counters,
                           .region = TEXT("9901"),
                           .now = START + 200 * DAY,
                           .arena = city->arena};
    int64_t event_at = report_event_time(report, (ReportArrival){lifecycle.now, false}, NULL);
    EvidenceOrigin origin = {text_from(source), lifecycle.region, city->counters.next_report++,
                             event_at};
    Evidence *evidence = evidence_new(report, &origin, city->model, city->scratch);
    linkage_decide(city->model, overlay, evidence, city->scratch, city->arena, &city->last);
    evidence->independence = city->last.independence;
    HazardMember member = {.report_id = evidence->report_id,
                           .event_at = evidence->event_at,
                           .known_at = evidence->event_at,
                           .status_at = TIME_ABSENT,
                           .reporter = hazard_reporter(evidence),
                           .source = text_hash(evidence->source),
                           .category = evidence->category,
                           .independence = city->last.independence};
    Hazard *hazard = city->last.outcome == OUTCOME_LINK
                         ? hazard_store_edit(overlay, city->last.hazard_id)
                         : lifecycle_open_hazard(&lifecycle, linkage_twin_of(&city->last));
    int64_t id = hazard->id;
    lifecycle_attach(&lifecycle, hazard, &member, evidence);
    hazard_store_merge(overlay);
    return id;
}

static int32_t sum_of(const Score *score)
{
    int32_t sum = 0;
    for (size_t i = 0; i < score->count; i++)
        sum += score->items[i].weight_mb;
    return sum;
}

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
    Report caller = lift_report("YZ1", 1, "锦绣花园3号楼2单元");
    Report grid = lift_report("G1", 10, "锦绣花园3幢2单元");
    int64_t first = take(city, &caller, "H12345");
    assert_int_equal(city->last.outcome, OUTCOME_NEW);
    assert_false(city->last.has_best);
    assert_int_equal(take(city, &grid, "GRID"), first);
    assert_int_equal(city->last.outcome, OUTCOME_LINK);
    assert_true(city->last.final_mb >= model_link_mb(city->model));
    assert_int_equal(sum_of(&city->last.best), city->last.best.total_mb);
    assert_int_equal(city->last.final_mb, city->last.best.total_mb - city->last.competition_mb);
    assert_int_equal(city->last.independence, INDEPENDENT);
    assert_values(&city->last.best, "gap", TEXT("2026-01-11 08:00"),
                  TEXT("2026-01-02 08:00（9天）"));
    assert_values(&city->last.best, "text", TEXT("31字"), TEXT("31字（1000‰）"));
}

static void another_building_is_another_hazard(void **state)
{
    City *city = *state;
    Report three = lift_report("YZ1", 1, "锦绣花园3号楼");
    Report thirteen = lift_report("YZ2", 2, "锦绣花园13号楼");
    int64_t first = take(city, &three, "H12345");
    assert_true(take(city, &thirteen, "H12345") != first);
    assert_int_equal(city->last.outcome, OUTCOME_NEW);
    assert_int_equal(city->last.rejected_count, 1);
    assert_int_equal(city->last.rejected[0].hazard_id, first);
    assert_string_equal(city->last.rejected[0].reason, "veto:building");
}

static void plates_that_differ_are_two_lifts(void **state)
{
    City *city = *state;
    Report one = lift_report("YZ1", 1, "锦绣花园3幢2单元");
    Report other = lift_report("YZ2", 2, "锦绣花园3幢2单元");
    one.lift_plate = TEXT("990011");
    other.lift_plate = TEXT("990187");
    int64_t first = take(city, &one, "H12345");
    assert_true(take(city, &other, "H12345") != first);
    assert_string_equal(city->last.rejected[0].reason, "veto:asset");
}

static void an_equal_plate_outranks_a_wrong_building(void **state)
{
    City *city = *state;
    Report one = lift_report("YZ1", 1, "锦绣花园3幢2单元");
    Report wrong = lift_report("F1", 2, "锦绣花园5幢2单元");
    one.lift_plate = wrong.lift_plate = TEXT("990011");
    int64_t first = take(city, &one, "H12345");
    assert_int_equal(take(city, &wrong, "FIRE119"), first);
}

/* Two lifts live in one building and no plate is given: each fits, so neither is taken. */
static void two_that_fit_equally_compete(void **state)
{
    City *city = *state;
    Report one = lift_report("YZ1", 1, "锦绣花园3幢");
    Report other = lift_report("YZ2", 1, "锦绣花园3幢");
    Report third = lift_report("YZ3", 2, "锦绣花园3幢");
    one.lift_plate = TEXT("990011");
    other.lift_plate = TEXT("990187");
    int64_t first = take(city, &one, "H12345");
    int64_t second = take(city, &other, "H12345");
    int64_t own = take(city, &third, "H12345");
    assert_true(own != first && own != second);
    assert_true(city->last.outcome != OUTCOME_LINK);
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
    Report first_report = lift_report("YZ1", 1, "锦绣花园3幢2单元");
    Report unlike = lift_report("YZ2", 60, "锦绣花园3幢2单元");
    Report third = lift_report("YZ3", 61, "锦绣花园3幢2单元");
    unlike.title = TEXT("电梯");
    unlike.body = TEXT("到底有没有人管一管");
    int64_t first = take(city, &first_report, "H12345");
    int64_t twin = take(city, &unlike, "GRID");
    assert_int_equal(city->last.outcome, OUTCOME_REVIEW);
    assert_int_equal(hazard_store_get(city->store, twin)->provisional_of, first);
    take(city, &third, "H12345");
    assert_int_equal(city->last.outcome, OUTCOME_LINK);
    assert_int_equal(city->last.competition_mb, 0);
}

static void a_quoted_number_joins_and_is_no_witness(void **state)
{
    City *city = *state;
    Report first_report = lift_report("FS20260926008", 1, "锦绣花园3幢2单元");
    Report again = lift_report("FS20261030001", 40, "");
    again.quoted_nos = (TextList){ARENA_NEW(city->arena, Text), 1};
    again.quoted_nos.items[0] = TEXT("FS20260926008");
    int64_t first = take(city, &first_report, "H12345");
    assert_int_equal(take(city, &again, "H12345"), first);
    assert_int_equal(city->last.independence, FOLLOW_UP);
}

static void the_same_number_in_two_departments_is_no_quotation(void **state)
{
    City *city = *state;
    Report hotline = lift_report("20260001", 1, "锦绣花园3幢2单元");
    Report grid = lift_report("20260001", 2, "望江新村9幢1单元");
    int64_t first = take(city, &hotline, "H12345");
    assert_true(take(city, &grid, "GRID") != first);
    assert_int_equal(city->last.outcome, OUTCOME_NEW);
}

static void a_copy_joins_its_original_and_is_no_witness(void **state)
{
    City *city = *state;
    Report original = lift_report("FS20260926008", 1, "锦绣花园3幢2单元");
    Report copy = lift_report("SJ1", 2, "锦绣花园3幢2单元");
    copy.origin_no = TEXT("FS20260926008");
    copy.origin_source = TEXT("H12345");
    int64_t first = take(city, &original, "H12345");
    assert_int_equal(take(city, &copy, "MKT12315"), first);
    assert_int_equal(city->last.independence, TRANSFERRED);
}

static void one_caller_twice_is_one_witness(void **state)
{
    City *city = *state;
    Report one = lift_report("YZ1", 1, "锦绣花园3幢2单元");
    Report again = lift_report("YZ2", 3, "锦绣花园3幢2单元");
    one.reporter = again.reporter = TEXT("1:00112233445566778899aabbccddeeff");
    one.reporter_kind = again.reporter_kind = TEXT("citizen");
    int64_t first = take(city, &one, "H12345");
    assert_int_equal(take(city, &again, "H12345"), first);
    assert_int_equal(city->last.independence, SAME_REPORTER);
}

/* A rotation of the key: old hash, both, new hash alone; each shares one with the report before. */
static void one_caller_stays_one_witness_while_keys_rotate(void **state)
{
    City *city = *state;
    Report reports[4];
    for (int i = 0; i < 4; i++) {
        reports[i] = lift_report(text_string(city->arena, text_format(city->arena, "YZ%d", i)),
                                 1 + 2 * i, "锦绣花园3幢2单元");
        reports[i].reporter_kind = TEXT("citizen");
    }
    reports[0].reporter = TEXT("1:00112233445566778899aabbccddeeff");
    reports[1].reporter = TEXT("2:ffeeddccbbaa99887766554433221100");
    reports[1].reporter_before = TEXT("1:00112233445566778899aabbccddeeff");
    reports[2].reporter = TEXT("2:ffeeddccbbaa99887766554433221100");
    reports[3].reporter = TEXT("2:ffeeddccbbaa99887766554433221101");
    int64_t id = take(city, &reports[0], "H12345");
    assert_int_equal(city->last.independence, INDEPENDENT);
    for (int i = 1; i < 3; i++) {
        assert_int_equal(take(city, &reports[i], "H12345"), id);
        assert_int_equal(city->last.independence, SAME_REPORTER);
    }
    assert_int_equal(hazard_count(hazard_store_get(city->store, id), 0).reporters, 1);
    assert_int_equal(take(city, &reports[3], "H12345"), id);
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
        Report one = lift_report("YZ1", 1, "锦绣花园");
        Report two = lift_report("YZ2", 5, "锦绣花园");
        one.title = two.title = TEXT_ABSENT;
        one.category = two.category = TEXT("C03");
        one.body = text_format(city->arena, "%s纸箱和旧家具一直堆在那里没人清理", LETTERHEAD);
        two.body = text_format(city->arena, "%s门口放满鞋柜自行车婴儿车走不过去", LETTERHEAD);
        if (with_noise == 1)
            one.noise = two.noise = (TextList){&noise, 1};
        City fresh = *city;
        fresh.store = hazard_store_new(NULL);
        int64_t first = take(&fresh, &one, "H12345");
        int64_t second = take(&fresh, &two, "H12345");
        assert_int_equal(first == second, with_noise == 0);
        assert_true(fresh.last.outcome == (with_noise == 0 ? OUTCOME_LINK : OUTCOME_NEW));
        hazard_store_free(fresh.store);
    }
}

/* A key that more than 200 hazards share proposes nothing, and that is counted. */
static void a_key_that_too_many_share_proposes_nothing(void **state)
{
    City *city = *state;
    for (int building = 1; building <= 201; building++) {
        Report report = lift_report(
            text_string(city->arena, text_format(city->arena, "YZ%d", building)), 1,
            text_string(city->arena, text_format(city->arena, "锦绣花园%d幢", building)));
        take(city, &report, "H12345");
    }
    assert_int_equal(city->last.generic_keys, 0); /* the estate is shared by 200 until now */
    Report known = lift_report("G1", 2, "锦绣花园77幢");
    take(city, &known, "GRID");
    assert_true(city->last.generic_keys > 0);
    assert_int_equal(city->last.outcome, OUTCOME_LINK); /* its building still proposes it */
    assert_true(city->last.candidates <= BLOCKING_CANDIDATES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_second_report_of_a_lift_joins_the_first, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_building_is_another_hazard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(plates_that_differ_are_two_lifts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_equal_plate_outranks_a_wrong_building, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(two_that_fit_equally_compete, set_up, tear_down),
        cmocka_unit_test_setup_teardown(twins_do_not_compete_with_each_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_quoted_number_joins_and_is_no_witness, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_number_in_two_departments_is_no_quotation, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_copy_joins_its_original_and_is_no_witness, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_caller_twice_is_one_witness, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_caller_stays_one_witness_while_keys_rotate, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_letterhead_joins_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_that_too_many_share_proposes_nothing, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
