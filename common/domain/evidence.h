#ifndef ONECASE_DOMAIN_EVIDENCE_H
#define ONECASE_DOMAIN_EVIDENCE_H

#include "domain/address.h"
#include "domain/asset.h"
#include "domain/geo.h"
#include "domain/lift_label.h"
#include "domain/model.h"
#include "domain/report.h"

/*
 * What a report says that matters for matching: parsed once, compared many times. A pure function
 * of the report's stored columns and the model, so that memory rebuilt from PostgreSQL equals
 * memory that grew report by report.
 */
typedef enum Independence {
    INDEPENDENT,
    SAME_REPORTER, /* not used by evidence_new: a fact about a hazard's members */
    TRANSFERRED,   /* a copy handed on by another department (origin_no) */
    FOLLOW_UP      /* quotes the record it follows */
} Independence;

/* What a report says of an earlier one of the same caller, without its number. */
typedef enum Recall {
    RECALL_NONE,
    RECALL_SAME, /* 上次反映的问题: it is about the same */
    RECALL_OTHER /* 不是上次反映的那件: it is not */
} Recall;

/* Of more quoted numbers than that the first are taken. */
enum { EVIDENCE_ASSETS_MAX = 4, EVIDENCE_GRAMS_MAX = 128, EVIDENCE_QUOTED_MAX = 32 };

/* A character 1- or 2-gram: hash and its TF-IDF weight, scaled to integers; sorted by hash. Three bytes, at any address:
 * a hundred of them are kept for each hazard. */
typedef struct __attribute__((packed)) Gram {
    uint16_t hash;
    uint8_t weight;
} Gram;

enum { GRAM_TABLE_SLOTS = 2048 };

typedef struct Evidence {
    int64_t report_id;
    int64_t event_at; /* microseconds UTC */
    Text source;
    Text record_no;
    Text origin_no; /* of the copy's original, with its source */
    Text origin_source;
    TextList quoted_nos;
    const HazardClass *category; /* of code and words */
    int32_t category_confidence; /* below 60 the class comparison says nothing */
    uint32_t aspects; /* set of what is wrong within the leaf (model_aspects); 0: not told */
    Address address;
    Text place_text; /* address_standard, for the waterfall */
    bool has_point;
    GeoPoint point; /* WGS-84 */
    char precision; /* 'A'..'E' */
    /* Geocoded from the address (flag point_geocoded): the same fact, said twice. */
    bool point_derived;
    Text community_code;
    Text grid_code;
    PlaceSites ledger_sites; /* assets of the class's kind that the ledger has there */
    Asset assets[EVIDENCE_ASSETS_MAX];
    size_t asset_count;
    LiftLabel lift_label; /* classes of group A: which lift of the building */
    Text usc_code;
    bool usc_valid;
    Text party_name;
    Text reporter; /* number of the key, a colon and the bytes of the hash; absent when unknown */
    Text reporter_before; /* under the key before a rotation, or absent */
    bool reporter_staff;
    bool reporter_masked;
    bool told_by_device; /* a detector, which tells of its alarm again and again */
    Independence independence;
    Recall recall;
    const Gram *grams;
    size_t gram_count;
    uint32_t gram_norm; /* sum of the squares of the weights */
    /* The grams once more as a table of GRAM_TABLE_SLOTS (text_similarity_mark): makes comparing with many others
     * quicker; NULL: there is none. */
    const uint32_t *gram_table;
    size_t text_length; /* code points of the text that was compared */
} Evidence;

/* Which report it is and where it came from: what the hub keeps beside the report itself. */
typedef struct EvidenceOrigin {
    Text source; /* H12345, GRID ... */
    Text region; /* whose assets and places the model's ledger is asked for; absent: none */
    int64_t report_id;
    int64_t event_at; /* event time as it was decided (report_event_time; column event_at) */
} EvidenceOrigin;

/*
 * Builds the evidence of a report in one heap block (evidence_free); `scratch` is used and rewound. The texts of report
 * and origin are copied, the class points into the model. What the report leaves out of its place is completed from the
 * ledger. Never fails.
 */
Evidence *evidence_new(const Report *report,
                       const EvidenceOrigin *origin,
                       const Model *model,
                       Arena *scratch);
void evidence_free(Evidence *evidence); /* NULL is fine */

/* Fills in ledger_sites, which a view of packed evidence has not; nothing when the model has no ledger of the region. */
void evidence_count_sites(Evidence *evidence, Text region, const Model *model);

/*
 * Whether one person told both: they share one of their up to two hashes. While keys rotate, a
 * report carries the hash under the new and under the old key.
 */
bool evidence_same_reporter(const Evidence *a, const Evidence *b);

/* Whether two record numbers are one: people write letters small or large. Empty ones are none. */
bool evidence_same_record(Text a, Text b);

#endif
