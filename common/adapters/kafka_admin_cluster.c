/*
 * The cluster as its metadata and the admin interface tell it. Texts of librdkafka end with their event, so all are copied.
 */
#include "adapters/kafka_admin_cluster.h"

#include "adapters/kafka_admin_parts.h"
#include "adapters/kafka_handle.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { REASON_SIZE = 256, NUMBER_SIZE = 16 };

static const char *copied(Arena *arena, const char *text)
{
    return text != NULL ? text_string(arena, text_from(text)) : "";
}

/* ---- brokers and copies ---- */

static void
take_partitions(const struct rd_kafka_metadata_topic *topic, Arena *arena, KafkaCluster *cluster)
{
    const char *name = copied(arena, topic->topic);
    for (int i = 0; i < topic->partition_cnt; i++) {
        const struct rd_kafka_metadata_partition *found = &topic->partitions[i];
        int32_t *brokers = ARENA_ARRAY(arena, int32_t, found->replica_cnt);
        for (int k = 0; k < found->replica_cnt; k++)
            brokers[k] = found->replicas[k];
        cluster->partitions[cluster->partition_count++] = (KafkaCopies){
            .topic = name,
            .partition = found->id,
            .leader = found->leader,
            .brokers = brokers,
            .count = found->replica_cnt,
            .in_sync = found->isr_cnt,
        };
    }
}

bool kafka_admin_cluster(KafkaAdmin *admin, Arena *arena, KafkaCluster *cluster, Error *error)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(admin->client, 1, NULL, &metadata, admin->limit_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(error, kafka_handle_verdict(code), "could not ask Kafka at %s: %s",
                         admin->brokers, rd_kafka_err2str(code));
    size_t partitions = 0;
    for (int i = 0; i < metadata->topic_cnt; i++)
        partitions += (size_t)metadata->topics[i].partition_cnt;
    *cluster = (KafkaCluster){
        .controller = rd_kafka_controllerid(admin->client, admin->limit_ms),
        .brokers = ARENA_ARRAY(arena, KafkaBroker, metadata->broker_cnt),
        .broker_count = (size_t)metadata->broker_cnt,
        .partitions = ARENA_ARRAY(arena, KafkaCopies, partitions),
    };
    for (int i = 0; i < metadata->broker_cnt; i++)
        cluster->brokers[i] = (KafkaBroker){.id = metadata->brokers[i].id,
                                            .host = copied(arena, metadata->brokers[i].host),
                                            .port = metadata->brokers[i].port};
    for (int i = 0; i < metadata->topic_cnt; i++)
        take_partitions(&metadata->topics[i], arena, cluster);
    rd_kafka_metadata_destroy(metadata);
    return true;
}

/* ---- settings of a broker ---- */

bool kafka_admin_broker_configs(KafkaAdmin *admin,
                                int32_t broker,
                                Arena *arena,
                                KafkaConfig **configs,
                                size_t *count,
                                Error *error)
{
    char number[NUMBER_SIZE];
    char what[NUMBER_SIZE + 8];
    snprintf(number, sizeof(number), "%d", broker);
    snprintf(what, sizeof(what), "broker %s", number);
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, number);
    KafkaConfigs found = {NULL, 0};
    bool good = kafka_admin_describe(admin, resource, what, arena, &found, error);
    *configs = found.items;
    *count = found.count;
    return good;
}

/* ---- rights ---- */

/* READ, DESCRIBE_CONFIGS -> Read, DescribeConfigs */
static const char *operation_name(rd_kafka_AclOperation_t operation, Arena *arena)
{
    const char *word = rd_kafka_AclOperation_name(operation);
    char *name = text_string(arena, text_from(word));
    size_t size = 0;
    for (const char *at = word; *at != '\0'; at++)
        if (*at != '_')
            name[size++] = (char)(at == word || at[-1] == '_' ? *at : tolower((unsigned char)*at));
    name[size] = '\0';
    return name;
}

static KafkaAcl acl_of(const rd_kafka_AclBinding_t *found, Arena *arena)
{
    rd_kafka_ResourceType_t type = rd_kafka_AclBinding_restype(found);
    return (KafkaAcl){
        .resource = type == RD_KAFKA_RESOURCE_TOPIC   ? KAFKA_TOPIC
                    : type == RD_KAFKA_RESOURCE_GROUP ? KAFKA_GROUP
                                                      : KAFKA_OTHER,
        .name = copied(arena, rd_kafka_AclBinding_name(found)),
        .prefixed =
            rd_kafka_AclBinding_resource_pattern_type(found) == RD_KAFKA_RESOURCE_PATTERN_PREFIXED,
        .principal = copied(arena, rd_kafka_AclBinding_principal(found)),
        .operation = operation_name(rd_kafka_AclBinding_operation(found), arena),
        .allow = rd_kafka_AclBinding_permission_type(found) == RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW,
    };
}

bool kafka_admin_acls(KafkaAdmin *admin, Arena *arena, KafkaAcl **acls, size_t *count, Error *error)
{
    char reason[REASON_SIZE];
    rd_kafka_AclBindingFilter_t *all = rd_kafka_AclBindingFilter_new(
        RD_KAFKA_RESOURCE_ANY, NULL, RD_KAFKA_RESOURCE_PATTERN_ANY, NULL, NULL,
        RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, reason, sizeof(reason));
    assert(all != NULL);
    KafkaAdminRequest request = kafka_admin_ask(admin, RD_KAFKA_ADMIN_OP_DESCRIBEACLS);
    rd_kafka_DescribeAcls(admin->client, all, request.options, request.queue);
    rd_kafka_event_t *event = kafka_admin_answer(admin, &request, "access control list", error);
    rd_kafka_AclBinding_destroy(all);
    if (event == NULL)
        return false;
    const rd_kafka_AclBinding_t **found =
        rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(event), count);
    *acls = ARENA_ARRAY(arena, KafkaAcl, *count);
    for (size_t i = 0; i < *count; i++)
        (*acls)[i] = acl_of(found[i], arena);
    rd_kafka_event_destroy(event);
    return true;
}
