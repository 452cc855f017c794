/*
 * The key for hashes of reporters. Hosts with different keys make two persons of one; what each host has stands beside its commits as
 * number and fingerprint (domain/key_note.h). intake notes its keys anew whenever it takes a partition.
 */
#include "doctor/doctor_checks.h"

#include "base/digest.h"

#include "domain/key_note.h"
#include "domain/place_note.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_BYTES_MIN = 32, KEY_BYTES_MAX = 512 };

static void fault(Doctor *doctor, Text what, const char *expected, Text found, Text step)
{
    doctor_find(doctor, &(DoctorFinding){DOCTOR_FAULT, what, text_from(expected), found, step});
}

/* ---- the file ---- */

/* The fingerprint of the key in the file under number 0; false: told why not. A key that is closed to us is as it should be. */
static bool read_file(Doctor *doctor, const char *path, KeyPrint *print)
{
    char hex[2 * KEY_BYTES_MAX + 2];
    uint8_t key[KEY_BYTES_MAX];
    FILE *file = fopen(path, "re");
    if (file == NULL && errno == EACCES) {
        doctor_saw_more(doctor, "%s is closed to us, so it is not compared", path);
        return false;
    }
    if (file == NULL) {
        fault(doctor, text_from(path), "the key, readable for intake",
              text_copy(doctor->arena, text_from(strerror(errno))),
              text_format(doctor->arena, "ls -l %s", path));
        return false;
    }
    setvbuf(file, NULL, _IONBF, 0); /* no copy of the secret in a buffer of stdio's */
    Text digits = text_trim((Text){hex, fread(hex, 1, sizeof(hex), file)});
    fclose(file);
    size_t bytes = digits.size / 2;
    bool good =
        bytes >= KEY_BYTES_MIN && bytes <= KEY_BYTES_MAX && digest_from_hex(digits, key, bytes);
    if (good)
        *print = key_note_print(0, (Text){(const char *)key, bytes});
    else
        fault(doctor, text_from(path), "64 to 1024 hex digits", TEXT("something else"),
              text_format(doctor->arena,
                          "openssl rand -hex 32 > %s    # a new key takes a new number", path));
    explicit_bzero(hex, sizeof(hex));
    explicit_bzero(key, sizeof(key));
    return good;
}

