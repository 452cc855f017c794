/*
 * Records that were not found are gathered and named at the end as ranges: several partitions of onecase.report are read in turns.
 * What waits is taken out of the holes, so that the order in which partitions are worked off shows nowhere.
 */
#include "audit/audit_log.h"

#include "map/map_progress.h"
#include "send/send_stop.h"

#include "adapters/kafka_reader.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum { READ_LIMIT_MS = 15000, SCRATCH_BLOCK = 65536, FIRST_CAPACITY = 64 };

typedef struct Reading {
    AuditLog *log;
    Text report_topic;
    int64_t *next; /* of the matcher, for each partition of onecase.report */
    int32_t partitions;
    AuditPlaces unknown; /* passed over by the matcher, beyond what accounts know */
} Reading;

/* ---- the matcher's offsets ---- */

static const PostgresStatement TOPIC = {"audit_topic",
                                        "select topic, partition_count from onecase.report_topic"};
static const PostgresStatement OFFSETS = {
    "audit_offsets",
    "select partition, next_offset from onecase.consumer_offsets where topic = $1"};

static bool read_offsets(Reading *reading, Error *error)
{
    POSTGRES_RESULT_AUTO *topic = NULL;
    POSTGRES_RESULT_AUTO *offsets = NULL;
    Arena *arena = reading->log->sources->arena;
    if (!postgres_call(reading->log->pg, &TOPIC, NULL, 0, &topic, error))
        return false;
    if (postgres_rows(topic) == 0)
        return error_set(error, ERROR_FATAL,
                         "the database knows no report topic; run `onecase topics --create` first");
    reading->report_topic = text_copy(arena, postgres_text(topic, 0, 0));
    reading->partitions = (int32_t)postgres_int(topic, 0, 1);
    reading->next = ARENA_ARRAY(arena, int64_t, reading->partitions);
    const PostgresParam param = postgres_param_text(reading->report_topic);
    if (!postgres_call(reading->log->pg, &OFFSETS, &param, 1, &offsets, error))
        return false;
    for (int row = 0; row < postgres_rows(offsets); row++) {
        int64_t partition = postgres_int(offsets, row, 0);
        if (partition >= 0 && partition < reading->partitions)
            reading->next[partition] = postgres_int(offsets, row, 1);
    }
    return true;
}

/* ---- one record ---- */

static void note_place(const Reading *reading,
                       AuditPlaces *places,
                       const KafkaRecord *record,
                       const AuditPlace *place)
{
    if (places->count == places->capacity) {
        size_t old = places->capacity;
        places->capacity = old == 0 ? FIRST_CAPACITY : old * 2;
        places->items = arena_grow(reading->log->sources->arena, places->items,
                                   old * sizeof(AuditPlace), places->capacity * sizeof(AuditPlace));
    }
    AuditPlace *added = &places->items[places->count++];
    *added = *place;
    added->report_partition = record->partition;
    added->report_offset = record->offset;
}

/* It comes from another region or after a release: its origin has rows from before. */
static void check_trip(const Reading *reading, const KafkaRecord *record, const RecordHead *head)
{
    Findings *findings = reading->log->findings;
    const AuditTrip trip = {head->origin, head->attempt,
                            text_is_absent(head->forwarded) ? TEXT_ABSENT : record->key};
    if (audit_trip_known(reading->log->sources, &trip))
        return;
    findings_add(findings, FINDING_PASSED, findings_origin(findings->arena, &head->origin),
                 text_format(findings->arena,
                             "attempt %" PRId32 " lies at %.*s/%" PRId32 "/%" PRId64, head->attempt,
                             TEXT_ARGS(record->topic), record->partition, record->offset));
}

/* A record whose head cannot be read is known by its own place. */
static RecordHead read_head(const Reading *reading, const KafkaRecord *record, Arena *scratch)
{
    RecordHeader *headers = NULL;
    size_t count = 0;
    Error unread = {0};
    RecordHead head = {0};
    kafka_record_headers(record, scratch, &headers, &count);
    if (record_head_read(headers, count, &head, &unread))
        return head;
    return (RecordHead){.kind = RECORD_DEAD,
                        .attempt = 1,
                        .origin = {.topic = reading->report_topic,
                                   .partition = record->partition,
                                   .offset = record->offset}};
}

