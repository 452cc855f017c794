#ifndef ONECASE_DOMAIN_MAPPING_LINT_PARTS_H
#define ONECASE_DOMAIN_MAPPING_LINT_PARTS_H

#include "domain/mapping_lint.h"

/* The parts of mapping_lint.c; not for others. */
#define LINT(rule, line, ...)                                                                      \
    mapping_finding(findings, FINDING_##rule, mapping->file, (line), __VA_ARGS__)

/* mapping_lint_kinds.c: kinds that are never reached, and those without a record number */
void lint_kinds(const Mapping *mapping, MappingFindings *findings);

/* mapping_lint_fields.c: conversions, values and tables */
void lint_fields(const Mapping *mapping, MappingFindings *findings);
void lint_tables(const Mapping *mapping, MappingFindings *findings);

/* mapping_lint_unread.c: what `unread` names and is read all the same */
void lint_unread(const Mapping *mapping, MappingFindings *findings);

/* mapping_lint_personal.c: what the feed holds of persons, and `extra` */
void lint_personal(const Mapping *mapping, MappingFindings *findings);

#endif
