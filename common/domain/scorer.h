#ifndef ONECASE_DOMAIN_SCORER_H
#define ONECASE_DOMAIN_SCORER_H

#include "domain/evidence.h"

/*
 * The Fellegi-Sunter score of a report against a hazard, in millibits, with its explanation: an
 * ordered list of comparisons that adds up exactly to the total. linkage.md 1.
 */
enum { SCORE_ITEMS_MAX = 16, SCORE_VETOES_MAX = 6, SCORE_FLAGS_MAX = 4 };

typedef struct ScoreItem {
    const char *comparison; /* prior place asset quoted class text party reporter gap tempo */
    const char *level;      /* P2, same_leaf, le_7d ...: static strings */
    int32_t weight_mb;
    Text report_value; /* what the report says, for the waterfall; on the arena */
    Text hazard_value; /* what the member of the hazard says */
    Text detail;       /* what the two amount to, for the sentence: 9天, 958‰; mostly absent */
} ScoreItem;

typedef struct Score {
    int64_t hazard_id;
    int64_t member_id; /* report_id of the member it was compared with */
    ScoreItem *items;  /* on the arena; NULL: made without one */
    size_t count;
    int32_t total_mb; /* sum of the items, before competition */
    /* asset, building, unit, relation (cause and incident), class (an area hazard takes in only its own
     * and confusable classes); "person" is the caller's. */
    const char *vetoes[SCORE_VETOES_MAX];
    size_t veto_count;
    /* address_point_conflict, asset_place_conflict, asset_near, quoted_unrelated */
    const char *flags[SCORE_FLAGS_MAX];
    size_t flag_count;
    bool review_only; /* whatever the total: a person decides (asset_near, quoted_unrelated) */
    /* precursor, same_event, same_party: to be noted when the two are not joined; NULL none. */
    const char *relation;
    bool report_comes_first;    /* of a precursor: the report is the cause, not the incident */
    int32_t link_mb, review_mb; /* thresholds of the model, for the sentence */
    bool agrees;                /* place >= P5 and class not unrelated */
    bool contradicts;           /* an X level, or unrelated class */
    bool asset_equal;           /* one of a field of its own on both sides */
    const char *place_level;    /* P1..P9, X1, X2, P0: of the side that decided */
} Score;

/* What the hazard as a whole adds to a pairwise comparison. */
typedef struct HazardFacts {
    int64_t hazard_id;
    int64_t nearest_gap_us; /* distance in time from the report to the nearest member */
    int32_t members_in_2h; /* members within two hours of the report's event time, without itself */
    int32_t members_in_30d;
    PlaceSites crowd;      /* live hazards of the report's family where it points to */
    int32_t party_hazards; /* live hazards of the same party */
    bool
        quoted; /* the report quotes a record number of this hazard, or a record of it the report's, or they are copies */
    bool
        copied; /* the report and one of its records are one sheet, handed on between departments (origin_no) */
    const HazardClass *worst_class; /* of the hazard */
    /* Area scope, once several people have said where: the first sure point, its precision (0: not known yet), and how far
     * from it most members lie (domain/hazard_extent.h). */
    GeoPoint anchor;
    char anchor_precision;
    int32_t extent_m;
    LiftLabel lift_label; /* what its members say together */
    Asset
        other_asset; /* of a member, of a kind that the report has too, when no member has the same; ASSET_NONE: none */
} HazardFacts;

/*
 * Compares `report` with one member of a hazard. Items and their texts live on the arena. Without one (NULL) everything
 * but items and wording is worked out, several times as quickly: the total is what scorer_text_mb would add to it. Never
 * fails.
 */
void scorer_compare(const Model *model,
                    const Evidence *report,
                    const Evidence *member,
                    const HazardFacts *facts,
                    Arena *arena,
                    Score *score);

/* What the wording of the two adds to a total. */
int32_t scorer_text_mb(const Model *model, const Evidence *report, const Evidence *member);
/* The most that it may add. */
int32_t scorer_text_most_mb(const Model *model);

/*
 * Fills in the values of items that are only worth showing for a decision's best score: both event times of the gap
 * (`nearest_at`: of the hazard's nearest member), both lengths of the text. Texts live on the arena.
 */
void scorer_show_values(
    Score *score, const Evidence *report, const Evidence *member, int64_t nearest_at, Arena *arena);

/*
 * Competition: log2(1 + sum over the other candidates of 2^S) in millibits, by an integer table,
 * summed in the order given (callers sort by hazard id). Vetoed candidates do not compete.
 */
int32_t scorer_competition_mb(const int32_t *other_totals_mb, size_t count);

#endif
