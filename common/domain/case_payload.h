#ifndef ONECASE_DOMAIN_CASE_PAYLOAD_H
#define ONECASE_DOMAIN_CASE_PAYLOAD_H

#include "domain/lifecycle.h"

/*
 * The data of an event for departments (docs/events.md): what happened, and the case as it stands once the record that
 * caused it is wholly decided. Codes, numbers and the place; no free text, nobody's hash.
 */

/* One JSON object, on the arena. `seq` is the event's number in case_events. A function of memory alone. */
Text case_payload(const Lifecycle *lifecycle, const CaseEvent *event, int64_t seq, Arena *arena);

#endif
