/*
 * Accounting without matching: every report is stored and joins no hazard.
 */
#include "decide.h"

#include <stdlib.h>

struct Decider {
    DeciderSpec spec;
};

bool decide_open(const DeciderSpec *spec, Decider **decider, Error *error)
{
    (void)error;
    *decider = calloc(1, sizeof(**decider));
    if (*decider == NULL)
        abort();
    (*decider)->spec = *spec;
    return true;
}

void decide_close(Decider *decider)
{
    free(decider);
}

bool decide_claim(Decider *decider, const int32_t *partitions, size_t count, Error *error)
{
    (void)decider, (void)partitions, (void)count, (void)error;
    return true;
}

void decide_release(Decider *decider, const int32_t *partitions, size_t count)
{
    (void)decider, (void)partitions, (void)count;
}

bool decide_report(Decider *decider, const DecideContext *context, StoredReport *row, Error *error)
{
    (void)decider, (void)context, (void)error;
    bool copy = !text_is_absent(row->report.origin_no);
    row->independence = copy ? TEXT("transferred") : TEXT("independent");
    return true;
}

bool decide_update(Decider *decider,
                   const DecideContext *context,
                   int64_t report_id,
                   const Report *change,
                   Error *error)
{
    (void)decider, (void)context, (void)report_id, (void)change, (void)error;
    return true;
}

bool decide_save(Decider *decider, Arena *arena, Error *error)
{
    (void)decider, (void)arena, (void)error;
    return true;
}

void decide_committed(Decider *decider)
{
    (void)decider;
}

void decide_dropped(Decider *decider)
{
    (void)decider;
}
