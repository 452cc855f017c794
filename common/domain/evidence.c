/*
 * A report's texts are folded and scanned once: title and body together, without the set phrases of their feed, give
 * places, class words, asset numbers and, with all of these and the model's noise taken out, the grams. The result is drafted on the scratch arena and then packed:
 *
 *   [Evidence][quoted numbers][buildings][grams][bytes of all texts]     one heap block
 */
#include "domain/evidence.h"

#include "domain/address_fold.h"
#include "domain/address_scan.h"
#include "domain/credit_code.h"
#include "domain/model_data.h"
#include "domain/text_similarity.h"

#include <stdlib.h>
#include <string.h>

enum {
    DOUBT_REACH = 6, /* 担心…漏气: a keyword so close behind a doubt is no observation */
    PLATE_REACH = 4, /* 电梯编号为：12345 */
    COMPONENT_DIGITS = 16, /* 部件标识码 (domain.md 2.2) */
    TEXTS_FIXED = 21,
    TEXTS_MAX = TEXTS_FIXED + EVIDENCE_ASSETS_MAX + ADDRESS_BUILDINGS_MAX + EVIDENCE_QUOTED_MAX
};

typedef struct Draft {
    const Report *report;
    const Model *model;
    Arena *arena;
    Folded text; /* title and body */
    AddressScan scan;
    Evidence evidence;
} Draft;

static bool is_digit(uint32_t codepoint)
{
    return codepoint >= '0' && codepoint <= '9';
}

static void find_phrase(const Folded *text, const Folded *phrase, bool *found)
{
    for (size_t i = 0; phrase->count > 0 && i + phrase->count <= text->count; i++)
        if (memcmp(text->codepoints + i, phrase->codepoints,
                   phrase->count * sizeof *phrase->codepoints) == 0)
            memset(found + i, true, phrase->count);
}

/*
 * What the feed puts into every text says nothing of this report: neither where it is nor what it is nor how it is
 * told. Full stops stay in its place, so that what stood before and behind does not grow together.
 */
static void silence_noise(Draft *draft)
{
    enum { FULL_STOP = 0x3002 };
    const TextList *noise = &draft->report->noise;
    if (noise->count == 0)
        return;
    bool *silent = ARENA_ARRAY(draft->arena, bool, draft->text.count + 1);
    for (size_t i = 0; i < noise->count; i++) {
        Folded phrase = address_fold(noise->items[i], draft->arena);
        find_phrase(&draft->text, &phrase, silent);
    }
    for (size_t i = 0; i < draft->text.count; i++)
        if (silent[i])
            draft->text.codepoints[i] = FULL_STOP;
}

static void find_places(Draft *draft)
{
    Address *address = &draft->evidence.address;
    Address found;
    address_parse(draft->report->address, draft->arena, address);
    address_scan(&draft->scan, draft->text, true, draft->arena);
    address_of_scan(&draft->scan, &found);
    address_complete(address, &found);
    Text name = draft->report->place_name;
    if (text_is_empty(name))
        return;
    Address place;
    address_parse(name, draft->arena, &place);
    bool names_site = !text_is_empty(place.estate) || !text_is_empty(place.road);
    if (names_site && text_is_empty(place.poi))
        address_complete(address, &place);
    else if (text_is_empty(address->poi)) {
        Folded folded = address_fold(name, draft->arena);
        address->poi = address_unfold(folded.codepoints, folded.count, draft->arena);
    }
}

typedef struct WordClass {
    const HazardClass *category;
    int32_t confidence;
    size_t length;
} WordClass;

/* The class the words speak of: the surest keyword, of equals the longest, then the first. */
static WordClass class_of_words(const Draft *draft)
{
    WordClass best = {NULL, 0, 0};
    size_t doubt_until = 0;
    size_t covered = 0;
    for (size_t i = 0; i < draft->text.count; i++) {
        const Phrase *phrase =
            model_phrase(draft->model, draft->text.codepoints + i, draft->text.count - i);
        if (phrase == NULL)
            continue;
        size_t end = i + phrase->length;
        if (phrase->kind == PHRASE_DOUBT)
            doubt_until = end + DOUBT_REACH;
        if (phrase->kind != PHRASE_KEYWORD || end <= covered || i < doubt_until)
            continue;
        covered = end;
        if (phrase->confidence > best.confidence ||
            (phrase->confidence == best.confidence && phrase->length > best.length))
            best = (WordClass){phrase->category, phrase->confidence, phrase->length};
    }
    return best;
}

/*
 * The department's code with the confidence of its table, unless the words are surer: many desks file under "other" or
 * a neighbouring code (linkage.md 2).
 */
