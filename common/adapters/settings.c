/*
 * Settings: every source (default, environment, file, --set) is brought to the form "where, row,
 * text" and goes through one function that checks and stores it, so that all of them have the same
 * faults. Nothing stops at the first fault.
 */
#include "adapters/settings.h"

#include <libconfig.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HINT_DISTANCE_MAX = 3 };

typedef struct Loader {
    const SettingsTable *table;
    Arena *arena;
    char *destination;
    bool *given; /* one for each row */
    TextList faults;
    size_t capacity; /* of faults.items */
} Loader;

static void fault(Loader *loader, Text where, Text message)
{
    if (loader->faults.count == loader->capacity) {
        size_t old = loader->capacity * sizeof(Text);
        loader->capacity = loader->capacity == 0 ? 8 : loader->capacity * 2;
        loader->faults.items =
            arena_grow(loader->arena, loader->faults.items, old, loader->capacity * sizeof(Text));
    }
    loader->faults.items[loader->faults.count++] =
        text_format(loader->arena, "%.*s: %.*s", TEXT_ARGS(where), TEXT_ARGS(message));
}

static bool has_word(Text words, Text word)
{
    for (size_t at = 0; at < words.size;) {
        size_t end = text_find(words, TEXT(" "), at);
        if (end == SIZE_MAX)
            end = words.size;
        if (text_equal(text_slice(words, at, end - at), word))
            return true;
        at = end + 1;
    }
    return false;
}

static void store_integer(Loader *loader, Text where, const Setting *row, Text text)
{
    int64_t value;
    if (!text_to_int64(text, &value))
        fault(
            loader, where,
            text_format(loader->arena, "%s = \"%.*s\" is no integer", row->path, TEXT_ARGS(text)));
    else if (value < row->min || value > row->max)
        fault(loader, where,
              text_format(loader->arena, "%s = %.*s is outside %lld..%lld", row->path,
                          TEXT_ARGS(text), (long long)row->min, (long long)row->max));
    else
        *(int64_t *)(void *)(loader->destination + row->offset) = value;
}

static void store_text(Loader *loader, Text where, const Setting *row, Text text)
{
    size_t max = row->max > 0 ? (size_t)row->max : SETTING_TEXT_MAX;
    if (text.size < (size_t)row->min || text.size > max)
        fault(loader, where,
              text_format(loader->arena, "%s has %zu bytes, outside %lld..%zu", row->path,
                          text.size, (long long)row->min, max));
    else
        *(const char **)(void *)(loader->destination + row->offset) =
            text_string(loader->arena, text);
}

static void store(Loader *loader, Text where, const Setting *row, Text text)
{
    loader->given[row - loader->table->rows] = true;
    switch (row->type) {
    case SETTING_INTEGER:
        store_integer(loader, where, row, text);
        break;
    case SETTING_FLAG:
        if (!text_is(text, "true") && !text_is(text, "false"))
            fault(loader, where,
                  text_format(loader->arena, "%s = \"%.*s\" is neither true nor false", row->path,
                              TEXT_ARGS(text)));
        else
            *(bool *)(void *)(loader->destination + row->offset) = text_is(text, "true");
        break;
    case SETTING_CHOICE:
        if (!has_word(text_from(row->choices), text)) {
            fault(loader, where,
                  text_format(loader->arena, "%s = \"%.*s\" is none of: %s", row->path,
                              TEXT_ARGS(text), row->choices));
            break;
        }
        store_text(loader, where, row, text);
        break;
    case SETTING_TEXT:
        store_text(loader, where, row, text);
        break;
    }
}

const Setting *settings_find(const SettingsTable *table, Text path)
{
    for (size_t i = 0; i < table->count; i++)
        if (text_is(path, table->rows[i].path))
            return &table->rows[i];
    return NULL;
}

static void fault_unknown(Loader *loader, Text where, Text path)
{
    const char *nearest = NULL;
    size_t best = HINT_DISTANCE_MAX + 1;
    for (size_t i = 0; i < loader->table->count; i++) {
        const char *known = loader->table->rows[i].path;
        size_t distance = text_edit_distance(path, text_from(known));
        if (distance < best) {
            best = distance;
            nearest = known;
        }
    }
    if (nearest != NULL)
        fault(loader, where,
              text_format(loader->arena, "no setting \"%.*s\"; did you mean \"%s\"?",
                          TEXT_ARGS(path), nearest));
    else
        fault(
            loader, where,
            text_format(loader->arena, "no setting \"%.*s\"; --help lists them", TEXT_ARGS(path)));
}

/* A scalar of the file as text, or absent when its type does not fit the row. */
static Text scalar_text(Loader *loader, const config_setting_t *setting, SettingType type)
{
    bool wants_text = type == SETTING_TEXT || type == SETTING_CHOICE;
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        if (type != SETTING_INTEGER)
            return TEXT_ABSENT;
        return text_format(loader->arena, "%lld", config_setting_get_int64(setting));
    case CONFIG_TYPE_BOOL:
        if (type != SETTING_FLAG)
            return TEXT_ABSENT;
        return text_from(config_setting_get_bool(setting) ? "true" : "false");
    case CONFIG_TYPE_STRING:
        return wants_text ? text_from(config_setting_get_string(setting)) : TEXT_ABSENT;
    default:
        return TEXT_ABSENT;
    }
}

