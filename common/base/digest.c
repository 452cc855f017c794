/* Hashes of libcrypto; they fail only without memory or with a broken library: both end the process. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdio.h>
#include <stdlib.h>

static void require(bool done)
{
    if (!done) {
        fputs("libcrypto cannot compute SHA-256\n", stderr);
        abort();
    }
}

static const unsigned char *bytes_of(Text text)
{
    return (const unsigned char *)(text.data != NULL ? text.data : "");
}

void digest_sha256(Text bytes, uint8_t out[SHA256_SIZE])
{
    require(EVP_Digest(bytes_of(bytes), bytes.size, out, NULL, EVP_sha256(), NULL) == 1);
}

void digest_hmac_sha256(Text key, Text bytes, uint8_t out[SHA256_SIZE])
{
    require(HMAC(EVP_sha256(), bytes_of(key), (int)key.size, bytes_of(bytes), bytes.size, out,
                 NULL) != NULL);
}

void digest_hex(const uint8_t *bytes, size_t size, char *out)
{
    static const char DIGITS[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = DIGITS[bytes[i] >> 4];
        out[2 * i + 1] = DIGITS[bytes[i] & 0x0F];
    }
    out[2 * size] = '\0';
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

Text digest_sha256_text(Text bytes, Arena *arena)
{
    uint8_t hash[SHA256_SIZE];
    char *hex = arena_alloc(arena, SHA256_HEX_SIZE + 1);
    digest_sha256(bytes, hash);
    digest_hex(hash, sizeof(hash), hex);
    return (Text){hex, SHA256_HEX_SIZE};
}

bool digest_from_hex(Text hex, uint8_t *out, size_t size)
{
    if (hex.size != 2 * size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(hex.data[2 * i]);
        int low = hex_value(hex.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

Sha256 *digest_begin(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    require(context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1);
    return (Sha256 *)context;
}

void digest_update(Sha256 *hash, Text bytes)
{
    require(EVP_DigestUpdate((EVP_MD_CTX *)hash, bytes_of(bytes), bytes.size) == 1);
}

void digest_end(Sha256 *hash, uint8_t out[SHA256_SIZE])
{
    EVP_MD_CTX *context = (EVP_MD_CTX *)hash;
    require(EVP_DigestFinal_ex(context, out, NULL) == 1);
    EVP_MD_CTX_free(context);
}
