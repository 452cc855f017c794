/*
 * `onecase ledger list`: the snapshots that are stored, the latest first, and which of them the model names.
 */
#include "command.h"
#include "json_out.h"
#include "ledger.h"
#include "ledger_options.h"
#include "options.h"
#include "print.h"

#include "adapters/ledger_store.h"
#include "adapters/schema_version.h"

#include <stdio.h>

static const char USAGE[] =
    "usage: onecase ledger list [--model FILE] [--json]\n"
    "\n"
    "The snapshots of ledgers in PostgreSQL, the latest first, and which the model names.\n"
    "\n"
    "  --model FILE   [deploy/model/onecase.cfg]\n"
    "  --json         one JSON object\n"
    "\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE.\n"
    "\n"
    "exit: 0 listed, 1 the model names a snapshot that is not there, 64 wrong words, 69 "
    "PostgreSQL\n"
    "does not answer, 70 it refuses\n";

static bool is_in_use(const LedgerInUse *in_use, Text snapshot)
{
    return text_equal(in_use->names[LEDGER_ASSETS], snapshot) ||
           text_equal(in_use->names[LEDGER_PLACES], snapshot);
}

static bool is_there(const LedgerSnapshots *snapshots, Text name)
{
    for (size_t i = 0; i < snapshots->count; i++)
        if (text_equal(snapshots->items[i].snapshot, name))
            return true;
    return text_is_empty(name);
}

static void
print_snapshots(const LedgerSnapshots *snapshots, const LedgerInUse *in_use, Arena *arena)
{
    static const char *const HEADING[] = {"snapshot", "kind", ">rows", "loaded",
                                          "by",       "file", "model"};
    enum { COLUMNS = sizeof HEADING / sizeof HEADING[0] };
    PrintTable table = print_table(arena, COLUMNS);
    print_heading(&table, HEADING);
    for (size_t i = 0; i < snapshots->count; i++) {
        const LedgerSnapshot *one = &snapshots->items[i];
        print_cell(&table, one->snapshot);
        print_cell(&table, one->kind);
        print_cell_int(&table, one->rows);
        print_cell(&table, print_time(arena, one->loaded_at));
        print_cell(&table, one->loaded_by);
        print_cell(&table, one->file_name);
        print_cell(&table, is_in_use(in_use, one->snapshot) ? TEXT("names it") : TEXT(""));
    }
    if (snapshots->count > 0)
        print_out(&table);
    else
        puts("no ledger is loaded; `onecase ledger load --help` says how");
}

static void print_json(const LedgerSnapshots *snapshots, const LedgerInUse *in_use, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_string(&out, "{\"ledgers\":[");
    for (size_t i = 0; i < snapshots->count; i++) {
        const LedgerSnapshot *one = &snapshots->items[i];
        builder_string(&out, i > 0 ? ",{" : "{");
        out_text(&out, "snapshot", one->snapshot);
        out_text(&out, "kind", one->kind);
        out_int(&out, "rows", one->rows);
        out_time(&out, "loaded_at", one->loaded_at);
        out_text(&out, "loaded_by", one->loaded_by);
        out_text(&out, "file", one->file_name);
        js_write_key(&out, TEXT("in_use"));
        builder_string(&out, is_in_use(in_use, one->snapshot) ? "true}" : "false}");
    }
    builder_string(&out, "]}\n");
    fwrite(out.data, 1, out.size, stdout);
}

/* Says which snapshots the model names in vain. */
static int judge(const char *model, const LedgerSnapshots *snapshots, const LedgerInUse *in_use)
{
    int status = EXIT_OK;
    if (!in_use->known)
        fprintf(stderr,
                "onecase ledger list: %s cannot be read, so it is not known which it names\n",
                model);
    for (LedgerKind kind = LEDGER_ASSETS; kind <= LEDGER_PLACES; kind++) {
        if (is_there(snapshots, in_use->names[kind]))
            continue;
        fprintf(stderr, "onecase ledger list: %s names the %s %.*s, which are not loaded\n", model,
                ledger_kind_name(kind), TEXT_ARGS(in_use->names[kind]));
        status = EXIT_FOUND;
    }
    return status;
}

static bool list(Arena *arena, LedgerSnapshots *snapshots, Error *error)
{
    PostgresSettings settings = {
        .conninfo = "", .application = "onecase-ledger", .greet = schema_version_check};
    Postgres *pg = postgres_new(&settings);
    bool good = ledger_store_list(pg, arena, snapshots, error);
    postgres_free(pg);
    return good;
}

int ledger_list(int argc, char **argv)
{
    const char *model = "deploy/model/onecase.cfg";
    bool json = false;
    int status;
    const Option rows[] = {{"model", .text = &model}, {"json", .flag = &json}};
    const OptionTable table = {"ledger list", USAGE, rows, sizeof rows / sizeof rows[0]};
    Error error = {0};
    LedgerSnapshots snapshots;
    if (!options_read_alone(&table, argc, argv, &status))
        return status;
    Arena *arena = arena_new(65536);
    if (list(arena, &snapshots, &error)) {
        LedgerInUse in_use = ledger_in_use(model, arena);
        if (json)
            print_json(&snapshots, &in_use, arena);
        else
            print_snapshots(&snapshots, &in_use, arena);
        status = judge(model, &snapshots, &in_use);
    } else {
        status = command_failed("ledger list", &error);
    }
    arena_free(arena);
    return status;
}
