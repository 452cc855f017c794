/* Who sees bytes: judged and logged by onecase.log_access, before one of them is read. */
#include "dlq_access.h"

#include <stdio.h>

enum { ORIGINS_MAX = 1000 }; /* of one entry */

static const PostgresStatement LOG_ACCESS = {
    "dlq_log_access", "select onecase.log_access($1, string_to_array($2, E'\\n'), $3)"};

static bool log_some(const Dlq *dlq,
                     const char *action,
                     const DlqLetters *letters,
                     size_t from,
                     bool *granted,
                     Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    TextBuilder origins = builder_new(dlq->arena);
    for (size_t i = from; i < letters->count && i < from + ORIGINS_MAX; i++) {
        builder_string(&origins, i > from ? "\n" : "");
        builder_text(&origins, letters->items[i].origin);
    }
    const PostgresParam params[] = {postgres_param_text(text_from(action)),
                                    postgres_param_text(builder_view(&origins)),
                                    postgres_param_text(text_from(dlq->options->reason))};
    if (!postgres_call(dlq->pg, &LOG_ACCESS, params, 3, &rows, error))
        return false;
    *granted = postgres_int(rows, 0, 0) == 1;
    return true;
}

bool dlq_access_granted(const Dlq *dlq, const char *action, const DlqLetters *letters, int *status)
{
    Error error = {0};
    bool granted = true;
    for (size_t from = 0; granted && from < letters->count; from += ORIGINS_MAX)
        if (!log_some(dlq, action, letters, from, &granted, &error)) {
            *status = dlq_failed(dlq, &error);
            return false;
        }
    if (granted)
        return true;
    fputs(
        "onecase dlq: original bytes are for members of onecase_custodian alone, and this user is "
        "none; the attempt was logged\n",
        stderr);
    *status = DLQ_DENIED;
    return false;
}
