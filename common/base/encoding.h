#ifndef ONECASE_BASE_ENCODING_H
#define ONECASE_BASE_ENCODING_H

#include "base/text.h"

typedef enum Encoding { ENCODING_UTF8, ENCODING_GB18030, ENCODING_AUTO } Encoding;

/*
 * Bytes in the given encoding to well-formed UTF-8 on the arena (or a view of `bytes` when nothing had to change).
 * Bytes that do not belong to the encoding become U+FFFD, one each, and set *repaired: nothing is lost silently and
 * the call cannot fail. ENCODING_AUTO takes UTF-8 when the bytes are well-formed UTF-8, else GB18030.
 * A UTF-8 byte order mark at the start is removed. GB18030 is glibc iconv's.
 */
Text encoding_to_utf8(Arena *arena, Text bytes, Encoding encoding, bool *repaired);

bool encoding_from_name(Text name, Encoding *encoding); /* "utf-8", "gb18030", "auto" */

#endif
