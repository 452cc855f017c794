/*
 * Rows in the order written, and a hash index over their `from`. A prefix table asks the index once for each length,
 * longest first, so a lookup costs the length of a code and not the size of the table.
 */
#include "domain/code_table.h"

void code_table_index(CodeTable *table, Arena *arena)
{
    size_t slots = 8;
    while (slots < table->count * 2)
        slots *= 2;
    table->slot_count = slots;
    table->slots = ARENA_ARRAY(arena, uint32_t, slots);
    table->longest = 0;
    for (size_t i = 0; i < table->count; i++) {
        Text from = table->rows[i].from;
        if (from.size > table->longest)
            table->longest = from.size;
        size_t slot = text_hash(from) & (slots - 1);
        while (table->slots[slot] != 0 &&
               !text_equal(table->rows[table->slots[slot] - 1].from, from))
            slot = (slot + 1) & (slots - 1);
        if (table->slots[slot] == 0)
            table->slots[slot] = (uint32_t)(i + 1);
    }
}

const CodeRow *code_table_exact(const CodeTable *table, Text from)
{
    size_t slot = text_hash(from) & (table->slot_count - 1);
    while (table->slots[slot] != 0) {
        const CodeRow *row = &table->rows[table->slots[slot] - 1];
        if (text_equal(row->from, from))
            return row;
        slot = (slot + 1) & (table->slot_count - 1);
    }
    return NULL;
}

const CodeRow *code_table_find(const CodeTable *table, Text code)
{
    if (!table->prefix)
        return code_table_exact(table, code);
    size_t size = code.size < table->longest ? code.size : table->longest;
    for (; size > 0; size--) {
        const CodeRow *row = code_table_exact(table, text_slice(code, 0, size));
        if (row != NULL)
            return row;
    }
    return NULL;
}
