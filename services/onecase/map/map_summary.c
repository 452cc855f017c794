/*
 * Counts first, then the first dead letters, then what the other mapping would have made.
 */
#include "map_summary.h"

#include "map_table.h"
#include "send/send_tally.h"

#include "base/json.h"

#include "domain/category.h"

#include <stdio.h>

enum { INDENT = 2 };

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

static void print_names(const MapCounts *counts)
{
    for (size_t i = 0; i < counts->count; i++)
        printf("%s%.*s %lld", i == 0 ? "   " : ", ", TEXT_ARGS(counts->items[i].name),
               (long long)counts->items[i].count);
}

static void print_kinds(const MapTally *tally, Arena *arena)
{
    for (int kind = RECORD_REPORT; kind <= RECORD_DEAD; kind++) {
        Text count = send_number(arena, tally->kinds[kind]);
        printf("  %-10s %*s%.*s", record_kind_name((RecordKind)kind),
               count.size < 11 ? (int)(11 - count.size) : 0, "", TEXT_ARGS(count));
        if (kind == RECORD_IGNORED)
            print_names(&tally->ignored);
        putchar('\n');
    }
}

static Text class_name(Text code)
{
    const Category *category = category_find(code);
    return category != NULL ? text_from(category->name_zh) : TEXT("");
}

static Text pointer_words(Text pointer)
{
    return pointer.size > 0 ? pointer : TEXT("(the record)");
}

/* `second` is the column beside the name: what is counted decides. */
static void print_counts(const char *heading,
                         const MapCounts *counts,
                         Text (*second)(const MapCount *count),
                         Arena *arena)
{
    MapTable table = map_table(arena, 3, INDENT);
    if (counts->count == 0)
        return;
    printf("%s\n", heading);
    for (size_t i = 0; i < counts->count; i++) {
        const MapCount *count = &counts->items[i];
        map_table_cell(&table, send_number(arena, count->count));
        map_table_cell(&table, count->name.size > 0 ? count->name : TEXT("(the record)"));
        map_table_cell(&table, second(count));
    }
    map_table_print(&table);
}

static Text nothing(const MapCount *count)
{
    (void)count;
    return TEXT("");
}

static Text class_of(const MapCount *count)
{
    return class_name(count->name);
}

static Text pointer_of(const MapCount *count)
{
    return text_is_absent(count->detail) ? TEXT("") : pointer_words(count->detail);
}

static Text place_text(const MapPlace *place, Arena *arena)
{
    return place->single ? place->record
                         : text_format(arena, "%.*s#%zu", TEXT_ARGS(place->record), place->item);
}

static void print_dead(const MapTally *tally, Arena *arena)
{
    if (tally->dead_count == 0)
        return;
    printf(tally->kinds[RECORD_DEAD] > (int64_t)tally->dead_count ? "the first %zu dead letters\n"
                                                                  : "dead letters\n",
           tally->dead_count);
    for (size_t i = 0; i < tally->dead_count; i++) {
        const MapDead *dead = &tally->deads[i];
        Text pointer = pointer_words(dead->pointer);
        Text line = text_format(arena, "%.*s: rule \"%.*s\" at %.*s: %.*s",
                                TEXT_ARGS(place_text(&dead->place, arena)), TEXT_ARGS(dead->rule),
                                TEXT_ARGS(pointer), TEXT_ARGS(dead->message));
        map_table_wrapped(arena, line, INDENT);
    }
}

static void print_value(const char *name, Text value, Arena *arena)
{
    Text line = text_format(arena, "%s  %.*s", name,
                            TEXT_ARGS(text_is_absent(value) ? TEXT("nothing") : value));
    map_table_wrapped(arena, line, 3 * INDENT);
}

static void print_change(const MapChange *change, Arena *arena)
{
    map_table_wrapped(arena, place_text(&change->place, arena), INDENT);
    for (size_t i = 0; i < change->count; i++) {
        const JsonDifference *difference = &change->differences[i];
        map_table_wrapped(arena, pointer_words(difference->pointer), 2 * INDENT);
        print_value("old", difference->expected, arena);
        print_value("new", difference->found, arena);
    }
}

static void print_changes(const MapSummary *summary, Arena *arena)
{
    const MapTally *tally = summary->tally;
    Text differing = send_number(arena, tally->differing);
    Text records = send_number(arena, tally->records);
    Text line =
        text_format(arena, "against %.*s: %.*s of %.*s record%s differ%s",
                    TEXT_ARGS(mapping_version(summary->trial->against)), TEXT_ARGS(differing),
                    TEXT_ARGS(records), plural(tally->records), tally->differing == 1 ? "s" : "");
    map_table_wrapped(arena, line, 0);
    if (tally->differing == 0)
        return;
    print_counts("records by what differs", &tally->pointers, nothing, arena);
    printf(tally->differing > (int64_t)tally->change_count ? "the first %zu that differ\n"
                                                           : "what differs\n",
           tally->change_count);
    for (size_t i = 0; i < tally->change_count; i++)
        print_change(&tally->changes[i], arena);
}

