/*
 * Questions about one feed that stay cheap in a database of many millions of rows. New reports are found by the region's
 * counter of ids (the index of reports), new dead letters and updates by their place on onecase.report, and whether it
 * is worth asking at all by the accounts, which are few rows.
 */
#include "source_rows.h"

#include "source_topics.h"

#include "adapters/postgres_rows.h"

static const PostgresStatement ACCOUNTS = {
    "source_accounts",
    "select source_topic, source_partition, max(last_offset), sum(reports)::bigint, "
    "sum(updates)::bigint, sum(ignored)::bigint, sum(dead)::bigint "
    "from onecase.accounts group by source_topic, source_partition order by 1, 2"};

/* One statement, so that all of it is of one moment: accounts, ids of regions, offsets of onecase.report. */
static const PostgresStatement MARK = {
    "source_mark",
    "select 1, source_topic, source_partition, max(last_offset), sum(reports)::bigint, "
    "sum(updates)::bigint, sum(ignored)::bigint, sum(dead)::bigint "
    "from onecase.accounts group by source_topic, source_partition "
    "union all select 2, region, 0, next_report, 0, 0, 0, 0 from onecase.region_counters "
    "union all select 3, '', partition, next_offset, 0, 0, 0, 0 from onecase.consumer_offsets "
    "where topic = $1"};

#define COLUMNS(rule_, pointer_, message_)                                                         \
    rule_ " as rule, " pointer_ " as pointer, " message_ " as message, x.mapping_digest, "         \
          "x.topic, x.partition, x.kafka_offset, x.received_at, "
#define NO_FAULT COLUMNS("null::text", "null::text", "null::text")
#define IS_OURS "x.topic = any($1::text[]) and ($2::text is null or x.mapping_digest = $2::text) "

static const PostgresStatement FIRST = {
    "source_first",
    "with regions as (select * from unnest($3::text[], $4::bigint[]) as v(region, next_report)), "
    "marks as (select * from unnest($5::integer[], $6::bigint[]) as v(partition, next_offset)), "
    "places as (select * from unnest($7::text[], $8::integer[], $9::bigint[]) "
    "as v(topic, partition, last_offset)) "
    "select * from ("
    "(select r.* from onecase.region_counters c left join regions v on v.region = c.region "
    "cross join lateral (select x.kind, x.region, x.record_no, x.report_id, h.hazard_no, " NO_FAULT
    "false as waits from onecase.reports x "
    "left join onecase.hazards h on h.region = x.region and h.hazard_id = x.hazard_id "
    "where x.region = c.region and x.report_id >= coalesce(v.next_report, 1) and " IS_OURS
    "order by x.report_id limit 1) r) "
    "union all "
    "(select x.kind, x.region, x.record_no, x.report_id, null, " NO_FAULT "false "
    "from onecase.report_revisions x left join marks m on m.partition = x.report_partition "
    "where x.received_at >= now() - interval '1 day' "
    "and x.report_offset >= coalesce(m.next_offset, 0) and " IS_OURS
    "order by x.received_at, x.report_offset limit 1) "
    "union all "
    "(select x.kind, x.region, x.record_no, null, null, " NO_FAULT "true "
    "from onecase.consumer_offsets o left join marks m on m.partition = o.partition "
    "join onecase.pending_updates x on x.report_partition = o.partition "
    "and x.report_offset >= coalesce(m.next_offset, 0) "
    "where o.topic = $10 and " IS_OURS "order by x.received_at, x.report_offset limit 1) "
    "union all "
    "(select 'ignored', x.region, x.record_no, null, null, " COLUMNS(
        "x.reason",
        "null",
        "null") "false from onecase.ignored_records x "
                "left join places p on p.topic = x.topic and p.partition = x.partition "
                "where x.kafka_offset > coalesce(p.last_offset, -1) and " IS_OURS
                "order by x.received_at, x.kafka_offset limit 1) "
                "union all "
                "(select 'dead', x.region, null, null, null, " COLUMNS(
                    "coalesce(x.rule, x.stage)",
                    "x.pointer",
                    "x.message") "false from onecase.dead_letters x left join marks m on "
                                 "m.partition = x.report_partition "
                                 "where x.report_offset >= coalesce(m.next_offset, 0) and " IS_OURS
                                 "order by x.received_at, x.report_offset limit 1)"
                                 ") as found order by received_at, kafka_offset limit 1"};

