/*
 * A mapping file lies in deploy/sources, its regions in deploy/regions.cfg: who checks or tries one need not say where.
 */
#include "regions_beside.h"

#include "adapters/region_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static Text path_of(const char *named, Text mapping, Arena *arena)
{
    if (named != NULL)
        return text_from(named);
    size_t end = mapping.size;
    while (end > 0 && mapping.data[end - 1] != '/')
        end--;
    return text_format(arena, "%.*s../regions.cfg", TEXT_ARGS(text_slice(mapping, 0, end)));
}

bool regions_beside_load(
    const char *command, const char *named, Text mapping, Arena *arena, const RegionTable **regions)
{
    Error error = {0};
    Text path = path_of(named, mapping, arena);
    if (region_file_load(text_string(arena, path), arena, regions, &error))
        return true;
    if (named == NULL && access(text_string(arena, mapping), R_OK) != 0)
        fprintf(stderr, "onecase %s: cannot read \"%.*s\": %s\n", command, TEXT_ARGS(mapping),
                strerror(errno));
    else
        fprintf(stderr, "onecase %s: %s%s\n", command, error.text,
                named == NULL ? "; --regions FILE names the regions" : "");
    return false;
}
