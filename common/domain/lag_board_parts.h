#ifndef ONECASE_DOMAIN_LAG_BOARD_PARTS_H
#define ONECASE_DOMAIN_LAG_BOARD_PARTS_H

#include "base/map.h"

#include "domain/lag_board.h"

/* The inside of lag_board*.c. Texts of a memory are on the heap and its own. */
typedef struct LagMemory {
    char *group;
    char *program;
    char *topic;
    int32_t partition;
    char *clock;            /* as seen last; "" before */
    char *source_of_offset; /* likewise */
    LagSample sample;       /* seen last */
    LagWindow window;
    int64_t seen_ms;      /* when */
    int64_t late_seen_ms; /* the last look at which it was late; LAG_UNKNOWN: never */
    bool present;         /* at the last look at which Kafka answered */
} LagMemory;

typedef struct LagProcessMemory {
    char *service;
    char *address;
    bool known;
    bool doubted; /* it hung at the last look: once is no proof on a busy machine */
    LagProcess process;
    LagVerdict verdict;
    int64_t since_ms;
    bool present; /* it is among those that are watched */
} LagProcessMemory;

typedef struct LagServerMemory {
    bool known;
    bool up;
    int64_t since_ms;
} LagServerMemory;

struct LagBoard {
    char *cluster;
    char *by;
    char *brokers;
    LagRules rules;
    int64_t watching_since_ms;
    LagServerMemory kafka;
    LagServerMemory database;
    LagMemory **memories;
    size_t count;
    size_t capacity;
    Map *
        places; /* hash of group, topic and partition -> index + 1; 64 bits of XXH3 are taken as the name itself */
    LagProcessMemory *processes;
    size_t process_count;
};

/* The memory of a partition, made when there is none. */
LagMemory *lag_board_memory(LagBoard *board, Text group, Text topic, int32_t partition);
LagProcessMemory *lag_board_process(LagBoard *board, Text service, Text address);

/* Copies `text` over `*kept` where it differs. */
void lag_board_keep_text(char **kept, Text text);

/* What is known of the processes of a program together: one that is well is enough. */
LagProcess lag_board_process_of(const LagBoard *board, Text program);

/* Sorts partitions into groups, with the worst first everywhere, and says what the whole is like. Fills groups and verdict. */
typedef struct LagFlat {
    Text group;
    Text program;
    int64_t late_seen_ms; /* as of its memory */
    LagPartition partition;
} LagFlat;
void lag_board_groups(LagFlat *flat, size_t count, Arena *arena, LagReport *report);

/* The command to run next; "": none. */
Text lag_board_step(const LagFlat *flat, LagProcess process, LagState state, Arena *arena);

#endif
