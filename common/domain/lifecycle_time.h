#ifndef ONECASE_DOMAIN_LIFECYCLE_TIME_H
#define ONECASE_DOMAIN_LIFECYCLE_TIME_H

#include "domain/lifecycle.h"

/*
 * What time does to a case (design.md 7): a limit within which it is to be dealt with, being overdue, the recurrence window
 * after its closing. What is due is judged by event time; when it is looked at, by stream time: each case has at most two
 * timers, stored with it, and whoever reads the log fires them before the first record that is not earlier.
 *
 * A moment that has passed when a timer is set (reports told late, a day's flood after a standstill) is looked at an hour
 * later, when the rest of the story has come.
 */

#define LIFECYCLE_SECOND_US INT64_C(1000000)

enum { CASE_TIMER_GRACE_S = 3600, CASE_TWIN_S = 24 * 3600 };

/* Due rules of HazardCase.due_rule that are no row of the model's limits. */
enum { DUE_NONE = -1, DUE_DEPARTMENT = -2 };

/* HazardCase.effective: 有效处置. */
enum { EFFECTIVE_UNKNOWN = -1, EFFECTIVE_NO = 0, EFFECTIVE_YES = 1 };

/* HazardCase.twin_second: whether the hazard, that may be another one, was asked once more; no need when its case is closed. */
#define TWIN_NEVER UINT32_C(0)
#define TWIN_ASKED UINT32_MAX

/* The timers of a case as microseconds; TIME_ABSENT: none. Of two moments the earlier. */
int64_t lifecycle_timer_at(const HazardCase *of);
/* The whole second that is not before, for HazardMember.due_second and the like; the last one counted is of 2106. */
uint32_t lifecycle_second(int64_t us);
/* Of HazardCase.timer_second, twin_second and begun_second; TIME_ABSENT: none. */
int64_t lifecycle_second_us(uint32_t second);

/* The rule by which a case is due: id of a row of the model's limits, "department", or absent. */
Text lifecycle_due_rule(const Model *model, const HazardCase *of);
/* The inverse, for reading a case back; DUE_NONE when the model does not know it. */
int16_t lifecycle_due_rule_of(const Model *model, Text rule);

/* The level of a case: by its reports, and by time when it is overdue. */
Escalation lifecycle_level(const Model *model, const HazardCase *of);

/*
 * Limit, whether it is overdue still, whether its closing held, and its timers, derived anew; after closing and level. What is
 * armed goes to lifecycle->armed. Events: changed (reason due), effective, escalated.
 */
void lifecycle_derive_time(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of);

/*
 * A department rechecked what was done, after its closing was derived: 1 it is, 2 it is not, 0 it did not say. The next closing
 * is judged for itself again. Event: effective.
 */
void lifecycle_recheck(
    Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of, int64_t report_id, int8_t result);

/* The case begins anew (reopened) at that time. */
void lifecycle_begin_anew(HazardCase *of, int64_t at);

/*
 * A timer of `due`, taken when due->at <= lifecycle->now, fires. One that was set otherwise since is none. Events: overdue, escalated,
 * effective. *rescore_id: a hazard that should be asked once more whether it is another one (placing_rescore); 0: none.
 * False when nothing fired.
 */
bool lifecycle_fire(Lifecycle *lifecycle, const CaseTimer *due, int64_t *rescore_id);

#endif
