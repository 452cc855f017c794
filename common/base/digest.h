#ifndef ONECASE_BASE_DIGEST_H
#define ONECASE_BASE_DIGEST_H

#include "base/text.h"

/* SHA-256 and HMAC-SHA-256 of libcrypto. */
enum { SHA256_SIZE = 32, SHA256_HEX_SIZE = 64 };

typedef struct Sha256 Sha256; /* an incremental hash */

void digest_sha256(Text bytes, uint8_t out[SHA256_SIZE]);
void digest_hmac_sha256(Text key, Text bytes, uint8_t out[SHA256_SIZE]);
void digest_hex(const uint8_t *bytes,
                size_t size,
                char *out);                        /* 2 * size characters and a NUL, lower case */
Text digest_sha256_text(Text bytes, Arena *arena); /* SHA256_HEX_SIZE digits, on the arena */
bool digest_from_hex(Text hex,
                     uint8_t *out,
                     size_t size); /* false unless exactly 2 * size hex digits */

Sha256 *digest_begin(void);
void digest_update(Sha256 *hash, Text bytes);
void digest_end(Sha256 *hash, uint8_t out[SHA256_SIZE]); /* also frees it */

#endif
