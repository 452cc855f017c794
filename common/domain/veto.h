#ifndef ONECASE_DOMAIN_VETO_H
#define ONECASE_DOMAIN_VETO_H

#include "domain/evidence.h"

/*
 * Which vetoes a pair of reports gives occasion to (linkage.md 1): those of which both sides say something. That one was
 * tested and did not fall is part of an explanation; whether it fell is the scorer's to say (Score.vetoes, by the same names).
 */
typedef enum VetoKind {
    VETO_ASSET, /* both have an asset of one kind; not in area scope, where many devices see one fire */
    VETO_BUILDING, /* both name buildings, or numbers of a road; not in area scope */
    VETO_UNIT,     /* both name a unit; not in area scope */
    VETO_RELATION, /* both classes are known: they may be cause and incident */
    VETO_CLASS,    /* area scope and both classes known: other classes are kept out */
    VETO_PERSON,   /* a person's judgement: never of a pair of reports alone */
    VETO_KINDS
} VetoKind;

const char *veto_name(VetoKind kind); /* asset, building ... */

/* Bit set of VetoKind. */
uint32_t veto_tested(const Model *model, const Evidence *report, const Evidence *member);

#endif
