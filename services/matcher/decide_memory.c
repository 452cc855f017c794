#include "decide_memory.h"

#include <stdlib.h>
#include <string.h>

static void forget(RegionMemory *memory)
{
    hazard_store_free(memory->overlay);
    hazard_store_free(memory->hazards);
    timer_queue_free(&memory->timers);
    free((char *)(uintptr_t)memory->region.data);
    free(memory);
}

static RegionMemory *make(Text region, int32_t partition)
{
    RegionMemory *memory = calloc(1, sizeof *memory);
    char *name = malloc(region.size + 1);
    if (memory == NULL || name == NULL)
        abort();
    memcpy(name, region.data, region.size);
    memory->region = (Text){name, region.size};
    memory->partition = partition;
    memory->hazards = hazard_store_new(NULL);
    memory->next_timer = memory->next_now = INT64_MIN;
    return memory;
}

RegionMemory *region_memory(RegionMemories *memories, Text region, int32_t partition)
{
    RegionMemory **at = &memories->first;
    while (*at != NULL && text_compare((*at)->region, region) < 0)
        at = &(*at)->next;
    if (*at != NULL && text_equal((*at)->region, region))
        return *at;
    RegionMemory *memory = make(region, partition);
    memory->next = *at;
    *at = memory;
    return memory;
}

HazardStore *region_overlay(RegionMemory *memory)
{
    if (memory->overlay == NULL)
        memory->overlay = hazard_store_new(memory->hazards);
    return memory->overlay;
}

static bool is_among(int32_t partition, const int32_t *partitions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (partition == partitions[i])
            return true;
    return false;
}

void region_memories_release(RegionMemories *memories, const int32_t *partitions, size_t count)
{
    for (RegionMemory **at = &memories->first; *at != NULL;) {
        RegionMemory *memory = *at;
        if (!is_among(memory->partition, partitions, count)) {
            at = &memory->next;
            continue;
        }
        *at = memory->next;
        forget(memory);
    }
}

void region_memories_clear(RegionMemories *memories)
{
    while (memories->first != NULL) {
        RegionMemory *memory = memories->first;
        memories->first = memory->next;
        forget(memory);
    }
}

void region_memories_merge(RegionMemories *memories)
{
    for (RegionMemory *memory = memories->first; memory != NULL; memory = memory->next) {
        if (memory->overlay != NULL)
            hazard_store_merge(memory->overlay);
        memory->overlay = NULL;
        const CaseTimer *first = timer_queue_first(&memory->timers);
        if (first != NULL && first->at < memory->next_now)
            memory->next_now = first->at;
        memory->next_timer = memory->next_now;
        timer_queue_clear(&memory->timers);
    }
}

void region_memories_drop(RegionMemories *memories)
{
    for (RegionMemory *memory = memories->first; memory != NULL; memory = memory->next) {
        hazard_store_free(memory->overlay);
        memory->overlay = NULL;
        memory->next_now = memory->next_timer;
        timer_queue_clear(&memory->timers);
    }
}
