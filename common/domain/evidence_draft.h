#ifndef ONECASE_DOMAIN_EVIDENCE_DRAFT_H
#define ONECASE_DOMAIN_EVIDENCE_DRAFT_H

#include "domain/address_fold.h"
#include "domain/address_scan.h"
#include "domain/evidence.h"
#include "domain/ledger.h"
#include "domain/model_data.h"

/*
 * Evidence while it is put together, shared by the evidence*.c files only. Texts lie in the report or on the arena, which
 * evidence_new rewinds.
 */
typedef struct EvidenceDraft {
    const Report *report;
    const Model *model;
    const LedgerRegion *region; /* NULL: nothing is known beforehand */
    Arena *arena;
    Folded text;      /* title and body, the feed's set phrases silenced */
    AddressScan scan; /* of the text */
    Evidence evidence;
} EvidenceDraft;

/* Full stops in place of the feed's set phrases. First. */
void evidence_silence_noise(EvidenceDraft *draft);
/* Places of the address field, the text and the name of the place, by their own names; fills the scan. */
void evidence_find_places(EvidenceDraft *draft);
/* The class by code and words. */
void evidence_choose_class(EvidenceDraft *draft);
/* The record numbers quoted, without those said to be another matter. */
void evidence_find_quotes(EvidenceDraft *draft);
/* Plate, equipment, component and device, out of their fields and the text. After the class. */
void evidence_find_assets(EvidenceDraft *draft);
/* Whether the report's place leaves room for the asset to be the one spoken of; NULL: no. */
bool evidence_asset_fits(EvidenceDraft *draft, const LedgerAsset *asset);
/* Completes place and point by what the ledger knows, counts the sites there. After all of the report's own. */
void evidence_ask_ledger(EvidenceDraft *draft);
/* Grams of what is left of the text without places, numbers and noise. After the places. */
void evidence_find_grams(EvidenceDraft *draft);
/* A copy in one heap block. */
Evidence *evidence_pack(const Evidence *evidence);

#endif
