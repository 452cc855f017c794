/*
 * One mapping file: libconfig parses, the parts read it into the plain structs of domain/mapping_spec.h, the lint of
 * the domain judges the whole. The digest covers the file, its code tables and word lists in the order of reading.
 */
#include "adapters/mapping_file.h"

#include "domain/mapping_lint.h"

#include "adapters/mapping_file_parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { VERSION_HEX = 12, PATHS_MAX = 1000, INCLUDE_DEPTH_MAX = 10 }; /* libconfig's own depth */

Text load_file(MappingLoad *load, Text path, int line)
{
    const char *why = NULL;
    Text content = reader_file(load->reader.arena, path, &why);
    if (text_is_absent(content))
        READER_FINDING(&load->reader, FINDING_FILE_UNREADABLE, line, "cannot read \"%.*s\": %s",
                       TEXT_ARGS(path), why);
    else
        digest_update(load->digest, content);
    return content;
}

static Text folder_of(Arena *arena, Text path)
{
    for (size_t i = path.size; i > 0; i--)
        if (path.data[i - 1] == '/')
            return text_copy(arena, text_slice(path, 0, i));
    return TEXT("");
}

static Text name_of(Arena *arena, Text path)
{
    Text folder = folder_of(arena, path);
    Text name = text_slice(path, folder.size, SIZE_MAX);
    if (text_ends(name, TEXT(".cfg")))
        name = text_slice(name, 0, name.size - 4);
    return text_copy(arena, name);
}

static void finish_version(MappingLoad *load)
{
    uint8_t digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE + 1];
    digest_end(load->digest, digest);
    digest_hex(digest, sizeof(digest), hex);
    load->mapping->version = text_format(load->reader.arena, "%.*s@%.*s",
                                         TEXT_ARGS(load->mapping->name), VERSION_HEX, hex);
}

static void add_path(Arena *arena, TextList *paths, Text path)
{
    for (size_t i = 0; i < paths->count; i++)
        if (text_equal(paths->items[i], path))
            return;
    size_t bytes = paths->count * sizeof(Text);
    paths->items = arena_grow(arena, paths->items, bytes, bytes + sizeof(Text));
    paths->items[paths->count++] = path;
}

/*
 * Of what libconfig cannot read it ends the whole program, so it must not see it. A file that is missing it reports
 * itself.
 */
static bool may_include(MappingLoad *load, Text name, Text path, Text file, int line)
{
    struct stat facts;
    if (text_is_empty(name))
        mapping_finding(load->reader.findings, FINDING_FILE_UNREADABLE, file, line,
                        "@include names no file");
    else if (stat(text_string(load->reader.arena, path), &facts) == 0 && !S_ISREG(facts.st_mode))
        mapping_finding(load->reader.findings, FINDING_FILE_UNREADABLE, file, line,
                        "cannot read \"%.*s\": it is no file", TEXT_ARGS(path));
    else
        return true;
    return false;
}

/* What @include "FILE" brings in belongs to the digest too. False, and noted, when libconfig must not see it. */
static bool digest_includes(MappingLoad *load, Text file, Text content, int depth)
{
    Arena *arena = load->reader.arena;
    bool good = true;
    int number = 0;
    for (size_t from = 0; from < content.size && depth < INCLUDE_DEPTH_MAX;) {
        number++;
        size_t end = text_find(content, TEXT("\n"), from);
        if (end == SIZE_MAX)
            end = content.size;
        Text line = text_trim(text_slice(content, from, end - from));
        from = end + 1;
        size_t open =
            text_starts(line, TEXT("@include")) ? text_find(line, TEXT("\""), 0) : SIZE_MAX;
        size_t close = open != SIZE_MAX ? text_find(line, TEXT("\""), open + 1) : SIZE_MAX;
        if (close == SIZE_MAX)
            continue;
        const char *why;
        Text name = text_slice(line, open + 1, close - open - 1);
        Text path = text_format(arena, "%.*s%.*s", TEXT_ARGS(load->reader.folder), TEXT_ARGS(name));
        if (!may_include(load, name, path, file, number)) {
            good = false;
            continue;
        }
        Text included = reader_file(arena, path, &why);
        add_path(arena, &load->mapping->includes, path);
        digest_update(load->digest, included);
        good = digest_includes(load, path, included, depth + 1) && good;
    }
    return good;
}

/* @include is looked for beside the mapping file. */
static bool parse(MappingLoad *load, Text content, config_t *config)
{
    Arena *arena = load->reader.arena;
    Text folder = load->reader.folder.size > 0 ? load->reader.folder : TEXT("./");
    config_set_include_dir(config, text_string(arena, folder));
    if (config_read_string(config, text_string(arena, content)) == CONFIG_TRUE)
        return true;
    const char *file = config_error_file(config);
    Text name = file != NULL ? text_from(file) : load->reader.file;
    mapping_finding(load->reader.findings, FINDING_SYNTAX, name, config_error_line(config), "%s",
                    config_error_text(config));
    return false;
}

