#ifndef ONECASE_DOMAIN_RECORD_H
#define ONECASE_DOMAIN_RECORD_H

#include "base/error.h"
#include "base/text.h"
#include "base/text_builder.h"

/*
 * The contract of topic onecase.report: CloudEvents 1.0 in binary mode, one record for each record (or item of
 * a record) of a department. Head = Kafka headers; value = JSON (domain/report.h for the four kinds that carry a
 * report, RecordNote for ignored and dead ones). Key = region.
 */
typedef enum RecordKind {
    RECORD_REPORT,
    RECORD_UPDATE,
    RECORD_ASSIGNMENT,
    RECORD_INSPECTION,
    RECORD_IGNORED,
    RECORD_DEAD,
    RECORD_COMMAND,
    RECORD_TICK,
    RECORD_KINDS
} RecordKind;

/*
 * What a head may hold; beyond it is malformed. Origins are keys of tables and terms of sums, and not every head need be
 * intake's. A topic's name is as Kafka has it, and a source's is a mapping's or a topic's; at a million records a
 * second an offset gets there in 285 years.
 */
enum {
    RECORD_TOPIC_MAX = 249,
    RECORD_SOURCE_MAX = RECORD_TOPIC_MAX,
    RECORD_ITEM_MAX = INT32_MAX - 1 /* their count is an int32_t too */
};
#define RECORD_OFFSET_MAX ((INT64_C(1) << 53) - 1)

/* Where a record came from: printed as topic/partition/offset#item, which is its ce_id. */
typedef struct Origin {
    Text topic;
    int32_t partition;
    int64_t offset;
    int32_t item; /* 0 for a record that is one item */
} Origin;

typedef struct RecordHead {
    RecordKind kind;
    Origin origin;
    Text source;     /* the mapping's `source`, e.g. H12345 */
    Text mapping;    /* name@digest of the mapping that made it */
    int32_t items;   /* how many items the source record gave; at least 1 */
    int64_t skipped; /* offsets that never came before this one: at most its own */
    int32_t attempt; /* 1, more for a released dead letter */
    bool backfill;
    Text
        forwarded; /* the region that took it first and sent it home; absent: it came from intake */
    Text lost;     /* offsets before it that will never come (record_loss.h); absent: none */
} RecordHead;

/* One Kafka header. */
typedef struct RecordHeader {
    Text name;
    Text value;
} RecordHeader;

enum { RECORD_HEADERS_MAX = 13 };

#define RECORD_FORWARDED "oc-forwarded" /* the header of RecordHead.forwarded */
#define RECORD_COMMAND_ID "oc-command"  /* the header that names a command, see docs/commands.md */
#define RECORD_LOST "oc-lost"           /* the header of RecordHead.lost */

/* What an ignored or dead record says instead of a report. Never holds a value of the record. */
typedef struct RecordNote {
    Text reason;    /* ignored: the mapping's reason */
    Text record_no; /* ignored: when it could be read */
    Text stage;     /* dead: decode, map, send, write, crash, misrouted */
    Text pointer;   /* dead: JSON Pointer of the guilty value, may be empty */
    Text rule;      /* dead: syntax, encoding, kind, required, type, region, too_large, ... */
    Text message;   /* dead: what was expected and what was found, without the value */
    Text sha256;    /* dead: hex digest of the original bytes */
} RecordNote;

const char *record_kind_name(RecordKind kind);      /* "report" */
bool record_kind_from(Text name, RecordKind *kind); /* "report" -> RECORD_REPORT */
bool record_kind_carries_report(RecordKind kind);   /* report, update, assignment, inspection */

/* "topic/partition/offset#item" */
Text record_origin_text(Arena *arena, const Origin *origin);
bool record_origin_parse(Text text,
                         Origin *origin); /* views into `text`; within the limits above */
/* By topic, partition, offset, item. */
int record_origin_compare(const Origin *a, const Origin *b);

/* Fills `headers` (room for RECORD_HEADERS_MAX); texts live on the arena or are views of the head. Returns the count. */
size_t record_head_write(const RecordHead *head, Arena *arena, RecordHeader *headers);

/*
 * The head out of Kafka headers, in any order, unknown ones ignored; texts are views. REJECT (rule "header", the
 * name as pointer) when ce_type, ce_id or ce_source is missing or one is malformed; absent oc- headers take defaults.
 */
MUST_CHECK bool
record_head_read(const RecordHeader *headers, size_t count, RecordHead *head, Error *error);

/* What a dead record says: why, and the digest of which bytes. Texts of the fault are copied onto the arena. */
RecordNote record_note_dead(const char *stage, const Error *fault, Text sha256, Arena *arena);

/* Value of an ignored or dead record. Read: texts live on the arena; REJECT when it is no JSON object. */
void record_note_write(const RecordNote *note, RecordKind kind, TextBuilder *out);
MUST_CHECK bool record_note_read(Text value, Arena *arena, RecordNote *note, Error *error);

#endif
