/*
 * Forwarded records are few, so they are gathered and sorted: where several regions were home to one number (an earlier
 * rebuild had decided otherwise), the first on the log is.
 */
#include "replay/replay_homes.h"

#include "replay/replay_scan.h"

#include "domain/record.h"
#include "domain/report.h"

#include "adapters/postgres_rows.h"

#include <stdlib.h>

enum { ARENA_BLOCK = 65536, FIRST_CAPACITY = 256, PIECE = 5000 };

typedef struct Home {
    Text source;
    Text record_no;
    Text region;
    int64_t timestamp_us;
    int32_t partition;
    int64_t offset;
} Home;

typedef struct Homes {
    Arena *arena;
    Home *items;
    size_t count;
    size_t capacity;
} Homes;

static const PostgresColumn COLUMNS[] = {
    ROWS_COLUMN(Home, source, "source", ROWS_TEXT),
    ROWS_COLUMN(Home, record_no, "record_no", ROWS_TEXT),
    ROWS_COLUMN(Home, region, "region", ROWS_TEXT),
};
static const PostgresTable TABLE = {.statement = "homes_ahead",
                                    .table = "onecase.homes_ahead",
                                    .form = ROWS_NOTE,
                                    .columns = COLUMNS,
                                    .count = sizeof(COLUMNS) / sizeof(COLUMNS[0])};

/* ---- reading ---- */

static void add(Homes *homes, const KafkaRecord *record, const RecordHead *head, Text record_no)
{
    if (homes->count == homes->capacity) {
        size_t old = homes->capacity;
        homes->capacity = old == 0 ? FIRST_CAPACITY : old * 2;
        homes->items = arena_grow(homes->arena, homes->items, old * sizeof(Home),
                                  homes->capacity * sizeof(Home));
    }
    homes->items[homes->count++] = (Home){.source = text_copy(homes->arena, head->source),
                                          .record_no = text_copy(homes->arena, record_no),
                                          .region = text_copy(homes->arena, record->key),
                                          .timestamp_us = record->timestamp_us,
                                          .partition = record->partition,
                                          .offset = record->offset};
}

/* One that cannot be read is a dead letter to the matcher too, and nobody's home. */
static bool take(void *context,
                 const KafkaRecord *record,
                 const RecordHeader *headers,
                 size_t count,
                 Arena *scratch,
                 Error *error)
{
    RecordHead head;
    Report report;
    Error unread = {0};
    (void)error;
    if (record_head_read(headers, count, &head, &unread) && !text_is_absent(head.forwarded) &&
        record_kind_carries_report(head.kind) && !text_is_empty(record->key) &&
        report_read(record->value, scratch, &report, &unread) && !text_is_empty(report.record_no))
        add(context, record, &head, report.record_no);
    return true;
}

/* ---- writing ---- */

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By number, then as the log goes. */
static int compare_homes(const void *left, const void *right)
{
    const Home *a = left;
    const Home *b = right;
    int order = text_compare(a->source, b->source);
    if (order == 0)
        order = text_compare(a->record_no, b->record_no);
    if (order == 0)
        order = compare_numbers(a->timestamp_us, b->timestamp_us);
    if (order == 0)
        order = compare_numbers(a->partition, b->partition);
    return order != 0 ? order : compare_numbers(a->offset, b->offset);
}

static bool send_piece(PostgresRows *rows, Postgres *pg, Error *error)
{
    PostgresResult *result = NULL;
    PostgresOutcome outcome;
    bool sent = postgres_rows_count(rows) == 0 ||
                (postgres_pipeline_begin(pg, error) && postgres_rows_send(rows, pg, error) &&
                 postgres_pipeline_end(pg, &result, &outcome, error));
    postgres_result_free(result);
    postgres_rows_clear(rows);
    return sent;
}

static bool write_homes(Homes *homes, Postgres *pg, Error *error)
{
    PostgresRows *rows = postgres_rows_new(&TABLE);
    bool well = postgres_connect(pg, error) && postgres_rows_prepare(rows, pg, error);
    qsort(homes->items, homes->count, sizeof(Home), compare_homes);
    for (size_t i = 0; well && i < homes->count; i++) {
        const Home *home = &homes->items[i];
        bool again = i > 0 && text_equal(home[-1].source, home->source) &&
                     text_equal(home[-1].record_no, home->record_no);
        well = (again || postgres_rows_add(rows, home, error)) &&
               (postgres_rows_count(rows) < PIECE || send_piece(rows, pg, error));
    }
    well = well && send_piece(rows, pg, error);
    postgres_rows_free(rows);
    return well;
}

bool replay_homes_learn(const ReplayHomesSpec *spec, Postgres *pg, Error *error)
{
    Homes homes = {.arena = arena_new(ARENA_BLOCK)};
    const ReplayScan scan = {
        .brokers = spec->brokers, .topic = spec->topic, .take = take, .context = &homes};
    bool well = replay_scan(&scan, error) && (homes.count == 0 || write_homes(&homes, pg, error));
    arena_free(homes.arena);
    return well || error_prefix(error, "homes of forwarded records");
}

bool replay_homes_forget(Postgres *pg, Error *error)
{
    static const PostgresStatement FORGET = {"homes_forget", "delete from onecase.homes_ahead"};
    return postgres_call(pg, &FORGET, NULL, 0, NULL, error);
}
