/*
 * Values of `extra` as JSON text: as they came but for what is personal. A member that `personal` drops is not there, one
 * that it hashes or masks shows that much, one that is named like a person's and of which `personal` says nothing is left
 * out: a department may send more tomorrow than its interface note said. Texts are scrubbed.
 */
#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/mapping_person_name.h"
#include "domain/mapping_person_parts.h"
#include "domain/phone.h"

/* The report around a value takes levels of its own, and its reader takes JS_DEPTH_MAX in all. */
enum { EXTRA_DEPTH_MAX = JS_DEPTH_MAX - 4 };

/* A value of `extra` on its way out; `place` is where the walk stands. */
typedef struct ExtraWriter {
    MappingRun *run;
    TextBuilder *out;
    PersonPlace place[2 * JS_DEPTH_MAX]; /* `unwrap` puts a document at most 32 levels down */
    size_t depth;
    size_t start; /* depth of the value itself */
} ExtraWriter;

/* A number hashed or masked as one, another id hashed as one, another text without all but its first character. */
static void write_personal(ExtraWriter *writer, Text text, MappingPersonal what)
{
    MappingRun *run = writer->run;
    Text number;
    PhoneKind kind = phone_normalise(run->scratch, text, &number);
    bool phone = kind == PHONE_MOBILE || kind == PHONE_LANDLINE || kind == PHONE_MASKED;
    Text shown;
    if (what == PERSONAL_HASH)
        shown = mapping_person_hash(run, &run->context->key,
                                    phone ? number : mapping_person_own_id(run, text));
    else if (phone)
        shown = phone_mask(run->scratch, number);
    else
        shown = text_format(run->scratch, "%.*s**", TEXT_ARGS(unicode_prefix(text, 1)));
    if (text_is_absent(shown))
        builder_string(writer->out, "null");
    else
        js_write_text(writer->out, shown);
}

static void write_scalar(ExtraWriter *writer, const JsValue *value, MappingPersonal what)
{
    MappingRun *run = writer->run;
    Text text = mapping_printable(run, js_scalar_text(value));
    if (what == PERSONAL_HASH || what == PERSONAL_MASK) {
        write_personal(writer, text, what);
        return;
    }
    bool changed;
    Text scrubbed = scrub_known_text(run->scratch, run->known, text, &changed);
    if (js_type(value) == JS_TEXT || changed)
        js_write_text(writer->out, scrubbed);
    else
        builder_text(writer->out, text);
}

static void write_value(ExtraWriter *writer, const JsValue *value);

static void write_array(ExtraWriter *writer, const JsValue *array)
{
    size_t count = js_count(array);
    builder_char(writer->out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            builder_char(writer->out, ',');
        writer->place[writer->depth++] = (PersonPlace){TEXT_ABSENT, i};
        write_value(writer, js_element(array, i));
        writer->depth--;
    }
    builder_char(writer->out, ']');
}

/* Named like a person's, and `personal` says nothing of it: left out, with a flag. */
static bool is_withheld(ExtraWriter *writer, Text name, const JsValue *member)
{
    if (js_type(member) == JS_NULL || !mapping_person_name(name) ||
        mapping_person_spoken_of(writer->run->mapping, writer->place, writer->depth))
        return false;
    run_flag(writer->run, FLAG_PERSONAL_WITHHELD);
    return true;
}

static void write_object(ExtraWriter *writer, const JsValue *object)
{
    size_t cursor = 0;
    Text key;
    const JsValue *member;
    builder_char(writer->out, '{');
    while (js_each(object, &cursor, &key, &member)) {
        key = mapping_printable(writer->run, key);
        writer->place[writer->depth++] = (PersonPlace){key, SIZE_MAX};
        if (mapping_person_at(writer->run, member, writer->place, writer->depth) != PERSONAL_DROP &&
            !is_withheld(writer, key, member)) {
            js_write_key(writer->out, key);
            write_value(writer, member);
        }
        writer->depth--;
    }
    builder_char(writer->out, '}');
}

static bool is_too_deep(ExtraWriter *writer, JsType type)
{
    if ((type != JS_ARRAY && type != JS_OBJECT) || writer->depth - writer->start < EXTRA_DEPTH_MAX)
        return false;
    run_flag(writer->run, FLAG_VALUE_NOT_SCALAR);
    return true;
}

/* JSON text of the value without what is personal in it; what lies too deep is null. */
static void write_value(ExtraWriter *writer, const JsValue *value)
{
    MappingPersonal what = mapping_person_at(writer->run, value, writer->place, writer->depth);
    JsType type = js_type(value);
    if (what == PERSONAL_DROP || type == JS_NULL || is_too_deep(writer, type))
        builder_string(writer->out, "null");
    else if (type == JS_ARRAY)
        write_array(writer, value);
    else if (type == JS_OBJECT)
        write_object(writer, value);
    else
        write_scalar(writer, value, what);
}

static void add_extra(MappingRun *run, const MappingPointer *pointer, const JsValue *value)
{
    Report *report = &run->report;
    TextBuilder out = builder_new(run->arena);
    ExtraWriter writer = {.run = run, .out = &out};
    writer.depth = mapping_person_place(pointer, writer.place);
    writer.start = writer.depth;
    arena_reset(run->scratch);
    write_value(&writer, value);
    report->extra[report->extra_count++] = (ReportExtra){pointer->text, builder_view(&out)};
    if (!mapping_source_in_item(run->mapping, pointer))
        mapping_source_spend(run->source, out.size);
}

void mapping_person_extra(MappingRun *run)
{
    const Mapping *mapping = run->mapping;
    if (mapping->extra_count == 0)
        return;
    run->report.extra = ARENA_ARRAY(run->arena, ReportExtra, mapping->extra_count);
    for (size_t i = 0; i < mapping->extra_count; i++) {
        const MappingPointer *pointer = &mapping->extra[i];
        const JsValue *found;
        if (run_find(run, pointer, &found, 1) > 0 && js_type(found) != JS_NULL &&
            mapping_personal_of(run, pointer, found) != PERSONAL_DROP)
            add_extra(run, pointer, found);
    }
}
