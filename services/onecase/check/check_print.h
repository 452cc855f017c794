#ifndef ONECASE_SERVICES_ONECASE_CHECK_PRINT_H
#define ONECASE_SERVICES_ONECASE_CHECK_PRINT_H

#include "check_tests.h"

#include "domain/mapping_language.h"

/* What `onecase check` says: lines in the manner of compilers, the same as JSON, the reference of the language. */

/* How the command is called, in English. */
const char *check_print_usage(void);
/* Usage and reference. */
void check_print_help(LanguageTongue tongue);
/* The reference alone, as it stands in docs/. */
void check_print_reference(LanguageTongue tongue);

/* Findings to standard error. */
void check_print_findings(const MappingFindings *findings, Arena *arena);
/* Tests that differ, and a line for each file, to standard output. */
void check_print_tests(const CheckTests *tests);
/* The member "findings" of a JSON object. */
void check_print_write_findings(const MappingFindings *findings, TextBuilder *out);
/* Both as one JSON object to standard output. */
void check_print_json(const MappingFindings *findings, const CheckTests *tests, Arena *arena);

/* One name a line: the rules of findings, the flags, the fields a mapping may fill. */
void check_print_rules(void);
void check_print_flags(void);
void check_print_fields(void);

#endif
