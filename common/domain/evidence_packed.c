/*
 * The block:
 *
 *   [head][point][sizes of the texts][texts][grams]
 *
 * The head says by a bit which texts there are; sizes are one byte each, 255 announces two more. Grams need no alignment
 * and are compared where they lie; they come last, for many a comparison ends before it needs them.
 */
#include "domain/evidence_packed.h"

#include "domain/text_similarity.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef enum PackedText {
    PACKED_SOURCE,
    PACKED_RECORD_NO,
    PACKED_ORIGIN_NO,
    PACKED_ORIGIN_SOURCE,
    PACKED_ROAD,
    PACKED_ROAD_NO,
    PACKED_LANE_NO,
    PACKED_CROSS_ROAD,
    PACKED_ESTATE,
    PACKED_UNIT,
    PACKED_FLOOR,
    PACKED_ROOM,
    PACKED_POI,
    PACKED_RELATION,
    PACKED_COMMUNITY,
    PACKED_GRID,
    PACKED_USC_CODE,
    PACKED_PARTY_NAME,
    PACKED_REPORTER,
    PACKED_REPORTER_BEFORE,
    PACKED_TEXTS
} PackedText;

enum {
    LONG_SIZE = 255,
    FLAG_POINT = 1,
    FLAG_DERIVED = 2,
    FLAG_USC_VALID = 4,
    FLAG_STAFF = 8,
    FLAG_MASKED = 16,
    FLAG_FLOOR_OR_BUILDING = 32,
    FLAG_DEVICE = 64,
    TEXTS_MAX = PACKED_TEXTS + EVIDENCE_ASSETS_MAX + ADDRESS_BUILDINGS_MAX + EVIDENCE_QUOTED_MAX
};

struct EvidencePacked {
    int64_t report_id;
    int64_t event_at;
    const HazardClass *category;
    uint32_t references;
    uint32_t present; /* bit of each PackedText */
    uint32_t gram_norm;
    uint32_t aspects;
    LiftLabel lift_label;
    uint32_t size; /* of the block */
    int32_t relation_m;
    uint16_t text_length; /* longer ones: 65,535 */
    uint8_t gram_count;
    uint8_t category_confidence;
    uint8_t flags;
    uint8_t building_count;
    uint8_t quoted_count;
    uint8_t asset_count;
    uint8_t asset_kinds[EVIDENCE_ASSETS_MAX]; /* kind * 4 + valid * 2 + structured */
    uint8_t independence;
    uint8_t recall;
    uint8_t role;
    char precision;
};

static_assert((int)EVIDENCE_GRAMS_MAX <= UINT8_MAX && (int)EVIDENCE_QUOTED_MAX <= UINT8_MAX,
              "counts are bytes");
/* Whoever adds a member to Evidence or Address packs it, too, and shows that in evidence_packed_test.c. */
static_assert(sizeof(Evidence) == 680 && sizeof(Address) == 192, "every member is packed");
static_assert(sizeof(Gram) == 3 && _Alignof(Gram) == 1, "grams lie packed");

typedef struct Texts {
    Text items[TEXTS_MAX];
    size_t count;
    size_t bytes; /* of texts and sizes */
} Texts;

/* The texts of fixed meaning, in the order of PackedText. */
static void list_fixed(const Evidence *e, Text fixed[PACKED_TEXTS])
{
    const Address *a = &e->address;
    const Text all[PACKED_TEXTS] = {
        [PACKED_SOURCE] = e->source,
        [PACKED_RECORD_NO] = e->record_no,
        [PACKED_ORIGIN_NO] = e->origin_no,
        [PACKED_ORIGIN_SOURCE] = e->origin_source,
        [PACKED_ROAD] = a->road,
        [PACKED_ROAD_NO] = a->road_no,
        [PACKED_LANE_NO] = a->lane_no,
        [PACKED_CROSS_ROAD] = a->cross_road,
        [PACKED_ESTATE] = a->estate,
        [PACKED_UNIT] = a->unit,
        [PACKED_FLOOR] = a->floor,
        [PACKED_ROOM] = a->room,
        [PACKED_POI] = a->poi,
        [PACKED_RELATION] = a->relation,
        [PACKED_COMMUNITY] = e->community_code,
        [PACKED_GRID] = e->grid_code,
        [PACKED_USC_CODE] = e->usc_code,
        [PACKED_PARTY_NAME] = e->party_name,
        [PACKED_REPORTER] = e->reporter,
        [PACKED_REPORTER_BEFORE] = e->reporter_before,
    };
    memcpy(fixed, all, sizeof all);
}

