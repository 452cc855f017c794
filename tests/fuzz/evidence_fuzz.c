/*
 * Lines of a report: title, body, address, name of the place, lift plate, number quoted, set phrases of the feed. The grammar of addresses and
 * the evidence drawn from a report read any text, give the same each time, and keep their promises about order and
 * number of what they found.
 */
#include "fuzz.h"

#include "base/unicode.h"

#include "domain/evidence.h"
#include "domain/ledger.h"
#include "domain/model_data.h"

#include "adapters/model_file.h"

static const int64_t RECEIVED_AT = INT64_C(1769905800000000);

/* Names that texts of the corpus hold, and numbers of every kind. */
static Ledger *some_ledger(const Model *model)
{
    static const LedgerPlace PLACES[] = {
        {.kind = LEDGER_ESTATE, .name = {"锦绣花园", 12}},
        {.kind = LEDGER_ALIAS, .name = {"锦绣苑", 9}, .canonical = {"锦绣花园", 12}},
        {.kind = LEDGER_ALIAS, .name = {"青松家园", 12}, .canonical = {"甲路396弄", 12}},
        {.kind = LEDGER_ROAD, .name = {"建设路", 9}},
        {.kind = LEDGER_DOOR,
         .name = {"3幢", 4},
         .parent = {"锦绣花园", 12},
         .has_point = true,
         .precision = 'A'},
        {.kind = LEDGER_POI,
         .name = {"菜市场", 9},
         .parent = {"建设路", 9},
         .has_point = true,
         .precision = 'C'},
    };
    static const LedgerAsset ASSETS[] = {
        {.kind = ASSET_PLATE, .id = {"12345", 5}, .place = {"锦绣花园3幢2单元", 23}},
        {.kind = ASSET_DEVICE, .id = {"JS-0123", 7}, .place = {"建设路128号", 15}},
        {.kind = ASSET_COMPONENT,
         .id = {"9901010101000001", 16},
         .has_point = true,
         .precision = 'A'},
    };
    Ledger *ledger = ledger_new();
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++)
        ledger_add_place(ledger, TEXT("9901"), &PLACES[i]);
    for (size_t i = 0; i < sizeof ASSETS / sizeof ASSETS[0]; i++)
        ledger_add_asset(ledger, TEXT("9901"), &ASSETS[i]);
    ledger_finish(ledger, model);
    return ledger;
}

/* Read once, from the project's folder, which tests are run in. */
static const Model *shipped(void)
{
    static Model *model;
    Error error = {0};
    if (model == NULL) {
        require(model_file_load("deploy/model/onecase.cfg", &model, &error));
        model->ledger = some_ledger(model);
    }
    return model;
}

static Text take_line(Text *rest)
{
    size_t end = text_find(*rest, TEXT("\n"), 0);
    Text line = text_slice(*rest, 0, end == SIZE_MAX ? rest->size : end);
    *rest = text_slice(*rest, line.size + 1, SIZE_MAX);
    return line;
}

static void check_address(const Address *address, Arena *arena)
{
    require(address->buildings.count <= ADDRESS_BUILDINGS_MAX);
    for (size_t i = 1; i < address->buildings.count; i++)
        require(text_compare(address->buildings.items[i - 1], address->buildings.items[i]) < 0);
    if (!text_is_empty(address->cross_road))
        require(text_compare(address->road, address->cross_road) < 0);
    require(address->relation_m >= 0);
    Text standard = address_standard(address, arena);
    require(unicode_valid(standard));
    Address same = *address;
    address_complete(&same, address);
    require(text_equal(address_standard(&same, arena), standard));
}

static void check_addresses(Text text, Arena *arena)
{
    Address parsed;
    Address found;
    address_parse(text, arena, &parsed);
    check_address(&parsed, arena);
    bool any = address_find(text, arena, &found);
    check_address(&found, arena);
    require(any != address_is_empty(&found));
}

static void check_evidence(const Evidence *evidence, Arena *arena)
{
    check_address(&evidence->address, arena);
    require(evidence->category != NULL);
    require(evidence->category_confidence >= 0 && evidence->category_confidence <= 100);
    require(evidence->asset_count <= EVIDENCE_ASSETS_MAX);
    for (size_t i = 0; i < evidence->asset_count; i++)
        require(evidence->assets[i].kind != ASSET_NONE && !text_is_empty(evidence->assets[i].id));
    require(evidence->gram_count <= EVIDENCE_GRAMS_MAX);
    for (size_t i = 1; i < evidence->gram_count; i++)
        require(evidence->grams[i - 1].hash < evidence->grams[i].hash);
}

static void check_same(const Evidence *a, const Evidence *b, Arena *arena)
{
    require(text_equal(address_standard(&a->address, arena), address_standard(&b->address, arena)));
    require(a->category == b->category && a->category_confidence == b->category_confidence);
    require(a->gram_count == b->gram_count && a->asset_count == b->asset_count);
    for (size_t i = 0; i < a->gram_count; i++)
        require(a->grams[i].hash == b->grams[i].hash && a->grams[i].weight == b->grams[i].weight);
    for (size_t i = 0; i < a->asset_count; i++)
        require(a->assets[i].kind == b->assets[i].kind &&
                text_equal(a->assets[i].id, b->assets[i].id));
}

enum { NOISE_MAX = 4 };

static Report report_of(Text lines, Text *quoted, Text *noise)
{
    Report report;
    report_init(&report);
    report.record_no = TEXT("R1");
    report.reported_at = RECEIVED_AT;
    report.title = take_line(&lines);
    report.body = take_line(&lines);
    report.address = take_line(&lines);
    report.place_name = take_line(&lines);
    report.lift_plate = take_line(&lines);
    *quoted = take_line(&lines);
    report.quoted_nos = (TextList){quoted, text_is_empty(*quoted) ? 0 : 1};
    report.noise = (TextList){noise, 0};
    while (lines.size > 0 && report.noise.count < NOISE_MAX)
        noise[report.noise.count++] = take_line(&lines);
    return report;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = arena_new(4096);
    bool repaired;
    Text lines = unicode_repair(arena, (Text){(const char *)data, size}, &repaired);
    Text quoted;
    Text noise[NOISE_MAX];
    Report report = report_of(lines, &quoted, noise);
    check_addresses(report.address, arena);
    check_addresses(report.body, arena);
    size_t used = arena_used(arena);
    EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), 1, RECEIVED_AT};
    Evidence *first = evidence_new(&report, &origin, shipped(), arena);
    Evidence *again = evidence_new(&report, &origin, shipped(), arena);
    require(arena_used(arena) == used);
    check_evidence(first, arena);
    check_same(first, again, arena);
    evidence_free(again);
    evidence_free(first);
    arena_free(arena);
    return 0;
}
