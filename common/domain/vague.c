/* What locates one thing, in a column; then how much of a place is left. */
#include "domain/vague.h"

#include "domain/model_data.h"

static bool is_known(const Evidence *evidence, const Model *model)
{
    return evidence->category != model->other &&
           evidence->category_confidence >= model->weights.class_confidence_min;
}

/* D and E are a street and a base station; a point made from the address says no more than that. */
static bool has_fine_point(const Evidence *evidence)
{
    return evidence->has_point && !evidence->point_derived && evidence->precision <= 'C';
}

static bool has_party(const Evidence *evidence)
{
    return evidence->category->scope == SCOPE_PARTY &&
           (!text_is_empty(evidence->usc_code) || !text_is_empty(evidence->party_name));
}

/* One thing or spot of an estate, or the door of a road. */
static bool names_spot(const Address *address)
{
    return address->buildings.count > 0 || address->floor_or_building ||
           !text_is_empty(address->unit) || !text_is_empty(address->room) ||
           !text_is_empty(address->poi) || !text_is_empty(address->cross_road) ||
           !text_is_empty(address->road_no) || !text_is_empty(address->lane_no);
}

/* The ledger has but one there. */
static bool is_only_one(const Evidence *evidence)
{
    return evidence->ledger_sites.estate == 1;
}

Vagueness vague_of(const Evidence *evidence, const Model *model)
{
    const Address *address = &evidence->address;
    if (!is_known(evidence, model) || evidence->asset_count > 0 || has_fine_point(evidence) ||
        has_party(evidence) || names_spot(address) || is_only_one(evidence))
        return VAGUE_NOT;
    if (!text_is_empty(address->estate))
        return evidence->category->scope == SCOPE_AREA ? VAGUE_NOT : VAGUE_SITE;
    if (!text_is_empty(address->road) || evidence->has_point)
        return VAGUE_NOT;
    bool community = !text_is_empty(evidence->community_code);
    return community && evidence->category->scope == SCOPE_AREA ? VAGUE_NOT : VAGUE_NOWHERE;
}
