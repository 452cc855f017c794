/*
 * The first byte chooses one of the shipped mappings. A digit: the rest is a record as its department might send it,
 * nothing is a tombstone. A capital letter: the rest are lines that take the place of the values in that department's
 * first test record, one after the other, empty lines apart; so every line reaches a field.
 *
 * Whatever comes in, records come out that onecase.report can carry: the same ones each time, of a known region,
 * readable again, dead ones with a reason, and no mobile number in words of a citizen.
 */
#include "fuzz.h"

#include "base/encoding.h"
#include "base/json.h"
#include "base/unicode.h"

#include "domain/mapping.h"
#include "domain/mapping_json.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

enum { MAPPINGS_MAX = 16, MOBILE_DIGITS = 11 };

static const int64_t SENT_AT = INT64_C(1769905800000000);

typedef struct Shipped {
    const RegionTable *regions;
    const Mapping *mappings[MAPPINGS_MAX];
    const JsValue *samples[MAPPINGS_MAX]; /* the first record of each one's tests */
    size_t count;
} Shipped;

static Text take_line(Text *rest)
{
    size_t end = text_find(*rest, TEXT("\n"), 0);
    Text line = text_slice(*rest, 0, end == SIZE_MAX ? rest->size : end);
    *rest = text_slice(*rest, line.size + 1, SIZE_MAX);
    return line;
}

static const JsValue *read_sample(const Mapping *mapping, Arena *arena)
{
    Error error = {0};
    Text folder = mapping_file_tests(mapping, arena);
    Text path = text_format(arena, "%.*s/new.in", TEXT_ARGS(folder));
    Text bytes;
    bool repaired;
    JsDocument *document;
    require(mapping_file_read(path, arena, &bytes, &error));
    Text line = encoding_to_utf8(arena, take_line(&bytes), ENCODING_AUTO, &repaired);
    require(js_parse(line, &document, &error));
    return js_root(document);
}

/* Read once, from the project's folder, which tests are run in. */
static const Shipped *shipped(void)
{
    static Arena *arena;
    static Shipped all;
    if (arena != NULL)
        return &all;
    arena = arena_new(65536);
    Error error = {0};
    TextList paths;
    MappingFindings findings = {.arena = arena};
    require(region_file_load("deploy/regions.cfg", arena, &all.regions, &error));
    require(mapping_file_list("deploy/sources", arena, &paths, &error));
    require(paths.count > 0 && paths.count <= MAPPINGS_MAX);
    MappingFileOptions options = {.regions = all.regions};
    require(mapping_file_load_all(paths, &options, arena, all.mappings, &findings));
    all.count = paths.count;
    for (size_t i = 0; i < all.count; i++)
        all.samples[i] = read_sample(all.mappings[i], arena);
    return &all;
}

/* A run of digits that a reader would dial: eleven, 13 to 19, nothing that belongs to it on either side. */
static bool shows_mobile(Text text)
{
    size_t run = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (word) {
            run++;
            continue;
        }
        Text number = text_slice(text, i - run, run);
        if (run == MOBILE_DIGITS && text_is_digits(number) && number.data[0] == '1' &&
            number.data[1] >= '3')
            return true;
        run = 0;
    }
    return false; /* a run at the very end may be the rest of a longer one that was cut */
}

static void check_report(const Report *report, Arena *arena)
{
    Error error = {0};
    TextBuilder first = builder_new(arena);
    report_write(report, &first);
    require(unicode_valid(builder_view(&first)));
    Report again;
    require(report_read(builder_view(&first), arena, &again, &error));
    TextBuilder second = builder_new(arena);
    report_write(&again, &second);
    require(text_equal(builder_view(&first), builder_view(&second)));
    require(!text_is_empty(report->record_no));
    require(!shows_mobile(report->title) && !shows_mobile(report->body) &&
            !shows_mobile(report->address));
}

static void check_note(const RecordNote *note, RecordKind kind, Arena *arena)
{
    Error error = {0};
    TextBuilder written = builder_new(arena);
    record_note_write(note, kind, &written);
    require(unicode_valid(builder_view(&written)));
    RecordNote again;
    require(record_note_read(builder_view(&written), arena, &again, &error));
    if (kind == RECORD_IGNORED) {
        require(!text_is_empty(note->reason));
        return;
    }
    require(kind == RECORD_DEAD && !text_is_empty(note->rule) && !text_is_empty(note->message));
    require(text_is(note->stage, "decode") || text_is(note->stage, "map"));
    require(note->sha256.size == 64);
}

static Text apply(const Mapping *mapping, const MappingInput *input, Arena *arena)
{
    const Shipped *all = shipped();
    MappingContext context = {.regions = all->regions,
                              .key = {TEXT("a key for fuzzing, no secret"), 1}};
    MappedRecord *records;
    size_t count;
    mapping_apply(mapping, &context, input, arena, &records, &count);
    require(count >= 1);
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < count; i++) {
        require(region_known(all->regions, records[i].region) ||
                text_equal(records[i].region, mapping_default_region(mapping)));
        if (record_kind_carries_report(records[i].kind))
            check_report(&records[i].report, arena);
        else
            check_note(&records[i].note, records[i].kind, arena);
        mapping_json_record(&records[i], &out);
    }
    return builder_view(&out);
}

/* The sample with the lines as its values; a number stays one where the line is one. */
static void write_sample(const JsValue *value, Text *lines, Arena *arena, TextBuilder *out)
{
    JsType type = js_type(value);
    size_t cursor = 0;
    Text key;
    const JsValue *member;
    if (type == JS_OBJECT) {
        builder_char(out, '{');
        while (js_each(value, &cursor, &key, &member)) {
            js_write_key(out, key);
            write_sample(member, lines, arena, out);
        }
        builder_char(out, '}');
    } else if (type == JS_ARRAY) {
        builder_char(out, '[');
        for (size_t i = 0; i < js_count(value); i++) {
            if (i > 0)
                builder_char(out, ',');
            write_sample(js_element(value, i), lines, arena, out);
        }
        builder_char(out, ']');
    } else {
        Text line = take_line(lines);
        int64_t number;
        if (text_is_empty(line))
            builder_text(out, js_dump(value, arena));
        else if (type == JS_NUMBER && text_to_int64(line, &number))
            builder_int(out, number);
        else
            js_write_text(out, line);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t at = data[0] % shipped()->count;
    const Mapping *mapping = shipped()->mappings[at];
    Text bytes = {(const char *)data + 1, size - 1};
    Arena *arena = arena_new(4096);
    TextBuilder record = builder_new(arena);
    if (data[0] >= 'A') {
        write_sample(shipped()->samples[at], &bytes, arena, &record);
        bytes = builder_view(&record);
    }
    MappingInput input = {.bytes = text_is_empty(bytes) ? TEXT_ABSENT : bytes,
                          .timestamp_us = SENT_AT};
    Text first = apply(mapping, &input, arena);
    require(text_equal(apply(mapping, &input, arena), first));
    arena_free(arena);
    return 0;
}
