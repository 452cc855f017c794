#include "domain/mapping_spec.h"
#include "domain/mapping_trace.h"
#include "domain/mapping_trial.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Each case is a mapping, a record, what is said of one field ("places | steps | flags") and whether it is there. */
enum { ARENA_BLOCK = 256 * 1024 };

#define STAMP_US INT64_C(1769905800000000) /* 2026-02-01T00:30:00Z */

static const char HEAD[] =
    "format = 1; source = \"T\"; topics = [\"t\"]; empty = [\"\", \"-\"];\n"
    "time : { zone = \"+08:00\"; formats = [\"yyyy-MM-dd HH:mm:ss\", \"epoch\"]; %s };\n"
    "region : { first = [\"/areas/*\"]; default = \"9901\"; };\n"
    "kinds = ( { kind = \"ignore\"; reason = \"drill\"; when = ( (\"/drill\", \"present\") ); },\n"
    "  { kind = \"update\"; when = ( (\"/done\", \"present\") ); },\n"
    "  { kind = \"report\"; when = ( (\"/no\", \"present\") ); } );\n"
    "fields : { record_no = { first = [\"/no\"]; required = true; }; %s };\n%s\n";

typedef struct Case {
    const char *name;
    const char *fields; /* beside record_no */
    const char *more;   /* behind the fields: codes, extract, each, ... */
    const char *record;
    const char *target;
    const char *said; /* "places | steps | flags" */
    bool there;
} Case;

static const char CODES[] =
    "codes : { c = { system = \"s\"; rows = ( (\"0101\", \"A02\"), (\"02\", \"E01\", 50) ); };\n"
    "p = { match = \"prefix\"; rows = ( (\"04\", \"A02\"), (\"0402\", \"B01\") ); };\n"
    "t = { rows = ( (\"1\", \"phone\") ); unknown = \"keep\"; };\n"
    "u = { rows = ( (\"1\", \"10\") ); unknown = \"20\"; };\n"
    "l = { rows = ( (\"1\", \"甲街道\"), (\"2\", \"乙街道\") ); }; };";

static const char WORDS[] =
    "codes : { w = { rows = ( (\"1\", \"A02\") ); unknown = \"J03\"; keywords = \"shared\"; }; };";

static const char PLATE[] =
    "extract : { plate = { after = [\"梯号\"]; chars = \"0-9\"; length = [6, 6]; }; };";

static const char POINT[] = "point : { system = \"GCJ-02\"; order = \"lon,lat\"; };";

static const Case SELECTION[] = {
    {"first", "title = { first = [\"/a\", \"/b\"]; };", "", "\"a\":\"甲\",\"b\":\"乙\"", "title",
     "/a |  | ", true},
    {"what means nothing is passed over", "title = { first = [\"/a\", \"/b\"]; };", "",
     "\"a\":\"-\",\"b\":\"乙\"", "title", "/b |  | ", true},
    {"absent", "title = { first = [\"/a\"]; };", "", "\"b\":1", "title", " | absent | ", false},
    {"escaped and indexed", "title = { first = [\"/x~1y/1/~0z\"]; };", "",
     "\"x/y\":[0,{\"~z\":\"甲\"}]", "title", "/x~1y/1/~0z |  | ", true},
    {"elements by number", "quoted_nos = { all = [\"/l/*/n\"]; pick = \"list\"; };", "",
     "\"l\":[{\"n\":\"R1\"},{\"n\":null},{\"m\":1},{\"n\":\"R2\"}]", "quoted_nos",
     "/l/0/n /l/3/n |  | ", true},
    {"elements by a member", "lead_org = { first = [\"/l/[k=2]/n\"]; };", "",
     "\"l\":[{\"k\":1,\"n\":\"甲\"},{\"k\":2},{\"k\":2,\"n\":\"乙\"}]", "lead_org", "/l/2/n |  | ",
     true},
    {"the last one", "lead_org = { all = [\"/l/*\"]; };", "",
     "\"l\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]", "lead_org",
     "/l/9 | last of 10 | ", true},
    {"joined", "result = { all = [\"/l/*\"]; pick = \"join\"; join = \"，\"; };", "",
     "\"l\":[\"甲\",\"乙\"]", "result", "/l/0 /l/1 | joined | ", true},
    {"concatenated", "body = { concat = [\"/a\", \"/b\", \"/c\"]; };", "",
     "\"a\":\"甲\",\"c\":\"乙\"", "body", "/a /c | joined | ", true},
    {"a part that is there already", "address = { concat = [\"/a\", \"/b\"]; dedupe = true; };", "",
     "\"a\":\"学苑街道12号\",\"b\":\"学苑街道\"", "address", "/a | dedupe | ", true},
    {"a part that begins with the others",
     "address = { concat = [\"/a\", \"/b\"]; dedupe = true; };", "",
     "\"a\":\"学苑街道\",\"b\":\"学苑街道12号\"", "address", "/b | dedupe | ", true},
    {"equal values", "quoted_nos = { all = [\"/a\", \"/b\"]; pick = \"list\"; dedupe = true; };",
     "", "\"a\":\"R1\",\"b\":\"R1\"", "quoted_nos", "/a /b | dedupe | ", true},
    {"a constant", "channel = { value = \"phone\"; };", "", "\"a\":1", "channel", " |  | ", true},
    {"no text", "title = { first = [\"/a\"]; };", "", "\"a\":{\"x\":1}", "title",
     " | absent | value_not_scalar", false},
    {"nine values", "quoted_nos = { all = [\"/l/*\"]; pick = \"list\"; };", "",
     "\"l\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]", "quoted_nos",
     "/l/0 /l/1 /l/2 /l/3 /l/4 /l/5 /l/6 /l/7 +2 |  | ", true},
};

