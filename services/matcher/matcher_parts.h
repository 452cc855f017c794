#ifndef ONECASE_SERVICES_MATCHER_MATCHER_PARTS_H
#define ONECASE_SERVICES_MATCHER_MATCHER_PARTS_H

#include "batch.h"
#include "matcher.h"
#include "vault.h"

/* The inside of a matcher, shared by matcher*.c only. */

enum { MATCHER_NAME_MAX = 300, MATCHER_MONTHS = 100 * 12 };

typedef struct Matcher {
    const MatcherSettings *settings;
    char topic[MATCHER_NAME_MAX];
    char vault_topic[MATCHER_NAME_MAX];
    char owner[MATCHER_NAME_MAX];
    int32_t partition_count;
    CaseStore *store;
    Decider *decider;
    Progress *progress;
    Vault *vault;
    KafkaConsumer *consumer;
    StoredMove *moves;
    int64_t *epochs; /* of each partition as we claimed it and have not given it back; 0: none */
    Batch batch;
    const KafkaRecord *records; /* read and not handled yet */
    size_t record_count;
    int64_t generation; /* of the assignment they were read under */
    bool commit_again;  /* offsets were committed to Kafka once, and may have got lost */
    int64_t committed_ms;
    bool reclaim;                /* what memory holds is not certain: claim and load again */
    bool fenced;                 /* somebody else claimed our partitions */
    bool months[MATCHER_MONTHS]; /* since 2000: monthly partitions stand */
} Matcher;

/*
 * Everything in the records becomes durable, or memory is as it was. What PostgreSQL refuses is decided again in halves, in order,
 * down to the guilty record, which becomes a dead letter. RETRY, FATAL: see design.md 8.
 */
MUST_CHECK bool
matcher_handle_batch(Matcher *matcher, const KafkaRecord *records, size_t count, Error *error);

/*
 * The same for records as they were read, of which some may have to be taken alone: those of a partition whose owners crashed
 * again and again, so that the guilty record is found (matcher_careful.c).
 */
MUST_CHECK bool
matcher_handle_records(Matcher *matcher, const KafkaRecord *records, size_t count, Error *error);

/* What its claim says of crashes: whether the partition's records are taken alone, or one of them buried. */
void matcher_be_careful(const Matcher *matcher, const StoredOffset *claimed);

/* A copy of the offsets for lag tools, once more when nothing else is to do: it may have got lost. */
void matcher_commit_once_more(Matcher *matcher);

/* Hooks of the consumer: partitions are claimed in PostgreSQL and their memory is loaded; or forgotten. */
bool matcher_assigned(void *state, KafkaPosition *partitions, size_t count, Error *error);
void matcher_revoked(void *state, const KafkaPosition *partitions, size_t count, bool lost);

/*
 * An orderly end, so that the next claim counts no crash; of those partitions that are still claimed by us. Without a connection
 * nothing is done.
 */
void matcher_give_back_all(Matcher *matcher);

/* What a failed step means for the claim; matcher_claim_again does what it asks for. */
void matcher_note_failure(Matcher *matcher, const Error *error);
/* After a failure that leaves memory uncertain: everything from PostgreSQL again. */
MUST_CHECK bool matcher_claim_again(Matcher *matcher, Error *error);

#endif
