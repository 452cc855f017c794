/*
 * Every number is a row of one table: group, key, destination, bounds. Nothing has a default: a model says all.
 */
#include "adapters/model_file_parts.h"

#include <stddef.h>
#include <string.h>

enum { MB_MAX = 60000, STEPS_MAX = 8 };

typedef struct NumberRow {
    const char *group; /* "" : at the top */
    const char *key;
    size_t offset; /* of an int32_t in Model */
    int low, high;
} NumberRow;

#define WEIGHT(group, key, member)                                                                 \
    {                                                                                              \
        group, key, offsetof(Model, weights) + offsetof(ModelWeights, member), -MB_MAX, MB_MAX     \
    }
#define COUNT(group, key, member, high)                                                            \
    {                                                                                              \
        group, key, offsetof(Model, weights) + offsetof(ModelWeights, member), 0, high             \
    }
#define PLACE(level)                                                                               \
    {                                                                                              \
        "place", #level,                                                                           \
            offsetof(Model, weights) + offsetof(ModelWeights, place) +                             \
                PLACE_##level * sizeof(int32_t),                                                   \
            -MB_MAX, MB_MAX                                                                        \
    }
#define RULE(key)                                                                                  \
    {                                                                                              \
        "escalation", #key, offsetof(Model, escalation) + offsetof(EscalationRules, key), 1, 10000 \
    }

#define OVERDUE(key, least, most)                                                                  \
    {                                                                                              \
        "escalation", #key, offsetof(Model, escalation) + offsetof(EscalationRules, key), least,   \
            most                                                                                   \
    }

#define REACH(key)                                                                                 \
    {                                                                                              \
        "reach", #key, offsetof(Model, reach) + offsetof(PhraseReach, key), 0, 100                 \
    }

static const NumberRow NUMBERS[] = {
    WEIGHT("thresholds", "prior", prior),
    WEIGHT("thresholds", "link", link),
    WEIGHT("thresholds", "review", review),
    WEIGHT("thresholds", "possible", possible),
    WEIGHT("thresholds", "merge", merge),
    COUNT("thresholds", "merge_members", merge_members, 8),
    COUNT("thresholds", "bucket_s", bucket_s, 2000000000),
    PLACE(P0),
    PLACE(P1),
    PLACE(P2),
    PLACE(P3),
    PLACE(P4),
    PLACE(P5),
    PLACE(P6),
    PLACE(P7),
    PLACE(P8),
    PLACE(P9),
    PLACE(X1),
    PLACE(X2),
    WEIGHT("place", "P8_area", place_p8_area),
    WEIGHT("place", "coarser_agrees", coarser_agrees),
    WEIGHT("place", "coarser_conflicts", coarser_conflicts),
    WEIGHT("place", "point_conflicts", point_conflicts),
    COUNT("point", "exact_m", point_exact_m, 1000),
    COUNT("point", "community_m", community_point_m, 5000),
    WEIGHT("asset", "equal", asset_equal),
    WEIGHT("asset", "equal_from_text", asset_equal_text),
    WEIGHT("asset", "differs_from_text", asset_differs_text),
    WEIGHT("asset", "near", asset_near),
    WEIGHT("asset", "place_max", asset_place_max),
    WEIGHT("asset", "label_equal", label_equal),
    WEIGHT("asset", "label_differs", label_differs),
    WEIGHT("quoted", "resolves", quoted),
    WEIGHT("quoted", "copied", copied),
    WEIGHT("class", "same_leaf", same_leaf),
    WEIGHT("class", "same_group", same_group),
    WEIGHT("class", "same_letter", same_letter),
    WEIGHT("class", "unknown", unknown_class),
    WEIGHT("class", "unsure_same", unsure_same),
    WEIGHT("class", "unsure_akin", unsure_akin),
    WEIGHT("class", "unsure_other", unsure_other),
    WEIGHT("class", "unrelated", unrelated),
    WEIGHT("class", "rarity_max", rarity_max),
    WEIGHT("class", "same_aspect", same_aspect),
    WEIGHT("class", "other_aspect", other_aspect),
    COUNT("class", "confidence_min", class_confidence_min, 100),
    COUNT("class", "code_max", code_confidence_max, 99),
    COUNT("class", "title", title_confidence, 99),
    COUNT("class", "weak", weak_confidence, 99),
    COUNT("relation", "same_event_s", same_event_s, 2000000000),
    COUNT("text", "short_max", text_short_max, 1000),
    WEIGHT("party", "code_log2", party_code_log2),
    WEIGHT("party", "code_max", party_code_max),
    WEIGHT("party", "name", party_name),
    WEIGHT("party", "outside_max", party_outside_max),
    WEIGHT("party", "elsewhere_max", party_elsewhere_max),
    WEIGHT("party", "differs", party_differs),
    WEIGHT("party", "and_place", party_and_place),
    WEIGHT("reporter", "with_place", reporter_place),
    WEIGHT("reporter", "other_class", reporter_other_class),
    WEIGHT("reporter", "without_place", reporter_home),
    WEIGHT("reporter", "again", reporter_again),
    COUNT("reporter", "again_s", reporter_again_s, 2000000000),
    COUNT("reporter", "recall_s", reporter_recall_s, 2000000000),
    COUNT("tempo", "few_members", tempo_few_members, 1000),
    WEIGHT("tempo", "few", tempo_few),
    COUNT("tempo", "many_members", tempo_many_members, 1000),
    WEIGHT("tempo", "many", tempo_many),
    COUNT("tempo", "recurs_few_members", recurs_few_members, 1000),
    WEIGHT("tempo", "recurs_few", recurs_few),
    COUNT("tempo", "recurs_many_members", recurs_many_members, 1000),
    WEIGHT("tempo", "recurs_many", recurs_many),
    REACH(doubt),
    REACH(negation),
    REACH(undone),
    REACH(denial),
    REACH(unrelated),
    RULE(window_days),
    RULE(step_reports),
    RULE(step_sources),
    RULE(step_reporters),
    RULE(red_reports),
    OVERDUE(overdue_steps, 0, 3),
    OVERDUE(overdue_worst, 1, 4),
};

