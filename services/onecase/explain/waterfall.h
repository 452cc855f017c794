#ifndef ONECASE_SERVICES_ONECASE_WATERFALL_H
#define ONECASE_SERVICES_ONECASE_WATERFALL_H

#include "base/text_builder.h"

/*
 * A score as a waterfall: the prior, each comparison with both values and its weight, what the competition takes off, and
 * the running sum beside each. Used by `onecase case explain` and `onecase explain-pair`.
 */
typedef struct WaterfallItem {
    Text comparison; /* place, class ... */
    Text level;      /* P2, same_leaf ... */
    int64_t weight_mb;
    Text report; /* what either side says */
    Text hazard;
} WaterfallItem;

typedef struct Waterfall {
    int64_t prior_mb;
    const WaterfallItem *items; /* without the prior */
    size_t count;
    bool competes;          /* false: competition is not applied, and no row says so */
    int64_t competition_mb; /* not negative */
    int64_t rivals;         /* how many compete */
    int64_t link_mb, review_mb;
    bool merges; /* the line is that for a merge of hazards */
} Waterfall;

int64_t waterfall_sum(const Waterfall *waterfall); /* prior + weights - competition */

/* The table, with a bar for each step (+ gain, - loss, | the line for a link) and `ours` and `theirs` over the values. */
void waterfall_print(const Waterfall *waterfall,
                     const char *ours,
                     const char *theirs,
                     Arena *arena);

/* 合计 +6.300：达到归并线 +4.500, and `refused` behind it: why it is not joined for all that, or "". */
void waterfall_print_sum(const Waterfall *waterfall, const char *refused, Arena *arena);

/* Members prior_mb, competition_mb (null when it is not applied), link_mb, review_mb, comparisons. */
void waterfall_write(const Waterfall *waterfall, TextBuilder *out, Arena *arena);

#endif
