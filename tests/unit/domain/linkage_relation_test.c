/*
 * What a new hazard is to those it was not joined to, what is put before a person, and record numbers that are quoted:
 * linkage.md 1 and "Precedence and traps" of 2.
 */
#include "linkage_fixture.h"

#include <string.h>

static const Relation *relation_to(const Decision *decision, int64_t hazard_id)
{
    for (size_t i = 0; i < decision->relation_count; i++)
        if (decision->relations[i].hazard_id == hazard_id)
            return &decision->relations[i];
    return NULL;
}

static void assert_relation(const City *city, int64_t hazard_id, const char *kind)
{
    const Relation *found = relation_to(&city->last, hazard_id);
    assert_non_null(found);
    assert_string_equal(found->kind, kind);
}

static Report report_of(const char *record_no, double day, const char *code, const char *address)
{
    Report report = city_lift(record_no, day, address);
    report.category = text_from(code);
    report.title = TEXT_ABSENT;
    report.body = TEXT_ABSENT;
    return report;
}

static TextList one_number(const City *city, const char *number)
{
    TextList list = {ARENA_NEW(city->arena, Text), 1};
    list.items[0] = text_from(number);
    return list;
}

/* Example 5: own hazard, one_of both, review; and no twin of either. */
static void several_that_fit_are_one_of_relations(void **state)
{
    City *city = *state;
    Report one = city_lift("YZ1", 1, "锦绣花园3幢1单元");
    Report other = city_lift("YZ2", 1, "锦绣花园3幢2单元");
    Report third = city_lift("YZ3", 2, "锦绣花园3幢");
    int64_t first = city_take(city, &one, "H12345");
    int64_t second = city_take(city, &other, "H12345");
    int64_t own = city_take(city, &third, "H12345");
    assert_true(own != first && own != second);
    assert_int_equal(city->last.outcome, OUTCOME_REVIEW);
    assert_true(city->last.one_of);
    assert_int_equal(city->last.relation_count, 2);
    assert_relation(city, first, "one_of");
    assert_relation(city, second, "one_of");
    assert_int_equal(hazard_store_get(city->store, own)->provisional_of, 0);
}

/* Review band: a twin, and whoever else is at least possible. */
static void the_review_band_makes_a_twin(void **state)
{
    City *city = *state;
    Report first_report = city_lift("YZ1", 1, "锦绣花园3幢2单元");
    Report unlike = city_lift("YZ2", 60, "锦绣花园3幢2单元");
    unlike.title = TEXT("电梯");
    unlike.body = TEXT("到底有没有人管一管");
    int64_t first = city_take(city, &first_report, "H12345");
    int64_t twin = city_take(city, &unlike, "GRID");
    assert_int_equal(city->last.outcome, OUTCOME_REVIEW);
    assert_false(city->last.one_of);
    assert_int_equal(city->last.relation_count, 1);
    assert_relation(city, first, "twin");
    assert_int_equal(city->last.relations[0].score_mb, city->last.final_mb);
    assert_int_equal(hazard_store_get(city->store, twin)->provisional_of, first);
}

static int64_t smell_at(City *city, double day, double east_m)
{
    Report report = report_of("YZ", day, "B01", "");
    report.point.wgs84 = (GeoPoint){.lon = 121.0 + east_m / 95300.0, .lat = 31.0};
    report.point.precision = 'B';
    return city_take(city, &report, "H12345");
}

/* Two grown hazards are made one by a person alone; who would have joined both notes them for that. */
static void grown_hazards_that_a_report_fits_are_twins(void **state)
{
    City *city = *state;
    int64_t west = smell_at(city, 1.0, 0);
    int64_t east = smell_at(city, 1.5, 390);
    assert_int_not_equal(west, east);
    assert_int_equal(smell_at(city, 1.0, 0), west);
    assert_int_equal(smell_at(city, 1.5, 390), east);
    assert_int_equal(smell_at(city, 1.25, 195), west); /* they are small yet */
    assert_int_equal(city->last.relation_count, 0);
    city->model->weights.merge_members = 1;
    assert_int_equal(smell_at(city, 1.25, 195), west);
    assert_int_equal(city->last.outcome, OUTCOME_LINK);
    assert_int_equal(city->last.relation_count, 1);
    assert_relation(city, east, "twin");
}

/* -2,000 and more is possible; less is nothing. */
static void what_is_possible_is_noted(void **state)
{
    City *city = *state;
    Report known = report_of("YZ1", 1, "C03", "锦绣花园3幢");
    Report vague = report_of("YZ2", 2, "C03", "锦绣花园"); /* -19 + 15.5 + 3.1 + 2.0 = +1.6 */
    Report old = report_of("YZ3", 100, "C03", "建设路");   /* another road: nothing */
    int64_t first = city_take(city, &known, "H12345");
    city_take(city, &vague, "GRID");
    assert_int_equal(city->last.outcome, OUTCOME_NEW);
    assert_relation(city, first, "possible");
    assert_int_equal(city->last.relations[0].score_mb, 1600);
    city_take(city, &old, "GRID");
    assert_int_equal(city->last.relation_count, 0);
}

