/*
 * `onecase source add`: a department joins a running hub. Everything that can fail without a change comes first:
 *
 *   check ─► plan the files ─► Kafka, PostgreSQL, intake are there ─► copies on the disk ─► topics ─► mapping in place
 *         ─► rights, starts ─► reload ─► the first record in the database
 *
 * From the check until the mapping is in place the folder is ours: what was checked together is what lies together.
 * Topics come before the mapping, so that intake never looks for one in vain. Each step finds what an earlier run did.
 */
#include "source_add.h"

#include "command.h"
#include "source_access.h"
#include "source_json.h"
#include "source_place.h"
#include "source_print.h"

#include "base/clock.h"

#include "adapters/mapping_file.h"
#include "adapters/schema_version.h"

#include <stdio.h>

enum { ARENA_BLOCK = 256 * 1024, STATEMENT_MS = 10000 };

typedef struct Add {
    SourceRun run;
    SourcePlace place;
    Postgres *pg; /* NULL: nothing is waited for */
    SourceMark *mark;
} Add;

static int failed(const Error *error)
{
    return command_failed("source add", error);
}

static int busy(const Error *error)
{
    if (error->verdict != ERROR_RETRY)
        return failed(error);
    fprintf(stderr, "onecase source add: %s\n", error->text);
    return SOURCE_BUSY;
}

/* Kafka, PostgreSQL and intake, before anything is changed. EXIT_OK: all are there. */
static int look(Add *add)
{
    SourceRun *run = &add->run;
    Error error = {0};
    int status = EXIT_OK;
    if (!source_topics_settings(&run->topics, &status) ||
        !source_reload_find(run->options, run->arena, &run->reload, &status))
        return status;
    if (!source_topics_look(&run->topics, &error))
        return failed(&error);
    if (add->pg == NULL || postgres_connect(add->pg, &error))
        return EXIT_OK;
    status = failed(&error);
    fputs("onecase source add: nothing was changed; --wait 0 goes without the database\n", stderr);
    return status;
}

/* The mapping that lies there now is the one that was checked. */
static bool verify(const SourceRun *run, Error *error)
{
    MappingFindings findings = {.arena = run->arena};
    const MappingFileOptions load = {.words_folder = run->set.words, .regions = run->set.regions};
    const Mapping *there = mapping_file_load(run->set.target, &load, run->arena, &findings);
    if (there != NULL && text_equal(mapping_version(there), mapping_version(run->set.mapping)))
        return true;
    return error_set(error, ERROR_FATAL,
                     "\"%s\" is not what was checked: it was changed meanwhile; run this again",
                     run->set.target);
}

static bool put_in_place(Add *add, Error *error)
{
    SourceRun *run = &add->run;
    bool good = source_place_stage(&add->place, error) && source_topics_make(&run->topics, error) &&
                source_place_commit(&add->place, error) && verify(run, error);
    source_place_close(&add->place); /* others may come while we wait for a record */
    return good;
}

/* Whether records are mapped by this very version already: then there is nothing to wait for. */
static bool find_current(Add *add, Error *error)
{
    SourceRun *run = &add->run;
    bool found;
    if (!source_rows_latest(add->pg, add->mark, &run->latest, &found, error))
        return false;
    run->current = found && text_equal(run->latest.version, mapping_version(run->set.mapping));
    return true;
}

static bool starts_taken(const SourceTopics *topics)
{
    bool taken = true;
    for (size_t i = 0; i < topics->start_count; i++)
        taken = taken && topics->starts[i].committed != KAFKA_OFFSET_NONE;
    return taken;
}

static int judge(const SourceRun *run)
{
    const SourceOutcome *outcome = &run->outcome;
    const SourceAccount *counts = &outcome->counts;
    if (!outcome->waited)
        return EXIT_OK;
    if (outcome->found)
        return text_is(outcome->record.kind, "dead") && source_rows_total(counts) == counts->dead
                   ? EXIT_FOUND
                   : EXIT_OK;
    return outcome->otherwise || !outcome->taken ? EXIT_FOUND : EXIT_OK;
}

/* Mark, reload, wait. */
static int start(Add *add)
{
    SourceRun *run = &add->run;
    Error error = {0};
    if (add->pg != NULL && (!source_rows_mark(add->pg, run->options, run->set.mapping, run->arena,
                                              &add->mark, &error) ||
                            !find_current(add, &error)))
        return failed(&error);
    int64_t since_ms = clock_monotonic_ms();
    if (!source_reload_do(&run->reload)) {
        fputs(
            "onecase source add: everything else is in place; intake reads it when it is told to\n",
            stderr);
        return EXIT_FOUND;
    }
    source_print_reload(run);
    if (add->pg == NULL || run->current)
        return EXIT_OK;
    source_print_waiting(run);
    const SourceWait wait = {.pg = add->pg,
                             .mark = add->mark,
                             .topics = &run->topics,
                             .mapping = run->set.mapping,
                             .since_ms = since_ms,
                             .limit_ms = run->options->wait_ms};
    run->outcome.taken = starts_taken(&run->topics);
    source_wait_run(&wait, &run->outcome);
    return judge(run);
}

static int add_source(Add *add)
{
    SourceRun *run = &add->run;
    Error error = {0};
    int status = EXIT_OK;
    bool dry = run->options->dry_run;
    if (!dry && !source_place_open(&add->place, &error))
        return busy(&error);
    if (!source_check(run->options, run->arena, &run->set, &status) ||
        !source_files_plan(run->options, &run->set, run->arena, &run->files, &status))
        return status;
    run->topics.mapping = run->set.mapping;
    status = look(add);
    if (status != EXIT_OK)
        return status;
    if (!dry && !put_in_place(add, &error))
        return failed(&error);
    source_print_files(run);
    source_print_topics(run);
    run->access = source_access_lines(run->options, run->set.mapping, run->arena);
    source_print_access(run);
    if (!source_topics_start(&run->topics, &error))
        return failed(&error);
    source_print_starts(run);
    if (dry)
        source_print_reload(run);
    else
        status = start(add);
    source_print_outcome(run);
    source_json_print(run);
    return status;
}

int source_add(int argc, char **argv)
{
    SourceOptions options;
    int status;
    Arena *arena = arena_new(ARENA_BLOCK);
    if (!source_options_read_add(argc, argv, arena, &options, &status)) {
        arena_free(arena);
        return status;
    }
    const PostgresSettings settings = {.conninfo = "",
                                       .application = "onecase-source",
                                       .greet = schema_version_check,
                                       .statement_ms = STATEMENT_MS};
    Add add = {.run = {.options = &options,
                       .arena = arena,
                       .topics = {.options = &options, .arena = arena}}};
    add.place = (SourcePlace){
        .sources = options.sources, .files = &add.run.files, .arena = arena, .folder = -1};
    if (options.wait_ms > 0 && !options.dry_run)
        add.pg = postgres_new(&settings);
    status = add_source(&add);
    source_rows_mark_free(add.mark);
    source_topics_close(&add.run.topics);
    source_place_close(&add.place);
    postgres_free(add.pg);
    arena_free(arena);
    return status;
}
