/*
 * Who is in a group, and which partitions each member has. All brokers are asked for their groups; what librdkafka's admin
 * interface has for it (DescribeConsumerGroups) aborts the process in 2.0 when a coordinator goes away meanwhile.
 *
 *   assignment  version 2 | topics 4 | { name 2 + bytes | partitions 4 | { 4 } } | ...   big-endian, Kafka's consumer protocol
 */
#include "adapters/kafka_admin_parts.h"
#include "adapters/kafka_handle.h"

#include <string.h>

/* Of the client's: a broker that died stays in librdkafka's list and is waited for each time. */
enum { PATIENCE_PART = 3 };

/* ---- what a member has ---- */

typedef struct Bytes {
    const unsigned char *at;
    size_t left;
} Bytes;

static bool take_number(Bytes *bytes, size_t size, int64_t *number)
{
    if (bytes->left < size)
        return false;
    *number = 0;
    for (size_t i = 0; i < size; i++)
        *number = *number << 8 | bytes->at[i];
    bytes->at += size;
    bytes->left -= size;
    return true;
}

static bool take_name(Bytes *bytes, Arena *arena, const char **name)
{
    int64_t size;
    if (!take_number(bytes, sizeof(int16_t), &size) || (size_t)size > bytes->left)
        return false;
    *name = text_string(arena, (Text){(const char *)bytes->at, (size_t)size});
    bytes->at += size;
    bytes->left -= (size_t)size;
    return true;
}

/* Ends at the first byte that does not fit: another protocol's member has nothing that we could name. */
static void take_assignment(Bytes bytes, Arena *arena, KafkaMember *member)
{
    int64_t version;
    int64_t topics;
    int64_t count;
    int64_t partition;
    const char *name;
    KafkaPosition *partitions = NULL;
    if (!take_number(&bytes, sizeof(int16_t), &version) ||
        !take_number(&bytes, sizeof(int32_t), &topics))
        return;
    for (; topics > 0 && take_name(&bytes, arena, &name) &&
           take_number(&bytes, sizeof(int32_t), &count) &&
           (size_t)count <= bytes.left / sizeof(int32_t);
         topics--) {
        partitions = arena_grow(arena, partitions, member->count * sizeof(KafkaPosition),
                                (member->count + (size_t)count) * sizeof(KafkaPosition));
        for (; count > 0 && take_number(&bytes, sizeof(int32_t), &partition); count--)
            partitions[member->count++] =
                (KafkaPosition){.topic = name, .partition = (int32_t)partition};
    }
    member->partitions = partitions;
}

static KafkaMember copy_member(const struct rd_kafka_group_member_info *found, Arena *arena)
{
    const char *host = found->client_host;
    KafkaMember member = {
        .client_id = text_string(arena, text_from(found->client_id)),
        .host = text_string(arena, text_from(host[0] == '/' ? host + 1 : host)),
    };
    const Bytes bytes = {found->member_assignment, (size_t)found->member_assignment_size};
    if (bytes.at != NULL)
        take_assignment(bytes, arena, &member);
    return member;
}

/* ---- groups ---- */

static void copy_group(const struct rd_kafka_group_info *found, Arena *arena, KafkaGroup *group)
{
    if (found->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        group->answered = false;
        group->settled = false;
        group->fault = text_string(arena, text_from(rd_kafka_err2str(found->err)));
        return;
    }
    group->answered = true;
    group->settled = strcmp(found->state, "Stable") == 0 || strcmp(found->state, "Empty") == 0 ||
                     strcmp(found->state, "Dead") == 0;
    group->count = (size_t)found->member_cnt;
    KafkaMember *members = ARENA_ARRAY(arena, KafkaMember, group->count);
    for (size_t i = 0; i < group->count; i++)
        members[i] = copy_member(&found->members[i], arena);
    group->members = members;
}

bool kafka_admin_groups(
    KafkaAdmin *admin, Arena *arena, KafkaGroup *groups, size_t count, Error *error)
{
    const struct rd_kafka_group_list *list = NULL;
    if (count == 0)
        return true;
    rd_kafka_resp_err_t code =
        rd_kafka_list_groups(admin->client, NULL, &list, admin->limit_ms / PATIENCE_PART);
    bool partly = code == RD_KAFKA_RESP_ERR__PARTIAL;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && !partly)
        return error_set(error, kafka_handle_verdict(code),
                         "could not ask Kafka at %s for members of groups: %s", admin->brokers,
                         rd_kafka_err2str(code));
    for (size_t i = 0; i < count; i++) {
        groups[i] = (KafkaGroup){.name = groups[i].name,
                                 .answered = !partly, /* whom no broker knows has no members */
                                 .settled = !partly,
                                 .fault = partly ? "not all brokers have answered" : NULL};
        for (int k = 0; k < list->group_cnt; k++)
            if (strcmp(list->groups[k].group, groups[i].name) == 0)
                copy_group(&list->groups[k], arena, &groups[i]);
    }
    rd_kafka_group_list_destroy(list);
    return true;
}
