/*
 * Numbers that name a thing: out of fields of their own, whose kind the shape decides, and out of the text.
 */
#include "domain/evidence_draft.h"

enum {
    PLATE_REACH = 4,      /* 电梯编号为：12345 */
    COMPONENT_DIGITS = 16 /* 部件标识码 (domain.md 2.2) */
};

static bool is_digit(uint32_t codepoint)
{
    return codepoint >= '0' && codepoint <= '9';
}

static void add_asset(EvidenceDraft *draft, AssetKind kind, Text id, bool structured)
{
    Evidence *evidence = &draft->evidence;
    if (text_is_empty(id) || text_contains(id, TEXT("*")))
        return;
    for (size_t i = 0; i < evidence->asset_count; i++)
        if (evidence->assets[i].kind == kind)
            return; /* the first of a kind: fields come before text */
    if (evidence->asset_count < EVIDENCE_ASSETS_MAX)
        evidence->assets[evidence->asset_count++] = (Asset){kind, id, structured, false};
}

/* A slot may hold another kind than its name says: the shape decides (linkage.md 2). */
static void add_field_asset(EvidenceDraft *draft, AssetKind kind, Text value)
{
    if (text_is_empty(value))
        return;
    Folded folded = address_fold(value, draft->arena);
    Text id = address_unfold(folded.codepoints, folded.count, draft->arena);
    bool lift = draft->evidence.category->group == 'A';
    if (text_is_digits(id)) {
        if (id.size == COMPONENT_DIGITS)
            kind = ASSET_COMPONENT;
        else if (id.size == 18 || id.size == 20) /* equipment code, older registration code */
            kind = ASSET_EQUIPMENT;
        else if (lift && (id.size == 5 || id.size == 6))
            kind = ASSET_PLATE;
        else if (kind == ASSET_COMPONENT)
            kind = ASSET_DEVICE;
    } else if (kind == ASSET_COMPONENT) {
        kind = ASSET_DEVICE; /* a lamp post's own number */
    }
    add_asset(draft, kind, id, true);
}

static size_t digits_end(const Folded *text, size_t at)
{
    while (at < text->count && is_digit(text->codepoints[at]))
        at++;
    return at;
}

/* A plate near its word, a component code by its sixteen digits. */
static void find_text_assets(EvidenceDraft *draft)
{
    const Folded *text = &draft->text;
    size_t plate_until = 0;
    for (size_t i = 0; i < text->count;) {
        if (!is_digit(text->codepoints[i])) {
            const Phrase *phrase =
                model_phrase(draft->model, text->codepoints + i, text->count - i);
            if (phrase != NULL && phrase->kind == PHRASE_PLATE)
                plate_until = i + phrase->length + PLATE_REACH;
            i++;
            continue;
        }
        size_t end = digits_end(text, i);
        Text id = address_unfold(text->codepoints + i, end - i, draft->arena);
        if (end - i == COMPONENT_DIGITS)
            add_asset(draft, ASSET_COMPONENT, id, false);
        else if (i <= plate_until && plate_until > 0 && (end - i == 5 || end - i == 6))
            add_asset(draft, ASSET_PLATE, id, false);
        i = end;
    }
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
