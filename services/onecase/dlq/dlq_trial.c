/*
 * A letter is mapped as intake will map it: by the mapping that reads its topic now, with the record's own time stamp, and
 * of several items only its own counts.
 */
#include "dlq_trial.h"

#include "regions_beside.h"
#include "source/source_topics.h"

#include "adapters/mapping_file.h"

#include <stdio.h>

enum { SCRATCH_BLOCK = 256 * 1024 };
#define MS_US INT64_C(1000)

static const char BACKFILL[] = ".backfill";

typedef struct Trying {
    DlqTrial *trial;
    const DlqLetters *letters;
    Arena *scratch;
} Trying;

bool dlq_trial_load(const Dlq *dlq, DlqTrial *trial, int *status)
{
    const DlqOptions *options = dlq->options;
    MappingFindings findings = {.arena = dlq->arena};
    TextList paths = {NULL, 0};
    Error error = {0};
    *trial = (DlqTrial){.dlq = dlq, .arena = dlq->arena};
    *status = EXIT_NOT_FOUND;
    if (!mapping_file_list(options->sources, dlq->arena, &paths, &error) || paths.count == 0) {
        fprintf(stderr, "onecase dlq: %s\n",
                error.verdict != ERROR_NONE
                    ? error.text
                    : text_format(dlq->arena, "folder \"%s\" holds no mapping file (*.cfg)",
                                  options->sources)
                          .data);
        return false;
    }
    if (!regions_beside_load("dlq", options->regions, paths.items[0], dlq->arena,
                             &trial->context.regions))
        return false;
    /* What a reporter hashes to is shown to nobody here. */
    trial->context.key = (MappingKey){TEXT("trial"), 1};
    const MappingFileOptions load = {.words_folder = options->words,
                                     .regions = trial->context.regions};
    trial->mappings = ARENA_ARRAY(dlq->arena, const Mapping *, paths.count);
    trial->mapping_count = paths.count;
    if (mapping_file_load_all(paths, &load, dlq->arena, trial->mappings, &findings))
        return true;
    fprintf(stderr,
            "onecase dlq: mapping files in \"%s\" have mistakes, so intake would not take them; "
            "`onecase check %s` names them\n",
            options->sources, options->sources);
    *status = EXIT_FOUND;
    return false;
}

const Mapping *dlq_trial_mapping(const DlqTrial *trial, Text topic)
{
    const SourceOptions naming = {.prefix = trial->dlq->options->prefix};
    for (size_t i = 0; i < trial->mapping_count; i++)
        if (source_topic_belongs(&naming, trial->mappings[i], topic))
            return trial->mappings[i];
    return NULL;
}

/* With the indexes of arrays as `*`: what is wrong with the 3rd item is wrong with the 40th. */
static Text pattern_of(Text pointer, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    for (size_t at = 0; at < pointer.size;) {
        size_t end = text_find(pointer, TEXT("/"), at + 1);
        Text step = text_slice(pointer, at, (end == SIZE_MAX ? pointer.size : end) - at);
        bool index = text_is_digits(text_slice(step, 1, SIZE_MAX));
        builder_text(&out, index ? TEXT("/*") : step);
        at += step.size;
    }
    return builder_view(&out);
}

static void count_cause(Trying *trying, const RecordNote *note)
{
    DlqTrial *trial = trying->trial;
    Text pointer = pattern_of(note->pointer, trying->scratch);
    for (size_t i = 0; i < trial->cause_count; i++) {
        DlqCause *cause = &trial->causes[i];
        if (text_equal(cause->rule, note->rule) && text_equal(cause->pointer, pointer)) {
            cause->count++;
            return;
        }
    }
    if (trial->cause_count == DLQ_CAUSES_MAX) {
        trial->others++;
        return;
    }
    trial->causes[trial->cause_count++] =
        (DlqCause){text_copy(trial->arena, note->rule), text_copy(trial->arena, pointer),
                   text_copy(trial->arena, note->message), 1};
}

static DlqVerdict fail(Trying *trying, const char *rule, const char *message)
{
    count_cause(
        trying,
        &(RecordNote){.rule = text_from(rule), .pointer = TEXT(""), .message = text_from(message)});
    return DLQ_FAILS;
}

/* The item alone; all of a record that was dead as a whole: intake sends what it gives now. */
static DlqVerdict judge(Trying *trying, const MappedRecord *records, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (records[i].kind == RECORD_DEAD) {
            count_cause(trying, &records[i].note);
            return DLQ_FAILS;
        }
    for (size_t i = 0; i < count; i++)
        trying->trial->kinds[records[i].kind]++;
    return DLQ_PASSES;
}

static DlqVerdict try_mapping(Trying *trying, const DlqLetter *letter, const VaultLetter *held)
{
    const DlqTrial *trial = trying->trial;
    const Mapping *mapping = dlq_trial_mapping(trial, letter->at.topic);
    if (mapping == NULL)
        return fail(trying, "no_source", "no mapping reads the topic that it came from");
    int64_t stamp_ms = 0;
    text_to_int64(vault_header(held->own, held->own_count, "oc-timestamp"), &stamp_ms);
    const MappingInput input = {.bytes = held->value,
                                .timestamp_us = stamp_ms * MS_US,
                                .backfill = text_ends(letter->at.topic, text_from(BACKFILL))};
    MappedRecord *records;
    size_t count;
    mapping_apply(mapping, &trial->context, &input, trying->scratch, &records, &count);
    size_t item = (size_t)letter->at.item;
    if (item >= count)
        return fail(trying, "item", "the record gives fewer items now");
    bool whole = item == 0 && text_is(vault_header(held->own, held->own_count, "oc-items"), "1");
    return judge(trying, &records[item], whole ? count : 1);
}

static bool try_letter(void *context, size_t index, const VaultLetter *held, Error *error)
{
    (void)error;
    Trying *trying = context;
    arena_reset(trying->scratch);
    trying->trial->verdicts[index] =
        (uint8_t)(held->canonical ? DLQ_AS_IT_IS
                                  : try_mapping(trying, &trying->letters->items[index], held));
    return true;
}

bool dlq_trial_run(DlqTrial *trial,
                   const VaultSpec *vault,
                   const DlqLetters *letters,
                   const VaultWanted *wanted,
                   Error *error)
{
    Trying trying = {trial, letters, arena_new(SCRATCH_BLOCK)};
    trial->verdicts = ARENA_ARRAY(trial->arena, uint8_t, letters->count);
    for (size_t i = 0; i < letters->count; i++)
        trial->verdicts[i] =
            (uint8_t)(wanted[i].state == VAULT_TRUNCATED ? DLQ_TRUNCATED : DLQ_LOST);
    bool good = vault_each(vault, wanted, letters->count, try_letter, &trying, error);
    for (size_t i = 0; i < letters->count; i++)
        trial->counts[trial->verdicts[i]]++;
    arena_free(trying.scratch);
    return good;
}
