/*
 * What each kind of record leaves, one row each unless said otherwise:
 *
 *   report, inspection of a new number ... reports
 *   any other that carries a report ...... report_revisions, or pending_updates while its report is not here
 *   ignored .............................. ignored_records
 *   dead ................................. dead_letters, whichever attempt it was; it stays when the record comes back
 *   back after a release ................. released_records, and a row for where it went
 *   sent on to its home .................. outbox until it is there; then forwarded_records, and a row for where it went
 *   redelivered .......................... none: the row is there already
 *   skipped, lost ........................ a row for each run of offsets
 *
 * So each origin has exactly one row that is its end: a report, revision, waiting update, ignored record, dead letter that is not
 * resolved, or its way home.
 */
#include "audit/audit_rows.h"

#include "map/map_progress.h"
#include "send/send_stop.h"

#include <inttypes.h>
#include <stdio.h>

/* topic, partition, offset, item, kind of row (AuditRowKind), attempt, first attempt, resolved, region, last offset */
#define ORIGIN "topic, partition, kafka_offset, item"
static const PostgresStatement DECLARE = {
    "audit_declare",
    "declare audit_rows no scroll cursor for "
    "select " ORIGIN ", case kind when 'inspection' then 1 else 0 end as what, 0 as attempt, "
    "0 as first_attempt, false as resolved, null::text as region, kafka_offset as last_offset "
    "from onecase.reports "
    "union all select " ORIGIN
    ", case kind when 'assignment' then 3 else 2 end, 0, 0, false, null, "
    "kafka_offset from onecase.report_revisions "
    "union all select " ORIGIN
    ", case kind when 'assignment' then 3 else 2 end, 0, 0, false, null, "
    "kafka_offset from onecase.pending_updates "
    "union all select " ORIGIN ", 4, 0, 0, false, null, kafka_offset from onecase.ignored_records "
    "union all select " ORIGIN
    ", 5, attempt, first_attempt, state = 'resolved', null, kafka_offset "
    "from onecase.dead_letters "
    "union all select " ORIGIN ", 6, attempt, 0, false, null, kafka_offset "
    "from onecase.released_records "
    "union all select " ORIGIN ", 7, attempt, 0, false, region, kafka_offset "
    "from onecase.forwarded_records "
    "union all select m[1], m[2]::integer, m[3]::bigint, m[4]::integer, 8, 0, 0, false, region, "
    "m[3]::bigint from onecase.forwards_in_flight, "
    "regexp_match(origin, '^(.*)/([0-9]+)/([0-9]+)#([0-9]+)$') as m "
    "union all select topic, partition, first_offset, -1, 9, 0, 0, false, null, last_offset "
    "from onecase.skipped_offsets "
    "union all select topic, partition, first_offset, -1, 10, 0, 0, false, null, last_offset "
    "from onecase.gaps where last_offset is not null "
    "order by 1, 2, 3, 4"};

static const PostgresStatement MEMORY = {"audit_memory", "set local work_mem = '64MB'"};
static const PostgresStatement NEXT = {"audit_next", "fetch 20000 from audit_rows"};
static const PostgresStatement CLOSE = {"audit_close", "close audit_rows"};

static const PostgresStatement ACCOUNTS = {
    "audit_accounts",
    "select source_topic, source_partition, min(first_offset) filter (where first_offset >= 0), "
    "max(last_offset), sum(reports - inspections)::bigint, sum(inspections)::bigint, "
    "sum(updates - assignments)::bigint, sum(assignments)::bigint, sum(ignored)::bigint, "
    "sum(dead)::bigint, sum(skipped)::bigint, sum(released)::bigint, sum(forwarded)::bigint, "
    "sum(arrived)::bigint, sum(extra_items)::bigint "
    "from onecase.accounts group by 1, 2 order by 1, 2"};

typedef struct Row {
    Origin origin; /* the topic is a view of the rows in hand */
    int64_t what;
    int32_t attempt;
    int32_t first_attempt;
    bool resolved;
    Text region;
    int64_t last_offset;
} Row;

