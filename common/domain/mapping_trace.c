/*
 * Provenance is written down beside the work, never before it: the engine reports what it did, and a value's place is
 * found by walking the pointer once more. None of this runs unless somebody asked.
 */
#include "domain/mapping_trace.h"

#include "base/text_builder.h"

#include "domain/mapping_run.h"
#include "domain/mapping_text.h"

#include <stdarg.h>
#include <stdio.h>

enum { STEP_SIZE = 240 };

void mapping_trace_record(MappingRun *run, TraceRecord *trace)
{
    const Mapping *mapping = run->mapping;
    trace->fields = ARENA_ARRAY(run->arena, TraceField, mapping->field_count);
    for (size_t i = 0; i < mapping->field_count; i++)
        if (mapping->fields[i].alternative == 0)
            trace->fields[trace->field_count++] =
                (TraceField){.target = mapping->fields[i].target, .line = mapping->fields[i].line};
    run->trace = trace;
}

void mapping_trace_field(MappingRun *run, const MappingField *field)
{
    mapping_trace_target(run, field->target);
}

void mapping_trace_target(MappingRun *run, const ReportField *target)
{
    run->traced = NULL;
    for (size_t i = 0; target != NULL && i < run->trace->field_count; i++)
        if (run->trace->fields[i].target == target)
            run->traced = &run->trace->fields[i];
}

void mapping_trace_step(MappingRun *run, const char *format, ...)
{
    TraceField *field = run->traced;
    char step[STEP_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(step, sizeof(step), format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < field->step_count; i++)
        if (text_is(field->steps[i], step))
            return;
    if (field->step_count < TRACE_STEPS_MAX)
        field->steps[field->step_count++] = text_copy(run->arena, text_from(step));
}

void mapping_trace_flag(MappingRun *run, MappingFlag flag)
{
    TraceField *field = run->traced;
    for (size_t i = 0; i < field->flag_count; i++)
        if (field->flags[i] == flag)
            return;
    field->flags[field->flag_count++] = flag;
}

/* ---- places ---- */

typedef struct Walk {
    TextBuilder place;
    size_t left; /* matches to pass over */
} Walk;

static bool walk(Walk *way, MappingTokens tokens, const JsValue *value);

static bool walk_element(Walk *way, MappingTokens rest, const JsValue *array, size_t index)
{
    size_t above = way->place.size;
    builder_format(&way->place, "/%zu", index);
    if (walk(way, rest, js_element(array, index)))
        return true;
    builder_truncate(&way->place, above);
    return false;
}

/* The order is that of mapping_pointer_search. True when the match is found; its place is the builder's. */
static bool walk(Walk *way, MappingTokens tokens, const JsValue *value)
{
    if (value == NULL)
        return false;
    if (tokens.count == 0)
        return way->left-- == 0;
    const MappingToken *token = &tokens.items[0];
    MappingTokens rest = {tokens.items + 1, tokens.count - 1};
    bool list = js_type(value) == JS_ARRAY;
    if (token->kind == TOKEN_MEMBER && !list) {
        size_t above = way->place.size;
        js_pointer_append(&way->place, token->name);
        if (walk(way, rest, js_member(value, token->name)))
            return true;
        builder_truncate(&way->place, above);
        return false;
    }
    if (token->kind == TOKEN_MEMBER)
        return token->index != SIZE_MAX &&
               walk_element(way, rest, value, mapping_token_index(token, value));
    for (size_t i = 0; list && i < js_count(value); i++)
        if (mapping_token_fits(token, js_element(value, i)) && walk_element(way, rest, value, i))
            return true;
    return false;
}

Text mapping_trace_where(const MappingRun *run, const MappingPointer *pointer, size_t match)
{
    const Mapping *mapping = run->mapping;
    Walk way = {.place = builder_new(run->arena), .left = match};
    MappingTokens tokens = {pointer->tokens, pointer->count};
    const JsValue *from = run->source->root;
    if (mapping_source_in_item(mapping, pointer)) {
        size_t skipped = mapping->each.count + 1;
        tokens = (MappingTokens){pointer->tokens + skipped, pointer->count - skipped};
        from = run->source->items[run->item];
        builder_text(&way.place, mapping_source_item_place(mapping, run->item, run->arena));
    }
    return walk(&way, tokens, from) ? builder_view(&way.place) : pointer->text;
}

void mapping_trace_place(MappingRun *run, const MappingPointer *pointer, size_t match)
{
    TraceField *field = run->traced;
    run->last_place = mapping_trace_where(run, pointer, match);
    if (field->place_count == TRACE_PLACES_MAX)
        field->more_places++;
    else
        field->places[field->place_count++] = run->last_place;
}

void mapping_trace_last_place(MappingRun *run)
{
    TraceField *field = run->traced;
    if (field->place_count == 0)
        return;
    field->places[0] = run->last_place;
    field->place_count = 1;
    field->more_places = 0;
}

/* ---- steps that are not told as they happen ---- */

void mapping_trace_clean(MappingRun *run, const MappingField *field, Text text)
{
    static const struct {
        unsigned bit;
        const char *name;
    } STEPS[] = {{CLEAN_HTML, "html"},
                 {CLEAN_NARROW, "narrow"},
                 {CLEAN_UPPER, "upper"},
                 {CLEAN_TRIM, "trim"}};
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        bool narrowed;
        Text cleaned =
            mapping_text_clean(run->scratch, text, field->clean & STEPS[i].bit, &narrowed);
        if (!text_equal(cleaned, text))
            mapping_trace_step(run, "%s", STEPS[i].name);
        text = cleaned;
    }
}

void mapping_trace_row(MappingRun *run, const CodeTable *table, const CodeRow *row)
{
    if (row == NULL)
        mapping_trace_step(run, "codes %.*s: no row", TEXT_ARGS(table->name));
    else
        mapping_trace_step(run, "codes %.*s %s %.*s", TEXT_ARGS(table->name),
                           table->prefix ? "prefix" : "exact", TEXT_ARGS(row->from));
}

void mapping_trace_person(MappingRun *run, PhoneKind kind)
{
    static const char *const KINDS[] = {
        [PHONE_ABSENT] = "no phone number",
        [PHONE_MOBILE] = "mobile number",
        [PHONE_LANDLINE] = "landline number",
        [PHONE_MASKED] = "masked number",
        [PHONE_SERVICE] = "number of an organisation",
        [PHONE_UNREADABLE] = "no phone number",
    };
    mapping_trace_step(run, "%s", KINDS[kind]);
}

void mapping_trace_outcome(MappingRun *run, MappingOutcome outcome, size_t count)
{
    TraceField *field = run->traced;
    field->stored = outcome == OUTCOME_STORED;
    if (outcome != OUTCOME_NOTHING)
        return;
    if (count > 0)
        mapping_trace_step(run, "left out");
    else if (field->step_count == 0)
        mapping_trace_step(run, "absent");
}

void mapping_trace_late(MappingRun *run, const char *target, const char *step)
{
    mapping_trace_target(run, report_field(text_from(target)));
    if (run->traced != NULL) {
        if (!run->traced->stored)
            run->traced->step_count = 0; /* why there was no value is of no account now */
        mapping_trace_step(run, "%s", step);
        run->traced->stored = true;
    }
    run->traced = NULL;
}
