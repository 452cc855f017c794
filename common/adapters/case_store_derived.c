/*
 * The members of a row that follow from others: what PostgreSQL holds in another form than the canonical report does,
 * and what decides whether a revised row is kept as it was decided.
 */
#include "base/digest.h"
#include "base/json.h"

#include "domain/datetime.h"

#include "adapters/case_store_rows.h"

#include <math.h>
#include <string.h>

void stored_report_init(StoredReport *row)
{
    memset(row, 0, sizeof(*row));
    report_init(&row->report);
    row->hazard_id = row->case_id = row->decision_id = row->status_at = INT64_MIN;
    row->lon = row->lat = NAN;
    row->reporter_key = row->reporter_before_key = row->repeats = row->urged = INT64_MIN;
    row->dispatches = row->returns = row->rechecked_at = row->recheck_failed_at = INT64_MIN;
    row->accepted_at = row->dispatched_at = row->responded_at = row->rectified_at = INT64_MIN;
}

static void keep_earliest(int64_t *kept, int64_t at)
{
    if (at != TIME_ABSENT && (*kept == TIME_ABSENT || at < *kept))
        *kept = at;
}

void stored_report_reach(StoredReport *row, int64_t status, int64_t at)
{
    enum { ACCEPTED = 20, DISPATCHED = 30, IN_HAND = 40, CHECKING = 50, CLOSED = 60 };
    if (status < ACCEPTED || status > CLOSED)
        return;
    keep_earliest(&row->accepted_at, at);
    if (status >= DISPATCHED)
        keep_earliest(&row->dispatched_at, at);
    if (status >= IN_HAND)
        keep_earliest(&row->responded_at, at);
    if (status >= CHECKING)
        keep_earliest(&row->rectified_at, at);
}

bool stored_report_derives(const StoredReport *row)
{
    const Report *report = &row->report;
    const Text texts[] = {report->lead_org, report->measures, report->tracker_post,
                          report->recheck_result};
    bool derives = report->urged > 0 || report->satisfaction > 0 || row->dispatches > 0 ||
                   row->returns > 0 || row->accepted_at != TIME_ABSENT;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        derives = derives || !text_is_absent(texts[i]);
    return derives;
}

static void add_count(int64_t *kept, int64_t more)
{
    if (more != INTEGER_ABSENT)
        *kept = more + (*kept != INTEGER_ABSENT ? *kept : 0);
}

static void keep_said(int64_t *kept, int64_t before)
{
    if (*kept == TIME_ABSENT)
        *kept = before;
}

void stored_report_gather(StoredReport *row, const StoredReport *earlier)
{
    add_count(&row->repeats, earlier->repeats);
    add_count(&row->dispatches, earlier->dispatches);
    add_count(&row->returns, earlier->returns);
    keep_earliest(&row->accepted_at, earlier->accepted_at);
    keep_earliest(&row->dispatched_at, earlier->dispatched_at);
    keep_earliest(&row->responded_at, earlier->responded_at);
    keep_earliest(&row->rectified_at, earlier->rectified_at);
    keep_said(&row->status_at, earlier->status_at);
    keep_said(&row->rechecked_at, earlier->rechecked_at);
    keep_said(&row->recheck_failed_at, earlier->recheck_failed_at);
}

uint64_t stored_said_digest(Text text)
{
    uint8_t digest[SHA256_SIZE];
    uint64_t front = 0;
    if (text_is_absent(text))
        return 0;
    digest_sha256(text, digest);
    memcpy(&front, digest, sizeof front);
    return front;
}

void stored_assignment_finish(StoredAssignment *row)
{
    row->role = row->of.assists ? TEXT("assist") : TEXT("lead");
}

static TextList time_flags(TextList flags, Arena *arena)
{
    TextList found = {NULL, 0};
    for (size_t i = 0; i < flags.count; i++) {
        if (!text_starts(flags.items[i], TEXT("time_")))
            continue;
        if (found.items == NULL)
            found.items = ARENA_ARRAY(arena, Text, flags.count);
        found.items[found.count++] = flags.items[i];
    }
    return found;
}

