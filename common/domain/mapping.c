/*
 * The order of work for one record and for each item in it: kind, region, fields, then what needs all fields. Whatever
 * goes wrong on the way becomes a dead record; the document behind it lives only as long as this call, so every text of
 * the report is copied.
 */
#include "domain/mapping.h"

#include "base/digest.h"
#include "base/unicode.h"

#include "domain/mapping_run.h"

#include <string.h>

enum { SCRATCH_BLOCK = 16384 };

Text mapping_name(const Mapping *mapping)
{
    return mapping->name;
}

Text mapping_source(const Mapping *mapping)
{
    return mapping->source;
}

Text mapping_version(const Mapping *mapping)
{
    return mapping->version;
}

TextList mapping_topics(const Mapping *mapping)
{
    return mapping->topics;
}

Text mapping_topic_pattern(const Mapping *mapping)
{
    return mapping->topic_pattern;
}

Text mapping_default_region(const Mapping *mapping)
{
    return mapping->region_default;
}

const MappingField *mapping_field_of(const Mapping *mapping, const char *target)
{
    for (size_t i = 0; i < mapping->field_count; i++)
        if (strcmp(mapping->fields[i].target->name, target) == 0)
            return &mapping->fields[i];
    return NULL;
}

static bool words_occur(MappingRun *run, const WordList *words)
{
    TextList texts = mapping_hazard_texts(run);
    for (size_t i = 0; i < texts.count; i++)
        if (word_list_occurs(words, texts.items[i]))
            return true;
    return false;
}

static const MappingKind *find_kind(MappingRun *run, Error *error)
{
    for (size_t i = 0; i < run->mapping->kind_count; i++) {
        const MappingKind *kind = &run->mapping->kinds[i];
        if (mapping_conditions_hold(run, &kind->when) &&
            (kind->unless == NULL || !words_occur(run, kind->unless)))
            return kind;
    }
    Text place = mapping_source_item_place(run->mapping, run->item, run->scratch);
    error_set_at(error, ERROR_REJECT, "kind", text_string(run->scratch, place),
                 "none of the %zu kinds fits the record", run->mapping->kind_count);
    return NULL;
}

/* Whether the entry asks for something of the item. */
static bool asks_item(const Mapping *mapping, const MappingKind *kind)
{
    for (size_t i = 0; i < kind->when.count; i++)
        if (mapping_source_in_item(mapping, &kind->when.items[i].pointer))
            return true;
    return false;
}

/* The first six digits of a code of an area, street, community or grid; absent when it does not begin so. */
static Text area_of(MappingRun *run, const JsValue *value)
{
    Text code = text_trim(unicode_narrow(run->scratch, mapping_scalar(run, value), NULL));
    Text area = text_slice(code, 0, 6);
    return area.size == 6 && text_is_digits(area) ? text_copy(run->arena, area) : TEXT_ABSENT;
}

static bool region_missing(MappingRun *run, Error *error)
{
    const Mapping *mapping = run->mapping;
    if (mapping->region_required) {
        Text place = mapping->region_count > 0 ? mapping_source_place(mapping, &mapping->region[0],
                                                                      run->item, run->scratch)
                                               : TEXT("");
        return error_set_at(error, ERROR_REJECT, "region", text_string(run->scratch, place),
                            "no area code of the record is known to regions.cfg");
    }
    if (mapping->region_count > 0)
        run_flag(run, FLAG_REGION_DEFAULT);
    return true;
}

static bool locate(MappingRun *run, Text *region, Error *error)
{
    const Mapping *mapping = run->mapping;
    const JsValue *found[MAPPING_MATCHES_MAX];
    for (size_t i = 0; i < mapping->region_count; i++) {
        size_t count = run_find(run, &mapping->region[i], found, MAPPING_MATCHES_MAX);
        for (size_t j = 0; j < count; j++) {
            Text area = area_of(run, found[j]);
            Text known = region_lookup(run->context->regions, area);
            if (text_is_empty(known))
                continue;
            *region = known;
            run->report.area_code = area;
            if (run->trace != NULL)
                run->trace->area_from = mapping_trace_where(run, &mapping->region[i], j);
            return true;
        }
    }
    return region_missing(run, error);
}

