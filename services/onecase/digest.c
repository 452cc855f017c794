/*
 * `onecase digest`: prints the sums of table_digest.h, of one moment.
 */
#include "command.h"
#include "options.h"
#include "table_digest.h"

#include "adapters/schema_version.h"

#include <stdio.h>

typedef struct Options {
    bool clusters;
    bool json;
} Options;

static const char USAGE[] =
    "usage: onecase digest [--clusters] [--json]\n\n"
    "A fingerprint of what was decided, to compare two databases: SHA-256 and row count of\n"
    "each table, and one of all. Equal input and equal model give equal digests.\n\n"
    "  --clusters  only which source records are together in a hazard, whatever their ids,\n"
    "              times and order\n"
    "  --json      one JSON object\n\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE. Ends with 0; 64 for a\n"
    "wrong command line, 69 when PostgreSQL does not answer, 70 when the schema is wrong.\n";

static bool read_options(int argc, char **argv, Options *options, int *status)
{
    const Option rows[] = {{"clusters", .flag = &options->clusters},
                           {"json", .flag = &options->json}};
    const OptionTable table = {"digest", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    *options = (Options){0};
    return options_read_alone(&table, argc, argv, status);
}

static void print_digest(const TableDigest *digest, bool json)
{
    enum { BLOCK = 4096 };
    Arena *arena = arena_new(BLOCK);
    TextBuilder out = builder_new(arena);
    table_digest_write(digest, json, &out);
    Text text = builder_view(&out);
    printf("%.*s%s", TEXT_ARGS(text), json ? "\n" : "");
    arena_free(arena);
}

int command_digest(int argc, char **argv)
{
    Options options;
    int status = EXIT_OK;
    if (!read_options(argc, argv, &options, &status))
        return status;
    TableDigest digest;
    Error error = {0};
    Postgres *pg = table_digest_connection("", "onecase-digest", schema_version_check);
    bool well =
        table_digest_begin(pg, &error) &&
        table_digest_read(pg, options.clusters ? TABLE_DIGEST_CLUSTERS : TABLE_DIGEST_DECIDED,
                          &digest, &error);
    postgres_free(pg);
    if (!well)
        return command_failed("digest", &error);
    print_digest(&digest, options.json);
    return EXIT_OK;
}
