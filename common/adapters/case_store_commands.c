/*
 * What a command asks before it is applied, and its row. Commands are rare and each is a batch of its own, so what they look for
 * stands in the database whole.
 */
#include "adapters/case_store_internal.h"

#define COMMAND_COLUMN(member_, name_, type_) ROWS_COLUMN(StoredCommand, member_, name_, type_)

static const PostgresColumn COLUMNS[] = {
    COMMAND_COLUMN(id, "id", ROWS_TEXT),
    COMMAND_COLUMN(seq, "seq", ROWS_INT8),
    COMMAND_COLUMN(place.partition, "report_partition", ROWS_INT4_32),
    COMMAND_COLUMN(place.offset, "report_offset", ROWS_INT8),
    COMMAND_COLUMN(region, "region", ROWS_TEXT),
    COMMAND_COLUMN(kind, "kind", ROWS_TEXT),
    COMMAND_COLUMN(args, "args", ROWS_JSON),
    COMMAND_COLUMN(expect_version, "expect_version", ROWS_INT8),
    COMMAND_COLUMN(actor, "actor", ROWS_TEXT),
    COMMAND_COLUMN(submitted_at, "submitted_at", ROWS_TIME),
    COMMAND_COLUMN(state, "state", ROWS_TEXT),
    COMMAND_COLUMN(result, "result", ROWS_TEXT),
    COMMAND_COLUMN(applied_at, "applied_at", ROWS_TIME),
};

static const PostgresColumn APPLIED_COLUMNS[] = {
    ROWS_KEY(StoredCommand, id, "id", ROWS_TEXT),
    COMMAND_COLUMN(state, "state", ROWS_TEXT),
    COMMAND_COLUMN(result, "result", ROWS_TEXT),
    COMMAND_COLUMN(place.offset, "report_offset", ROWS_INT8),
    COMMAND_COLUMN(applied_at, "applied_at", ROWS_TIME),
};

const PostgresTable CASE_STORE_COMMANDS = {.statement = "commands",
                                           .table = "onecase.commands",
                                           .form = ROWS_INSERT,
                                           .columns = COLUMNS,
                                           .count = sizeof(COLUMNS) / sizeof(COLUMNS[0])};

const PostgresTable CASE_STORE_COMMANDS_APPLIED = {.statement = "commands_applied",
                                                   .table = "onecase.commands",
                                                   .form = ROWS_UPDATE,
                                                   .columns = APPLIED_COLUMNS,
                                                   .count = sizeof(APPLIED_COLUMNS) /
                                                            sizeof(APPLIED_COLUMNS[0])};

static const PostgresStatement DEAD_LETTERS = {
    "dead_letters_of_origins",
    "select v.n, d.state, d.report_partition "
    "from unnest($1::text[], $2::integer[], $3::bigint[], $4::integer[]) "
    "with ordinality as v(topic, partition, kafka_offset, item, n) "
    "join onecase.dead_letters d on d.topic = v.topic and d.partition = v.partition "
    "and d.kafka_offset = v.kafka_offset and d.item = v.item"};

/*
 * PostgreSQL reads the value, so that what can be submitted can be read again, however deep it is. A time is one of digits: "now"
 * would be another one in a rebuild.
 */
static const PostgresStatement COMMAND = {
    "command_of_id",
    "select c.state, v.value ->> 'kind', v.value ->> 'region', (v.value -> 'args')::text, "
    "(v.value ->> 'expect_version')::bigint, v.value ->> 'actor', "
    "(substring(v.value ->> 'submitted_at', '^[0-9]{4}-.*'))::timestamptz "
    "from (select $1::text, $2::text::jsonb) as v(id, value) "
    "left join onecase.commands c on c.id = v.id"};

bool case_store_dead_letters(
    CaseStore *store, KnownOrigin *origins, size_t count, Arena *arena, Error *error)
{
    enum { KEY_COLUMNS = 4 };
    PostgresParam params[KEY_COLUMNS];
    POSTGRES_RESULT_AUTO *result = NULL;
    postgres_rows_clear(store->origins);
    for (size_t i = 0; i < count; i++)
        if (!postgres_rows_add(store->origins, &origins[i], error))
            return false;
    for (size_t i = 0; i < KEY_COLUMNS; i++)
        params[i] = postgres_rows_param(store->origins, i);
    if (!case_store_open(store, error) ||
        !postgres_call(store->pg, &DEAD_LETTERS, params, KEY_COLUMNS, &result, error))
        return false;
    for (int row = 0; row < postgres_rows(result); row++) {
        KnownOrigin *origin = &origins[postgres_int(result, row, 0) - 1];
        origin->dead_state = text_copy(arena, postgres_text(result, row, 1));
        origin->dead_partition = (int32_t)postgres_int(result, row, 2);
    }
    return true;
}

bool case_store_command(
    CaseStore *store, Text value, Arena *arena, StoredCommand *command, Text *state, Error *error)
{
    const PostgresParam params[] = {postgres_param_text(command->id), postgres_param_text(value)};
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!case_store_open(store, error) ||
        !postgres_call(store->pg, &COMMAND, params, 2, &result, error))
        return false;
    *state = text_copy(arena, postgres_text(result, 0, 0));
    command->kind = text_copy(arena, postgres_text(result, 0, 1));
    command->region = text_copy(arena, postgres_text(result, 0, 2));
    command->args = text_copy(arena, postgres_text(result, 0, 3));
    command->expect_version = postgres_int(result, 0, 4);
    command->actor = text_copy(arena, postgres_text(result, 0, 5));
    command->submitted_at = postgres_time(result, 0, 6);
    return true;
}
