/*
 * Words for an earlier report of the caller's own, without its number (上次反映的问题, 催办): who calls a second time often
 * says no more than that. One that is denied (不是上次反映的那件, 上次的已经修好了，这次反映的是…) outweighs all others, for
 * who says both tells them apart.
 */
#include "domain/evidence_draft.h"

void evidence_find_recall(EvidenceDraft *draft)
{
    const Folded *text = &draft->text;
    for (size_t i = 0; i < text->count;) {
        size_t length =
            model_phrase_of(draft->model, PHRASE_RECALL, text->codepoints + i, text->count - i);
        if (length == 0) {
            i++;
            continue;
        }
        if (evidence_recall_denied(draft, i, i + length)) {
            draft->evidence.recall = RECALL_OTHER;
            return;
        }
        draft->evidence.recall = RECALL_SAME;
        i += length;
    }
}
