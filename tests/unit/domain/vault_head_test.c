#include "domain/vault_head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const Origin ORIGIN = {.topic = {"hotline.workorder", 17}, .partition = 3, .offset = 1841};

static Text value_of(const RecordHeader *headers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (text_is(headers[i].name, name)) {
            return headers[i].value;
        }
    }
    return TEXT_ABSENT;
}

static VaultHead example(void)
{
    return (VaultHead){.origin = ORIGIN,
                       .stage = TEXT("map"),
                       .rule = TEXT("required"),
                       .pointer = TEXT("/no"),
                       .sha256 = TEXT("ab"),
                       .mapping = TEXT("hotline@0123456789ab"),
                       .source = TEXT("H12345"),
                       .region = TEXT("9901"),
                       .key = TEXT("k"),
                       .bytes_at = TEXT("hotline.workorder/3/1841#7"),
                       .timestamp_ms = INT64_C(1764100000123),
                       .items = 12,
                       .attempt = 2,
                       .truncated = true};
}

static void reads_what_it_wrote(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    const VaultHead head = example();
    const RecordHeader original[] = {{TEXT("trace"), TEXT("a")},
                                     {TEXT("oc-origin"), TEXT("forged/0/0#0")},
                                     {TEXT("trace"), TEXT("b")}};
    RecordHeader *headers;
    size_t count = vault_head_write(&head, original, 3, arena, &headers);
    VaultHead back;
    Error error = {0};
    assert_true(vault_head_read(headers, count, &back, &error));
    assert_int_equal(record_origin_compare(&back.origin, &ORIGIN), 0);
    assert_true(text_equal(back.stage, head.stage) && text_equal(back.rule, head.rule));
    assert_true(text_equal(back.pointer, head.pointer) && text_equal(back.sha256, head.sha256));
    assert_true(text_equal(back.mapping, head.mapping) && text_equal(back.source, head.source));
    assert_true(text_equal(back.region, head.region) && text_equal(back.key, head.key));
    assert_true(text_equal(back.bytes_at, head.bytes_at));
    assert_int_equal(back.timestamp_ms, head.timestamp_ms);
    assert_int_equal(back.items, 12);
    assert_int_equal(back.attempt, 2);
    assert_true(back.truncated);
    assert_false(back.canonical);
    assert_true(text_is(headers[0].value, "a") && text_is(headers[1].value, "b"));
    arena_free(arena);
}

/* Of a canonical record the head is its own; only what is the vault's is replaced. */
static void keeps_the_head_of_a_canonical_record(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    VaultHead head = example();
    head.canonical = true;
    const RecordHeader original[] = {
        {TEXT("ce_id"), TEXT("t/0/1#0")},  {TEXT("oc-items"), TEXT("4")},
        {TEXT("oc-skipped"), TEXT("9")},   {TEXT("oc-mapping"), TEXT("x@1")},
        {TEXT("oc-attempt"), TEXT("bad")}, {TEXT("oc-command"), TEXT("c")}};
    RecordHeader *headers;
    size_t count = vault_head_write(&head, original, 6, arena, &headers);
    assert_true(text_is(value_of(headers, count, "ce_id"), "t/0/1#0"));
    assert_true(text_is(value_of(headers, count, "oc-items"), "4"));
    assert_true(text_is(value_of(headers, count, "oc-skipped"), "9"));
    assert_true(text_is(value_of(headers, count, "oc-mapping"), "x@1"));
    assert_true(text_is(value_of(headers, count, "oc-attempt"), "2"));
    assert_true(text_is(value_of(headers, count, "oc-canonical"), "true"));
    assert_true(text_is_absent(value_of(headers, count, "oc-command")));
    arena_free(arena);
}

static void the_last_header_of_a_name_counts(void **state)
{
    (void)state;
    const RecordHeader headers[] = {{TEXT("oc-attempt"), TEXT("1")},
                                    {TEXT("oc-origin"), TEXT("t/0/1#0")},
                                    {TEXT("oc-attempt"), TEXT("2")}};
    VaultHead head;
    Error error = {0};
    assert_true(vault_head_read(headers, 3, &head, &error));
    assert_int_equal(head.attempt, 2);
}

static void refuses_what_we_never_write(void **state)
{
    (void)state;
    char long_text[VAULT_TEXT_MAX + 2];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    const RecordHeader wrong[] = {{TEXT("oc-origin"), TEXT("t/0/1")},
                                  {TEXT("oc-origin"), TEXT_ABSENT},
                                  {TEXT("oc-attempt"), TEXT("two")},
                                  {TEXT("oc-attempt"), TEXT("2147483648")},
                                  {TEXT("oc-items"), TEXT("-1")},
                                  {TEXT("oc-timestamp"), TEXT("")},
                                  {TEXT("oc-timestamp"), TEXT("9223372036854775807")},
                                  {TEXT("oc-truncated"), TEXT("yes")},
                                  {TEXT("oc-region"), {"a\0b", 3}},
                                  {TEXT("oc-source"), TEXT("\xff")},
                                  {TEXT("oc-mapping"), {long_text, VAULT_TEXT_MAX + 1}}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const RecordHeader headers[] = {{TEXT("oc-origin"), TEXT("t/0/1#0")}, wrong[i]};
        VaultHead head;
        Error error = {0};
        assert_false(vault_head_read(headers, 2, &head, &error));
        assert_string_equal(error.rule, "header");
        assert_true(text_is(wrong[i].name, error.pointer));
    }
    VaultHead head;
    Error error = {0};
    assert_false(vault_head_read(NULL, 0, &head, &error));
    assert_string_equal(error.pointer, "oc-origin");
}

/* Whatever is said of it: the room for our own headers is more than they can take. */
static void what_fits_once_fits_again(void **state)
{
    (void)state;
    Arena *arena = arena_new(65536);
    char text[600];
    memset(text, 'x', sizeof text);
    const Text longest = {text, sizeof text};
    const RecordHeader original[] = {{TEXT("trace"), TEXT("a")}};
    VaultHead head = {.origin = {.topic = {text, 249},
                                 .partition = INT32_MAX,
                                 .offset = INT64_MAX,
                                 .item = INT32_MAX},
                      .stage = longest,
                      .rule = longest,
                      .pointer = longest,
                      .sha256 = longest,
                      .mapping = longest,
                      .source = longest,
                      .region = longest,
                      .key = TEXT("key"),
                      .bytes_at = longest,
                      .timestamp_ms = INT64_MAX / 1000,
                      .items = INT32_MAX,
                      .attempt = INT32_MAX,
                      .truncated = true};
    RecordHeader *headers;
    size_t count = vault_head_write(&head, original, 1, arena, &headers);
    size_t size = record_origin_text(arena, &head.origin).size + 128; /* key and framing */
    for (size_t i = 0; i < count; i++) {
        size += headers[i].name.size + headers[i].value.size + 10;
    }
    size += sizeof "oc-command" + 36 + 10;
    const Text value = TEXT("value");
    const int64_t limit = VAULT_HEAD_ROOM + 5 + 3 + (5 + 1 + 10);
    assert_true(size + value.size <= (size_t)limit);
    assert_true(vault_head_fits(&head, original, 1, value, limit));
    assert_false(vault_head_fits(&head, original, 1, value, limit - 1));
    head.rule = TEXT("");
    assert_false(vault_head_fits(&head, original, 1, value, limit - 1));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(keeps_the_head_of_a_canonical_record),
        cmocka_unit_test(the_last_header_of_a_name_counts),
        cmocka_unit_test(refuses_what_we_never_write),
        cmocka_unit_test(what_fits_once_fits_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
