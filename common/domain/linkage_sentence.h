#ifndef ONECASE_DOMAIN_LINKAGE_SENTENCE_H
#define ONECASE_DOMAIN_LINKAGE_SENTENCE_H

#include "domain/linkage.h"

/*
 * One sentence in Chinese that says what was decided and why, for decisions.sentence; on the arena. Hazards are named by their
 * numbers in `region`; an absent region stands for a comparison of two reports, of which the other one is meant. Says
 * places, asset numbers, distances and times that the comparisons hold, and nothing of people.
 */
Text linkage_sentence(const Decision *decision, Text region, Arena *arena);

/* What a level is called on a screen: 同一楼幢或门牌, 7天以内; absent: a level without a name. */
Text linkage_level_words(Text comparison, Text level, Arena *arena);
/* 该楼 for building: where a crowd stands; NULL: unknown. */
const char *linkage_site_words(Text site);
/* 地点 for place; NULL: unknown. */
const char *linkage_comparison_words(Text comparison);
/* 楼幢或门牌 for building, as in 楼幢或门牌不同; NULL: unknown. */
const char *linkage_veto_words(Text veto);
/* 编号仅差一位 for asset_near; NULL: unknown. */
const char *linkage_flag_words(Text flag);

#endif
