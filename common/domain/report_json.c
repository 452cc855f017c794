/*
 * A report as the value of a record on onecase.report, both ways. The point takes three members of
 * the object: "point": [lon, lat], "point_system": "GCJ-02", "point_precision": "C".
 */
#include "base/json.h"

#include "domain/datetime.h"
#include "domain/report.h"

#include <stdio.h>

enum { REPORTER_HEX = 32, REPORTER_KEY_DIGITS_MAX = 9 };

static void write_time(TextBuilder *out, int64_t us)
{
    char iso[DATETIME_ISO_SIZE];
    datetime_to_iso(us, iso);
    js_write_text(out, text_from(iso));
}

static void write_list(TextBuilder *out, const TextList *list)
{
    builder_char(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0) {
            builder_char(out, ',');
        }
        js_write_text(out, list->items[i]);
    }
    builder_char(out, ']');
}

static void write_point(TextBuilder *out, const ReportPoint *point)
{
    builder_char(out, '[');
    js_write_double(out, point->wgs84.lon);
    builder_char(out, ',');
    js_write_double(out, point->wgs84.lat);
    builder_char(out, ']');
    js_write_key(out, TEXT("point_system"));
    js_write_text(out, text_from(geo_datum_name(point->given)));
    js_write_key(out, TEXT("point_precision"));
    js_write_text(out, (Text){&point->precision, 1});
}

static void write_field(TextBuilder *out, const Report *report, const ReportField *field)
{
    const void *value = (const char *)report + field->offset;
    js_write_key(out, text_from(field->name));
    switch (field->type) {
    case FIELD_TEXT:
        js_write_text(out, *(const Text *)value);
        break;
    case FIELD_LIST:
        write_list(out, value);
        break;
    case FIELD_INTEGER:
        builder_int(out, *(const int64_t *)value);
        break;
    case FIELD_TIME:
        write_time(out, *(const int64_t *)value);
        break;
    case FIELD_POINT:
        write_point(out, value);
        break;
    case FIELD_FLAG:
        builder_string(out, *(const int8_t *)value != 0 ? "true" : "false");
        break;
    }
}

void report_write(const Report *report, TextBuilder *out)
{
    size_t count;
    const ReportField *fields = report_fields(&count);
    builder_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (report_has(report, &fields[i])) {
            write_field(out, report, &fields[i]);
        }
    }
    if (report->flags.count > 0) {
        js_write_key(out, TEXT("flags"));
        write_list(out, &report->flags);
    }
    if (report->extra_count > 0) {
        js_write_key(out, TEXT("extra"));
        builder_char(out, '{');
        for (size_t i = 0; i < report->extra_count; i++) {
            js_write_key(out, report->extra[i].pointer);
            builder_text(out, report->extra[i].value);
        }
        builder_char(out, '}');
    }
    builder_char(out, '}');
}

static bool refuse_type(const char *name, const char *wanted, Error *error)
{
    char pointer[sizeof error->pointer];
    snprintf(pointer, sizeof pointer, "/%s", name);
    return error_set_at(error, ERROR_REJECT, "type", pointer, "field \"%s\": expected %s", name,
                        wanted);
}

static bool read_list(const JsValue *value, Arena *arena, TextList *list)
{
    if (js_type(value) != JS_ARRAY) {
        return false;
    }
    size_t count = js_count(value);
    list->items = count > 0 ? ARENA_ARRAY(arena, Text, count) : NULL;
    list->count = count;
    for (size_t i = 0; i < count; i++) {
        list->items[i] = text_copy(arena, js_text(js_element(value, i)));
        if (text_is_absent(list->items[i])) {
            return false;
        }
    }
    return true;
}

static bool read_degrees(const JsValue *value, double limit, double *degrees)
{
    return js_type(value) == JS_NUMBER && text_to_double(js_scalar_text(value), degrees) &&
           *degrees >= -limit && *degrees <= limit;
}

static bool read_point(const JsValue *root, const JsValue *value, ReportPoint *point, Error *error)
{
    GeoPoint wgs84 = {.datum = GEO_WGS84};
    if (js_count(value) != 2 || !read_degrees(js_element(value, 0), 180.0, &wgs84.lon) ||
        !read_degrees(js_element(value, 1), 90.0, &wgs84.lat)) {
        return refuse_type("point", "[longitude, latitude] in degrees", error);
    }
    GeoDatum given;
    if (!geo_datum_from(js_text(js_member(root, TEXT("point_system"))), &given)) {
        return refuse_type("point_system", "the name of a coordinate system", error);
    }
    Text precision = js_text(js_member(root, TEXT("point_precision")));
    if (precision.size != 1 || precision.data[0] < 'A' || precision.data[0] > 'E') {
        return refuse_type("point_precision", "a letter from A to E", error);
    }
    *point = (ReportPoint){.wgs84 = wgs84, .given = given, .precision = precision.data[0]};
    return true;
}

