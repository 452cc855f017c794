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
enum { ADDRESS_PLACES_MAX = 8, ADDRESS_SPANS_MAX = 48, ADDRESS_NAME_MAX = 12 };

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
    PART_WORD   /* a border: a word that looks like an ending */
} PartKind;

typedef struct AddressPlace {
    Address address;
    unsigned parts;   /* bit set of PartKind */
    size_t end;       /* behind the last part */
    size_t site_from; /* where the name of road or estate starts */
    bool if_owner;    /* the reporter's own place if 业主 follows */
    bool yard;        /* road_no is that of a yard (号院) */
} AddressPlace;

typedef struct AddressSpan {
    size_t from;
    size_t to;
} AddressSpan;

typedef struct AddressScan {
    const uint32_t *codepoints;
    size_t count;
    Arena *arena;
    bool free_text; /* body or title, not an address field */
    AddressPlace places[ADDRESS_PLACES_MAX];
    size_t place_count;
    AddressSpan spans[ADDRESS_SPANS_MAX]; /* of all parts, ascending */
    size_t span_count;
    /* while scanning */
    size_t name_from; /* where a name may start */
    PartKind last;    /* the last part or border, */
    size_t last_from; /* where it starts, with its name, */
    size_t last_end;  /* and the index behind it */
    PlaceRole next_role;
    bool next_if_owner;
    bool clause_ended; /* a comma or full stop since the last part */
} AddressScan;

void address_scan(AddressScan *scan, Folded text, bool free_text, Arena *arena);

/* The one address a scan speaks of: the first place that is not the reporter's own, completed from the others. */
void address_of_scan(AddressScan *scan, Address *parsed);

/* For the parts of the scanner only. */
/* The place a part of this kind belongs to, a new one when it must; NULL when there is no room. Notes the part. */
AddressPlace *address_scan_part(AddressScan *scan, PartKind kind, size_t from, size_t end);
/* Takes a number and what belongs to it at `at`; the index behind it, or `at` when there is none. */
size_t address_scan_number(AddressScan *scan, size_t at);
/* An estate whose ending stands at `at`. False: it is none. */
bool address_scan_estate(AddressScan *scan, size_t at, const Lexeme *lexeme);
/*
 * 李家村三组12号, 和平里社区12号楼: a village or community right before a house stands for the estate. The index behind it,
 * or `at`.
 */
size_t address_scan_settlement(AddressScan *scan, size_t at, const Lexeme *lexeme);
bool address_scan_direction(uint32_t codepoint); /* 东西南北中 */
Text address_scan_text(const AddressScan *scan, size_t from, size_t end);

#endif
