#ifndef ONECASE_DOMAIN_LINKAGE_H
#define ONECASE_DOMAIN_LINKAGE_H

#include "domain/candidates.h"

/*
 * The decision about one report (linkage.md 1 and 2): candidates by blocking keys, each scored
 * against the representatives of its hazard, competition among them, then link, review or new.
 * Pure; nothing is changed.
 */
typedef enum Outcome {
    OUTCOME_NEW,
    OUTCOME_REVIEW,
    OUTCOME_LINK,
    OUTCOME_MERGED, /* with its hazard into another one: linkage_rescore.h */
    OUTCOME_MOVED,  /* out of a bucket */
    OUTCOME_BUCKET  /* waits for its place */
} Outcome;

enum {
    DECISION_REJECTED_MAX = 3,
    DECISION_RIVALS_MAX = 8,
    DECISION_RELATIONS_MAX = 8,
    DECISION_NEIGHBOURS_MAX = 6
};

/* A candidate that was not taken, and why. */
typedef struct Rejected {
    int64_t hazard_id;
    int32_t total_mb;
    const char *reason; /* veto:building, contradicted, weaker, below: static strings */
} Rejected;

/* A hazard, or the best of a set of twins, that competes with the best candidate. */
typedef struct Rival {
    int64_t hazard_id;
    int32_t total_mb;
} Rival;

/* What a new hazard is to one it was not joined to: see domain/linkage_relation.h. */
typedef struct Relation {
    const char *kind; /* static: one_of twin precursor same_event same_party possible contains */
    int64_t hazard_id;
    int32_t score_mb;
    bool
        report_comes_first; /* of a precursor: the new hazard is the cause; contains: it is the bucket */
} Relation;

typedef struct Decision {
    Outcome outcome;
    int64_t
        hazard_id; /* link: joined; review: the one it may be the same as; new: 0; merged: that it is one with */
    int64_t from_id; /* merged, moved, or opened by a revision: the hazard it was in; otherwise 0 */
    bool revised;    /* because the report says something else now: revising.h */
    /* Review though the sum is below it: without its rivals the best would have been joined. A hazard of its own, no
     * twin of any. */
    bool one_of;
    Relation relations[DECISION_RELATIONS_MAX]; /* of its hazard; see linkage_relation.h */
    size_t relation_count;
    bool has_best; /* a candidate that may be joined exists; then `best` explains */
    /* There are candidates and none may be joined: `best` explains the strongest of them, without competition. veto,
     * contradicted; NULL: it may be joined, or there is none. */
    const char *refusal;
    Score best;
    int agreeing, contradicting;       /* representatives of the hazard explained, see Score */
    uint32_t vetoes_tested;            /* bit set of VetoKind: of the hazard explained */
    int32_t competition_mb;            /* taken off the total */
    Rival rivals[DECISION_RIVALS_MAX]; /* best first, of equals the smaller id */
    size_t rival_count;
    int32_t rivals_in_all;
    int32_t final_mb;     /* best.total_mb - competition_mb */
    int32_t threshold_mb; /* what it was held against; 0: link and review of the model */
    int64_t runner_up_id; /* 0 none */
    int32_t runner_up_mb;
    Rejected rejected[DECISION_REJECTED_MAX]; /* best first, the runner-up too */
    size_t rejected_count;
    int32_t candidates;   /* how many hazards were compared */
    uint32_t proposed_by; /* bit set of BlockingKind: what proposed the hazard explained */
    int32_t generic_keys; /* keys that too many hazards share: they proposed but their latest */
    Independence independence; /* of the report, given where it goes */
    int64_t bucket_id;         /* the bucket in which it waits for its place; 0: none */
    /* Of a link: other hazards that nothing keeps apart from the report, the likeliest first; see linkage_rescore.h. */
    int64_t neighbours[DECISION_NEIGHBOURS_MAX];
    size_t neighbour_count;
} Decision;

/* The hazards that a decision is made among. */
typedef struct LinkageAmong {
    const Model *model;
    const HazardStore *store;
    int64_t except;
} LinkageAmong;

const char *linkage_outcome_name(Outcome outcome); /* link review new merged moved bucket */

/* Scores the candidates, as far as a decision needs it: see Candidate. `scratch` is left grown. */
void linkage_score(const Model *model,
                   const HazardStore *store,
                   const Evidence *report,
                   Candidates *candidates,
                   Arena *scratch);

/* What a decision is made for when only a link is of interest. */
typedef struct LinkageAim {
    int64_t hazard_id; /* to this hazard, which need not be among the candidates; 0: to any */
    int32_t least_mb;  /* at this sum or more */
} LinkageAim;

/*
 * The same, as long as the aim may be reached: false, and nothing is scored, when it is not for sure. True says no more than
 * maybe.
 */
bool linkage_score_reaching(const Model *model,
                            const HazardStore *store,
                            const Evidence *report,
                            LinkageAim aim,
                            Candidates *candidates,
                            Arena *scratch);

/*
 * The same of one hazard alone, before candidates are looked for: false, when whatever else there is a link to it at `least_mb` is
 * none. `scratch` is used and rewound.
 */
bool linkage_hazard_may_reach(const Model *model,
                              const HazardStore *store,
                              const Evidence *report,
                              LinkageAim aim,
                              Arena *scratch);

/* The decision among candidates that are scored, in order of hazard id; its texts live on `arena`. */
void linkage_judge(const Model *model,
                   const HazardStore *store,
                   const Evidence *report,
                   Candidates *candidates,
                   Arena *arena,
                   Decision *decision);

/* The hazard of which one to be opened is provisional; 0 none. */
int64_t linkage_twin_of(const Decision *decision);

/* Texts of the decision live on `arena`; `scratch` is used and rewound. Never fails. */
void linkage_decide(const Model *model,
                    const HazardStore *store,
                    const Evidence *report,
                    Arena *scratch,
                    Arena *arena,
                    Decision *decision);

/* The same as if the hazard `except` of `among` were not there; 0: none. */
void linkage_decide_among(const LinkageAmong *among,
                          const Evidence *report,
                          Arena *scratch,
                          Arena *arena,
                          Decision *decision);

/*
 * The same, as long as the aim may be reached: false, and nothing is decided, when it is not for sure. True says no more than maybe.
 */
bool linkage_decide_reaching(const LinkageAmong *among,
                             LinkageAim aim,
                             const Evidence *report,
                             Arena *scratch,
                             Arena *arena,
                             Decision *decision);

#endif
