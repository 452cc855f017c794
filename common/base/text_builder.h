#ifndef ONECASE_BASE_TEXT_BUILDER_H
#define ONECASE_BASE_TEXT_BUILDER_H

#include "base/text.h"

/*
 * Text that grows on an arena. Lives as long as its arena; builder_text is a view valid until the next append.
 * The bytes are always followed by a NUL that is not counted.
 */
typedef struct TextBuilder {
    Arena *arena;
    char *data;
    size_t size;
    size_t capacity;
} TextBuilder;

TextBuilder builder_new(Arena *arena);
void builder_text(TextBuilder *builder, Text text);
void builder_string(TextBuilder *builder, const char *string);
void builder_char(TextBuilder *builder, char byte);
void builder_codepoint(TextBuilder *builder, uint32_t codepoint); /* as UTF-8 */
void builder_int(TextBuilder *builder, int64_t value);
void builder_format(TextBuilder *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void builder_truncate(TextBuilder *builder, size_t size); /* shorter only */
Text builder_view(const TextBuilder *builder);

#endif
