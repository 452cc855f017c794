/*
 * The places of the inputs as a tree, and which of them the mapping's pointers go to.
 */
#include "base/text_builder.h"

#include "domain/mapping_coverage_parts.h"

#include <string.h>

static CoveragePlace *find_child(const CoveragePlace *place, bool each, Text name)
{
    for (CoveragePlace *child = place->child; child != NULL; child = child->next)
        if (child->each == each && (each || text_equal(child->name, name)))
            return child;
    return NULL;
}

static CoveragePlace *child_of(CoveragePlace *place, bool each, Text name, Arena *arena)
{
    CoveragePlace *child = find_child(place, each, name);
    if (child != NULL || place->children == COVERAGE_CHILDREN_MAX)
        return child;
    child = ARENA_NEW(arena, CoveragePlace);
    *child = (CoveragePlace){.name = text_copy(arena, name), .each = each, .parent = place};
    if (place->last != NULL)
        place->last->next = child;
    else
        place->child = child;
    place->last = child;
    place->children++;
    return child;
}

typedef struct Walk {
    const Mapping *mapping;
    Arena *arena;
} Walk;

static void walk(const Walk *how, CoveragePlace *place, const JsValue *value, size_t depth);

/* Whether the array of `each` belongs here, `depth` tokens down. */
static bool is_each_place(const Walk *how, const CoveragePlace *place, size_t depth)
{
    const MappingPointer *each = &how->mapping->each;
    if (!how->mapping->has_each || depth != each->count)
        return false;
    for (size_t i = depth; i > 0; i--, place = place->parent)
        if (place->each || !text_equal(place->name, each->tokens[i - 1].name))
            return false;
    return true;
}

static void walk_object(const Walk *how, CoveragePlace *place, const JsValue *value, size_t depth)
{
    size_t cursor = 0;
    Text key;
    const JsValue *member;
    if (is_each_place(how, place, depth)) { /* one item without its array */
        place = child_of(place, true, TEXT("*"), how->arena);
        depth++;
    }
    while (js_each(value, &cursor, &key, &member)) {
        CoveragePlace *child = child_of(place, false, key, how->arena);
        if (child != NULL)
            walk(how, child, member, depth + 1);
    }
}

static void walk(const Walk *how, CoveragePlace *place, const JsValue *value, size_t depth)
{
    switch (js_type(value)) {
    case JS_OBJECT:
        walk_object(how, place, value, depth);
        return;
    case JS_ARRAY: {
        size_t count = js_count(value);
        CoveragePlace *each = count > 0 ? child_of(place, true, TEXT("*"), how->arena) : NULL;
        bool items = is_each_place(how, place, depth); /* one that is no object is dead unread */
        for (size_t i = 0; i < count && each != NULL; i++)
            if (!items || js_type(js_element(value, i)) == JS_OBJECT)
                walk(how, each, js_element(value, i), depth + 1);
        return;
    }
    case JS_NULL:
        place->null = true;
        return;
    case JS_FALSE:
    case JS_TRUE:
    case JS_NUMBER:
    case JS_TEXT:
        place->leaf = true;
        return;
    }
}

void coverage_add_places(CoveragePlace *root,
                         const Mapping *mapping,
                         const MappingSource *source,
                         Arena *arena)
{
    const Walk how = {mapping, arena};
    walk(&how, root, source->root, 0);
}

CoveragePlace *coverage_next_place(CoveragePlace *place)
{
    if (place->child != NULL)
        return place->child;
    while (place != NULL && place->next == NULL)
        place = place->parent;
    return place != NULL ? place->next : NULL;
}

static void mark_below(CoveragePlace *place)
{
    place->read = true;
    for (CoveragePlace *child = place->child; child != NULL; child = child->next)
        mark_below(child);
}

/* `whole`: what stands below the pointer is read as well. */
static void mark(CoveragePlace *place, const MappingPointer *pointer, bool whole)
{
    for (size_t i = 0; i < pointer->count && place != NULL; i++) {
        const MappingToken *token = &pointer->tokens[i];
        if (token->kind == TOKEN_MEMBER) {
            CoveragePlace *member = find_child(place, false, token->name);
            place = member == NULL && token->index != SIZE_MAX ? find_child(place, true, TEXT("*"))
                                                               : member;
            continue;
        }
        place = find_child(place, true, TEXT("*"));
        CoveragePlace *key = place != NULL && token->kind == TOKEN_WHERE
                                 ? find_child(place, false, token->name)
                                 : NULL;
        if (key != NULL)
            key->read = true;
    }
    if (place != NULL && whole)
        mark_below(place);
    else if (place != NULL)
        place->read = true;
}

