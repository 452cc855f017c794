/* Which alarm repeats which report: the window, who opened it, what is news all the same. */
#include "domain/datetime.h"
#include "domain/debounce.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t MINUTE = 60 * DATETIME_SECOND_US;
static const int64_t RANG_AT = INT64_C(1767225600) * DATETIME_SECOND_US;
static const HazardClass SMOKE = {.code = {"C02", 3}, .debounce_minutes = 10};
static const HazardClass FAULT = {.code = {"C05", 3}};
static const HazardClass GAS = {.code = {"B01", 3}, .debounce_minutes = 5};

static HazardMember alarm_at(int64_t event_at)
{
    return (HazardMember){.event_at = event_at, .category = &SMOKE, .status = 10, .level = 2};
}

static Evidence evidence_of(int64_t report_id, const char *device, const HazardClass *category)
{
    Evidence evidence = {.report_id = report_id, .source = TEXT("FIREIOT"), .category = category};
    evidence.assets[0] = (Asset){.kind = ASSET_DEVICE, .id = text_from(device), .structured = true};
    evidence.asset_count = 1;
    return evidence;
}

static int64_t opener_of(const Debounce *debounce, const char *device, const HazardClass *category)
{
    Evidence evidence = evidence_of(0, device, category);
    const DebounceOpener *opener = debounce_opener(debounce, &evidence);
    return opener != NULL ? opener->report_id : 0;
}

static void note(Debounce *debounce, int64_t report_id, const char *device)
{
    Evidence evidence = evidence_of(report_id, device, &SMOKE);
    debounce_note(debounce, &evidence, report_id * MINUTE);
}

static void the_window_reaches_as_far_forth_as_back(void **state)
{
    static const struct {
        int64_t gap_us;
        bool repeats;
    } CASES[] = {{0, true},           {10 * MINUTE - 1, true},  {10 * MINUTE, false},
                 {-9 * MINUTE, true}, {-10 * MINUTE + 1, true}, {-10 * MINUTE, false}};
    HazardMember opener = alarm_at(RANG_AT);
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        HazardMember alarm = alarm_at(RANG_AT + CASES[i].gap_us);
        assert_int_equal(debounce_holds(&opener, &alarm), CASES[i].repeats);
    }
}

static void an_alarm_after_a_person_has_settled_the_first_is_none_of_its_repeats(void **state)
{
    static const struct {
        int16_t status;
        bool repeats;
    } CASES[] = {{50, true}, {40, true}, {65, true}, {60, false}, {90, false}, {95, false}};
    HazardMember alarm = alarm_at(RANG_AT + 5 * MINUTE);
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        HazardMember opener = alarm_at(RANG_AT);
        opener.status = CASES[i].status;
        opener.status_at = RANG_AT + 4 * MINUTE;
        assert_int_equal(debounce_holds(&opener, &alarm), CASES[i].repeats);
        opener.status_at = RANG_AT + 6 * MINUTE; /* it rang before, and is told late */
        assert_true(debounce_holds(&opener, &alarm));
    }
}

static void what_is_worse_is_news(void **state)
{
    HazardMember opener = alarm_at(RANG_AT);
    HazardMember alarm = alarm_at(RANG_AT + MINUTE);
    (void)state;
    alarm.level = 3;
    assert_true(debounce_holds(&opener, &alarm));
    alarm.level = 1;
    assert_false(debounce_holds(&opener, &alarm));
    alarm.level = 0;
    assert_true(debounce_holds(&opener, &alarm));
    opener.level = 0;
    alarm.level = 4;
    assert_false(debounce_holds(&opener, &alarm));
    alarm = alarm_at(RANG_AT + MINUTE);
    opener = alarm;
    alarm.injured = 1;
    assert_false(debounce_holds(&opener, &alarm));
}

static void the_latest_report_of_device_class_and_source_opens(void **state)
{
    Debounce *debounce = debounce_new(NULL);
    (void)state;
    note(debounce, 7, "UT1-1-1");
    note(debounce, 3, "UT1-1-1"); /* loaded in another order */
    note(debounce, 9, "UT1-1-2");
    assert_int_equal(opener_of(debounce, "UT1-1-1", &SMOKE), 7);
    assert_int_equal(opener_of(debounce, "UT1-1-2", &SMOKE), 9);
    assert_int_equal(opener_of(debounce, "UT1-1-1", &GAS), 0);
    Evidence other = evidence_of(0, "UT1-1-1", &SMOKE);
    other.source = TEXT("GRID");
    assert_null(debounce_opener(debounce, &other));
    debounce_free(debounce);
}

static void nothing_opens_a_window_without_a_device_or_minutes(void **state)
{
    Debounce *debounce = debounce_new(NULL);
    Evidence fault = evidence_of(1, "UT1-1-1", &FAULT);
    Evidence words = evidence_of(2, "UT1-1-1", &SMOKE);
    (void)state;
    words.assets[0].structured = false; /* a number read in free text */
    debounce_note(debounce, &fault, 0);
    debounce_note(debounce, &words, 0);
    assert_int_equal(opener_of(debounce, "UT1-1-1", &FAULT), 0);
    assert_int_equal(opener_of(debounce, "UT1-1-1", &SMOKE), 0);
    debounce_free(debounce);
}

static void an_overlay_is_merged_or_forgotten(void **state)
{
    Debounce *base = debounce_new(NULL);
    (void)state;
    note(base, 1, "UT1-1-1");
    Debounce *dropped = debounce_new(base);
    note(dropped, 2, "UT1-1-1");
    assert_int_equal(opener_of(dropped, "UT1-1-1", &SMOKE), 2);
    assert_int_equal(opener_of(base, "UT1-1-1", &SMOKE), 1);
    debounce_free(dropped);
    Debounce *merged = debounce_new(base);
    assert_int_equal(opener_of(merged, "UT1-1-1", &SMOKE), 1);
    note(merged, 3, "UT1-1-1");
    note(merged, 4, "UT1-1-2");
    debounce_merge(merged, base);
    assert_int_equal(opener_of(base, "UT1-1-1", &SMOKE), 3);
    assert_int_equal(opener_of(base, "UT1-1-2", &SMOKE), 4);
    Evidence evidence = evidence_of(0, "UT1-1-2", &SMOKE);
    assert_int_equal(debounce_opener(base, &evidence)->received_at, 4 * MINUTE);
    debounce_free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_window_reaches_as_far_forth_as_back),
        cmocka_unit_test(an_alarm_after_a_person_has_settled_the_first_is_none_of_its_repeats),
        cmocka_unit_test(what_is_worse_is_news),
        cmocka_unit_test(the_latest_report_of_device_class_and_source_opens),
        cmocka_unit_test(nothing_opens_a_window_without_a_device_or_minutes),
        cmocka_unit_test(an_overlay_is_merged_or_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
