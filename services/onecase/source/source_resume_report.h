#ifndef ONECASE_SERVICES_ONECASE_SOURCE_RESUME_REPORT_H
#define ONECASE_SERVICES_ONECASE_SOURCE_RESUME_REPORT_H

#include "adapters/kafka_admin.h"

/* What the words of `onecase source resume` say, and what was opened by them. */
typedef struct SourceResume {
    Arena *arena;
    KafkaAdmin *admin;
    const char *brokers;
    const char *group; /* intake's */
    const char *prefix;
    const char *topic; /* with the prefix */
    int32_t partitions;
    int32_t partition; /* -1: all */
    Text reason;       /* absent: not said */
    bool yes;
    bool same;
} SourceResume;

/* The same for partitions of onecase.report that are LOST. */
int source_resume_report(SourceResume *resume, Error *error);

#endif
