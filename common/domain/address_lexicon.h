#ifndef ONECASE_DOMAIN_ADDRESS_LEXICON_H
#define ONECASE_DOMAIN_ADDRESS_LEXICON_H

#include <stddef.h>
#include <stdint.h>
#include <uchar.h>

/* The words an address is taken apart by; linkage.md 3. */
typedef enum LexemeKind {
    LEXEME_ROAD,          /* 路: ends the name of a road */
    LEXEME_ROAD_WEAK,     /* 道: only with a name of two characters */
    LEXEME_ROAD_NOUN,     /* 路边: ends a road after its first character */
    LEXEME_ROAD_LAMP,     /* 路灯: the same in an address field (建设路灯) */
    LEXEME_ROAD_PART,     /* 辅路, 中段: behind a road a part of it that makes no difference */
    LEXEME_JUNCTION,      /* 交叉口, 路口 */
    LEXEME_RAMP,          /* 下匝道: a junction of two roads, or a landmark of one */
    LEXEME_TURN,          /* 拐进: between two roads, at their crossing */
    LEXEME_ESTATE,        /* 小区 */
    LEXEME_ESTATE_WEAK,   /* 城, 府, 里: only when a number or the end follows */
    LEXEME_ADMIN,         /* 区: not a part of what follows */
    LEXEME_HAMLET,        /* 屯: behind a village, a place in it */
    LEXEME_INNER,         /* 景区: inside a name */
    LEXEME_POI,           /* 小学 */
    LEXEME_STATION,       /* 站: only of a metro, or with an exit behind it */
    LEXEME_GATE,          /* 东门 */
    LEXEME_FACILITY,      /* 车棚: only behind an estate or a landmark */
    LEXEME_BUILDING,      /* 综合楼: only behind an estate, a landmark, a door */
    LEXEME_FLOOR,         /* 楼顶: only behind a building or a door */
    LEXEME_RELATION,      /* 对面 */
    LEXEME_RELATION_WEAK, /* 前, 东: only with metres or the end behind it */
    LEXEME_ROLE,          /* 我住: the reporter's own place follows */
    LEXEME_ROLE_IF,       /* 我是: the same when 业主 follows the place */
    LEXEME_OWNER,         /* 业主 */
    LEXEME_NOT,           /* 不是: the place that follows is not meant */
    LEXEME_LEAD,          /* 反映: never part of a name */
    LEXEME_MAYBE,         /* 顺路, 山村: ends a name (和|顺路), or is none */
    LEXEME_NONE           /* 通道, 家里: looks like an ending and is none */
} LexemeKind;

typedef struct Lexeme {
    const char32_t *word;
    size_t length;
    LexemeKind kind;
    const char32_t *canonical; /* what it is called instead; NULL: as it is */
} Lexeme;

/* The longest word at the start of the code points; NULL: none. */
const Lexeme *address_lexeme(const uint32_t *codepoints, size_t count);

/* Table 0, 1 ... for its test, each by first code point, longer words first; NULL: no more. */
const Lexeme *address_lexicon(size_t table, size_t *count);

#endif
