/*
 * How the program is: which phase, since when, why, and when it last got on. Written by the loop alone and read by the pages, whose
 * thread must see it also while the loop hangs: so the time of the last progress is an atomic, the rest stands behind a lock that is
 * never held for longer than a copy.
 */
#include "base/clock.h"

#include "adapters/service_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int64_t progress_ms;
static int64_t started_ms;

/* Behind the lock. */
static struct {
    const char *service;
    ServicePhase phase;
    char reason[240];
    int64_t since_us;
    int64_t since_ms;
    uint64_t outages;
    int64_t waited_ms; /* in outages that are over */
} life;

void service_life_begin(const char *service)
{
    started_ms = clock_monotonic_ms();
    atomic_store(&progress_ms, started_ms);
    pthread_mutex_lock(&lock);
    life.service = service;
    life.since_ms = started_ms;
    life.since_us = clock_wall_us();
    pthread_mutex_unlock(&lock);
    service_notify_begin();
}

static void change_phase(ServicePhase phase)
{
    int64_t now_ms = clock_monotonic_ms();
    if (life.phase == SERVICE_WAITING)
        life.waited_ms += now_ms - life.since_ms;
    if (phase == SERVICE_WAITING)
        life.outages++;
    life.phase = phase;
    life.since_ms = now_ms;
    life.since_us = clock_wall_us();
}

void service_life_enter(ServicePhase phase, const char *reason)
{
    /* the loop alone writes them */
    const bool same_reason = strncmp(reason, life.reason, sizeof life.reason - 1) == 0;
    if (phase == life.phase && (phase != SERVICE_WAITING || same_reason))
        return;
    pthread_mutex_lock(&lock);
    if (phase != life.phase)
        change_phase(phase);
    snprintf(life.reason, sizeof life.reason, "%s", reason);
    pthread_mutex_unlock(&lock);
    service_notify_phase(phase, reason);
}

void service_life_look(ServiceLook *look)
{
    int64_t now_ms = clock_monotonic_ms();
    pthread_mutex_lock(&lock);
    *look = (ServiceLook){
        .service = life.service,
        .phase = life.phase,
        .since_us = life.since_us,
        .up_s = (double)(now_ms - started_ms) / 1000.0,
        .outages = life.outages,
    };
    int64_t waiting_ms = life.phase == SERVICE_WAITING ? now_ms - life.since_ms : 0;
    look->waited_s = (double)(life.waited_ms + waiting_ms) / 1000.0;
    snprintf(look->reason, sizeof look->reason, "%s", life.reason);
    pthread_mutex_unlock(&lock);
    int64_t age_ms = now_ms - atomic_load(&progress_ms);
    look->progress_s = age_ms > 0 ? (double)age_ms / 1000.0 : 0;
}

void service_progress(void)
{
    int64_t now_ms = clock_monotonic_ms();
    atomic_store_explicit(&progress_ms, now_ms, memory_order_relaxed);
    service_notify_progress(now_ms);
}
