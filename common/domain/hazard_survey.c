/*
 * Nothing is kept up to date for the survey: hazards are walked over one after another, and so are the slots of the blocking index.
 */
#include "domain/hazard_survey.h"

#include "domain/candidates.h"

static bool has_open_case(const Hazard *hazard)
{
    for (size_t i = 0; i < hazard->case_count; i++)
        if (hazard->cases[i].closed_at == TIME_ABSENT && hazard->cases[i].merged_into == 0)
            return true;
    return false;
}

static void count_review(HazardSurvey *survey, const Hazard *hazard)
{
    if (hazard->provisional_of == 0 || hazard->member_count == 0 || !has_open_case(hazard))
        return;
    int64_t known_at = hazard->members[0].known_at;
    if (survey->reviews++ == 0 || known_at < survey->oldest_review)
        survey->oldest_review = known_at;
}

void hazard_survey_add(HazardSurvey *survey, const HazardStore *store)
{
    const Hazard *hazard;
    survey->generic_keys += hazard_store_shared_keys(store, CANDIDATES_GENERIC_NEIGHBOURS);
    for (size_t cursor = 0; hazard_store_each(store, &cursor, &hazard);) {
        if (hazard->merged_into != 0)
            continue;
        survey->hazards++;
        count_review(survey, hazard);
    }
}
