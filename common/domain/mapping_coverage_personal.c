/*
 * What intake would withhold from `extra` (mapping_person_extra.c), found before it does: the members of the test inputs
 * below a pointer of `extra` that are named like a person's and of which `personal` says nothing.
 */
#include "domain/mapping_coverage_parts.h"
#include "domain/mapping_person_name.h"

/* The rule that covers the place, or NULL. */
static const MappingPersonalRule *covering_rule(const CoveragePlace *place, const Mapping *mapping)
{
    const MappingPersonalRule *best = NULL;
    for (size_t i = 0; i < mapping->personal_count; i++) {
        const MappingPersonalRule *rule = &mapping->personal[i];
        if (coverage_place_fits(place, &rule->pointer, rule->pointer.count) &&
            mapping_personal_beats(rule, best))
            best = rule;
    }
    return best;
}

/* A rule covers the place, or names it or one below it. */
static bool is_spoken_of(const CoveragePlace *place, const Mapping *mapping)
{
    const MappingPersonalRule *around = covering_rule(place, mapping);
    size_t depth = coverage_place_depth(place);
    if (around != NULL && around->what != PERSONAL_NO_PERSON)
        return true;
    for (size_t i = 0; i < mapping->personal_count; i++)
        if (coverage_place_fits(place, &mapping->personal[i].pointer, depth))
            return true;
    return false;
}

static bool is_withheld(const CoveragePlace *place, const Mapping *mapping)
{
    return !place->each && mapping_person_name(place->name) && !is_spoken_of(place, mapping);
}

/* What stands around the place, `depth` down and deeper, goes without it. */
static bool goes_before(const CoveragePlace *place, const Mapping *mapping, size_t depth)
{
    for (size_t i = coverage_place_depth(place); i > depth + 1; i--) {
        place = place->parent;
        if (is_withheld(place, mapping))
            return true;
    }
    return false;
}

void coverage_lint_personal(const CoveragePlace *root,
                            const Mapping *mapping,
                            Arena *arena,
                            MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->extra_count; i++) {
        const MappingPointer *extra = &mapping->extra[i];
        CoveragePlace *place = (CoveragePlace *)root;
        for (; place != NULL; place = coverage_next_place(place)) {
            if (coverage_place_depth(place) <= extra->count ||
                !coverage_place_fits(place, extra, extra->count) || !is_withheld(place, mapping) ||
                goes_before(place, mapping, extra->count))
                continue;
            Text text = coverage_place_text(place, arena);
            mapping_finding(
                findings, FINDING_PERSONAL_UNMARKED, mapping->file, extra->line,
                "extra: \"%.*s\" takes in \"%.*s\", which looks like personal data and "
                "has no \"personal\": hash, mask, drop, or none where it names no person",
                TEXT_ARGS(extra->text), TEXT_ARGS(text));
        }
    }
}