static void
check_origin(Reading *reading, const KafkaRecord *record, const Origin *origin, bool waits)
{
    AuditLog *log = reading->log;
    AuditSource *source = audit_source(log->sources, origin->topic, origin->partition);
    AuditHole *hole = audit_source_hole_at(source, origin->offset, origin->item);
    const AuditPlace place = {.source = source, .offset = origin->offset, .item = origin->item};
    if (origin->offset > source->log_last)
        source->log_last = origin->offset;
    if (waits && hole != NULL) {
        note_place(reading, &log->waiting, record, &place);
    } else if (hole != NULL && !hole->on_log) {
        hole->on_log = true;
        hole->report_partition = record->partition;
        hole->report_offset = record->offset;
    } else if (!waits && hole == NULL &&
               !audit_source_knows(source, origin->offset, origin->item)) {
        note_place(reading, &reading->unknown, record, &place);
    }
}

static void check_record(Reading *reading, const KafkaRecord *record, Arena *scratch)
{
    AuditLog *log = reading->log;
    const RecordHead head = read_head(reading, record, scratch);
    assert(reading->next != NULL);
    bool waits = record->partition >= reading->partitions ||
                 record->offset >= reading->next[record->partition];
    bool wanted = text_is_absent(log->topic) || text_equal(log->topic, head.origin.topic);
    bool has_rows = head.kind != RECORD_TICK && head.kind != RECORD_COMMAND;
    log->behind += waits ? 1 : 0;
    if (!has_rows || !wanted || head.origin.offset < log->since)
        return;
    if (head.attempt == 1 && text_is_absent(head.forwarded))
        check_origin(reading, record, &head.origin, waits);
    else if (!waits)
        check_trip(reading, record, &head);
}

static bool read_all(Reading *reading, KafkaReader *reader, Error *error)
{
    Arena *scratch = arena_new(SCRATCH_BLOCK);
    MapProgress progress = map_progress_begin();
    const KafkaRecord *records = NULL;
    size_t count = 0;
    bool well;
    do {
        well = kafka_reader_read(reader, &records, &count, error);
        for (size_t i = 0; well && i < count; i++)
            check_record(reading, &records[i], scratch);
        arena_reset(scratch);
        KafkaReaderProgress passed = kafka_reader_progress(reader);
        map_progress_tell(&progress, passed.read, passed.passed, passed.total);
        reading->log->read = passed.read;
        if (well && send_stop_asked())
            well = error_set_at(error, ERROR_FATAL, "stopped", NULL, "told to stop");
    } while (well && count > 0);
    map_progress_end(&progress);
    arena_free(scratch);
    return well;
}

/* ---- naming ---- */

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_places(const void *left, const void *right)
{
    const AuditPlace *a = left;
    const AuditPlace *b = right;
    int order = text_compare(a->source->topic, b->source->topic);
    if (order == 0)
        order = compare_numbers(a->source->partition, b->source->partition);
    if (order == 0)
        order = compare_numbers(a->offset, b->offset);
    return order != 0 ? order : compare_numbers(a->item, b->item);
}

static void sort_places(AuditPlaces *places)
{
    if (places->count > 1)
        qsort(places->items, places->count, sizeof(AuditPlace), compare_places);
}

static bool goes_on(const AuditPlace *last, const AuditPlace *next)
{
    return next->source == last->source && next->item == 0 && last->item == 0 &&
           (next->offset == last->offset || next->offset == last->offset + 1);
}

