#ifndef ONECASE_SERVICES_MATCHER_BATCH_H
#define ONECASE_SERVICES_MATCHER_BATCH_H

#include "decide.h"
#include "progress.h"

#include "base/map.h"

#include "adapters/kafka_consumer.h"
#include "adapters/report_rows.h"

/*
 * Records of onecase.report on their way into one transaction: decode, identify, decide, save. Everything decided
 * lies in the batch, in Progress and in the Decider as "now" values until the transaction has committed; a failure
 * anywhere drops it. Where a batch begins and ends never shows in what is stored.
 */

/* An assignment of a report that the batch touches. */
typedef struct BatchAssignment {
    StoredAssignment row;
    bool changed;
    struct BatchAssignment *next;
} BatchAssignment;

/*
 * A report that the batch touches, and what it has made of it so far. More than one record number may lead to it: alarms
 * that repeat it (domain/debounce.h).
 */
typedef struct BatchReport {
    Text region;
    int64_t report_id;
    int64_t received_at;
    StoredReport *created; /* by this batch; its row is not written yet */
    StoredReport
        *revised;         /* what it replaced until the report was decided anew; NULL: it was not */
    StoredReport *merged; /* what this batch replaces of a row that stands, behind `revised` */
    const StoredEvidence *stands; /* the row before this batch, when it may be decided anew */
    int64_t status;               /* INTEGER_ABSENT: none */
    int64_t status_at;
    int64_t repeats;
    StoredSaid said;                /* unknown where only alarms that repeat it lead to it */
    BatchAssignment *assignments;   /* in the order in which they were met */
    struct BatchReport *next_alike; /* of the same hash */
} BatchReport;

/* A record number met in the batch: what is stored of it, and what the batch has made of it so far. */
typedef struct Identity {
    KnownRecord *known;
    struct Identity *next_alike; /* of the same hash */
    BatchReport *report;         /* NULL: there is none yet */
    bool created;                /* by this batch; its row in record_index is not written yet */
    bool moved;                  /* revision or last origin of record_index changed */
} Identity;

/* An origin that may have been here before. */
typedef struct KnownPlace {
    KnownOrigin *known;
    struct KnownPlace *next_alike;
    bool pending; /* an update that waits (or waited) for its report */
} KnownPlace;

typedef struct BatchItem {
    const KafkaRecord *record;
    PartitionProgress *partition;
    Account *account; /* of the source partition; NULL: none (tick, command, unreadable head) */
    RecordHead head;
    Text region;
    int64_t received_at; /* stream time when it came */
    Report report;
    RecordNote note; /* of ignored and dead records, and of those that the matcher finds dead */
    bool dead;       /* to become a dead letter */
    const Error *refused; /* a command that is not to be applied; NULL: none */
    bool vault;           /* its bytes are not in the vault yet */
    bool low;             /* its origin is not beyond what the account has seen */
    Text arrives_in;     /* of a forwarded record: the region, "" when its key is none; or absent */
    Identity *identity;  /* of a record that carries a report */
    KnownPlace *place;   /* of one whose origin may be known */
    int32_t outbox_n;    /* rows of the outbox that it has given so far */
    const char *outcome; /* what became of it, for the count; NULL: its kind says so */
} BatchItem;

#define BATCH_DEAD "dead" /* an outcome */

typedef struct BatchLists {
    StoredRevision **revisions;
    size_t revision_count;
    size_t revision_capacity;
    StoredPending **pending;
    size_t pending_count;
    size_t pending_capacity;
    StoredPending **resolved; /* waited in the database and do not any more */
    size_t resolved_count;
    size_t resolved_capacity;
    StoredIgnored **ignored;
    size_t ignored_count;
    size_t ignored_capacity;
    StoredDead **dead;
    size_t dead_count;
    size_t dead_capacity;
    StoredDead **states; /* dead letters of which nothing but the state changes */
    size_t state_count;
    size_t state_capacity;
    StoredReleased **released; /* that came back */
    size_t released_count;
    size_t released_capacity;
    StoredReleased *
        *earlier; /* attempts that failed, of dead letters whose rows tell of a later one */
    size_t earlier_count;
    size_t earlier_capacity;
    StoredReleased **mended; /* whose dead letters are resolved now */
    size_t mended_count;
    size_t mended_capacity;
    StoredSkipped **skipped;
    size_t skipped_count;
    size_t skipped_capacity;
    StoredForwarded **arrived;
    size_t arrived_count;
    size_t arrived_capacity;
} BatchLists;

typedef struct Batch {
    Arena *arena;
    CaseStore *store;
    Progress *progress;
    Decider *decider;
    int32_t partition_count;
    const char *report_topic;
    const Error *fault; /* not NULL: PostgreSQL refused this (single) record: stage "write" */
    BatchItem *items;
    size_t count;
    KnownRecord *records;
    Identity *identities;
    size_t identity_count;
    Map *identity_map;
    BatchReport *reports;
    size_t report_count;
    Map *report_map;
    KnownOrigin *origins;
    KnownPlace *places;
    size_t place_count;
    Map *place_map;
    KnownStray *strays; /* of the partitions of which the batch holds a tick */
    size_t stray_count;
    BatchLists lists;
    StoredCommand *command; /* that is applied, see batch_alone; NULL: none */
    bool command_stands;    /* its row is there already */
} Batch;

/*
 * How many of the records, from the first on, may share a batch: a command is one of its own, so that what it is about has been
 * written, and nothing else is refused with it.
 */
size_t batch_alone(const KafkaRecord *records, size_t count);

/* Reads heads and values, finds what is misplaced or unreadable, moves stream time on. Cannot fail. */
void batch_decode(Batch *batch, const KafkaRecord *records, size_t count);

/* One round trip: which records and origins are known. */
MUST_CHECK bool batch_identify(Batch *batch, Error *error);

/* The report of that id as the batch has it, made out of `of` when it was not met yet. */
BatchReport *batch_report(Batch *batch, const BatchReport *of);

/* What becomes of each record, in order. REJECT: the record in hand is at fault. */
MUST_CHECK bool batch_decide(Batch *batch, Error *error);

/* Gathers all rows and writes them behind the fence. `moves` has room for the partition count. */
MUST_CHECK bool batch_save(
    Batch *batch, StoredMove *moves, size_t *move_count, PostgresOutcome *outcome, Error *error);

#endif