static const Case STEPS[] = {
    {"clean, those that change something",
     "title = { first = [\"/a\"]; clean = [\"html\", \"narrow\", \"upper\", \"trim\"]; };", "",
     "\"a\":\" <b>ａ</b>\"", "title", "/a | html, narrow, upper, trim | narrowed", true},
    {"clean, nothing to do",
     "title = { first = [\"/a\"]; clean = [\"html\", \"narrow\", \"upper\", \"trim\"]; };", "",
     "\"a\":\"A\"", "title", "/a |  | ", true},
    {"between", "body = { first = [\"/a\"]; between = [\"内容：\", \"。\"]; };", "",
     "\"a\":\"内容：井盖。完\"", "body", "/a | between | ", true},
    {"between, whole", "body = { first = [\"/a\"]; between = [\"内容：\", \"。\"]; };", "",
     "\"a\":\"井盖\"", "body", "/a |  | ", true},
    {"extract", "lift_plate = { first = [\"/a\"]; extract = \"plate\"; };", PLATE,
     "\"a\":\"梯号912345\"", "lift_plate", "/a | extract plate | ", true},
    {"extract goes on", "lift_plate = { first = [\"/a\", \"/b\"]; extract = \"plate\"; };", PLATE,
     "\"a\":\"电梯\",\"b\":\"梯号912345\"", "lift_plate", "/b | extract plate | ", true},
    {"extract finds nothing", "lift_plate = { first = [\"/a\"]; extract = \"plate\"; };", PLATE,
     "\"a\":\"电梯\"", "lift_plate", " | extract plate: nothing found | ", false},
    {"NUL", "title = { first = [\"/a\"]; };", "", "\"a\":\"井\\u0000盖\"", "title",
     "/a | without NUL | nul_removed", true},
    {"control characters", "title = { first = [\"/a\"]; };", "", "\"a\":\"井\\u001b盖\"", "title",
     "/a | without control characters | control_removed", true},
    {"scrubbed", "body = { first = [\"/a\"]; };", "", "\"a\":\"电话19900000001\"", "body",
     "/a | scrubbed | ", true},
    {"cut", "body = { first = [\"/a\"]; max = 3; };", "", "\"a\":\"井盖不见了\"", "body",
     "/a | cut to 3 | text_cut", true},
    {"default", "channel = { first = [\"/a\"]; default = \"phone\"; };", "", "\"b\":1", "channel",
     " | default | ", true},
    {"no default for what cannot be read",
     "injured = { first = [\"/a\"]; as = \"integer\"; default = \"0\"; };", "", "\"a\":\"无人\"",
     "injured", "/a | unreadable | number_unreadable", false},
    {"not for this kind", "result = { first = [\"/a\"]; kinds = [\"update\"]; };", "",
     "\"a\":\"x\"", "result", " | not for this kind | ", false},
    {"when", "result = { first = [\"/a\"]; when = ( (\"/b\", \"present\") ); };", "", "\"a\":\"x\"",
     "result", " | when does not hold | ", false},
};

