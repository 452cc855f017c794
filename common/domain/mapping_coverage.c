/*
 * Each input is opened as the engine opens it (decode, unwrap, each) for its places and pointers, and mapped for its
 * kind and region.
 */
#include "domain/mapping_coverage.h"

#include "base/text_builder.h"

#include "domain/mapping_coverage_parts.h"
#include "domain/mapping_language.h"
#include "domain/mapping_trial.h"

enum { SHOWN_MAX = 10 };

typedef struct SeenPointer {
    const MappingPointer *pointer;
    const char *where; /* it stands in the mapping file */
    bool seen;
} SeenPointer;

struct MappingCoverage {
    const Mapping *mapping;
    const RegionTable *regions;
    Arena *arena;
    CoveragePlace root;
    SeenPointer *pointers; /* of the mapping, each text once */
    size_t pointer_count;
    size_t inputs;
    bool *reached; /* entries of `kinds` */
    size_t mapped[RECORD_KINDS];
    size_t located[RECORD_KINDS]; /* of those, with an area code that is known */
    Text region;                  /* the first one located */
    bool several_regions;
};

static void add_pointer(MappingCoverage *coverage, const MappingPointer *pointer, const char *where)
{
    for (size_t i = 0; i < coverage->pointer_count; i++)
        if (text_equal(coverage->pointers[i].pointer->text, pointer->text))
            return;
    coverage->pointers[coverage->pointer_count++] =
        (SeenPointer){.pointer = pointer, .where = where};
}

static void add_pointers(MappingCoverage *coverage,
                         const MappingPointer *pointers,
                         size_t count,
                         const char *where)
{
    for (size_t i = 0; i < count; i++)
        add_pointer(coverage, &pointers[i], where);
}

static void
add_conditions(MappingCoverage *coverage, const MappingConditions *conditions, const char *where)
{
    for (size_t i = 0; i < conditions->count; i++)
        add_pointer(coverage, &conditions->items[i].pointer, where);
}

static size_t count_pointers(const Mapping *mapping)
{
    size_t count = mapping->unwrap_count + mapping->extra_count + mapping->unread_count +
                   mapping->region_count + mapping->personal_count + 2;
    for (size_t i = 0; i < mapping->kind_count; i++)
        count += mapping->kinds[i].when.count;
    for (size_t i = 0; i < mapping->field_count; i++)
        count += mapping->fields[i].pointer_count + mapping->fields[i].when.count;
    return count;
}

static void collect_pointers(MappingCoverage *coverage)
{
    const Mapping *mapping = coverage->mapping;
    coverage->pointers = ARENA_ARRAY(coverage->arena, SeenPointer, count_pointers(mapping));
    add_pointers(coverage, mapping->unwrap, mapping->unwrap_count, "unwrap");
    if (mapping->has_each)
        add_pointer(coverage, &mapping->each, "each");
    if (mapping->time_check.format != NULL)
        add_pointer(coverage, &mapping->time_check.digits_of, "time.check");
    add_pointers(coverage, mapping->region, mapping->region_count, "region");
    for (size_t i = 0; i < mapping->kind_count; i++)
        add_conditions(coverage, &mapping->kinds[i].when, "kinds");
    for (size_t i = 0; i < mapping->field_count; i++) {
        const MappingField *field = &mapping->fields[i];
        const char *where = text_format(coverage->arena, "field \"%s\"", field->target->name).data;
        add_pointers(coverage, field->pointers, field->pointer_count, where);
        add_conditions(coverage, &field->when, where);
    }
    add_pointers(coverage, mapping->extra, mapping->extra_count, "extra");
    add_pointers(coverage, mapping->unread, mapping->unread_count, "unread");
    for (size_t i = 0; i < mapping->personal_count; i++)
        add_pointer(coverage, &mapping->personal[i].pointer, "personal");
}

MappingCoverage *
mapping_coverage_new(const Mapping *mapping, const RegionTable *regions, Arena *arena)
{
    MappingCoverage *coverage = ARENA_NEW(arena, MappingCoverage);
    coverage->mapping = mapping;
    coverage->regions = regions;
    coverage->arena = arena;
    coverage->reached = ARENA_ARRAY(arena, bool, mapping->kind_count);
    collect_pointers(coverage);
    return coverage;
}

static void see_pointers(MappingCoverage *coverage, const MappingSource *source)
{
    const JsValue *found[1];
    for (size_t i = 0; i < coverage->pointer_count; i++) {
        SeenPointer *pointer = &coverage->pointers[i];
        for (size_t item = 0; item < source->item_count && !pointer->seen; item++)
            pointer->seen = mapping_source_find(coverage->mapping, source, item, pointer->pointer,
                                                found, 1) > 0;
        if (source->item_count == 0 && !pointer->seen)
            pointer->seen = mapping_pointer_find(pointer->pointer, source->root, found, 1) > 0;
    }
}

/* The entry of `kinds` a record came by: all that it may have come by where there are several. */
static void see_kind(MappingCoverage *coverage, const MappedRecord *record)
{
    const Mapping *mapping = coverage->mapping;
    for (size_t i = 0; i < mapping->kind_count; i++) {
        const MappingKind *kind = &mapping->kinds[i];
        if (kind->kind == record->kind &&
            (kind->kind != RECORD_IGNORED || text_equal(kind->reason, record->note.reason)))
            coverage->reached[i] = true;
    }
    coverage->mapped[record->kind]++;
    if (!record_kind_carries_report(record->kind) || text_is_absent(record->report.area_code))
        return;
    coverage->located[record->kind]++;
    if (text_is_absent(coverage->region))
        coverage->region = record->region;
    else if (!text_equal(coverage->region, record->region))
        coverage->several_regions = true;
}

