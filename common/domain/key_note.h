#ifndef ONECASE_DOMAIN_KEY_NOTE_H
#define ONECASE_DOMAIN_KEY_NOTE_H

#include "base/text.h"

/*
 * What intake's commits say of the keys of reporter hashes: `key=1@0123456789abcdef;key=2@...;`, number and fingerprint (the first
 * 16 hex digits of HMAC-SHA-256 of "onecase key check" under the key, from which the key cannot be found). Hosts share nothing but
 * Kafka, and so see that they have the same key under one number. A note is a list of NAME=VALUE; where names that are not known
 * are passed over.
 */
enum { KEY_NOTE_PRINT_BYTES = 8, KEY_NOTE_MAX = 8 };

typedef struct KeyPrint {
    int32_t number;
    char hex[2 * KEY_NOTE_PRINT_BYTES + 1];
} KeyPrint;

KeyPrint key_note_print(int32_t number, Text secret);

/* "key=NUMBER@FINGERPRINT;", on the arena. */
Text key_note_write(const KeyPrint *print, Arena *arena);

/* The keys that the note names, at most KEY_NOTE_MAX. Returns the count; malformed entries are passed over. */
size_t key_note_read(Text note, KeyPrint prints[KEY_NOTE_MAX]);

#endif
