#ifndef ONECASE_SERVICES_MATCHER_TIMER_QUEUE_H
#define ONECASE_SERVICES_MATCHER_TIMER_QUEUE_H

#include "domain/lifecycle.h"

/*
 * Timers of a region that a batch may have to fire: the earliest first, of two the one with the smaller case. A timer that was
 * set otherwise since stays in it; lifecycle_fire knows.
 */
typedef struct TimerQueue {
    CaseTimer *items; /* a binary heap */
    size_t count;
    size_t capacity;
} TimerQueue;

void timer_queue_free(TimerQueue *queue);
void timer_queue_clear(TimerQueue *queue);
void timer_queue_add(TimerQueue *queue, const CaseTimer *timer);
/* The first, NULL when there is none. */
const CaseTimer *timer_queue_first(const TimerQueue *queue);
CaseTimer timer_queue_take(TimerQueue *queue); /* the first, which there is */

#endif
