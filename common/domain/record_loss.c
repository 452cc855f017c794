/* The header oc-lost, and names of topics that were made anew. */
#include "domain/record_loss.h"

#include "base/text_builder.h"

#include <inttypes.h>

Text record_loss_write(const RecordLoss *loss, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_format(&out, "%.*s %.*s/%d/%" PRId64 "-", TEXT_ARGS(loss->reason),
                   TEXT_ARGS(loss->topic), loss->partition, loss->first);
    if (loss->last >= 0)
        builder_int(&out, loss->last);
    builder_format(&out, " %.*s %.*s", TEXT_ARGS(loss->by), TEXT_ARGS(loss->why));
    return builder_view(&out);
}

/* Cuts what stands before the first `byte`. */
static bool take(Text *rest, const char *byte, Text *part)
{
    size_t at = text_find(*rest, text_from(byte), 0);
    if (at == SIZE_MAX)
        return false;
    *part = text_slice(*rest, 0, at);
    *rest = text_slice(*rest, at + 1, rest->size);
    return true;
}

static bool read_number(Text text, int64_t most, int64_t *number)
{
    return text_is_digits(text) && text_to_int64(text, number) && *number <= most;
}

bool record_loss_read(Text text, RecordLoss *loss)
{
    Text place;
    Text partition;
    Text first;
    int64_t number;
    *loss = (RecordLoss){.last = -1};
    if (!take(&text, " ", &loss->reason) || !take(&text, " ", &place) ||
        !take(&text, " ", &loss->by) || !take(&place, "/", &loss->topic) ||
        !take(&place, "/", &partition) || !take(&place, "-", &first))
        return false;
    bool known = text_is(loss->reason, "retention") || text_is(loss->reason, "recreated");
    if (!known || !read_number(partition, INT32_MAX, &number) ||
        !record_topic_is_name(loss->topic) || !read_number(first, RECORD_OFFSET_MAX, &loss->first))
        return false;
    loss->partition = (int32_t)number;
    loss->why = text;
    return text_is_empty(place) ||
           (read_number(place, RECORD_OFFSET_MAX, &loss->last) && loss->last >= loss->first);
}

Text record_topic_in_life(Text topic, int64_t life, Arena *arena)
{
    return life <= 1 ? topic : text_format(arena, "%.*s~%" PRId64, TEXT_ARGS(topic), life);
}

bool record_topic_is_name(Text topic)
{
    Text name = record_topic_of(topic);
    Text life = text_slice(topic, name.size + 1, topic.size);
    int64_t number;
    bool plain = name.size == topic.size;
    return text_is_name(name, RECORD_TOPIC_MAX) &&
           (plain || (text_is_digits(life) && life.data[0] != '0' && text_to_int64(life, &number) &&
                      number > 1));
}

Text record_topic_of(Text topic)
{
    return text_slice(topic, 0, text_find(topic, TEXT("~"), 0));
}
