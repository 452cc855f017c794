/*
 * A table of tables: name, the columns that order it, and which of it counts. Who wrote a row and when by the system clock
 * stands in consumer_offsets and relay's positions, which are left out, and so is the outbox, which relay empties; and in one
 * column of reports, which does not count.
 */
#include "table_digest.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS_MAX = 4096,
    QUERY_MAX = COLUMNS_MAX + 512,
    SQL_MAX = QUERY_MAX + 512,
    ROWS_FIRST = 1024
};

typedef struct DecidedTable {
    const char *name;
    const char *order;
    const char *query; /* NULL: all of it */
    const char *but;   /* NULL; a column that may differ, of what has no query */
} DecidedTable;

/*
 * Commands count when they were applied. What one has done is left out: when partitions are read in another order than they were
 * written, a dead letter may have come back in another one before its command is met.
 */
static const char COMMANDS[] =
    "select id, seq, report_partition, region, kind, args, expect_version, actor, submitted_at, "
    "state, "
    "case when state = 'refused' then result end as reason, report_offset, applied_at "
    "from onecase.commands where report_offset is not null";

static const DecidedTable DECIDED[] = {
    {"reports", "region, report_id", NULL, "written_at"},
    {"report_revisions", "report_partition, report_offset, received_at", NULL, NULL},
    {"assignments", "region, report_id, assignment_no, n", NULL, NULL},
    {"record_index", "source, record_no", NULL, NULL},
    {"pending_updates", "report_partition, report_offset", NULL, NULL},
    {"hazards", "region, hazard_id", NULL, NULL},
    {"hazard_relations", "region, hazard_a, hazard_b, kind", NULL, NULL},
    {"cases", "region, case_id", NULL, NULL},
    {"decisions", "region, decision_id", NULL, NULL},
    {"case_events", "region, seq", NULL, NULL},
    {"ignored_records", "topic, partition, kafka_offset, item", NULL, NULL},
    {"dead_letters", "topic, partition, kafka_offset, item", NULL, NULL},
    {"forwarded_records", "topic, partition, kafka_offset, item, region, attempt", NULL, NULL},
    {"released_records", "topic, partition, kafka_offset, item, attempt", NULL, NULL},
    {"skipped_offsets", "topic, partition, first_offset", NULL, NULL},
    {"commands", "report_partition, report_offset", COMMANDS, NULL},
    {"accounts", "source_topic, source_partition, report_partition", NULL, NULL},
    {"region_counters", "region", NULL, NULL},
};
enum { DECIDED_COUNT = sizeof(DECIDED) / sizeof(DECIDED[0]) };
_Static_assert((int)DECIDED_COUNT <= (int)TABLE_DIGEST_MAX, "room for all tables");

/* One line a hazard, its records in order; lines in order. */
static const char CLUSTERS[] =
    "select string_agg(source || '/' || record_no, ',' order by source, record_no) as records "
    "from onecase.reports group by region, hazard_id, "
    "case when hazard_id is null then report_id end order by 1";

Postgres *table_digest_connection(const char *conninfo,
                                  const char *application,
                                  bool (*greet)(Postgres *pg, Error *error))
{
    const PostgresSettings settings = {.conninfo = conninfo,
                                       .application = application,
                                       .statement_ms = TABLE_DIGEST_ANSWER_MS,
                                       .greet = greet};
    return postgres_new(&settings);
}

bool table_digest_begin(Postgres *pg, Error *error)
{
    static const PostgresStatement BEGIN = {
        "digest_begin", "begin transaction isolation level repeatable read read only"};
    static const PostgresStatement PATIENCE = {"digest_patience",
                                               "set local idle_in_transaction_session_timeout = 0"};
    return postgres_call(pg, &BEGIN, NULL, 0, NULL, error) &&
           postgres_call(pg, &PATIENCE, NULL, 0, NULL, error);
}

bool table_digest_end(Postgres *pg, Error *error)
{
    static const PostgresStatement END = {"digest_end", "rollback"};
    return postgres_call(pg, &END, NULL, 0, NULL, error);
}

/* ---- sums ---- */

typedef struct RowSum {
    Sha256 *hash;
    int64_t rows;
} RowSum;

static void sum_row(void *context, Text line)
{
    RowSum *sum = context;
    digest_update(sum->hash, line);
    sum->rows++;
}

