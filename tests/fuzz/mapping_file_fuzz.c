/*
 * A mapping file, and behind a line "%%" a record for it. Files it may name lie in tests/fuzz/mapping_file.
 *
 * Whatever stands in the file, loading it ends: with a mapping, or with errors that name rule and line, the same ones
 * each time. What could be loaded maps the record, and another one, to what onecase.report can carry.
 */
#include "fuzz.h"

#include "base/json.h"

#include "domain/mapping_coverage.h"
#include "domain/mapping_trial.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#define FOLDER "tests/fuzz/mapping_file"

static const Text SAMPLE =
    TEXT("{\"no\":\"R1\",\"area\":\"990101\",\"t\":\"井盖缺失\",\"c\":\"0402\","
         "\"at\":\"2026-02-01 08:30:00\",\"p\":[113.2644,23.1291],\"tel\":"
         "\"19900000001\",\"items\":[{\"no\":\"I1\"},{\"no\":\"I2\"}]}");

/*
 * libconfig 1.5 forgets texts in hand when a syntax error ends its work: some bytes a broken file. Its tree of settings
 * is freed by config_destroy, so nothing of ours hides behind this.
 */
const char *__lsan_default_suppressions(void); /* NOLINT: the sanitizer's name */
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig\n";
}
const char *__lsan_default_options(void); /* NOLINT: the sanitizer's name */
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

/* Read once, from the project's folder, which tests are run in. */
static const RegionTable *regions(void)
{
    static Arena *arena;
    static const RegionTable *table;
    if (arena == NULL) {
        Error error = {0};
        arena = arena_new(4096);
        require(region_file_load("deploy/regions.cfg", arena, &table, &error));
    }
    return table;
}

static Text findings_text(const MappingFindings *findings, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < findings->count; i++) {
        const MappingFinding *finding = &findings->items[i];
        require(finding->rule < FINDING_RULES && finding->line >= 0 && finding->message.size > 0);
        require(finding->warning == mapping_finding_rule(finding->rule)->warning);
        builder_text(&out, mapping_finding_text(arena, finding));
        builder_char(&out, '\n');
    }
    return builder_view(&out);
}

static void check_record(const Mapping *mapping, Text record, Arena *arena)
{
    Error error = {0};
    JsDocument *document;
    Text out = mapping_trial_run(mapping, regions(), record, 0, arena);
    require(js_parse(out, &document, &error));
    js_close(document);
    require(text_equal(mapping_trial_run(mapping, regions(), record, 0, arena), out));
}

static void check_mapping(const Mapping *mapping, Text record, Arena *arena)
{
    MappingFindings findings = {.arena = arena};
    require(text_contains(mapping_version(mapping), TEXT("@")));
    check_record(mapping, record, arena);
    check_record(mapping, SAMPLE, arena);
    MappingCoverage *coverage = mapping_coverage_new(mapping, regions(), arena);
    mapping_coverage_add(coverage, record);
    mapping_coverage_add(coverage, SAMPLE);
    mapping_coverage_lint(coverage, &findings);
    CoverageFigures figures = mapping_coverage_figures(coverage);
    require(figures.read <= figures.fields && figures.reached <= figures.kinds);
    findings_text(&findings, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Text text = {(const char *)data, size};
    size_t cut = text_find(text, TEXT("\n%%\n"), 0);
    Text file = text_slice(text, 0, cut == SIZE_MAX ? size : cut + 1);
    Text record = cut == SIZE_MAX ? TEXT("{}") : text_slice(text, cut + 4, SIZE_MAX);
    Arena *arena = arena_new(16384);
    MappingFileOptions options = {.words_folder = FOLDER, .regions = regions()};
    MappingFindings findings = {.arena = arena};
    MappingFindings again = {.arena = arena};
    const Mapping *mapping =
        mapping_file_load_text(FOLDER "/a.cfg", file, &options, arena, &findings);
    require((mapping == NULL) == (findings.errors > 0));
    const Mapping *second = mapping_file_load_text(FOLDER "/a.cfg", file, &options, arena, &again);
    require(text_equal(findings_text(&findings, arena), findings_text(&again, arena)));
    if (mapping != NULL) {
        require(text_equal(mapping_version(mapping), mapping_version(second)));
        check_mapping(mapping, record, arena);
    }
    arena_free(arena);
    return 0;
}
