#ifndef ONECASE_ADAPTERS_CASE_STORE_H
#define ONECASE_ADAPTERS_CASE_STORE_H

#include "adapters/case_store_rows.h"

/*
 * Everything the matcher asks of PostgreSQL: claim partitions, load what it keeps in memory, recognise records, and
 * write a batch in one transaction behind the fence (design.md 8). Verdicts are those of adapters/postgres.h.
 */
typedef struct CaseStore CaseStore;

typedef struct CaseStoreSpec {
    const char *conninfo;    /* "": PG* of the environment */
    const char *application; /* application_name */
    const char *owner;       /* who claims; unique among running matchers */
    const char *topic;       /* full name of the report topic */
    int statement_ms;        /* how long one statement may take; 0: 30,000 */
} CaseStoreSpec;

CaseStore *case_store_new(const CaseStoreSpec *spec); /* texts of the spec outlive it */
void case_store_free(CaseStore *store);               /* NULL is fine */

/*
 * Connects and prepares every statement, so that a table or column that is missing shows here (FATAL). Nothing to do
 * when the connection stands.
 */
MUST_CHECK bool case_store_open(CaseStore *store, Error *error);

/*
 * Rows of other tables in the same transaction, after ours: `prepare` runs on every new connection, `send` inside
 * case_store_commit. Set once, before case_store_open.
 */
typedef struct CaseStoreMore {
    void *context;
    bool (*prepare)(void *context, Postgres *pg, Error *error);
    bool (*send)(void *context, Postgres *pg, Error *error);
} CaseStoreMore;

void case_store_extend(CaseStore *store, const CaseStoreMore *more);

/* The connection, for loading what memory is rebuilt from. */
Postgres *case_store_postgres(CaseStore *store);

/* The partition count of the report topic as written into the database. FATAL when it was not, or for another topic. */
MUST_CHECK bool case_store_partition_count(CaseStore *store, int32_t *count, Error *error);

/* ---- partitions ---- */

enum { STORED_ORIGIN_SIZE = 320, STORED_STATE_SIZE = 16 };

/* onecase.consumer_offsets */
typedef struct StoredOffset {
    int32_t partition;
    int64_t next_offset; /* -1: from the beginning */
    int64_t epoch;
    int64_t stream_time;                  /* INT64_MIN: nothing seen yet */
    int64_t crashes;                      /* owners in a row who did not give the partition back */
    int64_t trying_offset;                /* tried alone when the process ended; INT64_MIN: none */
    int64_t tries;                        /* how often it was */
    int64_t bury_left;                    /* that an operator allows to bury; INT64_MIN: none */
    char last_origin[STORED_ORIGIN_SIZE]; /* of the record before next_offset; "": not known */
    char state[STORED_STATE_SIZE];        /* RUNNING, REFUSING, WAITING, LOST */
} StoredOffset;

/*
 * Claims: a new epoch each. `offsets[i]` answers partitions[i]. Waits for an old owner's open transaction; when that
 * takes more than 10 s, the owner's session is ended and the answer is RETRY.
 */
MUST_CHECK bool case_store_claim(
    CaseStore *store, const int32_t *partitions, size_t count, StoredOffset *offsets, Error *error);

/* Reads without claiming: whether a claim still stands. A partition without a row has epoch -1. */
MUST_CHECK bool case_store_offsets(
    CaseStore *store, const int32_t *partitions, size_t count, StoredOffset *offsets, Error *error);

/* One partition as it was claimed, for the calls below. */
typedef struct StoredClaim {
    int32_t partition;
    int64_t epoch;
} StoredClaim;

/* An orderly end: the next claim is none after a crash. Partitions that somebody else claimed meanwhile are left alone. */
MUST_CHECK bool
case_store_release(CaseStore *store, const StoredClaim *claims, size_t count, Error *error);

/* Notes which record is tried alone, -1: none; committed. Error.state "OC001": the partition is not ours any more. */
MUST_CHECK bool
case_store_try_offset(CaseStore *store, const StoredClaim *claim, int64_t offset, Error *error);

/* Writes state (RUNNING, REFUSING, WAITING, LOST) and reason (NULL: none) of a partition; committed. OC001 as above. */
MUST_CHECK bool case_store_set_state(CaseStore *store,
                                     const StoredClaim *claim,
                                     const char *state,
                                     const char *reason,
                                     Error *error);

typedef struct StoredProgress {
    StoredCounters *counters;
    size_t counter_count;
    StoredAccount *accounts;
    size_t account_count;
} StoredProgress;

