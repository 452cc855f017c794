/*
 * `onecase replay`: the log into an empty database, by the matcher itself.
 *
 *   topic whole? ─► database fit and empty? ─► homes of forwarded records ─► matcher as a child ─► offsets reach the
 *   ends ─► digest, comparison
 *
 * The child is a matcher like any other but for one setting: it writes nothing to Kafka. It has a consumer group and an
 * owner's name of its own, and the fence keeps any other matcher out of the database it fills.
 */
#include "command.h"
#include "replay/replay_child.h"
#include "replay/replay_homes.h"
#include "replay/replay_options.h"
#include "replay/replay_print.h"
#include "replay/replay_progress.h"
#include "replay/replay_relay.h"
#include "replay/replay_target.h"
#include "send/send_stop.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ARENA_BLOCK = 65536,
    ASK_LIMIT_MS = 15000,
    LISTEN_MS = 100,
    LOOK_MS = 500,       /* between two looks at the offsets */
    COMPARE_MS = 60000,  /* for the two to stand at the same offsets */
    SILENCE_MS = 600000, /* of ours, after which the server gives relay's lock to others */
    PATH_MAX_SIZE = 4096
};

typedef struct Replay {
    const ReplayOptions *options;
    Arena *arena;
    KafkaAdmin *admin;
    Postgres *live; /* NULL: there is none, and none is needed */
    ReplayLog log;
    ReplayTarget target;
    const char *owner;
    const char *case_topic;
    RelayStore *relay; /* NULL: not asked for yet */
    ReplayChild *child;
    ReplayProgress progress;
    ReplayReached reached;
    ReplayComparison comparison;
    TableDigest digest;
    int64_t events_waiting;
} Replay;

/* ---- before ---- */

/* The live database is asked only whether it is the one to be filled, and for the comparison. */
static bool find_live(Replay *replay, Error *error)
{
    Postgres *pg = table_digest_connection("", "onecase-replay-live", NULL);
    ReplayTarget live = {.pg = pg, .arena = replay->arena};
    Error away = {0};
    bool there = replay_target_open(&live, &away);
    bool same = there && strcmp(live.identity, replay->target.identity) == 0;
    if (there && !same) {
        replay->live = pg;
        return true;
    }
    postgres_free(pg);
    if (!replay->options->compare)
        return true;
    if (same)
        return error_set(error, ERROR_FATAL,
                         "--into and PG* both name database \"%s\": nothing to compare it with",
                         live.name);
    *error = away;
    return error_prefix(error, "live database");
}

static bool check_rows(Replay *replay, Error *error)
{
    const ReplayOptions *options = replay->options;
    return options->restored
               ? replay_target_take_over(&replay->target, &replay->log, error)
               : replay_target_check_rows(&replay->target, &replay->log, options->resume, error);
}

static bool check_target(Replay *replay, Error *error)
{
    const ReplayTarget *target = &replay->target;
    if (!replay_target_open(&replay->target, error))
        return error_prefix(error, "--into");
    return find_live(replay, error) && replay_target_check_schema(target, error) &&
           check_rows(replay, error) && replay_target_set_topic(target, &replay->log, error) &&
           replay_target_reached(target, &replay->log, replay->owner, &replay->reached, error);
}

static bool bar_relay(Replay *replay, Error *error)
{
    const RelayStoreSpec spec = {.conninfo = replay->options->into,
                                 .report_topic = replay->log.topic,
                                 .case_topic = replay->case_topic,
                                 .takeover_ms = SILENCE_MS};
    replay->relay = relay_store_new(&spec);
    return replay_relay_bar(replay->relay, error);
}

static bool learn_homes(Replay *replay, Error *error)
{
    const ReplayHomesSpec spec = {replay->options->brokers, replay->log.topic};
    return replay->reached.all || replay_homes_learn(&spec, replay->target.pg, error);
}

