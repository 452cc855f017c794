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
 * Order of work: decode, kind, region, then for each field select, clean, between, extract, as,
 * codes, default, required; last the reporter's kind and `extra`. What is repaired or left out on
 * the way leaves a flag (domain/mapping_flag.h); a value that cannot be read kills the record only
 * where its field is required.
 *
 * Where the language leaves room:
 * - `unless`: the words are looked for in every value title and body may be taken from.
 * - An unknown code with `keep` stays in category_source or status_source and leaves the target
 *   absent; another text target takes the source's code as it is.
 * - A category not found in its table (unknown = TEXT, default) has confidence 0.
 * - The box of `point` is in WGS-84. A point of a field without `precision` has D.
 * - reporter is the keyed hash of the normalised number, or of "SOURCE/ID" where `as` is not phone:
 *   an id means something within its own system only. reporter_kind is "masked" when the number
 *   came masked, whatever is mapped; a report without a number is "anonymous" unless another kind
 *   than citizen is mapped.
 * - Free text (title, body, address, place_name, party_name, measures, result, channel,
 *   finder_post, lead_org, assist_orgs, the source's own codes, extra) is scrubbed of numbers of
 *   persons (domain/scrub.h) after extraction and before it is cut to `max`. A record number longer
 *   than `max` is never cut: rule "type".
 */
typedef struct Mapping Mapping;

/* A record as the department sent it. */
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
