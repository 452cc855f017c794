#ifndef ONECASE_SERVICES_ONECASE_LAG_KEYS_H
#define ONECASE_SERVICES_ONECASE_LAG_KEYS_H

#include "base/text.h"

/* What a terminal sends for keys (ECMA-48, xterm's and the Linux console's). Characters are their code points. */
enum {
    KEY_NONE = 0, /* more bytes are to come */
    KEY_ENTER = 0x110000,
    KEY_ESCAPE,
    KEY_BACKSPACE,
    KEY_UP,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_REDRAW, /* Ctrl-L */
    KEY_OTHER   /* some other key, or bytes that are none */
};

enum { KEY_BYTES_MAX = 32 }; /* no key has more; what is longer is KEY_OTHER */

/*
 * Takes the next key off the front of *bytes. A sequence that has only begun stays, KEY_NONE, unless `all` says that nothing more is
 * coming: an escape by itself is the key of that name then.
 */
int lag_keys_next(Text *bytes, bool all);

#endif