static bool words_may_fill(const MappingField *field)
{
    bool may = false;
    for (; field != NULL && !may; field = mapping_alternative(field))
        may = mapping_code_has_words(field);
    return may;
}

/* The field that words may fill comes after title and body. */
static bool map_fields(MappingRun *run, Error *error)
{
    const Mapping *mapping = run->mapping;
    for (int by_words = 0; by_words < 2; by_words++)
        for (size_t i = 0; i < mapping->field_count; i++)
            if (mapping->fields[i].alternative == 0 &&
                words_may_fill(&mapping->fields[i]) == (by_words == 1) &&
                !mapping_field_apply(run, &mapping->fields[i], error))
                return false;
    if (!text_is_empty(run->report.record_no))
        return true;
    const MappingField *field = mapping_field_of(mapping, "record_no");
    Text place = field != NULL && field->pointer_count > 0
                     ? mapping_source_place(mapping, &field->pointers[0], run->item, run->scratch)
                     : TEXT("");
    return error_set_at(error, ERROR_REJECT, "required", text_string(run->scratch, place),
                        "field \"record_no\" is required, and nothing was found");
}

/* Items of one message may share everything but their number. */
static void number_item(MappingRun *run)
{
    if (!run->mapping->has_each || run->report.part_no != INTEGER_ABSENT)
        return;
    run->report.part_no = (int64_t)run->item;
    if (run->trace != NULL)
        mapping_trace_late(run, "part_no", "number of the item");
}

/* The set phrases that title or body holds, in the order of the file. */
static void find_noise(MappingRun *run)
{
    const TextList *phrases = &run->mapping->noise;
    Report *report = &run->report;
    if (phrases->count == 0)
        return;
    report->noise = (TextList){ARENA_ARRAY(run->arena, Text, phrases->count), 0};
    for (size_t i = 0; i < phrases->count; i++)
        if (text_contains(report->title, phrases->items[i]) ||
            text_contains(report->body, phrases->items[i]))
            report->noise.items[report->noise.count++] = phrases->items[i];
}

static bool map_report(MappingRun *run, Error *error)
{
    if (!map_fields(run, error))
        return false;
    number_item(run);
    mapping_time_check(run);
    mapping_time_judge(run);
    mapping_person_kind(run);
    find_noise(run);
    mapping_person_extra(run);
    return true;
}

static void make_ignored(MappingRun *run, const MappingKind *kind, MappedRecord *record)
{
    const MappingField *field = mapping_field_of(run->mapping, "record_no");
    Error unreadable = {0};
    record->kind = RECORD_IGNORED;
    record->note = (RecordNote){.reason = kind->reason};
    if (field != NULL && mapping_field_apply(run, field, &unreadable))
        record->note.record_no = run->report.record_no;
}

/* Everything after decoding. False with the reason when the record is dead. */
static bool map_record(MappingRun *run, MappedRecord *record, Error *error)
{
    mapping_personal_collect(run);
    const MappingKind *kind = find_kind(run, error);
    Error lost = {0};
    bool located = locate(run, &record->region, &lost);
    if (kind == NULL)
        return false;
    run->kind = kind->kind;
    if (run->trace != NULL)
        run->trace->kind_line = kind->line;
    if (kind->kind == RECORD_IGNORED) {
        make_ignored(run, kind, record);
        return true;
    }
    if (!located) {
        *error = lost;
        return false;
    }
    if (!map_report(run, error))
        return false;
    record->kind = kind->kind;
    record->report = run->report;
    return true;
}

/* A message and what its records share. */
typedef struct Message {
    const Mapping *mapping;
    const MappingContext *context;
    const MappingInput *input;
    Arena *arena;
    Arena *scratch;
    MappingSource source;
    const ScrubKnown *known; /* persons outside the items */
    Text sha256;             /* of the bytes, once something in it is dead */
} Message;

static void make_dead(Message *message, const char *stage, const Error *error, MappedRecord *record)
{
    Arena *arena = message->arena;
    if (text_is_absent(message->sha256))
        message->sha256 = digest_sha256_text(message->input->bytes, arena);
    record->kind = RECORD_DEAD;
    record->note = record_note_dead(stage, error, message->sha256, arena);
}

