/*
 * One step:
 *
 *   lock ─► settle what is under way ─► commands: read, send, settle, note ─► tick ─► clean
 *     │                                 └ each partition with rows: read, send, settle, move on
 *     └ another has it: stand by
 *
 * Invariant: what is under way is all of one kind: behind the stored position of one partition, or commands, or ticks.
 */
#include "relay.h"

#include "metrics.h"
#include "sender.h"
#include "settings.h"

#include "base/clock.h"
#include "base/log.h"

#include "adapters/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    NAME_MAX_SIZE = 300,
    ARENA_BLOCK = 65536,
    BATCH_BYTES_MAX = 4194304,
    ROUNDS_MS = 1000,
    CLEAN_MS = 60000,
    CLEAN_ROWS = 500,
    COMMANDS_MAX = 16,  /* of at most 256 kB each */
    ONLY_ONE_MS = 5000, /* for the session of a relay that has just ended to go */
    MINUTE_US = 60000000
};

/* Handed over and not yet acknowledged. */
typedef struct UnderWay {
    enum { UNDER_WAY_NOTHING, UNDER_WAY_ROWS, UNDER_WAY_COMMANDS, UNDER_WAY_TICKS } what;
    OutboxPosition position; /* rows: where the partition stands */
    OutboxPlace last;        /* rows: of those sent */
    RelayTally tally;        /* rows: by kind */
    int64_t sent_us;         /* when the first was handed over (monotonic) */
    const RelayCommand *commands;
    size_t command_count;
} UnderWay;

typedef struct Relay {
    const RelaySettings *settings;
    char case_topic[NAME_MAX_SIZE];
    char report_topic[NAME_MAX_SIZE];
    int32_t partition_count;
    RelayStore *store;
    Sender sender;
    Arena *arena;
    UnderWay under_way;
    bool working;     /* under the lock that the store holds */
    bool standing_by; /* and it was said */
    bool from_end;    /* still to be done */
    bool ticked;
    int64_t ticked_ms;
    bool cleaned;
    int64_t cleaned_ms;
    int64_t opened_ms;
} Relay;

static void pause_ms(int64_t wait_ms)
{
    struct timespec wait = {.tv_sec = wait_ms / 1000, .tv_nsec = (wait_ms % 1000) * 1000000L};
    nanosleep(&wait, NULL);
}

/* ---- beginning and ending work ---- */

/* Nobody will tell what became of what is under way. */
static void drop_sender(Relay *relay)
{
    if (relay->under_way.what != UNDER_WAY_NOTHING)
        metrics_given_up();
    sender_close(&relay->sender);
    relay->under_way.what = UNDER_WAY_NOTHING;
}

/* The lock is gone: all of it again from the stored positions, by whoever has the lock next. */
static void stop_work(Relay *relay)
{
    drop_sender(relay);
    relay->working = false;
    metrics_working(false);
}

static bool put_to_end(Relay *relay, Error *error)
{
    int64_t passed = 0;
    int64_t held = 0;
    if (!relay->from_end)
        return true;
    if (!relay_store_to_end(relay->store, &passed, &held, error))
        return false;
    relay->from_end = false;
    log_event(LOG_INFO, "from_end", LOG_INT("rows_passed_over", passed),
              LOG_INT("held_partitions", held));
    return true;
}

static bool open_sender(Relay *relay, Error *error)
{
    const SenderSpec spec = {.brokers = relay->settings->brokers,
                             .case_topic = relay->case_topic,
                             .report_topic = relay->report_topic,
                             .partition_count = relay->partition_count};
    return sender_is_open(&relay->sender) || sender_open(&spec, &relay->sender, error);
}

static bool begin_work(Relay *relay, Error *error)
{
    if (!open_sender(relay, error))
        return false;
    if (relay->working)
        return true;
    if (!relay_store_make_positions(relay->store, relay->partition_count, error) ||
        !put_to_end(relay, error))
        return false;
    relay->working = true;
    metrics_working(true);
    relay->standing_by = false;
    log_event(LOG_INFO, "working", LOG_INT("partitions", relay->partition_count));
    return true;
}

static bool stand_by(Relay *relay, Error *error)
{
    if (relay->from_end && clock_monotonic_ms() - relay->opened_ms > ONLY_ONE_MS)
        return error_set(error, ERROR_FATAL,
                         "another relay is at work; --from-end wants it ended first");
    if (!relay->standing_by)
        log_event(LOG_INFO, "standing_by", LOG_STRING("reason", "another relay has the lock"));
    relay->standing_by = true;
    pause_ms(relay->settings->poll_ms);
    return true;
}

/* ---- work ---- */