static const Case CONVERSIONS[] = {
    {"integer", "trapped = { first = [\"/a\"]; as = \"integer\"; };", "", "\"a\":\"2\"", "trapped",
     "/a | integer | ", true},
    {"integer, full-width", "trapped = { first = [\"/a\"]; as = \"integer\"; };", "",
     "\"a\":\"２\"", "trapped", "/a | narrow, integer | narrowed", true},
    {"out of scale", "urgency = { first = [\"/a\"]; as = \"integer\"; };", "", "\"a\":9", "urgency",
     "/a | unreadable | number_out_of_range", false},
    {"the format that fits", "reported_at = { first = [\"/a\"]; as = \"time\"; };", "",
     "\"a\":1769905800", "reported_at", "/a | time epoch | ", true},
    {"none fits", "reported_at = { first = [\"/a\"]; as = \"time\"; };", "", "\"a\":\"昨天\"",
     "reported_at", "/a | unreadable | time_unreadable", false},
    {"flag", "verified = { first = [\"/a\"]; as = \"flag\"; };", "", "\"a\":\"是\"", "verified",
     "/a | flag | ", true},
    {"point", "point = { first = [\"/a\"]; as = \"point\"; };", POINT, "\"a\":[113.27,23.13]",
     "point", "/a | GCJ-02 to WGS-84 | ", true},
    {"point, swapped", "point = { first = [\"/a\"]; as = \"point\"; };", POINT,
     "\"a\":\"23.13,113.27\"", "point", "/a | swapped, GCJ-02 to WGS-84 | geo_swapped", true},
    {"point of a concatenation",
     "point = { concat = [\"/x\", \"/y\"]; join = \",\"; as = "
     "\"point\"; };",
     POINT, "\"x\":113.27,\"y\":23.13", "point", "/x /y | joined, GCJ-02 to WGS-84 | ", true},
    {"point, zero", "point = { first = [\"/a\"]; as = \"point\"; };", POINT, "\"a\":\"0,0\"",
     "point", "/a | unreadable | geo_zero", false},
    {"credit code", "usc_code = { first = [\"/a\"]; as = \"usc\"; };", "",
     "\"a\":\"92990101ma9xy0017a\"", "usc_code", "/a | credit code in its own letters | ", true},
};

static const Case CODE_TABLES[] = {
    {"exact", "category = { first = [\"/a\"]; codes = \"c\"; };", CODES, "\"a\":\"0101\"",
     "category", "/a | codes c exact 0101 | ", true},
    {"prefix", "category = { first = [\"/a\"]; codes = \"p\"; };", CODES, "\"a\":\"040201\"",
     "category", "/a | codes p prefix 0402 | ", true},
    {"no row", "category = { first = [\"/a\"]; codes = \"c\"; };", CODES, "\"a\":\"9\"", "category",
     "/a | codes c: no row, unclassified: J03 | code_unknown", true},
    {"no row, default", "category = { first = [\"/a\"]; codes = \"c\"; default = \"J03\"; };",
     CODES, "\"a\":\"9\"", "category", "/a | codes c: no row, default | code_unknown", true},
    {"no row, required", "category = { first = [\"/a\"]; codes = \"c\"; required = true; };", CODES,
     "\"a\":\"9\"", "category", "/a | codes c: no row, unclassified: J03 | code_unknown", true},
    {"no row, a value for it", "status = { first = [\"/a\"]; codes = \"u\"; };", CODES,
     "\"a\":\"9\"", "status", "/a | codes u: no row, unknown: 20, integer | code_unknown", true},
    {"no row, kept", "channel = { first = [\"/a\"]; codes = \"t\"; };", CODES, "\"a\":\"9\"",
     "channel", "/a | codes t: no row, unknown: kept | code_unknown", true},
    {"words where there is no row",
     "body = { first = [\"/b\"]; };\n"
     "category = { first = [\"/a\"]; codes = \"w\"; };",
     WORDS, "\"a\":\"9\",\"b\":\"电梯困人\"", "category",
     "/a | codes w: no row, unknown: J03, keywords shared: 电梯困人 | code_unknown, class_by_words",
     true},
    {"words where there is no code",
     "body = { first = [\"/b\"]; };\n"
     "category = { first = [\"/a\"]; codes = \"w\"; };",
     WORDS, "\"b\":\"电梯困人\"", "category", " | keywords shared: 电梯困人 | class_by_words",
     true},
    {"each of a list", "assist_orgs = { all = [\"/l/*\"]; pick = \"list\"; codes = \"l\"; };",
     CODES, "\"l\":[\"2\",\"1\",\"3\"]", "assist_orgs",
     "/l/0 /l/1 /l/2 | codes l exact 2, codes l exact 1, codes l: no row | code_unknown", true},
};

