/*
 * What two addresses alone say. Different buildings, units or numbers of one site are two places (X1, with a veto). A relation
 * loosens that as far as its word goes:
 *
 *   3号楼楼下, 128号门前   at the very building or door: another one is another place
 *   3号楼旁, 128号对面     somewhere near: never in it, and another building is near it no more often than any
 *
 * An estate has phases (2期, A区): the name without them is the base.
 */
#include "domain/scorer_place.h"

typedef enum Same { SAME_UNKNOWN, SAME_YES, SAME_NO, SAME_OTHER_PART } Same;

static Same same_text(Text a, Text b)
{
    if (text_is_empty(a) || text_is_empty(b))
        return SAME_UNKNOWN;
    return text_equal(a, b) ? SAME_YES : SAME_NO;
}

Text scorer_place_estate_base(Text estate)
{
    return address_estate_base(estate);
}

static Same same_estate(Text a, Text b)
{
    if (text_is_empty(a) || text_is_empty(b))
        return SAME_UNKNOWN;
    bool other_part;
    if (!address_estate_same(a, b, &other_part))
        return SAME_NO;
    return other_part ? SAME_OTHER_PART : SAME_YES;
}

static bool is_junction(const Address *address)
{
    return !text_is_empty(address->cross_road);
}

/* Whether they lie on one road; a junction lies on both of its roads. */
static Same same_road(const Address *a, const Address *b)
{
    if (text_is_empty(a->road) || text_is_empty(b->road))
        return SAME_UNKNOWN;
    bool same = text_equal(a->road, b->road) ||
                (is_junction(a) && text_equal(a->cross_road, b->road)) ||
                (is_junction(b) && text_equal(a->road, b->cross_road));
    return same ? SAME_YES : SAME_NO;
}

static bool intersects(const TextList *a, const TextList *b)
{
    size_t i = 0;
    size_t j = 0;
    while (i < a->count && j < b->count) {
        int order = text_compare(a->items[i], b->items[j]);
        if (order == 0)
            return true;
        if (order < 0)
            i++;
        else
            j++;
    }
    return false;
}

static bool has_relation(const Address *a, const Address *b)
{
    return !text_is_empty(a->relation) || !text_is_empty(b->relation);
}

static bool has_site(const Address *address)
{
    return !text_is_empty(address->estate) || !text_is_empty(address->road);
}

/* 128 and 128-2 are one door and a part of it: neither the same nor another one. */
static Same same_number(Text a, Text b)
{
    Same same = same_text(a, b);
    bool part = same == SAME_NO && (a.size < b.size ? text_starts(b, a) && b.data[a.size] == '-'
                                                    : text_starts(a, b) && a.data[b.size] == '-');
    return part ? SAME_UNKNOWN : same;
}

/* Units and rooms inside one building, or one house number. */
static void
compare_inside(const Address *a, const Address *b, PlaceSite site, PlaceFinding *finding)
{
    Same unit = same_text(a->unit, b->unit);
    Same room = same_text(a->room, b->room);
    finding->level = PLACE_P2;
    finding->same_building = true;
    if (unit == SAME_NO) {
        finding->level = PLACE_X1;
        finding->veto_unit = true;
    } else if (unit == SAME_YES || room == SAME_YES) {
        finding->level = PLACE_P1;
    } else {
        finding->site = site;
    }
}

/* Both lie on one site: an estate, a yard, a lane, a house number. */
static void
compare_on_site(const Address *a, const Address *b, bool door_only, PlaceFinding *finding)
{
    bool both = a->buildings.count > 0 && b->buildings.count > 0;
    bool neither = a->buildings.count == 0 && b->buildings.count == 0;
    bool same = both ? intersects(&a->buildings, &b->buildings) : door_only && neither;
    if (same) {
        compare_inside(a, b, both ? SITE_BUILDING : SITE_DOOR, finding);
    } else if (both) {
        finding->level = PLACE_X1;
        finding->veto_building = true;
    } else if (same_text(a->unit, b->unit) == SAME_NO) { /* of one building or of two */
        finding->level = PLACE_X1;
        finding->veto_unit = true;
    } else if (same_text(a->poi, b->poi) == SAME_YES) {
        finding->level = PLACE_P3;
    } else {
        finding->level = PLACE_P4;
        finding->site = SITE_ESTATE;
    }
}

/* At the very building or door that is named, not beside it. */
static bool is_at(Text relation)
{
    return text_is_empty(relation) || text_is(relation, "楼下") || text_is(relation, "门前") ||
           text_is(relation, "门口") || text_is(relation, "楼前");
}

/* 128 and 130, 128 and 129: people name the door of a thing in the street by either. */
static bool are_neighbours(Text a, Text b)
{
    int64_t x;
    int64_t y;
    return text_to_int64(a, &x) && text_to_int64(b, &y) && x - y <= 2 && y - x <= 2;
}

