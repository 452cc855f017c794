/* Which reports say where one thing could be: linkage.md 2, "Vague reports". */
#include "evidence_fixture.h"

#include "domain/vague.h"

static const int64_t NOON = INT64_C(1790000000000000);

typedef struct Case {
    const char *category;
    const char *address;
    const char *body;
    char precision; /* of a point; 0 none */
    const char *plate;
    const char *community;
    const char *party;
    Vagueness want;
} Case;

static const Case CASES[] = {
    /* one lift, door, spot of an estate: named or not */
    {"A02", "锦绣花园", "小区电梯坏了", 0, NULL, NULL, NULL, VAGUE_SITE},
    {"A02", "锦绣花园2期", "小区电梯坏了", 0, NULL, NULL, NULL, VAGUE_SITE},
    {"A02", "锦绣花园3幢", "电梯坏了", 0, NULL, NULL, NULL, VAGUE_NOT},
    {"A02", "锦绣花园", "3号楼2单元电梯坏了", 0, NULL, NULL, NULL, VAGUE_NOT},
    {"A02", "建设路128号", "电梯坏了", 0, NULL, NULL, NULL, VAGUE_NOT},
    {"A02", "建设路128弄", "电梯坏了", 0, NULL, NULL, NULL, VAGUE_NOT},
    {"A02", "锦绣花园", "电梯坏了", 0, "990011", NULL, NULL, VAGUE_NOT},
    {"C03", "锦绣花园", "消防通道堵塞", 0, NULL, NULL, NULL, VAGUE_SITE},
    {"E01", "建设路", "井盖没了", 0, NULL, NULL, NULL, VAGUE_NOT},
    {"E01", "建设路与人民路交叉口", "井盖没了", 0, NULL, NULL, NULL, VAGUE_NOT},
    /* points: a street and a base station are coarse */
    {"A02", "锦绣花园", "电梯坏了", 'A', NULL, NULL, NULL, VAGUE_NOT},
    {"A02", "锦绣花园", "电梯坏了", 'C', NULL, NULL, NULL, VAGUE_NOT},
    {"A02", "锦绣花园", "电梯坏了", 'D', NULL, NULL, NULL, VAGUE_SITE},
    {"A02", "锦绣花园", "电梯坏了", 'E', NULL, NULL, NULL, VAGUE_SITE},
    {"A02", "", "电梯坏了", 'D', NULL, NULL, NULL, VAGUE_NOT},
    /* no place at all */
    {"A02", "", "电梯坏了", 0, NULL, NULL, NULL, VAGUE_NOWHERE},
    {"A02", "", "电梯坏了", 0, NULL, "990101001001", NULL, VAGUE_NOWHERE},
    {"B01", "", "闻到煤气味", 0, NULL, NULL, NULL, VAGUE_NOWHERE},
    /* what spreads has an estate or a community for its place */
    {"B01", "锦绣花园", "闻到煤气味", 0, NULL, NULL, NULL, VAGUE_NOT},
    {"B01", "", "闻到煤气味", 0, NULL, "990101001001", NULL, VAGUE_NOT},
    /* a party is a place of its own for what is wrong with it */
    {"H01", "锦绣花园", "餐馆后厨脏", 0, NULL, NULL, "西北三嫂麻辣烫", VAGUE_NOT},
    {"H01", "锦绣花园", "餐馆后厨脏", 0, NULL, NULL, NULL, VAGUE_SITE},
    {"A02", "锦绣花园", "电梯坏了", 0, NULL, NULL, "锦绣物业有限公司", VAGUE_SITE},
    /* what is wrong is not known */
    {"J03", "锦绣花园", "请来看看", 0, NULL, NULL, NULL, VAGUE_NOT}};

static Report report_of(const Case *row)
{
    Report report;
    report_init(&report);
    report.record_no = TEXT("R1");
    report.reported_at = NOON;
    report.category = text_from(row->category);
    report.category_confidence = 95;
    report.address = text_from(row->address);
    report.body = text_from(row->body);
    report.lift_plate = text_from(row->plate);
    report.community_code = text_from(row->community);
    report.party_name = text_from(row->party);
    if (row->precision != 0)
        report.point =
            (ReportPoint){.wgs84 = {.lon = 121.5, .lat = 31.2}, .precision = row->precision};
    return report;
}

static void tells_what_names_no_spot(void **state)
{
    const Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const Case *row = &CASES[i];
        Report report = report_of(row);
        EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), 5, NOON};
        Evidence *evidence = evidence_new(&report, &origin, fixture->model, fixture->scratch);
        Vagueness found = vague_of(evidence, fixture->model);
        evidence_free(evidence);
        if (found != row->want)
            fail_msg("%s \"%s\" \"%s\" point %c: %d, not %d", row->category, row->address,
                     row->body, row->precision != 0 ? row->precision : '-', (int)found,
                     (int)row->want);
    }
}

/* Where the ledger has but one of its kind there is nothing to mistake it for. */
static void the_only_one_of_an_estate_is_named(void **state)
{
    const Fixture *fixture = *state;
    Report report = report_of(&CASES[0]);
    EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), 5, NOON};
    Evidence *evidence = evidence_new(&report, &origin, fixture->model, fixture->scratch);
    evidence->ledger_sites.estate = 1;
    assert_int_equal(vague_of(evidence, fixture->model), VAGUE_NOT);
    evidence->ledger_sites.estate = 2;
    assert_int_equal(vague_of(evidence, fixture->model), VAGUE_SITE);
    evidence_free(evidence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_names_no_spot),
        cmocka_unit_test(the_only_one_of_an_estate_is_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
