#include "decide_events.h"

#include "domain/case_payload.h"
#include "domain/lifecycle_time.h"

static bool announce(CaseStore *store,
                     const DecideContext *context,
                     const Lifecycle *lifecycle,
                     const CaseEvent *event,
                     int64_t seq,
                     Error *error)
{
    const Hazard *hazard;
    const HazardCase *of = case_payload_case(lifecycle, event, &hazard);
    int16_t level = of != NULL ? lifecycle_level(lifecycle->model, of).level : 0;
    StoredOutbox row = {.place = context->place,
                        .n = (*context->outbox_n)++,
                        .kind = case_payload_type(event->kind),
                        .region = context->region,
                        .case_id = event->case_id != 0 ? event->case_id : INT64_MIN,
                        .seq = seq,
                        .subject = of != NULL
                                       ? lifecycle_case_no(context->region, of, context->arena)
                                       : TEXT_ABSENT,
                        .event_at = event->event_at,
                        .level = level != 0 ? level : INT64_MIN,
                        .payload = case_payload(lifecycle, event, seq, context->arena),
                        .stream_time = context->now};
    return case_store_add(store, TABLE_OUTBOX, &row, error);
}

bool decide_events(CaseStore *store,
                   DecisionRows *rows,
                   const DecideContext *context,
                   const Lifecycle *lifecycle,
                   Error *error)
{
    int64_t seq = context->counters->next_event;
    if (!decision_rows_events(rows, context->region, &lifecycle->events, context->now,
                              context->counters, error))
        return false;
    for (size_t i = 0; context->announce && i < lifecycle->events.count; i++)
        if (!announce(store, context, lifecycle, &lifecycle->events.items[i], seq + (int64_t)i,
                      error))
            return false;
    return true;
}
