/*
 * Counting is by name in small lists: a feed has a handful of reasons and rules.
 */
#include "send_tally.h"

#include "base/json.h"

#include <stdio.h>

static void count_name(SendTally *tally, SendCounts *counts, Text name)
{
    for (size_t i = 0; i < counts->count; i++) {
        if (text_equal(counts->items[i].name, name)) {
            counts->items[i].count++;
            return;
        }
    }
    if (counts->count == SEND_NAMES_MAX) {
        counts->items[SEND_NAMES_MAX - 1].name = TEXT("others");
        counts->items[SEND_NAMES_MAX - 1].count++;
        return;
    }
    counts->items[counts->count++] = (SendCount){text_copy(tally->arena, name), 1};
}

static void note_fault(SendTally *tally, const RecordNote *note, int64_t line)
{
    count_name(tally, &tally->dead, note->rule);
    if (tally->fault_count == SEND_FAULTS_MAX)
        return;
    tally->faults[tally->fault_count++] = (SendFault){
        .line = line,
        .rule = text_copy(tally->arena, note->rule),
        .pointer = text_copy(tally->arena, note->pointer),
        .message = text_copy(tally->arena, note->message),
    };
}

static Text record_no(const MappedRecord *record)
{
    if (record_kind_carries_report(record->kind))
        return record->report.record_no;
    return record->kind == RECORD_IGNORED ? record->note.record_no : TEXT_ABSENT;
}

SendMapped
send_tally_map(const SendTally *tally, const SendRecord *record, int64_t now_us, Arena *scratch)
{
    static const MappingKey NO_SECRET = {{"onecase send", sizeof("onecase send") - 1}, 1};
    const MappingContext context = {.regions = tally->feed->regions, .key = NO_SECRET};
    const MappingInput input = {
        .bytes = record->value, .timestamp_us = now_us, .backfill = tally->backfill};
    MappedRecord *items;
    SendMapped mapped = {0};
    mapping_apply(tally->feed->mapping, &context, &input, scratch, &items, &mapped.count);
    mapped.items = items;
    for (size_t i = 0; i < mapped.count && text_is_empty(mapped.key); i++)
        mapped.key = record_no(&items[i]);
    if (text_is_empty(mapped.key))
        mapped.key = TEXT_ABSENT;
    return mapped;
}

void send_tally_count(SendTally *tally, const SendRecord *record, const SendMapped *mapped)
{
    tally->records++;
    tally->items += (int64_t)mapped->count;
    for (size_t i = 0; i < mapped->count; i++) {
        const MappedRecord *item = &mapped->items[i];
        tally->kinds[item->kind]++;
        if (item->kind == RECORD_IGNORED)
            count_name(tally, &tally->ignored, item->note.reason);
        if (item->kind == RECORD_DEAD)
            note_fault(tally, &item->note, record->line);
    }
    if (record->damaged && tally->damaged++ == 0)
        tally->damaged_line = record->line;
}

void send_tally_print_faults(const SendTally *tally, const char *file)
{
    for (size_t i = 0; i < tally->fault_count; i++) {
        const SendFault *fault = &tally->faults[i];
        fprintf(stderr, "%s:%lld: dead letter, rule \"%.*s\"%s%.*s: %.*s\n", file,
                (long long)fault->line, TEXT_ARGS(fault->rule), fault->pointer.size > 0 ? ", " : "",
                TEXT_ARGS(fault->pointer), TEXT_ARGS(fault->message));
    }
    int64_t more = tally->kinds[RECORD_DEAD] - (int64_t)tally->fault_count;
    if (more > 0)
        fprintf(stderr, "%s: %lld more dead letters\n", file, (long long)more);
    if (tally->damaged > 0)
        fprintf(stderr,
                "%s:%lld: bytes that are no character became U+FFFD, in %lld record%s; perhaps "
                "--encoding names the right one\n",
                file, (long long)tally->damaged_line, (long long)tally->damaged,
                tally->damaged == 1 ? "" : "s");
}

static void print_names(const SendCounts *counts)
{
    for (size_t i = 0; i < counts->count; i++)
        printf("%s%.*s %lld", i == 0 ? "  " : ", ", TEXT_ARGS(counts->items[i].name),
               (long long)counts->items[i].count);
}

void send_tally_print(const SendTally *tally)
{
    Arena *arena = arena_new(1024);
    for (int kind = 0; kind < RECORD_KINDS; kind++) {
        if (tally->kinds[kind] == 0)
            continue;
        Text count = send_number(arena, tally->kinds[kind]);
        printf("  %-10s %11.*s", record_kind_name((RecordKind)kind), TEXT_ARGS(count));
        if (kind == RECORD_IGNORED)
            print_names(&tally->ignored);
        if (kind == RECORD_DEAD)
            print_names(&tally->dead);
        putchar('\n');
    }
    arena_free(arena);
}

static void write_counts(TextBuilder *out, const char *key, const SendCounts *counts)
{
    js_write_key(out, text_from(key));
    builder_char(out, '{');
    for (size_t i = 0; i < counts->count; i++) {
        js_write_key(out, counts->items[i].name);
        builder_int(out, counts->items[i].count);
    }
    builder_char(out, '}');
}

static void write_member(TextBuilder *out, const char *key, Text value)
{
    js_write_key(out, text_from(key));
    js_write_text(out, value);
}

void send_tally_write(const SendTally *tally, TextBuilder *out)
{
    js_write_key(out, TEXT("items"));
    builder_int(out, tally->items);
    js_write_key(out, TEXT("kinds"));
    builder_char(out, '{');
    for (int kind = 0; kind < RECORD_COMMAND; kind++) {
        js_write_key(out, text_from(record_kind_name((RecordKind)kind)));
        builder_int(out, tally->kinds[kind]);
    }
    builder_char(out, '}');
    write_counts(out, "ignored", &tally->ignored);
    write_counts(out, "dead", &tally->dead);
    js_write_key(out, TEXT("damaged"));
    builder_int(out, tally->damaged);
    js_write_key(out, TEXT("faults"));
    builder_char(out, '[');
    for (size_t i = 0; i < tally->fault_count; i++) {
        const SendFault *fault = &tally->faults[i];
        builder_string(out, i > 0 ? ",{" : "{");
        js_write_key(out, TEXT("line"));
        builder_int(out, fault->line);
        write_member(out, "rule", fault->rule);
        write_member(out, "pointer", fault->pointer);
        write_member(out, "message", fault->message);
        builder_char(out, '}');
    }
    builder_char(out, ']');
}

Text send_number(Arena *arena, int64_t value)
{
    Text digits = text_format(arena, "%lld", (long long)value);
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < digits.size; i++) {
        if (i > 0 && (digits.size - i) % 3 == 0 && digits.data[i - 1] != '-')
            builder_char(&out, ',');
        builder_char(&out, digits.data[i]);
    }
    return builder_view(&out);
}
