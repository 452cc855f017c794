#ifndef ONECASE_DOMAIN_LEDGER_PARTS_H
#define ONECASE_DOMAIN_LEDGER_PARTS_H

#include "base/map.h"

#include "domain/ledger.h"
#include "domain/ledger_names.h"

/*
 * Shared by ledger*.c only. Places stand in order of (name, kind, parent), assets in order of
 * (kind, id, valid_from); tables hold indexes into these arrays, plus one.
 */
struct LedgerRegion {
    LedgerRegion *next;
    Text name;
    LedgerPlace *places;
    size_t place_count;
    size_t place_room;      /* while it is built */
    LedgerPlace *door_rows; /* doors: not among the names, a 3幢 stands everywhere */
    size_t door_count;
    size_t door_room;
    LedgerAsset *assets;
    size_t asset_count;
    size_t asset_room;
    /* distinct names: where their places start, and one entry for all of them */
    Text *names;
    uint32_t *first_place; /* one more than names */
    LedgerPlace *merged;
    size_t name_count;
    LedgerNames *trie;
    Map *doors;        /* ledger_door_keys -> door; LEDGER_SEVERAL */
    Map *assets_by_id; /* hash of kind and id -> the first */
    Map *sites;        /* ledger_sites_key -> count */
};

struct Ledger {
    Arena *arena;
    Arena *draft; /* arrays while they grow; NULL when finished */
    LedgerRegion *regions;
    Map *
        texts; /* while it is built: hash -> Text; what many rows have in common stands there once */
};

#define LEDGER_SEVERAL UINT64_MAX

enum { LEDGER_DOOR_KEYS_MAX = 4 };

/* Keys of the doors an address names, the finest first; the count. */
size_t ledger_door_keys(const Address *address, uint64_t keys[LEDGER_DOOR_KEYS_MAX]);
uint64_t ledger_asset_key(AssetKind kind, Text id);
/* `building` absent: the whole site. A lift stands in a ledger by its plate and by its equipment code: counted by kind. */
uint64_t ledger_sites_key(AssetKind kind, Text family, Text site, Text building);

/* Index into names, or SIZE_MAX. */
size_t ledger_name_index(const LedgerRegion *region, Text name);

#endif
