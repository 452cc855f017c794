/*
 * Golden cases of the address grammar (linkage.md 3): files of lines
 *   input TAB field|text TAB parts
 * where the parts are those that are not empty, "road=建设路 no=128 building=3,5 rel=之间", or "-". A line that starts with '#'
 * is a comment. Prints every difference as FILE:LINE. The parts are written from the page and from what a person who
 * knows the town would read, before the code.
 */
#include "base/text_builder.h"

#include "domain/address.h"

#include <stdio.h>

enum { ARENA_BLOCK = 64 * 1024, FILE_BYTES_MAX = 1024 * 1024 };

static void append(TextBuilder *out, const char *name, Text value)
{
    if (!text_is_empty(value))
        builder_format(out, "%s%s=%.*s", out->size > 0 ? " " : "", name, TEXT_ARGS(value));
}

static Text joined(TextList items, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < items.count; i++)
        builder_format(&out, "%s%.*s", i == 0 ? "" : ",", TEXT_ARGS(items.items[i]));
    return builder_view(&out);
}

static Text describe(const Address *address, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    append(&out, "road", address->road);
    append(&out, "no", address->road_no);
    append(&out, "lane", address->lane_no);
    append(&out, "cross", address->cross_road);
    append(&out, "estate", address->estate);
    append(&out, "building", joined(address->buildings, arena));
    append(&out, "unit", address->unit);
    append(&out, address->floor_or_building ? "floor_or_building" : "floor", address->floor);
    append(&out, "room", address->room);
    append(&out, "poi", address->poi);
    append(&out, "rel", address->relation);
    if (address->relation_m > 0)
        append(&out, "m", text_format(arena, "%d", (int)address->relation_m));
    if (address->role == PLACE_REPORTER)
        append(&out, "role", TEXT("reporter"));
    return out.size > 0 ? builder_view(&out) : TEXT("-");
}

static Text take_until(Text *rest, char end)
{
    size_t at = text_find(*rest, (Text){&end, 1}, 0);
    Text taken = text_slice(*rest, 0, at == SIZE_MAX ? rest->size : at);
    *rest = text_slice(*rest, taken.size + 1, SIZE_MAX);
    return taken;
}

/* One line; false: it differs, or is no case. */
static bool check_line(const char *file, int number, Text line, Arena *arena)
{
    Text input = take_until(&line, '\t');
    Text mode = take_until(&line, '\t');
    Address address;
    if (text_is(mode, "field")) {
        address_parse(input, arena, &address);
    } else if (text_is(mode, "text")) {
        address_find(input, arena, &address);
    } else {
        printf("%s:%d: neither \"field\" nor \"text\"\n", file, number);
        return false;
    }
    Text got = describe(&address, arena);
    if (text_equal(got, line))
        return true;
    printf("%s:%d: %.*s (%.*s)\n  expected %.*s\n  found    %.*s\n", file, number, TEXT_ARGS(input),
           TEXT_ARGS(mode), TEXT_ARGS(line), TEXT_ARGS(got));
    return false;
}

static Text read_file(const char *path, Arena *arena)
{
    char *bytes = arena_alloc(arena, FILE_BYTES_MAX);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return TEXT_ABSENT;
    size_t size = fread(bytes, 1, FILE_BYTES_MAX, file);
    fclose(file);
    return (Text){bytes, size};
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: address_golden FILE\n", stderr);
        return 64;
    }
    Arena *arena = arena_new(ARENA_BLOCK);
    Text rest = read_file(argv[1], arena);
    int cases = 0;
    int failures = 0;
    for (int number = 1; rest.size > 0; number++) {
        Text line = take_until(&rest, '\n');
        if (text_is_empty(line) || text_starts(line, TEXT("#")))
            continue;
        cases++;
        failures += check_line(argv[1], number, line, arena) ? 0 : 1;
    }
    printf("%d of %d cases differ\n", failures, cases);
    arena_free(arena);
    return failures == 0 && cases > 0 ? 0 : 1;
}
