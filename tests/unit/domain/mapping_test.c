#include "domain/mapping_spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What golden cases cannot show: tombstones, life times, digests, and that messages hold no value. */
typedef struct Fixture {
    Arena *process; /* the mapping */
    Arena *message; /* what comes out of it */
    Mapping mapping;
    MappingContext context;
    MappedRecord *records;
    size_t count;
} Fixture;

static MappingPointer pointer_of(Arena *arena, const char *text)
{
    MappingPointer pointer;
    Error error = {0};
    assert_true(mapping_pointer_compile(arena, text_from(text), &pointer, &error));
    return pointer;
}

static MappingField field_of(Arena *arena, const char *target, const char *pointer)
{
    MappingField field = {.target = report_field(text_from(target)), .max = MAPPING_TEXT_MAX};
    assert_non_null(field.target);
    field.pointers = ARENA_NEW(arena, MappingPointer);
    field.pointers[0] = pointer_of(arena, pointer);
    field.pointer_count = 1;
    return field;
}

static int set_up(void **state)
{
    static Fixture fixture;
    memset(&fixture, 0, sizeof(fixture));
    Arena *arena = arena_new(4096);
    RegionTable *regions = region_table_new(arena);
    assert_true(region_table_add(regions, TEXT("9901"), TEXT("9901")));
    static MappingKind kinds[1] = {{.kind = RECORD_REPORT}};
    MappingField *fields = ARENA_ARRAY(arena, MappingField, 4);
    fields[0] = field_of(arena, "record_no", "/no");
    fields[1] = field_of(arena, "body", "/body");
    fields[2] = field_of(arena, "trapped", "/trapped");
    fields[2].as = AS_INTEGER;
    fields[2].required = true;
    fields[3] = field_of(arena, "reporter", "/tel");
    fields[3].as = AS_PHONE;
    fields[3].personal = PERSONAL_HASH;
    MappingPointer *region = ARENA_NEW(arena, MappingPointer);
    *region = pointer_of(arena, "/area");
    fixture.mapping = (Mapping){.name = TEXT("test"),
                                .version = TEXT("test@000000000000"),
                                .source = TEXT("T"),
                                .encoding = ENCODING_UTF8,
                                .region = region,
                                .region_count = 1,
                                .region_default = TEXT("9901"),
                                .kinds = kinds,
                                .kind_count = 1,
                                .fields = fields,
                                .field_count = 4};
    fixture.context = (MappingContext){.regions = regions, .key = {TEXT("key"), 7}};
    fixture.process = arena;
    fixture.message = arena_new(4096);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    arena_free(fixture->message);
    arena_free(fixture->process);
    return 0;
}

/* The bytes are gone when this returns, as Kafka's are: the sanitizer would see a view of them. */
static const MappedRecord *apply(Fixture *fixture, Text bytes)
{
    Arena *kafka = arena_new(1024);
    MappingInput input = {.bytes = text_is_absent(bytes) ? bytes : text_copy(kafka, bytes)};
    mapping_apply(&fixture->mapping, &fixture->context, &input, fixture->message, &fixture->records,
                  &fixture->count);
    assert_int_equal(fixture->count, 1);
    arena_free(kafka);
    return &fixture->records[0];
}

static void a_tombstone_is_dead_by_rule_empty(void **state)
{
    const MappedRecord *record = apply(*state, TEXT_ABSENT);
    assert_int_equal(record->kind, RECORD_DEAD);
    assert_true(text_is(record->note.stage, "decode"));
    assert_true(text_is(record->note.rule, "empty"));
    assert_true(text_is(record->region, "9901"));
    /* SHA-256 of nothing */
    assert_true(text_is(record->note.sha256,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    record = apply(*state, TEXT(" \n"));
    assert_true(text_is(record->note.rule, "empty"));
}

static void a_report_outlives_bytes_and_document(void **state)
{
    const MappedRecord *record = apply(
        *state, TEXT("{\"no\":\"R1\",\"body\":\"井盖\",\"trapped\":\"2\",\"area\":\"990101\"}"));
    assert_int_equal(record->kind, RECORD_REPORT);
    assert_true(text_is(record->report.record_no, "R1"));
    assert_true(text_is(record->report.body, "井盖"));
    assert_int_equal(record->report.trapped, 2);
    assert_true(text_is(record->report.area_code, "990101"));
    assert_true(text_is(record->region, "9901"));
}

static void messages_never_quote_a_value(void **state)
{
    static const char *const INPUTS[] = {
        "{\"no\":\"R1\",\"trapped\":\"SECRET\",\"area\":\"990101\"}",
        "{\"no\":\"R1\",\"body\":\"SECRET\"}", "{\"SECRET", "[\"SECRET\"]", "SECRET"};
    for (size_t i = 0; i < sizeof(INPUTS) / sizeof(INPUTS[0]); i++) {
        const MappedRecord *record = apply(*state, text_from(INPUTS[i]));
        assert_int_equal(record->kind, RECORD_DEAD);
        assert_int_equal(record->note.sha256.size, 64);
        assert_true(record->note.message.size > 0);
        assert_false(text_contains(record->note.message, TEXT("SECRET")));
        assert_false(text_contains(record->note.pointer, TEXT("SECRET")));
    }
}

static void a_reporter_is_key_number_and_half_a_mac(void **state)
{
    const MappedRecord *record =
        apply(*state, TEXT("{\"no\":\"R1\",\"trapped\":0,\"tel\":\"19900000001\"}"));
    /* printf 19900000001 | openssl dgst -sha256 -hmac key */
    assert_true(text_is(record->report.reporter, "7:74f807eb47495d7de9287e96df0c473a"));
    assert_true(text_is(record->report.reporter_kind, "citizen"));
}

static void the_same_input_gives_the_same_record(void **state)
{
    Fixture *fixture = *state;
    Text input = TEXT("{\"no\":\"R1\",\"trapped\":1,\"body\":\"电话19900000001\",\"tel\":\"x\"}");
    TextBuilder first = builder_new(fixture->process);
    report_write(&apply(fixture, input)->report, &first);
    for (int i = 0; i < 20; i++) {
        TextBuilder again = builder_new(fixture->message);
        report_write(&apply(fixture, input)->report, &again);
        assert_true(text_equal(builder_view(&first), builder_view(&again)));
        arena_reset(fixture->message);
    }
}

static void survives_every_truncation_and_every_broken_byte(void **state)
{
    Fixture *fixture = *state;
    Text whole = TEXT("{\"no\":\"R1\",\"body\":\"井\\u0000盖 19900000001\",\"trapped\":1.0,"
                      "\"tel\":[1],\"area\":{\"x\":\"990101\"}}");
    for (size_t size = 0; size < whole.size; size++) {
        const MappedRecord *record = apply(fixture, text_slice(whole, 0, size));
        assert_int_equal(record->kind, RECORD_DEAD);
        arena_reset(fixture->message);
    }
    for (size_t at = 0; at < whole.size; at++) {
        char *bytes = text_string(fixture->message, whole);
        bytes[at] = (char)0xFF;
        const MappedRecord *record = apply(fixture, (Text){bytes, whole.size});
        assert_true(record->kind == RECORD_DEAD || record->kind == RECORD_REPORT);
        assert_true(text_is(record->region, "9901"));
        arena_reset(fixture->message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_tombstone_is_dead_by_rule_empty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_report_outlives_bytes_and_document, set_up, tear_down),
        cmocka_unit_test_setup_teardown(messages_never_quote_a_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reporter_is_key_number_and_half_a_mac, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_input_gives_the_same_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_every_truncation_and_every_broken_byte, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