static void end_hex(Sha256 *hash, char hex[SHA256_HEX_SIZE + 1])
{
    uint8_t bytes[SHA256_SIZE];
    digest_end(hash, bytes);
    digest_hex(bytes, sizeof(bytes), hex);
}

static bool
copy_query(Postgres *pg, const char *query, PostgresTake *take, void *context, Error *error)
{
    char sql[SQL_MAX];
    snprintf(sql, sizeof(sql), "copy (%s) to stdout", query);
    return postgres_copy_out(pg, sql, take, context, error);
}

static void take_columns(void *context, Text line)
{
    char *columns = context;
    Text all = text_trim(line);
    assert(all.size < COLUMNS_MAX);
    snprintf(columns, COLUMNS_MAX, "%.*s", TEXT_ARGS(all));
}

/* By name, as the database has them: a later change of the schema may add some. */
static bool
columns_of(Postgres *pg, const DecidedTable *table, char columns[COLUMNS_MAX], Error *error)
{
    char query[QUERY_MAX];
    snprintf(columns, COLUMNS_MAX, "*");
    if (table->but == NULL)
        return true;
    snprintf(query, sizeof(query),
             "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute "
             "where attrelid = 'onecase.%s'::regclass and attnum > 0 and not attisdropped "
             "and attname <> '%s'",
             table->name, table->but);
    return copy_query(pg, query, take_columns, columns, error);
}

static bool rows_of(Postgres *pg, const DecidedTable *table, char query[QUERY_MAX], Error *error)
{
    char columns[COLUMNS_MAX];
    if (table->query != NULL) {
        snprintf(query, QUERY_MAX, "%s order by %s", table->query, table->order);
        return true;
    }
    if (!columns_of(pg, table, columns, error))
        return false;
    snprintf(query, QUERY_MAX, "select %s from onecase.%s order by %s", columns, table->name,
             table->order);
    return true;
}

static bool
copy_table(Postgres *pg, const DecidedTable *table, PostgresTake *take, void *context, Error *error)
{
    char query[QUERY_MAX];
    return (rows_of(pg, table, query, error) && copy_query(pg, query, take, context, error)) ||
           error_prefix(error, "%s", table->name);
}

static bool add_sum(Postgres *pg, const DecidedTable *table, TableDigest *digest, Error *error)
{
    TableSum *sum = &digest->tables[digest->count++];
    RowSum rows = {.hash = digest_begin()};
    bool well = table != NULL ? copy_table(pg, table, sum_row, &rows, error)
                              : copy_query(pg, CLUSTERS, sum_row, &rows, error);
    *sum = (TableSum){.name = table != NULL ? table->name : "clusters", .rows = rows.rows};
    end_hex(rows.hash, sum->hex);
    return well;
}

bool table_digest_read(Postgres *pg, TableDigestKind kind, TableDigest *digest, Error *error)
{
    digest->count = 0;
    if (kind == TABLE_DIGEST_CLUSTERS && !add_sum(pg, NULL, digest, error))
        return false;
    for (size_t i = 0; kind == TABLE_DIGEST_DECIDED && i < DECIDED_COUNT; i++)
        if (!add_sum(pg, &DECIDED[i], digest, error))
            return false;
    Sha256 *all = digest_begin();
    for (size_t i = 0; i < digest->count; i++) {
        digest_update(all, text_from(digest->tables[i].name));
        digest_update(all, text_from(digest->tables[i].hex));
    }
    end_hex(all, digest->hex);
    return true;
}

static void write_json(const TableDigest *digest, TextBuilder *out)
{
    builder_format(out, "{\"sha256\":\"%s\",\"tables\":{", digest->hex);
    for (size_t i = 0; i < digest->count; i++)
        builder_format(out, "%s\"%s\":{\"rows\":%lld,\"sha256\":\"%s\"}", i > 0 ? "," : "",
                       digest->tables[i].name, (long long)digest->tables[i].rows,
                       digest->tables[i].hex);
    builder_string(out, "}}");
}

void table_digest_write(const TableDigest *digest, bool json, TextBuilder *out)
{
    if (json) {
        write_json(digest, out);
        return;
    }
    for (size_t i = 0; i < digest->count; i++)
        builder_format(out, "%s %10lld  %s\n", digest->tables[i].hex,
                       (long long)digest->tables[i].rows, digest->tables[i].name);
    builder_format(out, "%s %10s  in all\n", digest->hex, "");
}

