#ifndef ONECASE_DOMAIN_ADDRESS_SCAN_H
#define ONECASE_DOMAIN_ADDRESS_SCAN_H

#include "domain/address.h"
#include "domain/address_fold.h"
#include "domain/address_lexicon.h"
#include "domain/address_number.h"

/*
 * One pass over folded text that gathers the parts of places: road, number, estate, buildings, ... A part belongs to the
 * place before it unless that place has such a part already, or a coarser part follows a finer one. Used by
 * address.c and evidence.c.
 */
enum {
    ADDRESS_PLACES_MAX = 8,
    ADDRESS_SPANS_MAX = 48,
    ADDRESS_NAME_MAX = 12,     /* code points of a name before its ending, in an address field */
    ADDRESS_TEXT_NAME_MAX = 7, /* and in free text */
    ADDRESS_RANGE_MAX = 16     /* buildings of a range */
};

typedef enum PartKind {
    PART_NONE,
    PART_ROAD,
    PART_ROAD_NO,
    PART_LANE,
    PART_ESTATE,
    PART_BUILDINGS,
    PART_UNIT,
    PART_FLOOR,
    PART_ROOM,
    PART_POI,
    PART_GATE,
    PART_RELATION,
    PART_ADMIN, /* a border: not kept */
    PART_WORD   /* a border: a word that is no part of a name */
} PartKind;

typedef struct AddressPlace {
    Address address;
    unsigned parts;  /* bit set of PartKind */
    size_t from;     /* where its first part starts, */
    size_t end;      /* and behind the last one */
    Text first_road; /* of a junction: the road that was named first */
    Text open_gate;  /* 小区东门: the gate of an estate that is named elsewhere */
    bool if_owner;   /* the reporter's own place if 业主 follows */
    bool yard;       /* road_no is that of a yard (号院) */
    bool village;    /* the estate is a village: a finer name may follow */
    bool aside;      /* 不是3幢 */
    bool anchor;     /* named only to find another place by it */
    bool storey;     /* the floor is written 层: no building */
} AddressPlace;

typedef struct AddressSpan {
    size_t from;
    size_t to;
} AddressSpan;

typedef struct AddressScan {
    const uint32_t *codepoints;
    size_t count;
    Arena *arena;
    const LedgerRegion *ledger; /* NULL: nothing is known */
    bool free_text;             /* body or title, not an address field */
    AddressPlace places[ADDRESS_PLACES_MAX];
    size_t place_count;
    AddressSpan spans[ADDRESS_SPANS_MAX]; /* of all parts, ascending */
    size_t span_count;
    size_t steps; /* words and numbers looked for: grows with the text, for the tests */
    /* while scanning */
    size_t name_from;     /* where a name may start */
    PartKind last;        /* the last part or border, */
    size_t last_from;     /* where it starts, with its name, */
    size_t last_end;      /* and the index behind it; */
    size_t last_own;      /* 北山区|公园: where the words of its own start */
    LexemeKind last_word; /* of a border */
    bool next_reporter;   /* the next place is the reporter's, */
    bool next_if_owner;   /* is it if 业主 follows, */
    bool next_aside;      /* is not meant */
    bool clause_ended;    /* a comma or full stop since the last part */
    bool segment;         /* 建设路(人民路至…: the next road ends a stretch */
    bool turn;            /* 拐进: the next road crosses the last one */
    bool metro;           /* 地铁: a name that ends in 站 follows */
} AddressScan;

/* `ledger` may be NULL. */
void address_scan(
    AddressScan *scan, Folded text, bool free_text, const LedgerRegion *ledger, Arena *arena);

/* The one address a scan speaks of: the first place that is not the reporter's own, completed from the others. */
void address_of_scan(AddressScan *scan, Address *parsed);

/* ---- for the parts of the scanner only ---- */

/* address_scan.c: what is there */
uint32_t address_scan_at(const AddressScan *scan, size_t at); /* 0 beyond the end */
const Lexeme *address_scan_lexeme(AddressScan *scan, size_t at);
bool address_scan_read(AddressScan *scan, size_t at, AddressNumber *number);
CounterKind address_scan_counter(const AddressScan *scan, size_t at, size_t *length);
Text address_scan_text(const AddressScan *scan, size_t from, size_t end);
Text address_scan_number_text(const AddressScan *scan, const AddressNumber *number);
Text address_scan_canonical(const AddressScan *scan, const Lexeme *lexeme);

