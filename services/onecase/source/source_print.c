/*
 * What `onecase source add` says to people: a word of what it is about, then a sentence.
 */
#include "source_print.h"

#include "adapters/mapping_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static void
say(const SourceRun *run, const char *about, const char *format, ...)
{
    if (run->options->json)
        return;
    va_list arguments;
    va_start(arguments, format);
    printf("%-9s", about);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    fflush(stdout);
}

/* "1 record", "3 records" */
static const char *many(const SourceRun *run, int64_t count, const char *what)
{
    return text_format(run->arena, "%lld %s%s", (long long)count, what, count == 1 ? "" : "s").data;
}

/* ---- files ---- */

void source_print_files(const SourceRun *run)
{
    const SourceFiles *files = &run->files;
    Text version = mapping_version(run->set.mapping);
    bool dry = run->options->dry_run;
    if (run->set.in_folder) {
        say(run, "mapping", "%.*s lies in %s", TEXT_ARGS(version), run->options->sources);
    } else if (files->to_copy == 0) {
        say(run, "mapping", "%.*s is already there: %s", TEXT_ARGS(version), run->set.target);
    } else {
        const char *others = files->count > 1 ? many(run, (int64_t)files->count - 1, "file") : NULL;
        say(run, "mapping", "%.*s %s put into %s%s%s%s", TEXT_ARGS(version),
            dry ? "would be" : "was", run->options->sources, others != NULL ? " with " : "",
            others != NULL ? others : "", others != NULL ? " it names" : "");
    }
    if (!text_is_absent(files->before))
        say(run, "", "it %s the place of %.*s", dry ? "would take" : "took",
            TEXT_ARGS(files->before));
    for (size_t i = 0; i < files->stale.count; i++)
        say(run, "", "%s/%.*s, a test of that one, %s removed", run->options->sources,
            TEXT_ARGS(files->stale.items[i]), dry ? "would be" : "was");
}

/* ---- topics ---- */

static const char *keep_of(const SourceRun *run, const TopicWanted *wanted)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    if (wanted->keep_ms < 0)
        return "for ever";
    return many(run, wanted->keep_ms / DAY_MS, "day");
}

void source_print_topics(const SourceRun *run)
{
    const SourceTopics *topics = &run->topics;
    Text pattern = mapping_topic_pattern(run->set.mapping);
    int32_t copies = topics_file_replication(&topics->file, topics->brokers);
    for (size_t i = 0; i < topics->count; i++) {
        const SourceTopic *topic = &topics->items[i];
        if (topic->made || topic->partitions == 0)
            say(run, "topic", "%s %s: %s, kept %s, %s of each record", topic->name,
                topic->made ? "was created" : "would be created",
                many(run, topic->wanted.partitions, "partition"), keep_of(run, &topic->wanted),
                copies == 1 ? "1 copy" : text_format(run->arena, "%d copies", copies).data);
        else
            say(run, "topic", "%s is already there, with %s; it was not changed", topic->name,
                many(run, topic->partitions, "partition"));
    }
    if (!text_is_absent(pattern))
        say(run, "topic", "intake reads every topic %s%s%.*s, those of today and those to come",
            run->options->prefix[0] != '\0' ? run->options->prefix : "",
            run->options->prefix[0] != '\0' ? " and then " : "whose name fits ",
            TEXT_ARGS(pattern));
}

/* ---- where reading begins ---- */

static void say_start(const SourceRun *run, const SourceStart *start)
{
    const char *from = "its first record";
    if (start->committed != KAFKA_OFFSET_NONE && start->committed == start->offset)
        from = "where intake was";
    else if (start->committed != KAFKA_OFFSET_NONE)
        from = text_format(run->arena, "its first record (intake was at %lld, which is not there)",
                           (long long)start->committed)
                   .data;
    say(run, "start", "%s/%d from offset %lld, %s; %s to read", start->topic, start->partition,
        (long long)start->offset, from, many(run, start->end - start->offset, "record"));
}

