#ifndef ONECASE_DOMAIN_LAG_REPORT_H
#define ONECASE_DOMAIN_LAG_REPORT_H

#include "base/error.h"

#include "domain/lag_verdict.h"

/*
 * All that is known of a hub at one time, as lagwatch publishes it (GET /v1/lag) and `onecase lag` shows it. Texts live as long as
 * the report's arena. Times are ms since 1970, in JSON ISO 8601 in UTC; what is not known is LAG_UNKNOWN, in JSON null.
 */
typedef struct LagPartition {
    Text topic; /* of relay: onecase.outbox */
    int32_t partition;
    int64_t committed;
    int64_t end;
    int64_t low;
    LagJudgement judgement;
    Text
        clock; /* of the time stamp that the seconds come from: LogAppendTime (broker), CreateTime (sender), database */
    Text source_of_offset; /* postgresql, kafka (its copy, while PostgreSQL does not answer) */
    Text owner;            /* member or session that has it; "": nobody, or not known */
    Text step;             /* the command to run next; "": none */
    LagSample
        oldest; /* that rates are counted from, for Burrow's pages; not in JSON: {0} when it was read from there */
} LagPartition;

typedef struct LagGroup {
    Text group;         /* consumer group; of relay: onecase-relay */
    Text program;       /* intake, matcher, relay; "": another's */
    LagVerdict verdict; /* the worst of its partitions */
    int64_t since_ms;   /* of the worst */
    Text evidence;      /* of the worst partition, which it names when there are several */
    Text step;
    int64_t messages;         /* sum of what is known */
    int64_t late_ms;          /* largest */
    LagPartition *partitions; /* the worst first, then by topic and number */
    size_t partition_count;
} LagGroup;

/* A process that is watched by its health page. */
typedef struct LagInstance {
    Text service;
    Text address;       /* host:port */
    LagVerdict verdict; /* OK, STALLED (hangs), STOPPED (gone) */
    bool known;         /* it has answered at least once; otherwise it is not judged */
    int64_t since_ms;
    Text evidence;
    Text step;
} LagInstance;

/* From the department's own time to the row. */
typedef struct LagSource {
    Text source;
    int64_t count; /* reports that the percentiles are of */
    double p50_s;  /* the department's time (recorded, else reported) to the row */
    double p99_s;
    double newest_s; /* of the newest report */
    double
        sent_p50_s; /* its first part: to onecase.report, so the department's own delay and intake's */
    double stored_p50_s; /* its last part: from onecase.report to the row */
    int64_t newest_ms;   /* when the newest report was stored */
    int64_t
        age_ms; /* of what the database does not know yet: 0 when nothing of this source waits */
    Text hop;   /* what holds it up: "" nothing, intake, matcher, department */
} LagSource;

typedef struct LagReport {
    int64_t at_ms;
    Text cluster;
    Text by;      /* "lagwatch", or "onecase lag" when it measured by itself */
    Text brokers; /* that were asked, host:port,...; "": one before this member does not say */
    int64_t watching_since_ms;
    bool kafka_up;
    Text kafka_fault;
    bool database_up;
    Text database_fault;
    int64_t database_since_ms; /* of up or down */
    int64_t kafka_since_ms;
    LagVerdict verdict; /* the worst of groups and known instances */
    LagGroup *groups;   /* the worst first */
    size_t group_count;
    LagInstance *instances;
    size_t instance_count;
    LagSource *sources;
    size_t source_count;
} LagReport;

/* The report as one JSON object, on the arena. */
Text lag_report_write(const LagReport *report, Arena *arena);

/* REJECT with a JSON pointer: the text is no such report. Everything is copied to the arena. */
MUST_CHECK bool lag_report_read(Text text, Arena *arena, LagReport *report, Error *error);

#endif