/* A blocked exit, a fire in the building later: two hazards, and the first came before the other. */
static void cause_and_incident_are_related_and_never_one(void **state)
{
    City *city = *state;
    Report exit_blocked = report_of("YZ1", 1, "C03", "锦绣花园3幢");
    Report fire = report_of("F1", 20, "C01", "锦绣花园3幢");
    Report late = report_of("G1", 10, "D01", "锦绣花园3幢"); /* told after the fire, seen before */
    int64_t cause = city_take(city, &exit_blocked, "H12345");
    int64_t incident = city_take(city, &fire, "FIRE119");
    assert_true(cause != incident);
    assert_relation(city, cause, "precursor");
    assert_false(city->last.relations[0].report_comes_first);
    city_take(city, &late, "GRID");
    assert_relation(city, incident, "precursor");
    assert_true(relation_to(&city->last, incident)->report_comes_first);
}

static void branches_of_one_company_are_related(void **state)
{
    City *city = *state;
    Report here = report_of("YZ1", 1, "H01", "建设路128号");
    Report there = report_of("YZ2", 2, "H01", "人民路5号");
    here.usc_code = there.usc_code = TEXT("91990101MA0TERT08C");
    int64_t first = city_take(city, &here, "MKT12315");
    assert_true(city_take(city, &there, "MKT12315") != first);
    assert_relation(city, first, "same_party");
}

/* A property company answers for many lifts: nothing to note. */
static void one_property_company_relates_no_lifts(void **state)
{
    City *city = *state;
    Report here = city_lift("YZ1", 1, "锦绣花园3幢");
    Report there = city_lift("YZ2", 2, "青松家园5幢");
    here.usc_code = there.usc_code = TEXT("91990101MA0TERT08C");
    int64_t first = city_take(city, &here, "H12345");
    assert_true(city_take(city, &there, "H12345") != first);
    assert_null(relation_to(&city->last, first));
}

/* At most eight, the strongest kinds first. */
static void relations_are_few_and_the_strongest(void **state)
{
    City *city = *state;
    for (int i = 1; i <= 12; i++) {
        Report report =
            report_of(text_string(city->arena, text_format(city->arena, "YZ%d", i)), 1, "C03",
                      text_string(city->arena, text_format(city->arena, "锦绣花园%d幢", i)));
        city_take(city, &report, "H12345");
    }
    Report vague = report_of("G1", 2, "C03", "锦绣花园"); /* 12 sites: 15.5 - 3.6 */
    city_take(city, &vague, "GRID");
    assert_int_equal(city->last.outcome, OUTCOME_NEW);
    size_t noted = city->last.relation_count;
    assert_int_equal(noted, DECISION_RELATIONS_MAX);
    for (size_t i = 1; i < noted; i++)
        assert_true(city->last.relations[i - 1].hazard_id < city->last.relations[i].hazard_id);
}

/* "unrelated class and X2: review" */
static void a_quoted_number_of_another_matter_goes_to_a_person(void **state)
{
    City *city = *state;
    Report lift = city_lift("FS20260926008", 1, "锦绣花园3幢2单元");
    Report meal = report_of("FS20261030001", 40, "H01", "青松家园5幢");
    meal.quoted_nos = one_number(city, "FS20260926008");
    int64_t first = city_take(city, &lift, "H12345");
    assert_true(city_take(city, &meal, "H12345") != first);
    assert_int_equal(city->last.outcome, OUTCOME_REVIEW);
    assert_relation(city, first, "twin");
    assert_string_equal(city->last.best.flags[0], "quoted_unrelated");
}

static void a_quoted_number_said_to_be_another_matter_does_not_link(void **state)
{
    City *city = *state;
    Report lift = city_lift("FS20260926008", 1, "锦绣花园3幢2单元");
    Report denied = report_of("FS20261030001", 40, "A02", "锦绣花园5幢");
    Report quoted = report_of("FS20261030002", 41, "A02", "锦绣花园5幢");
    denied.body = TEXT("这次不是之前工单FS20260926008反映的那部电梯，是5幢的电梯");
    quoted.body = TEXT("之前工单FS20260926008反映过，电梯还是老样子");
    denied.quoted_nos = quoted.quoted_nos = one_number(city, "FS20260926008");
    int64_t first = city_take(city, &lift, "H12345");
    int64_t other = city_take(city, &denied, "H12345");
    assert_true(other != first);
    assert_int_equal(city->last.outcome, OUTCOME_NEW);
    assert_int_equal(city_take(city, &quoted, "H12345"), first); /* not denied, it links */
    assert_int_equal(city->last.independence, FOLLOW_UP);
}

