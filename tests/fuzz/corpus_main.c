/*
 * Runs a fuzz entry point without libFuzzer, so that every compiler exercises it in each test run: each file of the
 * folders given, each of its beginnings, and some changes of it drawn by a fixed generator.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 65536, CHANGES = 300 };

/* A copy of exactly `size` bytes, so that the sanitizer sees a read behind the end. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (exact == NULL) {
        abort();
    }
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

/* xorshift64 by G. Marsaglia. */
static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void run_variants(const uint8_t *data, size_t size)
{
    static const uint8_t LIKELY[] = {'"', '\\', '{',  '}',  '[',  ']',  ':',  ',',  '0', '-',
                                     '.', 'e',  0x7F, 0x00, 0xFF, 0x80, 0xE7, 0x81, 0x30};
    uint8_t changed[FILE_BYTES_MAX];
    uint64_t state = UINT64_C(0x9E3779B97F4A7C15) + size;
    for (size_t length = 0; length <= size; length++) {
        run(data, length);
    }
    for (int i = 0; i < CHANGES && size > 0; i++) {
        memcpy(changed, data, size);
        for (uint64_t n = draw(&state) % 3 + 1; n > 0; n--) {
            changed[draw(&state) % size] = LIKELY[draw(&state) % sizeof LIKELY];
        }
        run(changed, size);
    }
}

static int run_folder(const char *folder)
{
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        perror(folder);
        return -1;
    }
    int files = 0;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        if (entry->d_name[0] == '.') {
            continue;
        }
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = fopen(path, "rb");
        if (file == NULL) {
            perror(path);
            closedir(directory);
            return -1;
        }
        uint8_t data[FILE_BYTES_MAX];
        size_t size = fread(data, 1, sizeof data, file);
        fclose(file);
        run_variants(data, size);
        files++;
    }
    closedir(directory);
    return files;
}

int main(int argc, char **argv)
{
    int files = 0;
    for (int i = 1; i < argc; i++) {
        int found = run_folder(argv[i]);
        if (found <= 0) {
            fprintf(stderr, "%s: no corpus\n", argv[i]);
            return 1;
        }
        files += found;
    }
    printf("%d files\n", files);
    return files > 0 ? 0 : 1;
}
