/*
 * `onecase ledger check` and `onecase ledger load`: the same check, and then the files of each kind become one snapshot. A mistake
 * anywhere loads nothing.
 */
#include "command.h"
#include "ledger.h"
#include "ledger_options.h"
#include "options.h"

#include "base/json.h"

#include "adapters/ledger_store.h"
#include "adapters/model_file.h"
#include "adapters/region_file.h"
#include "adapters/schema_version.h"

#include <stdio.h>
#include <string.h>

#define COMMON_HELP                                                                                \
    "  --region R       of rows that name none; a region of regions.cfg, or its area code\n"       \
    "  --regions FILE   [deploy/regions.cfg]\n"                                                    \
    "  --json           one JSON object\n"

static const char CHECK_USAGE[] =
    "usage: onecase ledger check FILE... [OPTIONS]\n"
    "\n"
    "Finds every mistake of ledgers in one run: a line for each on stderr, which says where it "
    "is,\n"
    "what was expected and what was found. Files of one kind (assets, places) are one ledger: a\n"
    "parent or the name behind an alias may stand in another file. Warnings are no mistakes.\n"
    "`onecase ledger --help` lists the columns.\n"
    "\n"
    "  onecase ledger check lifts.csv estates.csv doors.csv --region 9901\n"
    "\n" COMMON_HELP "\n"
    "exit: 0 no mistakes (warnings there may be), 1 mistakes, 3 no such file, 64 wrong words\n";

static const char LOAD_USAGE[] =
    "usage: onecase ledger load FILE... [OPTIONS]\n"
    "\n"
    "Checks ledgers as `onecase ledger check` does and stores those of each kind as one snapshot,\n"
    "in one transaction. A snapshot is named by the digest of its rows and never changes: the "
    "same\n"
    "rows in another order or encoding are the same snapshot, and loading it again does nothing.\n"
    "It is used when the model file names it: the line to put there is printed.\n"
    "\n"
    "  onecase ledger load lifts.csv estates.csv doors.csv --region 9901\n"
    "\n" COMMON_HELP
    "  --model FILE     whose line is printed, with the snapshot of the other kind that it names\n"
    "                   [deploy/model/onecase.cfg]\n"
    "\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE; who loads is a member of\n"
    "onecase_operator.\n"
    "\n"
    "exit: 0 loaded, or there already; 1 mistakes, and nothing is loaded; 3 no such file, 64 "
    "wrong\n"
    "words, 69 PostgreSQL does not answer, 70 it refuses\n";

static bool read_options(const char *command,
                         const char *usage,
                         int argc,
                         char **argv,
                         LedgerOptions *options,
                         int *status)
{
    const Option rows[] = {{"regions", .text = &options->regions},
                           {"region", .text = &options->region},
                           {"json", .flag = &options->json},
                           {"model", .text = &options->model}};
    bool load = usage == LOAD_USAGE;
    const OptionTable table = {command, usage, rows, sizeof rows / sizeof rows[0] - (load ? 0 : 1)};
    int words;
    *options =
        (LedgerOptions){.regions = "deploy/regions.cfg", .model = "deploy/model/onecase.cfg"};
    if (!options_read(&table, argc, argv, &words, status))
        return false;
    options->paths = argv + words;
    options->path_count = (size_t)(argc - words);
    if (options->path_count > 0)
        return true;
    *status = command_usage_error(command, "a FILE is missing", NULL);
    return false;
}

LedgerInUse ledger_in_use(const char *path, Arena *arena)
{
    LedgerInUse in_use = {.known = false};
    Error error = {0};
    Model *model = NULL;
    if (!model_file_load(path, &model, &error))
        return in_use;
    in_use.known = true;
    for (LedgerKind kind = LEDGER_ASSETS; kind <= LEDGER_PLACES; kind++)
        in_use.names[kind] = text_copy(arena, ledger_store_named(model, kind));
    model_free(model);
    return in_use;
}

/* The region of --region; false when it is none. */
static bool find_region(const LedgerOptions *options, const RegionTable *regions, Text *region)
{
    *region = text_from(options->region);
    if (text_is_absent(*region) || region_known(regions, *region))
        return true;
    *region = region_lookup(regions, *region);
    return !text_is_absent(*region);
}

/* Reads and checks; EXIT_OK when there is anything to print. */
static int
read_files(const char *command, const LedgerOptions *options, Arena *arena, LedgerFiles *files)
{
    Error error = {0};
    *files = (LedgerFiles){.paths = options->paths, .count = options->path_count};
    if (!region_file_load(options->regions, arena, &files->regions, &error)) {
        fprintf(stderr, "onecase %s: %s; --regions FILE names the regions\n", command, error.text);
        return EXIT_NOT_FOUND;
    }
    if (!find_region(options, files->regions, &files->region))
        return command_usage_error(command,
                                   "--region must be a region or an area code of regions.cfg, not",
                                   options->region);
    if (ledger_read(files, arena, &error))
        return EXIT_OK;
    fprintf(stderr, "onecase %s: %s\n", command, error.text);
    return EXIT_NOT_FOUND;
}

