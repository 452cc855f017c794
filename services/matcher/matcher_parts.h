#ifndef ONECASE_SERVICES_MATCHER_MATCHER_PARTS_H
#define ONECASE_SERVICES_MATCHER_MATCHER_PARTS_H

#include "batch.h"
#include "matcher.h"
#include "vault.h"

#include "domain/breaker.h"

#include "adapters/kafka_admin.h"

/* The inside of a matcher, shared by matcher*.c only. */

enum { MATCHER_NAME_MAX = 300, MATCHER_MONTHS = 100 * 12 };

typedef enum AsideState { ASIDE_NOT, ASIDE_REFUSING, ASIDE_WAITING } AsideState;

/* A partition whose next record PostgreSQL does not take (matcher_aside.c). */
typedef struct Aside {
    AsideState state;
    bool held;      /* gives no records */
    bool trying;    /* let go: the next record is tried alone */
    bool recovered; /* taken; PostgreSQL is still to be told */
    bool logged;
    int64_t since_ms;
    int64_t tried_ms;  /* when the trial began */
    int64_t try_at_ms; /* when the next one is due */
    int64_t asked_ms;  /* whether an operator allows something */
    int64_t wait_ms;
    Breaker *breaker; /* NULL: nothing was refused yet */
} Aside;

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
    KafkaAdmin *admin; /* for the guard; NULL until the first claim */
    int64_t resumed_due_ms;
    StoredMove *moves;
    int64_t *epochs; /* of each partition as we claimed it and have not given it back; 0: none */
    Aside *asides;   /* one for each partition of the topic */
    Batch batch;
    const KafkaRecord *records; /* read and not handled yet */
    size_t record_count;
    size_t batch_limit; /* of them at once, while a batch does not get done as a whole; 0: all */
    int64_t generation; /* of the assignment they were read under */
    int64_t refused;    /* records that PostgreSQL did not take */
    bool commit_again;  /* offsets were committed to Kafka once, and may have got lost */
    int64_t committed_ms;
    bool reclaim;                /* what memory holds is not certain: claim and load again */
    HazardSurvey survey;         /* of memory, the last one */
    int64_t survey_us;           /* that it took */
    int64_t survey_due_us;       /* the next one (monotonic) */
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
/* The same for one record. */
MUST_CHECK bool matcher_handle_one(Matcher *matcher, const KafkaRecord *record, Error *error);

/* What a claim says of the partition; or it is not ours any more. */
void matcher_aside_claimed(Matcher *matcher, const StoredOffset *offset);
void matcher_aside_forget(Matcher *matcher, int32_t partition);

/*
 * PostgreSQL refused this record, the only one of the batch in hand. *bury: it is to become a dead letter. Otherwise it
 * is one too many: its partition is set aside, and its records are put back from this one on. RETRY: ask again.
 */
MUST_CHECK bool matcher_aside_refused(
    Matcher *matcher, const KafkaRecord *record, const Error *fault, bool *bury, Error *error);

/*
 * Its dead letter is refused as well, so it is not the record that is at fault: its partition is set aside, whatever an operator allows.
 * FATAL in a rebuild.
 */
MUST_CHECK bool matcher_aside_unburied(Matcher *matcher,
                                       const KafkaRecord *record,
                                       const Error *fault,
                                       Error *error);

/* Whether the server is there, but this batch ran into a time-out or a foreign key: it may be one record of it. */
bool matcher_is_stuck(const Error *error);

/* The same as matcher_aside_refused for one record that is stuck, which is buried only when an operator allows it. */
MUST_CHECK bool matcher_aside_stuck(
    Matcher *matcher, const KafkaRecord *record, const Error *fault, bool *bury, Error *error);

/* The batch in hand has committed. */
void matcher_aside_committed(Matcher *matcher);

/* Between batches: partitions whose trial is due are let go, those that recovered are RUNNING again. */
MUST_CHECK bool matcher_aside_step(Matcher *matcher, Error *error);

/* The first record of each partition on trial, alone. */
MUST_CHECK bool
matcher_aside_try(Matcher *matcher, const KafkaRecord *records, size_t count, Error *error);

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

/*
 * Whether the topic is still the log that the database was filled from (matcher_guard.c). FATAL when it is not; a partition
 * of which offsets are gone is LOST and held, and starts[] says where it would begin.
 */
MUST_CHECK bool matcher_guard(Matcher *matcher,
                              const StoredOffset *offsets,
                              KafkaPosition *starts,
                              size_t count,
                              Error *error);
/* Now and then: whether somebody has a LOST partition go on; then all is claimed again. */
MUST_CHECK bool matcher_look_for_resumed(Matcher *matcher, Error *error);

/* What a failed step means for the claim; matcher_claim_again does what it asks for. */
void matcher_note_failure(Matcher *matcher, const Error *error);
/* After a failure that leaves memory uncertain: everything from PostgreSQL again. */
MUST_CHECK bool matcher_claim_again(Matcher *matcher, Error *error);

#endif
