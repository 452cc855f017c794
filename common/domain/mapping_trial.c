#include "domain/mapping_trial.h"

#include "base/encoding.h"

#include "domain/datetime.h"
#include "domain/mapping_json.h"
#include "domain/mapping_spec.h"

/*
 * No clock here either: the Kafka time stamp of a record on trial is what the test says.
 */
static bool is_one_value(const Mapping *mapping, Text bytes, Arena *arena)
{
    bool repaired;
    JsDocument *document = NULL;
    Error error = {0};
    Text text = encoding_to_utf8(arena, bytes, mapping->encoding, &repaired);
    JsRepairs repairs = {0};
    bool one = js_parse_repair(text, &repairs, &document, &error);
    js_close(document);
    return one;
}

TextList mapping_trial_records(const Mapping *mapping, Text bytes, Arena *arena)
{
    if (text_ends(bytes, TEXT("\n")))
        bytes.size--;
    size_t lines = 1;
    for (size_t i = 0; i < bytes.size; i++)
        lines += bytes.data[i] == '\n';
    TextList records = {ARENA_ARRAY(arena, Text, lines), 0};
    if (lines == 1 || is_one_value(mapping, bytes, arena)) {
        records.items[records.count++] = bytes;
        return records;
    }
    for (size_t from = 0; from < bytes.size;) {
        size_t end = text_find(bytes, TEXT("\n"), from);
        if (end == SIZE_MAX)
            end = bytes.size;
        Text line = text_slice(bytes, from, end - from);
        if (text_trim(line).size > 0)
            records.items[records.count++] = line;
        from = end + 1;
    }
    return records;
}

bool mapping_trial_time(Text content, int64_t *timestamp_us, Error *error)
{
    Text text = text_trim(content);
    return datetime_from_iso(text, timestamp_us) ||
           error_set(error, ERROR_REJECT,
                     "expected a time such as 2026-02-01T00:30:00Z, found \"%.*s\"",
                     TEXT_ARGS(text));
}

Text mapping_trial_run(const Mapping *mapping,
                       const RegionTable *regions,
                       Text bytes,
                       int64_t timestamp_us,
                       Arena *arena)
{
    MappingContext context = {.regions = regions, .key = {TEXT(MAPPING_TRIAL_KEY), 1}};
    TextList inputs = mapping_trial_records(mapping, bytes, arena);
    TextBuilder out = builder_new(arena);
    const char *between = "[\n";
    for (size_t i = 0; i < inputs.count; i++) {
        MappedRecord *records;
        size_t count;
        MappingInput input = {.bytes = inputs.items[i], .timestamp_us = timestamp_us};
        mapping_apply(mapping, &context, &input, arena, &records, &count);
        for (size_t j = 0; j < count; j++) {
            builder_string(&out, between);
            mapping_json_record(&records[j], &out);
            between = ",\n";
        }
    }
    builder_string(&out, inputs.count == 0 ? "[]\n" : "\n]\n");
    return builder_view(&out);
}

bool mapping_trial_compare(Text expected,
                           Text output,
                           Arena *arena,
                           JsonDifference **differences,
                           size_t *count,
                           Error *error)
{
    JsDocument *wanted = NULL;
    JsDocument *found = NULL;
    bool parsed = js_parse(expected, &wanted, error) && js_parse(output, &found, error);
    if (parsed && js_type(js_root(wanted)) != JS_ARRAY)
        parsed = error_set(error, ERROR_REJECT, "it is no JSON array");
    if (parsed)
        *count = json_difference(js_root(wanted), js_root(found), arena, differences);
    js_close(wanted);
    js_close(found);
    return parsed;
}
