/*
 * What a feed holds of persons. A value listed under `personal`, and all below it, is known by its node in the document,
 * true and false (which share one node) by their place: fields do not see it (mapping_select.c), `extra` is written without it
 * (mapping_person_extra.c), and names and numbers in it are hidden wherever they stand in free text. The reporter leaves as a keyed hash and nothing else.
 */
#include "base/digest.h"
#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/mapping_person_parts.h"
#include "domain/phone.h"
#include "domain/scrub.h"

#include <stdlib.h>
#include <string.h>

enum {
    REPORTER_HASH_SIZE = 16,
    FOUND_FIRST = 16,
    LINEAR_MAX = 8,
    LONG_TEXT = 65536, /* code points */
    LONG_FACTOR = 8,   /* what is hidden is at most so many times as long as its mark */
    NUMBER_LONGEST = 64
};

static int by_value(const void *a, const void *b)
{
    const PersonalValue *x = a;
    const PersonalValue *y = b;
    if (x->value != y->value)
        return (uintptr_t)x->value < (uintptr_t)y->value ? -1 : 1;
    if (mapping_personal_beats(x->rule, y->rule) || mapping_personal_beats(y->rule, x->rule))
        return mapping_personal_beats(x->rule, y->rule) ? -1 : 1;
    return (x->rule > y->rule) - (x->rule < y->rule);
}

/* All values at the pointer, however many. */
static size_t find_all(MappingRun *run, const MappingPointer *pointer, const JsValue ***found)
{
    for (size_t max = FOUND_FIRST;; max *= 4) {
        *found = ARENA_ARRAY(run->scratch, const JsValue *, max);
        size_t count = run_find(run, pointer, *found, max);
        if (count < max)
            return count;
    }
}

static void
add_value(MappingRun *run, size_t *capacity, const JsValue *value, const MappingPersonalRule *rule)
{
    size_t count = run->personal_count++;
    if (count == *capacity) {
        size_t more = count == 0 ? FOUND_FIRST : count * 2;
        run->personal = arena_grow(run->arena, run->personal, count * sizeof(PersonalValue),
                                   more * sizeof(PersonalValue));
        *capacity = more;
    }
    run->personal[count] = (PersonalValue){value, rule};
}

/* The value and all below it. Depth is limited by js_parse. */
static void
cover(MappingRun *run, size_t *capacity, const JsValue *value, const MappingPersonalRule *rule)
{
    JsType type = js_type(value);
    if (type == JS_NULL || type == JS_TRUE || type == JS_FALSE)
        return; /* known by their place */
    add_value(run, capacity, value, rule);
    if (type == JS_ARRAY) {
        for (size_t i = 0; i < js_count(value); i++)
            cover(run, capacity, js_element(value, i), rule);
    } else if (type == JS_OBJECT) {
        size_t cursor = 0;
        Text key;
        const JsValue *member;
        while (js_each(value, &cursor, &key, &member))
            cover(run, capacity, member, rule);
    }
}

/* What covering costs is paid for where the values stand outside the item. */
static void collect_rules(MappingRun *run)
{
    const Mapping *mapping = run->mapping;
    size_t capacity = 0;
    for (size_t i = 0; i < mapping->personal_count; i++) {
        const MappingPersonalRule *rule = &mapping->personal[i];
        const JsValue **found;
        size_t before = run->personal_count;
        arena_reset(run->scratch);
        size_t count = find_all(run, &rule->pointer, &found);
        for (size_t j = 0; j < count; j++)
            cover(run, &capacity, found[j], rule);
        if (!mapping_source_in_item(mapping, &rule->pointer))
            mapping_source_spend(run->source,
                                 (run->personal_count - before) * sizeof(PersonalValue));
    }
    if (run->personal_count > LINEAR_MAX)
        qsort(run->personal, run->personal_count, sizeof(PersonalValue), by_value);
}

static bool is_person(MappingPersonal what)
{
    return what != PERSONAL_NONE && what != PERSONAL_NO_PERSON;
}

static MappingPersonal personal_value(const MappingRun *run, const JsValue *value);

/* The same for all items of a message, and so known once: with `each`, what stands outside them. */
static bool is_outside(const MappingRun *run, const MappingPointer *pointer)
{
    return run->mapping->has_each && !mapping_source_in_item(run->mapping, pointer);
}

static void know(ScrubKnown *known, const JsValue *value)
{
    if (js_type(value) == JS_TEXT || js_type(value) == JS_NUMBER)
        scrub_known_add(known, js_scalar_text(value));
}