static bool say_unsettled(const UnderWay *under_way, Error *error)
{
    if (under_way->what == UNDER_WAY_TICKS)
        return error_prefix(error, "ticks");
    if (under_way->what == UNDER_WAY_COMMANDS)
        return error_prefix(error, "commands from %.*s on", TEXT_ARGS(under_way->commands[0].id));
    return error_prefix(error, "outbox behind %d/%lld/%d", under_way->position.partition,
                        (long long)under_way->position.place.report_offset,
                        under_way->position.place.n);
}

/* They were acknowledged. */
static bool note_sent(Relay *relay, const UnderWay *under_way, Error *error)
{
    if (under_way->what == UNDER_WAY_ROWS)
        return relay_store_advance(relay->store, &under_way->position, &under_way->last, error);
    return under_way->what != UNDER_WAY_COMMANDS ||
           relay_store_commands_sent(relay->store, under_way->commands, under_way->command_count,
                                     error);
}

static void count_sent(const Relay *relay, const UnderWay *under_way)
{
    if (under_way->what == UNDER_WAY_ROWS)
        metrics_rows(&under_way->tally, under_way->sent_us);
    else if (under_way->what == UNDER_WAY_COMMANDS)
        metrics_commands(under_way->command_count, under_way->sent_us);
    else
        metrics_ticks((size_t)relay->partition_count, under_way->sent_us);
}

/* Waits for what is under way, and notes that it was sent. */
static bool settle(Relay *relay, Error *error)
{
    UnderWay *under_way = &relay->under_way;
    if (under_way->what == UNDER_WAY_NOTHING)
        return true;
    if (!sender_settle(&relay->sender, error)) {
        say_unsettled(under_way, error);
        if (!sender_is_open(&relay->sender))
            drop_sender(relay);
        return false;
    }
    if (!note_sent(relay, under_way, error))
        return false;
    count_sent(relay, under_way);
    under_way->what = UNDER_WAY_NOTHING;
    return true;
}

static bool tick(Relay *relay, Error *error)
{
    int64_t now_ms = clock_monotonic_ms();
    if (relay->settings->tick_s == 0 ||
        (relay->ticked && now_ms - relay->ticked_ms < relay->settings->tick_s * 1000))
        return true;
    arena_reset(relay->arena);
    int64_t began_us = clock_monotonic_us();
    if (!sender_put_ticks(&relay->sender, clock_wall_us() / MINUTE_US, relay->arena, error)) {
        drop_sender(relay);
        return false;
    }
    relay->ticked = true;
    relay->ticked_ms = now_ms;
    relay->under_way = (UnderWay){.what = UNDER_WAY_TICKS, .sent_us = began_us};
    return settle(relay, error);
}

/* Settles what was handed over before `reason`, if any, ended it. */
static bool settle_up_to(Relay *relay, const Error *reason, Error *blocked, Error *error)
{
    if (reason->verdict == ERROR_REJECT) {
        *blocked = *reason;
        blocked->verdict = ERROR_RETRY;
    } else if (reason->verdict != ERROR_NONE) {
        drop_sender(relay);
        *error = *reason;
        return false;
    }
    return settle(relay, error);
}

/* The next rows of one partition. A row that cannot be sent ends the batch before it and is told in *blocked. */
static bool
publish(Relay *relay, const OutboxPosition *position, bool *any, Error *blocked, Error *error)
{
    OutboxBatch batch;
    if (!relay_store_read(relay->store, position, (int32_t)relay->settings->batch_max,
                          BATCH_BYTES_MAX, &batch, error))
        return false;
    Error reason = {0};
    size_t sent = 0;
    UnderWay under_way = {
        .what = UNDER_WAY_ROWS, .position = *position, .sent_us = clock_monotonic_us()};
    while (sent < batch.count && sender_put(&relay->sender, position->partition, &batch.rows[sent],
                                            relay->arena, &reason))
        metrics_tally(&under_way.tally, &batch.rows[sent++]);
    if (sent > 0) {
        under_way.last = batch.rows[sent - 1].place;
        relay->under_way = under_way;
    }
    outbox_batch_done(&batch);
    *any = *any || sent > 0;
    return settle_up_to(relay, &reason, blocked, error);
}

/* The next commands, likewise. */
static bool publish_commands(Relay *relay, bool *any, Error *blocked, Error *error)
{
    RelayCommand *commands;
    size_t count;
    if (!relay_store_commands(relay->store, COMMANDS_MAX, relay->arena, &commands, &count, error))
        return false;
    Error reason = {0};
    size_t sent = 0;
    int64_t began_us = clock_monotonic_us();
    while (sent < count &&
           sender_put_command(&relay->sender, &commands[sent], relay->arena, &reason))
        sent++;
    if (sent > 0)
        relay->under_way = (UnderWay){.what = UNDER_WAY_COMMANDS,
                                      .commands = commands,
                                      .command_count = sent,
                                      .sent_us = began_us};
    *any = *any || sent > 0;
    return settle_up_to(relay, &reason, blocked, error);
}

