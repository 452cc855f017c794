/*
 * A file is read whole (a ledger of a million rows is some 100 MB), made UTF-8, and cut into rows. Its encoding is that of which
 * it holds more: one damaged character of a UTF-8 file must not turn all others into GB18030.
 */
#include "ledger_read.h"

#include "map/map_progress.h"

#include "base/encoding.h"
#include "base/unicode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_BYTES_MAX = 1 << 20, READ_BYTES = 1 << 20, TELL_ROWS = 1000 };

static const int64_t FILE_BYTES_MAX = INT64_C(2) << 30;

static bool read_bytes(FILE *file, const char *path, Arena *arena, Text *bytes, Error *error)
{
    size_t capacity = 0;
    size_t size = 0;
    char *data = NULL;
    for (size_t got = 1; got > 0; size += got) {
        if (size + READ_BYTES > capacity) {
            size_t more = capacity == 0 ? READ_BYTES : capacity * 2;
            data = arena_grow(arena, data, capacity, more);
            capacity = more;
        }
        got = fread(data + size, 1, READ_BYTES, file);
        if ((int64_t)(size + got) > FILE_BYTES_MAX)
            return error_set(error, ERROR_REJECT, "\"%s\" is larger than 2 GiB", path);
    }
    if (ferror(file))
        return error_set(error, ERROR_REJECT, "cannot read \"%s\": %s", path, strerror(errno));
    *bytes = (Text){data, size};
    return true;
}

static bool read_file(const char *path, Arena *arena, Text *bytes, Error *error)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (file == NULL)
        return error_set(error, ERROR_REJECT, "cannot read \"%s\": %s", path, strerror(errno));
    bool good = read_bytes(file, path, arena, bytes, error);
    if (file != stdin)
        fclose(file);
    return good;
}

static bool is_utf8(Text bytes)
{
    size_t whole = 0;
    size_t broken = 0;
    uint32_t codepoint;
    while (unicode_next(&bytes, &codepoint)) {
        broken += codepoint == UNICODE_REPLACEMENT;
        whole += codepoint >= 0x80 && codepoint != UNICODE_REPLACEMENT;
    }
    return broken <= whole;
}

/* The one of , ; tab | that the first line has most of, outside quotes. */
static char separator_of(Text content)
{
    static const char SEPARATORS[] = ",;\t|";
    size_t counts[sizeof SEPARATORS] = {0};
    size_t best = 0;
    bool quoted = false;
    for (size_t i = 0; i < content.size && content.data[i] != '\n'; i++) {
        const char *found = memchr(SEPARATORS, content.data[i], sizeof SEPARATORS - 1);
        quoted = quoted != (content.data[i] == '"');
        if (found != NULL && !quoted)
            counts[found - SEPARATORS]++;
    }
    for (size_t i = 1; i < sizeof SEPARATORS - 1; i++)
        best = counts[i] > counts[best] ? i : best;
    return SEPARATORS[best];
}

static void read_rows(CsvReader *csv, LedgerSheet *sheet, Text content, Error *fault)
{
    MapProgress progress = map_progress_begin();
    CsvRow row;
    for (int64_t rows = 0; csv_next(csv, &row, fault); rows++) {
        ledger_sheet_row(sheet, &row);
        if (rows % TELL_ROWS == 0)
            map_progress_tell(&progress, rows, csv_consumed(csv), (int64_t)content.size);
    }
    map_progress_end(&progress);
}

static void read_content(LedgerFiles *files, const char *path, Text content)
{
    CsvReader *csv = csv_open((CsvSpec){
        .separator = separator_of(content), .comments = true, .row_bytes_max = ROW_BYTES_MAX});
    Error fault = {0};
    LedgerKind kind = LEDGER_PLACES;
    CsvRow header;
    csv_feed(csv, content, true);
    bool has_header = csv_next(csv, &header, &fault);
    if (has_header)
        ledger_sheet_kind_of(&header, &kind);
    LedgerSheet *sheet = files->sheets[kind];
    size_t before;
    size_t after;
    ledger_sheet_file(sheet, path);
    ledger_sheet_rows(sheet, &before);
    size_t errors = ledger_sheet_errors(sheet);
    if (has_header && ledger_sheet_header(sheet, &header))
        read_rows(csv, sheet, content, &fault);
    ledger_sheet_rows(sheet, &after);
    if (fault.verdict != ERROR_NONE)
        ledger_sheet_mistake(sheet, csv_error_line(csv), fault.text);
    else if (!has_header)
        ledger_sheet_mistake(sheet, 1, "a header was expected, found nothing");
    else if (after == before && ledger_sheet_errors(sheet) == errors)
        ledger_sheet_mistake(sheet, 2, "a row was expected behind the header, found nothing");
    csv_close(csv);
}

/* UTF-16 and spreadsheets have NUL bytes where text has none. */
static bool is_text(Text bytes)
{
    return bytes.size == 0 || memchr(bytes.data, '\0', bytes.size) == NULL;
}

bool ledger_read(LedgerFiles *files, Arena *arena, Error *error)
{
    for (LedgerKind kind = LEDGER_ASSETS; kind <= LEDGER_PLACES; kind++)
        files->sheets[kind] = ledger_sheet_new(arena, kind, files->regions, files->region);
    for (size_t i = 0; i < files->count; i++) {
        const char *path = files->paths[i];
        Arena *whole = arena_new(READ_BYTES);
        Text bytes = TEXT_ABSENT;
        bool repaired;
        bool good = read_file(path, whole, &bytes, error);
        if (good && is_text(bytes))
            read_content(files, path,
                         encoding_to_utf8(whole, bytes,
                                          is_utf8(bytes) ? ENCODING_UTF8 : ENCODING_GB18030,
                                          &repaired));
        else if (good)
            good = error_set(error, ERROR_REJECT,
                             "\"%s\" is no text in UTF-8 or GB18030 (a spreadsheet, or UTF-16); "
                             "export it as CSV",
                             path);
        arena_free(whole);
        if (!good)
            return false;
    }
    for (LedgerKind kind = LEDGER_ASSETS; kind <= LEDGER_PLACES; kind++)
        ledger_sheet_finish(files->sheets[kind]);
    return true;
}
