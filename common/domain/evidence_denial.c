/*
 * Whether a quoted record number speaks of another matter (linkage.md 2):
 *
 *   不是工单FS…说的那件事, 与FS…无关          a denial before the number, or one behind it
 *   除FS…外, 除了FS…反映的那部，今天…也      the number is excepted
 *   FS…已经处理好了，这次反映的是…            what it was is over, and what is told now is set against it
 *   FS…说的是电梯，这次说的是路灯             both are told, one against the other
 *
 * Not so where the new is said to be the old one (又出现, 同一), nor where a denial is asked (…吗). Reach is counted in
 * characters, numbers left out, so that of two numbers both are denied.
 */
#include "domain/evidence_draft.h"

enum {
    FULL_STOP = 0x3002,
    QUESTION_WORD = 0x5417, /* 那个工单不是办结了吗: asked so, it means yes */
    EXCEPT = 0x9664,        /* 除 */
    OUTSIDE = 0x5916,       /* 外 */
    IS = 0x662F,            /* 是 */
    OF = 0x7684,            /* 的 */
    ORDINAL = 0x7B2C,       /* 第 */
    OTHER = 0x53E6,         /* 另 */
    AFTER_IS = 4,           /* FS…就是 */
    SETTLED_REACH = 24,     /* FS…反映的3号楼电梯故障物业已经处理好了 */
    CONTRAST_REACH = 32,    /* ..., 目前运行正常，这次 */
    OPENING = 3,            /* before the contrast in its clause: 不过这次 */
    TELLING_REACH = 6,      /* 这次来电反映 */
    FARTHEST = 256          /* whatever a text is made of */
};

static bool ends_sentence(uint32_t codepoint)
{
    return codepoint == FULL_STOP || codepoint == '!' || codepoint == '?' || codepoint == ';';
}

static bool ends_clause(uint32_t codepoint)
{
    return ends_sentence(codepoint) || codepoint == ',' || codepoint == ':' || codepoint == '\n';
}

static bool is_one_of(uint32_t codepoint, const uint32_t *set)
{
    while (*set != 0 && *set != codepoint)
        set++;
    return *set != 0;
}

/* So many characters before `from`, within its sentence. */
static size_t reach_back(const Folded *text, size_t from, int32_t reach)
{
    size_t least = from > FARTHEST ? from - FARTHEST : 0;
    while (from > least && !ends_sentence(text->codepoints[from - 1])) {
        if (!evidence_is_alphanumeric(text->codepoints[from - 1]) && reach-- == 0)
            break;
        from--;
    }
    return from;
}

static size_t farthest(const Folded *text, size_t at)
{
    return text->count - at < FARTHEST ? text->count : at + FARTHEST;
}

static size_t reach_ahead(const Folded *text, size_t to, int32_t reach)
{
    size_t most = farthest(text, to);
    while (to < most && !ends_sentence(text->codepoints[to])) {
        if (!evidence_is_alphanumeric(text->codepoints[to]) && reach-- == 0)
            break;
        to++;
    }
    return to;
}

static size_t sentence_end(const Folded *text, size_t at)
{
    size_t most = farthest(text, at);
    while (at < most && !ends_sentence(text->codepoints[at]))
        at++;
    return at;
}

static size_t clause_end(const Folded *text, size_t at)
{
    size_t most = farthest(text, at);
    while (at < most && !ends_clause(text->codepoints[at]))
        at++;
    return at;
}

static bool is_question(const Folded *text, size_t at)
{
    at = sentence_end(text, at);
    return at > 0 && text->codepoints[at - 1] == QUESTION_WORD;
}

/* Where the first phrase of the kind that lies between `from` and `to` ends; 0: there is none. */
static size_t phrase_end(const EvidenceDraft *draft, size_t from, size_t to, PhraseKind kind)
{
    const Folded *text = &draft->text;
    for (size_t i = from; i < to; i++) {
        size_t length = model_phrase_of(draft->model, kind, text->codepoints + i, to - i);
        bool whether = i > 0 && text->codepoints[i - 1] == text->codepoints[i + 1]; /* 是不是 */
        if (length > 0 && !whether)
            return i + length;
    }
    return 0;
}

