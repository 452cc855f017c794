#ifndef ONECASE_DOMAIN_MODEL_DATA_H
#define ONECASE_DOMAIN_MODEL_DATA_H

#include "domain/model.h"

/*
 * What a Model is made of: filled once by adapters/model_file.c, read by evidence, scorer and blocking. Weights in
 * millibits. Levels and where their numbers come from: linkage.md 1.
 */
typedef enum PlaceLevel {
    PLACE_P0, /* not comparable */
    PLACE_P1, /* same unit or room */
    PLACE_P2, /* same building, road and number, lane and number */
    PLACE_P3, /* same landmark, gate or junction */
    PLACE_P4, /* same estate, building missing on a side */
    PLACE_P5, /* same road, number missing on a side */
    PLACE_P6, /* points within max(15 m, R/3) */
    PLACE_P7, /* within R + e */
    PLACE_P8, /* within 2 (R + e) */
    PLACE_P9, /* coarse points, or community or grid only */
    PLACE_X1, /* other building or unit of the same estate, other number of the same road */
    PLACE_X2, /* elsewhere */
    PLACE_LEVELS
} PlaceLevel;

enum {
    MODEL_GAP_LEVELS_MAX = 8,
    MODEL_TEXT_LEVELS_MAX = 8,
    MODEL_PRECISIONS = 5,
    MODEL_ASPECTS_MAX = 32
};

/* Ascending upper bounds; the last step has no bound (INT64_MAX). */
typedef struct GapStep {
    int64_t within_s;
    int32_t weight_mb;
    const char *level; /* le_7d, over_30d ...: on the model's arena */
} GapStep;

typedef struct GapTable {
    GapStep steps[MODEL_GAP_LEVELS_MAX];
    size_t count;
} GapTable;

/* Descending lower bounds in thousandths of the cosine; the last is 0. */
typedef struct TextStep {
    int32_t from_permille;
    int32_t weight_mb;
    const char *level; /* ge_0.50 ... */
} TextStep;

typedef struct ModelWeights {
    int32_t prior;
    int32_t link, review, possible;
    int32_t merge;         /* two hazards are one from so much above link on */
    int32_t merge_members; /* the smaller of the two has at most so many */
    int32_t bucket_s; /* a bucket takes what was told within so many seconds of what it holds */
    int32_t place[PLACE_LEVELS];
    int32_t place_p8_area;
    int32_t coarser_agrees, coarser_conflicts;
    int32_t point_conflicts; /* instead, when the address decided */
    int32_t asset_equal, asset_equal_text, asset_differs_text, asset_near, asset_place_max;
    int32_t label_equal, label_differs; /* which of a building's lifts */
    int32_t quoted, copied;
    int32_t same_leaf, same_group, same_letter, unknown_class, unrelated;
    int32_t unsure_same, unsure_akin, unsure_other; /* one is below class_confidence_min */
    int32_t rarity_max;
    int32_t same_aspect, other_aspect; /* within one leaf: what is wrong with it */
    int32_t title_confidence;     /* a keyword in the title: so many percent surer of the rest */
    int32_t code_confidence_max;  /* a desk's code is never surer than so many percent */
    int32_t weak_confidence;      /* a keyword denied or feared is worth so many at most */
    int32_t same_event_s;         /* one event: so many seconds apart at most */
    int32_t class_confidence_min; /* 0 to 100 */
    int32_t text_short_max;       /* texts shorter than so many characters say nothing */
    int32_t party_code_log2;      /* log2(.6 * 2^17) */
    int32_t party_code_max, party_name, party_outside_max, party_elsewhere_max, party_differs;
    int32_t party_and_place;
    int32_t reporter_place, reporter_home;
    int32_t
        reporter_again; /* instead of reporter_home: the same kind of trouble, soon or "as last time" */
    int32_t reporter_again_s;     /* so many seconds apart at most */
    int32_t reporter_recall_s;    /* ... where it says that it was told of before */
    int32_t reporter_other_class; /* instead of reporter_place: a caller of another matter there */
    int32_t tempo_few_members, tempo_few, tempo_many_members, tempo_many;
    int32_t recurs_few_members, recurs_few, recurs_many_members,
        recurs_many;                       /* of what is no burst */
    int32_t precision_m[MODEL_PRECISIONS]; /* A to E */
    int32_t point_exact_m;                 /* 15: P6 within max(this, R/3) */
    int32_t community_point_m;             /* see scorer_place.h: a building without its estate */
} ModelWeights;

/* Whether hazards of two leaves are ever one. */
typedef enum PairJoining {
    JOINING_ALLOWED, /* one trouble under two names, weighed by the pair */
    JOINING_NEVER,   /* two hazards for good: cause and incident */
    JOINING_APART    /* weighed as any kin; where a veto keeps them apart the relation is noted */
} PairJoining;

/* Two leaves with a weight of their own instead of group or unrelated. */
typedef struct ClassPair {
    const HazardClass *a; /* of a precursor: the cause */
    const HazardClass *b;
    int32_t weight_mb;
    int32_t same_building_mb; /* instead, when the building is the same */
    const char *relation;     /* precursor or same_event: to be noted; NULL none */
    PairJoining joining;
} ClassPair;

