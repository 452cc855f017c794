#include "scratch.h"

#include "adapters/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Sample {
    const char *brokers;
    const char *key_file;
    const char *level;
    int64_t batch_max;
    bool dry;
} Sample;

static const Setting ROWS[] = {
    SETTING_TEXT_ROW(Sample, brokers, "localhost:9092", "ONECASE_TEST_BROKERS", "brokers"),
    SETTING_TEXT_ROW(Sample, key_file, NULL, NULL, "a file"),
    SETTING_CHOICE_ROW(Sample, level, "info", "debug info warn", "level"),
    SETTING_INTEGER_ROW(Sample, batch_max, "500", 1, 5000, "records"),
    SETTING_FLAG_ROW(Sample, dry, "false", "write nothing"),
};
static const SettingsTable TABLE = {ROWS, sizeof(ROWS) / sizeof(ROWS[0])};

typedef struct Loaded {
    Arena *arena;
    Sample sample;
    TextList faults;
    bool good;
    char path[1024];
} Loaded;

/* `file` is the text of a configuration file or NULL, `overrides` end with NULL. */
static Loaded load(const char *file, const char *const *overrides)
{
    Loaded loaded = {.arena = arena_new(1024)};
    Text texts[8];
    SettingsInput input = {.overrides = {.items = texts}};
    while (overrides[input.overrides.count] != NULL) {
        texts[input.overrides.count] = text_from(overrides[input.overrides.count]);
        input.overrides.count++;
    }
    assert_true(scratch_template(loaded.path, sizeof(loaded.path), "settings"));
    if (file != NULL) {
        int handle = mkstemp(loaded.path);
        assert_true(handle >= 0);
        assert_int_equal(write(handle, file, strlen(file)), strlen(file));
        close(handle);
        input.file = loaded.path;
    }
    loaded.good = settings_load(&TABLE, &input, loaded.arena, &loaded.sample, &loaded.faults);
    if (file != NULL)
        unlink(loaded.path);
    return loaded;
}

static void done(Loaded *loaded)
{
    arena_free(loaded->arena);
}

/* Faults are compared without the random name of the file. */
static void expect_faults(Loaded *loaded, const char *const *wanted)
{
    assert_false(loaded->good);
    for (size_t i = 0; i < loaded->faults.count; i++) {
        Text fault = loaded->faults.items[i];
        if (text_starts(fault, text_from(loaded->path)))
            fault = text_format(loaded->arena, "FILE%.*s", (int)(fault.size - strlen(loaded->path)),
                                fault.data + strlen(loaded->path));
        assert_non_null(wanted[i]);
        assert_string_equal(text_string(loaded->arena, fault), wanted[i]);
    }
    assert_null(wanted[loaded->faults.count]);
}

static void defaults_stand_when_nothing_is_said(void **state)
{
    (void)state;
    Loaded loaded = load(NULL, (const char *const[]){"key_file=k", NULL});
    assert_true(loaded.good);
    assert_string_equal(loaded.sample.brokers, "localhost:9092");
    assert_string_equal(loaded.sample.level, "info");
    assert_int_equal(loaded.sample.batch_max, 500);
    assert_false(loaded.sample.dry);
    done(&loaded);
}

static void environment_yields_to_the_file_and_the_file_to_set(void **state)
{
    (void)state;
    setenv("ONECASE_TEST_BROKERS", "from-environment:1", 1);
    Loaded loaded = load("key_file = \"k\"; batch_max = 7; dry = true;",
                         (const char *const[]){"batch_max=8", NULL});
    assert_true(loaded.good);
    assert_string_equal(loaded.sample.brokers, "from-environment:1");
    assert_int_equal(loaded.sample.batch_max, 8);
    assert_true(loaded.sample.dry);
    done(&loaded);
    loaded = load("key_file = \"k\"; brokers = \"from-file:1\";", (const char *const[]){NULL});
    assert_string_equal(loaded.sample.brokers, "from-file:1");
    done(&loaded);
    loaded = load("key_file = \"k\"; brokers = \"from-file:1\";",
                  (const char *const[]){"brokers=from-set:1", NULL});
    assert_string_equal(loaded.sample.brokers, "from-set:1");
    done(&loaded);
    setenv("ONECASE_TEST_BROKERS", "", 1);
    loaded = load(NULL, (const char *const[]){"key_file=k", NULL});
    assert_string_equal(loaded.sample.brokers, "localhost:9092");
    done(&loaded);
    unsetenv("ONECASE_TEST_BROKERS");
}

