#ifndef ONECASE_DOMAIN_QUARANTINE_H
#define ONECASE_DOMAIN_QUARANTINE_H

#include "base/error.h"

#include <stdint.h>

/*
 * When a record is taken for what kills the process (a bug of ours that it meets), so that it does not stop its partition for ever:
 *
 *   crash, crash .............. from here the partition's records are taken alone, each noted before it is looked at
 *   crash with record r alone . it is tried again, and once more: somebody may have killed us just then
 *   a third crash with r alone  r becomes a dead letter of stage "crash", unread; what follows goes on, alone for a while
 *
 * A crash is an end without giving the partition back, whatever ended the process: abort, SIGSEGV, the OOM killer, a person's
 * kill -9. Progress beyond what the batch of the crash could hold forgets crashes. So a record is buried after five crashes in a row
 * at the least, the last three of them with this very record alone in hand. Two would not do: where processes are killed every few
 * seconds, the record that comes first after a start is hit twice in a row now and then. All partitions of the process count
 * the crash, as nobody can know whose it was.
 */
enum {
    QUARANTINE_CRASHES = 2, /* of a partition, then its records are taken alone */
    QUARANTINE_TRIES = 3    /* of a record alone, then it is buried */
};

/* Why a record is buried: rule "crash". */
void quarantine_fault(int64_t tries, Error *fault);

#endif
