/*
 * The summary: counts first, then what is unusual.
 */
#include "send_summary.h"

#include "base/json.h"

#include <stdio.h>

static void print_rows(const SendSummary *summary)
{
    const SendRows *rows = send_records_rows(summary->records);
    if (rows->empty > 0)
        printf("  %lld empty rows were passed over, the first in line %lld\n",
               (long long)rows->empty, (long long)rows->empty_line);
    if (rows->brief > 0)
        printf("  %lld rows have fewer fields than the header, the first in line %lld\n",
               (long long)rows->brief, (long long)rows->brief_line);
}

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

static void print_text(const SendSummary *summary, Arena *arena)
{
    const SendTally *tally = summary->tally;
    const SendDeliveryState *state = summary->state;
    int64_t records = state != NULL ? state->sent : tally->records;
    printf("%s: %.*s record%s ", summary->name, TEXT_ARGS(send_number(arena, records)),
           plural(records));
    if (state == NULL)
        printf("for %s, nothing sent; mapped as\n", summary->topic);
    else
        printf("sent to %s in %.1f s; mapped as\n", summary->topic,
               (double)summary->spent_ms / 1000.0);
    send_tally_print(tally);
    if (tally->items != tally->records)
        printf("  (%.*s items in %.*s records)\n", TEXT_ARGS(send_number(arena, tally->items)),
               TEXT_ARGS(send_number(arena, tally->records)));
    print_rows(summary);
    if (summary->start.records > 0)
        printf("  %.*s more had been sent before\n",
               TEXT_ARGS(send_number(arena, summary->start.records)));
}

static void write_int(TextBuilder *out, const char *key, int64_t value)
{
    js_write_key(out, text_from(key));
    builder_int(out, value);
}

static void write_text(TextBuilder *out, const char *key, const char *value)
{
    js_write_key(out, text_from(key));
    js_write_text(out, text_from(value));
}

static void write_flag(TextBuilder *out, const char *key, bool value)
{
    js_write_key(out, text_from(key));
    builder_string(out, value ? "true" : "false");
}

static void print_json(const SendSummary *summary, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    const SendDeliveryState *state = summary->state;
    const SendRows *rows = send_records_rows(summary->records);
    builder_char(&out, '{');
    write_text(&out, "file", summary->name);
    write_text(&out, "source", summary->options->source);
    write_text(&out, "topic", summary->topic);
    write_text(&out, "format", send_format_name(send_records_format(summary->records)));
    write_text(&out, "encoding",
               send_file_encoding(summary->file) == ENCODING_UTF8 ? "utf-8" : "gb18030");
    write_flag(&out, "dry_run", summary->options->dry_run);
    write_flag(&out, "complete", summary->complete);
    write_int(&out, "records", summary->tally->records);
    write_int(&out, "sent", state != NULL ? state->sent : 0);
    write_int(&out, "sent_before", summary->start.records);
    write_int(&out, "not_sent", state != NULL ? state->refused : 0);
    write_int(&out, "empty_rows", rows->empty);
    write_int(&out, "brief_rows", rows->brief);
    send_tally_write(summary->tally, &out);
    builder_string(&out, "}\n");
    Text text = builder_view(&out);
    fwrite(text.data, 1, text.size, stdout);
}

static void say_not_sent(const SendSummary *summary)
{
    const SendDeliveryState *state = summary->state;
    for (size_t i = 0; state != NULL && i < state->refusal_count; i++)
        fprintf(stderr, "%s:%lld: not sent: %s\n", summary->name,
                (long long)state->refusals[i].line, state->refusals[i].reason);
    if (state != NULL && state->refused > (int64_t)state->refusal_count)
        fprintf(stderr, "%s: %lld more records were not sent\n", summary->name,
                (long long)(state->refused - (int64_t)state->refusal_count));
}

void send_summary_print(const SendSummary *summary)
{
    Arena *arena = arena_new(4096);
    if (summary->options->json)
        print_json(summary, arena);
    else
        print_text(summary, arena);
    fflush(stdout);
    send_tally_print_faults(summary->tally, summary->name);
    say_not_sent(summary);
    arena_free(arena);
}

/* "1,234 of 5,000", or about so many by the bytes, or no total. */
static Text how_far(const SendSummary *summary, Arena *arena)
{
    const SendPlace *place = &summary->state->place;
    int64_t size = send_file_size(summary->file);
    int64_t total = summary->total;
    const char *about = "";
    if (total < 0 && size > 0 && place->bytes > 0) {
        total = (int64_t)((double)place->records * (double)size / (double)place->bytes + 0.5);
        about = "about ";
    }
    Text sent = send_number(arena, place->records);
    if (total < 0)
        return sent;
    return text_format(arena, "%.*s of %s%.*s", TEXT_ARGS(sent), about,
                       TEXT_ARGS(send_number(arena, total)));
}

void send_summary_say_how_far(const SendSummary *summary)
{
    Arena *arena = arena_new(1024);
    fprintf(stderr, "onecase send: sent %.*s records%s\n", TEXT_ARGS(how_far(summary, arena)),
            summary->kept ? "; run the same command again to go on" : "");
    arena_free(arena);
}