static void mark_conditions(CoveragePlace *root, const MappingConditions *conditions)
{
    for (size_t i = 0; i < conditions->count; i++)
        mark(root, &conditions->items[i].pointer, false);
}

void coverage_mark_read(CoveragePlace *root, const Mapping *mapping)
{
    for (size_t i = 0; i < mapping->region_count; i++)
        mark(root, &mapping->region[i], false);
    for (size_t i = 0; i < mapping->kind_count; i++)
        mark_conditions(root, &mapping->kinds[i].when);
    for (size_t i = 0; i < mapping->field_count; i++) {
        const MappingField *field = &mapping->fields[i];
        mark_conditions(root, &field->when);
        for (size_t j = 0; j < field->pointer_count; j++)
            mark(root, &field->pointers[j], field->as == AS_POINT);
    }
    for (size_t i = 0; i < mapping->extra_count; i++)
        mark(root, &mapping->extra[i], true);
    for (size_t i = 0; i < mapping->unread_count; i++)
        mark(root, &mapping->unread[i], true);
    for (size_t i = 0; i < mapping->personal_count; i++)
        mark(root, &mapping->personal[i].pointer, true);
    if (mapping->time_check.format != NULL)
        mark(root, &mapping->time_check.digits_of, false);
}

size_t coverage_place_depth(const CoveragePlace *place)
{
    size_t depth = 0;
    for (; place->parent != NULL; place = place->parent)
        depth++;
    return depth;
}

static bool token_fits(const CoveragePlace *place, const MappingToken *token)
{
    if (token->kind != TOKEN_MEMBER)
        return place->each;
    return place->each ? token->index != SIZE_MAX : text_equal(place->name, token->name);
}

bool coverage_place_fits(const CoveragePlace *place, const MappingPointer *pointer, size_t count)
{
    size_t depth = coverage_place_depth(place);
    if (count > depth || count > pointer->count)
        return false;
    for (; depth > count; depth--)
        place = place->parent;
    for (; count > 0; count--, place = place->parent)
        if (!token_fits(place, &pointer->tokens[count - 1]))
            return false;
    return true;
}

static void write_place(const CoveragePlace *place, TextBuilder *out)
{
    if (place->parent == NULL)
        return;
    write_place(place->parent, out);
    js_pointer_append(out, place->name);
}

Text coverage_place_text(const CoveragePlace *place, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    write_place(place, &out);
    return place->parent != NULL ? builder_view(&out) : TEXT("");
}

/* Text from the first token on that differs from the pointer's. */
static Text behind_common(Text text, Text pointer)
{
    size_t common = 0;
    for (size_t i = 0; i < text.size && i < pointer.size && text.data[i] == pointer.data[i]; i++)
        if (text.data[i] == '/')
            common = i;
    return text_slice(text, common, SIZE_MAX);
}

Text coverage_place_meant(CoveragePlace *root, const MappingPointer *pointer, Arena *arena)
{
    Text best = TEXT_ABSENT;
    size_t best_distance = SIZE_MAX;
    Text elsewhere = TEXT_ABSENT; /* the same name in another place */
    size_t elsewhere_count = 0;
    Text name = mapping_pointer_last_name(pointer);
    for (CoveragePlace *place = root; place != NULL; place = coverage_next_place(place)) {
        if (place->read)
            continue;
        Text text = coverage_place_text(place, arena);
        Text mine = behind_common(pointer->text, text);
        size_t distance = text_edit_distance(mine, behind_common(text, pointer->text));
        size_t limit = mine.size / 3 > 2 ? mine.size / 3 : 2;
        if (distance < best_distance && distance <= limit && distance + 1 < mine.size) {
            best = text;
            best_distance = distance;
        }
        if (!place->each && place->parent != NULL && text_equal(place->name, name)) {
            elsewhere = text;
            elsewhere_count++;
        }
    }
    if (elsewhere_count == 1)
        return elsewhere;
    return best;
}
