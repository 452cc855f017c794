/*
 * First the addresses give a level, then the points; then the finer of the two sides decides:
 *
 *   address P1-P3, X   beats a point, except in area scope
 *   point A-C          beats P4, P5, and every address in area scope
 *   the other side     adds when it agrees, takes away when it contradicts
 *
 * An estate has phases (2期, A区): the name without them is the base.
 */
#include "domain/scorer_place.h"

#include "domain/scorer_point.h"

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
    } else if (same_text(a->poi, b->poi) == SAME_YES) {
        finding->level = PLACE_P3;
    } else {
        finding->level = PLACE_P4;
        finding->site = SITE_ESTATE;
    }
}

/* "3号楼对面": near the place named, never in it. `instead_of_other`: P4 or P5. */
static void loosen(PlaceFinding *finding, PlaceLevel instead_of_other)
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
            loosen(&finding, PLACE_P4);
    } else if (estate == SAME_OTHER_PART) {
        finding.level = PLACE_X1;
        finding.veto_building = true;
        if (has_relation(a, b))
            loosen(&finding, PLACE_P5);
    } else if (estate == SAME_NO || road == SAME_NO) {
        finding.level = PLACE_X2;
    } else if (road == SAME_YES) {
        compare_roads(a, b, &finding);
        if (has_relation(a, b))
            loosen(&finding, PLACE_P5);
    } else if (same_text(a->poi, b->poi) == SAME_YES) {
        finding.level = PLACE_P3;
    }
    return finding;
}

/* Codes of one kind (equally long) decide a little when nothing else does. */
static PlaceLevel compare_codes(const Evidence *a, const Evidence *b)
{
    if (!text_is_empty(a->grid_code) && text_equal(a->grid_code, b->grid_code))
        return PLACE_P9;
    if (text_is_empty(a->community_code) || a->community_code.size != b->community_code.size)
        return PLACE_P0;
    return text_equal(a->community_code, b->community_code) ? PLACE_P9 : PLACE_X2;
}

/* A building without its site on one side or both; see the header. */
static void assume_site(const Model *model,
                        const Evidence *a,
                        const Evidence *b,
                        const PointFinding *point,
                        PlaceFinding *finding)
{
    const Address *x = &a->address;
    const Address *y = &b->address;
    if ((has_site(x) && has_site(y)) || x->buildings.count == 0 || y->buildings.count == 0 ||
        has_relation(x, y))
        return;
    bool near =
        (point->fine && point->distance_m <= model->weights.community_point_m) ||
        (!text_is_empty(a->community_code) && text_equal(a->community_code, b->community_code));
    if (!near || !intersects(&x->buildings, &y->buildings) ||
        same_text(x->unit, y->unit) == SAME_NO)
        return;
    finding->level = same_text(x->unit, y->unit) == SAME_YES ? PLACE_P2 : PLACE_P4;
    finding->site = finding->level == PLACE_P4 ? SITE_ESTATE : SITE_NONE;
}

static bool is_positive(PlaceLevel level)
{
    return level != PLACE_P0 && level != PLACE_X1 && level != PLACE_X2;
}

/* What the points say beside an address that decided. */
static CoarserSide point_beside(const PointFinding *point, PlaceLevel address)
{
    if (!point->fine || !is_positive(address))
        return COARSER_SILENT;
    if (point->agrees)
        return COARSER_AGREES;
    return point->level == PLACE_X2 ? COARSER_CONFLICTS : COARSER_SILENT;
}

/* What the addresses say beside a point that decided. */
static CoarserSide address_beside(const PlaceFinding *address,
                                  PlaceLevel point,
                                  const Evidence *report,
                                  const Evidence *member)
{
    bool own_place =
        report->address.role == PLACE_REPORTER || member->address.role == PLACE_REPORTER;
    bool near = is_positive(address->level) || address->level == PLACE_X1;
    if (address->level == PLACE_P0 || (address->level == PLACE_X2 && own_place))
        return COARSER_SILENT;
    if (point == PLACE_X2)
        return near ? COARSER_CONFLICTS : COARSER_SILENT;
    return near ? COARSER_AGREES : COARSER_CONFLICTS;
}

/*
 * A caller's own building says where the caller is, not where the lamp, the shop or the smoke is; a lift, a blocked stair
 * or a cracked wall told of without another place is most likely the caller's own.
 */
static bool is_own_place(const Evidence *evidence)
{
    return evidence->address.role == PLACE_REPORTER && evidence->category->scope >= SCOPE_POINT;
}

PlaceFinding scorer_place(const Model *model,
                          const Evidence *report,
                          const Evidence *member,
                          const HazardFacts *facts)
{
    bool area = scorer_is_area(report, member);
    PlaceFinding finding = scorer_place_addresses(&report->address, &member->address);
    PointFinding point = scorer_points(model, report, member, facts);
    if (is_own_place(report) || is_own_place(member)) {
        loosen(&finding, text_is_empty(report->address.estate) ? PLACE_P5 : PLACE_P4);
        finding.level = finding.level == PLACE_X2 ? PLACE_P0 : finding.level;
    }
    if (finding.level == PLACE_P0)
        assume_site(model, report, member, &point, &finding);
    finding.area = area;
    finding.distance_m = point.distance_m;
    finding.by_anchor = point.by_anchor;
    if (finding.same_building && report->category->scope == SCOPE_UNIT &&
        same_text(report->address.room, member->address.room) == SAME_NO) {
        finding.level = PLACE_X1;
        finding.veto_unit = true;
    }
    if (area) {
        finding.veto_building = false;
        finding.veto_unit = false;
    }
    /* The anchor of an area is another fact than a member's address. */
    bool same_fact = (report->point_derived || member->point_derived) && !point.by_anchor;
    if (finding.level != PLACE_P0 && same_fact)
        point.known = false;
    bool address_is_coarse = finding.level == PLACE_P4 || finding.level == PLACE_P5 || area;
    if (point.known && finding.level == PLACE_P0) {
        finding.level = point.level;
        finding.by_point = point.fine || point.level != PLACE_P0;
    } else if (point.known && point.fine && address_is_coarse) {
        finding.coarser = address_beside(&finding, point.level, report, member);
        finding.level = point.level;
        finding.by_point = true;
        finding.site = SITE_NONE;
    } else if (point.known) {
        finding.coarser = point_beside(&point, finding.level);
    }
    if (finding.level == PLACE_P0 && !finding.by_point) {
        finding.level = compare_codes(report, member);
    }
    return finding;
}