/* Commands that wait, and one batch of each partition that has rows. */
static bool publish_round(Relay *relay, bool *any, Error *blocked, Error *error)
{
    OutboxPosition *positions;
    size_t count;
    *any = false;
    arena_reset(relay->arena);
    if (!publish_commands(relay, any, blocked, error) ||
        !relay_store_waiting(relay->store, relay->arena, &positions, &count, error))
        return false;
    for (size_t i = 0; i < count && !service_stopping(); i++) {
        ArenaMark mark = arena_mark(relay->arena);
        if (!publish(relay, &positions[i], any, blocked, error))
            return false;
        arena_rewind(relay->arena, mark);
        service_progress();
    }
    return true;
}

static bool clean(Relay *relay, Error *error)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t deleted = 0;
    if (relay->cleaned && now_ms - relay->cleaned_ms < CLEAN_MS)
        return true;
    if (!relay_store_clean(relay->store, relay->settings->keep_days, CLEAN_ROWS, &deleted, error))
        return false;
    metrics_deleted(deleted);
    relay->cleaned = deleted < CLEAN_ROWS; /* otherwise there may be more */
    relay->cleaned_ms = now_ms;
    return true;
}

static bool work(Relay *relay, Error *error)
{
    int64_t until_ms = clock_monotonic_ms() + ROUNDS_MS;
    Error blocked = {0};
    bool any = false;
    if (!settle(relay, error))
        return false;
    do {
        if (!publish_round(relay, &any, &blocked, error))
            return false;
    } while (any && clock_monotonic_ms() < until_ms && !service_stopping());
    /* Ticks come behind a question to the server: who has lost the lock knows it by now. */
    if (!tick(relay, error) || !clean(relay, error))
        return false;
    if (blocked.verdict != ERROR_NONE) {
        drop_sender(relay); /* the next one reads the topics' limits anew */
        *error = blocked;
        return false;
    }
    return any || sender_wait(&relay->sender, (int)relay->settings->poll_ms, error);
}

/* ---- life ---- */

bool relay_open(const void *settings, void **state, Error *error)
{
    Relay *relay = calloc(1, sizeof(*relay));
    if (relay == NULL)
        abort();
    const RelaySettings *given = settings;
    relay->settings = given;
    metrics_begin();
    relay->from_end = given->from_end;
    relay->opened_ms = clock_monotonic_ms();
    snprintf(relay->case_topic, sizeof(relay->case_topic), "%sonecase.case", given->topic_prefix);
    snprintf(relay->report_topic, sizeof(relay->report_topic), "%sonecase.report",
             given->topic_prefix);
    const RelayStoreSpec store = {.conninfo = given->conninfo,
                                  .report_topic = relay->report_topic,
                                  .case_topic = relay->case_topic,
                                  .takeover_ms = (int)given->takeover_ms};
    relay->store = relay_store_new(&store);
    relay->arena = arena_new(ARENA_BLOCK);
    if (relay_store_partition_count(relay->store, &relay->partition_count, error)) {
        *state = relay;
        return true;
    }
    relay_close(relay);
    return false;
}

bool relay_step(void *state, Error *error)
{
    Relay *relay = state;
    bool held = false;
    if (relay_store_lock(relay->store, &held, error) && !held)
        return stand_by(relay, error);
    bool well = held && begin_work(relay, error) && work(relay, error);
    if (!relay_store_locked(relay->store))
        stop_work(relay);
    return well;
}

void relay_idle(void *state, int wait_ms)
{
    Relay *relay = state;
    Error error = {0};
    if (!sender_is_open(&relay->sender))
        pause_ms(wait_ms);
    else if (!sender_wait(&relay->sender, wait_ms, &error))
        drop_sender(relay);
    if (!relay_store_locked(relay->store) || !relay_store_keep(relay->store, &error))
        stop_work(relay);
}

bool relay_drain(void *state, Error *error)
{
    Relay *relay = state;
    if (!settle(relay, error) && error->verdict == ERROR_RETRY) {
        /* Nothing is lost: it goes out again. */
        log_event(LOG_WARN, "unacknowledged", LOG_STRING("reason", error->text));
        error_clear(error);
        return true;
    }
    return error->verdict == ERROR_NONE;
}

void relay_close(void *state)
{
    Relay *relay = state;
    sender_close(&relay->sender);
    relay_store_free(relay->store);
    arena_free(relay->arena);
    free(relay);
}
