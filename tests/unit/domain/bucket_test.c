/*
 * Vague reports wait in one bucket and find their thing when someone names it (linkage.md 2, V1 to V6); through placing, as the
 * matcher does it. On the shipped model.
 */
#include "town_fixture.h"

static void twenty_calls_are_one_bucket(void **state)
{
    (void)state;
    int64_t first = tell_call(1, 1, "锦绣花园");
    assert_int_equal(town->city->last.outcome, OUTCOME_BUCKET);
    assert_int_equal(town->city->last.bucket_id, hazard_of(first)->id);
    for (int i = 2; i <= 20; i++)
        tell_call(i, 1 + i * 0.1, i % 3 == 0 ? "锦绣花园2期" : "锦绣花园");
    assert_true(hazard_of(first)->bucket);
    assert_int_equal(hazard_of(first)->member_count, 20);
    assert_int_equal(hazard_of(first)->case_count, 1);
    assert_int_equal(town->city->counters.next_hazard, 2);
    assert_int_equal(hazard_of(first)->cases[0].escalation.level, 1); /* of that many people */
}

static void they_find_their_lift_when_someone_names_it(void **state)
{
    (void)state;
    int64_t first = tell_call(1, 1, "锦绣花园");
    int64_t bucket_id = hazard_of(first)->id;
    for (int i = 2; i <= 20; i++)
        tell_call(i, 1 + i * 0.1, "锦绣花园");
    int64_t named = tell_call(21, 3.2, "锦绣花园3幢2单元");
    assert_int_equal(town->city->last.outcome, OUTCOME_NEW);
    assert_int_equal(town->replaced, 20);
    assert_int_equal(hazard_of(named)->id, bucket_id); /* the older number goes on */
    assert_int_equal(hazard_of(first)->member_count, 21);
    assert_false(hazard_of(first)->bucket);
    assert_int_equal(lifecycle_episodes(hazard_of(first)), 1);
    assert_ptr_equal(hazard_store_survivor(town->city->store, bucket_id + 1), hazard_of(first));
    /* From now on it is a lift as any. */
    int64_t next = tell_call(22, 3.5, "锦绣花园3幢2单元");
    assert_int_equal(town->city->last.outcome, OUTCOME_LINK);
    assert_int_equal(hazard_of(next)->id, bucket_id);
}

/* linkage.md 1, example 1b: of twenty that few words may mean, none is near. */
static void of_twenty_lifts_none_is_near(void **state)
{
    (void)state;
    start_values(town->city->model);
    for (int i = 1; i <= 20; i++)
        tell_call(i, 1, text_format(town->city->arena, "锦绣花园%d幢2单元", i).data);
    Report report = call(21, 6, "");
    report.title = TEXT_ABSENT;
    report.body = TEXT("锦绣花园电梯又坏");
    int64_t vague = tell(&report, "H12345");
    const Decision *last = &town->city->last;
    assert_int_equal(last->outcome, OUTCOME_BUCKET);
    assert_true(hazard_of(vague)->bucket);
    assert_int_equal(last->best.total_mb, -19000 + 15500 - 2322 + 3100 + 1300);
    assert_int_equal(last->rivals_in_all, 19);
    assert_int_equal(town->city->counters.next_hazard, 22);
}

/* With several that fit, nobody knows which. */
static void of_two_lifts_nobody_knows_which(void **state)
{
    (void)state;
    int64_t one = tell_call(1, 1, "锦绣花园3幢2单元");
    int64_t other = tell_call(2, 1, "锦绣花园9幢1单元");
    int64_t vague = tell_call(3, 1.5, "锦绣花园");
    assert_int_equal(town->city->last.outcome, OUTCOME_REVIEW);
    assert_true(town->city->last.one_of);
    assert_true(hazard_of(vague)->bucket);
    assert_int_equal(hazard_of(vague)->provisional_of, 0);
    const Relation *relation = relation_to(hazard_of(one)->id);
    assert_non_null(relation);
    assert_string_equal(relation->kind, "contains");
    assert_true(relation->report_comes_first); /* the bucket contains, maybe, the lift */
    tell_call(4, 1.6, "锦绣花园9幢1单元");
    assert_int_equal(town->replaced, 0);
    assert_true(hazard_of(vague)->bucket);
    assert_int_equal(hazard_of(other)->member_count, 2);
}

