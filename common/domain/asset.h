#ifndef ONECASE_DOMAIN_ASSET_H
#define ONECASE_DOMAIN_ASSET_H

#include "base/text.h"

/* A thing with a number of its own. Numbers of different kinds never contradict each other. */
typedef enum AssetKind {
    ASSET_NONE,
    ASSET_PLATE,     /* lift plate (96333), five or six digits */
    ASSET_EQUIPMENT, /* special equipment: 18 digits, or a registration code of 20 */
    ASSET_COMPONENT, /* city component, 16 digits */
    ASSET_DEVICE     /* any other: a detector, a lamp post */
} AssetKind;

typedef struct Asset {
    AssetKind kind;
    Text id;
    bool structured; /* a field of its own; false: read out of free text */
    bool valid;      /* the ledger knows it, at a place that the report does not contradict */
} Asset;

/* lift equipment component device, as in column hazards.asset_kind; NULL of ASSET_NONE. */
const char *asset_kind_name(AssetKind kind);

#endif