/* What stands of one origin. */
typedef struct OriginRows {
    int64_t offset;
    int32_t item;
    int64_t counts[AUDIT_ROW_KINDS];
    int64_t failures;      /* attempts that failed */
    int32_t first_attempt; /* that failed; 0: no dead letter */
    bool resolved;
} OriginRows;

typedef struct Walk {
    const AuditRows *audit;
    AuditSource *source; /* NULL: none yet */
    int64_t next;        /* offset that is to come */
    bool only_dead;      /* of a source without account */
    int64_t offset;      /* in hand; -1: none */
    int32_t items;       /* its items met so far */
    bool came_back;      /* its first item did */
    OriginRows in_hand;  /* item -1: none */
} Walk;

/* ---- one origin ---- */

static Origin origin_of(const Walk *walk)
{
    return (Origin){.topic = walk->source->topic,
                    .partition = walk->source->partition,
                    .offset = walk->in_hand.offset,
                    .item = walk->in_hand.item};
}

static bool within(const Walk *walk, int64_t offset)
{
    return offset >= walk->audit->since;
}

static void say(const Walk *walk, FindingKind kind, const char *what)
{
    Findings *findings = walk->audit->findings;
    Origin origin = origin_of(walk);
    if (within(walk, origin.offset))
        findings_add(findings, kind, findings_origin(findings->arena, &origin),
                     text_copy(findings->arena, text_from(what)));
}

/* "1 report, 1 ignored" */
static void name_rows(const OriginRows *rows, char *out, size_t size)
{
    static const char *const NAMES[AUDIT_ROW_KINDS] = {
        "report",      "inspection", "update", "assignment", "ignored record",
        "dead letter", NULL,         NULL,     "way home"};
    size_t used = 0;
    for (size_t i = 0; i < AUDIT_ROW_KINDS; i++)
        if (NAMES[i] != NULL && rows->counts[i] > 0 && used < size) {
            int more = snprintf(out + used, size - used, "%s%" PRId64 " %s", used > 0 ? ", " : "",
                                rows->counts[i], NAMES[i]);
            used += more > 0 ? (size_t)more : 0;
        }
}

static int64_t ends(const OriginRows *rows)
{
    int64_t dead = rows->resolved ? 0 : rows->counts[AUDIT_DEAD];
    return rows->counts[AUDIT_REPORT] + rows->counts[AUDIT_INSPECTION] +
           rows->counts[AUDIT_UPDATE] + rows->counts[AUDIT_ASSIGNMENT] +
           rows->counts[AUDIT_IGNORED] + rows->counts[AUDIT_ON_ITS_WAY] + dead;
}

/* An item that a release of the whole record brought forth: it has no first attempt. */
static bool is_born_later(const Walk *walk)
{
    const OriginRows *rows = &walk->in_hand;
    return rows->counts[AUDIT_RELEASED] > 0 && rows->first_attempt != 1 &&
           (rows->item > 0 || rows->first_attempt > 1);
}

static void judge(Walk *walk)
{
    OriginRows *rows = &walk->in_hand;
    char named[160] = "";
    int64_t count = ends(rows);
    name_rows(rows, named, sizeof(named));
    if (count > 1) {
        say(walk, FINDING_DOUBLED, named);
    } else if (count == 0) {
        say(walk, FINDING_MISSING,
            rows->counts[AUDIT_DEAD] > 0 ? "its dead letter is resolved, and no row says by what"
                                         : "it came back or home, and no row says as what");
    } else if (rows->counts[AUDIT_RELEASED] > 0 && rows->counts[AUDIT_DEAD] == 0 &&
               (rows->item == 0 || !walk->came_back)) {
        say(walk, FINDING_MISSING, "it came back after a release, and its dead letter is gone");
    }
    if (rows->item == 0)
        walk->came_back = rows->counts[AUDIT_RELEASED] > 0;
}

