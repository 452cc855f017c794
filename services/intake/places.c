/*
 * Positions of our partitions. A handful of entries, so a walk is as good as a table.
 */
#include "places.h"

#include "domain/record_loss.h"

#include <stdlib.h>
#include <string.h>

void places_set(Places *places, const KafkaPosition *positions, size_t count)
{
    places_clear(places);
    places->items = calloc(count + 1, sizeof(Place));
    if (places->items == NULL)
        abort();
    for (size_t i = 0; i < count; i++) {
        places->items[i] = (Place){
            .topic = strdup(positions[i].topic),
            .partition = positions[i].partition,
            .expected = positions[i].offset,
            .done = positions[i].offset,
            .committed = positions[i].offset,
            .note = place_note_none(),
            .tried_offset = -1,
            .buried_offset = -1,
            .told_at = -1,
            .marked = -1,
        };
        if (places->items[i].topic == NULL)
            abort();
        places_name(&places->items[i], 1);
    }
    places->count = count;
}

bool places_is_guest(const Place *place)
{
    return place->backfill || place->redrive;
}

void places_clear(Places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        free(places->items[i].topic);
        free(places->items[i].name);
        free(places->items[i].told);
    }
    free(places->items);
    *places = (Places){0};
}

void places_name(Place *place, int64_t life)
{
    enum { BLOCK = 512 };
    Arena *arena = arena_new(BLOCK);
    Text name = record_topic_in_life(text_from(place->topic), life, arena);
    free(place->name);
    place->name = strndup(name.data, name.size);
    arena_free(arena);
    if (place->name == NULL)
        abort();
    place->life = life;
}

void places_route(Places *places, const Sources *sources)
{
    for (size_t i = 0; i < places->count; i++) {
        const SourceRoute route = sources_route(sources, text_from(places->items[i].topic));
        places->items[i].mapping = route.mapping;
        places->items[i].backfill = route.backfill;
        places->items[i].redrive = route.redrive;
    }
}

Place *places_find(const Places *places, Text topic, int32_t partition)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].partition == partition && text_is(topic, places->items[i].topic))
            return &places->items[i];
    return NULL;
}

int64_t places_take(Place *place, int64_t offset)
{
    int64_t skipped = offset - place->expected;
    place->expected = offset + 1;
    return skipped > 0 ? skipped : 0;
}

bool places_dirty(const Places *places)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].done != places->items[i].committed)
            return true;
    return false;
}

KafkaPosition *places_to_commit(const Places *places, Arena *arena, size_t *count)
{
    KafkaPosition *positions = ARENA_ARRAY(arena, KafkaPosition, places->count);
    *count = 0;
    for (size_t i = 0; i < places->count; i++) {
        const Place *place = &places->items[i];
        if (place->done != place->committed)
            positions[(*count)++] = (KafkaPosition){place->topic, place->partition, place->done};
    }
    return positions;
}

void places_committed(Places *places)
{
    for (size_t i = 0; i < places->count; i++)
        places->items[i].committed = places->items[i].done;
}