/* Behind no mark; not the updates, which have no order of their own to look from the end. */
static const PostgresStatement LATEST = {
    "source_latest",
    "with places as (select distinct * from unnest($2::text[], $3::integer[]) "
    "as v(topic, partition) where topic = any($1::text[])) "
    "select * from ("
    "(select r.* from onecase.region_counters c "
    "cross join lateral (select x.kind, x.region, x.record_no, x.report_id, h.hazard_no, " NO_FAULT
    "false as waits from onecase.reports x "
    "left join onecase.hazards h on h.region = x.region and h.hazard_id = x.hazard_id "
    "where x.region = c.region and x.received_at >= now() - interval '40 days' "
    "and x.topic = any($1::text[]) order by x.report_id desc limit 1) r) "
    "union all "
    "(select r.* from places p cross join lateral (select 'ignored', x.region, x.record_no, "
    "null::bigint, null::text, " COLUMNS(
        "x.reason",
        "null::text",
        "null::text") "false from onecase.ignored_records x where x.topic = p.topic and "
                      "x.partition = p.partition "
                      "order by x.kafka_offset desc limit 1) r) "
                      "union all "
                      "(select r.* from places p cross join lateral (select 'dead', x.region, "
                      "null::text, "
                      "null::bigint, null::text, " COLUMNS(
                          "coalesce(x.rule, x.stage)",
                          "x.pointer",
                          "x.message") "false from onecase.dead_letters x where x.topic = p.topic "
                                       "and x.partition = p.partition "
                                       "order by x.kafka_offset desc limit 1) r)"
                                       ") as found order by received_at desc, kafka_offset desc "
                                       "limit 1"};

/* ---- arrays of parameters ---- */

typedef struct RegionMark {
    Text region;
    int64_t next_report;
} RegionMark;

typedef struct PartitionMark {
    int32_t partition;
    int64_t next_offset;
} PartitionMark;

typedef struct TopicName {
    Text topic;
} TopicName;

static const PostgresColumn TOPIC_COLUMNS[] = {ROWS_COLUMN(TopicName, topic, "topic", ROWS_TEXT)};
static const PostgresColumn REGION_COLUMNS[] = {
    ROWS_COLUMN(RegionMark, region, "region", ROWS_TEXT),
    ROWS_COLUMN(RegionMark, next_report, "next_report", ROWS_INT8),
};
static const PostgresColumn PARTITION_COLUMNS[] = {
    ROWS_COLUMN(PartitionMark, partition, "partition", ROWS_INT4_32),
    ROWS_COLUMN(PartitionMark, next_offset, "next_offset", ROWS_INT8),
};
static const PostgresColumn PLACE_COLUMNS[] = {
    ROWS_COLUMN(SourceAccount, topic, "topic", ROWS_TEXT),
    ROWS_COLUMN(SourceAccount, partition, "partition", ROWS_INT4_32),
    ROWS_COLUMN(SourceAccount, last_offset, "last_offset", ROWS_INT8),
};

#define ARRAYS(columns_)                                                                           \
    {                                                                                              \
        .form = ROWS_ARRAYS, .columns = (columns_),                                                \
        .count = sizeof(columns_) / sizeof((columns_)[0])                                          \
    }
static const PostgresTable TOPICS = ARRAYS(TOPIC_COLUMNS);
static const PostgresTable REGIONS = ARRAYS(REGION_COLUMNS);
static const PostgresTable PARTITIONS = ARRAYS(PARTITION_COLUMNS);
static const PostgresTable PLACES = ARRAYS(PLACE_COLUMNS);

