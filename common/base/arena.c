/*
 * A chain of blocks; the current one is bumped, the ones behind it wait for reuse:
 *
 *   first -> [used ####....] -> [used ##......] current -> [free ........] -> NULL
 *
 * Blocks before `current` are never touched again until a rewind or reset. Under AddressSanitizer
 * all bytes not handed out are poisoned and a gap is left behind each allocation, so an overrun
 * inside a block is caught.
 */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#define POISON(start, size) ASAN_POISON_MEMORY_REGION((start), (size))
#define UNPOISON(start, size) ASAN_UNPOISON_MEMORY_REGION((start), (size))
#else
enum { GAP = 0 };
#define POISON(start, size) ((void)(start), (void)(size))
#define UNPOISON(start, size) ((void)(start), (void)(size))
#endif

enum { ALIGNMENT = alignof(max_align_t), KEPT_BYTES_MAX = 1024 * 1024, BLOCK_BYTES_MIN = 256 };

typedef struct Block {
    struct Block *next;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char data[];
} Block;

struct Arena {
    Block *first;
    Block *current;
    size_t block_size;
};

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return memory;
}

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) & ~((size_t)ALIGNMENT - 1);
}

static Block *block_new(size_t size)
{
    Block *block = allocate(sizeof(Block) + size);
    block->next = NULL;
    block->size = size;
    block->used = 0;
    POISON(block->data, size);
    return block;
}

static void block_free(Block *block)
{
    UNPOISON(block->data, block->size);
    free(block);
}

static void block_cut(Block *block, size_t used)
{
    block->used = used;
    POISON(block->data + used, block->size - used);
}

Arena *arena_new(size_t block_size)
{
    Arena *arena = allocate(sizeof(Arena));
    arena->first = NULL;
    arena->current = NULL;
    arena->block_size = aligned(block_size < BLOCK_BYTES_MIN ? BLOCK_BYTES_MIN : block_size);
    return arena;
}

void arena_free(Arena *arena)
{
    if (arena == NULL) {
        return;
    }
    Block *block = arena->first;
    while (block != NULL) {
        Block *next = block->next;
        block_free(block);
        block = next;
    }
    free(arena);
}

/* Makes `current` a block with `size` free bytes: the next one if large enough, else a new one. */
static void make_room(Arena *arena, size_t size)
{
    Block *current = arena->current;
    Block *next = current == NULL ? arena->first : current->next;
    if (next == NULL || next->size < size) {
        Block *block = block_new(size > arena->block_size ? size : arena->block_size);
        block->next = next;
        if (current == NULL) {
            arena->first = block;
        } else {
            current->next = block;
        }
        next = block;
    }
    block_cut(next, 0);
    arena->current = next;
}

void *arena_alloc(Arena *arena, size_t size)
{
    assert(size < SIZE_MAX / 2);
    size_t taken = aligned(size) + GAP;
    if (arena->current == NULL || arena->current->size - arena->current->used < taken) {
        make_room(arena, taken);
    }
    Block *block = arena->current;
    unsigned char *memory = block->data + block->used;
    block->used += taken;
    UNPOISON(memory, size);
    memset(memory, 0, size);
    return memory;
}

void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size)
{
    if (old != NULL && new_size <= old_size) {
        return old;
    }
    Block *block = arena->current;
    size_t old_taken = aligned(old_size) + GAP;
    if (old != NULL && block != NULL && block->used >= old_taken &&
        (unsigned char *)old == block->data + (block->used - old_taken)) {
        size_t new_taken = aligned(new_size) + GAP;
        if (block->size - (block->used - old_taken) >= new_taken) {
            block->used += new_taken - old_taken;
            UNPOISON(old, new_size);
            memset((unsigned char *)old + old_size, 0, new_size - old_size);
            return old;
        }
    }
    void *memory = arena_alloc(arena, new_size);
    if (old != NULL && old_size > 0) {
        memcpy(memory, old, old_size);
    }
    return memory;
}

void arena_reset(Arena *arena)
{
    size_t kept = 0;
    Block **link = &arena->first;
    while (*link != NULL) {
        Block *block = *link;
        if (kept + block->size > KEPT_BYTES_MAX) {
            *link = block->next;
            block_free(block);
        } else {
            kept += block->size;
            block_cut(block, 0);
            link = &block->next;
        }
    }
    arena->current = NULL;
}

ArenaMark arena_mark(const Arena *arena)
{
    Block *block = arena->current;
    return (ArenaMark){.block = block, .used = block == NULL ? 0 : block->used};
}

void arena_rewind(Arena *arena, ArenaMark mark)
{
    Block *block = mark.block;
    for (Block *later = block == NULL ? arena->first : block->next; later != NULL;
         later = later->next) {
        block_cut(later, 0);
    }
    if (block != NULL) {
        block_cut(block, mark.used);
    }
    arena->current = block;
}

size_t arena_used(const Arena *arena)
{
    size_t used = 0;
    if (arena->current != NULL) {
        for (const Block *block = arena->first; block != arena->current; block = block->next) {
            used += block->used;
        }
        used += arena->current->used;
    }
    return used;
}