/* Without a word for it a number links when a record has it, written small or large, and is nothing otherwise. */
static void a_number_without_a_word_for_it_links_when_a_record_has_it(void **state)
{
    City *city = *state;
    Report lift = city_lift("FS20260926008", 1, "锦绣花园3幢2单元");
    Report quoting = report_of("SC9902012026103000021", 40, "A02", "");
    Report other = report_of("SC9902012026103000022", 41, "A02", "");
    Report excepted = report_of("SC9902012026103000023", 42, "A02", "");
    quoting.body = TEXT("同fs20260926008，电梯没人修");
    other.body = TEXT("同FS20260926009，电梯没人修");
    excepted.body = TEXT("除FS20260926008外，电梯也有问题");
    int64_t first = city_take(city, &lift, "H12345");
    assert_int_equal(city_take(city, &quoting, "MKT12315"), first);
    assert_int_equal(city->last.independence, FOLLOW_UP);
    for (size_t i = 0; i < city->last.best.count; i++) {
        const ScoreItem *item = &city->last.best.items[i];
        if (strcmp(item->comparison, "quoted") != 0)
            continue;
        assert_true(text_is(item->report_value, "FS20260926008"));
        assert_true(text_is(item->hazard_value, "FS20260926008"));
    }
    assert_true(city_take(city, &other, "MKT12315") != first);
    assert_true(city_take(city, &excepted, "MKT12315") != first);
}

/* One that quotes something else in its text is an independent witness when a member quoted it before. */
static void whoever_is_quoted_is_a_witness(void **state)
{
    City *city = *state;
    Report again = report_of("FS20261030001", 3, "A02", "");
    Report original = city_lift("FS20260926008", 1, "锦绣花园3幢2单元");
    again.body = TEXT("同FS20260926008，电梯没人修");
    original.body = TEXT("电梯停运三天，缴费凭证2026092600012345");
    int64_t first = city_take(city, &again, "H12345");
    assert_int_equal(city_take(city, &original, "H12345"), first);
    assert_int_equal(city->last.independence, INDEPENDENT);
}

/* Two lifts of a building without numbers: what people call them tells them apart. */
static void lifts_of_other_names_are_two_hazards(void **state)
{
    City *city = *state;
    Report one = city_lift("FS20260926008", 1, "锦绣花园3幢2单元");
    Report two = city_lift("FS20260926009", 20, "锦绣花园3幢2单元");
    Report again = city_lift("FS20260926011", 40, "锦绣花园3幢2单元");
    one.body = TEXT("1号梯停运三天没有人修");
    two.body = TEXT("2号梯停运三天没有人修");
    again.body = TEXT("左边那部就是1号电梯又停运了");
    int64_t first = city_take(city, &one, "H12345");
    assert_true(city_take(city, &two, "H12345") != first); /* P1, same words: 9.5 - 6.0 */
    assert_int_equal(city->last.outcome, OUTCOME_REVIEW);
    assert_int_equal(city_take(city, &again, "H12345"), first);
}

/* "unresolved: kept as a key": the record quoted arrives after the one that quotes it. */
static void a_record_finds_who_quoted_it_before_it_came(void **state)
{
    City *city = *state;
    Report again = report_of("FS20261030001", 3, "A02", "");
    Report original = city_lift("FS20260926008", 1, "锦绣花园3幢2单元");
    again.quoted_nos = one_number(city, "FS20260926008");
    int64_t first = city_take(city, &again, "H12345");
    assert_int_equal(city_take(city, &original, "H12345"), first);
}

/* A detector's next alarm after days is the same hazard's next episode (linkage.md 2). */
static void a_detectors_next_alarm_is_the_same_hazard(void **state)
{
    City *city = *state;
    Report alarm = report_of("A1", 1, "C02", "锦绣花园3幢701");
    Report next = report_of("A2", 12, "C02", "锦绣花园3幢701");
    alarm.device_id = next.device_id = TEXT("SMOKE-990011");
    int64_t first = city_take(city, &alarm, "FIREIOT");
    assert_int_equal(city_take(city, &next, "FIREIOT"), first);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, city_set_up, city_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(several_that_fit_are_one_of_relations),
        TEST(the_review_band_makes_a_twin),
        TEST(grown_hazards_that_a_report_fits_are_twins),
        TEST(what_is_possible_is_noted),
        TEST(cause_and_incident_are_related_and_never_one),
        TEST(branches_of_one_company_are_related),
        TEST(one_property_company_relates_no_lifts),
        TEST(relations_are_few_and_the_strongest),
        TEST(a_quoted_number_of_another_matter_goes_to_a_person),
        TEST(a_quoted_number_said_to_be_another_matter_does_not_link),
        TEST(a_number_without_a_word_for_it_links_when_a_record_has_it),
        TEST(whoever_is_quoted_is_a_witness),
        TEST(lifts_of_other_names_are_two_hazards),
        TEST(a_record_finds_who_quoted_it_before_it_came),
        TEST(a_detectors_next_alarm_is_the_same_hazard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
