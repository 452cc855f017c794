#ifndef ONECASE_DOMAIN_LIFECYCLE_H
#define ONECASE_DOMAIN_LIFECYCLE_H

#include "domain/escalation.h"
#include "domain/hazard.h"

/*
 * What happens to hazards and cases when a report joins or an update arrives: which case of the
 * hazard, recurrence, closing, escalation; every change is an event. Nothing here reads a clock:
 * `now` is stream time.
 */

/* Counters of a region; part of the batch transaction, so that a replay gives the same ids. */
typedef struct RegionCounters {
    int64_t next_hazard;
    int64_t next_case;
    int64_t next_report;
    int64_t next_decision;
    int64_t next_event;
    int32_t case_day;      /* yyyymmdd at +08:00 of the last case number; 0 none */
    int32_t case_sequence; /* last one of that day */
    uint8_t chain_hash[32];
} RegionCounters;

/* A row of case_events to be: what happened to a case, when (event time) and when it was known
 * (stream time). */
typedef struct CaseEvent {
    const char *kind; /* opened report_linked escalated status_changed closed reopened merged split
                         review_requested overdue effective assigned returned urged rechecked changed */
    int64_t case_id;
    int64_t hazard_id;
    int64_t report_id; /* 0 none */
    int64_t event_at;
    const char *reason; /* rule or reason code, static; NULL none */
    Text before;        /* codes and numbers alone, no free text */
    Text after;
    Text actor; /* the source system that set it; absent: onecase itself */
} CaseEvent;

typedef struct CaseEvents {
    CaseEvent *items; /* on the arena */
    size_t count;
    size_t capacity;
} CaseEvents;

/* A report that changed its hazard or case after it was decided. */
typedef struct ReportMove {
    int64_t report_id;
    int64_t decision_id; /* that moved it; 0: its place among the members is as it was */
} ReportMove;

typedef struct ReportMoves {
    ReportMove *items; /* on the arena */
    size_t count;
    size_t capacity;
} ReportMoves;

/* The report that the record in hand tells of; memory keeps the numbers of some reports alone. */
typedef struct ReportTold {
    int64_t report_id; /* 0: none */
    Text record_no;
} ReportTold;

/* A case that is to be looked at when stream time has come to `at`. */
typedef struct CaseTimer {
    int64_t at;
    int64_t hazard_id;
    int64_t case_id;
} CaseTimer;

typedef struct CaseTimers {
    CaseTimer *items; /* on the arena */
    size_t count;
    size_t capacity;
} CaseTimers;

typedef struct Lifecycle Lifecycle;

/* Told of a hazard that may lose its members, before it does: lifecycle_join of both, lifecycle_move of where the report was. */
typedef void LifecycleLeaving(void *watcher, const Lifecycle *lifecycle, int64_t hazard_id);

struct Lifecycle {
    const Model *model;
    HazardStore *store;       /* an overlay */
    RegionCounters *counters; /* the batch's copy */
    Text region;
    int64_t now;     /* stream time, microseconds */
    ReportTold told; /* for case_payload */
    Arena *arena;
    CaseEvents events;         /* grows */
    ReportMoves moves;         /* grows; in order, a report may come again */
    CaseTimers armed;          /* grows; set or moved, the latest of a case counts */
    LifecycleLeaving *leaving; /* NULL: nobody watches */
    void *watcher;
};

/* HZ9901-000123, on the arena. */
Text lifecycle_hazard_no(Text region, int64_t hazard_id, Arena *arena);
/* AJ9901-20261122-0007, on the arena. */
Text lifecycle_case_no(Text region, const HazardCase *of, Arena *arena);
/* The inverse: fills in day and sequence. The number is one that lifecycle_case_no made. */
void lifecycle_read_case_no(Text case_no, HazardCase *of);

/*
 * A hazard for a report that joined none; `provisional_of` 0 or the hazard it may be the same as.
 * The report is not yet a member.
 */
Hazard *lifecycle_open_hazard(Lifecycle *lifecycle, int64_t provisional_of);

/*
 * The report becomes a member of `hazard` (got from edit or open) and of one of its cases:
 * - the case whose interval covers the event time;
 * - an event before every case, or between two, that none covers: the next one is extended
 * backwards;
 * - after the last closing: within the recurrence window it is reopened ("repair did not hold"),
 * later the next case is opened with recurrence_no + 1. A late report (before a closing) never
 * reopens. member->case_id is filled in. The store owns the evidence from here on.
 */
void lifecycle_attach(Lifecycle *lifecycle,
                      Hazard *hazard,
                      HazardMember *member,
                      Evidence *evidence);

/*
 * Notes that a person should look whether the report's hazard and `other_id` are the same. `reason`: twin, or one_of when
 * several fit equally well; revised when the report does not fit its hazard any more, and other_id may be 0. After attach.
 */
void lifecycle_request_review(Lifecycle *lifecycle,
                              int64_t other_id,
                              const char *reason,
                              const HazardMember *member);

/*
 * What an update may change of a member: absent or 0 leaves it. The status it has already is no news, and leaves
 * status_at: a record sent anew for another reason (a visit after the closing) does not move the closing.
 */
typedef struct MemberChange {
    int16_t status;
    int64_t status_at;
    int16_t level;
    int32_t trapped, injured, dead; /* -1 leaves it */
    int64_t due_at;                 /* by the department; 0 leaves it */
    int8_t recheck;                 /* 1 passed, 2 failed; 0 leaves it */
} MemberChange;

/*
 * Applies an update of a report that is a member. A final status (60 and above) of all members
 * closes the case; a department that takes its closing back opens it, unless the next episode has begun: the work goes on
 * there, and a hazard has one open case at most. False when the report belongs to no hazard.
 */
bool lifecycle_update(Lifecycle *lifecycle, int64_t report_id, const MemberChange *change);

/*
 * Notes what a department said of a report that is a member, as an event of its case: kind, reason, before, after, event_at
 * and actor are the caller's. Changes nothing else. False when the report belongs to no hazard.
 */
bool lifecycle_note(Lifecycle *lifecycle, int64_t report_id, CaseEvent event);

#endif
