/*
 * Names of persons where a word marks them: behind 我叫 or 联系人, before 先生, beside a hidden number. Chinese has
 * no spaces around names: a name is a surname of the table and one or two characters that given names are made of, up
 * to where another word surely begins. Without such an end it counts only behind a word that leaves no doubt; where
 * surname and next character make a word (高度) or the surname is a word itself (于), more is asked for.
 *
 * Each rule looks at no more than WINDOW cells. A name that was hidden is a token for those that look again: after
 * each one the scan goes back by WINDOW, so that in the end no rule finds anything more.
 */
#include "base/unicode.h"

#include "domain/scrub_parts.h"

enum {
    WINDOW = 24,
    GIVEN_MOST = 2,
    DOTTED_PART_MOST = 8,
    DOTS_MOST = 2,
    SEPARATORS_MOST = 4,
    UNLISTED_MOST = 4,
    NUMBER_WORD_MOST = 6
};

/* How sure it is that a name begins here. */
typedef enum Sureness {
    SURE_BESIDE, /* beside a number: only with a clear end, and no place */
    SURE_CLOSED, /* 我是: only with a clear end */
    SURE_NOUN,   /* 业主: an end by a word is enough */
    SURE_CALLED, /* 我叫: a common surname needs no end */
    SURE_FIELD   /* 联系人: any surname, even alone */
} Sureness;

typedef enum End {
    END_NONE,
    END_PARTICLE, /* a character that may also be of a name, or one that never is */
    END_WORD,     /* 反映 */
    END_TITLE,
    END_CLEAR /* no Han character: punctuation, digits, the end */
} End;

static bool is_title(const uint32_t *s)
{
    size_t size;
    const ScrubWord *word = scrub_words_at(s, &size);
    return word != NULL && word->kind == SCRUB_WORD_TITLE;
}

/* X某, 张*, 李XX: masked by whoever wrote it. */
static bool is_mask(uint32_t c)
{
    return c == '*' || c == 'X' || c == 'x' || c == u'○' || c == u'〇' || c == u'某';
}

/* A verb of one character. */
static bool is_verb(uint32_t c)
{
    return c == u'称' || c == u'说' || c == u'住';
}

static End end_at(const uint32_t *s)
{
    if (is_mask(s[0]))
        return END_NONE;
    if (!unicode_is_han(s[0]))
        return s[0] == '(' && is_title(s + 1) ? END_TITLE : END_CLEAR;
    if (is_title(s))
        return END_TITLE;
    if (scrub_surname_verb(s[0], s[1]) || is_verb(s[0]))
        return END_WORD;
    return scrub_surname_never_given(s[0]) || scrub_surname_particle(s[0]) ? END_PARTICLE
                                                                           : END_NONE;
}

static bool is_given(uint32_t c)
{
    return unicode_is_han(c) && !is_mask(c) && !scrub_surname_never_given(c);
}

static bool is_dot(uint32_t c)
{
    return c == 0xB7 || c == 0x2022 || c == 0x2027 || c == u'・' || c == 0xFF65;
}

/* Han characters up to the end of a name. */
static size_t name_part(const uint32_t *s)
{
    size_t size = 0;
    while (size <= DOTTED_PART_MOST && is_given(s[size]) &&
           (size < 2 || end_at(s + size) < END_WORD))
        size++;
    return size;
}

/* 买买提·样例: no surname is asked for. */
static size_t dotted_name(const uint32_t *s)
{
    size_t at = name_part(s);
    if (at > DOTTED_PART_MOST)
        return 0;
    size_t dots = 0;
    while (at > 0 && dots < DOTS_MOST && is_dot(s[at])) {
        size_t part = name_part(s + at + 1);
        if (part == 0 || part > DOTTED_PART_MOST)
            break;
        at += 1 + part;
        dots++;
    }
    return dots > 0 ? at : 0;
}

/* How many of the `given` characters at `s`, behind a surname, belong to the name; 0: none. *end becomes what follows. */
static size_t given_size(const uint32_t *s, size_t given, End *end)
{
    End first = end_at(s + 1);
    End second = given == GIVEN_MOST ? end_at(s + GIVEN_MOST) : END_NONE;
    bool one = first == END_TITLE || first == END_WORD || (second == END_NONE && first != END_NONE);
    *end = one ? first : second;
    return one ? 1 : second != END_NONE ? GIVEN_MOST : 0;
}

