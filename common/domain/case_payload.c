#include "domain/case_payload.h"

#include "base/json.h"

#include <inttypes.h>

Text case_payload(const Lifecycle *lifecycle, const CaseEvent *event, int64_t seq, Arena *arena)
{
    TextBuilder json = builder_new(arena);
    builder_char(&json, '{');
    js_write_key(&json, TEXT("kind"));
    js_write_text(&json, text_from(event->kind));
    js_write_key(&json, TEXT("region"));
    js_write_text(&json, lifecycle->region);
    js_write_key(&json, TEXT("seq"));
    builder_format(&json, "%" PRId64 "}", seq);
    return builder_view(&json);
}