/* ---- printing ---- */

static size_t error_count(const LedgerFiles *files)
{
    return ledger_sheet_errors(files->sheets[LEDGER_ASSETS]) +
           ledger_sheet_errors(files->sheets[LEDGER_PLACES]);
}

static void print_findings(const LedgerSheet *sheet)
{
    size_t count;
    const LedgerFinding *findings = ledger_sheet_findings(sheet, &count);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "%s:%lld: %s%.*s\n", ledger_sheet_path(sheet, findings[i].file),
                (long long)findings[i].line, findings[i].warning ? "warning: " : "",
                TEXT_ARGS(findings[i].text));
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void print_sheet(const LedgerSheet *sheet)
{
    size_t rows;
    size_t findings;
    size_t errors = ledger_sheet_errors(sheet);
    ledger_sheet_rows(sheet, &rows);
    ledger_sheet_findings(sheet, &findings);
    printf("%s: %zu row%s of %zu file%s, %zu mistake%s, %zu warning%s\n",
           ledger_kind_name(ledger_sheet_kind(sheet)), rows, plural(rows),
           ledger_sheet_files(sheet), plural(ledger_sheet_files(sheet)), errors, plural(errors),
           findings - errors, plural(findings - errors));
}

static void write_findings(const LedgerSheet *sheet, TextBuilder *out)
{
    size_t count;
    const LedgerFinding *findings = ledger_sheet_findings(sheet, &count);
    js_write_key(out, TEXT("findings"));
    builder_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        builder_string(out, i > 0 ? ",{" : "{");
        js_write_key(out, TEXT("file"));
        js_write_text(out, text_from(ledger_sheet_path(sheet, findings[i].file)));
        js_write_key(out, TEXT("line"));
        builder_int(out, findings[i].line);
        js_write_key(out, TEXT("severity"));
        js_write_text(out, findings[i].warning ? TEXT("warning") : TEXT("error"));
        js_write_key(out, TEXT("message"));
        js_write_text(out, findings[i].text);
        builder_char(out, '}');
    }
    builder_char(out, ']');
}

/* What became of a kind's files: their snapshot; absent: there is none. */
typedef struct Outcome {
    Text snapshot;
    bool loaded;
    bool there;
} Outcome;

static void print_json(const LedgerFiles *files, const Outcome outcomes[2], Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    for (LedgerKind kind = LEDGER_ASSETS; kind <= LEDGER_PLACES; kind++) {
        const LedgerSheet *sheet = files->sheets[kind];
        size_t rows;
        if (ledger_sheet_files(sheet) == 0)
            continue;
        ledger_sheet_rows(sheet, &rows);
        js_write_key(&out, text_from(ledger_kind_name(kind)));
        builder_char(&out, '{');
        js_write_key(&out, TEXT("rows"));
        builder_int(&out, (int64_t)rows);
        js_write_key(&out, TEXT("errors"));
        builder_int(&out, (int64_t)ledger_sheet_errors(sheet));
        js_write_key(&out, TEXT("snapshot"));
        if (text_is_absent(outcomes[kind].snapshot))
            builder_string(&out, "null");
        else
            js_write_text(&out, outcomes[kind].snapshot);
        js_write_key(&out, TEXT("loaded"));
        builder_string(&out, outcomes[kind].loaded ? "true" : "false");
        write_findings(sheet, &out);
        builder_char(&out, '}');
    }
    builder_string(&out, "}\n");
    fwrite(out.data, 1, out.size, stdout);
}

static void print_checked(const LedgerFiles *files, const LedgerOptions *options)
{
    for (LedgerKind kind = LEDGER_ASSETS; kind <= LEDGER_PLACES; kind++)
        print_findings(files->sheets[kind]);
    if (!options->json)
        for (LedgerKind kind = LEDGER_ASSETS; kind <= LEDGER_PLACES; kind++)
            if (ledger_sheet_files(files->sheets[kind]) > 0)
                print_sheet(files->sheets[kind]);
}

int ledger_check(int argc, char **argv)
{
    LedgerOptions options;
    LedgerFiles files;
    int status;
    if (!read_options("ledger check", CHECK_USAGE, argc, argv, &options, &status))
        return status;
    Arena *arena = arena_new(1 << 20);
    status = read_files("ledger check", &options, arena, &files);
    if (status == EXIT_OK) {
        Outcome outcomes[2] = {{.loaded = false}};
        for (LedgerKind kind = LEDGER_ASSETS; kind <= LEDGER_PLACES; kind++)
            if (ledger_sheet_errors(files.sheets[kind]) == 0)
                outcomes[kind].snapshot = ledger_sheet_digest(files.sheets[kind]);
        print_checked(&files, &options);
        if (options.json)
            print_json(&files, outcomes, arena);
        status = error_count(&files) == 0 ? EXIT_OK : EXIT_FOUND;
    }
    arena_free(arena);
    return status;
}

