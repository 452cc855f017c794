/*
 * Derived from what is kept alone, in the order in which reports joined, so that memory rebuilt names the same place.
 */
#include "domain/hazard_place.h"

#include <assert.h>

void hazard_kept_read(const Hazard *hazard, HazardKept *kept)
{
    kept->count = hazard->representative_count;
    for (size_t i = 0; i < kept->count; i++)
        kept->items[i] = hazard_evidence(hazard, i, &kept->views[i]);
}

static int address_detail(const Address *address)
{
    return (!text_is_empty(address->unit) ? 8 : 0) + (address->buildings.count > 0 ? 4 : 0) +
           (!text_is_empty(address->road_no) ? 2 : 0) +
           (!text_is_empty(address->estate) || !text_is_empty(address->road) ? 1 : 0);
}

static void keep_first(Text *kept, Text told)
{
    if (text_is_absent(*kept))
        *kept = told;
}

static const Asset *better_asset(const Asset *chosen, const Evidence *evidence)
{
    for (size_t i = 0; i < evidence->asset_count; i++)
        if (chosen == NULL || (evidence->assets[i].structured && !chosen->structured))
            chosen = &evidence->assets[i];
    return chosen;
}

HazardPlace hazard_place(const HazardKept *kept)
{
    assert(kept->count > 0);
    HazardPlace place = {.address = &kept->items[0]->address};
    for (size_t i = 0; i < kept->count; i++) {
        const Evidence *evidence = kept->items[i];
        if (address_detail(&evidence->address) > address_detail(place.address))
            place.address = &evidence->address;
        if (evidence->has_point &&
            (place.point == NULL || evidence->precision < place.point->precision))
            place.point = evidence;
        place.asset = better_asset(place.asset, evidence);
        keep_first(&place.community_code, evidence->community_code);
        keep_first(&place.grid_code, evidence->grid_code);
        keep_first(&place.usc_code, evidence->usc_code);
        keep_first(&place.party_name, evidence->party_name);
    }
    return place;
}
