/*
 * The quick way against the slow one, on random cities: every decision equals one made by scoring every member kept of
 * every candidate in full, no hazard that was not proposed could have been joined, and what is told to be out of reach is.
 */
#include "domain/lifecycle.h"
#include "domain/linkage.h"
#include "domain/linkage_burst.h"
#include "domain/model_data.h"

#include "adapters/model_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { REPORTS = 420, CITIES = 5 };

static const int64_t MINUTE = INT64_C(60) * 1000000;
static const int64_t START = INT64_C(1767225600) * 1000000; /* 2026-01-01T00:00:00Z */

typedef struct City {
    Model *model;
    Arena *arena;
    Arena *scratch;
    HazardStore *store;
    RegionCounters counters;
    uint32_t seed;
} City;

static uint32_t next(City *city)
{
    city->seed = city->seed * 1664525u + 1013904223u;
    return city->seed >> 8;
}

static const char *pick(City *city, const char *const *words, size_t count)
{
    return words[next(city) % count];
}
#define PICK(city, words) pick((city), (words), sizeof(words) / sizeof((words)[0]))

/* An address of a very small town, so that much agrees and more nearly does. */
static Text random_address(City *city)
{
    static const char *const ESTATES[] = {"锦绣花园", "青松家园", "望江新村"};
    static const char *const ROADS[] = {"建设路", "人民路"};
    static const char *const BESIDE[] = {"", "", "", "对面", "门口"};
    uint32_t number = 1 + next(city) % 4;
    switch (next(city) % 8) {
    case 0:
        return TEXT_ABSENT;
    case 1:
        return text_from(PICK(city, ESTATES));
    case 2:
        return text_format(city->arena, "%s与人民路路口", "建设路");
    case 3:
        return text_format(city->arena, "%s%u弄", PICK(city, ROADS), 300 + number % 2);
    case 4:
    case 5:
        return text_format(city->arena, "%s%u号%s", PICK(city, ROADS), number, PICK(city, BESIDE));
    case 6:
        return text_format(city->arena, "%s%u幢%u单元", PICK(city, ESTATES), number,
                           1 + next(city) % 2);
    default:
        return text_format(city->arena, "%s%u号楼%s", PICK(city, ESTATES), number,
                           PICK(city, BESIDE));
    }
}

static Text random_words(City *city)
{
    static const char *const THINGS[] = {
        "电梯门反复开合关不上，运行时有很大的异响", "楼道里堆满纸箱和旧家具，安全出口走不通",
        "闻到很浓的煤气味，怀疑哪里在漏气",         "路灯晚上不亮，一片漆黑看不见路",
        "井盖破裂翘起一角，车轧过哐当响",           "饭店后厨脏乱，吃了以后上吐下泻",
        "自来水管爆了，水漫到路上流进车库",         "坏了"};
    static const char *const MORE[] = {"老人上下楼很不方便", "已经反映过多次没有人来修",
                                       "请尽快派人处理", "希望有关部门核实并答复"};
    return text_format(city->arena, "%s，%s，%s。", PICK(city, THINGS), PICK(city, MORE),
                       PICK(city, MORE));
}

static void add_rare_parts(City *city, Report *report, size_t number)
{
    static const char *const PLATES[] = {"990011", "990187", "990110"};
    static const char *const PEOPLE[] = {"1:00112233445566778899aabbccddeeff",
                                         "1:00112233445566778899aabbccddee00",
                                         "1:00112233445566778899aabbccddee11"};
    if (next(city) % 6 == 0)
        report->lift_plate = text_from(PICK(city, PLATES));
    if (next(city) % 3 == 0)
        report->reporter = text_from(PICK(city, PEOPLE));
    if (next(city) % 4 == 0)
        report->community_code = text_format(city->arena, "99010100100%u", next(city) % 2);
    if (next(city) % 12 == 0)
        report->usc_code = TEXT("91990101MA0TERT08C");
    if (number > 0 && next(city) % 12 == 0) {
        report->quoted_nos = (TextList){ARENA_NEW(city->arena, Text), 1};
        report->quoted_nos.items[0] = text_format(city->arena, "YZ%zu", next(city) % number);
    }
    if (next(city) % 2 == 0)
        report->point = (ReportPoint){
            {110.0 + next(city) % 40 * 1e-4, 39.0 + next(city) % 40 * 1e-4, GEO_WGS84},
            GEO_WGS84,
            (char)('A' + next(city) % 5)};
}