void mapping_coverage_add(MappingCoverage *coverage, Text bytes)
{
    MappingSource source = {0};
    Error error = {0};
    coverage->inputs++;
    MappingContext context = {.regions = coverage->regions, .key = {TEXT(MAPPING_TRIAL_KEY), 1}};
    MappingInput input = {.bytes = bytes};
    MappedRecord *records;
    size_t count;
    mapping_apply(coverage->mapping, &context, &input, coverage->arena, &records, &count);
    bool good = mapping_source_open(coverage->mapping, bytes, coverage->arena, &source, &error);
    if (good && (source.no_list == NULL || records->kind != RECORD_DEAD)) {
        coverage_add_places(&coverage->root, coverage->mapping, &source, coverage->arena);
        see_pointers(coverage, &source);
    }
    mapping_source_close(&source);
    for (size_t i = 0; i < count; i++)
        see_kind(coverage, &records[i]);
    coverage_mark_read(&coverage->root, coverage->mapping);
}

CoverageFigures mapping_coverage_figures(const MappingCoverage *coverage)
{
    CoverageFigures figures = {.kinds = coverage->mapping->kind_count};
    CoveragePlace *place = (CoveragePlace *)&coverage->root;
    for (; place != NULL; place = coverage_next_place(place)) {
        figures.fields += coverage_is_field(place);
        figures.read += coverage_is_field(place) && place->read;
    }
    for (size_t i = 0; i < figures.kinds; i++)
        figures.reached += coverage->reached[i];
    return figures;
}

static void lint_pointers(const MappingCoverage *coverage, MappingFindings *findings)
{
    const Mapping *mapping = coverage->mapping;
    for (size_t i = 0; i < coverage->pointer_count; i++) {
        const MappingPointer *pointer = coverage->pointers[i].pointer;
        if (coverage->pointers[i].seen)
            continue;
        Text meant =
            coverage_place_meant((CoveragePlace *)&coverage->root, pointer, coverage->arena);
        bool hint = !text_is_absent(meant);
        mapping_finding(findings, FINDING_POINTER_NEVER, mapping->file, pointer->line,
                        "%s: \"%.*s\" never occurs in the test inputs%s%.*s%s",
                        coverage->pointers[i].where, TEXT_ARGS(pointer->text),
                        hint ? ", did you mean \"" : "", TEXT_ARGS(meant), hint ? "\"?" : "");
    }
}

static void lint_unread(const MappingCoverage *coverage, MappingFindings *findings)
{
    CoverageFigures figures = mapping_coverage_figures(coverage);
    if (figures.read == figures.fields)
        return;
    TextBuilder list = builder_new(coverage->arena);
    size_t shown = 0;
    CoveragePlace *place = (CoveragePlace *)&coverage->root;
    for (; place != NULL && shown < SHOWN_MAX; place = coverage_next_place(place)) {
        if (!coverage_is_field(place) || place->read)
            continue;
        builder_string(&list, shown++ > 0 ? ", " : "");
        builder_text(&list, coverage_place_text(place, coverage->arena));
    }
    size_t unread = figures.fields - figures.read;
    if (unread > shown)
        builder_format(&list, " and %zu more", unread - shown);
    mapping_finding(findings, FINDING_FIELD_UNREAD, coverage->mapping->file, 0,
                    "%zu of %zu fields of the test inputs are read by nothing (%zu %% covered): "
                    "%.*s",
                    unread, figures.fields,
                    (figures.read * 200 + figures.fields) / (figures.fields * 2),
                    TEXT_ARGS(builder_view(&list)));
}

/* As the mapping file writes it. */
static const char *kind_word(RecordKind kind)
{
    size_t count;
    const LanguageWord *words = language_words(WORDS_KIND, &count);
    for (size_t i = 0; i < count; i++)
        if (words[i].value == (int)kind)
            return words[i].word;
    return record_kind_name(kind);
}

static void lint_kinds_reached(const MappingCoverage *coverage, MappingFindings *findings)
{
    const Mapping *mapping = coverage->mapping;
    for (size_t i = 0; i < mapping->kind_count; i++)
        if (!coverage->reached[i])
            mapping_finding(findings, FINDING_KIND_UNTESTED, mapping->file, mapping->kinds[i].line,
                            "no test input reaches this kind \"%s\"",
                            kind_word(mapping->kinds[i].kind));
}

static void lint_regions(const MappingCoverage *coverage, MappingFindings *findings)
{
    const Mapping *mapping = coverage->mapping;
    unsigned noted = 0;
    if (!coverage->several_regions)
        return;
    for (size_t i = 0; i < mapping->kind_count; i++) {
        RecordKind kind = mapping->kinds[i].kind;
        if (!record_kind_carries_report(kind) || (noted & (1u << kind)) != 0 ||
            coverage->mapped[kind] == 0 || coverage->located[kind] > 0)
            continue;
        noted |= 1u << kind;
        mapping_finding(findings, FINDING_REGION_UNRESOLVED, mapping->file, mapping->kinds[i].line,
                        "no test input of kind \"%s\" carries an area code that regions.cfg knows, "
                        "and the feed has several regions",
                        record_kind_name(kind));
    }
}

void mapping_coverage_lint(const MappingCoverage *coverage, MappingFindings *findings)
{
    if (coverage->inputs == 0)
        return;
    lint_regions(coverage, findings);
    coverage_lint_personal(&coverage->root, coverage->mapping, coverage->arena, findings);
    lint_pointers(coverage, findings);
    lint_kinds_reached(coverage, findings);
    lint_unread(coverage, findings);
}
