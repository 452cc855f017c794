/*
 * The first byte chooses the encoding, the rest is text. Whatever comes in, UTF-8 comes out; and what comes out is left
 * alone when it is converted once more.
 */
#include "fuzz.h"

#include "base/encoding.h"
#include "base/unicode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    Arena *arena = arena_new(1024);
    Encoding encoding = (Encoding)(data[0] % 3);
    Text bytes = {(const char *)data + 1, size - 1};
    bool repaired;
    Text text = encoding_to_utf8(arena, bytes, encoding, &repaired);
    require(unicode_valid(text));
    require(repaired || encoding == ENCODING_GB18030 || unicode_valid(bytes) ||
            encoding == ENCODING_AUTO);
    if (!text_starts(text, TEXT("\xEF\xBB\xBF"))) {
        require(text_equal(encoding_to_utf8(arena, text, ENCODING_UTF8, &repaired), text));
        require(!repaired);
    }
    Text folded = unicode_fold(arena, text);
    require(unicode_valid(folded));
    Text narrow = unicode_narrow(arena, text, NULL);
    require(unicode_valid(narrow) && unicode_length(narrow) == unicode_length(text));
    arena_free(arena);
    return 0;
}
