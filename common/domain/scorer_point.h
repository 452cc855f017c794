#ifndef ONECASE_DOMAIN_SCORER_POINT_H
#define ONECASE_DOMAIN_SCORER_POINT_H

#include "domain/model_data.h"
#include "domain/scorer.h"

/* The comparison of two points, or of one with an area. Used by scorer_place.c. */
typedef struct PointFinding {
    bool known;
    bool fine; /* both A to C */
    PlaceLevel level;
    bool agrees;        /* within R + e, of an area R + e + extent */
    int32_t distance_m; /* -1: not both have a point */
    bool by_anchor;     /* the hazard's anchor was compared, not the member's point */
} PointFinding;

bool scorer_is_area(const Evidence *report, const Evidence *member); /* one of the two classes is */

PointFinding scorer_points(const Model *model,
                           const Evidence *report,
                           const Evidence *member,
                           const HazardFacts *facts);

#endif
