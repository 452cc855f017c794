/*
 * A list of messages on the caller's arena.
 */
#include "faults.h"

#include <stdarg.h>
#include <stdio.h>

bool faults_add(Faults *faults, Text message)
{
    size_t bytes = faults->list->count * sizeof(Text);
    faults->list->items =
        arena_grow(faults->arena, faults->list->items, bytes, bytes + sizeof(Text));
    faults->list->items[faults->list->count++] = text_copy(faults->arena, message);
    return false;
}

bool faults_format(Faults *faults, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return faults_add(faults, text_from(text));
}
