/*
 * The members of the canonical record in their order, beside each what the trace says of it. Some members are set by
 * the engine along with a field; the table below says with which. Fields of which nothing came are listed by reason.
 */
#include "map_show.h"

#include "map_table.h"

#include "base/json.h"

#include "domain/mapping_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIELD_INDENT = 2 };

static const struct {
    const char *member;
    const char *why;
} BESIDE[] = {
    {"part_no", "number of the item"},
    {"origin_source", "with origin_no"},
    {"area_code", "the region was found by it"},
    {"point_system", "with point"},
    {"point_precision", "with point"},
    {"category_source", "with category"},
    {"category_system", "with category"},
    {"category_confidence", "with category"},
    {"status_source", "with status"},
    {"reporter_before", "with reporter"},
    {"reporter_kind", "with reporter"},
    {"noise", "set phrases in title and body"},
};

static void print_head(const MapShown *shown, Arena *arena)
{
    const MappedRecord *record = shown->record;
    const char *no_color = getenv("NO_COLOR");
    bool bold = isatty(STDOUT_FILENO) == 1 && (no_color == NULL || *no_color == '\0');
    TextBuilder out = builder_new(arena);
    builder_format(&out, "record %zu", shown->number);
    if (shown->items > 1)
        builder_format(&out, ", item %zu", shown->item);
    builder_format(&out, ": %s, region %.*s", record_kind_name(record->kind),
                   TEXT_ARGS(record->region));
    if (!text_is_absent(shown->trace->area_from))
        builder_format(&out, " by %.*s", TEXT_ARGS(shown->trace->area_from));
    if (shown->trace->kind_line > 0)
        builder_format(&out, ", kind by line %d", shown->trace->kind_line);
    fputs(bold ? "\033[1m" : "", stdout);
    map_table_wrapped(arena, builder_view(&out), 0);
    fputs(bold ? "\033[0m" : "", stdout);
}

static const TraceField *find_field(const TraceRecord *trace, Text member)
{
    for (size_t i = 0; i < trace->field_count; i++)
        if (text_is(member, trace->fields[i].target->name))
            return trace->fields[i].stored ? &trace->fields[i] : NULL;
    return NULL;
}

static Text places_of(const TraceField *field, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < field->place_count; i++) {
        builder_string(&out, i > 0 ? "\n" : "");
        builder_text(&out, field->places[i].size > 0 ? field->places[i] : TEXT("(the record)"));
    }
    if (field->more_places > 0)
        builder_format(&out, "\nand %zu more", field->more_places);
    return builder_view(&out);
}

static Text steps_of(const TraceField *field, const char *before_flags, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < field->step_count; i++) {
        builder_string(&out, i > 0 ? ", " : "");
        builder_text(&out, field->steps[i]);
    }
    if (field->step_count == 0 && field->place_count == 0)
        builder_string(&out, field->stored ? "a constant" : "not come to");
    for (size_t i = 0; i < field->flag_count; i++) {
        if (out.size > 0)
            builder_string(&out, i > 0 ? ", " : before_flags);
        builder_string(&out, i > 0 ? "" : "flag ");
        builder_string(&out, mapping_flag(field->flags[i])->name);
    }
    return builder_view(&out);
}

static const char *why_beside(Text member)
{
    for (size_t i = 0; i < sizeof(BESIDE) / sizeof(BESIDE[0]); i++)
        if (text_is(member, BESIDE[i].member))
            return BESIDE[i].why;
    return "";
}

static void add_member(MapTable *table, const MapShown *shown, Text member, const JsValue *value)
{
    Arena *arena = table->arena;
    const TraceField *field = find_field(shown->trace, member);
    map_table_cell(table, member);
    map_table_cell(table, js_dump(value, arena));
    if (field != NULL) {
        map_table_cell(table, places_of(field, arena));
        map_table_cell(table, steps_of(field, "\n", arena));
        return;
    }
    map_table_cell(table, text_is(member, "area_code") ? shown->trace->area_from : TEXT(""));
    map_table_cell(table, text_from(why_beside(member)));
}

/* What is kept verbatim: its place is its name. */
static void add_extra(MapTable *table, const JsValue *extra)
{
    size_t cursor = 0;
    Text pointer;
    const JsValue *value;
    while (js_each(extra, &cursor, &pointer, &value)) {
        map_table_cell(table, TEXT("extra"));
        map_table_cell(table, js_dump(value, table->arena));
        map_table_cell(table, pointer);
        map_table_cell(table, TEXT(""));
    }
}

static void print_members(const MapShown *shown, const JsValue *report, Arena *arena)
{
    static const char *const HEADING[] = {"field", "value", "from", "steps and flags"};
    MapTable table = map_table(arena, 4, FIELD_INDENT);
    size_t cursor = 0;
    Text member;
    const JsValue *value;
    for (size_t i = 0; i < sizeof(HEADING) / sizeof(HEADING[0]); i++)
        map_table_cell(&table, text_from(HEADING[i]));
    while (js_each(report, &cursor, &member, &value))
        if (!text_is(member, "flags") && !text_is(member, "extra"))
            add_member(&table, shown, member, value);
    add_extra(&table, js_member(report, TEXT("extra")));
    map_table_print(&table);
}

