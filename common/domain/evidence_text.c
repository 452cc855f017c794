/*
 * What of the text is compared: without the feed's set phrases, places, numbers and the model's noise.
 */
#include "domain/evidence_draft.h"
#include "domain/text_similarity.h"

#include <string.h>

static void find_phrase(const Folded *text, const Folded *phrase, bool *found)
{
    for (size_t i = 0; phrase->count > 0 && i + phrase->count <= text->count; i++)
        if (memcmp(text->codepoints + i, phrase->codepoints,
                   phrase->count * sizeof *phrase->codepoints) == 0)
            memset(found + i, true, phrase->count);
}

/*
 * What the feed puts into every text says nothing of this report: neither where it is nor what it is nor how it is
 * told. Full stops stay in its place, so that what stood before and behind does not grow together.
 */
void evidence_silence_noise(EvidenceDraft *draft)
{
    enum { FULL_STOP = 0x3002 };
    const TextList *noise = &draft->report->noise;
    if (noise->count == 0)
        return;
    bool *silent = ARENA_ARRAY(draft->arena, bool, draft->text.count + 1);
    for (size_t i = 0; i < noise->count; i++) {
        Folded phrase = address_fold(noise->items[i], draft->arena);
        find_phrase(&draft->text, &phrase, silent);
    }
    for (size_t i = 0; i < draft->text.count; i++)
        if (silent[i])
            draft->text.codepoints[i] = FULL_STOP;
}

static bool is_word(uint32_t codepoint)
{
    return codepoint >= 0x3400 && codepoint < 0xFF00;
}

void evidence_find_grams(EvidenceDraft *draft)
{
    const Folded *text = &draft->text;
    uint32_t *kept = ARENA_ARRAY(draft->arena, uint32_t, text->count + 1);
    size_t count = 0;
    size_t span = 0;
    for (size_t i = 0; i < text->count;) {
        while (span < draft->scan.span_count && draft->scan.spans[span].to <= i)
            span++;
        size_t next = i + 1;
        bool removed = !is_word(text->codepoints[i]);
        if (span < draft->scan.span_count && draft->scan.spans[span].from <= i) {
            removed = true;
            next = draft->scan.spans[span].to;
        } else if (!removed) {
            const Phrase *phrase =
                model_phrase(draft->model, text->codepoints + i, text->count - i);
            if (phrase != NULL && phrase->kind == PHRASE_NOISE) {
                removed = true;
                next = i + phrase->length;
            }
        }
        if (!removed)
            kept[count++] = text->codepoints[i];
        else if (count > 0 && kept[count - 1] != 0)
            kept[count++] = 0;
        i = next;
    }
    draft->evidence.grams =
        text_similarity_grams(kept, count, draft->model, draft->arena, &draft->evidence.gram_count,
                              &draft->evidence.text_length);
    draft->evidence.gram_norm =
        text_similarity_norm(draft->evidence.grams, draft->evidence.gram_count);
}