static void print_head(const MapSummary *summary, Arena *arena)
{
    const MapTally *tally = summary->tally;
    const MapOptions *options = summary->trial->options;
    TextBuilder line = builder_new(arena);
    builder_format(&line, "%s", summary->from);
    if (summary->topic && options->since_us == 0)
        builder_string(&line, " from its beginning");
    else if (summary->topic)
        builder_format(&line, " since %s", options->since);
    builder_format(&line, ", by %.*s: ", TEXT_ARGS(mapping_version(summary->trial->mapping)));
    builder_text(&line, send_number(arena, tally->records));
    builder_format(&line, " record%s", plural(tally->records));
    if (tally->items != tally->records)
        builder_format(&line, " of %.*s items", TEXT_ARGS(send_number(arena, tally->items)));
    builder_format(&line, " in %.1f s", (double)summary->spent_ms / 1000.0);
    if (summary->left > 0)
        builder_format(&line, "; not to its end, about %.*s more",
                       TEXT_ARGS(send_number(arena, summary->left)));
    map_table_wrapped(arena, builder_view(&line), 0);
}

void map_summary_print(const MapSummary *summary, Arena *arena)
{
    const MapTally *tally = summary->tally;
    print_head(summary, arena);
    print_kinds(tally, arena);
    print_counts("dead letters by rule and pointer", &tally->dead, pointer_of, arena);
    print_counts("flags", &tally->flags, nothing, arena);
    print_counts("classes", &tally->classes, class_of, arena);
    print_dead(tally, arena);
    if (summary->trial->against != NULL)
        print_changes(summary, arena);
}

/* ---- JSON ---- */

static void write_text(TextBuilder *out, const char *name, Text text)
{
    js_write_key(out, text_from(name));
    if (text_is_absent(text))
        builder_string(out, "null");
    else
        js_write_text(out, text);
}

static void write_int(TextBuilder *out, const char *name, int64_t value)
{
    js_write_key(out, text_from(name));
    builder_int(out, value);
}

static void write_counts(TextBuilder *out, const char *name, const MapCounts *counts)
{
    js_write_key(out, text_from(name));
    builder_char(out, '{');
    for (size_t i = 0; i < counts->count; i++) {
        js_write_key(out, counts->items[i].name);
        builder_int(out, counts->items[i].count);
    }
    builder_char(out, '}');
}

static void write_kinds(TextBuilder *out, const MapTally *tally)
{
    js_write_key(out, TEXT("kinds"));
    builder_char(out, '{');
    for (int kind = RECORD_REPORT; kind <= RECORD_DEAD; kind++)
        write_int(out, record_kind_name((RecordKind)kind), tally->kinds[kind]);
    builder_char(out, '}');
}

static void write_dead(TextBuilder *out, const MapTally *tally)
{
    js_write_key(out, TEXT("dead"));
    builder_char(out, '[');
    for (size_t i = 0; i < tally->dead.count; i++) {
        const MapCount *count = &tally->dead.items[i];
        builder_string(out, i > 0 ? ",{" : "{");
        write_text(out, "rule", count->name);
        write_text(out, "pointer", count->detail);
        write_int(out, "count", count->count);
        builder_char(out, '}');
    }
    builder_char(out, ']');
    js_write_key(out, TEXT("first_dead"));
    builder_char(out, '[');
    for (size_t i = 0; i < tally->dead_count; i++) {
        const MapDead *dead = &tally->deads[i];
        builder_string(out, i > 0 ? ",{" : "{");
        write_text(out, "record", dead->place.record);
        write_int(out, "item", (int64_t)dead->place.item);
        write_text(out, "rule", dead->rule);
        write_text(out, "pointer", dead->pointer);
        write_text(out, "message", dead->message);
        builder_char(out, '}');
    }
    builder_char(out, ']');
}

static void write_change(TextBuilder *out, const MapChange *change)
{
    builder_char(out, '{');
    write_text(out, "record", change->place.record);
    write_int(out, "item", (int64_t)change->place.item);
    js_write_key(out, TEXT("differences"));
    builder_char(out, '[');
    for (size_t i = 0; i < change->count; i++) {
        const JsonDifference *difference = &change->differences[i];
        builder_string(out, i > 0 ? ",{" : "{");
        write_text(out, "pointer", difference->pointer);
        js_write_key(out, TEXT("old"));
        builder_text(out,
                     text_is_absent(difference->expected) ? TEXT("null") : difference->expected);
        js_write_key(out, TEXT("new"));
        builder_text(out, text_is_absent(difference->found) ? TEXT("null") : difference->found);
        builder_char(out, '}');
    }
    builder_string(out, "]}");
}

static void write_against(TextBuilder *out, const MapSummary *summary)
{
    const MapTally *tally = summary->tally;
    js_write_key(out, TEXT("against"));
    if (summary->trial->against == NULL) {
        builder_string(out, "null");
        return;
    }
    builder_char(out, '{');
    write_text(out, "mapping", mapping_version(summary->trial->against));
    write_int(out, "differing", tally->differing);
    write_counts(out, "pointers", &tally->pointers);
    js_write_key(out, TEXT("first"));
    builder_char(out, '[');
    for (size_t i = 0; i < tally->change_count; i++) {
        builder_string(out, i > 0 ? "," : "");
        write_change(out, &tally->changes[i]);
    }
    builder_string(out, "]}");
}

void map_summary_write(const MapSummary *summary, TextBuilder *out)
{
    const MapTally *tally = summary->tally;
    write_text(out, "from", text_from(summary->from));
    write_int(out, "records_read", tally->records);
    write_int(out, "items", tally->items);
    write_int(out, "left", summary->left);
    write_kinds(out, tally);
    write_counts(out, "ignored", &tally->ignored);
    write_dead(out, tally);
    write_counts(out, "flags", &tally->flags);
    write_counts(out, "classes", &tally->classes);
    write_against(out, summary);
}
