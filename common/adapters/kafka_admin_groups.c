/*
 * Who is in a group, and which partitions each member has. All groups go out in one call; librdkafka finds their
 * coordinators by itself.
 */
#include "adapters/kafka_admin_parts.h"
#include "adapters/kafka_handle.h"

#include <string.h>

static KafkaMember copy_member(const rd_kafka_MemberDescription_t *member, Arena *arena)
{
    const rd_kafka_MemberAssignment_t *assignment = rd_kafka_MemberDescription_assignment(member);
    const rd_kafka_topic_partition_list_t *list =
        assignment != NULL ? rd_kafka_MemberAssignment_partitions(assignment) : NULL;
    size_t count = list != NULL ? (size_t)list->cnt : 0;
    KafkaPosition *partitions = ARENA_ARRAY(arena, KafkaPosition, count);
    for (size_t i = 0; i < count; i++)
        partitions[i] =
            (KafkaPosition){.topic = text_string(arena, text_from(list->elems[i].topic)),
                            .partition = list->elems[i].partition};
    const char *host = rd_kafka_MemberDescription_host(member);
    return (KafkaMember){
        .client_id = text_string(arena, text_from(rd_kafka_MemberDescription_client_id(member))),
        .host = text_string(arena, text_from(host[0] == '/' ? host + 1 : host)),
        .partitions = partitions,
        .count = count,
    };
}

static void
copy_group(const rd_kafka_ConsumerGroupDescription_t *found, Arena *arena, KafkaGroup *group)
{
    const rd_kafka_error_t *fault = rd_kafka_ConsumerGroupDescription_error(found);
    if (fault != NULL) {
        group->fault = text_string(arena, text_from(rd_kafka_error_string(fault)));
        return;
    }
    rd_kafka_consumer_group_state_t state = rd_kafka_ConsumerGroupDescription_state(found);
    group->answered = true;
    group->settled = state == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE ||
                     state == RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY ||
                     state == RD_KAFKA_CONSUMER_GROUP_STATE_DEAD;
    group->count = rd_kafka_ConsumerGroupDescription_member_count(found);
    KafkaMember *members = ARENA_ARRAY(arena, KafkaMember, group->count);
    for (size_t i = 0; i < group->count; i++)
        members[i] = copy_member(rd_kafka_ConsumerGroupDescription_member(found, i), arena);
    group->members = members;
}

static void take_groups(rd_kafka_event_t *event, Arena *arena, KafkaGroup *groups, size_t count)
{
    size_t answers;
    const rd_kafka_ConsumerGroupDescription_t **found =
        rd_kafka_DescribeConsumerGroups_result_groups(
            rd_kafka_event_DescribeConsumerGroups_result(event), &answers);
    for (size_t i = 0; i < answers; i++)
        for (size_t k = 0; k < count; k++)
            if (strcmp(rd_kafka_ConsumerGroupDescription_group_id(found[i]), groups[k].name) == 0)
                copy_group(found[i], arena, &groups[k]);
}

bool kafka_admin_groups(
    KafkaAdmin *admin, Arena *arena, KafkaGroup *groups, size_t count, Error *error)
{
    if (count == 0)
        return true;
    const char **names = ARENA_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        names[i] = groups[i].name;
        groups[i] = (KafkaGroup){.name = names[i], .fault = "no answer"};
    }
    KafkaAdminRequest request = kafka_admin_ask(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);
    rd_kafka_DescribeConsumerGroups(admin->client, names, count, request.options, request.queue);
    rd_kafka_event_t *event =
        kafka_admin_answer(admin, &request, "could not ask for members of groups", error);
    if (event == NULL)
        return false;
    take_groups(event, arena, groups, count);
    rd_kafka_event_destroy(event);
    return true;
}
