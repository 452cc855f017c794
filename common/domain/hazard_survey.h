#ifndef ONECASE_DOMAIN_HAZARD_SURVEY_H
#define ONECASE_DOMAIN_HAZARD_SURVEY_H

#include "domain/hazard.h"

/* What stores of hazards hold, for those who watch. Zeroed to start. */
typedef struct HazardSurvey {
    size_t hazards;      /* without those that went into another one */
    size_t generic_keys; /* keys that more than CANDIDATES_GENERIC_NEIGHBOURS hazards share */
    size_t reviews; /* with an open case, and maybe the same as another one: a person has to say */
    int64_t
        oldest_review; /* when the first report of the oldest of these was known, us since 1970 */
} HazardSurvey;

/* Adds what a store without base holds. Walks over all of it: tens of milliseconds for 200,000 hazards. Changes nothing. */
void hazard_survey_add(HazardSurvey *survey, const HazardStore *store);

#endif
