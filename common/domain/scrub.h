#ifndef ONECASE_DOMAIN_SCRUB_H
#define ONECASE_DOMAIN_SCRUB_H

#include "base/text.h"

/*
 * Numbers of persons in free text: mobile and landline numbers become 〔号码〕, identity card numbers 〔证件号〕, also with
 * full-width digits, with separators, with +86 and when part of the number is masked by asterisks.
 *
 * An 18-digit number counts as an identity card when its check digit is right (GB 11643) or its 7th to 14th digits
 * are a date since 1900; a 15-digit one when its 7th to 12th digits are a date of 1920 to 1999 (which keeps the
 * 15-digit grid codes of streets and towns). Record numbers, 16-digit component codes, 20-digit numbers and credit
 * codes with a right check character stay. Seven or eight digits count as a number only after a word such as 电话.
 */
Text scrub_text(Arena *arena,
                Text text,
                bool *changed); /* the text itself when nothing changed; *changed may be NULL */

#endif
