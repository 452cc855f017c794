#ifndef ONECASE_DOMAIN_LEDGER_H
#define ONECASE_DOMAIN_LEDGER_H

#include "domain/address.h"
#include "domain/asset.h"
#include "domain/geo.h"
#include "domain/model.h"

/*
 * What a city knows beforehand: its assets (lifts, components, devices) and its places (the gazetteer). A snapshot, immutable,
 * named by the digest of its rows; part of the Model, so that a decision's model version names it (linkage.md 1 and 3). Read
 * from the tables assets and places by adapters/ledger_store.h.
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

enum { LEDGER_NAME_MAX = 64 /* code points of a name */ };

typedef struct LedgerPlace {
    LedgerPlaceKind kind;
    Text name; /* as people write it, folded (address_fold) */
    Text
        canonical; /* as an Address has it: the estate's or road's name, of an alias what it stands for */
    Text parent; /* in the same form: the estate or road it belongs to; absent: none */
    bool has_point;
    GeoPoint point; /* WGS-84 */
    char precision; /* 'A'..'E'; 0 without a point */
    int32_t sites;  /* things of a kind one expects there (lifts of an estate); 0 not known */
} LedgerPlace;

typedef struct LedgerAsset {
    AssetKind kind;
    Text id;       /* folded */
    Text category; /* leaf of the hazards one expects of it (A02, E01); absent: that of its kind */
    Text place; /* its address, as text in the form of an address field: 锦绣花园3幢2单元 */
    bool has_point;
    GeoPoint point;
    char precision;
    int32_t valid_from; /* days as yyyymmdd at +08:00: in force from this day ... */
    int32_t valid_to;   /* ... up to the day before this one; 0: open */
} LedgerAsset;

const LedgerRegion *ledger_region(const Ledger *ledger,
                                  Text region); /* NULL: nothing of that region */

/*
 * The place whose name is the longest that starts at codepoints[0] (folded); NULL: none. `length` is its length in code points.
 * Constant time for each code point of the name. Doors are not among them (ledger_door). Where several places bear the name,
 * what is answered here has neither parent nor point (ledger_poi).
 */
const LedgerPlace *ledger_place_at(const LedgerRegion *region,
                                   const uint32_t *codepoints,
                                   size_t count,
                                   size_t *length);

/* The place of that name as a whole (folded); NULL: none. As above where there are several. */
const LedgerPlace *ledger_place(const LedgerRegion *region, Text name);

/* The one POI of the name that the address does not contradict: it lies in its estate or along its road. NULL: none, or several. */
const LedgerPlace *ledger_poi(const LedgerRegion *region, Text name, const Address *address);

/* The one door (house, building, or unit of a building) that the address names; NULL: none, several, or the place is not a door's. */
const LedgerPlace *ledger_door(const LedgerRegion *region, const Address *address);

/* The asset in force at a time (microseconds UTC); NULL: not known. */
const LedgerAsset *ledger_asset(const LedgerRegion *region, AssetKind kind, Text id, int64_t at_us);

/*
 * What the address calls by an alias it calls by its name from now on: an estate, or a road with its lane or number that is
 * another name of one (甲路396弄 of 乙花苑). New texts lie on the arena or in the ledger.
 */
void ledger_resolve(const LedgerRegion *region, Address *address, Arena *arena);

/*
 * Things of a family (HazardClass.family) that the ledgers know in an estate, along a road, or (with `building` not absent: 3 of
 * 3幢, 128 of 128号) in that building; 0 not known. For crowding.
 */
int32_t ledger_sites(const LedgerRegion *region, Text family, Text site, Text building);

/* ---- building: for adapters/ledger_store.h and tests ---- */

Ledger *ledger_new(void);
void ledger_free(Ledger *ledger); /* NULL is fine */

/* Texts are copied and folded here. Names beyond LEDGER_NAME_MAX are left out. */
void ledger_add_place(Ledger *ledger, Text region, const LedgerPlace *place);
void ledger_add_asset(Ledger *ledger, Text region, const LedgerAsset *asset);

/* Once, last, before anything is asked. The model's classes tell the families. */
void ledger_finish(Ledger *ledger, const Model *model);

size_t ledger_bytes(const Ledger *ledger); /* memory it takes, about */

#endif
