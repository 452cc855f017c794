/* A list of entries, each ended by ';'. Neither '=' nor ';' nor '/' can stand in a topic's name. */
#include "domain/place_mark.h"

#include "base/text_builder.h"

#include <inttypes.h>

int32_t place_mark_slot(Text topic, int32_t report_partitions)
{
    return (int32_t)(text_hash(topic) % (uint64_t)report_partitions);
}

/* "TOPIC/PARTITION=" */
static Text name_of(Text topic, int32_t partition, Arena *arena)
{
    return text_format(arena, "%.*s/%d=", TEXT_ARGS(topic), partition);
}

/* The next entry with its ';', cut from the front. */
static bool take_entry(Text *rest, Text *entry)
{
    size_t end = text_find(*rest, TEXT(";"), 0);
    if (end == SIZE_MAX)
        return false;
    *entry = text_slice(*rest, 0, end + 1);
    *rest = text_slice(*rest, end + 1, rest->size);
    return true;
}

bool place_mark_find(Text marks, Text topic, int32_t partition, PlaceNote *note)
{
    enum { BLOCK = 1024 };
    Arena *arena = arena_new(BLOCK);
    Text name = name_of(topic, partition, arena);
    bool found = false;
    for (Text entry; !found && take_entry(&marks, &entry);) {
        if (!text_starts(entry, name))
            continue;
        Text value = text_slice(entry, name.size, entry.size - name.size - 1);
        size_t first = text_find(value, TEXT("@"), 0);
        size_t second = first == SIZE_MAX ? SIZE_MAX : text_find(value, TEXT("@"), first + 1);
        if (second == SIZE_MAX)
            break;
        PlaceNote read = place_note_read(
            text_format(arena, "last=%.*s;life=%.*s;", TEXT_ARGS(text_slice(value, 0, second)),
                        TEXT_ARGS(text_slice(value, second + 1, value.size))));
        found = read.last_offset >= 0;
        if (found) {
            note->last_offset = read.last_offset;
            note->last_print = read.last_print;
            note->life = read.life;
        }
    }
    arena_free(arena);
    return found;
}

Text place_mark_put(Text marks, Text topic, int32_t partition, const PlaceNote *note, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    Text name = name_of(topic, partition, arena);
    builder_text(&out, name);
    builder_format(&out, "%" PRId64 "@%016" PRIx64 "@%" PRId64 ";", note->last_offset,
                   note->last_print, note->life);
    for (Text entry; take_entry(&marks, &entry);)
        if (!text_starts(entry, name) && out.size + entry.size <= PLACE_MARKS_MAX)
            builder_text(&out, entry);
    return builder_view(&out);
}