/* Who is claimed goes, the others stay. */
static void a_report_goes_for_itself(void **state)
{
    (void)state;
    Report other = call(1, 1, "锦绣花园");
    other.body = TEXT("按钮按了没有反应，一直停着不动，老人上不去");
    int64_t stays = tell(&other, "H12345");
    Report report = call(2, 1.5, "锦绣花园");
    report.record_no = TEXT("FS20260209001");
    int64_t goes = tell(&report, "H12345");
    int64_t bucket_id = hazard_of(stays)->id;
    assert_int_equal(hazard_of(goes)->id, bucket_id);
    Report again = call(3, 80, "锦绣花园3幢2单元");
    again.quoted_nos = (TextList){ARENA_NEW(town->city->arena, Text), 1};
    again.quoted_nos.items[0] = report.record_no;
    int64_t named = tell(&again, "H12345");
    assert_int_equal(hazard_of(goes)->id, hazard_of(named)->id);
    assert_int_equal(hazard_of(stays)->id, bucket_id);
    assert_int_equal(hazard_of(stays)->member_count, 1);
    assert_true(hazard_of(stays)->bucket);
    assert_int_equal(town->replaced, 1);
}

/* Who names what he told of before is one witness. */
static void a_caller_who_moves_to_himself_is_one_witness(void **state)
{
    (void)state;
    Report other = call(1, 1, "锦绣花园");
    other.title = TEXT("轿厢灯");
    other.body = TEXT("轿厢里的灯一闪一闪，这几天晚上完全不亮");
    int64_t stays = tell(&other, "H12345");
    int64_t vague = tell_call(2, 1.2, "锦绣花园");
    assert_int_equal(hazard_of(vague)->id, hazard_of(stays)->id);
    Report again = call(3, 1.3, "锦绣花园3幢2单元");
    again.reporter = town->told[vague].report.reporter;
    int64_t named = tell(&again, "H12345");
    assert_int_equal(hazard_of(vague)->id, hazard_of(named)->id);
    assert_true(hazard_of(stays)->bucket);
    assert_int_equal(hazard_member(hazard_of(vague), vague)->independence, SAME_REPORTER);
    assert_int_equal(hazard_count(hazard_of(named), 0).independent, 1);
}

/* What came to be beside a bucket is noted there when it may be meant. */
static void a_hazard_is_noted_beside_the_bucket(void **state)
{
    (void)state;
    int64_t vague = tell_call(1, 1, "锦绣花园");
    Report report = call(2, 40, "锦绣花园3幢2单元");
    tell(&report, "H12345");
    const Relation *relation = relation_to(hazard_of(vague)->id);
    assert_non_null(relation);
    assert_string_equal(relation->kind, "contains");
    assert_false(relation->report_comes_first);
    assert_true(hazard_of(vague)->bucket);
}

/* What is told a week later of an estate is hardly the same lift. */
static void what_is_told_long_after_waits_apart(void **state)
{
    (void)state;
    int64_t first = tell_call(1, 1, "锦绣花园");
    int64_t day_after = tell_call(2, 2, "锦绣花园");
    int64_t week_after = tell_call(3, 8, "锦绣花园");
    assert_int_equal(hazard_of(first)->id, hazard_of(day_after)->id);
    assert_int_not_equal(hazard_of(first)->id, hazard_of(week_after)->id);
    assert_true(hazard_of(week_after)->bucket);
}

static void a_closed_bucket_is_followed_by_the_next(void **state)
{
    (void)state;
    Report closed = call(1, 1, "锦绣花园");
    closed.status = 60;
    int64_t first = tell(&closed, "H12345");
    int64_t second = tell_call(2, 2, "锦绣花园");
    assert_true(hazard_of(second)->bucket);
    assert_true(hazard_of(first)->id != hazard_of(second)->id);
    int64_t third = tell_call(3, 3, "锦绣花园");
    assert_int_equal(hazard_of(third)->id, hazard_of(second)->id);
}

static void a_full_bucket_is_followed_by_the_next(void **state)
{
    (void)state;
    int64_t last = 0;
    for (int i = 1; i <= HAZARD_BUCKET_MAX + 1; i++)
        last = tell_call(i, 1 + i * 0.01, "锦绣花园");
    assert_int_equal(hazard_of(1)->member_count, HAZARD_BUCKET_MAX);
    assert_int_equal(hazard_of(last)->member_count, 1);
    assert_true(hazard_of(last)->bucket);
}

static void estate_and_family_tell_buckets_apart(void **state)
{
    (void)state;
    int64_t lifts = tell_call(1, 1, "锦绣花园");
    int64_t elsewhere = tell_call(2, 1, "听雨新村");
    Report trapped = call(3, 1, "锦绣花园");
    trapped.category = TEXT("A01");
    Report lane = call(4, 1, "锦绣花园");
    lane.category = TEXT("C03");
    lane.title = TEXT("消防通道");
    lane.body = TEXT("消防通道被车辆堵塞，消防车无法通行");
    int64_t same_family = tell(&trapped, "H12345");
    int64_t other_family = tell(&lane, "H12345");
    assert_true(hazard_of(elsewhere)->id != hazard_of(lifts)->id);
    assert_int_equal(hazard_of(same_family)->id, hazard_of(lifts)->id);
    assert_true(hazard_of(other_family)->id != hazard_of(lifts)->id);
    assert_true(hazard_of(other_family)->bucket);
}