static void choose_class(Draft *draft)
{
    Evidence *evidence = &draft->evidence;
    const Report *report = draft->report;
    evidence->category = model_class(draft->model, report->category);
    evidence->category_confidence = 0;
    if (evidence->category != draft->model->other)
        evidence->category_confidence = report->category_confidence == INTEGER_ABSENT
                                            ? 100
                                            : (int32_t)report->category_confidence;
    WordClass words = class_of_words(draft);
    if (words.category != NULL && words.confidence > evidence->category_confidence) {
        evidence->category = words.category;
        evidence->category_confidence = words.confidence;
    }
}

static void add_asset(Draft *draft, AssetKind kind, Text id, bool structured)
{
    Evidence *evidence = &draft->evidence;
    if (text_is_empty(id) || text_contains(id, TEXT("*")))
        return;
    for (size_t i = 0; i < evidence->asset_count; i++)
        if (evidence->assets[i].kind == kind)
            return; /* the first of a kind: fields come before text */
    if (evidence->asset_count < EVIDENCE_ASSETS_MAX)
        evidence->assets[evidence->asset_count++] = (Asset){kind, id, structured};
}

/* A slot may hold another kind than its name says: the shape decides (linkage.md 2). */
static void add_field_asset(Draft *draft, AssetKind kind, Text value)
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
static void find_text_assets(Draft *draft)
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

static void find_assets(Draft *draft)
{
    const Report *report = draft->report;
    add_field_asset(draft, ASSET_PLATE, report->lift_plate);
    add_field_asset(draft, ASSET_EQUIPMENT, report->equipment_code);
    add_field_asset(draft, ASSET_COMPONENT, report->component_code);
    add_field_asset(draft, ASSET_DEVICE, report->device_id);
    find_text_assets(draft);
}

static bool is_word(uint32_t codepoint)
{
    return codepoint >= 0x3400 && codepoint < 0xFF00;
}

static void find_grams(Draft *draft)
{
    const Folded *text = &draft->text;
    uint32_t *kept = ARENA_ARRAY(draft->arena, uint32_t, text->count + 1);
    size_t count = 0;
    size_t span = 0;
    for (size_t i = 0; i < text->count;) {
        while (span < draft->scan.span_count && draft->scan.spans[span].to <= i)
            span++;
        size_t next = i + 1;
        bool removed = !is_word(text->codepoints[i]);
        if (span < draft->scan.span_count && draft->scan.spans[span].from <= i) {
            removed = true;
            next = draft->scan.spans[span].to;
        } else if (!removed) {
            const Phrase *phrase =
                model_phrase(draft->model, text->codepoints + i, text->count - i);
            if (phrase != NULL && phrase->kind == PHRASE_NOISE) {
                removed = true;
                next = i + phrase->length;
            }
        }
        if (!removed)
            kept[count++] = text->codepoints[i];
        else if (count > 0 && kept[count - 1] != 0)
            kept[count++] = 0;
        i = next;
    }
    draft->evidence.grams =
        text_similarity_grams(kept, count, draft->model, draft->arena, &draft->evidence.gram_count,
                              &draft->evidence.text_length);
}

static Text folded_text(Draft *draft, Text text)
{
    if (text_is_empty(text))
        return TEXT_ABSENT;
    Folded folded = address_fold(text, draft->arena);
    return address_unfold(folded.codepoints, folded.count, draft->arena);
}

static void take_party(Draft *draft)
{
    Evidence *evidence = &draft->evidence;
    const Report *report = draft->report;
    if (!text_is_empty(report->usc_code)) {
        evidence->usc_code = credit_code_normalise(draft->arena, report->usc_code);
        evidence->usc_valid = credit_code_valid(evidence->usc_code);
    }
    evidence->party_name = folded_text(draft, report->party_name);
}

static void take_reporter(Draft *draft)
{
    Evidence *evidence = &draft->evidence;
    const Report *report = draft->report;
    evidence->reporter = report->reporter;
    evidence->reporter_before = report->reporter_before;
    evidence->reporter_staff = text_is(report->reporter_kind, "staff") ||
                               text_is(report->finder_kind, "grid") ||
                               text_is(report->finder_kind, "inspector");
    evidence->reporter_masked = text_is(report->reporter_kind, "masked");
    evidence->independence = text_is_empty(report->origin_no) ? INDEPENDENT : TRANSFERRED;
}

