/*
 * Typed access to libconfig with findings instead of failures. Wording: what must be, what was found.
 */
#include "adapters/mapping_reader.h"

#include "base/text_builder.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int reader_line(const config_setting_t *setting)
{
    return (int)config_setting_source_line(setting);
}

const char *reader_type(const config_setting_t *setting)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return "an integer";
    case CONFIG_TYPE_FLOAT:
        return "a decimal";
    case CONFIG_TYPE_STRING:
        return "text";
    case CONFIG_TYPE_BOOL:
        return "true or false";
    case CONFIG_TYPE_GROUP:
        return "a group";
    case CONFIG_TYPE_ARRAY:
    case CONFIG_TYPE_LIST:
        return "a list";
    default:
        return "nothing";
    }
}

static config_setting_t *member(const config_setting_t *group, const char *key)
{
    return config_setting_get_member(group, key);
}

static bool is_list(const config_setting_t *setting)
{
    int type = config_setting_type(setting);
    return type == CONFIG_TYPE_ARRAY || type == CONFIG_TYPE_LIST;
}

static void note_type(MappingReader *reader,
                      const config_setting_t *setting,
                      const char *key,
                      const char *wanted)
{
    READER_FINDING(reader, FINDING_WRONG_TYPE, reader_line(setting), "\"%s\" must be %s, found %s",
                   key, wanted, reader_type(setting));
}

void reader_check_keys(MappingReader *reader,
                       const config_setting_t *group,
                       const char *where,
                       const char *const *known,
                       size_t count)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(setting);
        bool found = false;
        for (size_t j = 0; j < count && !found; j++)
            found = strcmp(name, known[j]) == 0;
        if (found)
            continue;
        const char *nearest = mapping_finding_nearest(text_from(name), known, count);
        if (nearest != NULL)
            READER_FINDING(reader, FINDING_UNKNOWN_KEY, reader_line(setting),
                           "unknown key \"%s\" in %s, did you mean \"%s\"?", name, where, nearest);
        else
            READER_FINDING(reader, FINDING_UNKNOWN_KEY, reader_line(setting),
                           "unknown key \"%s\" in %s", name, where);
    }
}

void reader_check_section(MappingReader *reader,
                          const config_setting_t *group,
                          const char *where,
                          LanguageSection section)
{
    enum { KEYS_MAX = 64 };
    const char *names[KEYS_MAX];
    size_t count;
    const LanguageKey *keys = language_keys(section, &count);
    assert(count <= KEYS_MAX);
    for (size_t i = 0; i < count; i++)
        names[i] = keys[i].name;
    reader_check_keys(reader, group, where, names, count);
}

Text reader_text(MappingReader *reader, const config_setting_t *group, const char *key)
{
    const config_setting_t *setting = member(group, key);
    if (setting == NULL)
        return TEXT_ABSENT;
    if (config_setting_type(setting) != CONFIG_TYPE_STRING) {
        note_type(reader, setting, key, "text");
        return TEXT_ABSENT;
    }
    return text_copy(reader->arena, text_from(config_setting_get_string(setting)));
}

bool reader_integer(MappingReader *reader,
                    const config_setting_t *group,
                    const char *key,
                    int low,
                    int high,
                    int *value)
{
    const config_setting_t *setting = member(group, key);
    if (setting == NULL)
        return false;
    if (config_setting_type(setting) != CONFIG_TYPE_INT) {
        note_type(reader, setting, key, "an integer");
        return false;
    }
    int read = config_setting_get_int(setting);
    if (read < low || read > high) {
        READER_FINDING(reader, FINDING_BAD_VALUE, reader_line(setting), "\"%s\" is outside %d..%d",
                       key, low, high);
        return false;
    }
    *value = read;
    return true;
}

bool reader_bool(MappingReader *reader, const config_setting_t *group, const char *key)
{
    const config_setting_t *setting = member(group, key);
    if (setting == NULL)
        return false;
    if (config_setting_type(setting) != CONFIG_TYPE_BOOL) {
        note_type(reader, setting, key, "true or false");
        return false;
    }
    return config_setting_get_bool(setting) != 0;
}

const config_setting_t *
reader_group(MappingReader *reader, const config_setting_t *group, const char *key)
{
    const config_setting_t *setting = member(group, key);
    if (setting != NULL && config_setting_type(setting) != CONFIG_TYPE_GROUP) {
        note_type(reader, setting, key, "a group { ... }");
        return NULL;
    }
    return setting;
}

const config_setting_t *
reader_list(MappingReader *reader, const config_setting_t *group, const char *key)
{
    const config_setting_t *setting = member(group, key);
    if (setting != NULL && !is_list(setting)) {
        note_type(reader, setting, key, "a list");
        return NULL;
    }
    return setting;
}

