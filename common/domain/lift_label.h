#ifndef ONECASE_DOMAIN_LIFT_LABEL_H
#define ONECASE_DOMAIN_LIFT_LABEL_H

#include "domain/address_scan.h"

/*
 * Which of a building's lifts people mean, where they give no number of a plate: 2号梯, A梯, 左边那部, 东侧电梯, 货梯,
 * 大的那台, 单层停的那部, 高区电梯. Two that are labelled in one way are compared, and no others: a 1号梯 may well be the
 * left one.
 */
typedef enum LiftKind {
    LIFT_NUMBER,
    LIFT_LETTER,
    LIFT_PURPOSE, /* 消防, 货, 客 ... */
    LIFT_LEFT_RIGHT,
    LIFT_EAST_WEST,
    LIFT_NORTH_SOUTH,
    LIFT_DEPTH, /* further in or out */
    LIFT_SIZE,
    LIFT_STOPS, /* at odd or at even floors */
    LIFT_ZONE,  /* of a tall building */
    LIFT_KINDS
} LiftKind;

typedef uint32_t LiftLabel; /* a value for each kind, in so many bits; 0: nothing is said */

/* What texts of one report, or the reports of a hazard, say; starts as {0}. Two values of a kind leave none. */
typedef struct LiftReading {
    uint8_t values[LIFT_KINDS];
    bool several[LIFT_KINDS];
} LiftReading;

/*
 * Reads one text, of which `places` is the scan. Without 号 a number (2梯) is the unit of an address as often as not: it
 * counts only outside of places, and with `unit_known`, when the report names its unit otherwise.
 */
void lift_label_read(LiftReading *reading,
                     const Folded *text,
                     const AddressScan *places,
                     bool unit_known);
/* What another report says. */
void lift_label_join(LiftReading *reading, LiftLabel label);
LiftLabel lift_label_of(const LiftReading *reading);

typedef enum LiftAgreement { LIFT_UNKNOWN, LIFT_EQUAL, LIFT_DIFFERS } LiftAgreement;

/* By the first kind, in their order, of which both have a value; *kind is which. */
LiftAgreement lift_label_compare(LiftLabel a, LiftLabel b, LiftKind *kind);

/* 2号梯, A梯, 左侧梯; on the arena or static. */
Text lift_label_text(LiftLabel label, LiftKind kind, Arena *arena);

#endif
