#ifndef ONECASE_DOMAIN_MODEL_H
#define ONECASE_DOMAIN_MODEL_H

#include "base/text.h"

#include "domain/time_limit.h"

/*
 * All numbers of the matching model, read from deploy/model/ by adapters/model_file.h and immutable
 * from then on. Weights are integers in millibits (1,000 = one bit), so that a sum is the same on
 * every build. linkage.md says where each comes from.
 */
typedef enum Scope {
    SCOPE_ASSET,
    SCOPE_UNIT,
    SCOPE_BUILDING,
    SCOPE_POINT,
    SCOPE_PARTY,
    SCOPE_ESTATE,
    SCOPE_AREA
} Scope;

/* A leaf of the hazard tree with its matching parameters (domain.md 7.1). */
typedef struct HazardClass {
    Text code;   /* A02 */
    Text family; /* bucket, burst and crowding family: the first code of the family */
    char group;  /* 'A' */
    Text kin;    /* first code of the leaves that desks mistake for each other: the "same group" */
    /* Cells of the grids of blocking tiles: of its family among itself, and across all families that may be joined to
     * it or related; 0: there are none. */
    int32_t tile_m;
    int32_t tile_far_m;
    bool area_family; /* a class of the family is of area scope */
    Scope scope;
    int32_t radius_m;        /* 0: never joined by radius */
    int32_t first_radius_m;  /* instead of it within two hours of the nearest member; 0: none */
    int32_t spacing_m;       /* distance of neighbouring assets; 0: none */
    int32_t cap_m;           /* largest extent, area scope */
    int32_t recurrence_days; /* a new report within so many days of closing reopens the case */
    int32_t
        debounce_minutes; /* repeats of a device's alarm within them are no reports; 0: each is one */
    bool burst;
    int16_t colour;    /* 1 red to 4 blue, the default level */
    int32_t rarity_mb; /* addition when the same leaf is rare, at most 2,000 */
} HazardClass;

/* Sites of one family (lifts, lamps, manholes ...) at the places an address names; 0: not known. */
typedef struct PlaceSites {
    int32_t building; /* in the building */
    int32_t door;     /* at the number of the road or lane */
    int32_t estate;
    int32_t road;
} PlaceSites;

typedef struct EscalationRules {
    int32_t window_days;       /* 90 */
    int32_t step_reports;      /* 3 independent reports: one step up */
    int32_t step_sources;      /* or so many sources with ... */
    int32_t step_reporters;    /* ... so many reporters */
    int32_t red_reports;       /* 5 independent reports: red */
    int32_t overdue_steps;     /* 1: steps up when the case is overdue ... */
    int32_t overdue_worst;     /* 2: ... but no further than this level by time alone */
    bool red_when_people_hurt; /* trapped, injured or dead > 0 */
} EscalationRules;

typedef struct Model
    Model; /* domain/model_data.h; opaque to services. Made by adapters/model_file.h */

void model_free(Model *model); /* NULL is fine */

Text model_version(const Model *model); /* name@digest of every file it was read from */
const HazardClass *model_class(const Model *model, Text code); /* unknown codes give J03's */
/* Names of a set of aspects (Evidence.aspects): 缺失、松动; on the arena. */
Text model_aspects(const Model *model, uint32_t aspects, Arena *arena);
const EscalationRules *model_escalation(const Model *model);
const TimeLimits *model_time_limits(const Model *model); /* with the calendar they count by */
/* The days that are not as their weekday, ascending. */
const MovedDay *model_moved_days(const Model *model, size_t *count);
int32_t model_link_mb(const Model *model);     /* 4,000 */
int32_t model_review_mb(const Model *model);   /* 2,000 */
int32_t model_possible_mb(const Model *model); /* -2,000 */

#endif
