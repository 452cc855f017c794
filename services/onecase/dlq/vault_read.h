#ifndef ONECASE_SERVICES_ONECASE_VAULT_READ_H
#define ONECASE_SERVICES_ONECASE_VAULT_READ_H

#include "base/error.h"

#include "domain/record.h"

/*
 * Bytes of dead letters out of topic onecase.deadletter. The topic has no index by key, so it is read through: once to
 * find where each letter lies, around the times at which they were received and, for what is not there, ever wider; then
 * only where something lies. Any number of letters share a reading, and of their bytes one is in memory at a time.
 */
typedef enum VaultState {
    VAULT_LOST,      /* not in the topic: its retention has taken it, or it never was there */
    VAULT_TRUNCATED, /* too large for the topic: headers alone were kept */
    VAULT_THERE
} VaultState;

typedef struct VaultPlace {
    int32_t partition;
    int64_t offset;
    int64_t stamp_ms;
} VaultPlace;

/* A letter that is sought; the first four members are the caller's. */
typedef struct VaultWanted {
    Text origin; /* topic/partition/offset#item */
    Text stage;
    int32_t attempt;
    int64_t received_us; /* stream time of its row */
    VaultState state;
    VaultPlace head;   /* what is said of it, unless VAULT_LOST */
    VaultPlace bytes;  /* where its bytes lie: at another item of the same record or at the head */
    RecordHeader *own; /* headers of the head, when the bytes lie elsewhere */
    size_t own_count;
    bool skip;   /* vault_each leaves it out */
    size_t next; /* private */
    int score;   /* private */
    Text bytes_at;
} VaultWanted;

typedef struct VaultSpec {
    const char *brokers;
    const char *topic; /* full name */
} VaultSpec;

/* A letter as it lies in the vault; views that end with the call that gets them. */
typedef struct VaultLetter {
    const VaultWanted *wanted;
    Text value;             /* the original bytes; absent: the record had none */
    Text key;               /* of the original record; absent: none */
    RecordHeader *original; /* headers the department or, of a canonical record, intake sent */
    size_t original_count;
    RecordHeader *own; /* oc-origin, oc-stage, ...: what is said of this letter */
    size_t own_count;
    bool canonical; /* the matcher's: a record of onecase.report */
} VaultLetter;

/* Fills state and places of all. REJECT: there is no such topic; RETRY, FATAL as Kafka has it. */
MUST_CHECK bool
vault_find(const VaultSpec *spec, VaultWanted *wanted, size_t count, Arena *arena, Error *error);

/* False ends the reading; with an error or, to stop early, without. */
typedef bool VaultTake(void *context, size_t index, const VaultLetter *letter, Error *error);

/*
 * Hands over every letter that is VAULT_THERE and not to be skipped, in the order in which bytes lie in the partitions.
 * False when it failed or `take` did.
 */
MUST_CHECK bool vault_each(const VaultSpec *spec,
                           const VaultWanted *wanted,
                           size_t count,
                           VaultTake *take,
                           void *context,
                           Error *error);

/* The last header of that name; absent: none. */
Text vault_header(const RecordHeader *headers, size_t count, const char *name);

#endif