static Report random_report(City *city, size_t number)
{
    static const char *const CODES[] = {"A01", "A02", "B01", "B05", "C01", "C03", "D01", "E01",
                                        "E05", "E06", "G02", "H01", "D06", "F01", "J03"};
    Report report;
    report_init(&report);
    report.record_no = text_format(city->arena, "YZ%zu", number);
    report.category = text_from(PICK(city, CODES));
    report.category_confidence = 40 + next(city) % 60;
    report.title = TEXT("情况反映");
    report.body = random_words(city);
    report.address = random_address(city);
    report.occurred_at = START + (int64_t)number * 40 * MINUTE + next(city) % 90 * MINUTE;
    report.reported_at = report.occurred_at;
    add_rare_parts(city, &report, number);
    return report;
}

/* A hazard scored the slow way. */
typedef struct Slow {
    int64_t hazard_id;
    int64_t set;
    int32_t total_mb;
    int64_t member_id;
    bool may_join;
} Slow;

static bool among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Every kept member with its items: the total is their sum. */
static Slow score_slowly(City *city,
                         const Evidence *report,
                         const Candidates *candidates,
                         const Candidate *candidate)
{
    const Hazard *hazard = candidate->hazard;
    HazardFacts facts = candidates_facts(candidates, candidate, report);
    Slow slow = {.hazard_id = hazard->id, .set = hazard->id, .total_mb = INT32_MIN};
    bool place_veto = false;
    bool other_veto = false;
    bool asset = false;
    int votes = 0;
    for (size_t i = 0; i < hazard->representative_count; i++) {
        EvidenceView view;
        Score score;
        int32_t sum = 0;
        scorer_compare(city->model, report, hazard_evidence(hazard, i, &view), &facts,
                       city->scratch, &score);
        for (size_t k = 0; k < score.count; k++)
            sum += score.items[k].weight_mb;
        assert_int_equal(sum, score.total_mb);
        if (sum > slow.total_mb) {
            slow.total_mb = sum;
            slow.member_id = view.evidence.report_id;
        }
        for (size_t k = 0; k < score.veto_count; k++) {
            bool place = among((const char *const[]){"building", "unit"}, 2, score.vetoes[k]);
            place_veto = place_veto || place;
            other_veto = other_veto || !place;
        }
        asset = asset || score.asset_equal;
        votes += score.agrees ? 1 : 0;
        votes -= score.contradicts ? 1 : 0;
    }
    slow.may_join = !other_veto && (asset || !place_veto) && votes >= 0;
    for (const Hazard *twin = hazard; twin != NULL && twin->provisional_of != 0;) {
        twin = hazard_store_get(city->store, twin->provisional_of);
        slow.set = twin->id;
    }
    return slow;
}

/* Index of the best that may be joined and is not of that set, SIZE_MAX: none. */
static size_t best_slowly(const Slow *slows, size_t count, int64_t not_set)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (slows[i].may_join && slows[i].set != not_set &&
            (best == SIZE_MAX || slows[i].total_mb > slows[best].total_mb))
            best = i;
    return best;
}

static int32_t compete_slowly(const Slow *slows, size_t count, size_t best)
{
    int32_t totals[BLOCKING_CANDIDATES_MAX];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool leads = slows[i].may_join && slows[i].set != slows[best].set;
        for (size_t j = 0; j < count && leads; j++)
            if (j != i && slows[j].may_join && slows[j].set == slows[i].set)
                leads = slows[i].total_mb > slows[j].total_mb ||
                        (slows[i].total_mb == slows[j].total_mb && i < j);
        if (leads)
            totals[kept++] = slows[i].total_mb;
    }
    return scorer_competition_mb(totals, kept);
}

static void assert_rejected(const Slow *slows, size_t count, size_t best, const Decision *decision)
{
    bool told[BLOCKING_CANDIDATES_MAX] = {false};
    if (decision->outcome == OUTCOME_LINK)
        told[best] = true;
    for (size_t rank = 0; rank < decision->rejected_count; rank++) {
        size_t strongest = SIZE_MAX;
        for (size_t i = 0; i < count; i++)
            if (!told[i] &&
                (strongest == SIZE_MAX || slows[i].total_mb > slows[strongest].total_mb))
                strongest = i;
        assert_true(strongest != SIZE_MAX);
        told[strongest] = true;
        assert_int_equal(decision->rejected[rank].hazard_id, slows[strongest].hazard_id);
        assert_int_equal(decision->rejected[rank].total_mb, slows[strongest].total_mb);
    }
}

