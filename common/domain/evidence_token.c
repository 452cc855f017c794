/*
 * Numbers in the text, each with the label that stands before it (电梯编号, 工单号): read once for what names a thing
 * (evidence_asset.c) and what names a record (evidence_quote.c).
 */
#include "domain/evidence_draft.h"

enum {
    WORD_REACH = 4, /* 电梯编号为：12345 */
    TOKEN_MIN = 3,
    TOKEN_MAX = 32
};

static bool is_digit(uint32_t codepoint)
{
    return codepoint >= '0' && codepoint <= '9';
}

bool evidence_is_alphanumeric(uint32_t codepoint)
{
    return is_digit(codepoint) || (codepoint >= 'A' && codepoint <= 'Z');
}

/* The token that starts at `at`; a hyphen belongs to it between letters and digits. */
static EvidenceToken token_at(const EvidenceDraft *draft, size_t at)
{
    const Folded *text = &draft->text;
    EvidenceToken token = {.from = at, .end = at, .digits = true, .label = PHRASE_NOISE};
    bool has_digit = false;
    while (token.end < text->count) {
        uint32_t codepoint = text->codepoints[token.end];
        bool hyphen = codepoint == '-' && token.end > at && token.end + 1 < text->count &&
                      evidence_is_alphanumeric(text->codepoints[token.end + 1]);
        if (!evidence_is_alphanumeric(codepoint) && !hyphen)
            break;
        has_digit = has_digit || is_digit(codepoint);
        token.digits = token.digits && is_digit(codepoint);
        token.end++;
    }
    size_t size = token.end - at;
    if (has_digit && size >= TOKEN_MIN && size <= TOKEN_MAX)
        token.id = address_unfold(text->codepoints + at, size, draft->arena);
    return token;
}

static bool is_label(PhraseKind kind)
{
    return kind == PHRASE_RECORD || evidence_is_asset_label(kind);
}

bool evidence_is_asset_label(PhraseKind kind)
{
    return kind == PHRASE_PLATE || kind == PHRASE_EQUIPMENT || kind == PHRASE_COMPONENT ||
           kind == PHRASE_DEVICE;
}

void evidence_find_tokens(EvidenceDraft *draft)
{
    const Folded *text = &draft->text;
    PhraseKind label = PHRASE_NOISE; /* the last one, and up to where it speaks */
    size_t label_until = 0;
    draft->tokens = ARENA_ARRAY(draft->arena, EvidenceToken, EVIDENCE_TOKENS_MAX);
    for (size_t i = 0; i < text->count && draft->token_count < EVIDENCE_TOKENS_MAX;) {
        if (evidence_is_alphanumeric(text->codepoints[i])) {
            EvidenceToken token = token_at(draft, i);
            if (i <= label_until)
                token.label = label;
            if (!text_is_empty(token.id))
                draft->tokens[draft->token_count++] = token;
            i = token.end;
            continue;
        }
        const Phrase *phrase = model_phrase(draft->model, text->codepoints + i, text->count - i);
        if (phrase != NULL && is_label(phrase->kind)) {
            label = phrase->kind;
            label_until = i + phrase->length + WORD_REACH;
            i += phrase->length;
        } else {
            i++;
        }
    }
}