/* A topic that intake has never read is one line. */
static bool is_plain(const SourceTopics *topics, const char *topic, int64_t *waiting)
{
    bool plain = true;
    *waiting = 0;
    for (size_t i = 0; i < topics->start_count; i++) {
        const SourceStart *start = &topics->starts[i];
        if (strcmp(start->topic, topic) != 0)
            continue;
        plain = plain && start->committed == KAFKA_OFFSET_NONE;
        *waiting += start->end - start->offset;
    }
    return plain;
}

void source_print_starts(const SourceRun *run)
{
    const SourceTopics *topics = &run->topics;
    for (size_t i = 0; i < topics->count; i++) {
        const SourceTopic *topic = &topics->items[i];
        int64_t waiting;
        if (topic->partitions > 0 && is_plain(topics, topic->name, &waiting)) {
            say(run, "start", "%s from the first record of each of its partitions; %s to read",
                topic->name, many(run, waiting, "record"));
            continue;
        }
        for (size_t k = 0; k < topics->start_count; k++)
            if (strcmp(topics->starts[k].topic, topic->name) == 0)
                say_start(run, &topics->starts[k]);
    }
}

/* ---- rights, reload ---- */

void source_print_access(const SourceRun *run)
{
    say(run, "access", "if the cluster asks for rights (DEPARTMENT: the department's principal):");
    for (size_t i = 0; i < run->access.count; i++)
        say(run, "", "%.*s", TEXT_ARGS(run->access.items[i]));
}

void source_print_reload(const SourceRun *run)
{
    bool dry = run->options->dry_run;
    switch (run->reload.how) {
    case SOURCE_RELOAD_SIGNAL:
        say(run, "reload", "SIGHUP %s sent to intake, process %lld", dry ? "would be" : "was",
            (long long)run->reload.pid);
        break;
    case SOURCE_RELOAD_COMMAND:
        say(run, "reload", "%s %s", run->reload.command, dry ? "would be run" : "was run");
        break;
    case SOURCE_RELOAD_NONE:
        say(run, "reload", "intake reads it after this command, or when it is started next:");
        say(run, "", "%s", run->reload.command);
        break;
    }
}

void source_print_waiting(const SourceRun *run)
{
    say(run, "wait", "at most %s for the first record (Ctrl-C ends the waiting alone)",
        many(run, run->options->wait_ms / 1000, "second"));
}

/* ---- the first record ---- */

static Text place_of(const SourceRecord *record, Arena *arena)
{
    return text_format(arena, "%.*s/%d/%lld", TEXT_ARGS(record->topic), record->partition,
                       (long long)record->offset);
}

Text source_print_record(const SourceRecord *record, Text source, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    if (text_is(record->kind, "dead")) {
        builder_format(&out, "dead letter %.*s, rule \"%.*s\"", TEXT_ARGS(place_of(record, arena)),
                       TEXT_ARGS(record->rule));
        builder_format(
            &out, ", %.*s: %.*s",
            TEXT_ARGS(text_is_empty(record->pointer) ? TEXT("the record") : record->pointer),
            TEXT_ARGS(record->message));
        return builder_view(&out);
    }
    builder_text(&out, record->kind);
    if (!text_is_absent(record->record_no))
        builder_format(&out, " %.*s/%.*s", TEXT_ARGS(source), TEXT_ARGS(record->record_no));
    else
        builder_format(&out, " %.*s", TEXT_ARGS(place_of(record, arena)));
    if (text_is(record->kind, "ignored"))
        builder_format(&out, ", reason \"%.*s\"", TEXT_ARGS(record->rule));
    if (!text_is_absent(record->region))
        builder_format(&out, " in region %.*s", TEXT_ARGS(record->region));
    if (!text_is_absent(record->hazard_no))
        builder_format(&out, ", hazard %.*s", TEXT_ARGS(record->hazard_no));
    if (record->waits)
        builder_string(&out, "; it is kept until its report comes");
    return builder_view(&out);
}