/* Sets of twins and of burst neighbours, out of what was scored slowly. */
static void find_sets(City *city, const Evidence *report, Candidates *candidates, Slow *slows)
{
    for (size_t i = 0; i < candidates->count; i++) {
        Candidate *candidate = &candidates->items[i];
        candidate->facts = candidates_facts(candidates, candidate, report);
        candidate->twin_set = slows[i].set;
        candidate->score.total_mb = slows[i].total_mb;
        candidate->score.veto_count = slows[i].may_join ? 0 : 1;
    }
    linkage_burst_sets(city->model, report, candidates);
    for (size_t i = 0; i < candidates->count; i++)
        slows[i].set = candidates->items[i].twin_set;
}

static void assert_decided_as_slowly(City *city, const Evidence *report, const Decision *decision)
{
    Slow slows[BLOCKING_CANDIDATES_MAX];
    Candidates candidates = candidates_find(city->model, city->store, report, 0, city->scratch);
    assert_int_equal(decision->candidates, candidates.count);
    for (size_t i = 0; i < candidates.count; i++)
        slows[i] = score_slowly(city, report, &candidates, &candidates.items[i]);
    find_sets(city, report, &candidates, slows);
    size_t best = best_slowly(slows, candidates.count, 0);
    assert_int_equal(decision->has_best, best != SIZE_MAX);
    if (best != SIZE_MAX) {
        size_t runner_up = best_slowly(slows, candidates.count, slows[best].set);
        int32_t competition = compete_slowly(slows, candidates.count, best);
        assert_int_equal(decision->competition_mb, competition);
        assert_int_equal(decision->runner_up_id,
                         runner_up == SIZE_MAX ? 0 : slows[runner_up].hazard_id);
        best = linkage_burst_body(&candidates, best, model_link_mb(city->model) + competition);
        assert_int_equal(decision->best.hazard_id, slows[best].hazard_id);
        assert_int_equal(decision->best.member_id, slows[best].member_id);
        assert_int_equal(decision->best.total_mb, slows[best].total_mb);
    }
    assert_rejected(slows, candidates.count, best, decision);
}

/* Leaves of one letter that nobody takes for each other are not looked for: only by door, building, asset and number. */
static bool is_looked_for(const Model *model, const Evidence *report, const Evidence *member)
{
    const HazardClass *a = report->category;
    const HazardClass *b = member->category;
    int32_t least = model->weights.class_confidence_min;
    return a == model->other || b == model->other || report->category_confidence < least ||
           member->category_confidence < least || text_equal(a->family, b->family) ||
           text_equal(a->kin, b->kin) || model_pair(model, a, b) != NULL;
}

/* No hazard that was not proposed could have been joined. Returns how many there were to miss. */
static size_t assert_nothing_missed(City *city, const Evidence *report)
{
    size_t to_miss = 0;
    EvidenceView view;
    Candidates candidates = candidates_find(city->model, city->store, report, 0, city->scratch);
    for (int64_t id = 1; id < city->counters.next_hazard; id++) {
        size_t at = 0;
        while (at < candidates.count && candidates.items[at].hazard->id != id)
            at++;
        Candidate other = {.hazard = hazard_store_get(city->store, id)};
        Slow slow = score_slowly(city, report, &candidates,
                                 at < candidates.count ? &candidates.items[at] : &other);
        bool matters = slow.may_join && slow.total_mb >= model_link_mb(city->model);
        to_miss += matters;
        if (!matters || at < candidates.count || candidates.generic_keys > 0)
            continue;
        size_t best = 0;
        while (hazard_evidence(other.hazard, best, &view)->report_id != slow.member_id)
            best++;
        if (is_looked_for(city->model, report, &view.evidence))
            fail_msg("report %lld did not meet hazard %lld of %d millibits",
                     (long long)report->report_id, (long long)id, slow.total_mb);
    }
    return to_miss;
}

/* What is told to be out of reach is; what may be reached is decided as ever. */
static void
assert_reached(City *city, const Evidence *report, const Decision *decision, LinkageAim aim)
{
    const LinkageAmong all = {.model = city->model, .store = city->store};
    Decision again;
    bool reached = decision->has_best && decision->final_mb >= aim.least_mb &&
                   (aim.hazard_id == 0 || decision->best.hazard_id == aim.hazard_id);
    bool alone = aim.hazard_id == 0 ||
                 linkage_hazard_may_reach(city->model, city->store, report, aim, city->scratch);
    bool may = linkage_decide_reaching(&all, aim, report, city->scratch, city->arena, &again);
    assert_true(!reached || (alone && may));
    if (!may)
        return;
    assert_int_equal(again.outcome, decision->outcome);
    assert_int_equal(again.hazard_id, decision->hazard_id);
    assert_int_equal(again.final_mb, decision->final_mb);
    assert_int_equal(again.competition_mb, decision->competition_mb);
    assert_int_equal(again.rejected_count, decision->rejected_count);
    for (size_t i = 0; i < again.rejected_count; i++)
        assert_int_equal(again.rejected[i].total_mb, decision->rejected[i].total_mb);
}

