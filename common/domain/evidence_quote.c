/*
 * Record numbers that a report quotes. The mapping finds those behind the words of its feed (工单号FS…); here every other
 * number of the text with the shape of one counts as well (同FS…, 与FS…重复): long, mostly digits, and no phone's,
 * person's, organisation's or thing's. What is said to be another matter (evidence_denial.c) is neither link nor key.
 */
#include "domain/credit_code.h"
#include "domain/evidence_draft.h"
#include "domain/phone.h"
#include "domain/scrub.h"

#include <string.h>

enum {
    RECORD_MIN = 10,
    RECORD_DIGITS_MIN = 8,
    PART_MAX = 2,          /* digits of a part's own number */
    EQUIPMENT_DIGITS = 18, /* 4 kind, 5 maker, 4 year, 5 sequence (domain.md 4.3) */
    EQUIPMENT_YEAR = 9
};

static bool is_denied(const EvidenceDraft *draft, Text number)
{
    const Folded *text = &draft->text;
    Folded folded = address_fold(number, draft->arena);
    for (size_t i = 0; folded.count > 0 && i + folded.count <= text->count; i++)
        if (memcmp(text->codepoints + i, folded.codepoints,
                   folded.count * sizeof *folded.codepoints) == 0 &&
            evidence_quote_denied(draft, i, i + folded.count))
            return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits in all, letters in all, and the longest piece between hyphens. */
typedef struct Shape {
    size_t digits, letters, piece;
    bool hyphen;
} Shape;

static Shape shape_of(Text id)
{
    Shape shape = {0};
    size_t piece = 0;
    for (size_t i = 0; i < id.size; i++) {
        bool hyphen = id.data[i] == '-';
        shape.digits += is_digit(id.data[i]);
        shape.letters += !hyphen && !is_digit(id.data[i]);
        shape.hyphen = shape.hyphen || hyphen;
        piece = hyphen ? 0 : piece + 1;
        if (piece > shape.piece)
            shape.piece = piece;
    }
    return shape;
}

/* 3000 12345 2019 00001: the year stands where it must. */
static bool is_equipment(Text id)
{
    int64_t year;
    return id.size == EQUIPMENT_DIGITS && text_is_digits(id) && id.data[0] != '0' &&
           text_to_int64(text_slice(id, EQUIPMENT_YEAR, 4), &year) && year >= 1980 && year <= 2050;
}

/* A phone's, a person's or an organisation's, as far as the number itself shows it. */
static bool is_known_kind(EvidenceDraft *draft, Text id, const Shape *shape)
{
    bool changed = false;
    Text phone;
    if (shape->letters == 0 && phone_normalise(draft->arena, id, &phone) != PHONE_UNREADABLE)
        return true;
    scrub_text(draft->arena, id, &changed);
    return changed || credit_code_valid(id) || evidence_is_component(id) || is_equipment(id);
}

static bool is_record_shaped(EvidenceDraft *draft, Text id)
{
    Shape shape = shape_of(id);
    if (id.size < RECORD_MIN || shape.digits < RECORD_DIGITS_MIN)
        return false;
    if (shape.hyphen && shape.letters == 0 && shape.piece < RECORD_DIGITS_MIN)
        return false; /* 2026-11-09 */
    return !is_known_kind(draft, id, &shape);
}

static bool is_asset(const EvidenceDraft *draft, const EvidenceToken *token)
{
    if (evidence_is_asset_label(token->label))
        return true;
    for (size_t i = 0; i < draft->evidence.asset_count; i++)
        if (text_equal(draft->evidence.assets[i].id, token->id))
            return true;
    return false;
}

/* Once, and not the report's own. */
static void take_quote(EvidenceDraft *draft, Text number)
{
    TextList *kept = &draft->evidence.quoted_nos;
    if (kept->count == EVIDENCE_QUOTED_MAX ||
        evidence_same_record(number, draft->report->record_no))
        return;
    for (size_t i = 0; i < kept->count; i++)
        if (evidence_same_record(kept->items[i], number))
            return;
    kept->items[kept->count++] = number;
}

/* 260926000000001 of 260926000000001-01: the record of which a sheet is a part; empty when it is no part. */
static Text whole_of(Text id)
{
    for (size_t tail = 1; tail <= PART_MAX && tail < id.size; tail++)
        if (id.data[id.size - tail - 1] == '-')
            return text_slice(id, 0, id.size - tail - 1);
    return TEXT_ABSENT;
}

/* Wherever the same number stands. */
static bool is_token_denied(const EvidenceDraft *draft, const EvidenceToken *token)
{
    for (size_t i = 0; i < draft->token_count; i++)
        if (text_equal(draft->tokens[i].id, token->id) &&
            evidence_quote_denied(draft, draft->tokens[i].from, draft->tokens[i].end))
            return true;
    return false;
}

static void take_token(EvidenceDraft *draft, const EvidenceToken *token)
{
    if (!is_record_shaped(draft, token->id) || is_asset(draft, token) ||
        is_token_denied(draft, token))
        return;
    take_quote(draft, token->id);
    Text whole = whole_of(token->id);
    if (is_record_shaped(draft, whole))
        take_quote(draft, whole);
}

void evidence_find_quotes(EvidenceDraft *draft)
{
    const TextList *all = &draft->report->quoted_nos;
    TextList *kept = &draft->evidence.quoted_nos;
    *kept = (TextList){ARENA_ARRAY(draft->arena, Text, EVIDENCE_QUOTED_MAX), 0};
    for (size_t i = 0; i < all->count && kept->count < EVIDENCE_QUOTED_MAX; i++)
        if (!is_denied(draft, all->items[i]))
            kept->items[kept->count++] = all->items[i];
    size_t most = kept->count + EVIDENCE_TEXT_QUOTED_MAX;
    for (size_t i = 0; i < draft->token_count && kept->count < most; i++)
        take_token(draft, &draft->tokens[i]);
}