bool reader_is_empty_list(const config_setting_t *group, const char *key)
{
    const config_setting_t *setting = member(group, key);
    return setting != NULL && is_list(setting) && config_setting_length(setting) == 0;
}

TextList reader_texts_of(MappingReader *reader, const config_setting_t *list, const char *key)
{
    int length = config_setting_length(list);
    TextList texts = {ARENA_ARRAY(reader->arena, Text, length), 0};
    for (int i = 0; i < length; i++) {
        const config_setting_t *element = config_setting_get_elem(list, (unsigned)i);
        if (config_setting_type(element) == CONFIG_TYPE_STRING)
            texts.items[texts.count++] =
                text_copy(reader->arena, text_from(config_setting_get_string(element)));
        else
            READER_FINDING(reader, FINDING_WRONG_TYPE, reader_line(element),
                           "\"%s\" must hold text, found %s", key, reader_type(element));
    }
    return texts;
}

TextList reader_text_list(MappingReader *reader, const config_setting_t *group, const char *key)
{
    const config_setting_t *setting = member(group, key);
    if (setting == NULL)
        return (TextList){NULL, 0};
    if (!is_list(setting)) {
        note_type(reader, setting, key, "a list of text");
        return (TextList){NULL, 0};
    }
    return reader_texts_of(reader, setting, key);
}

int reader_word_among(MappingReader *reader,
                      int line,
                      const char *key,
                      Text text,
                      const LanguageWord *words,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(text, words[i].word))
            return words[i].value;
    TextBuilder list = builder_new(reader->arena);
    for (size_t i = 0; i < count; i++)
        builder_format(&list, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", words[i].word);
    READER_FINDING(reader, FINDING_UNKNOWN_WORD, line, "\"%s\" must be %s, found \"%.*s\"", key,
                   list.data, TEXT_ARGS(text));
    return -1;
}

int reader_word_of(MappingReader *reader, int line, const char *key, Text text, LanguageWords words)
{
    size_t count;
    const LanguageWord *list = language_words(words, &count);
    return reader_word_among(reader, line, key, text, list, count);
}

void reader_word(MappingReader *reader,
                 const config_setting_t *group,
                 const char *key,
                 LanguageWords words,
                 int *value)
{
    Text text = reader_text(reader, group, key);
    if (text_is_absent(text))
        return;
    int found = reader_word_of(reader, reader_line(member(group, key)), key, text, words);
    if (found >= 0)
        *value = found;
}

bool reader_pointer_of(MappingReader *reader, int line, Text text, MappingPointer *pointer)
{
    Error error = {0};
    pointer->line = line;
    if (mapping_pointer_compile(reader->arena, text, pointer, &error))
        return true;
    READER_FINDING(reader, FINDING_BAD_POINTER, line, "%s", error.text);
    return false;
}

MappingPointer *reader_pointers(MappingReader *reader,
                                const config_setting_t *group,
                                const char *key,
                                size_t *count)
{
    const config_setting_t *setting = member(group, key);
    *count = 0;
    if (setting == NULL)
        return NULL;
    if (!is_list(setting)) {
        note_type(reader, setting, key, "a list of pointers");
        return NULL;
    }
    int length = config_setting_length(setting);
    MappingPointer *pointers = ARENA_ARRAY(reader->arena, MappingPointer, length);
    for (int i = 0; i < length; i++) {
        const config_setting_t *element = config_setting_get_elem(setting, (unsigned)i);
        const char *text = config_setting_get_string(element);
        if (text == NULL)
            READER_FINDING(reader, FINDING_WRONG_TYPE, reader_line(element),
                           "\"%s\" must hold pointers, found %s", key, reader_type(element));
        else if (reader_pointer_of(reader, reader_line(element), text_from(text),
                                   &pointers[*count]))
            (*count)++;
    }
    return pointers;
}

Text reader_file(Arena *arena, Text path, const char **why)
{
    enum { FILE_SIZE_MAX = 16 << 20 };
    FILE *file = fopen(text_string(arena, path), "rb");
    if (file == NULL) {
        *why = strerror(errno);
        return TEXT_ABSENT;
    }
    TextBuilder out = builder_new(arena);
    char buffer[8192];
    size_t size;
    while ((size = fread(buffer, 1, sizeof(buffer), file)) > 0 && out.size <= FILE_SIZE_MAX)
        builder_text(&out, (Text){buffer, size});
    bool failed = ferror(file) != 0 || out.size > FILE_SIZE_MAX;
    *why = out.size > FILE_SIZE_MAX ? "it is larger than 16 MiB" : "it could not be read";
    fclose(file);
    if (failed)
        return TEXT_ABSENT;
    Text text = builder_view(&out);
    return text_is_absent(text) ? TEXT("") : text;
}
