#ifndef ONECASE_SERVICES_ONECASE_SEND_TALLY_H
#define ONECASE_SERVICES_ONECASE_SEND_TALLY_H

#include "send_feed.h"
#include "send_records.h"

/*
 * What the records of a file become: each is mapped as intake will map it (the reporter's hash under a key of no
 * meaning, which shows nowhere), counted by kind, reason and rule, and its record number is the Kafka key.
 */
enum { SEND_NAMES_MAX = 64, SEND_FAULTS_MAX = 10 };

typedef struct SendCount {
    Text name;
    int64_t count;
} SendCount;

typedef struct SendCounts { /* the last place holds what found none, as "others" */
    SendCount items[SEND_NAMES_MAX];
    size_t count;
} SendCounts;

typedef struct SendFault {
    int64_t line;
    Text rule;
    Text pointer;
    Text message;
} SendFault;

typedef struct SendTally {
    const SendFeed *feed;
    Arena *arena; /* of names and faults */
    bool backfill;
    int64_t records;
    int64_t items;
    int64_t kinds[RECORD_KINDS];
    SendCounts ignored; /* by reason */
    SendCounts dead;    /* by rule */
    SendFault faults[SEND_FAULTS_MAX];
    size_t fault_count;
    int64_t damaged; /* records with bytes of no encoding */
    int64_t damaged_line;
} SendTally;

/* A record mapped; lives on the scratch arena. */
typedef struct SendMapped {
    const MappedRecord *items;
    size_t count;
    Text key; /* its record number; absent when it has none */
} SendMapped;

/* `now_us` is the time stamp it will have. */
SendMapped
send_tally_map(const SendTally *tally, const SendRecord *record, int64_t now_us, Arena *scratch);
void send_tally_count(SendTally *tally, const SendRecord *record, const SendMapped *mapped);

/* The faults on stderr as "FILE:LINE: ...", how many more there are. */
void send_tally_print_faults(const SendTally *tally, const char *file);
/* One line for each kind on stdout. */
void send_tally_print(const SendTally *tally);
/* Members of the summary's JSON object. */
void send_tally_write(const SendTally *tally, TextBuilder *out);

/* 1,234,567 on the arena. */
Text send_number(Arena *arena, int64_t value);

#endif
