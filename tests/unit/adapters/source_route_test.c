#include "adapters/mapping_file.h"
#include "adapters/source_route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FILE_WITH(topics)                                                                          \
    "format = 1; source = \"T\"; " topics "\nregion : { default = \"9901\"; };\n"                  \
    "kinds = ( { kind = \"report\"; } );\n"                                                        \
    "fields : { record_no = { first = [\"/no\"]; required = true; }; };\n"

enum { NAMES, ALARMS, ALL_OF_EAST, MAPPINGS };

static const char *const FILES[MAPPINGS] = {
    [NAMES] = FILE_WITH("topics = [\"grid.event\", \"alarm.named\"];"),
    [ALARMS] = FILE_WITH("topic_pattern = \"alarm\\\\.[a-z]+\";"),
    [ALL_OF_EAST] = FILE_WITH("topic_pattern = \"[a-z]+\\\\.east\";"),
};

static void each_topic_has_the_mapping_that_reads_it(void **state)
{
    (void)state;
    static const struct {
        const char *topic;
        int want; /* -1: none */
    } CASES[] = {
        {"p.grid.event", NAMES},
        {"p.grid.event.backfill", NAMES},
        {"p.grid.event~2", NAMES},
        {"grid.event", -1},
        {"p.grid.events", -1},
        {"p.alarm.west", ALARMS},
        {"p.alarm.west.backfill", ALARMS},
        {"p.alarm.named", NAMES},
        {"p.lift.east", ALL_OF_EAST},
        {"p.alarm.east", -1}, /* patterns of two */
        {"p.onecase.east", -1},
        {"p.alarm.WEST", -1},
        {"p.", -1},
    };
    Arena *arena = arena_new(65536);
    const Mapping *mappings[MAPPINGS];
    for (int i = 0; i < MAPPINGS; i++) {
        MappingFindings findings = {.arena = arena};
        const MappingFileOptions options = {0};
        mappings[i] =
            mapping_file_load_text("some.cfg", text_from(FILES[i]), &options, arena, &findings);
        assert_non_null(mappings[i]);
    }
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Text topic = text_from(CASES[i].topic);
        const Mapping *want = CASES[i].want < 0 ? NULL : mappings[CASES[i].want];
        const Mapping *found = source_route_find(mappings, MAPPINGS, TEXT("p."), topic);
        if (found != want)
            fail_msg("%s", CASES[i].topic);
        if (want != NULL)
            assert_true(source_route_reads(want, TEXT("p."), topic));
    }
    assert_true(source_route_reads(mappings[ALARMS], TEXT("p."), TEXT("p.alarm.east")));
    assert_false(source_route_reads(mappings[NAMES], TEXT("p."), TEXT("p.alarm.east")));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_topic_has_the_mapping_that_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
