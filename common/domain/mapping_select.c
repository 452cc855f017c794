/*
 * From pointers to texts. A value the mapping calls personal is not seen by a field that does not treat it so, and a
 * value that means nothing (`empty`) is not there at all: `first` then asks the next pointer.
 */
#include "base/text_builder.h"

#include "domain/mapping_run.h"
#include "domain/mapping_text.h"

#include <string.h>

Text mapping_without_nul(MappingRun *run, Text text)
{
    if (text.size == 0 || memchr(text.data, '\0', text.size) == NULL)
        return text;
    run_flag(run, FLAG_NUL_REMOVED);
    TextBuilder out = builder_new(run->arena);
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != '\0')
            builder_char(&out, text.data[i]);
    return builder_view(&out);
}

static bool means_nothing(const Mapping *mapping, Text text)
{
    Text trimmed = text_trim(text);
    if (trimmed.size == 0)
        return true;
    for (size_t i = 0; i < mapping->empty.count; i++)
        if (text_equal(mapping->empty.items[i], trimmed))
            return true;
    return false;
}

Text mapping_scalar(MappingRun *run, const JsValue *value)
{
    Text text = js_scalar_text(value);
    if (text_is_absent(text))
        return text;
    text = mapping_without_nul(run, text);
    return means_nothing(run->mapping, text) ? TEXT_ABSENT : text;
}

static bool any_in(Text text, const TextList *values)
{
    for (size_t i = 0; i < values->count; i++)
        if (text_equal(text, values->items[i]))
            return true;
    return false;
}

static bool any_contained(Text text, const TextList *values)
{
    for (size_t i = 0; i < values->count; i++)
        if (text_contains(text, values->items[i]))
            return true;
    return false;
}

static bool any_starts(Text text, const TextList *values)
{
    for (size_t i = 0; i < values->count; i++)
        if (text_starts(text, values->items[i]))
            return true;
    return false;
}

static bool value_present(const MappingRun *run, const JsValue *value)
{
    switch (js_type(value)) {
    case JS_NULL:
        return false;
    case JS_ARRAY:
    case JS_OBJECT:
        return js_count(value) > 0;
    case JS_FALSE:
    case JS_TRUE:
    case JS_NUMBER:
    case JS_TEXT:
        break;
    }
    return !means_nothing(run->mapping, js_scalar_text(value));
}

/* Whether some value at the pointer passes the positive form of the test. */
static bool some_value_passes(const MappingRun *run, const MappingCondition *condition)
{
    const JsValue *found[MAPPING_MATCHES_MAX];
    size_t count = mapping_pointer_find(&condition->pointer, run->root, found, MAPPING_MATCHES_MAX);
    for (size_t i = 0; i < count; i++) {
        Text text = js_scalar_text(found[i]);
        bool passes = false;
        switch (condition->test) {
        case TEST_IN:
        case TEST_NOT_IN:
            passes = !text_is_absent(text) && any_in(text, &condition->values);
            break;
        case TEST_CONTAINS:
            passes = any_contained(text, &condition->values);
            break;
        case TEST_STARTS:
            passes = any_starts(text, &condition->values);
            break;
        case TEST_PRESENT:
        case TEST_ABSENT:
            passes = value_present(run, found[i]);
            break;
        }
        if (passes)
            return true;
    }
    return false;
}

bool mapping_conditions_hold(const MappingRun *run, const MappingConditions *conditions)
{
    for (size_t i = 0; i < conditions->count; i++) {
        const MappingCondition *condition = &conditions->items[i];
        bool negative = condition->test == TEST_NOT_IN || condition->test == TEST_ABSENT;
        if (some_value_passes(run, condition) == negative)
            return false;
    }
    return true;
}

/* [lon, lat] as "lon,lat" */
static Text join_numbers(MappingRun *run, const JsValue *array)
{
    TextBuilder out = builder_new(run->arena);
    size_t count = js_count(array);
    for (size_t i = 0; i < count && i < 3; i++) {
        if (i > 0)
            builder_char(&out, ',');
        builder_text(&out, js_scalar_text(js_element(array, i)));
    }
    return count > 0 ? builder_view(&out) : TEXT_ABSENT;
}

static Text select_value(MappingRun *run,
                         const MappingField *field,
                         const MappingPointer *pointer,
                         const JsValue *value)
{
    MappingPersonal personal = mapping_personal_of(run, pointer, value);
    if (personal == PERSONAL_DROP || (personal != PERSONAL_NONE && personal != field->personal))
        return TEXT_ABSENT;
    JsType type = js_type(value);
    if (type == JS_ARRAY && field->as == AS_POINT)
        return join_numbers(run, value);
    if (type == JS_ARRAY || type == JS_OBJECT) {
        run_flag(run, FLAG_VALUE_NOT_SCALAR);
        return TEXT_ABSENT;
    }
    Text text = mapping_scalar(run, value);
    if (text_is_absent(text))
        return text;
    text = mapping_text_clean(run->arena, text, field->clean);
    return means_nothing(run->mapping, text) ? TEXT_ABSENT : text;
}

/* between and extract; false when nothing is left. *cursor: where extract goes on. */
static bool cut_text(const MappingRun *run, const MappingField *field, Text *text, size_t *cursor)
{
    if (!text_is_absent(field->between_from))
        *text = mapping_text_between(*text, field->between_from, field->between_to);
    if (field->extract != NULL)
        *text = mapping_text_extract(run->arena, field->extract, *text, cursor);
    return !means_nothing(run->mapping, *text);
}

