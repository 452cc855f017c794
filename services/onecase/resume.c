/*
 * `onecase resume`: an operator who knows that what PostgreSQL refuses is truly bad lets it become dead letters, so that the
 * partition goes on. onecase.resume_refusing judges rights and state; the matcher sees it within seconds.
 */
#include "command.h"
#include "options.h"

#include "adapters/postgres.h"
#include "adapters/schema_version.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

enum { ARENA_BLOCK = 1024 };

typedef struct Options {
    const char *prefix;
    int64_t bury; /* 0: not given */
} Options;

static const char USAGE[] =
    "usage: onecase resume PARTITION --bury N [--prefix P]\n\n"
    "For a partition of onecase.report that `onecase lag` shows as REFUSING (PostgreSQL refused\n"
    "100 records in a row) or WAITING (one record never gets done). It is tried again by itself\n"
    "and goes on when PostgreSQL takes its next record; mend the database first. When the\n"
    "records themselves are bad, this lets them go: up to N of those that are refused become\n"
    "dead letters (`onecase dlq list`), and the first one that is taken ends it. Needs the role\n"
    "onecase_operator; who allowed how many stands in onecase.consumer_offsets.\n\n"
    "  --bury N    how many refused records may become dead letters\n"
    "  --prefix P  put before every topic name, for tests\n\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE. Ends with 0; 3 when the\n"
    "partition is in neither state, 64 for a wrong command line, 69 when PostgreSQL does not\n"
    "answer, 70 when it refuses.\n";

static bool read_bury(const char *word, void *target)
{
    int64_t *bury = target;
    if (text_to_int64(text_from(word), bury) && *bury > 0)
        return true;
    command_usage_error("resume", "--bury is a number of records, at least 1, not", word);
    return false;
}

static bool read_words(int argc, char **argv, Options *options, int64_t *partition, int *status)
{
    const Option rows[] = {
        {"bury", .read = read_bury, .target = &options->bury},
        {"prefix", .text = &options->prefix},
    };
    const OptionTable table = {"resume", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    int words = 0;
    *options = (Options){.prefix = ""};
    if (!options_read(&table, argc, argv, &words, status))
        return false;
    if (words != argc - 1)
        *status = command_usage_error("resume", "needs one partition", NULL);
    else if (!text_to_int64(text_from(argv[words]), partition) || *partition < 0 ||
             *partition > INT32_MAX)
        *status = command_usage_error("resume", "a partition is a number, not", argv[words]);
    else if (options->bury == 0)
        *status = command_usage_error("resume", "needs --bury N", NULL);
    return *status == EXIT_OK;
}

static const PostgresStatement RESUME = {"resume_refusing",
                                         "select onecase.resume_refusing($1, $2, $3)"};

static int resume(const Options *options, int32_t partition, Postgres *pg, Arena *arena)
{
    Error error = {0};
    POSTGRES_RESULT_AUTO *result = NULL;
    PostgresParam params[] = {
        postgres_param_text(text_format(arena, "%sonecase.report", options->prefix)),
        postgres_param_int4(arena, partition), postgres_param_int8(arena, options->bury)};
    if (!postgres_call(pg, &RESUME, params, 3, &result, &error))
        return command_failed("resume", &error);
    Text state = postgres_text(result, 0, 0);
    if (text_is_absent(state)) {
        fprintf(stderr,
                "onecase resume: partition %" PRId32 " is neither REFUSING nor WAITING; "
                "`onecase lag` shows those that are\n",
                partition);
        return EXIT_NOT_FOUND;
    }
    printf("partition %" PRId32 " is %.*s: up to %" PRId64
           " refused records become dead letters, within seconds\n",
           partition, TEXT_ARGS(state), options->bury);
    return EXIT_OK;
}

int command_resume(int argc, char **argv)
{
    Options options;
    int64_t partition = 0;
    int status = EXIT_OK;
    if (!read_words(argc, argv, &options, &partition, &status))
        return status;
    PostgresSettings settings = {
        .conninfo = "", .application = "onecase-resume", .greet = schema_version_check};
    Postgres *pg = postgres_new(&settings);
    Arena *arena = arena_new(ARENA_BLOCK);
    status = resume(&options, (int32_t)partition, pg, arena);
    arena_free(arena);
    postgres_free(pg);
    return status;
}
