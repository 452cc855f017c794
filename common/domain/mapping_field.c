/*
 * From texts to the report's field: as, codes, default, required. A conversion has three outcomes; an unreadable
 * optional value leaves its flag and nothing else, an unreadable required one is the record's fault.
 */
#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/category.h"
#include "domain/credit_code.h"
#include "domain/mapping_run.h"
#include "domain/scrub.h"

#include <math.h>
#include <string.h>

typedef enum Outcome { OUTCOME_NOTHING, OUTCOME_STORED, OUTCOME_UNREADABLE } Outcome;

static bool is_target(const MappingField *field, const char *name)
{
    return strcmp(field->target->name, name) == 0;
}

static Outcome unreadable(MappingRun *run, MappingFlag flag)
{
    run_flag(run, flag);
    return OUTCOME_UNREADABLE;
}

/* The scale of an integer target; targets that are not listed take any number from 0. */
static bool in_scale(const MappingField *field, int64_t value)
{
    static const struct {
        const char *name;
        int64_t low, high;
    } SCALES[] = {{"level", 1, 4}, {"urgency", 1, 3}, {"status", 10, 95}, {"satisfaction", 1, 5}};
    for (size_t i = 0; i < sizeof(SCALES) / sizeof(SCALES[0]); i++)
        if (is_target(field, SCALES[i].name))
            return value >= SCALES[i].low && value <= SCALES[i].high;
    return value >= 0;
}

static bool read_integer(const MappingField *field, Text text, int64_t *value)
{
    if (text_to_int64(text, value))
        return true;
    double real;
    if (!text_to_double(text, &real) || fabs(real) > 9e15)
        return false;
    if (field->as != AS_DECIMAL && real != floor(real))
        return false;
    *value = (int64_t)llround(real);
    return true;
}

static Outcome store_integer(MappingRun *run, const MappingField *field, Text text)
{
    int64_t value;
    text = text_trim(unicode_narrow(run->arena, text, NULL));
    if (!read_integer(field, text, &value))
        return unreadable(run, FLAG_NUMBER_UNREADABLE);
    if (!in_scale(field, value))
        return unreadable(run, FLAG_NUMBER_OUT_OF_RANGE);
    *report_integer(&run->report, field->target) = value;
    return OUTCOME_STORED;
}

static Outcome store_time(MappingRun *run, const MappingField *field, Text text)
{
    const Mapping *mapping = run->mapping;
    int64_t time_us;
    text = text_trim(unicode_narrow(run->arena, text, NULL));
    for (size_t i = 0; i < mapping->time_format_count; i++) {
        if (time_format_parse(mapping->time_formats[i], text, mapping->zone_minutes, &time_us)) {
            *report_integer(&run->report, field->target) = time_us;
            return OUTCOME_STORED;
        }
    }
    return unreadable(run, FLAG_TIME_UNREADABLE);
}

static Outcome store_flag(MappingRun *run, const MappingField *field, Text text)
{
    static const char *const YES[] = {"1", "true", "TRUE", "True", "yes", "Y", "y", "是"};
    static const char *const NO[] = {"0", "false", "FALSE", "False", "no", "N", "n", "否"};
    text = text_trim(unicode_narrow(run->arena, text, NULL));
    for (size_t i = 0; i < sizeof(YES) / sizeof(YES[0]); i++) {
        if (text_is(text, YES[i]) || text_is(text, NO[i])) {
            *report_flag(&run->report, field->target) = text_is(text, YES[i]);
            return OUTCOME_STORED;
        }
    }
    return unreadable(run, FLAG_FLAG_UNREADABLE);
}

/* Two numbers with a comma, semicolon or white space between them, perhaps in POINT( ). */
static bool read_pair(Arena *arena, Text text, double pair[2])
{
    Text narrow = text_trim(unicode_narrow(arena, text, NULL));
    if (text_starts(narrow, TEXT("POINT")))
        narrow = text_trim(text_slice(narrow, 5, SIZE_MAX));
    if (narrow.size >= 2 && (narrow.data[0] == '(' || narrow.data[0] == '['))
        narrow = text_trim(text_slice(narrow, 1, narrow.size - 2));
    size_t from = 0;
    size_t count = 0;
    while (from < narrow.size) {
        size_t end = from;
        while (end < narrow.size && strchr(",; \t", narrow.data[end]) == NULL)
            end++;
        Text number = text_slice(narrow, from, end - from);
        from = end + 1;
        if (number.size == 0)
            continue;
        if (count == 2 || !text_to_double(number, &pair[count++]))
            return false;
    }
    return count == 2;
}

