#ifndef ONECASE_SERVICES_ONECASE_DLQ_RELEASE_H
#define ONECASE_SERVICES_ONECASE_DLQ_RELEASE_H

#include "dlq_letters.h"

/* Bytes of released letters onto onecase.redrive, and what became of them there. */
typedef struct DlqRelease {
    const Dlq *dlq;
    const DlqLetters *letters;
    VaultWanted *wanted;  /* found; `skip` of those that are not released */
    const Text *commands; /* the id of each letter's command */
} DlqRelease;

/*
 * Writes them; *written are acknowledged. REJECT when onecase.redrive takes one of them no more, because of its size;
 * what stands before it is written.
 */
MUST_CHECK bool
dlq_release_write(const DlqRelease *release, const VaultSpec *vault, size_t *written, Error *error);

/* Letters that failed again, by what they failed of. */
typedef struct DlqFailed {
    Text stage;
    Text rule;
    Text pointer;
    Text message;
    Text group;
    int64_t count;
} DlqFailed;

typedef struct DlqReturned {
    int64_t taken;
    int64_t failed;
    int64_t under_way;
    DlqFailed *causes; /* on the arena, most frequent first */
    size_t cause_count;
} DlqReturned;

/* Looks until none is under way any more, options->wait_ms are over, or somebody asks to stop. */
MUST_CHECK bool dlq_release_await(const DlqRelease *release, DlqReturned *returned, Error *error);

#endif
