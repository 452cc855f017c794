/*
 * What is ours, and in which state:
 *
 *   group gives partitions -> claim: hook `assigned` -> rd_kafka_assign at the offsets it answers -> consuming
 *                               | hook fails: assign nothing, remember, report from read, claim again at the next
 *   group takes them -> hook `revoked`, rd_kafka_assign(NULL), records read but not handed out are dropped
 */
#include "adapters/kafka_assignment.h"

#include "adapters/kafka_handle.h"

#include <stdlib.h>
#include <string.h>

void kafka_assignment_forget(KafkaConsumer *consumer)
{
    for (size_t i = 0; i < consumer->assigned_count; i++) {
        free((char *)consumer->assignment[i].topic);
        free(consumer->states[i].note);
    }
    free(consumer->assignment);
    free(consumer->states);
    consumer->assignment = NULL;
    consumer->states = NULL;
    consumer->assigned_count = 0;
    consumer->claim_wanted = false;
    consumer->reassign_wanted = false;
    consumer->paused = false;
    consumer->generation++;
}

static void remember_assignment(KafkaConsumer *consumer,
                                const rd_kafka_topic_partition_list_t *list)
{
    kafka_assignment_forget(consumer);
    size_t count = (size_t)list->cnt;
    consumer->assignment = kafka_handle_alloc(calloc(count + 1, sizeof(KafkaPosition)));
    consumer->states = kafka_handle_alloc(calloc(count + 1, sizeof(KafkaPartitionState)));
    for (size_t i = 0; i < count; i++) {
        consumer->assignment[i] = (KafkaPosition){
            .topic = kafka_handle_alloc(strdup(list->elems[i].topic)),
            .partition = list->elems[i].partition,
            .offset = KAFKA_OFFSET_COMMITTED,
        };
        consumer->states[i] = (KafkaPartitionState){.end_seen = KAFKA_OFFSET_NONE};
    }
    consumer->assigned_count = count;
}

