/*
 * A line for each check, its findings below it with the command that helps.
 */
#include "doctor/doctor_print.h"

#include "json_out.h"

#include <stdio.h>

static const char *word_of(const DoctorResult *result)
{
    static const char *const WORDS[] = {
        [DOCTOR_OK] = "ok", [DOCTOR_WARNING] = "warning", [DOCTOR_FAULT] = "FAULT"};
    DoctorGrade grade = doctor_grade(result);
    return grade == DOCTOR_OK && !text_is_absent(result->skipped) ? "not checked" : WORDS[grade];
}

void doctor_print_list(void)
{
    for (size_t i = 0; i < DOCTOR_CHECK_COUNT; i++)
        printf("%-12s %s\n", DOCTOR_CHECKS[i].name, DOCTOR_CHECKS[i].looks_at);
}

static void print_finding(const DoctorFinding *finding)
{
    printf("    %s%.*s: expected %.*s, found %.*s\n",
           finding->grade == DOCTOR_WARNING ? "(warning) " : "", TEXT_ARGS(finding->what),
           TEXT_ARGS(finding->expected), TEXT_ARGS(finding->found));
    if (!text_is_empty(finding->step))
        printf("        do: %.*s\n", TEXT_ARGS(finding->step));
}

static void print_result(const DoctorResult *result)
{
    Text line = text_is_absent(result->skipped) ? result->saw : result->skipped;
    if (text_is_empty(line))
        printf("%-11s  %s\n", word_of(result), result->check->name);
    else
        printf("%-11s  %-12s %.*s\n", word_of(result), result->check->name, TEXT_ARGS(line));
    for (size_t i = 0; i < result->count; i++)
        print_finding(&result->findings[i]);
    if (result->left_out > 0)
        printf("    and %zu more\n", result->left_out);
}

/* Findings of a grade in all, or with DOCTOR_OK the checks that were not made. */
static size_t count_of(const Doctor *doctor, DoctorGrade grade)
{
    size_t count = 0;
    for (size_t i = 0; i < doctor->count; i++) {
        const DoctorResult *result = &doctor->results[i];
        if (!result->done)
            continue;
        count += grade == DOCTOR_OK && !text_is_absent(result->skipped) ? 1 : 0;
        for (size_t k = 0; k < result->count; k++)
            count += result->findings[k].grade == grade ? 1 : 0;
    }
    return count;
}

void doctor_print(const Doctor *doctor)
{
    bool quiet = doctor->options->quiet;
    for (size_t i = 0; i < doctor->count; i++) {
        const DoctorResult *result = &doctor->results[i];
        if (result->done && (!quiet || result->count > 0))
            print_result(result);
    }
    if (quiet)
        return;
    size_t faults = count_of(doctor, DOCTOR_FAULT);
    size_t warnings = count_of(doctor, DOCTOR_WARNING);
    size_t skipped = count_of(doctor, DOCTOR_OK);
    printf("%zu fault%s, %zu warning%s, %zu check%s not made\n", faults, DOCTOR_PLURAL(faults),
           warnings, DOCTOR_PLURAL(warnings), skipped, DOCTOR_PLURAL(skipped));
}

static void write_findings(const DoctorResult *result, TextBuilder *out)
{
    js_write_key(out, TEXT("findings"));
    builder_char(out, '[');
    for (size_t i = 0; i < result->count; i++) {
        const DoctorFinding *finding = &result->findings[i];
        builder_string(out, i > 0 ? ",{" : "{");
        out_text(out, "grade", finding->grade == DOCTOR_FAULT ? TEXT("fault") : TEXT("warning"));
        out_text(out, "what", finding->what);
        out_text(out, "expected", finding->expected);
        out_text(out, "found", finding->found);
        out_text(out, "step", finding->step);
        builder_char(out, '}');
    }
    builder_char(out, ']');
    out_int(out, "findings_left_out", (int64_t)result->left_out);
}

void doctor_print_json(const Doctor *doctor)
{
    static const char *const NAMES[] = {
        [DOCTOR_OK] = "ok", [DOCTOR_WARNING] = "warning", [DOCTOR_FAULT] = "fault"};
    TextBuilder out = builder_new(doctor->arena);
    bool first = true;
    builder_char(&out, '{');
    out_int(&out, "faults", (int64_t)count_of(doctor, DOCTOR_FAULT));
    out_int(&out, "warnings", (int64_t)count_of(doctor, DOCTOR_WARNING));
    js_write_key(&out, TEXT("checks"));
    builder_char(&out, '[');
    for (size_t i = 0; i < doctor->count; i++) {
        const DoctorResult *result = &doctor->results[i];
        if (!result->done)
            continue;
        DoctorGrade grade = doctor_grade(result);
        bool skipped = grade == DOCTOR_OK && !text_is_absent(result->skipped);
        builder_string(&out, first ? "{" : ",{");
        first = false;
        out_text(&out, "name", text_from(result->check->name));
        out_text(&out, "result", text_from(skipped ? "not checked" : NAMES[grade]));
        out_text(&out, "because", result->skipped);
        out_text(&out, "saw", result->saw);
        write_findings(result, &out);
        builder_char(&out, '}');
    }
    builder_string(&out, "]}\n");
    Text text = builder_view(&out);
    fwrite(text.data, 1, text.size, stdout);
}
