/*
 * Reading and writing of members. A reader goes on behind a fault, with LAG_UNKNOWN: the first one stands in the error.
 */
#include "domain/lag_report_json.h"

#include "domain/datetime.h"

#include <inttypes.h>
#include <math.h>

enum { US_PER_MS = 1000, MS_PER_SECOND = 1000 };

/* ---- writing ---- */

static void out_null(TextBuilder *out)
{
    builder_string(out, "null");
}

void lag_out_text(TextBuilder *out, const char *key, Text text)
{
    js_write_key(out, text_from(key));
    js_write_text(out, text_is_absent(text) ? TEXT("") : text);
}

void lag_out_int(TextBuilder *out, const char *key, int64_t value)
{
    js_write_key(out, text_from(key));
    if (value == LAG_UNKNOWN)
        out_null(out);
    else
        builder_int(out, value);
}

void lag_out_real(TextBuilder *out, const char *key, double value)
{
    js_write_key(out, text_from(key));
    if (value < 0 || !isfinite(value))
        out_null(out);
    else
        builder_format(out, "%.3f", value);
}

void lag_out_time(TextBuilder *out, const char *key, int64_t time_ms)
{
    js_write_key(out, text_from(key));
    if (time_ms == LAG_UNKNOWN) {
        out_null(out);
        return;
    }
    char iso[DATETIME_ISO_SIZE];
    datetime_to_iso(time_ms * US_PER_MS, iso);
    js_write_text(out, text_from(iso));
}

void lag_out_seconds(TextBuilder *out, const char *key, int64_t time_ms)
{
    lag_out_real(out, key, time_ms == LAG_UNKNOWN ? LAG_UNKNOWN : (double)time_ms / MS_PER_SECOND);
}

void lag_out_flag(TextBuilder *out, const char *key, bool value)
{
    js_write_key(out, text_from(key));
    builder_string(out, value ? "true" : "false");
}

void lag_out_verdict(TextBuilder *out, LagVerdict verdict)
{
    lag_out_text(out, "verdict", text_from(lag_verdict_name(verdict)));
}

/* ---- reading ---- */

static Text below(const LagIn *in, const char *key)
{
    return text_format(in->arena, "%.*s/%s", TEXT_ARGS(in->pointer), key);
}

static void fault(const LagIn *in, const char *key, const char *expected)
{
    Text pointer = below(in, key);
    error_set_at(in->error, ERROR_REJECT, "shape", text_string(in->arena, pointer),
                 "%.*s: expected %s", TEXT_ARGS(pointer), expected);
}

LagIn lag_in_object(const JsValue *value, Text pointer, Arena *arena, Error *error)
{
    LagIn in = {value, pointer, arena, error};
    if (js_type(value) != JS_OBJECT)
        error_set_at(error, ERROR_REJECT, "shape", text_string(arena, pointer),
                     "%.*s: expected an object",
                     TEXT_ARGS(text_is_empty(pointer) ? TEXT("the whole") : pointer));
    return in;
}

static const JsValue *member(const LagIn *in, const char *key)
{
    return js_member(in->object, text_from(key));
}

Text lag_in_text(const LagIn *in, const char *key)
{
    const JsValue *value = member(in, key);
    if (js_type(value) == JS_TEXT)
        return text_copy(in->arena, js_text(value));
    if (js_type(value) != JS_NULL)
        fault(in, key, "a text");
    return TEXT("");
}

int64_t lag_in_int(const LagIn *in, const char *key)
{
    const JsValue *value = member(in, key);
    int64_t number = LAG_UNKNOWN;
    if (js_type(value) == JS_NULL)
        return LAG_UNKNOWN;
    if (js_type(value) != JS_NUMBER || !text_to_int64(js_scalar_text(value), &number))
        fault(in, key, "a whole number or null");
    return number;
}

double lag_in_real(const LagIn *in, const char *key)
{
    const JsValue *value = member(in, key);
    double number = LAG_UNKNOWN;
    if (js_type(value) == JS_NULL)
        return LAG_UNKNOWN;
    if (js_type(value) != JS_NUMBER || !text_to_double(js_scalar_text(value), &number))
        fault(in, key, "a number or null");
    return number;
}

int64_t lag_in_time(const LagIn *in, const char *key)
{
    const JsValue *value = member(in, key);
    int64_t time_us = 0;
    if (js_type(value) == JS_NULL)
        return LAG_UNKNOWN;
    if (js_type(value) == JS_TEXT && datetime_from_iso(js_text(value), &time_us))
        return time_us / US_PER_MS;
    fault(in, key, "a time like 2026-11-22T08:00:00.000Z, or null");
    return LAG_UNKNOWN;
}

int64_t lag_in_seconds(const LagIn *in, const char *key)
{
    double seconds = lag_in_real(in, key);
    return seconds < 0 ? LAG_UNKNOWN : llround(seconds * MS_PER_SECOND);
}

bool lag_in_flag(const LagIn *in, const char *key)
{
    const JsValue *value = member(in, key);
    if (js_type(value) != JS_TRUE && js_type(value) != JS_FALSE)
        fault(in, key, "true or false");
    return js_type(value) == JS_TRUE;
}

LagVerdict lag_in_verdict(const LagIn *in)
{
    LagVerdict verdict = LAG_OK;
    if (!lag_verdict_from(js_text(member(in, "verdict")), &verdict))
        fault(in, "verdict", "a verdict (OK, CATCHING_UP, ... DATABASE_DOWN)");
    return verdict;
}

const JsValue *lag_in_array(const LagIn *in, const char *key, size_t *count)
{
    const JsValue *value = member(in, key);
    if (js_type(value) != JS_ARRAY)
        fault(in, key, "an array");
    *count = js_type(value) == JS_ARRAY ? js_count(value) : 0;
    return value;
}

LagIn lag_in_element(const LagIn *in, const char *key, const JsValue *array, size_t index)
{
    Text pointer = text_format(in->arena, "%.*s/%s/%zu", TEXT_ARGS(in->pointer), key, index);
    return lag_in_object(js_element(array, index), pointer, in->arena, in->error);
}
