#ifndef ONECASE_DOMAIN_VAULT_HEAD_H
#define ONECASE_DOMAIN_VAULT_HEAD_H

#include "domain/record.h"

/*
 * The contract of topic onecase.deadletter, the vault: key = origin, value = the bytes as they came, headers = those that came
 * with them and, behind them, what happened (oc-). Bytes that were released come back over onecase.redrive with the same
 * headers, oc-attempt raised by one and oc-command beside them.
 *
 * Of a departmental record its own oc- headers are left out: they would be mistaken for ours. What the matcher finds dead is a
 * record of onecase.report; its head (ce_, oc-) is kept, it is marked canonical, and its key is `region`.
 *
 * Bytes and all that came with them stand once for a record, with its first dead item (bytes_at names it in the others), or
 * nowhere when they are too large (truncated): then our own headers alone are kept.
 */
typedef struct VaultHead {
    Origin origin;
    Text stage; /* of the RecordNote, as are the next three */
    Text rule;
    Text pointer;
    Text sha256;
    Text mapping; /* of the RecordHead, as are source, items and attempt */
    Text source;
    Text region;   /* key of the dead record on onecase.report; of a canonical one: its own */
    Text key;      /* of the record as it came; absent: none, or canonical */
    Text bytes_at; /* origin of the item whose dead letter has the bytes; absent: this one */
    int64_t timestamp_ms; /* of the record as it came; 0: none */
    int32_t items;        /* 0: not told */
    int32_t attempt;
    bool truncated;
    bool canonical;
} VaultHead;

#define VAULT_ATTEMPT "oc-attempt"

enum {
    VAULT_TEXT_MAX = 300,   /* bytes of each text that is ours; what is longer is cut */
    VAULT_HEAD_ROOM = 4096, /* more than a key and all headers of ours ever take, on both topics */
};

/*
 * Whether bytes, key and the headers that came with them fit a topic that takes records of `limit` bytes. Looks at nothing
 * else, so that what was kept once can be kept again when it fails once more, whatever is said of it then.
 */
bool vault_head_fits(
    const VaultHead *head, const RecordHeader *original, size_t count, Text value, int64_t limit);

/* `original` (none when the bytes are not kept here) and ours behind them, on the arena; returns the count. */
size_t vault_head_write(const VaultHead *head,
                        const RecordHeader *original,
                        size_t count,
                        Arena *arena,
                        RecordHeader **headers);

/*
 * Out of Kafka headers; of several with one name the last counts, unknown ones are passed over; texts are views. REJECT (rule
 * "header", the name as pointer) when oc-origin is missing or one is malformed: no number, no UTF-8, longer than we write it.
 */
MUST_CHECK bool
vault_head_read(const RecordHeader *headers, size_t count, VaultHead *head, Error *error);

#endif
