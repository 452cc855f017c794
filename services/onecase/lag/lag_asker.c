#include "lag/lag_asker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { ARENA_BLOCK = 65536, STOP_MS = 300 };

struct LagAsker {
    const LagOptions *options;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    int fd;
    /* Under the lock. */
    bool stop;
    bool waiting; /* something is in `next` */
    LagTaken next;
};

static struct timespec in_ms(clockid_t clock, int64_t ms)
{
    struct timespec when;
    clock_gettime(clock, &when);
    int64_t ns = when.tv_nsec + ms % 1000 * 1000000;
    when.tv_sec += ms / 1000 + ns / 1000000000;
    when.tv_nsec = ns % 1000000000;
    return when;
}

void lag_asker_drop(LagTaken *taken)
{
    arena_free(taken->arena);
    *taken = (LagTaken){0};
}

static void hand_over(LagAsker *asker, LagTaken taken)
{
    pthread_mutex_lock(&asker->lock);
    if (asker->waiting)
        lag_asker_drop(&asker->next);
    asker->next = taken;
    asker->waiting = true;
    pthread_mutex_unlock(&asker->lock);
    eventfd_write(asker->fd, 1);
}

/* False when it is time to end. */
static bool pause_until(LagAsker *asker, const struct timespec *when)
{
    pthread_mutex_lock(&asker->lock);
    while (!asker->stop && pthread_cond_timedwait(&asker->stopped, &asker->lock, when) != ETIMEDOUT)
        ;
    bool go_on = !asker->stop;
    pthread_mutex_unlock(&asker->lock);
    return go_on;
}

static void *ask(void *context)
{
    LagAsker *asker = context;
    LagFeed *feed = lag_feed_new(asker->options);
    struct timespec when;
    do {
        LagTaken taken = {.arena = arena_new(ARENA_BLOCK)};
        when = in_ms(CLOCK_MONOTONIC, asker->options->watch_ms);
        taken.answered = lag_feed_ask(feed, taken.arena, &taken.answer, &taken.error);
        hand_over(asker, taken);
    } while (pause_until(asker, &when));
    lag_feed_free(feed);
    return NULL;
}

static void release(LagAsker *asker)
{
    if (asker->waiting)
        lag_asker_drop(&asker->next);
    pthread_cond_destroy(&asker->stopped);
    pthread_mutex_destroy(&asker->lock);
    close(asker->fd);
    free(asker);
}

bool lag_asker_start(const LagOptions *options, LagAsker **asker, Error *error)
{
    LagAsker *made = calloc(1, sizeof(*made));
    if (made == NULL)
        abort(); /* out of memory */
    pthread_condattr_t clock;
    made->options = options;
    made->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&made->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&made->stopped, &clock);
    pthread_condattr_destroy(&clock);
    int failure = made->fd < 0 ? errno : pthread_create(&made->thread, NULL, ask, made);
    if (failure != 0) {
        release(made);
        return error_set(error, ERROR_FATAL, "cannot start a thread: %s", strerror(failure));
    }
    *asker = made;
    return true;
}

int lag_asker_fd(const LagAsker *asker)
{
    return asker->fd;
}

bool lag_asker_take(LagAsker *asker, LagTaken *taken)
{
    eventfd_t count;
    eventfd_read(asker->fd, &count);
    pthread_mutex_lock(&asker->lock);
    bool waiting = asker->waiting;
    if (waiting)
        *taken = asker->next;
    asker->waiting = false;
    pthread_mutex_unlock(&asker->lock);
    return waiting;
}

bool lag_asker_stop(LagAsker *asker)
{
    const struct timespec limit = in_ms(CLOCK_REALTIME, STOP_MS);
    pthread_mutex_lock(&asker->lock);
    asker->stop = true;
    pthread_cond_signal(&asker->stopped);
    pthread_mutex_unlock(&asker->lock);
    if (pthread_timedjoin_np(asker->thread, NULL, &limit) != 0)
        return false;
    release(asker);
    return true;
}
