/*
 * A report as JSON and back: the same members in the same order, so that what is written is read.
 */
#include "domain/lag_report.h"

#include "domain/lag_report_json.h"

/* ---- writing ---- */

static void open_list(TextBuilder *out, const char *key)
{
    js_write_key(out, text_from(key));
    builder_char(out, '[');
}

static void open_element(TextBuilder *out, size_t index)
{
    builder_string(out, index > 0 ? ",{" : "{");
}

static void write_partition(const LagPartition *partition, TextBuilder *out)
{
    const LagJudgement *judgement = &partition->judgement;
    lag_out_text(out, "topic", partition->topic);
    lag_out_int(out, "partition", partition->partition);
    lag_out_verdict(out, judgement->verdict);
    lag_out_time(out, "since", judgement->since_ms);
    lag_out_int(out, "messages", judgement->messages);
    lag_out_seconds(out, "seconds", judgement->late_ms);
    lag_out_real(out, "in_per_s", judgement->in_per_s);
    lag_out_real(out, "out_per_s", judgement->out_per_s);
    lag_out_real(out, "catch_up_s", judgement->catch_up_s);
    lag_out_seconds(out, "retention_left_s", judgement->retention_left_ms);
    lag_out_time(out, "last_progress", judgement->progress_ms);
    lag_out_int(out, "next", partition->committed);
    lag_out_int(out, "end", partition->end);
    lag_out_int(out, "low", partition->low);
    lag_out_text(out, "clock", partition->clock);
    lag_out_text(out, "offset_from", partition->source_of_offset);
    lag_out_text(out, "owner", partition->owner);
    lag_out_text(out, "evidence", judgement->evidence);
    lag_out_text(out, "also", judgement->also);
    lag_out_text(out, "step", partition->step);
}

static void write_group(const LagGroup *group, TextBuilder *out)
{
    lag_out_text(out, "group", group->group);
    lag_out_text(out, "program", group->program);
    lag_out_verdict(out, group->verdict);
    lag_out_time(out, "since", group->since_ms);
    lag_out_int(out, "messages", group->messages);
    lag_out_seconds(out, "seconds", group->late_ms);
    lag_out_text(out, "evidence", group->evidence);
    lag_out_text(out, "step", group->step);
    open_list(out, "partitions");
    for (size_t i = 0; i < group->partition_count; i++) {
        open_element(out, i);
        write_partition(&group->partitions[i], out);
        builder_char(out, '}');
    }
    builder_char(out, ']');
}

static void write_instance(const LagInstance *instance, TextBuilder *out)
{
    lag_out_text(out, "service", instance->service);
    lag_out_text(out, "address", instance->address);
    lag_out_flag(out, "known", instance->known);
    lag_out_verdict(out, instance->verdict);
    lag_out_time(out, "since", instance->since_ms);
    lag_out_text(out, "evidence", instance->evidence);
    lag_out_text(out, "step", instance->step);
}

static void write_source(const LagSource *source, TextBuilder *out)
{
    lag_out_text(out, "source", source->source);
    lag_out_int(out, "count", source->count);
    lag_out_real(out, "p50_s", source->p50_s);
    lag_out_real(out, "p99_s", source->p99_s);
    lag_out_real(out, "newest_s", source->newest_s);
    lag_out_real(out, "sent_p50_s", source->sent_p50_s);
    lag_out_real(out, "stored_p50_s", source->stored_p50_s);
    lag_out_time(out, "newest", source->newest_ms);
    lag_out_seconds(out, "age_s", source->age_ms);
    lag_out_text(out, "hop", source->hop);
}

static void write_server(const char *key, bool up, int64_t since_ms, Text why, TextBuilder *out)
{
    js_write_key(out, text_from(key));
    builder_char(out, '{');
    lag_out_flag(out, "up", up);
    lag_out_time(out, "since", since_ms);
    lag_out_text(out, "fault", why);
    builder_char(out, '}');
}

static void write_groups(const LagReport *report, TextBuilder *out)
{
    open_list(out, "groups");
    for (size_t i = 0; i < report->group_count; i++) {
        open_element(out, i);
        write_group(&report->groups[i], out);
        builder_char(out, '}');
    }
    builder_char(out, ']');
}

Text lag_report_write(const LagReport *report, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    lag_out_time(&out, "at", report->at_ms);
    lag_out_text(&out, "cluster", report->cluster);
    lag_out_text(&out, "by", report->by);
    lag_out_text(&out, "brokers", report->brokers);
    lag_out_time(&out, "watching_since", report->watching_since_ms);
    lag_out_verdict(&out, report->verdict);
    write_server("kafka", report->kafka_up, report->kafka_since_ms, report->kafka_fault, &out);
    write_server("database", report->database_up, report->database_since_ms, report->database_fault,
                 &out);
    write_groups(report, &out);
    open_list(&out, "instances");
    for (size_t i = 0; i < report->instance_count; i++) {
        open_element(&out, i);
        write_instance(&report->instances[i], &out);
        builder_char(&out, '}');
    }
    builder_char(&out, ']');
    open_list(&out, "sources");
    for (size_t i = 0; i < report->source_count; i++) {
        open_element(&out, i);
        write_source(&report->sources[i], &out);
        builder_char(&out, '}');
    }
    builder_string(&out, "]}");
    return builder_view(&out);
}

/* ---- reading ---- */

