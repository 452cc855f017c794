/*
 * The order of work for one record: decode, kind, region, fields, persons. Whatever goes wrong on the way becomes a
 * dead record; the document behind it lives only as long as this call, so every text of the report is copied.
 */
#include "domain/mapping.h"

#include "base/digest.h"
#include "base/encoding.h"
#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/mapping_run.h"

#include <string.h>

Text mapping_name(const Mapping *mapping)
{
    return mapping->name;
}

Text mapping_source(const Mapping *mapping)
{
    return mapping->source;
}

Text mapping_version(const Mapping *mapping)
{
    return mapping->version;
}

TextList mapping_topics(const Mapping *mapping)
{
    return mapping->topics;
}

Text mapping_topic_pattern(const Mapping *mapping)
{
    return mapping->topic_pattern;
}

Text mapping_default_region(const Mapping *mapping)
{
    return mapping->region_default;
}

const MappingField *mapping_field_of(const Mapping *mapping, const char *target)
{
    for (size_t i = 0; i < mapping->field_count; i++)
        if (strcmp(mapping->fields[i].target->name, target) == 0)
            return &mapping->fields[i];
    return NULL;
}

/* Raw NUL bytes stand in no JSON text; old systems pad with them. */
static Text without_nul(Arena *arena, Text text, bool *removed)
{
    *removed = text.size > 0 && memchr(text.data, '\0', text.size) != NULL;
    if (!*removed)
        return text;
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != '\0')
            builder_char(&out, text.data[i]);
    return builder_view(&out);
}

static bool decode(MappingRun *run, Text bytes, JsDocument **document, Error *error)
{
    if (text_is_absent(bytes))
        return error_set_at(error, ERROR_REJECT, "empty", "", "the record has no value");
    bool repaired = false;
    bool removed = false;
    Text text = encoding_to_utf8(run->arena, bytes, run->mapping->encoding, &repaired);
    text = without_nul(run->arena, text, &removed);
    if (text_trim(text).size == 0)
        return error_set_at(error, ERROR_REJECT, "empty", "", "the value is empty");
    if (!js_parse(text, document, error))
        return false;
    if (repaired)
        run_flag(run, FLAG_ENCODING_REPAIRED);
    if (removed)
        run_flag(run, FLAG_NUL_REMOVED);
    run->root = js_root(*document);
    switch (js_type(run->root)) {
    case JS_OBJECT:
        return true;
    case JS_NULL:
        return error_set_at(error, ERROR_REJECT, "empty", "", "the value is null");
    case JS_ARRAY:
        return error_set_at(error, ERROR_REJECT, "syntax", "",
                            "expected a JSON object, found an array");
    case JS_FALSE:
    case JS_TRUE:
    case JS_NUMBER:
    case JS_TEXT:
        break;
    }
    return error_set_at(error, ERROR_REJECT, "syntax", "",
                        "expected a JSON object, found a single value");
}

static bool words_occur(MappingRun *run, const WordList *words)
{
    TextList texts = mapping_hazard_texts(run);
    for (size_t i = 0; i < texts.count; i++)
        if (word_list_occurs(words, texts.items[i]))
            return true;
    return false;
}

static const MappingKind *find_kind(MappingRun *run, Error *error)
{
    for (size_t i = 0; i < run->mapping->kind_count; i++) {
        const MappingKind *kind = &run->mapping->kinds[i];
        if (mapping_conditions_hold(run, &kind->when) &&
            (kind->unless == NULL || !words_occur(run, kind->unless)))
            return kind;
    }
    error_set_at(error, ERROR_REJECT, "kind", "", "none of the %zu kinds fits the record",
                 run->mapping->kind_count);
    return NULL;
}

/* The first six digits of a code of an area, street, community or grid; absent when it does not begin so. */
static Text area_of(MappingRun *run, const JsValue *value)
{
    Text code = text_trim(unicode_narrow(run->arena, mapping_scalar(run, value), NULL));
    Text area = text_slice(code, 0, 6);
    return area.size == 6 && text_is_digits(area) ? text_copy(run->arena, area) : TEXT_ABSENT;
}

