#ifndef ONECASE_SERVICES_ONECASE_DLQ_ACCESS_H
#define ONECASE_SERVICES_ONECASE_DLQ_ACCESS_H

#include "dlq_letters.h"

/*
 * Asks PostgreSQL whether the bytes of these letters may be seen, which writes who asked and why into onecase.access_log
 * either way. False with the exit code in *status: refused (DLQ_DENIED) or failed, said on stderr; nothing may be shown
 * then.
 */
bool dlq_access_granted(const Dlq *dlq, const char *action, const DlqLetters *letters, int *status);

#endif