static void add_text(Texts *texts, Text text)
{
    if (text.size > UINT16_MAX)
        text = text_slice(text, 0, UINT16_MAX);
    texts->items[texts->count++] = text;
    texts->bytes += text.size + (text.size >= LONG_SIZE ? 3 : 1);
}

static void list_texts(const Evidence *e, const Text fixed[PACKED_TEXTS], Texts *texts)
{
    texts->count = texts->bytes = 0;
    for (size_t i = 0; i < PACKED_TEXTS; i++)
        if (!text_is_absent(fixed[i]))
            add_text(texts, fixed[i]);
    for (size_t i = 0; i < e->asset_count; i++)
        add_text(texts, e->assets[i].id);
    for (size_t i = 0; i < e->address.buildings.count; i++)
        add_text(texts, e->address.buildings.items[i]);
    for (size_t i = 0; i < e->quoted_nos.count; i++)
        add_text(texts, e->quoted_nos.items[i]);
}

/* The heaviest `max` grams in their order, which is that of their hashes, of equals the first; `kept` has room for all. */
static size_t keep_grams(const Evidence *evidence, size_t max, Gram *kept)
{
    uint32_t of_weight[UINT8_MAX + 1] = {0};
    size_t count = evidence->gram_count;
    size_t heavier = 0;
    int least = UINT8_MAX;
    if (count > 0)
        memcpy(kept, evidence->grams, count * sizeof(Gram));
    if (count <= max)
        return count;
    for (size_t i = 0; i < count; i++)
        of_weight[kept[i].weight]++;
    for (; heavier + of_weight[least] <= max; least--)
        heavier += of_weight[least];
    size_t equal = max - heavier; /* of the least */
    count = 0;
    for (size_t i = 0; i < evidence->gram_count; i++) {
        bool fits = kept[i].weight == least && equal > 0;
        equal -= fits;
        if (kept[i].weight > least || fits)
            kept[count++] = kept[i];
    }
    return count;
}

static uint8_t byte_of(int32_t value)
{
    return (uint8_t)(value < 0 ? 0 : value < UINT8_MAX ? value : UINT8_MAX);
}

static EvidencePacked head_of(const Evidence *e, const Text fixed[PACKED_TEXTS])
{
    EvidencePacked head = {.report_id = e->report_id,
                           .event_at = e->event_at,
                           .category = e->category,
                           .references = 1,
                           .relation_m = e->address.relation_m,
                           .aspects = e->aspects,
                           .lift_label = e->lift_label,
                           .category_confidence = byte_of(e->category_confidence),
                           .building_count = (uint8_t)e->address.buildings.count,
                           .quoted_count = (uint8_t)e->quoted_nos.count,
                           .asset_count = (uint8_t)e->asset_count,
                           .independence = (uint8_t)e->independence,
                           .recall = (uint8_t)e->recall,
                           .role = (uint8_t)e->address.role,
                           .precision = e->precision};
    head.text_length = e->text_length < UINT16_MAX ? (uint16_t)e->text_length : UINT16_MAX;
    head.flags =
        (uint8_t)((e->has_point ? FLAG_POINT : 0) | (e->point_derived ? FLAG_DERIVED : 0) |
                  (e->usc_valid ? FLAG_USC_VALID : 0) | (e->reporter_staff ? FLAG_STAFF : 0) |
                  (e->reporter_masked ? FLAG_MASKED : 0) | (e->told_by_device ? FLAG_DEVICE : 0) |
                  (e->address.floor_or_building ? FLAG_FLOOR_OR_BUILDING : 0));
    for (size_t i = 0; i < PACKED_TEXTS; i++)
        if (!text_is_absent(fixed[i]))
            head.present |= 1u << i;
    for (size_t i = 0; i < e->asset_count; i++)
        head.asset_kinds[i] =
            (uint8_t)((unsigned)e->assets[i].kind * 4 + (e->assets[i].valid ? 2u : 0u) +
                      (e->assets[i].structured ? 1u : 0u));
    return head;
}

static char *put(char *at, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(at, bytes, size);
    return at + size;
}

static char *put_size(char *at, size_t size)
{
    if (size < LONG_SIZE) {
        *at = (char)size;
        return at + 1;
    }
    at[0] = (char)LONG_SIZE;
    at[1] = (char)(size & 0xFF);
    at[2] = (char)(size >> 8);
    return at + 3;
}

