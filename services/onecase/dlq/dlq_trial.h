#ifndef ONECASE_SERVICES_ONECASE_DLQ_TRIAL_H
#define ONECASE_SERVICES_ONECASE_DLQ_TRIAL_H

#include "dlq_letters.h"

#include "domain/mapping.h"

/* What would become of dead letters if they were released now. */
typedef enum DlqVerdict {
    DLQ_LOST,      /* the vault does not hold it any more */
    DLQ_TRUNCATED, /* it was too large for the vault */
    DLQ_FAILS,
    DLQ_PASSES,
    DLQ_AS_IT_IS, /* the matcher's: nothing is mapped, PostgreSQL will tell */
    DLQ_VERDICTS
} DlqVerdict;

/* Why letters fail, counted; the message is that of the first. */
typedef struct DlqCause {
    Text rule;
    Text pointer;
    Text message;
    size_t count;
} DlqCause;

enum { DLQ_CAUSES_MAX = 50 };

typedef struct DlqTrial {
    const Dlq *dlq;
    Arena *arena;
    const Mapping **mappings;
    size_t mapping_count;
    MappingContext context;
    uint8_t *verdicts; /* DlqVerdict of each letter */
    size_t counts[DLQ_VERDICTS];
    size_t kinds[RECORD_KINDS]; /* of those that pass: what they become */
    DlqCause causes[DLQ_CAUSES_MAX];
    size_t cause_count;
    size_t others; /* failing for causes beyond DLQ_CAUSES_MAX */
} DlqTrial;

/* Mapping files and regions. False with everything said on stderr and the exit code in *status. */
bool dlq_trial_load(const Dlq *dlq, DlqTrial *trial, int *status);

/* The mapping that reads the topic (full name); NULL: none. */
const Mapping *dlq_trial_mapping(const DlqTrial *trial, Text topic);

/* Tries all, which vault_find has found; fills verdicts and counts. */
MUST_CHECK bool dlq_trial_run(DlqTrial *trial,
                              const VaultSpec *vault,
                              const DlqLetters *letters,
                              const VaultWanted *wanted,
                              Error *error);

#endif
