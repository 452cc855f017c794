#ifndef ONECASE_DOMAIN_SCORER_INTERNAL_H
#define ONECASE_DOMAIN_SCORER_INTERNAL_H

#include "domain/model_data.h"
#include "domain/scorer.h"
#include "domain/scorer_place.h"

/* Shared by scorer*.c only: one comparison while its items are added. */
typedef enum AssetLevel {
    ASSET_LEVEL_NONE,
    ASSET_LEVEL_EQUAL,
    ASSET_LEVEL_EQUAL_TEXT,
    ASSET_LEVEL_NEAR,
    ASSET_LEVEL_DIFFERS,
    ASSET_LEVEL_DIFFERS_TEXT
} AssetLevel;

typedef enum ClassLevel {
    CLASS_UNKNOWN, /* nothing says what one of them is */
    /* One is not sure; what it may be: */
    CLASS_UNSURE_SAME,
    CLASS_UNSURE_AKIN,
    CLASS_UNSURE_OTHER,
    CLASS_SAME_LEAF,
    CLASS_SAME_GROUP,
    CLASS_CONFUSABLE,
    CLASS_SAME_LETTER,
    CLASS_UNRELATED
} ClassLevel;

typedef struct Comparison {
    const Model *model;
    const ModelWeights *weights;
    const Evidence *report;
    const Evidence *member;
    const HazardFacts *facts;
    Arena *arena;
    Score *score;
    ScoreItem *unseen; /* takes the values of items nobody asked for */
    PlaceFinding place;
    AssetLevel asset;
    const Asset *report_asset;
    const Asset *member_asset;
    LiftAgreement lift; /* of the labels; where numbers say it, unknown */
    LiftKind lift_kind;
    LiftLabel member_lift;
    ClassLevel class_level;
    const ClassPair *pair;
    int32_t place_mb; /* what the place added in all */
    int32_t sites;    /* where others of the family crowd */
} Comparison;

/* A new item at the end; its weight is added to the total. */
ScoreItem *
scorer_add_item(Comparison *comparison, const char *name, const char *level, int32_t weight_mb);
/* A whole number with a word behind it ("140米"), on the arena; absent without one. */
Text scorer_number_text(Arena *arena, int64_t number, const char *word);
int32_t scorer_smaller(int32_t a, int32_t b);
void scorer_add_veto(Score *score, const char *name); /* once; a static string, as for flags */
void scorer_add_flag(Score *score, const char *name);

void scorer_compare_assets(Comparison *c);
bool scorer_asset_is_equal(const Comparison *c);
void scorer_add_asset(Comparison *c); /* and which of a building's lifts is meant */
void scorer_add_quoted(Comparison *c);

void scorer_compare_classes(Comparison *c);
bool scorer_class_is_unsure(const Comparison *c); /* of one of the two */
void scorer_add_class(Comparison *c);
void scorer_note_relation(Comparison *c); /* of the two classes; after all vetoes */

void scorer_add_text(Comparison *c);
void scorer_add_party(Comparison *c);
void scorer_add_reporter(Comparison *c);
/* Within days of an earlier report of the same person's, it says that it is about that one: wherever it is said to be. */
bool scorer_is_recalled(const Comparison *c);
void scorer_add_gap(Comparison *c);
void scorer_add_tempo(Comparison *c);
/* Whether the hazard is a burst that runs: with the report three and more within two hours. */
bool scorer_burst_runs(const Comparison *c);

#endif
