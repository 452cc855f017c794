#include "domain/key_note.h"

#include "base/digest.h"

#include <string.h>

static const char NAME[] = "key=";

KeyPrint key_note_print(int32_t number, Text secret)
{
    KeyPrint print = {.number = number};
    uint8_t code[SHA256_SIZE];
    digest_hmac_sha256(secret, TEXT("onecase key check"), code);
    digest_hex(code, KEY_NOTE_PRINT_BYTES, print.hex);
    return print;
}

Text key_note_write(const KeyPrint *print, Arena *arena)
{
    return text_format(arena, "%s%d@%s;", NAME, print->number, print->hex);
}

/* NUMBER@FINGERPRINT */
static bool read_value(Text value, KeyPrint *print)
{
    int64_t number;
    size_t at = text_find(value, TEXT("@"), 0);
    if (at == SIZE_MAX || !text_to_int64(text_slice(value, 0, at), &number) || number < 1 ||
        number > INT32_MAX)
        return false;
    Text hex = text_slice(value, at + 1, value.size);
    if (hex.size >= sizeof(print->hex))
        return false;
    *print = (KeyPrint){.number = (int32_t)number};
    memcpy(print->hex, hex.data, hex.size);
    return true;
}

size_t key_note_read(Text note, KeyPrint prints[KEY_NOTE_MAX])
{
    size_t count = 0;
    for (size_t at = 0; at < note.size && count < KEY_NOTE_MAX;) {
        size_t end = text_find(note, TEXT(";"), at);
        end = end == SIZE_MAX ? note.size : end;
        Text entry = text_slice(note, at, end - at);
        at = end + 1;
        if (text_starts(entry, text_from(NAME)) &&
            read_value(text_slice(entry, sizeof(NAME) - 1, entry.size), &prints[count]))
            count++;
    }
    return count;
}
