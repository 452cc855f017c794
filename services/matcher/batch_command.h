#ifndef ONECASE_SERVICES_MATCHER_BATCH_COMMAND_H
#define ONECASE_SERVICES_MATCHER_BATCH_COMMAND_H

#include "batch_parts.h"

#include "base/json.h"

/* Shared by batch_command*.c only: what kinds of commands there are, and how each is applied. */

/* A command on its way through the batch. */
typedef struct CommandCall {
    Batch *batch;
    const BatchItem *item;
    const StoredCommand *row; /* as it was submitted */
    const JsValue *args;      /* an object */
} CommandCall;

typedef struct CommandKind {
    const char *name;
    /*
     * Adds to the batch what follows from it, and writes to `result` what was done: a JSON object. It may read what stands in
     * PostgreSQL: all that came before is there. REJECT: it is refused for the reason in the error, and has added nothing.
     */
    bool (*apply)(const CommandCall *call, TextBuilder *result, Error *error);
} CommandKind;

/* The kind's name, or "other" when there is none: what may stand in a metric. */
Text batch_command_label(Text kind);

/*
 * Dead letters of the command's partition, named by their origins in args "origins", change their state: open ones are released or
 * parked, parked ones are open again. {"done": 2, "not_found": [...], "not_open": [...]}; the last lists those in another state
 * than the command wants.
 */
MUST_CHECK bool batch_command_redrive(const CommandCall *call, TextBuilder *result, Error *error);
MUST_CHECK bool batch_command_park(const CommandCall *call, TextBuilder *result, Error *error);
MUST_CHECK bool batch_command_unpark(const CommandCall *call, TextBuilder *result, Error *error);

#endif
