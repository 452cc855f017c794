/*
 * One producer, opened when it is first needed: most matchers never bury a record.
 */
#include "vault.h"

#include "adapters/kafka_admin.h"
#include "adapters/kafka_producer.h"

#include <stdlib.h>
#include <string.h>

enum { ASK_MS = 10000, FLUSH_MS = 30000 };

struct Vault {
    VaultSpec spec;
    KafkaProducer *producer;
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
               const Origin *origin,
               const RecordNote *note,
               Arena *arena,
               Error *error)
{
    enum { ADDED = 6 };
    if (!connect_vault(vault, error))
        return false;
    RecordHeader *theirs = NULL;
    size_t count = 0;
    kafka_record_headers(record, arena, &theirs, &count);
    RecordHeader *headers = ARENA_ARRAY(arena, RecordHeader, count + ADDED);
    if (count > 0)
        memcpy(headers, theirs, count * sizeof(*headers));
    Text key = record_origin_text(arena, origin);
    headers[count++] = (RecordHeader){TEXT("oc-origin"), key};
    headers[count++] = (RecordHeader){TEXT("oc-stage"), note->stage};
    headers[count++] = (RecordHeader){TEXT("oc-rule"), note->rule};
    headers[count++] = (RecordHeader){TEXT("oc-pointer"), note->pointer};
    headers[count++] = (RecordHeader){TEXT("oc-sha256"), note->sha256};
    KafkaMessage message = {.topic = vault->spec.topic,
                            .partition = -1,
                            .key = key,
                            .value = record->value,
                            .headers = headers,
                            .header_count = count};
    if (send(vault, &message, error))
        return true;
    if (strcmp(error->rule, "too_large") != 0)
        return false;
    error_clear(error);
    headers[count++] = (RecordHeader){TEXT("oc-truncated"), TEXT("true")};
    message.value = TEXT_ABSENT;
    message.header_count = count;
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