static void take_plain(Draft *draft)
{
    Evidence *evidence = &draft->evidence;
    const Report *report = draft->report;
    evidence->record_no = report->record_no;
    evidence->origin_no = report->origin_no;
    evidence->origin_source = report->origin_source;
    evidence->quoted_nos = report->quoted_nos;
    if (evidence->quoted_nos.count > EVIDENCE_QUOTED_MAX)
        evidence->quoted_nos.count = EVIDENCE_QUOTED_MAX;
    evidence->community_code = report->community_code;
    evidence->grid_code = report->grid_code;
    evidence->has_point = report->point.precision != 0;
    evidence->point = report->point.wgs84;
    evidence->precision = report->point.precision;
    evidence->point_derived = report_has_flag(report, TEXT("point_geocoded"));
}

/* Every text of the evidence; returns the count. */
static size_t list_texts(Evidence *e, Text **texts)
{
    Address *a = &e->address;
    Text *fixed[TEXTS_FIXED] = {
        &e->source,         &e->record_no, &e->origin_no,  &e->origin_source, &a->road,
        &a->road_no,        &a->lane_no,   &a->cross_road, &a->estate,        &a->unit,
        &a->floor,          &a->room,      &a->poi,        &a->relation,      &e->place_text,
        &e->community_code, &e->grid_code, &e->usc_code,   &e->party_name,    &e->reporter,
        &e->reporter_before};
    size_t count = 0;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        texts[count++] = fixed[i];
    for (size_t i = 0; i < e->asset_count; i++)
        texts[count++] = &e->assets[i].id;
    for (size_t i = 0; i < a->buildings.count; i++)
        texts[count++] = &a->buildings.items[i];
    for (size_t i = 0; i < e->quoted_nos.count; i++)
        texts[count++] = &e->quoted_nos.items[i];
    return count;
}

static Evidence *pack(const Evidence *draft)
{
    Evidence copy = *draft;
    Text *texts[TEXTS_MAX];
    size_t bytes = 0;
    size_t count = list_texts(&copy, texts);
    for (size_t i = 0; i < count; i++)
        bytes += texts[i]->size + 1;
    size_t quoted_size = copy.quoted_nos.count * sizeof(Text);
    size_t buildings_size = copy.address.buildings.count * sizeof(Text);
    size_t grams_size = copy.gram_count * sizeof(Gram);
    char *block = malloc(sizeof copy + quoted_size + buildings_size + grams_size + bytes);
    if (block == NULL)
        abort();
    char *at = block + sizeof copy;
    if (quoted_size > 0)
        memcpy(at, copy.quoted_nos.items, quoted_size);
    copy.quoted_nos.items = (Text *)(void *)at;
    at += quoted_size;
    if (buildings_size > 0)
        memcpy(at, copy.address.buildings.items, buildings_size);
    copy.address.buildings.items = (Text *)(void *)at;
    at += buildings_size;
    if (grams_size > 0)
        memcpy(at, copy.grams, grams_size);
    copy.grams = (const Gram *)(const void *)at;
    at += grams_size;
    Evidence *evidence = (Evidence *)(void *)block;
    memcpy(evidence, &copy, sizeof copy);
    count = list_texts(evidence, texts);
    for (size_t i = 0; i < count; i++) {
        if (texts[i]->data == NULL)
            continue;
        memcpy(at, texts[i]->data, texts[i]->size);
        at[texts[i]->size] = '\0';
        texts[i]->data = at;
        at += texts[i]->size + 1;
    }
    return evidence;
}

Evidence *evidence_new(const Report *report,
                       Text source,
                       int64_t report_id,
                       int64_t event_at,
                       const Model *model,
                       Arena *scratch)
{
    ArenaMark mark = arena_mark(scratch);
    Draft *draft = ARENA_NEW(scratch, Draft);
    draft->report = report;
    draft->model = model;
    draft->arena = scratch;
    draft->evidence.report_id = report_id;
    draft->evidence.source = source;
    draft->evidence.event_at = event_at;
    draft->text = address_fold(
        text_format(scratch, "%.*s。%.*s", TEXT_ARGS(report->title), TEXT_ARGS(report->body)),
        scratch);
    silence_noise(draft);
    find_places(draft);
    choose_class(draft);
    find_assets(draft);
    find_grams(draft);
    take_plain(draft);
    take_party(draft);
    take_reporter(draft);
    draft->evidence.place_text = address_standard(&draft->evidence.address, scratch);
    Evidence *evidence = pack(&draft->evidence);
    arena_rewind(scratch, mark);
    return evidence;
}

void evidence_free(Evidence *evidence)
{
    free(evidence);
}

static bool same_text(Text a, Text b)
{
    return !text_is_empty(a) && text_equal(a, b);
}

bool evidence_same_reporter(const Evidence *a, const Evidence *b)
{
    return same_text(a->reporter, b->reporter) || same_text(a->reporter, b->reporter_before) ||
           same_text(a->reporter_before, b->reporter) ||
           same_text(a->reporter_before, b->reporter_before);
}
