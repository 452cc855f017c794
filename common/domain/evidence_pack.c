/*
 * Evidence in one heap block:
 *
 *   [Evidence][quoted numbers][buildings][grams][bytes of all texts]
 */
#include "domain/evidence_draft.h"

#include <stdlib.h>
#include <string.h>

enum {
    TEXTS_FIXED = 21,
    TEXTS_MAX = TEXTS_FIXED + EVIDENCE_ASSETS_MAX + ADDRESS_BUILDINGS_MAX + EVIDENCE_QUOTED_MAX
};

/* Every text of the evidence; returns the count. */
static size_t list_texts(Evidence *e, Text **texts)
{
    Address *a = &e->address;
    Text *fixed[TEXTS_FIXED] = {
        &e->source,         &e->record_no, &e->origin_no,  &e->origin_source, &a->road,
        &a->road_no,        &a->lane_no,   &a->cross_road, &a->estate,        &a->unit,
        &a->floor,          &a->room,      &a->poi,        &a->relation,      &e->place_text,
        &e->community_code, &e->grid_code, &e->usc_code,   &e->party_name,    &e->reporter,
        &e->reporter_before};
    size_t count = 0;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        texts[count++] = fixed[i];
    for (size_t i = 0; i < e->asset_count; i++)
        texts[count++] = &e->assets[i].id;
    for (size_t i = 0; i < a->buildings.count; i++)
        texts[count++] = &a->buildings.items[i];
    for (size_t i = 0; i < e->quoted_nos.count; i++)
        texts[count++] = &e->quoted_nos.items[i];
    return count;
}

Evidence *evidence_pack(const Evidence *draft)
{
    Evidence copy = *draft;
    Text *texts[TEXTS_MAX];
    size_t bytes = 0;
    size_t count = list_texts(&copy, texts);
    for (size_t i = 0; i < count; i++)
        bytes += texts[i]->size + 1;
    size_t quoted_size = copy.quoted_nos.count * sizeof(Text);
    size_t buildings_size = copy.address.buildings.count * sizeof(Text);
    size_t grams_size = copy.gram_count * sizeof(Gram);
    char *block = malloc(sizeof copy + quoted_size + buildings_size + grams_size + bytes);
    if (block == NULL)
        abort();
    char *at = block + sizeof copy;
    if (quoted_size > 0)
        memcpy(at, copy.quoted_nos.items, quoted_size);
    copy.quoted_nos.items = (Text *)(void *)at;
    at += quoted_size;
    if (buildings_size > 0)
        memcpy(at, copy.address.buildings.items, buildings_size);
    copy.address.buildings.items = (Text *)(void *)at;
    at += buildings_size;
    if (grams_size > 0)
        memcpy(at, copy.grams, grams_size);
    copy.grams = (const Gram *)(const void *)at;
    at += grams_size;
    Evidence *evidence = (Evidence *)(void *)block;
    memcpy(evidence, &copy, sizeof copy);
    count = list_texts(evidence, texts);
    for (size_t i = 0; i < count; i++) {
        if (texts[i]->data == NULL)
            continue;
        memcpy(at, texts[i]->data, texts[i]->size);
        at[texts[i]->size] = '\0';
        texts[i]->data = at;
        at += texts[i]->size + 1;
    }
    return evidence;
}