typedef struct Selected {
    Text *items;
    size_t count;
    bool dedupe;
    MappingRun *run;
} Selected;

static void add_item(Selected *selected, Text text)
{
    if (selected->dedupe)
        for (size_t i = 0; i < selected->count; i++)
            if (text_equal(selected->items[i], text))
                return;
    if (selected->count == MAPPING_MATCHES_MAX) {
        run_flag(selected->run, FLAG_LIST_CUT);
        return;
    }
    selected->items[selected->count++] = text;
}

static size_t find_values(MappingRun *run, const MappingPointer *pointer, const JsValue **found)
{
    size_t count = mapping_pointer_find(pointer, run->root, found, MAPPING_MATCHES_MAX);
    if (count == MAPPING_MATCHES_MAX)
        run_flag(run, FLAG_LIST_CUT);
    return count;
}

static void select_first(MappingRun *run,
                         const MappingField *field,
                         Selected *selected,
                         const MappingPointer **pointer)
{
    const JsValue *found[MAPPING_MATCHES_MAX];
    for (size_t i = 0; i < field->pointer_count; i++) {
        size_t count = find_values(run, &field->pointers[i], found);
        for (size_t j = 0; j < count; j++) {
            Text text = select_value(run, field, &field->pointers[i], found[j]);
            size_t cursor = 0;
            if (text_is_absent(text) || !cut_text(run, field, &text, &cursor))
                continue;
            *pointer = &field->pointers[i];
            add_item(selected, text);
            return;
        }
    }
}

static void select_all(MappingRun *run,
                       const MappingField *field,
                       Selected *selected,
                       const MappingPointer **pointer)
{
    const JsValue *found[MAPPING_MATCHES_MAX];
    for (size_t i = 0; i < field->pointer_count; i++) {
        size_t count = find_values(run, &field->pointers[i], found);
        for (size_t j = 0; j < count; j++) {
            Text whole = select_value(run, field, &field->pointers[i], found[j]);
            if (text_is_absent(whole))
                continue;
            size_t cursor = 0;
            do {
                Text text = whole;
                if (!cut_text(run, field, &text, &cursor))
                    break;
                *pointer = &field->pointers[i];
                add_item(selected, text);
            } while (field->extract != NULL && cursor != SIZE_MAX);
        }
    }
}

/*
 * Parts in order. With `dedupe` a part that stands in what is there already is left out, and a part that begins with
 * all that is there replaces it: 学苑街道 + 学苑街道12号 gives 学苑街道12号.
 */
static void select_concat(MappingRun *run,
                          const MappingField *field,
                          Selected *selected,
                          const MappingPointer **pointer)
{
    const JsValue *found[MAPPING_MATCHES_MAX];
    TextBuilder out = builder_new(run->arena);
    for (size_t i = 0; i < field->pointer_count; i++) {
        size_t count = find_values(run, &field->pointers[i], found);
        for (size_t j = 0; j < count; j++) {
            Text part = select_value(run, field, &field->pointers[i], found[j]);
            if (text_is_absent(part) || (field->dedupe && text_contains(builder_view(&out), part)))
                continue;
            *pointer = &field->pointers[i];
            if (field->dedupe && text_starts(part, builder_view(&out)))
                builder_truncate(&out, 0);
            if (out.size > 0)
                builder_text(&out, field->join);
            builder_text(&out, part);
        }
    }
    Text text = builder_view(&out);
    size_t cursor = 0;
    if (out.size > 0 && cut_text(run, field, &text, &cursor))
        add_item(selected, text);
}

size_t mapping_select(MappingRun *run,
                      const MappingField *field,
                      Text *items,
                      const MappingPointer **pointer)
{
    static const MappingPointer NOWHERE = {.text = {"", 0}};
    Selected selected = {.items = items, .dedupe = field->dedupe, .run = run};
    *pointer = field->pointer_count > 0 ? &field->pointers[0] : &NOWHERE;
    switch (field->select) {
    case SELECT_FIRST:
        select_first(run, field, &selected, pointer);
        break;
    case SELECT_ALL:
        select_all(run, field, &selected, pointer);
        break;
    case SELECT_CONCAT:
        select_concat(run, field, &selected, pointer);
        break;
    case SELECT_VALUE:
        add_item(&selected, field->value);
        break;
    }
    return selected.count;
}

TextList mapping_hazard_texts(MappingRun *run)
{
    static const char *const TARGETS[] = {"title", "body"};
    if (run->texts_made)
        return run->texts;
    Text texts[2 * MAPPING_MATCHES_MAX];
    size_t count = 0;
    const JsValue *found[MAPPING_MATCHES_MAX];
    for (size_t i = 0; i < sizeof(TARGETS) / sizeof(TARGETS[0]); i++) {
        const MappingField *field = mapping_field_of(run->mapping, TARGETS[i]);
        for (size_t j = 0; field != NULL && j < field->pointer_count; j++) {
            size_t values = find_values(run, &field->pointers[j], found);
            for (size_t k = 0; k < values && count < 2 * MAPPING_MATCHES_MAX; k++)
                texts[count++] = js_scalar_text(found[k]);
        }
    }
    run->texts = (TextList){ARENA_ARRAY(run->arena, Text, count), count};
    if (count > 0)
        memcpy(run->texts.items, texts, count * sizeof(Text));
    run->texts_made = true;
    return run->texts;
}
