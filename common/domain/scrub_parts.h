#ifndef ONECASE_DOMAIN_SCRUB_PARTS_H
#define ONECASE_DOMAIN_SCRUB_PARTS_H

#include "base/text.h"

#include <uchar.h>

/*
 * The parts of scrub.c; not for others. Text is looked at as an array of code points, full-width ASCII and dashes
 * narrowed, with zeros before and behind it, so that a matcher may look SCRUB_PADDING cells to either side.
 *
 * What has been hidden, and a mark that stood there before, is one token: a cell beyond Unicode. A hidden name keeps
 * its cells: the token and then SCRUB_FILL.
 */
enum {
    SCRUB_PADDING = 64,
    SCRUB_NUMBER = 0x110000, /* 〔号码〕 */
    SCRUB_IDENTITY,          /* 〔证件号〕 */
    SCRUB_CARD,              /* 〔卡号〕 */
    SCRUB_MAIL,              /* 〔邮箱〕 */
    SCRUB_NAME,              /* 〔姓名〕 */
    SCRUB_PLATE,             /* 〔车牌〕 */
    SCRUB_CODE,              /* 〔编号〕, left by scrub_known.c */
    SCRUB_TOKENS_END,
    SCRUB_FILL
};

/* A piece of letters and digits that touches a token was part of one run with it: it is not judged by itself. */
static inline bool scrub_is_token(uint32_t c)
{
    return c >= SCRUB_NUMBER && c < SCRUB_TOKENS_END;
}

typedef enum ScrubWordKind {
    SCRUB_WORD_NONE,
    /* what kind of number follows */
    SCRUB_WORD_PHONE,
    SCRUB_WORD_IDENTITY,
    SCRUB_WORD_PASSPORT, /* and other papers with letters in their numbers */
    SCRUB_WORD_CARD,
    SCRUB_WORD_ACCOUNT,
    SCRUB_WORD_RECORD, /* numbers of records and things */
    SCRUB_WORD_QQ,
    SCRUB_WORD_WECHAT,
    SCRUB_WORD_PUBLIC, /* groups and public accounts: no person */
    /* whose name stands there */
    SCRUB_WORD_FIELD,    /* 联系人: a field of a form, behind a colon surely a name */
    SCRUB_WORD_PERSON,   /* 业主: a noun that may stand before a name */
    SCRUB_WORD_I_AM,     /* 我是 */
    SCRUB_WORD_MYSELF,   /* 本人 */
    SCRUB_WORD_CALLED,   /* 我叫 */
    SCRUB_WORD_SURNAMED, /* 姓 */
    SCRUB_WORD_TITLE,    /* 先生 */
    SCRUB_WORD_BUSINESS  /* what makes 李先生 a shop, a road or a room */
} ScrubWordKind;

typedef struct ScrubWord {
    const char16_t *text;
    ScrubWordKind kind;
} ScrubWord;

typedef enum ScrubSurname {
    SCRUB_SURNAME_NONE,
    SCRUB_SURNAME_TITLED,   /* nearly always another word, but before 先生: 区 */
    SCRUB_SURNAME_FUNCTION, /* more often another word: 成 */
    SCRUB_SURNAME_BOTH,     /* as often one as the other: 于 */
    SCRUB_SURNAME_RARE,
    SCRUB_SURNAME_COMMON
} ScrubSurname;

/* scrub_words.c */

/* The longest word that begins at `s`, or NULL; *size in cells. */
const ScrubWord *scrub_words_at(const uint32_t *s, size_t *size);
bool scrub_words_business(const uint32_t *s); /* a word of business begins there */
bool scrub_words_in_order(void);              /* for the test */

/* scrub_surname.c */
ScrubSurname scrub_surname_kind(uint32_t c);
bool scrub_surname_compound(uint32_t a, uint32_t b); /* 欧阳 */
bool scrub_surname_no_name(uint32_t a, uint32_t b); /* a word with a surname in it: 高度, 对方 */
bool scrub_surname_no_given(uint32_t a, uint32_t b); /* no given name: 小区 */
bool scrub_surname_never_given(uint32_t c);          /* in no given name: 的 */
bool scrub_surname_verb(uint32_t a, uint32_t b);     /* may stand behind a name: 反映 */
bool scrub_surname_particle(uint32_t c);             /* may stand behind a name: 家 */
bool scrub_surname_before(uint32_t c);               /* may stand before a name: 找 */
bool scrub_surname_place(uint32_t c);                /* ends the name of a place: 路 */
bool scrub_surname_in_order(void);                   /* for the test */

/* scrub_number.c */

bool scrub_number_digit(uint32_t c);
bool scrub_number_letter(uint32_t c); /* ASCII */
bool scrub_number_alnum(uint32_t c);
bool scrub_number_gap(uint32_t c); /* may stand between groups of digits */
size_t scrub_number_digits(const uint32_t *s);
int32_t scrub_number_value(const uint32_t *s, size_t size);
bool scrub_number_date(int32_t year, const uint32_t *month_day); /* a day of the calendar, MMDD */

/* Digits in groups, one gap between two of them. */
typedef struct ScrubGrouping {
    size_t want;  /* digits in all, the last one ends a group */
    size_t least; /* digits of a group, but of the last */
    size_t most;
} ScrubGrouping;

/* Size in cells of exactly how.want digits, copied to `digits`, or 0. */
size_t scrub_number_grouped(const uint32_t *s, ScrubGrouping how, uint32_t *digits);

/*
 * The number of a person that begins at `s`, of the kind `word` says, and its token; 0 when there is none. `before` is
 * the cell before it, of cells that go on to the left. *kept becomes the size of what is an organisation's number.
 */
size_t scrub_number_match(
    const uint32_t *s, const uint32_t *before, ScrubWordKind word, uint32_t *token, size_t *kept);

/* scrub_paper.c: sizes, or 0 */

size_t scrub_paper_identity(const uint32_t *s, ScrubWordKind word);
/*
 * A card is named by its word; behind 账号 and the like Luhn decides; groups of four that begin as bank cards do and
 * pass Luhn need no word.
 */
size_t scrub_paper_card(const uint32_t *s, ScrubWordKind word);
/* Letters first and five digits at least, as passports and passes have them. */
size_t scrub_paper_lettered(const uint32_t *s);
/* The whole run of letters and digits around `s` is a credit code with a letter before its check character. */
bool scrub_paper_credit_code(const uint32_t *s, const uint32_t *before);

/* scrub_plate.c */

bool scrub_plate_begins(uint32_t c); /* the character of a province */
/* Size of the vehicle's plate that begins there, or 0; `before` and `word` as for scrub_number_match. */
size_t scrub_plate(const uint32_t *s, const uint32_t *before, ScrubWordKind word);

/* scrub_name.c */

/* Hides the names in the cells: true when there was one. */
bool scrub_name_hide(uint32_t *cells, size_t size);

#endif