struct SourceMark {
    const SourceOptions *options;
    const Mapping *mapping;
    Arena *arena;
    const char *report_topic;
    SourceAccounts accounts;
    PostgresRows *regions;
    PostgresRows *partitions;
    PostgresRows *places;
    PostgresRows *topics; /* of the question in hand */
};

/* ---- accounts ---- */

static SourceAccount read_account(const PostgresResult *result, int row, int column, Arena *arena)
{
    return (SourceAccount){
        .topic = text_copy(arena, postgres_text(result, row, column)),
        .partition = (int32_t)postgres_int(result, row, column + 1),
        .last_offset = postgres_int(result, row, column + 2),
        .reports = postgres_int(result, row, column + 3),
        .updates = postgres_int(result, row, column + 4),
        .ignored = postgres_int(result, row, column + 5),
        .dead = postgres_int(result, row, column + 6),
    };
}

bool source_rows_accounts(Postgres *pg, Arena *arena, SourceAccounts *accounts, Error *error)
{
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!postgres_call(pg, &ACCOUNTS, NULL, 0, &result, error))
        return false;
    *accounts = (SourceAccounts){ARENA_ARRAY(arena, SourceAccount, postgres_rows(result)), 0};
    for (int row = 0; row < postgres_rows(result); row++)
        accounts->items[accounts->count++] = read_account(result, row, 0, arena);
    return true;
}

SourceAccount source_rows_sum(const SourceAccounts *accounts,
                              const SourceOptions *options,
                              const Mapping *mapping)
{
    SourceAccount sum = {.topic = TEXT_ABSENT};
    for (size_t i = 0; i < accounts->count; i++) {
        const SourceAccount *account = &accounts->items[i];
        if (!source_topic_belongs(options, mapping, account->topic))
            continue;
        sum.reports += account->reports;
        sum.updates += account->updates;
        sum.ignored += account->ignored;
        sum.dead += account->dead;
    }
    return sum;
}

int64_t source_rows_total(const SourceAccount *account)
{
    return account->reports + account->updates + account->ignored + account->dead;
}

/* ---- mark ---- */

static bool take_mark(SourceMark *mark, const PostgresResult *result, Error *error)
{
    enum { ACCOUNT = 1, REGION = 2 };
    int rows = postgres_rows(result);
    mark->accounts.items = ARENA_ARRAY(mark->arena, SourceAccount, rows);
    for (int row = 0; row < rows; row++) {
        int64_t what = postgres_int(result, row, 0);
        SourceAccount account = read_account(result, row, 1, mark->arena);
        RegionMark region = {account.topic, account.last_offset};
        PartitionMark partition = {account.partition, account.last_offset};
        bool good;
        if (what == ACCOUNT) {
            mark->accounts.items[mark->accounts.count++] = account;
            good = postgres_rows_add(mark->places, &account, error);
        } else if (what == REGION) {
            good = postgres_rows_add(mark->regions, &region, error);
        } else {
            good = postgres_rows_add(mark->partitions, &partition, error);
        }
        if (!good)
            return false;
    }
    return true;
}

bool source_rows_mark(Postgres *pg,
                      const SourceOptions *options,
                      const Mapping *mapping,
                      Arena *arena,
                      SourceMark **mark,
                      Error *error)
{
    SourceMark *made = ARENA_NEW(arena, SourceMark);
    *made = (SourceMark){
        .options = options,
        .mapping = mapping,
        .arena = arena,
        .report_topic = text_format(arena, "%sonecase.report", options->prefix).data,
        .regions = postgres_rows_new(&REGIONS),
        .partitions = postgres_rows_new(&PARTITIONS),
        .places = postgres_rows_new(&PLACES),
        .topics = postgres_rows_new(&TOPICS),
    };
    PostgresParam topic = postgres_param_text(text_from(made->report_topic));
    POSTGRES_RESULT_AUTO *result = NULL;
    bool good =
        postgres_call(pg, &MARK, &topic, 1, &result, error) && take_mark(made, result, error);
    if (good)
        *mark = made;
    else
        source_rows_mark_free(made);
    return good;
}

