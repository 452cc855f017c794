/*
 * jansson behind a door. A JsDocument is the root's json_t, a JsValue any json_t below it, so
 * nothing is wrapped and nothing is copied. Numbers arrive as marked strings (json_scan.h) and keep
 * their digits.
 */
#include "base/json.h"

#include "base/json_scan.h"
#include "base/unicode.h"

#include <jansson.h>

#include <assert.h>
#include <string.h>

enum { KEY_BYTES_MAX = 256 };

static json_t *node(const JsValue *value)
{
    return (json_t *)(uintptr_t)
        value; /* jansson's readers take non-const pointers; only js_replace_ writes */
}

/* jansson's own text quotes the input, which may hold personal data; ours never does. */
static const char *syntax_reason(enum json_error_code code)
{
    switch ((int)code) {
    case json_error_premature_end_of_input:
        return "the text ends before the value does";
    case json_error_end_of_input_expected:
        return "something follows the value";
    case json_error_invalid_utf8:
        return "bytes that are not UTF-8";
    case json_error_null_byte_in_key:
        return "a member name holds U+0000";
    default:
        return "not JSON";
    }
}

static bool refuse_at(Text text, size_t position, const char *reason, Error *error)
{
    size_t line = 1;
    size_t line_start = 0;
    for (size_t i = 0; i < position && i < text.size; i++) {
        if (text.data[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    size_t column = unicode_length(text_slice(text, line_start, position - line_start)) + 1;
    return error_set_at(error, ERROR_REJECT, "syntax", NULL, "line %zu, column %zu: %s", line,
                        column, reason);
}

/*
 * jansson counts in the rewritten text. Its position is before a byte that is not UTF-8 and before the end of a text
 * that ends too early, but behind any other token it stumbled over: there the token's last byte is named.
 */
static size_t
guilty_position(Text text, const ScanRules *rules, const json_error_t *fault, Arena *arena)
{
    TextBuilder again = builder_new(arena);
    size_t limit = fault->position > 0 ? (size_t)fault->position : 0;
    size_t consumed = scan_rewrite(text, rules, limit, &again).consumed;
    if (again.size > limit && consumed >= again.size - limit) {
        consumed -= again.size - limit; /* stopped behind a whole string, the place is inside it */
    }
    enum json_error_code code = json_error_code(fault);
    bool before = code == json_error_premature_end_of_input || code == json_error_invalid_utf8;
    return before || consumed == 0 ? consumed : consumed - 1;
}

/* Members of all objects of the tree. */
static size_t count_members(json_t *value)
{
    size_t count = 0;
    if (json_is_object(value)) {
        count = json_object_size(value);
        void *member = json_object_iter(value);
        for (; member != NULL; member = json_object_iter_next(value, member)) {
            count += count_members(json_object_iter_value(member));
        }
    } else if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            count += count_members(json_array_get(value, i));
        }
    }
    return count;
}

static bool refuse_limit(Text text, const ScanResult *scan, Error *error)
{
    char reason[64];
    if (scan->too_deep) {
        snprintf(reason, sizeof reason, "nested deeper than %d levels", JS_DEPTH_MAX);
    } else {
        snprintf(reason, sizeof reason, "more than %d values, an object counting as %d",
                 JS_VALUES_MAX, SCAN_OBJECT_VALUES);
    }
    return refuse_at(text, scan->consumed, reason, error);
}

static json_t *load(Text text, const ScanRules *rules, ScanResult *scan, Error *error)
{
    json_t *root = NULL;
    size_t room = text.size + text.size / 8 + 64; /* for most texts the only allocation */
    Arena *arena = arena_new(room + 64);
    TextBuilder rewritten = {.arena = arena, .data = arena_alloc(arena, room), .capacity = room};
    *scan = scan_rewrite(text, rules, SIZE_MAX, &rewritten);
    if (scan->too_deep || scan->too_many) {
        refuse_limit(text, scan, error);
    } else {
        json_error_t fault;
        root = json_loadb(rewritten.data, rewritten.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &fault);
        if (root == NULL) {
            refuse_at(text, guilty_position(text, rules, &fault, arena),
                      syntax_reason(json_error_code(&fault)), error);
        }
    }
    arena_free(arena);
    return root;
}

bool js_parse(Text text, JsDocument **document, Error *error)
{
    const ScanRules rules = {.depth_max = JS_DEPTH_MAX, .values_max = JS_VALUES_MAX};
    ScanResult scan;
    *document = (JsDocument *)load(text, &rules, &scan, error);
    return *document != NULL;
}

bool js_parse_repair(Text text, JsRepairs *repairs, JsDocument **document, Error *error)
{
    size_t left = repairs->values < JS_VALUES_MAX ? JS_VALUES_MAX - repairs->values : 0;
    const ScanRules rules = {.depth_max = JS_DEPTH_MAX, .values_max = left, .repair = true};
    ScanResult scan;
    json_t *root = load(text, &rules, &scan, error);
    *document = (JsDocument *)root;
    if (root == NULL) {
        return false;
    }
    repairs->values += scan.values;
    repairs->surrogates = repairs->surrogates || scan.repaired;
    repairs->keys_dropped = repairs->keys_dropped || count_members(root) < scan.keys;
    return true;
}

void js_replace_member(const JsValue *object, Text key, JsDocument *document)
{
    void *member = json_object_iter(node(object));
    while (member != NULL && !text_equal(text_from(json_object_iter_key(member)), key)) {
        member = json_object_iter_next(node(object), member);
    }
    assert(member != NULL);
    json_object_iter_set_new(node(object), member, (json_t *)document);
}

void js_replace_element(const JsValue *array, size_t index, JsDocument *document)
{
    int failed = json_array_set_new(node(array), index, (json_t *)document);
    assert(failed == 0);
    (void)failed;
}

void js_close(JsDocument *document)
{
    json_decref((json_t *)document);
}

const JsValue *js_root(const JsDocument *document)
{
    return (const JsValue *)document;
}

static Text raw_string(const JsValue *value)
{
    return (Text){json_string_value(node(value)), json_string_length(node(value))};
}

JsType js_type(const JsValue *value)
{
    if (value == NULL) {
        return JS_NULL;
    }
    switch (json_typeof(node(value))) {
    case JSON_OBJECT:
        return JS_OBJECT;
    case JSON_ARRAY:
        return JS_ARRAY;
    case JSON_STRING:
        return text_starts(raw_string(value), TEXT(SCAN_NUMBER_MARKER)) ? JS_NUMBER : JS_TEXT;
    case JSON_INTEGER:
    case JSON_REAL:
        return JS_NUMBER;
    case JSON_TRUE:
        return JS_TRUE;
    case JSON_FALSE:
        return JS_FALSE;
    case JSON_NULL:
        return JS_NULL;
    }
    return JS_NULL;
}

const JsValue *js_member(const JsValue *object, Text key)
{
    if (js_type(object) != JS_OBJECT) {
        return NULL;
    }
    if (key.size < KEY_BYTES_MAX) {
        char name[KEY_BYTES_MAX];
        if (key.size > 0) {
            memcpy(name, key.data, key.size);
        }
        name[key.size] = '\0';
        return strlen(name) == key.size ? (const JsValue *)json_object_get(node(object), name)
                                        : NULL;
    }
    size_t cursor = 0;
    Text name;
    const JsValue *value;
    while (js_each(object, &cursor, &name, &value)) {
        if (text_equal(name, key)) {
            return value;
        }
    }
    return NULL;
}

const JsValue *js_element(const JsValue *array, size_t index)
{
    return js_type(array) == JS_ARRAY ? (const JsValue *)json_array_get(node(array), index) : NULL;
}

size_t js_count(const JsValue *value)
{
    JsType type = js_type(value);
    return type == JS_ARRAY    ? json_array_size(node(value))
           : type == JS_OBJECT ? json_object_size(node(value))
                               : 0;
}

/* The cursor is jansson's iterator, which is a pointer; SIZE_MAX stands for the end. */
bool js_each(const JsValue *object, size_t *cursor, Text *key, const JsValue **value)
{
    if (js_type(object) != JS_OBJECT || *cursor == SIZE_MAX) {
        return false;
    }
    void *member = *cursor == 0 ? json_object_iter(node(object)) : (void *)(uintptr_t)*cursor;
    if (member == NULL) {
        return false;
    }
    *key = text_from(json_object_iter_key(member));
    *value = (const JsValue *)json_object_iter_value(member);
    void *next = json_object_iter_next(node(object), member);
    *cursor = next == NULL ? SIZE_MAX : (size_t)(uintptr_t)next;
    return true;
}

Text js_text(const JsValue *value)
{
    if (js_type(value) != JS_TEXT) {
        return TEXT_ABSENT;
    }
    Text text = raw_string(value);
    return text_starts(text, TEXT(SCAN_TEXT_MARKER)) ? text_slice(text, SCAN_MARKER_SIZE, text.size)
                                                     : text;
}

Text js_scalar_text(const JsValue *value)
{
    switch (js_type(value)) {
    case JS_TEXT:
        return js_text(value);
    case JS_NUMBER: {
        Text digits = raw_string(value);
        return text_slice(digits, SCAN_MARKER_SIZE, digits.size);
    }
    case JS_TRUE:
        return TEXT("true");
    case JS_FALSE:
        return TEXT("false");
    case JS_NULL:
    case JS_ARRAY:
    case JS_OBJECT:
        break;
    }
    return TEXT_ABSENT;
}

static void dump(const JsValue *value, TextBuilder *out)
{
    switch (js_type(value)) {
    case JS_OBJECT: {
        size_t cursor = 0;
        Text key;
        const JsValue *member;
        builder_char(out, '{');
        while (js_each(value, &cursor, &key, &member)) {
            js_write_key(out, key);
            dump(member, out);
        }
        builder_char(out, '}');
        break;
    }
    case JS_ARRAY:
        builder_char(out, '[');
        for (size_t i = 0; i < js_count(value); i++) {
            if (i > 0) {
                builder_char(out, ',');
            }
            dump(js_element(value, i), out);
        }
        builder_char(out, ']');
        break;
    case JS_TEXT:
        js_write_text(out, js_text(value));
        break;
    case JS_NUMBER:
    case JS_TRUE:
    case JS_FALSE:
        builder_text(out, js_scalar_text(value));
        break;
    case JS_NULL:
        builder_string(out, "null");
        break;
    }
}

Text js_dump(const JsValue *value, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    dump(value, &out);
    return builder_view(&out);
}
