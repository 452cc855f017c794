#ifndef ONECASE_DOMAIN_DEBOUNCE_H
#define ONECASE_DOMAIN_DEBOUNCE_H

#include "domain/evidence.h"
#include "domain/hazard.h"

/*
 * Alarm storms: a detector that rings, is restored and rings again (design.md 7). The first alarm is a report and opens the
 * window of its device and class (HazardClass.debounce_minutes); an alarm inside the window is a repeat of that report,
 * counted and never decided. Here is which report opened the last window of each device: part of a HazardStore, with the same overlays.
 */
typedef struct Debounce Debounce;

/* A report that opened a window. */
typedef struct DebounceOpener {
    int64_t report_id;
    int64_t received_at; /* stream time, as in its row */
} DebounceOpener;

Debounce *debounce_new(const Debounce *base);           /* NULL: one of its own */
void debounce_merge(Debounce *overlay, Debounce *base); /* the overlay is freed */
void debounce_free(Debounce *debounce);                 /* NULL is fine */

/*
 * A report that was decided. When it is the alarm of a device whose class has a window, it opens one, unless a later report did.
 * Whatever the order of calls, the latest report stands.
 */
void debounce_note(Debounce *debounce, const Evidence *evidence, int64_t received_at);

/* Who opened the last window of the device and class that the evidence speaks of, told by the same source. NULL: nobody. */
const DebounceOpener *debounce_opener(const Debounce *debounce, const Evidence *evidence);

/*
 * Whether an alarm repeats the one that opened the window: their events lie less than the window apart, nobody has settled the
 * first one before the new one rang, and the new one tells of nothing worse (level, people hurt).
 */
bool debounce_holds(const HazardMember *opener, const HazardMember *alarm);

#endif
