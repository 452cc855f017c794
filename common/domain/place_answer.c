/* Read from the front: the gap as place_note.h writes it, then names in a fixed order. */
#include "domain/place_answer.h"

#include "base/text_builder.h"

#include <inttypes.h>

/* Takes `NAME=VALUE;`, or `NAME;` with an empty value, from the front. */
static bool take(Text *rest, const char *name, Text *value)
{
    size_t end = text_find(*rest, TEXT(";"), 0);
    Text prefix = text_from(name);
    if (end == SIZE_MAX || !text_starts(*rest, prefix))
        return false;
    *value = text_slice(*rest, prefix.size, end - prefix.size);
    *rest = text_slice(*rest, end + 1, rest->size);
    return true;
}

PlaceAnswer place_answer_read(Text text)
{
    static const PlaceAnswer NONE = {.gap = PLACE_NO_GAP};
    PlaceNote note = place_note_read(text);
    PlaceAnswer answer = {.gap = note.gap, .gap_first = note.gap_first, .gap_last = note.gap_last};
    Text gap;
    Text same;
    if (!take(&text, note.gap == PLACE_LOST ? "lost=" : "anew=", &gap))
        return NONE;
    answer.same = take(&text, "same", &same);
    if (!take(&text, "by=", &answer.by) || !text_starts(text, TEXT("why=")))
        return NONE;
    answer.why = text_slice(text, sizeof("why=") - 1, text.size);
    return answer;
}

Text place_answer_write(const PlaceAnswer *answer, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    PlaceNote note = place_note_none();
    note.gap = answer->gap;
    note.gap_first = answer->gap_first;
    note.gap_last = answer->gap_last;
    builder_text(&out, place_note_write(&note, arena));
    builder_format(&out, "%sby=%.*s;why=%.*s", answer->same ? "same;" : "", TEXT_ARGS(answer->by),
                   TEXT_ARGS(answer->why));
    return builder_view(&out);
}

bool place_answer_fits(const PlaceAnswer *answer, const PlaceNote *note)
{
    return answer->gap != PLACE_NO_GAP && answer->gap == note->gap &&
           answer->gap_first == note->gap_first &&
           (answer->gap != PLACE_LOST || answer->gap_last == note->gap_last);
}
