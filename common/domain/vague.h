#ifndef ONECASE_DOMAIN_VAGUE_H
#define ONECASE_DOMAIN_VAGUE_H

#include "domain/evidence.h"

/*
 * Whether a report says where one thing could be (linkage.md 2, "Vague reports"). What is wrong at one lift, door, spot or shop is
 * told apart by building, number, landmark, asset, party or a point of A to C; a report with none of these is vague:
 *
 *   VAGUE_SITE     it names its estate alone, in which many such things stand
 *   VAGUE_NOWHERE  it names no place at all, or but its community
 *
 * What spreads over an area is no one spot: of such a class a report is vague only when it names no place at all. A road is a site of
 * its own, vague or not; and where the class is not known there is nothing to wait for.
 */
typedef enum Vagueness { VAGUE_NOT, VAGUE_SITE, VAGUE_NOWHERE } Vagueness;

/* A pure function of evidence and model. Whether the report may be joined to a hazard all the same is not asked here. */
Vagueness vague_of(const Evidence *evidence, const Model *model);

#endif
