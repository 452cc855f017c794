/*
 * Written member by member in the order of the schema; what is not known is left out. Times and coordinates are put down
 * digit by digit: this is done for each event.
 */
#include "domain/case_payload.h"

#include "base/json.h"
#include "base/text_builder.h"

#include "domain/datetime.h"
#include "domain/hazard_join.h"
#include "domain/hazard_place.h"
#include "domain/lifecycle_time.h"
#include "domain/report.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* How the values before and after an event stand in it. */
typedef enum ValueForm {
    VALUE_TEXT,
    VALUE_NUMBER,
    VALUE_FLAG,   /* 1 or 0, told as true or false */
    VALUE_HAZARD, /* an id, told as the hazard's number */
    VALUE_CHANGED /* as the reason has it: a mark of satisfaction is a number, the others are texts */
} ValueForm;

typedef struct EventKind {
    const char *kind;
    const char *type;
    ValueForm form;
} EventKind;

static const EventKind KINDS[] = {
    {"opened", "case.opened", VALUE_TEXT},
    {"report_linked", "case.report_linked", VALUE_TEXT},
    {"escalated", "case.escalated", VALUE_NUMBER},
    {"status_changed", "case.status_changed", VALUE_NUMBER},
    {"closed", "case.closed", VALUE_NUMBER},
    {"reopened", "case.reopened", VALUE_NUMBER},
    {"merged", "case.merged", VALUE_TEXT},
    {"review_requested", "review.requested", VALUE_HAZARD},
    {"overdue", "case.overdue", VALUE_TEXT},
    {"effective", "case.effective", VALUE_FLAG},
    {"assigned", "case.assigned", VALUE_NUMBER},
    {"returned", "case.returned", VALUE_TEXT},
    {"urged", "case.urged", VALUE_NUMBER},
    {"rechecked", "case.rechecked", VALUE_TEXT},
    {"changed", "case.changed", VALUE_CHANGED},
};

static const EventKind *kind_of(const char *kind)
{
    const EventKind *found = NULL;
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]) && found == NULL; i++)
        if (text_is(text_from(KINDS[i].kind), kind))
            found = &KINDS[i];
    assert(found != NULL);
    return found;
}

Text case_payload_type(const char *kind)
{
    return text_from(kind_of(kind)->type);
}

Text case_payload_type_at(size_t index)
{
    return index < sizeof(KINDS) / sizeof(KINDS[0]) ? text_from(KINDS[index].type) : TEXT_ABSENT;
}

const HazardCase *
case_payload_case(const Lifecycle *lifecycle, const CaseEvent *event, const Hazard **hazard)
{
    *hazard = hazard_store_survivor(lifecycle->store, event->hazard_id);
    return *hazard != NULL ? hazard_case(*hazard, event->case_id) : NULL;
}

/* ---- members ---- */

/* A member's name with what stands around it, `,"name":`. */
#define NAME(name_) TEXT(",\"" name_ "\":")

static void put_text(TextBuilder *out, Text name, Text value)
{
    if (text_is_absent(value))
        return;
    builder_text(out, name);
    js_write_text(out, value);
}

static void put_number(TextBuilder *out, Text name, int64_t value)
{
    builder_text(out, name);
    builder_int(out, value);
}

static void put_positive(TextBuilder *out, Text name, int64_t value)
{
    if (value > 0)
        put_number(out, name, value);
}

static void put_flag(TextBuilder *out, Text name, bool value)
{
    builder_text(out, name);
    builder_string(out, value ? "true" : "false");
}

static void put_time(TextBuilder *out, Text name, int64_t us)
{
    char iso[DATETIME_ISO_SIZE];
    if (us == TIME_ABSENT)
        return;
    datetime_to_iso(us, iso);
    builder_text(out, name);
    builder_char(out, '"');
    builder_string(out, iso);
    builder_char(out, '"');
}

/* Degrees with six decimals, a tenth of a metre. */
static void put_degrees(TextBuilder *out, Text name, double degrees)
{
    enum { DECIMALS = 6 };
    int64_t rest = llround(fabs(degrees) * 1e6);
    char decimals[DECIMALS];
    for (int i = DECIMALS - 1; i >= 0; i--, rest /= 10)
        decimals[i] = (char)('0' + rest % 10);
    builder_text(out, name);
    if (degrees < 0)
        builder_char(out, '-');
    builder_int(out, rest);
    builder_char(out, '.');
    builder_text(out, (Text){decimals, DECIMALS});
}

