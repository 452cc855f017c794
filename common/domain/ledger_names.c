/*
 * A trie whose edges lie in one open table: (node, code point) -> node, a node being the number of its slot. A name takes only
 * as many nodes as tell it from its neighbours in alphabetical order; what is left of it (the tail) is compared with the name
 * itself. So a hundred thousand house numbers of a few thousand roads take about two nodes each, and a text that holds no
 * name costs one look at each of its positions.
 */
#include "domain/ledger_names.h"

#include "base/unicode.h"

typedef struct Node {
    uint32_t parent; /* slot + 1; 0: the root */
    uint32_t codepoint;
    uint32_t
        name; /* index + 1 of the name that ends here or is the only one from here on; 0 none */
} Node;

struct LedgerNames {
    const Text *names;
    Node *nodes; /* a slot without code point is empty */
    size_t slots;
};

/* Code points that two names have in common at their start. */
static size_t common_start(Text a, Text b)
{
    size_t count = 0;
    uint32_t x;
    uint32_t y;
    while (unicode_next(&a, &x) && unicode_next(&b, &y) && x == y)
        count++;
    return count;
}

/* How many nodes the name at `index` needs of its own, from the root on. */
static size_t depth_of(const Text *names, size_t count, size_t index, size_t shared_before)
{
    size_t shared_after = index + 1 < count ? common_start(names[index], names[index + 1]) : 0;
    size_t depth = (shared_before > shared_after ? shared_before : shared_after) + 1;
    size_t length = unicode_length(names[index]);
    return depth < length ? depth : length;
}

static size_t count_nodes(const Text *names, size_t count)
{
    size_t nodes = 0;
    for (size_t i = 0; i < count; i++) {
        size_t shared = i > 0 ? common_start(names[i - 1], names[i]) : 0;
        nodes += depth_of(names, count, i, shared) - shared;
    }
    return nodes;
}

/* The slot of the edge, or the empty one where it would stand. */
static size_t find_slot(const LedgerNames *names, uint32_t parent, uint32_t codepoint)
{
    uint64_t mixed = ((uint64_t)parent << 32 | codepoint) * UINT64_C(0x9E3779B97F4A7C15);
    size_t mask = names->slots - 1;
    size_t slot = (size_t)(mixed >> 32) & mask;
    while (names->nodes[slot].codepoint != 0 &&
           (names->nodes[slot].parent != parent || names->nodes[slot].codepoint != codepoint))
        slot = (slot + 1) & mask;
    return slot;
}

static void insert(LedgerNames *names, size_t index, size_t depth)
{
    Text rest = names->names[index];
    uint32_t parent = 0;
    uint32_t codepoint;
    for (size_t i = 0; i < depth && unicode_next(&rest, &codepoint); i++) {
        size_t slot = find_slot(names, parent, codepoint);
        names->nodes[slot].parent = parent;
        names->nodes[slot].codepoint = codepoint;
        if (i + 1 == depth)
            names->nodes[slot].name = (uint32_t)index + 1;
        parent = (uint32_t)slot + 1;
    }
}

LedgerNames *ledger_names_new(const Text *names, size_t count, Arena *arena)
{
    LedgerNames *made = ARENA_NEW(arena, LedgerNames);
    size_t nodes = count_nodes(names, count);
    made->names = names;
    made->slots = 16;
    while (made->slots * 2 < nodes * 3)
        made->slots *= 2;
    made->nodes = ARENA_ARRAY(arena, Node, made->slots);
    for (size_t i = 0; i < count; i++) {
        size_t shared = i > 0 ? common_start(names[i - 1], names[i]) : 0;
        insert(made, i, depth_of(names, count, i, shared));
    }
    return made;
}

/* Whether the whole name stands there; its length. */
static bool stands_there(Text name, const uint32_t *codepoints, size_t count, size_t *length)
{
    size_t i = 0;
    uint32_t codepoint;
    while (unicode_next(&name, &codepoint)) {
        if (i == count || codepoints[i] != codepoint)
            return false;
        i++;
    }
    *length = i;
    return true;
}

size_t ledger_names_longest(const LedgerNames *names,
                            const uint32_t *codepoints,
                            size_t count,
                            size_t *length)
{
    size_t found = SIZE_MAX;
    uint32_t parent = 0;
    for (size_t i = 0; i < count && codepoints[i] != 0; i++) {
        size_t slot = find_slot(names, parent, codepoints[i]);
        const Node *node = &names->nodes[slot];
        if (node->codepoint == 0)
            break;
        if (node->name != 0 &&
            stands_there(names->names[node->name - 1], codepoints, count, length))
            found = node->name - 1;
        parent = (uint32_t)slot + 1;
    }
    return found;
}
