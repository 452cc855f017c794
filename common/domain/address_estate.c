/*
 * Names of estates: endings that are sure (花园) and endings that need a building, a gate or the end behind them (城), the
 * phase, and villages that stand for an estate.
 */
#include "domain/address_scan.h"

bool address_scan_direction(uint32_t codepoint)
{
    return codepoint == U'东' || codepoint == U'西' || codepoint == U'南' || codepoint == U'北' ||
           codepoint == U'中';
}

/* Whether a weak ending (城, 里) may end a name here: what follows is a building, a gate, the end. */
static bool weak_ending_holds(const AddressScan *scan, size_t end)
{
    if (end >= scan->count)
        return !scan->free_text;
    AddressNumber number;
    size_t length;
    if (address_number(scan->codepoints, scan->count, end, &number)) {
        CounterKind counter = address_counter(scan->codepoints, scan->count, number.end, &length);
        return counter != COUNTER_NONE && counter != COUNTER_METRE;
    }
    const Lexeme *lexeme = address_lexeme(scan->codepoints + end, scan->count - end);
    if (lexeme != NULL)
        return lexeme->kind == LEXEME_GATE || lexeme->kind == LEXEME_ESTATE ||
               (!scan->free_text && lexeme->kind == LEXEME_RELATION);
    uint32_t next = scan->codepoints[end];
    return !scan->free_text && next < 0x4E00;
}

/* Further endings and the phase: 锦绣花园|小区|二期, A区. `end` moves behind them. */
static Text estate_name(const AddressScan *scan, size_t from, size_t *end)
{
    size_t name_end = *end;
    const uint32_t *c = scan->codepoints;
    for (;;) {
        const Lexeme *more = address_lexeme(c + *end, scan->count - *end);
        if (more == NULL || more->kind != LEXEME_ESTATE)
            break;
        *end += more->length;
        if (more->word[0] != U'小') /* 小区 behind another ending says nothing */
            name_end = *end;
    }
    Text name = address_scan_text(scan, from, name_end);
    size_t at = *end < scan->count && c[*end] == '(' ? *end + 1 : *end; /* 锦绣花园(南区) */
    size_t phase_end = at;
    AddressNumber number;
    size_t length;
    if (address_number(c, scan->count, at, &number)) {
        CounterKind counter = address_counter(c, scan->count, number.end, &length);
        if (counter == COUNTER_PHASE || counter == COUNTER_ZONE) {
            phase_end = number.end + length;
            name = text_format(scan->arena, "%.*s%.*s%s", TEXT_ARGS(name),
                               TEXT_ARGS(address_unfold(number.text, number.length, scan->arena)),
                               counter == COUNTER_PHASE ? "期" : "区");
        }
    } else if (at + 1 < scan->count && address_scan_direction(c[at]) && c[at + 1] == U'区') {
        phase_end = at + 2;
        name = text_format(scan->arena, "%.*s%.*s", TEXT_ARGS(name),
                           TEXT_ARGS(address_scan_text(scan, at, phase_end)));
    }
    if (phase_end > at) {
        bool bracket = at > *end && phase_end < scan->count && c[phase_end] == ')';
        *end = phase_end + bracket;
    }
    return name;
}

bool address_scan_estate(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t from = scan->name_from;
    size_t end = at + lexeme->length;
    if (at == from || at - from > ADDRESS_NAME_MAX)
        return false;
    if (lexeme->kind == LEXEME_ESTATE_WEAK && (!weak_ending_holds(scan, end) || at - from > 6))
        return false;
    Text name = estate_name(scan, from, &end);
    AddressPlace *place = address_scan_part(scan, PART_ESTATE, from, end);
    if (place != NULL)
        place->address.estate = name;
    return true;
}

size_t address_scan_settlement(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    bool village = scan->codepoints[at] == U'村';
    bool community = scan->codepoints[at] == U'社';
    size_t from = scan->name_from;
    size_t end = at + lexeme->length;
    size_t length;
    AddressNumber number;
    if ((!village && !community) || at == from || at - from > ADDRESS_NAME_MAX)
        return at;
    if (address_number(scan->codepoints, scan->count, end, &number) && village &&
        number.end < scan->count && scan->codepoints[number.end] == U'组')
        end = number.end + 1;
    if (!address_number(scan->codepoints, scan->count, end, &number))
        return at;
    CounterKind counter = address_counter(scan->codepoints, scan->count, number.end, &length);
    if (counter != COUNTER_BUILDING && counter != COUNTER_DOOR)
        return at;
    const Lexeme *ending = address_lexeme(scan->codepoints + at - 1, 1);
    bool short_name = community && ending != NULL && ending->kind == LEXEME_ESTATE_WEAK;
    Text name = address_scan_text(scan, from, short_name ? at : at + lexeme->length);
    AddressPlace *place = address_scan_part(scan, PART_ESTATE, from, end);
    if (place != NULL)
        place->address.estate = name;
    return end;
}
