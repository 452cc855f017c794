/*
 * A department's codes. The code itself stays beside the class and the state whatever the table says of it; where it
 * says little of the class, the words of the report may say more.
 */
#include "base/unicode.h"

#include "domain/category.h"
#include "domain/mapping_run.h"
#include "domain/scrub.h"

enum {
    CONFIDENCE_ENOUGH = 60, /* from here on a row is not asked about */
    LONG_FACTOR = 16        /* more of a code than may be kept of it, whatever is hidden */
};

static const char UNCLASSIFIED[] = "J03";

MappingOutcome
mapping_code_category(MappingRun *run, const MappingField *field, Text leaf, int64_t confidence)
{
    if (category_find(leaf) == NULL) {
        run_flag(run, FLAG_CODE_UNKNOWN);
        return OUTCOME_NOTHING;
    }
    *report_text(&run->report, field->target) = text_copy(run->arena, leaf);
    run->report.category_confidence = confidence;
    return OUTCOME_STORED;
}

static void keep_source_code(MappingRun *run, const MappingField *field, Text code)
{
    Report *report = &run->report;
    Text front = unicode_prefix(code, LONG_FACTOR * MAPPING_TEXT_MAX);
    Text scrubbed = scrub_known_text(run->scratch, run->known, front, NULL);
    Text kept = text_copy(run->arena, unicode_prefix(scrubbed, MAPPING_TEXT_MAX));
    if (mapping_field_is(field, "category")) {
        report->category_source = kept;
        report->category_system = field->codes->system;
    } else if (mapping_field_is(field, "status")) {
        report->status_source = kept;
    }
}

/* A new hazard whose class nobody knows is "to be classified"; a change says nothing of the class then. */
static bool is_unclassified(const MappingRun *run, const MappingField *field)
{
    return mapping_field_is(field, "category") &&
           (field->required || run->kind == RECORD_REPORT || run->kind == RECORD_INSPECTION);
}

static MappingOutcome store_unclassified(MappingRun *run, const MappingField *field)
{
    RUN_STEP(run, "unclassified: %s", UNCLASSIFIED);
    return mapping_code_category(run, field, text_from(UNCLASSIFIED), 0);
}

static MappingOutcome store_unknown(MappingRun *run, const MappingField *field, Text code)
{
    const CodeTable *table = field->codes;
    bool category = mapping_field_is(field, "category");
    run_flag(run, FLAG_CODE_UNKNOWN);
    if (table->unknown == CODE_UNKNOWN_TEXT) {
        RUN_STEP(run, "unknown: %.*s", TEXT_ARGS(table->unknown_text));
        return category ? mapping_code_category(run, field, table->unknown_text, 0)
                        : mapping_convert(run, field, table->unknown_text);
    }
    if (table->unknown == CODE_UNKNOWN_KEEP && field->target->type == FIELD_TEXT && !category &&
        !mapping_field_is(field, "reporter_kind")) {
        RUN_STEP(run, "unknown: kept");
        return mapping_convert(run, field, code);
    }
    if (is_unclassified(run, field) && text_is_absent(field->default_text) &&
        mapping_alternative(field) == NULL)
        return store_unclassified(run, field);
    return OUTCOME_NOTHING;
}

MappingOutcome mapping_code_unclassified(MappingRun *run, const MappingField *field)
{
    if (!is_unclassified(run, field) || text_is_absent(run->report.category_source))
        return OUTCOME_NOTHING;
    return store_unclassified(run, field);
}

MappingOutcome mapping_code_store(MappingRun *run, const MappingField *field, Text text)
{
    Text code = text_trim(text);
    keep_source_code(run, field, code);
    const CodeRow *row = code_table_find(field->codes, code);
    if (run->traced != NULL)
        mapping_trace_row(run, field->codes, row);
    if (row == NULL)
        return store_unknown(run, field, code);
    return mapping_field_is(field, "category")
               ? mapping_code_category(run, field, row->to, row->confidence)
               : mapping_convert(run, field, row->to);
}

bool mapping_code_has_words(const MappingField *field)
{
    return field->codes != NULL && field->codes->keywords != NULL &&
           mapping_field_is(field, "category");
}

MappingOutcome
mapping_code_words(MappingRun *run, const MappingField *field, MappingOutcome outcome)
{
    Report *report = &run->report;
    int64_t known = report->category_confidence;
    if (known != INTEGER_ABSENT && known >= CONFIDENCE_ENOUGH)
        return outcome;
    const Text texts[] = {report->title, report->body};
    const Keyword *keyword = keyword_list_best(field->codes->keywords, texts, 2);
    if (keyword == NULL || (known != INTEGER_ABSENT && keyword->confidence <= known) ||
        mapping_code_category(run, field, keyword->category, keyword->confidence) != OUTCOME_STORED)
        return outcome;
    run_flag(run, FLAG_CLASS_BY_WORDS);
    Text list = keyword_list_name(field->codes->keywords);
    RUN_STEP(run, "keywords %.*s: %.*s", TEXT_ARGS(list), TEXT_ARGS(keyword->phrase));
    return OUTCOME_STORED;
}
