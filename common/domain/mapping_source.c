/*
 * Bytes to the items that are mapped. `unwrap` puts the JSON of a text into the document in its place, so everything
 * behind it sees one tree. Faults of the message end it; those of an item wait until its turn comes.
 */
#include "domain/mapping_source.h"

#include "base/encoding.h"
#include "base/text_builder.h"

#include "domain/mapping_flag.h"
#include "domain/mapping_run.h"
#include "domain/mapping_text.h"

enum {
    WORK_MAX = 32 * 1024 * 1024,
    STEP_WORK = 4
}; /* bytes that are read; a step costs as much as a few */

typedef struct Opening {
    const Mapping *mapping;
    Arena *arena;
    MappingSource *source;
    JsRepairs repairs;
    TextBuilder place; /* of the value that is unwrapped */
} Opening;

static Text without_nul(Opening *opening, Text text)
{
    bool removed = false;
    text = mapping_text_without_nul(opening->arena, text, &removed);
    if (removed)
        opening->source->flags |= 1u << FLAG_NUL_REMOVED;
    return text;
}

static bool decode(Opening *opening, Text bytes, Error *error)
{
    MappingSource *source = opening->source;
    if (text_is_absent(bytes))
        return error_set_at(error, ERROR_REJECT, "empty", "", "the record has no value");
    bool repaired = false;
    Text text = encoding_to_utf8(opening->arena, bytes, opening->mapping->encoding, &repaired);
    if (repaired)
        source->flags |= 1u << FLAG_ENCODING_REPAIRED;
    text = without_nul(opening, text);
    if (text_trim(text).size == 0)
        return error_set_at(error, ERROR_REJECT, "empty", "", "the value is empty");
    if (!js_parse_repair(text, &opening->repairs, &source->document, error))
        return false;
    source->root = js_root(source->document);
    return true;
}

/* What takes the value's place; NULL when it is left alone. */
static bool read_inside(Opening *opening, const JsValue *value, JsDocument **inside, Error *error)
{
    *inside = NULL;
    if (js_type(value) != JS_TEXT || mapping_means_nothing(opening->mapping, js_text(value)))
        return true;
    Error fault = {0};
    Text text = without_nul(opening, js_text(value));
    if (js_parse_repair(text, &opening->repairs, inside, &fault))
        return true;
    return error_set_at(error, ERROR_REJECT, "unwrap", opening->place.data,
                        "the text holds no JSON: %s", fault.text);
}

static bool unwrap_root(Opening *opening, Error *error)
{
    MappingSource *source = opening->source;
    JsDocument *inside;
    if (!read_inside(opening, source->root, &inside, error))
        return false;
    if (inside == NULL)
        return true;
    js_close(source->document);
    source->document = inside;
    source->root = js_root(inside);
    return true;
}

static void append_index(TextBuilder *place, size_t index)
{
    builder_char(place, '/');
    builder_int(place, (int64_t)index);
}

static bool
unwrap_below(Opening *opening, MappingTokens tokens, const JsValue *parent, Error *error);

/* The child of `parent` that `token` stands for, and with more tokens what lies below it. */
static bool unwrap_child(
    Opening *opening, MappingTokens tokens, const JsValue *parent, size_t index, Error *error)
{
    bool list = js_type(parent) == JS_ARRAY;
    Text name = tokens.items[0].name;
    const JsValue *child = list ? js_element(parent, index) : js_member(parent, name);
    size_t above = opening->place.size;
    JsDocument *inside = NULL;
    bool good;
    if (list)
        append_index(&opening->place, index);
    else
        js_pointer_append(&opening->place, name);
    if (tokens.count > 1) {
        MappingTokens rest = {tokens.items + 1, tokens.count - 1};
        good = unwrap_below(opening, rest, child, error);
    } else {
        good = read_inside(opening, child, &inside, error);
        if (inside != NULL && list)
            js_replace_element(parent, index, inside);
        else if (inside != NULL)
            js_replace_member(parent, name, inside);
    }
    builder_truncate(&opening->place, above);
    return good;
}

static bool
unwrap_below(Opening *opening, MappingTokens tokens, const JsValue *parent, Error *error)
{
    const MappingToken *token = &tokens.items[0];
    JsType type = js_type(parent);
    if (token->kind == TOKEN_MEMBER) {
        if (type != JS_OBJECT && (type != JS_ARRAY || token->index == SIZE_MAX))
            return true;
        return unwrap_child(opening, tokens, parent, mapping_token_index(token, parent), error);
    }
    for (size_t i = 0; type == JS_ARRAY && i < js_count(parent); i++)
        if (mapping_token_fits(token, js_element(parent, i)) &&
            !unwrap_child(opening, tokens, parent, i, error))
            return false;
    return true;
}

