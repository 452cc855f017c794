/*
 * Producer and receipts. A receipt lives in the batch's arena, which is kept until nothing is under way any more.
 */
#include "sender.h"

#include "metrics.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 1000, POLL_MS = 50, LINGER_MS = 2 };

static void on_delivered(void *context, const KafkaDelivery *delivery)
{
    Sender *sender = context;
    Receipt *receipt = delivery->opaque;
    if (delivery->delivered) {
        receipt->state = RECEIPT_DELIVERED;
        metrics_acknowledged(receipt->sent_us);
    } else if (delivery->error.verdict == ERROR_REJECT) {
        receipt->state = RECEIPT_REFUSED;
        snprintf(receipt->rule, sizeof(receipt->rule), "%s", delivery->error.rule);
    } else {
        sender->failure = delivery->error;
    }
}

static char *prefixed(const char *prefix, const char *topic)
{
    char *name;
    if (asprintf(&name, "%s%s", prefix, topic) < 0)
        abort();
    return name;
}

static bool read_limits(KafkaAdmin *admin, KafkaTopicLimit *limits, size_t count, Error *error)
{
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = kafka_admin_record_limit(admin, limits[i].topic, &limits[i].bytes, error);
    return good;
}

/* A record that is sent on to its home region has one header more (oc-forwarded: a region), and must fit then too. */
enum { ROOM_TO_GO_HOME = 256 };

bool sender_open(const IntakeSettings *settings, KafkaAdmin *admin, Sender *sender, Error *error)
{
    *sender = (Sender){.report_topic = prefixed(settings->topic_prefix, "onecase.report"),
                       .vault_topic = prefixed(settings->topic_prefix, "onecase.deadletter")};
    KafkaTopicLimit limits[] = {{.topic = sender->report_topic}, {.topic = sender->vault_topic}};
    const KafkaProducerSpec spec = {
        .client = {.brokers = settings->brokers, .client_id = "intake"},
        .limits = limits,
        .limit_count = sizeof(limits) / sizeof(limits[0]),
        .linger_ms = LINGER_MS,
        .delivered = on_delivered,
        .context = sender,
    };
    if (!read_limits(admin, limits, spec.limit_count, error)) {
        sender_close(sender);
        return false;
    }
    limits[0].bytes -= ROOM_TO_GO_HOME;
    sender->vault_bytes = limits[1].bytes;
    if (kafka_producer_open(&spec, &sender->producer, error))
        return true;
    sender_close(sender);
    return false;
}

void sender_close(Sender *sender)
{
    kafka_producer_close(sender->producer);
    free(sender->report_topic);
    free(sender->vault_topic);
    *sender = (Sender){0};
}

static bool check_failure(const Sender *sender, Error *error)
{
    if (sender->failure.verdict == ERROR_NONE)
        return true;
    *error = sender->failure;
    return false;
}

bool sender_put(Sender *sender, KafkaMessage *message, Receipt *receipt, Error *error)
{
    int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
    message->opaque = receipt;
    for (;;) {
        Error reason = {0};
        if (kafka_producer_send(sender->producer, message, &reason)) {
            receipt->state = RECEIPT_SENT;
            receipt->sent_us = clock_monotonic_us();
            return true;
        }
        if (reason.verdict == ERROR_REJECT) {
            *receipt = (Receipt){.state = RECEIPT_REFUSED, .certain = true};
            snprintf(receipt->rule, sizeof(receipt->rule), "%s", reason.rule);
            return true;
        }
        if (reason.verdict != ERROR_RETRY || clock_monotonic_ms() >= deadline) {
            *error = reason;
            return false;
        }
        if (!kafka_producer_poll(sender->producer, POLL_MS, error) || !check_failure(sender, error))
            return false;
    }
}

bool sender_settle(Sender *sender, Error *error)
{
    return kafka_producer_flush(sender->producer, PATIENCE_MS, error) &&
           check_failure(sender, error);
}
