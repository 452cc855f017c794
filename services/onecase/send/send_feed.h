#ifndef ONECASE_SERVICES_ONECASE_SEND_FEED_H
#define ONECASE_SERVICES_ONECASE_SEND_FEED_H

#include "send_options.h"

#include "domain/mapping.h"

/* The feed that records are sent to: its mapping, found by the name of its source, and the topic. */
typedef struct SendFeed {
    const Mapping *mapping;
    Encoding encoding; /* that it declares */
    const RegionTable *regions;
    const char *live;  /* the feed's topic, with the prefix */
    const char *topic; /* where to: the same, or its .backfill */
} SendFeed;

/* Everything on the arena. False with everything said on stderr and the exit code in *status. */
bool send_feed_find(const SendOptions *options, Arena *arena, SendFeed *feed, int *status);

#endif
