#ifndef ONECASE_DOMAIN_CODE_TABLE_H
#define ONECASE_DOMAIN_CODE_TABLE_H

#include "base/arena.h"
#include "base/text.h"

/* One department's codes and what they mean here: a table `codes.*` of a mapping file. */
typedef struct CodeRow {
    Text from;
    Text to;
    int32_t confidence; /* 0 to 100 */
    int line;           /* where it stands, in CodeTable.file */
} CodeRow;

typedef enum CodeUnknown {
    CODE_UNKNOWN_NONE, /* the target stays absent */
    CODE_UNKNOWN_TEXT, /* the target gets `unknown_text` */
    CODE_UNKNOWN_KEEP  /* the source's code is kept, see mapping.h */
} CodeUnknown;

enum { CODE_CONFIDENCE_DEFAULT = 90 };

typedef struct CodeTable {
    Text name;
    Text system;                        /* absent: the source has one code system only */
    Text file;                          /* where the rows stand, for findings */
    int line;                           /* of the table itself in the mapping file */
    bool prefix;                        /* longest row that begins the code wins; otherwise exact */
    const struct KeywordList *keywords; /* NULL: none */
    int keywords_line;                  /* of the key; 0: it is not there or "none" */
    CodeUnknown unknown;
    Text unknown_text;
    CodeRow *rows;
    size_t count;
    uint32_t *slots; /* open addressing over rows, index + 1; made by code_table_index */
    size_t slot_count;
    size_t longest; /* bytes of the longest `from` */
    bool used;      /* by some field; kept for the lint */
} CodeTable;

/* Builds the index once all rows stand; lives on the arena. Of rows with one `from` the first wins. */
void code_table_index(CodeTable *table, Arena *arena);

/* The row of a code by the table's way of matching, or NULL. */
const CodeRow *code_table_find(const CodeTable *table, Text code);

/* The row with exactly this `from`, or NULL. */
const CodeRow *code_table_exact(const CodeTable *table, Text from);

#endif