static void all_faults_of_a_file_come_in_one_run(void **state)
{
    (void)state;
    static const char NO_KEY[] = "settings: no value for \"key_file\"; write it into the file of "
                                 "--config, or give --set key_file=...";
    Loaded loaded = load("batch_max = 0;\n"
                         "bath_max = 3;\n"
                         "level = \"loud\";\n"
                         "dry = \"yes\";\n"
                         "brokers = 9092;\n"
                         "unheard_of_altogether = 1;\n",
                         (const char *const[]){NULL});
    expect_faults(&loaded, (const char *const[]){
                               "FILE:1: batch_max = 0 is outside 1..5000",
                               "FILE:2: no setting \"bath_max\"; did you mean \"batch_max\"?",
                               "FILE:3: level = \"loud\" is none of: debug info warn",
                               "FILE:4: dry: true or false is expected",
                               "FILE:5: brokers: a text in quotes is expected",
                               "FILE:6: no setting \"unheard_of_altogether\"; --help lists them",
                               NO_KEY, NULL});
    done(&loaded);
}

static void set_is_checked_like_the_file(void **state)
{
    (void)state;
    Loaded loaded =
        load(NULL, (const char *const[]){"key_file=k", "batch_max=5001", "batch_max=many", "dry=1",
                                         "batch_max", "lewel=warn", NULL});
    expect_faults(&loaded, (const char *const[]){
                               "--set: batch_max = 5001 is outside 1..5000",
                               "--set: batch_max = \"many\" is no integer",
                               "--set: dry = \"1\" is neither true nor false",
                               "--set: \"batch_max\" is not of the form path=value",
                               "--set: no setting \"lewel\"; did you mean \"level\"?", NULL});
    done(&loaded);
}

static void a_broken_file_is_named_with_its_line(void **state)
{
    (void)state;
    Loaded loaded = load("key_file = \"k\";\nbatch_max = = 3;\n", (const char *const[]){NULL});
    assert_false(loaded.good);
    assert_true(text_ends(loaded.faults.items[0], TEXT(":2: syntax error")));
    done(&loaded);
}

static void a_missing_file_is_a_fault(void **state)
{
    (void)state;
    Arena *arena = arena_new(256);
    Sample sample = {0};
    TextList faults;
    SettingsInput input = {.file = "/nonexistent/intake.cfg"};
    assert_false(settings_load(&TABLE, &input, arena, &sample, &faults));
    assert_string_equal(text_string(arena, faults.items[0]),
                        "/nonexistent/intake.cfg: could not read: No such file or directory");
    arena_free(arena);
}

static void a_value_keeps_what_follows_its_first_sign(void **state)
{
    (void)state;
    Loaded loaded = load(NULL, (const char *const[]){"key_file=a=b", NULL});
    assert_true(loaded.good);
    assert_string_equal(loaded.sample.key_file, "a=b");
    done(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_stand_when_nothing_is_said),
        cmocka_unit_test(environment_yields_to_the_file_and_the_file_to_set),
        cmocka_unit_test(all_faults_of_a_file_come_in_one_run),
        cmocka_unit_test(set_is_checked_like_the_file),
        cmocka_unit_test(a_broken_file_is_named_with_its_line),
        cmocka_unit_test(a_missing_file_is_a_fault),
        cmocka_unit_test(a_value_keeps_what_follows_its_first_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
