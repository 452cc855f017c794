#ifndef ONECASE_SERVICES_ONECASE_SOURCE_ROWS_H
#define ONECASE_SERVICES_ONECASE_SOURCE_ROWS_H

#include "source_options.h"

#include "domain/mapping.h"

#include "adapters/postgres.h"

/* What the database knows of a feed; it is only read. */

/* Records of a source partition that the database accounts for. */
typedef struct SourceAccount {
    Text topic;
    int32_t partition;
    int64_t last_offset;
    int64_t reports; /* inspections too */
    int64_t updates; /* assignments too */
    int64_t ignored;
    int64_t dead;
} SourceAccount;

typedef struct SourceAccounts {
    SourceAccount *items;
    size_t count;
} SourceAccounts;

/* Of all feeds, by topic and partition, on the arena. */
MUST_CHECK bool
source_rows_accounts(Postgres *pg, Arena *arena, SourceAccounts *accounts, Error *error);

/* The sum over the topics of one mapping. */
SourceAccount source_rows_sum(const SourceAccounts *accounts,
                              const SourceOptions *options,
                              const Mapping *mapping);
int64_t source_rows_total(const SourceAccount *account);

/* One record of a feed as the database has it. */
typedef struct SourceRecord {
    Text kind; /* report, inspection, update, assignment, ignored, dead */
    Text region;
    Text record_no;
    int64_t report_id; /* INT64_MIN: none */
    Text hazard_no;
    Text rule; /* of a dead letter; of an ignored one the reason */
    Text pointer;
    Text message;
    Text version; /* of the mapping: name@digest */
    Text topic;
    int32_t partition;
    int64_t offset;
    int64_t received_us;
    bool waits; /* an update that came before its report */
} SourceRecord;

/* How far the database was at one moment with the topics of a mapping, which outlives it; records after it are new. */
typedef struct SourceMark SourceMark;
MUST_CHECK bool source_rows_mark(Postgres *pg,
                                 const SourceOptions *options,
                                 const Mapping *mapping,
                                 Arena *arena,
                                 SourceMark **mark,
                                 Error *error);
void source_rows_mark_free(SourceMark *mark); /* NULL is fine */

/* The mark's own accounts. */
const SourceAccounts *source_rows_marked(const SourceMark *mark);

/*
 * The first record of the mapping's topics behind the mark, mapped by `version` unless that is absent. Ask only when the
 * accounts have grown. *found false: there is none.
 */
MUST_CHECK bool source_rows_first(
    Postgres *pg, SourceMark *mark, Text version, SourceRecord *record, bool *found, Error *error);

/* The latest report, dead letter or ignored record of the mapping's topics. *found false: none in the last weeks. */
MUST_CHECK bool
source_rows_latest(Postgres *pg, SourceMark *mark, SourceRecord *record, bool *found, Error *error);

#endif
