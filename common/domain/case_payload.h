#ifndef ONECASE_DOMAIN_CASE_PAYLOAD_H
#define ONECASE_DOMAIN_CASE_PAYLOAD_H

#include "domain/lifecycle.h"

/*
 * What departments are told of an event: the data of the CloudEvent on onecase.case. docs/events/ has a JSON Schema of
 * each kind; who changes one changes the other.
 */

/* The type of the CloudEvent for a kind of case_events: case.opened, review.requested. Static. */
Text case_payload_type(const char *kind);
/* All of them, from 0 on; absent behind the last. */
Text case_payload_type_at(size_t index);

/*
 * The case of an event as it stands, in the hazard that goes on for the event's, which *hazard is set to; NULL: there is
 * none.
 */
const HazardCase *
case_payload_case(const Lifecycle *lifecycle, const CaseEvent *event, const Hazard **hazard);

/*
 * One JSON object on the arena: what happened, and the case as it stands in the lifecycle's store. Codes, numbers and the
 * place alone: no free text, nobody's name, and no door of a flat, which may be where the reporter lives. Called when the
 * record that the event came from is decided, it is the same whatever batch the record came in. `seq` is that of
 * case_events.
 */
Text case_payload(const Lifecycle *lifecycle, const CaseEvent *event, int64_t seq, Arena *arena);

#endif
