#ifndef ONECASE_SERVICES_ONECASE_SEND_PLACE_H
#define ONECASE_SERVICES_ONECASE_SEND_PLACE_H

#include "base/digest.h"
#include "base/error.h"

/*
 * How far a file was sent: the records that Kafka acknowledged without a gap from the first, and a chain of digests over
 * them, h(n) = SHA-256(h(n-1) SHA-256(record n)). Stands as a little JSON in FILE.onecase-sent, replaced whole, never
 * ahead of what was acknowledged; holds nothing of the records.
 */
typedef struct SendPlace {
    int64_t records;
    int64_t bytes; /* of the file, about; for people */
    uint8_t chain[SHA256_SIZE];
} SendPlace;

typedef struct SendPlaceFile {
    const char *path; /* NULL: there is none (standard input) */
    const char *topic;
    const char *brokers;
} SendPlaceFile;

void send_place_add(SendPlace *place, const uint8_t record[SHA256_SIZE]);
bool send_place_same(const SendPlace *a, const SendPlace *b); /* records and chain */

/* False when there is none, or one that is of another topic or cluster. */
bool send_place_read(const SendPlaceFile *file, Arena *arena, SendPlace *place);
MUST_CHECK bool send_place_write(const SendPlaceFile *file, const SendPlace *place, Error *error);
void send_place_remove(const SendPlaceFile *file);

#endif
