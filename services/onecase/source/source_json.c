/*
 * `onecase source add --json`.
 */
#include "source_json.h"

#include "json_out.h"

#include <stdio.h>

static void write_texts(TextBuilder *out, const char *key, TextList texts)
{
    js_write_key(out, text_from(key));
    builder_char(out, '[');
    for (size_t i = 0; i < texts.count; i++) {
        builder_string(out, i > 0 ? "," : "");
        js_write_text(out, texts.items[i]);
    }
    builder_char(out, ']');
}

static void write_flag(TextBuilder *out, const char *key, bool value)
{
    js_write_key(out, text_from(key));
    builder_string(out, value ? "true" : "false");
}

static void open_object(TextBuilder *out, const char *key)
{
    js_write_key(out, text_from(key));
    builder_char(out, '{');
}

static void write_files(const SourceRun *run, TextBuilder *out)
{
    const SourceFiles *files = &run->files;
    const char *state = run->set.in_folder || files->to_copy == 0 ? "there"
                        : text_is_absent(files->before)           ? "new"
                                                                  : "replaced";
    out_text(out, "state", text_from(state));
    out_text(out, "before", files->before);
    TextList put = {ARENA_ARRAY(run->arena, Text, files->count), 0};
    for (size_t i = 0; i < files->count; i++)
        if (files->items[i].state != SOURCE_FILE_THERE)
            put.items[put.count++] = files->items[i].name;
    write_texts(out, "files", put);
    write_texts(out, "removed", files->stale);
    TextList warnings = {ARENA_ARRAY(run->arena, Text, run->set.warnings.count), 0};
    for (size_t i = 0; i < run->set.warnings.count; i++)
        warnings.items[warnings.count++] =
            mapping_finding_text(run->arena, &run->set.warnings.items[i]);
    write_texts(out, "warnings", warnings);
}

static void write_topics(const SourceRun *run, TextBuilder *out)
{
    const SourceTopics *topics = &run->topics;
    out_text(out, "topic_pattern", mapping_topic_pattern(run->set.mapping));
    js_write_key(out, TEXT("topics"));
    builder_char(out, '[');
    for (size_t i = 0; i < topics->count; i++) {
        const SourceTopic *topic = &topics->items[i];
        bool there = topic->partitions > 0;
        builder_string(out, i > 0 ? ",{" : "{");
        out_text(out, "topic", text_from(topic->name));
        out_int(out, "partitions", there ? topic->partitions : topic->wanted.partitions);
        out_int(out, "copies",
                there ? topic->replication
                      : topics_file_replication(&topics->file, topics->brokers));
        out_text(out, "state",
                 topic->made ? TEXT("created")
                 : there     ? TEXT("there")
                             : TEXT("missing"));
        builder_char(out, '}');
    }
    builder_char(out, ']');
    js_write_key(out, TEXT("starts"));
    builder_char(out, '[');
    for (size_t i = 0; i < topics->start_count; i++) {
        const SourceStart *start = &topics->starts[i];
        bool none = start->committed == KAFKA_OFFSET_NONE;
        builder_string(out, i > 0 ? ",{" : "{");
        out_text(out, "topic", text_from(start->topic));
        out_int(out, "partition", start->partition);
        out_int(out, "offset", start->offset);
        out_int(out, "end", start->end);
        out_int(out, "committed", none ? INT64_MIN : start->committed);
        builder_char(out, '}');
    }
    builder_char(out, ']');
}

static void write_reload(const SourceRun *run, TextBuilder *out)
{
    static const char *const HOW[] = {[SOURCE_RELOAD_NONE] = "none",
                                      [SOURCE_RELOAD_SIGNAL] = "signal",
                                      [SOURCE_RELOAD_COMMAND] = "command"};
    open_object(out, "reload");
    out_text(out, "how", text_from(HOW[run->reload.how]));
    out_int(out, "pid", run->reload.how == SOURCE_RELOAD_SIGNAL ? run->reload.pid : INT64_MIN);
    out_text(out, "command", text_from(run->reload.command));
    builder_char(out, '}');
}

static void write_record(TextBuilder *out, const char *key, const SourceRecord *record)
{
    if (record == NULL) {
        out_text(out, key, TEXT_ABSENT);
        return;
    }
    open_object(out, key);
    out_text(out, "kind", record->kind);
    out_text(out, "region", record->region);
    out_text(out, "record_no", record->record_no);
    out_int(out, "report_id", record->report_id);
    out_text(out, "hazard_no", record->hazard_no);
    out_text(out, "rule", record->rule);
    out_text(out, "pointer", record->pointer);
    out_text(out, "message", record->message);
    out_text(out, "mapping", record->version);
    out_text(out, "topic", record->topic);
    out_int(out, "partition", record->partition);
    out_int(out, "offset", record->offset);
    builder_char(out, '}');
}

static void write_outcome(const SourceRun *run, TextBuilder *out)
{
    const SourceOutcome *outcome = &run->outcome;
    write_record(out, "latest", run->current ? &run->latest : NULL);
    write_flag(out, "waited", outcome->waited);
    write_flag(out, "taken", outcome->taken);
    write_record(out, "first", outcome->found ? &outcome->record : NULL);
    out_int(out, "first_after_ms", outcome->found ? outcome->found_ms : INT64_MIN);
    write_record(out, "otherwise", outcome->otherwise && !outcome->found ? &outcome->other : NULL);
    open_object(out, "records");
    out_int(out, "reports", outcome->counts.reports);
    out_int(out, "updates", outcome->counts.updates);
    out_int(out, "ignored", outcome->counts.ignored);
    out_int(out, "dead", outcome->counts.dead);
    builder_char(out, '}');
}

void source_json_print(const SourceRun *run)
{
    if (!run->options->json)
        return;
    TextBuilder out = builder_new(run->arena);
    builder_char(&out, '{');
    out_text(&out, "file", text_from(run->set.target));
    out_text(&out, "source", mapping_source(run->set.mapping));
    out_text(&out, "mapping", mapping_version(run->set.mapping));
    write_flag(&out, "dry_run", run->options->dry_run);
    write_files(run, &out);
    write_topics(run, &out);
    write_texts(&out, "access", run->access);
    write_reload(run, &out);
    write_outcome(run, &out);
    builder_string(&out, "}\n");
    Text text = builder_view(&out);
    fwrite(text.data, 1, text.size, stdout);
}