static void start_load(MappingLoad *load, Text file, const MappingFileOptions *options)
{
    Arena *arena = load->reader.arena;
    load->mapping = ARENA_NEW(arena, Mapping);
    load->reader.file = file;
    load->reader.folder = folder_of(arena, file);
    load->words_folder =
        options->words_folder != NULL
            ? text_format(arena, "%s/", options->words_folder)
            : text_format(arena, "%.*s../model/words/", TEXT_ARGS(load->reader.folder));
    load->mapping->file = file;
    load->mapping->name = name_of(arena, file);
}

const Mapping *mapping_file_load_text(const char *path,
                                      Text content,
                                      const MappingFileOptions *options,
                                      Arena *arena,
                                      MappingFindings *findings)
{
    MappingLoad load = {.reader = {.arena = arena, .findings = findings}};
    start_load(&load, text_copy(arena, text_from(path)), options);
    size_t errors = findings->errors;
    load.digest = digest_begin();
    digest_update(load.digest, content);
    bool may_parse = digest_includes(&load, load.reader.file, content, 0);
    config_t config;
    config_init(&config);
    if (may_parse && parse(&load, content, &config)) {
        const config_setting_t *root = config_root_setting(&config);
        load_head(&load, root);
        load_extracts(&load, root);
        load_codes(&load, root);
        load_fields(&load, root);
        mapping_lint(load.mapping, options->regions, findings);
    }
    config_destroy(&config);
    finish_version(&load);
    return findings->errors == errors ? load.mapping : NULL;
}

const Mapping *mapping_file_load(const char *path,
                                 const MappingFileOptions *options,
                                 Arena *arena,
                                 MappingFindings *findings)
{
    const char *why = NULL;
    Text content = reader_file(arena, text_from(path), &why);
    if (!text_is_absent(content))
        return mapping_file_load_text(path, content, options, arena, findings);
    mapping_finding(findings, FINDING_FILE_UNREADABLE, text_from(path), 0, "cannot be read: %s",
                    why);
    return NULL;
}

bool mapping_file_load_all(TextList paths,
                           const MappingFileOptions *options,
                           Arena *arena,
                           const Mapping **mappings,
                           MappingFindings *findings)
{
    for (size_t i = 0; i < paths.count; i++)
        mappings[i] =
            mapping_file_load(text_string(arena, paths.items[i]), options, arena, findings);
    mapping_lint_together(mappings, paths.count, findings);
    check_topics_together(mappings, paths.count, findings);
    mapping_finding_sort(findings);
    return findings->errors == 0;
}

static int by_name(const void *a, const void *b)
{
    return text_compare(*(const Text *)a, *(const Text *)b);
}

bool mapping_file_list(const char *folder, Arena *arena, TextList *paths, Error *error)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return error_set(error, ERROR_FATAL, "cannot read folder \"%s\": %s", folder,
                         strerror(errno));
    *paths = (TextList){ARENA_ARRAY(arena, Text, PATHS_MAX), 0};
    const struct dirent *entry;
    bool whole = true;
    while ((entry = readdir(directory)) != NULL) {
        Text name = text_from(entry->d_name);
        if (!text_ends(name, TEXT(".cfg")) || name.data[0] == '.')
            continue;
        whole = paths->count < PATHS_MAX;
        if (!whole)
            break;
        paths->items[paths->count++] = text_format(arena, "%s/%s", folder, entry->d_name);
    }
    closedir(directory);
    if (!whole)
        return error_set(error, ERROR_FATAL, "folder \"%s\" holds more than %d mapping files",
                         folder, PATHS_MAX);
    if (paths->count > 1)
        qsort(paths->items, paths->count, sizeof(Text), by_name);
    return true;
}

Text mapping_file_path(const Mapping *mapping)
{
    return mapping->file;
}

Text mapping_file_tests(const Mapping *mapping, Arena *arena)
{
    if (text_is_absent(mapping->tests))
        return TEXT_ABSENT;
    Text folder = folder_of(arena, mapping->file);
    return text_format(arena, "%.*s%.*s", TEXT_ARGS(folder), TEXT_ARGS(mapping->tests));
}

TextList mapping_file_parts(const Mapping *mapping, Arena *arena)
{
    TextList parts = {0};
    for (size_t i = 0; i < mapping->includes.count; i++)
        add_path(arena, &parts, mapping->includes.items[i]);
    for (size_t i = 0; i < mapping->code_count; i++)
        if (!text_equal(mapping->codes[i].file, mapping->file))
            add_path(arena, &parts, mapping->codes[i].file);
    return parts;
}

bool mapping_file_read(Text path, Arena *arena, Text *content, Error *error)
{
    const char *why = NULL;
    *content = reader_file(arena, path, &why);
    if (!text_is_absent(*content))
        return true;
    return error_set(error, ERROR_REJECT, "cannot read \"%.*s\": %s", TEXT_ARGS(path), why);
}