static const char *const GROUPS[] = {"thresholds", "place",    "point", "asset",    "quoted",
                                     "class",      "text",     "party", "reporter", "tempo",
                                     "escalation", "relation", "reach"};

/* Keys of a group that are not plain numbers. */
static size_t other_keys(const char *group, const char **keys)
{
    if (strcmp(group, "point") == 0)
        keys[0] = "precision_m";
    else if (strcmp(group, "text") == 0)
        keys[0] = "steps";
    else if (strcmp(group, "escalation") == 0)
        keys[0] = "red_when_people_hurt";
    else
        return 0;
    return 1;
}

static void read_group(ModelReader *reader, const config_setting_t *root, const char *name)
{
    const char *known[sizeof NUMBERS / sizeof NUMBERS[0] + 1];
    size_t count = other_keys(name, known);
    const config_setting_t *group = reader_group(&reader->reader, root, name);
    if (group == NULL) {
        READER_ERROR(&reader->reader, 0, "group \"%s\" is missing", name);
        return;
    }
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        const NumberRow *row = &NUMBERS[i];
        int value = 0;
        if (strcmp(row->group, name) != 0)
            continue;
        known[count++] = row->key;
        if (config_setting_get_member(group, row->key) == NULL)
            READER_ERROR(&reader->reader, reader_line(group), "\"%s\" is missing in \"%s\"",
                         row->key, name);
        else if (reader_integer(&reader->reader, group, row->key, row->low, row->high, &value))
            *(int32_t *)(void *)((char *)reader->model + row->offset) = value;
    }
    reader_check_keys(&reader->reader, group, name, known, count);
}

static const config_setting_t *
steps_of(ModelReader *reader, const config_setting_t *root, const char *group, const char *key)
{
    const config_setting_t *parent = reader_group(&reader->reader, root, group);
    const config_setting_t *list =
        parent != NULL ? reader_list(&reader->reader, parent, key) : NULL;
    if (list == NULL) {
        READER_ERROR(&reader->reader, parent != NULL ? reader_line(parent) : 0,
                     "\"%s\" is missing in \"%s\"", key, group);
        return NULL;
    }
    int count = config_setting_length(list);
    if (count < 2 || count > STEPS_MAX) {
        READER_ERROR(&reader->reader, reader_line(list), "\"%s\" must have 2 to %d steps", key,
                     (int)STEPS_MAX);
        return NULL;
    }
    return list;
}