/* Counters of the regions and accounts of the partitions, on the arena. */
MUST_CHECK bool case_store_load(CaseStore *store,
                                const int32_t *partitions,
                                size_t count,
                                Arena *arena,
                                StoredProgress *progress,
                                Error *error);

/* Makes the monthly partitions of that moment's month and the three after it; a transaction of its own. */
MUST_CHECK bool case_store_make_partitions(CaseStore *store, int64_t time_us, Error *error);

/* ---- recognising ---- */

/* In: identity.source and .record_no, and whether assignments are `asked` for. Out: the rest. */
typedef struct KnownRecord {
    StoredIdentity identity;
    int8_t asked; /* 1, or 0 */
    bool found;
    int64_t status; /* of the report that stands; INT64_MIN: none */
    int64_t status_at;
    int64_t repeats; /* alarms that the report stands for beside its own */
    bool repeat;     /* the record is one of them: its number is not the report's own */
    StoredSaid said; /* of the report that stands */
    StoredAssignment *assignments;
    size_t assignment_count; /* of the report, by number and n; none unless `asked` */
    StoredPending *pending;
    size_t pending_count; /* updates that wait for it, in order of their place */
    Text home_ahead; /* not found, and will be of that region (onecase.homes_ahead); or absent */
} KnownRecord;

/* In: origin, attempt and arrives_in. Out: what is stored of it. */
typedef struct KnownOrigin {
    Origin origin;
    int32_t attempt;
    Text arrives_in;      /* the region in which a forwarded record arrives; absent: it is none */
    int32_t dead_attempt; /* the last that failed; 0: no dead letter */
    int32_t first_dead_attempt;
    int32_t last_release;   /* the last attempt that came back after a release; 0: none did */
    bool released;          /* this attempt came back before */
    Text dead_state;        /* of case_store_dead_letters alone; absent: no dead letter */
    int32_t dead_partition; /* likewise: whose matcher wrote it */
    bool ignored;
    bool arrived; /* this attempt, in that region before */
} KnownOrigin;

/* An update that waits for a report, which has appeared in another region. */
typedef struct KnownStray {
    StoredPending pending;
    Text home;
    bool forwarded; /* for the caller: done already */
} KnownStray;

typedef struct KnownQuery {
    KnownRecord *records;
    size_t record_count;
    KnownOrigin *origins;
    size_t origin_count;
    const int32_t *ticked; /* partitions whose waiting updates are looked at */
    size_t ticked_count;
    KnownStray *strays; /* out, in order of their place; the first thousand */
    size_t stray_count;
} KnownQuery;

/* Fills records, origins and strays in one round trip; what is found lives on the arena. */
MUST_CHECK bool
case_store_identify(CaseStore *store, KnownQuery *query, Arena *arena, Error *error);

/* The dead letters of these origins: fills dead_state and dead_partition, on the arena. */
MUST_CHECK bool case_store_dead_letters(
    CaseStore *store, KnownOrigin *origins, size_t count, Arena *arena, Error *error);

/*
 * What a command of that id says, out of the JSON `value` of its record (absent: nothing), and the state of the row that stands;
 * absent: none does. On the arena. REJECT: PostgreSQL cannot read or hold the value.
 */
MUST_CHECK bool case_store_command(
    CaseStore *store, Text value, Arena *arena, StoredCommand *command, Text *state, Error *error);

/* ---- writing ---- */

/* The next offset of a partition moves from `old_offset` to `new_offset`. */
typedef struct StoredMove {
    int32_t partition;
    int64_t old_offset;
    int64_t new_offset;
    int64_t epoch;
    int64_t stream_time;
    Text last_origin; /* of the last record; absent: as it was */
    bool buries; /* it makes a dead letter of what PostgreSQL refused: a grant is used up by one */
} StoredMove;

/* Gathers a row of that table's struct (case_store_rows.h); its members are copied. REJECT: it does not fit. */
MUST_CHECK bool
case_store_add(CaseStore *store, CaseStoreTable table, const void *row, Error *error);

/* Forgets the rows gathered. */
void case_store_clear(CaseStore *store);

/*
 * Fence and rows in one transaction. Rows are forgotten only when it committed. Error.state "OC001": another owner
 * writes these partitions now.
 */
MUST_CHECK bool case_store_commit(CaseStore *store,
                                  const StoredMove *moves,
                                  size_t count,
                                  PostgresOutcome *outcome,
                                  Error *error);

#endif
