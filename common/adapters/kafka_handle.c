/*
 * Common ground of the three Kafka adapters: configuration and the translation of librdkafka's
 * error codes.
 */
#include "adapters/kafka_handle.h"

#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { REASON_SIZE = 256, DESTROY_LIMIT_S = 5 };

/* librdkafka's own lines (also from its threads) are for debugging; what matters comes back as an
 * error. */
static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
    (void)client;
    (void)level;
    log_event(LOG_DEBUG, "librdkafka", LOG_STRING("facility", facility), LOG_STRING("text", text));
}

static bool set_property(rd_kafka_conf_t *conf, const KafkaProperty *property, Error *error)
{
    char reason[REASON_SIZE];
    if (rd_kafka_conf_set(conf, property->name, property->value, reason, sizeof(reason)) !=
        RD_KAFKA_CONF_OK)
        return error_set(error, ERROR_FATAL, "cannot set Kafka property %s: %s", property->name,
                         reason);
    return true;
}

bool kafka_handle_conf(const KafkaClientSpec *spec,
                       const KafkaProperty *properties,
                       size_t count,
                       rd_kafka_conf_t **conf,
                       Error *error)
{
    const KafkaProperty common[] = {
        {"bootstrap.servers", spec->brokers}, {"client.id", spec->client_id},
        {"reconnect.backoff.ms", "100"},      {"reconnect.backoff.max.ms", "2000"},
        {"socket.nagle.disable", "true"},     {"socket.keepalive.enable", "true"},
    };
    *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(*conf, on_log);
    bool good = true;
    for (size_t i = 0; good && i < sizeof(common) / sizeof(common[0]); i++)
        good = set_property(*conf, &common[i], error);
    for (size_t i = 0; good && i < count; i++)
        good = set_property(*conf, &properties[i], error);
    for (size_t i = 0; good && i < spec->property_count; i++)
        good = set_property(*conf, &spec->properties[i], error);
    if (!good) {
        rd_kafka_conf_destroy(*conf);
        *conf = NULL;
    }
    return good;
}

bool kafka_handle_new(rd_kafka_type_t type,
                      rd_kafka_conf_t *conf,
                      rd_kafka_t **client,
                      Error *error)
{
    char reason[REASON_SIZE];
    *client = rd_kafka_new(type, conf, reason, sizeof(reason));
    if (*client == NULL) {
        rd_kafka_conf_destroy(conf);
        return error_set(error, ERROR_FATAL, "cannot make a Kafka client: %s", reason);
    }
    return true;
}

ErrorVerdict kafka_handle_verdict(rd_kafka_resp_err_t code)
{
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR__NOT_CONFIGURED:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        return ERROR_FATAL;
    default:
        return ERROR_RETRY;
    }
}

bool kafka_handle_error(Error *error, rd_kafka_resp_err_t code, const char *what)
{
    return error_set(error, kafka_handle_verdict(code), "%s: %s", what, rd_kafka_err2str(code));
}

bool kafka_handle_fatal(rd_kafka_t *client, Error *error)
{
    char reason[REASON_SIZE];
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(client, reason, sizeof(reason));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set_at(error, ERROR_FATAL, KAFKA_CLIENT_FAILED, NULL,
                            "the Kafka client cannot go on");
    return error_set_at(error, ERROR_FATAL, KAFKA_CLIENT_FAILED, NULL,
                        "the Kafka client cannot go on: %s", reason);
}

static int64_t library_offset(int64_t offset)
{
    switch (offset) {
    case KAFKA_OFFSET_BEGINNING:
        return RD_KAFKA_OFFSET_BEGINNING;
    case KAFKA_OFFSET_COMMITTED:
        return RD_KAFKA_OFFSET_STORED;
    case KAFKA_OFFSET_NONE:
        return RD_KAFKA_OFFSET_INVALID;
    default:
        return offset;
    }
}

rd_kafka_topic_partition_list_t *kafka_handle_list(const KafkaPosition *positions, size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, positions[i].topic, positions[i].partition)
            ->offset = library_offset(positions[i].offset);
    return list;
}

void kafka_handle_commit(const rd_kafka_topic_partition_t *answer,
                         Arena *arena,
                         KafkaCommit *commit)
{
    commit->offset = answer->offset >= 0 ? answer->offset : KAFKA_OFFSET_NONE;
    commit->note = TEXT_ABSENT;
    if (arena != NULL && answer->offset >= 0 && answer->metadata_size > 0)
        commit->note = text_copy(arena, (Text){answer->metadata, answer->metadata_size});
}

/* ---- end ---- */

typedef struct Ending {
    rd_kafka_t *client;
    int flags;
} Ending;

static void *destroy(void *argument)
{
    Ending *ending = argument;
    rd_kafka_destroy_flags(ending->client, ending->flags);
    free(ending);
    return NULL;
}

void kafka_handle_destroy(rd_kafka_t *client, int flags)
{
    pthread_t thread;
    Ending *ending = kafka_handle_alloc(malloc(sizeof(*ending)));
    *ending = (Ending){client, flags};
    if (pthread_create(&thread, NULL, destroy, ending) != 0) {
        destroy(ending);
        return;
    }
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += DESTROY_LIMIT_S;
    if (pthread_timedjoin_np(thread, NULL, &until) == 0)
        return;
    pthread_detach(thread);
    log_event(LOG_WARN, "client_stuck",
              LOG_STRING("reason", "the Kafka client does not end; it is left behind"));
}

void *kafka_handle_alloc(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}
