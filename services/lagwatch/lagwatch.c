/*
 * One cycle every cycle_ms, from begin to begin: the survey looks, the processes are probed, the board judges, the pages show it, the
 * state file keeps it. In between the step waits in short naps, so that a signal is heard.
 */
#include "lagwatch.h"

#include "pages.h"
#include "probes.h"
#include "settings.h"
#include "state.h"
#include "watched.h"

#include "base/clock.h"
#include "base/log.h"

#include "adapters/lag_survey.h"
#include "adapters/service.h"

#include <stdlib.h>
#include <time.h>

enum { ARENA_BLOCK = 65536, SCRATCH_BLOCK = 1048576, NAP_MS = 100 };

static const char CLIENT_ID[] = "onecase-lagwatch";
static const char RELAY_NAME[] = "onecase-relay";

typedef struct Lagwatch {
    const LagwatchSettings *settings;
    Watched *watched;
    LagSurvey *survey;
    Probes *probes;
    LagBoard *board;
    State state;
    Arena *scratch; /* of a cycle, in blocks that go back to the system */
    int64_t due_ms; /* of the next cycle, by the monotonic clock */
    uint64_t stamp; /* of the mapping files that were tried last */
} Lagwatch;

bool lagwatch_check(const void *settings, Arena *arena, TextList *faults)
{
    const LagwatchSettings *given = settings;
    Watched *watched = watched_load(given, arena, faults);
    Probes *probes = probes_new(given->services, arena, faults);
    bool state = state_check(given->state_file, arena, faults);
    bool good = watched != NULL && probes != NULL && state;
    watched_free(watched);
    probes_free(probes);
    return good;
}

/* ---- open and close ---- */

/* What was checked at the start may have changed since: the first fault is the reason. */
static bool load_watched(const LagwatchSettings *settings, Watched **watched, Error *error)
{
    Arena *arena = arena_new(ARENA_BLOCK);
    TextList faults = {0};
    *watched = watched_load(settings, arena, &faults);
    if (*watched == NULL)
        error_set(error, ERROR_FATAL, "%.*s", TEXT_ARGS(faults.items[0]));
    arena_free(arena);
    return *watched != NULL;
}

static bool open_survey(const LagwatchSettings *settings,
                        const Watched *watched,
                        LagSurvey **survey,
                        Error *error)
{
    const LagSurveySpec spec = {
        .brokers = settings->brokers,
        .client_id = CLIENT_ID,
        .conninfo = settings->conninfo,
        .topic_prefix = settings->topic_prefix,
        .intake_group = settings->intake_group,
        .matcher_group = settings->matcher_group,
        .relay_name = RELAY_NAME,
        .groups = watched->groups,
        .group_count = watched->group_count,
        .mappings = watched->mappings,
        .mapping_count = watched->mapping_count,
        .limit_ms = (int)settings->limit_ms,
        .freshness_ms = (int)settings->freshness_ms,
    };
    return lag_survey_open(&spec, survey, error);
}

static LagBoard *new_board(const LagwatchSettings *settings)
{
    const LagBoardSpec spec = {
        .cluster = settings->cluster,
        .by = "lagwatch",
        .brokers = settings->brokers,
        .rules =
            {
                .late_ms = settings->late_ms,
                .stalled_ms = settings->stalled_ms,
                .stopped_ms = settings->stopped_ms,
                .at_risk_ms = settings->at_risk_ms,
                .window_ms = settings->window_ms,
                .rewound_ms = settings->rewound_ms,
            },
    };
    return lag_board_new(&spec);
}

bool lagwatch_open(const void *settings, void **state, Error *error)
{
    const LagwatchSettings *given = settings;
    Watched *watched;
    LagSurvey *survey = NULL;
    if (!load_watched(given, &watched, error))
        return false;
    if (!open_survey(given, watched, &survey, error)) {
        watched_free(watched);
        return false;
    }
    Lagwatch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL)
        abort(); /* out of memory */
    TextList faults = {0};
    watch->settings = given;
    watch->watched = watched;
    watch->stamp = watched->stamp;
    watch->survey = survey;
    watch->scratch = arena_new(SCRATCH_BLOCK);
    watch->probes = probes_new(given->services, watch->scratch, &faults); /* was checked */
    watch->board = new_board(given);
    watch->state.path = given->state_file;
    pages_open(given->brokers, given->cycle_ms);
    state_read(&watch->state, watch->board, clock_wall_us() / 1000, watch->scratch);
    arena_reset(watch->scratch);
    *state = watch;
    return true;
}

bool lagwatch_reload(void *state, Error *error)
{
    Lagwatch *watch = state;
    Watched *watched;
    LagSurvey *survey = NULL;
    if (!load_watched(watch->settings, &watched, error))
        return false;
    if (!open_survey(watch->settings, watched, &survey, error)) {
        watched_free(watched);
        return false;
    }
    lag_survey_close(watch->survey);
    watched_free(watch->watched);
    watch->survey = survey;
    watch->watched = watched;
    return true;
}

void lagwatch_close(void *state)
{
    Lagwatch *watch = state;
    lag_survey_close(watch->survey);
    watched_free(watch->watched);
    probes_free(watch->probes);
    lag_board_free(watch->board);
    arena_free(watch->scratch);
    pages_close();
    free(watch);
}

/* ---- what is said in the log ---- */

