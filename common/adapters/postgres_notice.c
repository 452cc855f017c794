/*
 * LISTEN and NOTIFY: libpq gathers notifications while it reads anything; here it reads when nothing was asked.
 */
#include "base/clock.h"

#include "adapters/postgres.h"
#include "adapters/postgres_internal.h"

#include <assert.h>
#include <poll.h>

/* Takes all that have come. */
static bool take_notices(Postgres *pg)
{
    bool any = false;
    for (PGnotify *notice; (notice = PQnotifies(pg->connection)) != NULL; any = true)
        PQfreemem(notice);
    return any;
}

bool postgres_wait_notice(Postgres *pg, int wait_ms, bool *came, Error *error)
{
    int64_t until_ms = clock_monotonic_ms() + wait_ms;
    assert(!pg->piping);
    *came = false;
    if (!postgres_connect(pg, error))
        return false;
    for (;;) {
        *came = take_notices(pg);
        int64_t left = until_ms - clock_monotonic_ms();
        if (*came || left <= 0)
            return true;
        struct pollfd socket = {.fd = PQsocket(pg->connection), .events = POLLIN};
        if (poll(&socket, 1, (int)left) > 0 && PQconsumeInput(pg->connection) == 0)
            return postgres_lost(pg, error);
    }
}
