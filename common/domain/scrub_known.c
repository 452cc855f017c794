/*
 * One hash table of names and numbers. A text is looked at once for names, at each character once for each length that
 * a known name has, and once for numbers, run by run. Names go before scrub_text, which would perhaps see a part of one;
 * numbers after it, which knows better what kind they are of.
 */
#include "domain/scrub_known.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/scrub.h"
#include "domain/scrub_parts.h"

#include <string.h>

enum { NAME_LEAST = 2, NAME_MOST = 4, DOTTED_MOST = 24, NUMBER_LEAST = 5, NUMBER_MOST = 64 };
enum { JOINED_MOST = 4 * NAME_MOST }; /* bytes */
enum { DIGITS_LEAST = 3, HOUSE_DIGITS_MOST = 4, SLOTS_FIRST = 16 };

struct ScrubKnown {
    Arena *arena;
    const ScrubKnown *more; /* NULL: none */
    Text *slots;            /* open addressing; absent: free */
    size_t slot_count;
    size_t count;
    uint32_t lengths; /* bit n: some name has n characters */
    uint64_t firsts;  /* bits of the names' first characters, to pass quickly over the others */
    bool numbers;
};

ScrubKnown *scrub_known_new(Arena *arena, const ScrubKnown *more)
{
    ScrubKnown *known = ARENA_NEW(arena, ScrubKnown);
    *known = (ScrubKnown){.arena = arena, .more = more};
    if (more != NULL) {
        known->lengths = more->lengths;
        known->firsts = more->firsts;
        known->numbers = more->numbers;
    }
    return known;
}

static Text *slot_of(Text *slots, size_t count, Text text)
{
    size_t at = (size_t)text_hash(text) & (count - 1);
    while (!text_is_absent(slots[at]) && !text_equal(slots[at], text))
        at = (at + 1) & (count - 1);
    return &slots[at];
}

static bool is_known(const ScrubKnown *known, Text text)
{
    for (; known != NULL; known = known->more)
        if (known->count > 0 && !text_is_absent(*slot_of(known->slots, known->slot_count, text)))
            return true;
    return false;
}

static void grow(ScrubKnown *known)
{
    size_t count = known->slot_count == 0 ? SLOTS_FIRST : known->slot_count * 2;
    Text *slots = ARENA_ARRAY(known->arena, Text, count);
    for (size_t i = 0; i < known->slot_count; i++)
        if (!text_is_absent(known->slots[i]))
            *slot_of(slots, count, known->slots[i]) = known->slots[i];
    known->slots = slots;
    known->slot_count = count;
}

static bool add(ScrubKnown *known, Text text)
{
    if (known->count == SCRUB_KNOWN_MOST)
        return false;
    if ((known->count + 1) * 2 > known->slot_count)
        grow(known);
    Text *slot = slot_of(known->slots, known->slot_count, text);
    known->count += text_is_absent(*slot);
    if (text_is_absent(*slot))
        *slot = text_copy(known->arena, text);
    return true;
}

static uint32_t narrowed(uint32_t c)
{
    return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c;
}

static bool is_dot(uint32_t c)
{
    return c == 0xB7 || c == 0x2022 || c == 0x2027 || c == 0x30FB || c == 0xFF65;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == 0x3000 || c == 0xA0;
}

/* A surname and what may be a given name; `c` has 2 to 4 characters. */
static bool is_name(const uint32_t *c, size_t size)
{
    bool compound = size > NAME_LEAST && scrub_surname_compound(c[0], c[1]);
    ScrubSurname kind = scrub_surname_kind(c[0]);
    if (!compound && kind == SCRUB_SURNAME_NONE)
        return false;
    if (!compound && (scrub_surname_no_name(c[0], c[1]) ||
                      (size == NAME_LEAST && kind <= SCRUB_SURNAME_FUNCTION)))
        return false;
    if (size > NAME_LEAST && scrub_surname_place(c[size - 1]))
        return false;
    for (size_t i = 1; i < size; i++)
        if (scrub_surname_never_given(c[i]) ||
            (i + 1 < size && scrub_surname_no_given(c[i], c[i + 1])))
            return false;
    return true;
}

