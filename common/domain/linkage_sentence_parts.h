#ifndef ONECASE_DOMAIN_LINKAGE_SENTENCE_PARTS_H
#define ONECASE_DOMAIN_LINKAGE_SENTENCE_PARTS_H

#include "base/text_builder.h"

#include "domain/linkage_sentence.h"

/* What linkage_sentence.c and linkage_sentence_opening.c share. */
typedef struct LinkageSentence {
    const Decision *decision;
    Text region; /* absent: two reports are compared */
    Arena *arena;
    TextBuilder text;
} LinkageSentence;

/* What was decided and about whom, up to the reasons; all there is to say when nothing was compared. */
void linkage_sentence_open(LinkageSentence *sentence);

Text linkage_sentence_hazard(const LinkageSentence *sentence, int64_t hazard_id);
/* Whether a rival fits as well as the best. */
bool linkage_sentence_equal_rival(const Decision *decision, size_t i);

#endif
