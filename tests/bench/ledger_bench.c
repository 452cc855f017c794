/*
 * What a city's ledgers cost: time to build, memory, and the look-ups of a decision, with 100,000 places (9 in 10 of them doors)
 * and 50,000 assets. Usage: ledger_bench [PLACES ASSETS]
 */
#include "base/text_builder.h"

#include "domain/address_fold.h"
#include "domain/ledger.h"

#include "adapters/model_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PER_ROAD = 60, ROUNDS = 200 };

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* A name of three made-up characters, another one for each number. */
static Text made_name(Arena *arena, size_t number, const char *ending)
{
    TextBuilder name = builder_new(arena);
    for (size_t i = 0, rest = number * 7919; i < 3; i++, rest /= 211)
        builder_codepoint(&name, 0x5200 + (uint32_t)(rest % 211) * 31);
    builder_string(&name, ending);
    return builder_view(&name);
}

static LedgerPlace made_place(LedgerPlaceKind kind, Text name, Text parent, size_t number)
{
    return (LedgerPlace){.kind = kind,
                         .name = name,
                         .parent = parent,
                         .has_point = true,
                         .point = {112.4 + (double)number * 1e-6, 23.1, GEO_WGS84},
                         .precision = 'A'};
}

static void add_places(Ledger *ledger, size_t count, Arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        ArenaMark mark = arena_mark(arena);
        size_t site = i / PER_ROAD;
        bool estate = site % 2 == 0;
        Text parent = made_name(arena, site, estate ? "花园" : "路");
        LedgerPlaceKind kind = i % PER_ROAD != 0 ? LEDGER_DOOR
                               : estate          ? LEDGER_ESTATE
                                                 : LEDGER_ROAD;
        Text name = kind != LEDGER_DOOR ? parent
                                        : text_format(arena, "%.*s%zu%s", TEXT_ARGS(parent),
                                                      i % PER_ROAD, estate ? "幢" : "号");
        LedgerPlace place = made_place(kind, name, kind == LEDGER_DOOR ? parent : TEXT_ABSENT, i);
        ledger_add_place(ledger, TEXT("9901"), &place);
        arena_rewind(arena, mark);
    }
}

static void add_assets(Ledger *ledger, size_t count, Arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        ArenaMark mark = arena_mark(arena);
        bool lift = i % 2 == 0;
        Text site = made_name(arena, lift ? i / 40 * 2 : i / 40 * 2 + 1, lift ? "花园" : "路");
        LedgerAsset asset = {.kind = lift ? ASSET_PLATE : ASSET_COMPONENT,
                             .id = lift ? text_format(arena, "%06zu", i)
                                        : text_format(arena, "9901010103%06zu", i),
                             .category = lift ? TEXT("A02") : TEXT("E01"),
                             .place = text_format(arena, "%.*s%zu%s", TEXT_ARGS(site), i % 20 + 1,
                                                  lift ? "幢1单元" : "号"),
                             .has_point = true,
                             .point = {112.4, 23.1, GEO_WGS84},
                             .precision = 'A'};
        ledger_add_asset(ledger, TEXT("9901"), &asset);
        arena_rewind(arena, mark);
    }
}

static void look_up(const LedgerRegion *region, size_t assets, Arena *arena)
{
    Folded text = address_fold(
        TEXT("市民来电反映其所住小区电梯近一周多次停运，物业一直没有派人维修，老人上下楼困难，"
             "请有关部门尽快核实处理并回复"),
        arena);
    size_t found = 0;
    double start = now_s();
    for (size_t round = 0; round < ROUNDS * 100; round++)
        for (size_t i = 0; i < text.count; i++) {
            size_t length;
            found += ledger_place_at(region, text.codepoints + i, text.count - i, &length) != NULL;
        }
    double named = now_s();
    for (size_t i = 0; i < assets; i++) {
        ArenaMark mark = arena_mark(arena);
        found += ledger_asset(region, ASSET_PLATE, text_format(arena, "%06zu", i), 0) != NULL;
        arena_rewind(arena, mark);
    }
    double known = now_s();
    printf("names in a text of %zu characters  %8.0f ns\n", text.count,
           (named - start) * 1e9 / (ROUNDS * 100));
    printf("an asset by its number             %8.0f ns  (%zu found)\n",
           (known - named) * 1e9 / (double)assets, found);
}

int main(int argc, char **argv)
{
    size_t places = argc == 3 ? strtoul(argv[1], NULL, 10) : 100000;
    size_t assets = argc == 3 ? strtoul(argv[2], NULL, 10) : 50000;
    Error error = {0};
    Model *model;
    if (!model_file_load("deploy/model/onecase.cfg", &model, &error)) {
        fprintf(stderr, "ledger_bench: %s\n", error.text);
        return 1;
    }
    Arena *arena = arena_new(1 << 20);
    double start = now_s();
    Ledger *ledger = ledger_new();
    add_places(ledger, places, arena);
    add_assets(ledger, assets, arena);
    ledger_finish(ledger, model);
    printf("%zu places and %zu assets: built in %.2f s, %.1f MB\n", places, assets, now_s() - start,
           (double)ledger_bytes(ledger) * 1e-6);
    look_up(ledger_region(ledger, TEXT("9901")), assets, arena);
    ledger_free(ledger);
    model_free(model);
    arena_free(arena);
    return 0;
}
