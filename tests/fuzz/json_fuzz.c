/*
 * js_parse accepts what jansson accepts, except deep nesting, NUL bytes (jansson takes one for the end of the text) and
 * jansson's limits on numbers; and what it accepts it can dump and read again to the same text. js_parse_repair accepts
 * all of that unchanged, and what else it accepts had a lone surrogate.
 */
#include "fuzz.h"

#include "base/json.h"

#include <jansson.h>

static void compare_with_jansson(Text text, bool accepted, const Error *error)
{
    json_error_t fault;
    json_t *plain = json_loadb(text.data, text.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &fault);
    if (accepted) {
        require(plain != NULL || json_error_code(&fault) == json_error_numeric_overflow);
    } else {
        bool too_deep = text_contains(text_from(error->text), TEXT("nested deeper"));
        require(plain == NULL || too_deep || text_contains(text, TEXT("\0")));
    }
    json_decref(plain);
}

static void walk(const JsValue *value, size_t *nodes)
{
    size_t cursor = 0;
    Text key;
    const JsValue *member;
    (*nodes)++;
    while (js_each(value, &cursor, &key, &member)) {
        require(js_member(value, key) == member);
        walk(member, nodes);
    }
    if (js_type(value) == JS_ARRAY) {
        for (size_t i = 0; i < js_count(value); i++) {
            walk(js_element(value, i), nodes);
        }
    }
}

static void compare_with_repair(Text text, const JsDocument *document)
{
    Arena *arena = arena_new(1024);
    Error error = {0};
    JsRepairs repairs = {0};
    JsDocument *repaired;
    if (js_parse_repair(text, &repairs, &repaired, &error)) {
        require((document == NULL) == repairs.surrogates);
        require(document == NULL ||
                text_equal(js_dump(js_root(document), arena), js_dump(js_root(repaired), arena)));
    } else {
        require(document == NULL && text_is(text_from(error.rule), "syntax"));
    }
    js_close(repaired);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Text text = {(const char *)data, size};
    Error error = {0};
    JsDocument *document;
    bool accepted = js_parse(text, &document, &error);
    compare_with_jansson(text, accepted, &error);
    compare_with_repair(text, document);
    if (!accepted) {
        require(error.verdict == ERROR_REJECT && text_is(text_from(error.rule), "syntax"));
        return 0;
    }
    size_t nodes = 0;
    walk(js_root(document), &nodes);
    Arena *arena = arena_new(1024);
    Text dumped = js_dump(js_root(document), arena);
    JsDocument *again;
    require(js_parse(dumped, &again, &error));
    size_t nodes_again = 0;
    walk(js_root(again), &nodes_again);
    require(nodes == nodes_again);
    require(text_equal(js_dump(js_root(again), arena), dumped));
    (void)js_pointer(js_root(document), text);
    js_close(again);
    js_close(document);
    arena_free(arena);
    return 0;
}
