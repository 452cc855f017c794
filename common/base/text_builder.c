/* Doubles its buffer on the arena; old bytes stay readable, so a builder may append its own view. */
#include "base/text_builder.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

TextBuilder builder_new(Arena *arena)
{
    return (TextBuilder){
        .arena = arena, .data = arena_alloc(arena, FIRST_CAPACITY), .capacity = FIRST_CAPACITY};
}

/* Room for `size` more bytes and the NUL behind them. */
static void reserve(TextBuilder *builder, size_t size)
{
    size_t needed = builder->size + size + 1;
    if (needed <= builder->capacity) {
        return;
    }
    size_t capacity = 2 * builder->capacity;
    if (capacity < needed) {
        capacity = needed;
    }
    builder->data = arena_grow(builder->arena, builder->data, builder->capacity, capacity);
    builder->capacity = capacity;
}

void builder_text(TextBuilder *builder, Text text)
{
    if (text.size == 0) {
        return;
    }
    reserve(builder, text.size);
    memcpy(builder->data + builder->size, text.data, text.size);
    builder->size += text.size;
    builder->data[builder->size] = '\0';
}

void builder_string(TextBuilder *builder, const char *string)
{
    builder_text(builder, text_from(string));
}

void builder_char(TextBuilder *builder, char byte)
{
    reserve(builder, 1);
    builder->data[builder->size++] = byte;
    builder->data[builder->size] = '\0';
}

void builder_codepoint(TextBuilder *builder, uint32_t codepoint)
{
    char bytes[4];
    size_t size = 0;
    if (codepoint < 0x80) {
        bytes[size++] = (char)codepoint;
    } else if (codepoint < 0x800) {
        bytes[size++] = (char)(0xC0 | codepoint >> 6);
        bytes[size++] = (char)(0x80 | (codepoint & 0x3F));
    } else if (codepoint < 0x10000) {
        bytes[size++] = (char)(0xE0 | codepoint >> 12);
        bytes[size++] = (char)(0x80 | (codepoint >> 6 & 0x3F));
        bytes[size++] = (char)(0x80 | (codepoint & 0x3F));
    } else {
        bytes[size++] = (char)(0xF0 | (codepoint >> 18 & 0x07));
        bytes[size++] = (char)(0x80 | (codepoint >> 12 & 0x3F));
        bytes[size++] = (char)(0x80 | (codepoint >> 6 & 0x3F));
        bytes[size++] = (char)(0x80 | (codepoint & 0x3F));
    }
    builder_text(builder, (Text){bytes, size});
}

void builder_int(TextBuilder *builder, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    builder_text(builder, (Text){digits + at, sizeof digits - at});
}

void builder_format(TextBuilder *builder, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (needed > 0) {
        reserve(builder, (size_t)needed);
        va_start(arguments, format);
        vsnprintf(builder->data + builder->size, (size_t)needed + 1, format, arguments);
        va_end(arguments);
        builder->size += (size_t)needed;
    }
}

void builder_truncate(TextBuilder *builder, size_t size)
{
    assert(size <= builder->size);
    builder->size = size;
    builder->data[size] = '\0';
}

Text builder_view(const TextBuilder *builder)
{
    return (Text){builder->data, builder->size};
}
