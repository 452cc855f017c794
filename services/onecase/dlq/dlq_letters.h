#ifndef ONECASE_SERVICES_ONECASE_DLQ_LETTERS_H
#define ONECASE_SERVICES_ONECASE_DLQ_LETTERS_H

#include "dlq.h"
#include "vault_read.h"

#include "base/text_builder.h"

/* Rows of onecase.dead_letters, as the words of a command choose them. */
enum { DLQ_LETTERS_MAX = 100000 };

typedef struct DlqLetter {
    Text origin; /* topic/partition/offset#item */
    Origin at;
    Text region;
    Text source;
    Text stage;
    Text rule;
    Text pointer;
    Text message;
    Text mapping; /* name@digest */
    Text sha256;  /* hex */
    int32_t attempt;
    int64_t received_us;
    int32_t report_partition;
    Text state;
    Text group;
} DlqLetter;

typedef struct DlqLetters {
    PostgresResult *rows; /* the texts are views of it */
    DlqLetter *items;
    size_t count;
    size_t total; /* that the words choose, those beyond `count` too */
} DlqLetters;

/*
 * Those that the options name or that pass their filters, in one of `states` ("open,released"; "" is any), the oldest
 * DLQ_LETTERS_MAX, oldest first. Letters named by origin come in any state.
 */
MUST_CHECK bool
dlq_letters_read(const Dlq *dlq, const char *states, DlqLetters *letters, Error *error);
/* The newest `most` that pass the filters, newest first; or those that are named. */
MUST_CHECK bool dlq_letters_read_newest(
    const Dlq *dlq, const char *states, int64_t most, DlqLetters *letters, Error *error);
void dlq_letters_free(DlqLetters *letters);

/*
 * Says on stderr which origins the options name that are no dead letters, and which groups have none of these; false when there
 * is one. That there is none at all is the caller's to say.
 */
bool dlq_letters_all_there(const Dlq *dlq, const DlqLetters *letters);

/* Members of a JSON object that is open. */
void dlq_letters_write(const DlqLetter *letter, TextBuilder *out);

/* What vault_find is asked, on the arena. */
VaultWanted *dlq_letters_wanted(const Dlq *dlq, const DlqLetters *letters);

/* The filters as parameters $1 to $7 of a statement, see DLQ_FILTER. */
enum { DLQ_FILTERS = 7 };
void dlq_letters_filters(const Dlq *dlq, const char *states, PostgresParam params[DLQ_FILTERS]);

#define DLQ_GROUP_OF "onecase.dead_letter_group(source, stage, rule, pointer, mapping_digest)"
/* All of it but the groups, whose hash is dear: $7, as DLQ_IN_GROUPS. */
#define DLQ_FILTER                                                                                 \
    " ($1::text is null or source = $1) and ($2::text is null or stage = $2)"                      \
    " and ($3::text is null or rule = $3)"                                                         \
    " and ($4::timestamptz is null or received_at >= $4)"                                          \
    " and ($5::timestamptz is null or received_at < $5)"                                           \
    " and ($6 = '' or state = any(string_to_array($6, ',')))"
#define DLQ_IN_GROUPS(group_) " ($7 = '' or " group_ " = any(string_to_array($7, ',')))"

#endif