static const Case PERSONS[] = {
    {"mobile", "reporter = { first = [\"/t\"]; as = \"phone\"; personal = \"hash\"; };",
     "personal = ( (\"/t\", \"hash\") );", "\"t\":\"19900000001\"", "reporter",
     "/t | mobile number, hashed with key 1 | ", true},
    {"masked", "reporter = { first = [\"/t\"]; as = \"phone\"; personal = \"hash\"; };",
     "personal = ( (\"/t\", \"hash\") );", "\"t\":\"199****0001\"", "reporter",
     "/t | masked number, hashed with key 1 | masked_at_source", true},
    {"an organisation's", "reporter = { first = [\"/t\"]; as = \"phone\"; personal = \"hash\"; };",
     "personal = ( (\"/t\", \"hash\") );", "\"t\":\"12345\"", "reporter",
     "/t | number of an organisation, left out | caller_is_service", false},
    {"another id", "reporter = { first = [\"/t\"]; as = \"text\"; personal = \"hash\"; };",
     "personal = ( (\"/t\", \"hash\") );", "\"t\":\"U7\"", "reporter",
     "/t | id within T, hashed with key 1 | ", true},
    {"the kind of a masked number",
     "reporter = { first = [\"/t\"]; as = \"phone\"; personal = \"hash\"; };\n"
     "reporter_kind = { value = \"citizen\"; };",
     "personal = ( (\"/t\", \"hash\") );", "\"t\":\"199****0001\"", "reporter_kind",
     " | by the reporter's number | ", true},
    {"masked text", "party_name = { first = [\"/a\"]; personal = \"mask\"; };",
     "personal = ( (\"/a\", \"mask\") );", "\"a\":\"张试验\"", "party_name", "/a | masked | ",
     true},
    {"dropped", "party_name = { first = [\"/a\"]; personal = \"drop\"; };",
     "personal = ( (\"/a\", \"drop\") );", "\"a\":\"张试验\"", "party_name",
     " | dropped as personal | ", false},
};

/* With `time.check` on characters 1 to 14 of /no, which say 06:00. */
static const Case TIMES[] = {
    {"twelve hours late", "reported_at = { first = [\"/a\"]; as = \"time\"; };", "",
     "\"a\":\"2026-02-01 18:00:00\"", "reported_at",
     "/a | time yyyy-MM-dd HH:mm:ss, 12 hours earlier by time.check | time_12h", true},
    {"twelve hours early", "recorded_at = { first = [\"/a\"]; as = \"time\"; };", "",
     "\"a\":\"2026-01-31 18:00:00\"", "recorded_at",
     "/a | time yyyy-MM-dd HH:mm:ss, 12 hours later by time.check | time_12h", true},
    {"twelve hours, what says the same",
     "reported_at = { first = [\"/a\"]; as = \"time\"; };\n"
     "occurred_at = { first = [\"/b\"]; as = \"time\"; };",
     "", "\"a\":\"2026-02-01 18:00:00\",\"b\":\"2026-02-01 18:00:00\"", "occurred_at",
     "/b | time yyyy-MM-dd HH:mm:ss, 12 hours earlier by time.check | time_12h", true},
    {"another time",
     "reported_at = { first = [\"/a\"]; as = \"time\"; };\n"
     "occurred_at = { first = [\"/b\"]; as = \"time\"; };",
     "", "\"a\":\"2026-02-01 18:00:00\",\"b\":\"2026-02-01 02:00:00\"", "occurred_at",
     "/b | time yyyy-MM-dd HH:mm:ss | ", true},
    {"mismatch", "recorded_at = { first = [\"/a\"]; as = \"time\"; };", "",
     "\"a\":\"2026-02-01 03:01:00\"", "recorded_at",
     "/a | time yyyy-MM-dd HH:mm:ss | time_mismatch", true},
    {"suspect",
     "found_at = { first = [\"/a\"]; as = \"time\"; }; reported_at = { first = [\"/b\"]; as = "
     "\"time\"; };",
     "", "\"a\":\"2036-02-01 03:00:00\"", "found_at",
     "/a | time yyyy-MM-dd HH:mm:ss | time_suspect", true},
};

