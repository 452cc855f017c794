/*
 * Numbers that name a thing: out of fields of their own, and out of the text. What kind of thing it is, is said by the words
 * beside a number in the text, by its shape, and by the ledger, which is asked last and outranks the others. A number of
 * the text that nothing of these vouches for is no asset's.
 */
#include "domain/evidence_draft.h"

enum {
    PLATE_MIN = 5,
    PLATE_MAX = 6,
    COMPONENT_DIGITS = 16, /* 部件标识码 (domain.md 2.2) */
    EQUIPMENT_DIGITS = 18, /* 特种设备代码 (domain.md 4.3) */
    REGISTRATION_DIGITS = 20,
    OWN_NUMBER_MIN = 3,  /* a lamp post's own number, with a word beside it */
    KNOWN_NUMBER_MIN = 4 /* or without, when the ledger knows it */
};

static const AssetKind KINDS[] = {ASSET_PLATE, ASSET_EQUIPMENT, ASSET_COMPONENT, ASSET_DEVICE};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static const LedgerAsset *known(const EvidenceDraft *draft, AssetKind kind, Text id)
{
    return ledger_asset(draft->region, kind, id, draft->evidence.event_at);
}

/* The one kind under which the ledger knows the number; else `kind`. */
static AssetKind kind_by_ledger(const EvidenceDraft *draft, AssetKind kind, Text id)
{
    AssetKind found = ASSET_NONE;
    if (draft->region == NULL || (kind != ASSET_NONE && known(draft, kind, id) != NULL))
        return kind;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (known(draft, KINDS[i], id) == NULL)
            continue;
        if (found != ASSET_NONE)
            return kind;
        found = KINDS[i];
    }
    return found != ASSET_NONE ? found : kind;
}

static void add_asset(EvidenceDraft *draft, AssetKind kind, Text id, bool structured)
{
    Evidence *evidence = &draft->evidence;
    if (kind == ASSET_NONE || text_is_empty(id) || text_contains(id, TEXT("*")))
        return;
    for (size_t i = 0; i < evidence->asset_count; i++)
        if (evidence->assets[i].kind == kind)
            return; /* the first of a kind: fields come before text */
    if (evidence->asset_count == EVIDENCE_ASSETS_MAX)
        return;
    bool valid = evidence_asset_fits(draft, known(draft, kind, id));
    evidence->assets[evidence->asset_count++] = (Asset){kind, id, structured, valid};
}

/* What so many digits can only be. */
static AssetKind kind_by_length(size_t digits)
{
    if (digits == COMPONENT_DIGITS)
        return ASSET_COMPONENT;
    return digits == EQUIPMENT_DIGITS || digits == REGISTRATION_DIGITS ? ASSET_EQUIPMENT
                                                                       : ASSET_NONE;
}

static bool is_plate_long(size_t digits)
{
    return digits >= PLATE_MIN && digits <= PLATE_MAX;
}

/* A slot may hold another kind than its name says (linkage.md 2). */
static void add_field_asset(EvidenceDraft *draft, AssetKind kind, Text value)
{
    if (text_is_empty(value))
        return;
    Folded folded = address_fold(value, draft->arena);
    Text id = address_unfold(folded.codepoints, folded.count, draft->arena);
    bool lift = draft->evidence.category->group == 'A';
    if (text_is_digits(id)) {
        AssetKind by_length = kind_by_length(id.size);
        if (by_length != ASSET_NONE)
            kind = by_length;
        else if (lift && is_plate_long(id.size))
            kind = ASSET_PLATE;
        else if (kind == ASSET_COMPONENT)
            kind = ASSET_DEVICE;
    } else if (kind == ASSET_COMPONENT) {
        kind = ASSET_DEVICE; /* a lamp post's own number */
    }
    add_asset(draft, kind_by_ledger(draft, kind, id), id, true);
}