/* A run of Han characters and dots of a value. */
typedef struct NameRun {
    uint32_t cells[DOTTED_MOST];
    size_t size; /* more than DOTTED_MOST: too long */
    bool dotted;
    size_t from; /* bytes */
} NameRun;

/* A house number follows: a few digits, and then something else. */
static bool before_house(Text rest)
{
    size_t digits = 0;
    uint32_t c;
    while (unicode_next(&rest, &c) && scrub_number_digit(narrowed(c)))
        digits++;
    return digits > 0 && digits <= HOUSE_DIGITS_MOST;
}

/* `end` is the byte behind the run. */
static void end_name(ScrubKnown *known, Text value, NameRun *run, size_t end)
{
    bool inside = run->size > 0 && run->size <= DOTTED_MOST && !is_dot(run->cells[0]) &&
                  !is_dot(run->cells[run->size - 1]);
    bool plain = run->size >= NAME_LEAST && run->size <= NAME_MOST && !run->dotted &&
                 is_name(run->cells, run->size);
    if (inside && (run->dotted || plain) && !before_house(text_slice(value, end, SIZE_MAX)) &&
        add(known, text_slice(value, run->from, end - run->from))) {
        known->lengths |= 1u << run->size;
        known->firsts |= UINT64_C(1) << (run->cells[0] & 63);
    }
    run->size = 0;
    run->dotted = false;
}

static void add_names(ScrubKnown *known, Text value)
{
    NameRun run = {.size = 0};
    for (Text rest = value; rest.size > 0;) {
        size_t at = value.size - rest.size;
        uint32_t c;
        unicode_next(&rest, &c);
        if (!unicode_is_han(c) && !is_dot(c)) {
            end_name(known, value, &run, at);
            continue;
        }
        if (run.size == 0)
            run.from = at;
        if (run.size < DOTTED_MOST)
            run.cells[run.size] = c;
        run.size += run.size <= DOTTED_MOST;
        run.dotted = run.dotted || is_dot(c);
    }
    end_name(known, value, &run, value.size);
}

/* A run of letters and digits, narrow and in small letters. */
typedef struct NumberRun {
    char text[NUMBER_MOST];
    size_t size; /* more than NUMBER_MOST: too long */
    size_t digits;
} NumberRun;

/* Takes the run at the front of *rest; without one the next character. */
static void take_run(Text *rest, NumberRun *run)
{
    run->size = 0;
    run->digits = 0;
    for (;;) {
        Text behind = *rest;
        uint32_t c;
        if (!unicode_next(&behind, &c))
            return;
        uint32_t narrow = narrowed(c);
        if (!scrub_number_alnum(narrow)) {
            if (run->size == 0)
                *rest = behind;
            return;
        }
        if (run->size < NUMBER_MOST)
            run->text[run->size] = (char)(scrub_number_letter(narrow) ? narrow | 0x20 : narrow);
        run->size += run->size <= NUMBER_MOST;
        run->digits += scrub_number_digit(narrow);
        *rest = behind;
    }
}

static bool is_number(const NumberRun *run)
{
    return run->size >= NUMBER_LEAST && run->size <= NUMBER_MOST && run->digits >= DIGITS_LEAST;
}

static void add_numbers(ScrubKnown *known, Text value)
{
    NumberRun run;
    for (Text rest = value; rest.size > 0;) {
        take_run(&rest, &run);
        if (is_number(&run))
            known->numbers = add(known, (Text){run.text, run.size}) || known->numbers;
    }
}

/*
 * "王　强" as "王强", in `joined`: Han characters with blanks between them that are no more than one name. Absent when the
 * value is anything else.
 */
static Text without_blanks(Text value, char joined[JOINED_MOST])
{
    size_t size = 0;
    size_t count = 0;
    Text trimmed = text_trim(value);
    for (Text rest = trimmed; rest.size > 0;) {
        const char *from = rest.data;
        uint32_t c;
        unicode_next(&rest, &c);
        if (is_blank(c))
            continue;
        size_t bytes = (size_t)(rest.data - from);
        if (!unicode_is_han(c) || ++count > NAME_MOST)
            return TEXT_ABSENT;
        memcpy(joined + size, from, bytes);
        size += bytes;
    }
    return size < trimmed.size ? (Text){joined, size} : TEXT_ABSENT;
}

