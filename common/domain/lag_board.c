/*
 * What a watcher remembers, and one look taken into it:
 *
 *   servers ─► processes ─► each partition: circumstances + window ─► lag_judge ─► groups, the worst first ─► sources
 *
 * While Kafka does not answer nothing new is known of partitions: they are told as they were last, and once that has lasted they are
 * stalled, since nobody reads from a Kafka that does not answer.
 */
#include "domain/lag_board_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FORGET_MS = 3600000, KEY_BLOCK = 1024 };

/* ---- memory ---- */

static void *sure(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static char *copy_of(Text text)
{
    return sure(strndup(text_is_absent(text) ? "" : text.data, text.size));
}

void lag_board_keep_text(char **kept, Text text)
{
    if (*kept != NULL && text_is(text, *kept))
        return;
    char *copy = copy_of(text);
    free(*kept);
    *kept = copy;
}

LagBoard *lag_board_new(const LagBoardSpec *spec)
{
    LagBoard *board = sure(calloc(1, sizeof(*board)));
    board->cluster = copy_of(text_from(spec->cluster));
    board->by = copy_of(text_from(spec->by));
    board->brokers = copy_of(text_from(spec->brokers));
    board->rules = spec->rules;
    board->watching_since_ms = LAG_UNKNOWN;
    board->places = map_new();
    return board;
}

static void forget(LagMemory *memory)
{
    free(memory->group);
    free(memory->program);
    free(memory->topic);
    free(memory->clock);
    free(memory->source_of_offset);
    free(memory);
}

void lag_board_free(LagBoard *board)
{
    if (board == NULL)
        return;
    for (size_t i = 0; i < board->count; i++)
        forget(board->memories[i]);
    for (size_t i = 0; i < board->process_count; i++) {
        free(board->processes[i].service);
        free(board->processes[i].address);
    }
    free(board->memories);
    free(board->processes);
    map_free(board->places);
    free(board->cluster);
    free(board->by);
    free(board->brokers);
    free(board);
}

static uint64_t place_key(Text group, Text topic, int32_t partition)
{
    Arena *arena = arena_new(KEY_BLOCK);
    Text key =
        text_format(arena, "%.*s\n%.*s\n%" PRId32, TEXT_ARGS(group), TEXT_ARGS(topic), partition);
    uint64_t hash = text_hash(key);
    arena_free(arena);
    return hash;
}

LagMemory *lag_board_memory(LagBoard *board, Text group, Text topic, int32_t partition)
{
    uint64_t key = place_key(group, topic, partition);
    uint64_t index = 0;
    if (map_get(board->places, key, &index))
        return board->memories[index - 1];
    if (board->count == board->capacity) {
        board->capacity = board->capacity == 0 ? 64 : board->capacity * 2;
        board->memories = sure(realloc(board->memories, board->capacity * sizeof(LagMemory *)));
    }
    LagMemory *made = sure(calloc(1, sizeof(*made)));
    made->group = copy_of(group);
    made->topic = copy_of(topic);
    made->program = copy_of(TEXT(""));
    made->clock = copy_of(TEXT(""));
    made->source_of_offset = copy_of(TEXT(""));
    made->partition = partition;
    made->late_seen_ms = LAG_UNKNOWN;
    lag_window_init(&made->window);
    board->memories[board->count++] = made;
    map_put(board->places, key, board->count);
    return made;
}

static bool is_old(const LagMemory *memory, int64_t at_ms)
{
    return !memory->present && at_ms - memory->seen_ms > FORGET_MS;
}

/* Those not seen for an hour: their topic is gone, or the group. */
static void forget_old(LagBoard *board, int64_t at_ms)
{
    size_t kept = 0;
    while (kept < board->count && !is_old(board->memories[kept], at_ms))
        kept++;
    for (size_t i = kept; i < board->count; i++) {
        LagMemory *memory = board->memories[i];
        uint64_t key =
            place_key(text_from(memory->group), text_from(memory->topic), memory->partition);
        if (is_old(memory, at_ms)) {
            map_remove(board->places, key);
            forget(memory);
            continue;
        }
        board->memories[kept++] = memory;
        map_put(board->places, key, kept);
    }
    board->count = kept;
}

LagProcessMemory *lag_board_process(LagBoard *board, Text service, Text address)
{
    for (size_t i = 0; i < board->process_count; i++)
        if (text_is(service, board->processes[i].service) &&
            text_is(address, board->processes[i].address))
            return &board->processes[i];
    board->processes =
        sure(realloc(board->processes, (board->process_count + 1) * sizeof(board->processes[0])));
    LagProcessMemory *made = &board->processes[board->process_count++];
    *made = (LagProcessMemory){
        .service = copy_of(service), .address = copy_of(address), .since_ms = LAG_UNKNOWN};
    return made;
}

/* ---- servers and processes ---- */

static void note_server(LagServerMemory *server, bool up, int64_t at_ms)
{
    if (!server->known || server->up != up)
        server->since_ms = at_ms;
    server->known = true;
    server->up = up;
}

static LagVerdict process_verdict(LagProcess process)
{
    if (process == LAG_PROCESS_HANGS)
        return LAG_STALLED;
    return process == LAG_PROCESS_GONE ? LAG_STOPPED : LAG_OK;
}

static void note_process(LagBoard *board, const LagProcessSeen *seen, int64_t at_ms)
{
    LagProcessMemory *memory = lag_board_process(board, seen->service, seen->address);
    bool first_doubt = seen->process == LAG_PROCESS_HANGS && !memory->doubted;
    memory->present = true;
    memory->doubted = seen->process == LAG_PROCESS_HANGS;
    memory->known = memory->known || seen->process == LAG_PROCESS_WELL;
    if (!memory->known || seen->process == LAG_PROCESS_UNKNOWN || first_doubt)
        return;
    LagVerdict verdict = process_verdict(seen->process);
    if (memory->since_ms == LAG_UNKNOWN || memory->verdict != verdict)
        memory->since_ms = at_ms;
    memory->process = seen->process;
    memory->verdict = verdict;
}

LagProcess lag_board_process_of(const LagBoard *board, Text program)
{
    LagProcess together = LAG_PROCESS_UNKNOWN;
    for (size_t i = 0; i < board->process_count; i++) {
        const LagProcessMemory *memory = &board->processes[i];
        if (!memory->present || !memory->known || !text_is(program, memory->service))
            continue;
        if (memory->process == LAG_PROCESS_WELL)
            return LAG_PROCESS_WELL;
        if (together != LAG_PROCESS_HANGS)
            together = memory->process;
    }
    return together;
}

static void note_processes(LagBoard *board, const LagLook *look)
{
    for (size_t i = 0; i < board->process_count; i++)
        board->processes[i].present = false;
    for (size_t i = 0; i < look->process_count; i++)
        note_process(board, &look->processes[i], look->at_ms);
}

static void report_instances(LagBoard *board, const LagLook *look, Arena *arena, LagReport *report)
{
    report->instances = ARENA_ARRAY(arena, LagInstance, look->process_count);
    report->instance_count = look->process_count;
    for (size_t i = 0; i < look->process_count; i++) {
        const LagProcessSeen *seen = &look->processes[i];
        const LagProcessMemory *memory = lag_board_process(board, seen->service, seen->address);
        LagInstance *instance = &report->instances[i];
        *instance = (LagInstance){
            .service = text_copy(arena, seen->service),
            .address = text_copy(arena, seen->address),
            .verdict = memory->verdict,
            .known = memory->known,
            .since_ms = memory->since_ms,
            .evidence = text_copy(arena, seen->fault),
            .step = TEXT(""),
        };
        if (!memory->known)
            instance->evidence =
                text_format(arena, "has never answered: %.*s", TEXT_ARGS(seen->fault));
        else if (memory->verdict != LAG_OK)
            instance->step = text_format(arena, "systemctl %s onecase-%.*s",
                                         memory->verdict == LAG_STALLED ? "restart" : "start",
                                         TEXT_ARGS(seen->service));
        if (instance->known && instance->verdict > report->verdict)
            report->verdict = instance->verdict;
    }
}

/* ---- partitions ---- */

static void fill_partition(const LagMemory *memory, Arena *arena, LagFlat *flat)
{
    flat->group = text_copy(arena, text_from(memory->group));
    flat->program = text_copy(arena, text_from(memory->program));
    flat->partition.topic = text_copy(arena, text_from(memory->topic));
    flat->late_seen_ms = memory->late_seen_ms;
    flat->partition.partition = memory->partition;
    flat->partition.committed = memory->sample.committed;
    flat->partition.end = memory->sample.end;
    flat->partition.low = memory->sample.low;
    flat->partition.clock = text_copy(arena, text_from(memory->clock));
    flat->partition.source_of_offset = text_copy(arena, text_from(memory->source_of_offset));
    flat->partition.owner = TEXT("");
}

static void
take_observation(LagBoard *board, const LagObservation *seen, Arena *arena, LagFlat *flat)
{
    LagMemory *memory = lag_board_memory(board, seen->group, seen->topic, seen->partition);
    LagCircumstances circumstances = seen->circumstances;
    circumstances.process = lag_board_process_of(board, seen->program);
    circumstances.database_down_since_ms =
        board->database.up ? LAG_UNKNOWN : board->database.since_ms;
    lag_board_keep_text(&memory->program, seen->program);
    lag_board_keep_text(&memory->clock, seen->clock);
    lag_board_keep_text(&memory->source_of_offset, seen->source_of_offset);
    memory->sample = seen->sample;
    memory->seen_ms = seen->sample.at_ms;
    memory->present = true;
    fill_partition(memory, arena, flat);
    flat->partition.owner = text_copy(arena, seen->owner);
    lag_judge(&memory->window, &seen->sample, &circumstances, &board->rules, arena,
              &flat->partition.judgement);
    flat->partition.oldest = memory->window.samples[memory->window.first];
    if (flat->partition.judgement.verdict != LAG_OK &&
        flat->partition.judgement.late_ms > board->rules.late_ms)
        flat->late_seen_ms = memory->late_seen_ms = seen->sample.at_ms;
    flat->partition.step = lag_board_step(flat, circumstances.process, circumstances.state, arena);
}

/* Kafka is away: what was known last. */
static void
recall(LagBoard *board, LagMemory *memory, const LagLook *look, Arena *arena, LagFlat *flat)
{
    LagWindow *window = &memory->window;
    LagJudgement *judgement = &flat->partition.judgement;
    fill_partition(memory, arena, flat);
    flat->partition.oldest = window->samples[window->first];
    bool lasting = look->at_ms - board->kafka.since_ms >= board->rules.stalled_ms;
    if (lasting && window->verdict < LAG_STALLED) {
        window->verdict = LAG_STALLED;
        window->since_ms = board->kafka.since_ms;
    }
    *judgement = (LagJudgement){
        .verdict = window->verdict,
        .since_ms = window->since_ms,
        .messages = LAG_UNKNOWN,
        .late_ms = LAG_UNKNOWN,
        .in_per_s = LAG_UNKNOWN,
        .out_per_s = LAG_UNKNOWN,
        .catch_up_s = LAG_UNKNOWN,
        .retention_left_ms = LAG_UNKNOWN,
        .progress_ms = window->moved_ms,
        .evidence = text_format(arena, "Kafka does not answer (%.*s); this is what was known last",
                                TEXT_ARGS(look->kafka_fault)),
        .also = TEXT(""),
    };
    flat->partition.step = window->verdict == LAG_STALLED
                               ? TEXT("onecase doctor")
                               : lag_board_step(flat, LAG_PROCESS_UNKNOWN, LAG_RUNNING, arena);
}

static size_t take_partitions(LagBoard *board, const LagLook *look, Arena *arena, LagFlat **flat)
{
    size_t count = 0;
    if (!look->kafka_up) {
        *flat = ARENA_ARRAY(arena, LagFlat, board->count);
        for (size_t i = 0; i < board->count; i++)
            if (board->memories[i]->present)
                recall(board, board->memories[i], look, arena, &(*flat)[count++]);
        return count;
    }
    for (size_t i = 0; i < board->count; i++)
        board->memories[i]->present = false;
    *flat = ARENA_ARRAY(arena, LagFlat, look->observation_count);
    for (size_t i = 0; i < look->observation_count; i++)
        take_observation(board, &look->observations[i], arena, &(*flat)[count++]);
    forget_old(board, look->at_ms);
    return count;
}

/* ---- sources ---- */

static bool brings(const LagLook *look, Text topic, Text source)
{
    for (size_t i = 0; i < look->topic_count; i++)
        if (text_equal(look->topics[i], topic) && text_equal(look->topic_sources[i], source))
            return true;
    return false;
}

/* The age of the oldest record of this source that the next program has not read; LAG_UNKNOWN wins. */
static void note_age(const LagFlat *flat, int64_t *age_ms)
{
    int64_t late_ms = flat->partition.judgement.late_ms;
    if (*age_ms != LAG_UNKNOWN && (late_ms == LAG_UNKNOWN || late_ms > *age_ms))
        *age_ms = late_ms;
}

/*
 * Its reports take long to onecase.report, and the newest still did; that way is the department's own and intake's. So the department
 * holds them up unless intake was late while the newest was on its way.
 */
static bool
is_the_departments(const LagBoard *board, const LagSource *source, int64_t intake_late_ms)
{
    double late_s = (double)board->rules.late_ms / 1000;
    if (source->count == 0 || source->sent_p50_s <= late_s || source->newest_s <= late_s)
        return false;
    int64_t sent_ms = source->newest_ms - (int64_t)(source->newest_s * 1000);
    return intake_late_ms == LAG_UNKNOWN || intake_late_ms < sent_ms;
}

/*
 * Records of all sources lie in the partitions of onecase.report one behind the other, so what waits there may be of this source:
 * the age is that of the oldest that waits, never too small.
 */
static void find_age(const LagBoard *board,
                     const LagLook *look,
                     const LagFlat *flat,
                     size_t count,
                     LagSource *source)
{
    int64_t intake_ms = 0;
    int64_t matcher_ms = 0;
    int64_t intake_late_ms = LAG_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        if (text_is(flat[i].program, "matcher"))
            note_age(&flat[i], &matcher_ms);
        if (!text_is(flat[i].program, "intake") ||
            !brings(look, flat[i].partition.topic, source->source))
            continue;
        note_age(&flat[i], &intake_ms);
        if (flat[i].late_seen_ms > intake_late_ms)
            intake_late_ms = flat[i].late_seen_ms;
    }
    source->hop = TEXT("");
    bool known = intake_ms != LAG_UNKNOWN && matcher_ms != LAG_UNKNOWN;
    source->age_ms = LAG_UNKNOWN;
    if (known)
        source->age_ms = intake_ms > matcher_ms ? intake_ms : matcher_ms;
    if (source->age_ms > board->rules.late_ms)
        source->hop = intake_ms > matcher_ms ? TEXT("intake") : TEXT("matcher");
    else if (is_the_departments(board, source, intake_late_ms))
        source->hop = TEXT("department");
}

