/*
 * From a text to the target's type. A conversion has three outcomes; an unreadable value leaves its flag and nothing
 * else, and mapping_field.c says whether that is the record's fault.
 */
#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/credit_code.h"
#include "domain/datetime.h"
#include "domain/mapping_language.h"
#include "domain/mapping_run.h"

#include <math.h>

static MappingOutcome unreadable(MappingRun *run, MappingFlag flag)
{
    run_flag(run, flag);
    return OUTCOME_UNREADABLE;
}

static Text narrow_of(MappingRun *run, Text text)
{
    bool narrowed;
    Text narrow = text_trim(unicode_narrow(run->scratch, text, &narrowed));
    if (narrowed)
        RUN_STEP(run, "narrow");
    return narrow;
}

/* `text` was read although it came in full-width letters or digits. */
static MappingOutcome stored(MappingRun *run, Text text)
{
    if (unicode_has_wide(text))
        run_flag(run, FLAG_NARROWED);
    return OUTCOME_STORED;
}

/* The scale of an integer target, for the rest that of its column (migrations: reports). */
static bool in_scale(const MappingField *field, int64_t value)
{
    static const struct {
        const char *name;
        int64_t low, high;
    } SCALES[] = {{"level", 1, 4},           {"urgency", 1, 3},         {"status", 10, 95},
                  {"satisfaction", 1, 5},    {"part_no", 0, INT16_MAX}, {"urged", 0, INT32_MAX},
                  {"trapped", 0, INT32_MAX}, {"injured", 0, INT32_MAX}, {"dead", 0, INT32_MAX}};
    for (size_t i = 0; i < sizeof(SCALES) / sizeof(SCALES[0]); i++)
        if (mapping_field_is(field, SCALES[i].name))
            return value >= SCALES[i].low && value <= SCALES[i].high;
    return value >= 0;
}

/* A number too large for any scale becomes -1, which is in none. */
static bool read_integer(const MappingField *field, Text text, int64_t *value)
{
    const double most = 9e15; /* below it a double still has its unit */
    double real;
    if (text_to_int64(text, value))
        return true;
    *value = -1;
    if (text_is_digits(text))
        return true;
    if (!text_to_double(text, &real) || (field->as != AS_DECIMAL && real != floor(real)))
        return false;
    if (fabs(real) <= most)
        *value = (int64_t)llround(real);
    return true;
}

static MappingOutcome store_integer(MappingRun *run, const MappingField *field, Text text)
{
    int64_t value;
    if (!read_integer(field, narrow_of(run, text), &value))
        return unreadable(run, FLAG_NUMBER_UNREADABLE);
    if (!in_scale(field, value))
        return unreadable(run, FLAG_NUMBER_OUT_OF_RANGE);
    *report_integer(&run->report, field->target) = value;
    RUN_STEP(run, "%s", field->as == AS_DECIMAL ? "decimal" : "integer");
    return stored(run, text);
}

/* A day without an hour lasts until its end when something is due on it. */
static int64_t due_time(MappingRun *run, const TimeFormat *format, int64_t time_us)
{
    if (time_format_has_hours(format))
        return time_us;
    RUN_STEP(run, "end of the day");
    return time_us + DATETIME_DAY_US - DATETIME_SECOND_US;
}

static MappingOutcome store_time(MappingRun *run, const MappingField *field, Text text)
{
    const Mapping *mapping = run->mapping;
    bool own = field->format_count > 0;
    const TimeFormat **formats = own ? field->formats : mapping->time_formats;
    size_t count = own ? field->format_count : mapping->time_format_count;
    int64_t time_us;
    Text narrow = narrow_of(run, text);
    for (size_t i = 0; i < count; i++) {
        if (!time_format_parse(formats[i], narrow, mapping->zone_minutes, &time_us))
            continue;
        RUN_STEP(run, "time %.*s", TEXT_ARGS(time_format_pattern(formats[i])));
        if (mapping_field_is(field, "due_at"))
            time_us = due_time(run, formats[i], time_us);
        *report_integer(&run->report, field->target) = time_us;
        return stored(run, text);
    }
    return unreadable(run, FLAG_TIME_UNREADABLE);
}

static MappingOutcome store_flag(MappingRun *run, const MappingField *field, Text text)
{
    static const char *const YES[] = {"1", "true", "TRUE", "True", "yes", "Y", "y", "是"};
    static const char *const NO[] = {"0", "false", "FALSE", "False", "no", "N", "n", "否"};
    Text narrow = narrow_of(run, text);
    for (size_t i = 0; i < sizeof(YES) / sizeof(YES[0]); i++) {
        if (text_is(narrow, YES[i]) || text_is(narrow, NO[i])) {
            *report_flag(&run->report, field->target) = text_is(narrow, YES[i]);
            RUN_STEP(run, "flag");
            return stored(run, text);
        }
    }
    return unreadable(run, FLAG_FLAG_UNREADABLE);
}

/* Behind "SRID=4490;" and before the brackets of POINT( ), POINT Z ( ); *more: numbers that may follow the two. */
static Text point_text(Text narrow, size_t *more)
{
    *more = 0;
    if (text_starts(narrow, TEXT("SRID=")) && text_contains(narrow, TEXT(";")))
        narrow = text_trim(text_slice(narrow, text_find(narrow, TEXT(";"), 0) + 1, SIZE_MAX));
    if (text_starts(narrow, TEXT("POINT"))) {
        narrow = text_trim(text_slice(narrow, 5, SIZE_MAX));
        for (; narrow.size > 0 && (narrow.data[0] == 'Z' || narrow.data[0] == 'M'); ++*more)
            narrow = text_trim(text_slice(narrow, 1, SIZE_MAX));
    }
    return narrow;
}