/* Whether this end is enough for a surname that is also a word. */
static bool is_no_word(ScrubSurname kind, size_t given, End end)
{
    if (kind >= SCRUB_SURNAME_RARE)
        return true;
    return given == GIVEN_MOST ? end == END_WORD || end == END_CLEAR
                               : kind == SCRUB_SURNAME_BOTH && end == END_CLEAR;
}

/* What stands behind a surname of `size` cells at `s`: how many cells of it are the rest of the name. */
static size_t given_at(const uint32_t *s, size_t size, ScrubSurname kind, Sureness sure)
{
    const uint32_t *given = s + size;
    if (!is_given(given[0]))
        return 0;
    size_t most = is_given(given[1]) && !is_title(given + 1) ? GIVEN_MOST : 1;
    bool word = size == 1 && scrub_surname_no_name(s[0], given[0]);
    word = word ||
           (most == GIVEN_MOST && sure < SURE_FIELD && scrub_surname_no_given(given[0], given[1]));
    End end;
    size_t used = given_size(given, most, &end);
    if (sure >= SURE_CALLED) {
        if (word && (used == 0 || end != END_CLEAR))
            return 0;
        if (used > 0 && (sure == SURE_FIELD || is_no_word(kind, used, end)))
            return used;
        return used == 0 && (sure == SURE_FIELD || kind == SCRUB_SURNAME_COMMON) ? most : 0;
    }
    if (word || used == 0 || !is_no_word(kind, used, end) ||
        (sure <= SURE_CLOSED && end < END_TITLE))
        return 0;
    return sure == SURE_BESIDE && scrub_surname_place(given[used - 1]) ? 0 : used;
}

/* A Han name with a surname at `s`. */
static size_t name_at(const uint32_t *s, Sureness sure)
{
    size_t dotted = dotted_name(s);
    if (dotted > 0)
        return dotted;
    bool compound = scrub_surname_compound(s[0], s[1]);
    ScrubSurname kind = compound ? SCRUB_SURNAME_COMMON : scrub_surname_kind(s[0]);
    if (kind == SCRUB_SURNAME_NONE || (kind == SCRUB_SURNAME_TITLED && sure < SURE_FIELD))
        return 0;
    size_t surname = compound ? 2 : 1;
    const uint32_t *given = s + surname;
    End alone = end_at(given);
    if (alone == END_TITLE)
        return kind < SCRUB_SURNAME_RARE || scrub_words_business(given + 2) ? 0 : surname;
    if (alone == END_CLEAR || alone == END_WORD)
        return sure == SURE_FIELD && (kind >= SCRUB_SURNAME_RARE || alone == END_CLEAR) ? surname
                                                                                        : 0;
    size_t rest = given_at(s, surname, kind, sure);
    return rest > 0 ? surname + rest : 0;
}

/* 姓名： is followed by a name even when its surname is in no table. */
static size_t unlisted_name(const uint32_t *s)
{
    size_t size = 0;
    while (size <= UNLISTED_MOST && is_given(s[size]))
        size++;
    bool placeholder = scrub_surname_no_given(s[0], s[1]);
    return size >= 2 && size <= UNLISTED_MOST && end_at(s + size) == END_CLEAR && !placeholder
               ? size
               : 0;
}

static bool is_separator(uint32_t c)
{
    return c == ' ' || c == ':' || c == '(' || c == '"' || c == '-' || c == '=' || c == u'“' ||
           c == u'【' || c == u'「';
}

static bool is_copula(uint32_t c)
{
    return c == u'是' || c == u'为' || c == u'系' || c == u'叫';
}

/* 员, 姓名, 名字, 代表, 本人 behind 来电人. */
static size_t label_rest(const uint32_t *s)
{
    static const char16_t RESTS[][2] = {
        {u'姓', u'名'}, {u'名', u'字'}, {u'代', u'表'}, {u'本', u'人'}};
    size_t at = s[0] == u'员' ? 1 : 0;
    for (size_t i = 0; i < sizeof(RESTS) / sizeof(RESTS[0]); i++)
        if (s[at] == RESTS[i][0] && s[at + 1] == RESTS[i][1])
            return at + 2;
    return at;
}

typedef struct Found {
    const uint32_t *from;
    size_t size; /* 0: nothing */
} Found;

