#ifndef ONECASE_DOMAIN_HAZARD_PLACE_H
#define ONECASE_DOMAIN_HAZARD_PLACE_H

#include "domain/hazard.h"

/* The evidence kept of a hazard, to be had on the stack; lives as long as the hazard as it stands. */
typedef struct HazardKept {
    EvidenceView views[HAZARD_BUCKET_MAX];
    const Evidence *items[HAZARD_BUCKET_MAX]; /* the first is the anchor's */
    size_t count;
} HazardKept;

void hazard_kept_read(const Hazard *hazard, HazardKept *kept);

/*
 * Where a hazard is and what it is about, out of the evidence kept of it: the address that says most, the most precise
 * point, and of anything else what was said first. Texts and pointers are views of `kept`; what nobody said is absent.
 */
typedef struct HazardPlace {
    const Address *address; /* of equals the first; empty when nobody told a place */
    const Evidence *point;  /* whose point it is, WGS-84; NULL: none */
    const Asset *asset; /* one told in a field of its own before one read from text; NULL: none */
    Text community_code;
    Text grid_code;
    Text usc_code;
    Text party_name;
} HazardPlace;

/* `kept` is not empty. */
HazardPlace hazard_place(const HazardKept *kept);

#endif
