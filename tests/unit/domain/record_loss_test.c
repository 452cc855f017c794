/* The header oc-lost, topics that were made anew, and the answers that have intake go on. */
#include "domain/place_answer.h"
#include "domain/record_loss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static Arena *arena;

static void test_a_loss_is_written_and_read_again(void **state)
{
    (void)state;
    static const struct {
        RecordLoss loss;
        const char *text;
    } CASES[] = {
        {{TEXT("retention"), TEXT("a.b"), 3, 10, 29, TEXT("root@host"), TEXT("why; = not /")},
         "retention a.b/3/10-29 root@host why; = not /"},
        {{TEXT("recreated"), TEXT("a~2"), 0, 0, -1, TEXT("u@h"), TEXT("")},
         "recreated a~2/0/0- u@h "},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const RecordLoss *want = &CASES[i].loss;
        RecordLoss read;
        Text text = record_loss_write(want, arena);
        assert_true(text_is(text, CASES[i].text));
        assert_true(record_loss_read(text, &read));
        assert_true(text_equal(read.reason, want->reason) && text_equal(read.topic, want->topic));
        assert_true(text_equal(read.by, want->by) && text_equal(read.why, want->why));
        assert_int_equal(read.partition, want->partition);
        assert_int_equal(read.first, want->first);
        assert_int_equal(read.last, want->last);
    }
}

static void test_a_loss_that_is_malformed_is_refused(void **state)
{
    (void)state;
    static const char *const CASES[] = {
        "",
        "retention",
        "retention a/0/1-2",
        "retention a/0/1-2 by",
        "erosion a/0/1-2 by why",
        "retention /0/1-2 by why",
        "retention a/0/3-2 by why",
        "retention a/0/-2 by why",
        "retention a/x/1-2 by why",
        "retention a/2147483648/1-2 by why",
        "retention a/0/1-9999999999999999999 by why",
        "retention a~1/0/1-2 by why",
        "retention a b/0/1-2 by why",
    };
    RecordLoss loss;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        assert_false(record_loss_read(text_from(CASES[i]), &loss));
}

static void test_lives_of_a_topic(void **state)
{
    (void)state;
    assert_true(text_is(record_topic_in_life(TEXT("a.b"), 1, arena), "a.b"));
    assert_true(text_is(record_topic_in_life(TEXT("a.b"), 12, arena), "a.b~12"));
    assert_true(text_is(record_topic_of(TEXT("a.b~12")), "a.b"));
    assert_true(text_is(record_topic_of(TEXT("a.b")), "a.b"));
    static const char *const GOOD[] = {"a", "a.b_c-D9", "a~2", "a~10"};
    static const char *const BAD[] = {"",     "~2",  "a~",    "a~1", "a~0",
                                      "a~02", "a~x", "a~2~3", "a b", "a/b"};
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++)
        assert_true(record_topic_is_name(text_from(GOOD[i])));
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        assert_false(record_topic_is_name(text_from(BAD[i])));
}

static void test_an_answer_is_for_one_gap(void **state)
{
    (void)state;
    PlaceNote note = place_note_none();
    note.gap = PLACE_LOST;
    note.gap_first = 10;
    note.gap_last = 29;
    PlaceAnswer answer = {.gap = PLACE_LOST,
                          .gap_first = 10,
                          .gap_last = 29,
                          .by = TEXT("u@h"),
                          .why = TEXT("a; b=c;")};
    Text text = place_answer_write(&answer, arena);
    assert_true(text_is(text, "lost=10-29;by=u@h;why=a; b=c;"));
    PlaceAnswer read = place_answer_read(text);
    assert_true(text_is(read.by, "u@h") && text_is(read.why, "a; b=c;") && !read.same);
    assert_true(place_answer_fits(&read, &note));
    note.gap_last = 30;
    assert_false(place_answer_fits(&read, &note));
    note.gap = PLACE_ANEW;
    assert_false(place_answer_fits(&read, &note));

    answer.gap = PLACE_ANEW;
    answer.same = true;
    read = place_answer_read(place_answer_write(&answer, arena));
    assert_true(read.same && place_answer_fits(&read, &note));
    static const char *const NONE[] = {"", "lost=10-29;", "lost=10-29;by=u", "by=u;why=w",
                                       "lost=1;by=u;why=w"};
    for (size_t i = 0; i < sizeof(NONE) / sizeof(NONE[0]); i++)
        assert_int_equal(place_answer_read(text_from(NONE[i])).gap, PLACE_NO_GAP);
}

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(4096);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_loss_is_written_and_read_again),
        cmocka_unit_test(test_a_loss_that_is_malformed_is_refused),
        cmocka_unit_test(test_lives_of_a_topic),
        cmocka_unit_test(test_an_answer_is_for_one_gap),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
