/*
 * A rebuild goes into a database of its own, or into what is left of the live one when that is lost. Nothing that is
 * there is ever overwritten: rows of any decided table, or of the services' own, are a reason to stop.
 */
#include "replay/replay_target.h"

#include "table_digest.h"

#include <string.h>

enum { NAMED_MAX = 4 }; /* tables named in a message */

/* A copy of a cluster's files has its identifier and its oids, but not its start. */
bool replay_target_open(ReplayTarget *target, Error *error)
{
    static const PostgresStatement IDENTITY = {
        "replay_identity", "select current_database()::text, concat_ws('/', "
                           "  (select system_identifier from pg_control_system()),"
                           "  extract(epoch from pg_postmaster_start_time()),"
                           "  (select oid from pg_database where datname = current_database()))"};
    POSTGRES_RESULT_AUTO *row = NULL;
    if (!postgres_call(target->pg, &IDENTITY, NULL, 0, &row, error))
        return false;
    target->name = text_string(target->arena, postgres_text(row, 0, 0));
    target->identity = text_string(target->arena, postgres_text(row, 0, 1));
    return true;
}

/* ---- schema ---- */

static bool wrong_schema(const ReplayTarget *target, const char *found, Error *error)
{
    return error_set_at(error, ERROR_FATAL, "schema", NULL,
                        "database \"%s\" has %s, \"%s\" is expected; "
                        "`cd migrations && sqitch deploy --verify` with its connection mends that",
                        target->name, found, ONECASE_SCHEMA_CHANGE);
}

/* Sqitch's own list says how far the schema is deployed; who may not read it trusts the tables. */
static bool check_change(const ReplayTarget *target, Error *error)
{
    static const PostgresStatement LAST = {
        "replay_change",
        "select change from sqitch.changes where project = 'onecase' order by committed_at desc "
        "limit 1"};
    POSTGRES_RESULT_AUTO *row = NULL;
    if (!postgres_call(target->pg, &LAST, NULL, 0, &row, error))
        return false;
    Text change = postgres_rows(row) > 0 ? postgres_text(row, 0, 0) : TEXT("none");
    if (text_is(change, ONECASE_SCHEMA_CHANGE))
        return true;
    Text found = text_format(target->arena, "migration \"%.*s\" last", TEXT_ARGS(change));
    return wrong_schema(target, found.data, error);
}

bool replay_target_check_schema(const ReplayTarget *target, Error *error)
{
    static const PostgresStatement DEPLOYED = {
        "replay_deployed",
        "select coalesce(bool_or(n.nspname = 'onecase' and c.relname = 'consumer_offsets'), false),"
        "       coalesce(bool_or(n.nspname = 'sqitch' and c.relname = 'changes'"
        "                and has_schema_privilege(n.oid, 'usage')"
        "                and has_table_privilege(c.oid, 'select')), false)"
        "  from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname in ('onecase', 'sqitch')"};
    POSTGRES_RESULT_AUTO *row = NULL;
    if (!postgres_call(target->pg, &DEPLOYED, NULL, 0, &row, error))
        return false;
    if (postgres_int(row, 0, 0) == 0)
        return wrong_schema(target, "no schema", error);
    return postgres_int(row, 0, 1) == 0 || check_change(target, error);
}

/* ---- rows ---- */

static bool filled(const ReplayTarget *target, const char *why, Error *error)
{
    return error_set_at(error, ERROR_FATAL, "filled", NULL, "database \"%s\" %s", target->name,
                        why);
}

/* "reports, cases and 3 more tables" */
static const char *list_names(const ReplayTarget *target, TextList names)
{
    TextBuilder out = builder_new(target->arena);
    size_t shown = names.count <= NAMED_MAX ? names.count : NAMED_MAX - 1;
    for (size_t i = 0; i < shown; i++)
        builder_format(&out, "%s%.*s", i > 0 ? ", " : "", TEXT_ARGS(names.items[i]));
    if (shown < names.count)
        builder_format(&out, " and %zu more tables", names.count - shown);
    return builder_view(&out).data;
}

static bool check_empty(const ReplayTarget *target, bool claimed, Error *error)
{
    TextList names;
    if (!table_digest_filled(target->pg, target->arena, &names, error))
        return false;
    if (names.count == 0 && !claimed)
        return true;
    Text why = text_format(target->arena, "is not empty: rows in %s; a replay needs an empty one",
                           names.count > 0 ? list_names(target, names) : "consumer_offsets");
    return filled(target, why.data, error);
}

