/*
 * Listen first, then look: what is told between the two wakes the wait behind it. Whatever is told, the row is looked at again, and now
 * and then without being told anything.
 */
#include "submit.h"

#include "command.h"

#include "base/clock.h"
#include "base/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum { ID_BYTES = 16, LOOK_AGAIN_MS = 1000 };

static const PostgresStatement SUBMIT = {
    "command_submit", "select onecase.submit($1::text, $2::text, $3::text, $4::text::jsonb, "
                      "$5::bigint, $6::integer)"};
static const PostgresStatement LISTEN = {"command_listen", "listen onecase_command"};
static const PostgresStatement STATE = {
    "command_state", "select state, result from onecase.commands where id = $1::text"};

static Text new_id(Arena *arena)
{
    uint8_t bytes[ID_BYTES];
    char hex[2 * ID_BYTES + 1];
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        abort(); /* so few bytes are never cut short */
    digest_hex(bytes, sizeof(bytes), hex);
    return text_copy(arena, text_from(hex));
}

static bool submit(
    Postgres *pg, const CommandSpec *spec, Arena *arena, const CommandResult *result, Error *error)
{
    PostgresParam version = {POSTGRES_INT8, NULL, 0};
    PostgresParam partition = {POSTGRES_INT4, NULL, 0};
    if (spec->expect_version != INT64_MIN)
        version = postgres_param_int8(arena, spec->expect_version);
    if (spec->partition >= 0)
        partition = postgres_param_int4(arena, spec->partition);
    const PostgresParam params[] = {postgres_param_text(result->id),
                                    postgres_param_text(spec->region),
                                    postgres_param_text(text_from(spec->kind)),
                                    postgres_param_text(spec->args),
                                    version,
                                    partition};
    return postgres_call(pg, &SUBMIT, params, sizeof(params) / sizeof(params[0]), NULL, error);
}

bool command_look(Postgres *pg, Arena *arena, CommandResult *result, bool *found, Error *error)
{
    static const char *const NAMES[] = {[COMMAND_QUEUED] = "queued",
                                        [COMMAND_PUBLISHED] = "published",
                                        [COMMAND_DONE] = "done",
                                        [COMMAND_REFUSED] = "refused"};
    const PostgresParam id = postgres_param_text(result->id);
    POSTGRES_RESULT_AUTO *row = NULL;
    if (!postgres_call(pg, &STATE, &id, 1, &row, error))
        return false;
    *found = postgres_rows(row) == 1;
    for (int i = 0; *found && i < (int)(sizeof(NAMES) / sizeof(NAMES[0])); i++)
        if (text_is(postgres_text(row, 0, 0), NAMES[i]))
            result->state = (CommandState)i;
    if (*found)
        result->text = text_copy(arena, postgres_text(row, 0, 1));
    return true;
}

bool command_await(
    Postgres *pg, int wait_ms, Arena *arena, CommandResult *result, bool *found, Error *error)
{
    int64_t until_ms = clock_monotonic_ms() + wait_ms;
    uint64_t listening = 0;
    for (;;) {
        if (listening == 0 || listening != postgres_session(pg)) {
            if (!postgres_call(pg, &LISTEN, NULL, 0, NULL, error))
                return false;
            listening = postgres_session(pg);
        }
        if (!command_look(pg, arena, result, found, error))
            return false;
        int64_t left_ms = until_ms - clock_monotonic_ms();
        if (!*found || result->state == COMMAND_DONE || result->state == COMMAND_REFUSED ||
            left_ms <= 0)
            return true;
        bool came;
        int nap_ms = left_ms < LOOK_AGAIN_MS ? (int)left_ms : LOOK_AGAIN_MS;
        if (!postgres_wait_notice(pg, nap_ms, &came, error))
            return false;
    }
}

bool command_submit(Postgres *pg,
                    const CommandSpec *spec,
                    int wait_ms,
                    Arena *arena,
                    CommandResult *result,
                    Error *error)
{
    bool found = false;
    *result = (CommandResult){.id = text_is_absent(spec->id) ? new_id(arena)
                                                             : text_copy(arena, spec->id)};
    if (submit(pg, spec, arena, result, error) &&
        command_await(pg, wait_ms, arena, result, &found, error))
        return true;
    return error->verdict == ERROR_RETRY
               ? error_prefix(error, "command %.*s may have been submitted", TEXT_ARGS(result->id))
               : false;
}

int command_say_undone(const char *command, const CommandResult *result)
{
    switch (result->state) {
    case COMMAND_QUEUED:
        fprintf(stderr,
                "onecase %s: queued, id %.*s: no relay has sent it yet; it is done as soon as "
                "relay and "
                "matcher run, and `onecase command %.*s` says so\n",
                command, TEXT_ARGS(result->id), TEXT_ARGS(result->id));
        return EXIT_QUEUED;
    case COMMAND_PUBLISHED:
        fprintf(
            stderr,
            "onecase %s: queued, id %.*s: relay has sent it, and no matcher has applied it yet; "
            "`onecase command %.*s` says when it has (`onecase lag`: how far behind it is)\n",
            command, TEXT_ARGS(result->id), TEXT_ARGS(result->id));
        return EXIT_QUEUED;
    case COMMAND_REFUSED:
        fprintf(stderr, "onecase %s: refused, id %.*s: %.*s\n", command, TEXT_ARGS(result->id),
                TEXT_ARGS(result->text));
        return EXIT_FOUND;
    case COMMAND_DONE:
        break;
    }
    return EXIT_OK;
}