static const Found NOTHING = {NULL, 0};

/* A name behind a label of `size` cells at `s`. */
static Found behind_label(const uint32_t *s, size_t size, Sureness with_colon, Sureness without)
{
    const uint32_t *at = s + size;
    at += label_rest(at);
    bool colon = false;
    for (size_t i = 0; i < SEPARATORS_MOST && is_separator(*at); i++, at++)
        colon = colon || *at == ':';
    if (!colon && is_copula(*at))
        at++;
    size_t name = name_at(at, colon ? with_colon : without);
    if (name == 0 && colon && s[0] == u'姓')
        name = unlisted_name(at);
    return (Found){at, name};
}

/* 姓张的, 我姓张; and 姓  名： with blanks between. */
static Found behind_surnamed(const uint32_t *s)
{
    size_t blanks = 0;
    while (blanks < SEPARATORS_MOST && s[1 + blanks] == ' ')
        blanks++;
    if (blanks > 0 && s[1 + blanks] == u'名')
        return behind_label(s, 2 + blanks, SURE_FIELD, SURE_NOUN);
    if (s[-1] == u'百') /* 老百姓 */
        return NOTHING;
    size_t size = scrub_surname_compound(s[1], s[2])               ? 2
                  : scrub_surname_kind(s[1]) != SCRUB_SURNAME_NONE ? 1
                                                                   : 0;
    return (Found){s + 1, end_at(s + 1 + size) != END_NONE ? size : 0};
}

/* Whether the `size` cells before `end` have the shape of a name; *surname becomes the size of its surname. */
static bool is_name(const uint32_t *end, size_t size, size_t *surname)
{
    const uint32_t *s = end - size;
    bool compound = size >= 2 && scrub_surname_compound(s[0], s[1]);
    ScrubSurname kind = scrub_surname_kind(s[0]);
    if (!compound && kind == SCRUB_SURNAME_NONE)
        return false;
    *surname = compound ? 2 : 1;
    size_t given = size - *surname;
    if (given > GIVEN_MOST)
        return false;
    for (size_t i = *surname; i < size; i++)
        if (!is_given(s[i]))
            return false;
    if (!compound && given > 0 &&
        (kind == SCRUB_SURNAME_TITLED || scrub_surname_no_name(s[0], s[1])))
        return false;
    if (!compound && kind < SCRUB_SURNAME_RARE && unicode_is_han(s[-1]) &&
        (!scrub_surname_before(s[-1]) || scrub_surname_no_name(s[-1], s[0])))
        return false;
    return given < GIVEN_MOST || !scrub_surname_no_given(end[-2], end[-1]);
}

static bool may_stand_before(uint32_t c)
{
    return !unicode_is_han(c) || scrub_surname_before(c);
}

/* The longest name before `end` that has something before it which can end there. */
static size_t name_before(const uint32_t *end, bool beside)
{
    size_t surname;
    for (size_t size = 4; size >= 2; size--) {
        if (!is_name(end, size, &surname) || !may_stand_before(end[-(ptrdiff_t)size - 1]))
            continue;
        if (!beside || (size > surname && !scrub_surname_place(end[-1])))
            return size;
    }
    return 0;
}

/* Before 先生 a surname is enough, and a common one needs nothing before it. */
static size_t name_before_title(const uint32_t *end)
{
    size_t surname;
    size_t size = name_before(end, false);
    if (size > 0)
        return size;
    for (size = 4; size >= 2; size--)
        if (is_name(end, size, &surname) && surname == 2)
            return size;
    if (is_name(end, 1, &surname) && !scrub_surname_no_name(end[-2], end[-1]))
        return 1;
    for (size = 3; size >= 2; size--)
        if (is_name(end, size, &surname) &&
            scrub_surname_kind(end[-(ptrdiff_t)size]) == SCRUB_SURNAME_COMMON)
            return size;
    return 0;
}

/* 康师傅 sells noodles. */
static bool is_brand(const uint32_t *title)
{
    return title[-1] == u'康' && title[0] == u'师' && title[1] == u'傅';
}

static Found before_title(const uint32_t *title)
{
    if (title[2] == u'们' || is_brand(title) || scrub_words_business(title + 2))
        return NOTHING;
    const uint32_t *end = title[-1] == '(' ? title - 1 : title;
    size_t size = name_before_title(end);
    return (Found){end - size, size};
}