static void count_origin(Walk *walk)
{
    const OriginRows *rows = &walk->in_hand;
    int64_t *sums = walk->source->rows;
    walk->source->records++;
    sums[COUNTER_REPORTS] += rows->counts[AUDIT_REPORT];
    sums[COUNTER_INSPECTIONS] += rows->counts[AUDIT_INSPECTION];
    sums[COUNTER_UPDATES] += rows->counts[AUDIT_UPDATE];
    sums[COUNTER_ASSIGNMENTS] += rows->counts[AUDIT_ASSIGNMENT];
    sums[COUNTER_IGNORED] += rows->counts[AUDIT_IGNORED];
    sums[COUNTER_DEAD] += rows->failures;
    sums[COUNTER_RELEASED] += rows->counts[AUDIT_RELEASED];
    sums[COUNTER_FORWARDED] += rows->counts[AUDIT_ARRIVED] + rows->counts[AUDIT_ON_ITS_WAY];
    sums[COUNTER_ARRIVED] += rows->counts[AUDIT_ARRIVED];
    sums[COUNTER_EXTRA_ITEMS] += rows->item > 0 && !is_born_later(walk) ? 1 : 0;
}

/* ---- one offset ---- */

static void hole(Walk *walk, AuditHole found)
{
    int64_t since = walk->audit->since;
    if (found.first < since)
        found.first = since;
    if (found.first <= found.last)
        audit_source_hole(walk->audit->sources, walk->source, found);
}

static void finish_origin(Walk *walk)
{
    OriginRows *rows = &walk->in_hand;
    if (rows->item < 0)
        return;
    walk->only_dead = walk->only_dead && rows->counts[AUDIT_DEAD] == ends(rows);
    judge(walk);
    count_origin(walk);
    for (; walk->items < rows->item; walk->items++)
        hole(walk, (AuditHole){.first = rows->offset, .last = rows->offset, .item = walk->items});
    walk->items = rows->item + 1;
    rows->item = -1;
}

static void finish_offset(Walk *walk)
{
    finish_origin(walk);
    if (walk->offset >= 0 && walk->items > 0)
        audit_source_add(walk->audit->sources, walk->source, walk->offset, walk->items);
    walk->offset = -1;
    walk->items = 0;
    walk->came_back = false;
}

static bool has_offsets(const AuditSource *source)
{
    return source->has_account && source->first >= 0;
}

/* Offsets first .. last are told of now. */
static void reach(Walk *walk, int64_t first, int64_t last)
{
    AuditSource *source = walk->source;
    if (!has_offsets(source))
        return;
    if (first > walk->next && walk->next <= source->last) {
        int64_t end = first - 1 < source->last ? first - 1 : source->last;
        hole(walk, (AuditHole){.first = walk->next, .last = end, .item = AUDIT_WHOLE});
    }
    if (last >= walk->next)
        walk->next = last + 1;
}

static void check_bounds(const Walk *walk, int64_t offset)
{
    const AuditSource *source = walk->source;
    Findings *findings = walk->audit->findings;
    if (has_offsets(source) && within(walk, offset) &&
        (offset < source->first || offset > source->last))
        findings_add(
            findings, FINDING_EXTRA,
            findings_offsets(findings->arena, source->topic, source->partition, offset, offset),
            text_format(findings->arena, "the account goes from %" PRId64 " to %" PRId64,
                        source->first, source->last));
}

static void take_run(Walk *walk, const Row *row)
{
    const AuditSource *source = walk->source;
    Findings *findings = walk->audit->findings;
    int64_t first = row->origin.offset;
    if (row->what == AUDIT_SKIPPED) {
        walk->source->rows[COUNTER_SKIPPED] += row->last_offset - first + 1;
        if (has_offsets(source) && first < walk->next && first >= source->first &&
            within(walk, first))
            findings_add(findings, FINDING_DOUBLED,
                         findings_offsets(findings->arena, source->topic, source->partition, first,
                                          row->last_offset),
                         TEXT("said to be skipped, and offsets of it have rows"));
    }
    reach(walk, first, row->last_offset);
}

