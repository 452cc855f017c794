/*
 * The class of a report by the department's code and by its words: a desk's code is evidence, not truth (linkage.md 2).
 *
 *   keywords     each distinct one makes its class surer: 1 - (1 - a)(1 - b); one in the title weighs more
 *   words        the surest class, as far as no class that is not its kin is as sure
 *   code         never surer than the model lets a desk be; agreeing with the words makes both surer,
 *                contradicting them leaves what the odds of the two leave
 *
 * Confidences are percents. What is feared (担心漏气) or denied (没有漏气) tells a class only when nothing else does, and
 * then too weakly for the comparison of classes.
 */
#include "domain/evidence_draft.h"

enum { CLASSES_MAX = 8, KEYWORDS_MAX = 24, SURE_MAX = 99 };

typedef struct WordClass {
    const HazardClass *category;
    int32_t miss;   /* 1 - confidence in ten-thousandths */
    int32_t before; /* the same without the last keyword */
    size_t end;     /* of the last keyword */
    size_t length;
    uint32_t aspects;
    bool in_title;
} WordClass;

typedef struct WordClasses {
    WordClass items[CLASSES_MAX]; /* in order of their first keyword */
    size_t count;
    const Phrase *seen[KEYWORDS_MAX];
    size_t seen_count;
    const HazardClass *weak; /* of the first keyword that was feared or denied */
} WordClasses;

typedef struct ClassGuess {
    const HazardClass *category; /* NULL: none */
    int32_t confidence;
    uint32_t aspects;
} ClassGuess;

static bool is_stop(uint32_t codepoint)
{
    return codepoint == 0x3002 || codepoint == ',' || codepoint == '!' || codepoint == '?' ||
           codepoint == ';' || codepoint == '.' || codepoint == '\n';
}

static bool is_new(WordClasses *classes, const Phrase *phrase)
{
    for (size_t i = 0; i < classes->seen_count; i++)
        if (classes->seen[i] == phrase)
            return false;
    if (classes->seen_count == KEYWORDS_MAX)
        return false;
    classes->seen[classes->seen_count++] = phrase;
    return true;
}

/* Of two keywords that overlap the surer counts: 有人被困 and 被困电梯 are one observation. */
static void add_keyword(WordClasses *classes, const Phrase *phrase, size_t from, bool in_title)
{
    size_t at = 0;
    while (at < classes->count && classes->items[at].category != phrase->category)
        at++;
    if (at == CLASSES_MAX || !is_new(classes, phrase))
        return;
    WordClass *word = &classes->items[at];
    if (at == classes->count) {
        *word = (WordClass){.category = phrase->category, .miss = 10000, .before = 10000};
        classes->count++;
    }
    bool overlaps = from < word->end;
    int32_t before = overlaps ? word->before : word->miss;
    int32_t miss = before * (100 - phrase->confidence) / 100;
    word->miss = overlaps && word->miss < miss ? word->miss : miss;
    word->before = before;
    word->end = from + phrase->length;
    word->aspects |= phrase->aspect;
    word->in_title = word->in_title || in_title;
    if (phrase->length > word->length)
        word->length = phrase->length;
}

/* 电梯已修好: the keyword that ends at `at` is over. */
static bool is_undone(const EvidenceDraft *draft, size_t at)
{
    const Folded *text = &draft->text;
    size_t until = at + (size_t)draft->model->reach.undone;
    for (size_t i = at; i < text->count && i <= until && !is_stop(text->codepoints[i]); i++) {
        const Phrase *phrase = model_phrase(draft->model, text->codepoints + i, text->count - i);
        if (phrase != NULL && phrase->kind == PHRASE_UNDONE)
            return true;
    }
    return false;
}

/* 手扶电梯停运: 电梯停运 is cut out of the words of another thing. */
static bool is_part(const Phrase *phrase, const Phrase *last, bool overlaps)
{
    return overlaps && phrase->category != last->category && phrase->length <= last->length;
}

