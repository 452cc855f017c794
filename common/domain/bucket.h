#ifndef ONECASE_DOMAIN_BUCKET_H
#define ONECASE_DOMAIN_BUCKET_H

#include "domain/lifecycle.h"
#include "domain/linkage.h"

/*
 * Buckets (linkage.md 2, "Vague reports"): a hazard that holds vague reports of one estate (community, region) and family until
 * someone says which thing they mean. There is one open for each at a time: it takes what was told within bucket_s (thresholds of the
 * model) of one of its reports; a full one is followed by another.
 */
enum { BUCKETS_ASKED_MAX = 8 };

/*
 * The bucket that a vague report goes to: that of the record it quotes or is a copy of, whenever it was told, else that of its place,
 * family and time; 0: there is none that is open and has room. `scratch` is used and rewound.
 */
int64_t
bucket_find(const Model *model, const HazardStore *store, const Evidence *report, Arena *scratch);

/* Open buckets whose members a report may have located, ascending; how many. `scratch` is used and rewound. */
size_t bucket_asked_by(const HazardStore *store,
                       const Evidence *report,
                       Arena *scratch,
                       int64_t ids[BUCKETS_ASKED_MAX]);

/* Reports of a bucket that turn out to be of one hazard. */
typedef struct BucketClaims {
    size_t count; /* in the order they joined the bucket */
    int64_t report_ids[HAZARD_BUCKET_MAX];
    Decision *decisions[HAZARD_BUCKET_MAX]; /* on the arena, outcome moved */
    int32_t
        best_mb; /* largest sum of those that stay and are nearest to the hazard; INT32_MIN: of none */
} BucketClaims;

/*
 * Asks each report of a bucket again, as if it came now: the hazard aimed at claims those that would be linked to it at `link` +
 * `merge` or more. What is nearest to it below aim.least_mb, which is no more than that, is of no interest. Changes nothing;
 * decisions live on the arena of `lifecycle`, `scratch` is used and rewound.
 */
void bucket_claims(const Lifecycle *lifecycle,
                   int64_t bucket_id,
                   LinkageAim aim,
                   Arena *scratch,
                   BucketClaims *claims);

/*
 * A bucket `contains`, maybe, each hazard that its reports may be the same as: what a report in a bucket is to others becomes that
 * relation; and the hazard that a report opens is noted beside the bucket of where it stands when some report there is as
 * near as `possible`.
 */
void bucket_relate_report(Decision *decision);
void bucket_relate_hazard(const Model *model,
                          Decision *decision,
                          int64_t bucket_id,
                          int32_t best_mb);

/*
 * A report that says no place at all: its bucket may be about the hottest burst of its family, or of one it may be confused with,
 * when one has members enough within a day. `scratch` is used and rewound.
 */
void bucket_relate_burst(const Lifecycle *lifecycle,
                         const Evidence *report,
                         Arena *scratch,
                         Decision *decision);

#endif