/* Codes of provinces with which an area code may begin (GB/T 2260), and 99 of made examples. */
static bool is_province(Text digits)
{
    static const char PROVINCES[] =
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 "
        "50 51 52 53 54 61 62 63 64 65 71 81 82 99";
    size_t at = text_find(text_from(PROVINCES), text_slice(digits, 0, 2), 0);
    return at != SIZE_MAX && at % 3 == 0;
}

/* 6 area, 2 and 2 class, 6 sequence: none of them all zeros. */
bool evidence_is_component(Text id)
{
    static const struct {
        size_t from, size;
    } PARTS[] = {{2, 4}, {6, 2}, {8, 2}, {10, 6}};
    if (id.size != COMPONENT_DIGITS || !text_is_digits(id) || !is_province(id))
        return false;
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        int64_t value;
        if (!text_to_int64(text_slice(id, PARTS[i].from, PARTS[i].size), &value) || value == 0)
            return false;
    }
    return true;
}

/* What a word beside the number makes of it, when the shape allows it. */
static AssetKind kind_by_word(PhraseKind word, const EvidenceToken *token)
{
    size_t size = token->end - token->from;
    AssetKind by_length = token->digits ? kind_by_length(size) : ASSET_NONE;
    if (!evidence_is_asset_label(word))
        return ASSET_NONE;
    if (by_length != ASSET_NONE)
        return by_length;
    if (word == PHRASE_PLATE)
        return token->digits && is_plate_long(size) ? ASSET_PLATE : ASSET_NONE;
    bool own = word != PHRASE_EQUIPMENT && size >= OWN_NUMBER_MIN;
    return own ? ASSET_DEVICE : ASSET_NONE;
}

static bool stands_at(const Folded *text, size_t at, uint32_t codepoint)
{
    return at < text->count && text->codepoints[at] == codepoint;
}

/* 52341号电梯, 电梯52341: a lift is spoken of right beside the number. */
static bool beside_lift(const Folded *text, const EvidenceToken *token)
{
    enum { LIFT = 0x68AF, NUMBER = 0x53F7, ELECTRIC = 0x7535 }; /* 梯 号 电 */
    size_t behind = token->end;
    if (stands_at(text, behind, NUMBER))
        behind++;
    if (stands_at(text, behind, ELECTRIC))
        behind++;
    return stands_at(text, behind, LIFT) ||
           (token->from > 0 && stands_at(text, token->from - 1, LIFT));
}

/* Without a word beside it: only what its shape or the ledger vouches for. */
static AssetKind kind_by_shape(const EvidenceDraft *draft, const EvidenceToken *token)
{
    AssetKind found = kind_by_ledger(draft, ASSET_NONE, token->id);
    if (evidence_is_component(token->id))
        return found != ASSET_NONE ? found : ASSET_COMPONENT;
    if (token->digits && is_plate_long(token->id.size))
        return found == ASSET_PLATE && beside_lift(&draft->text, token) ? found : ASSET_NONE;
    bool telling = token->digits ? kind_by_length(token->id.size) != ASSET_NONE
                                 : token->id.size >= KNOWN_NUMBER_MIN;
    return telling ? found : ASSET_NONE;
}

static void take_token(EvidenceDraft *draft, const EvidenceToken *token)
{
    if (token->label == PHRASE_RECORD)
        return;
    AssetKind kind = kind_by_word(token->label, token);
    kind =
        kind != ASSET_NONE ? kind_by_ledger(draft, kind, token->id) : kind_by_shape(draft, token);
    add_asset(draft, kind, token->id, false);
}

static void find_text_assets(EvidenceDraft *draft)
{
    for (size_t i = 0; i < draft->token_count; i++)
        take_token(draft, &draft->tokens[i]);
}

void evidence_find_assets(EvidenceDraft *draft)
{
    const Report *report = draft->report;
    add_field_asset(draft, ASSET_PLATE, report->lift_plate);
    add_field_asset(draft, ASSET_EQUIPMENT, report->equipment_code);
    add_field_asset(draft, ASSET_COMPONENT, report->component_code);
    add_field_asset(draft, ASSET_DEVICE, report->device_id);
    find_text_assets(draft);
}
