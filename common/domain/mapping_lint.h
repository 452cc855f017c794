#ifndef ONECASE_DOMAIN_MAPPING_LINT_H
#define ONECASE_DOMAIN_MAPPING_LINT_H

#include "domain/mapping_finding.h"
#include "domain/mapping_spec.h"

/*
 * What is wrong with a mapping that could be read: targets and conversions that do not fit, code rows that mean
 * nothing, kinds that are never reached, personal data without a rule. `regions` may be NULL.
 */
void mapping_lint(const Mapping *mapping, const RegionTable *regions, MappingFindings *findings);

/* Of several: one source or one topic in two files. Entries may be NULL. */
void mapping_lint_together(const Mapping *const *mappings, size_t count, MappingFindings *findings);

#endif
