/*
 * Read everything, note every mistake, answer a model only when there was none. The numbers, the classes, the words
 * and the time limits are read by model_file_weights.c, model_file_classes.c, model_file_words.c and model_file_time.c.
 */
#include "adapters/model_file.h"

#include "adapters/model_file_parts.h"

#include <string.h>

enum { DIGEST_DIGITS = 12 };

bool model_row(ModelReader *reader, const config_setting_t *row, int columns, const char *what)
{
    if (config_setting_is_list(row) && config_setting_length(row) == columns)
        return true;
    READER_ERROR(&reader->reader, reader_line(row), "a row of %s must be a list of %d values", what,
                 columns);
    return false;
}

const char *model_cell_text(ModelReader *reader, const config_setting_t *row, int column)
{
    const char *text = config_setting_get_string_elem(row, column);
    if (text == NULL)
        READER_ERROR(&reader->reader, reader_line(row), "column %d must be text", column + 1);
    return text != NULL ? text : "";
}

int model_cell_integer(
    ModelReader *reader, const config_setting_t *row, int column, int low, int high)
{
    const config_setting_t *cell = config_setting_get_elem(row, (unsigned)column);
    if (cell == NULL || config_setting_type(cell) != CONFIG_TYPE_INT) {
        READER_ERROR(&reader->reader, reader_line(row), "column %d must be an integer", column + 1);
        return low;
    }
    int value = config_setting_get_int(cell);
    if (value < low || value > high) {
        READER_ERROR(&reader->reader, reader_line(row), "column %d: %d is outside %d..%d",
                     column + 1, value, low, high);
        return low;
    }
    return value;
}

bool model_cell_bool(ModelReader *reader, const config_setting_t *row, int column)
{
    const config_setting_t *cell = config_setting_get_elem(row, (unsigned)column);
    if (cell == NULL || config_setting_type(cell) != CONFIG_TYPE_BOOL) {
        READER_ERROR(&reader->reader, reader_line(row), "column %d must be true or false",
                     column + 1);
        return false;
    }
    return config_setting_get_bool(cell) != 0;
}

static void split_path(ModelReader *reader, const char *path, Text *name)
{
    Text whole = text_from(path);
    size_t slash = whole.size;
    while (slash > 0 && whole.data[slash - 1] != '/')
        slash--;
    reader->reader.file = whole;
    reader->reader.folder = text_slice(whole, 0, slash);
    *name = text_slice(whole, slash, whole.size);
    if (text_ends(*name, TEXT(".cfg")))
        name->size -= sizeof ".cfg" - 1;
}

static void read_all(ModelReader *reader, const config_setting_t *root)
{
    static const char *const KNOWN[] = {
        "format",     "thresholds", "place",  "point",         "asset", "quoted",
        "class",      "text",       "party",  "reporter",      "gap",   "tempo",
        "escalation", "classes",    "pairs",  "typical_sites", "words", "idf",
        "relation",   "reach",      "ledger", "debounce",      "time"};
    int format = 0;
    reader_check_keys(&reader->reader, root, "the model", KNOWN, sizeof KNOWN / sizeof KNOWN[0]);
    if (!reader_integer(&reader->reader, root, "format", 1, 1, &format))
        READER_ERROR(&reader->reader, 0, "\"format = 1\" is missing");
    model_read_ledger(reader, root);
    model_read_weights(reader, root);
    model_read_classes(reader, root);
    model_read_time(reader, root);
    model_read_words(reader, root);
}

static void set_version(ModelReader *reader, Text name)
{
    uint8_t bytes[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE + 1];
    digest_end(reader->digest, bytes);
    digest_hex(bytes, sizeof bytes, hex);
    reader->model->version =
        text_format(reader->model->arena, "%.*s@%.*s", TEXT_ARGS(name), (int)DIGEST_DIGITS, hex);
}

static void read_config(ModelReader *reader, Text content)
{
    config_t config;
    config_init(&config);
    char *string = text_string(reader->reader.arena, content);
    if (config_read_string(&config, string) == CONFIG_TRUE)
        read_all(reader, config_root_setting(&config));
    else
        READER_ERROR(&reader->reader, config_error_line(&config), "%s", config_error_text(&config));
    config_destroy(&config);
}

Model *model_file_read(const char *path, MappingFindings *findings)
{
    Arena *scratch = arena_new(256 * 1024);
    ModelReader reader = {.reader = {.arena = scratch, .findings = findings},
                          .model = model_new(),
                          .digest = digest_begin()};
    Text name;
    const char *why = NULL;
    split_path(&reader, path, &name);
    Text content = reader_file(scratch, reader.reader.file, &why);
    if (text_is_absent(content)) {
        READER_ERROR(&reader.reader, 0, "cannot read: %s", why);
    } else {
        digest_update(reader.digest, content);
        read_config(&reader, content);
    }
    set_version(&reader, name);
    arena_free(scratch);
    if (findings->errors == 0)
        return reader.model;
    model_free(reader.model);
    return NULL;
}

bool model_file_load(const char *path, Model **model, Error *error)
{
    Arena *arena = arena_new(16 * 1024);
    MappingFindings findings = {.arena = arena};
    *model = model_file_read(path, &findings);
    if (*model == NULL) {
        mapping_finding_sort(&findings);
        Text first = mapping_finding_text(arena, &findings.items[0]);
        if (findings.errors > 1)
            error_set(error, ERROR_FATAL, "%.*s (and %zu more)", TEXT_ARGS(first),
                      findings.errors - 1);
        else
            error_set(error, ERROR_FATAL, "%.*s", TEXT_ARGS(first));
    }
    arena_free(arena);
    return *model != NULL;
}