static void start_offset(Walk *walk, int64_t offset)
{
    finish_offset(walk);
    walk->offset = offset;
    if (has_offsets(walk->source) && offset < walk->next && offset >= walk->source->first &&
        within(walk, offset))
        findings_add(walk->audit->findings, FINDING_DOUBLED,
                     findings_offsets(walk->audit->findings->arena, walk->source->topic,
                                      walk->source->partition, offset, offset),
                     TEXT("said to be skipped or lost, and has rows"));
    reach(walk, offset, offset);
    check_bounds(walk, offset);
}

/* ---- a source partition ---- */

static void finish_source(Walk *walk)
{
    AuditSource *source = walk->source;
    if (source == NULL)
        return;
    finish_offset(walk);
    if (has_offsets(source) && walk->next <= source->last)
        hole(walk, (AuditHole){.first = walk->next, .last = source->last, .item = AUDIT_WHOLE});
    if (!source->has_account && !walk->only_dead && source->records > 0)
        findings_add(walk->audit->findings, FINDING_EXTRA,
                     text_format(walk->audit->findings->arena, "%.*s/%" PRId32,
                                 TEXT_ARGS(source->topic), source->partition),
                     text_format(walk->audit->findings->arena,
                                 "%" PRId64 " records of a source that has no account",
                                 source->records));
    walk->source = NULL;
}

static bool is_wanted(const AuditRows *audit, Text topic)
{
    return text_is_absent(audit->topic) || text_equal(audit->topic, topic);
}

static void start_source(Walk *walk, const Origin *origin)
{
    finish_source(walk);
    walk->source = audit_source(walk->audit->sources, origin->topic, origin->partition);
    walk->next = walk->source->first;
    walk->only_dead = true;
    walk->offset = -1;
    walk->items = 0;
    walk->in_hand.item = -1;
}

static void start_origin(Walk *walk, const Row *row)
{
    finish_origin(walk);
    if (walk->offset != row->origin.offset)
        start_offset(walk, row->origin.offset);
    walk->in_hand = (OriginRows){.offset = row->origin.offset, .item = row->origin.item};
}

static void take_row(Walk *walk, const Row *row)
{
    const Origin *origin = &row->origin;
    OriginRows *rows = &walk->in_hand;
    if (!is_wanted(walk->audit, origin->topic))
        return;
    if (walk->source == NULL || walk->source->partition != origin->partition ||
        !text_equal(walk->source->topic, origin->topic))
        start_source(walk, origin);
    if (row->what == AUDIT_SKIPPED || row->what == AUDIT_LOST) {
        finish_offset(walk);
        take_run(walk, row);
        return;
    }
    if (rows->item != origin->item || rows->offset != origin->offset)
        start_origin(walk, row);
    rows->counts[row->what]++;
    if (row->what == AUDIT_DEAD) {
        rows->failures = row->attempt - row->first_attempt + 1;
        rows->first_attempt = row->first_attempt;
        rows->resolved = row->resolved;
    }
    if (row->what == AUDIT_RELEASED || row->what == AUDIT_ARRIVED) {
        const AuditTrip trip = {*origin, row->attempt, row->region};
        audit_trip_note(walk->audit->sources, &trip);
    }
}

/* ---- reading ---- */

static Row read_row(const PostgresResult *result, int row)
{
    return (Row){.origin = {.topic = postgres_text(result, row, 0),
                            .partition = (int32_t)postgres_int(result, row, 1),
                            .offset = postgres_int(result, row, 2),
                            .item = (int32_t)postgres_int(result, row, 3)},
                 .what = postgres_int(result, row, 4),
                 .attempt = (int32_t)postgres_int(result, row, 5),
                 .first_attempt = (int32_t)postgres_int(result, row, 6),
                 .resolved = postgres_int(result, row, 7) == 1,
                 .region = postgres_text(result, row, 8),
                 .last_offset = postgres_int(result, row, 9)};
}

