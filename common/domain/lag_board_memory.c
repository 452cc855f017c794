/*
 * The memory as JSON: of each window its ends (rates need no more), what was judged and what a judgement counts from.
 */
#include "domain/lag_board_parts.h"
#include "domain/lag_report_json.h"

/* ---- writing ---- */

static void write_sample(const LagSample *sample, TextBuilder *out)
{
    builder_char(out, '{');
    lag_out_time(out, "at", sample->at_ms);
    lag_out_int(out, "next", sample->committed);
    lag_out_int(out, "low", sample->low);
    lag_out_int(out, "end", sample->end);
    lag_out_time(out, "head", sample->head_ms);
    lag_out_time(out, "progress", sample->progress_ms);
    builder_char(out, '}');
}

static void write_samples(const LagWindow *window, TextBuilder *out)
{
    js_write_key(out, TEXT("samples"));
    builder_char(out, '[');
    if (window->count > 0)
        write_sample(&window->samples[window->first], out);
    if (window->count > 1) {
        builder_char(out, ',');
        write_sample(&window->samples[(window->first + window->count - 1) % LAG_WINDOW_SAMPLES],
                     out);
    }
    builder_char(out, ']');
}

static void write_memory(const LagMemory *memory, TextBuilder *out)
{
    const LagWindow *window = &memory->window;
    lag_out_text(out, "group", text_from(memory->group));
    lag_out_text(out, "program", text_from(memory->program));
    lag_out_text(out, "topic", text_from(memory->topic));
    lag_out_int(out, "partition", memory->partition);
    lag_out_text(out, "clock", text_from(memory->clock));
    lag_out_text(out, "offset_from", text_from(memory->source_of_offset));
    lag_out_time(out, "seen", memory->seen_ms);
    lag_out_time(out, "late_seen", memory->late_seen_ms);
    lag_out_verdict(out, window->verdict);
    lag_out_time(out, "since", window->since_ms);
    lag_out_time(out, "moved", window->moved_ms);
    lag_out_time(out, "clear", window->clear_ms);
    lag_out_time(out, "waiting", window->waiting_ms);
    lag_out_time(out, "unowned", window->unowned_ms);
    lag_out_int(out, "highest", window->highest);
    lag_out_time(out, "rewound", window->rewound_ms);
    lag_out_int(out, "rewound_from", window->rewound_from);
    write_samples(window, out);
}

static void write_server(const char *key, const LagServerMemory *server, TextBuilder *out)
{
    js_write_key(out, text_from(key));
    builder_char(out, '{');
    lag_out_flag(out, "up", server->up);
    lag_out_time(out, "since", server->known ? server->since_ms : LAG_UNKNOWN);
    builder_char(out, '}');
}

static void write_process(const LagProcessMemory *process, TextBuilder *out)
{
    lag_out_text(out, "service", text_from(process->service));
    lag_out_text(out, "address", text_from(process->address));
    lag_out_int(out, "process", (int64_t)process->process);
    lag_out_verdict(out, process->verdict);
    lag_out_time(out, "since", process->since_ms);
}

Text lag_board_write(const LagBoard *board, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    lag_out_time(&out, "watching_since", board->watching_since_ms);
    write_server("kafka", &board->kafka, &out);
    write_server("database", &board->database, &out);
    js_write_key(&out, TEXT("processes"));
    builder_char(&out, '[');
    const char *between = "{";
    for (size_t i = 0; i < board->process_count; i++) {
        if (!board->processes[i].known)
            continue;
        builder_string(&out, between);
        write_process(&board->processes[i], &out);
        builder_char(&out, '}');
        between = ",{";
    }
    builder_char(&out, ']');
    js_write_key(&out, TEXT("partitions"));
    builder_char(&out, '[');
    for (size_t i = 0; i < board->count; i++) {
        builder_string(&out, i > 0 ? ",{" : "{");
        write_memory(board->memories[i], &out);
        builder_char(&out, '}');
    }
    builder_string(&out, "]}");
    return builder_view(&out);
}

/* ---- reading ---- */

static LagSample read_sample(const LagIn *in)
{
    return (LagSample){
        .at_ms = lag_in_time(in, "at"),
        .committed = lag_in_int(in, "next"),
        .low = lag_in_int(in, "low"),
        .end = lag_in_int(in, "end"),
        .head_ms = lag_in_time(in, "head"),
        .progress_ms = lag_in_time(in, "progress"),
    };
}

