#ifndef ONECASE_DOMAIN_HAZARD_EXTENT_H
#define ONECASE_DOMAIN_HAZARD_EXTENT_H

#include "domain/hazard.h"

/*
 * How far a hazard of area scope reaches (linkage.md 2, "Extent"): its anchor is the point of the first member that has a
 * sure one (A to C) and never moves; the extent is the 75th percentile of the located members' distances to it, the
 * anchor's own included, up to the cap of the class. Depends on the members and their order alone.
 *
 * Known from three located members of three people on, and only while the hazard's class is of area scope.
 */

/* The member that was added last, its evidence kept already, is counted in. A bucket has no extent. */
void hazard_extent_add(Hazard *hazard, const Evidence *evidence);

HazardExtent *hazard_extent_copy(const HazardExtent *extent); /* NULL of NULL; freed by free */

/* Whole metres; -1: it is no area hazard, or too few have said where. */
int32_t hazard_extent_m(const Hazard *hazard);

/* The anchor, when the extent is known. */
bool hazard_extent_anchor(const Hazard *hazard, GeoPoint *point, char *precision);

#endif
