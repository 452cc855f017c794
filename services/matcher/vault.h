#ifndef ONECASE_SERVICES_MATCHER_VAULT_H
#define ONECASE_SERVICES_MATCHER_VAULT_H

#include "domain/vault_head.h"

#include "adapters/kafka_consumer.h"

/*
 * Topic onecase.deadletter: the bytes of records that the matcher finds dead, kept before their row is written.
 * Connects at the first dead letter.
 */
typedef struct Vault Vault;

typedef struct VaultSpec {
    const char *brokers;
    const char *topic; /* full name */
} VaultSpec;

Vault *vault_new(const VaultSpec *spec); /* texts outlive it */
void vault_free(Vault *vault);           /* NULL is fine */

/*
 * Sends value and headers of a canonical record with what the vault adds to them (domain/vault_head.h), key = the origin of its
 * head. Too large for the topic: without value and headers of its own, and marked oc-truncated.
 */
MUST_CHECK bool vault_put(Vault *vault,
                          const KafkaRecord *record,
                          const RecordHead *head,
                          const RecordNote *note,
                          Arena *arena,
                          Error *error);

/* Until everything put is acknowledged. RETRY when that takes too long. */
MUST_CHECK bool vault_flush(Vault *vault, Error *error);

#endif
