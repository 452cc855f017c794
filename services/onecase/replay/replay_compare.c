/*
 * Two snapshots. Offsets are part of what each transaction of a matcher writes, so equal offsets in the snapshots mean
 * that the same records have had their effect in both.
 */
#include "replay/replay_compare.h"

#include <string.h>

static const PostgresStatement OFFSETS = {
    "replay_offsets", "select partition, next_offset from onecase.consumer_offsets where topic = "
                      "$1 and next_offset > 0 "
                      "order by partition"};

static const PostgresStatement MODELS = {
    "replay_models",
    "select coalesce(string_agg(distinct model_version, ', ' order by model_version), 'none') "
    "from onecase.decisions"};

/* The first partition in which they are not equally far, or NULL. */
static const char *
find_behind(const PostgresResult *rebuilt, const PostgresResult *live, Arena *arena)
{
    int left = 0;
    int right = 0;
    while (left < postgres_rows(rebuilt) || right < postgres_rows(live)) {
        int64_t a = left < postgres_rows(rebuilt) ? postgres_int(rebuilt, left, 0) : INT64_MAX;
        int64_t b = right < postgres_rows(live) ? postgres_int(live, right, 0) : INT64_MAX;
        int64_t partition = a < b ? a : b;
        int64_t rebuilt_next = a == partition ? postgres_int(rebuilt, left++, 1) : 0;
        int64_t live_next = b == partition ? postgres_int(live, right++, 1) : 0;
        if (rebuilt_next != live_next)
            return text_format(arena,
                               "in partition %lld the live one stands at offset %lld, the rebuilt "
                               "one at %lld",
                               (long long)partition, (long long)live_next, (long long)rebuilt_next)
                .data;
    }
    return NULL;
}

static bool align(Postgres *rebuilt,
                  Postgres *live,
                  const char *topic,
                  Arena *arena,
                  ReplayComparison *comparison,
                  Error *error)
{
    PostgresParam param = postgres_param_text(text_from(topic));
    POSTGRES_RESULT_AUTO *ours = NULL;
    POSTGRES_RESULT_AUTO *theirs = NULL;
    if (!postgres_call(rebuilt, &OFFSETS, &param, 1, &ours, error))
        return false;
    if (!postgres_call(live, &OFFSETS, &param, 1, &theirs, error))
        return error_prefix(error, "live database");
    comparison->behind = find_behind(ours, theirs, arena);
    comparison->aligned = comparison->behind == NULL;
    return true;
}

static bool read_models(Postgres *pg, Arena *arena, const char **models, Error *error)
{
    POSTGRES_RESULT_AUTO *row = NULL;
    if (!postgres_call(pg, &MODELS, NULL, 0, &row, error))
        return false;
    *models = text_string(arena, postgres_text(row, 0, 0));
    return true;
}

static bool find_differences(
    Postgres *rebuilt, Postgres *live, Arena *arena, ReplayComparison *comparison, Error *error)
{
    for (size_t i = 0; i < comparison->rebuilt.count; i++) {
        const TableSum *sum = &comparison->rebuilt.tables[i];
        if (strcmp(sum->hex, comparison->live.tables[i].hex) == 0)
            continue;
        ReplayTableDifference *found = &comparison->differences[comparison->count++];
        found->table = sum->name;
        if (!table_digest_difference(rebuilt, live, sum->name, arena, &found->at, error))
            return false;
    }
    return comparison->count == 0 ||
           (read_models(rebuilt, arena, &comparison->rebuilt_models, error) &&
            read_models(live, arena, &comparison->live_models, error));
}

static bool compare(Postgres *rebuilt,
                    Postgres *live,
                    const char *topic,
                    Arena *arena,
                    ReplayComparison *comparison,
                    Error *error)
{
    if (!align(rebuilt, live, topic, arena, comparison, error))
        return false;
    if (!comparison->aligned)
        return true;
    if (!table_digest_read(rebuilt, TABLE_DIGEST_DECIDED, &comparison->rebuilt, error))
        return false;
    if (!table_digest_read(live, TABLE_DIGEST_DECIDED, &comparison->live, error))
        return error_prefix(error, "live database");
    return find_differences(rebuilt, live, arena, comparison, error);
}

bool replay_compare(Postgres *rebuilt,
                    Postgres *live,
                    const char *topic,
                    Arena *arena,
                    ReplayComparison *comparison,
                    Error *error)
{
    *comparison = (ReplayComparison){0};
    if (!table_digest_begin(rebuilt, error))
        return false;
    if (!table_digest_begin(live, error))
        return error_prefix(error, "live database");
    bool well = compare(rebuilt, live, topic, arena, comparison, error);
    Error after = {0};
    bool ended = table_digest_end(rebuilt, &after) && table_digest_end(live, &after);
    if (well && !ended)
        *error = after;
    return well && ended;
}