static LagVerdict verdict_before(const LagReport *before, Text group)
{
    for (size_t i = 0; before != NULL && i < before->group_count; i++)
        if (text_equal(before->groups[i].group, group))
            return before->groups[i].verdict;
    return LAG_OK;
}

static LagVerdict instance_before(const LagReport *before, Text address)
{
    for (size_t i = 0; before != NULL && i < before->instance_count; i++)
        if (text_equal(before->instances[i].address, address) && before->instances[i].known)
            return before->instances[i].verdict;
    return LAG_OK;
}

static void say_changed(LogField who, LagVerdict was, LagVerdict is, Text evidence, Text step)
{
    if (was != is)
        log_event(is == LAG_OK ? LOG_INFO : LOG_WARN, "verdict", who,
                  LOG_STRING("verdict", lag_verdict_name(is)),
                  LOG_STRING("was", lag_verdict_name(was)), LOG_TEXT("evidence", evidence),
                  LOG_TEXT("step", step));
}

/* Groups and processes whose verdict is another one than in the report before. */
static void say_changes(const LagReport *before, const LagReport *report)
{
    for (size_t i = 0; i < report->group_count; i++) {
        const LagGroup *group = &report->groups[i];
        say_changed(LOG_TEXT("group", group->group), verdict_before(before, group->group),
                    group->verdict, group->evidence, group->step);
    }
    for (size_t i = 0; i < report->instance_count; i++) {
        const LagInstance *instance = &report->instances[i];
        if (instance->known)
            say_changed(LOG_TEXT("process", instance->address),
                        instance_before(before, instance->address), instance->verdict,
                        instance->evidence, instance->step);
    }
    if (report->kafka_up != (before == NULL || before->kafka_up))
        log_event(report->kafka_up ? LOG_INFO : LOG_WARN,
                  report->kafka_up ? "kafka_up" : "kafka_away",
                  LOG_TEXT("reason", report->kafka_fault));
    if (report->database_up != (before == NULL || before->database_up))
        log_event(report->database_up ? LOG_INFO : LOG_WARN,
                  report->database_up ? "database_up" : "database_away",
                  LOG_TEXT("reason", report->database_fault));
}

static bool tells_of(const LagReport *report, const char *group)
{
    for (size_t i = 0; report != NULL && i < report->group_count; i++)
        if (text_is(report->groups[i].group, group))
            return true;
    return false;
}

/* A group of the settings that is in no report is missed by nobody: once it is said, and after it was there and is gone again. */
static void say_absent(const Watched *watched, const LagReport *before, const LagReport *report)
{
    const bool known_before = before != NULL && before->kafka_up;
    for (size_t i = 0; report->kafka_up && i < watched->group_count; i++)
        if (!tells_of(report, watched->groups[i]) &&
            (!known_before || tells_of(before, watched->groups[i])))
            log_event(LOG_WARN, "group_absent", LOG_STRING("group", watched->groups[i]),
                      LOG_STRING("reason", "no offsets of it are known: it has committed none, or "
                                           "its name is another one"));
}

/* ---- a cycle ---- */

/* A department has joined, or its mapping was mended: what cannot be read is said once, and the old ones go on. */
static void follow_mappings(Lagwatch *watch)
{
    uint64_t stamp = watched_stamp(watch->settings);
    Error error = {0};
    if (stamp == watch->stamp)
        return;
    watch->stamp = stamp;
    if (lagwatch_reload(watch, &error))
        log_event(LOG_INFO, "mappings_loaded", LOG_INT("mappings", watch->watched->mapping_count));
    else
        log_event(LOG_WARN, "mappings_not_loaded", LOG_STRING("reason", error.text));
}

/* The look lies on the scratch arena, the report on one of the pages': nothing of a look is kept with a report. */
static void look_and_judge(Lagwatch *watch, LagReport *report)
{
    LagLook look = {0};
    lag_survey_look(watch->survey, watch->scratch, &look);
    service_progress();
    look.processes = probes_ask(watch->probes, (int)watch->settings->limit_ms, watch->scratch,
                                &look.process_count);
    lag_board_take(watch->board, &look, pages_arena(), report);
    arena_reset(watch->scratch);
}

/* Kept before it is shown: what anybody has read of a since is what a lagwatch started again says too. */
static void cycle(Lagwatch *watch)
{
    int64_t begun_ms = clock_monotonic_ms();
    LagReport report;
    follow_mappings(watch);
    look_and_judge(watch, &report);
    say_changes(pages_shown(), &report);
    say_absent(watch->watched, pages_shown(), &report);
    state_write(&watch->state, watch->board, watch->scratch);
    arena_reset(watch->scratch);
    pages_publish(&report, clock_monotonic_ms() - begun_ms, watch->scratch);
    arena_reset(watch->scratch);
}

/* True when the next cycle is due; otherwise some time has passed. */
static bool is_due(const Lagwatch *watch)
{
    int64_t left_ms = watch->due_ms - clock_monotonic_ms();
    if (left_ms <= 0)
        return true;
    int64_t nap_ms = left_ms < NAP_MS ? left_ms : NAP_MS;
    const struct timespec nap = {.tv_nsec = nap_ms * 1000000};
    nanosleep(&nap, NULL);
    return false;
}

bool lagwatch_step(void *state, Error *error)
{
    Lagwatch *watch = state;
    (void)error;
    if (!is_due(watch))
        return true;
    watch->due_ms = clock_monotonic_ms() + watch->settings->cycle_ms;
    cycle(watch);
    return true;
}