/* Live hazards one expects at a place of this kind, for crowding; of a family, or for all. */
typedef struct TypicalSites {
    Text family; /* absent: every other family */
    int32_t building, estate, road;
} TypicalSites;

typedef enum PhraseKind {
    PHRASE_NOISE,     /* says nothing */
    PHRASE_KEYWORD,   /* tells a class */
    PHRASE_DOUBT,     /* 担心: what follows has not happened */
    PHRASE_NEGATION,  /* 没有: what follows is not so */
    PHRASE_UNDONE,    /* 已修好: what stands before is not so any more */
    PHRASE_PLATE,     /* the number beside it is a lift's plate */
    PHRASE_EQUIPMENT, /* ... the code of special equipment */
    PHRASE_COMPONENT, /* ... a city component */
    PHRASE_DEVICE,    /* ... a detector, a lamp post */
    PHRASE_RECORD,    /* ... a record's: no thing has it */
    /* Asked for by kind alone (model_phrase_of), beside whatever else the words may be. */
    PHRASE_DENIAL,    /* 不是: the record number that follows is another matter */
    PHRASE_UNRELATED, /* 无关: the record number before is another matter */
    PHRASE_SETTLED,   /* 处理好: over, as UNDONE, when said of a record's matter */
    PHRASE_CONTRAST,  /* 这次: set against a record spoken of before */
    PHRASE_TELLING,   /* 反映: what a caller does */
    PHRASE_SAME,      /* 又出现: it is the matter of the record after all */
    PHRASE_RECALL     /* 上次反映: an earlier report of the caller's own */
} PhraseKind;

/* How far behind a phrase, or before it, what it speaks of may stand, in characters. */
typedef struct PhraseReach {
    int32_t doubt, negation, undone, denial, unrelated;
} PhraseReach;

/* A phrase looked for in folded text. */
typedef struct Phrase {
    const uint32_t *codepoints;
    size_t length;
    PhraseKind kind;
    const HazardClass *category; /* of a keyword */
    int32_t confidence;
    uint32_t aspect; /* of a keyword: what is wrong within the leaf, one bit; 0 none */
    uint32_t next;   /* index + 1 of the next phrase with the same start; 0 none */
} Phrase;

/* A table from a 32-bit hash, open addressing; capacity is a power of two, value 0 is an empty slot. */
typedef struct HashSlot {
    uint32_t hash;
    uint32_t value;
} HashSlot;

struct Model {
    Arena *arena;
    Text version;
    ModelWeights weights;
    GapTable slow, burst;
    TextStep text[MODEL_TEXT_LEVELS_MAX];
    size_t text_count;
    HazardClass *classes; /* in order of code */
    size_t class_count;
    const HazardClass *other; /* J03 */
    ClassPair *pairs;         /* in order of (a, b) */
    size_t pair_count;
    TypicalSites *typical; /* the last one has no family */
    size_t typical_count;
    EscalationRules escalation;
    const TimeLimits *time_limits;
    MovedDay *moved_days;
    size_t moved_day_count;
    PhraseReach reach;
    Text aspects[MODEL_ASPECTS_MAX]; /* their names; bit i of a set is the i-th */
    size_t aspect_count;
    Phrase *phrases;
    size_t phrase_count;
    HashSlot
        *phrase_starts; /* hash of the first two code points -> index + 1, longest phrase first */
    size_t phrase_slots;
    HashSlot *idf; /* gram -> weight */
    size_t idf_slots;
    uint32_t idf_max;                  /* of a gram that is not in the table */
    Text ledger_assets, ledger_places; /* snapshots the file names (sha256:...); absent: none */
    struct Ledger *ledger; /* of these snapshots (domain/ledger.h), owned; NULL: not loaded */
};

/* The pair of two leaves in any order; NULL: none listed. */
const ClassPair *model_pair(const Model *model, const HazardClass *a, const HazardClass *b);
const TypicalSites *model_typical(const Model *model, const HazardClass *category);
const char *model_place_name(PlaceLevel level); /* P1 */

/* Longest phrase of the model that starts at codepoints[0], of the kinds up to PHRASE_RECORD; NULL: none. */
const Phrase *model_phrase(const Model *model, const uint32_t *codepoints, size_t count);
/* Length of the longest phrase of one kind that starts there, whatever else does; 0: none. */
size_t
model_phrase_of(const Model *model, PhraseKind kind, const uint32_t *codepoints, size_t count);
uint32_t model_idf(const Model *model, uint32_t gram_hash);

/* Building, for the loader: an arena of its own, everything empty. */
Model *model_new(void);
/* Puts the classes in order and finds J03; pairs and phrases may point to them from then on. */
void model_sort_classes(Model *model);
/*
 * Cuts the tile grids: one for each family, and one for all families that are joined by kin or a pair, each with a cell
 * that two points of them within R + e (precisions A to C), and an extent in area scope, never span by more than one.
 * After classes and pairs.
 */
void model_group_tiles(Model *model);
/* Builds the phrase and idf tables. Called once, last. */
void model_finish(Model *model,
                  const uint32_t *idf_hashes,
                  const uint32_t *idf_weights,
                  size_t idf_count);

#endif
