/* Lines of at most 80 columns. */
#include "dlq_print.h"

#include "map/map_table.h"
#include "print.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/datetime.h"
#include "domain/report.h"

#include <stdio.h>
#include <unistd.h>

enum { SOON_DAYS = 7 };

Text dlq_print_harmless(Arena *arena, Text text)
{
    return map_table_harmless(arena, text);
}

/* The front of the text in at most `width` columns. */
static Text cut(Arena *arena, Text text, size_t width)
{
    if (unicode_width(text) <= width)
        return text;
    size_t columns = 0;
    uint32_t codepoint;
    for (Text rest = text; rest.size > 0;) {
        Text before = rest;
        unicode_next(&rest, &codepoint);
        columns += unicode_width((Text){before.data, before.size - rest.size});
        if (columns >= width) {
            Text front = text_slice(text, 0, text.size - before.size);
            return text_format(arena, "%.*s…", TEXT_ARGS(front));
        }
    }
    return text;
}

void dlq_print_line(Arena *arena, Text line)
{
    Text whole = dlq_print_harmless(arena, line);
    Text shown = isatty(STDOUT_FILENO) == 1 ? cut(arena, whole, DLQ_WIDTH) : whole;
    printf("%.*s\n", TEXT_ARGS(shown));
}

static void add_column(TextBuilder *out, Text text, size_t width)
{
    size_t own = unicode_width(text);
    builder_text(out, text);
    for (; own < width; own++)
        builder_char(out, ' ');
    builder_string(out, "  ");
}

Text dlq_print_columns(Arena *arena, const DlqColumns *columns)
{
    enum { SOURCE = 8, STAGE = 6, RULE = 10 };
    TextBuilder out = builder_new(arena);
    builder_format(&out, "%.*s %7lld  %.*s  ", TEXT_ARGS(columns->id), (long long)columns->count,
                   TEXT_ARGS(print_time(arena, columns->time_us)));
    add_column(&out, text_is_empty(columns->source) ? TEXT("-") : columns->source, SOURCE);
    add_column(&out, columns->stage, STAGE);
    add_column(&out, columns->rule, RULE);
    builder_text(&out, text_is_empty(columns->pointer) ? TEXT("-") : columns->pointer);
    return builder_view(&out);
}

Text dlq_print_mapping(Arena *arena, Text mapping)
{
    return text_is_empty(mapping) ? TEXT("no mapping") : dlq_print_harmless(arena, mapping);
}

Text dlq_print_days_left(Arena *arena, int64_t received_us, int64_t now_us)
{
    if (received_us == TIME_ABSENT)
        return TEXT("");
    int64_t left = received_us + DLQ_KEEP_DAYS * DATETIME_DAY_US - now_us;
    if (left < 0)
        return TEXT("the oldest bytes have gone");
    if (left > SOON_DAYS * DATETIME_DAY_US)
        return TEXT("");
    return text_format(arena, "the oldest bytes go in %lld days",
                       (long long)(left / DATETIME_DAY_US));
}
