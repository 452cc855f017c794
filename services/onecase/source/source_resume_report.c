/* Of onecase.report what is lost, and going on behind it, stand in PostgreSQL. */
#include "source_resume_report.h"

#include "command.h"
#include "print.h"

#include "adapters/postgres.h"
#include "adapters/schema_version.h"

#include <inttypes.h>
#include <stdio.h>

static const PostgresStatement LOST = {
    "resume_lost_list",
    "select o.partition, g.first_offset, g.last_offset, o.state_since "
    "from onecase.consumer_offsets o join onecase.gaps g on g.topic = o.topic "
    "and g.partition = o.partition and g.resumed_at is null and g.report_offset is null "
    "where o.topic = $1 and o.state = 'LOST' and ($2::integer < 0 or o.partition = $2) "
    "order by o.partition, g.first_offset"};

static const PostgresStatement RESUME = {"resume_lost", "select onecase.resume_lost($1, $2, $3)"};

static void show(SourceResume *resume, const PostgresResult *lost, int row)
{
    int64_t first = postgres_int(lost, row, 1);
    int64_t last = postgres_int(lost, row, 2);
    Text since = print_time(resume->arena, postgres_time(lost, row, 3));
    printf("%s/%" PRId64 " is held, LOST since %.*s\n", resume->topic, postgres_int(lost, row, 0),
           TEXT_ARGS(since));
    printf("  lost   %" PRId64 " offsets, %" PRId64 " to %" PRId64
           ": gone before they were decided (retention)\n",
           last - first + 1, first, last);
    printf("  goes on at offset %" PRId64 "\n", last + 1);
}

static bool go_on(SourceResume *resume, Postgres *pg, int64_t partition, Error *error)
{
    const PostgresParam params[] = {
        postgres_param_text(text_from(resume->topic)),
        postgres_param_int4(resume->arena, (int32_t)partition),
        postgres_param_text(resume->reason),
    };
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!postgres_call(pg, &RESUME, params, sizeof(params) / sizeof(params[0]), &result, error))
        return false;
    printf("%s/%" PRId64 " goes on at offset %" PRId64 "\n", resume->topic, partition,
           postgres_int(result, 0, 0));
    return true;
}

static int resume_lost(SourceResume *resume, Postgres *pg, Error *error)
{
    const PostgresParam params[] = {
        postgres_param_text(text_from(resume->topic)),
        postgres_param_int4(resume->arena, resume->partition),
    };
    POSTGRES_RESULT_AUTO *lost = NULL;
    if (!postgres_call(pg, &LOST, params, sizeof(params) / sizeof(params[0]), &lost, error))
        return command_failed("source resume", error);
    int count = postgres_rows(lost);
    for (int row = 0; row < count; row++)
        show(resume, lost, row);
    if (count == 0) {
        printf("nothing of %s is held\n", resume->topic);
        return EXIT_OK;
    }
    if (!resume->yes) {
        puts("nothing was changed; with --yes --reason TEXT reading goes on");
        return EXIT_FOUND;
    }
    for (int row = 0; row < count; row++)
        if (!go_on(resume, pg, postgres_int(lost, row, 0), error))
            return command_failed("source resume", error);
    return EXIT_OK;
}

int source_resume_report(SourceResume *resume, Error *error)
{
    const PostgresSettings settings = {
        .conninfo = "", .application = "onecase-source", .greet = schema_version_check};
    if (resume->same) /* what was restored is found by the matcher itself */
        return command_usage_error("source resume", "--from-same is not for onecase.report", NULL);
    Postgres *pg = postgres_new(&settings);
    int status = resume_lost(resume, pg, error);
    postgres_free(pg);
    return status;
}
