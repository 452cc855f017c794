#ifndef ONECASE_DOMAIN_MAPPING_TEXT_H
#define ONECASE_DOMAIN_MAPPING_TEXT_H

#include "base/text.h"

#include "domain/mapping_spec.h"

/* The text steps of a field: clean, between, extract. Pure; results are views of the input or live on the arena. */

/*
 * html: tags go (br, p, div, li, tr end a line), the entities &amp; &lt; &gt; &quot; &apos; &nbsp; &#NN; &#xNN; are
 * decoded; narrow: full-width ASCII becomes narrow; upper: a-z; trim: white space at both ends.
 */
Text mapping_text_clean(Arena *arena, Text text, unsigned clean);

/* What stands behind `from` and before the next `to`. Without `from` in the text the whole text; an absent or missing `to` is the end. */
Text mapping_text_between(Text text, Text from, Text to);

/*
 * The next value in the text at or after *cursor (0 to start), narrowed, or absent. A value is a whole run of `chars`
 * of the right length and beginning; it stands at most `within` characters behind a marker of `after`, or is the
 * whole text.
 */
Text mapping_text_extract(Arena *arena, const MappingExtract *extract, Text text, size_t *cursor);

#endif
