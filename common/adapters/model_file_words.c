/*
 * Phrases come from two files and two lists, idf weights from a third file; each line is checked. All are folded as the
 * texts will be in which they are looked for.
 */
#include "domain/address_fold.h"
#include "domain/text_similarity.h"

#include "adapters/model_file_parts.h"

#include <string.h>

enum { PHRASES_MAX = 20000, GRAMS_MAX = 200000, IDF_MAX = 255 };

typedef struct Lines {
    Text file; /* for findings */
    Text rest;
    int line;
} Lines;

/* The file named by root.words.KEY or root.KEY, in the digest; false with a finding when it cannot be read. */
static bool
open_lines(ModelReader *reader, const config_setting_t *group, const char *key, Lines *lines)
{
    Text name = reader_text(&reader->reader, group, key);
    const char *why = NULL;
    if (text_is_empty(name)) {
        READER_ERROR(&reader->reader, reader_line(group), "file \"%s\" is missing", key);
        return false;
    }
    lines->file = text_format(reader->reader.arena, "%.*s%.*s", TEXT_ARGS(reader->reader.folder),
                              TEXT_ARGS(name));
    lines->rest = reader_file(reader->reader.arena, lines->file, &why);
    lines->line = 0;
    if (text_is_absent(lines->rest)) {
        READER_ERROR(&reader->reader, reader_line(group), "cannot read \"%.*s\": %s",
                     TEXT_ARGS(lines->file), why);
        return false;
    }
    digest_update(reader->digest, name);
    digest_update(reader->digest, lines->rest);
    return true;
}

/* The next line that is neither empty nor a comment. */
static bool next_line(Lines *lines, Text *line)
{
    while (lines->rest.size > 0) {
        size_t end = text_find(lines->rest, TEXT("\n"), 0);
        size_t size = end == SIZE_MAX ? lines->rest.size : end;
        *line = text_trim(text_slice(lines->rest, 0, size));
        size_t taken = end == SIZE_MAX ? size : size + 1;
        lines->rest = text_slice(lines->rest, taken, lines->rest.size - taken);
        lines->line++;
        if (line->size > 0 && line->data[0] != '#')
            return true;
    }
    return false;
}

/* Cuts the text before the next comma off the front of *rest. */
static Text next_cell(Text *rest)
{
    size_t comma = text_find(*rest, TEXT(","), 0);
    size_t size = comma == SIZE_MAX ? rest->size : comma;
    Text cell = text_trim(text_slice(*rest, 0, size));
    size_t taken = comma == SIZE_MAX ? size : size + 1;
    *rest = text_slice(*rest, taken, rest->size - taken);
    return cell;
}

static Phrase *add_phrase(ModelReader *reader, Text text, PhraseKind kind, Text file, int line)
{
    Model *model = reader->model;
    Folded folded = address_fold(text, model->arena);
    if (folded.count < 2) {
        mapping_finding_error(reader->reader.findings, file, line,
                              "phrase \"%.*s\" must have two characters or more", TEXT_ARGS(text));
        return NULL;
    }
    uint64_t hash = text_hash(
        (Text){(const char *)folded.codepoints, folded.count * sizeof *folded.codepoints});
    uint64_t known;
    if (kind > PHRASE_RECORD) /* the same words may be of another kind as well */
        hash ^= (uint64_t)kind;
    if (map_get(reader->phrases, hash, &known)) {
        mapping_finding_error(reader->reader.findings, file, line, "phrase \"%.*s\" stands twice",
                              TEXT_ARGS(text));
        return NULL;
    }
    map_put(reader->phrases, hash, 1);
    if (model->phrase_count == PHRASES_MAX) {
        mapping_finding_error(reader->reader.findings, file, line, "more than %d phrases",
                              (int)PHRASES_MAX);
        return NULL;
    }
    if ((model->phrase_count & (model->phrase_count - 1)) == 0) /* a power of two, or none */
        model->phrases =
            arena_grow(model->arena, model->phrases, model->phrase_count * sizeof(Phrase),
                       (model->phrase_count == 0 ? 1 : model->phrase_count * 2) * sizeof(Phrase));
    Phrase *phrase = &model->phrases[model->phrase_count++];
    *phrase = (Phrase){.codepoints = folded.codepoints, .length = folded.count, .kind = kind};
    return phrase;
}

static void read_noise(ModelReader *reader, const config_setting_t *words)
{
    Lines lines;
    Text line;
    if (!open_lines(reader, words, "noise", &lines))
        return;
    while (next_line(&lines, &line))
        add_phrase(reader, line, PHRASE_NOISE, lines.file, lines.line);
}

/* The bit of an aspect's name; 0 with a finding when there are too many. */
static uint32_t aspect_of(ModelReader *reader, Text name, const Lines *lines)
{
    Model *model = reader->model;
    if (text_is_empty(name))
        return 0;
    for (size_t i = 0; i < model->aspect_count; i++)
        if (text_equal(model->aspects[i], name))
            return UINT32_C(1) << i;
    if (model->aspect_count == MODEL_ASPECTS_MAX) {
        mapping_finding_error(reader->reader.findings, lines->file, lines->line,
                              "more than %d aspects", (int)MODEL_ASPECTS_MAX);
        return 0;
    }
    model->aspects[model->aspect_count] = text_copy(model->arena, name);
    return UINT32_C(1) << model->aspect_count++;
}