/* ---- what happened ---- */

static void
put_value(TextBuilder *out, Text name, Text value, ValueForm form, const Lifecycle *lifecycle)
{
    int64_t number;
    if (text_is_absent(value))
        return;
    if (form == VALUE_TEXT || !text_to_int64(value, &number))
        put_text(out, name, value);
    else if (form == VALUE_NUMBER)
        put_number(out, name, number);
    else if (form == VALUE_FLAG)
        put_flag(out, name, number != 0);
    else
        put_text(out, name, lifecycle_hazard_no(lifecycle->region, number, out->arena));
}

/* The number that the report's department gave it, as far as it is known here. */
static Text record_no_of(const Lifecycle *lifecycle, const HazardKept *kept, int64_t report_id)
{
    for (size_t i = 0; i < kept->count; i++)
        if (kept->items[i]->report_id == report_id)
            return kept->items[i]->record_no;
    return lifecycle->told.report_id == report_id ? lifecycle->told.record_no : TEXT_ABSENT;
}

/* The report that caused it: a member of the hazard, or of another one when it went there since. */
static void
put_report(TextBuilder *out, const Lifecycle *lifecycle, const HazardKept *kept, int64_t report_id)
{
    int64_t hazard_id = hazard_store_of_report(lifecycle->store, report_id);
    if (hazard_id == 0)
        return;
    const HazardMember *member =
        hazard_member(hazard_store_get(lifecycle->store, hazard_id), report_id);
    builder_string(out, ",\"report\":{\"source\":");
    js_write_text(out, hazard_store_source(lifecycle->store, member->source));
    put_text(out, NAME("record_no"), record_no_of(lifecycle, kept, report_id));
    builder_char(out, '}');
}

static ValueForm form_of(const EventKind *kind, const CaseEvent *event)
{
    if (kind->form != VALUE_CHANGED)
        return kind->form;
    return text_is(text_from(event->reason), "satisfaction") ? VALUE_NUMBER : VALUE_TEXT;
}

static void put_event(TextBuilder *out,
                      const Lifecycle *lifecycle,
                      const CaseEvent *event,
                      const HazardKept *kept,
                      int64_t seq)
{
    const EventKind *kind = kind_of(event->kind);
    ValueForm form = form_of(kind, event);
    builder_string(out, "{\"kind\":");
    js_write_text(out, text_from(kind->type));
    put_number(out, NAME("seq"), seq);
    put_text(out, NAME("reason"), text_from(event->reason));
    put_value(out, NAME("before"), event->before, form, lifecycle);
    put_value(out, NAME("after"), event->after, form, lifecycle);
    put_text(out, NAME("actor"), text_is_absent(event->actor) ? TEXT("auto") : event->actor);
    put_time(out, NAME("event_at"), event->event_at);
    put_time(out, NAME("known_at"), lifecycle->now);
    if (event->report_id != 0)
        put_report(out, lifecycle, kept, event->report_id);
}

/* ---- the case ---- */

static Text hazard_no(const Lifecycle *lifecycle, int64_t id, Arena *arena)
{
    return id != 0 ? lifecycle_hazard_no(lifecycle->region, id, arena) : TEXT_ABSENT;
}

/* The number of the case that goes on for a merged one. */
static Text successor_no(const Lifecycle *lifecycle, const Hazard *hazard, const HazardCase *of)
{
    const HazardCase *last = of;
    while (last->merged_into != 0)
        last = hazard_case(hazard, last->merged_into);
    return last != of ? lifecycle_case_no(lifecycle->region, last, lifecycle->arena) : TEXT_ABSENT;
}

/* Of a case without members, which was merged: its hazard's. */
static const HazardClass *category_of(const Hazard *hazard, const HazardCase *of)
{
    const HazardClass *worst = hazard_case_category(hazard, of->case_id);
    return worst != NULL ? worst : hazard->category;
}

static void put_counts(TextBuilder *out, const HazardCounts *counts)
{
    builder_text(out, NAME("counts"));
    builder_string(out, "{\"reports\":");
    builder_int(out, counts->reports);
    put_number(out, NAME("independent"), counts->independent);
    put_number(out, NAME("reporters"), counts->reporters);
    put_number(out, NAME("sources"), counts->sources);
    builder_char(out, '}');
    put_positive(out, NAME("trapped"), counts->trapped);
    put_positive(out, NAME("injured"), counts->injured);
    put_positive(out, NAME("dead"), counts->dead);
}

