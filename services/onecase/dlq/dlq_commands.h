#ifndef ONECASE_SERVICES_ONECASE_DLQ_COMMANDS_H
#define ONECASE_SERVICES_ONECASE_DLQ_COMMANDS_H

#include "dlq_letters.h"

/*
 * One command for all chosen letters of a partition of onecase.report, or several where they are many. Each is waited
 * for.
 */
typedef struct DlqOrder {
    const char *kind; /* dlq.redrive */
    const DlqLetters *letters;
    bool *chosen;   /* of each letter; false afterwards for those that nothing was done about */
    Text *commands; /* of each letter: the id of its command, or absent; NULL: nobody asks */
} DlqOrder;

typedef struct DlqOutcome {
    size_t done;
    size_t left;   /* were not what they were thought to be any more */
    size_t undone; /* of commands that are on their way, or were refused; said on stderr */
    int status;    /* of the first of these; EXIT_OK: none */
} DlqOutcome;

MUST_CHECK bool
dlq_commands_submit(const Dlq *dlq, const DlqOrder *order, DlqOutcome *outcome, Error *error);

#endif
