/* A sorted array behind its count. */
#include "domain/hazard_keys.h"

#include "domain/blocking.h"

#include <stdlib.h>
#include <string.h>

struct HazardKeys {
    uint32_t count;
    uint32_t capacity;
    uint64_t hashes[];
};

static size_t size_of(size_t capacity)
{
    return sizeof(HazardKeys) + capacity * sizeof(uint64_t);
}

static HazardKeys *with_room(HazardKeys *keys, size_t more)
{
    size_t count = hazard_keys_count(keys);
    if (keys != NULL && count + more <= keys->capacity)
        return keys;
    size_t capacity = count + more;
    HazardKeys *bigger = realloc(keys, size_of(capacity));
    if (bigger == NULL)
        abort();
    bigger->count = (uint32_t)count;
    bigger->capacity = (uint32_t)capacity;
    return bigger;
}

/* There is room. */
static void add_hash(HazardKeys *keys, uint64_t hash)
{
    size_t low = 0;
    size_t high = keys->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (keys->hashes[middle] < hash)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < keys->count && keys->hashes[low] == hash)
        return;
    memmove(&keys->hashes[low + 1], &keys->hashes[low], (keys->count - low) * sizeof(uint64_t));
    keys->hashes[low] = hash;
    keys->count++;
}

HazardKeys *
hazard_keys_add(HazardKeys *keys, const Evidence *evidence, bool bucket, const Model *model)
{
    BlockingKey found[BLOCKING_KEYS_MAX];
    size_t count = bucket ? blocking_bucket_keys(evidence, found)
                          : blocking_index_keys(evidence, model, found);
    keys = with_room(keys, count);
    for (size_t i = 0; i < count; i++)
        add_hash(keys, found[i].hash);
    return keys;
}

HazardKeys *hazard_keys_copy(const HazardKeys *keys)
{
    if (keys == NULL)
        return NULL;
    HazardKeys *copy = with_room(NULL, keys->count);
    memcpy(copy->hashes, keys->hashes, keys->count * sizeof(uint64_t));
    copy->count = keys->count;
    return copy;
}

void hazard_keys_free(HazardKeys *keys)
{
    free(keys);
}

size_t hazard_keys_count(const HazardKeys *keys)
{
    return keys != NULL ? keys->count : 0;
}

uint64_t hazard_keys_at(const HazardKeys *keys, size_t at)
{
    return keys->hashes[at];
}

HazardKeys *hazard_keys_of(const Hazard *hazard, const Model *model)
{
    HazardKeys *keys = hazard_keys_copy(hazard->evicted);
    EvidenceView view;
    for (size_t i = 0; i < hazard->representative_count; i++)
        keys = hazard_keys_add(keys, hazard_evidence(hazard, i, &view), hazard->bucket, model);
    return keys;
}