/* 还没处理好, 未处理完: it is not over. */
static bool is_negated(const Folded *text, size_t at)
{
    static const uint32_t NOT[] = {U'没', U'未', U'不', U'无', 0};
    for (size_t back = 1; back <= 2 && back <= at; back++)
        if (is_one_of(text->codepoints[at - back], NOT))
            return true;
    return false;
}

static size_t settled_end(const EvidenceDraft *draft, size_t from, size_t to)
{
    const Folded *text = &draft->text;
    for (size_t i = from; i < to; i++) {
        size_t length = model_phrase_of(draft->model, PHRASE_SETTLED, text->codepoints + i, to - i);
        if (length == 0)
            length = model_phrase_of(draft->model, PHRASE_UNDONE, text->codepoints + i, to - i);
        if (length > 0 && !is_negated(text, i))
            return i + length;
    }
    return 0;
}

static bool follows_outside(const Folded *text, size_t at)
{
    static const uint32_t NEXT[] = {U'还', U'又', U'也', U'另', U'再', U'其', U'今',
                                    U'这', U'我', U'均', U'仍', U'本', U'此', 0};
    return at >= text->count || ends_clause(text->codepoints[at]) ||
           is_one_of(text->codepoints[at], NEXT);
}

/* 也, but neither 也没 nor 也不. */
static bool is_also(const Folded *text, size_t at)
{
    static const uint32_t NOT[] = {U'没', U'未', U'不', U'无', 0};
    return text->codepoints[at] == U'也' && !is_one_of(text->codepoints[at + 1], NOT);
}

/* ..., 今天2号梯也停了: the next clause adds to what is excepted. */
static bool is_added_to(const Folded *text, size_t at)
{
    if (at >= text->count || text->codepoints[at] != ',')
        return false;
    size_t end = clause_end(text, at + 1);
    for (size_t i = at + 1; i < end; i++)
        if (is_also(text, i))
            return true;
    return false;
}

/* 除…外, 除了…之外, 除…以外, around the number and within one clause, 除了…，…也; no 拆除, no 外墙. */
static bool is_excepted(const EvidenceDraft *draft, size_t from, size_t to)
{
    static const uint32_t COMPOUND[] = {U'拆', U'排', U'消', U'清', U'删', U'解', U'免', U'扣',
                                        U'铲', U'根', U'开', U'废', U'移', U'剔', U'去', 0};
    const Folded *text = &draft->text;
    const uint32_t *at = text->codepoints;
    size_t first = reach_back(text, from, draft->model->reach.denial);
    size_t last = reach_ahead(text, to, draft->model->reach.unrelated);
    size_t i = from;
    while (i > first && at[i - 1] != EXCEPT && !ends_clause(at[i - 1]))
        i--;
    if (i == first || at[i - 1] != EXCEPT || (i > 1 && is_one_of(at[i - 2], COMPOUND)))
        return false;
    bool besides = at[i] == U'了';
    for (i = to; i < last && !ends_clause(at[i]); i++)
        if (at[i] == OUTSIDE &&
            (at[i - 1] == U'之' || at[i - 1] == U'以' || follows_outside(text, i + 1)))
            return true;
    return besides && is_added_to(text, clause_end(text, to));
}

/* 是, but neither 是不是 nor 是第三次. */
static bool is_copula(const Folded *text, size_t at)
{
    uint32_t before = at > 0 ? text->codepoints[at - 1] : 0;
    uint32_t next = at + 1 < text->count ? text->codepoints[at + 1] : 0;
    return text->codepoints[at] == IS && next != ORDINAL && next != U'不' && before != U'不' &&
           before != U'还';
}

