/*
 * `onecase command ID`: what became of a command that was submitted.
 */
#include "command.h"
#include "json_out.h"
#include "options.h"
#include "print.h"
#include "submit.h"

#include "adapters/schema_version.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BLOCK = 16384 };

typedef struct Options {
    bool json;
    bool wait;
} Options;

static const char USAGE[] =
    "usage: onecase command ID [--wait] [--json]\n\n"
    "What became of a command: who submitted it and when, its state (queued: no relay has\n"
    "sent it yet; published: no matcher has applied it yet; done; refused), and what was done,\n"
    "or why it was refused.\n\n"
    "  --wait  until it is done or refused, ten seconds at most\n"
    "  --json  one JSON object\n\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE. Ends with 0 when it is\n"
    "done; 1 when it was refused, 3 when there is none of that id, 64 for a wrong command line,\n"
    "69 when PostgreSQL does not answer, 70 when it refuses, 75 when it is not done yet.\n";

static const PostgresStatement COMMAND = {
    "command_show",
    "select id, kind, region, report_partition, args::text, expect_version, actor, submitted_at, "
    "       state, result, report_offset, applied_at "
    "  from onecase.commands where id = $1::text"};

static const OutColumn COLUMNS[] = {
    {"id", 0, OUT_TEXT},       {"kind", 1, OUT_TEXT},         {"region", 2, OUT_TEXT},
    {"partition", 3, OUT_INT}, {"args", 4, OUT_TEXT},         {"expect_version", 5, OUT_INT},
    {"actor", 6, OUT_TEXT},    {"submitted_at", 7, OUT_TIME}, {"state", 8, OUT_TEXT},
    {"result", 9, OUT_TEXT},   {"offset", 10, OUT_INT},       {"applied_at", 11, OUT_TIME},
};
enum { COLUMN_COUNT = sizeof(COLUMNS) / sizeof(COLUMNS[0]) };

static void print_json(const PostgresResult *rows, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    out_columns(&out, rows, 0, COLUMNS, COLUMN_COUNT, arena);
    printf("%.*s}\n", TEXT_ARGS(builder_view(&out)));
}

/* "state      done", one line for each column that holds something. */
static void print_lines(const PostgresResult *rows, Arena *arena)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        const OutColumn *column = &COLUMNS[i];
        if (postgres_is_null(rows, 0, column->column))
            continue;
        printf("%-15s", column->key);
        if (column->as == OUT_INT)
            printf("%" PRId64 "\n", postgres_int(rows, 0, column->column));
        else if (column->as == OUT_TIME)
            printf("%.*s\n", TEXT_ARGS(print_time(arena, postgres_time(rows, 0, column->column))));
        else
            printf("%.*s\n", TEXT_ARGS(postgres_text(rows, 0, column->column)));
    }
}

static int exit_code(CommandState state)
{
    if (state == COMMAND_DONE)
        return EXIT_OK;
    return state == COMMAND_REFUSED ? EXIT_FOUND : EXIT_QUEUED;
}

static int show(Postgres *pg, Text id, const Options *options, Arena *arena)
{
    Error error = {0};
    CommandResult result = {.id = id};
    const PostgresParam param = postgres_param_text(id);
    POSTGRES_RESULT_AUTO *rows = NULL;
    bool found = false;
    if (!command_await(pg, options->wait ? COMMAND_WAIT_MS : 0, arena, &result, &found, &error) ||
        !postgres_call(pg, &COMMAND, &param, 1, &rows, &error))
        return command_failed("command", &error);
    if (!found) {
        fprintf(stderr, "onecase command: there is no command \"%.*s\"\n", TEXT_ARGS(id));
        return EXIT_NOT_FOUND;
    }
    if (options->json)
        print_json(rows, arena);
    else
        print_lines(rows, arena);
    return exit_code(result.state);
}

int command_command(int argc, char **argv)
{
    Options options = {0};
    const Option rows[] = {{"wait", .flag = &options.wait}, {"json", .flag = &options.json}};
    const OptionTable table = {"command", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    int words = 0;
    int status = EXIT_OK;
    if (!options_read(&table, argc, argv, &words, &status))
        return status;
    if (argc - words != 1)
        return command_usage_error("command", "expected one id",
                                   words < argc - 1 ? argv[words + 1] : NULL);
    const PostgresSettings settings = {
        .conninfo = "", .application = "onecase-command", .greet = schema_version_check};
    Postgres *pg = postgres_new(&settings);
    Arena *arena = arena_new(ARENA_BLOCK);
    status = show(pg, text_from(argv[words]), &options, arena);
    arena_free(arena);
    postgres_free(pg);
    return status;
}
