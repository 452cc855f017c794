/*
 * What a feed holds of persons. A value listed under `personal` is known by its node in the document, true and false
 * (which share one node) by their place: fields do not see it (mapping_select.c) and `extra` is written without it.
 * The reporter leaves as a keyed hash and nothing else.
 */
#include "base/digest.h"
#include "base/text_builder.h"

#include "domain/mapping_run.h"
#include "domain/phone.h"
#include "domain/scrub.h"

#include <string.h>

enum { REPORTER_HASH_SIZE = 16 };

void mapping_personal_collect(MappingRun *run)
{
    const JsValue *found[MAPPING_PERSONAL_MAX];
    for (size_t i = 0; i < run->mapping->personal_count; i++) {
        const MappingPersonalRule *rule = &run->mapping->personal[i];
        size_t room = MAPPING_PERSONAL_MAX - run->personal_count;
        size_t count = mapping_pointer_find(&rule->pointer, run->root, found, room);
        for (size_t j = 0; j < count; j++)
            run->personal[run->personal_count++] = (PersonalValue){found[j], rule->what};
    }
}

static bool is_shared(const JsValue *value)
{
    JsType type = js_type(value);
    return type == JS_TRUE || type == JS_FALSE;
}

static bool rule_at(const MappingPersonalRule *rule, const Text *tokens, size_t count)
{
    if (rule->pointer.count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (rule->pointer.tokens[i].kind == TOKEN_MEMBER &&
            !text_equal(rule->pointer.tokens[i].name, tokens[i]))
            return false;
    return true;
}

/* What is personal about `value`, which stands at this place. */
static MappingPersonal
personal_at(const MappingRun *run, const JsValue *value, const Text *tokens, size_t count)
{
    if (is_shared(value)) {
        for (size_t i = 0; i < run->mapping->personal_count; i++)
            if (rule_at(&run->mapping->personal[i], tokens, count))
                return run->mapping->personal[i].what;
        return PERSONAL_NONE;
    }
    for (size_t i = 0; i < run->personal_count; i++)
        if (run->personal[i].value == value)
            return run->personal[i].what;
    return PERSONAL_NONE;
}

MappingPersonal
mapping_personal_of(const MappingRun *run, const MappingPointer *pointer, const JsValue *value)
{
    Text tokens[JS_DEPTH_MAX];
    size_t count = pointer->count < JS_DEPTH_MAX ? pointer->count : JS_DEPTH_MAX;
    for (size_t i = 0; i < count; i++)
        tokens[i] = pointer->tokens[i].name;
    return personal_at(run, value, tokens, count);
}

Text mapping_person_hash(const MappingRun *run, Text id)
{
    uint8_t mac[SHA256_SIZE];
    char hex[REPORTER_HASH_SIZE * 2 + 1];
    digest_hmac_sha256(run->context->key.secret, id, mac);
    digest_hex(mac, REPORTER_HASH_SIZE, hex);
    return text_format(run->arena, "%d:%s", (int)run->context->key.number, hex);
}

/* Another id than a telephone number means something within its own system only. */
static Text hash_id(const MappingRun *run, Text id)
{
    return mapping_person_hash(run,
                               text_format(run->arena, "%.*s/%.*s", TEXT_ARGS(run->mapping->source),
                                           TEXT_ARGS(text_trim(id))));
}

void mapping_person_reporter(MappingRun *run, const MappingField *field, Text text)
{
    Report *report = &run->report;
    if (field->as != AS_PHONE) {
        report->reporter = hash_id(run, text);
        return;
    }
    Text number;
    switch (phone_normalise(run->arena, text, &number)) {
    case PHONE_MOBILE:
    case PHONE_LANDLINE:
        report->reporter = mapping_person_hash(run, number);
        break;
    case PHONE_MASKED:
        report->reporter = mapping_person_hash(run, number);
        run->masked = true;
        run_flag(run, FLAG_MASKED_AT_SOURCE);
        break;
    case PHONE_SERVICE:
        run_flag(run, FLAG_CALLER_IS_SERVICE);
        break;
    case PHONE_UNREADABLE:
        run_flag(run, FLAG_PHONE_UNREADABLE);
        break;
    case PHONE_ABSENT:
        break;
    }
}

void mapping_person_kind(MappingRun *run)
{
    const MappingField *field = mapping_field_of(run->mapping, "reporter");
    Report *report = &run->report;
    bool unnamed = text_is_absent(report->reporter_kind);
    if (run->masked)
        report->reporter_kind = TEXT("masked");
    else if (!text_is_absent(report->reporter))
        report->reporter_kind =
            unnamed && field->as == AS_PHONE ? TEXT("citizen") : report->reporter_kind;
    else if (field != NULL && run->kind == RECORD_REPORT &&
             (unnamed || text_is(report->reporter_kind, "citizen")))
        report->reporter_kind = TEXT("anonymous");
}

bool mapping_person_scrubs(const ReportField *target)
{
    static const char *const FREE_TEXT[] = {
        "title",   "body",       "address",     "place_name", "measures",    "result",
        "channel", "party_name", "finder_post", "lead_org",   "assist_orgs", "status_source"};
    for (size_t i = 0; i < sizeof(FREE_TEXT) / sizeof(FREE_TEXT[0]); i++)
        if (strcmp(target->name, FREE_TEXT[i]) == 0)
            return true;
    return false;
}

/* A value of `extra` on its way out; `tokens` is the place where the walk stands. */
typedef struct ExtraWriter {
    MappingRun *run;
    TextBuilder *out;
    Text tokens[2 * JS_DEPTH_MAX];
    size_t depth;
} ExtraWriter;

static void write_scalar(ExtraWriter *writer, const JsValue *value, MappingPersonal what)
{
    MappingRun *run = writer->run;
    TextBuilder *out = writer->out;
    Text text = mapping_without_nul(run, js_scalar_text(value));
    Text number;
    if (what == PERSONAL_HASH || what == PERSONAL_MASK) {
        PhoneKind kind = phone_normalise(run->arena, text, &number);
        bool phone = kind == PHONE_MOBILE || kind == PHONE_LANDLINE || kind == PHONE_MASKED;
        if (what == PERSONAL_HASH)
            js_write_text(out, phone ? mapping_person_hash(run, number) : hash_id(run, text));
        else
            js_write_text(out, phone ? phone_mask(run->arena, number) : TEXT("*"));
        return;
    }
    bool changed;
    Text scrubbed = scrub_text(run->arena, text, &changed);
    if (js_type(value) == JS_TEXT || changed)
        js_write_text(out, scrubbed);
    else
        builder_text(out, text);
}

static void write_value(ExtraWriter *writer, const JsValue *value);

static void write_array(ExtraWriter *writer, const JsValue *array)
{
    size_t count = js_count(array);
    builder_char(writer->out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            builder_char(writer->out, ',');
        writer->tokens[writer->depth++] = text_format(writer->run->arena, "%zu", i);
        write_value(writer, js_element(array, i));
        writer->depth--;
    }
    builder_char(writer->out, ']');
}

static void write_object(ExtraWriter *writer, const JsValue *object)
{
    size_t cursor = 0;
    Text key;
    const JsValue *member;
    builder_char(writer->out, '{');
    while (js_each(object, &cursor, &key, &member)) {
        writer->tokens[writer->depth++] = key;
        if (personal_at(writer->run, member, writer->tokens, writer->depth) != PERSONAL_DROP) {
            js_write_key(writer->out, key);
            write_value(writer, member);
        }
        writer->depth--;
    }
    builder_char(writer->out, '}');
}

/* JSON text of the value without what is personal in it. Depth is limited by js_parse. */
static void write_value(ExtraWriter *writer, const JsValue *value)
{
    MappingPersonal what = personal_at(writer->run, value, writer->tokens, writer->depth);
    JsType type = js_type(value);
    if (what == PERSONAL_DROP || type == JS_NULL)
        builder_string(writer->out, "null");
    else if (type == JS_ARRAY)
        write_array(writer, value);
    else if (type == JS_OBJECT)
        write_object(writer, value);
    else
        write_scalar(writer, value, what);
}

void mapping_person_extra(MappingRun *run)
{
    const Mapping *mapping = run->mapping;
    if (mapping->extra_count == 0)
        return;
    Report *report = &run->report;
    report->extra = ARENA_ARRAY(run->arena, ReportExtra, mapping->extra_count);
    for (size_t i = 0; i < mapping->extra_count; i++) {
        const MappingPointer *pointer = &mapping->extra[i];
        const JsValue *found[1];
        if (mapping_pointer_find(pointer, run->root, found, 1) == 0 ||
            js_type(found[0]) == JS_NULL ||
            mapping_personal_of(run, pointer, found[0]) == PERSONAL_DROP)
            continue;
        TextBuilder out = builder_new(run->arena);
        ExtraWriter writer = {.run = run, .out = &out, .depth = pointer->count};
        for (size_t j = 0; j < pointer->count; j++)
            writer.tokens[j] = pointer->tokens[j].name;
        write_value(&writer, found[0]);
        report->extra[report->extra_count++] = (ReportExtra){pointer->text, builder_view(&out)};
    }
}