bool replay_target_check_rows(const ReplayTarget *target,
                              const ReplayLog *log,
                              bool resume,
                              Error *error)
{
    static const PostgresStatement OWNERS = {
        "replay_owners",
        "select count(*), count(*) filter (where topic = $1 and starts_with(owner, $2)) "
        "from onecase.consumer_offsets"};
    PostgresParam params[] = {postgres_param_text(text_from(log->topic)),
                              postgres_param_text(TEXT(REPLAY_OWNER))};
    POSTGRES_RESULT_AUTO *row = NULL;
    if (!postgres_call(target->pg, &OWNERS, params, 2, &row, error))
        return false;
    int64_t claims = postgres_int(row, 0, 0);
    bool replayed = claims > 0 && claims == postgres_int(row, 0, 1);
    if (resume && replayed)
        return true;
    if (resume && claims > 0)
        return filled(target, "was not filled by a replay of this topic alone: nothing to resume",
                      error);
    if (replayed)
        return filled(target, "holds an earlier replay; --resume goes on with it", error);
    return check_empty(target, claims > 0, error);
}

static bool nobody_works(const ReplayTarget *target, Error *error)
{
    static const PostgresStatement MATCHERS = {
        "replay_matchers",
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and application_name = 'onecase-matcher'"};
    POSTGRES_RESULT_AUTO *row = NULL;
    if (!postgres_call(target->pg, &MATCHERS, NULL, 0, &row, error))
        return false;
    return postgres_int(row, 0, 0) == 0 ||
           error_set_at(error, ERROR_FATAL, "claimed", NULL,
                        "a matcher works on database \"%s\": end it", target->name);
}

bool replay_target_take_over(ReplayTarget *target, const ReplayLog *log, Error *error)
{
    static const PostgresStatement CLAIMS = {
        "replay_claims", "select topic, partition, epoch from onecase.consumer_offsets"};
    POSTGRES_RESULT_AUTO *rows = NULL;
    if (!nobody_works(target, error) || !postgres_call(target->pg, &CLAIMS, NULL, 0, &rows, error))
        return false;
    if (postgres_rows(rows) == 0)
        return filled(
            target, "holds no offsets, so it is no backup: without --restored it is filled", error);
    int64_t *epochs = ARENA_ARRAY(target->arena, int64_t, log->count);
    for (int row = 0; row < postgres_rows(rows); row++) {
        int64_t partition = postgres_int(rows, row, 1);
        if (!text_is(postgres_text(rows, row, 0), log->topic) || partition >= log->count)
            return filled(target, "was not filled from this topic alone: it is no backup of it",
                          error);
        epochs[partition] = postgres_int(rows, row, 2);
    }
    target->left_epochs = epochs;
    return true;
}

bool replay_target_set_topic(const ReplayTarget *target, const ReplayLog *log, Error *error)
{
    static const PostgresStatement SET = {"replay_topic",
                                          "select onecase.set_report_topic($1, $2)"};
    PostgresParam params[] = {postgres_param_text(text_from(log->topic)),
                              postgres_param_int4(target->arena, log->count)};
    return postgres_call(target->pg, &SET, params, 2, NULL, error) ||
           error_prefix(error, "database \"%s\"", target->name);
}

/* ---- progress ---- */

static bool claimed(const ReplayTarget *target, int64_t partition, Text owner, Error *error)
{
    return error_set_at(
        error, ERROR_FATAL, "claimed", NULL,
        "\"%.*s\" has taken partition %lld in database \"%s\": end the matcher that runs "
        "on it",
        TEXT_ARGS(owner), (long long)partition, target->name);
}

/* The claim is one that came with the backup. */
static bool
is_left(const ReplayTarget *target, const ReplayLog *log, int64_t partition, int64_t epoch)
{
    return target->left_epochs != NULL && partition < log->count &&
           target->left_epochs[partition] == epoch;
}

bool replay_target_reached(const ReplayTarget *target,
                           const ReplayLog *log,
                           const char *owner,
                           ReplayReached *reached,
                           Error *error)
{
    static const PostgresStatement NEXT = {"replay_next",
                                           "select partition, next_offset, owner, epoch from "
                                           "onecase.consumer_offsets where topic = $1"};
    PostgresParam param = postgres_param_text(text_from(log->topic));
    POSTGRES_RESULT_AUTO *rows = NULL;
    if (!postgres_call(target->pg, &NEXT, &param, 1, &rows, error))
        return false;
    ArenaMark mark = arena_mark(target->arena);
    int64_t *next = ARENA_ARRAY(target->arena, int64_t, log->count);
    *reached = (ReplayReached){.all = true};
    for (int row = 0; row < postgres_rows(rows); row++) {
        int64_t partition = postgres_int(rows, row, 0);
        Text by = postgres_text(rows, row, 2);
        /* what an earlier replay claimed is ours to claim */
        if (!text_is(by, owner) && !text_starts(by, TEXT(REPLAY_OWNER)) &&
            !is_left(target, log, partition, postgres_int(rows, row, 3)))
            return claimed(target, partition, by, error);
        if (partition < log->count)
            next[partition] = postgres_int(rows, row, 1);
    }
    for (int32_t i = 0; i < log->count; i++) {
        const ReplayPartition *there = &log->partitions[i];
        int64_t at = next[i] < there->first ? there->first : next[i];
        reached->records += (at < there->end ? at : there->end) - there->first;
        reached->all = reached->all && at >= there->end;
    }
    arena_rewind(target->arena, mark);
    return true;
}
