#ifndef ONECASE_RELAY_RELAY_H
#define ONECASE_RELAY_RELAY_H

#include "base/error.h"

/*
 * The relay: what the matcher wrote into the outbox goes out, each row once and in the order of its partition, and the
 * position behind it moves only when the broker has acknowledged it. It is at least once: after a crash the rows behind
 * the stored position go out again, with the same ce_id and in the same order.
 *
 * One relay works at a time, the one whose session has the lock; the others stand by and look for it every poll_ms.
 * Whoever loses his connection has lost the lock: what he has not seen acknowledged he drops, and begins again at the
 * stored positions when he has the lock again.
 *
 * A relay that is frozen (SIGSTOP, a suspended machine) loses its session after takeover_ms, and another one goes on from
 * the stored positions. Thawed, it can still send what it had read: one batch of one partition (batch_max rows), and one
 * round of ticks. It cannot read more, and it cannot move a position: both need the session that is gone, and a move is
 * refused to whoever does not know where the position stands. What it sends are rows that the other one has sent or
 * will send: repeats by ce_id. Both send the rows of a partition in order and from the same position or an earlier one,
 * so that whoever drops repeats sees each event once and in order even then.
 *
 * Commands that people have submitted go out in the order in which they did, each to its partition of onecase.report, and are
 * noted as published when the broker has acknowledged them; one that goes out twice is applied once.
 *
 * Ticks go out while the lock is held and PostgreSQL answers: while it does not, no timer could fire, and the first
 * tick afterwards fires all that is due. More ticks than one a minute (after a take-over) do no harm.
 *
 * A row that cannot be sent (larger than its topic takes) holds up its own partition, is named in the log and tried
 * again; nothing is skipped.
 *
 * The functions are those of ServiceSpec (adapters/service.h); `settings` are RelaySettings.
 */
MUST_CHECK bool relay_open(const void *settings, void **state, Error *error);
MUST_CHECK bool relay_step(void *state, Error *error);
void relay_idle(void *state, int wait_ms);
MUST_CHECK bool relay_drain(void *state, Error *error);
void relay_close(void *state);

#endif
