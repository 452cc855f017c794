#ifndef ONECASE_SERVICES_ONECASE_SEND_SUMMARY_H
#define ONECASE_SERVICES_ONECASE_SEND_SUMMARY_H

#include "send_delivery.h"
#include "send_tally.h"

/* What is said at the end of a run. */
typedef struct SendSummary {
    const SendOptions *options;
    const char *name; /* of the file */
    const char *topic;
    const SendTally *tally;
    const SendRecords *records;
    const SendFile *file;
    const SendDeliveryState *state; /* NULL: nothing was sent, it was only checked */
    SendPlace start;                /* what an earlier run had sent */
    int64_t total;                  /* records of the file; -1: not counted */
    int64_t spent_ms;
    bool complete;
    bool kept; /* the place is: the same command goes on */
} SendSummary;

/* On stdout, as text or JSON; complaints about records on stderr. */
void send_summary_print(const SendSummary *summary);
/* Of a run that is not complete, on stderr. */
void send_summary_say_how_far(const SendSummary *summary);

#endif