static void add_fault(Opening *opening, size_t item, const Error *fault)
{
    MappingSource *source = opening->source;
    if (source->faults == NULL)
        source->faults = ARENA_ARRAY(opening->arena, const Error *, MAPPING_ITEMS_MAX);
    Error *kept = ARENA_NEW(opening->arena, Error);
    *kept = *fault;
    source->faults[item] = kept;
}

/* A pointer into the items: one after the other, so that a fault is one item's. */
static void unwrap_items(Opening *opening, const MappingPointer *pointer)
{
    const MappingPointer *each = &opening->mapping->each;
    /* with `*` in front while the items are elements of an array */
    MappingTokens tokens = {pointer->tokens + each->count, pointer->count - each->count};
    const JsValue *list;
    if (mapping_pointer_find(each, opening->source->root, &list, 1) == 0)
        return;
    bool single = js_type(list) == JS_OBJECT;
    size_t count = single ? 1 : js_type(list) == JS_ARRAY ? js_count(list) : 0;
    MappingTokens inside = {tokens.items + 1, tokens.count - 1};
    for (size_t i = 0; count <= MAPPING_ITEMS_MAX && i < count; i++) {
        Error fault = {0};
        Text above =
            single ? mapping_source_item_place(opening->mapping, i, opening->arena) : each->text;
        builder_truncate(&opening->place, 0);
        builder_text(&opening->place, above);
        bool good = single ? inside.count == 0 || unwrap_below(opening, inside, list, &fault)
                           : unwrap_child(opening, tokens, list, i, &fault);
        if (!good)
            add_fault(opening, i, &fault);
    }
}

static bool unwrap(Opening *opening, Error *error)
{
    const Mapping *mapping = opening->mapping;
    for (size_t i = 0; i < mapping->unwrap_count; i++) {
        const MappingPointer *pointer = &mapping->unwrap[i];
        MappingTokens tokens = {pointer->tokens, pointer->count};
        opening->place = builder_new(opening->arena);
        if (mapping_source_in_item(mapping, pointer))
            unwrap_items(opening, pointer);
        else if (pointer->count == 0 ? !unwrap_root(opening, error)
                                     : !unwrap_below(opening, tokens, opening->source->root, error))
            return false;
    }
    return true;
}

/* With each = "" the whole may be an array; everything else is judged by find_items then. */
static bool check_root(const Opening *opening, Error *error)
{
    JsType type = js_type(opening->source->root);
    if (type == JS_NULL)
        return error_set_at(error, ERROR_REJECT, "empty", "", "the value is null");
    if (type == JS_OBJECT || (opening->mapping->has_each && opening->mapping->each.count == 0))
        return true;
    return error_set_at(error, ERROR_REJECT, "syntax", "", "expected a JSON object, found %s",
                        type == JS_ARRAY ? "an array" : "a single value");
}

static const char *found_words(const JsValue *value)
{
    switch (js_type(value)) {
    case JS_ARRAY:
        return "an array";
    case JS_NULL:
        return value == NULL ? "nothing" : "null";
    case JS_OBJECT:
        return "an object";
    case JS_FALSE:
    case JS_TRUE:
    case JS_NUMBER:
    case JS_TEXT:
        break;
    }
    return "a single value";
}

static void add_item(Opening *opening, const JsValue *value)
{
    MappingSource *source = opening->source;
    size_t item = source->item_count++;
    source->items[item] = value;
    if (js_type(value) == JS_OBJECT || (source->faults != NULL && source->faults[item] != NULL))
        return;
    Error fault = {0};
    Text place = mapping_source_item_place(opening->mapping, item, opening->arena);
    error_set_at(&fault, ERROR_REJECT, "each", text_string(opening->arena, place),
                 "expected an item that is an object, found %s", found_words(value));
    add_fault(opening, item, &fault);
}