static Outcome store_point(MappingRun *run, const MappingField *field, Text text)
{
    const Mapping *mapping = run->mapping;
    double pair[2];
    if (!read_pair(run->arena, text, pair))
        return unreadable(run, FLAG_GEO_UNREADABLE);
    GeoPoint given = {.lon = mapping->lat_first ? pair[1] : pair[0],
                      .lat = mapping->lat_first ? pair[0] : pair[1],
                      .datum = mapping->datum};
    if (fabs(given.lon) < 1e-6 && fabs(given.lat) < 1e-6)
        return unreadable(run, FLAG_GEO_ZERO);
    if (!geo_plausible(given, NULL)) {
        GeoPoint swapped = {.lon = given.lat, .lat = given.lon, .datum = given.datum};
        if (!geo_plausible(swapped, NULL))
            return unreadable(run, FLAG_GEO_OUTSIDE);
        run_flag(run, FLAG_GEO_SWAPPED);
        given = swapped;
    }
    GeoPoint wgs84 = geo_to_wgs84(given);
    if (!geo_plausible(wgs84, &mapping->box))
        return unreadable(run, FLAG_GEO_OUTSIDE);
    run->report.point =
        (ReportPoint){.wgs84 = wgs84, .given = mapping->datum, .precision = field->precision};
    return OUTCOME_STORED;
}

/* Scrubbed, cut to `max`, copied: what may stand in the report. */
static Text finished_text(MappingRun *run, const MappingField *field, Text text)
{
    if (field->personal == PERSONAL_MASK) {
        Text first = unicode_prefix(text, 1);
        text = text_format(run->arena, "%.*s**", TEXT_ARGS(first));
    } else if (field->personal == PERSONAL_HASH) {
        text = mapping_person_hash(run, text);
    }
    if (mapping_person_scrubs(field->target))
        text = scrub_text(run->arena, text, NULL);
    Text cut = unicode_prefix(text, (size_t)field->max);
    if (cut.size < text.size)
        run_flag(run, FLAG_TEXT_CUT);
    return text_copy(run->arena, cut);
}

static Outcome
store_category(MappingRun *run, const MappingField *field, Text code, int64_t confidence)
{
    if (category_find(code) == NULL) {
        run_flag(run, FLAG_CODE_UNKNOWN);
        return OUTCOME_NOTHING;
    }
    *report_text(&run->report, field->target) = text_copy(run->arena, code);
    run->report.category_confidence = confidence;
    return OUTCOME_STORED;
}

static Outcome store_text(MappingRun *run, const MappingField *field, Text text)
{
    Report *report = &run->report;
    if (is_target(field, "reporter")) {
        mapping_person_reporter(run, field, text);
        return text_is_absent(report->reporter) ? OUTCOME_NOTHING : OUTCOME_STORED;
    }
    if (is_target(field, "category") && field->codes == NULL)
        return store_category(run, field, text_trim(text), CODE_CONFIDENCE_DEFAULT);
    if (field->as == AS_USC) {
        text = credit_code_normalise(run->arena, text);
        if (!credit_code_valid(text))
            run_flag(run, FLAG_USC_BAD);
    }
    if (is_target(field, "record_no") && unicode_length(text) > (size_t)field->max)
        return OUTCOME_UNREADABLE; /* cut, it would be another record's */
    *report_text(report, field->target) = finished_text(run, field, text);
    if (is_target(field, "origin_no"))
        report->origin_source = field->source;
    return OUTCOME_STORED;
}

static Outcome store_plain(MappingRun *run, const MappingField *field, Text text)
{
    switch (field->target->type) {
    case FIELD_TEXT:
        return store_text(run, field, text);
    case FIELD_INTEGER:
        return store_integer(run, field, text);
    case FIELD_TIME:
        return store_time(run, field, text);
    case FIELD_POINT:
        return store_point(run, field, text);
    case FIELD_FLAG:
        return store_flag(run, field, text);
    case FIELD_LIST:
        break;
    }
    return OUTCOME_NOTHING;
}

/* The department's own code stays beside a category and a status whatever the table says of it. */
static void keep_source_code(MappingRun *run, const MappingField *field, Text code)
{
    Report *report = &run->report;
    Text kept =
        text_copy(run->arena, unicode_prefix(scrub_text(run->arena, code, NULL), MAPPING_TEXT_MAX));
    if (is_target(field, "category")) {
        report->category_source = kept;
        report->category_system = field->codes->system;
    } else if (is_target(field, "status")) {
        report->status_source = kept;
    }
}

