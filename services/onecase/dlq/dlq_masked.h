#ifndef ONECASE_SERVICES_ONECASE_DLQ_MASKED_H
#define ONECASE_SERVICES_ONECASE_DLQ_MASKED_H

#include "base/text_builder.h"

/*
 * Bytes of a dead letter without what they say: JSON with its structure and names, values by their shape
 * (domain/value_shape.h), true, false and null as they are; a text that holds JSON is opened as well. Names with five
 * digits in a row, or of more than 64 characters, are likely values themselves and shown by shape too. Long arrays and
 * objects are cut, but never on the way to the pointer.
 *
 * What is no JSON is shown by the shape of each character around the first fault, with a caret under it.
 */
typedef struct MaskedSpec {
    Text bytes;
    Text pointer; /* of the fault; may be empty: the whole */
    Text rule;    /* what is written beside it */
} MaskedSpec;

/* Lines, each ended. */
void dlq_masked_write(const MaskedSpec *spec, Arena *arena, TextBuilder *out);

#endif
