/*
 * A report's texts are folded and scanned once: title and body together, without the set phrases of their feed, give
 * places, class words, asset numbers and, with all of these and the model's noise taken out, the grams. The result is
 * drafted on the scratch arena and then packed (evidence_pack.c).
 */
#include "domain/credit_code.h"
#include "domain/evidence_draft.h"

#include <stdlib.h>
#include <string.h>

static Text folded_text(EvidenceDraft *draft, Text text)
{
    if (text_is_empty(text))
        return TEXT_ABSENT;
    Folded folded = address_fold(text, draft->arena);
    return address_unfold(folded.codepoints, folded.count, draft->arena);
}

static void take_party(EvidenceDraft *draft)
{
    Evidence *evidence = &draft->evidence;
    const Report *report = draft->report;
    if (!text_is_empty(report->usc_code)) {
        evidence->usc_code = credit_code_normalise(draft->arena, report->usc_code);
        evidence->usc_valid = credit_code_valid(evidence->usc_code);
    }
    evidence->party_name = folded_text(draft, report->party_name);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "1:" and 32 hex digits become "1:" and 16 bytes, for there are many in memory; anything else stays. */
static Text halved(Text reporter, Arena *arena)
{
    enum { DIGITS = 32 };
    if (reporter.size <= DIGITS || reporter.data[reporter.size - DIGITS - 1] != ':')
        return reporter;
    size_t head = reporter.size - DIGITS;
    char *bytes = arena_alloc(arena, head + DIGITS / 2);
    memcpy(bytes, reporter.data, head);
    for (size_t i = 0; i < DIGITS / 2; i++) {
        int high = hex_digit(reporter.data[head + 2 * i]);
        int low = hex_digit(reporter.data[head + 2 * i + 1]);
        if (high < 0 || low < 0)
            return reporter;
        bytes[head + i] = (char)(high * 16 + low);
    }
    return (Text){bytes, head + DIGITS / 2};
}

static void take_reporter(EvidenceDraft *draft)
{
    Evidence *evidence = &draft->evidence;
    const Report *report = draft->report;
    evidence->reporter = halved(report->reporter, draft->arena);
    evidence->reporter_before = halved(report->reporter_before, draft->arena);
    evidence->reporter_staff = text_is(report->reporter_kind, "staff") ||
                               text_is(report->finder_kind, "grid") ||
                               text_is(report->finder_kind, "inspector");
    evidence->reporter_masked = text_is(report->reporter_kind, "masked");
    evidence->told_by_device =
        text_is(report->finder_kind, "sensor") && text_is_empty(report->reporter);
    evidence->independence = text_is_empty(report->origin_no) ? INDEPENDENT : TRANSFERRED;
}

static void take_plain(EvidenceDraft *draft)
{
    Evidence *evidence = &draft->evidence;
    const Report *report = draft->report;
    evidence->record_no = report->record_no;
    evidence->origin_no = report->origin_no;
    evidence->origin_source = report->origin_source;
    evidence->community_code = report->community_code;
    evidence->grid_code = report->grid_code;
    evidence->has_point = report->point.precision != 0;
    evidence->point = report->point.wgs84;
    evidence->precision = report->point.precision;
    evidence->point_derived = report_has_flag(report, TEXT("point_geocoded"));
}

Evidence *
evidence_new(const Report *report, const EvidenceOrigin *origin, const Model *model, Arena *scratch)
{
    ArenaMark mark = arena_mark(scratch);
    EvidenceDraft *draft = ARENA_NEW(scratch, EvidenceDraft);
    draft->report = report;
    draft->model = model;
    draft->arena = scratch;
    draft->region = ledger_region(model->ledger, origin->region);
    draft->evidence.report_id = origin->report_id;
    draft->evidence.source = origin->source;
    draft->evidence.event_at = origin->event_at;
    draft->text = address_fold(
        text_format(scratch, "%.*s。%.*s", TEXT_ARGS(report->title), TEXT_ARGS(report->body)),
        scratch);
    evidence_silence_noise(draft);
    evidence_find_places(draft);
    evidence_choose_class(draft);
    evidence_find_tokens(draft);
    evidence_find_assets(draft);
    evidence_find_lift(draft);
    evidence_find_quotes(draft);
    evidence_find_recall(draft);
    evidence_find_grams(draft);
    take_plain(draft);
    evidence_ask_ledger(draft);
    take_party(draft);
    take_reporter(draft);
    draft->evidence.place_text = address_standard(&draft->evidence.address, scratch);
    Evidence *evidence = evidence_pack(&draft->evidence);
    arena_rewind(scratch, mark);
    return evidence;
}

void evidence_free(Evidence *evidence)
{
    free(evidence);
}

static bool same_text(Text a, Text b)
{
    return !text_is_empty(a) && text_equal(a, b);
}

bool evidence_same_reporter(const Evidence *a, const Evidence *b)
{
    return same_text(a->reporter, b->reporter) || same_text(a->reporter, b->reporter_before) ||
           same_text(a->reporter_before, b->reporter) ||
           same_text(a->reporter_before, b->reporter_before);
}

static char capital(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool evidence_same_record(Text a, Text b)
{
    if (a.size != b.size || a.size == 0)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (capital(a.data[i]) != capital(b.data[i]))
            return false;
    return true;
}