typedef struct Fixture {
    Arena *arena;
    const RegionTable *regions;
    MappingTrace trace;
    MappedRecord *records;
    size_t count;
} Fixture;

static int set_up(void **state)
{
    static Fixture fixture;
    Error error = {0};
    fixture = (Fixture){.arena = arena_new(ARENA_BLOCK)};
    *state = &fixture;
    return region_file_load("deploy/regions.cfg", fixture.arena, &fixture.regions, &error) ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_free(((Fixture *)*state)->arena);
    return 0;
}

static const Mapping *load(Fixture *fixture, const char *text)
{
    MappingFindings findings = {.arena = fixture->arena};
    const MappingFileOptions options = {.regions = fixture->regions};
    const Mapping *mapping = mapping_file_load_text("deploy/sources/trace.cfg", text_from(text),
                                                    &options, fixture->arena, &findings);
    for (size_t i = 0; mapping == NULL && i < findings.count; i++)
        print_error("%.*s\n", TEXT_ARGS(mapping_finding_text(fixture->arena, &findings.items[i])));
    assert_non_null(mapping);
    return mapping;
}

static void map_record(Fixture *fixture, const Mapping *mapping, const char *record)
{
    const MappingContext context = {
        .regions = fixture->regions, .key = {TEXT(MAPPING_TRIAL_KEY), 1}, .trace = &fixture->trace};
    const MappingInput input = {.bytes = text_from(record), .timestamp_us = STAMP_US};
    mapping_apply(mapping, &context, &input, fixture->arena, &fixture->records, &fixture->count);
    assert_int_equal(fixture->trace.count, fixture->count);
}

static const TraceField *field_of(const TraceRecord *trace, const char *target)
{
    for (size_t i = 0; i < trace->field_count; i++)
        if (strcmp(trace->fields[i].target->name, target) == 0)
            return &trace->fields[i];
    return NULL;
}

/* "places | steps | flags" */
static Text said(const TraceField *field, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < field->place_count; i++) {
        builder_string(&out, i > 0 ? " " : "");
        builder_text(&out, field->places[i]);
    }
    if (field->more_places > 0)
        builder_format(&out, " +%zu", field->more_places);
    builder_string(&out, " | ");
    for (size_t i = 0; i < field->step_count; i++) {
        builder_string(&out, i > 0 ? ", " : "");
        builder_text(&out, field->steps[i]);
    }
    builder_string(&out, " | ");
    for (size_t i = 0; i < field->flag_count; i++) {
        builder_string(&out, i > 0 ? ", " : "");
        builder_string(&out, mapping_flag(field->flags[i])->name);
    }
    return builder_view(&out);
}

static void expect(Fixture *fixture, const Case *item, const TraceRecord *trace)
{
    const TraceField *field = field_of(trace, item->target);
    assert_non_null(field);
    Text found = said(field, fixture->arena);
    if (!text_is(found, item->said) || field->stored != item->there)
        fail_msg("%s: expected \"%s\" and %s, found \"%.*s\" and %s", item->name, item->said,
                 item->there ? "there" : "not there", TEXT_ARGS(found),
                 field->stored ? "there" : "not there");
}

