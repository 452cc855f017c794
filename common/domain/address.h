#ifndef ONECASE_DOMAIN_ADDRESS_H
#define ONECASE_DOMAIN_ADDRESS_H

#include "base/text.h"

/*
 * A Chinese address taken apart by the grammar of linkage.md 3. Texts are normalised for comparison
 * (NFKC, simplified forms, Chinese numerals before counters as digits, 栋 号楼 座 # as 幢) and live
 * on the arena given; absent parts are absent texts. Linear in the length of the text.
 */
typedef enum PlaceRole { PLACE_UNKNOWN, PLACE_HAZARD, PLACE_REPORTER } PlaceRole;

enum { ADDRESS_BUILDINGS_MAX = 16 };

typedef struct Address {
    Text road;       /* 建设路 */
    Text road_no;    /* 128, 128-2: the number of the door (号) */
    Text lane_no;    /* 396 of "396弄" */
    Text cross_road; /* junction: the second road; road < cross_road bytewise, so that the pair is
                        unordered */
    Text estate;     /* 锦绣花园, with its phase (二期 -> 2期) */
    TextList buildings;     /* a set, sorted: 3, 3A, A */
    Text unit;              /* 2 */
    Text floor;             /* 7, -1 */
    bool floor_or_building; /* 锦绣花园3楼: the floor may as well be the building */
    Text room;              /* 701 */
    Text poi;               /* a landmark, gate or metro exit */
    Text relation;          /* 对面, 附近 … : the place named is not the place meant */
    int32_t relation_m;     /* metres behind the relation, 0 when none */
    PlaceRole role;         /* whose place the words speak of */
} Address;

/* What a ledger knows of one region (domain/ledger.h). */
typedef struct LedgerRegion LedgerRegion;

/* Parses the address field of a report. */
void address_parse(Text address, Arena *arena, Address *parsed);

/* The same; names that the ledger knows come before the grammar. NULL: none is known. */
void address_parse_known(Text address, const LedgerRegion *ledger, Arena *arena, Address *parsed);

/*
 * Looks for places in free text (title, body). The reporter's own place (我住, 家住, 本人是…业主)
 * is not used when another follows. True when a place was found.
 */
bool address_find(Text text, Arena *arena, Address *parsed);

/* Takes what `base` lacks from `other` when the two do not contradict each other (same or missing
 * road and estate). */
void address_complete(Address *base, const Address *other);

/* 3幢2单元, 建设路128号 …: for screens and tables. */
Text address_standard(const Address *address, Arena *arena);

/* 锦绣花园 of 锦绣花园2期东区, 李家村 of 李家村3组; the name itself when it has no phase. */
Text address_estate_base(Text estate);

/*
 * Whether both name one estate, whatever its part; *other_part: the parts contradict each other (2期 and 3期, but not 2期
 * and 东区).
 */
bool address_estate_same(Text a, Text b, bool *other_part);

bool address_is_empty(const Address *address);

#endif
