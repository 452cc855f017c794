#ifndef ONECASE_DOMAIN_EVIDENCE_PACKED_H
#define ONECASE_DOMAIN_EVIDENCE_PACKED_H

#include "domain/evidence.h"

/*
 * Evidence as it is kept for comparison: one heap block, in which what a report does not say costs nothing. Immutable
 * and counted: a hazard and its copies in overlays share it.
 */
typedef struct EvidencePacked EvidencePacked;

/* A view of packed evidence, to be had on the stack. Nothing to free. */
typedef struct EvidenceView {
    Evidence evidence;
    Text texts[ADDRESS_BUILDINGS_MAX + EVIDENCE_QUOTED_MAX];
} EvidenceView;

/*
 * Packs a copy with one reference. Of the grams the heaviest `grams_max` are kept, ties to the smaller hash. place_text is
 * left out (address_standard makes it), and ledger_sites (those of the report that asks count).
 */
EvidencePacked *evidence_packed_new(const Evidence *evidence, size_t grams_max);
EvidencePacked *evidence_packed_keep(EvidencePacked *packed); /* one more reference; returns it */
void evidence_packed_drop(EvidencePacked *packed); /* one less; the last frees it. NULL is fine */

/* Fills the view and returns its evidence, which lives as long as both do. */
const Evidence *evidence_packed_view(const EvidencePacked *packed, EvidenceView *view);

/* Cheaper than a view. */
int64_t evidence_packed_report_id(const EvidencePacked *packed);
LiftLabel evidence_packed_lift_label(const EvidencePacked *packed);

/* Into the cache: head and texts; the grams, when those have come. Change nothing. */
void evidence_packed_prefetch(const EvidencePacked *packed);
void evidence_packed_prefetch_grams(const EvidencePacked *packed);
/* Where it is, cheaper than by a view; false: no point, or one that says no more than the address it was made from. */
bool evidence_packed_point(const EvidencePacked *packed, GeoPoint *point, char *precision);
const HazardClass *evidence_packed_category(const EvidencePacked *packed);

size_t evidence_packed_size(const EvidencePacked *packed); /* bytes of the block */

#endif
