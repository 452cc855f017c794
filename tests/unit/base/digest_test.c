#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check_sha256(Text bytes, const char *want)
{
    uint8_t digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE + 1];
    digest_sha256(bytes, digest);
    digest_hex(digest, sizeof digest, hex);
    assert_string_equal(hex, want);
}

/* FIPS 180-4 examples. */
static void computes_the_published_sha256_vectors(void **state)
{
    (void)state;
    check_sha256(TEXT_ABSENT, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_sha256(TEXT("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_sha256(TEXT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* RFC 4231, test cases 2 and 6. */
static void computes_the_published_hmac_vectors(void **state)
{
    (void)state;
    uint8_t code[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE + 1];
    digest_hmac_sha256(TEXT("Jefe"), TEXT("what do ya want for nothing?"), code);
    digest_hex(code, sizeof code, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");

    char key[131];
    memset(key, 0xAA, sizeof key);
    digest_hmac_sha256((Text){key, sizeof key},
                       TEXT("Test Using Larger Than Block-Size Key - Hash Key First"), code);
    digest_hex(code, sizeof code, hex);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void gives_the_same_in_pieces(void **state)
{
    (void)state;
    uint8_t whole[SHA256_SIZE];
    uint8_t pieces[SHA256_SIZE];
    digest_sha256(TEXT("one hazard, one case"), whole);
    Sha256 *hash = digest_begin();
    digest_update(hash, TEXT("one hazard"));
    digest_update(hash, TEXT_ABSENT);
    digest_update(hash, TEXT(", one case"));
    digest_end(hash, pieces);
    assert_memory_equal(whole, pieces, SHA256_SIZE);
}

static void reads_hex_of_the_right_length_only(void **state)
{
    (void)state;
    uint8_t bytes[3] = {0};
    assert_true(digest_from_hex(TEXT("00aBfF"), bytes, 3));
    assert_int_equal(bytes[0], 0x00);
    assert_int_equal(bytes[1], 0xAB);
    assert_int_equal(bytes[2], 0xFF);
    assert_false(digest_from_hex(TEXT("00abf"), bytes, 3));
    assert_false(digest_from_hex(TEXT("00abff00"), bytes, 3));
    assert_false(digest_from_hex(TEXT("00abfg"), bytes, 3));
    assert_false(digest_from_hex(TEXT_ABSENT, bytes, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computes_the_published_sha256_vectors),
        cmocka_unit_test(computes_the_published_hmac_vectors),
        cmocka_unit_test(gives_the_same_in_pieces),
        cmocka_unit_test(reads_hex_of_the_right_length_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