/* address_place.c: places and their parts */
AddressPlace *address_scan_place(AddressScan *scan); /* the last one; NULL: none */
bool address_scan_has(const AddressPlace *place, PartKind kind);
bool address_scan_follows(const AddressScan *scan, PartKind kind, size_t at);
/* The place a part of this kind belongs to, a new one when it must; NULL when there is no room. Notes the part. */
AddressPlace *address_scan_part(AddressScan *scan, PartKind kind, size_t from, size_t end);
void address_scan_border(AddressScan *scan, PartKind kind, size_t from, size_t end);
void address_scan_extend(AddressScan *scan, size_t end); /* what was taken last reaches to here */
void address_scan_skip(AddressScan *scan, size_t from, size_t end); /* a span that is no part */
/* Forgets the last estate or landmark: its words turned out to be part of another name. */
void address_scan_take_back(AddressScan *scan);
/* Whether the name between the last part and an ending at `at` is none of its own: empty, 南, 一. */
bool address_scan_leans(const AddressScan *scan, size_t at);
/* Where the name of an ending at `at` starts. */
size_t address_scan_name(const AddressScan *scan, size_t at);
size_t address_scan_name_max(const AddressScan *scan);
/* 往机场方向: no place, a direction. */
bool address_scan_heading(const AddressScan *scan, size_t end);

/* Each takes what its word at `at` ends or begins. The index behind it, or `at`: it is nothing of the kind. */
size_t address_road_take(AddressScan *scan, size_t at, const Lexeme *lexeme);
size_t address_road_junction(AddressScan *scan, size_t at, const Lexeme *lexeme);
size_t address_road_ramp(AddressScan *scan, size_t at, const Lexeme *lexeme);
size_t address_road_turn(AddressScan *scan, size_t at, const Lexeme *lexeme);
size_t address_road_highway(AddressScan *scan, size_t at); /* 104国道, K12+300, 12公里处 */
/* Whether the number of a door or the words of a crossing stand at `at`. */
bool address_road_is_pinned(AddressScan *scan, size_t at);
void address_road_add(AddressScan *scan, Text name, size_t from, size_t end, bool closed);
size_t address_estate_take(AddressScan *scan, size_t at, const Lexeme *lexeme);
size_t address_estate_village(AddressScan *scan, size_t at, const Lexeme *lexeme);
/* 马桥村委会4组: the group is the village's. `end` is behind the office whose word starts at `at`. */
size_t address_estate_of_office(AddressScan *scan, size_t at, size_t end);
size_t address_estate_hamlet(AddressScan *scan, size_t at, const Lexeme *lexeme);
/* Phases and yards behind an estate's name (二期, A区, 5号院); `name` grows by them. */
size_t address_estate_phases(AddressScan *scan, size_t at, Text *name);
/* A name without ending right before a building at `at`, taken as the estate. */
void address_estate_unnamed(AddressScan *scan, size_t at);
/* address_admin.c */
size_t address_admin_take(AddressScan *scan, size_t at, const Lexeme *lexeme);
/* A sub-district, community or office at `at` is called after the road or landmark before it: that is none then. */
void address_admin_rename(AddressScan *scan, size_t at);
bool address_admin_is_office(Text name);
/* 清水村委会|金水路: the road or estate that starts at `from` lies in the office's area, and is not the office. */
void address_admin_leave_office(const AddressScan *scan, AddressPlace *place, size_t from);
/* address_maybe.c */
size_t address_maybe_take(AddressScan *scan, size_t at, const Lexeme *lexeme);
/* Whether the road ending at `at` belongs to a name with the word of prose before it: 河道|街12号. */
bool address_maybe_in_road(AddressScan *scan, size_t at);
/* Whether the one-character word at `at` is part of a road's name: 自由|路, 沿|江路. */
bool address_maybe_is_name(AddressScan *scan, size_t at);
size_t address_landmark_take(AddressScan *scan, size_t at, const Lexeme *lexeme);
size_t address_landmark_station(AddressScan *scan, size_t at, const Lexeme *lexeme);
size_t address_landmark_gate(AddressScan *scan, size_t at, const Lexeme *lexeme);
size_t address_landmark_facility(AddressScan *scan, size_t at, const Lexeme *lexeme);
size_t address_landmark_building(AddressScan *scan, size_t at, const Lexeme *lexeme);
size_t address_landmark_known(AddressScan *scan, size_t at); /* of the ledger */
size_t address_relation_take(AddressScan *scan, size_t at, const Lexeme *lexeme);
void address_relation_owner(AddressScan *scan, size_t at);
size_t address_door_take(AddressScan *scan, size_t at);
size_t address_building_take(AddressScan *scan, size_t at);
size_t address_building_dashes(AddressScan *scan, size_t at);
/* Whether building and room or unit with a dash stand at `at`: 18-302, 3-2-501, 2-2. */
bool address_building_is_dashed(AddressScan *scan, size_t at);
/* Whether nothing stands at `at` that a number without counter before it (2-3, 402) could count, or go on with. */
bool address_building_number_ends(AddressScan *scan, size_t at);
void address_building_add_name(AddressScan *scan, Text name, size_t from, size_t end);
size_t address_inside_take(AddressScan *scan, size_t at);
size_t address_inside_tail(AddressScan *scan, size_t at);
size_t address_inside_floor(AddressScan *scan, size_t at, const Lexeme *lexeme);
size_t address_inside_side(AddressScan *scan, size_t at); /* 东单元 */
bool address_inside_unit_follows(AddressScan *scan, size_t at);
bool address_inside_is_count(AddressScan *scan, size_t at); /* 有3栋楼: how many */

#endif
