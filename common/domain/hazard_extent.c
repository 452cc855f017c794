/*
 * One heap block for each area hazard of three members or more; most have fewer and cost nothing. Up to eight members are
 * all kept as representatives, so that the block is made from them when the third has come.
 *
 *   anchor | distances in ascending order, one for each member with a sure point
 */
#include "domain/hazard_extent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEMBERS_MIN = 3, REPORTERS_MIN = 3, DISTANCES_FIRST = 4 };

struct HazardExtent {
    GeoPoint anchor;
    char precision;
    bool by_several; /* so many people have been met: once they are, they stay */
    uint32_t count;
    uint32_t capacity;
    uint16_t distances_m[]; /* ascending; as large as can be when further */
};

static size_t block_size(uint32_t capacity)
{
    return sizeof(HazardExtent) + capacity * sizeof(uint16_t);
}

static HazardExtent *resized(HazardExtent *extent, uint32_t capacity)
{
    HazardExtent *block = realloc(extent, block_size(capacity));
    if (block == NULL)
        abort();
    block->capacity = capacity;
    return block;
}

/* "3号楼对面" geocoded is the point of 3号楼, not of what is meant. */
static bool is_sure(const Evidence *evidence)
{
    bool beside = evidence->point_derived && !text_is_empty(evidence->address.relation);
    return evidence->has_point && evidence->precision <= 'C' && !beside;
}

static uint16_t distance_from(GeoPoint anchor, GeoPoint point)
{
    return (uint16_t)lround(fmin(geo_distance_m(anchor, point), UINT16_MAX));
}

static HazardExtent *add_distance(HazardExtent *extent, uint16_t distance_m)
{
    if (extent->count == extent->capacity)
        extent = resized(extent, extent->capacity + 1 + extent->capacity / 4);
    uint32_t at = extent->count++;
    for (; at > 0 && extent->distances_m[at - 1] > distance_m; at--)
        extent->distances_m[at] = extent->distances_m[at - 1];
    extent->distances_m[at] = distance_m;
    return extent;
}

static HazardExtent *new_extent(const Evidence *anchor)
{
    HazardExtent *extent = resized(NULL, DISTANCES_FIRST);
    extent->anchor = anchor->point;
    extent->precision = anchor->precision;
    extent->by_several = false;
    extent->count = 0;
    return extent;
}

static HazardExtent *with_member(HazardExtent *extent, const Evidence *evidence)
{
    if (!is_sure(evidence))
        return extent;
    if (extent == NULL)
        extent = new_extent(evidence);
    return add_distance(extent, distance_from(extent->anchor, evidence->point));
}

static HazardExtent *of_representatives(const Hazard *hazard)
{
    HazardExtent *extent = NULL;
    EvidenceView view;
    for (size_t i = 0; i < hazard->representative_count; i++)
        extent = with_member(extent, hazard_evidence(hazard, i, &view));
    return extent;
}

void hazard_extent_add(Hazard *hazard, const Evidence *evidence)
{
    bool area = hazard->category->scope == SCOPE_AREA && !hazard->bucket &&
                hazard->member_count >= MEMBERS_MIN;
    if (hazard->extent != NULL)
        hazard->extent = with_member(hazard->extent, evidence);
    else if (area)
        hazard->extent = of_representatives(hazard);
    HazardExtent *extent = hazard->extent;
    if (extent != NULL && extent->count >= MEMBERS_MIN && !extent->by_several)
        extent->by_several = hazard_count(hazard, 0).reporters >= REPORTERS_MIN;
}

HazardExtent *hazard_extent_copy(const HazardExtent *extent)
{
    if (extent == NULL)
        return NULL;
    HazardExtent *copy = resized(NULL, extent->capacity);
    return memcpy(copy, extent, block_size(extent->capacity));
}

static bool is_known(const Hazard *hazard)
{
    return hazard->extent != NULL && hazard->extent->by_several &&
           hazard->category->scope == SCOPE_AREA;
}

/* The percentile by nearest rank. */
int32_t hazard_extent_m(const Hazard *hazard)
{
    const HazardExtent *extent = hazard->extent;
    if (!is_known(hazard))
        return -1;
    uint32_t rank = (extent->count * 3 + 3) / 4;
    int32_t distance_m = extent->distances_m[rank - 1];
    int32_t cap_m = hazard->category->cap_m;
    return distance_m < cap_m ? distance_m : cap_m;
}

bool hazard_extent_anchor(const Hazard *hazard, GeoPoint *point, char *precision)
{
    if (!is_known(hazard))
        return false;
    *point = hazard->extent->anchor;
    *precision = hazard->extent->precision;
    return true;
}