/* Fields without a value, those with the same reason together. */
static void print_unmade(const TraceRecord *trace, Arena *arena)
{
    bool *told = ARENA_ARRAY(arena, bool, trace->field_count);
    for (size_t i = 0; i < trace->field_count; i++) {
        if (trace->fields[i].stored || told[i])
            continue;
        TextBuilder line = builder_new(arena);
        Text reason = steps_of(&trace->fields[i], ", ", arena);
        for (size_t j = i; j < trace->field_count; j++) {
            const TraceField *field = &trace->fields[j];
            if (field->stored || !text_equal(steps_of(field, ", ", arena), reason))
                continue;
            builder_string(&line, line.size > 0 ? ", " : "without a value: ");
            builder_string(&line, field->target->name);
            told[j] = true;
        }
        builder_format(&line, " (%.*s)", TEXT_ARGS(reason));
        map_table_wrapped(arena, builder_view(&line), FIELD_INDENT);
    }
}

static void print_flags(const Report *report, Arena *arena)
{
    TextBuilder line = builder_new(arena);
    for (size_t i = 0; i < report->flags.count; i++) {
        builder_string(&line, i > 0 ? ", " : "flags: ");
        builder_text(&line, report->flags.items[i]);
    }
    map_table_wrapped(arena, builder_view(&line), FIELD_INDENT);
}

static void print_report(const MapShown *shown, Arena *arena)
{
    TextBuilder json = builder_new(arena);
    JsDocument *document = NULL;
    Error error = {0};
    report_write(&shown->record->report, &json);
    if (!js_parse(builder_view(&json), &document, &error)) {
        printf("  this is a bug, please report it: %s\n", error.text);
        return;
    }
    print_members(shown, js_root(document), arena);
    print_unmade(shown->trace, arena);
    print_flags(&shown->record->report, arena);
    js_close(document);
}

static void print_note(const MapShown *shown, Arena *arena)
{
    const RecordNote *note = &shown->record->note;
    TextBuilder line = builder_new(arena);
    if (shown->record->kind == RECORD_IGNORED) {
        builder_format(&line, "reason \"%.*s\"", TEXT_ARGS(note->reason));
        if (!text_is_empty(note->record_no))
            builder_format(&line, ", record number %.*s", TEXT_ARGS(note->record_no));
    } else {
        builder_format(&line, "stage \"%.*s\", rule \"%.*s\"", TEXT_ARGS(note->stage),
                       TEXT_ARGS(note->rule));
        if (!text_is_empty(note->pointer))
            builder_format(&line, " at %.*s", TEXT_ARGS(note->pointer));
        builder_format(&line, ": %.*s", TEXT_ARGS(note->message));
    }
    map_table_wrapped(arena, builder_view(&line), FIELD_INDENT);
}

void map_show_print(const MapShown *shown, Arena *arena)
{
    print_head(shown, arena);
    if (record_kind_carries_report(shown->record->kind))
        print_report(shown, arena);
    else
        print_note(shown, arena);
    putchar('\n');
}

static void write_texts(TextBuilder *out, const char *name, const Text *texts, size_t count)
{
    js_write_key(out, text_from(name));
    builder_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        builder_string(out, i > 0 ? "," : "");
        js_write_text(out, texts[i]);
    }
    builder_char(out, ']');
}

static void write_field(TextBuilder *out, const TraceField *field)
{
    Text flags[MAPPING_FLAGS];
    for (size_t i = 0; i < field->flag_count; i++)
        flags[i] = text_from(mapping_flag(field->flags[i])->name);
    builder_char(out, '{');
    js_write_key(out, TEXT("field"));
    js_write_text(out, text_from(field->target->name));
    builder_format(out, ",\"line\":%d,\"stored\":%s", field->line,
                   field->stored ? "true" : "false");
    write_texts(out, "from", field->places, field->place_count);
    builder_format(out, ",\"more\":%zu", field->more_places);
    write_texts(out, "steps", field->steps, field->step_count);
    write_texts(out, "flags", flags, field->flag_count);
    builder_char(out, '}');
}

void map_show_write(const MapShown *shown, TextBuilder *out)
{
    const TraceRecord *trace = shown->trace;
    builder_format(out, "{\"record\":%zu,\"item\":%zu,\"result\":", shown->number, shown->item);
    mapping_json_record(shown->record, out);
    js_write_key(out, TEXT("kinds_line"));
    if (trace->kind_line > 0)
        builder_int(out, trace->kind_line);
    else
        builder_string(out, "null");
    js_write_key(out, TEXT("area_from"));
    if (text_is_absent(trace->area_from))
        builder_string(out, "null");
    else
        js_write_text(out, trace->area_from);
    js_write_key(out, TEXT("fields"));
    builder_char(out, '[');
    for (size_t i = 0; i < trace->field_count; i++) {
        builder_string(out, i > 0 ? "," : "");
        write_field(out, &trace->fields[i]);
    }
    builder_string(out, "]}");
}
