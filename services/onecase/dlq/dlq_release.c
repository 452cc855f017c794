/*
 * A record of onecase.redrive is the vault's, with oc-attempt and oc-command: intake needs nothing else to try it again. The
 * producer holds a bounded queue, so of the bytes few are in memory.
 */
#include "dlq_release.h"

#include "send/send_stop.h"

#include "base/clock.h"

#include "adapters/kafka_admin.h"
#include "adapters/kafka_producer.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ASK_MS = 10000, FLUSH_MS = 30000, LOOK_MS = 200, ADDED = 2, SCRATCH_BLOCK = 65536 };

typedef struct Writing {
    const DlqRelease *release;
    const char *topic;
    KafkaProducer *producer;
    Arena *scratch;
    size_t written;
    Error failure; /* of a delivery */
} Writing;

/* ---- writing ---- */

static void delivered(void *context, const KafkaDelivery *delivery)
{
    Writing *writing = context;
    if (delivery->delivered)
        writing->written++;
    else
        error_set(&writing->failure, ERROR_FATAL, "%s: %s", writing->topic, delivery->error.text);
}

static bool connect_producer(Writing *writing, const char *brokers, Error *error)
{
    const KafkaClientSpec client = {.brokers = brokers, .client_id = "onecase-dlq"};
    KafkaTopicLimit limit = {.topic = writing->topic};
    KafkaAdmin *admin = NULL;
    bool known = kafka_admin_open(&client, ASK_MS, &admin, error) &&
                 kafka_admin_record_limit(admin, writing->topic, &limit.bytes, error);
    kafka_admin_close(admin);
    const KafkaProducerSpec spec = {.client = client,
                                    .limits = &limit,
                                    .limit_count = 1,
                                    .delivered = delivered,
                                    .context = writing};
    return known && kafka_producer_open(&spec, &writing->producer, error);
}

static bool is_replaced(const RecordHeader *header)
{
    return text_is(header->name, "oc-attempt") || text_is(header->name, "oc-bytes-at") ||
           text_is(header->name, "oc-command");
}

static size_t
write_headers(const Writing *writing, size_t index, const VaultLetter *held, RecordHeader *headers)
{
    Arena *arena = writing->scratch;
    size_t count = 0;
    for (size_t i = 0; i < held->original_count; i++)
        headers[count++] = held->original[i];
    for (size_t i = 0; i < held->own_count; i++)
        if (!is_replaced(&held->own[i]))
            headers[count++] = held->own[i];
    bool keyed = !text_is_absent(vault_header(held->own, held->own_count, "oc-key"));
    if (!keyed && !text_is_absent(held->key))
        headers[count++] = (RecordHeader){TEXT("oc-key"), held->key};
    int32_t attempt = writing->release->letters->items[index].attempt + 1;
    headers[count++] = (RecordHeader){TEXT("oc-attempt"), text_format(arena, "%d", attempt)};
    headers[count++] = (RecordHeader){TEXT("oc-command"), writing->release->commands[index]};
    return count;
}

/* A full queue is waited for. */
static bool send(Writing *writing, const KafkaMessage *message, Error *error)
{
    while (!kafka_producer_send(writing->producer, message, error)) {
        if (error->verdict != ERROR_RETRY)
            return false;
        error_clear(error);
        if (!kafka_producer_poll(writing->producer, LOOK_MS, error))
            return false;
    }
    return true;
}

static bool write_letter(void *context, size_t index, const VaultLetter *held, Error *error)
{
    Writing *writing = context;
    arena_reset(writing->scratch);
    size_t room = held->original_count + held->own_count + ADDED + 1;
    RecordHeader *headers = ARENA_ARRAY(writing->scratch, RecordHeader, room);
    const KafkaMessage message = {.topic = writing->topic,
                                  .partition = -1,
                                  .key = writing->release->letters->items[index].origin,
                                  .value = held->value,
                                  .headers = headers,
                                  .header_count = write_headers(writing, index, held, headers)};
    if (!send(writing, &message, error))
        return error_prefix(error, "%.*s", TEXT_ARGS(message.key));
    if (writing->failure.verdict != ERROR_NONE)
        *error = writing->failure;
    return error->verdict == ERROR_NONE;
}

bool dlq_release_write(const DlqRelease *release,
                       const VaultSpec *vault,
                       size_t *written,
                       Error *error)
{
    Writing writing = {.release = release,
                       .topic = dlq_topic(release->dlq, "onecase.redrive"),
                       .scratch = arena_new(SCRATCH_BLOCK)};
    bool good =
        connect_producer(&writing, release->dlq->options->brokers, error) &&
        vault_each(vault, release->wanted, release->letters->count, write_letter, &writing, error);
    if (writing.producer != NULL) {
        Error late = {0};
        bool flushed = kafka_producer_flush(writing.producer, FLUSH_MS, &late);
        if (flushed && writing.failure.verdict != ERROR_NONE)
            late = writing.failure;
        if (good && late.verdict != ERROR_NONE)
            *error = late;
        good = good && late.verdict == ERROR_NONE;
    }
    kafka_producer_close(writing.producer);
    arena_free(writing.scratch);
    *written = writing.written;
    return good;
}