static void report_sources(const LagBoard *board,
                           const LagLook *look,
                           const LagFlat *flat,
                           size_t count,
                           Arena *arena,
                           LagReport *report)
{
    report->sources = ARENA_ARRAY(arena, LagSource, look->source_count);
    report->source_count = look->source_count;
    for (size_t i = 0; i < look->source_count; i++) {
        report->sources[i] = look->sources[i];
        report->sources[i].source = text_copy(arena, look->sources[i].source);
        find_age(board, look, flat, count, &report->sources[i]);
    }
}

void lag_board_take(LagBoard *board, const LagLook *look, Arena *arena, LagReport *report)
{
    if (board->watching_since_ms == LAG_UNKNOWN)
        board->watching_since_ms = look->at_ms;
    note_server(&board->kafka, look->kafka_up, look->at_ms);
    note_server(&board->database, look->database_up, look->at_ms);
    note_processes(board, look);
    *report = (LagReport){
        .at_ms = look->at_ms,
        .cluster = text_copy(arena, text_from(board->cluster)),
        .by = text_copy(arena, text_from(board->by)),
        .brokers = text_copy(arena, text_from(board->brokers)),
        .watching_since_ms = board->watching_since_ms,
        .kafka_up = look->kafka_up,
        .kafka_fault = text_copy(arena, look->kafka_fault),
        .kafka_since_ms = board->kafka.since_ms,
        .database_up = look->database_up,
        .database_fault = text_copy(arena, look->database_fault),
        .database_since_ms = board->database.since_ms,
    };
    LagFlat *flat = NULL;
    size_t count = take_partitions(board, look, arena, &flat);
    report_sources(board, look, flat, count, arena, report);
    lag_board_groups(flat, count, arena, report);
    report_instances(board, look, arena, report);
    bool lasting = look->at_ms - board->kafka.since_ms >= board->rules.stalled_ms;
    if (!look->kafka_up && lasting && report->verdict < LAG_STALLED)
        report->verdict = LAG_STALLED;
    if (!look->database_up)
        report->verdict = LAG_DATABASE_DOWN;
}