static void read_partition(const LagIn *in, LagPartition *partition)
{
    LagJudgement *judgement = &partition->judgement;
    partition->topic = lag_in_text(in, "topic");
    partition->partition = (int32_t)lag_in_int(in, "partition");
    judgement->verdict = lag_in_verdict(in);
    judgement->since_ms = lag_in_time(in, "since");
    judgement->messages = lag_in_int(in, "messages");
    judgement->late_ms = lag_in_seconds(in, "seconds");
    judgement->in_per_s = lag_in_real(in, "in_per_s");
    judgement->out_per_s = lag_in_real(in, "out_per_s");
    judgement->catch_up_s = lag_in_real(in, "catch_up_s");
    judgement->retention_left_ms = lag_in_seconds(in, "retention_left_s");
    judgement->progress_ms = lag_in_time(in, "last_progress");
    partition->committed = lag_in_int(in, "next");
    partition->end = lag_in_int(in, "end");
    partition->low = lag_in_int(in, "low");
    partition->clock = lag_in_text(in, "clock");
    partition->source_of_offset = lag_in_text(in, "offset_from");
    partition->owner = lag_in_text(in, "owner");
    judgement->evidence = lag_in_text(in, "evidence");
    judgement->also = lag_in_text(in, "also");
    partition->step = lag_in_text(in, "step");
}

static void read_group(const LagIn *in, LagGroup *group)
{
    group->group = lag_in_text(in, "group");
    group->program = lag_in_text(in, "program");
    group->verdict = lag_in_verdict(in);
    group->since_ms = lag_in_time(in, "since");
    group->messages = lag_in_int(in, "messages");
    group->late_ms = lag_in_seconds(in, "seconds");
    group->evidence = lag_in_text(in, "evidence");
    group->step = lag_in_text(in, "step");
    const JsValue *partitions = lag_in_array(in, "partitions", &group->partition_count);
    group->partitions = ARENA_ARRAY(in->arena, LagPartition, group->partition_count);
    for (size_t i = 0; i < group->partition_count; i++) {
        LagIn element = lag_in_element(in, "partitions", partitions, i);
        read_partition(&element, &group->partitions[i]);
    }
}

static void read_instance(const LagIn *in, LagInstance *instance)
{
    instance->service = lag_in_text(in, "service");
    instance->address = lag_in_text(in, "address");
    instance->known = lag_in_flag(in, "known");
    instance->verdict = lag_in_verdict(in);
    instance->since_ms = lag_in_time(in, "since");
    instance->evidence = lag_in_text(in, "evidence");
    instance->step = lag_in_text(in, "step");
}

static void read_source(const LagIn *in, LagSource *source)
{
    source->source = lag_in_text(in, "source");
    source->count = lag_in_int(in, "count");
    source->p50_s = lag_in_real(in, "p50_s");
    source->p99_s = lag_in_real(in, "p99_s");
    source->newest_s = lag_in_real(in, "newest_s");
    source->sent_p50_s = lag_in_real(in, "sent_p50_s");
    source->stored_p50_s = lag_in_real(in, "stored_p50_s");
    source->newest_ms = lag_in_time(in, "newest");
    source->age_ms = lag_in_seconds(in, "age_s");
    source->hop = lag_in_text(in, "hop");
}

static void read_server(const LagIn *in, const char *key, bool *up, int64_t *since_ms, Text *why)
{
    LagIn server = lag_in_object(js_member(in->object, text_from(key)),
                                 text_format(in->arena, "/%s", key), in->arena, in->error);
    *up = lag_in_flag(&server, "up");
    *since_ms = lag_in_time(&server, "since");
    *why = lag_in_text(&server, "fault");
}

static void read_lists(const LagIn *in, LagReport *report)
{
    const JsValue *groups = lag_in_array(in, "groups", &report->group_count);
    report->groups = ARENA_ARRAY(in->arena, LagGroup, report->group_count);
    for (size_t i = 0; i < report->group_count; i++) {
        LagIn element = lag_in_element(in, "groups", groups, i);
        read_group(&element, &report->groups[i]);
    }
    const JsValue *instances = lag_in_array(in, "instances", &report->instance_count);
    report->instances = ARENA_ARRAY(in->arena, LagInstance, report->instance_count);
    for (size_t i = 0; i < report->instance_count; i++) {
        LagIn element = lag_in_element(in, "instances", instances, i);
        read_instance(&element, &report->instances[i]);
    }
    const JsValue *sources = lag_in_array(in, "sources", &report->source_count);
    report->sources = ARENA_ARRAY(in->arena, LagSource, report->source_count);
    for (size_t i = 0; i < report->source_count; i++) {
        LagIn element = lag_in_element(in, "sources", sources, i);
        read_source(&element, &report->sources[i]);
    }
}

bool lag_report_read(Text text, Arena *arena, LagReport *report, Error *error)
{
    JsDocument *document = NULL;
    *report = (LagReport){0};
    if (!js_parse(text, &document, error))
        return false;
    LagIn in = lag_in_object(js_root(document), TEXT(""), arena, error);
    report->at_ms = lag_in_time(&in, "at");
    report->cluster = lag_in_text(&in, "cluster");
    report->by = lag_in_text(&in, "by");
    report->brokers = lag_in_text(&in, "brokers");
    report->watching_since_ms = lag_in_time(&in, "watching_since");
    report->verdict = lag_in_verdict(&in);
    read_server(&in, "kafka", &report->kafka_up, &report->kafka_since_ms, &report->kafka_fault);
    read_server(&in, "database", &report->database_up, &report->database_since_ms,
                &report->database_fault);
    read_lists(&in, report);
    js_close(document);
    return error->verdict == ERROR_NONE;
}
