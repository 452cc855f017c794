#ifndef ONECASE_TESTS_LAG_REPORT_FIXTURE_H
#define ONECASE_TESTS_LAG_REPORT_FIXTURE_H

#include "domain/lag_report.h"

/*
 * A report in which something of each kind stands: a matcher that is behind on one of three partitions, an intake that is stopped on one
 * of two topics, somebody else's group that is fine, a process that hangs and one that has never answered.
 */
static LagPartition fixture_partition(const char *topic, int32_t number, LagVerdict verdict)
{
    return (LagPartition){
        .topic = text_from(topic),
        .partition = number,
        .committed = 40,
        .end = 40,
        .low = 0,
        .judgement =
            {
                .verdict = verdict,
                .since_ms = 1700000000000,
                .messages = 0,
                .late_ms = 0,
                .in_per_s = LAG_UNKNOWN,
                .out_per_s = LAG_UNKNOWN,
                .catch_up_s = 0,
                .retention_left_ms = LAG_UNKNOWN,
                .progress_ms = 1699999999500,
                .evidence = TEXT("nothing waits"),
                .also = TEXT(""),
            },
        .clock = TEXT("LogAppendTime (broker)"),
        .source_of_offset = TEXT("kafka"),
        .owner = TEXT("onecase@home@10.0.0.7"),
        .step = TEXT(""),
        .oldest = {.at_ms = 1699999885250, .committed = 30, .end = 37},
    };
}

static LagGroup fixture_group(Arena *arena, const char *name, const char *program, size_t count)
{
    return (LagGroup){
        .group = text_from(name),
        .program = text_from(program),
        .verdict = LAG_OK,
        .since_ms = 1700000000000,
        .evidence = TEXT("nothing waits"),
        .step = TEXT(""),
        .partitions = ARENA_ARRAY(arena, LagPartition, count),
        .partition_count = count,
    };
}

static LagGroup fixture_matcher(Arena *arena)
{
    LagGroup group = fixture_group(arena, "onecase-matcher", "matcher", 3);
    group.verdict = LAG_SLOW;
    group.messages = 60;
    group.late_ms = 61500;
    group.partitions[0] = fixture_partition("onecase.report", 2, LAG_SLOW);
    group.partitions[1] = fixture_partition("onecase.report", 0, LAG_CATCHING_UP);
    group.partitions[2] = fixture_partition("onecase.report", 1, LAG_OK);
    LagPartition *slow = &group.partitions[0];
    slow->end = 90;
    slow->judgement.messages = 50;
    slow->judgement.late_ms = 61500;
    slow->judgement.in_per_s = 2.5;
    slow->judgement.out_per_s = 0;
    slow->judgement.catch_up_s = LAG_UNKNOWN;
    slow->judgement.retention_left_ms = 3600000;
    slow->step = TEXT("systemctl status onecase-matcher");
    group.partitions[1].end = 50;
    group.partitions[1].judgement.messages = 10;
    group.partitions[1].judgement.late_ms = 31000;
    group.partitions[2].committed = LAG_UNKNOWN;
    group.partitions[2].oldest.committed = LAG_UNKNOWN;
    group.partitions[2].end = 0;
    return group;
}

static LagGroup fixture_intake(Arena *arena)
{
    LagGroup group = fixture_group(arena, "onecase-intake", "intake", 2);
    group.verdict = LAG_STOPPED;
    group.partitions[0] = fixture_partition("hotline.workorder", 0, LAG_STOPPED);
    group.partitions[0].owner = TEXT("");
    group.partitions[1] = fixture_partition("grid.event", 1, LAG_OK);
    return group;
}

static LagReport fixture_report(Arena *arena)
{
    LagReport report = {
        .at_ms = 1700000005250,
        .cluster = TEXT("local"),
        .by = TEXT("lagwatch"),
        .watching_since_ms = 1699999000000,
        .kafka_up = true,
        .kafka_fault = TEXT(""),
        .kafka_since_ms = 1699999000000,
        .database_up = false,
        .database_fault = TEXT("connection refused"),
        .database_since_ms = 1700000004000,
        .verdict = LAG_STOPPED,
        .groups = ARENA_ARRAY(arena, LagGroup, 3),
        .group_count = 3,
        .instances = ARENA_ARRAY(arena, LagInstance, 2),
        .instance_count = 2,
        .sources = ARENA_ARRAY(arena, LagSource, 2),
        .source_count = 2,
    };
    report.groups[0] = fixture_intake(arena);
    report.groups[1] = fixture_matcher(arena);
    report.groups[2] = fixture_group(arena, "some/body", "", 1);
    report.groups[2].partitions[0] = fixture_partition("grid.event", 0, LAG_OK);
    report.instances[0] = (LagInstance){.service = TEXT("intake"),
                                        .address = TEXT("127.0.0.1:9101"),
                                        .verdict = LAG_STALLED,
                                        .known = true,
                                        .since_ms = 1700000000000,
                                        .evidence = TEXT("no answer"),
                                        .step = TEXT("systemctl restart onecase-intake")};
    report.instances[1] = (LagInstance){.service = TEXT("relay"),
                                        .address = TEXT("127.0.0.1:9103"),
                                        .since_ms = LAG_UNKNOWN,
                                        .evidence = TEXT(""),
                                        .step = TEXT("")};
    report.sources[0] = (LagSource){.source = TEXT("GRID"),
                                    .count = 9,
                                    .p50_s = 1.5,
                                    .p99_s = 4,
                                    .newest_ms = 1700000001000,
                                    .age_ms = 61500,
                                    .hop = TEXT("matcher")};
    report.sources[1] = (LagSource){
        .source = TEXT("NEW"), .newest_ms = LAG_UNKNOWN, .age_ms = LAG_UNKNOWN, .hop = TEXT("")};
    return report;
}

#endif
