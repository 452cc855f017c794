/*
 * Where each partition begins and ends. onecase.report is kept for ever, so a partition that begins late has lost
 * history, and a rebuild from it gives other cases than there were.
 */
#include "replay/replay_log.h"

static bool
check_first(const ReplayLog *log, bool late, int64_t lost, int32_t short_partitions, Error *error)
{
    if (lost == 0 || late)
        return true;
    return error_set_at(
        error, ERROR_FATAL, "lost", NULL,
        "%s is not whole: %lld offsets at the beginning of %d of its %d partitions are gone; "
        "--from-what-is-left rebuilds without them",
        log->topic, (long long)lost, short_partitions, log->count);
}

bool replay_log_read(
    KafkaAdmin *admin, const char *topic, bool late, Arena *arena, ReplayLog *log, Error *error)
{
    KafkaTopic found = {.name = topic};
    if (!kafka_admin_topic(admin, &found, error))
        return false;
    if (found.partitions == 0)
        return error_set_at(error, ERROR_FATAL, "missing", NULL, "topic %s does not exist", topic);
    *log = (ReplayLog){.topic = topic,
                       .partitions = ARENA_ARRAY(arena, ReplayPartition, found.partitions),
                       .count = found.partitions};
    int64_t lost = 0;
    int32_t short_partitions = 0;
    for (int32_t i = 0; i < log->count; i++) {
        ReplayPartition *partition = &log->partitions[i];
        if (!kafka_admin_watermarks(admin, topic, i, &partition->first, &partition->end, error))
            return false;
        log->records += partition->end - partition->first;
        lost += partition->first;
        short_partitions += partition->first > 0 ? 1 : 0;
    }
    return check_first(log, late, lost, short_partitions, error);
}
