#ifndef ONECASE_DOMAIN_MAPPING_TEXT_H
#define ONECASE_DOMAIN_MAPPING_TEXT_H

#include "base/text.h"

#include "domain/mapping_spec.h"

/* The text steps of a field: clean, between, extract. Pure; results are views of the input or live on the arena. */

/*
 * html: tags go (br, p, div, li, tr end a line), the entities &amp; &lt; &gt; &quot; &apos; &nbsp; &#NN; &#xNN; are
 * decoded; narrow: full-width ASCII becomes narrow; upper: a-z; trim: white space at both ends. *narrowed is set when
 * a letter or digit became narrow.
 */
Text mapping_text_clean(Arena *arena, Text text, unsigned clean, bool *narrowed);

/* Without NUL bytes, which old systems pad with; *removed says whether there were any. */
Text mapping_text_without_nul(Arena *arena, Text text, bool *removed);

/* Without control characters (U+0001..1F but tab and line ends, U+007F..9F), which terminals obey; *removed as above. */
Text mapping_text_without_control(Arena *arena, Text text, bool *removed);

/* What stands behind `from` and before the next `to`. Without `from` in the text the whole text; an absent or missing `to` is the end. */
Text mapping_text_between(Text text, Text from, Text to);

/*
 * The values an `extract` finds in a text, narrowed, in order. A value is a whole run of `chars` of the right length and
 * beginning; it stands at most `within` characters behind a marker of `after`, or is the whole text. One pass over
 * the text, however many values.
 */
typedef struct MappingExtraction {
    const MappingExtract *extract;
    Text text;      /* narrowed */
    size_t from;    /* where to go on */
    size_t *places; /* the next one of each marker; SIZE_MAX: none any more */
    bool whole;     /* still to ask: is it the whole text? */
} MappingExtraction;

MappingExtraction mapping_text_extraction(Arena *arena, const MappingExtract *extract, Text text);
bool mapping_text_extract(MappingExtraction *extraction, Text *value);

#endif
