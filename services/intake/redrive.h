#ifndef ONECASE_INTAKE_REDRIVE_H
#define ONECASE_INTAKE_REDRIVE_H

#include "outgoing.h"
#include "sources.h"

/*
 * A record of onecase.redrive: the bytes of a dead letter that was released, with the headers of the vault
 * (domain/vault_head.h). It goes out under the origin it had, its attempt raised, by the mapping that reads its topic now:
 *
 *   one item of several ............... that item alone
 *   a record that was dead as a whole . all items it gives now
 *   canonical ......................... as it is: the matcher refused it, not a mapping
 *
 * What cannot go out is dead again, and says why: no_source (nobody reads its topic any more), truncated (the vault has no
 * bytes), digest (these are not its bytes), item (the mapping finds no such item now), head and region (of a canonical record).
 * A record that does not even say which dead letter it is, is a dead letter of its own, stage decode, rule header: its origin
 * is its place on onecase.redrive. It is attempt 2 like all that comes from there, so no account misses what lies between two
 * of them.
 */
typedef struct Redriven {
    RecordHead head; /* origin: of the first item */
    const MappedRecord *items;
    size_t count;
    Text
        as_it_is; /* value of a canonical record, whose one item says kind and region only; else absent */
    OutgoingOriginal original;
} Redriven;

/*
 * Cannot fail. `fault` is set where the record has killed the process before (domain/quarantine.h): then it is dead, stage crash,
 * and its value is not looked into. Lives on the arena, with views of the record and the sources.
 */
void redrive_read(const KafkaRecord *record,
                  const Sources *sources,
                  const Error *fault,
                  Arena *arena,
                  Redriven *redriven);

#endif
