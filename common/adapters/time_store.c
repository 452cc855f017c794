/*
 * A few hundred rows, all deleted and written anew in one pipeline behind an advisory lock. Each row names the model's version, so
 * the first one that is found tells whether anything is to be done.
 */
#include "adapters/time_store.h"

#include "domain/datetime.h"

#include "adapters/postgres_tables.h"

enum { MONTH_DAY_DIVISOR = 100, YEAR_DIVISOR = 10000 };

typedef struct StoredDay {
    int64_t date; /* days since 1970 */
    Text kind;
    Text name;
    Text model_version;
} StoredDay;

typedef struct StoredHours {
    Text kind;
    int64_t from_minute;
    int64_t to_minute;
    Text model_version;
} StoredHours;

typedef struct StoredLimit {
    Text id;
    Text category;
    int64_t level;
    Text season;
    Text region;
    int64_t amount;
    Text unit;
    int64_t valid_from;
    int64_t valid_to;
    Text model_version;
} StoredLimit;

#define DAY(member_, type_) ROWS_COLUMN(StoredDay, member_, #member_, type_)
static const PostgresColumn DAY_COLUMNS[] = {DAY(date, ROWS_DATE), DAY(kind, ROWS_TEXT),
                                             DAY(name, ROWS_TEXT), DAY(model_version, ROWS_TEXT)};
#define HOURS(member_, type_) ROWS_COLUMN(StoredHours, member_, #member_, type_)
static const PostgresColumn HOURS_COLUMNS[] = {
    HOURS(kind, ROWS_TEXT), HOURS(from_minute, ROWS_INT2), HOURS(to_minute, ROWS_INT2),
    HOURS(model_version, ROWS_TEXT)};
#define LIMIT(member_, type_) ROWS_COLUMN(StoredLimit, member_, #member_, type_)
static const PostgresColumn LIMIT_COLUMNS[] = {
    LIMIT(id, ROWS_TEXT),           LIMIT(category, ROWS_TEXT),   LIMIT(level, ROWS_INT2),
    LIMIT(season, ROWS_TEXT),       LIMIT(region, ROWS_TEXT),     LIMIT(amount, ROWS_INT4),
    LIMIT(unit, ROWS_TEXT),         LIMIT(valid_from, ROWS_DATE), LIMIT(valid_to, ROWS_DATE),
    LIMIT(model_version, ROWS_TEXT)};

enum { TABLE_DAYS, TABLE_HOURS, TABLE_LIMITS, TABLES };
static const PostgresTable STORED[TABLES] = {
    [TABLE_DAYS] = {.statement = "time_days",
                    .table = "onecase.working_days",
                    .form = ROWS_INSERT,
                    .columns = DAY_COLUMNS,
                    .count = sizeof DAY_COLUMNS / sizeof DAY_COLUMNS[0]},
    [TABLE_HOURS] = {.statement = "time_hours",
                     .table = "onecase.working_hours",
                     .form = ROWS_INSERT,
                     .columns = HOURS_COLUMNS,
                     .count = sizeof HOURS_COLUMNS / sizeof HOURS_COLUMNS[0]},
    [TABLE_LIMITS] = {.statement = "time_limits",
                      .table = "onecase.time_limits",
                      .form = ROWS_INSERT,
                      .columns = LIMIT_COLUMNS,
                      .count = sizeof LIMIT_COLUMNS / sizeof LIMIT_COLUMNS[0]}};

/* Office hours are never empty, so a row of them is there once anything is. */
static const PostgresStatement FIND = {
    "time_find", "select 1 from onecase.working_hours where model_version = $1 limit 1"};
static const PostgresStatement CLEAR[] = {
    {"time_lock", "select pg_advisory_xact_lock(hashtextextended('onecase.time_reference', 0))"},
    {"time_no_days", "delete from onecase.working_days"},
    {"time_no_hours", "delete from onecase.working_hours"},
    {"time_no_limits", "delete from onecase.time_limits"}};
enum { CLEAR_COUNT = sizeof CLEAR / sizeof CLEAR[0] };

/* yyyymmdd as days since 1970; 0 is null. */
static int64_t days_since_1970(int32_t date)
{
    Datetime civil = {.year = date / YEAR_DIVISOR,
                      .month = date / MONTH_DAY_DIVISOR % MONTH_DAY_DIVISOR,
                      .day = date % MONTH_DAY_DIVISOR};
    int64_t us = 0;
    return datetime_from_civil(&civil, 0, &us) ? us / DATETIME_DAY_US : INT64_MIN;
}

