/*
 * One person told both. How much that says hangs on what else is known: people report several matters, each at its place,
 * but hardly two of one kind within days. Hashes are compared and never shown.
 */
#include "domain/scorer_internal.h"

typedef struct Finding {
    const char *level;
    int32_t weight_mb;
} Finding;

static bool class_is_akin(const Comparison *c)
{
    return c->class_level == CLASS_SAME_LEAF || c->class_level == CLASS_SAME_GROUP ||
           c->class_level == CLASS_CONFUSABLE || c->class_level == CLASS_UNSURE_SAME;
}

static bool is_akin_within(const Comparison *c, int32_t seconds)
{
    int64_t gap_us = c->report->event_at - c->member->event_at;
    return class_is_akin(c) && (gap_us < 0 ? -gap_us : gap_us) / 1000000 <= seconds;
}

/* Who tells of one kind of trouble twice within days means the same one; later only where the report says so. */
static bool is_again(const Comparison *c)
{
    return is_akin_within(c, c->report->recall == RECALL_SAME ? c->weights->reporter_recall_s
                                                              : c->weights->reporter_again_s);
}

bool scorer_is_recalled(const Comparison *c)
{
    return c->report->recall == RECALL_SAME && is_akin_within(c, c->weights->reporter_again_s) &&
           !c->report->reporter_staff && !c->member->reporter_staff &&
           evidence_same_reporter(c->report, c->member);
}

/* Of what person and place say together: what the place does not. A thing's own number says where it is already. */
static int32_t missing_mb(const Comparison *c)
{
    return scorer_asset_is_equal(c) ? 0 : c->weights->reporter_again - c->place_mb;
}

static Finding find_level(const Comparison *c)
{
    const ModelWeights *w = c->weights;
    if (c->report->reporter_staff || c->member->reporter_staff)
        return (Finding){"same_staff", 0}; /* a phone that many hazards share */
    if (c->place.level == PLACE_X2 && scorer_is_recalled(c))
        return (Finding){"same_recalled", missing_mb(c)};
    if (c->place.level == PLACE_X1 || c->place.level == PLACE_X2)
        return (Finding){"same_elsewhere", 0};
    if (c->report->recall == RECALL_OTHER)
        return (Finding){"same_other_matter", 0};
    if (is_again(c) && missing_mb(c) > w->reporter_place)
        return (Finding){"same_again", missing_mb(c)};
    if (c->place.level == PLACE_P0)
        return (Finding){"same_without_place", w->reporter_home};
    if (!class_is_akin(c))
        return (Finding){"same_other_class", w->reporter_other_class};
    return (Finding){"same_with_place", w->reporter_place};
}

void scorer_add_reporter(Comparison *c)
{
    if (!evidence_same_reporter(c->report, c->member))
        return;
    Finding found = find_level(c);
    bool masked = c->report->reporter_masked || c->member->reporter_masked;
    scorer_add_item(c, "reporter", found.level, masked ? found.weight_mb / 2 : found.weight_mb);
}
