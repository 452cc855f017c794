#ifndef ONECASE_SERVICES_ONECASE_EXPLAIN_WORDS_H
#define ONECASE_SERVICES_ONECASE_EXPLAIN_WORDS_H

#include "base/text.h"

/* What stands in a decision's row, in Chinese for screens. A name without words is shown as it is. */
Text explain_outcome(Text outcome);             /* link: 归并 */
Text explain_key(Text key);                     /* building: 楼幢 */
Text explain_relation(Text kind);               /* twin: 可能相同 */
Text explain_reason(Text reason, Arena *arena); /* veto:building: 楼幢或门牌不同 */
/* ，但被否决, for behind a sum: of a refusal (veto, contradicted); "" for none. */
const char *explain_refusal(Text refusal);
Text explain_precision(char precision, Arena *arena);

/* 楼幢或门牌 通过；单元或房号 否决 ... and what could not be tested because a side says nothing of it. To stdout. */
void explain_print_vetoes(TextList tested, TextList fell);
/* 小区、楼幢; a dash when there are none. To stdout. */
void explain_print_keys(TextList keys);
void explain_print_flags(TextList flags); /* a line, or nothing */

#endif
