/*
 * kinds of a mapping file, and the conditions and word lists they (and fields) name.
 */
#include "adapters/mapping_file_parts.h"

static bool
load_condition(MappingLoad *load, const config_setting_t *row, MappingCondition *condition)
{
    MappingReader *reader = &load->reader;
    int line = reader_line(row);
    int length = config_setting_is_list(row) ? config_setting_length(row) : 0;
    const char *pointer = length >= 2 ? config_setting_get_string_elem(row, 0) : NULL;
    const char *test = length >= 2 ? config_setting_get_string_elem(row, 1) : NULL;
    if (pointer == NULL || test == NULL || length > 3) {
        READER_FINDING(
            reader, FINDING_BAD_CONDITION, line,
            "a condition must be (pointer, test, [values]) such as (\"/a\", \"in\", [\"1\"])");
        return false;
    }
    int word = reader_word_of(reader, line, "test", text_from(test), WORDS_TEST);
    if (word < 0 || !reader_pointer_of(reader, line, text_from(pointer), &condition->pointer))
        return false;
    condition->test = (MappingTest)word;
    bool wants_values = word != TEST_PRESENT && word != TEST_ABSENT;
    const config_setting_t *values = length == 3 ? config_setting_get_elem(row, 2) : NULL;
    bool is_list =
        values != NULL && (config_setting_is_array(values) || config_setting_is_list(values));
    if (wants_values && (!is_list || config_setting_length(values) == 0)) {
        READER_FINDING(reader, FINDING_BAD_CONDITION, line, "test \"%s\" needs a list of text",
                       test);
        return false;
    }
    if (!wants_values && values != NULL) {
        READER_FINDING(reader, FINDING_BAD_CONDITION, line, "test \"%s\" takes no values", test);
        return false;
    }
    if (wants_values)
        condition->values = reader_texts_of(reader, values, "when");
    return !wants_values || condition->values.count == (size_t)config_setting_length(values);
}

MappingConditions load_conditions(MappingLoad *load, const config_setting_t *group)
{
    MappingConditions conditions = {NULL, 0, false};
    const config_setting_t *list = reader_list(&load->reader, group, "when");
    if (list == NULL) {
        conditions.partial = config_setting_get_member(group, "when") != NULL;
        return conditions;
    }
    int length = config_setting_length(list);
    conditions.items = ARENA_ARRAY(load->reader.arena, MappingCondition, length);
    for (int i = 0; i < length; i++)
        if (load_condition(load, config_setting_get_elem(list, (unsigned)i),
                           &conditions.items[conditions.count]))
            conditions.count++;
    conditions.partial = conditions.count < (size_t)length;
    return conditions;
}

static const WordList *load_words(MappingLoad *load, Text name, int line)
{
    for (size_t i = 0; i < load->word_count; i++)
        if (text_equal(word_list_name(load->words[i]), name))
            return load->words[i];
    Text path = text_format(load->reader.arena, "%.*s%.*s.txt", TEXT_ARGS(load->words_folder),
                            TEXT_ARGS(name));
    Text content = load_file(load, path, line);
    if (text_is_absent(content))
        return NULL;
    const WordList *list = word_list_parse(load->reader.arena, name, content);
    if (word_list_count(list) == 0)
        READER_FINDING(&load->reader, FINDING_LIST_EMPTY, line, "word list \"%.*s\" is empty",
                       TEXT_ARGS(path));
    if (load->word_count < sizeof(load->words) / sizeof(load->words[0]))
        load->words[load->word_count++] = list;
    return list;
}

static void load_kind(MappingLoad *load, const config_setting_t *group, MappingKind *kind)
{
    MappingReader *reader = &load->reader;
    kind->line = reader_line(group);
    kind->kind = RECORD_KINDS;
    if (!config_setting_is_group(group)) {
        READER_FINDING(reader, FINDING_WRONG_TYPE, kind->line,
                       "\"kinds\" must hold groups { ... }, found %s", reader_type(group));
        return;
    }
    reader_check_section(reader, group, "kinds", LANGUAGE_KIND);
    int word = -1;
    reader_word(reader, group, "kind", WORDS_KIND, &word);
    if (config_setting_get_member(group, "kind") == NULL)
        READER_FINDING(reader, FINDING_MISSING_KEY, kind->line, "a kind needs \"kind\"");
    if (word >= 0)
        kind->kind = (RecordKind)word;
    kind->reason = reader_text(reader, group, "reason");
    if (word == RECORD_IGNORED && text_is_empty(kind->reason))
        READER_FINDING(reader, FINDING_MISSING_KEY, kind->line, "kind \"ignore\" needs \"reason\"");
    if (word >= 0 && word != RECORD_IGNORED && !text_is_absent(kind->reason))
        READER_FINDING(reader, FINDING_MISPLACED_KEY, kind->line,
                       "\"reason\" belongs to kind \"ignore\" only");
    kind->when = load_conditions(load, group);
    Text unless = reader_text(reader, group, "unless");
    if (!text_is_absent(unless))
        kind->unless = load_words(load, unless, kind->line);
}

void load_kinds(MappingLoad *load, const config_setting_t *root)
{
    const config_setting_t *list = reader_list(&load->reader, root, "kinds");
    if (list == NULL || config_setting_length(list) == 0) {
        if (list != NULL || config_setting_get_member(root, "kinds") == NULL)
            READER_FINDING(&load->reader, FINDING_MISSING_KEY, list != NULL ? reader_line(list) : 0,
                           "\"kinds\" is missing or empty");
        return;
    }
    int length = config_setting_length(list);
    load->mapping->kinds = ARENA_ARRAY(load->reader.arena, MappingKind, length);
    load->mapping->kind_count = (size_t)length;
    for (int i = 0; i < length; i++)
        load_kind(load, config_setting_get_elem(list, (unsigned)i), &load->mapping->kinds[i]);
}
