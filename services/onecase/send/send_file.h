#ifndef ONECASE_SERVICES_ONECASE_SEND_FILE_H
#define ONECASE_SERVICES_ONECASE_SEND_FILE_H

#include "base/encoding.h"
#include "base/error.h"

/*
 * The bytes of a file or of standard input through a window that slides, and which encoding they are in. Whether it is
 * UTF-8 is judged by the first megabytes that hold anything but ASCII: where sequences of UTF-8 outnumber bytes that
 * are none it is UTF-8 (perhaps a damaged one), else GB18030; one record would be too little to tell.
 */
typedef struct SendFile SendFile;

enum { SEND_RECORD_BYTES_MAX = 32 << 20 };

/* "-" is standard input. REJECT when it cannot be opened or is a folder; with rule "kind" when it is surely no text
 * (UTF-16, an archive), with rule "busy" when another process is sending it (asked for by `lock`). */
MUST_CHECK bool
send_file_open(const char *path, Encoding encoding, bool lock, SendFile **file, Error *error);
/* The whole of standard input into an unnamed file first, so that it can be read twice. */
MUST_CHECK bool send_file_spool(SendFile *file, Error *error);
void send_file_close(SendFile *file); /* NULL is fine */

/* Back to the first byte; only of what can be (a file, or what was spooled). */
MUST_CHECK bool send_file_rewind(SendFile *file, Error *error);

/* More bytes into the window; true also at the end (send_file_ended). REJECT when reading fails, or was interrupted by a
 * signal, with rule "stopped". */
MUST_CHECK bool send_file_fill(SendFile *file, Error *error);
bool send_file_ended(const SendFile *file);

/* What was read and not yet taken; valid until the next fill. */
Text send_file_window(const SendFile *file);
void send_file_take(SendFile *file, size_t size); /* from the front of the window */

int64_t send_file_offset(const SendFile *file); /* of the window */
int64_t send_file_size(const SendFile *file);   /* -1: not known */
bool send_file_is_regular(const SendFile *file);
Encoding send_file_encoding(const SendFile *file); /* UTF-8 or GB18030, of the window at hand */

#endif
