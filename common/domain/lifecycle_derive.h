#ifndef ONECASE_DOMAIN_LIFECYCLE_DERIVE_H
#define ONECASE_DOMAIN_LIFECYCLE_DERIVE_H

#include "domain/lifecycle.h"

/* What a case derives from its members, for lifecycle.c, where these are, and lifecycle_join.c. */

/* At the end of lifecycle->events. */
void lifecycle_add_event(Lifecycle *lifecycle, CaseEvent event);

/* The case of the hazard that an event at that time belongs to: see lifecycle_attach. Reopens or opens one. */
HazardCase *lifecycle_choose_case(Lifecycle *lifecycle, Hazard *hazard, const HazardMember *member);

/* Cases of a hazard that were not merged into another one. */
int32_t lifecycle_episodes(const Hazard *hazard);

/*
 * Closed when all members are final. A closed case opens again only for a new report after its closing (choose_case) or
 * when a department takes a final status back (`may_open`): a late report of what was before the closing leaves it
 * closed. `cause` says when.
 */
void lifecycle_derive_closing(Lifecycle *lifecycle,
                              const Hazard *hazard,
                              HazardCase *of,
                              const HazardMember *cause,
                              bool may_open);

/* 60 and above but for a reopening. */
bool lifecycle_final_status(int16_t status);

/* The level by rule, and since when; an event when it changed. */
void lifecycle_derive_level(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of);

#endif