static bool locate(MappingRun *run, Text *region, Error *error)
{
    const Mapping *mapping = run->mapping;
    const JsValue *found[MAPPING_MATCHES_MAX];
    for (size_t i = 0; i < mapping->region_count; i++) {
        size_t count =
            mapping_pointer_find(&mapping->region[i], run->root, found, MAPPING_MATCHES_MAX);
        for (size_t j = 0; j < count; j++) {
            Text area = area_of(run, found[j]);
            Text known = region_lookup(run->context->regions, area);
            if (text_is_empty(known))
                continue;
            *region = known;
            run->report.area_code = area;
            return true;
        }
    }
    if (mapping->region_required) {
        Text pointer = mapping->region_count > 0 ? mapping->region[0].text : TEXT("");
        return error_set_at(error, ERROR_REJECT, "region", text_string(run->arena, pointer),
                            "no area code of the record is known to regions.cfg");
    }
    if (mapping->region_count > 0)
        run_flag(run, FLAG_REGION_DEFAULT);
    return true;
}

static void make_dead(MappingRun *run,
                      const MappingInput *input,
                      const char *stage,
                      const Error *error,
                      MappedRecord *record)
{
    uint8_t digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE + 1];
    digest_sha256(input->bytes, digest);
    digest_hex(digest, sizeof(digest), hex);
    record->kind = RECORD_DEAD;
    record->note = (RecordNote){
        .stage = text_from(stage),
        .pointer = text_copy(run->arena, text_from(error->pointer)),
        .rule = text_copy(run->arena, text_from(error->rule)),
        .message = text_copy(run->arena, text_from(error->text)),
        .sha256 = text_copy(run->arena, (Text){hex, SHA256_HEX_SIZE}),
    };
}

static void make_ignored(MappingRun *run, const MappingKind *kind, MappedRecord *record)
{
    const MappingField *field = mapping_field_of(run->mapping, "record_no");
    Error unreadable = {0};
    record->kind = RECORD_IGNORED;
    record->note = (RecordNote){.reason = kind->reason};
    if (field != NULL && mapping_field_apply(run, field, &unreadable))
        record->note.record_no = run->report.record_no;
}

static bool map_fields(MappingRun *run, Error *error)
{
    for (size_t i = 0; i < run->mapping->field_count; i++)
        if (!mapping_field_apply(run, &run->mapping->fields[i], error))
            return false;
    if (text_is_empty(run->report.record_no)) {
        const MappingField *field = mapping_field_of(run->mapping, "record_no");
        Text pointer =
            field != NULL && field->pointer_count > 0 ? field->pointers[0].text : TEXT("");
        return error_set_at(error, ERROR_REJECT, "required", text_string(run->arena, pointer),
                            "field \"record_no\" is required, and nothing was found");
    }
    mapping_person_kind(run);
    mapping_person_extra(run);
    return true;
}

/* Everything after decoding. False with the reason when the record is dead. */
static bool map_record(MappingRun *run, MappedRecord *record, Error *error)
{
    mapping_personal_collect(run);
    const MappingKind *kind = find_kind(run, error);
    Error lost = {0};
    bool located = locate(run, &record->region, &lost);
    if (kind == NULL)
        return false;
    run->kind = kind->kind;
    if (kind->kind == RECORD_IGNORED) {
        make_ignored(run, kind, record);
        return true;
    }
    if (!located) {
        *error = lost;
        return false;
    }
    if (!map_fields(run, error))
        return false;
    record->kind = kind->kind;
    record->report = run->report;
    return true;
}

void mapping_apply(const Mapping *mapping,
                   const MappingContext *context,
                   const MappingInput *input,
                   Arena *arena,
                   MappedRecord **records,
                   size_t *count)
{
    MappedRecord *record = ARENA_NEW(arena, MappedRecord);
    MappingRun *run = ARENA_NEW(arena, MappingRun);
    run->mapping = mapping;
    run->context = context;
    run->arena = arena;
    report_init(&run->report);
    report_init(&record->report);
    record->region = mapping->region_default;
    *records = record;
    *count = 1;

    JsDocument *document = NULL;
    Error error = {0};
    if (!decode(run, input->bytes, &document, &error))
        make_dead(run, input, "decode", &error, record);
    else if (!map_record(run, record, &error))
        make_dead(run, input, "map", &error, record);
    js_close(document);
}
