/*
 * Departmental bytes to UTF-8. iconv stops at a byte it cannot read; that byte becomes U+FFFD and
 * reading goes on behind it, so a broken character costs its own bytes and nothing else.
 */
#include "base/encoding.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 1024 };

static bool is_ascii(Text text)
{
    unsigned char all = 0;
    for (size_t i = 0; i < text.size; i++) {
        all |= (unsigned char)text.data[i];
    }
    return all < 0x80;
}

static iconv_t open_gb18030(void)
{
    iconv_t converter = iconv_open("UTF-8", "GB18030");
    if (converter == (iconv_t)-1) {
        fputs("iconv cannot convert GB18030: the gconv modules of glibc are missing\n", stderr);
        abort();
    }
    return converter;
}

static Text from_gb18030(Arena *arena, Text bytes, bool *repaired)
{
    if (is_ascii(bytes)) {
        return bytes;
    }
    iconv_t converter = open_gb18030();
    size_t most = bytes.size + bytes.size / 2 + 4; /* two bytes become three at most */
    TextBuilder out = {.arena = arena, .data = arena_alloc(arena, most), .capacity = most};
    char *in = (char *)(uintptr_t)bytes.data; /* iconv's signature is not const-correct */
    size_t left = bytes.size;
    while (left > 0) {
        char chunk[CHUNK];
        char *end = chunk;
        size_t room = sizeof chunk;
        size_t result = iconv(converter, &in, &left, &end, &room);
        int reason = errno;
        builder_text(&out, (Text){chunk, sizeof chunk - room});
        if (result == (size_t)-1 && reason != E2BIG) {
            builder_codepoint(&out, UNICODE_REPLACEMENT);
            *repaired = true;
            in++;
            left--;
            iconv(converter, NULL, NULL, NULL, NULL);
        }
    }
    iconv_close(converter);
    return builder_view(&out);
}

static Text from_utf8(Arena *arena, Text bytes, bool *repaired)
{
    const Text mark = TEXT("\xEF\xBB\xBF");
    if (text_starts(bytes, mark)) {
        bytes = text_slice(bytes, mark.size, bytes.size);
    }
    return unicode_valid(bytes) ? bytes : unicode_repair(arena, bytes, repaired);
}

Text encoding_to_utf8(Arena *arena, Text bytes, Encoding encoding, bool *repaired)
{
    *repaired = false;
    if (encoding == ENCODING_AUTO) {
        encoding = unicode_valid(bytes) ? ENCODING_UTF8 : ENCODING_GB18030;
    }
    return encoding == ENCODING_UTF8 ? from_utf8(arena, bytes, repaired)
                                     : from_gb18030(arena, bytes, repaired);
}

bool encoding_from_name(Text name, Encoding *encoding)
{
    static const char *const NAMES[] = {
        [ENCODING_UTF8] = "utf-8", [ENCODING_GB18030] = "gb18030", [ENCODING_AUTO] = "auto"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (text_is(name, NAMES[i])) {
            *encoding = (Encoding)i;
            return true;
        }
    }
    return false;
}
