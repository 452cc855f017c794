#ifndef ONECASE_SERVICES_ONECASE_LAG_WATCH_H
#define ONECASE_SERVICES_ONECASE_LAG_WATCH_H

#include "lag/lag_options.h"

#include "base/error.h"

/*
 * `onecase lag --watch`: the view of lag_view.h on the whole screen, until somebody ends it. REJECT without a terminal; *status is the
 * exit code: 0 by `q` or Ctrl-C, 128 and the signal's number by another one.
 */
MUST_CHECK bool lag_watch(const LagOptions *options, int *status, Error *error);

#endif
