#ifndef ONECASE_SERVICES_ONECASE_TABLE_DIGEST_H
#define ONECASE_SERVICES_ONECASE_TABLE_DIGEST_H

#include "base/digest.h"
#include "base/text_builder.h"

#include "adapters/postgres.h"

/*
 * SHA-256 over the rows of the decided tables, in the order of their keys, as COPY prints them. Two databases that were
 * fed the same log by the same model give the same sums (design.md, promise 7).
 */
typedef enum TableDigestKind {
    TABLE_DIGEST_DECIDED, /* all that was decided */
    TABLE_DIGEST_CLUSTERS /* only which source records are together */
} TableDigestKind;

enum { TABLE_DIGEST_MAX = 24, TABLE_DIGEST_ANSWER_MS = 3600 * 1000 };

typedef struct TableSum {
    const char *name;
    int64_t rows;
    char hex[SHA256_HEX_SIZE + 1];
} TableSum;

typedef struct TableDigest {
    TableSum tables[TABLE_DIGEST_MAX];
    size_t count;
    char hex[SHA256_HEX_SIZE + 1]; /* of the names and sums of all tables */
} TableDigest;

/* A connection for long reading; `greet` as in PostgresSettings. `conninfo` outlives it. */
Postgres *table_digest_connection(const char *conninfo,
                                  const char *application,
                                  bool (*greet)(Postgres *pg, Error *error));

/* All reads between the two see one moment. RETRY from `read` or `end`: the connection, and the moment, were lost. */
MUST_CHECK bool table_digest_begin(Postgres *pg, Error *error);
MUST_CHECK bool table_digest_end(Postgres *pg, Error *error);

MUST_CHECK bool
table_digest_read(Postgres *pg, TableDigestKind kind, TableDigest *digest, Error *error);

/* As lines "sum rows name", or as one JSON object. */
void table_digest_write(const TableDigest *digest, bool json, TextBuilder *out);

/* Names of the decided tables that hold a row, on the arena. */
MUST_CHECK bool table_digest_filled(Postgres *pg, Arena *arena, TextList *names, Error *error);

/* The first row of decided table `name` that `left` and `right` do not have alike. */
typedef struct TableDifference {
    int64_t row; /* 0 is the first */
    Text key;    /* "region, report_id = 9901, 17"; views of the arena */
    bool only_left;
    bool only_right;
} TableDifference;

/* Both within begin and end. False with FATAL too when no row differs. */
MUST_CHECK bool table_digest_difference(Postgres *left,
                                        Postgres *right,
                                        const char *name,
                                        Arena *arena,
                                        TableDifference *difference,
                                        Error *error);

#endif
