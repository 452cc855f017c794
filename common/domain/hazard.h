#ifndef ONECASE_DOMAIN_HAZARD_H
#define ONECASE_DOMAIN_HAZARD_H

#include "domain/evidence_packed.h"
#include "domain/hazard_index.h"

/*
 * Report (evidence) -> hazard (a place or asset and a kind of trouble; lives for years) -> case
 * (one open-to-closed episode of a hazard). What is kept in memory of the three; PostgreSQL is the
 * truth and this is rebuilt from it.
 */

/*
 * Who told a report, as hashes of the keyed hashes, or of the number of a detector that told for itself; 0: none. During a rotation of the key there are
 * two: under the new key, and under the one before. Two reports are of one person when they share
 * one.
 */
typedef struct HazardReporter {
    uint64_t hash;
    uint64_t before; /* another one than `hash`, or 0 */
} HazardReporter;

/* A report as member of a hazard: the little that counting, escalation and the choice of the case
 * need. */
typedef struct HazardMember {
    int64_t report_id;
    int64_t case_id;
    int64_t event_at;  /* microseconds UTC, as all times here */
    int64_t known_at;  /* when the department knew: reported_at, else recorded_at, else event_at */
    int64_t status_at; /* event time of the status; TIME_ABSENT: none */
    HazardReporter reporter; /* unknown: nobody else */
    uint64_t source;         /* text_hash of the source's name */
    const HazardClass *category;
    uint32_t due_second; /* by the department, seconds since 1970; 0 none */
    uint16_t trapped;    /* 65535: that many or more, as of the others */
    uint16_t injured;
    uint16_t dead;
    int16_t status; /* 10 to 95, 0 unknown */
    int8_t level;   /* the department's own level 1 to 4, 0 none */
    Independence independence : 8;
    int8_t recheck; /* of what was done: 1 passed, 2 failed, 0 not known */
    bool backfill;  /* history: stored and not announced */
} HazardMember;

/* The level of a case by rule, see domain/escalation.h. */
typedef struct Escalation {
    int64_t
        since; /* event time of the first report at which the members, in event-time order, gave this level */
    int64_t report_id; /* that report */
    const char
        *rule; /* colour, department, reports, sources, red_reports, people, overdue: static */
    int16_t reports; /* independent reports in the window then; never many more than make it red */
    int16_t sources;
    int16_t reporters;
    int16_t level; /* 1 red to 4 blue; 0 not judged yet */
} Escalation;

typedef struct HazardCase {
    int64_t case_id;
    int32_t day; /* yyyymmdd of its number, and which one of that day: lifecycle_case_no */
    int32_t sequence;
    int16_t recurrence_no;
    int16_t reopened_count;
    uint32_t begun_second; /* when it began anew, seconds since 1970; 0: when it was first known */
    int64_t opened_at;     /* event time of the first report; a late one moves it back */
    int64_t closed_at;     /* TIME_ABSENT: open */
    Escalation escalation; /* by its reports; what time adds: lifecycle_level */
    int64_t due_at;        /* 0: no limit */
    uint32_t timer_second; /* timers, seconds since 1970: domain/lifecycle_time.h; 0: none */
    uint32_t twin_second;
    int16_t due_rule; /* row of the model's limits, DUE_DEPARTMENT, DUE_NONE */
    int16_t status;
    int8_t effective; /* EFFECTIVE_UNKNOWN, _NO, _YES */
    bool overdue;
    int64_t merged_into; /* the case that goes on for this one, of the same hazard; 0: none */
    int64_t version;     /* 0: not written yet */
} HazardCase;

/* Grams kept of the anchor and of each other representative (linkage.md 1, "Live"); members of a bucket, which keeps all. */
enum {
    HAZARD_REPRESENTATIVES_MAX = 8,
    HAZARD_ANCHOR_GRAMS = 128,
    HAZARD_OTHER_GRAMS = 32,
    HAZARD_BUCKET_MAX = 32
};

/* Hashes of blocking keys, ascending, without doubles; one heap block. */
typedef struct HazardKeys HazardKeys;

/* How far an area hazard reaches: domain/hazard_extent.h; one heap block. */
typedef struct HazardExtent HazardExtent;