/* A copy waits where its original waits, though it names less. */
static void a_copy_waits_with_its_original(void **state)
{
    (void)state;
    Report report = call(1, 1, "锦绣花园");
    Report copy = call(2, 1.1, "");
    report.record_no = copy.origin_no = TEXT("FS20260102001");
    int64_t original = tell(&report, "H12345");
    int64_t copied = tell(&copy, "GRID");
    assert_int_equal(hazard_of(copied)->id, hazard_of(original)->id);
    assert_int_equal(hazard_count(hazard_of(original), 0).independent, 1);
}

/* What says no place may mean as many things: it makes nothing red. */
static void nowhere_is_no_witness(void **state)
{
    (void)state;
    int64_t first = tell_call(1, 1, "");
    for (int i = 2; i <= 8; i++)
        tell_call(i, 1 + i * 0.1, "");
    assert_true(hazard_of(first)->bucket);
    assert_int_equal(hazard_of(first)->member_count, 8);
    assert_int_equal(hazard_of(first)->cases[0].escalation.level, 2);
    Report trapped = call(9, 2, "");
    trapped.category = TEXT("A01");
    trapped.title = TEXT("电梯困人");
    trapped.body = TEXT("有人被困在电梯里出不来");
    tell(&trapped, "H12345");
    assert_int_equal(hazard_of(first)->cases[0].escalation.level, 1); /* that one's own colour */
}

static int64_t tell_smell(int number, double day, const char *address)
{
    Report report = call(number, day, address);
    report.category = TEXT("B01");
    report.title = TEXT("煤气味");
    report.body = TEXT("闻到很浓的煤气味，不敢开灯");
    return tell(&report, "H12345");
}

/* V6: it is not known to be of the burst, but whoever looks at one should see the other. */
static void nowhere_is_beside_the_hottest_burst(void **state)
{
    (void)state;
    int64_t early = tell_smell(1, 2.9, "");
    assert_true(hazard_of(early)->bucket);
    assert_int_equal(town->city->last.relation_count, 0);
    int64_t burst = tell_smell(2, 3, "锦绣花园3幢");
    for (int i = 0; i < 4; i++)
        assert_int_equal(hazard_of(tell_smell(3 + i, 3 + i * 0.01, "锦绣花园5幢"))->id,
                         hazard_of(burst)->id);
    int64_t lone = tell_smell(8, 3.05, "听雨新村7幢");
    assert_true(hazard_of(lone)->id != hazard_of(burst)->id);
    int64_t nowhere = tell_smell(9, 3.1, "");
    assert_int_equal(hazard_of(nowhere)->id, hazard_of(early)->id);
    const Relation *relation = relation_to(hazard_of(burst)->id);
    assert_non_null(relation);
    assert_string_equal(relation->kind, "contains");
    assert_true(relation->report_comes_first);
    assert_true(relation->score_mb < model_review_mb(town->city->model));
    assert_null(relation_to(hazard_of(lone)->id));
    tell_smell(10, 9, "");
    assert_null(relation_to(hazard_of(burst)->id)); /* six days later */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(twenty_calls_are_one_bucket, town_set_up, town_tear_down),
        cmocka_unit_test_setup_teardown(they_find_their_lift_when_someone_names_it, town_set_up,
                                        town_tear_down),
        cmocka_unit_test_setup_teardown(of_twenty_lifts_none_is_near, town_set_up, town_tear_down),
        cmocka_unit_test_setup_teardown(of_two_lifts_nobody_knows_which, town_set_up,
                                        town_tear_down),
        cmocka_unit_test_setup_teardown(a_report_goes_for_itself, town_set_up, town_tear_down),
        cmocka_unit_test_setup_teardown(a_caller_who_moves_to_himself_is_one_witness, town_set_up,
                                        town_tear_down),
        cmocka_unit_test_setup_teardown(a_hazard_is_noted_beside_the_bucket, town_set_up,
                                        town_tear_down),
        cmocka_unit_test_setup_teardown(what_is_told_long_after_waits_apart, town_set_up,
                                        town_tear_down),
        cmocka_unit_test_setup_teardown(a_closed_bucket_is_followed_by_the_next, town_set_up,
                                        town_tear_down),
        cmocka_unit_test_setup_teardown(a_full_bucket_is_followed_by_the_next, town_set_up,
                                        town_tear_down),
        cmocka_unit_test_setup_teardown(estate_and_family_tell_buckets_apart, town_set_up,
                                        town_tear_down),
        cmocka_unit_test_setup_teardown(a_copy_waits_with_its_original, town_set_up,
                                        town_tear_down),
        cmocka_unit_test_setup_teardown(nowhere_is_no_witness, town_set_up, town_tear_down),
        cmocka_unit_test_setup_teardown(nowhere_is_beside_the_hottest_burst, town_set_up,
                                        town_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
