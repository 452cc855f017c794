/*
 * Tables of the accounts: what was counted, and the rows that tell of each origin which is no report where it is.
 */
#include "adapters/case_store_internal.h"

#define ORIGIN_COLUMNS(struct_, COLUMN)                                                            \
    COLUMN(struct_, origin.topic, "topic", ROWS_TEXT),                                             \
        COLUMN(struct_, origin.partition, "partition", ROWS_INT4_32),                              \
        COLUMN(struct_, origin.offset, "kafka_offset", ROWS_INT8)

#define PLACE_COLUMNS(struct_)                                                                     \
    ROWS_COLUMN(struct_, place.partition, "report_partition", ROWS_INT4_32),                       \
        ROWS_COLUMN(struct_, place.offset, "report_offset", ROWS_INT8)

static const PostgresColumn IGNORED[] = {
    ORIGIN_COLUMNS(StoredIgnored, ROWS_COLUMN),
    ROWS_COLUMN(StoredIgnored, origin.item, "item", ROWS_INT4_32),
    ROWS_COLUMN(StoredIgnored, region, "region", ROWS_TEXT),
    ROWS_COLUMN(StoredIgnored, source, "source", ROWS_TEXT),
    ROWS_COLUMN(StoredIgnored, record_no, "record_no", ROWS_TEXT),
    ROWS_COLUMN(StoredIgnored, reason, "reason", ROWS_TEXT),
    ROWS_COLUMN(StoredIgnored, mapping, "mapping_digest", ROWS_TEXT),
    ROWS_COLUMN(StoredIgnored, received_at, "received_at", ROWS_TIME),
};

static const PostgresColumn DEAD[] = {
    ORIGIN_COLUMNS(StoredDead, ROWS_KEY),
    ROWS_KEY(StoredDead, origin.item, "item", ROWS_INT4_32),
    ROWS_COLUMN(StoredDead, region, "region", ROWS_TEXT),
    ROWS_COLUMN(StoredDead, source, "source", ROWS_TEXT),
    ROWS_COLUMN(StoredDead, stage, "stage", ROWS_TEXT),
    ROWS_COLUMN(StoredDead, pointer, "pointer", ROWS_TEXT),
    ROWS_COLUMN(StoredDead, rule, "rule", ROWS_TEXT),
    ROWS_COLUMN(StoredDead, message, "message", ROWS_TEXT),
    ROWS_COLUMN(StoredDead, mapping, "mapping_digest", ROWS_TEXT),
    ROWS_COLUMN(StoredDead, sha256, "sha256", ROWS_BYTES),
    ROWS_COLUMN(StoredDead, attempt, "attempt", ROWS_INT4_32),
    ROWS_COLUMN(StoredDead, first_attempt, "first_attempt", ROWS_INT4_32),
    ROWS_COLUMN(StoredDead, received_at, "received_at", ROWS_TIME),
    PLACE_COLUMNS(StoredDead),
    ROWS_COLUMN(StoredDead, state, "state", ROWS_TEXT),
};

static const PostgresColumn DEAD_STATE[] = {
    ORIGIN_COLUMNS(StoredDead, ROWS_KEY),
    ROWS_KEY(StoredDead, origin.item, "item", ROWS_INT4_32),
    ROWS_COLUMN(StoredDead, state, "state", ROWS_TEXT),
};

static const PostgresColumn DEAD_ATTEMPT[] = {
    ORIGIN_COLUMNS(StoredReleased, ROWS_KEY),
    ROWS_KEY(StoredReleased, origin.item, "item", ROWS_INT4_32),
    {.name = "attempt",
     .type = ROWS_INT4_32,
     .offset = offsetof(StoredReleased, attempt),
     .aside = true},
};

static const PostgresColumn ACCOUNTS[] = {
    ROWS_KEY(StoredAccount, topic, "source_topic", ROWS_TEXT),
    ROWS_KEY(StoredAccount, partition, "source_partition", ROWS_INT4_32),
    ROWS_KEY(StoredAccount, report_partition, "report_partition", ROWS_INT4_32),
    ROWS_COLUMN(StoredAccount, first_offset, "first_offset", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, last_offset, "last_offset", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, last_item, "last_item", ROWS_INT4_32),
    ROWS_COLUMN(StoredAccount, skipped, "skipped", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, extra_items, "extra_items", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, reports, "reports", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, updates, "updates", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, ignored, "ignored", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, dead, "dead", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, redelivered, "redelivered", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, forwarded, "forwarded", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, arrived, "arrived", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, inspections, "inspections", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, assignments, "assignments", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, released, "released", ROWS_INT8),
    ROWS_COLUMN(StoredAccount, last_at, "last_at", ROWS_TIME),
};

