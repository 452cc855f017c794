#ifndef ONECASE_SERVICES_ONECASE_DLQ_SHOW_PRINT_H
#define ONECASE_SERVICES_ONECASE_DLQ_SHOW_PRINT_H

#include "dlq_letters.h"

/* One dead letter as `onecase dlq show` has gathered it. */
typedef struct DlqShown {
    const DlqLetter *letter;
    size_t in_group; /* letters of its group; 0: it was asked for by its origin */
    const PostgresResult *history;
    VaultState state;
    Text masked;     /* lines, each ended; empty when there are no bytes */
    int64_t size;    /* of the bytes */
    int64_t kept_us; /* stamp of its record in the vault */
    bool canonical;
    bool altered;  /* the bytes are not those the row has a digest of */
    Text no_vault; /* why the vault could not be read; absent: it was */
} DlqShown;

/* Columns of `history`. */
enum {
    DLQ_HISTORY_ID,
    DLQ_HISTORY_KIND,
    DLQ_HISTORY_ACTOR,
    DLQ_HISTORY_AT,
    DLQ_HISTORY_STATE,
    DLQ_HISTORY_RESULT,
    DLQ_HISTORY_REASON
};

void dlq_show_print(const Dlq *dlq, const DlqShown *shown);
void dlq_show_write(const Dlq *dlq, const DlqShown *shown);

#endif
