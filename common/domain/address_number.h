#ifndef ONECASE_DOMAIN_ADDRESS_NUMBER_H
#define ONECASE_DOMAIN_ADDRESS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Numbers inside folded addresses: digits with an optional letter (3A), letters (A 座, 甲 幢), Chinese numerals
 * (十二 -> 12), which are numbers only when a counter follows. `codepoints` is followed by a 0.
 */
typedef enum CounterKind {
    COUNTER_NONE,
    COUNTER_BUILDING,  /* 幢 栋 座 号楼 # #楼 */
    COUNTER_DOOR,      /* 号 */
    COUNTER_YARD,      /* 号院 */
    COUNTER_LANE,      /* 弄 */
    COUNTER_UNIT,      /* 单元 */
    COUNTER_STAIR,     /* 梯: a unit after a building */
    COUNTER_ROOM,      /* 室 房 */
    COUNTER_STALL,     /* 号摊位 号铺 */
    COUNTER_FLOOR,     /* 楼: a floor, or a building */
    COUNTER_STOREY,    /* 层 */
    COUNTER_PHASE,     /* 期 */
    COUNTER_ZONE,      /* 区 */
    COUNTER_GROUP,     /* 组 社 队: of a village */
    COUNTER_GATE,      /* 门: a unit after a building */
    COUNTER_GATE_NO,   /* 号门: a gate */
    COUNTER_METRE,     /* 米 M */
    COUNTER_KILOMETRE, /* 公里 KM */
    COUNTER_WORKSHOP,  /* 号厂房: a building of an industrial estate, a door behind a road */
    COUNTER_THING,     /* 号电梯: a door behind a road, else a number of a thing */
    COUNTER_OTHER /* 号线 号口 号机 号桩 号地块 …: a number that names no place of ours */
} CounterKind;

enum { ADDRESS_NUMBER_MAX = 8 };

typedef struct AddressNumber {
    uint32_t text[ADDRESS_NUMBER_MAX]; /* 12, 3A, A; without leading zeros */
    size_t length;
    int32_t value; /* of the digits; -1 when there are none */
    bool chinese;  /* written in Chinese numerals */
    bool letter;   /* a letter alone */
    bool pair;     /* 两: counts, never numbers */
    size_t end;    /* index behind it */
} AddressNumber;

/*
 * The number that starts at index `at`; false when there is none. Whether a counter follows is not looked at, except
 * for letters, which need one.
 */
bool address_number(const uint32_t *codepoints, size_t count, size_t at, AddressNumber *number);

/* The counter at index `at`; *length of it in code points. */
CounterKind address_counter(const uint32_t *codepoints, size_t count, size_t at, size_t *length);

/* 0 to 9; 10 and 100 for 十 and 百; -1: no Chinese numeral. */
int32_t address_numeral(uint32_t codepoint);

#endif