static bool find_items(Opening *opening, Error *error)
{
    const Mapping *mapping = opening->mapping;
    MappingSource *source = opening->source;
    const JsValue *list = NULL;
    if (!mapping->has_each) {
        source->items = ARENA_NEW(opening->arena, const JsValue *);
        source->items[source->item_count++] = source->root;
        return true;
    }
    const char *place = text_string(opening->arena, mapping->each.text);
    mapping_pointer_find(&mapping->each, source->root, &list, 1);
    bool single = js_type(list) == JS_OBJECT;
    if (!single && js_type(list) != JS_ARRAY) {
        Error *fault = ARENA_NEW(opening->arena, Error);
        error_set_at(fault, ERROR_REJECT, "each", place, "expected an array of items, found %s",
                     found_words(list));
        source->no_list = fault;
        return true;
    }
    size_t count = single ? 1 : js_count(list);
    if (count > MAPPING_ITEMS_MAX)
        return error_set_at(error, ERROR_REJECT, "each", place,
                            "expected at most %d items, found %zu", MAPPING_ITEMS_MAX, count);
    source->items = ARENA_ARRAY(opening->arena, const JsValue *, count);
    source->work = ARENA_NEW(opening->arena, size_t);
    *source->work = WORK_MAX;
    for (size_t i = 0; i < count; i++)
        add_item(opening, single ? list : js_element(list, i));
    return true;
}

bool mapping_source_open(
    const Mapping *mapping, Text bytes, Arena *arena, MappingSource *source, Error *error)
{
    Opening opening = {.mapping = mapping, .arena = arena, .source = source};
    *source = (MappingSource){0};
    bool good = decode(&opening, bytes, error) && unwrap(&opening, error) &&
                check_root(&opening, error) && find_items(&opening, error);
    if (opening.repairs.surrogates)
        source->flags |= 1u << FLAG_ENCODING_REPAIRED;
    if (opening.repairs.keys_dropped)
        source->flags |= 1u << FLAG_KEY_REPEATED;
    return good;
}

void mapping_source_close(MappingSource *source)
{
    js_close(source->document);
    *source = (MappingSource){0};
}

bool mapping_source_in_item(const Mapping *mapping, const MappingPointer *pointer)
{
    const MappingPointer *each = &mapping->each;
    if (!mapping->has_each || pointer->count <= each->count ||
        pointer->tokens[each->count].kind != TOKEN_EACH)
        return false;
    for (size_t i = 0; i < each->count; i++) {
        const MappingToken *a = &each->tokens[i];
        const MappingToken *b = &pointer->tokens[i];
        if (a->kind != b->kind || !text_equal(a->name, b->name) || !text_equal(a->value, b->value))
            return false;
    }
    return true;
}

size_t mapping_source_find(const Mapping *mapping,
                           const MappingSource *source,
                           size_t item,
                           const MappingPointer *pointer,
                           const JsValue **found,
                           size_t max)
{
    if (!mapping->has_each)
        return mapping_pointer_find(pointer, source->root, found, max);
    if (mapping_source_in_item(mapping, pointer)) {
        if (item >= source->item_count)
            return 0;
        size_t skipped = mapping->each.count + 1;
        MappingTokens inside = {pointer->tokens + skipped, pointer->count - skipped};
        return mapping_pointer_search(inside, source->items[item], found, max, NULL);
    }
    if (mapping_source_spent(source))
        return 0;
    MappingTokens tokens = {pointer->tokens, pointer->count};
    size_t steps = 0;
    size_t count = mapping_pointer_search(tokens, source->root, found, max, &steps);
    size_t bytes = steps * STEP_WORK;
    for (size_t i = 0; i < count; i++)
        bytes += js_scalar_text(found[i]).size;
    mapping_source_spend(source, bytes);
    return count;
}

Text mapping_source_item_place(const Mapping *mapping, size_t item, Arena *arena)
{
    return mapping->has_each ? text_format(arena, "%.*s/%zu", TEXT_ARGS(mapping->each.text), item)
                             : TEXT("");
}

Text mapping_source_place(const Mapping *mapping,
                          const MappingPointer *pointer,
                          size_t item,
                          Arena *arena)
{
    if (!mapping_source_in_item(mapping, pointer))
        return pointer->text;
    size_t behind = 0; /* the `*` of `each` */
    for (size_t i = 0; i <= mapping->each.count; i++)
        behind = text_find(pointer->text, TEXT("/"), behind) + 1;
    Text above = mapping_source_item_place(mapping, item, arena);
    return text_format(arena, "%.*s%.*s", TEXT_ARGS(above),
                       TEXT_ARGS(text_slice(pointer->text, behind + 1, SIZE_MAX)));
}

void mapping_source_spend(const MappingSource *source, size_t bytes)
{
    if (source->work != NULL)
        *source->work = bytes < *source->work ? *source->work - bytes : 0;
}

bool mapping_source_spent(const MappingSource *source)
{
    return source->work != NULL && *source->work == 0;
}
