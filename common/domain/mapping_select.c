/*
 * From pointers to texts. A value the mapping calls personal is not seen by a field that does not treat it so, and a
 * value that means nothing (`empty`) is not there at all: `first` then asks the next pointer.
 */
#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/mapping_run.h"
#include "domain/mapping_text.h"

Text mapping_printable(MappingRun *run, Text text)
{
    bool removed = false;
    text = mapping_text_without_nul(run->scratch, text, &removed);
    if (removed) {
        run_flag(run, FLAG_NUL_REMOVED);
        RUN_STEP(run, "without NUL");
    }
    text = mapping_text_without_control(run->scratch, text, &removed);
    if (removed) {
        run_flag(run, FLAG_CONTROL_REMOVED);
        RUN_STEP(run, "without control characters");
    }
    return text;
}

/* Of a text of fixed width all that stands behind the first NUL is left from another. */
static Text before_nul(Text text)
{
    const char *nul = text.size > 0 ? memchr(text.data, '\0', text.size) : NULL;
    return nul != NULL ? text_slice(text, 0, (size_t)(nul - text.data)) : text;
}

bool mapping_means_nothing(const Mapping *mapping, Text text)
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
    text = mapping_printable(run, text);
    return mapping_means_nothing(run->mapping, text) ? TEXT_ABSENT : text;
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
    return !mapping_means_nothing(run->mapping, js_scalar_text(value));
}

