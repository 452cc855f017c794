/*
 * The first line names a mapping: a shipped one ("hotline") or that of a golden case ("golden/each_items"); any other
 * name stands for one of them too. Behind it comes a record as its department might send it, nothing is a tombstone. With
 * "values " before the name the rest are lines that take the place of the values in that department's first test
 * record, one after the other, empty lines apart; so every line reaches a field.
 *
 * Whatever comes in, records come out that onecase.report can carry: the same ones each time, of a known region,
 * readable again, dead ones with a reason, and no mobile number in words of a citizen.
 */
#include "fuzz.h"

#include "base/json.h"
#include "base/unicode.h"

#include "domain/mapping.h"
#include "domain/mapping_json.h"
#include "domain/mapping_source.h"
#include "domain/mapping_trace.h"
#include "domain/mapping_trial.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <dirent.h>
#include <string.h>

enum { FEEDS_MAX = 1000, MOBILE_DIGITS = 11 };

#define GOLDEN "tests/golden/mapping"
#define VALUES TEXT("values ")

static const int64_t SENT_AT = INT64_C(1769905800000000);

typedef struct Feed {
    Text name;
    const RegionTable *regions;
    const Mapping *mapping;
    const JsValue *sample; /* the first record of its tests, unwrapped; NULL: it has none */
} Feed;

typedef struct Feeds {
    Arena *arena;
    Feed items[FEEDS_MAX];
    size_t count;
} Feeds;

static Text take_line(Text *rest)
{
    size_t end = text_find(*rest, TEXT("\n"), 0);
    Text line = text_slice(*rest, 0, end == SIZE_MAX ? rest->size : end);
    *rest = text_slice(*rest, line.size + 1, SIZE_MAX);
    return line;
}

/* The document stays open as long as the program. */
static void read_sample(Feed *feed, Text path, Arena *arena)
{
    Error error = {0};
    Text bytes;
    static MappingSource sources[FEEDS_MAX];
    static size_t opened;
    if (!mapping_file_read(path, arena, &bytes, &error))
        return;
    TextList records = mapping_trial_records(feed->mapping, bytes, arena);
    MappingSource *source = &sources[opened++];
    if (records.count > 0 &&
        mapping_source_open(feed->mapping, records.items[0], arena, source, &error))
        feed->sample = source->root;
}

static void add_shipped(Feeds *feeds)
{
    Arena *arena = feeds->arena;
    const RegionTable *regions;
    const Mapping *mappings[FEEDS_MAX];
    Error error = {0};
    TextList paths;
    MappingFindings findings = {.arena = arena};
    require(region_file_load("deploy/regions.cfg", arena, &regions, &error));
    require(mapping_file_list("deploy/sources", arena, &paths, &error));
    require(paths.count > 0 && paths.count <= FEEDS_MAX);
    MappingFileOptions options = {.regions = regions};
    require(mapping_file_load_all(paths, &options, arena, mappings, &findings));
    for (size_t i = 0; i < paths.count; i++) {
        Feed *feed = &feeds->items[feeds->count++];
        *feed = (Feed){mapping_name(mappings[i]), regions, mappings[i], NULL};
        Text folder = mapping_file_tests(mappings[i], arena);
        read_sample(feed, text_format(arena, "%.*s/new.in", TEXT_ARGS(folder)), arena);
    }
}

/* Those of the golden cases that can be loaded. */
static void add_golden(Feeds *feeds)
{
    Arena *arena = feeds->arena;
    const RegionTable *regions;
    Error error = {0};
    require(region_file_load(GOLDEN "/regions.cfg", arena, &regions, &error));
    DIR *directory = opendir(GOLDEN);
    require(directory != NULL);
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        MappingFindings findings = {.arena = arena};
        Text words = text_format(arena, GOLDEN "/%s/words", entry->d_name);
        Text path = text_format(arena, GOLDEN "/%s/mapping.cfg", entry->d_name);
        MappingFileOptions options = {.words_folder = words.data, .regions = regions};
        const Mapping *mapping = mapping_file_load(path.data, &options, arena, &findings);
        if (mapping == NULL || feeds->count == FEEDS_MAX)
            continue;
        Feed *feed = &feeds->items[feeds->count++];
        *feed = (Feed){text_format(arena, "golden/%s", entry->d_name), regions, mapping, NULL};
        read_sample(feed, text_format(arena, GOLDEN "/%s/in", entry->d_name), arena);
    }
    closedir(directory);
}

