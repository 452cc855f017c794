#ifndef ONECASE_SERVICES_ONECASE_AUDIT_TAIL_H
#define ONECASE_SERVICES_ONECASE_AUDIT_TAIL_H

#include "audit/audit_findings.h"
#include "audit/audit_sources.h"

#include "adapters/kafka_client.h"

/*
 * Records at the end of a department's topic that intake's group went by without sending them on: its offset was pushed forward.
 * No account knows of them until a later record comes.
 */
typedef struct AuditTail {
    const char *brokers;
    const char *group;
    AuditSources *sources;
    Findings *findings;
    bool read_none; /* the group has committed nothing in these topics: not intake's, it seems */
    /* Between the two calls. */
    KafkaPosition *committed;
    size_t count;
} AuditTail;

/* What the group has committed. Before onecase.report is read: what is committed by then lies there. */
MUST_CHECK bool audit_tail_ask(AuditTail *tail, Error *error);
/* After it. Errors as kafka_reader.h. */
MUST_CHECK bool audit_tail_check(AuditTail *tail, Error *error);

#endif