static void check_mode(Doctor *doctor, const char *path)
{
    struct stat facts;
    if (stat(path, &facts) == 0 && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        fault(doctor, text_from(path), "closed to others than its owner (mode 0600)",
              text_format(doctor->arena, "mode %04o", facts.st_mode & 07777),
              text_format(doctor->arena, "chmod 600 %s", path));
}

/* ---- what hosts have noted ---- */

enum { PRINTS_MAX = 64 };

/* All keys noted by anybody, each once, with a place where it stands. */
typedef struct Noted {
    KeyPrint prints[PRINTS_MAX];
    const KafkaCommit *where[PRINTS_MAX];
    size_t count;
    const KafkaCommit *first; /* with keys */
    const KafkaCommit *other; /* with other keys than the first; NULL: all are the same */
} Noted;

static void note(Noted *noted, const KeyPrint *print, const KafkaCommit *where)
{
    for (size_t i = 0; i < noted->count; i++)
        if (noted->prints[i].number == print->number &&
            strcmp(noted->prints[i].hex, print->hex) == 0)
            return;
    if (noted->count == PRINTS_MAX)
        return;
    noted->prints[noted->count] = *print;
    noted->where[noted->count++] = where;
}

static void take_commits(const KafkaCommit *commits, size_t count, Noted *noted)
{
    for (size_t i = 0; i < count; i++) {
        KeyPrint prints[KEY_NOTE_MAX];
        Text keys = place_note_keys(commits[i].note);
        size_t found = key_note_read(keys, prints);
        for (size_t k = 0; k < found; k++)
            note(noted, &prints[k], &commits[i]);
        if (found > 0 && noted->first == NULL)
            noted->first = &commits[i];
        if (found > 0 && noted->other == NULL &&
            !text_equal(keys, place_note_keys(noted->first->note)))
            noted->other = &commits[i];
    }
}

/* "key 1, key 2" */
static Text numbers_of(const Doctor *doctor, const KafkaCommit *commit)
{
    KeyPrint prints[KEY_NOTE_MAX];
    TextBuilder out = builder_new(doctor->arena);
    size_t count = key_note_read(commit->note, prints);
    for (size_t i = 0; i < count; i++)
        builder_format(&out, "%skey %" PRId32, i > 0 ? ", " : "", prints[i].number);
    return builder_view(&out);
}

/* One number with two keys; true: told. */
static bool tell_contradiction(Doctor *doctor, const Noted *noted)
{
    for (size_t i = 0; i < noted->count; i++)
        for (size_t k = 0; k < i; k++)
            if (noted->prints[i].number == noted->prints[k].number) {
                fault(doctor, text_format(doctor->arena, "key %" PRId32, noted->prints[i].number),
                      "one and the same on all hosts",
                      text_format(doctor->arena, "one at %s/%" PRId32 " and another at %s/%" PRId32,
                                  noted->where[k]->topic, noted->where[k]->partition,
                                  noted->where[i]->topic, noted->where[i]->partition),
                      TEXT("sha256sum " DOCTOR_KEY_FILE
                           "    # on each host; then systemctl restart "
                           "onecase-intake"));
                return true;
            }
    return false;
}

static void tell_difference(Doctor *doctor, const Noted *noted)
{
    if (noted->other != NULL)
        fault(doctor, TEXT("keys of the hosts"), "the same numbers on all",
              text_format(doctor->arena, "%.*s at %s/%" PRId32 ", %.*s at %s/%" PRId32,
                          TEXT_ARGS(numbers_of(doctor, noted->first)), noted->first->topic,
                          noted->first->partition, TEXT_ARGS(numbers_of(doctor, noted->other)),
                          noted->other->topic, noted->other->partition),
              TEXT("systemctl restart onecase-intake    # on every host, with the same key_no and "
                   "before_key_no"));
}

/* Whether the file holds a key that intake works with. */
static void compare_file(Doctor *doctor, const Noted *noted, const KeyPrint *print)
{
    int64_t number = doctor->options->key_no;
    for (size_t i = 0; i < noted->count; i++)
        if (strcmp(noted->prints[i].hex, print->hex) == 0 &&
            (number == 0 || number == noted->prints[i].number))
            return;
    if (noted->count > 0)
        fault(doctor, TEXT("key in use"),
              number == 0 ? "the one of the key file" : "the one of the key file under --key-no",
              text_format(doctor->arena, "%.*s, and that is another one",
                          TEXT_ARGS(numbers_of(doctor, noted->first))),
              TEXT("systemctl cat onecase-intake    # which key_file and key_no"));
}

bool doctor_check_keys(Doctor *doctor, Error *error)
{
    Noted noted = {.count = 0};
    KeyPrint print;
    const char *path = doctor->options->key_file;
    if (path == NULL && access(DOCTOR_KEY_FILE, F_OK) == 0)
        path = DOCTOR_KEY_FILE;
    bool have = path != NULL && read_file(doctor, path, &print);
    if (path != NULL)
        check_mode(doctor, path);
    if ((doctor->abilities & DOCTOR_KAFKA) == 0) {
        if (path == NULL)
            doctor_skip(doctor, "because of \"brokers\"");
        return true;
    }
    KafkaCommit *commits;
    size_t count;
    if (!doctor_intake_commits(doctor, &commits, &count, error))
        return false;
    take_commits(commits, count, &noted);
    if (!tell_contradiction(doctor, &noted))
        tell_difference(doctor, &noted);
    if (have)
        compare_file(doctor, &noted, &print);
    doctor_saw_more(doctor, "%s",
                    noted.first != NULL ? text_format(doctor->arena, "%.*s in use",
                                                      TEXT_ARGS(numbers_of(doctor, noted.first)))
                                              .data
                                        : "none in use yet");
    if (path == NULL)
        doctor_saw_more(doctor, "--key-file names the file to compare");
    return true;
}