static int by_name(const void *a, const void *b)
{
    return text_compare(((const Feed *)a)->name, ((const Feed *)b)->name);
}

/* Read once, from the project's folder, which tests are run in. */
static const Feeds *all_feeds(void)
{
    static Feeds feeds;
    if (feeds.arena != NULL)
        return &feeds;
    feeds.arena = arena_new(65536);
    add_shipped(&feeds);
    add_golden(&feeds);
    qsort(feeds.items, feeds.count, sizeof(Feed), by_name);
    return &feeds;
}

static const Feed *feed_of(Text name)
{
    const Feeds *feeds = all_feeds();
    for (size_t i = 0; i < feeds->count; i++)
        if (text_equal(feeds->items[i].name, name))
            return &feeds->items[i];
    require(feeds->count > 0);
    return &feeds->items[text_hash(name) % feeds->count];
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

/* `trace`: NULL, or where provenance goes; it must make no difference. */
static Text apply(const Feed *feed, const MappingInput *input, MappingTrace *trace, Arena *arena)
{
    const Mapping *mapping = feed->mapping;
    MappingContext context = {.regions = feed->regions,
                              .key = {TEXT("a key for fuzzing, no secret"), 2},
                              .key_before = {TEXT("the key before"), 1},
                              .trace = trace};
    MappedRecord *records;
    size_t count;
    mapping_apply(mapping, &context, input, arena, &records, &count);
    require(count >= 1 && count <= MAPPING_ITEMS_MAX);
    require(trace == NULL || trace->count == count);
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < count; i++) {
        require(region_known(feed->regions, records[i].region) ||
                text_equal(records[i].region, mapping_default_region(mapping)));
        if (record_kind_carries_report(records[i].kind))
            check_report(&records[i].report, arena);
        else
            check_note(&records[i].note, records[i].kind, arena);
        mapping_json_record(&records[i], &out);
    }
    return builder_view(&out);
}

/* With \u escapes, which mean the same in every encoding. */
static void write_ascii(Text text, TextBuilder *out)
{
    uint32_t codepoint;
    builder_char(out, '"');
    while (unicode_next(&text, &codepoint)) {
        if (codepoint >= 0x20 && codepoint < 0x7F && codepoint != '"' && codepoint != '\\')
            builder_char(out, (char)codepoint);
        else if (codepoint < 0x10000)
            builder_format(out, "\\u%04x", (unsigned)codepoint);
        else
            builder_format(out, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (codepoint >> 10)),
                           (unsigned)(0xDC00 | (codepoint & 0x3FF)));
    }
    builder_char(out, '"');
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
            if (out->data[out->size - 1] != '{')
                builder_char(out, ',');
            write_ascii(key, out);
            builder_char(out, ':');
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
        if (text_is_empty(line) && type != JS_TEXT)
            builder_text(out, js_dump(value, arena));
        else if (type == JS_NUMBER && text_to_int64(line, &number))
            builder_int(out, number);
        else
            write_ascii(text_is_empty(line) ? js_text(value) : line, out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Text bytes = {(const char *)data, size};
    Text name = take_line(&bytes);
    bool values = text_starts(name, VALUES);
    const Feed *feed = feed_of(values ? text_slice(name, VALUES.size, SIZE_MAX) : name);
    Arena *arena = arena_new(4096);
    TextBuilder record = builder_new(arena);
    if (values && feed->sample != NULL) {
        write_sample(feed->sample, &bytes, arena, &record);
        bytes = builder_view(&record);
    }
    MappingInput input = {.bytes = text_is_empty(bytes) ? TEXT_ABSENT : bytes,
                          .timestamp_us = SENT_AT};
    MappingTrace trace;
    Text first = apply(feed, &input, NULL, arena);
    require(text_equal(apply(feed, &input, &trace, arena), first));
    arena_free(arena);
    return 0;
}
