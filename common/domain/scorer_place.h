#ifndef ONECASE_DOMAIN_SCORER_PLACE_H
#define ONECASE_DOMAIN_SCORER_PLACE_H

#include "domain/model_data.h"
#include "domain/scorer.h"

/*
 * The comparison of two places, one level for address and point together: the finer side decides (linkage.md 1,
 * "Place"). Used by scorer.c.
 *
 * Where one side names a building without its estate or road ("3幢2单元"), the sites count as the same only when the
 * community is the same or the points lie within community_point_m, and then one level lower. Another building is
 * another place at any site.
 */
typedef enum CoarserSide { COARSER_SILENT, COARSER_AGREES, COARSER_CONFLICTS } CoarserSide;

/* The place the level speaks of, as far as several sites of one kind may lie there. */
typedef enum PlaceSite { SITE_NONE, SITE_BUILDING, SITE_DOOR, SITE_ESTATE, SITE_ROAD } PlaceSite;

typedef struct PlaceFinding {
    PlaceLevel level;
    bool by_point;  /* the point decided; distance_m is set */
    bool area;      /* area scope: P8 has a weight of its own, X1 is no contradiction */
    PlaceSite site; /* where other sites of the family crowd; SITE_NONE: a place for one */
    bool veto_building;
    bool veto_unit;
    bool same_building; /* P1 or P2 by address, also when the point decided */
    CoarserSide coarser;
    int32_t distance_m; /* whole metres; -1: not both have a point */
    bool by_anchor;     /* it is that to the anchor of an area whose extent is known */
} PlaceFinding;

PlaceFinding scorer_place(const Model *model,
                          const Evidence *report,
                          const Evidence *member,
                          const HazardFacts *facts);

/* The comparison of addresses alone; area and point fields are not used. For tests. */
PlaceFinding scorer_place_addresses(const Address *a, const Address *b);

/* Parts of scorer_place, in scorer_place_address.c. The reporter's own place: what he tells of may be near it. */
void scorer_place_loosen(PlaceFinding *finding, PlaceLevel instead_of_other);
/* A building without its site on one side or both; `near`: the two may be of one site. */
void scorer_place_unsited(const Address *a, const Address *b, bool near, PlaceFinding *finding);

/* An estate's name without its phase (2期, A区, 东区); a view. */
Text scorer_place_estate_base(Text estate);

#endif
