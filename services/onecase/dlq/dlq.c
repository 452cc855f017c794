/*
 * onecase dlq list | show | redrive | park | unpark | export: the way to the subcommand.
 *
 * What stands in PostgreSQL (which, why, what was done) is read by list; whoever wants bytes reads the vault for them
 * (vault_read.h). Nothing is changed here: redrive, park and unpark submit commands that go through onecase.report.
 */
#include "dlq.h"

#include "send/send_stop.h"

#include "adapters/schema_version.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(const Dlq *dlq);
} SUBCOMMANDS[] = {{"list", dlq_list}, {"show", dlq_show},   {"redrive", dlq_redrive},
                   {"park", dlq_park}, {"unpark", dlq_park}, {"export", dlq_export}};

int dlq_failed(const Dlq *dlq, const Error *error)
{
    if (strcmp(error->state, "42501") == 0) {
        fprintf(stderr,
                "onecase dlq: %s; list, show, redrive and park are for members of "
                "onecase_operator,\nbytes for members of onecase_custodian\n",
                error->text);
        return DLQ_DENIED;
    }
    if (strcmp(error->rule, "stopped") == 0) {
        fprintf(stderr, "onecase dlq %s: %s\n", dlq->options->subcommand, error->text);
        return EXIT_QUEUED;
    }
    return command_failed("dlq", error);
}

const char *dlq_topic(const Dlq *dlq, const char *name)
{
    return text_format(dlq->arena, "%s%s", dlq->options->prefix, name).data;
}

static int run(const DlqOptions *options, Arena *arena)
{
    static const PostgresSettings SETTINGS = {
        .conninfo = "", .application = "onecase-dlq", .greet = schema_version_check};
    Dlq dlq = {.options = options, .pg = postgres_new(&SETTINGS), .arena = arena};
    int status = EXIT_USAGE;
    for (size_t i = 0; i < sizeof(SUBCOMMANDS) / sizeof(SUBCOMMANDS[0]); i++)
        if (strcmp(SUBCOMMANDS[i].name, options->subcommand) == 0)
            status = SUBCOMMANDS[i].run(&dlq);
    postgres_free(dlq.pg);
    return status;
}

int command_dlq(int argc, char **argv)
{
    enum { ARENA_BLOCK = 65536 };
    if (argc < 2)
        return command_usage_error(
            "dlq", "a subcommand is missing: list, show, redrive, park, unpark or export", NULL);
    if (strcmp(argv[1], "--help") == 0) {
        fputs(DLQ_USAGE, stdout);
        return EXIT_OK;
    }
    Arena *arena = arena_new(ARENA_BLOCK);
    DlqOptions options;
    int status = EXIT_OK;
    send_stop_watch();
    if (dlq_options_read(argc - 1, argv + 1, arena, &options, &status))
        status = run(&options, arena);
    arena_free(arena);
    return status;
}