static void find_keywords(const EvidenceDraft *draft, WordClasses *classes)
{
    const Folded *text = &draft->text;
    const PhraseReach *reach = &draft->model->reach;
    size_t weak_until = 0;
    size_t covered = 0;
    const Phrase *last = NULL;
    size_t title_end = address_fold(draft->report->title, draft->arena).count;
    for (size_t i = 0; i < text->count; i++) {
        if (is_stop(text->codepoints[i])) {
            weak_until = 0;
            continue;
        }
        const Phrase *phrase = model_phrase(draft->model, text->codepoints + i, text->count - i);
        if (phrase == NULL)
            continue;
        size_t end = i + phrase->length;
        if (phrase->kind == PHRASE_DOUBT)
            weak_until = end + (size_t)reach->doubt;
        else if (phrase->kind == PHRASE_NEGATION)
            weak_until = end + (size_t)reach->negation;
        if (phrase->kind != PHRASE_KEYWORD || end <= covered || is_part(phrase, last, i < covered))
            continue;
        covered = end;
        last = phrase;
        if (i >= weak_until && !is_undone(draft, end))
            add_keyword(classes, phrase, i, i < title_end);
        else if (classes->weak == NULL)
            classes->weak = phrase->category;
    }
}

/* Two leaves that are one trouble under two names as often as not. */
static bool are_akin(const Model *model, const HazardClass *a, const HazardClass *b)
{
    return a == b || text_equal(a->kin, b->kin) || model_pair(model, a, b) != NULL;
}

/* What is left of `one` when `other` says something else: the odds of the first against the second. */
static int32_t against(int32_t one, int32_t other)
{
    int32_t for_one = one * (100 - other);
    int32_t for_other = other * (100 - one);
    int32_t left = for_one + for_other == 0 ? 0 : 100 * for_one / (for_one + for_other);
    return left < one ? left : one;
}

static int32_t both_say(int32_t a, int32_t b)
{
    int32_t sure = 100 - (100 - a) * (100 - b) / 100;
    return sure < SURE_MAX ? sure : SURE_MAX;
}

static int32_t confidence_of(const WordClass *word, const ModelWeights *weights)
{
    int32_t miss =
        word->in_title ? word->miss * (100 - weights->title_confidence) / 100 : word->miss;
    int32_t sure = 100 - (miss + 50) / 100;
    return sure < SURE_MAX ? sure : SURE_MAX;
}

static ClassGuess guess_by_words(const EvidenceDraft *draft)
{
    WordClasses classes = {.count = 0};
    const WordClass *best = NULL;
    int32_t best_sure = 0;
    find_keywords(draft, &classes);
    for (size_t i = 0; i < classes.count; i++) {
        const WordClass *word = &classes.items[i];
        int32_t sure = confidence_of(word, &draft->model->weights);
        if (best == NULL || sure > best_sure ||
            (sure == best_sure && word->length > best->length)) {
            best = word;
            best_sure = sure;
        }
    }
    if (best == NULL)
        return (ClassGuess){classes.weak, draft->model->weights.weak_confidence, 0};
    int32_t rival = 0;
    for (size_t i = 0; i < classes.count; i++) {
        int32_t sure = confidence_of(&classes.items[i], &draft->model->weights);
        if (!are_akin(draft->model, classes.items[i].category, best->category) && sure > rival)
            rival = sure;
    }
    return (ClassGuess){best->category, against(best_sure, rival), best->aspects};
}

static ClassGuess guess_by_code(const EvidenceDraft *draft)
{
    const HazardClass *category = model_class(draft->model, draft->report->category);
    int64_t confidence = draft->report->category_confidence;
    int32_t most = draft->model->weights.code_confidence_max;
    if (category == draft->model->other)
        return (ClassGuess){NULL, 0, 0};
    if (confidence == INTEGER_ABSENT || confidence > most)
        confidence = most;
    return (ClassGuess){category, (int32_t)confidence, 0};
}

static ClassGuess combine(const Model *model, ClassGuess code, ClassGuess words)
{
    if (code.category == NULL)
        return words;
    if (words.category == NULL)
        return code;
    bool by_words = words.confidence >= code.confidence;
    ClassGuess chosen = by_words ? words : code;
    int32_t other = by_words ? code.confidence : words.confidence;
    if (code.category == words.category)
        return (ClassGuess){code.category, both_say(chosen.confidence, other), words.aspects};
    if (!are_akin(model, code.category, words.category))
        chosen.confidence = against(chosen.confidence, other);
    return chosen;
}

void evidence_choose_class(EvidenceDraft *draft)
{
    ClassGuess chosen = combine(draft->model, guess_by_code(draft), guess_by_words(draft));
    bool known = chosen.category != NULL;
    draft->evidence.category = known ? chosen.category : draft->model->other;
    draft->evidence.category_confidence = known ? chosen.confidence : 0;
    draft->evidence.aspects = chosen.aspects;
}
