/*
 * Where it is: first what the report says (address field, text, name of the place), called by its own names; then what the
 * ledger adds to it. An asset that the ledger knows says its building and point; a landmark its road or estate and its
 * point; a door its point. What the report says itself stays, unless it is the caller's own home.
 */
#include "domain/evidence_draft.h"
#include "domain/model_data.h"

void evidence_find_places(EvidenceDraft *draft)
{
    Address *address = &draft->evidence.address;
    Address found;
    address_parse_known(draft->report->address, draft->region, draft->arena, address);
    address_scan(&draft->scan, draft->text, true, draft->region, draft->arena);
    address_of_scan(&draft->scan, &found);
    address_complete(address, &found);
    Text name = draft->report->place_name;
    if (!text_is_empty(name)) {
        Address place;
        address_parse_known(name, draft->region, draft->arena, &place);
        bool names_site = !text_is_empty(place.estate) || !text_is_empty(place.road);
        if (names_site && text_is_empty(place.poi)) {
            address_complete(address, &place);
        } else if (text_is_empty(address->poi)) {
            Folded folded = address_fold(name, draft->arena);
            address->poi = address_unfold(folded.codepoints, folded.count, draft->arena);
        }
    }
    ledger_resolve(draft->region, address, draft->arena);
}

static bool differ(Text a, Text b)
{
    return !text_is_empty(a) && !text_is_empty(b) && !text_equal(a, b);
}

static bool share_building(const TextList *a, const TextList *b)
{
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++)
            if (text_equal(a->items[i], b->items[j]))
                return true;
    return a->count == 0 || b->count == 0;
}

static bool has_site(const Address *address)
{
    return !text_is_empty(address->estate) || !text_is_empty(address->road);
}

/* They name two places: another estate or road, or another building or number of one. */
static bool contradict(const Address *a, const Address *b)
{
    bool one_estate = !text_is_empty(a->estate) && text_equal(a->estate, b->estate);
    if (differ(a->estate, b->estate))
        return true;
    if (!one_estate && differ(a->road, b->road))
        return true;
    if (!one_estate && (differ(a->road_no, b->road_no) || differ(a->lane_no, b->lane_no)))
        return true;
    return !share_building(&a->buildings, &b->buildings) || differ(a->unit, b->unit);
}

static void read_place(EvidenceDraft *draft, const LedgerAsset *asset, Address *place)
{
    address_parse_known(asset->place, draft->region, draft->arena, place);
    ledger_resolve(draft->region, place, draft->arena);
}

bool evidence_asset_fits(EvidenceDraft *draft, const LedgerAsset *asset)
{
    const Address *told = &draft->evidence.address;
    Address place;
    if (asset == NULL)
        return false;
    if (told->role == PLACE_REPORTER || !text_is_empty(told->relation))
        return true;
    read_place(draft, asset, &place);
    return !contradict(told, &place);
}

static void take_point(Evidence *evidence, GeoPoint point, char precision, bool derived)
{
    evidence->has_point = true;
    evidence->point = point;
    evidence->precision = precision;
    evidence->point_derived = derived;
}

/* The thing itself is at the ledger's point, whatever the report's point is of; a number read out of text yields to it. */
static bool asset_point_is_better(const Evidence *evidence, const Asset *asset, char precision)
{
    if (!evidence->has_point)
        return true;
    return (asset->structured || evidence->point_derived) && precision < evidence->precision;
}

static void complete_by_asset(EvidenceDraft *draft)
{
    Evidence *evidence = &draft->evidence;
    for (size_t i = 0; i < evidence->asset_count; i++) {
        const Asset *asset = &evidence->assets[i];
        const LedgerAsset *row =
            ledger_asset(draft->region, asset->kind, asset->id, evidence->event_at);
        Address place;
        if (row == NULL || (!asset->structured && !asset->valid))
            continue;
        read_place(draft, row, &place);
        bool said = has_site(&evidence->address) && evidence->address.role != PLACE_REPORTER;
        if (evidence->address.role == PLACE_REPORTER && has_site(&place)) {
            evidence->address = place;
            evidence->address.role = PLACE_HAZARD;
        } else if (!contradict(&evidence->address, &place)) {
            address_complete(&evidence->address, &place);
        }
        if (row->has_point && asset_point_is_better(evidence, asset, row->precision))
            take_point(evidence, row->point, row->precision, !said);
        return;
    }
}

/* A landmark says which road or estate it belongs to. */
static void complete_by_parent(EvidenceDraft *draft, Text parent)
{
    Address *address = &draft->evidence.address;
    const LedgerPlace *site = text_is_empty(parent) ? NULL : ledger_place(draft->region, parent);
    if (site == NULL || has_site(address))
        return;
    if (site->kind == LEDGER_ESTATE)
        address->estate = parent;
    else if (site->kind == LEDGER_ROAD)
        address->road = parent;
}

/* 3号楼对面: near the place that is named, so no better than a street. */
static char precision_of(const Evidence *evidence, char precision)
{
    bool beside = !text_is_empty(evidence->address.relation);
    return beside && precision < 'D' ? 'D' : precision;
}

static void complete_by_place(EvidenceDraft *draft)
{
    Evidence *evidence = &draft->evidence;
    Address named = evidence->address;
    const LedgerPlace *poi = ledger_poi(draft->region, named.poi, &named);
    if (poi != NULL)
        complete_by_parent(draft, poi->parent);
    named.relation = TEXT_ABSENT;
    const LedgerPlace *door = ledger_door(draft->region, &named);
    const LedgerPlace *place = door != NULL && door->has_point ? door : poi;
    if (place == NULL || !place->has_point)
        return;
    /* A caller's home is where he smells gas, not where the manhole lies that he speaks of. */
    if (named.role == PLACE_REPORTER && evidence->category->scope != SCOPE_AREA)
        return;
    char precision = precision_of(evidence, place->precision);
    if (!evidence->has_point || (evidence->point_derived && precision < evidence->precision))
        take_point(evidence, place->point, precision, true);
}

static void count_sites(Evidence *evidence, const LedgerRegion *region)
{
    const Address *address = &evidence->address;
    Text family = evidence->category->family;
    Text number = text_is_empty(address->lane_no) ? address->road_no : address->lane_no;
    PlaceSites *sites = &evidence->ledger_sites;
    sites->estate = ledger_sites(region, family, address->estate, TEXT_ABSENT);
    sites->road = ledger_sites(region, family, address->road, TEXT_ABSENT);
    if (!text_is_empty(number))
        sites->door = ledger_sites(region, family, address->road, number);
    for (size_t i = 0; i < address->buildings.count; i++) {
        int32_t count = ledger_sites(region, family, address->estate, address->buildings.items[i]);
        if (count > sites->building)
            sites->building = count;
    }
}

void evidence_ask_ledger(EvidenceDraft *draft)
{
    if (draft->region == NULL)
        return;
    complete_by_asset(draft);
    complete_by_place(draft);
    count_sites(&draft->evidence, draft->region);
}

void evidence_count_sites(Evidence *evidence, Text region, const Model *model)
{
    const LedgerRegion *known = ledger_region(model->ledger, region);
    if (known != NULL)
        count_sites(evidence, known);
}
