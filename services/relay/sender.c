/*
 * Producer of events, forwards, commands and ticks. `enable.gapless.guarantee` is set here and nowhere else: the other producers
 * bury a refused record and go on behind it, while here the order of a region must have no hole.
 */
#include "sender.h"

#include "event.h"

#include "base/clock.h"

#include "adapters/kafka_admin.h"

#include <string.h>

enum {
    ASK_MS = 5000,
    PATIENCE_MS = 3000,
    LINGER_MS = 2,
    LAST_REPORTS_MS = 500,
    QUEUE_KBYTES = 16384
};

static void on_delivered(void *context, const KafkaDelivery *delivery)
{
    Sender *sender = context;
    if (delivery->delivered)
        return;
    /* Those behind a refused record are only given back, and may be told first: the refusal says why. */
    if (sender->failure.verdict == ERROR_NONE || delivery->error.verdict == ERROR_REJECT)
        sender->failure = delivery->error;
}

static bool check_topics(KafkaAdmin *admin, KafkaTopicLimit limits[2], Sender *sender, Error *error)
{
    KafkaTopic report = {.name = sender->spec.report_topic};
    limits[0].topic = sender->spec.case_topic;
    limits[1].topic = sender->spec.report_topic;
    if (!kafka_admin_topic(admin, &report, error))
        return false;
    if (report.partitions != 0 && report.partitions != sender->spec.partition_count)
        return error_set(error, ERROR_FATAL,
                         "topic %s has %d partitions, the database was made for %d", report.name,
                         report.partitions, sender->spec.partition_count);
    return kafka_admin_record_limit(admin, limits[0].topic, &limits[0].bytes, error) &&
           kafka_admin_record_limit(admin, limits[1].topic, &limits[1].bytes, error);
}

bool sender_open(const SenderSpec *spec, Sender *sender, Error *error)
{
    static const KafkaProperty GAPLESS = {"enable.gapless.guarantee", "true"};
    *sender = (Sender){.spec = *spec};
    KafkaClientSpec client = {.brokers = spec->brokers, .client_id = "onecase-relay"};
    KafkaTopicLimit limits[2] = {{0}};
    KafkaAdmin *admin = NULL;
    bool well = kafka_admin_open(&client, ASK_MS, &admin, error) &&
                check_topics(admin, limits, sender, error);
    kafka_admin_close(admin);
    if (!well)
        return false;
    client.properties = &GAPLESS;
    client.property_count = 1;
    const KafkaProducerSpec producer = {
        .client = client,
        .limits = limits,
        .limit_count = 2,
        .linger_ms = LINGER_MS,
        .queue_kbytes = QUEUE_KBYTES,
        .delivered = on_delivered,
        .context = sender,
    };
    return kafka_producer_open(&producer, &sender->producer, error);
}

void sender_close(Sender *sender)
{
    kafka_producer_close(sender->producer);
    sender->producer = NULL;
}

bool sender_is_open(const Sender *sender)
{
    return sender->producer != NULL;
}

/* Reports that are still to come from a producer that is done for. */
static void take_last_reports(Sender *sender)
{
    int64_t until_ms = clock_monotonic_ms() + LAST_REPORTS_MS;
    Error ignored = {0};
    while (kafka_producer_in_flight(sender->producer) > 0 && clock_monotonic_ms() < until_ms)
        (void)!kafka_producer_poll(sender->producer, LAST_REPORTS_MS / 10, &ignored);
}

/*
 * What became of a producer that is done for, and its end. The refusal of one record ends it with "cannot go on", at any time after
 * the record was handed over, also while those behind it still are; the rows stay, and the next producer tries again.
 */
static bool give_up(Sender *sender, Error *error)
{
    take_last_reports(sender);
    if (sender->failure.verdict != ERROR_NONE)
        *error = sender->failure;
    if (sender->failure.verdict != ERROR_NONE || strcmp(error->rule, KAFKA_CLIENT_FAILED) == 0)
        error->verdict = ERROR_RETRY;
    sender_close(sender);
    return false;
}

static bool put(Sender *sender, const KafkaMessage *message, Error *error)
{
    if (kafka_producer_send(sender->producer, message, error))
        return true;
    if (strcmp(error->rule, KAFKA_CLIENT_FAILED) != 0)
        return false;
    give_up(sender, error);
    return error_prefix(error, "not handed over, one before it failed");
}

bool sender_put(Sender *sender, int32_t partition, const OutboxRow *row, Arena *arena, Error *error)
{
    RecordHeader *headers = NULL;
    size_t count = 0;
    bool well = event_headers(partition, row, arena, &headers, &count, error);
    const KafkaMessage message = {
        .topic = event_is_forward(row) ? sender->spec.report_topic : sender->spec.case_topic,
        .partition = -1,
        .key = row->region,
        .value = row->payload,
        .headers = headers,
        .header_count = count,
    };
    if (well && put(sender, &message, error))
        return true;
    return error_prefix(error, "outbox row %.*s", TEXT_ARGS(event_id(partition, row, arena)));
}

bool sender_put_command(Sender *sender, const RelayCommand *command, Arena *arena, Error *error)
{
    RecordHeader headers[RECORD_HEADERS_MAX + 1];
    const KafkaMessage message = {
        .topic = sender->spec.report_topic,
        .partition = command->partition,
        .value = command->value,
        .headers = headers,
        .header_count = event_command_headers(command, arena, headers),
    };
    return put(sender, &message, error) ||
           error_prefix(error, "command %.*s", TEXT_ARGS(command->id));
}

bool sender_put_ticks(Sender *sender, int64_t minute, Arena *arena, Error *error)
{
    RecordHeader headers[RECORD_HEADERS_MAX];
    for (int32_t i = 0; i < sender->spec.partition_count; i++) {
        const KafkaMessage message = {
            .topic = sender->spec.report_topic,
            .partition = i,
            .headers = headers,
            .header_count = event_tick_headers(i, minute, arena, headers),
        };
        if (!put(sender, &message, error))
            return false;
    }
    return true;
}

bool sender_settle(Sender *sender, Error *error)
{
    bool well = kafka_producer_flush(sender->producer, PATIENCE_MS, error);
    if (well && sender->failure.verdict == ERROR_NONE)
        return true;
    if (!well && error->verdict == ERROR_RETRY && sender->failure.verdict == ERROR_NONE)
        return false;
    return give_up(sender, error);
}

bool sender_wait(Sender *sender, int wait_ms, Error *error)
{
    return kafka_producer_poll(sender->producer, wait_ms, error) || give_up(sender, error);
}