static void
put_case(TextBuilder *out, const Lifecycle *lifecycle, const Hazard *hazard, const HazardCase *of)
{
    HazardCounts counts = hazard_count(hazard, of->case_id);
    Escalation level = lifecycle_level(lifecycle->model, of);
    Arena *arena = out->arena;
    put_text(out, NAME("case_no"), lifecycle_case_no(lifecycle->region, of, arena));
    put_text(out, NAME("hazard_no"), hazard_no(lifecycle, hazard->id, arena));
    put_text(out, NAME("region"), lifecycle->region);
    put_text(out, NAME("category"), category_of(hazard, of)->code);
    put_positive(out, NAME("level"), level.level);
    put_text(out, NAME("level_reason"), text_from(level.rule));
    put_number(out, NAME("status"), of->status);
    put_number(out, NAME("recurrence_no"), of->recurrence_no);
    put_number(out, NAME("reopened_count"), of->reopened_count);
    put_counts(out, &counts);
    put_time(out, NAME("opened_at"), of->opened_at);
    put_time(out, NAME("closed_at"), of->closed_at);
    put_time(out, NAME("due_at"), of->due_at != 0 ? of->due_at : TIME_ABSENT);
    put_flag(out, NAME("overdue"), of->overdue);
    put_text(out, NAME("provisional_of"), hazard_no(lifecycle, hazard->provisional_of, arena));
    put_text(out, NAME("merged_into"), successor_no(lifecycle, hazard, of));
}

/* ---- the place ---- */

/* Without the door of a flat; of a reporter's own place without its floor and stairs, too. */
static Text public_address(const Address *told, Arena *arena)
{
    Address address = *told;
    address.room = TEXT_ABSENT;
    if (told->role == PLACE_REPORTER) {
        address.floor = TEXT_ABSENT;
        address.unit = TEXT_ABSENT;
    }
    return address_standard(&address, arena);
}

static void put_buildings(TextBuilder *out, const TextList *buildings)
{
    if (buildings->count == 0)
        return;
    builder_text(out, NAME("buildings"));
    for (size_t i = 0; i < buildings->count; i++) {
        builder_char(out, i == 0 ? '[' : ',');
        js_write_text(out, buildings->items[i]);
    }
    builder_char(out, ']');
}

static void put_place(TextBuilder *out, const HazardPlace *place)
{
    const Evidence *point = place->point;
    builder_string(out, ",\"place\":{\"precision\":\"");
    builder_char(out, point != NULL ? point->precision : 'Z');
    builder_char(out, '"');
    if (point != NULL) {
        put_degrees(out, NAME("lon"), point->point.lon);
        put_degrees(out, NAME("lat"), point->point.lat);
    }
    if (!address_is_empty(place->address))
        put_text(out, NAME("address"), public_address(place->address, out->arena));
    put_text(out, NAME("estate"), place->address->estate);
    put_buildings(out, &place->address->buildings);
    put_text(out, NAME("community_code"), place->community_code);
    put_text(out, NAME("grid_code"), place->grid_code);
    builder_char(out, '}');
}

static void put_asset(TextBuilder *out, const Asset *asset)
{
    if (asset == NULL)
        return;
    builder_string(out, ",\"asset\":{\"kind\":\"");
    builder_string(out, asset_kind_name(asset->kind));
    builder_char(out, '"');
    put_text(out, NAME("id"), asset->id);
    builder_char(out, '}');
}

Text case_payload(const Lifecycle *lifecycle, const CaseEvent *event, int64_t seq, Arena *arena)
{
    const Hazard *hazard;
    const HazardCase *of = case_payload_case(lifecycle, event, &hazard);
    assert(of != NULL);
    HazardKept kept;
    hazard_kept_read(hazard, &kept);
    TextBuilder out = builder_new(arena);
    put_event(&out, lifecycle, event, &kept, seq);
    put_case(&out, lifecycle, hazard, of);
    HazardPlace place = hazard_place(&kept);
    put_place(&out, &place);
    put_asset(&out, place.asset);
    builder_char(&out, '}');
    return builder_view(&out);
}
