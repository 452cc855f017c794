/*
 * Both values are walked side by side; the pointer to where the walk stands is one builder that grows and shrinks.
 * Depth is limited by js_parse.
 */
#include "domain/json_difference.h"

#include <math.h>

static const double TOLERANCE = 1e-6;

typedef struct Comparison {
    Arena *arena;
    TextBuilder pointer;
    JsonDifference *items;
    size_t count;
} Comparison;

static Text dump(Comparison *comparison, const JsValue *value)
{
    return value == NULL ? TEXT_ABSENT : js_dump(value, comparison->arena);
}

static void note(Comparison *comparison, const JsValue *expected, const JsValue *found)
{
    if (comparison->count == JSON_DIFFERENCES_MAX)
        return;
    comparison->items[comparison->count++] = (JsonDifference){
        .pointer = text_copy(comparison->arena, builder_view(&comparison->pointer)),
        .expected = dump(comparison, expected),
        .found = dump(comparison, found)};
}

static bool has_fraction(Text number)
{
    return text_contains(number, TEXT(".")) || text_contains(number, TEXT("e")) ||
           text_contains(number, TEXT("E"));
}

static bool numbers_equal(Text a, Text b)
{
    if (text_equal(a, b))
        return true;
    double x;
    double y;
    return (has_fraction(a) || has_fraction(b)) && text_to_double(a, &x) && text_to_double(b, &y) &&
           fabs(x - y) <= TOLERANCE;
}

static void compare(Comparison *comparison, const JsValue *expected, const JsValue *found);

static void
compare_below(Comparison *comparison, Text token, const JsValue *expected, const JsValue *found)
{
    size_t size = comparison->pointer.size;
    js_pointer_append(&comparison->pointer, token);
    compare(comparison, expected, found);
    builder_truncate(&comparison->pointer, size);
}

static void compare_objects(Comparison *comparison, const JsValue *expected, const JsValue *found)
{
    size_t cursor = 0;
    Text key;
    const JsValue *value;
    while (js_each(expected, &cursor, &key, &value))
        compare_below(comparison, key, value, js_member(found, key));
    cursor = 0;
    while (js_each(found, &cursor, &key, &value))
        if (js_member(expected, key) == NULL)
            compare_below(comparison, key, NULL, value);
}

static void compare_arrays(Comparison *comparison, const JsValue *expected, const JsValue *found)
{
    size_t count = js_count(expected) > js_count(found) ? js_count(expected) : js_count(found);
    for (size_t i = 0; i < count; i++)
        compare_below(comparison, text_format(comparison->arena, "%zu", i), js_element(expected, i),
                      js_element(found, i));
}

static void compare(Comparison *comparison, const JsValue *expected, const JsValue *found)
{
    JsType type = js_type(expected);
    if (expected == NULL || found == NULL || type != js_type(found)) {
        note(comparison, expected, found);
        return;
    }
    switch (type) {
    case JS_OBJECT:
        compare_objects(comparison, expected, found);
        return;
    case JS_ARRAY:
        compare_arrays(comparison, expected, found);
        return;
    case JS_NUMBER:
        if (!numbers_equal(js_scalar_text(expected), js_scalar_text(found)))
            note(comparison, expected, found);
        return;
    case JS_TEXT:
        if (!text_equal(js_text(expected), js_text(found)))
            note(comparison, expected, found);
        return;
    case JS_NULL:
    case JS_FALSE:
    case JS_TRUE:
        return;
    }
}

size_t json_difference(const JsValue *expected,
                       const JsValue *found,
                       Arena *arena,
                       JsonDifference **differences)
{
    Comparison comparison = {.arena = arena,
                             .pointer = builder_new(arena),
                             .items = ARENA_ARRAY(arena, JsonDifference, JSON_DIFFERENCES_MAX)};
    compare(&comparison, expected, found);
    *differences = comparison.items;
    return comparison.count;
}
