/*
 * A map from (source, device, class) to the report that opened the last window. It follows from the members and their
 * evidence, so it is rebuilt with them. The window is fixed: a detector that rings for hours is decided once a window, and a
 * person who looks sees that it still rings.
 */
#include "domain/debounce.h"

#include "base/map.h"

#include "domain/datetime.h"

#include <stdlib.h>

struct Debounce {
    const Debounce *base;
    Map *openers; /* key -> DebounceOpener *, on the heap */
};

enum { STATUS_FINAL = 60, STATUS_REOPENED = 65 };

Debounce *debounce_new(const Debounce *base)
{
    Debounce *debounce = calloc(1, sizeof *debounce);
    if (debounce == NULL)
        abort();
    debounce->base = base;
    debounce->openers = map_new();
    return debounce;
}

static void free_shell(Debounce *debounce)
{
    map_free(debounce->openers);
    free(debounce);
}

void debounce_free(Debounce *debounce)
{
    uint64_t key;
    uint64_t value;
    if (debounce == NULL)
        return;
    for (size_t cursor = 0; map_each(debounce->openers, &cursor, &key, &value);)
        free((DebounceOpener *)(uintptr_t)value);
    free_shell(debounce);
}

void debounce_merge(Debounce *overlay, Debounce *base)
{
    uint64_t key;
    uint64_t value;
    for (size_t cursor = 0; map_each(overlay->openers, &cursor, &key, &value);) {
        free(map_pointer(base->openers, key));
        map_put(base->openers, key, value);
    }
    free_shell(overlay);
}

static const Asset *device_of(const Evidence *evidence)
{
    for (size_t i = 0; i < evidence->asset_count; i++)
        if (evidence->assets[i].kind == ASSET_DEVICE && evidence->assets[i].structured)
            return &evidence->assets[i];
    return NULL;
}

/* Of source, device and class; false: there is no window. */
static bool window_key(const Evidence *evidence, uint64_t *key)
{
    static const uint64_t MIX = UINT64_C(0x9E3779B97F4A7C15);
    const Asset *device = device_of(evidence);
    if (device == NULL || evidence->category->debounce_minutes == 0)
        return false;
    *key = (text_hash(evidence->source) * MIX + text_hash(device->id)) * MIX +
           text_hash(evidence->category->code);
    return true;
}

static DebounceOpener *find(const Debounce *debounce, uint64_t key)
{
    for (; debounce != NULL; debounce = debounce->base) {
        DebounceOpener *opener = map_pointer(debounce->openers, key);
        if (opener != NULL)
            return opener;
    }
    return NULL;
}

void debounce_note(Debounce *debounce, const Evidence *evidence, int64_t received_at)
{
    uint64_t key;
    if (!window_key(evidence, &key))
        return;
    const DebounceOpener *last = find(debounce, key);
    if (last != NULL && last->report_id >= evidence->report_id)
        return;
    DebounceOpener *own = map_pointer(debounce->openers, key);
    if (own == NULL)
        own = malloc(sizeof *own);
    if (own == NULL)
        abort();
    *own = (DebounceOpener){evidence->report_id, received_at};
    map_put_pointer(debounce->openers, key, own);
}

const DebounceOpener *debounce_opener(const Debounce *debounce, const Evidence *evidence)
{
    uint64_t key;
    return window_key(evidence, &key) ? find(debounce, key) : NULL;
}

/* Found to be real and dealt with, false or void: the next alarm is another matter. */
static bool settled_before(const HazardMember *opener, int64_t event_at)
{
    return opener->status >= STATUS_FINAL && opener->status != STATUS_REOPENED &&
           opener->status_at <= event_at;
}

static bool is_worse(const HazardMember *alarm, const HazardMember *opener)
{
    bool level = alarm->level > 0 && (opener->level == 0 || alarm->level < opener->level);
    return level || alarm->trapped > opener->trapped || alarm->injured > opener->injured ||
           alarm->dead > opener->dead;
}

bool debounce_holds(const HazardMember *opener, const HazardMember *alarm)
{
    int64_t window_us = opener->category->debounce_minutes * 60 * DATETIME_SECOND_US;
    int64_t gap_us = alarm->event_at - opener->event_at;
    return gap_us > -window_us && gap_us < window_us && !settled_before(opener, alarm->event_at) &&
           !is_worse(alarm, opener);
}