/* "<key number>:<32 hex>" as number and 16 bytes; anything else is left out. */
static void split_reporter(Text reporter, Text *hash, int64_t *key, Arena *arena)
{
    enum { HASH_SIZE = 16 };
    size_t colon = text_find(reporter, TEXT(":"), 0);
    uint8_t *bytes = arena_alloc(arena, HASH_SIZE);
    int64_t number = 0;
    *hash = TEXT_ABSENT;
    *key = INT64_MIN;
    if (colon == SIZE_MAX || !text_to_int64(text_slice(reporter, 0, colon), &number) ||
        !digest_from_hex(text_slice(reporter, colon + 1, SIZE_MAX), bytes, HASH_SIZE))
        return;
    *key = number;
    *hash = (Text){(const char *)bytes, HASH_SIZE};
}

static Text extra_json(const Report *report, Arena *arena)
{
    if (report->extra_count == 0)
        return TEXT_ABSENT;
    TextBuilder json = builder_new(arena);
    builder_char(&json, '{');
    for (size_t i = 0; i < report->extra_count; i++) {
        js_write_key(&json, report->extra[i].pointer);
        builder_text(&json, report->extra[i].value);
    }
    builder_char(&json, '}');
    return builder_view(&json);
}

void stored_report_finish(StoredReport *row, bool complete, Arena *arena)
{
    const Report *report = &row->report;
    bool has_point = report->point.precision != 0;
    row->lon = has_point ? report->point.wgs84.lon : NAN;
    row->lat = has_point ? report->point.wgs84.lat : NAN;
    row->coordinate_system =
        has_point ? text_from(geo_datum_name(report->point.given)) : TEXT_ABSENT;
    row->precision = TEXT_ABSENT;
    if (has_point)
        row->precision = text_copy(arena, (Text){&report->point.precision, 1});
    row->flags = report->flags.count > 0 ? report->flags : (TextList){NULL, 0};
    row->time_flags = time_flags(report->flags, arena);
    row->payload = extra_json(report, arena);
    row->urged = report->urged;
    if (complete && row->urged == INTEGER_ABSENT)
        row->urged = 0;
    int64_t *const counts[] = {&row->repeats, &row->dispatches, &row->returns};
    for (size_t i = 0; complete && i < sizeof counts / sizeof counts[0]; i++)
        if (*counts[i] == INTEGER_ABSENT)
            *counts[i] = 0;
    split_reporter(report->reporter, &row->reporter_hash, &row->reporter_key, arena);
    split_reporter(report->reporter_before, &row->reporter_before_hash, &row->reporter_before_key,
                   arena);
}

/*
 * What a decision looks at (domain/evidence.h), but for noise and reporter_before; the columns of the same stand in
 * EVIDENCE_COLUMNS of case_store_rows.c.
 */
static const char *const EVIDENCE_FIELDS[] = {
    "title",       "body",          "address",        "place_name",     "point",
    "category",    "lift_plate",    "equipment_code", "component_code", "category_confidence",
    "device_id",   "usc_code",      "party_name",     "community_code", "grid_code",
    "reporter",    "reporter_kind", "finder_kind",    "occurred_at",    "found_at",
    "reported_at", "recorded_at",   "origin_no",      "origin_source",  "quoted_nos",
};

static bool same_lists(TextList a, TextList b)
{
    bool same = a.count == b.count;
    for (size_t i = 0; same && i < a.count; i++)
        same = text_equal(a.items[i], b.items[i]);
    return same;
}

static bool same_points(const ReportPoint *a, const ReportPoint *b)
{
    return a->precision == b->precision && !(a->wgs84.lon < b->wgs84.lon) &&
           !(a->wgs84.lon > b->wgs84.lon) && !(a->wgs84.lat < b->wgs84.lat) &&
           !(a->wgs84.lat > b->wgs84.lat);
}

