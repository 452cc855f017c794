/*
 * From texts to the report's field: codes or conversion, words, default, required. The alternatives of a target are
 * tried in order; what one of them cannot read leaves its flag and is no reason not to try the next. It is the record's
 * fault only where the field is required.
 */
#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/mapping_run.h"
#include "domain/value_shape.h"

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
    if (run->traced != NULL)
        run->traced->line = field->line;
    if (field->target->type == FIELD_LIST)
        return store_list(run, field, &field->default_text, 1);
    if (mapping_field_is(field, "category"))
        return mapping_code_category(run, field, field->default_text, 0);
    return mapping_convert(run, field, field->default_text);
}

static const char *as_words(const MappingField *field)
{
    static const char *const WORDS[] = {
        [AS_TEXT] = "a text",       [AS_INTEGER] = "an integer",
        [AS_DECIMAL] = "a number",  [AS_TIME] = "a time in one of the formats of time.formats",
        [AS_POINT] = "a point",     [AS_PHONE] = "a phone number",
        [AS_USC] = "a credit code", [AS_FLAG] = "true or false"};
    return field->as == AS_TIME && field->format_count > 0 ? "a time in one of the field's formats"
                                                           : WORDS[field->as];
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
                        "field \"%s\": expected %s, found a text like \"%.*s\"", name,
                        as_words(field), TEXT_ARGS(value_shape(run->scratch, found)));
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

/* What the alternatives of a target came to. */
typedef struct Tried {
    const MappingField *last; /* of those that were not left out; NULL: none */
    size_t count;             /* of its values */
    MappingOutcome outcome;
    const MappingPointer *pointer;   /* the first that was looked at */
    const MappingField *words;       /* the one whose words may tell the class */
    const MappingField *unreadable;  /* the last one that found what cannot be read, */
    const MappingPointer *unread_at; /* where, */
    Text found;                      /* and the text */
} Tried;

/* Whether another value may be read where this one was not. A record number that is too long has been read. */
static bool may_go_on(const MappingField *field)
{
    return field->select == SELECT_FIRST &&
           (field->target->type != FIELD_TEXT || mapping_field_is(field, "reporter"));
}

/* One value after the other, until one can be read or `first` has no more. False: there was none any more. */
static bool try_values(MappingRun *run, const MappingField *field, MappingPlace *at, Tried *tried)
{
    Text items[MAPPING_MATCHES_MAX];
    size_t count = mapping_select(run, field, items, at);
    if (field->alternative > 0 && count > 0)
        RUN_STEP(run, "alternative %d", (int)field->alternative + 1);
    if (tried->last == NULL)
        tried->pointer = at->pointer;
    if (tried->last == field && count == 0)
        return false;
    tried->last = field;
    tried->count = count;
    tried->outcome = store_found(run, field, items, count);
    if (tried->outcome == OUTCOME_UNREADABLE) {
        tried->unreadable = field;
        tried->unread_at = at->pointer;
        tried->found = items[count - 1];
    }
    return tried->outcome == OUTCOME_UNREADABLE && may_go_on(field);
}

static void try_alternative(MappingRun *run, const MappingField *field, Tried *tried)
{
    MappingPlace at = {0};
    run_forget(run);
    while (try_values(run, field, &at, tried))
        ;
    if (mapping_code_has_words(field))
        tried->words = field;
    if (tried->outcome != OUTCOME_STORED)
        return;
    if (!mapping_code_has_words(field))
        tried->words = NULL;
    if (mapping_field_is(field, "reporter"))
        run->reporter = field;
    if (run->traced != NULL)
        run->traced->line = field->line;
}

/* Words, default and what is left when nothing was stored. `end`: the last alternative, NULL when it was left out. */
static void finish(MappingRun *run, const MappingField *end, Tried *tried)
{
    if (tried->words != NULL)
        tried->outcome = mapping_code_words(run, tried->words, tried->outcome);
    if (tried->outcome != OUTCOME_STORED && tried->unreadable != NULL) {
        if (tried->unreadable != tried->last)
            run_forget(run);
        RUN_STEP(run, "unreadable");
        tried->outcome = OUTCOME_UNREADABLE;
    }
    if (tried->outcome == OUTCOME_NOTHING && end != NULL)
        tried->outcome = store_default(run, end);
    if (tried->outcome == OUTCOME_NOTHING && end != NULL)
        tried->outcome = mapping_code_unclassified(run, end);
}

static bool make_field(MappingRun *run, const MappingField *first, Error *error)
{
    const char *reason = NULL;
    Tried tried = {.outcome = OUTCOME_NOTHING};
    arena_reset(run->scratch);
    for (const MappingField *field = first; field != NULL && tried.outcome != OUTCOME_STORED;
         field = mapping_alternative(field)) {
        reason = left_out(run, field);
        if (reason == NULL)
            try_alternative(run, field, &tried);
    }
    if (tried.last == NULL) {
        RUN_STEP(run, "%s", reason);
        return true;
    }
    const MappingField *end = tried.last->more ? NULL : tried.last;
    finish(run, end, &tried);
    if (run->traced != NULL)
        mapping_trace_outcome(run, tried.outcome, tried.count);
    if (tried.outcome == OUTCOME_STORED || end == NULL || !end->required)
        return true;
    if (tried.unreadable != NULL)
        return refuse(run, tried.unreadable, tried.unread_at, tried.found, error);
    return refuse(run, end, tried.pointer, TEXT_ABSENT, error);
}

bool mapping_field_apply(MappingRun *run, const MappingField *field, Error *error)
{
    if (run->trace != NULL)
        mapping_trace_field(run, field);
    bool good = make_field(run, field, error);
    run->traced = NULL;
    return good;
}
