#include "lag/lag_direct.h"

#include "adapters/lag_survey.h"
#include "adapters/mapping_file.h"
#include "adapters/postgres.h"
#include "adapters/schema_version.h"

#include <stdlib.h>

enum { ASK_LIMIT_MS = 5000, ARENA_BLOCK = 65536 };

struct LagDirect {
    const LagOptions *options;
    Arena *arena; /* mappings live on it */
    const Mapping **mappings;
    size_t mapping_count;
    LagSurvey *survey;
    LagBoard *board;
    bool kafka_seen;
};

static bool load_mappings(LagDirect *direct, Error *error)
{
    TextList paths = {NULL, 0};
    MappingFindings findings = {.arena = direct->arena};
    MappingFileOptions options = {0};
    Error reading = {0};
    const char *folder = direct->options->sources;
    if (!mapping_file_list(folder, direct->arena, &paths, &reading))
        return error_set(error, ERROR_REJECT, "%s", reading.text);
    direct->mappings = ARENA_ARRAY(direct->arena, const Mapping *, paths.count);
    direct->mapping_count = paths.count;
    if (paths.count == 0)
        return error_set(error, ERROR_REJECT, "folder \"%s\" holds no mapping file (*.cfg)",
                         folder);
    return mapping_file_load_all(paths, &options, direct->arena, direct->mappings, &findings) ||
           error_set(error, ERROR_REJECT,
                     "mapping files in \"%s\" have mistakes; `onecase check %s` names them", folder,
                     folder);
}

static bool open_survey(LagDirect *direct, Error *error)
{
    const LagOptions *options = direct->options;
    const LagSurveySpec spec = {
        .brokers = options->brokers,
        .client_id = "onecase-lag",
        .conninfo = "",
        .topic_prefix = options->prefix,
        .intake_group = options->group,
        .matcher_group = options->matcher_group,
        .relay_name = "onecase-relay",
        .mappings = direct->mappings,
        .mapping_count = direct->mapping_count,
        .limit_ms = ASK_LIMIT_MS,
        .freshness_ms = ASK_LIMIT_MS,
    };
    return lag_survey_open(&spec, &direct->survey, error);
}

/* Of two looks it cannot be known how long nobody has had a partition: at both is long enough. */
static LagBoard *make_board(const LagOptions *options)
{
    LagBoardSpec spec = {
        .cluster = options->brokers,
        .by = "onecase lag",
        .brokers = options->brokers,
        .rules = lag_rules_default(),
    };
    if (!options->watch && options->wait_ms > 0 && options->wait_ms < spec.rules.stopped_ms)
        spec.rules.stopped_ms = options->wait_ms;
    return lag_board_new(&spec);
}

static bool check_database(Error *error)
{
    const PostgresSettings settings = {
        .conninfo = "", .application = "onecase-lag", .greet = schema_version_check};
    Postgres *pg = postgres_new(&settings);
    bool fits = postgres_connect(pg, error);
    postgres_free(pg);
    return fits;
}

/*
 * A database that refuses is not one that is away, as a look would have it. What is counted exactly needs it anyway; a watch goes on
 * and shows the reason.
 */
static bool is_usable(const LagOptions *options, Error *error)
{
    Error refused = {0};
    if (options->watch || check_database(&refused) ||
        (refused.verdict == ERROR_RETRY && !options->exact))
        return true;
    *error = refused;
    return false;
}

bool lag_direct_open(const LagOptions *options, LagDirect **direct, Error *error)
{
    LagDirect *made = calloc(1, sizeof(*made));
    if (made == NULL)
        abort(); /* out of memory */
    *made = (LagDirect){.options = options, .arena = arena_new(ARENA_BLOCK)};
    if (!load_mappings(made, error) || !is_usable(options, error) || !open_survey(made, error)) {
        lag_direct_close(made);
        return false;
    }
    made->board = make_board(options);
    *direct = made;
    return true;
}

void lag_direct_close(LagDirect *direct)
{
    if (direct == NULL)
        return;
    lag_survey_close(direct->survey);
    lag_board_free(direct->board);
    arena_free(direct->arena);
    free(direct);
}

bool lag_direct_look(
    LagDirect *direct, Arena *arena, LagLook *look, LagReport *report, Error *error)
{
    lag_survey_look(direct->survey, arena, look);
    direct->kafka_seen = direct->kafka_seen || look->kafka_up;
    if (!direct->kafka_seen || (direct->options->exact && !look->kafka_up))
        return error_set(error, ERROR_RETRY, "Kafka does not answer: %.*s",
                         TEXT_ARGS(look->kafka_fault));
    if (direct->options->exact && !look->database_up)
        return error_set(error, ERROR_RETRY, "PostgreSQL does not answer: %.*s",
                         TEXT_ARGS(look->database_fault));
    lag_board_take(direct->board, look, arena, report);
    return true;
}
