/*
 * How near two points are, as far as either is sure: within R + e they agree, beyond twice that they contradict.
 *
 * An area hazard whose extent is known has an anchor in place of its members' points, so that it grows as far as most of
 * them reach and no further, whichever of them are kept.
 */
#include "domain/scorer_point.h"

#include <math.h>

static const int64_t FIRST_HOURS_US = INT64_C(7200) * 1000000;

/* Where one side is, and how surely. */
typedef struct Spot {
    GeoPoint point;
    char precision;
} Spot;

/* How far two spots may lie apart. */
typedef struct Reach {
    int32_t radius_m; /* 0: never joined by radius */
    int32_t extent_m;
    bool area;
} Reach;

bool scorer_is_area(const Evidence *report, const Evidence *member)
{
    return report->category->scope == SCOPE_AREA || member->category->scope == SCOPE_AREA;
}

/* "3号楼对面" geocoded is the point of 3号楼, not of what is meant: D at best. */
static Spot spot_of(const Evidence *evidence)
{
    bool beside = evidence->point_derived && !text_is_empty(evidence->address.relation);
    bool coarser = beside && evidence->precision < 'D';
    return (Spot){evidence->point, coarser ? 'D' : evidence->precision};
}

static int32_t precision_m(const Model *model, char precision)
{
    int index = precision - 'A';
    if (index < 0 || index >= MODEL_PRECISIONS)
        index = MODEL_PRECISIONS - 1;
    return model->weights.precision_m[index];
}

/* R of one class: at most half the distance of neighbouring assets. */
static int32_t class_radius(const HazardClass *category, const HazardFacts *facts)
{
    int32_t radius = category->radius_m;
    if (category->first_radius_m > 0 && facts->nearest_gap_us <= FIRST_HOURS_US)
        radius = category->first_radius_m;
    if (category->spacing_m > 0 && radius > category->spacing_m / 2)
        radius = category->spacing_m / 2;
    return radius;
}

static int32_t pair_radius(const Evidence *a, const Evidence *b, const HazardFacts *facts)
{
    int32_t radius_a = class_radius(a->category, facts);
    int32_t radius_b = class_radius(b->category, facts);
    if (radius_a == 0 || radius_b == 0) /* J03 */
        return 0;
    return radius_a > radius_b ? radius_a : radius_b;
}

static PlaceLevel lower(PlaceLevel level)
{
    switch (level) {
    case PLACE_P6:
        return PLACE_P7;
    case PLACE_P7:
        return PLACE_P8;
    case PLACE_P8:
        return PLACE_P0;
    case PLACE_P0:
    case PLACE_P1:
    case PLACE_P2:
    case PLACE_P3:
    case PLACE_P4:
    case PLACE_P5:
    case PLACE_P9:
    case PLACE_X1:
    case PLACE_X2:
    case PLACE_LEVELS:
        break;
    }
    return level;
}

/* Of how far both may be wrong: the root of the squares. */
static int32_t error_m(const Model *model, Spot a, Spot b)
{
    int64_t error_a = precision_m(model, a.precision);
    int64_t error_b = precision_m(model, b.precision);
    return (int32_t)lround(sqrt((double)(error_a * error_a + error_b * error_b)));
}

static PointFinding compare_spots(const Model *model, Spot a, Spot b, Reach within)
{
    PointFinding finding = {.level = PLACE_P0, .known = within.radius_m > 0};
    double distance = geo_distance_m(a.point, b.point);
    finding.distance_m = distance < 1e7 ? (int32_t)lround(distance) : 10000000;
    if (!finding.known)
        return finding;
    int32_t error = error_m(model, a, b);
    int32_t reach = within.radius_m + error + within.extent_m;
    int32_t exact = within.radius_m / 3 > model->weights.point_exact_m
                        ? within.radius_m / 3
                        : model->weights.point_exact_m;
    finding.fine = a.precision <= 'C' && b.precision <= 'C';
    finding.agrees = finding.distance_m <= reach;
    if (finding.distance_m > 2 * reach)
        finding.level = PLACE_X2;
    else if (!finding.fine)
        finding.level = finding.agrees ? PLACE_P9 : PLACE_P0;
    else if (finding.distance_m <= exact)
        finding.level = PLACE_P6;
    else
        finding.level = finding.agrees ? PLACE_P7 : PLACE_P8;
    if (finding.fine && !within.area && error > within.radius_m)
        finding.level = lower(finding.level);
    return finding;
}

/*
 * Whether the report is held against the hazard's anchor: when it is of the hazard's own kind. What is only taken for it
 * (a smell of burning for smoke, a sunken road for a burst main) must lie near a member.
 */
static bool is_of_area(const Evidence *report, const HazardFacts *facts)
{
    return facts->anchor_precision != 0 && report->has_point &&
           report->category->scope == SCOPE_AREA &&
           text_equal(report->category->family, facts->worst_class->family);
}

PointFinding scorer_points(const Model *model,
                           const Evidence *report,
                           const Evidence *member,
                           const HazardFacts *facts)
{
    PointFinding finding = {.level = PLACE_P0, .distance_m = -1};
    if (report->has_point && member->has_point) {
        Reach within = {.radius_m = pair_radius(report, member, facts),
                        .area = scorer_is_area(report, member)};
        finding = compare_spots(model, spot_of(report), spot_of(member), within);
    }
    if (finding.level == PLACE_P6 || !is_of_area(report, facts))
        return finding;
    Spot anchor = {facts->anchor, facts->anchor_precision};
    Reach within = {class_radius(facts->worst_class, facts), facts->extent_m, true};
    finding = compare_spots(model, spot_of(report), anchor, within);
    finding.by_anchor = true;
    return finding;
}
