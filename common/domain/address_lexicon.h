#ifndef ONECASE_DOMAIN_ADDRESS_LEXICON_H
#define ONECASE_DOMAIN_ADDRESS_LEXICON_H

#include <stddef.h>
#include <stdint.h>
#include <uchar.h>

/* The words an address is taken apart by; linkage.md 3. */
typedef enum LexemeKind {
    LEXEME_ROAD,        /* 路: ends the name of a road */
    LEXEME_ROAD_WEAK,   /* 道: only with a name of two characters */
    LEXEME_ROAD_NOUN,   /* 路面: ends a road after its first character */
    LEXEME_JUNCTION,    /* 交叉口, 路口 */
    LEXEME_ESTATE,      /* 小区 */
    LEXEME_ESTATE_WEAK, /* 城, 府, 里: only when a number or the end follows */
    LEXEME_ADMIN,       /* 区: not a part of what follows */
    LEXEME_POI,         /* 小学 */
    LEXEME_GATE,        /* 东门 */
    LEXEME_RELATION,    /* 对面 */
    LEXEME_ROLE,        /* 我住: the reporter's own place follows */
    LEXEME_ROLE_IF,     /* 我是: the same when 业主 follows the place */
    LEXEME_OWNER,       /* 业主 */
    LEXEME_LEAD,        /* 反映: never part of a name */
    LEXEME_NONE         /* 路灯, 通道: looks like an ending and is none */
} LexemeKind;

typedef struct Lexeme {
    const char32_t *word;
    size_t length;
    LexemeKind kind;
} Lexeme;

/* The longest word at the start of the code points; NULL: none. */
const Lexeme *address_lexeme(const uint32_t *codepoints, size_t count);

/* The whole table, for its test: by first code point, longer words first. */
const Lexeme *address_lexicon(size_t *count);

#endif
