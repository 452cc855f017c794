#ifndef ONECASE_SERVICES_ONECASE_CASE_H
#define ONECASE_SERVICES_ONECASE_CASE_H

#include "adapters/postgres.h"

/* What the subcommands of `onecase case` share. */
typedef struct CaseCommand {
    Postgres *pg;
    Arena *arena;
    bool json;
    const char *id;     /* of show and explain */
    const char *region; /* list: NULL for all */
    int64_t level;      /* list: at least this red; 0 for all */
    int64_t limit;      /* list */
    bool open_only;     /* list */
} CaseCommand;

int case_list(const CaseCommand *command);
int case_show(const CaseCommand *command);
int case_explain(const CaseCommand *command);
#endif
