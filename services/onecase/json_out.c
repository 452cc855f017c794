/* Members of JSON objects, for --json. */
#include "json_out.h"

#include "domain/datetime.h"
#include "domain/report.h"

void out_text(TextBuilder *out, const char *key, Text text)
{
    js_write_key(out, text_from(key));
    if (text_is_absent(text))
        builder_string(out, "null");
    else
        js_write_text(out, text);
}

void out_int(TextBuilder *out, const char *key, int64_t value)
{
    js_write_key(out, text_from(key));
    if (value == INTEGER_ABSENT)
        builder_string(out, "null");
    else
        builder_int(out, value);
}

void out_time(TextBuilder *out, const char *key, int64_t time_us)
{
    char iso[DATETIME_ISO_SIZE];
    if (time_us == TIME_ABSENT) {
        out_text(out, key, TEXT_ABSENT);
        return;
    }
    datetime_to_iso(time_us, iso);
    out_text(out, key, text_from(iso));
}