static const PostgresColumn FORWARDED[] = {
    ORIGIN_COLUMNS(StoredForwarded, ROWS_COLUMN),
    ROWS_COLUMN(StoredForwarded, origin.item, "item", ROWS_INT4_32),
    ROWS_COLUMN(StoredForwarded, region, "region", ROWS_TEXT),
    ROWS_COLUMN(StoredForwarded, came_to, "came_to", ROWS_TEXT),
    PLACE_COLUMNS(StoredForwarded),
    ROWS_COLUMN(StoredForwarded, received_at, "received_at", ROWS_TIME),
    ROWS_COLUMN(StoredForwarded, attempt, "attempt", ROWS_INT4_32),
};

static const PostgresColumn RELEASED[] = {
    ORIGIN_COLUMNS(StoredReleased, ROWS_COLUMN),
    ROWS_COLUMN(StoredReleased, origin.item, "item", ROWS_INT4_32),
    ROWS_COLUMN(StoredReleased, attempt, "attempt", ROWS_INT4_32),
    PLACE_COLUMNS(StoredReleased),
    ROWS_COLUMN(StoredReleased, received_at, "received_at", ROWS_TIME),
};

static const PostgresColumn SKIPPED[] = {
    ROWS_COLUMN(StoredSkipped, topic, "topic", ROWS_TEXT),
    ROWS_COLUMN(StoredSkipped, partition, "partition", ROWS_INT4_32),
    ROWS_COLUMN(StoredSkipped, first_offset, "first_offset", ROWS_INT8),
    ROWS_COLUMN(StoredSkipped, last_offset, "last_offset", ROWS_INT8),
    PLACE_COLUMNS(StoredSkipped),
    ROWS_COLUMN(StoredSkipped, received_at, "received_at", ROWS_TIME),
};

#define TABLE_ROW(statement_, table_, form_, columns_)                                             \
    {                                                                                              \
        .statement = (statement_), .table = (table_), .form = (form_), .columns = (columns_),      \
        .count = sizeof(columns_) / sizeof((columns_)[0])                                          \
    }

#define ATTEMPT_ROW(statement_, also_)                                                             \
    {                                                                                              \
        .statement = (statement_), .table = "onecase.dead_letters", .form = ROWS_UPDATE,           \
        .columns = DEAD_ATTEMPT, .count = sizeof(DEAD_ATTEMPT) / sizeof(DEAD_ATTEMPT[0]),          \
        .also = (also_)                                                                            \
    }

static const PostgresTable TABLES[CASE_STORE_TABLES] = {
    [TABLE_IGNORED] = TABLE_ROW("ignored", "onecase.ignored_records", ROWS_INSERT, IGNORED),
    [TABLE_DEAD] = TABLE_ROW("dead", "onecase.dead_letters", ROWS_UPSERT, DEAD),
    [TABLE_DEAD_EARLIER] = ATTEMPT_ROW("dead_earlier",
                                       "first_attempt = "
                                       "least(t.first_attempt, v.attempt)"),
    /* A later attempt did not fail. On a rebuild it may be met before the one that failed. */
    [TABLE_DEAD_RESOLVED] = ATTEMPT_ROW("dead_resolved",
                                        "state = case when t.attempt < v.attempt then 'resolved' "
                                        "else t.state end"),
    [TABLE_DEAD_STATE] = TABLE_ROW("dead_state", "onecase.dead_letters", ROWS_UPDATE, DEAD_STATE),
    [TABLE_FORWARDED] = TABLE_ROW("forwarded", "onecase.forwarded_records", ROWS_INSERT, FORWARDED),
    [TABLE_RELEASED] = TABLE_ROW("released", "onecase.released_records", ROWS_INSERT, RELEASED),
    [TABLE_SKIPPED] = TABLE_ROW("skipped", "onecase.skipped_offsets", ROWS_NOTE, SKIPPED),
    [TABLE_ACCOUNTS] = TABLE_ROW("accounts", "onecase.accounts", ROWS_UPSERT, ACCOUNTS),
};

const PostgresTable *case_store_accounting_table(CaseStoreTable table)
{
    return TABLES[table].count > 0 ? &TABLES[table] : NULL;
}
