/*
 * What the members of a hazard say in all. The store is in hazard_store.c, what is kept of their evidence in
 * hazard_evidence.c.
 */
#include "domain/hazard.h"

#include "base/map.h"

#include "domain/hazard_keys.h"

#include <stdlib.h>
#include <string.h>

void hazard_clear(Hazard *hazard)
{
    hazard_drop_evidence(hazard);
    hazard_keys_free(hazard->evicted);
    free(hazard->members);
    free(hazard->times);
    free(hazard->extent);
    free(hazard->cases);
}

uint16_t hazard_people(int64_t count)
{
    if (count < 0)
        return 0;
    return count < UINT16_MAX ? (uint16_t)count : UINT16_MAX;
}

HazardMember *hazard_member(const Hazard *hazard, int64_t report_id)
{
    size_t low = 0;
    size_t high = hazard->member_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (hazard->members[middle].report_id < report_id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < hazard->member_count && hazard->members[low].report_id == report_id;
    return found ? &hazard->members[low] : NULL;
}

HazardCase *hazard_case(const Hazard *hazard, int64_t case_id)
{
    for (size_t i = 0; i < hazard->case_count; i++)
        if (hazard->cases[i].case_id == case_id)
            return &hazard->cases[i];
    return NULL;
}

HazardCase *hazard_add_case(Hazard *hazard)
{
    HazardCase *cases = realloc(hazard->cases, (hazard->case_count + 1) * sizeof(HazardCase));
    if (cases == NULL)
        abort();
    hazard->cases = cases;
    HazardCase *added = &cases[hazard->case_count++];
    *added = (HazardCase){.closed_at = TIME_ABSENT};
    return added;
}

static int32_t largest(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static void count_member(HazardCounts *counts, const HazardMember *member)
{
    bool first = counts->reports == 0;
    counts->reports++;
    counts->independent += member->independence == INDEPENDENT;
    counts->trapped = largest(counts->trapped, member->trapped);
    counts->injured = largest(counts->injured, member->injured);
    counts->dead = largest(counts->dead, member->dead);
    if (first || member->event_at < counts->first_event_at)
        counts->first_event_at = member->event_at;
    if (first || member->event_at > counts->last_event_at)
        counts->last_event_at = member->event_at;
    if (first || member->known_at < counts->first_known_at) {
        counts->first_known_at = member->known_at;
        counts->first_known_source = member->source;
    }
}

static uint64_t hash_or_none(Text reporter)
{
    return text_is_empty(reporter) ? 0 : text_hash(reporter);
}

/* Of a detector that tells for itself; 0: of none. */
static uint64_t device_hash(const Evidence *evidence)
{
    for (size_t i = 0; evidence->told_by_device && i < evidence->asset_count; i++)
        if (evidence->assets[i].kind == ASSET_DEVICE && evidence->assets[i].structured)
            return ~text_hash(evidence->assets[i].id); /* no person's */
    return 0;
}

HazardReporter hazard_reporter(const Evidence *evidence)
{
    HazardReporter reporter = {hash_or_none(evidence->reporter),
                               hash_or_none(evidence->reporter_before)};
    if (reporter.before == reporter.hash)
        reporter.before = 0;
    if (!hazard_reporter_known(reporter))
        reporter.hash = device_hash(evidence);
    return reporter;
}

bool hazard_reporter_known(HazardReporter reporter)
{
    return reporter.hash != 0 || reporter.before != 0;
}

bool hazard_reporter_same(HazardReporter a, HazardReporter b)
{
    return (a.hash != 0 && (a.hash == b.hash || a.hash == b.before)) ||
           (a.before != 0 && (a.before == b.hash || a.before == b.before));
}

/* Whether the hash was met before; from now on it was. 0 never is. */
static bool meet(Map *seen, uint64_t hash)
{
    uint64_t known = 0;
    if (hash == 0 || map_get(seen, hash, &known))
        return hash != 0;
    map_put(seen, hash, 1);
    return false;
}

/* A copy or a follow-up that names nobody is told by someone who has been counted. */
static bool new_reporter(Map *seen, const HazardMember *member)
{
    if (!hazard_reporter_known(member->reporter))
        return member->independence == INDEPENDENT;
    bool met = meet(seen, member->reporter.hash);
    return !meet(seen, member->reporter.before) && !met;
}

HazardCounts hazard_count(const Hazard *hazard, int64_t case_id)
{
    HazardCounts counts = {0};
    Map *seen = map_new();
    for (size_t i = 0; i < hazard->member_count; i++) {
        const HazardMember *member = &hazard->members[i];
        if (case_id != 0 && member->case_id != case_id)
            continue;
        count_member(&counts, member);
        counts.reporters += new_reporter(seen, member);
        counts.sources += !meet(seen, member->source);
    }
    map_free(seen);
    return counts;
}

const HazardClass *hazard_case_category(const Hazard *hazard, int64_t case_id)
{
    const HazardClass *worst = NULL;
    for (size_t i = 0; i < hazard->member_count; i++) {
        const HazardMember *member = &hazard->members[i];
        if (member->case_id == case_id &&
            (worst == NULL || member->category->colour < worst->colour))
            worst = member->category;
    }
    return worst;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

/* How many of the times lie before `at`. */
static size_t times_before(const Hazard *hazard, int64_t at)
{
    size_t low = 0;
    size_t high = hazard->member_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (hazard->times[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t nearest_of_times(const Hazard *hazard, int64_t event_at)
{
    size_t at = times_before(hazard, event_at);
    if (at == hazard->member_count)
        return hazard->times[at - 1];
    if (at == 0)
        return hazard->times[0];
    int64_t before = hazard->times[at - 1];
    int64_t after = hazard->times[at];
    return distance(before, event_at) <= distance(after, event_at) ? before : after;
}

int64_t hazard_nearest_event(const Hazard *hazard, int64_t event_at)
{
    if (hazard->times != NULL)
        return nearest_of_times(hazard, event_at);
    int64_t nearest = hazard->members[0].event_at;
    for (size_t i = 1; i < hazard->member_count; i++) {
        int64_t at = hazard->members[i].event_at;
        int64_t nearer = distance(nearest, event_at) - distance(at, event_at);
        if (nearer > 0 || (nearer == 0 && at < nearest))
            nearest = at;
    }
    return nearest;
}

int64_t hazard_nearest_gap(const Hazard *hazard, int64_t event_at)
{
    if (hazard->member_count == 0)
        return INT64_MAX;
    return distance(hazard_nearest_event(hazard, event_at), event_at);
}

static int32_t times_within(const Hazard *hazard, int64_t event_at, int64_t within_us)
{
    return (int32_t)(times_before(hazard, event_at + within_us + 1) -
                     times_before(hazard, event_at - within_us));
}

HazardNear
hazard_near(const Hazard *hazard, int64_t event_at, int64_t within_us, int64_t farther_us)
{
    HazardNear near = {.gap_us = INT64_MAX};
    if (hazard->times != NULL) {
        return (HazardNear){distance(nearest_of_times(hazard, event_at), event_at),
                            times_within(hazard, event_at, within_us),
                            times_within(hazard, event_at, farther_us)};
    }
    for (size_t i = 0; i < hazard->member_count; i++) {
        int64_t gap = distance(hazard->members[i].event_at, event_at);
        near.gap_us = gap < near.gap_us ? gap : near.gap_us;
        near.members += gap <= within_us;
        near.farther += gap <= farther_us;
    }
    return near;
}

static void *resized(void *items, size_t size)
{
    void *resized_items = realloc(items, size);
    if (resized_items == NULL)
        abort();
    return resized_items;
}

/* A storm has thousands of members, and every call about it asks how near they are. */
static void add_time(Hazard *hazard, size_t count, int64_t event_at)
{
    size_t at = count;
    while (at > 0 && hazard->times[at - 1] > event_at)
        at--;
    memmove(&hazard->times[at + 1], &hazard->times[at], (count - at) * sizeof(int64_t));
    hazard->times[at] = event_at;
}

static void make_room(Hazard *hazard)
{
    if (hazard->member_count < hazard->member_capacity)
        return;
    hazard->member_capacity += 1 + hazard->member_capacity / 4;
    hazard->members = resized(hazard->members, hazard->member_capacity * sizeof(HazardMember));
    if (hazard->times != NULL)
        hazard->times = resized(hazard->times, hazard->member_capacity * sizeof(int64_t));
}

void hazard_add_member(Hazard *hazard, const HazardMember *member)
{
    enum { FEW = 3 };
    make_room(hazard);
    size_t at = hazard->member_count++;
    for (; at > 0 && hazard->members[at - 1].report_id > member->report_id; at--)
        hazard->members[at] = hazard->members[at - 1];
    hazard->members[at] = *member;
    if (hazard->times != NULL) {
        add_time(hazard, hazard->member_count - 1, member->event_at);
    } else if (hazard->member_count > FEW) {
        hazard->times = resized(NULL, hazard->member_capacity * sizeof(int64_t));
        for (size_t i = 0; i < hazard->member_count; i++)
            add_time(hazard, i, hazard->members[i].event_at);
    }
}

static void remove_time(Hazard *hazard, int64_t event_at)
{
    size_t at = times_before(hazard, event_at);
    memmove(&hazard->times[at], &hazard->times[at + 1],
            (hazard->member_count - 1 - at) * sizeof(int64_t));
}

bool hazard_remove_member(Hazard *hazard, int64_t report_id)
{
    HazardMember *member = hazard_member(hazard, report_id);
    if (member == NULL)
        return false;
    if (hazard->times != NULL)
        remove_time(hazard, member->event_at);
    size_t behind = hazard->member_count - 1 - (size_t)(member - hazard->members);
    memmove(member, member + 1, behind * sizeof(HazardMember));
    hazard->member_count--;
    return true;
}

void hazard_prefetch(const Hazard *hazard)
{
    __builtin_prefetch(hazard->members);
    if (hazard->times != NULL)
        __builtin_prefetch(&hazard->times[hazard->member_count - 1]);
    if (hazard->representative_count == 1)
        evidence_packed_prefetch(hazard->kept.one);
    else
        __builtin_prefetch(hazard->kept.many);
}

void hazard_prefetch_more(const Hazard *hazard)
{
    for (size_t i = 0; hazard->representative_count > 1 && i < hazard->representative_count; i++)
        evidence_packed_prefetch(hazard->kept.many[i]);
}