/* "3号楼对面": near the place named, never in it. `doors`: of a road. */
static void
loosen_by_relation(const Address *a, const Address *b, bool doors, PlaceFinding *finding)
{
    if (finding->level == PLACE_P1 || finding->level == PLACE_P2) {
        finding->level = PLACE_P3;
        finding->site = SITE_NONE;
    } else if (finding->level == PLACE_X1 && doors && are_neighbours(a->road_no, b->road_no)) {
        finding->level = PLACE_P5;
        finding->site = SITE_ROAD;
        finding->veto_building = false;
    } else if (finding->level == PLACE_X1 && !(is_at(a->relation) && is_at(b->relation))) {
        finding->veto_building = false;
        finding->veto_unit = false;
    }
    finding->same_building = false;
}

void scorer_place_loosen(PlaceFinding *finding, PlaceLevel instead_of_other)
{
    if (finding->level == PLACE_P1 || finding->level == PLACE_P2) {
        finding->level = PLACE_P3;
        finding->site = SITE_NONE;
    } else if (finding->level == PLACE_X1) {
        finding->level = instead_of_other;
        finding->site = instead_of_other == PLACE_P4 ? SITE_ESTATE : SITE_ROAD;
    }
    finding->same_building = false;
    finding->veto_building = false;
    finding->veto_unit = false;
}

void scorer_place_unsited(const Address *a, const Address *b, bool near, PlaceFinding *finding)
{
    if ((has_site(a) && has_site(b)) || a->buildings.count == 0 || b->buildings.count == 0)
        return;
    if (!intersects(&a->buildings, &b->buildings)) {
        finding->level = PLACE_X1;
        finding->veto_building = is_at(a->relation) && is_at(b->relation);
        return;
    }
    Same unit = same_text(a->unit, b->unit);
    if (!near || has_relation(a, b) || unit == SAME_NO)
        return;
    finding->level = unit == SAME_YES ? PLACE_P2 : PLACE_P4;
    finding->site = finding->level == PLACE_P4 ? SITE_ESTATE : SITE_NONE;
}

static void compare_roads(const Address *a, const Address *b, PlaceFinding *finding)
{
    bool junctions = is_junction(a) && is_junction(b);
    finding->level = PLACE_P5;
    finding->site = SITE_ROAD;
    if (junctions) {
        bool same = text_equal(a->road, b->road) && text_equal(a->cross_road, b->cross_road);
        finding->level = same ? PLACE_P3 : PLACE_X2;
        finding->site = SITE_NONE;
    } else if (same_text(a->poi, b->poi) == SAME_YES) {
        finding->level = PLACE_P3;
        finding->site = SITE_NONE;
    } else if (same_number(a->road_no, b->road_no) == SAME_NO ||
               same_number(a->lane_no, b->lane_no) == SAME_NO) {
        finding->level = PLACE_X1;
        finding->site = SITE_NONE;
        finding->veto_building = true;
    }
}

PlaceFinding scorer_place_addresses(const Address *a, const Address *b)
{
    PlaceFinding finding = {.level = PLACE_P0, .distance_m = -1};
    Same estate = same_estate(a->estate, b->estate);
    Same road = same_road(a, b);
    bool one_road = road == SAME_YES && !is_junction(a) && !is_junction(b);
    bool door = one_road && same_text(a->road_no, b->road_no) == SAME_YES;
    bool lane = one_road && same_text(a->lane_no, b->lane_no) == SAME_YES;
    /* 八方广场5幢: a landmark with houses of its own is a site like an estate. */
    bool landmark = estate == SAME_UNKNOWN && road != SAME_NO &&
                    same_text(a->poi, b->poi) == SAME_YES && a->buildings.count > 0 &&
                    b->buildings.count > 0;
    if (estate == SAME_YES || door || lane || landmark) {
        bool door_only = door && text_is_empty(a->estate) && text_is_empty(b->estate);
        compare_on_site(a, b, door_only, &finding);
        if (has_relation(a, b))
            loosen_by_relation(a, b, false, &finding);
    } else if (estate == SAME_OTHER_PART) {
        finding.level = PLACE_X1;
        finding.veto_building = true;
        if (has_relation(a, b))
            loosen_by_relation(a, b, false, &finding);
    } else if (estate == SAME_NO || road == SAME_NO) {
        finding.level = PLACE_X2;
    } else if (road == SAME_YES) {
        compare_roads(a, b, &finding);
        if (has_relation(a, b))
            loosen_by_relation(a, b, true, &finding);
    } else if (same_text(a->poi, b->poi) == SAME_YES) {
        finding.level = PLACE_P3;
    }
    return finding;
}
