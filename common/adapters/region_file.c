/*
 * A list of pairs and nothing else.
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

static bool load(const char *path, const config_t *config, RegionTable *table, Error *error)
{
    const config_setting_t *root = config_root_setting(config);
    for (int i = 0; i < config_setting_length(root); i++) {
        const config_setting_t *setting = config_setting_get_elem(root, (unsigned)i);
        if (!text_is(text_from(config_setting_name(setting)), "prefixes"))
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
    return true;
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
