#ifndef ONECASE_BASE_ARENA_H
#define ONECASE_BASE_ARENA_H

#include <stddef.h>

/*
 * Memory that lives as long as one message, one batch or one program: allocate, never free singly, reset at
 * the end. Out of memory ends the process. Not thread-safe.
 */
typedef struct Arena Arena;
typedef struct ArenaMark {
    void *block;
    size_t used;
} ArenaMark;

/* A new arena that grows in blocks of at least `block_size` bytes. Owned by the caller: arena_free. */
Arena *arena_new(size_t block_size);
void arena_free(Arena *arena); /* NULL is fine */

/* `size` zeroed bytes, aligned for any type; size 0 gives a valid pointer. Never NULL. */
void *arena_alloc(Arena *arena, size_t size);

/* Grows the block `old` of `old_size` bytes to `new_size` (in place when it was the last one), new bytes zeroed. */
void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size);

/* Forgets everything allocated; the first blocks are kept for reuse (at most 1 MiB stays). */
void arena_reset(Arena *arena);

/* Remembers a point and returns to it: everything allocated since is forgotten. */
ArenaMark arena_mark(const Arena *arena);
void arena_rewind(Arena *arena, ArenaMark mark);

/* Bytes handed out since the last reset. */
size_t arena_used(const Arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count)                                                            \
    ((type *)arena_alloc((arena), sizeof(type) * (size_t)(count)))

#endif
