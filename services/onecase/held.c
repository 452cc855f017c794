#include "held.h"

bool held_find(KafkaAdmin *admin,
               const char *group,
               HeldTopics topics,
               Arena *arena,
               HeldList *held,
               Error *error)
{
    size_t total = 0;
    for (size_t i = 0; i < topics.count; i++)
        total += (size_t)topics.items[i].partitions;
    KafkaCommit *commits = ARENA_ARRAY(arena, KafkaCommit, total);
    *held = (HeldList){ARENA_ARRAY(arena, Held, total), 0};
    size_t asked = 0;
    for (size_t i = 0; i < topics.count; i++)
        for (int32_t k = 0; k < topics.items[i].partitions; k++)
            commits[asked++] = (KafkaCommit){.topic = topics.items[i].name, .partition = k};
    if (!kafka_admin_group_commits(admin, group, commits, total, arena, error))
        return false;
    for (size_t i = 0; i < total; i++) {
        const PlaceNote note = place_note_read(commits[i].note);
        if (note.gap != PLACE_NO_GAP)
            held->items[held->count++] = (Held){commits[i].topic, commits[i].partition, note};
    }
    return true;
}

const char *held_why(const Held *held)
{
    return held->note.gap == PLACE_LOST ? "lost" : "anew";
}

Text held_text(const Held *held, Arena *arena)
{
    return place_note_gap(&held->note, arena);
}
