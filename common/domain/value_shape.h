#ifndef ONECASE_DOMAIN_VALUE_SHAPE_H
#define ONECASE_DOMAIN_VALUE_SHAPE_H

#include "base/text.h"

/*
 * What a value looks like without saying what it is, for dead letters and logs: digits become 9, Latin letters a, every
 * other letter 字; blanks, ASCII signs and CJK punctuation stay, except a double quote, which becomes '; anything else
 * becomes ?. A run of more than VALUE_SHAPE_RUN of one kind is cut there, the whole behind VALUE_SHAPE_MOST characters;
 * "…" stands for what was cut. "2026-02-01 上午8:30" is "9999-99-99 字字9:99".
 */
enum { VALUE_SHAPE_RUN = 24, VALUE_SHAPE_MOST = 40 };

Text value_shape(Arena *arena, Text value);

#endif
