/*
 * What systemd is told (sd_notify): READY=1 when the program is open, or when it waits for a server for the first time: it is up and
 * knows what it waits for, and `systemctl status` shows it. WATCHDOG=1 comes from progress and from nothing else, at most
 * four times in the interval systemd asked for: a loop that hangs falls silent and is ended.
 *
 * While it opens and while it ends, each progress also asks for more time, so that loading a large memory or waiting for the last
 * acknowledgements is not cut off while it gets on.
 */
#include "base/clock.h"

#include "adapters/service_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

enum { EXTEND_MS = 30000, WATCHDOG_PARTS = 4, EXTEND_PARTS = 6 };

/* The loop's alone. */
static struct {
    bool on;          /* somebody listens */
    int watchdog_ms;  /* 0: none wanted */
    bool extend;      /* it opens or ends */
    int64_t spoke_ms; /* when progress was told last */
} notify;

void service_notify_begin(void)
{
    uint64_t watchdog_us = 0;
    notify.on = getenv("NOTIFY_SOCKET") != NULL;
    notify.extend = true;
    notify.spoke_ms = clock_monotonic_ms();
    if (notify.on && sd_watchdog_enabled(0, &watchdog_us) > 0)
        notify.watchdog_ms = (int)(watchdog_us / 1000);
}

/* The status is one line; libpq's messages may have several. */
static void say(const char *state, const char *status, const char *reason)
{
    char line[320];
    snprintf(line, sizeof line, "%s%s", status, reason);
    for (char *byte = line; *byte != '\0'; byte++)
        if ((unsigned char)*byte < ' ')
            *byte = ' ';
    sd_notifyf(0, "%s\nSTATUS=%s", state, line);
}

void service_notify_phase(ServicePhase phase, const char *reason)
{
    if (!notify.on)
        return;
    notify.extend = phase == SERVICE_ENDING;
    switch (phase) {
    case SERVICE_OPENING:
        break; /* it began so */
    case SERVICE_READY:
        say("READY=1", "running", "");
        break;
    case SERVICE_WAITING:
        say("READY=1", "waiting: ", reason);
        break;
    case SERVICE_ENDING:
        say("STOPPING=1", "ending: finishing what is in hand", "");
        break;
    }
}

void service_notify_progress(int64_t now_ms)
{
    int pause_ms = notify.extend ? EXTEND_MS / EXTEND_PARTS : notify.watchdog_ms / WATCHDOG_PARTS;
    if (notify.watchdog_ms > 0 && pause_ms > notify.watchdog_ms / WATCHDOG_PARTS)
        pause_ms = notify.watchdog_ms / WATCHDOG_PARTS;
    if (!notify.on || (notify.watchdog_ms == 0 && !notify.extend) ||
        now_ms - notify.spoke_ms < pause_ms)
        return;
    notify.spoke_ms = now_ms;
    if (notify.extend)
        sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%lld", EXTEND_MS * 1000LL);
    if (notify.watchdog_ms > 0)
        sd_notify(0, "WATCHDOG=1");
}

void service_notify_reload(bool begins)
{
    if (!notify.on)
        return;
    if (begins)
        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_monotonic_ms() * 1000LL);
    else
        sd_notify(0, "READY=1");
}
