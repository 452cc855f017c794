#include "timer_queue.h"

#include <assert.h>
#include <stdlib.h>

static bool is_before(const CaseTimer *a, const CaseTimer *b)
{
    return a->at != b->at ? a->at < b->at : a->case_id < b->case_id;
}

static void swap(CaseTimer *a, CaseTimer *b)
{
    CaseTimer kept = *a;
    *a = *b;
    *b = kept;
}

void timer_queue_free(TimerQueue *queue)
{
    free(queue->items);
    *queue = (TimerQueue){0};
}

void timer_queue_clear(TimerQueue *queue)
{
    queue->count = 0;
}

void timer_queue_add(TimerQueue *queue, const CaseTimer *timer)
{
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity == 0 ? 16 : queue->capacity * 2;
        queue->items = realloc(queue->items, queue->capacity * sizeof *queue->items);
        if (queue->items == NULL)
            abort();
    }
    size_t at = queue->count++;
    queue->items[at] = *timer;
    for (; at > 0 && is_before(&queue->items[at], &queue->items[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&queue->items[at], &queue->items[(at - 1) / 2]);
}

const CaseTimer *timer_queue_first(const TimerQueue *queue)
{
    return queue->count > 0 ? &queue->items[0] : NULL;
}

CaseTimer timer_queue_take(TimerQueue *queue)
{
    assert(queue->count > 0);
    CaseTimer first = queue->items[0];
    queue->items[0] = queue->items[--queue->count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < queue->count; child++)
            if (is_before(&queue->items[child], &queue->items[least]))
                least = child;
        if (least == at)
            return first;
        swap(&queue->items[at], &queue->items[least]);
        at = least;
    }
}