/* ---- load ---- */

/* The names of the files without their folders, with commas between them. */
static const char *file_names(const LedgerSheet *sheet, Arena *arena)
{
    TextBuilder names = builder_new(arena);
    for (size_t i = 0; i < ledger_sheet_files(sheet); i++) {
        const char *path = ledger_sheet_path(sheet, (int32_t)i);
        const char *slash = strrchr(path, '/');
        builder_format(&names, "%s%s", i > 0 ? ", " : "", slash != NULL ? slash + 1 : path);
    }
    return text_string(arena, builder_view(&names));
}

static bool load_files(const LedgerFiles *files, Outcome outcomes[2], Arena *arena, Error *error)
{
    PostgresSettings settings = {
        .conninfo = "", .application = "onecase-ledger", .greet = schema_version_check};
    Postgres *pg = postgres_new(&settings);
    bool good = postgres_connect(pg, error);
    for (LedgerKind kind = LEDGER_ASSETS; good && kind <= LEDGER_PLACES; kind++) {
        const LedgerSheet *sheet = files->sheets[kind];
        if (ledger_sheet_files(sheet) == 0)
            continue;
        outcomes[kind].snapshot = ledger_sheet_digest(sheet);
        good = ledger_store_save(pg, sheet, file_names(sheet, arena), &outcomes[kind].there, error);
        outcomes[kind].loaded = good;
    }
    postgres_free(pg);
    return good;
}

/* ledger = { assets = "sha256:..."; places = "sha256:..."; }; with what the model names of the other kind. */
static void print_line(const LedgerOptions *options, const Outcome outcomes[2], Arena *arena)
{
    LedgerInUse in_use = ledger_in_use(options->model, arena);
    bool all_named = in_use.known;
    TextBuilder line = builder_new(arena);
    builder_string(&line, "ledger = {");
    for (LedgerKind kind = LEDGER_ASSETS; kind <= LEDGER_PLACES; kind++) {
        Text name = outcomes[kind].snapshot;
        if (text_is_absent(name))
            name = in_use.names[kind];
        all_named = all_named && text_equal(name, in_use.names[kind]);
        if (!text_is_empty(name))
            builder_format(&line, " %s = \"%.*s\";", ledger_kind_name(kind), TEXT_ARGS(name));
    }
    builder_string(&line, " };");
    if (all_named)
        printf("%s names what is loaded\n", options->model);
    else
        printf("put this line into %s, in the place of one that begins like it, and start the "
               "matchers again:\n  %.*s\n",
               options->model, TEXT_ARGS(builder_view(&line)));
}

static void print_loaded(const LedgerFiles *files, const Outcome outcomes[2])
{
    for (LedgerKind kind = LEDGER_ASSETS; kind <= LEDGER_PLACES; kind++) {
        size_t rows;
        ledger_sheet_rows(files->sheets[kind], &rows);
        if (outcomes[kind].there)
            printf("%s: %.*s is loaded already, nothing was written\n", ledger_kind_name(kind),
                   TEXT_ARGS(outcomes[kind].snapshot));
        else if (outcomes[kind].loaded)
            printf("%s: %zu row%s loaded as %.*s\n", ledger_kind_name(kind), rows, plural(rows),
                   TEXT_ARGS(outcomes[kind].snapshot));
    }
}

static int load(const LedgerOptions *options, const LedgerFiles *files, Arena *arena)
{
    Outcome outcomes[2] = {{.loaded = false}};
    Error error = {0};
    print_checked(files, options);
    bool clean = error_count(files) == 0;
    bool good = clean && load_files(files, outcomes, arena, &error);
    if (clean && !good)
        return command_failed("ledger load", &error);
    if (options->json) {
        print_json(files, outcomes, arena);
    } else if (good) {
        print_loaded(files, outcomes);
        print_line(options, outcomes, arena);
    }
    if (!clean)
        fputs("onecase ledger load: nothing is loaded while there are mistakes\n", stderr);
    return clean ? EXIT_OK : EXIT_FOUND;
}

int ledger_load(int argc, char **argv)
{
    LedgerOptions options;
    LedgerFiles files;
    int status;
    if (!read_options("ledger load", LOAD_USAGE, argc, argv, &options, &status))
        return status;
    Arena *arena = arena_new(1 << 20);
    status = read_files("ledger load", &options, arena, &files);
    if (status == EXIT_OK)
        status = load(&options, &files, arena);
    arena_free(arena);
    return status;
}
