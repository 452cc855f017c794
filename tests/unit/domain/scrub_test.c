#include "base/csv.h"

#include "domain/scrub.h"
#include "domain/scrub_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define N "〔号码〕"
#define I "〔证件号〕"

enum { SENTENCES_BYTES_MAX = 1 << 18 };

typedef struct Case {
    const char *text;
    const char *want; /* NULL: the text stays as it is */
} Case;

static void check(const Case *cases, size_t count)
{
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < count; i++) {
        bool changed;
        Text text = text_from(cases[i].text);
        Text found = scrub_text(arena, text, &changed);
        Text want = text_from(cases[i].want != NULL ? cases[i].want : cases[i].text);
        if (!text_equal(found, want) || changed != (cases[i].want != NULL))
            fail_msg("\"%s\" became \"%.*s\"", cases[i].text, TEXT_ARGS(found));
    }
    arena_free(arena);
}

static void hides_mobile_numbers_however_written(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"联系19900000001", "联系" N},
        {"19900000001", N},
        {"电话：199-0000-0001。", "电话：" N "。"},
        {"199 0000 0001转告", N "转告"},
        {"１９９０００００００１处理", N "处理"},
        {"+8619900000001", N},
        {"+86 199 0000 0001", N},
        {"008619900000001", N},
        {"8619900000001", N},
        {"微信wx19900000001", "微信" N},
        {"19900000001、19900000002", N "、" N},
        {"12900000001", NULL},
        {"199000000012", NULL},
    };
    check(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void hides_landlines_and_local_numbers_after_a_word(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"座机0757-88880001", "座机" N},
        {"0757 88880001", N},
        {"075788880001", N},
        {"010-88880001", N},
        {"（０１０）８８８８０００１", N},
        {"联系电话88880001", "联系电话" N},
        {"TEL:88880001", "TEL:" N},
        {"门牌88880001", NULL},
        {"0757-8888", NULL},
        {"2026-02-01 08:30", NULL},
        {"热线12345", NULL},
    };
    check(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void hides_masked_numbers(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"号码199****0001", "号码" N},
        {"１９９＊＊＊＊０００１", N},
        {"0757******01", N},
        {"990101********0014", I},
        {"99010119800101***X", I},
        {"99010119800101****", I},
        {"5*3", NULL},
        {"**重要**", NULL},
    };
    check(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void hides_identity_cards(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"身份证990101198001010014", "身份证" I},
        {"990101199002290024", NULL}, /* right check digit, impossible date */
        {"身份证990101199002290024", "身份证" I},
        {"990101198001010015", NULL}, /* wrong check digit, real date */
        {"证件号990101198001010015", "证件号" I},
        {"11010519491231002X", I},
        {"11010519491231002x。", I "。"},
        {"９９０１０１１９８００１０１００１４", I},
        {"990101800101001", I},
        {"990101999999999999", NULL}, /* neither */
    };
    check(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void keeps_numbers_of_things(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"FS20260926008", NULL},
        {"YZ202602010001", NULL},
        {"部件9901010101000001", NULL},     /* 16 digits */
        {"警情99010126020108300001", NULL}, /* 20 digits */
        {"网格990101001001001", NULL},      /* 15 digits, street 001 */
        {"代码91990101MA0TERT08C", NULL},
        {"代码12990100400000018N", NULL},
        {"113.264400,23.129100", NULL},
        {"3栋12345号", NULL},
        {"", NULL},
    };
    check(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void keeps_a_code_that_is_one(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"912345", NULL},
        {"990101401201001", NULL}, /* as a text an old identity card */
        {"990101197302281171", NULL},
        {"91990101MA0TERT08C", NULL},
        {"A-12_3.4", NULL},
        {"19900000001", N},
        {"912345，电话19900000001", "912345，电话" N},
        {"梯号912345", NULL},
        {"", NULL},
    };
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        bool changed;
        Text found = scrub_code(arena, text_from(CASES[i].text), &changed);
        const char *want = CASES[i].want != NULL ? CASES[i].want : CASES[i].text;
        if (!text_is(found, want) || changed != (CASES[i].want != NULL))
            fail_msg("\"%s\" became \"%.*s\"", CASES[i].text, TEXT_ARGS(found));
    }
    arena_free(arena);
}

