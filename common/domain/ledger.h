#ifndef ONECASE_DOMAIN_LEDGER_H
#define ONECASE_DOMAIN_LEDGER_H

#include "domain/asset.h"
#include "domain/geo.h"

/*
 * What a city knows beforehand: its assets (lifts, components, devices) and its places (the gazetteer). A snapshot, immutable, named by the
 * digest of its rows; part of the Model, so that a decision's model version names it (linkage.md 1 and 3). Made by
 * adapters/ledger_store.h from the tables assets and places.
 *
 * Everything is asked of one region. NULL for a region stands for "nothing known" and is fine everywhere.
 */
typedef struct Ledger Ledger;
typedef struct LedgerRegion LedgerRegion;

typedef enum LedgerPlaceKind {
    LEDGER_ESTATE,
    LEDGER_ROAD,
    LEDGER_DOOR,
    LEDGER_POI,
    LEDGER_ALIAS
} LedgerPlaceKind;

typedef struct LedgerPlace {
    LedgerPlaceKind kind;
    Text name;      /* as people write it, folded (address_fold) */
    Text canonical; /* what it stands for: the name itself, or the estate an alias means */
    Text parent;    /* the estate or road a door or POI belongs to; absent: none */
    bool has_point;
    GeoPoint point; /* WGS-84 */
    char precision; /* 'A'..'E' */
    int32_t sites;  /* things of a kind one expects there (lifts of an estate); 0 not known */
} LedgerPlace;

typedef struct LedgerAsset {
    AssetKind kind;
    Text id;
    Text place; /* its address, as text in the form of an address field: 锦绣花园3幢2单元 */
    bool has_point;
    GeoPoint point;
    char precision;
} LedgerAsset;

const LedgerRegion *ledger_region(const Ledger *ledger,
                                  Text region); /* NULL: nothing of that region */
Text ledger_version(const Ledger *ledger); /* digests of its snapshots; for the model's version */

/*
 * The place whose name is the longest that starts at codepoints[0]; NULL: none. `length` is its length in code points. Constant time for
 * each code point of the name.
 */
const LedgerPlace *ledger_place_at(const LedgerRegion *region,
                                   const uint32_t *codepoints,
                                   size_t count,
                                   size_t *length);

const LedgerAsset *
ledger_asset(const LedgerRegion *region, AssetKind kind, Text id); /* NULL: not known */

/* Assets of the kind whose place lies in that estate, along that road, or (with `building` not absent) in that building; 0 not known. */
int32_t ledger_sites(const LedgerRegion *region, AssetKind kind, Text site, Text building);

#endif
