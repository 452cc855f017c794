#ifndef ONECASE_DOMAIN_LAG_BURROW_H
#define ONECASE_DOMAIN_LAG_BURROW_H

#include "domain/lag_report.h"

/*
 * The pages of Burrow (github.com/linkedin/Burrow, "HTTP Endpoint", v3) made of a report, so that tools that ask Burrow can ask us:
 *
 *   /v3/kafka  /v3/kafka/CLUSTER  /v3/kafka/CLUSTER/consumer  …/consumer/GROUP  …/consumer/GROUP/status  …/consumer/GROUP/lag
 *   /v3/kafka/CLUSTER/topic  …/topic/TOPIC  …/topic/TOPIC/consumers  /burrow/admin  /burrow/admin/ready
 *
 * Members, their types and the answers to what is not there are Burrow's; what we know beside (verdict, since, evidence, step, lag in
 * seconds) stands in further members. `start` of a partition is the look that rates are counted from, `end` the last one. Counts that are
 * not known are 0, as Burrow has no null there.
 */
typedef struct LagBurrow {
    const LagReport *report;
    const char *host;    /* of this machine */
    const char *brokers; /* as set */
    int64_t cycle_ms;    /* between looks */
} LagBurrow;

typedef struct LagBurrowPage {
    int status; /* 200 or 404 */
    const char *content_type;
    Text body; /* on the arena */
} LagBurrowPage;

/* `path` is decoded and without a query; one slash at its end makes no difference. */
LagBurrowPage lag_burrow_page(const LagBurrow *burrow, Text path, Arena *arena);

/* Burrow's word for the verdict on a partition: OK, WARN, ERR, STOP, STALL or REWIND. */
const char *lag_burrow_status(LagVerdict verdict);

#endif