/* Names and numbers of persons, by `personal` and by fields: free text is scrubbed of them. */
static void know_all(MappingRun *run, ScrubKnown *known, bool outside)
{
    const Mapping *mapping = run->mapping;
    for (size_t i = 0; i < run->personal_count; i++) {
        const PersonalValue *personal = &run->personal[i];
        if (is_outside(run, &personal->rule->pointer) == outside &&
            is_person(personal_value(run, personal->value)))
            know(known, personal->value);
    }
    for (size_t i = 0; i < mapping->field_count; i++) {
        const MappingField *field = &mapping->fields[i];
        for (size_t j = 0; is_person(field->personal) && j < field->pointer_count; j++) {
            const JsValue **found;
            if (is_outside(run, &field->pointers[j]) != outside)
                continue;
            arena_reset(run->scratch);
            size_t count = find_all(run, &field->pointers[j], &found);
            for (size_t k = 0; k < count; k++)
                know(known, found[k]);
        }
    }
}

void mapping_personal_collect(MappingRun *run)
{
    collect_rules(run);
    if (*run->shared == NULL) {
        ScrubKnown *outside = scrub_known_new(run->arena, NULL);
        know_all(run, outside, true);
        *run->shared = outside;
    }
    run->known = scrub_known_new(run->arena, *run->shared);
    know_all(run, run->known, false);
}

static MappingPersonal personal_value(const MappingRun *run, const JsValue *value)
{
    const PersonalValue *values = run->personal;
    const MappingPersonalRule *best = NULL;
    size_t count = run->personal_count;
    if (count > LINEAR_MAX) { /* the first that is not before `value` */
        size_t low = 0;
        for (size_t high = count; low < high;) {
            size_t middle = low + (high - low) / 2;
            if ((uintptr_t)values[middle].value < (uintptr_t)value)
                low = middle + 1;
            else
                high = middle;
        }
        return low < count && values[low].value == value ? values[low].rule->what : PERSONAL_NONE;
    }
    for (size_t i = 0; i < count; i++)
        if (values[i].value == value && mapping_personal_beats(values[i].rule, best))
            best = values[i].rule;
    return best != NULL ? best->what : PERSONAL_NONE;
}

static bool is_shared(const JsValue *value)
{
    JsType type = js_type(value);
    return type == JS_TRUE || type == JS_FALSE;
}

static bool token_at(const MappingToken *token, const PersonPlace *place)
{
    return token->kind != TOKEN_MEMBER ||
           (text_is_absent(place->name)
                ? token->index == place->index || token->index == MAPPING_LAST
                : text_equal(token->name, place->name));
}

/* The first `count` steps of the rule's pointer go this way. */
static bool rule_goes(const MappingPersonalRule *rule, const PersonPlace *place, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!token_at(&rule->pointer.tokens[i], &place[i]))
            return false;
    return true;
}

/* The rule that covers the place, or NULL. */
static const MappingPersonalRule *
covering_rule(const Mapping *mapping, const PersonPlace *place, size_t count)
{
    const MappingPersonalRule *best = NULL;
    for (size_t i = 0; i < mapping->personal_count; i++) {
        const MappingPersonalRule *rule = &mapping->personal[i];
        if (rule->pointer.count <= count && rule_goes(rule, place, rule->pointer.count) &&
            mapping_personal_beats(rule, best))
            best = rule;
    }
    return best;
}

MappingPersonal mapping_person_at(const MappingRun *run,
                                  const JsValue *value,
                                  const PersonPlace *place,
                                  size_t count)
{
    if (!is_shared(value))
        return personal_value(run, value);
    const MappingPersonalRule *rule = covering_rule(run->mapping, place, count);
    return rule != NULL ? rule->what : PERSONAL_NONE;
}

bool mapping_person_spoken_of(const Mapping *mapping, const PersonPlace *place, size_t count)
{
    const MappingPersonalRule *around = covering_rule(mapping, place, count);
    if (around != NULL && is_person(around->what))
        return true;
    for (size_t i = 0; i < mapping->personal_count; i++)
        if (mapping->personal[i].pointer.count >= count &&
            rule_goes(&mapping->personal[i], place, count))
            return true;
    return false;
}

size_t mapping_person_place(const MappingPointer *pointer, PersonPlace *place)
{
    size_t count = pointer->count < JS_DEPTH_MAX ? pointer->count : JS_DEPTH_MAX;
    for (size_t i = 0; i < count; i++)
        place[i] = (PersonPlace){pointer->tokens[i].name, pointer->tokens[i].index};
    return count;
}

MappingPersonal
mapping_personal_of(const MappingRun *run, const MappingPointer *pointer, const JsValue *value)
{
    PersonPlace place[JS_DEPTH_MAX];
    MappingPersonal what =
        mapping_person_at(run, value, place, mapping_person_place(pointer, place));
    return what == PERSONAL_NO_PERSON ? PERSONAL_NONE : what;
}

Text mapping_person_hash(const MappingRun *run, const MappingKey *key, Text id)
{
    uint8_t mac[SHA256_SIZE];
    char hex[REPORTER_HASH_SIZE * 2 + 1];
    if (key->number <= 0)
        return TEXT_ABSENT;
    digest_hmac_sha256(key->secret, id, mac);
    digest_hex(mac, REPORTER_HASH_SIZE, hex);
    return text_format(run->arena, "%d:%s", (int)key->number, hex);
}

