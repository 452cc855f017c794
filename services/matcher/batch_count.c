/* Each record is counted once where it went, in the account of the source partition it came from. */
#include "batch_parts.h"

void batch_count_once(BatchItem *item, size_t counter)
{
    Account *account = item->account;
    if (account == NULL)
        return;
    StoredAccount *now = &account->now;
    const RecordHead *head = &item->head;
    int64_t skipped = head->origin.item == 0 && !item->moved ? head->skipped : 0;
    int64_t first = head->origin.offset - skipped;
    account->touched = true;
    if (now->last_offset < 0 || first < now->first_offset)
        now->first_offset = first;
    if (head->origin.offset > now->last_offset) {
        now->last_offset = head->origin.offset;
        now->last_item = head->origin.item;
    } else if (head->origin.offset == now->last_offset && head->origin.item > now->last_item) {
        now->last_item = head->origin.item;
    }
    now->skipped += skipped;
    now->extra_items += head->origin.item > 0 && !item->moved ? 1 : 0;
    *(int64_t *)((char *)now + counter) += 1;
}

void batch_count_repeat(BatchItem *item)
{
    if (item->account == NULL)
        return;
    item->account->touched = true;
    item->account->now.redelivered++;
}
