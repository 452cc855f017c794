/*
 * One pass over the code points. Only digits and letters carry a value; what stands between them shows its form.
 */
#include "domain/value_shape.h"

#include "base/text_builder.h"
#include "base/unicode.h"

typedef enum ShapeKind { SHAPE_SIGN, SHAPE_DIGIT, SHAPE_LATIN, SHAPE_LETTER } ShapeKind;

/* U+FF01 to U+FF5E as ASCII. */
static uint32_t narrowed(uint32_t c)
{
    return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c;
}

/* ° · × ÷ … and the punctuation of General Punctuation, CJK and full-width forms. */
static bool is_sign(uint32_t c)
{
    return (c >= ' ' && c < 0x7F) || c == 0xB0 || c == 0xB7 || c == 0xD7 || c == 0xF7 ||
           (c >= 0x2010 && c <= 0x2027) || (c >= 0x2030 && c <= 0x205E) ||
           (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020);
}

static ShapeKind kind_of(uint32_t c)
{
    uint32_t narrow = narrowed(c);
    if (narrow >= '0' && narrow <= '9')
        return SHAPE_DIGIT;
    if ((narrow | 0x20) >= 'a' && (narrow | 0x20) <= 'z' && narrow < 0x80)
        return SHAPE_LATIN;
    if (narrow < 0x80 || is_sign(c))
        return SHAPE_SIGN;
    bool letter = (c >= 0xC0 && c < 0x2000) || (c >= 0x2C00 && c < 0xD800) ||
                  (c >= 0xF900 && c < 0xFFF0) || unicode_is_han(c);
    return letter ? SHAPE_LETTER : SHAPE_SIGN;
}

static void write_sign(TextBuilder *out, uint32_t c, Text bytes)
{
    if (c == '"')
        builder_char(out, '\'');
    else if (is_sign(c) || (c != narrowed(c) && narrowed(c) < 0x7F))
        builder_text(out, bytes);
    else
        builder_char(out, '?');
}

Text value_shape(Arena *arena, Text value)
{
    TextBuilder out = builder_new(arena);
    ShapeKind before = SHAPE_SIGN;
    size_t run = 0;
    size_t written = 0;
    for (Text rest = value; rest.size > 0;) {
        const char *from = rest.data;
        uint32_t c;
        unicode_next(&rest, &c);
        ShapeKind kind = kind_of(c);
        run = kind == before && kind != SHAPE_SIGN ? run + 1 : 1;
        before = kind;
        if (run > VALUE_SHAPE_RUN + 1)
            continue;
        if (written++ == VALUE_SHAPE_MOST) {
            builder_string(&out, "…");
            break;
        }
        if (run > VALUE_SHAPE_RUN)
            builder_string(&out, "…");
        else if (kind == SHAPE_SIGN)
            write_sign(&out, c, (Text){from, (size_t)(rest.data - from)});
        else
            builder_string(&out, kind == SHAPE_DIGIT ? "9" : kind == SHAPE_LATIN ? "a" : "字");
    }
    return builder_view(&out);
}
