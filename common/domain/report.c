/*
 * The table of a report's fields and the accessors that go through it. Whoever needs a field by
 * name (mapping files, JSON, documentation) walks this table; whoever knows the field uses the
 * struct.
 */
#include "domain/report.h"

#include "domain/datetime.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define FUTURE_US (10 * 60 * DATETIME_SECOND_US)
#define ANCIENT_US (400 * DATETIME_DAY_US)

#define MAPPED(name, type, help, help_zh)                                                          \
    {                                                                                              \
#name, type, offsetof(Report, name), true, help, help_zh                                   \
    }
#define DERIVED(name, type, help, help_zh)                                                         \
    {                                                                                              \
#name, type, offsetof(Report, name), false, help, help_zh                                  \
    }

static const ReportField FIELDS[] = {
    MAPPED(record_no, FIELD_TEXT, "record number of the source system", "源记录号"),
    MAPPED(part_no, FIELD_INTEGER, "number of the sub-order in the record", "拆分序号"),
    MAPPED(assignment_no, FIELD_TEXT, "number of the assignment", "派单号"),
    MAPPED(revision, FIELD_INTEGER, "revision; a newer one replaces", "修订"),
    MAPPED(origin_no, FIELD_TEXT, "record number at the department that handed it on", "原单号"),
    DERIVED(origin_source, FIELD_TEXT, "system of origin_no", "转办来源"),
    MAPPED(quoted_nos, FIELD_LIST, "record numbers quoted in the text", "引用单号"),
    MAPPED(occurred_at, FIELD_TIME, "when it happened", "发生时间"),
    MAPPED(found_at, FIELD_TIME, "when it was found", "发现时间"),
    MAPPED(reported_at, FIELD_TIME, "when it was reported", "报告时间"),
    MAPPED(recorded_at, FIELD_TIME, "when the source system recorded it", "源系统记录时间"),
    MAPPED(changed_at, FIELD_TIME, "when the source system last changed it", "源系统变更时间"),
    MAPPED(title, FIELD_TEXT, "title, scrubbed of personal data", "标题（已脱敏）"),
    MAPPED(body, FIELD_TEXT, "text, scrubbed of personal data", "内容（已脱敏）"),
    MAPPED(address, FIELD_TEXT, "address as it was written, scrubbed", "原地址（已脱敏）"),
    MAPPED(place_name, FIELD_TEXT, "name of the place", "地点名称"),
    DERIVED(area_code, FIELD_TEXT, "six digits the region was looked up by", "区划代码"),
    MAPPED(street_code, FIELD_TEXT, "code of the street office", "街道"),
    MAPPED(community_code, FIELD_TEXT, "code of the community", "社区"),
    MAPPED(grid_code, FIELD_TEXT, "code of the grid cell", "网格"),
    MAPPED(point, FIELD_POINT, "longitude and latitude, degrees WGS-84", "坐标（WGS-84 度）"),
    MAPPED(category, FIELD_TEXT, "leaf of the hazard tree", "类别"),
    DERIVED(category_source, FIELD_TEXT, "class code of the source system", "原类别"),
    DERIVED(category_system, FIELD_TEXT, "code system of category_source", "代码系统"),
    DERIVED(category_confidence, FIELD_INTEGER, "confidence in the class, 0 to 100", "类别置信度"),
    MAPPED(level, FIELD_INTEGER, "level, 1 red to 4 blue", "源级别（红1至蓝4）"),
    MAPPED(
        urgency, FIELD_INTEGER, "urgency, 1 most urgent to 3 ordinary", "紧急程度（1特急至3一般）"),
    MAPPED(status, FIELD_INTEGER, "status, 10 to 95", "状态（10至95）"),
    DERIVED(status_source, FIELD_TEXT, "state of the source system", "源状态"),
    MAPPED(channel, FIELD_TEXT, "channel it came in by", "渠道"),
    MAPPED(
        finder_kind, FIELD_TEXT, "who found it: citizen grid inspector sensor unit", "发现者类型"),
    MAPPED(finder_post, FIELD_TEXT, "post of the finder, never a name", "发现岗位"),
    MAPPED(lead_org, FIELD_TEXT, "organisation in the lead", "主办单位"),
    MAPPED(assist_orgs, FIELD_LIST, "assisting organisations", "协办单位"),
    MAPPED(due_at, FIELD_TIME, "due at the source system", "源系统到期时间"),
    MAPPED(urged, FIELD_INTEGER, "how often it was urged", "催办次数"),
    MAPPED(urge, FIELD_FLAG, "the record urges: once more than before", "本条是催办（累加一次）"),
    MAPPED(verified, FIELD_FLAG, "found to be true", "是否属实"),
    MAPPED(result, FIELD_TEXT, "result of an inspection", "检查结果"),
    MAPPED(measures, FIELD_TEXT, "measures of rectification", "整改措施"),
    MAPPED(reply, FIELD_TEXT, "latest reply, scrubbed of personal data", "最近答复（已脱敏）"),
    MAPPED(return_reason, FIELD_TEXT, "why it was returned", "退回原因"),
    MAPPED(recheck_result, FIELD_TEXT, "what a recheck of the rectification found", "复查结论"),
    MAPPED(tracker_post, FIELD_TEXT, "post that follows it up, never a name", "跟踪责任岗位"),
    MAPPED(satisfaction, FIELD_INTEGER, "satisfaction, 1 to 5", "满意度（1至5）"),
    MAPPED(party_name, FIELD_TEXT, "name of the unit responsible", "责任单位"),
    MAPPED(usc_code, FIELD_TEXT, "unified social credit code", "统一社会信用代码"),
    MAPPED(lift_plate, FIELD_TEXT, "number on the lift's plate", "电梯识别码"),
    MAPPED(equipment_code, FIELD_TEXT, "code of special equipment", "设备代码"),
    MAPPED(component_code, FIELD_TEXT, "code of the city component", "部件码"),
    MAPPED(device_id, FIELD_TEXT, "id of the sensor or device", "设备编号"),
    MAPPED(uniform_address_id, FIELD_TEXT, "id in the uniform address library", "统一地址库编号"),
    MAPPED(on_off, FIELD_TEXT, "alarm on or off", "报警或恢复"),
    MAPPED(test_flag, FIELD_FLAG, "a test alarm", "是否测试警"),
    MAPPED(trapped, FIELD_INTEGER, "persons trapped", "被困人数"),
    MAPPED(injured, FIELD_INTEGER, "persons injured", "受伤人数"),
    MAPPED(dead, FIELD_INTEGER, "persons dead", "死亡人数"),
    MAPPED(reporter, FIELD_TEXT, "keyed hash of the reporter", "报告人哈希"),
    DERIVED(reporter_before,
            FIELD_TEXT,
            "keyed hash of the reporter under the key before a rotation",
            "报告人哈希（轮换前密钥）"),
    MAPPED(reporter_kind, FIELD_TEXT, "reporter: citizen staff anonymous masked", "报告人类型"),
    DERIVED(
        noise, FIELD_LIST, "set phrases of the feed, ignored in comparison", "套话（比较时忽略）"),
};