static bool prepare(Replay *replay, Error *error)
{
    const ReplayOptions *options = replay->options;
    const KafkaClientSpec client = {.brokers = options->brokers, .client_id = "onecase-replay"};
    const char *topic = text_format(replay->arena, "%sonecase.report", options->prefix).data;
    replay->case_topic = text_format(replay->arena, "%sonecase.case", options->prefix).data;
    return kafka_admin_open(&client, ASK_LIMIT_MS, &replay->admin, error) &&
           replay_log_read(replay->admin, topic, options->from_what_is_left, replay->arena,
                           &replay->log, error) &&
           check_target(replay, error) && bar_relay(replay, error) && learn_homes(replay, error);
}

/* ---- the matcher ---- */

/* bin/matcher beside bin/onecase */
static const char *find_matcher(const Replay *replay)
{
    char path[PATH_MAX_SIZE];
    if (replay->options->matcher != NULL)
        return replay->options->matcher;
    ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
    path[size > 0 ? size : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
    return text_format(replay->arena, "%s/matcher", slash != NULL ? path : ".").data;
}

static void show_warning(void *context, Text line)
{
    replay_progress_say(context, line);
}

static bool start_matcher(Replay *replay, Error *error)
{
    enum { SETTINGS_MAX = 8 };
    const ReplayOptions *options = replay->options;
    const char *settings[SETTINGS_MAX];
    size_t count = 0;
#define SETTING(format_, value_) text_format(replay->arena, format_, value_).data
    settings[count++] = "silent=true";
    settings[count++] = "http=off"; /* the address is that of the hub's own matcher */
    settings[count++] = SETTING("brokers=%s", options->brokers);
    settings[count++] = SETTING("conninfo=%s", options->into);
    settings[count++] = SETTING("topic_prefix=%s", options->prefix);
    settings[count++] = SETTING("owner=%s", replay->owner);
    settings[count++] = SETTING("group=%s", replay->owner);
    if (options->model != NULL)
        settings[count++] = SETTING("model=%s", options->model);
#undef SETTING
    const ReplayChildSpec spec = {.program = find_matcher(replay),
                                  .settings = settings,
                                  .setting_count = count,
                                  .said = show_warning,
                                  .context = &replay->progress};
    return replay_child_start(&spec, &replay->child, error);
}

/* Listens to the matcher for so long. False: it has ended, or we are told to. */
static bool wait_for_matcher(Replay *replay, int wait_ms, Error *error)
{
    int64_t until_ms = clock_monotonic_ms() + wait_ms;
    while (clock_monotonic_ms() < until_ms) {
        if (send_stop_asked())
            return error_set_at(error, ERROR_FATAL, "stopped", NULL, "told to stop");
        if (!replay_child_listen(replay->child, LISTEN_MS))
            return replay_child_failed(replay->child, error);
    }
    return true;
}

/* A server that is away is waited for, as the matcher does. */
static bool replay_to_the_end(Replay *replay, Error *error)
{
    while (!replay->reached.all) {
        Error away = {0};
        if (!wait_for_matcher(replay, LOOK_MS, error))
            return false;
        bool seen = replay_relay_bar(replay->relay, &away) &&
                    replay_target_reached(&replay->target, &replay->log, replay->owner,
                                          &replay->reached, &away);
        if (!seen && away.verdict != ERROR_RETRY) {
            *error = away;
            return false;
        }
        replay_progress_show(&replay->progress, replay->reached.records,
                             away.verdict == ERROR_NONE ? NULL : away.text);
    }
    return true;
}

/* The matcher goes on reading meanwhile, so that both may meet at the end of a log that grows. */
static bool compare(Replay *replay, Error *error)
{
    int64_t until_ms = clock_monotonic_ms() + COMPARE_MS;
    ReplayComparison *comparison = &replay->comparison;
    for (;;) {
        if (!replay_compare(replay->target.pg, replay->live, replay->log.topic, replay->arena,
                            comparison, error))
            return false;
        if (comparison->aligned)
            break;
        if (clock_monotonic_ms() >= until_ms)
            return error_set_at(
                error, ERROR_FATAL, "behind", NULL,
                "no comparison: %s for a minute; stop intake and let the live matcher come "
                "to the end (`onecase lag`)",
                comparison->behind);
        if (!wait_for_matcher(replay, LOOK_MS, error))
            return false;
    }
    replay->digest = comparison->rebuilt;
    return true;
}

static bool take_digest(Replay *replay, Error *error)
{
    return table_digest_begin(replay->target.pg, error) &&
           table_digest_read(replay->target.pg, TABLE_DIGEST_DECIDED, &replay->digest, error) &&
           table_digest_end(replay->target.pg, error);
}

static bool place_relay(Replay *replay, Error *error)
{
    const ReplayRelaySpec spec = {.brokers = replay->options->brokers,
                                  .case_topic = replay->case_topic,
                                  .log = &replay->log,
                                  .keep_unannounced = replay->options->restored};
    return replay_relay_place(&spec, replay->target.pg, &replay->events_waiting, error);
}

static bool run_matcher(Replay *replay, Error *error)
{
    if (!start_matcher(replay, error))
        return false;
    bool well =
        replay_to_the_end(replay, error) && (!replay->options->compare || compare(replay, error));
    Error ending = {0};
    if (!replay_child_stop(replay->child, &ending) && well)
        *error = ending;
    return error->verdict == ERROR_NONE;
}

/* ---- after ---- */

static void print_result(const Replay *replay, double seconds)
{
    const ReplayResult result = {
        .database = replay->target.name,
        .topic = replay->log.topic,
        .records = replay->log.records,
        .replayed = replay->reached.records - replay->progress.first,
        .seconds = seconds,
        .events_waiting = replay->events_waiting,
        .dead_letters = replay_child_dead_letters(replay->child),
        .digest = &replay->digest,
        .comparison = replay->options->compare ? &replay->comparison : NULL,
    };
    replay_print(&result, replay->options->json, replay->arena);
}

/* The failure with what to do next. */
static int failed(const Replay *replay, const Error *error)
{
    if (strcmp(error->rule, "missing") == 0) {
        fprintf(stderr, "onecase replay: %s\n", error->text);
        return EXIT_NOT_FOUND;
    }
    int status = command_failed("replay", error);
    if (replay->child != NULL)
        fprintf(stderr,
                "onecase replay: %lld of %lld records are in database \"%s\"; the same command "
                "%sgoes on behind them\n",
                (long long)replay->reached.records, (long long)replay->log.records,
                replay->target.name, replay->options->restored ? "" : "with --resume ");
    return strcmp(error->rule, "stopped") == 0 ? EXIT_FOUND : status;
}

static int run(Replay *replay)
{
    Error error = {0};
    double seconds = 0;
    bool well = prepare(replay, &error);
    if (well) {
        replay->progress = replay_progress_begin(replay->log.records, replay->reached.records);
        well = run_matcher(replay, &error);
        seconds = replay_progress_seconds(&replay->progress);
        replay_progress_end(&replay->progress);
    }
    well = well && replay_homes_forget(replay->target.pg, &error) && place_relay(replay, &error);
    if (well && !replay->options->compare)
        well = take_digest(replay, &error);
    if (!well)
        return failed(replay, &error);
    print_result(replay, seconds);
    return replay->options->compare && replay->comparison.count > 0 ? EXIT_FOUND : EXIT_OK;
}

static const char *make_owner(Arena *arena)
{
    char host[128] = "localhost";
    gethostname(host, sizeof(host) - 1);
    return text_format(arena, REPLAY_OWNER "%s:%d:%lld", host, (int)getpid(),
                       (long long)(clock_wall_us() / 1000000))
        .data;
}

int command_replay(int argc, char **argv)
{
    ReplayOptions options;
    int status = EXIT_OK;
    if (!replay_options_read(argc, argv, &options, &status))
        return status;
    Replay replay = {.options = &options, .arena = arena_new(ARENA_BLOCK)};
    replay.target = (ReplayTarget){
        .pg = table_digest_connection(options.into, "onecase-replay", NULL), .arena = replay.arena};
    replay.owner = make_owner(replay.arena);
    send_stop_watch();
    status = run(&replay);
    replay_child_free(replay.child);
    relay_store_free(replay.relay);
    kafka_admin_close(replay.admin);
    postgres_free(replay.live);
    postgres_free(replay.target.pg);
    arena_free(replay.arena);
    return status;
}
