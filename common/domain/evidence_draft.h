#ifndef ONECASE_DOMAIN_EVIDENCE_DRAFT_H
#define ONECASE_DOMAIN_EVIDENCE_DRAFT_H

#include "domain/address_fold.h"
#include "domain/address_scan.h"
#include "domain/evidence.h"
#include "domain/ledger.h"
#include "domain/model_data.h"

/* Of more numbers in a text than that the first are looked at, and of those that may be a record's so many are taken. */
enum { EVIDENCE_TOKENS_MAX = 128, EVIDENCE_TEXT_QUOTED_MAX = 8 };

/* A run of letters, digits and hyphens with a digit in it. */
typedef struct EvidenceToken {
    size_t from;
    size_t end;
    Text id;
    bool digits;      /* nothing else */
    PhraseKind label; /* the word before it that says whose number it is; PHRASE_NOISE: none */
} EvidenceToken;

/*
 * Evidence while it is put together, shared by the evidence*.c files only. Texts lie in the report or on the arena, which
 * evidence_new rewinds.
 */
typedef struct EvidenceDraft {
    const Report *report;
    const Model *model;
    const LedgerRegion *region; /* NULL: nothing is known beforehand */
    Arena *arena;
    Folded text;           /* title and body, the feed's set phrases silenced */
    AddressScan scan;      /* of the text */
    EvidenceToken *tokens; /* of the text */
    size_t token_count;
    Evidence evidence;
} EvidenceDraft;

/* Full stops in place of the feed's set phrases. First. */
void evidence_silence_noise(EvidenceDraft *draft);
/* Places of the address field, the text and the name of the place, by their own names; fills the scan. */
void evidence_find_places(EvidenceDraft *draft);
/* The class by code and words. */
void evidence_choose_class(EvidenceDraft *draft);
/* Numbers of three characters or more, and what they are called. */
void evidence_find_tokens(EvidenceDraft *draft);
bool evidence_is_alphanumeric(uint32_t codepoint); /* folded: '0'..'9', 'A'..'Z' */
bool evidence_is_asset_label(PhraseKind kind);     /* plate, equipment, component, device */
/* Plate, equipment, component and device, out of their fields and the text. After the class and the tokens. */
void evidence_find_assets(EvidenceDraft *draft);
bool evidence_is_component(Text id); /* shaped as the code of a city component (domain.md 2.2) */
/*
 * The record numbers quoted: those the mapping found and what else has the shape of one, without those said to be another
 * matter. After the assets. Whether a number is a record's shows when it is looked up: one that no record has is a key and
 * nothing more.
 */
void evidence_find_quotes(EvidenceDraft *draft);
/* Whether the text, from `from` to `to` of it a record's number, says that its own matter is another one. */
bool evidence_quote_denied(const EvidenceDraft *draft, size_t from, size_t to);
/* As evidence_quote_denied, of words for an earlier report: denials in the same clause alone. */
bool evidence_recall_denied(const EvidenceDraft *draft, size_t from, size_t to);
/* What is said of an earlier report of the caller's own. */
void evidence_find_recall(EvidenceDraft *draft);
/* Which of a building's lifts is spoken of; for classes of group A. After class and places. */
void evidence_find_lift(EvidenceDraft *draft);
/* Whether the report's place leaves room for the asset to be the one spoken of; NULL: no. */
bool evidence_asset_fits(EvidenceDraft *draft, const LedgerAsset *asset);
/* Completes place and point by what the ledger knows, counts the sites there. After all of the report's own. */
void evidence_ask_ledger(EvidenceDraft *draft);
/* Grams of what is left of the text without places, numbers and noise. After the places. */
void evidence_find_grams(EvidenceDraft *draft);
/* A copy in one heap block. */
Evidence *evidence_pack(const Evidence *evidence);

#endif
