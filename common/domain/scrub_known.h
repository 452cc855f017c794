#ifndef ONECASE_DOMAIN_SCRUB_KNOWN_H
#define ONECASE_DOMAIN_SCRUB_KNOWN_H

#include "base/text.h"

/*
 * Names and numbers of persons that a record itself gives in fields of their own ("contact": "张试验"), to be taken out
 * of its free text, where no word may mark them ("已联系用户张试验确认").
 *
 * A value is split at everything that is no Han character and no dot of a name. A name is a run of 2 to 4 Han characters
 * that begins with a surname, and one of up to 24 with a dot inside (阿卜杜·样例); not a word with a surname in it (高度),
 * not what ends as places do (路, 村) or stands before a house number (金海花园3栋). A number is a run of at least five ASCII
 * letters and digits, three of them digits. Nothing else of the value is known afterwards: not an age, a sex, an address.
 *
 * Where the whole value is a surname, blanks and a given name (王　强), the name without blanks is known;
 * in a text it may have them or not.
 *
 * 〔姓名〕 takes the place of a name wherever it stands, 〔编号〕 (〔号码〕, 〔证件号〕 where it looks like one) that of a number
 * that is a whole run of letters and digits in the text, full-width and capital letters alike.
 *
 * Time and memory grow with the lengths of values and texts: of a value the first SCRUB_KNOWN_VALUE bytes are looked at,
 * which is a list of a thousand names, and SCRUB_KNOWN_MOST names and numbers are kept.
 */
enum { SCRUB_KNOWN_VALUE = 16384, SCRUB_KNOWN_MOST = 4096 };

typedef struct ScrubKnown ScrubKnown;

/* Knows what `more` knows as well (NULL: nothing); no longer than that lives, and it grows no more. */
ScrubKnown *scrub_known_new(Arena *arena, const ScrubKnown *more);
void scrub_known_add(ScrubKnown *known, Text value); /* what it keeps is copied */

/*
 * scrub_text that also knows these; `known` may be NULL. The text itself when nothing changed; *changed may be NULL.
 */
Text scrub_known_text(Arena *arena, const ScrubKnown *known, Text text, bool *changed);

#endif