/* phrase,class,confidence[,aspect] */
static void read_keywords(ModelReader *reader, const config_setting_t *words)
{
    Lines lines;
    Text line;
    if (!open_lines(reader, words, "keywords", &lines))
        return;
    while (next_line(&lines, &line)) {
        Text phrase = next_cell(&line);
        Text code = next_cell(&line);
        int64_t confidence = 0;
        const HazardClass *category = model_class(reader->model, code);
        if (text_is(phrase, "phrase"))
            continue;
        if (category == NULL || !text_equal(category->code, code))
            mapping_finding_error(reader->reader.findings, lines.file, lines.line,
                                  "unknown leaf \"%.*s\"", TEXT_ARGS(code));
        if (!text_to_int64(next_cell(&line), &confidence) || confidence < 1 || confidence > 100)
            mapping_finding_error(reader->reader.findings, lines.file, lines.line,
                                  "confidence must be 1 to 100");
        Phrase *added = add_phrase(reader, phrase, PHRASE_KEYWORD, lines.file, lines.line);
        if (added == NULL)
            continue;
        added->category = category;
        added->confidence = (int32_t)confidence;
        added->aspect = aspect_of(reader, next_cell(&line), &lines);
    }
}

static void
read_list(ModelReader *reader, const config_setting_t *words, const char *key, PhraseKind kind)
{
    TextList list = reader_text_list(&reader->reader, words, key);
    for (size_t i = 0; i < list.count; i++)
        add_phrase(reader, list.items[i], kind, reader->reader.file, reader_line(words));
}

typedef struct Idf {
    uint32_t *hashes;
    uint32_t *weights;
    size_t count;
} Idf;

/* gram,weight: one or two characters, 1 to 255; the gram "*" is every other one. */
static void read_idf(ModelReader *reader, const config_setting_t *root, Idf *idf)
{
    Lines lines;
    Text line;
    if (!open_lines(reader, root, "idf", &lines))
        return;
    size_t room = lines.rest.size / 4 + 1;
    idf->hashes = ARENA_ARRAY(reader->reader.arena, uint32_t, room);
    idf->weights = ARENA_ARRAY(reader->reader.arena, uint32_t, room);
    while (next_line(&lines, &line)) {
        Text gram = next_cell(&line);
        int64_t weight = 0;
        if (text_is(gram, "gram"))
            continue;
        Folded folded = address_fold(gram, reader->reader.arena);
        if (!text_to_int64(next_cell(&line), &weight) || weight < 1 || weight > IDF_MAX ||
            folded.count < 1 || folded.count > 2 || idf->count == room || idf->count == GRAMS_MAX) {
            mapping_finding_error(reader->reader.findings, lines.file, lines.line,
                                  "a line must be one or two characters, a comma and 1 to %d",
                                  (int)IDF_MAX);
            continue;
        }
        if (text_is(gram, "*")) {
            reader->model->idf_max = (uint32_t)weight;
            continue;
        }
        idf->hashes[idf->count] = text_similarity_gram(
            folded.codepoints[0], folded.count == 2 ? folded.codepoints[1] : 0);
        idf->weights[idf->count++] = (uint32_t)weight;
    }
    if (reader->model->idf_max == 0)
        mapping_finding_error(reader->reader.findings, lines.file, 0,
                              "the line of the gram \"*\" is missing");
}

void model_read_words(ModelReader *reader, const config_setting_t *root)
{
    Idf idf = {.count = 0};
    const config_setting_t *words = reader_group(&reader->reader, root, "words");
    if (words == NULL || reader->model->other == NULL) {
        READER_ERROR(&reader->reader, 0, "group \"words\" or table \"classes\" is missing");
        return;
    }
    reader_check_keys(&reader->reader, words, "words",
                      READER_KEYS("noise", "keywords", "doubt", "negation", "undone", "denial",
                                  "unrelated", "settled", "contrast", "telling", "same", "recall",
                                  "plate", "equipment", "component", "device", "record"));
    reader->phrases = map_new();
    read_noise(reader, words);
    read_keywords(reader, words);
    read_list(reader, words, "doubt", PHRASE_DOUBT);
    read_list(reader, words, "negation", PHRASE_NEGATION);
    read_list(reader, words, "undone", PHRASE_UNDONE);
    read_list(reader, words, "denial", PHRASE_DENIAL);
    read_list(reader, words, "unrelated", PHRASE_UNRELATED);
    read_list(reader, words, "settled", PHRASE_SETTLED);
    read_list(reader, words, "contrast", PHRASE_CONTRAST);
    read_list(reader, words, "telling", PHRASE_TELLING);
    read_list(reader, words, "same", PHRASE_SAME);
    read_list(reader, words, "recall", PHRASE_RECALL);
    read_list(reader, words, "plate", PHRASE_PLATE);
    read_list(reader, words, "equipment", PHRASE_EQUIPMENT);
    read_list(reader, words, "component", PHRASE_COMPONENT);
    read_list(reader, words, "device", PHRASE_DEVICE);
    read_list(reader, words, "record", PHRASE_RECORD);
    map_free(reader->phrases);
    read_idf(reader, root, &idf);
    model_finish(reader->model, idf.hashes, idf.weights, idf.count);
}