/* 王小二，男，45岁 */
static Found before_sex(const uint32_t *s)
{
    bool opened = s[-1] == ',' || s[-1] == '(';
    bool closed = s[1] == ',' || s[1] == ')' || s[1] == ' ' || s[1] == u'、';
    size_t size = opened && closed ? name_before(s - 1, true) : 0;
    return (Found){s - 1 - size, size};
}

static Found beside_number(const uint32_t *s)
{
    const uint32_t *end = s[-1] == ' ' || s[-1] == ':' || s[-1] == '(' ? s - 1 : s;
    size_t size = name_before(end, true);
    if (size > 0)
        return (Found){end - size, size};
    const uint32_t *at = s + 1;
    for (size_t i = 0; i < 2 && (*at == ' ' || *at == '(' || *at == '-'); i++)
        at++;
    return (Found){at, name_at(at, SURE_BESIDE)};
}

/* 张试验、李样例: the next of a list. */
static Found behind_name(const uint32_t *s)
{
    const uint32_t *at = s + 1;
    while (*at == SCRUB_FILL)
        at++;
    if (*at != u'、' && *at != '/' && *at != u'和' && *at != u'与' && *at != u'及')
        return NOTHING;
    return (Found){at + 1, name_at(at + 1, SURE_NOUN)};
}

static Found beside_word(const uint32_t *s)
{
    size_t size;
    const ScrubWord *word = scrub_words_at(s, &size);
    switch (word != NULL ? word->kind : SCRUB_WORD_NONE) {
    case SCRUB_WORD_FIELD:
        return behind_label(s, size, SURE_FIELD, SURE_NOUN);
    case SCRUB_WORD_PERSON:
    case SCRUB_WORD_MYSELF:
        return behind_label(s, size, SURE_NOUN, SURE_NOUN);
    case SCRUB_WORD_I_AM:
        return behind_label(s, size, SURE_CLOSED, SURE_CLOSED);
    case SCRUB_WORD_CALLED:
        return behind_label(s, size, SURE_CALLED, SURE_CALLED);
    case SCRUB_WORD_SURNAMED:
        return behind_surnamed(s);
    case SCRUB_WORD_TITLE:
        return before_title(s);
    case SCRUB_WORD_NONE:
    case SCRUB_WORD_PHONE:
    case SCRUB_WORD_IDENTITY:
    case SCRUB_WORD_PASSPORT:
    case SCRUB_WORD_CARD:
    case SCRUB_WORD_ACCOUNT:
    case SCRUB_WORD_RECORD:
    case SCRUB_WORD_QQ:
    case SCRUB_WORD_WECHAT:
    case SCRUB_WORD_PUBLIC:
    case SCRUB_WORD_BUSINESS:
        break;
    }
    return NOTHING;
}

static Found find_at(const uint32_t *s)
{
    switch (*s) {
    case SCRUB_NAME:
        return behind_name(s);
    case SCRUB_NUMBER:
        return beside_number(s);
    case u'男':
    case u'女':
        if (s[-1] == ',' || s[-1] == '(')
            return before_sex(s);
        return beside_word(s);
    default:
        return unicode_is_han(*s) ? beside_word(s) : NOTHING;
    }
}

/* A word for what number follows is no name, nor part of one. */
static bool has_number_word(Found found)
{
    const uint32_t *first = found.from - (NUMBER_WORD_MOST - 1);
    for (const uint32_t *s = first; s < found.from + found.size; s++) {
        size_t size;
        const ScrubWord *word = scrub_words_at(s, &size);
        if (word != NULL && word->kind <= SCRUB_WORD_PUBLIC && s + size > found.from)
            return true;
    }
    return false;
}

bool scrub_name_hide(uint32_t *cells, size_t size)
{
    bool any = false;
    for (size_t i = 0; i < size;) {
        Found found = find_at(cells + i);
        if (found.size == 0 || has_number_word(found)) {
            i++;
            continue;
        }
        any = true;
        size_t from = (size_t)(found.from - cells);
        cells[from] = SCRUB_NAME;
        for (size_t j = 1; j < found.size; j++)
            cells[from + j] = SCRUB_FILL;
        i = from > WINDOW ? from - WINDOW : 0;
    }
    return any;
}
