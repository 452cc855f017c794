/*
 * First the addresses give a level, then the points; then the finer of the two sides decides:
 *
 *   address P1-P3, X   beats a point, except in area scope
 *   point A-C          beats P4, P5, and every address in area scope
 *   the other side     adds when it agrees, takes away when it contradicts
 */
#include "domain/scorer_place.h"

#include "domain/scorer_point.h"

/* Codes of one kind (equally long) decide a little when nothing else does. */
static PlaceLevel compare_codes(const Evidence *a, const Evidence *b)
{
    if (!text_is_empty(a->grid_code) && text_equal(a->grid_code, b->grid_code))
        return PLACE_P9;
    if (text_is_empty(a->community_code) || a->community_code.size != b->community_code.size)
        return PLACE_P0;
    return text_equal(a->community_code, b->community_code) ? PLACE_P9 : PLACE_X2;
}

/* Whether two sites that are not both named count as one: see scorer_place_unsited. */
static bool
is_near(const Model *model, const Evidence *a, const Evidence *b, const PointFinding *point)
{
    return (point->fine && point->distance_m <= model->weights.community_point_m) ||
           (!text_is_empty(a->community_code) && text_equal(a->community_code, b->community_code));
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
        scorer_place_loosen(&finding, text_is_empty(report->address.estate) ? PLACE_P5 : PLACE_P4);
        finding.level = finding.level == PLACE_X2 ? PLACE_P0 : finding.level;
    }
    if (finding.level == PLACE_P0)
        scorer_place_unsited(&report->address, &member->address,
                             is_near(model, report, member, &point), &finding);
    finding.area = area;
    finding.distance_m = point.distance_m;
    finding.by_anchor = point.by_anchor;
    if (finding.same_building && report->category->scope == SCOPE_UNIT &&
        !text_is_empty(report->address.room) && !text_is_empty(member->address.room) &&
        !text_equal(report->address.room, member->address.room)) {
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
