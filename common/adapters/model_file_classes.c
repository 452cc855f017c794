/*
 * Four tables: the leaves with their parameters, how long their alarms are debounced, pairs of leaves with a weight of
 * their own, and how many live hazards one expects at a place.
 */
#include "domain/category.h"

#include "adapters/model_file_parts.h"

#include <string.h>

enum { CLASS_COLUMNS = 12, PAIR_COLUMNS = 6, TYPICAL_COLUMNS = 4, DEBOUNCE_COLUMNS = 2 };

static bool scope_of(const char *name, Scope *scope)
{
    static const char *const NAMES[] = {"asset", "unit",   "building", "point",
                                        "party", "estate", "area"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (strcmp(NAMES[i], name) == 0) {
            *scope = (Scope)i;
            return true;
        }
    return false;
}

static Text kept(ModelReader *reader, const char *text)
{
    return text_copy(reader->model->arena, text_from(text));
}

static void read_class(ModelReader *reader, const config_setting_t *row, HazardClass *category)
{
    category->code = kept(reader, model_cell_text(reader, row, 0));
    category->family = kept(reader, model_cell_text(reader, row, 1));
    category->kin = kept(reader, model_cell_text(reader, row, 2));
    category->group = category->code.size > 0 ? category->code.data[0] : '?';
    const char *scope = model_cell_text(reader, row, 3);
    if (!scope_of(scope, &category->scope))
        READER_ERROR(&reader->reader, reader_line(row), "unknown scope \"%s\"", scope);
    category->radius_m = model_cell_integer(reader, row, 4, 0, 5000);
    category->first_radius_m = model_cell_integer(reader, row, 5, 0, 5000);
    category->spacing_m = model_cell_integer(reader, row, 6, 0, 5000);
    category->cap_m = model_cell_integer(reader, row, 7, 0, 5000);
    category->recurrence_days = model_cell_integer(reader, row, 8, 0, 3650);
    category->colour = (int16_t)model_cell_integer(reader, row, 9, 1, 4);
    category->burst = model_cell_bool(reader, row, 10);
    category->rarity_mb = model_cell_integer(reader, row, 11, 0, 2000);
    if (category_find(category->code) == NULL)
        READER_ERROR(&reader->reader, reader_line(row), "\"%.*s\" is no leaf of the hazard tree",
                     TEXT_ARGS(category->code));
}

static bool is_known(const Model *model, Text code)
{
    for (size_t i = 0; i < model->class_count; i++)
        if (text_equal(model->classes[i].code, code))
            return true;
    return false;
}

static void check_classes(ModelReader *reader, const config_setting_t *list)
{
    Model *model = reader->model;
    size_t leaves;
    const Category *all = category_all(&leaves);
    for (size_t i = 0; i < leaves; i++)
        if (!is_known(model, text_from(all[i].code)))
            READER_ERROR(&reader->reader, reader_line(list), "leaf %s is missing", all[i].code);
    for (size_t i = 0; i + 1 < model->class_count; i++)
        if (text_equal(model->classes[i].code, model->classes[i + 1].code))
            READER_ERROR(&reader->reader, reader_line(list), "leaf %.*s stands twice",
                         TEXT_ARGS(model->classes[i].code));
    for (size_t i = 0; i < model->class_count; i++)
        if (!is_known(model, model->classes[i].family) || !is_known(model, model->classes[i].kin))
            READER_ERROR(&reader->reader, reader_line(list),
                         "family and kin of %.*s must be codes of leaves",
                         TEXT_ARGS(model->classes[i].code));
}

static const config_setting_t *
table_of(ModelReader *reader, const config_setting_t *root, const char *name)
{
    const config_setting_t *list = reader_list(&reader->reader, root, name);
    if (list == NULL)
        READER_ERROR(&reader->reader, 0, "table \"%s\" is missing", name);
    return list;
}

static void read_leaves(ModelReader *reader, const config_setting_t *root)
{
    Model *model = reader->model;
    const config_setting_t *list = table_of(reader, root, "classes");
    if (list == NULL)
        return;
    size_t count = (size_t)config_setting_length(list);
    model->classes = ARENA_ARRAY(model->arena, HazardClass, count);
    for (size_t i = 0; i < count; i++) {
        const config_setting_t *row = config_setting_get_elem(list, (unsigned)i);
        if (model_row(reader, row, CLASS_COLUMNS, "classes"))
            read_class(reader, row, &model->classes[model->class_count++]);
    }
    model_sort_classes(model);
    check_classes(reader, list);
    if (model->other == NULL)
        READER_ERROR(&reader->reader, reader_line(list), "leaf J03 is missing");
}

static const HazardClass *leaf_of(ModelReader *reader, const config_setting_t *row, int column)
{
    const char *code = model_cell_text(reader, row, column);
    if (!is_known(reader->model, text_from(code)))
        READER_ERROR(&reader->reader, reader_line(row), "unknown leaf \"%s\"", code);
    return model_class(reader->model, text_from(code));
}

/* May be left out: then every alarm is a report. */
static void read_debounce(ModelReader *reader, const config_setting_t *root)
{
    enum { MINUTES_MAX = 1440 };
    const config_setting_t *list = reader_list(&reader->reader, root, "debounce");
    for (int i = 0; list != NULL && i < config_setting_length(list); i++) {
        const config_setting_t *row = config_setting_get_elem(list, (unsigned)i);
        if (!model_row(reader, row, DEBOUNCE_COLUMNS, "debounce"))
            continue;
        HazardClass *category = (HazardClass *)leaf_of(reader, row, 0);
        category->debounce_minutes = model_cell_integer(reader, row, 1, 1, MINUTES_MAX);
    }
}

static const char *relation_of(ModelReader *reader, const config_setting_t *row, int column)
{
    static const char *const NAMES[] = {"precursor", "same_event"};
    const char *name = model_cell_text(reader, row, column);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (strcmp(NAMES[i], name) == 0)
            return NAMES[i];
    if (name[0] != '\0')
        READER_ERROR(&reader->reader, reader_line(row), "unknown relation \"%s\"", name);
    return NULL;
}

static PairJoining joining_of(ModelReader *reader, const config_setting_t *row, int column)
{
    static const char *const NAMES[] = {"allowed", "never", "apart"};
    const char *name = model_cell_text(reader, row, column);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (strcmp(NAMES[i], name) == 0)
            return (PairJoining)i;
    READER_ERROR(&reader->reader, reader_line(row),
                 "column %d must be allowed, never or apart, not \"%s\"", column + 1, name);
    return JOINING_ALLOWED;
}

static void read_pairs(ModelReader *reader, const config_setting_t *root)
{
    Model *model = reader->model;
    const config_setting_t *list = table_of(reader, root, "pairs");
    if (list == NULL)
        return;
    size_t count = (size_t)config_setting_length(list);
    model->pairs = ARENA_ARRAY(model->arena, ClassPair, count);
    for (size_t i = 0; i < count; i++) {
        const config_setting_t *row = config_setting_get_elem(list, (unsigned)i);
        if (!model_row(reader, row, PAIR_COLUMNS, "pairs"))
            continue;
        ClassPair *pair = &model->pairs[model->pair_count++];
        pair->a = leaf_of(reader, row, 0);
        pair->b = leaf_of(reader, row, 1);
        pair->weight_mb = model_cell_integer(reader, row, 2, -20000, 20000);
        pair->same_building_mb = model_cell_integer(reader, row, 3, -20000, 20000);
        pair->relation = relation_of(reader, row, 4);
        pair->joining = joining_of(reader, row, 5);
    }
}

static void read_typical(ModelReader *reader, const config_setting_t *root)
{
    Model *model = reader->model;
    const config_setting_t *list = table_of(reader, root, "typical_sites");
    if (list == NULL)
        return;
    size_t count = (size_t)config_setting_length(list);
    model->typical = ARENA_ARRAY(model->arena, TypicalSites, count);
    for (size_t i = 0; i < count; i++) {
        const config_setting_t *row = config_setting_get_elem(list, (unsigned)i);
        if (!model_row(reader, row, TYPICAL_COLUMNS, "typical_sites"))
            continue;
        TypicalSites *typical = &model->typical[model->typical_count++];
        typical->family = kept(reader, model_cell_text(reader, row, 0));
        typical->building = model_cell_integer(reader, row, 1, 1, 10000);
        typical->estate = model_cell_integer(reader, row, 2, 1, 10000);
        typical->road = model_cell_integer(reader, row, 3, 1, 10000);
        bool last = i + 1 == count;
        if (last != text_is_empty(typical->family))
            READER_ERROR(&reader->reader, reader_line(row),
                         "the last row of typical_sites, and no other, has \"\" for every family");
    }
    if (model->typical_count == 0)
        READER_ERROR(&reader->reader, reader_line(list), "typical_sites must have a row");
}

void model_read_classes(ModelReader *reader, const config_setting_t *root)
{
    read_leaves(reader, root);
    if (reader->model->other == NULL)
        return;
    read_debounce(reader, root);
    read_pairs(reader, root);
    read_typical(reader, root);
    model_group_tiles(reader->model);
}