typedef struct NameTaker {
    Arena *arena;
    TextList *names;
} NameTaker;

static void take_name(void *context, Text line)
{
    const NameTaker *taker = context;
    taker->names->items[taker->names->count++] = text_copy(taker->arena, text_trim(line));
}

bool table_digest_filled(Postgres *pg, Arena *arena, TextList *names, Error *error)
{
    TextBuilder sql = builder_new(arena);
    builder_string(&sql, "copy (");
    for (size_t i = 0; i < DECIDED_COUNT; i++)
        builder_format(&sql, "%sselect '%s' where exists (select from onecase.%s)",
                       i > 0 ? " union all " : "", DECIDED[i].name, DECIDED[i].name);
    builder_string(&sql, ") to stdout");
    *names = (TextList){ARENA_ARRAY(arena, Text, DECIDED_COUNT), 0};
    NameTaker taker = {arena, names};
    return postgres_copy_out(pg, builder_view(&sql).data, take_name, &taker, error);
}

/* ---- the first row that differs ---- */

typedef struct RowHashes {
    uint64_t *items; /* of the left rows */
    size_t count;
    size_t capacity;
    size_t seen;      /* right rows so far */
    size_t different; /* the first of them; SIZE_MAX: none yet */
} RowHashes;

static void keep_hash(void *context, Text line)
{
    RowHashes *hashes = context;
    if (hashes->count == hashes->capacity) {
        hashes->capacity = hashes->capacity == 0 ? ROWS_FIRST : hashes->capacity * 2;
        hashes->items = realloc(hashes->items, hashes->capacity * sizeof(*hashes->items));
        if (hashes->items == NULL)
            abort();
    }
    hashes->items[hashes->count++] = text_hash(line);
}

static void hold_against(void *context, Text line)
{
    RowHashes *hashes = context;
    bool alike = hashes->seen < hashes->count && hashes->items[hashes->seen] == text_hash(line);
    if (!alike && hashes->different == SIZE_MAX)
        hashes->different = hashes->seen;
    hashes->seen++;
}

static bool find_row(Postgres *left,
                     Postgres *right,
                     const DecidedTable *table,
                     TableDifference *difference,
                     Error *error)
{
    RowHashes hashes = {.different = SIZE_MAX};
    bool well = copy_table(left, table, keep_hash, &hashes, error) &&
                copy_table(right, table, hold_against, &hashes, error);
    if (hashes.different == SIZE_MAX && hashes.seen < hashes.count)
        hashes.different = hashes.seen;
    *difference = (TableDifference){.row = (int64_t)hashes.different,
                                    .only_left = hashes.different >= hashes.seen,
                                    .only_right = hashes.different >= hashes.count};
    free(hashes.items);
    return well && (hashes.different != SIZE_MAX ||
                    error_set(error, ERROR_FATAL, "%s: no row differs", table->name));
}

typedef struct KeyTaker {
    Arena *arena;
    Text *key;
} KeyTaker;

static void take_key(void *context, Text line)
{
    const KeyTaker *taker = context;
    *taker->key = text_copy(taker->arena, text_trim(line));
}

static bool read_key(Postgres *pg,
                     const DecidedTable *table,
                     TableDifference *difference,
                     Arena *arena,
                     Error *error)
{
    Text values = TEXT("?");
    KeyTaker taker = {arena, &values};
    char rows[QUERY_MAX];
    if (!rows_of(pg, table, rows, error))
        return false;
    Text query = text_format(arena, "select concat_ws(', ', %s) from (%s offset %lld limit 1) as t",
                             table->order, rows, (long long)difference->row);
    bool well = copy_query(pg, query.data, take_key, &taker, error);
    difference->key = text_format(arena, "%s = %.*s", table->order, TEXT_ARGS(values));
    return well;
}

bool table_digest_difference(Postgres *left,
                             Postgres *right,
                             const char *name,
                             Arena *arena,
                             TableDifference *difference,
                             Error *error)
{
    size_t i = 0;
    while (i < DECIDED_COUNT && strcmp(DECIDED[i].name, name) != 0)
        i++;
    if (i == DECIDED_COUNT)
        return error_set(error, ERROR_FATAL, "%s is no decided table", name);
    return find_row(left, right, &DECIDED[i], difference, error) &&
           read_key(difference->only_right ? right : left, &DECIDED[i], difference, arena, error);
}