static bool read_flag(const JsValue *value, int8_t *flag)
{
    JsType type = js_type(value);
    *flag = type == JS_TRUE ? 1 : 0;
    return type == JS_TRUE || type == JS_FALSE;
}

static bool read_integer(const JsValue *value, int64_t *integer)
{
    return js_type(value) == JS_NUMBER && text_to_int64(js_scalar_text(value), integer) &&
           *integer != INTEGER_ABSENT;
}

/* One field that is present in the object and not null. */
static bool read_field(
    const JsValue *root, const ReportField *field, Arena *arena, Report *report, Error *error)
{
    const JsValue *value = js_member(root, text_from(field->name));
    switch (field->type) {
    case FIELD_TEXT:
        *report_text(report, field) = text_copy(arena, js_text(value));
        return js_type(value) == JS_TEXT || refuse_type(field->name, "text", error);
    case FIELD_LIST:
        return read_list(value, arena, report_list(report, field)) ||
               refuse_type(field->name, "a list of text", error);
    case FIELD_INTEGER:
        return read_integer(value, report_integer(report, field)) ||
               refuse_type(field->name, "an integer", error);
    case FIELD_TIME:
        return datetime_from_iso(js_text(value), report_integer(report, field)) ||
               refuse_type(field->name, "a time in ISO 8601", error);
    case FIELD_POINT:
        return read_point(root, value, &report->point, error);
    case FIELD_FLAG:
        return read_flag(value, report_flag(report, field)) ||
               refuse_type(field->name, "true or false", error);
    }
    return false;
}

/*
 * "<key number>:<32 hex digits>", a number written in one way alone, since it is stored as a number: whatever else
 * stood here might be a person.
 */
static bool is_reporter(Text reporter)
{
    size_t colon = text_find(reporter, TEXT(":"), 0);
    if (colon > REPORTER_KEY_DIGITS_MAX || (colon > 1 && reporter.data[0] == '0') ||
        !text_is_digits(text_slice(reporter, 0, colon)) ||
        reporter.size != colon + 1 + REPORTER_HEX) {
        return false;
    }
    for (size_t i = colon + 1; i < reporter.size; i++) {
        char byte = reporter.data[i];
        if (!(byte >= '0' && byte <= '9') && !(byte >= 'a' && byte <= 'f')) {
            return false;
        }
    }
    return true;
}

static bool read_flags(const JsValue *root, Arena *arena, Report *report, Error *error)
{
    const JsValue *value = js_member(root, TEXT("flags"));
    if (js_type(value) == JS_NULL) {
        return true;
    }
    TextList flags;
    if (!read_list(value, arena, &flags)) {
        return refuse_type("flags", "a list of text", error);
    }
    for (size_t i = 0; i < flags.count; i++) {
        report_add_flag(report, arena, flags.items[i]);
    }
    return true;
}

static bool read_extra(const JsValue *root, Arena *arena, Report *report, Error *error)
{
    const JsValue *value = js_member(root, TEXT("extra"));
    if (js_type(value) == JS_NULL) {
        return true;
    }
    if (js_type(value) != JS_OBJECT) {
        return refuse_type("extra", "an object", error);
    }
    report->extra = ARENA_ARRAY(arena, ReportExtra, js_count(value));
    size_t cursor = 0;
    Text pointer;
    const JsValue *member;
    while (js_each(value, &cursor, &pointer, &member)) {
        report->extra[report->extra_count++] =
            (ReportExtra){.pointer = text_copy(arena, pointer), .value = js_dump(member, arena)};
    }
    return true;
}

static bool read_object(const JsValue *root, Arena *arena, Report *report, Error *error)
{
    if (js_type(root) != JS_OBJECT) {
        return error_set_at(error, ERROR_REJECT, "syntax", "", "expected a JSON object");
    }
    size_t count;
    const ReportField *fields = report_fields(&count);
    for (size_t i = 0; i < count; i++) {
        if (js_type(js_member(root, text_from(fields[i].name))) != JS_NULL &&
            !read_field(root, &fields[i], arena, report, error)) {
            return false;
        }
    }
    if (!text_is_absent(report->reporter) && !is_reporter(report->reporter)) {
        return refuse_type("reporter", "a key number and 32 hex digits", error);
    }
    if (!text_is_absent(report->reporter_before) && !is_reporter(report->reporter_before)) {
        return refuse_type("reporter_before", "a key number and 32 hex digits", error);
    }
    return read_flags(root, arena, report, error) && read_extra(root, arena, report, error);
}

bool report_read(Text json, Arena *arena, Report *report, Error *error)
{
    report_init(report);
    JsDocument *document;
    if (!js_parse(json, &document, error)) {
        return false;
    }
    bool done = read_object(js_root(document), arena, report, error);
    js_close(document);
    return done;
}
