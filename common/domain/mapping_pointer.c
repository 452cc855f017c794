/*
 * A pointer is a row of tokens; finding walks the document and branches at `*` and `[key=value]`. Depth is the
 * number of tokens, which the compiler limits, so recursion is bounded.
 */
#include "domain/mapping_pointer.h"

#include "base/text_builder.h"

#include <string.h>

enum { TOKENS_MAX = 32 };

static bool decode_token(Arena *arena, Text raw, Text *name)
{
    if (raw.size == 0 || memchr(raw.data, '~', raw.size) == NULL) {
        *name = text_copy(arena, raw);
        return true;
    }
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < raw.size; i++) {
        if (raw.data[i] != '~') {
            builder_char(&out, raw.data[i]);
            continue;
        }
        if (i + 1 >= raw.size || (raw.data[i + 1] != '0' && raw.data[i + 1] != '1'))
            return false;
        builder_char(&out, raw.data[++i] == '0' ? '~' : '/');
    }
    *name = builder_view(&out);
    return true;
}

static size_t array_index(Text name)
{
    int64_t index;
    if (text_is(name, "-1"))
        return MAPPING_LAST;
    if (!text_is_digits(name) || (name.size > 1 && name.data[0] == '0') ||
        !text_to_int64(name, &index))
        return SIZE_MAX;
    return (size_t)index;
}

static bool compile_token(Arena *arena, Text raw, MappingToken *token)
{
    *token = (MappingToken){.kind = TOKEN_MEMBER, .index = SIZE_MAX};
    if (text_is(raw, "*")) {
        token->kind = TOKEN_EACH;
        return true;
    }
    if (raw.size >= 3 && raw.data[0] == '[' && raw.data[raw.size - 1] == ']') {
        Text inner = text_slice(raw, 1, raw.size - 2);
        size_t equals = text_find(inner, TEXT("="), 0);
        if (equals == SIZE_MAX || equals == 0)
            return false;
        token->kind = TOKEN_WHERE;
        return decode_token(arena, text_slice(inner, 0, equals), &token->name) &&
               decode_token(arena, text_slice(inner, equals + 1, SIZE_MAX), &token->value);
    }
    if (!decode_token(arena, raw, &token->name))
        return false;
    token->index = array_index(token->name);
    return true;
}

bool mapping_pointer_compile(Arena *arena, Text text, MappingPointer *pointer, Error *error)
{
    pointer->text = text_copy(arena, text);
    pointer->count = 0;
    pointer->tokens = ARENA_ARRAY(arena, MappingToken, 0);
    if (text.size == 0)
        return true;
    if (text.data[0] != '/')
        return error_set(error, ERROR_REJECT, "pointer \"%.*s\" must start with \"/\"",
                         TEXT_ARGS(text));
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += text.data[i] == '/';
    if (count > TOKENS_MAX)
        return error_set(error, ERROR_REJECT, "pointer \"%.*s\" has more than %d tokens",
                         TEXT_ARGS(text), TOKENS_MAX);
    pointer->tokens = ARENA_ARRAY(arena, MappingToken, count);
    size_t from = 1;
    while (from <= text.size) {
        size_t slash = text_find(text, TEXT("/"), from);
        size_t end = slash == SIZE_MAX ? text.size : slash;
        Text raw = text_slice(text, from, end - from);
        if (!compile_token(arena, raw, &pointer->tokens[pointer->count]))
            return error_set(error, ERROR_REJECT,
                             "pointer \"%.*s\" has a token that is not RFC 6901, \"*\" or "
                             "\"[key=value]\"",
                             TEXT_ARGS(text));
        pointer->count++;
        from = end + 1;
    }
    return true;
}

typedef struct Search {
    const JsValue **found;
    size_t count;
    size_t max;
    size_t steps;
} Search;

bool mapping_token_fits(const MappingToken *token, const JsValue *element)
{
    return token->kind == TOKEN_EACH ||
           (token->kind == TOKEN_WHERE &&
            text_equal(js_scalar_text(js_member(element, token->name)), token->value));
}

size_t mapping_token_index(const MappingToken *token, const JsValue *array)
{
    size_t count = js_count(array);
    if (token->index == MAPPING_LAST)
        return count > 0 ? count - 1 : SIZE_MAX;
    return token->index;
}

static void search(const MappingToken *tokens, size_t count, const JsValue *value, Search *result)
{
    if (value == NULL || result->count == result->max)
        return;
    result->steps++;
    if (count == 0) {
        result->found[result->count++] = value;
        return;
    }
    const MappingToken *token = tokens;
    if (token->kind == TOKEN_MEMBER) {
        if (js_type(value) == JS_OBJECT)
            search(tokens + 1, count - 1, js_member(value, token->name), result);
        else if (js_type(value) == JS_ARRAY && token->index != SIZE_MAX)
            search(tokens + 1, count - 1, js_element(value, mapping_token_index(token, value)),
                   result);
        return;
    }
    if (js_type(value) != JS_ARRAY)
        return;
    size_t elements = js_count(value);
    for (size_t i = 0; i < elements && result->count < result->max; i++) {
        const JsValue *element = js_element(value, i);
        if (mapping_token_fits(token, element))
            search(tokens + 1, count - 1, element, result);
        else
            result->steps++;
    }
}

size_t mapping_pointer_search(
    MappingTokens tokens, const JsValue *root, const JsValue **found, size_t max, size_t *steps)
{
    Search result = {.found = found, .max = max};
    search(tokens.items, tokens.count, root, &result);
    if (steps != NULL)
        *steps += result.steps;
    return result.count;
}

size_t mapping_pointer_find(const MappingPointer *pointer,
                            const JsValue *root,
                            const JsValue **found,
                            size_t max)
{
    MappingTokens tokens = {pointer->tokens, pointer->count};
    return mapping_pointer_search(tokens, root, found, max, NULL);
}

Text mapping_pointer_last_name(const MappingPointer *pointer)
{
    for (size_t i = pointer->count; i > 0; i--)
        if (pointer->tokens[i - 1].kind == TOKEN_MEMBER && pointer->tokens[i - 1].index == SIZE_MAX)
            return pointer->tokens[i - 1].name;
    return TEXT("");
}

static bool tokens_meet(const MappingToken *a, const MappingToken *b)
{
    if (a->kind == TOKEN_MEMBER && b->kind == TOKEN_MEMBER)
        return text_equal(a->name, b->name) || (a->index == MAPPING_LAST && b->index != SIZE_MAX) ||
               (b->index == MAPPING_LAST && a->index != SIZE_MAX);
    if (a->kind == TOKEN_MEMBER)
        return a->index != SIZE_MAX;
    if (b->kind == TOKEN_MEMBER)
        return b->index != SIZE_MAX;
    return a->kind != TOKEN_WHERE || b->kind != TOKEN_WHERE || !text_equal(a->name, b->name) ||
           text_equal(a->value, b->value);
}

bool mapping_pointer_overlaps(const MappingPointer *a, const MappingPointer *b)
{
    size_t shorter = a->count < b->count ? a->count : b->count;
    for (size_t i = 0; i < shorter; i++)
        if (!tokens_meet(&a->tokens[i], &b->tokens[i]))
            return false;
    return true;
}
