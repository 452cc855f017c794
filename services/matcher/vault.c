/*
 * One producer, opened when it is first needed: most matchers never bury a record.
 */
#include "vault.h"

#include "adapters/kafka_admin.h"
#include "adapters/kafka_producer.h"

#include <stdlib.h>

enum { ASK_MS = 10000, FLUSH_MS = 30000 };

struct Vault {
    VaultSpec spec;
    KafkaProducer *producer;
    int64_t limit; /* bytes of a record, once connected */
    Error failure; /* of a delivery */
};

Vault *vault_new(const VaultSpec *spec)
{
    Vault *vault = calloc(1, sizeof(*vault));
    if (vault == NULL)
        abort();
    vault->spec = *spec;
    return vault;
}

void vault_free(Vault *vault)
{
    if (vault == NULL)
        return;
    kafka_producer_close(vault->producer);
    free(vault);
}

static void delivered(void *context, const KafkaDelivery *delivery)
{
    Vault *vault = context;
    if (!delivery->delivered)
        error_set(&vault->failure, ERROR_RETRY, "vault: %s", delivery->error.text);
}

static bool connect_vault(Vault *vault, Error *error)
{
    if (vault->producer != NULL)
        return true;
    KafkaClientSpec client = {.brokers = vault->spec.brokers, .client_id = "onecase-matcher"};
    KafkaTopicLimit limit = {.topic = vault->spec.topic};
    KafkaAdmin *admin = NULL;
    bool known = kafka_admin_open(&client, ASK_MS, &admin, error) &&
                 kafka_admin_record_limit(admin, vault->spec.topic, &limit.bytes, error);
    kafka_admin_close(admin);
    if (!known)
        return error_prefix(error, "vault");
    vault->limit = limit.bytes;
    KafkaProducerSpec spec = {.client = client,
                              .limits = &limit,
                              .limit_count = 1,
                              .delivered = delivered,
                              .context = vault};
    return kafka_producer_open(&spec, &vault->producer, error);
}

static bool send(Vault *vault, const KafkaMessage *message, Error *error)
{
    for (;;) {
        if (kafka_producer_send(vault->producer, message, error))
            return true;
        if (error->verdict != ERROR_RETRY)
            return false;
        error_clear(error); /* the queue is full: wait for acknowledgements */
        if (!vault_flush(vault, error))
            return false;
    }
}

bool vault_put(Vault *vault,
               const KafkaRecord *record,
               const RecordHead *head,
               const RecordNote *note,
               Arena *arena,
               Error *error)
{
    VaultHead kept = {
        .origin = head->origin,
        .stage = note->stage,
        .rule = note->rule,
        .pointer = note->pointer,
        .sha256 = note->sha256,
        .mapping = head->mapping,
        .source = head->source,
        .region = record->key,
        .timestamp_ms = record->timestamp_us > 0 ? record->timestamp_us / 1000 : 0,
        .items = head->items,
        .attempt = head->attempt,
        .canonical = true,
    };
    if (!connect_vault(vault, error))
        return false;
    RecordHeader *theirs = NULL;
    size_t count = 0;
    kafka_record_headers(record, arena, &theirs, &count);
    kept.truncated = !vault_head_fits(&kept, theirs, count, record->value, vault->limit);
    RecordHeader *headers;
    count = vault_head_write(&kept, theirs, kept.truncated ? 0 : count, arena, &headers);
    const KafkaMessage message = {
        .topic = vault->spec.topic,
        .partition = -1,
        .key = record_origin_text(arena, &head->origin),
        .value = kept.truncated ? TEXT_ABSENT : record->value,
        .headers = headers,
        .header_count = count,
    };
    return send(vault, &message, error);
}

bool vault_flush(Vault *vault, Error *error)
{
    if (vault->producer == NULL)
        return true;
    vault->failure = (Error){0};
    if (!kafka_producer_flush(vault->producer, FLUSH_MS, error))
        return false;
    if (vault->failure.verdict != ERROR_NONE) {
        *error = vault->failure;
        return false;
    }
    return true;
}