/* Neighbours of item 0 are a range; other items are named one by one. */
static void name_range(const Reading *reading, const AuditPlace *first, const AuditPlace *last)
{
    Findings *findings = reading->log->findings;
    const Origin origin = {.topic = first->source->topic,
                           .partition = first->source->partition,
                           .offset = first->offset,
                           .item = first->item};
    Text where = first->item > 0 ? findings_origin(findings->arena, &origin)
                                 : findings_offsets(findings->arena, origin.topic, origin.partition,
                                                    first->offset, last->offset);
    findings_add(findings, FINDING_MISSING, where,
                 text_format(findings->arena, "no row; passed over at %.*s/%" PRId32 "/%" PRId64,
                             TEXT_ARGS(reading->report_topic), first->report_partition,
                             first->report_offset));
}

static void name_unknown(const Reading *reading)
{
    const AuditPlaces *unknown = &reading->unknown;
    size_t first = 0;
    for (size_t i = 0; i < unknown->count; i++)
        if (i + 1 == unknown->count || !goes_on(&unknown->items[i], &unknown->items[i + 1])) {
            name_range(reading, &unknown->items[first], &unknown->items[i]);
            first = i + 1;
        }
}

bool audit_log(AuditLog *log, Error *error)
{
    Reading reading = {.log = log};
    KafkaReader *reader = NULL;
    if (!read_offsets(&reading, error))
        return false;
    const KafkaReaderSpec spec = {
        .client = {.brokers = log->brokers, .client_id = "onecase-audit"},
        .topic = reading.report_topic.data,
        .limit_ms = READ_LIMIT_MS,
    };
    bool well = kafka_reader_open(&spec, &reader, error) && read_all(&reading, reader, error);
    kafka_reader_close(reader);
    sort_places(&log->waiting);
    sort_places(&reading.unknown);
    name_unknown(&reading);
    return well;
}

/* ---- holes ---- */

/* The first place of the list that is not before this one. */
static size_t places_from(const AuditPlaces *places, const AuditPlace *from)
{
    size_t low = 0;
    size_t high = places->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_places(&places->items[middle], from) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
name_hole(Findings *findings, const AuditSource *source, const AuditHole *hole, bool with_log)
{
    const Origin origin = {source->topic, source->partition, hole->first, hole->item};
    Text where = hole->item != AUDIT_WHOLE
                     ? findings_origin(findings->arena, &origin)
                     : findings_offsets(findings->arena, source->topic, source->partition,
                                        hole->first, hole->last);
    if (hole->on_log)
        findings_add(findings, FINDING_MISSING, where,
                     text_format(findings->arena,
                                 "no row; lies on the report topic at %" PRId32 "/%" PRId64,
                                 hole->report_partition, hole->report_offset));
    else
        findings_add(findings, FINDING_MISSING, where,
                     text_from(with_log ? "no row; never came to the report topic"
                                        : "no row; may wait on the report topic"));
}

/* What of the hole does not wait, piece by piece. */
static void name_pieces(Findings *findings,
                        const AuditSource *source,
                        const AuditHole *hole,
                        const AuditLog *log)
{
    AuditHole piece = *hole;
    const AuditPlace from = {
        .source = (AuditSource *)(uintptr_t)source, .offset = hole->first, .item = hole->item};
    size_t at = log == NULL ? 0 : places_from(&log->waiting, &from);
    for (; log != NULL && at < log->waiting.count; at++) {
        const AuditPlace *place = &log->waiting.items[at];
        if (place->source != source || place->offset > hole->last)
            break;
        if (hole->item != AUDIT_WHOLE && place->item != hole->item)
            continue;
        if (place->offset > piece.first) {
            piece.last = place->offset - 1;
            name_hole(findings, source, &piece, true);
        }
        piece.first = place->offset + 1;
    }
    piece.last = hole->last;
    if (piece.first <= piece.last)
        name_hole(findings, source, &piece, log != NULL);
}

void audit_log_name_holes(const AuditSources *sources, const AuditLog *log, Findings *findings)
{
    for (size_t i = 0; i < sources->count; i++)
        for (size_t k = 0; k < sources->items[i]->hole_count; k++)
            name_pieces(findings, sources->items[i], &sources->items[i]->holes[k], log);
}