EvidencePacked *evidence_packed_new(const Evidence *evidence, size_t grams_max)
{
    Text fixed[PACKED_TEXTS];
    Texts texts;
    Gram grams[EVIDENCE_GRAMS_MAX];
    assert(evidence->gram_count <= EVIDENCE_GRAMS_MAX &&
           evidence->quoted_nos.count <= EVIDENCE_QUOTED_MAX &&
           evidence->address.buildings.count <= ADDRESS_BUILDINGS_MAX);
    list_fixed(evidence, fixed);
    list_texts(evidence, fixed, &texts);
    EvidencePacked head = head_of(evidence, fixed);
    head.gram_count = (uint8_t)keep_grams(evidence, grams_max, grams);
    head.gram_norm = text_similarity_norm(grams, head.gram_count);
    size_t size = sizeof head + (evidence->has_point ? 2 * sizeof(double) : 0) +
                  head.gram_count * sizeof(Gram) + texts.bytes;
    head.size = (uint32_t)size;
    char *block = malloc(size);
    if (block == NULL)
        abort();
    char *at = put(block, &head, sizeof head);
    if (evidence->has_point) {
        at = put(at, &evidence->point.lon, sizeof(double));
        at = put(at, &evidence->point.lat, sizeof(double));
    }
    for (size_t i = 0; i < texts.count; i++)
        at = put_size(at, texts.items[i].size);
    for (size_t i = 0; i < texts.count; i++)
        at = put(at, texts.items[i].data, texts.items[i].size);
    at = put(at, grams, head.gram_count * sizeof(Gram));
    assert(at == block + size);
    return (EvidencePacked *)(void *)block;
}

EvidencePacked *evidence_packed_keep(EvidencePacked *packed)
{
    packed->references++;
    return packed;
}

void evidence_packed_drop(EvidencePacked *packed)
{
    if (packed != NULL && --packed->references == 0)
        free(packed);
}

int64_t evidence_packed_report_id(const EvidencePacked *packed)
{
    return packed->report_id;
}

LiftLabel evidence_packed_lift_label(const EvidencePacked *packed)
{
    return packed->lift_label;
}

enum { LINE = 64 };

void evidence_packed_prefetch(const EvidencePacked *packed)
{
    enum { LINES = 4 };
    for (size_t i = 0; i < LINES; i++)
        __builtin_prefetch((const char *)packed + i * LINE);
}

void evidence_packed_prefetch_grams(const EvidencePacked *packed)
{
    for (size_t at = packed->size - packed->gram_count * sizeof(Gram); at < packed->size;
         at += LINE)
        __builtin_prefetch((const char *)packed + at);
}

bool evidence_packed_point(const EvidencePacked *packed, GeoPoint *point, char *precision)
{
    const char *at = (const char *)packed + sizeof *packed;
    if ((packed->flags & (FLAG_POINT | FLAG_DERIVED)) != FLAG_POINT)
        return false;
    point->datum = GEO_WGS84;
    memcpy(&point->lon, at, sizeof(double));
    memcpy(&point->lat, at + sizeof(double), sizeof(double));
    *precision = packed->precision;
    return true;
}

const HazardClass *evidence_packed_category(const EvidencePacked *packed)
{
    return packed->category;
}

size_t evidence_packed_size(const EvidencePacked *packed)
{
    return packed->size;
}

/* Reads texts one after the other. */
typedef struct Reader {
    const unsigned char *sizes;
    const char *texts;
} Reader;

static Text next_text(Reader *reader)
{
    size_t size = *reader->sizes++;
    if (size == LONG_SIZE) {
        size = reader->sizes[0] | (size_t)reader->sizes[1] << 8;
        reader->sizes += 2;
    }
    Text text = {reader->texts, size};
    reader->texts += size;
    return text;
}

static size_t count_texts(const EvidencePacked *packed)
{
    return (size_t)__builtin_popcount(packed->present) + packed->asset_count +
           packed->building_count + packed->quoted_count;
}

