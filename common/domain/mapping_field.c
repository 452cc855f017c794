/*
 * From texts to the report's field: codes or conversion, words, default, required. A value that cannot be read is the
 * record's fault only where its field is required.
 */
#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/mapping_run.h"

static MappingOutcome
store_list(MappingRun *run, const MappingField *field, const Text *items, size_t count)
{
    Text *list = ARENA_ARRAY(run->arena, Text, count);
    for (size_t i = 0; i < count; i++) {
        const CodeRow *row =
            field->codes != NULL ? code_table_find(field->codes, text_trim(items[i])) : NULL;
        if (field->codes != NULL && row == NULL)
            run_flag(run, FLAG_CODE_UNKNOWN);
        if (field->codes != NULL && run->traced != NULL)
            mapping_trace_row(run, field->codes, row);
        list[i] = mapping_finished_text(run, field, row != NULL ? row->to : items[i]);
    }
    *report_list(&run->report, field->target) = (TextList){list, count};
    return count > 0 ? OUTCOME_STORED : OUTCOME_NOTHING;
}

/* The last one, or all of them joined. */
static Text picked(MappingRun *run, const MappingField *field, const Text *items, size_t count)
{
    if (count == 1)
        return items[0];
    if (field->pick != PICK_JOIN) {
        run_last_place(run);
        RUN_STEP(run, "last of %zu", count);
        return items[count - 1];
    }
    RUN_STEP(run, "joined");
    TextBuilder out = builder_new(run->scratch);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            builder_text(&out, field->join);
        builder_text(&out, mapping_person_scrub(run, field, items[i]));
    }
    return builder_view(&out);
}

static MappingOutcome
store_found(MappingRun *run, const MappingField *field, const Text *items, size_t count)
{
    if (count == 0)
        return OUTCOME_NOTHING;
    if (field->target->type == FIELD_LIST)
        return store_list(run, field, items, count);
    Text text = picked(run, field, items, count);
    return field->codes != NULL ? mapping_code_store(run, field, text)
                                : mapping_convert(run, field, text);
}

static MappingOutcome store_default(MappingRun *run, const MappingField *field)
{
    if (text_is_absent(field->default_text))
        return OUTCOME_NOTHING;
    RUN_STEP(run, "default");
    if (field->target->type == FIELD_LIST)
        return store_list(run, field, &field->default_text, 1);
    if (mapping_field_is(field, "category"))
        return mapping_code_category(run, field, field->default_text, 0);
    return mapping_convert(run, field, field->default_text);
}

static const char *as_words(MappingAs as)
{
    static const char *const WORDS[] = {
        [AS_TEXT] = "a text",       [AS_INTEGER] = "an integer",
        [AS_DECIMAL] = "a number",  [AS_TIME] = "a time in one of the formats of time.formats",
        [AS_POINT] = "a point",     [AS_PHONE] = "a phone number",
        [AS_USC] = "a credit code", [AS_FLAG] = "true or false"};
    return WORDS[as];
}

/* Why a required field is the end of the record. `found`: the text that could not be read, or absent. */
static bool refuse(MappingRun *run,
                   const MappingField *field,
                   const MappingPointer *pointer,
                   Text found,
                   Error *error)
{
    Text at = mapping_source_place(run->mapping, pointer, run->item, run->scratch);
    const char *place = text_string(run->scratch, at);
    const char *name = field->target->name;
    if (text_is_absent(found))
        return error_set_at(error, ERROR_REJECT, "required", place,
                            "field \"%s\" is required, and nothing was found", name);
    if (field->target->type == FIELD_TEXT)
        return error_set_at(error, ERROR_REJECT, "type", place,
                            "field \"%s\": expected a text of at most %d characters, found %zu",
                            name, (int)field->max, unicode_length(found));
    return error_set_at(error, ERROR_REJECT, "type", place,
                        "field \"%s\": expected %s, found a text of %zu characters", name,
                        as_words(field->as), unicode_length(found));
}

/* Why the field is not made, or NULL. */
static const char *left_out(const MappingRun *run, const MappingField *field)
{
    if (field->personal == PERSONAL_DROP)
        return "dropped as personal";
    if (field->kinds != 0 && (field->kinds & (1u << run->kind)) == 0)
        return "not for this kind";
    return mapping_conditions_hold(run, &field->when) ? NULL : "when does not hold";
}

static bool make_field(MappingRun *run, const MappingField *field, Error *error)
{
    const char *reason = left_out(run, field);
    if (reason != NULL) {
        RUN_STEP(run, "%s", reason);
        return true;
    }
    arena_reset(run->scratch);
    Text items[MAPPING_MATCHES_MAX];
    const MappingPointer *pointer;
    size_t count = mapping_select(run, field, items, &pointer);
    MappingOutcome outcome = store_found(run, field, items, count);
    if (mapping_code_has_words(field))
        outcome = mapping_code_words(run, field, outcome);
    if (outcome == OUTCOME_UNREADABLE)
        RUN_STEP(run, "unreadable");
    if (outcome != OUTCOME_STORED && store_default(run, field) == OUTCOME_STORED)
        outcome = OUTCOME_STORED;
    if (run->traced != NULL)
        mapping_trace_outcome(run, outcome, count);
    if (outcome == OUTCOME_STORED || !field->required)
        return true;
    return refuse(run, field, pointer,
                  outcome == OUTCOME_UNREADABLE ? items[count - 1] : TEXT_ABSENT, error);
}

bool mapping_field_apply(MappingRun *run, const MappingField *field, Error *error)
{
    if (run->trace != NULL)
        mapping_trace_field(run, field);
    bool good = make_field(run, field, error);
    run->traced = NULL;
    return good;
}
