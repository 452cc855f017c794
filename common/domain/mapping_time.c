/*
 * Times against what else is known of them: the time that many systems hide in their record numbers, and the time
 * stamp Kafka gave the record. No clock is read.
 */
#include "base/unicode.h"

#include "domain/datetime.h"
#include "domain/mapping_run.h"

/* domain.md 6.3 */
#define HALF_DAY_US (DATETIME_DAY_US / 2)
#define MINTED_US (600 * DATETIME_SECOND_US) /* between the time and the minting of the number */
#define FUTURE_US (600 * DATETIME_SECOND_US)
#define ANCIENT_US (400 * DATETIME_DAY_US)

/* [from, length] in characters; absent when the text is shorter. */
static Text characters(Text text, int32_t from, int32_t length)
{
    Text rest = text_slice(text, unicode_prefix(text, (size_t)from).size, SIZE_MAX);
    Text part = unicode_prefix(rest, (size_t)length);
    return unicode_length(part) == (size_t)length ? part : TEXT_ABSENT;
}

static bool hidden_time(MappingRun *run, int64_t *time_us)
{
    const MappingTimeCheck *check = &run->mapping->time_check;
    const JsValue *found;
    if (run_find(run, &check->digits_of, &found, 1) == 0)
        return false;
    Text number = unicode_narrow(run->scratch, mapping_scalar(run, found), NULL);
    Text digits = characters(number, check->from, check->length);
    return !text_is_absent(digits) &&
           time_format_parse(check->format, digits, run->mapping->zone_minutes, time_us);
}

/* Every time that says the same moves with it. */
static void move_times(MappingRun *run, int64_t from, int64_t to)
{
    size_t count;
    const ReportField *fields = report_fields(&count);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].type != FIELD_TIME || *report_integer(&run->report, &fields[i]) != from)
            continue;
        *report_integer(&run->report, &fields[i]) = to;
        run_target(run, &fields[i]);
        run_flag(run, FLAG_TIME_12H);
        RUN_STEP(run, "12 hours %s by time.check", to > from ? "later" : "earlier");
    }
    run_target(run, NULL);
}

/* The field that the time in the record number is compared with. */
static const ReportField *compared(const Report *report)
{
    return report_field(report->reported_at != TIME_ABSENT ? TEXT("reported_at")
                                                           : TEXT("recorded_at"));
}

static bool within(int64_t apart, int64_t slack)
{
    return apart >= -slack && apart <= slack;
}

void mapping_time_check(MappingRun *run)
{
    const MappingTimeCheck *check = &run->mapping->time_check;
    Report *report = &run->report;
    int64_t said = report->reported_at != TIME_ABSENT ? report->reported_at : report->recorded_at;
    int64_t hidden;
    if (check->format == NULL || said == TIME_ABSENT || !hidden_time(run, &hidden))
        return;
    int64_t apart = hidden - time_format_cut(check->format, said, run->mapping->zone_minutes);
    int64_t slack = time_format_has_minutes(check->format) ? MINTED_US : 0;
    int64_t half = apart < 0 ? -HALF_DAY_US : HALF_DAY_US;
    if (within(apart, slack))
        return;
    if (within(apart - half, slack)) {
        move_times(run, said, said + half);
    } else {
        run_target(run, compared(report));
        run_flag(run, FLAG_TIME_MISMATCH);
        run_target(run, NULL);
    }
}

void mapping_time_judge(MappingRun *run)
{
    int64_t stamp = run->input->timestamp_us;
    size_t count;
    const ReportField *fields = report_fields(&count);
    for (size_t i = 0; stamp > 0 && i < count; i++) {
        if (fields[i].type != FIELD_TIME || strcmp(fields[i].name, "due_at") == 0)
            continue;
        int64_t time = *report_integer(&run->report, &fields[i]);
        if (time == TIME_ABSENT)
            continue;
        if (time > stamp + FUTURE_US || (!run->input->backfill && time < stamp - ANCIENT_US)) {
            run_target(run, &fields[i]);
            run_flag(run, FLAG_TIME_SUSPECT);
            run_target(run, NULL);
        }
    }
}
