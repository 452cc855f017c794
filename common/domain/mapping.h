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
 * Order of work: decode, unwrap, each, kind, region, then for each field select, clean, between,
 * extract, at, as, codes (and keywords), default, required; last the check of times, the reporter's kind,
 * noise and `extra`. What is repaired or left out on the way leaves a flag (domain/mapping_flag.h); a
 * value that cannot be read kills the record only where its field is required.
 *
 * `unwrap`: the text at each pointer is replaced by the JSON it holds, in the order given. Absent,
 * null, `empty` or already an object or array: left alone. No JSON: dead, rule "unwrap", its pointer; in an item
 * it is that item alone that is dead.
 *
 * A record without value (tombstone) is dead, rule "empty"; with `tombstones` = "ignore" it is one record, ignored, reason
 * "tombstone".
 *
 * `each`: the elements of the array at its pointer are items, each mapped by itself into one record.
 * A pointer that begins with the pointer of `each` and "/`*`" stands for the item in hand
 * ("/items/`*`/id" with each = "/items"); every other one for the whole message. each = "" makes the
 * elements of a top-level array items ("/`*`/id"). An object where the array should be is one item.
 * Absent, null or another scalar: one ignored record where the first entry of `kinds` that fits is an ignore that asks
 * for nothing of an item (a heartbeat; pointers into items find nothing), otherwise dead, rule "each". No element: one record, ignored, reason "no
 * items". More than MAPPING_ITEMS_MAX: dead, rule "each". An item that is no object is a dead record
 * of its own (rule "each", "/items/3"). Pointers of dead records name the item by its number.
 * part_no is the number of the item from 0, as in ce_id, unless a field gives it. What stands outside the items is read
 * once for each of them: when that becomes too much work for one message, the rest is dead, rule "too_large".
 *
 * Where the language leaves room:
 * - A target may have alternatives, tried in order: the first that yields a value wins. One whose kinds or when does not
 *   fit, that finds nothing, a code without a row or what cannot be read gives way to the next; flags stay. default and
 *   required are those of the last alternative, and hold where its kinds and when fit. keywords come after all of them.
 * - `first` goes on behind a value that cannot be read as a time, number, point, flag or telephone number; its flag stays.
 *   When none could be read the last of them decides about a required field. A text can always be read.
 * - `dedupe` of `concat`: one character and a bare number, also in full width, repeat nothing.
 * - `default` is for what is not there (or a code without a row); a value that cannot be read leaves its flag, and the
 *   target stays absent.
 * - `at` = [from, length] characters, from 0, of what extract gives, scrubbed first where the target is free text, so
 *   that no number of a person is cut in two. Of a shorter text what is there; nothing when it ends before `from`.
 * - `as` of reporter is phone, of usc_code usc, unless the file says otherwise or the field has codes.
 * - `unless`: the words are looked for in every value title and body may be taken from.
 * - `time.check` reads [from, length] characters (from 0) of the value at digits_of, narrowed, by its
 *   format: the time inside the record number. It is compared with reported_at (recorded_at when there
 *   is none), cut to the format's finest unit. 12 hours apart: the number is right, every time
 *   of the record that equals the one compared is moved by exactly 12 hours, flag "time_12h". Otherwise
 *   different: flag "time_mismatch", nothing is changed. A number that does not fit: nothing. Where the format has
 *   minutes, up to 10 minutes more or less are no difference, nor 12 hours and as much: the page says exactly, but a number
 *   is minted when the sheet is saved, often a minute or several after the call, and an exact comparison flagged most of
 *   such a feed and repaired none of it.
 * - A time (due_at apart) more than 10 minutes after or more than 400 days before the record's own
 *   Kafka time stamp is kept and flagged "time_suspect"; in backfill only the future is suspect.
 * - An unknown code is never the end of a record: a required category without row, `unknown` and default is J03.
 * - `clean` with nul takes what stands before the first NUL of a value, before all other steps; otherwise NULs go and
 *   what stands around them is kept. Either way the flag is "nul_removed".
 * - `narrowed` is left when a full-width letter or digit became narrow, in clean, extract or a conversion.
 * - `keywords`: when the table has no row for the code, when there is no code, or when the row's
 *   confidence is below 60, the phrases of the list are looked for in title and body as they stand in
 *   the report; the highest confidence wins, then the longest phrase, then the first in the list. Its
 *   class and confidence are taken when it is better than what the code says; flag "class_by_words".
 *   An unknown code keeps its flag "code_unknown".
 * - `noise`: the phrases found in title and body are named in the report's `noise`.
 * - An unknown code with `keep` stays in category_source or status_source and leaves the target
 *   absent; another text target takes the source's code as it is.
 * - A category not found in its table (unknown = TEXT, default) has confidence 0.
 * - The box of `point` is in WGS-84. A point of a field without `precision` has D.
 * - reporter is the keyed hash of the normalised number, or of "SOURCE/ID" where `as` is not phone:
 *   an id means something within its own system only. reporter_kind is "masked" when the number
 *   came masked, whatever is mapped; a report without a number is "anonymous" unless another kind
 *   than citizen is mapped. A code that has no row, or a word that is none of the kinds, is as if nothing were mapped,
 *   flag "code_unknown". Without a key there is no reporter.
 * - Free text (title, body, address, place_name, party_name, measures, result, channel,
 *   finder_post, lead_org, assist_orgs, the source's own codes, extra) is scrubbed of numbers of
 *   persons (domain/scrub.h), and of the names and numbers that stand at the pointers of `personal` in the same
 *   record (domain/scrub_known.h), after extraction and before it is cut to `max`. A record number longer
 *   than `max` is never cut: rule "type".
 * - `personal` none says that a name is no person's; the value is kept and scrubbed like any text. A member below a pointer
 *   of `extra` that is named like a person's (domain/mapping_person_name.h) and that no rule of `personal` names,
 *   itself or something in it, is left out, flag "personal_withheld".
 * - Another word of `personal` covers all that stands below its pointer. Of several that cover a value drop counts, else
 *   the one with the longer pointer.
 * - A value that is required and cannot be read is told by its shape (domain/value_shape.h), never quoted.
 */
typedef struct Mapping Mapping;

/* A record as the department sent it. */
typedef struct MappingInput {
    Text bytes; /* the value; absent for a tombstone */
    int64_t
        timestamp_us; /* the record's own Kafka time stamp; 0 or less: none, times are not judged */
    bool backfill;    /* history: being old is not suspicious */
    size_t only;      /* the number, from 1, of the one item that is asked for; 0: all */
} MappingInput;

typedef struct MappingTrace MappingTrace; /* domain/mapping_trace.h */

/* The secret of reporter hashes and its number, 1..; never logged. */
typedef struct MappingKey {
    Text secret;
    int32_t number; /* 0: no key */
} MappingKey;

/* What does not belong to one mapping: shared by all feeds of a process. */
typedef struct MappingContext {
    const RegionTable *regions;
    MappingKey key; /* reporter */
    MappingKey
        key_before; /* reporter_before: the key of the time before a rotation; number 0: none */
    MappingTrace *trace; /* NULL: nobody asks where values come from */
} MappingContext;

enum { MAPPING_ITEMS_MAX = 5000 };

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
 * least 1. With `only` the other items are there and empty.
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
TextList mapping_topics(const Mapping *mapping); /* empty when the file has topic_pattern */
/* POSIX extended regular expression for whole topic names, without ^ and $; absent: none. */
Text mapping_topic_pattern(const Mapping *mapping);
Text mapping_default_region(const Mapping *mapping);

#endif
