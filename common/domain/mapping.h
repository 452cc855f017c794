#ifndef ONECASE_DOMAIN_MAPPING_H
#define ONECASE_DOMAIN_MAPPING_H

#include "base/error.h"
#include "base/text.h"

#include "domain/record.h"
#include "domain/region.h"
#include "domain/report.h"

/*
 * One feed's mapping, compiled from its file (adapters/mapping_file.h) and immutable from then on:
 * departmental bytes in, canonical records out. Pure: no clock, no files; the same input always
 * gives the same output.
 *
 * Order of work: decode, kind, select, clean, between, extract, as, codes, default, required
 * (mapping.md).
 */
typedef struct Mapping Mapping;

/* A record as the department sent it. All texts are views of the caller's memory. */
typedef struct MappingInput {
    Text bytes;           /* the value; absent for a tombstone */
    int64_t timestamp_us; /* the record's own Kafka time stamp */
} MappingInput;

/* What does not belong to one mapping: shared by all feeds of a process. */
typedef struct MappingContext {
    const RegionTable *regions;
    Text hmac_key;       /* secret for reporter hashes; never logged */
    int32_t hmac_key_no; /* its number, 1.. */
} MappingContext;

/* One canonical record (item). kind RECORD_IGNORED and RECORD_DEAD carry `note`, the others
 * `report`. */
typedef struct MappedRecord {
    RecordKind kind;
    Text region;     /* never absent: the mapping's default when nothing better is known */
    Report report;   /* of a kind that carries one */
    RecordNote note; /* of the others; for dead: stage "decode" or "map", sha256 is filled */
} MappedRecord;

/*
 * Maps one record; never fails: what cannot be read becomes a record of kind RECORD_DEAD with rule,
 * pointer and message. Everything lives on the arena (or is a view of the input). *count is at
 * least 1.
 */
void mapping_apply(const Mapping *mapping,
                   const MappingContext *context,
                   const MappingInput *input,
                   Arena *arena,
                   MappedRecord **records,
                   size_t *count);

Text mapping_name(const Mapping *mapping);    /* file name without .cfg */
Text mapping_source(const Mapping *mapping);  /* H12345 */
Text mapping_version(const Mapping *mapping); /* name@digest: the first 12 hex digits of the SHA-256
                                                 of all its files */
TextList mapping_topics(const Mapping *mapping);
Text mapping_default_region(const Mapping *mapping);

#endif