/* (seconds, weight, name), ascending; the last step has no bound and says 0. */
static void
read_gap(ModelReader *reader, const config_setting_t *root, const char *key, GapTable *table)
{
    const config_setting_t *list = steps_of(reader, root, "gap", key);
    int64_t last = 0;
    for (int i = 0; list != NULL && i < config_setting_length(list); i++) {
        const config_setting_t *row = config_setting_get_elem(list, (unsigned)i);
        bool open = i + 1 == config_setting_length(list);
        if (!model_row(reader, row, 3, "gap"))
            continue;
        GapStep *step = &table->steps[table->count++];
        step->within_s = open ? INT64_MAX : model_cell_integer(reader, row, 0, 1, 2000000000);
        step->weight_mb = model_cell_integer(reader, row, 1, -MB_MAX, MB_MAX);
        step->level = text_string(reader->model->arena, text_from(model_cell_text(reader, row, 2)));
        if (step->within_s <= last)
            READER_ERROR(&reader->reader, reader_line(row), "steps of \"%s\" must ascend", key);
        last = step->within_s;
    }
}

/* (thousandths, weight, name), descending; the last step starts at 0. */
static void read_text_steps(ModelReader *reader, const config_setting_t *root)
{
    const config_setting_t *list = steps_of(reader, root, "text", "steps");
    Model *model = reader->model;
    int last = 1001;
    for (int i = 0; list != NULL && i < config_setting_length(list); i++) {
        const config_setting_t *row = config_setting_get_elem(list, (unsigned)i);
        if (!model_row(reader, row, 3, "text steps"))
            continue;
        TextStep *step = &model->text[model->text_count++];
        step->from_permille = model_cell_integer(reader, row, 0, 0, 1000);
        step->weight_mb = model_cell_integer(reader, row, 1, -MB_MAX, MB_MAX);
        step->level = text_string(model->arena, text_from(model_cell_text(reader, row, 2)));
        if (step->from_permille >= last)
            READER_ERROR(&reader->reader, reader_line(row), "text steps must descend");
        last = step->from_permille;
    }
    if (list != NULL && last != 0)
        READER_ERROR(&reader->reader, reader_line(list), "the last text step must start at 0");
}

static void read_precisions(ModelReader *reader, const config_setting_t *root)
{
    const config_setting_t *point = reader_group(&reader->reader, root, "point");
    const config_setting_t *list =
        point != NULL ? reader_list(&reader->reader, point, "precision_m") : NULL;
    if (list == NULL || config_setting_length(list) != MODEL_PRECISIONS) {
        READER_ERROR(&reader->reader, point != NULL ? reader_line(point) : 0,
                     "\"precision_m\" must have the metres of A, B, C, D and E");
        return;
    }
    for (int i = 0; i < MODEL_PRECISIONS; i++)
        reader->model->weights.precision_m[i] = model_cell_integer(reader, list, i, 1, 100000);
}

void model_read_weights(ModelReader *reader, const config_setting_t *root)
{
    for (size_t i = 0; i < sizeof GROUPS / sizeof GROUPS[0]; i++)
        read_group(reader, root, GROUPS[i]);
    read_gap(reader, root, "slow", &reader->model->slow);
    read_gap(reader, root, "burst", &reader->model->burst);
    read_text_steps(reader, root);
    read_precisions(reader, root);
    const config_setting_t *escalation = reader_group(&reader->reader, root, "escalation");
    if (escalation != NULL)
        reader->model->escalation.red_when_people_hurt =
            reader_bool(&reader->reader, escalation, "red_when_people_hurt");
    const ModelWeights *w = &reader->model->weights;
    if (w->link <= w->review || w->review <= w->possible)
        READER_ERROR(&reader->reader, 0, "thresholds must fall: link, review, possible");
}