static void say_counts(const SourceRun *run)
{
    const SourceAccount *counts = &run->outcome.counts;
    say(run, "", "so far: %s, %s, %lld ignored, %s", many(run, counts->reports, "report"),
        many(run, counts->updates, "update"), (long long)counts->ignored,
        many(run, counts->dead, "dead letter"));
}

static const char *seconds(const SourceRun *run, int64_t ms)
{
    return text_format(run->arena, "%lld.%lld s", (long long)(ms / 1000),
                       (long long)(ms % 1000 / 100))
        .data;
}

static void say_found(const SourceRun *run)
{
    const SourceOutcome *outcome = &run->outcome;
    const SourceRecord *record = &outcome->record;
    Text line = source_print_record(record, mapping_source(run->set.mapping), run->arena);
    say(run, "first", "%.*s", TEXT_ARGS(line));
    say(run, "", "mapped by %.*s; in the database %s after %s", TEXT_ARGS(record->version),
        seconds(run, outcome->found_ms),
        run->reload.how == SOURCE_RELOAD_NONE ? "the waiting began" : "the reload");
    say_counts(run);
    if (!text_is(record->kind, "dead"))
        return;
    Text topic = text_slice(record->topic, strlen(run->options->prefix), SIZE_MAX);
    say(run, "next", "its bytes are kept in onecase.deadletter. Look at it with");
    say(run, "", "onecase map %s --from %.*s --since 1h", run->set.target, TEXT_ARGS(topic));
    say(run, "", "then mend the mapping (or the department what it sends) and run this again");
}

static void say_nothing_came(const SourceRun *run)
{
    const SourceOutcome *outcome = &run->outcome;
    const char *wait = seconds(run, run->options->wait_ms);
    if (outcome->trouble.verdict != ERROR_NONE) {
        say(run, "first", "could not be looked for: %s", outcome->trouble.text);
        say(run, "next", "`onecase source list` shows it when the servers answer");
    } else if (outcome->otherwise) {
        say(run, "first", "within %s records came, but mapped by %.*s", wait,
            TEXT_ARGS(outcome->other.version));
        say(run, "next",
            "intake keeps the old mapping: its log says why (event=reload_failed, event=mistake), "
            "or it");
        say(run, "", "reads another folder than %s, or other word lists than %s",
            run->options->sources, run->set.words);
    } else if (!outcome->taken) {
        say(run, "first", "within %s intake has not begun to read the topic", wait);
        say(run, "next",
            "does it run, does it read %s, and what does its log say of event=reloaded,",
            run->options->sources);
        say(run, "", "event=reload_failed or event=waiting? Then run this again");
    } else {
        say(run, "first", "within %s no record came into the database; intake reads the topic",
            wait);
        say(run, "next",
            "`onecase lag` says whether records wait; if none do, none was sent: ask the "
            "department, or");
        say(run, "",
            "`onecase send --source %.*s FILE`. `onecase source list` shows the first one when it "
            "is there",
            TEXT_ARGS(mapping_source(run->set.mapping)));
    }
}

void source_print_outcome(const SourceRun *run)
{
    const SourceOutcome *outcome = &run->outcome;
    if (run->current) {
        Text line = source_print_record(&run->latest, mapping_source(run->set.mapping), run->arena);
        say(run, "latest", "%.*s", TEXT_ARGS(line));
        say(run, "", "records are already mapped by %.*s", TEXT_ARGS(run->latest.version));
        return;
    }
    if (!outcome->waited)
        return;
    if (outcome->taken && outcome->taken_ms > 0)
        say(run, "taken", "intake began to read the topic %s after %s",
            seconds(run, outcome->taken_ms),
            run->reload.how == SOURCE_RELOAD_NONE ? "the waiting began" : "the reload");
    if (outcome->found)
        say_found(run);
    else
        say_nothing_came(run);
}
