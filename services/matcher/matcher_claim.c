/*
 * Whose the partitions are: the group gives them, PostgreSQL has the last word (a claim with a new epoch), and memory is loaded
 * from what stands there. `revoked` is told only of what was claimed.
 */
#include "matcher_parts.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

enum { REBALANCE_WAIT_MS = 1000 }; /* for the group to say so before a fenced owner claims again */

static int compare_numbers(const void *a, const void *b)
{
    int32_t left = *(const int32_t *)a;
    int32_t right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

static int32_t *numbers_of(const KafkaPosition *partitions, size_t count)
{
    int32_t *numbers = calloc(count + 1, sizeof(*numbers));
    if (numbers == NULL)
        abort();
    for (size_t i = 0; i < count; i++)
        numbers[i] = partitions[i].partition;
    qsort(numbers, count, sizeof(*numbers), compare_numbers);
    return numbers;
}

static void release(Matcher *matcher, const int32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        progress_release(matcher->progress, numbers[i]);
        matcher_aside_forget(matcher, numbers[i]);
    }
    decide_release(matcher->decider, numbers, count);
}

/*
 * Partitions that we hold and have not given back. A claim of ours that follows - the connection was lost, or memory could not be
 * loaded - is none after a crash: the process lives.
 */
static bool give_back(Matcher *matcher, const int32_t *numbers, size_t count, Error *error)
{
    StoredClaim *claims = calloc(count + 1, sizeof(*claims));
    if (claims == NULL)
        abort();
    size_t held = 0;
    for (size_t i = 0; i < count; i++)
        if (matcher->epochs[numbers[i]] > 0)
            claims[held++] = (StoredClaim){numbers[i], matcher->epochs[numbers[i]]};
    bool well = held == 0 || case_store_release(matcher->store, claims, held, error);
    for (size_t i = 0; well && i < held; i++)
        matcher->epochs[claims[i].partition] = 0;
    free(claims);
    return well;
}

/* Where that fails the next owner takes us for crashed once, which alone has no consequence. */
static void give_back_now(Matcher *matcher, const int32_t *numbers, size_t count)
{
    Error error = {0};
    if (postgres_connected(case_store_postgres(matcher->store)) &&
        !give_back(matcher, numbers, count, &error))
        log_event(LOG_DEBUG, "give_back_failed", LOG_STRING("reason", error.text));
}

void matcher_give_back_all(Matcher *matcher)
{
    if (matcher->epochs == NULL)
        return;
    for (int32_t i = 0; i < matcher->partition_count; i++)
        if (matcher->epochs[i] > 0)
            give_back_now(matcher, &i, 1);
}

static bool
claim(Matcher *matcher, const int32_t *numbers, size_t count, StoredOffset *offsets, Error *error)
{
    if (!give_back(matcher, numbers, count, error) ||
        !progress_claim(matcher->progress, matcher->store, numbers, count, offsets, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        matcher->epochs[offsets[i].partition] = offsets[i].epoch;
        matcher_be_careful(matcher, &offsets[i]);
    }
    return true;
}

/* While memory was read nobody else can have written, if nobody has claimed. */
static bool still_ours(Matcher *matcher,
                       const int32_t *numbers,
                       const StoredOffset *claimed,
                       size_t count,
                       Error *error)
{
    StoredOffset *stands = calloc(count, sizeof(*stands));
    if (stands == NULL)
        abort();
    bool well = case_store_offsets(matcher->store, numbers, count, stands, error);
    for (size_t i = 0; well && i < count; i++)
        if (stands[i].epoch != claimed[i].epoch)
            well = error_set(error, ERROR_RETRY,
                             "partition %d was claimed by another matcher while it was loaded",
                             numbers[i]);
    free(stands);
    return well;
}

/* The topic may have grown since it was looked at; all that is kept here is by number of partition. */
static bool
check_numbers(const Matcher *matcher, const KafkaPosition *partitions, size_t count, Error *error)
{
    for (size_t i = 0; i < count; i++)
        if (partitions[i].partition >= matcher->partition_count)
            return error_set(
                error, ERROR_FATAL,
                "topic %s has grown: there is a partition %d, the database was made for %d "
                "partitions "
                "and regions lie in others now; docs/operators-handbook.md, \"Add partitions\"",
                matcher->topic, partitions[i].partition, matcher->partition_count);
    return true;
}

bool matcher_assigned(void *state, KafkaPosition *partitions, size_t count, Error *error)
{
    Matcher *matcher = state;
    if (count == 0)
        return true;
    if (!check_numbers(matcher, partitions, count, error))
        return false;
    int32_t *numbers = numbers_of(partitions, count);
    StoredOffset *offsets = calloc(count, sizeof(*offsets));
    if (offsets == NULL)
        abort();
    bool well = claim(matcher, numbers, count, offsets, error) &&
                decide_claim(matcher->decider, numbers, count, error) &&
                still_ours(matcher, numbers, offsets, count, error);
    for (size_t i = 0; well && i < count; i++)
        for (size_t k = 0; k < count; k++)
            if (offsets[k].partition == partitions[i].partition)
                partitions[i].offset =
                    offsets[k].next_offset < 0 ? KAFKA_OFFSET_BEGINNING : offsets[k].next_offset;
    well = well && matcher_guard(matcher, offsets, partitions, count, error);
    for (size_t i = 0; well && i < count; i++)
        matcher_aside_claimed(matcher, &offsets[i]);
    if (well)
        log_event(LOG_INFO, "claimed", LOG_INT("partitions", count));
    else
        release(matcher, numbers, count); /* `revoked` is not told of what was never ours */
    free(offsets);
    free(numbers);
    return well;
}

void matcher_revoked(void *state, const KafkaPosition *partitions, size_t count, bool lost)
{
    Matcher *matcher = state;
    (void)lost; /* the fence decides, whatever the group says */
    int32_t *numbers = numbers_of(partitions, count);
    give_back_now(matcher, numbers, count);
    release(matcher, numbers, count);
    free(numbers);
}

/* ---- failures ---- */

void matcher_note_failure(Matcher *matcher, const Error *error)
{
    if (strcmp(error->state, "OC001") == 0)
        matcher->fenced = matcher->reclaim = true;
    else if (error->state[0] != '\0' && !postgres_connected(case_store_postgres(matcher->store)))
        matcher->reclaim = true;
}

bool matcher_claim_again(Matcher *matcher, Error *error)
{
    matcher->record_count = 0;
    matcher->reclaim = false;
    if (matcher->fenced) {
        matcher->fenced = false;
        kafka_consumer_idle(matcher->consumer, REBALANCE_WAIT_MS);
        if (kafka_consumer_generation(matcher->consumer) != matcher->generation)
            return true; /* the group has spoken meanwhile, and the hooks have followed */
    }
    return kafka_consumer_reassign(matcher->consumer, error);
}
