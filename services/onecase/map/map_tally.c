/*
 * Counting by name in small lists. Two results are first compared as texts, which is enough for almost all records;
 * only those that differ are parsed.
 */
#include "map_tally.h"

#include "domain/mapping_json.h"

#include <stdlib.h>

/* Adds one; with `once` a record is counted once under a name, however often it comes. */
static void add_count(MapTally *tally, MapCounts *counts, Text name, Text detail, bool once)
{
    if (counts->items == NULL)
        counts->items = ARENA_ARRAY(tally->arena, MapCount, MAP_NAMES_MAX);
    size_t at = 0;
    while (at < counts->count && (!text_equal(counts->items[at].name, name) ||
                                  !text_equal(counts->items[at].detail, detail)))
        at++;
    if (at == MAP_NAMES_MAX) {
        at--;
        counts->items[at].name = TEXT("others");
        counts->items[at].detail = TEXT_ABSENT;
    }
    MapCount *item = &counts->items[at];
    if (at == counts->count) {
        counts->count++;
        *item = (MapCount){.name = text_copy(tally->arena, name)};
        item->detail = text_is_absent(detail) ? TEXT_ABSENT : text_copy(tally->arena, detail);
    }
    if (once && item->last == tally->records)
        return;
    item->count++;
    item->last = tally->records;
}

/* "/items/3/id" -> "/items/`*`/id" */
static Text without_indexes(Arena *arena, Text pointer)
{
    TextBuilder out = builder_new(arena);
    for (size_t from = 0; from < pointer.size;) {
        size_t end = text_find(pointer, TEXT("/"), from);
        if (end == SIZE_MAX)
            end = pointer.size;
        Text token = text_slice(pointer, from, end - from);
        builder_text(&out, text_is_digits(token) ? TEXT("*") : token);
        if (end < pointer.size)
            builder_char(&out, '/');
        from = end + 1;
    }
    return builder_view(&out);
}

static void add_dead(MapTally *tally, MapPlace place, const RecordNote *note, Arena *scratch)
{
    Arena *arena = tally->arena;
    add_count(tally, &tally->dead, note->rule, without_indexes(scratch, note->pointer), false);
    if (tally->dead_count == MAP_DEAD_SHOWN)
        return;
    place.record = text_copy(arena, place.record);
    tally->deads[tally->dead_count++] = (MapDead){
        .place = place,
        .rule = text_copy(arena, note->rule),
        .pointer = text_copy(arena, note->pointer),
        .message = text_copy(arena, note->message),
    };
}

static void add_report(MapTally *tally, RecordKind kind, const Report *report)
{
    for (size_t i = 0; i < report->flags.count; i++)
        add_count(tally, &tally->flags, report->flags.items[i], TEXT_ABSENT, false);
    if (!text_is_absent(report->category))
        add_count(tally, &tally->classes, report->category, TEXT_ABSENT, false);
    else if (kind == RECORD_REPORT)
        add_count(tally, &tally->classes, TEXT("none"), TEXT_ABSENT, false);
}

void map_tally_add(MapTally *tally, Text place, MapSide side, Arena *scratch)
{
    tally->records++;
    tally->items += (int64_t)side.count;
    for (size_t i = 0; i < side.count; i++) {
        const MappedRecord *record = &side.records[i];
        tally->kinds[record->kind]++;
        if (record->kind == RECORD_IGNORED)
            add_count(tally, &tally->ignored, record->note.reason, TEXT_ABSENT, false);
        else if (record->kind == RECORD_DEAD)
            add_dead(tally, (MapPlace){place, i, side.count == 1}, &record->note, scratch);
        else
            add_report(tally, record->kind, &record->report);
    }
}

/* ---- two mappings ---- */

static Text json_of(MapSide side, size_t item, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    if (item >= side.count)
        return TEXT("null");
    mapping_json_record(&side.records[item], &out);
    return builder_view(&out);
}

static void
keep_change(MapTally *tally, MapPlace place, const JsonDifference *differences, size_t count)
{
    Arena *arena = tally->arena;
    if (tally->change_count == MAP_CHANGES_SHOWN)
        return;
    place.record = text_copy(arena, place.record);
    MapChange *change = &tally->changes[tally->change_count++];
    *change = (MapChange){place, ARENA_ARRAY(arena, JsonDifference, count), count};
    for (size_t i = 0; i < count; i++) {
        const JsonDifference *from = &differences[i];
        JsonDifference *to = &change->differences[i];
        to->pointer = text_copy(arena, from->pointer);
        to->expected =
            text_is_absent(from->expected) ? TEXT_ABSENT : text_copy(arena, from->expected);
        to->found = text_is_absent(from->found) ? TEXT_ABSENT : text_copy(arena, from->found);
    }
}

/* False when they are equal after all. */
static bool compare_texts(MapTally *tally, MapPlace place, Text before, Text after, Arena *scratch)
{
    JsDocument *old = NULL;
    JsDocument *new = NULL;
    JsonDifference *differences = NULL;
    size_t count = 0;
    Error error = {0};
    if (js_parse(before, &old, &error) && js_parse(after, &new, &error))
        count = json_difference(js_root(old), js_root(new), scratch, &differences);
    js_close(old);
    js_close(new);
    for (size_t i = 0; i < count; i++)
        add_count(tally, &tally->pointers, without_indexes(scratch, differences[i].pointer),
                  TEXT_ABSENT, true);
    if (count > 0)
        keep_change(tally, place, differences, count);
    return count > 0;
}

void map_tally_compare(MapTally *tally, Text place, MapSide before, MapSide after, Arena *scratch)
{
    size_t items = before.count > after.count ? before.count : after.count;
    bool differs = false;
    for (size_t i = 0; i < items; i++) {
        Text old = json_of(before, i, scratch);
        Text new = json_of(after, i, scratch);
        if (!text_equal(old, new) &&
            compare_texts(tally, (MapPlace){place, i, items == 1}, old, new, scratch))
            differs = true;
    }
    tally->differing += differs;
}

/* ---- order ---- */

static int by_count(const void *a, const void *b)
{
    const MapCount *x = a;
    const MapCount *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    int names = text_compare(x->name, y->name);
    return names != 0 ? names : text_compare(x->detail, y->detail);
}

void map_tally_sort(MapTally *tally)
{
    MapCounts *const LISTS[] = {&tally->ignored, &tally->dead, &tally->flags, &tally->classes,
                                &tally->pointers};
    for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++)
        if (LISTS[i]->count > 1)
            qsort(LISTS[i]->items, LISTS[i]->count, sizeof(MapCount), by_count);
}
