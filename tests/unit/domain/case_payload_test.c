/* What departments are told of an event, byte by byte. tests/integration/test_events.py holds it against the schemas. */
#include "hazard_fixture.h"

#include "domain/case_payload.h"
#include "domain/lifecycle_join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define HOTLINE TEXT("H12345")
#define GRID TEXT("GRID")

static const CaseEvent *event_of(const Fixture *fixture, const char *kind)
{
    const CaseEvents *events = &fixture->lifecycle.events;
    const CaseEvent *found = NULL;
    for (size_t i = 0; i < events->count; i++)
        if (text_is(text_from(events->items[i].kind), kind))
            found = &events->items[i];
    assert_non_null(found);
    return found;
}

static const char *payload_of(const Fixture *fixture, const char *kind)
{
    return text_string(fixture->arena, case_payload(&fixture->lifecycle, event_of(fixture, kind),
                                                    17, fixture->arena));
}

static void done(Fixture *fixture)
{
    hazard_store_free(fixture->lifecycle.store);
    fixture_done(fixture);
}

static int64_t join_evidence(Fixture *fixture, HazardMember member, Evidence *evidence)
{
    Hazard *hazard = lifecycle_open_hazard(&fixture->lifecycle, 0);
    lifecycle_attach(&fixture->lifecycle, hazard, &member, evidence);
    return hazard->id;
}

static Evidence *full_evidence(Text *buildings)
{
    Evidence *evidence = fixture_evidence(1, HOTLINE, &FIXTURE_LIFT);
    evidence->record_no = TEXT("DH990120260104000001");
    evidence->address.buildings = (TextList){buildings, 2};
    evidence->address.unit = TEXT("2");
    evidence->address.floor = TEXT("7");
    evidence->address.room = TEXT("701");
    evidence->has_point = true;
    evidence->point = (GeoPoint){.lon = 113.1234567, .lat = -0.05, .datum = GEO_WGS84};
    evidence->precision = 'B';
    evidence->community_code = TEXT("990101001001");
    evidence->grid_code = TEXT("990101001001012");
    evidence->party_name = TEXT("甲物业公司");
    evidence->reporter = TEXT("1:0123456789abcdef");
    evidence->assets[0] = (Asset){.kind = ASSET_PLATE, .id = TEXT("12345"), .structured = true};
    evidence->asset_count = 1;
    return evidence;
}

static void an_opened_case_says_what_it_is_and_where(void **state)
{
    Text buildings[] = {TEXT("3"), TEXT("5")};
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    HazardMember member = fixture_member(1, 3, 7, HOTLINE);
    member.trapped = 2;
    join_evidence(&fixture, member, full_evidence(buildings));
    assert_string_equal(
        payload_of(&fixture, "opened"),
        "{\"kind\":\"case.opened\",\"seq\":17,\"after\":\"AJ9901-20260411-0001\","
        "\"actor\":\"auto\",\"event_at\":\"2026-01-04T00:00:00.000Z\","
        "\"known_at\":\"2026-04-11T00:00:00.000Z\","
        "\"report\":{\"source\":\"H12345\",\"record_no\":\"DH990120260104000001\"},"
        "\"case_no\":\"AJ9901-20260411-0001\",\"hazard_no\":\"HZ9901-000001\","
        "\"region\":\"9901\",\"category\":\"A02\",\"level\":1,\"level_reason\":\"people\","
        "\"status\":10,\"recurrence_no\":1,\"reopened_count\":0,"
        "\"counts\":{\"reports\":1,\"independent\":1,\"reporters\":1,\"sources\":1},"
        "\"trapped\":2,\"opened_at\":\"2026-01-04T00:00:00.000Z\",\"overdue\":false,"
        "\"place\":{\"precision\":\"B\",\"lon\":113.123457,\"lat\":-0.050000,"
        "\"address\":\"锦绣花园3、5幢2单元7层\",\"estate\":\"锦绣花园\",\"buildings\":[\"3\",\"5\"]"
        ","
        "\"community_code\":\"990101001001\",\"grid_code\":\"990101001001012\"},"
        "\"asset\":{\"kind\":\"lift\",\"id\":\"12345\"}}");
    done(&fixture);
}

static void has(const char *payload, const char *part)
{
    if (strstr(payload, part) == NULL)
        fail_msg("%s is not in %s", part, payload);
}

static void lacks(const char *payload, const char *part)
{
    if (strstr(payload, part) != NULL)
        fail_msg("%s is in %s", part, payload);
}

static void nobody_is_named_and_no_door_of_a_flat(void **state)
{
    Text buildings[] = {TEXT("3"), TEXT("5")};
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    Evidence *evidence = full_evidence(buildings);
    evidence->address.role = PLACE_REPORTER;
    join_evidence(&fixture, fixture_member(1, 3, 7, HOTLINE), evidence);
    const char *payload = payload_of(&fixture, "opened");
    has(payload, "\"address\":\"锦绣花园3、5幢\"");
    lacks(payload, "701");
    lacks(payload, "甲物业");
    lacks(payload, "0123456789abcdef");
    done(&fixture);
}

