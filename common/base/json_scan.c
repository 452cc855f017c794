/*
 * A lexer for two kinds of token only, strings and numbers; everything else is copied. It never
 * decides whether the text is JSON: whatever it does not understand it passes on unchanged.
 */
#include "base/json_scan.h"

#include <string.h>

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static size_t digits_end(Text text, size_t at)
{
    while (at < text.size && is_digit(text.data[at])) {
        at++;
    }
    return at;
}

/* Whether the byte could continue a number or a word: what stands before it is no whole token. */
static bool continues_token(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '.' || byte == '+' || byte == '-' || byte == '_';
}

/* End of the JSON number that starts at `at` (RFC 8259, section 6), or `at` when there is none. */
static size_t number_end(Text text, size_t at)
{
    size_t start = at;
    size_t digits = text.data[at] == '-' ? at + 1 : at;
    size_t end = digits_end(text, digits);
    if (end == digits || (end > digits + 1 && text.data[digits] == '0')) {
        return start;
    }
    if (end < text.size && text.data[end] == '.') {
        digits = end + 1;
        end = digits_end(text, digits);
        if (end == digits) {
            return start;
        }
    }
    if (end < text.size && (text.data[end] == 'e' || text.data[end] == 'E')) {
        digits = end + 1;
        if (digits < text.size && (text.data[digits] == '+' || text.data[digits] == '-')) {
            digits++;
        }
        end = digits_end(text, digits);
        if (end == digits) {
            return start;
        }
    }
    return end < text.size && continues_token(text.data[end]) ? start : end;
}

/* The four digits of a \u escape whose backslash stands at `at`, or 0 when there is none. */
static unsigned escaped_unit(Text text, size_t at)
{
    unsigned unit = 0;
    if (at + 6 > text.size || text.data[at] != '\\' || text.data[at + 1] != 'u') {
        return 0;
    }
    for (size_t i = at + 2; i < at + 6; i++) {
        char byte = text.data[i];
        char lower = (char)(byte | 0x20);
        if (is_digit(byte)) {
            unit = unit * 16 + (unsigned)(byte - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            unit = unit * 16 + (unsigned)(lower - 'a' + 10);
        } else {
            return 0;
        }
    }
    return unit;
}

static bool is_surrogate(unsigned unit)
{
    return unit >= 0xD800 && unit <= 0xDFFF;
}

/*
 * End of the string whose quote stands at `at`: behind its closing quote, or the end of the text.
 * *surrogates: some half of a pair is escaped in it.
 */
static size_t string_end(Text text, size_t at, bool *surrogates)
{
    at++;
    while (at < text.size) {
        size_t here = at++;
        if (text.data[here] == '\\') {
            *surrogates = *surrogates || is_surrogate(escaped_unit(text, here));
            at++;
        } else if (text.data[here] == '"') {
            return at;
        }
    }
    return text.size;
}

static bool colon_follows(Text text, size_t at)
{
    while (at < text.size && (text.data[at] == ' ' || text.data[at] == '\t' ||
                              text.data[at] == '\n' || text.data[at] == '\r')) {
        at++;
    }
    return at < text.size && text.data[at] == ':';
}

static bool starts_with_marker(Text string)
{
    Text inside = text_slice(string, 1, string.size);
    return text_starts(inside, TEXT("\x7F")) || text_starts(inside, TEXT("\\u007f")) ||
           text_starts(inside, TEXT("\\u007F"));
}

/* The string with \ufffd for each escaped half of a pair that stands alone. */
static bool copy_paired(Text string, TextBuilder *out)
{
    bool repaired = false;
    size_t copied = 0;
    for (size_t at = 0; at < string.size; at++) {
        if (string.data[at] != '\\') {
            continue;
        }
        unsigned first = escaped_unit(string, at);
        unsigned second = first < 0xDC00 ? escaped_unit(string, at + 6) : 0;
        if (!is_surrogate(first)) {
            at++;
        } else if (second >= 0xDC00 && second <= 0xDFFF) {
            at += 11;
        } else {
            builder_text(out, text_slice(string, copied, at - copied));
            builder_string(out, "\\ufffd");
            at += 5;
            copied = at + 1;
            repaired = true;
        }
    }
    builder_text(out, text_slice(string, copied, string.size));
    return repaired;
}

static size_t copy_string(Text text, size_t at, bool repair, ScanResult *result, TextBuilder *out)
{
    bool surrogates = false;
    size_t end = string_end(text, at, &surrogates);
    Text string = text_slice(text, at, end - at);
    bool key = colon_follows(text, end);
    result->keys += key;
    if (!key && starts_with_marker(string)) {
        builder_string(out, "\"" SCAN_TEXT_MARKER);
        string = text_slice(string, 1, string.size);
    }
    if (repair && surrogates) {
        result->repaired = copy_paired(string, out) || result->repaired;
    } else {
        builder_text(out, string);
    }
    return end;
}

static size_t copy_number(Text text, size_t at, TextBuilder *out)
{
    size_t end = number_end(text, at);
    if (end == at || colon_follows(text, end)) {
        end = at + 1;
        while (end < text.size && continues_token(text.data[end])) {
            end++;
        }
        builder_text(out, text_slice(text, at, end - at));
        return end;
    }
    builder_string(out, "\"" SCAN_NUMBER_MARKER);
    builder_text(out, text_slice(text, at, end - at));
    builder_char(out, '"');
    return end;
}

/* A bracket or comma: it moves the depth or brings a value. False when that passes a limit. */
static bool count_structure(char byte, const ScanRules *rules, size_t *depth, ScanResult *result)
{
    if (byte == '[' || byte == '{') {
        result->too_deep = ++*depth > rules->depth_max;
        result->values += byte == '{' ? SCAN_OBJECT_VALUES : 1;
    } else if (byte == ',') {
        result->values++;
    } else if ((byte == ']' || byte == '}') && *depth > 0) {
        --*depth;
    }
    result->too_many = result->values > rules->values_max;
    return !result->too_deep && !result->too_many;
}

ScanResult scan_rewrite(Text text, const ScanRules *rules, size_t limit, TextBuilder *out)
{
    ScanResult result = {.values = 1};
    size_t depth = 0;
    size_t at = 0;
    while (at < text.size && out->size < limit) {
        char byte = text.data[at];
        if (byte == '"') {
            at = copy_string(text, at, rules->repair, &result, out);
        } else if (byte == '-' || is_digit(byte)) {
            at = copy_number(text, at, out);
        } else {
            if (!count_structure(byte, rules, &depth, &result)) {
                break;
            }
            builder_char(out, byte == '\0' ? '\x01' : byte); /* jansson takes NUL for the end */
            at++;
        }
    }
    result.consumed = at;
    return result;
}