typedef struct Hazard {
    int64_t id;
    int64_t provisional_of;      /* maybe the same as; 0 none */
    int64_t merged_into;         /* 0 none */
    const HazardClass *category; /* of the worst (reddest) member, the first of equals */
    HazardMember *members;   /* in order of report_id; evidence is kept in the order they joined */
    union {                  /* evidence kept for comparison: see hazard_evidence */
        EvidencePacked *one; /* when there is but one */
        EvidencePacked **many;
    } kept;
    uint32_t member_count;
    uint32_t representative_count;
    HazardCase *cases;   /* in order of case_id */
    HazardKeys *evicted; /* blocking keys of members whose evidence is not kept; NULL: of none */
    int64_t version;     /* changes so far */
    uint32_t member_capacity;
    uint32_t case_count : 31;
    /* Its members say no place where one thing could be: they wait to be moved to what they mean (linkage.md 2, V1 to V7).
     * Evidence of all is kept, with few grams. */
    bool bucket : 1;
    int64_t *times;       /* event times of the members, ascending; NULL while they are few */
    HazardExtent *extent; /* NULL: none */
} Hazard;

/*
 * The hazards of one region, with the blocking index. A store made over a base is an overlay: reads
 * fall through, changes stay in the overlay until they are merged (after COMMIT) or dropped (on any
 * error).
 */
typedef struct HazardStore HazardStore;
struct Debounce; /* domain/debounce.h */

HazardStore *hazard_store_new(HazardStore *base); /* NULL: a store of its own */
void hazard_store_merge(HazardStore *overlay);    /* into its base; the overlay is freed */
void hazard_store_free(HazardStore *store);       /* drops everything; NULL is fine */

/* The name of a source that members have been added of, by its text_hash; absent: none was. */
Text hazard_store_source(const HazardStore *store, uint64_t hash);

struct Debounce *hazard_store_debounce(const HazardStore *store); /* owned by the store */

const HazardStore *hazard_store_base(const HazardStore *overlay); /* NULL: it is no overlay */

const Hazard *hazard_store_get(const HazardStore *store, int64_t id); /* NULL: no such hazard */
Hazard *hazard_store_edit(HazardStore *store,
                          int64_t id); /* the overlay's own copy; it counts as changed */
Hazard *hazard_store_create(HazardStore *store, int64_t id); /* must not exist */

/* The hazard of a report, 0 when it has none. */
int64_t hazard_store_of_report(const HazardStore *store, int64_t report_id);

/*
 * Adds a member with its evidence to a hazard got from edit or create: member, report, blocking
 * keys, representative. The store owns the evidence from here on and keeps a packed copy. The order in which members
 * join decides which evidence is kept.
 */
void hazard_store_add(HazardStore *store,
                      Hazard *hazard,
                      const HazardMember *member,
                      Evidence *evidence,
                      const Model *model);

/* Puts a hazard under a blocking key, or in a new way; takes it away from one. */
void hazard_store_index(HazardStore *store, uint64_t key, const Hazard *hazard);
void hazard_store_unindex(HazardStore *store, uint64_t key, int64_t id);
/* From now on the report belongs to the hazard. */
void hazard_store_assign(HazardStore *store, int64_t report_id, int64_t hazard_id);

/*
 * The hazards under a blocking key, ascending by id; the latest `max` when there are more, and true then: a key that half
 * the city shares is not counted out each time. They live as long as `found`, the arena and the stores as they stand.
 */
bool hazard_store_find(
    const HazardStore *store, uint64_t key, size_t max, Arena *arena, HazardIds *found);
/* Have the processor fetch what a lookup reads first and then, and where a hazard is. Change nothing. */
void hazard_store_prefetch(const HazardStore *store, uint64_t key);
void hazard_store_prefetch_entries(const HazardStore *store, uint64_t key);
void hazard_store_prefetch_hazard(const HazardStore *store, int64_t id);

/* Ids of the hazards changed in an overlay, ascending, on the arena. */
size_t hazard_store_changed(const HazardStore *store, Arena *arena, int64_t **ids);