void source_rows_mark_free(SourceMark *mark)
{
    if (mark == NULL)
        return;
    postgres_rows_free(mark->regions);
    postgres_rows_free(mark->partitions);
    postgres_rows_free(mark->places);
    postgres_rows_free(mark->topics);
}

const SourceAccounts *source_rows_marked(const SourceMark *mark)
{
    return &mark->accounts;
}

/* ---- records ---- */

static void take_record(const PostgresResult *result, Arena *arena, SourceRecord *record)
{
    *record = (SourceRecord){
        .kind = text_copy(arena, postgres_text(result, 0, 0)),
        .region = text_copy(arena, postgres_text(result, 0, 1)),
        .record_no = text_copy(arena, postgres_text(result, 0, 2)),
        .report_id = postgres_int(result, 0, 3),
        .hazard_no = text_copy(arena, postgres_text(result, 0, 4)),
        .rule = text_copy(arena, postgres_text(result, 0, 5)),
        .pointer = text_copy(arena, postgres_text(result, 0, 6)),
        .message = text_copy(arena, postgres_text(result, 0, 7)),
        .version = text_copy(arena, postgres_text(result, 0, 8)),
        .topic = text_copy(arena, postgres_text(result, 0, 9)),
        .partition = (int32_t)postgres_int(result, 0, 10),
        .offset = postgres_int(result, 0, 11),
        .received_us = postgres_time(result, 0, 12),
        .waits = postgres_int(result, 0, 13) == 1,
    };
}

/* Topics of the mapping, as far as the database has seen them. */
static bool gather_topics(Postgres *pg, SourceMark *mark, Error *error)
{
    SourceAccounts accounts;
    if (!source_rows_accounts(pg, mark->arena, &accounts, error))
        return false;
    postgres_rows_clear(mark->topics);
    for (size_t i = 0; i < accounts.count; i++) {
        TopicName name = {accounts.items[i].topic};
        if (source_topic_belongs(mark->options, mark->mapping, name.topic) &&
            !postgres_rows_add(mark->topics, &name, error))
            return false;
    }
    return true;
}

bool source_rows_first(
    Postgres *pg, SourceMark *mark, Text version, SourceRecord *record, bool *found, Error *error)
{
    *found = false;
    if (!gather_topics(pg, mark, error))
        return false;
    const PostgresParam params[] = {
        postgres_rows_param(mark->topics, 0),
        postgres_param_text(version),
        postgres_rows_param(mark->regions, 0),
        postgres_rows_param(mark->regions, 1),
        postgres_rows_param(mark->partitions, 0),
        postgres_rows_param(mark->partitions, 1),
        postgres_rows_param(mark->places, 0),
        postgres_rows_param(mark->places, 1),
        postgres_rows_param(mark->places, 2),
        postgres_param_text(text_from(mark->report_topic)),
    };
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!postgres_call(pg, &FIRST, params, sizeof(params) / sizeof(params[0]), &result, error))
        return false;
    *found = postgres_rows(result) > 0;
    if (*found)
        take_record(result, mark->arena, record);
    return true;
}

bool source_rows_latest(
    Postgres *pg, SourceMark *mark, SourceRecord *record, bool *found, Error *error)
{
    *found = false;
    if (!gather_topics(pg, mark, error))
        return false;
    const PostgresParam params[] = {
        postgres_rows_param(mark->topics, 0),
        postgres_rows_param(mark->places, 0),
        postgres_rows_param(mark->places, 1),
    };
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!postgres_call(pg, &LATEST, params, sizeof(params) / sizeof(params[0]), &result, error))
        return false;
    *found = postgres_rows(result) > 0;
    if (*found)
        take_record(result, mark->arena, record);
    return true;
}