/* A clause that begins with 这次 and tells something: 这次是, 今天再反映. */
static bool opens_contrast(const EvidenceDraft *draft, size_t at)
{
    const Folded *text = &draft->text;
    for (size_t i = at; i <= at + OPENING && i < text->count; i++) {
        if (i > at && ends_clause(text->codepoints[i - 1]))
            return false;
        size_t length =
            model_phrase_of(draft->model, PHRASE_CONTRAST, text->codepoints + i, text->count - i);
        if (length == 0)
            continue;
        size_t last = i + length;
        while (last < text->count && last < i + length + TELLING_REACH &&
               !ends_clause(text->codepoints[last]))
            last++;
        for (size_t k = i + length; k < last; k++)
            if (is_copula(text, k) || is_also(text, k) ||
                model_phrase_of(draft->model, PHRASE_TELLING, text->codepoints + k, last - k) > 0)
                return true;
        return false;
    }
    return false;
}

/* The first clause behind `at` that sets what is told now against it, in this sentence or the next; SIZE_MAX: none. */
static size_t find_contrast(const EvidenceDraft *draft, size_t at)
{
    const Folded *text = &draft->text;
    int sentences = 0;
    int32_t reach = CONTRAST_REACH;
    size_t most = farthest(text, at);
    for (size_t i = at; i < most && reach > 0; i++) {
        sentences += ends_sentence(text->codepoints[i]);
        reach -= !evidence_is_alphanumeric(text->codepoints[i]);
        if (sentences > 1)
            break;
        if (ends_clause(text->codepoints[i]) && opens_contrast(draft, i + 1))
            return i + 1;
    }
    return SIZE_MAX;
}

/* 是 or 的是 between `from` and `to`. */
static bool has_copula(const EvidenceDraft *draft, size_t from, size_t to, bool of)
{
    const Folded *text = &draft->text;
    for (size_t i = from; i < to; i++)
        if (is_copula(text, i) && (!of || (i > from && text->codepoints[i - 1] == OF)))
            return true;
    return false;
}

/* What it was is over or told, and what is told now is set against it. */
static bool is_contrasted(const EvidenceDraft *draft, size_t from, size_t to)
{
    const Folded *text = &draft->text;
    size_t before = reach_back(text, from, draft->model->reach.denial);
    size_t over = settled_end(draft, before, from) > 0
                      ? to
                      : settled_end(draft, to, reach_ahead(text, to, SETTLED_REACH));
    size_t now = find_contrast(draft, over > 0 ? over : to);
    if (now == SIZE_MAX || phrase_end(draft, to, sentence_end(text, now), PHRASE_SAME) > 0)
        return false;
    if (over > 0)
        return true;
    size_t end = clause_end(text, now);
    bool also = false;
    for (size_t i = now; i < end; i++) {
        if (text->codepoints[i] == OTHER)
            return true;
        also = also || is_also(text, i);
    }
    bool told = has_copula(draft, to, reach_ahead(text, to, AFTER_IS), false) ||
                has_copula(draft, to, clause_end(text, to), true);
    return told && (also || has_copula(draft, now, end, false));
}

bool evidence_quote_denied(const EvidenceDraft *draft, size_t from, size_t to)
{
    const Folded *text = &draft->text;
    const PhraseReach *reach = &draft->model->reach;
    size_t before = reach_back(text, from, reach->denial);
    size_t after = reach_ahead(text, to, reach->unrelated);
    bool denied = phrase_end(draft, before, from, PHRASE_DENIAL) > 0 ||
                  phrase_end(draft, to, after, PHRASE_UNRELATED) > 0;
    return (denied && !is_question(text, to)) || is_excepted(draft, from, to) ||
           is_contrasted(draft, from, to);
}

static size_t clause_start(const Folded *text, size_t at, size_t least)
{
    while (at > least && !ends_clause(text->codepoints[at - 1]))
        at--;
    return at;
}

bool evidence_recall_denied(const EvidenceDraft *draft, size_t from, size_t to)
{
    const Folded *text = &draft->text;
    size_t before = clause_start(text, from, reach_back(text, from, draft->model->reach.denial));
    bool denied = phrase_end(draft, before, from, PHRASE_DENIAL) > 0 ||
                  phrase_end(draft, to, clause_end(text, to), PHRASE_UNRELATED) > 0;
    return (denied && !is_question(text, to)) || is_contrasted(draft, from, to);
}
