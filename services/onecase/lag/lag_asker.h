#ifndef ONECASE_SERVICES_ONECASE_LAG_ASKER_H
#define ONECASE_SERVICES_ONECASE_LAG_ASKER_H

#include "lag/lag_feed.h"

/* A thread that asks a feed again and again, so that a screen answers keys while a server does not. */
typedef struct LagAsker LagAsker;

/* One answer, or why there was none; owned by whoever took it. */
typedef struct LagTaken {
    Arena *arena; /* what answer and texts live on */
    bool answered;
    LagAnswer answer;
    Error error; /* unless answered */
} LagTaken;

/* Asks at once, and then every options.watch_ms. FATAL when there is no thread to be had. */
MUST_CHECK bool lag_asker_start(const LagOptions *options, LagAsker **asker, Error *error);

/* Readable while something waits to be taken. */
int lag_asker_fd(const LagAsker *asker);
/* The newest, if there is one that was not taken yet. */
bool lag_asker_take(LagAsker *asker, LagTaken *taken);
void lag_asker_drop(LagTaken *taken);

/*
 * Ends the thread and frees everything. False when a question is under way that is not answered soon: nothing is freed then, and the
 * program has to end without waiting for it.
 */
bool lag_asker_stop(LagAsker *asker);

#endif
