#ifndef ONECASE_DOMAIN_LAG_BURROW_PARTS_H
#define ONECASE_DOMAIN_LAG_BURROW_PARTS_H

#include "base/json.h"

#include "domain/lag_burrow.h"

/* What lag_burrow.c and lag_burrow_members.c share. */
typedef struct LagBurrowAsked {
    const LagBurrow *burrow;
    Text path;
    Text cluster; /* as it was asked for */
    bool ours;    /* it is the report's */
    Arena *arena;
} LagBurrowAsked;

/* Members of objects. What is not known (LAG_UNKNOWN, absent) is null, where not said otherwise. */
void burrow_text(TextBuilder *out, const char *key, Text text); /* absent: "" */
void burrow_int(TextBuilder *out, const char *key, int64_t value);
void burrow_count(TextBuilder *out, const char *key, int64_t value); /* not known: 0 */
void burrow_real(TextBuilder *out, const char *key, double value);
void burrow_flag(TextBuilder *out, const char *key, bool value);
void burrow_time(TextBuilder *out, const char *key, int64_t time_ms); /* ISO 8601 */

/* Values. `all`: partitions that are OK too. */
void burrow_status(TextBuilder *out, const LagReport *report, const LagGroup *group, bool all);
void burrow_status_not_found(TextBuilder *out, Text cluster, Text group);
void burrow_topics_of_group(TextBuilder *out, const LagReport *report, const LagGroup *group);
void burrow_topics(TextBuilder *out, const LagReport *report);

/* False: no group reads such a topic. */
bool burrow_offsets_of_topic(TextBuilder *out, const LagReport *report, Text topic);
bool burrow_consumers_of_topic(TextBuilder *out, const LagReport *report, Text topic);

#endif