static void read_window(const LagIn *in, LagMemory *memory)
{
    LagWindow *window = &memory->window;
    size_t count = 0;
    const JsValue *samples = lag_in_array(in, "samples", &count);
    window->verdict = lag_in_verdict(in);
    window->since_ms = lag_in_time(in, "since");
    window->moved_ms = lag_in_time(in, "moved");
    window->clear_ms = lag_in_time(in, "clear");
    window->waiting_ms = lag_in_time(in, "waiting");
    window->unowned_ms = lag_in_time(in, "unowned");
    window->highest = lag_in_int(in, "highest");
    window->rewound_ms = lag_in_time(in, "rewound");
    window->rewound_from = lag_in_int(in, "rewound_from");
    for (size_t i = 0; i < count && i < LAG_WINDOW_SAMPLES; i++) {
        LagIn element = lag_in_element(in, "samples", samples, i);
        memory->sample = window->samples[window->count++] = read_sample(&element);
    }
}

static void read_memory(LagBoard *board, const LagIn *in, int64_t oldest_ms)
{
    int64_t seen_ms = lag_in_time(in, "seen");
    Text group = lag_in_text(in, "group");
    Text topic = lag_in_text(in, "topic");
    int64_t partition = lag_in_int(in, "partition");
    if (in->error->verdict != ERROR_NONE || seen_ms < oldest_ms || partition < 0 ||
        partition > INT32_MAX)
        return;
    LagMemory *memory = lag_board_memory(board, group, topic, (int32_t)partition);
    lag_window_init(&memory->window);
    lag_board_keep_text(&memory->program, lag_in_text(in, "program"));
    lag_board_keep_text(&memory->clock, lag_in_text(in, "clock"));
    lag_board_keep_text(&memory->source_of_offset, lag_in_text(in, "offset_from"));
    memory->seen_ms = seen_ms;
    memory->late_seen_ms = lag_in_time(in, "late_seen");
    memory->present = true;
    read_window(in, memory);
}

static void read_process(LagBoard *board, const LagIn *in)
{
    int64_t process = lag_in_int(in, "process");
    Text service = lag_in_text(in, "service");
    Text address = lag_in_text(in, "address");
    LagVerdict verdict = lag_in_verdict(in);
    if (in->error->verdict != ERROR_NONE || process < LAG_PROCESS_UNKNOWN ||
        process > LAG_PROCESS_GONE)
        return;
    LagProcessMemory *memory = lag_board_process(board, service, address);
    memory->known = true;
    memory->process = (LagProcess)process;
    memory->verdict = verdict;
    memory->since_ms = lag_in_time(in, "since");
}

static void read_server(const LagIn *in, const char *key, LagServerMemory *server)
{
    LagIn inside = lag_in_object(js_member(in->object, text_from(key)),
                                 text_format(in->arena, "/%s", key), in->arena, in->error);
    server->up = lag_in_flag(&inside, "up");
    server->since_ms = lag_in_time(&inside, "since");
    server->known = server->since_ms != LAG_UNKNOWN;
}

static void read_all(LagBoard *board, const LagIn *in, int64_t oldest_ms)
{
    size_t count = 0;
    board->watching_since_ms = lag_in_time(in, "watching_since");
    read_server(in, "kafka", &board->kafka);
    read_server(in, "database", &board->database);
    const JsValue *processes = lag_in_array(in, "processes", &count);
    for (size_t i = 0; i < count && in->error->verdict == ERROR_NONE; i++) {
        LagIn element = lag_in_element(in, "processes", processes, i);
        read_process(board, &element);
    }
    const JsValue *partitions = lag_in_array(in, "partitions", &count);
    for (size_t i = 0; i < count && in->error->verdict == ERROR_NONE; i++) {
        LagIn element = lag_in_element(in, "partitions", partitions, i);
        read_memory(board, &element, oldest_ms);
    }
}

bool lag_board_read(LagBoard *board, Text text, int64_t at_ms, int64_t keep_ms, Error *error)
{
    enum { BLOCK = 65536 };
    JsDocument *document = NULL;
    if (!js_parse(text, &document, error))
        return false;
    Arena *arena = arena_new(BLOCK);
    LagIn in = lag_in_object(js_root(document), TEXT(""), arena, error);
    read_all(board, &in, at_ms - keep_ms);
    arena_free(arena);
    js_close(document);
    return error->verdict == ERROR_NONE;
}