/* Whether some value at the pointer passes the positive form of the test. */
static bool some_value_passes(const MappingRun *run, const MappingCondition *condition)
{
    const JsValue *found[MAPPING_MATCHES_MAX];
    size_t count = run_find(run, &condition->pointer, found, MAPPING_MATCHES_MAX);
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

/* The same, or one of the field's own `empty`. */
static bool no_value(const MappingRun *run, const MappingField *field, Text text)
{
    return mapping_means_nothing(run->mapping, text) || any_in(text_trim(text), &field->empty);
}

/* [lon, lat] as "lon,lat" */
static Text join_numbers(MappingRun *run, const JsValue *array)
{
    TextBuilder out = builder_new(run->scratch);
    size_t count = js_count(array);
    for (size_t i = 0; i < count && i < 3; i++) {
        if (i > 0)
            builder_char(&out, ',');
        builder_text(&out, js_scalar_text(js_element(array, i)));
    }
    return count > 0 ? builder_view(&out) : TEXT_ABSENT;
}

/* The scalar without control characters; of NULs what stands before the first one, or all but them. */
static Text field_scalar(MappingRun *run, const MappingField *field, const JsValue *value)
{
    Text text = js_scalar_text(value);
    if ((field->clean & CLEAN_NUL) == 0)
        return mapping_printable(run, text);
    Text front = before_nul(text);
    if (front.size < text.size) {
        run_flag(run, FLAG_NUL_REMOVED);
        RUN_STEP(run, "nul");
    }
    return mapping_printable(run, front);
}

static Text select_value(MappingRun *run,
                         const MappingField *field,
                         const MappingPointer *pointer,
                         const JsValue *value)
{
    MappingPersonal personal = mapping_personal_of(run, pointer, value);
    if (personal == PERSONAL_DROP || (personal != PERSONAL_NONE && personal != field->personal)) {
        RUN_STEP(run, "withheld as personal");
        return TEXT_ABSENT;
    }
    JsType type = js_type(value);
    if (type == JS_ARRAY && field->as == AS_POINT)
        return join_numbers(run, value);
    if (type == JS_ARRAY || type == JS_OBJECT) {
        run_flag(run, FLAG_VALUE_NOT_SCALAR);
        return TEXT_ABSENT;
    }
    Text text = field_scalar(run, field, value);
    if (text_is_absent(text) || no_value(run, field, text))
        return TEXT_ABSENT;
    bool narrowed = false;
    Text cleaned = mapping_text_clean(run->scratch, text, field->clean, &narrowed);
    if (narrowed)
        run_flag(run, FLAG_NARROWED);
    if (no_value(run, field, cleaned))
        return TEXT_ABSENT;
    if (run->traced != NULL && field->clean != 0)
        mapping_trace_clean(run, field, text);
    return cleaned;
}

typedef struct Selected {
    Text *items;
    size_t count;
    bool dedupe;
    MappingRun *run;
} Selected;

static void add_item(Selected *selected, Text text)
{
    if (selected->dedupe) {
        for (size_t i = 0; i < selected->count; i++) {
            if (text_equal(selected->items[i], text)) {
                RUN_STEP(selected->run, "dedupe");
                return;
            }
        }
    }
    if (selected->count == MAPPING_MATCHES_MAX) {
        run_flag(selected->run, FLAG_LIST_CUT);
        return;
    }
    selected->items[selected->count++] = text;
}

/* `at`: a part of the text. Numbers of persons go before they are cut in two. False: nothing is left. */
static bool add_part(Selected *selected, const MappingField *field, Text text)
{
    MappingRun *run = selected->run;
    if (field->at_length > 0) {
        Text whole = mapping_person_scrub(run, field, text);
        text = unicode_prefix(whole, (size_t)field->at_from);
        text = text_slice(whole, text.size, SIZE_MAX);
        text = unicode_prefix(text, (size_t)field->at_length);
        if (text.size != whole.size)
            RUN_STEP(run, "at %d, %d", (int)field->at_from, (int)field->at_length);
    }
    if (no_value(run, field, text))
        return false;
    add_item(selected, text);
    return true;
}

/* between, extract and at: the texts that are left, the first one or all of them. False: none. */
static bool add_parts(Selected *selected, const MappingField *field, Text text, bool all)
{
    MappingRun *run = selected->run;
    if (!text_is_absent(field->between_from)) {
        Text part = mapping_text_between(text, field->between_from, field->between_to);
        if (part.size != text.size)
            RUN_STEP(run, "between");
        text = part;
    }
    if (field->extract == NULL)
        return add_part(selected, field, text);
    bool any = false;
    bool wide = unicode_has_wide(text);
    Text value;
    MappingExtraction extraction = mapping_text_extraction(run->scratch, field->extract, text);
    while ((all || !any) && mapping_text_extract(&extraction, &value)) {
        if (no_value(run, field, value))
            continue;
        RUN_STEP(run, "extract %.*s", TEXT_ARGS(field->extract->name));
        if (!add_part(selected, field, value))
            continue;
        if (wide && !text_contains(text, value))
            run_flag(run, FLAG_NARROWED);
        any = true;
    }
    if (!any && !all)
        RUN_STEP(run, "extract %.*s: nothing found", TEXT_ARGS(field->extract->name));
    return any;
}

enum { FOUND_MAX = MAPPING_MATCHES_MAX + 1 }; /* one more, to know whether there are more */

static size_t find_values(MappingRun *run, const MappingPointer *pointer, const JsValue **found)
{
    size_t count = run_find(run, pointer, found, FOUND_MAX);
    if (count < FOUND_MAX)
        return count;
    run_flag(run, FLAG_LIST_CUT);
    return MAPPING_MATCHES_MAX;
}

static void
select_first(MappingRun *run, const MappingField *field, Selected *selected, MappingPlace *place)
{
    const JsValue *found[FOUND_MAX];
    size_t from = place->next_match;
    for (size_t i = place->next_pointer; i < field->pointer_count; i++, from = 0) {
        size_t count = find_values(run, &field->pointers[i], found);
        for (size_t j = from; j < count; j++) {
            run_forget(run);
            Text text = select_value(run, field, &field->pointers[i], found[j]);
            if (text_is_absent(text) || !add_parts(selected, field, text, false))
                continue;
            *place = (MappingPlace){&field->pointers[i], i, j + 1};
            run_place(run, place->pointer, j);
            return;
        }
    }
}

static void select_all(MappingRun *run,
                       const MappingField *field,
                       Selected *selected,
                       const MappingPointer **pointer)
{
    const JsValue *found[FOUND_MAX];
    for (size_t i = 0; i < field->pointer_count; i++) {
        size_t count = find_values(run, &field->pointers[i], found);
        for (size_t j = 0; j < count; j++) {
            Text text = select_value(run, field, &field->pointers[i], found[j]);
            if (text_is_absent(text) || !add_parts(selected, field, text, true))
                continue;
            *pointer = &field->pointers[i];
            run_place(run, *pointer, j);
        }
    }
}

/* One character or a bare number says too little to be the same thing again: 建设1路 + 1 is 建设1路1. */
static bool may_repeat(Text part)
{
    Text rest = text_trim(part);
    size_t length = 0;
    bool number = true;
    uint32_t c;
    while (unicode_next(&rest, &c)) {
        length++;
        number = number && ((c >= '0' && c <= '9') || (c >= 0xFF10 && c <= 0xFF19));
    }
    return length >= 2 && !number;
}

static void
add_joined(MappingRun *run, const MappingField *field, TextBuilder *out, Text part, size_t before)
{
    if (before > 0) {
        builder_text(out, field->join);
        RUN_STEP(run, "joined");
    }
    builder_text(out, part);
}

/*
 * Parts in order, `missing` in the place of a pointer that gives nothing. With `dedupe` a part that stands in what is there already is left out, and a part that begins with
 * all that is there replaces it: 学苑街道 + 学苑街道12号 gives 学苑街道12号.
 */
static void select_concat(MappingRun *run,
                          const MappingField *field,
                          Selected *selected,
                          const MappingPointer **pointer)
{
    const JsValue *found[FOUND_MAX];
    TextBuilder out = builder_new(run->scratch);
    size_t parts = 0;
    bool any = false;
    for (size_t i = 0; i < field->pointer_count; i++) {
        size_t count = find_values(run, &field->pointers[i], found);
        bool there = false;
        for (size_t j = 0; j < count; j++) {
            Text part = select_value(run, field, &field->pointers[i], found[j]);
            if (text_is_absent(part))
                continue;
            if (field->extract == NULL) /* joined, the digits of two parts may look like none */
                part = mapping_person_scrub(run, field, part);
            there = true;
            if (field->dedupe && may_repeat(part) && text_contains(builder_view(&out), part)) {
                RUN_STEP(run, "dedupe");
                continue;
            }
            *pointer = &field->pointers[i];
            if (field->dedupe && may_repeat(builder_view(&out)) &&
                text_starts(part, builder_view(&out))) {
                builder_truncate(&out, 0);
                parts = 0;
                run_forget(run);
                RUN_STEP(run, "dedupe");
            }
            add_joined(run, field, &out, part, parts++);
            run_place(run, *pointer, j);
        }
        any = any || there;
        if (!there && !text_is_absent(field->missing))
            add_joined(run, field, &out, field->missing, parts++);
    }
    if (any)
        add_parts(selected, field, builder_view(&out), false);
}

size_t mapping_select(MappingRun *run, const MappingField *field, Text *items, MappingPlace *place)
{
    static const MappingPointer NOWHERE = {.text = {"", 0}};
    Selected selected = {.items = items, .dedupe = field->dedupe, .run = run};
    if (place->pointer == NULL)
        place->pointer = field->pointer_count > 0 ? &field->pointers[0] : &NOWHERE;
    switch (field->select) {
    case SELECT_FIRST:
        select_first(run, field, &selected, place);
        break;
    case SELECT_ALL:
        select_all(run, field, &selected, &place->pointer);
        break;
    case SELECT_CONCAT:
        select_concat(run, field, &selected, &place->pointer);
        break;
    case SELECT_VALUE:
        add_item(&selected, field->value);
        break;
    }
    return selected.count;
}

enum { HAZARD_TEXTS_MAX = 2 * MAPPING_MATCHES_MAX };

static size_t
add_hazard_texts(MappingRun *run, const MappingField *field, Text *texts, size_t count)
{
    const JsValue *found[FOUND_MAX];
    for (size_t i = 0; i < field->pointer_count; i++) {
        size_t values = find_values(run, &field->pointers[i], found);
        for (size_t j = 0; j < values && count < HAZARD_TEXTS_MAX; j++)
            texts[count++] = (field->clean & CLEAN_NUL) != 0 ? before_nul(js_scalar_text(found[j]))
                                                             : js_scalar_text(found[j]);
    }
    return count;
}

TextList mapping_hazard_texts(MappingRun *run)
{
    static const char *const TARGETS[] = {"title", "body"};
    if (run->texts_made)
        return run->texts;
    Text texts[HAZARD_TEXTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < sizeof(TARGETS) / sizeof(TARGETS[0]); i++) {
        const MappingField *field = mapping_field_of(run->mapping, TARGETS[i]);
        for (; field != NULL; field = mapping_alternative(field))
            count = add_hazard_texts(run, field, texts, count);
    }
    run->texts = (TextList){ARENA_ARRAY(run->arena, Text, count), count};
    if (count > 0)
        memcpy(run->texts.items, texts, count * sizeof(Text));
    run->texts_made = true;
    return run->texts;
}
