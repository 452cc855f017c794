#ifndef ONECASE_DOMAIN_SCRUB_H
#define ONECASE_DOMAIN_SCRUB_H

#include "base/text.h"

/*
 * What belongs to a person in free text, and the mark that takes its place. Full-width characters count as narrow ones.
 * The same text always gives the same, scrubbed text stays as it is, and the time grows with the length alone.
 *
 * 〔号码〕 mobile numbers, in one piece, in groups, with +86, read out (一九九...), masked (199****0001); landlines with area
 *     code and extension; seven or eight digits behind a word such as 电话; QQ numbers and WeChat accounts behind theirs.
 * 〔证件号〕 18 digits when check digit (GB 11643) and date are both right, or behind 身份证 or 证件号 and not behind a word
 *     for records (工单号, 编号); 17 and X by either; 15 digits with a date of 1940 to 1999; masked ones; passports and
 *     passes behind their word.
 * 〔卡号〕 16 to 19 digits behind 银行卡; with a right Luhn digit behind 账号 and the like; in groups of four without a word.
 * 〔邮箱〕 mail addresses.
 * 〔姓名〕 names that a word marks: 我叫, 本人, 我是, 姓; 姓名, 联系人, 来电人, 投诉人 and other fields; 业主, 住户 and other
 *     nouns; 先生, 女士, 师傅 and other forms of address, which stay; a name beside a hidden number.
 * 〔车牌〕 plates of vehicles, as domain.md 8.1 counts them among what points to a person (masked 3 + 1); not the numbers of
 *     the same form behind 电梯, 设备 and words for numbers. Two vehicles are not told apart any more: where it
 *     matters which one blocks the fire lane, the department's own record says it.
 * 〔编号〕 numbers that the record itself gives as a person's: scrub_known.h.
 *
 * Numbers of things and organisations stay: record numbers, component, grid and credit codes, lift plates, 400, 12345.
 * So do names that no word marks, shops (李先生牛肉面), and what was masked by whoever wrote it (张某).
 */
Text scrub_text(Arena *arena,
                Text text,
                bool *changed); /* the text itself when nothing changed; *changed may be NULL */

/*
 * A value that is meant to be one code: where it is (letters, digits, '-', '_' and '.' alone), it stays whatever its
 * check digits say, unless it is a mobile number. Anything else is scrubbed as text.
 */
Text scrub_code(Arena *arena, Text text, bool *changed);

#endif
