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
    *(int64_t *)((char *)now + counter) += 1;
    if (!text_is_absent(item->arrives_in)) { /* its offset was counted where it came in */
        now->arrived += item->moved ? 0 : 1;
        return;
    }
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
}

void batch_count_moved(Account *account, size_t from, size_t to)
{
    account->touched = true;
    *(int64_t *)((char *)&account->now + from) -= 1;
    *(int64_t *)((char *)&account->now + to) += 1;
}

void batch_count_repeat(BatchItem *item)
{
    if (item->account == NULL)
        return;
    item->account->touched = true;
    item->account->now.redelivered++;
}
