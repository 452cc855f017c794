/*
 * One slot for each partition of the topic, NULL when it is not ours. Regions and accounts of a partition are few
 * (tens), so they are lists. A partition's memory is one arena, made by the claim and gone with the release.
 */
#include "progress.h"

#include <stdlib.h>

struct Progress {
    PartitionProgress **partitions;
    int32_t count;
};

Progress *progress_new(int32_t partition_count)
{
    Progress *progress = calloc(1, sizeof(*progress));
    if (progress == NULL)
        abort();
    progress->partitions = calloc((size_t)partition_count, sizeof(PartitionProgress *));
    if (progress->partitions == NULL)
        abort();
    progress->count = partition_count;
    return progress;
}

void progress_free(Progress *progress)
{
    if (progress == NULL)
        return;
    for (int32_t i = 0; i < progress->count; i++)
        progress_release(progress, i);
    free(progress->partitions);
    free(progress);
}

/* ---- claiming ---- */

static PartitionProgress *partition_new(const StoredOffset *offset)
{
    enum { BLOCK = 4096 };
    Arena *arena = arena_new(BLOCK);
    PartitionProgress *partition = ARENA_NEW(arena, PartitionProgress);
    *partition = (PartitionProgress){
        .number = offset->partition,
        .epoch = offset->epoch,
        .committed_offset = offset->next_offset,
        .now_offset = offset->next_offset,
        .committed_stream = offset->stream_time,
        .now_stream = offset->stream_time,
        .tried_offset = -1,
        .buried_offset = -1,
        .arena = arena,
    };
    return partition;
}

static Account *add_account(PartitionProgress *partition, const StoredAccount *stored)
{
    Account *account = ARENA_NEW(partition->arena, Account);
    account->committed = *stored;
    account->committed.topic = text_copy(partition->arena, stored->topic);
    account->now = account->committed;
    account->next = partition->accounts;
    partition->accounts = account;
    return account;
}

static RegionProgress *add_region(PartitionProgress *partition, const StoredCounters *stored)
{
    RegionProgress *region = ARENA_NEW(partition->arena, RegionProgress);
    region->committed = *stored;
    region->committed.region = text_copy(partition->arena, stored->region);
    region->now = region->committed;
    region->next = partition->regions;
    partition->regions = region;
    return region;
}

static void take(Progress *progress, const StoredOffset *offsets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        progress_release(progress, offsets[i].partition);
        progress->partitions[offsets[i].partition] = partition_new(&offsets[i]);
    }
}

bool progress_claim(Progress *progress,
                    CaseStore *store,
                    const int32_t *partitions,
                    size_t count,
                    StoredOffset *offsets,
                    Error *error)
{
    enum { BLOCK = 65536 };
    StoredProgress stored = {0};
    Arena *arena = arena_new(BLOCK);
    bool well = case_store_claim(store, partitions, count, offsets, error) &&
                case_store_load(store, partitions, count, arena, &stored, error);
    if (well) {
        take(progress, offsets, count);
        for (size_t i = 0; i < stored.counter_count; i++)
            add_region(progress->partitions[stored.counters[i].report_partition],
                       &stored.counters[i]);
        for (size_t i = 0; i < stored.account_count; i++)
            add_account(progress->partitions[stored.accounts[i].report_partition],
                        &stored.accounts[i]);
    }
    arena_free(arena);
    return well;
}

void progress_release(Progress *progress, int32_t partition)
{
    if (progress->partitions[partition] == NULL)
        return;
    arena_free(progress->partitions[partition]->arena); /* the slot's struct lives on it */
    progress->partitions[partition] = NULL;
}

/* ---- finding ---- */

PartitionProgress *progress_partition(Progress *progress, int32_t partition)
{
    return partition < 0 || partition >= progress->count ? NULL : progress->partitions[partition];
}

Account *progress_account(PartitionProgress *partition, Text topic, int32_t source_partition)
{
    for (Account *account = partition->accounts; account != NULL; account = account->next)
        if (account->now.partition == source_partition && text_equal(account->now.topic, topic))
            return account;
    return add_account(partition, &(StoredAccount){.topic = topic,
                                                   .partition = source_partition,
                                                   .report_partition = partition->number,
                                                   .first_offset = -1,
                                                   .last_offset = -1,
                                                   .last_at = INT64_MIN});
}

RegionProgress *progress_region(PartitionProgress *partition, Text region)
{
    RegionProgress *found = partition->regions;
    while (found != NULL && !text_equal(found->now.region, region))
        found = found->next;
    if (found == NULL) {
        StoredCounters fresh;
        stored_counters_init(&fresh, region, partition->number);
        found = add_region(partition, &fresh);
    }
    found->touched = true;
    return found;
}

/* ---- the end of a batch ---- */

static bool save_partition(PartitionProgress *partition, CaseStore *store, Error *error)
{
    for (Account *account = partition->accounts; account != NULL; account = account->next)
        if (account->touched && !case_store_add(store, TABLE_ACCOUNTS, &account->now, error))
            return false;
    for (RegionProgress *region = partition->regions; region != NULL; region = region->next) {
        if (!region->touched)
            continue;
        stored_counters_finish(&region->now);
        if (!case_store_add(store, TABLE_COUNTERS, &region->now, error))
            return false;
    }
    return true;
}

bool progress_save(
    Progress *progress, CaseStore *store, StoredMove *moves, size_t *move_count, Error *error)
{
    *move_count = 0;
    for (int32_t i = 0; i < progress->count; i++) {
        PartitionProgress *partition = progress->partitions[i];
        if (partition == NULL || !partition->touched)
            continue;
        if (!save_partition(partition, store, error))
            return false;
        moves[(*move_count)++] = (StoredMove){
            .partition = partition->number,
            .old_offset = partition->committed_offset,
            .new_offset = partition->now_offset,
            .epoch = partition->epoch,
            .stream_time = partition->now_stream,
            .last_origin = partition->now_origin,
        };
    }
    return true;
}

size_t progress_offsets(const Progress *progress, StoredMove *moves)
{
    size_t count = 0;
    for (int32_t i = 0; i < progress->count; i++) {
        const PartitionProgress *partition = progress->partitions[i];
        if (partition != NULL && partition->committed_offset >= 0)
            moves[count++] = (StoredMove){.partition = partition->number,
                                          .new_offset = partition->committed_offset};
    }
    return count;
}

void progress_commit(Progress *progress)
{
    for (int32_t i = 0; i < progress->count; i++) {
        PartitionProgress *partition = progress->partitions[i];
        if (partition == NULL || !partition->touched)
            continue;
        for (Account *account = partition->accounts; account != NULL; account = account->next) {
            account->committed = account->now;
            account->touched = false;
        }
        for (RegionProgress *region = partition->regions; region != NULL; region = region->next) {
            region->committed = region->now;
            region->touched = false;
        }
        partition->committed_offset = partition->now_offset;
        partition->committed_stream = partition->now_stream;
        partition->touched = false;
    }
}

void progress_drop(Progress *progress)
{
    for (int32_t i = 0; i < progress->count; i++) {
        PartitionProgress *partition = progress->partitions[i];
        if (partition == NULL || !partition->touched)
            continue;
        for (Account *account = partition->accounts; account != NULL; account = account->next) {
            account->now = account->committed;
            account->touched = false;
        }
        for (RegionProgress *region = partition->regions; region != NULL; region = region->next) {
            region->now = region->committed;
            region->touched = false;
        }
        partition->now_offset = partition->committed_offset;
        partition->now_stream = partition->committed_stream;
        partition->touched = false;
    }
}