static void run_cases(Fixture *fixture, const Case *cases, size_t count, const char *time_check)
{
    for (size_t i = 0; i < count; i++) {
        char text[4096];
        char record[512];
        int size = snprintf(text, sizeof(text), HEAD, time_check, cases[i].fields, cases[i].more);
        assert_true(size > 0 && (size_t)size < sizeof(text));
        snprintf(record, sizeof(record), "{\"no\":\"R20260201060000\",%s}", cases[i].record);
        map_record(fixture, load(fixture, text), record);
        assert_int_equal(fixture->count, 1);
        if (fixture->records->kind != RECORD_REPORT)
            fail_msg("%s: %.*s", cases[i].name, TEXT_ARGS(fixture->records->note.message));
        expect(fixture, &cases[i], fixture->trace.records);
    }
}

#define RUN(state, cases) run_cases(state, cases, sizeof(cases) / sizeof((cases)[0]), "")

static void places_are_those_of_the_values_used(void **state)
{
    RUN(*state, SELECTION);
}

static void steps_are_those_that_changed_the_value(void **state)
{
    RUN(*state, STEPS);
}

static void conversions_are_steps(void **state)
{
    RUN(*state, CONVERSIONS);
}

static void codes_name_the_row(void **state)
{
    RUN(*state, CODE_TABLES);
}

static void persons_leave_no_value(void **state)
{
    RUN(*state, PERSONS);
}

/* The lint lets no such mapping through, so the rule is put beside one that is read already. */
static void what_is_personal_is_withheld(void **state)
{
    static const Case WITHHELD = {
        "withheld", NULL, NULL, NULL, "party_name", " | withheld as personal | ", false};
    static const Case TAKEN = {"another taken", NULL, NULL, NULL, "party_name", "/b |  | ", true};
    Fixture *fixture = *state;
    char text[4096];
    Error error = {0};
    MappingPersonalRule rule = {.what = PERSONAL_DROP};
    snprintf(text, sizeof(text), HEAD, "", "party_name = { first = [\"/a\", \"/b\"]; };", "");
    Mapping mapping = *load(fixture, text);
    assert_true(mapping_pointer_compile(fixture->arena, TEXT("/a"), &rule.pointer, &error));
    mapping.personal = &rule;
    mapping.personal_count = 1;
    map_record(fixture, &mapping, "{\"no\":\"R1\",\"a\":\"张试验\"}");
    expect(fixture, &WITHHELD, fixture->trace.records);
    map_record(fixture, &mapping, "{\"no\":\"R1\",\"a\":\"张试验\",\"b\":\"试验商行\"}");
    expect(fixture, &TAKEN, fixture->trace.records);
}

static void times_are_judged_once_all_stand(void **state)
{
    run_cases(*state, TIMES, sizeof(TIMES) / sizeof(TIMES[0]),
              "check : { digits_of = \"/no\"; at = [1, 14]; format = \"yyyyMMddHHmmss\"; };");
}

static const char PLAIN[] = "title = { first = [\"/t\"]; required = true; };";

static const Mapping *plain(Fixture *fixture)
{
    char text[4096];
    snprintf(text, sizeof(text), HEAD, "", PLAIN, "");
    return load(fixture, text);
}

static void a_record_names_its_kind_and_its_area(void **state)
{
    Fixture *fixture = *state;
    const Mapping *mapping = plain(fixture);
    map_record(fixture, mapping, "{\"no\":\"R1\",\"t\":\"x\",\"areas\":[\"\",\"990201\"]}");
    assert_int_equal(fixture->trace.records->kind_line, 6);
    assert_true(text_is(fixture->trace.records->area_from, "/areas/1"));
    map_record(fixture, mapping, "{\"no\":\"R1\",\"t\":\"x\",\"done\":1}");
    assert_int_equal(fixture->trace.records->kind_line, 5);
    assert_true(text_is_absent(fixture->trace.records->area_from));
}

static void a_dead_record_tells_how_far_it_came(void **state)
{
    Fixture *fixture = *state;
    const Mapping *mapping = plain(fixture);
    map_record(fixture, mapping, "{\"no\":\"R1\"}");
    assert_int_equal(fixture->records->kind, RECORD_DEAD);
    assert_int_equal(fixture->trace.records->kind_line, 6);
    assert_true(
        text_is(said(field_of(fixture->trace.records, "title"), fixture->arena), " | absent | "));
    map_record(fixture, mapping, "{\"x\":1}");
    assert_int_equal(fixture->records->kind, RECORD_DEAD);
    assert_int_equal(fixture->trace.records->kind_line, 0);
    assert_true(text_is(said(field_of(fixture->trace.records, "title"), fixture->arena), " |  | "));
    map_record(fixture, mapping, "{\"no");
    assert_int_equal(fixture->records->kind, RECORD_DEAD);
    assert_int_equal(fixture->trace.records->field_count, 0);
}

