#ifndef ONECASE_TESTS_MAPPING_FIXTURE_H
#define ONECASE_TESTS_MAPPING_FIXTURE_H

#include "domain/mapping_spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/*
 * A mapping made by hand: record_no from /no, body from /body, trapped from /trapped (required), reporter from /tel,
 * region from /area. Tests of the engine that golden cases cannot show start from it.
 */
enum { FIXTURE_FIELDS = 16 };

typedef struct Fixture {
    Arena *process; /* the mapping */
    Arena *message; /* what comes out of it */
    Mapping mapping;
    MappingContext context;
    MappingInput input; /* its bytes are those of the call */
    MappedRecord *records;
    size_t count;
} Fixture;

static inline MappingPointer pointer_of(Arena *arena, const char *text)
{
    MappingPointer pointer;
    Error error = {0};
    assert_true(mapping_pointer_compile(arena, text_from(text), &pointer, &error));
    return pointer;
}

static inline MappingPointer *pointers_of(Arena *arena, const char *text)
{
    MappingPointer *pointer = ARENA_NEW(arena, MappingPointer);
    *pointer = pointer_of(arena, text);
    return pointer;
}

static inline const TimeFormat *format_of(Arena *arena, const char *pattern)
{
    const TimeFormat *format;
    Error error = {0};
    assert_true(time_format_compile(arena, text_from(pattern), &format, &error));
    return format;
}

/* One more field; at most FIXTURE_FIELDS. */
static inline MappingField *add_field(Fixture *fixture, const char *target, const char *pointer)
{
    MappingField *field = &fixture->mapping.fields[fixture->mapping.field_count++];
    assert_true(fixture->mapping.field_count <= FIXTURE_FIELDS);
    *field = (MappingField){.target = report_field(text_from(target)), .max = MAPPING_TEXT_MAX};
    assert_non_null(field->target);
    field->pointers = pointers_of(fixture->process, pointer);
    field->pointer_count = 1;
    return field;
}

static inline int set_up(void **state)
{
    static Fixture fixture;
    memset(&fixture, 0, sizeof(fixture));
    Arena *arena = arena_new(4096);
    RegionTable *regions = region_table_new(arena);
    assert_true(region_table_add(regions, TEXT("9901"), TEXT("9901")));
    static MappingKind kinds[1] = {{.kind = RECORD_REPORT}};
    fixture.mapping = (Mapping){.name = TEXT("test"),
                                .version = TEXT("test@000000000000"),
                                .source = TEXT("T"),
                                .encoding = ENCODING_UTF8,
                                .zone_minutes = 480,
                                .region = pointers_of(arena, "/area"),
                                .region_count = 1,
                                .region_default = TEXT("9901"),
                                .kinds = kinds,
                                .kind_count = 1,
                                .fields = ARENA_ARRAY(arena, MappingField, FIXTURE_FIELDS)};
    fixture.context = (MappingContext){.regions = regions, .key = {TEXT("key"), 7}};
    fixture.process = arena;
    fixture.message = arena_new(4096);
    add_field(&fixture, "record_no", "/no")->required = true;
    add_field(&fixture, "body", "/body");
    MappingField *trapped = add_field(&fixture, "trapped", "/trapped");
    trapped->as = AS_INTEGER;
    trapped->required = true;
    MappingField *reporter = add_field(&fixture, "reporter", "/tel");
    reporter->as = AS_PHONE;
    reporter->personal = PERSONAL_HASH;
    *state = &fixture;
    return 0;
}

static inline int tear_down(void **state)
{
    Fixture *fixture = *state;
    arena_free(fixture->message);
    arena_free(fixture->process);
    return 0;
}

/* The bytes are gone when this returns, as Kafka's are: the sanitizer would see a view of them. */
static inline void apply_all(Fixture *fixture, Text bytes)
{
    Arena *kafka = arena_new(1024);
    MappingInput input = fixture->input;
    input.bytes = text_is_absent(bytes) ? bytes : text_copy(kafka, bytes);
    mapping_apply(&fixture->mapping, &fixture->context, &input, fixture->message, &fixture->records,
                  &fixture->count);
    arena_free(kafka);
}

static inline const MappedRecord *apply(Fixture *fixture, Text bytes)
{
    apply_all(fixture, bytes);
    assert_int_equal(fixture->count, 1);
    return &fixture->records[0];
}

static inline void assert_flags(const Report *report, const char *const *flags, size_t count)
{
    assert_int_equal(report->flags.count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(text_is(report->flags.items[i], flags[i]));
}

static inline void assert_note(const MappedRecord *record, const char *pointer, const char *rule)
{
    assert_int_equal(record->kind, RECORD_DEAD);
    if (!text_is(record->note.rule, rule) || !text_is(record->note.pointer, pointer))
        fail_msg("%.*s at \"%.*s\": %.*s", TEXT_ARGS(record->note.rule),
                 TEXT_ARGS(record->note.pointer), TEXT_ARGS(record->note.message));
}

#endif