static bool
assign(KafkaConsumer *consumer, const KafkaPosition *positions, size_t count, Error *error)
{
    rd_kafka_topic_partition_list_t *list = kafka_handle_list(positions, count);
    rd_kafka_resp_err_t code = rd_kafka_assign(consumer->client, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           kafka_handle_error(error, code, "could not take over partitions");
}

/* Offsets for what the hook left to the group's commits; nothing committed means the beginning. */
static bool
resolve_committed(KafkaConsumer *consumer, KafkaPosition *positions, size_t count, Error *error)
{
    KafkaPosition *open = kafka_handle_alloc(calloc(count + 1, sizeof(KafkaPosition)));
    size_t open_count = 0;
    for (size_t i = 0; i < count; i++)
        if (positions[i].offset == KAFKA_OFFSET_COMMITTED)
            open[open_count++] = positions[i];
    bool good = open_count == 0 || kafka_consumer_committed(consumer, open, open_count, error);
    for (size_t i = 0, next = 0; good && i < count; i++) {
        if (positions[i].offset != KAFKA_OFFSET_COMMITTED)
            continue;
        int64_t offset = open[next++].offset;
        positions[i].offset = offset == KAFKA_OFFSET_NONE ? KAFKA_OFFSET_BEGINNING : offset;
    }
    free(open);
    return good;
}

/* An offset outside of what the broker has (retention, a topic made anew): the hook may send it to the first. */
static bool check_offset(KafkaConsumer *consumer, KafkaPosition *position, Error *error)
{
    int64_t low;
    int64_t high;
    if (position->offset < 0)
        return true;
    if (!kafka_consumer_watermarks(consumer, position->topic, position->partition, &low, &high,
                                   error))
        return false;
    if (position->offset >= low && position->offset <= high)
        return true;
    if (consumer->hooks.lost != NULL &&
        consumer->hooks.lost(consumer->hooks.context, position, low, error)) {
        position->offset = low;
        return true;
    }
    return error_set(error, ERROR_FATAL,
                     "offset %lld of %s/%d does not exist any more, the broker has %lld to %lld",
                     (long long)position->offset, position->topic, position->partition,
                     (long long)low, (long long)high);
}

/* Of the partitions that are held or not held. */
static void pause_those(const KafkaConsumer *consumer, bool held, bool paused)
{
    rd_kafka_topic_partition_list_t *list = kafka_handle_list(NULL, 0);
    for (size_t i = 0; i < consumer->assigned_count; i++)
        if (consumer->states[i].held == held)
            rd_kafka_topic_partition_list_add(list, consumer->assignment[i].topic,
                                              consumer->assignment[i].partition);
    if (list->cnt > 0 && paused)
        rd_kafka_pause_partitions(consumer->client, list);
    else if (list->cnt > 0)
        rd_kafka_resume_partitions(consumer->client, list);
    rd_kafka_topic_partition_list_destroy(list);
}

void kafka_assignment_pause(KafkaConsumer *consumer, bool paused)
{
    pause_those(consumer, false, paused);
    consumer->paused = paused;
}

/*
 * librdkafka keeps a pause beyond the assignment, so it is taken back where one ends. Nowhere else: resuming a
 * partition that is not paused makes librdkafka 2.0 drop what it has read ahead and go on behind it.
 */
static void end_pauses(KafkaConsumer *consumer)
{
    if (consumer->paused)
        kafka_assignment_pause(consumer, false);
    pause_those(consumer, true, false);
}

static void hold(KafkaConsumer *consumer, size_t index, bool held)
{
    KafkaPartitionState *state = &consumer->states[index];
    if (state->held == held)
        return;
    state->held = held;
    state->end_seen = KAFKA_OFFSET_NONE;
    if (consumer->claim_wanted || consumer->paused)
        return; /* done by the claim, or when reading goes on */
    rd_kafka_topic_partition_list_t *list = kafka_handle_list(&consumer->assignment[index], 1);
    if (held)
        rd_kafka_pause_partitions(consumer->client, list);
    else
        rd_kafka_resume_partitions(consumer->client, list);
    rd_kafka_topic_partition_list_destroy(list);
}

void kafka_consumer_hold(KafkaConsumer *consumer, const char *topic, int32_t partition, bool held)
{
    const KafkaPartitionState *state = kafka_assignment_state(consumer, topic, partition);
    if (state != NULL)
        hold(consumer, (size_t)(state - consumer->states), held);
}

/*
 * Asks the hook where to start and starts there. When that fails, nothing is assigned to librdkafka (an empty
 * list, not NULL: NULL would leave the group), and claim_wanted makes the next read try again.
 */
bool kafka_assignment_claim(KafkaConsumer *consumer, Error *error)
{
    size_t count = consumer->assigned_count;
    if (consumer->paused)
        kafka_assignment_pause(consumer, false); /* while they were waiting for this claim */
    consumer->claim_wanted = true;
    for (size_t i = 0; i < count; i++) {
        consumer->assignment[i].offset = KAFKA_OFFSET_COMMITTED;
        free(consumer->states[i].note);
        consumer->states[i] = (KafkaPartitionState){.end_seen = KAFKA_OFFSET_NONE};
    }
    bool good =
        consumer->hooks.assigned == NULL ||
        consumer->hooks.assigned(consumer->hooks.context, consumer->assignment, count, error);
    good = good && resolve_committed(consumer, consumer->assignment, count, error);
    for (size_t i = 0; good && i < count; i++)
        good = check_offset(consumer, &consumer->assignment[i], error);
    good = good && assign(consumer, consumer->assignment, count, error);
    if (good)
        pause_those(consumer, true, true);
    consumer->claim_wanted = !good;
    consumer->generation++;
    return good;
}

static void on_assigned(KafkaConsumer *consumer, const rd_kafka_topic_partition_list_t *list)
{
    remember_assignment(consumer, list);
    if (kafka_assignment_claim(consumer, &consumer->pending))
        return;
    Error ignored = {0};
    if (!assign(consumer, NULL, 0, &ignored))
        error_set(&consumer->pending, ERROR_FATAL, "%s", ignored.text);
}

void kafka_assignment_revoke(KafkaConsumer *consumer)
{
    bool lost = rd_kafka_assignment_lost(consumer->client) != 0;
    bool claimed = !consumer->claim_wanted && consumer->assigned_count > 0;
    if (claimed && consumer->hooks.revoked != NULL)
        consumer->hooks.revoked(consumer->hooks.context, consumer->assignment,
                                consumer->assigned_count, lost);
    end_pauses(consumer);
    kafka_assignment_forget(consumer);
    kafka_batch_clear(&consumer->held);
    kafka_batch_clear(&consumer->back);
    rd_kafka_assign(consumer->client, NULL);
}

void kafka_assignment_rebalance(rd_kafka_t *client,
                                rd_kafka_resp_err_t code,
                                rd_kafka_topic_partition_list_t *list,
                                void *opaque)
{
    KafkaConsumer *consumer = opaque;
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && !consumer->closing)
        on_assigned(consumer, list);
    else if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        kafka_assignment_revoke(consumer);
    else
        rd_kafka_assign(client, NULL);
}

bool kafka_assignment_restart(KafkaConsumer *consumer, bool lost, Error *error)
{
    kafka_consumer_release(consumer);
    kafka_batch_clear(&consumer->held);
    kafka_batch_clear(&consumer->back);
    bool claimed = !consumer->claim_wanted && consumer->assigned_count > 0;
    if (claimed && consumer->hooks.revoked != NULL)
        consumer->hooks.revoked(consumer->hooks.context, consumer->assignment,
                                consumer->assigned_count, lost);
    end_pauses(consumer);
    consumer->claim_wanted = true;
    if (!assign(consumer, NULL, 0, error))
        return false;
    consumer->reassign_wanted = false;
    return kafka_assignment_claim(consumer, error);
}

bool kafka_consumer_reassign(KafkaConsumer *consumer, Error *error)
{
    return kafka_assignment_restart(consumer, true, error);
}

KafkaPartitionState *
kafka_assignment_state(const KafkaConsumer *consumer, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < consumer->assigned_count; i++)
        if (consumer->assignment[i].partition == partition &&
            strcmp(consumer->assignment[i].topic, topic) == 0)
            return &consumer->states[i];
    return NULL;
}

bool kafka_assignment_holds(const KafkaConsumer *consumer, const rd_kafka_message_t *message)
{
    bool any = false;
    for (size_t i = 0; i < consumer->assigned_count && !any; i++)
        any = consumer->states[i].held;
    if (!any)
        return false;
    const KafkaPartitionState *state =
        kafka_assignment_state(consumer, rd_kafka_topic_name(message->rkt), message->partition);
    return state != NULL && state->held;
}

bool kafka_assignment_has(const KafkaConsumer *consumer, const KafkaPosition *position)
{
    return kafka_assignment_state(consumer, position->topic, position->partition) != NULL;
}
