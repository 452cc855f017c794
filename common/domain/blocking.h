#ifndef ONECASE_DOMAIN_BLOCKING_H
#define ONECASE_DOMAIN_BLOCKING_H

#include "domain/evidence.h"

/*
 * Blocking keys: two reports are only compared when they share one. A key is a 64-bit hash with a
 * kind, so that decisions can say which kinds proposed a candidate.
 */
typedef enum BlockingKind {
    BLOCK_RECORD,   /* source and record number, own, quoted and of the original */
    BLOCK_ASSET,    /* plate, equipment, component, device */
    BLOCK_DOOR,     /* road and number, road and lane */
    BLOCK_BUILDING, /* estate and building */
    BLOCK_ESTATE,   /* estate and family */
    BLOCK_ROAD,     /* road and family */
    BLOCK_POI,      /* landmark, gate; junction pair */
    BLOCK_TILE, /* family and a tile of its radius; of a larger one, for families it may be confused with */
    BLOCK_PARTY,     /* credit code, party name */
    BLOCK_COMMUNITY, /* community or grid, with a family that comes in bursts */
    BLOCK_REPORTER,  /* reporter, under each key it came with, and family */
    BLOCK_BUCKET,    /* estate, community or the region, and family: where a bucket is of */
    BLOCK_BURST,     /* family that comes in bursts, and day */
    BLOCK_KINDS
} BlockingKind;

typedef struct BlockingKey {
    BlockingKind kind;
    /* Of a query: whom else it finds may not be joined, for another building or number; the latest are enough to say
     * so. Who may be joined is found by another key. */
    bool latest_only;
    bool partner; /* of a query: of another family than the report's own, or of none */
    bool
        counted; /* of a query: what is found is how many sites there are of the report's own family (or party) */
    uint64_t hash;
} BlockingKey;

enum { BLOCKING_KEYS_MAX = 128, BLOCKING_CANDIDATES_MAX = 200 };

const char *blocking_kind_name(BlockingKind kind);

/* Keys under which a member is found. Returns the count (no doubles). */
size_t blocking_index_keys(const Evidence *evidence, const Model *model, BlockingKey *keys);
/* Keys a report looks under: the same, and the neighbouring tiles, quoted numbers, confusable
 * families. */
size_t blocking_query_keys(const Evidence *evidence, const Model *model, BlockingKey *keys);

/*
 * A bucket (Hazard.bucket) lies under two kinds of keys alone: one for where it is of (its estate without the phase, else its
 * community, else the region) and its family, the first; and the record numbers of its members. So it is found exactly, and
 * never crowds those that stand somewhere.
 */
size_t blocking_bucket_keys(const Evidence *evidence, BlockingKey *keys);
/*
 * Hazards of families that come in bursts lie under the days (UTC) of their members, to be found when a report says no place at all:
 * the days of a report and the one before, of its own family and those it may be confused with; none when its own is no burst
 * family. They propose no candidates.
 */
size_t blocking_burst_keys(const Evidence *evidence, const Model *model, BlockingKey *keys);
/* Keys under which buckets lie whose members a report may have located: of its estate, of its community, and by record numbers. */
size_t blocking_bucket_query_keys(const Evidence *evidence, BlockingKey *keys);

#endif