static bool add_days(PostgresTables *tables, const Model *model, Error *error)
{
    size_t count;
    const MovedDay *days = model_moved_days(model, &count);
    for (size_t i = 0; i < count; i++) {
        StoredDay row = {.date = days_since_1970(days[i].date),
                         .kind = days[i].working ? TEXT("workday") : TEXT("holiday"),
                         .name = days[i].name,
                         .model_version = model_version(model)};
        if (!postgres_tables_add(tables, TABLE_DAYS, &row, error))
            return false;
    }
    return true;
}

static bool
add_hours(PostgresTables *tables, const WorkingHours *hours, Text kind, Text version, Error *error)
{
    for (size_t i = 0; i < hours->count; i++) {
        StoredHours row = {.kind = kind,
                           .from_minute = hours->intervals[i].from_min,
                           .to_minute = hours->intervals[i].to_min,
                           .model_version = version};
        if (!postgres_tables_add(tables, TABLE_HOURS, &row, error))
            return false;
    }
    return true;
}

/* MM-DD..MM-DD, as in the file. */
static Text season_of(Arena *arena, const TimeLimit *limit)
{
    if (limit->season_from == 0)
        return TEXT_ABSENT;
    return text_format(arena, "%02d-%02d..%02d-%02d", limit->season_from / MONTH_DAY_DIVISOR,
                       limit->season_from % MONTH_DAY_DIVISOR, limit->season_to / MONTH_DAY_DIVISOR,
                       limit->season_to % MONTH_DAY_DIVISOR);
}

static bool add_limits(PostgresTables *tables, const Model *model, Arena *arena, Error *error)
{
    size_t count;
    const TimeLimit *limits = time_limits_rows(model_time_limits(model), &count);
    for (size_t i = 0; i < count; i++) {
        StoredLimit row = {.id = limits[i].id,
                           .category = limits[i].category,
                           .level = limits[i].level != 0 ? limits[i].level : INT64_MIN,
                           .season = season_of(arena, &limits[i]),
                           .region = limits[i].region,
                           .amount = limits[i].amount,
                           .unit = text_from(working_unit_name(limits[i].unit)),
                           .valid_from = days_since_1970(limits[i].valid_from),
                           .valid_to = days_since_1970(limits[i].valid_to),
                           .model_version = model_version(model)};
        if (!postgres_tables_add(tables, TABLE_LIMITS, &row, error))
            return false;
    }
    return true;
}

static bool gather(PostgresTables *tables, const Model *model, Arena *arena, Error *error)
{
    const WorkingCalendar *calendar = time_limits_calendar(model_time_limits(model));
    Text version = model_version(model);
    return add_days(tables, model, error) &&
           add_hours(tables, working_calendar_office(calendar), TEXT("office"), version, error) &&
           add_hours(tables, working_calendar_urgent(calendar), TEXT("urgent"), version, error) &&
           add_limits(tables, model, arena, error);
}

static bool send(PostgresTables *tables, Postgres *pg, Error *error)
{
    PostgresOutcome outcome = POSTGRES_REFUSED;
    PostgresResult *results[POSTGRES_PIPELINE_MAX] = {NULL};
    bool good = postgres_tables_prepare(tables, pg, error);
    for (size_t i = 0; good && i < CLEAR_COUNT; i++)
        good = postgres_prepare(pg, &CLEAR[i], error);
    good = good && postgres_pipeline_begin(pg, error);
    for (size_t i = 0; good && i < CLEAR_COUNT; i++)
        good = postgres_pipeline_add(pg, &CLEAR[i], NULL, 0, error);
    good = good && postgres_tables_send(tables, pg, error) &&
           postgres_pipeline_end(pg, results, &outcome, error);
    for (size_t i = 0; i < POSTGRES_PIPELINE_MAX; i++)
        postgres_result_free(results[i]);
    return good;
}

bool time_store_publish(Postgres *pg, const Model *model, Error *error)
{
    POSTGRES_RESULT_AUTO *found = NULL;
    PostgresParam version = postgres_param_text(model_version(model));
    if (!postgres_call(pg, &FIND, &version, 1, &found, error))
        return error->verdict == ERROR_FATAL ? error_prefix(error, "schema") : false;
    if (postgres_rows(found) > 0)
        return true;
    Arena *arena = arena_new(16 * 1024);
    PostgresTables *tables = postgres_tables_new(STORED, TABLES);
    bool good = gather(tables, model, arena, error) && send(tables, pg, error);
    postgres_tables_free(tables);
    arena_free(arena);
    return good;
}