/* ---- waiting ---- */

#define RELEASED_LETTERS                                                                           \
    " from unnest(string_to_array($1, ','), string_to_array($2, ',')::integer[],"                  \
    "             string_to_array($3, ',')::bigint[], string_to_array($4, ',')::integer[],"        \
    "             string_to_array($5, ',')::integer[])"                                            \
    "      as asked (topic, partition, kafka_offset, item, attempt)"                               \
    " join onecase.dead_letters letter using (topic, partition, kafka_offset, item)"

static const PostgresStatement LOOK = {
    "dlq_look",
    "select count(*) filter (where state = 'resolved'),"
    "       count(*) filter (where state <> 'resolved' and letter.attempt > asked.attempt),"
    "       count(*) filter (where state = 'released' and letter.attempt = asked."
    "attempt)" RELEASED_LETTERS};

static const PostgresStatement FAILED = {
    "dlq_failed",
    "select stage, rule, pointer, min(message), min(" DLQ_GROUP_OF "), count(*)" RELEASED_LETTERS
    " where state <> 'resolved' and letter.attempt > asked.attempt"
    " group by stage, rule, pointer order by count(*) desc, stage, rule, pointer"
    " limit 20"};

enum { ASKED = 5 };

static void write_asked(const DlqRelease *release, PostgresParam params[ASKED])
{
    TextBuilder columns[ASKED];
    for (size_t k = 0; k < ASKED; k++)
        columns[k] = builder_new(release->dlq->arena);
    for (size_t i = 0; i < release->letters->count; i++) {
        const DlqLetter *letter = &release->letters->items[i];
        if (release->wanted[i].skip)
            continue;
        for (size_t k = 0; k < ASKED; k++)
            builder_string(&columns[k], columns[k].size > 0 ? "," : "");
        builder_text(&columns[0], letter->at.topic);
        builder_int(&columns[1], letter->at.partition);
        builder_int(&columns[2], letter->at.offset);
        builder_int(&columns[3], letter->at.item);
        builder_int(&columns[4], letter->attempt);
    }
    for (size_t k = 0; k < ASKED; k++)
        params[k] = postgres_param_text(builder_view(&columns[k]));
}

static bool
look(const DlqRelease *release, const PostgresParam *params, DlqReturned *returned, Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    if (!postgres_call(release->dlq->pg, &LOOK, params, ASKED, &rows, error))
        return false;
    returned->taken = postgres_int(rows, 0, 0);
    returned->failed = postgres_int(rows, 0, 1);
    returned->under_way = postgres_int(rows, 0, 2);
    return true;
}

static bool ask_causes(const DlqRelease *release,
                       const PostgresParam *params,
                       DlqReturned *returned,
                       Error *error)
{
    enum { STAGE, RULE, POINTER, MESSAGE, GROUP, COUNT };
    POSTGRES_RESULT_AUTO *rows = NULL;
    Arena *arena = release->dlq->arena;
    if (!postgres_call(release->dlq->pg, &FAILED, params, ASKED, &rows, error))
        return false;
    returned->causes = ARENA_ARRAY(arena, DlqFailed, postgres_rows(rows));
    for (int row = 0; row < postgres_rows(rows); row++)
        returned->causes[returned->cause_count++] =
            (DlqFailed){.stage = text_copy(arena, postgres_text(rows, row, STAGE)),
                        .rule = text_copy(arena, postgres_text(rows, row, RULE)),
                        .pointer = text_copy(arena, postgres_text(rows, row, POINTER)),
                        .message = text_copy(arena, postgres_text(rows, row, MESSAGE)),
                        .group = text_copy(arena, postgres_text(rows, row, GROUP)),
                        .count = postgres_int(rows, row, COUNT)};
    return true;
}

bool dlq_release_await(const DlqRelease *release, DlqReturned *returned, Error *error)
{
    PostgresParam params[ASKED];
    write_asked(release, params);
    *returned = (DlqReturned){0};
    int64_t until_ms = clock_monotonic_ms() + release->dlq->options->wait_ms;
    for (;;) {
        if (!look(release, params, returned, error))
            return false;
        if (returned->under_way == 0 || clock_monotonic_ms() >= until_ms || send_stop_asked())
            break;
        (void)nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
    }
    return returned->failed == 0 || ask_causes(release, params, returned, error);
}
