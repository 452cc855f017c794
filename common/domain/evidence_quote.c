/*
 * A quoted record number that speaks of another matter must not link (linkage.md 2): 这次不是工单FS…说的那件事,
 * 与FS…无关. Such a number is taken out of the report's quoted numbers, and so is no key either.
 */
#include "domain/evidence_draft.h"

#include <string.h>

/* 那个工单不是办结了吗: asked so, it means yes. */
enum { FULL_STOP = 0x3002, QUESTION_WORD = 0x5417 };

static bool ends_sentence(uint32_t codepoint)
{
    return codepoint == FULL_STOP || codepoint == '!' || codepoint == '?' || codepoint == ';';
}

static bool is_question(const Folded *text, size_t at)
{
    while (at < text->count && !ends_sentence(text->codepoints[at]))
        at++;
    return at > 0 && text->codepoints[at - 1] == QUESTION_WORD;
}

static bool has_phrase(const EvidenceDraft *draft, size_t from, size_t to, PhraseKind kind)
{
    const Folded *text = &draft->text;
    for (size_t i = from; i < to; i++) {
        const Phrase *phrase = model_phrase(draft->model, text->codepoints + i, text->count - i);
        bool whether = i > 0 && text->codepoints[i - 1] == text->codepoints[i + 1]; /* 是不是 */
        if (phrase != NULL && phrase->kind == kind && i + phrase->length <= to && !whether)
            return true;
    }
    return false;
}

/* The number stands at `from` to `to` of the text. */
static bool is_denied_at(const EvidenceDraft *draft, size_t from, size_t to)
{
    const Folded *text = &draft->text;
    size_t before = from;
    size_t after = to;
    while (before > 0 && from - before < (size_t)draft->model->reach.denial &&
           !ends_sentence(text->codepoints[before - 1]))
        before--;
    while (after < text->count && after - to < (size_t)draft->model->reach.unrelated &&
           !ends_sentence(text->codepoints[after]))
        after++;
    return (has_phrase(draft, before, from, PHRASE_DENIAL) ||
            has_phrase(draft, to, after, PHRASE_UNRELATED)) &&
           !is_question(text, to);
}

static bool is_denied(const EvidenceDraft *draft, Text number)
{
    const Folded *text = &draft->text;
    Folded folded = address_fold(number, draft->arena);
    for (size_t i = 0; folded.count > 0 && i + folded.count <= text->count; i++)
        if (memcmp(text->codepoints + i, folded.codepoints,
                   folded.count * sizeof *folded.codepoints) == 0 &&
            is_denied_at(draft, i, i + folded.count))
            return true;
    return false;
}

void evidence_find_quotes(EvidenceDraft *draft)
{
    const TextList *all = &draft->report->quoted_nos;
    TextList *kept = &draft->evidence.quoted_nos;
    *kept = (TextList){ARENA_ARRAY(draft->arena, Text, EVIDENCE_QUOTED_MAX), 0};
    for (size_t i = 0; i < all->count && kept->count < EVIDENCE_QUOTED_MAX; i++)
        if (!is_denied(draft, all->items[i]))
            kept->items[kept->count++] = all->items[i];
}
