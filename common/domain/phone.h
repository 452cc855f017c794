#ifndef ONECASE_DOMAIN_PHONE_H
#define ONECASE_DOMAIN_PHONE_H

#include "base/text.h"

/* Telephone numbers as departments write them (domain.md 5). */
typedef enum PhoneKind {
    PHONE_ABSENT,    /* nothing but white space */
    PHONE_MOBILE,    /* 1[3-9] and nine digits */
    PHONE_LANDLINE,  /* with area code 075700000000, or 7 to 8 local digits */
    PHONE_MASKED,    /* 199****0001: hidden by the department */
    PHONE_SERVICE,   /* 12345, 119, 95xxx, 400xxxxxxx: an organisation's, not a person's */
    PHONE_UNREADABLE /* something else */
} PhoneKind;

/*
 * The kind of the first number in `text` and the number itself, on the arena: digits alone (and '*' when masked),
 * without +86 or 0086, separators and extension. Full-width characters count as narrow. *number is absent when the
 * kind is PHONE_ABSENT or PHONE_UNREADABLE.
 */
PhoneKind phone_normalise(Arena *arena, Text text, Text *number);

/* 19900000001 -> 199****0001, 075700000001 -> 0757******01; on the arena. */
Text phone_mask(Arena *arena, Text number);

#endif
