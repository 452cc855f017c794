/*
 * A list of pairs, and perhaps a list of boxes.
 */
#include "adapters/region_file.h"

#include <libconfig.h>

#include <errno.h>
#include <string.h>

static bool add_row(const char *path, const config_setting_t *row, RegionTable *table, Error *error)
{
    int line = (int)config_setting_source_line(row);
    bool pair = config_setting_is_list(row) && config_setting_length(row) == 2;
    const char *prefix = pair ? config_setting_get_string_elem(row, 0) : NULL;
    const char *region = pair ? config_setting_get_string_elem(row, 1) : NULL;
    if (prefix == NULL || region == NULL)
        return error_set(error, ERROR_FATAL,
                         "%s:%d: a row must be (\"prefix\", \"region\"), both in quotes", path,
                         line);
    if (!region_table_add(table, text_from(prefix), text_from(region)))
        return error_set(error, ERROR_FATAL,
                         "%s:%d: \"%s\" must be 1 to 6 digits that stand once, \"%s\" 1 to 32 "
                         "letters, digits, \"_\" or \"-\"",
                         path, line, prefix, region);
    return true;
}

static bool read_degrees(const config_setting_t *row, unsigned index, double *degrees)
{
    const config_setting_t *cell = config_setting_get_elem(row, index);
    int type = cell != NULL ? config_setting_type(cell) : CONFIG_TYPE_NONE;
    *degrees = type == CONFIG_TYPE_INT     ? (double)config_setting_get_int(cell)
               : type == CONFIG_TYPE_FLOAT ? config_setting_get_float(cell)
                                           : 0;
    return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_FLOAT;
}

static bool add_box(const char *path, const config_setting_t *row, RegionTable *table, Error *error)
{
    int line = (int)config_setting_source_line(row);
    GeoBox box;
    const char *region = config_setting_is_list(row) && config_setting_length(row) == 5
                             ? config_setting_get_string_elem(row, 0)
                             : NULL;
    if (region == NULL || !read_degrees(row, 1, &box.west) || !read_degrees(row, 2, &box.south) ||
        !read_degrees(row, 3, &box.east) || !read_degrees(row, 4, &box.north))
        return error_set(error, ERROR_FATAL,
                         "%s:%d: a row must be (\"region\", west, south, east, north), in degrees",
                         path, line);
    if (!region_table_box(table, text_from(region), &box))
        return error_set(error, ERROR_FATAL,
                         "%s:%d: \"%s\" must be a region of \"prefixes\" that has no box yet, its "
                         "west and south less than east and north",
                         path, line, region);
    return true;
}

static bool
add_boxes(const char *path, const config_setting_t *root, RegionTable *table, Error *error)
{
    const config_setting_t *rows = config_setting_get_member(root, "boxes");
    if (rows == NULL)
        return true;
    if (!config_setting_is_list(rows))
        return error_set(error, ERROR_FATAL, "%s: \"boxes\" must be a list", path);
    for (int i = 0; i < config_setting_length(rows); i++)
        if (!add_box(path, config_setting_get_elem(rows, (unsigned)i), table, error))
            return false;
    return true;
}

static bool load(const char *path, const config_t *config, RegionTable *table, Error *error)
{
    const config_setting_t *root = config_root_setting(config);
    for (int i = 0; i < config_setting_length(root); i++) {
        const config_setting_t *setting = config_setting_get_elem(root, (unsigned)i);
        Text name = text_from(config_setting_name(setting));
        if (!text_is(name, "prefixes") && !text_is(name, "boxes"))
            return error_set(error, ERROR_FATAL, "%s:%d: unknown key \"%s\"", path,
                             (int)config_setting_source_line(setting),
                             config_setting_name(setting));
    }
    const config_setting_t *rows = config_setting_get_member(root, "prefixes");
    if (rows == NULL || !config_setting_is_list(rows) || config_setting_length(rows) == 0)
        return error_set(error, ERROR_FATAL, "%s: \"prefixes\" must be a list of pairs", path);
    for (int i = 0; i < config_setting_length(rows); i++)
        if (!add_row(path, config_setting_get_elem(rows, (unsigned)i), table, error))
            return false;
    return add_boxes(path, root, table, error);
}

bool region_file_load(const char *path, Arena *arena, const RegionTable **table, Error *error)
{
    RegionTable *made = region_table_new(arena);
    config_t config;
    config_init(&config);
    bool done;
    errno = 0;
    if (config_read_file(&config, path) == CONFIG_TRUE)
        done = load(path, &config, made, error);
    else if (config_error_line(&config) > 0)
        done = error_set(error, ERROR_FATAL, "%s:%d: %s", path, config_error_line(&config),
                         config_error_text(&config));
    else
        done = error_set(error, ERROR_FATAL, "cannot read \"%s\": %s", path,
                         errno != 0 ? strerror(errno) : "it is no file");
    config_destroy(&config);
    *table = made;
    return done;
}
