/*
 * `onecase ledger`: what a city knows beforehand, its assets and places.
 */
#include "ledger.h"

#include "command.h"

#include "domain/ledger_sheet.h"

#include <stdio.h>
#include <string.h>

static void print_columns(FILE *stream)
{
    size_t count;
    const LedgerColumn *columns = ledger_sheet_columns(&count);
    fputs("\ncolumns, in any order, by their English or Chinese names:\n", stream);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "  %-10s %s %s: %s\n", columns[i].name,
                !columns[i].of_places   ? "assets"
                : !columns[i].of_assets ? "places"
                                        : "both  ",
                columns[i].name_zh, columns[i].holds);
}

static void print_usage(FILE *stream)
{
    fputs(
        "usage: onecase ledger check FILE... [OPTIONS]   find every mistake of ledgers\n"
        "       onecase ledger load FILE... [OPTIONS]    check them and store them as snapshots\n"
        "       onecase ledger list [OPTIONS]            the snapshots, and which the model names\n"
        "\n"
        "A ledger is a CSV file (UTF-8 or GB18030) with a header: of assets (a column id), which\n"
        "says what number is of which lift, component or device and where that is; or of places\n"
        "(a column name), which knows estates, roads, doors, landmarks and their other names.\n"
        "docs/ledgers.md has a worked example.\n"
        "\n"
        "  onecase ledger check deploy/examples/ledger/*.csv\n"
        "  onecase ledger load lifts.csv estates.csv doors.csv --region 9901\n"
        "\n"
        "`onecase ledger SUBCOMMAND --help` says more.\n",
        stream);
    print_columns(stream);
}

int command_ledger(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } SUBCOMMANDS[] = {{"check", ledger_check}, {"load", ledger_load}, {"list", ledger_list}};
    for (size_t i = 0; argc >= 2 && i < sizeof SUBCOMMANDS / sizeof SUBCOMMANDS[0]; i++)
        if (strcmp(argv[1], SUBCOMMANDS[i].name) == 0)
            return SUBCOMMANDS[i].run(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        print_usage(stdout);
        return EXIT_OK;
    }
    if (argc >= 2)
        return command_usage_error("ledger", "no subcommand", argv[1]);
    return command_usage_error("ledger", "a subcommand is missing: check, load or list", NULL);
}
