/*
 * What this call was given: the environment and the files. Whether the servers answer is the business of later checks.
 */
#include "doctor/doctor_checks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

enum { PORT_MAX = 65535 };

/* Names that programs of the hub and deploy/ know, beside those that end in _OPTIONS (deploy/systemd). */
static const char *const KNOWN[] = {"ONECASE_BROKERS",  "ONECASE_DATA",       "ONECASE_CACHE",
                                    "ONECASE_HTTP",     "ONECASE_BIN",        "ONECASE_LAGWATCH",
                                    "ONECASE_STALL_MS", "ONECASE_SERVER_USER"};

static void fault(Doctor *doctor, const char *what, const char *expected, Text found, Text step)
{
    doctor_find(doctor,
                &(DoctorFinding){DOCTOR_FAULT, text_from(what), text_from(expected), found, step});
}

static bool is_port(Text word)
{
    int64_t port;
    return text_to_int64(word, &port) && port >= 1 && port <= PORT_MAX;
}

/* host:port,... ; an address of IPv6 in brackets. */
static void check_brokers_list(Doctor *doctor, Text list)
{
    for (size_t at = 0; at <= list.size;) {
        size_t end = text_find(list, TEXT(","), at);
        end = end == SIZE_MAX ? list.size : end;
        Text address = text_trim(text_slice(list, at, end - at));
        at = end + 1;
        size_t colon = SIZE_MAX;
        for (size_t i = 0; i < address.size; i++)
            if (address.data[i] == ':')
                colon = i;
        if (colon == SIZE_MAX || colon == 0 ||
            !is_port(text_slice(address, colon + 1, address.size)))
            fault(doctor, "ONECASE_BROKERS or --brokers", "host:port with commas between",
                  text_format(doctor->arena, "\"%.*s\"", TEXT_ARGS(address)),
                  TEXT("export ONECASE_BROKERS=kafka1:9092,kafka2:9092"));
    }
}

static void check_unknown_names(Doctor *doctor)
{
    static const char START[] = "ONECASE_";
    for (char **entry = environ; *entry != NULL; entry++) {
        Text name = text_slice(text_from(*entry), 0, strcspn(*entry, "="));
        bool known = !text_starts(name, text_from(START)) || text_ends(name, TEXT("_OPTIONS"));
        for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
            known = known || text_is(name, KNOWN[i]);
        if (!known)
            doctor_find(doctor,
                        &(DoctorFinding){
                            DOCTOR_WARNING, text_copy(doctor->arena, name),
                            TEXT("a name that the programs know"), TEXT("one that nobody reads"),
                            text_format(doctor->arena, "unset %.*s", TEXT_ARGS(name))});
    }
}

/* libpq passes over a password file that others may read, and then has no password. */
static void check_password_file(Doctor *doctor)
{
    const char *path = getenv("PGPASSFILE");
    struct stat facts;
    if (path == NULL || path[0] == '\0')
        return;
    if (stat(path, &facts) != 0)
        fault(doctor, "PGPASSFILE", "a file",
              text_format(doctor->arena, "%s: %s", path, strerror(errno)),
              text_format(doctor->arena, "ls -l %s", path));
    else if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        fault(doctor, "PGPASSFILE", "mode 0600 (libpq reads no other)",
              text_format(doctor->arena, "%s of mode %04o", path, facts.st_mode & 07777),
              text_format(doctor->arena, "chmod 600 %s", path));
}

static void check_file(Doctor *doctor, const char *what, const char *path)
{
    if (access(path, R_OK) != 0)
        fault(doctor, what, "to be readable",
              text_format(doctor->arena, "\"%s\": %s", path, strerror(errno)),
              TEXT("onecase doctor --sources /etc/onecase/sources"));
}

bool doctor_check_settings(Doctor *doctor, Error *error)
{
    const SourceOptions *naming = &doctor->options->naming;
    const char *host = getenv("PGHOST");
    const char *port = getenv("PGPORT");
    const char *database = getenv("PGDATABASE");
    check_brokers_list(doctor, text_from(naming->brokers));
    if (port != NULL && port[0] != '\0' && strchr(port, ',') == NULL && !is_port(text_from(port)))
        fault(doctor, "PGPORT", "a number from 1 to 65535",
              text_format(doctor->arena, "\"%s\"", port), TEXT("export PGPORT=5432"));
    check_password_file(doctor);
    check_unknown_names(doctor);
    check_file(doctor, "folder of mappings", naming->sources);
    check_file(doctor, "regions", naming->regions);
    check_file(doctor, "word lists", naming->words);
    check_file(doctor, "topics", naming->topics);
    check_file(doctor, "model", doctor->options->model);
    doctor_saw(doctor, "Kafka at %s, PostgreSQL at %s, database %s, mappings in %s",
               naming->brokers, host != NULL && host[0] != '\0' ? host : "the local socket",
               database != NULL && database[0] != '\0' ? database : "onecase", naming->sources);
    (void)error; /* nobody is asked */
    return true;
}