size_t hazard_store_count(const HazardStore *store); /* hazards of a store without base */
/* The next hazard of a store without base, in no order, from *cursor 0 on; false behind the last. */
bool hazard_store_each(const HazardStore *store, size_t *cursor, const Hazard **hazard);
/* Blocking keys of a store without base that more than so many hazards share; walks over all keys. */
size_t hazard_store_shared_keys(const HazardStore *store, size_t more_than);

/*
 * The evidence of a representative, 0 is the anchor: a view that lives as long as `view` and the hazard as it stands.
 * place_text is absent, see evidence_packed.h.
 */
const Evidence *hazard_evidence(const Hazard *hazard, size_t at, EvidenceView *view);
const EvidencePacked *hazard_representative(const Hazard *hazard, size_t at);

/*
 * Keeps the evidence of the member that was added last. A full set gives one up: never the anchor, never the new one, and
 * rather not the only one of its source nor the one with the most precise place; of the rest a short text first, then
 * what says least, the oldest of equals. Of the one that goes the blocking keys stay. Depends on the members and their
 * order alone.
 */
void hazard_keep_evidence(Hazard *hazard, const Evidence *evidence, const Model *model);
/* Keeps other evidence of the same report in its place. */
void hazard_replace_evidence(Hazard *hazard, size_t at, const Evidence *evidence);
/* Gives one out of a bucket, with its reference. */
EvidencePacked *hazard_release_evidence(Hazard *hazard, size_t at);
void hazard_drop_evidence(Hazard *hazard);  /* all of it */
void hazard_share_evidence(Hazard *hazard); /* a bitwise copy gets references of its own */

/* Frees all that it holds; its fields are stale then. */
void hazard_clear(Hazard *hazard);

/* Puts a member in its place among the others, by report_id; it is not there yet. */
void hazard_add_member(Hazard *hazard, const HazardMember *member);
/* Takes a member out; false: there is no such. */
bool hazard_remove_member(Hazard *hazard, int64_t report_id);

uint16_t hazard_people(int64_t count); /* of a member; less than 0 is none */

HazardMember *hazard_member(const Hazard *hazard, int64_t report_id); /* NULL: no such member */
HazardCase *hazard_case(const Hazard *hazard, int64_t case_id);       /* NULL: no such case */
HazardCase *hazard_add_case(Hazard *hazard);                          /* a zeroed case at the end */

/* What the members say in all; case_id 0: of the hazard. */
typedef struct HazardCounts {
    int32_t reports;
    int32_t independent;
    /* Distinct: in order of report_id, new is who shares no hash with any before; unknown ones
     * count as one each. */
    int32_t reporters;
    int32_t sources;
    int32_t trapped, injured, dead; /* largest of the members */
    int64_t first_event_at, last_event_at;
    int64_t first_known_at;
    uint64_t first_known_source;
} HazardCounts;

HazardReporter hazard_reporter(const Evidence *evidence);
bool hazard_reporter_known(HazardReporter reporter);
bool hazard_reporter_same(HazardReporter a, HazardReporter b);

HazardCounts hazard_count(const Hazard *hazard, int64_t case_id);
/* The class of the reddest member of the case, the first of equals; NULL when it has no members. */
const HazardClass *hazard_case_category(const Hazard *hazard, int64_t case_id);

/* Event time of the member nearest in time, the earlier of two as near; the hazard has members. */
int64_t hazard_nearest_event(const Hazard *hazard, int64_t event_at);
/* Distance in time from `event_at` to the nearest member; INT64_MAX without members. */
int64_t hazard_nearest_gap(const Hazard *hazard, int64_t event_at);
/* How near in time the members are to an event, in one walk. */
typedef struct HazardNear {
    int64_t gap_us;  /* as hazard_nearest_gap */
    int32_t members; /* whose event lies within `within_us` */
    int32_t farther; /* ... within `farther_us`, these among them */
} HazardNear;

HazardNear
hazard_near(const Hazard *hazard, int64_t event_at, int64_t within_us, int64_t farther_us);

/* Has the processor fetch what a comparison with the hazard reads. Changes nothing. */
void hazard_prefetch(const Hazard *hazard);
/* ... and, when the first has come, what lies behind it. */
void hazard_prefetch_more(const Hazard *hazard);

#endif