static Outcome store_coded(MappingRun *run, const MappingField *field, Text text)
{
    const CodeTable *table = field->codes;
    Text code = text_trim(text);
    bool category = is_target(field, "category");
    keep_source_code(run, field, code);
    const CodeRow *row = code_table_find(table, code);
    if (row != NULL)
        return category ? store_category(run, field, row->to, row->confidence)
                        : store_plain(run, field, row->to);
    run_flag(run, FLAG_CODE_UNKNOWN);
    if (table->unknown == CODE_UNKNOWN_TEXT)
        return category ? store_category(run, field, table->unknown_text, 0)
                        : store_plain(run, field, table->unknown_text);
    if (table->unknown == CODE_UNKNOWN_KEEP && field->target->type == FIELD_TEXT && !category)
        return store_plain(run, field, code);
    return OUTCOME_NOTHING;
}

static Outcome
store_list(MappingRun *run, const MappingField *field, const Text *items, size_t count)
{
    Text *list = ARENA_ARRAY(run->arena, Text, count);
    for (size_t i = 0; i < count; i++) {
        const CodeRow *row =
            field->codes != NULL ? code_table_find(field->codes, text_trim(items[i])) : NULL;
        if (field->codes != NULL && row == NULL)
            run_flag(run, FLAG_CODE_UNKNOWN);
        list[i] = finished_text(run, field, row != NULL ? row->to : items[i]);
    }
    *report_list(&run->report, field->target) = (TextList){list, count};
    return count > 0 ? OUTCOME_STORED : OUTCOME_NOTHING;
}

static Outcome store(MappingRun *run, const MappingField *field, const Text *items, size_t count)
{
    if (count == 0)
        return OUTCOME_NOTHING;
    if (field->target->type == FIELD_LIST)
        return store_list(run, field, items, count);
    Text text = items[count - 1];
    if (field->pick == PICK_JOIN && count > 1) {
        TextBuilder out = builder_new(run->arena);
        for (size_t i = 0; i < count; i++) {
            if (i > 0)
                builder_text(&out, field->join);
            builder_text(&out, items[i]);
        }
        text = builder_view(&out);
    }
    return field->codes != NULL ? store_coded(run, field, text) : store_plain(run, field, text);
}

static Outcome store_default(MappingRun *run, const MappingField *field)
{
    if (text_is_absent(field->default_text))
        return OUTCOME_NOTHING;
    if (field->target->type == FIELD_LIST)
        return store_list(run, field, &field->default_text, 1);
    if (is_target(field, "category"))
        return store_category(run, field, field->default_text, 0);
    return store_plain(run, field, field->default_text);
}

static const char *as_words(MappingAs as)
{
    static const char *const WORDS[] = {
        [AS_TEXT] = "a text",       [AS_INTEGER] = "an integer",
        [AS_DECIMAL] = "a number",  [AS_TIME] = "a time in one of the formats of time.formats",
        [AS_POINT] = "a point",     [AS_PHONE] = "a phone number",
        [AS_USC] = "a credit code", [AS_FLAG] = "true or false"};
    return WORDS[as];
}

bool mapping_field_apply(MappingRun *run, const MappingField *field, Error *error)
{
    if (field->personal == PERSONAL_DROP ||
        (field->kinds != 0 && (field->kinds & (1u << run->kind)) == 0) ||
        !mapping_conditions_hold(run, &field->when))
        return true;
    Text items[MAPPING_MATCHES_MAX];
    const MappingPointer *pointer;
    size_t count = mapping_select(run, field, items, &pointer);
    Outcome outcome = store(run, field, items, count);
    if (outcome != OUTCOME_STORED && store_default(run, field) == OUTCOME_STORED)
        outcome = OUTCOME_STORED;
    if (outcome == OUTCOME_STORED || !field->required)
        return true;
    char place[sizeof(error->pointer)];
    Text shown = text_slice(pointer->text, 0, sizeof(place) - 1);
    memcpy(place, shown.data, shown.size);
    place[shown.size] = '\0';
    if (outcome == OUTCOME_UNREADABLE && field->target->type == FIELD_TEXT)
        return error_set_at(error, ERROR_REJECT, "type", place,
                            "field \"%s\": expected a text of at most %d characters, found %zu",
                            field->target->name, (int)field->max, unicode_length(items[count - 1]));
    if (outcome == OUTCOME_UNREADABLE)
        return error_set_at(error, ERROR_REJECT, "type", place,
                            "field \"%s\": expected %s, found a text of %zu characters",
                            field->target->name, as_words(field->as),
                            unicode_length(items[count - 1]));
    return error_set_at(error, ERROR_REJECT, "required", place,
                        "field \"%s\" is required, and nothing was found", field->target->name);
}
