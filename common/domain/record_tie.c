/*
 * Numbers that people quote name a record and no department; a copy's original is named with its department, for two
 * departments may count in the same numbers.
 */
#include "domain/record_tie.h"

static bool quotes(const Evidence *report, Text record_no)
{
    for (size_t i = 0; i < report->quoted_nos.count; i++)
        if (evidence_same_record(report->quoted_nos.items[i], record_no))
            return true;
    return false;
}

static bool is_copy_of(const Evidence *copy, const Evidence *original)
{
    return evidence_same_record(copy->origin_no, original->record_no) &&
           (text_is_empty(copy->origin_source) ||
            text_equal(copy->origin_source, original->source));
}

/* One is handed on from the other, or both are from a third, which may never come. */
static bool are_copies(const Evidence *a, const Evidence *b)
{
    return is_copy_of(a, b) || is_copy_of(b, a) ||
           (evidence_same_record(a->origin_no, b->origin_no) &&
            text_equal(a->origin_source, b->origin_source));
}

RecordTie record_tie(const Evidence *report, const Hazard *hazard)
{
    RecordTie tie = {false, false};
    EvidenceView view;
    for (size_t i = 0; i < hazard->representative_count; i++) {
        const Evidence *member = hazard_evidence(hazard, i, &view);
        tie.copied = tie.copied || are_copies(report, member);
        tie.quoted =
            tie.quoted || quotes(report, member->record_no) || quotes(member, report->record_no);
    }
    bool all_kept = hazard->member_count == hazard->representative_count;
    if (!all_kept && !tie.quoted && !tie.copied) {
        tie.quoted = report->quoted_nos.count > 0;
        tie.copied = !tie.quoted && !text_is_empty(report->origin_no);
    }
    tie.quoted = tie.quoted || tie.copied;
    return tie;
}