static void what_is_not_known_is_left_out(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    Evidence *evidence = fixture_evidence(1, GRID, &FIXTURE_LIFT);
    evidence->address.estate = TEXT_ABSENT;
    join_evidence(&fixture, fixture_member(1, 3, 0, GRID), evidence);
    const char *payload = payload_of(&fixture, "opened");
    has(payload, "\"report\":{\"source\":\"GRID\"},");
    has(payload, "\"place\":{\"precision\":\"Z\"}}");
    lacks(payload, "trapped");
    lacks(payload, "closed_at");
    done(&fixture);
}

static void levels_and_states_are_numbers(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    fixture_join(&fixture, id, fixture_member(2, 4, 8, GRID), GRID);
    const char *escalated = payload_of(&fixture, "escalated");
    has(escalated, "\"reason\":\"sources\",\"before\":2,\"after\":1,");
    has(escalated, "\"level\":1,\"level_reason\":\"sources\"");
    for (int64_t report_id = 1; report_id <= 2; report_id++) {
        MemberChange change = {.status = 60,
                               .status_at = FIXTURE_START + 9 * FIXTURE_DAY,
                               .trapped = -1,
                               .injured = -1,
                               .dead = -1};
        assert_true(lifecycle_update(&fixture.lifecycle, report_id, &change));
    }
    const char *closed = payload_of(&fixture, "closed");
    has(closed, "\"before\":10,\"after\":60,");
    has(closed, "\"closed_at\":\"2026-01-10T00:00:00.000Z\"");
    done(&fixture);
}

static void a_case_that_was_merged_leads_on(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t body = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    int64_t part = fixture_join(&fixture, 0, fixture_member(2, 4, 8, GRID), GRID);
    JoinCause cause = {
        .reason = "rescored", .report_id = 2, .event_at = FIXTURE_START, .first_decision = 1};
    lifecycle_join(&fixture.lifecycle, body, part, &cause);
    has(payload_of(&fixture, "merged"),
        "\"before\":\"AJ9901-20260411-0002\",\"after\":\"AJ9901-20260411-0001\"");
    const char *gone = payload_of(&fixture, "opened"); /* of the later one */
    has(gone, "\"case_no\":\"AJ9901-20260411-0002\",\"hazard_no\":\"HZ9901-000001\"");
    has(gone, "\"category\":\"A02\",\"status\":95,");
    has(gone, "\"counts\":{\"reports\":0,");
    has(gone, "\"merged_into\":\"AJ9901-20260411-0001\"");
    lacks(gone, "\"level\"");
    done(&fixture);
}

static void a_review_names_the_other_hazard(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    HazardMember member = fixture_member(1, 3, 7, HOTLINE);
    fixture_join(&fixture, 0, member, HOTLINE);
    member.case_id = 1;
    lifecycle_request_review(&fixture.lifecycle, 42, "twin", &member);
    has(payload_of(&fixture, "review_requested"),
        "{\"kind\":\"review.requested\",\"seq\":17,\"reason\":\"twin\","
        "\"after\":\"HZ9901-000042\",");
    done(&fixture);
}

/* Of a report whose evidence is not kept the number is that of the record in hand, if it is the one. */
static void what_a_department_says_goes_out_under_its_name(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = 0;
    for (int64_t report_id = 1; report_id <= 20; report_id++)
        id = fixture_join(&fixture, id, fixture_member(report_id, 3, 7, GRID), GRID);
    fixture.lifecycle.told = (ReportTold){11, TEXT("GD1")};
    CaseEvent event = {
        .kind = "assigned", .event_at = FIXTURE_START, .after = TEXT("2"), .actor = TEXT("GRID")};
    assert_true(lifecycle_note(&fixture.lifecycle, 11, event));
    const char *assigned = payload_of(&fixture, "assigned");
    has(assigned, "{\"kind\":\"case.assigned\",\"seq\":17,\"after\":2,\"actor\":\"GRID\",");
    has(assigned, "\"report\":{\"source\":\"GRID\",\"record_no\":\"GD1\"}");
    fixture.lifecycle.told.report_id = 12;
    has(payload_of(&fixture, "assigned"), "\"report\":{\"source\":\"GRID\"}");
    done(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_opened_case_says_what_it_is_and_where),
        cmocka_unit_test(nobody_is_named_and_no_door_of_a_flat),
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(levels_and_states_are_numbers),
        cmocka_unit_test(a_case_that_was_merged_leads_on),
        cmocka_unit_test(a_review_names_the_other_hazard),
        cmocka_unit_test(what_a_department_says_goes_out_under_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
