/* One predicate a veto, on what the two reports say. */
#include "domain/veto.h"

#include "domain/model_data.h"

const char *veto_name(VetoKind kind)
{
    static const char *const NAMES[VETO_KINDS] = {"asset",    "building", "unit",
                                                  "relation", "class",    "person"};
    return kind < VETO_KINDS ? NAMES[kind] : "unknown";
}

static bool both_have_assets_of_a_kind(const Evidence *a, const Evidence *b)
{
    for (size_t i = 0; i < a->asset_count; i++)
        for (size_t j = 0; j < b->asset_count; j++)
            if (a->assets[i].kind == b->assets[j].kind)
                return true;
    return false;
}

static bool both(Text a, Text b)
{
    return !text_is_empty(a) && !text_is_empty(b);
}

static bool both_name_buildings(const Address *a, const Address *b)
{
    return (a->buildings.count > 0 && b->buildings.count > 0) || both(a->road_no, b->road_no) ||
           both(a->lane_no, b->lane_no);
}

static bool class_known(const Model *model, const Evidence *evidence)
{
    return evidence->category != model->other &&
           evidence->category_confidence >= model->weights.class_confidence_min;
}

uint32_t veto_tested(const Model *model, const Evidence *report, const Evidence *member)
{
    bool area = report->category->scope == SCOPE_AREA || member->category->scope == SCOPE_AREA;
    bool classes = class_known(model, report) && class_known(model, member);
    const bool tested[VETO_KINDS] = {
        [VETO_ASSET] = !area && both_have_assets_of_a_kind(report, member),
        [VETO_BUILDING] = !area && both_name_buildings(&report->address, &member->address),
        [VETO_UNIT] = !area && both(report->address.unit, member->address.unit),
        [VETO_RELATION] = classes,
        [VETO_CLASS] = classes && area};
    uint32_t set = 0;
    for (int kind = 0; kind < VETO_KINDS; kind++)
        if (tested[kind])
            set |= 1u << kind;
    return set;
}
