/* The course of a piece of work, and what it means for the report that it belongs to. */
#include "domain/assignment.h"
#include "domain/datetime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t HOUR = 3600 * DATETIME_SECOND_US;

static Report said(int64_t status, const char *reason)
{
    Report report;
    report_init(&report);
    report.status = status;
    report.return_reason = reason != NULL ? text_from(reason) : TEXT_ABSENT;
    return report;
}

static AssignmentNews apply(Assignment *of, int64_t status, const char *reason, int64_t at)
{
    Report report = said(status, reason);
    return assignment_apply(of, &report, at);
}

static void the_first_record_assigns(void **state)
{
    (void)state;
    Assignment of;
    assignment_init(&of);
    AssignmentNews news = apply(&of, INTEGER_ABSENT, NULL, HOUR);
    assert_true(news.dispatched);
    assert_false(news.returned);
    assert_int_equal(of.status, 30);
    assert_int_equal(of.assigned_at, HOUR);
    assert_int_equal(of.dispatches, 1);
    assert_int_equal(of.accepted_at, TIME_ABSENT);
}

static void a_course_leaves_its_times(void **state)
{
    (void)state;
    Assignment of;
    assignment_init(&of);
    apply(&of, 30, NULL, HOUR);
    apply(&of, 20, NULL, 2 * HOUR);
    apply(&of, 40, NULL, 3 * HOUR);
    apply(&of, 60, NULL, 4 * HOUR);
    apply(&of, 60, NULL, 5 * HOUR); /* said once more */
    assert_int_equal(of.accepted_at, 2 * HOUR);
    assert_int_equal(of.done_at, 4 * HOUR);
    assert_int_equal(of.dispatches, 1);
    apply(&of, 65, NULL, 6 * HOUR);
    assert_int_equal(of.done_at, TIME_ABSENT);
    assert_int_equal(of.accepted_at, 2 * HOUR);
}

static void what_is_given_back_is_assigned_anew(void **state)
{
    (void)state;
    Assignment of;
    assignment_init(&of);
    apply(&of, 30, NULL, HOUR);
    assert_true(apply(&of, 90, "not_ours", 2 * HOUR).returned);
    assert_false(apply(&of, 90, "unclear", 3 * HOUR).returned); /* the same, in other words */
    assert_int_equal(of.returned_at, 2 * HOUR);
    assert_true(text_is(of.return_reason, "unclear"));
    AssignmentNews news = apply(&of, 20, NULL, 4 * HOUR);
    assert_true(news.dispatched);
    assert_int_equal(of.assigned_at, 4 * HOUR);
    assert_int_equal(of.accepted_at, 4 * HOUR);
    assert_int_equal(of.dispatches, 2);
    assert_int_equal(of.returns, 1);
    assert_int_equal(of.returned_at, 2 * HOUR);
}

static void a_reason_alone_gives_back(void **state)
{
    (void)state;
    Assignment of;
    assignment_init(&of);
    AssignmentNews news = apply(&of, INTEGER_ABSENT, "withdrawn", HOUR);
    assert_true(news.returned);
    assert_true(news.dispatched); /* before that it must have been */
    assert_int_equal(of.status, 90);
}

static void a_void_one_is_not_assigned_anew(void **state)
{
    (void)state;
    Assignment of;
    assignment_init(&of);
    apply(&of, 90, "other", HOUR);
    assert_false(apply(&of, 95, NULL, 2 * HOUR).dispatched);
}

static void a_late_record_says_when_it_was_assigned(void **state)
{
    (void)state;
    Assignment of;
    Report late = said(30, NULL);
    Report closing = said(60, NULL);
    assignment_init(&of);
    apply(&of, 40, NULL, 3 * HOUR);
    assignment_apply_late(&of, &late, HOUR);
    assignment_apply_late(&of, &closing, 0);
    assert_int_equal(of.assigned_at, HOUR);
    assert_int_equal(of.status, 40);
    assignment_apply_late(&of, &late, 2 * HOUR);
    assert_int_equal(of.assigned_at, HOUR);
    apply(&of, 90, NULL, 4 * HOUR);
    apply(&of, 30, NULL, 5 * HOUR);
    assignment_apply_late(&of, &late,
                          2 * HOUR); /* of the first dispatch: it says nothing of the second */
    assert_int_equal(of.assigned_at, 5 * HOUR);
}

static void a_report_follows_while_it_is_worked_on(void **state)
{
    (void)state;
    static const struct {
        int64_t status;
        bool assists, returned;
        int64_t stands, want;
    } ROWS[] = {
        {30, false, false, 10, 30},
        {20, false, false, 10, 30}, /* signed for: it is dispatched */
        {20, false, false, 40, INTEGER_ABSENT},
        {40, false, false, 30, 40},
        {45, false, false, 40, 45},
        {60, false, false, 40, INTEGER_ABSENT}, /* one of many may be done */
        {50, false, false, 40, INTEGER_ABSENT},
        {90, false, true, 30, 20}, /* back at the desk */
        {90, true, true, 30, INTEGER_ABSENT},
        {90, false, true, 60, INTEGER_ABSENT},
        {95, false, false, 30, INTEGER_ABSENT},
        {30, false, false, INTEGER_ABSENT, 30},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        Assignment of;
        assignment_init(&of);
        of.status = ROWS[i].status;
        of.assists = ROWS[i].assists;
        assert_int_equal(assignment_report_status(&of, ROWS[i].returned, ROWS[i].stands),
                         ROWS[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_record_assigns),
        cmocka_unit_test(a_course_leaves_its_times),
        cmocka_unit_test(what_is_given_back_is_assigned_anew),
        cmocka_unit_test(a_reason_alone_gives_back),
        cmocka_unit_test(a_void_one_is_not_assigned_anew),
        cmocka_unit_test(a_late_record_says_when_it_was_assigned),
        cmocka_unit_test(a_report_follows_while_it_is_worked_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