const ReportField *report_fields(size_t *count)
{
    *count = sizeof FIELDS / sizeof FIELDS[0];
    return FIELDS;
}

const ReportField *report_field(Text name)
{
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        if (text_is(name, FIELDS[i].name)) {
            return &FIELDS[i];
        }
    }
    return NULL;
}

static void *place(Report *report, const ReportField *field)
{
    return (char *)report + field->offset;
}

static const void *const_place(const Report *report, const ReportField *field)
{
    return (const char *)report + field->offset;
}

void report_init(Report *report)
{
    memset(report, 0, sizeof *report);
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        const ReportField *field = &FIELDS[i];
        if (field->type == FIELD_INTEGER || field->type == FIELD_TIME) {
            *report_integer(report, field) = INTEGER_ABSENT;
        } else if (field->type == FIELD_FLAG) {
            *report_flag(report, field) = FLAG_ABSENT;
        }
    }
}

Text *report_text(Report *report, const ReportField *field)
{
    assert(field->type == FIELD_TEXT);
    return place(report, field);
}

int64_t *report_integer(Report *report, const ReportField *field)
{
    assert(field->type == FIELD_INTEGER || field->type == FIELD_TIME);
    return place(report, field);
}

TextList *report_list(Report *report, const ReportField *field)
{
    assert(field->type == FIELD_LIST);
    return place(report, field);
}