static void view_head(const EvidencePacked *packed, Evidence *e)
{
    *e = (Evidence){.report_id = packed->report_id,
                    .event_at = packed->event_at,
                    .category = packed->category,
                    .category_confidence = packed->category_confidence,
                    .precision = packed->precision,
                    .point_derived = (packed->flags & FLAG_DERIVED) != 0,
                    .asset_count = packed->asset_count,
                    .usc_valid = (packed->flags & FLAG_USC_VALID) != 0,
                    .reporter_staff = (packed->flags & FLAG_STAFF) != 0,
                    .reporter_masked = (packed->flags & FLAG_MASKED) != 0,
                    .told_by_device = (packed->flags & FLAG_DEVICE) != 0,
                    .independence = (Independence)packed->independence,
                    .recall = (Recall)packed->recall,
                    .gram_count = packed->gram_count,
                    .gram_norm = packed->gram_norm,
                    .aspects = packed->aspects,
                    .lift_label = packed->lift_label,
                    .text_length = packed->text_length};
    e->address.relation_m = packed->relation_m;
    e->address.role = (PlaceRole)packed->role;
    e->address.floor_or_building = (packed->flags & FLAG_FLOOR_OR_BUILDING) != 0;
}

/* Where a text of fixed meaning stands in Evidence. */
static const size_t OFFSETS[PACKED_TEXTS] = {
    [PACKED_SOURCE] = offsetof(Evidence, source),
    [PACKED_RECORD_NO] = offsetof(Evidence, record_no),
    [PACKED_ORIGIN_NO] = offsetof(Evidence, origin_no),
    [PACKED_ORIGIN_SOURCE] = offsetof(Evidence, origin_source),
    [PACKED_ROAD] = offsetof(Evidence, address.road),
    [PACKED_ROAD_NO] = offsetof(Evidence, address.road_no),
    [PACKED_LANE_NO] = offsetof(Evidence, address.lane_no),
    [PACKED_CROSS_ROAD] = offsetof(Evidence, address.cross_road),
    [PACKED_ESTATE] = offsetof(Evidence, address.estate),
    [PACKED_UNIT] = offsetof(Evidence, address.unit),
    [PACKED_FLOOR] = offsetof(Evidence, address.floor),
    [PACKED_ROOM] = offsetof(Evidence, address.room),
    [PACKED_POI] = offsetof(Evidence, address.poi),
    [PACKED_RELATION] = offsetof(Evidence, address.relation),
    [PACKED_COMMUNITY] = offsetof(Evidence, community_code),
    [PACKED_GRID] = offsetof(Evidence, grid_code),
    [PACKED_USC_CODE] = offsetof(Evidence, usc_code),
    [PACKED_PARTY_NAME] = offsetof(Evidence, party_name),
    [PACKED_REPORTER] = offsetof(Evidence, reporter),
    [PACKED_REPORTER_BEFORE] = offsetof(Evidence, reporter_before),
};

const Evidence *evidence_packed_view(const EvidencePacked *packed, EvidenceView *view)
{
    Evidence *e = &view->evidence;
    const char *at = (const char *)packed + sizeof *packed;
    view_head(packed, e);
    if ((packed->flags & FLAG_POINT) != 0) {
        e->has_point = true;
        e->point.datum = GEO_WGS84;
        memcpy(&e->point.lon, at, sizeof(double));
        memcpy(&e->point.lat, at + sizeof(double), sizeof(double));
        at += 2 * sizeof(double);
    }
    e->grams = (const Gram *)(const void *)((const char *)packed + packed->size -
                                            packed->gram_count * sizeof(Gram));
    Reader reader = {(const unsigned char *)at, NULL};
    size_t count = count_texts(packed);
    /* Sizes are read once to find where the texts begin: nearly always one byte each. */
    const unsigned char *sizes = reader.sizes;
    for (size_t i = 0; i < count; i++)
        sizes += *sizes == LONG_SIZE ? 3 : 1;
    reader.texts = (const char *)sizes;
    for (uint32_t rest = packed->present; rest != 0; rest &= rest - 1)
        *(Text *)(void *)((char *)e + OFFSETS[__builtin_ctz(rest)]) = next_text(&reader);
    for (size_t i = 0; i < packed->asset_count; i++)
        e->assets[i] = (Asset){.kind = (AssetKind)(packed->asset_kinds[i] / 4),
                               .id = next_text(&reader),
                               .structured = (packed->asset_kinds[i] & 1) != 0,
                               .valid = (packed->asset_kinds[i] & 2) != 0};
    e->address.buildings = (TextList){view->texts, packed->building_count};
    e->quoted_nos = (TextList){view->texts + packed->building_count, packed->quoted_count};
    for (size_t i = 0; i < (size_t)packed->building_count + packed->quoted_count; i++)
        view->texts[i] = next_text(&reader);
    return e;
}
