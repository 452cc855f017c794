/*
 * What concerns several rows. Rows are put in order twice: by what makes them one thing, to find duplicates, and as canonical
 * lines, for the digest. Names of estates and roads stand in a table, so that parents and aliases can be looked up.
 */
#include "base/digest.h"
#include "base/map.h"
#include "base/text_builder.h"

#include "domain/address_fold.h"
#include "domain/ledger_sheet_parts.h"

#include <stdlib.h>
#include <string.h>

static Text folded(LedgerSheet *sheet, Text text)
{
    Folded fold = address_fold(text, sheet->arena);
    return address_unfold(fold.codepoints, fold.count, sheet->arena);
}

/* ---- duplicates ---- */

static int by_thing(const void *a, const void *b)
{
    const LedgerRow *x = *(const LedgerRow *const *)a;
    const LedgerRow *y = *(const LedgerRow *const *)b;
    int order = text_compare(x->region, y->region);
    if (order == 0)
        order = x->kind - y->kind;
    if (order == 0)
        order = text_compare(x->key, y->key);
    if (order == 0)
        order = text_compare(x->parent, y->parent);
    if (order == 0)
        order = (x->valid_from > y->valid_from) - (x->valid_from < y->valid_from);
    if (order == 0)
        order = x->file - y->file;
    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static bool one_thing(const LedgerRow *a, const LedgerRow *b)
{
    return text_equal(a->region, b->region) && a->kind == b->kind && text_equal(a->key, b->key) &&
           text_equal(a->parent, b->parent);
}

static void note_twice(LedgerSheet *sheet, const LedgerRow *row, const LedgerRow *first)
{
    bool assets = sheet->kind == LEDGER_ASSETS;
    bool behind = row->file != first->file ? row->file > first->file : row->line > first->line;
    const LedgerRow *later = behind ? row : first;
    const LedgerRow *earlier = behind ? first : row;
    bool elsewhere = later->file != earlier->file;
    SheetColumn column = assets ? SHEET_ID : SHEET_NAME;
    sheet_finding(sheet, sheet_place(later), false,
                  "column \"%.*s\": %s was expected, found \"%.*s\", which stands in %s%s%lld too",
                  TEXT_ARGS(sheet->names[column]),
                  assets
                      ? "a number once for each day (valid_from and valid_to tell its times apart)"
                      : "a name once for each kind and parent",
                  TEXT_ARGS(later->name), elsewhere ? sheet->files[earlier->file] : "line",
                  elsewhere ? ":" : " ", (long long)earlier->line);
}

/* The same number may name one lift up to a day, and another from then on. */
static void find_duplicates(LedgerSheet *sheet)
{
    const LedgerRow **order = ARENA_ARRAY(sheet->arena, const LedgerRow *, sheet->count);
    for (size_t i = 0; i < sheet->count; i++)
        order[i] = &sheet->rows[i];
    if (sheet->count > 0)
        qsort(order, sheet->count, sizeof(const LedgerRow *), by_thing);
    for (size_t i = 1; i < sheet->count; i++) {
        const LedgerRow *before = order[i - 1];
        bool apart = sheet->kind == LEDGER_ASSETS && before->valid_to != 0 &&
                     before->valid_to <= order[i]->valid_from;
        if (one_thing(before, order[i]) && !apart)
            note_twice(sheet, order[i], before);
    }
}

/* ---- parents and aliases ---- */

static uint64_t name_key(Text region, Text name)
{
    return text_hash(region) * UINT64_C(0x9E3779B97F4A7C15) ^ text_hash(name);
}

/* Bits of the kinds that bear a name in a region. */
static Map *index_names(const LedgerSheet *sheet)
{
    Map *names = map_new();
    for (size_t i = 0; i < sheet->count; i++) {
        const LedgerRow *row = &sheet->rows[i];
        uint64_t key = name_key(row->region, row->key);
        uint64_t kinds = 0;
        map_get(names, key, &kinds);
        map_put(names, key, kinds | UINT64_C(1) << row->kind);
    }
    return names;
}

static bool is_named(LedgerSheet *sheet, const Map *names, Text region, Text name, uint64_t kinds)
{
    uint64_t found = 0;
    ArenaMark mark = arena_mark(sheet->arena);
    map_get(names, name_key(region, folded(sheet, name)), &found);
    arena_rewind(sheet->arena, mark);
    return (found & kinds) != 0;
}

static void check_names(LedgerSheet *sheet, const Map *names, const LedgerRow *row)
{
    const uint64_t sites = 1U << LEDGER_ESTATE | 1U << LEDGER_ROAD;
    const uint64_t real = sites | 1U << LEDGER_DOOR | 1U << LEDGER_POI;
    if (!text_is_empty(row->parent) && !is_named(sheet, names, row->region, row->parent, sites))
        sheet_expected(sheet, sheet_place(row), SHEET_PARENT,
                       "an estate or road that has a row of its own", row->parent);
    if (row->kind != LEDGER_ALIAS)
        return;
    if (!text_is_empty(row->canonical) &&
        !is_named(sheet, names, row->region, row->canonical, real))
        sheet_expected(sheet, sheet_place(row), SHEET_CANONICAL,
                       "an estate, road, door or poi that has a row of its own", row->canonical);
    if (is_named(sheet, names, row->region, row->name, real))
        sheet_expected(sheet, sheet_place(row), SHEET_NAME,
                       "a name that is not that of another place as well", row->name);
}

static int by_line(const void *a, const void *b)
{
    const LedgerFinding *x = a;
    const LedgerFinding *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return text_compare(x->text, y->text);
}

void ledger_sheet_finish(LedgerSheet *sheet)
{
    if (sheet->file_count > 1)
        sheet_forget_columns(sheet); /* each file has a header of its own */
    find_duplicates(sheet);
    if (sheet->kind == LEDGER_PLACES) {
        Map *names = index_names(sheet);
        for (size_t i = 0; i < sheet->count; i++)
            check_names(sheet, names, &sheet->rows[i]);
        map_free(names);
    }
    if (sheet->finding_count > 0)
        qsort(sheet->findings, sheet->finding_count, sizeof(LedgerFinding), by_line);
}

/* ---- digest ---- */

static void add_text(TextBuilder *line, Text text)
{
    builder_char(line, '\t');
    builder_text(line, text);
}

static Text canonical_line(const LedgerSheet *sheet, const LedgerRow *row)
{
    TextBuilder line = builder_new(sheet->arena);
    bool assets = sheet->kind == LEDGER_ASSETS;
    builder_text(&line, row->region);
    add_text(&line, text_from(assets ? ledger_asset_kind_name((AssetKind)row->kind)
                                     : ledger_place_kind_name((LedgerPlaceKind)row->kind)));
    add_text(&line, row->name);
    add_text(&line, assets ? row->category : row->canonical);
    add_text(&line, assets ? row->use_unit : row->parent);
    add_text(&line, assets ? row->place : TEXT_ABSENT);
    builder_format(&line, "\t%d\t%d\t%d", row->sites, row->valid_from, row->valid_to);
    if (row->has_point)
        builder_format(&line, "\t%.6f\t%.6f\t%c", row->point.lon, row->point.lat, row->precision);
    else
        builder_string(&line, "\t\t\t");
    add_text(&line, row->source);
    return builder_view(&line);
}

static int by_bytes(const void *a, const void *b)
{
    return text_compare(*(const Text *)a, *(const Text *)b);
}

Text ledger_sheet_digest(const LedgerSheet *sheet)
{
    uint8_t bytes[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE + 1];
    Text *lines = ARENA_ARRAY(sheet->arena, Text, sheet->count);
    for (size_t i = 0; i < sheet->count; i++)
        lines[i] = canonical_line(sheet, &sheet->rows[i]);
    if (sheet->count > 0)
        qsort(lines, sheet->count, sizeof *lines, by_bytes);
    Sha256 *hash = digest_begin();
    digest_update(hash, TEXT("onecase ledger 1 "));
    digest_update(hash, text_from(ledger_kind_name(sheet->kind)));
    for (size_t i = 0; i < sheet->count; i++) {
        digest_update(hash, TEXT("\n"));
        digest_update(hash, lines[i]);
    }
    digest_end(hash, bytes);
    digest_hex(bytes, sizeof bytes, hex);
    return text_format(sheet->arena, "sha256:%s", hex);
}
