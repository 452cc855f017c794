/*
 * onecase: the command line. A table of commands and a lookup.
 */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const Command COMMANDS[] = {
    {"topics", "create or check the topics of deploy/topics.cfg", command_topics},
    {"check", "find every mistake in mapping files and run their tests", command_check},
    {"map", "show what a mapping file makes of records, one by one or of real traffic",
     command_map},
    {"send", "send the records of a file to the topic of a feed", command_send},
    {"source", "join a department by its mapping file, list those that are joined", command_source},
    {"case", "list cases, show one, explain a decision", command_case},
    {"explain-pair", "compare two stored reports on the spot", command_explain_pair},
    {"command", "what became of a command that was submitted", command_command},
    {"dlq", "dead letters: list, understand, release, park", command_dlq},
    {"doctor", "check the whole installation and say what to do", command_doctor},
    {"lag", "is the hub behind, since when, why, and what to do", command_lag},
    {"resume", "let go of a partition whose records PostgreSQL refuses", command_resume},
    {"ledger", "check and store what is known beforehand: assets and places", command_ledger},
    {"audit", "name every record that is missing or doubled, and events that were altered",
     command_audit},
    {"digest", "a fingerprint of all decided rows, to compare two databases", command_digest},
    {"replay", "rebuild an empty database from onecase.report", command_replay},
};
enum { COMMAND_COUNT = sizeof(COMMANDS) / sizeof(COMMANDS[0]) };

static void print_usage(FILE *stream)
{
    fputs("usage: onecase COMMAND [ARGUMENTS]\n\n", stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "  %-12s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
    fputs("\n`onecase COMMAND --help` says more. Kafka is found by ONECASE_BROKERS, PostgreSQL by "
          "PGHOST,\n"
          "PGPORT, PGUSER and PGDATABASE. Any command ends with 74 when what it prints cannot be "
          "written.\n",
          stream);
}

static int run_command(int argc, char **argv)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(argv[0], COMMANDS[i].name) == 0)
            return COMMANDS[i].run(argc, argv);
    fprintf(stderr, "onecase: no command \"%s\"; `onecase --help` lists them\n", argv[0]);
    return EXIT_USAGE;
}

static int run(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "help") == 0) {
        char help[] = "--help";
        char *words[] = {argv[2], help, NULL};
        return run_command(2, words);
    }
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        print_usage(stdout);
        return EXIT_OK;
    }
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        puts("onecase " ONECASE_VERSION);
        return EXIT_OK;
    }
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    return run_command(argc - 1, argv + 1);
}

/* A command prints without looking; what a full disk took is told here, so that half an answer never passes for a whole one. */
static int flush_output(int status)
{
    bool flushed = fflush(stdout) == 0;
    if (flushed && !ferror(stdout))
        return status;
    fprintf(stderr, "onecase: could not write the output%s%s\n", flushed ? "" : ": ",
            flushed ? "" : strerror(errno));
    return EXIT_OUTPUT;
}

int main(int argc, char **argv)
{
    return flush_output(run(argc, argv));
}
