#ifndef ONECASE_DOMAIN_REVISING_H
#define ONECASE_DOMAIN_REVISING_H

#include "domain/placing.h"

/*
 * A report that stands says something else of its place, thing or class (linkage.md 2, V7): a revision or a department's reply named
 * it. What the machine decided about it is asked anew; a person's judgement of the report will be asked for first, in
 * revising_report, and leaves it where it is.
 *
 *   in a bucket ............... decided as if it came now: it moves to the hazard it is linked to, or opens one unless it is still
 *                               vague; the buckets of where it stands are asked as by any report
 *   alone in its hazard ....... the hazard says what the report says now, and is joined to another one when it belongs there
 *   one of several ............ it stays: what the hazard was told with it cannot be taken out. When the others keep it apart
 *                               now, a person is asked (event review_requested, reason revised)
 *
 * The alarms of a device stay where they are: its number says what it is, and the window of the first holds for the next.
 */

/* Whether a revision said where, what thing or what class in another way. */
bool revising_differs(const Evidence *before, const Evidence *after);

/*
 * Asks anew about a report that is in a hazard. `evidence` is what it says now and stays the caller's; its independence is filled in.
 * True: memory holds that evidence from here on; false: what it held before. placing->decision_id is that of the decision
 * about the report when there is one (it left its bucket), explained on the arena of lifecycle; 0: there is none.
 */
bool revising_report(Placing *placing, Evidence *evidence, int64_t known_at, Decision *decision);

#endif