static void flag_repairs(MappingRun *run)
{
    for (int flag = 0; run->source->flags >> flag != 0; flag++)
        if (run->source->flags >> flag & 1u)
            run_flag(run, (MappingFlag)flag);
}

static void map_item(Message *message, size_t item, MappedRecord *record)
{
    const MappingSource *source = &message->source;
    MappingRun run = {.mapping = message->mapping,
                      .context = message->context,
                      .input = message->input,
                      .arena = message->arena,
                      .scratch = message->scratch,
                      .source = source,
                      .item = item,
                      .shared = &message->known};
    Error error = {0};
    if (source->faults != NULL && source->faults[item] != NULL) {
        make_dead(message, "decode", source->faults[item], record);
        return;
    }
    report_init(&run.report);
    if (message->context->trace != NULL)
        mapping_trace_record(&run, &message->context->trace->records[item]);
    flag_repairs(&run);
    bool mapped = map_record(&run, record, &error);
    if (mapping_source_spent(source)) {
        Text place = mapping_source_item_place(run.mapping, item, run.scratch);
        error = (Error){0};
        mapped = error_set_at(&error, ERROR_REJECT, "too_large", text_string(run.scratch, place),
                              "the values outside the items are too large to be read for each of "
                              "%zu items",
                              source->item_count);
    }
    if (!mapped)
        make_dead(message, "map", &error, record);
}

/*
 * A message without its array of items, such as a heartbeat: ignored when `kinds` says so without asking for an item,
 * otherwise dead.
 */
static void map_without_items(Message *message, MappedRecord *record)
{
    const Mapping *mapping = message->mapping;
    MappingRun run = {.mapping = mapping,
                      .context = message->context,
                      .input = message->input,
                      .arena = message->arena,
                      .scratch = message->scratch,
                      .source = &message->source,
                      .shared = &message->known};
    Error lost = {0};
    const MappingKind *kind = find_kind(&run, &lost);
    if (kind == NULL || kind->kind != RECORD_IGNORED || asks_item(mapping, kind)) {
        make_dead(message, "decode", message->source.no_list, record);
        return;
    }
    report_init(&run.report);
    if (message->context->trace != NULL)
        mapping_trace_record(&run, &message->context->trace->records[0]);
    run.kind = kind->kind;
    if (run.trace != NULL)
        run.trace->kind_line = kind->line;
    mapping_personal_collect(&run);
    (void)locate(&run, &record->region, &lost);
    make_ignored(&run, kind, record);
}

static MappedRecord *new_records(const Message *message, size_t count)
{
    MappedRecord *records = ARENA_ARRAY(message->arena, MappedRecord, count);
    for (size_t i = 0; i < count; i++) {
        report_init(&records[i].report);
        records[i].region = message->mapping->region_default;
    }
    if (message->context->trace != NULL)
        *message->context->trace =
            (MappingTrace){ARENA_ARRAY(message->arena, TraceRecord, count), count};
    return records;
}

static MappedRecord ignored_whole(const Mapping *mapping, Text reason)
{
    return (MappedRecord){
        .kind = RECORD_IGNORED, .region = mapping->region_default, .note = {.reason = reason}};
}

void mapping_apply(const Mapping *mapping,
                   const MappingContext *context,
                   const MappingInput *input,
                   Arena *arena,
                   MappedRecord **records,
                   size_t *count)
{
    Message message = {.mapping = mapping, .context = context, .input = input, .arena = arena};
    Error error = {0};
    bool good = mapping_source_open(mapping, input->bytes, arena, &message.source, &error);
    size_t items = good ? message.source.item_count : 0;
    *count = items > 0 ? items : 1;
    *records = new_records(&message, *count);
    message.scratch = arena_new(SCRATCH_BLOCK);
    if (text_is_absent(input->bytes) && mapping->tombstones_ignored)
        **records = ignored_whole(mapping, TEXT("tombstone"));
    else if (!good)
        make_dead(&message, "decode", &error, *records);
    else if (items == 0)
        **records = ignored_whole(mapping, TEXT("no items"));
    for (size_t i = 0; i < items; i++)
        if (input->only == 0 || input->only == i + 1)
            map_item(&message, i, &(*records)[i]);
    if (message.source.no_list != NULL)
        map_without_items(&message, *records);
    arena_free(message.scratch);
    mapping_source_close(&message.source);
}
