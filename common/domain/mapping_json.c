#include "domain/mapping_json.h"

#include "base/json.h"

/*
 * Members in one fixed order, so that files made by --bless differ only where records do.
 */
static void member(TextBuilder *out, const char *name, Text text)
{
    if (text_is_absent(text))
        return;
    js_write_key(out, text_from(name));
    js_write_text(out, text);
}

void mapping_json_record(const MappedRecord *record, TextBuilder *out)
{
    builder_char(out, '{');
    member(out, "kind", text_from(record_kind_name(record->kind)));
    member(out, "region", record->region);
    if (record_kind_carries_report(record->kind)) {
        js_write_key(out, TEXT("report"));
        report_write(&record->report, out);
    } else {
        js_write_key(out, TEXT("note"));
        builder_char(out, '{');
        if (record->kind == RECORD_IGNORED) {
            member(out, "reason", record->note.reason);
            member(out, "record_no", record->note.record_no);
        } else {
            member(out, "stage", record->note.stage);
            member(out, "pointer", record->note.pointer);
            member(out, "rule", record->note.rule);
            member(out, "message", record->note.message);
        }
        builder_char(out, '}');
    }
    builder_char(out, '}');
}