/* Two numbers with a comma, semicolon or white space between them, perhaps in POINT( ). */
static bool read_pair(Text narrow, double pair[2])
{
    size_t more;
    narrow = point_text(narrow, &more);
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
        double ignored;
        if (count == 2 + more || !text_to_double(number, count < 2 ? &pair[count] : &ignored))
            return false;
        count++;
    }
    return count == 2 + more;
}

static MappingOutcome store_point(MappingRun *run, const MappingField *field, Text text)
{
    const Mapping *mapping = run->mapping;
    bool lat_first = field->own_order ? field->lat_first : mapping->lat_first;
    double pair[2] = {0, 0};
    if (!read_pair(narrow_of(run, text), pair))
        return unreadable(run, FLAG_GEO_UNREADABLE);
    GeoPoint given = {.lon = lat_first ? pair[1] : pair[0],
                      .lat = lat_first ? pair[0] : pair[1],
                      .datum = field->own_datum ? field->datum : mapping->datum};
    if (fabs(given.lon) < 1e-6 && fabs(given.lat) < 1e-6)
        return unreadable(run, FLAG_GEO_ZERO);
    if (!geo_plausible(given, NULL)) {
        GeoPoint swapped = {.lon = given.lat, .lat = given.lon, .datum = given.datum};
        if (!geo_plausible(swapped, NULL))
            return unreadable(run, FLAG_GEO_OUTSIDE);
        run_flag(run, FLAG_GEO_SWAPPED);
        RUN_STEP(run, "swapped");
        given = swapped;
    }
    GeoPoint wgs84 = geo_to_wgs84(given);
    if (!geo_plausible(wgs84, &mapping->box))
        return unreadable(run, FLAG_GEO_OUTSIDE);
    if (given.datum != GEO_WGS84)
        RUN_STEP(run, "%s to WGS-84", geo_datum_name(given.datum));
    run->report.point =
        (ReportPoint){.wgs84 = wgs84, .given = given.datum, .precision = field->precision};
    return stored(run, text);
}

Text mapping_finished_text(MappingRun *run, const MappingField *field, Text text)
{
    if (field->personal == PERSONAL_MASK) {
        Text first = unicode_prefix(text, 1);
        text = text_format(run->scratch, "%.*s**", TEXT_ARGS(first));
        RUN_STEP(run, "masked");
    } else if (field->personal == PERSONAL_HASH) {
        text = mapping_person_hash(run, &run->context->key, text);
        RUN_STEP(run, "hashed with key %d", (int)run->context->key.number);
    }
    text = mapping_person_scrub(run, field, text);
    Text cut = unicode_prefix(text, (size_t)field->max);
    if (cut.size < text.size) {
        run_flag(run, FLAG_TEXT_CUT);
        RUN_STEP(run, "cut to %d", (int)field->max);
    }
    return text_copy(run->arena, cut);
}

static bool is_value_of(const char *target, Text word)
{
    size_t count;
    const LanguageWord *values = language_values(target, &count);
    for (size_t i = 0; i < count; i++)
        if (text_is(word, values[i].word))
            return true;
    return false;
}

/* Targets that others count by: a word that is none of theirs is another reason for returning it, else nothing. */
static MappingOutcome store_word(MappingRun *run, const MappingField *field, Text text)
{
    Text word = text_trim(text);
    if (!is_value_of(field->target->name, word)) {
        run_flag(run, FLAG_CODE_UNKNOWN);
        if (!mapping_field_is(field, "return_reason"))
            return OUTCOME_NOTHING; /* as if it were not mapped: mapping_person_kind */
        word = TEXT("other");
    }
    *report_text(&run->report, field->target) = text_copy(run->arena, word);
    return OUTCOME_STORED;
}

static MappingOutcome store_text(MappingRun *run, const MappingField *field, Text text)
{
    Report *report = &run->report;
    if (mapping_field_is(field, "reporter"))
        return mapping_person_reporter(run, field, text);
    if (mapping_field_is(field, "reporter_kind") || mapping_field_is(field, "return_reason") ||
        mapping_field_is(field, "recheck_result"))
        return store_word(run, field, text);
    if (mapping_field_is(field, "category") && field->codes == NULL)
        return mapping_code_category(run, field, text_trim(text), CODE_CONFIDENCE_DEFAULT);
    if (field->as == AS_USC) {
        (void)stored(run, text);
        Text given = text;
        text = credit_code_normalise(run->scratch, text);
        if (!text_equal(given, text))
            RUN_STEP(run, "credit code in its own letters");
        if (!credit_code_valid(text))
            run_flag(run, FLAG_USC_BAD);
    }
    if (mapping_field_is(field, "record_no") && unicode_length(text) > (size_t)field->max)
        return OUTCOME_UNREADABLE; /* cut, it would be another record's */
    *report_text(report, field->target) = mapping_finished_text(run, field, text);
    if (mapping_field_is(field, "origin_no"))
        report->origin_source = field->source;
    return OUTCOME_STORED;
}

MappingOutcome mapping_convert(MappingRun *run, const MappingField *field, Text text)
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
