/* A report that can be read is written so that it reads back the same. */
#include "fuzz.h"

#include "domain/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = arena_new(4096);
    Error error = {0};
    Report report;
    if (report_read((Text){(const char *)data, size}, arena, &report, &error)) {
        TextBuilder first = builder_new(arena);
        report_write(&report, &first);
        Report again;
        require(report_read(builder_view(&first), arena, &again, &error));
        TextBuilder second = builder_new(arena);
        report_write(&again, &second);
        require(text_equal(builder_view(&first), builder_view(&second)));
        (void)report_event_time(&report, (ReportArrival){INT64_C(1769905800000000), false}, NULL);
    } else {
        require(error.verdict == ERROR_REJECT && error.rule[0] != '\0');
    }
    arena_free(arena);
    return 0;
}