static void an_ignored_record_names_its_number_alone(void **state)
{
    Fixture *fixture = *state;
    map_record(fixture, plain(fixture), "{\"no\":\"R1\",\"t\":\"x\",\"drill\":1}");
    assert_int_equal(fixture->records->kind, RECORD_IGNORED);
    assert_int_equal(fixture->trace.records->kind_line, 4);
    assert_true(
        text_is(said(field_of(fixture->trace.records, "record_no"), fixture->arena), "/no |  | "));
    assert_false(field_of(fixture->trace.records, "title")->stored);
}

static void items_are_named_by_number(void **state)
{
    Fixture *fixture = *state;
    const char text[] =
        "format = 1; source = \"T\"; topics = [\"t\"]; unwrap = [\"/data\", \"/data/l/*/more\"];\n"
        "each = \"/data/l\"; region : { first = [\"/data/l/*/area\"]; default = \"9901\"; };\n"
        "kinds = ( { kind = \"report\"; } );\n"
        "fields : { record_no = { first = [\"/data/l/*/id\"]; };\n"
        "assignment_no = { first = [\"/head/no\"]; };\n"
        "part_no = { first = [\"/data/l/*/part\"]; as = \"integer\"; };\n"
        "title = { first = [\"/data/l/*/t\"]; };\n"
        "quoted_nos = { all = [\"/data/l/*/more/q/*\"]; pick = \"list\"; }; };\n";
    map_record(
        fixture, load(fixture, text),
        "{\"head\":{\"no\":\"R1\"},\"data\":\"{\\\"l\\\":["
        "{\\\"id\\\":1,\\\"t\\\":\\\"a\\\",\\\"part\\\":7},"
        "{\\\"id\\\":2,\\\"t\\\":\\\"b\\\",\\\"area\\\":\\\"990201\\\","
        "\\\"more\\\":\\\"{\\\\\\\"q\\\\\\\":[\\\\\\\"R8\\\\\\\",\\\\\\\"R9\\\\\\\"]}\\\"}]}\"}");
    static const Case FIRST[] = {
        {"of the whole message", NULL, NULL, NULL, "assignment_no", "/head/no |  | ", true},
        {"part_no mapped", NULL, NULL, NULL, "part_no", "/data/l/0/part | integer | ", true},
        {"of the item", NULL, NULL, NULL, "title", "/data/l/0/t |  | ", true}};
    static const Case SECOND[] = {
        {"of the whole message", NULL, NULL, NULL, "assignment_no", "/head/no |  | ", true},
        {"part_no by itself", NULL, NULL, NULL, "part_no", " | number of the item | ", true},
        {"of the item", NULL, NULL, NULL, "title", "/data/l/1/t |  | ", true},
        {"behind two texts of JSON", NULL, NULL, NULL, "quoted_nos",
         "/data/l/1/more/q/0 /data/l/1/more/q/1 |  | ", true}};
    assert_int_equal(fixture->count, 2);
    for (size_t i = 0; i < sizeof(FIRST) / sizeof(FIRST[0]); i++)
        expect(fixture, &FIRST[i], &fixture->trace.records[0]);
    for (size_t i = 0; i < sizeof(SECOND) / sizeof(SECOND[0]); i++)
        expect(fixture, &SECOND[i], &fixture->trace.records[1]);
    assert_true(text_is_absent(fixture->trace.records[0].area_from));
    assert_true(text_is(fixture->trace.records[1].area_from, "/data/l/1/area"));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(places_are_those_of_the_values_used),
        WITH(steps_are_those_that_changed_the_value),
        WITH(conversions_are_steps),
        WITH(codes_name_the_row),
        WITH(persons_leave_no_value),
        WITH(what_is_personal_is_withheld),
        WITH(times_are_judged_once_all_stand),
        WITH(a_record_names_its_kind_and_its_area),
        WITH(a_dead_record_tells_how_far_it_came),
        WITH(an_ignored_record_names_its_number_alone),
        WITH(items_are_named_by_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
