#include "domain/mapping_json.h"
#include "domain/mapping_trace.h"
#include "domain/mapping_trial.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

/* Every golden case that maps something, with a trace and without. */
enum { ARENA_BLOCK = 256 * 1024, CASES_MIN = 60 };

#define STAMP_US INT64_C(1769905800000000) /* 2026-02-01T00:30:00Z */

typedef struct Fixture {
    Arena *arena;
    const RegionTable *regions;
    MappingTrace trace;
    MappedRecord *records;
    size_t count;
} Fixture;

static Text as_json(const MappedRecord *records, size_t count, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < count; i++)
        mapping_json_record(&records[i], &out);
    return builder_view(&out);
}

/* What is stored by the trace is there, and what is there is stored. */
static void agree(const MappedRecord *record, const TraceRecord *trace, const char *name)
{
    for (size_t i = 0; record_kind_carries_report(record->kind) && i < trace->field_count; i++) {
        const TraceField *field = &trace->fields[i];
        if (field->stored != report_has(&record->report, field->target))
            fail_msg("%s: %s is %s, the trace says otherwise", name, field->target->name,
                     field->stored ? "absent" : "there");
        for (size_t k = 0; k < field->flag_count; k++)
            if (!report_has_flag(&record->report, text_from(mapping_flag(field->flags[k])->name)))
                fail_msg("%s: %s has a flag that the report has not", name, field->target->name);
    }
}

static void compare_input(Fixture *fixture, const Mapping *mapping, Text bytes, const char *name)
{
    TextList inputs = mapping_trial_records(mapping, bytes, fixture->arena);
    for (size_t i = 0; i < inputs.count; i++) {
        MappingContext context = {.regions = fixture->regions, .key = {TEXT(MAPPING_TRIAL_KEY), 1}};
        const MappingInput input = {.bytes = inputs.items[i], .timestamp_us = STAMP_US};
        MappedRecord *plain_records;
        size_t count;
        mapping_apply(mapping, &context, &input, fixture->arena, &plain_records, &count);
        context.trace = &fixture->trace;
        mapping_apply(mapping, &context, &input, fixture->arena, &fixture->records,
                      &fixture->count);
        if (!text_equal(as_json(plain_records, count, fixture->arena),
                        as_json(fixture->records, fixture->count, fixture->arena)))
            fail_msg("%s: record %zu is another one when it is traced", name, i);
        for (size_t j = 0; j < fixture->count; j++)
            agree(&fixture->records[j], &fixture->trace.records[j], name);
    }
}

static void a_trace_changes_nothing(void **state)
{
    static const char GOLDEN[] = "tests/golden/mapping";
    Fixture traced = {.arena = arena_new(ARENA_BLOCK)};
    Fixture *fixture = &traced;
    Error unread = {0};
    (void)state;
    assert_true(region_file_load("deploy/regions.cfg", fixture->arena, &fixture->regions, &unread));
    DIR *folder = opendir(GOLDEN);
    const struct dirent *entry;
    size_t cases = 0;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        Error error = {0};
        Text input;
        Text at = text_format(fixture->arena, "%s/%s", GOLDEN, entry->d_name);
        Text words = text_format(fixture->arena, "%s/words", at.data);
        Text in = text_format(fixture->arena, "%s/in", at.data);
        struct stat facts;
        MappingFindings findings = {.arena = fixture->arena};
        const MappingFileOptions options = {.words_folder = words.data,
                                            .regions = fixture->regions};
        if (entry->d_name[0] == '.' || stat(in.data, &facts) != 0 ||
            !mapping_file_read(in, fixture->arena, &input, &error))
            continue;
        const Mapping *mapping =
            mapping_file_load(text_format(fixture->arena, "%s/mapping.cfg", at.data).data, &options,
                              fixture->arena, &findings);
        if (mapping == NULL)
            fail_msg("%s: the mapping has mistakes", entry->d_name);
        compare_input(fixture, mapping, input, entry->d_name);
        cases++;
    }
    closedir(folder);
    assert_true(cases >= CASES_MIN);
    arena_free(traced.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_trace_changes_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