int8_t *report_flag(Report *report, const ReportField *field)
{
    assert(field->type == FIELD_FLAG);
    return place(report, field);
}

bool report_has(const Report *report, const ReportField *field)
{
    const void *value = const_place(report, field);
    switch (field->type) {
    case FIELD_TEXT:
        return !text_is_absent(*(const Text *)value);
    case FIELD_LIST:
        return ((const TextList *)value)->count > 0;
    case FIELD_INTEGER:
    case FIELD_TIME:
        return *(const int64_t *)value != INTEGER_ABSENT;
    case FIELD_POINT:
        return ((const ReportPoint *)value)->precision != 0;
    case FIELD_FLAG:
        return *(const int8_t *)value != FLAG_ABSENT;
    }
    return false;
}

void report_add_flag(Report *report, Arena *arena, Text flag)
{
    TextList *flags = &report->flags;
    size_t at = 0;
    while (at < flags->count && text_compare(flags->items[at], flag) < 0) {
        at++;
    }
    if (at < flags->count && text_equal(flags->items[at], flag)) {
        return;
    }
    flags->items = arena_grow(arena, flags->items, flags->count * sizeof(Text),
                              (flags->count + 1) * sizeof(Text));
    memmove(flags->items + at + 1, flags->items + at, (flags->count - at) * sizeof(Text));
    flags->items[at] = flag;
    flags->count++;
}

bool report_has_flag(const Report *report, Text flag)
{
    for (size_t i = 0; i < report->flags.count; i++) {
        if (text_equal(report->flags.items[i], flag)) {
            return true;
        }
    }
    return false;
}

static bool believable(int64_t time, ReportArrival arrival)
{
    return time <= arrival.at + FUTURE_US && (arrival.backfill || time >= arrival.at - ANCIENT_US);
}

int64_t report_event_time(const Report *report, ReportArrival arrival, bool *suspect)
{
    const int64_t times[] = {report->occurred_at, report->found_at, report->reported_at,
                             report->recorded_at};
    bool passed_over = false;
    int64_t chosen = arrival.at;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        if (times[i] == TIME_ABSENT) {
            continue;
        }
        if (believable(times[i], arrival)) {
            chosen = times[i];
            break;
        }
        passed_over = true;
    }
    if (suspect != NULL) {
        *suspect = passed_over;
    }
    return chosen;
}

int64_t report_changed_time(const Report *report, ReportArrival arrival)
{
    return report->changed_at != TIME_ABSENT && believable(report->changed_at, arrival)
               ? report->changed_at
               : TIME_ABSENT;
}

int64_t report_status_time(const Report *report, ReportArrival arrival, int64_t otherwise)
{
    const int64_t times[] = {report->changed_at, report->recorded_at, report->reported_at};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (times[i] != TIME_ABSENT && believable(times[i], arrival))
            return times[i];
    return otherwise;
}

static void replace_field(Report *report, Report *change, const ReportField *field)
{
    switch (field->type) {
    case FIELD_TEXT:
        *report_text(report, field) = *report_text(change, field);
        break;
    case FIELD_LIST:
        *report_list(report, field) = *report_list(change, field);
        break;
    case FIELD_INTEGER:
    case FIELD_TIME:
        *report_integer(report, field) = *report_integer(change, field);
        break;
    case FIELD_FLAG:
        *report_flag(report, field) = *report_flag(change, field);
        break;
    case FIELD_POINT:
        report->point = change->point;
        break;
    }
}

void report_replace(Report *report, Report *change)
{
    if (!text_is_absent(change->reporter))
        report->reporter_before = TEXT_ABSENT;
    if (!text_is_absent(change->title) || !text_is_absent(change->body))
        report->noise = (TextList){NULL, 0};
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++)
        if (report_has(change, &FIELDS[i]))
            replace_field(report, change, &FIELDS[i]);
    if (change->flags.count > 0)
        report->flags = change->flags;
    if (change->extra_count > 0) {
        report->extra = change->extra;
        report->extra_count = change->extra_count;
    }
}