static Text read_file(const char *path, Arena *arena)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s cannot be opened", path);
    char *bytes = ARENA_ARRAY(arena, char, SENTENCES_BYTES_MAX);
    size_t size = fread(bytes, 1, SENTENCES_BYTES_MAX, file);
    fclose(file);
    assert_true(size < SENTENCES_BYTES_MAX);
    return (Text){bytes, size};
}

/* Each row: what comes in, what is wanted, why. Prints every row that fails before it fails. */
static void check_table(const char *path, size_t rows_least)
{
    Arena *arena = arena_new(65536);
    Error error = {0};
    CsvReader *reader = csv_open((CsvSpec){0});
    CsvRow row;
    size_t rows = 0;
    size_t hidden = 0;
    size_t wrong = 0;
    csv_feed(reader, read_file(path, arena), true);
    while (csv_next(reader, &row, &error)) {
        assert_int_equal(row.count, 3);
        if (row.line == 1)
            continue;
        Text found = scrub_text(arena, row.fields[0], NULL);
        rows++;
        hidden += !text_equal(row.fields[0], row.fields[1]);
        if (!text_equal(found, row.fields[1])) {
            wrong++;
            print_error("%s:%lld: %.*s\n  expected %.*s\n  found    %.*s\n", path,
                        (long long)row.line, TEXT_ARGS(row.fields[2]), TEXT_ARGS(row.fields[1]),
                        TEXT_ARGS(found));
        } else if (!text_equal(scrub_text(arena, found, NULL), found)) {
            fail_msg("\"%.*s\" changes again", TEXT_ARGS(found));
        }
    }
    csv_close(reader);
    arena_free(arena);
    if (error.verdict != ERROR_NONE)
        fail_msg("%s: %s", path, error.text);
    if (wrong > 0)
        fail_msg("%zu of %zu sentences", wrong, rows);
    assert_true(rows >= rows_least);
    assert_true(hidden * 5 >= rows * 2 && hidden * 5 <= rows * 3); /* both sides are asked */
}

static void scrubs_the_sentences(void **state)
{
    (void)state;
    check_table("tests/golden/scrub/sentences.csv", 140);
    check_table("tests/golden/scrub/unseen.csv", 40);
}

/* Every surname of the table is found behind a clear end and before a title. */
static void knows_its_surnames(void **state)
{
    (void)state;
    static const char *const SURNAMES[] = {"王",   "李",   "张",   "刘",   "陈",   "杨",   "黄",
                                           "于",   "曾",   "方",   "陶",   "麦",   "欧阳", "司马",
                                           "上官", "诸葛", "东方", "皇甫", "令狐", "慕容", "澹台"};
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(SURNAMES) / sizeof(SURNAMES[0]); i++) {
        Text text = text_format(arena, "%s先生来电，%s样例女士同行", SURNAMES[i], SURNAMES[i]);
        Text found = scrub_text(arena, text, NULL);
        if (!text_is(found, "〔姓名〕先生来电，〔姓名〕女士同行"))
            fail_msg("%s: %.*s", SURNAMES[i], TEXT_ARGS(found));
    }
    assert_true(scrub_words_in_order());
    assert_true(scrub_surname_in_order());
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hides_mobile_numbers_however_written),
        cmocka_unit_test(hides_landlines_and_local_numbers_after_a_word),
        cmocka_unit_test(hides_masked_numbers),
        cmocka_unit_test(hides_identity_cards),
        cmocka_unit_test(keeps_numbers_of_things),
        cmocka_unit_test(keeps_a_code_that_is_one),
        cmocka_unit_test(scrubs_the_sentences),
        cmocka_unit_test(knows_its_surnames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