static bool same_values(Report *a, Report *b, const ReportField *field)
{
    switch (field->type) {
    case FIELD_TEXT:
        return text_equal(*report_text(a, field), *report_text(b, field));
    case FIELD_LIST:
        return same_lists(*report_list(a, field), *report_list(b, field));
    case FIELD_INTEGER:
    case FIELD_TIME:
        return *report_integer(a, field) == *report_integer(b, field);
    case FIELD_FLAG:
        return *report_flag(a, field) == *report_flag(b, field);
    case FIELD_POINT:
        return same_points(&a->point, &b->point);
    }
    return false;
}

/* Whether a change says what the noise is; without a text and noise of its own what stands stays (report_replace). */
static bool tells_noise(const Report *change)
{
    return !text_is_absent(change->title) || !text_is_absent(change->body) ||
           change->noise.count > 0;
}

static bool tells_before(const Report *change)
{
    return !text_is_absent(change->reporter) || !text_is_absent(change->reporter_before);
}

void stored_report_waver(StoredReport *row, Report *change)
{
    const Report *stands = &row->report;
    bool wavers =
        (stands->flags.count > 0 && change->flags.count > 0 &&
         !same_lists(stands->flags, change->flags)) ||
        (tells_noise(stands) && tells_noise(change) && !same_lists(stands->noise, change->noise)) ||
        (tells_before(stands) && tells_before(change) &&
         !text_equal(stands->reporter_before, change->reporter_before));
    for (size_t i = 0; i < sizeof(EVIDENCE_FIELDS) / sizeof(EVIDENCE_FIELDS[0]); i++) {
        const ReportField *field = report_field(text_from(EVIDENCE_FIELDS[i]));
        wavers = wavers || (report_has(&row->report, field) && report_has(change, field) &&
                            !same_values(&row->report, change, field));
    }
    row->wavered = row->wavered != 0 || wavers ? 1 : 0;
}

bool stored_report_may_retell(const Report *change)
{
    const Text told[] = {change->title,          change->body,           change->address,
                         change->place_name,     change->category,       change->lift_plate,
                         change->equipment_code, change->component_code, change->community_code,
                         change->grid_code,      change->usc_code,       change->party_name};
    bool may = change->point.precision != 0;
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        may = may || !text_is_absent(told[i]);
    return may;
}

bool stored_report_retold(Report *stands, Report *change)
{
    if (!stored_report_may_retell(change))
        return false;
    bool retold = (change->flags.count > 0 && !same_lists(stands->flags, change->flags)) ||
                  (tells_noise(change) && !same_lists(stands->noise, change->noise));
    for (size_t i = 0; i < sizeof(EVIDENCE_FIELDS) / sizeof(EVIDENCE_FIELDS[0]) && !retold; i++) {
        const ReportField *field = report_field(text_from(EVIDENCE_FIELDS[i]));
        retold = report_has(change, field) &&
                 (!report_has(stands, field) || !same_values(stands, change, field));
    }
    return retold;
}

void stored_counters_init(StoredCounters *row, Text region, int32_t report_partition)
{
    *row = (StoredCounters){.region = region,
                            .report_partition = report_partition,
                            .counters = {.next_hazard = 1,
                                         .next_case = 1,
                                         .next_report = 1,
                                         .next_decision = 1,
                                         .next_event = 1},
                            .case_date = INT64_MIN};
}

void stored_counters_finish(StoredCounters *row)
{
    int32_t day = row->counters.case_day;
    Datetime civil = {.year = day / 10000, .month = day / 100 % 100, .day = day % 100};
    int64_t us = 0;
    row->case_date =
        day != 0 && datetime_from_civil(&civil, 0, &us) ? us / DATETIME_DAY_US : INT64_MIN;
}