static bool read_accounts(const AuditRows *audit, Error *error)
{
    enum { FIRST_COUNTER = 4 };
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!postgres_call(audit->pg, &ACCOUNTS, NULL, 0, &result, error))
        return false;
    for (int row = 0; row < postgres_rows(result); row++) {
        Text topic = postgres_text(result, row, 0);
        if (!is_wanted(audit, topic))
            continue;
        AuditSource *source =
            audit_source(audit->sources, topic, (int32_t)postgres_int(result, row, 1));
        source->has_account = true;
        source->first = postgres_is_null(result, row, 2) ? -1 : postgres_int(result, row, 2);
        source->last = postgres_int(result, row, 3);
        for (size_t i = 0; i < AUDIT_COUNTERS; i++)
            source->account[i] = postgres_int(result, row, FIRST_COUNTER + (int)i);
    }
    return true;
}

static int64_t rows_expected(const AuditSource *source)
{
    int64_t rows = 0;
    for (size_t i = 0; i < AUDIT_COUNTERS; i++)
        rows += i == COUNTER_SKIPPED || i == COUNTER_EXTRA_ITEMS ? 0 : source->account[i];
    return rows;
}

/* A source whose rows are all gone has holes too. */
static void finish_unmet(Walk *walk)
{
    const AuditSources *sources = walk->audit->sources;
    for (size_t i = 0; i < sources->count; i++) {
        AuditSource *source = sources->items[i];
        if (source->has_account && source->records == 0 && source->hole_count == 0 &&
            source->rows[COUNTER_SKIPPED] == 0) {
            const Origin origin = {.topic = source->topic, .partition = source->partition};
            start_source(walk, &origin);
            finish_source(walk);
        }
    }
}

bool audit_rows(const AuditRows *audit, Error *error)
{
    Walk walk = {.audit = audit, .in_hand = {.item = -1}};
    MapProgress progress = map_progress_begin();
    int64_t total = 0;
    int64_t read_rows = 0;
    int got;
    if (!postgres_call(audit->pg, &MEMORY, NULL, 0, NULL, error) || !read_accounts(audit, error) ||
        !postgres_call(audit->pg, &DECLARE, NULL, 0, NULL, error))
        return false;
    for (size_t i = 0; i < audit->sources->count; i++)
        total += rows_expected(audit->sources->items[i]);
    do {
        POSTGRES_RESULT_AUTO *result = NULL;
        if (!postgres_call(audit->pg, &NEXT, NULL, 0, &result, error))
            return false;
        got = postgres_rows(result);
        for (int row = 0; row < got; row++) {
            const Row read = read_row(result, row);
            take_row(&walk, &read);
        }
        read_rows += got;
        map_progress_tell(&progress, read_rows, read_rows, total);
        if (send_stop_asked())
            return error_set_at(error, ERROR_FATAL, "stopped", NULL, "told to stop");
    } while (got > 0);
    map_progress_end(&progress);
    finish_source(&walk);
    finish_unmet(&walk);
    return postgres_call(audit->pg, &CLOSE, NULL, 0, NULL, error);
}

void audit_rows_counters(const AuditRows *audit)
{
    for (size_t i = 0; i < audit->sources->count && audit->since <= 0; i++) {
        const AuditSource *source = audit->sources->items[i];
        for (size_t k = 0; source->has_account && k < AUDIT_COUNTERS; k++)
            if (source->account[k] != source->rows[k])
                findings_add(audit->findings, FINDING_COUNTER,
                             text_format(audit->findings->arena, "%.*s/%" PRId32,
                                         TEXT_ARGS(source->topic), source->partition),
                             text_format(audit->findings->arena,
                                         "%s: account %" PRId64 ", rows %" PRId64,
                                         audit_counter_name((AuditCounter)k), source->account[k],
                                         source->rows[k]));
    }
}
