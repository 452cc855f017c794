#ifndef ONECASE_SERVICES_ONECASE_SUBMIT_H
#define ONECASE_SERVICES_ONECASE_SUBMIT_H

#include "adapters/postgres.h"

/*
 * Commands of people to the hub (docs/commands.md): submitted into PostgreSQL, sent by relay through onecase.report, applied by the
 * matcher in the order of the log. Whoever submits waits for the answer a while and no longer.
 */
typedef struct CommandSpec {
    const char *kind;       /* dlq.redrive */
    Text args;              /* a JSON object */
    Text id;                /* absent: a new one is made */
    Text region;            /* absent: it is about none */
    int32_t partition;      /* of onecase.report; -1: the region's */
    int64_t expect_version; /* INT64_MIN: none */
} CommandSpec;

typedef enum CommandState {
    COMMAND_QUEUED,    /* no relay has sent it yet */
    COMMAND_PUBLISHED, /* no matcher has applied it yet */
    COMMAND_DONE,
    COMMAND_REFUSED
} CommandState;

typedef struct CommandResult {
    CommandState state;
    Text id;
    Text text; /* done: JSON, refused: why; otherwise absent */
} CommandResult;

enum { COMMAND_WAIT_MS = 10000 };

/*
 * Submits and waits up to `wait_ms` for what becomes of it. The result lives on the arena. REJECT or FATAL (state 42501: the role is
 * missing) when it may not be submitted; RETRY when PostgreSQL went away: it may have been submitted or not, and to submit it again
 * under the id in the result does no harm.
 */
MUST_CHECK bool command_submit(Postgres *pg,
                               const CommandSpec *spec,
                               int wait_ms,
                               Arena *arena,
                               CommandResult *result,
                               Error *error);

/* What became of the one of that id; false in *found: nobody has submitted it. */
MUST_CHECK bool
command_look(Postgres *pg, Arena *arena, CommandResult *result, bool *found, Error *error);
/* The same, and waits up to `wait_ms` while it is queued or published. */
MUST_CHECK bool command_await(
    Postgres *pg, int wait_ms, Arena *arena, CommandResult *result, bool *found, Error *error);

/*
 * What to say of one that was not done: on stderr "queued, id ..." with what it waits for, or why it was refused. Answers the exit
 * code: EXIT_QUEUED, or EXIT_FOUND when it was refused; EXIT_OK, saying nothing, of one that was done.
 */
int command_say_undone(const char *command, const CommandResult *result);

#endif
