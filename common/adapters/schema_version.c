/* SCHEMA_VERSION is counted by CMake in migrations/sqitch.plan. */
#include "adapters/schema_version.h"

#include <string.h>

static const PostgresStatement VERSION = {
    "schema_version", "select version, serves_from from onecase.schema_version"};

#define HOW_TO_DEPLOY                                                                              \
    "run `sqitch deploy` in migrations/ of this version (deploy/local/up does it for one machine)"

/* 3F000: no such schema, 42P01: no such table, 42501: not for this role */
static bool not_there(const Error *error)
{
    return strcmp(error->state, "3F000") == 0 || strcmp(error->state, "42P01") == 0;
}

bool schema_version_check(Postgres *pg, Error *error)
{
    POSTGRES_RESULT_AUTO *result = NULL;
    Error failure = {0};
    if (!postgres_call(pg, &VERSION, NULL, 0, &result, &failure)) {
        if (!not_there(&failure)) {
            *error = failure;
            return false;
        }
        error_set(
            error, ERROR_FATAL,
            "the database has no schema of onecase, or one before versions were counted; this "
            "program needs version %d: " HOW_TO_DEPLOY,
            SCHEMA_VERSION);
        memcpy(error->state, failure.state, sizeof(error->state));
        return false;
    }
    int64_t version = postgres_int(result, 0, 0);
    int64_t serves_from = postgres_int(result, 0, 1);
    if (version < SCHEMA_VERSION)
        return error_set(
            error, ERROR_FATAL,
            "the database has version %lld of the schema, this program needs %d: " HOW_TO_DEPLOY,
            (long long)version, SCHEMA_VERSION);
    return serves_from <= SCHEMA_VERSION ||
           error_set(error, ERROR_FATAL,
                     "the database has version %lld of the schema and serves programs from %lld "
                     "on, this one knows %d: upgrade the program",
                     (long long)version, (long long)serves_from, SCHEMA_VERSION);
}
