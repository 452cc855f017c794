#ifndef ONECASE_SERVICES_ONECASE_DLQ_H
#define ONECASE_SERVICES_ONECASE_DLQ_H

#include "command.h"
#include "dlq_options.h"

#include "adapters/postgres.h"

/* What the subcommands of `onecase dlq` share. */
typedef struct Dlq {
    const DlqOptions *options;
    Postgres *pg;
    Arena *arena;
} Dlq;

enum { DLQ_DENIED = 77 }; /* exit code: the database refuses this user */

int dlq_list(const Dlq *dlq);
int dlq_show(const Dlq *dlq);
int dlq_redrive(const Dlq *dlq);
int dlq_park(const Dlq *dlq); /* and unpark */
int dlq_export(const Dlq *dlq);

/* command_failed, and for what PostgreSQL refuses this user what he lacks: DLQ_DENIED. */
int dlq_failed(const Dlq *dlq, const Error *error);

/* The vault, with the prefix. */
const char *dlq_topic(const Dlq *dlq, const char *name);

#endif
