#ifndef ONECASE_DOMAIN_ESCALATION_H
#define ONECASE_DOMAIN_ESCALATION_H

#include "domain/hazard.h"

/*
 * The level of a case by rule (linkage.md, "Escalation"; the numbers stand in the model): the worst
 * default colour of the members' classes, or a department's own level when it is worse; one step up
 * at enough independent reports in the window, or at enough sources with enough reporters; red at
 * more reports, or when people are trapped or hurt.
 */
/*
 * Judges the members of one case. Members in any order; a report that is a copy or follows another,
 * and further reports of one reporter, are no witnesses. In event-time order a reporter is another
 * one when it shares no hash with any before it in the window (HazardReporter). Needs at least one member of the case.
 * Reports of a bucket that name no estate witness each other in nothing.
 * `arena` is used and rewound.
 */
Escalation
escalation_judge(const EscalationRules *rules, const Hazard *hazard, int64_t case_id, Arena *arena);

/*
 * Whether a member that was added last leaves the judgement as it is: what comes after a case became red does not
 * change since when.
 */
bool escalation_stands(const Escalation *judged, const HazardMember *added);

/* Why, in Chinese, for cases.level_reason; on the arena. */
Text escalation_reason(const Escalation *escalation, Arena *arena);

#endif