/* Any hazard, the likeliest ones and some others. */
static void assert_all_reached(City *city, const Evidence *report, const Decision *decision)
{
    enum { EVERY = 16 };
    int32_t link_mb = model_link_mb(city->model);
    int32_t possible_mb = model_possible_mb(city->model);
    assert_reached(city, report, decision, (LinkageAim){0, link_mb});
    assert_reached(city, report, decision, (LinkageAim){0, possible_mb});
    for (int64_t id = 1; id < city->counters.next_hazard; id++) {
        bool likely =
            (decision->has_best && id == decision->best.hazard_id) || id == decision->runner_up_id;
        if (!likely && (id + report->report_id) % EVERY != 0)
            continue;
        assert_reached(city, report, decision, (LinkageAim){id, link_mb});
        assert_reached(city, report, decision, (LinkageAim){id, possible_mb});
        assert_reached(city, report, decision, (LinkageAim){id, decision->final_mb});
    }
}

static void take(City *city, const Report *report, Evidence *evidence, const Decision *decision)
{
    HazardStore *overlay = hazard_store_new(city->store);
    Lifecycle lifecycle = {.model = city->model,
                           .store = overlay,
                           .counters = &city->counters,
                           .region = TEXT("9901"),
                           .now = report->reported_at,
                           .arena = city->arena};
    evidence->independence = decision->independence;
    HazardMember member = {.report_id = evidence->report_id,
                           .event_at = evidence->event_at,
                           .known_at = evidence->event_at,
                           .status_at = TIME_ABSENT,
                           .reporter = hazard_reporter(evidence),
                           .source = text_hash(evidence->source),
                           .category = evidence->category,
                           .independence = decision->independence};
    Hazard *hazard =
        decision->outcome == OUTCOME_LINK
            ? hazard_store_edit(overlay, decision->hazard_id)
            : lifecycle_open_hazard(&lifecycle,
                                    decision->outcome == OUTCOME_REVIEW ? decision->hazard_id : 0);
    lifecycle_attach(&lifecycle, hazard, &member, evidence);
    hazard_store_merge(overlay);
}

static size_t grow(City *city)
{
    static const char *const SOURCES[] = {"H12345", "GRID", "FIRE119"};
    size_t to_miss = 0;
    size_t links = 0;
    for (size_t number = 0; number < REPORTS; number++) {
        Report report = random_report(city, number);
        EvidenceOrigin origin = {text_from(PICK(city, SOURCES)), TEXT("9901"),
                                 city->counters.next_report++, report.occurred_at};
        Evidence *evidence = evidence_new(&report, &origin, city->model, city->scratch);
        Decision decision;
        linkage_decide(city->model, city->store, evidence, city->scratch, city->arena, &decision);
        assert_decided_as_slowly(city, evidence, &decision);
        assert_all_reached(city, evidence, &decision);
        to_miss += assert_nothing_missed(city, evidence);
        arena_reset(city->scratch);
        links += decision.outcome == OUTCOME_LINK;
        take(city, &report, evidence, &decision);
    }
    assert_true(links > REPORTS / 10); /* or it would show little */
    return to_miss;
}

static void quick_decisions_equal_slow_ones(void **state)
{
    (void)state;
    Error error = {0};
    City city = {.arena = arena_new(1 << 16), .scratch = arena_new(1 << 16)};
    if (!model_file_load("deploy/model/onecase.cfg", &city.model, &error))
        fail_msg("%s", error.text);
    for (uint32_t i = 0; i < CITIES; i++) {
        city.seed = 17 + i;
        city.store = hazard_store_new(NULL);
        city.counters = (RegionCounters){.next_hazard = 1, .next_case = 1, .next_report = 1};
        assert_true(grow(&city) > REPORTS / 4);
        hazard_store_free(city.store);
        arena_reset(city.arena);
    }
    model_free(city.model);
    arena_free(city.arena);
    arena_free(city.scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quick_decisions_equal_slow_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
