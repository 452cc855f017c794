/*
 * For people: one line about the run, then the digest, or both digests side by side. For programs: one object.
 */
#include "replay/replay_print.h"

#include "json_out.h"
#include "print.h"
#include "send/send_tally.h"

#include <stdio.h>
#include <string.h>

enum { SHORT_HEX = 16 };

static void print_run(const ReplayResult *result, Arena *arena)
{
    double rate = result->seconds > 0 ? (double)result->replayed / result->seconds : 0;
    printf("database \"%s\": %.*s records of %s replayed in %.1f s", result->database,
           TEXT_ARGS(send_number(arena, result->replayed)), result->topic, result->seconds);
    printf(" (%.*s a second)", TEXT_ARGS(send_number(arena, (int64_t)rate)));
    if (result->replayed < result->records)
        printf(", %.*s were there",
               TEXT_ARGS(send_number(arena, result->records - result->replayed)));
    if (result->dead_letters > 0)
        printf(", %.*s dead letters of the matcher",
               TEXT_ARGS(send_number(arena, result->dead_letters)));
    putchar('\n');
    printf(
        "relay goes on behind the last event on its topic: %.*s rows of the outbox wait for it\n",
        TEXT_ARGS(send_number(arena, result->events_waiting)));
}

/* ---- comparison ---- */

static const char *kind_of(const TableDifference *at)
{
    return at->only_left    ? "only in the rebuilt one"
           : at->only_right ? "only in the live one"
                            : "not alike";
}

static void print_sums(const ReplayComparison *comparison, Arena *arena)
{
    enum { COLUMNS = 6 };
    static const char *const NAMES[COLUMNS] = {"table",      ">rows",       "sha256",
                                               ">live rows", "live sha256", ""};
    PrintTable table = print_table(arena, COLUMNS);
    print_heading(&table, NAMES);
    for (size_t i = 0; i < comparison->rebuilt.count; i++) {
        const TableSum *ours = &comparison->rebuilt.tables[i];
        const TableSum *theirs = &comparison->live.tables[i];
        print_cell(&table, text_from(ours->name));
        print_cell_int(&table, ours->rows);
        print_cell(&table, (Text){ours->hex, SHORT_HEX});
        print_cell_int(&table, theirs->rows);
        print_cell(&table, (Text){theirs->hex, SHORT_HEX});
        print_cell(&table, strcmp(ours->hex, theirs->hex) == 0 ? TEXT("equal") : TEXT("DIFFERENT"));
    }
    print_out(&table);
}

static void print_comparison(const ReplayComparison *comparison, Arena *arena)
{
    print_sums(comparison, arena);
    printf("rebuilt %s\nlive    %s\n", comparison->rebuilt.hex, comparison->live.hex);
    if (comparison->count == 0) {
        puts("equal");
        return;
    }
    for (size_t i = 0; i < comparison->count; i++) {
        const ReplayTableDifference *found = &comparison->differences[i];
        printf("%s differs, first in %.*s: %s\n", found->table, TEXT_ARGS(found->at.key),
               kind_of(&found->at));
    }
    if (strcmp(comparison->rebuilt_models, comparison->live_models) != 0)
        printf("models of the rebuilt one: %s; of the live one: %s\n", comparison->rebuilt_models,
               comparison->live_models);
}

static void write_comparison(const ReplayComparison *comparison, TextBuilder *out)
{
    builder_string(out, ",\"live\":");
    table_digest_write(&comparison->live, true, out);
    builder_format(out, ",\"equal\":%s,\"differences\":[",
                   comparison->count == 0 ? "true" : "false");
    for (size_t i = 0; i < comparison->count; i++) {
        const ReplayTableDifference *found = &comparison->differences[i];
        builder_string(out, i > 0 ? ",{" : "{");
        out_text(out, "table", text_from(found->table));
        out_text(out, "first", found->at.key);
        out_text(out, "how", text_from(kind_of(&found->at)));
        builder_char(out, '}');
    }
    builder_char(out, ']');
    if (comparison->count == 0)
        return;
    out_text(out, "models", text_from(comparison->rebuilt_models));
    out_text(out, "live_models", text_from(comparison->live_models));
}

static void print_json(const ReplayResult *result, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    out_text(&out, "database", text_from(result->database));
    out_text(&out, "topic", text_from(result->topic));
    out_int(&out, "records", result->records);
    out_int(&out, "replayed", result->replayed);
    builder_format(&out, ",\"seconds\":%.3f", result->seconds);
    out_int(&out, "dead_letters", result->dead_letters);
    out_int(&out, "events_waiting", result->events_waiting);
    builder_string(&out, ",\"digest\":");
    table_digest_write(result->digest, true, &out);
    if (result->comparison != NULL)
        write_comparison(result->comparison, &out);
    builder_char(&out, '}');
    printf("%.*s\n", TEXT_ARGS(builder_view(&out)));
}

void replay_print(const ReplayResult *result, bool json, Arena *arena)
{
    if (json) {
        print_json(result, arena);
        return;
    }
    print_run(result, arena);
    if (result->comparison != NULL) {
        print_comparison(result->comparison, arena);
        return;
    }
    TextBuilder out = builder_new(arena);
    table_digest_write(result->digest, false, &out);
    printf("%.*s", TEXT_ARGS(builder_view(&out)));
}