void scrub_known_add(ScrubKnown *known, Text value)
{
    if (value.size > SCRUB_KNOWN_VALUE)
        value = text_slice(value, 0, SCRUB_KNOWN_VALUE);
    char joined[JOINED_MOST];
    Text padded = without_blanks(value, joined);
    add_names(known, text_is_absent(padded) ? value : padded);
    add_numbers(known, value);
}

/* Bytes of the longest known name that begins there, perhaps with blanks in it (王　强); 0: none. */
static size_t name_at(const ScrubKnown *known, Text rest)
{
    char name[4 * DOTTED_MOST];
    size_t name_size = 0;
    size_t size = 0;
    size_t length = 0;
    bool dotted = false;
    uint32_t c;
    for (Text behind = rest; length < DOTTED_MOST && known->lengths >> (length + 1) != 0;) {
        const char *from = behind.data;
        if (!unicode_next(&behind, &c))
            break;
        if (is_blank(c) && length > 0 && length < NAME_MOST)
            continue;
        if (!unicode_is_han(c) && !is_dot(c))
            break;
        if (length++ == 0 && (known->firsts >> (c & 63) & 1) == 0)
            return 0;
        memcpy(name + name_size, from, (size_t)(behind.data - from));
        name_size += (size_t)(behind.data - from);
        dotted = dotted || is_dot(c);
        if ((length <= NAME_MOST || dotted) && (known->lengths >> length & 1) != 0 &&
            is_known(known, (Text){name, name_size}))
            size = rest.size - behind.size;
    }
    return size;
}

/* A text that is written only once something in it changes. */
typedef struct Writer {
    Text text;
    TextBuilder out;
    size_t copied; /* bytes of the text already written or hidden */
} Writer;

static void hide(Writer *writer, size_t from, size_t size, const char *mark)
{
    builder_text(&writer->out, text_slice(writer->text, writer->copied, from - writer->copied));
    builder_string(&writer->out, mark);
    writer->copied = from + size;
}

static Text written(Writer *writer)
{
    if (writer->copied == 0)
        return writer->text;
    builder_text(&writer->out, text_slice(writer->text, writer->copied, SIZE_MAX));
    return builder_view(&writer->out);
}

static Text without_names(Arena *arena, const ScrubKnown *known, Text text)
{
    Writer writer = {.text = text, .out = builder_new(arena)};
    for (Text rest = text; rest.size > 0 && known->lengths != 0;) {
        size_t size = name_at(known, rest);
        uint32_t c;
        if (size > 0) {
            hide(&writer, text.size - rest.size, size, "〔姓名〕");
            rest = text_slice(rest, size, SIZE_MAX);
        } else {
            unicode_next(&rest, &c);
        }
    }
    return written(&writer);
}

static const char *number_mark(const NumberRun *run)
{
    bool digits = run->digits == run->size;
    if (digits && run->size == 11 && run->text[0] == '1')
        return "〔号码〕";
    if ((digits && (run->size == 15 || run->size == 18)) ||
        (run->size == 18 && run->digits == 17 && run->text[17] == 'x'))
        return "〔证件号〕";
    return "〔编号〕";
}

static Text without_numbers(Arena *arena, const ScrubKnown *known, Text text)
{
    Writer writer = {.text = text, .out = builder_new(arena)};
    NumberRun run;
    for (Text rest = text; rest.size > 0 && known->numbers;) {
        size_t from = text.size - rest.size;
        take_run(&rest, &run);
        if (is_number(&run) && is_known(known, (Text){run.text, run.size}))
            hide(&writer, from, text.size - rest.size - from, number_mark(&run));
    }
    return written(&writer);
}

Text scrub_known_text(Arena *arena, const ScrubKnown *known, Text text, bool *changed)
{
    if (known == NULL || (known->lengths == 0 && !known->numbers))
        return scrub_text(arena, text, changed);
    Text unnamed = without_names(arena, known, text);
    Text found = without_numbers(arena, known, scrub_text(arena, unnamed, NULL));
    if (changed != NULL)
        *changed = found.data != text.data;
    return found;
}
