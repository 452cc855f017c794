#ifndef ONECASE_SERVICES_MATCHER_PROGRESS_H
#define ONECASE_SERVICES_MATCHER_PROGRESS_H

#include "adapters/case_store.h"

/*
 * What the matcher knows of its partitions of onecase.report: next offset, stream time, counters of the regions in
 * it, accounts of the source partitions that feed it. Everything has two values: `committed` is what PostgreSQL holds,
 * `now` what the batch in hand has decided. progress_commit makes the first equal to the second, progress_drop the
 * second equal to the first.
 */
typedef struct Account {
    struct Account *next;
    StoredAccount committed;
    StoredAccount now;
    bool touched;        /* by the batch in hand */
    int64_t seen_offset; /* while a batch is looked through: the largest origin so far */
    int32_t seen_item;
} Account;

typedef struct RegionProgress {
    struct RegionProgress *next;
    StoredCounters committed;
    StoredCounters now;
    bool touched;
} RegionProgress;

typedef struct PartitionProgress {
    int32_t number;
    int64_t epoch;
    int64_t committed_offset; /* next offset */
    int64_t now_offset;
    int64_t committed_stream; /* INT64_MIN: nothing seen yet */
    int64_t now_stream;
    Text now_origin; /* of the batch's last record, on the batch's arena */
    bool lost;       /* held: offsets before the first there is are gone */
    bool touched;
    int64_t careful_left;  /* records to be taken alone yet (matcher_careful.c); 0: none */
    int64_t tried_offset;  /* noted under this claim; -1: none */
    int64_t buried_offset; /* its record becomes a dead letter unread; -1: none */
    int64_t tries;         /* of that record, before this claim */
    bool held;             /* its records are passed over: they come again later */
    Arena *arena;
    Account *accounts;
    RegionProgress *regions;
} PartitionProgress;

typedef struct Progress Progress;

Progress *progress_new(int32_t partition_count);
void progress_free(Progress *progress); /* NULL is fine */

/* Claims the partitions and loads what is kept of them; `offsets[i]` answers partitions[i]. */
MUST_CHECK bool progress_claim(Progress *progress,
                               CaseStore *store,
                               const int32_t *partitions,
                               size_t count,
                               StoredOffset *offsets,
                               Error *error);
/* Forgets a partition that is not ours any more. */
void progress_release(Progress *progress, int32_t partition);

/* NULL: not ours. */
PartitionProgress *progress_partition(Progress *progress, int32_t partition);

/* The account of a source partition, made when it is new (last_offset -1). */
Account *progress_account(PartitionProgress *partition, Text topic, int32_t source_partition);

/* The counters of a region, for change; made when they are new. */
RegionProgress *progress_region(PartitionProgress *partition, Text region);

/* Counters, accounts and moves that the batch touched. `moves` has room for the partition count. */
MUST_CHECK bool progress_save(
    Progress *progress, CaseStore *store, StoredMove *moves, size_t *move_count, Error *error);

/* Next offsets of all partitions that are ours and have one; `moves` as above (new_offset alone counts). */
size_t progress_offsets(const Progress *progress, StoredMove *moves);

void progress_commit(Progress *progress);
void progress_drop(Progress *progress);

#endif
