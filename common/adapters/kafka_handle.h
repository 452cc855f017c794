#ifndef ONECASE_ADAPTERS_KAFKA_HANDLE_H
#define ONECASE_ADAPTERS_KAFKA_HANDLE_H

#include "adapters/kafka_client.h"

#include <librdkafka/rdkafka.h>

/*
 * What kafka_consumer.c, kafka_producer.c and kafka_admin.c share below their headers. The only
 * header of ours that shows librdkafka; nobody else includes it.
 */

/*
 * A configuration with brokers, client id, log and the given properties, then the spec's own
 * (stronger). FATAL names the property that librdkafka refused. Owned by the caller until
 * kafka_handle_new.
 */
MUST_CHECK bool kafka_handle_conf(const KafkaClientSpec *spec,
                                  const KafkaProperty *properties,
                                  size_t count,
                                  rd_kafka_conf_t **conf,
                                  Error *error);

/* Makes the client; takes the configuration in any case. */
MUST_CHECK bool
kafka_handle_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **client, Error *error);

/* The one translation: RETRY for what may pass, FATAL for rights, credentials, settings and fatal
 * states. */
ErrorVerdict kafka_handle_verdict(rd_kafka_resp_err_t code);

/* Sets "what: reason" with that verdict. Returns false. */
bool kafka_handle_error(Error *error, rd_kafka_resp_err_t code, const char *what);

/* The error librdkafka calls fatal: its own text. Returns false. */
bool kafka_handle_fatal(rd_kafka_t *client, Error *error);

/* A list for librdkafka; our offset names translated. Destroy with
 * rd_kafka_topic_partition_list_destroy. */
rd_kafka_topic_partition_list_t *kafka_handle_list(const KafkaPosition *positions, size_t count);

/* What a group has committed, out of the answer; the note lives on the arena (NULL: no note is wanted). */
void kafka_handle_commit(const rd_kafka_topic_partition_t *answer,
                         Arena *arena,
                         KafkaCommit *commit);

/*
 * Destroys the client (rd_kafka_destroy_flags), in 5 s at most: librdkafka 2.0 waits for ever for a topic that was deleted
 * and made anew while it was read. Such a client is left behind, and that is logged.
 */
void kafka_handle_destroy(rd_kafka_t *client, int flags);

/* `memory`, or the end of the process when it is NULL. */
void *kafka_handle_alloc(void *memory);

#endif