/* Another id than a telephone number means something within its own system only. */
Text mapping_person_own_id(const MappingRun *run, Text id)
{
    return text_format(run->scratch, "%.*s/%.*s", TEXT_ARGS(run->mapping->source),
                       TEXT_ARGS(text_trim(id)));
}

/* Under the key of today and, around a rotation, the one before: who called then is known again. */
static MappingOutcome set_reporter(MappingRun *run, Text id)
{
    RUN_STEP(run, "hashed with key %d", (int)run->context->key.number);
    run->report.reporter = mapping_person_hash(run, &run->context->key, id);
    run->report.reporter_before = mapping_person_hash(run, &run->context->key_before, id);
    return text_is_absent(run->report.reporter) ? OUTCOME_NOTHING : OUTCOME_STORED;
}

static MappingOutcome set_phone(MappingRun *run, Text text, Text number)
{
    if (unicode_has_wide(text))
        run_flag(run, FLAG_NARROWED);
    return set_reporter(run, number);
}

MappingOutcome mapping_person_reporter(MappingRun *run, const MappingField *field, Text text)
{
    Text number;
    if (field->as != AS_PHONE) {
        RUN_STEP(run, "id within %.*s", TEXT_ARGS(run->mapping->source));
        return set_reporter(run, mapping_person_own_id(run, text));
    }
    PhoneKind kind = phone_normalise(run->scratch, text, &number);
    if (run->traced != NULL)
        mapping_trace_person(run, kind);
    switch (kind) {
    case PHONE_MOBILE:
    case PHONE_LANDLINE:
        return set_phone(run, text, number);
    case PHONE_MASKED:
        run->masked = true;
        run_flag(run, FLAG_MASKED_AT_SOURCE);
        return set_phone(run, text, number);
    case PHONE_SERVICE:
        run_flag(run, FLAG_CALLER_IS_SERVICE);
        break;
    case PHONE_UNREADABLE:
        run_flag(run, FLAG_PHONE_UNREADABLE);
        return OUTCOME_UNREADABLE;
    case PHONE_ABSENT:
        break;
    }
    return OUTCOME_NOTHING;
}

void mapping_person_kind(MappingRun *run)
{
    const MappingField *field = mapping_field_of(run->mapping, "reporter");
    Report *report = &run->report;
    Text mapped = report->reporter_kind;
    bool unnamed = text_is_absent(mapped);
    if (run->masked)
        report->reporter_kind = TEXT("masked");
    else if (!text_is_absent(report->reporter))
        report->reporter_kind = unnamed && run->reporter->as == AS_PHONE ? TEXT("citizen") : mapped;
    else if (field != NULL && run->kind == RECORD_REPORT && (unnamed || text_is(mapped, "citizen")))
        report->reporter_kind = TEXT("anonymous");
    if (run->trace != NULL && !text_equal(report->reporter_kind, mapped))
        mapping_trace_late(run, "reporter_kind", "by the reporter's number");
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/*
 * A text of megabytes is cut before it is scrubbed, far behind what may remain of it; what stands before that cut may be
 * half a number, so a little more goes afterwards.
 */
static Text cut_long(MappingRun *run, const MappingField *field, Text text, bool *cut)
{
    size_t most = LONG_TEXT + LONG_FACTOR * (size_t)field->max;
    Text front = text.size > most ? unicode_prefix(text, most) : text;
    *cut = front.size < text.size;
    if (*cut)
        run_flag(run, FLAG_TEXT_CUT);
    return front;
}

static Text without_end(Text text)
{
    size_t length = unicode_length(text);
    return unicode_prefix(text, length > NUMBER_LONGEST ? length - NUMBER_LONGEST : 0);
}

/* Numbers of records and the id of a device are a system's own keys and stay as they came. */
Text mapping_person_scrub(MappingRun *run, const MappingField *field, Text text)
{
    static const char *const FREE_TEXT[] = {
        "title",         "body",     "address",     "place_name",    "measures",    "reply",
        "tracker_post",  "result",   "channel",     "party_name",    "finder_kind", "finder_post",
        "reporter_kind", "lead_org", "assist_orgs", "status_source", "on_off"};
    static const char *const CODES[] = {
        "street_code",    "community_code", "grid_code",          "usc_code", "lift_plate",
        "equipment_code", "component_code", "uniform_address_id", "category", "status"};
    bool scrubbed = false;
    bool cut = false;
    const char *name = field->target->name;
    if (is_among(name, FREE_TEXT, sizeof(FREE_TEXT) / sizeof(FREE_TEXT[0])))
        text =
            scrub_known_text(run->scratch, run->known, cut_long(run, field, text, &cut), &scrubbed);
    else if (is_among(name, CODES, sizeof(CODES) / sizeof(CODES[0])))
        text = scrub_code(run->scratch, cut_long(run, field, text, &cut), &scrubbed);
    if (scrubbed)
        RUN_STEP(run, "scrubbed");
    return cut ? without_end(text) : text;
}
