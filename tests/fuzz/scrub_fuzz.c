/*
 * The first byte chooses where in the rest of the text a person is planted, and how the number is written. Whatever
 * stands around, neither the number nor the name comes through; what comes out is UTF-8 and stays as it is when it is
 * scrubbed again.
 */
#include "fuzz.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/scrub.h"

enum { PLACES = 64, FORMS = 4 };

/* Between full stops, so that it is a number and a name to every reader. */
static const char *const PLANTED[FORMS] = {"。19900007531。", "。199-0000-7531。",
                                           "。１９９００００７５３１。", "。+86 199 0000 7531。"};
static const char *const MUST_GO[FORMS] = {"19900007531", "199-0000-7531", "１９９００００７５３１",
                                           "199 0000 7531"};
static const char PERSON[] = "。张试验先生。";
static const char NAME[] = "张试验";

static Text scrubbed(Arena *arena, Text text)
{
    bool changed;
    Text once = scrub_text(arena, text, &changed);
    require(unicode_valid(once));
    require(changed || once.data == text.data);
    bool again;
    Text twice = scrub_text(arena, once, &again);
    require(text_equal(once, twice) && !again);
    return once;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    Arena *arena = arena_new(4096);
    bool repaired;
    Text text = unicode_repair(arena, (Text){(const char *)data + 1, size - 1}, &repaired);
    scrubbed(arena, text);

    size_t form = data[0] % FORMS;
    Text head = unicode_prefix(text, data[0] / FORMS % PLACES);
    TextBuilder planted = builder_new(arena);
    builder_text(&planted, head);
    builder_string(&planted, PLANTED[form]);
    builder_string(&planted, PERSON);
    builder_text(&planted, text_slice(text, head.size, SIZE_MAX));
    Text rest = scrubbed(arena, builder_view(&planted));
    if (!text_contains(text, text_from(MUST_GO[form])))
        require(!text_contains(rest, text_from(MUST_GO[form])));
    if (!text_contains(text, text_from(NAME)))
        require(!text_contains(rest, text_from(NAME)));
    arena_free(arena);
    return 0;
}
