/*
 * The class of a report by the department's code and by its words: a desk's code is evidence, not truth (linkage.md 2).
 */
#include "domain/evidence_draft.h"

/* 担心…漏气: a keyword so close behind a doubt is no observation. */
enum { DOUBT_REACH = 6 };

typedef struct WordClass {
    const HazardClass *category;
    int32_t confidence;
    size_t length;
} WordClass;

/* The class the words speak of: the surest keyword, of equals the longest, then the first. */
static WordClass class_of_words(const EvidenceDraft *draft)
{
    WordClass best = {NULL, 0, 0};
    size_t doubt_until = 0;
    size_t covered = 0;
    for (size_t i = 0; i < draft->text.count; i++) {
        const Phrase *phrase =
            model_phrase(draft->model, draft->text.codepoints + i, draft->text.count - i);
        if (phrase == NULL)
            continue;
        size_t end = i + phrase->length;
        if (phrase->kind == PHRASE_DOUBT)
            doubt_until = end + DOUBT_REACH;
        if (phrase->kind != PHRASE_KEYWORD || end <= covered || i < doubt_until)
            continue;
        covered = end;
        if (phrase->confidence > best.confidence ||
            (phrase->confidence == best.confidence && phrase->length > best.length))
            best = (WordClass){phrase->category, phrase->confidence, phrase->length};
    }
    return best;
}

/*
 * The department's code with the confidence of its table, unless the words are surer: many desks file under "other" or
 * a neighbouring code (linkage.md 2).
 */
void evidence_choose_class(EvidenceDraft *draft)
{
    Evidence *evidence = &draft->evidence;
    const Report *report = draft->report;
    evidence->category = model_class(draft->model, report->category);
    evidence->category_confidence = 0;
    if (evidence->category != draft->model->other)
        evidence->category_confidence = report->category_confidence == INTEGER_ABSENT
                                            ? 100
                                            : (int32_t)report->category_confidence;
    WordClass words = class_of_words(draft);
    if (words.category != NULL && words.confidence > evidence->category_confidence) {
        evidence->category = words.category;
        evidence->category_confidence = words.confidence;
    }
}
