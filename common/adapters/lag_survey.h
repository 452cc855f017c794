#ifndef ONECASE_ADAPTERS_LAG_SURVEY_H
#define ONECASE_ADAPTERS_LAG_SURVEY_H

#include "base/error.h"

#include "domain/lag_board.h"
#include "domain/mapping.h"

/*
 * One look at the hub: Kafka's ends, commits and members, PostgreSQL's offsets and states, the record that each partition reads next.
 * PostgreSQL is the truth for matcher and relay; while it does not answer, Kafka's copy stands in for the matcher's, and says so.
 * 2,000 partitions that are all behind take a few seconds; those that stand where they stood at the last look cost nothing.
 * One thread. Connects by itself, again after a failure.
 */
typedef struct LagSurvey LagSurvey;

typedef struct LagSurveySpec {
    const char *brokers;
    const char *client_id;
    const char *conninfo;
    const char *topic_prefix;
    const char *intake_group;
    const char *matcher_group;
    const char *relay_name; /* how the relay is called as a group */
    const char *const
        *groups; /* others that are watched too, all topics that they have committed */
    size_t group_count;
    const Mapping *const *mappings; /* name the departments' topics and sources */
    size_t mapping_count;
    int limit_ms;     /* patience of each question */
    int freshness_ms; /* how often the freshness is asked for; between, the last answer stands */
} LagSurveySpec;

/* Keeps the spec's texts and mappings, which must outlive it. FATAL for settings that Kafka's client does not take. */
MUST_CHECK bool lag_survey_open(const LagSurveySpec *spec, LagSurvey **survey, Error *error);
void lag_survey_close(LagSurvey *survey); /* NULL is fine */

/*
 * Fills everything of the look but its processes, on the arena. Never fails: what could not be asked shows in kafka_up and
 * database_up with the fault, and what is not known as LAG_UNKNOWN. Takes at most about three times limit_ms. at_ms of each sample is
 * when it was taken, by the clock of this machine.
 */
void lag_survey_look(LagSurvey *survey, Arena *arena, LagLook *look);

#endif
