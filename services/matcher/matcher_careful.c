/*
 * Records of a partition whose owners crashed are taken alone, each noted in PostgreSQL before it is decided, so that the guilty one
 * is found (domain/quarantine.h). The note need not reach the disk: it has to outlive this process alone.
 *
 * Invariant: while a record is noted as tried, no other record is in hand.
 */
#include "matcher_parts.h"

#include "base/log.h"

#include "domain/quarantine.h"

void matcher_be_careful(const Matcher *matcher, const StoredOffset *claimed)
{
    PartitionProgress *partition = progress_partition(matcher->progress, claimed->partition);
    bool tried = claimed->trying_offset >= claimed->next_offset;
    if (!tried && claimed->crashes < QUARANTINE_CRASHES)
        return;
    /* as many as the batch could hold that ended the first process: the guilty one is among them */
    partition->careful_left = matcher->settings->batch_max;
    partition->tries = tried ? claimed->tries : 0;
    if (partition->tries >= QUARANTINE_TRIES)
        partition->buried_offset = claimed->trying_offset;
    log_state(LOG_WARN, "careful", LOG_STRING("topic", matcher->topic),
              LOG_INT("partition", claimed->partition), LOG_INT("crashes", claimed->crashes),
              LOG_INT("offset", tried ? claimed->trying_offset : claimed->next_offset),
              LOG_INT("tries", partition->tries));
}

/* NULL: the record may go with others, or is done or not ours. */
static PartitionProgress *alone(const Matcher *matcher, const KafkaRecord *record)
{
    PartitionProgress *partition = progress_partition(matcher->progress, record->partition);
    bool careful = partition != NULL && !partition->held && partition->careful_left > 0;
    return careful && record->offset >= partition->committed_offset ? partition : NULL;
}

static bool handle_alone(Matcher *matcher,
                         PartitionProgress *partition,
                         const KafkaRecord *record,
                         Error *error)
{
    const StoredClaim claim = {partition->number, partition->epoch};
    if (partition->tried_offset != record->offset) {
        if (!case_store_try_offset(matcher->store, &claim, record->offset, error))
            return false;
        partition->tried_offset = record->offset;
    }
    if (!matcher_handle_batch(matcher, record, 1, error))
        return false;
    if (partition->held) { /* it was set aside, and is not in hand while it waits */
        partition->tried_offset = -1;
        return case_store_try_offset(matcher->store, &claim, -1, error);
    }
    partition->careful_left--;
    return true;
}

bool matcher_handle_records(Matcher *matcher,
                            const KafkaRecord *records,
                            size_t count,
                            Error *error)
{
    size_t from = 0; /* of what goes together */
    for (size_t i = 0; i < count; i++) {
        PartitionProgress *partition = alone(matcher, &records[i]);
        if (partition == NULL)
            continue;
        if (i > from && !matcher_handle_batch(matcher, records + from, i - from, error))
            return false;
        if (!handle_alone(matcher, partition, &records[i], error))
            return false;
        from = i + 1;
    }
    return from == count || matcher_handle_batch(matcher, records + from, count - from, error);
}