static const char *type_name(SettingType type)
{
    switch (type) {
    case SETTING_INTEGER:
        return "an integer";
    case SETTING_FLAG:
        return "true or false";
    case SETTING_TEXT:
    case SETTING_CHOICE:
        return "a text in quotes";
    }
    return "?";
}

static void store_group(Loader *loader, const char *file, const config_setting_t *group, Text above)
{
    int count = config_setting_length(group);
    for (int i = 0; i < count; i++) {
        const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
        const char *source = config_setting_source_file(setting);
        Text where = text_format(loader->arena, "%s:%u", source != NULL ? source : file,
                                 config_setting_source_line(setting));
        Text path = text_format(loader->arena, "%.*s%s%s", TEXT_ARGS(above),
                                above.size > 0 ? "." : "", config_setting_name(setting));
        const Setting *row = settings_find(loader->table, path);
        if (row == NULL && config_setting_is_group(setting)) {
            store_group(loader, file, setting, path);
            continue;
        }
        if (row == NULL) {
            fault_unknown(loader, where, path);
            continue;
        }
        Text value = scalar_text(loader, setting, row->type);
        if (text_is_absent(value)) {
            loader->given[row - loader->table->rows] = true;
            fault(
                loader, where,
                text_format(loader->arena, "%s: %s is expected", row->path, type_name(row->type)));
        } else {
            store(loader, where, row, value);
        }
    }
}

static void load_file(Loader *loader, const char *file)
{
    config_t config;
    config_init(&config);
    errno = 0;
    if (config_read_file(&config, file) == CONFIG_TRUE) {
        store_group(loader, file, config_root_setting(&config), TEXT(""));
    } else if (config_error_type(&config) == CONFIG_ERR_FILE_IO) {
        const char *reason = errno != 0 ? strerror(errno) : "it is no readable file";
        fault(loader, text_from(file), text_format(loader->arena, "could not read: %s", reason));
    } else {
        const char *source = config_error_file(&config);
        Text where = text_format(loader->arena, "%s:%d", source != NULL ? source : file,
                                 config_error_line(&config));
        fault(loader, where, text_from(config_error_text(&config)));
    }
    config_destroy(&config);
}

static void load_override(Loader *loader, Text override)
{
    size_t sign = text_find(override, TEXT("="), 0);
    if (sign == SIZE_MAX) {
        fault(loader, TEXT("--set"),
              text_format(loader->arena, "\"%.*s\" is not of the form path=value",
                          TEXT_ARGS(override)));
        return;
    }
    Text path = text_slice(override, 0, sign);
    const Setting *row = settings_find(loader->table, path);
    if (row == NULL)
        fault_unknown(loader, TEXT("--set"), path);
    else
        store(loader, TEXT("--set"), row, text_slice(override, sign + 1, override.size - sign - 1));
}

bool settings_load(const SettingsTable *table,
                   const SettingsInput *input,
                   Arena *arena,
                   void *destination,
                   TextList *faults)
{
    Loader loader = {.table = table, .arena = arena, .destination = destination};
    loader.given = ARENA_ARRAY(arena, bool, table->count);
    for (size_t i = 0; i < table->count; i++) {
        const Setting *row = &table->rows[i];
        const char *value = row->environment != NULL ? getenv(row->environment) : NULL;
        if (value != NULL && value[0] != '\0')
            store(&loader, text_from(row->environment), row, text_from(value));
        else if (row->default_value != NULL)
            store(&loader, TEXT("default"), row, text_from(row->default_value));
    }
    if (input->file != NULL)
        load_file(&loader, input->file);
    for (size_t i = 0; i < input->overrides.count; i++)
        load_override(&loader, input->overrides.items[i]);
    for (size_t i = 0; i < table->count; i++)
        if (!loader.given[i])
            fault(&loader, TEXT("settings"),
                  text_format(arena,
                              "no value for \"%s\"; write it into the file of --config, or "
                              "give --set %s=...",
                              table->rows[i].path, table->rows[i].path));
    *faults = loader.faults;
    return loader.faults.count == 0;
}

void settings_print(const SettingsTable *table, FILE *stream)
{
    for (size_t i = 0; i < table->count; i++) {
        const Setting *row = &table->rows[i];
        fprintf(stream, "  %-22s %s\n", row->path, row->help);
        fprintf(stream, "  %-22s ", "");
        if (row->type == SETTING_INTEGER)
            fprintf(stream, "%lld..%lld; ", (long long)row->min, (long long)row->max);
        if (row->type == SETTING_CHOICE)
            fprintf(stream, "one of: %s; ", row->choices);
        if (row->default_value == NULL)
            fputs("must be given", stream);
        else
            fprintf(stream, "default %s%s%s", row->type == SETTING_INTEGER ? "" : "\"",
                    row->default_value, row->type == SETTING_INTEGER ? "" : "\"");
        if (row->environment != NULL)
            fprintf(stream, ", or $%s", row->environment);
        fputc('\n', stream);
    }
}
