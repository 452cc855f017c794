/*
 * Room on the disks of this machine: of the folders that are named, and of PostgreSQL's when it runs here. Each file system once.
 */
#include "doctor/doctor_checks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum { WARNING_PERCENT = 10, FAULT_PERCENT = 3, FILE_SYSTEMS_MAX = 64 };

/* Only for a member of pg_read_all_settings; and only a server on this machine has its folder here. */
static const PostgresStatement FOLDER = {
    "doctor_folder", "select case when pg_has_role(session_user, 'pg_read_all_settings', 'member') "
                     "            then current_setting('data_directory') end"};

typedef struct Disks {
    dev_t seen[FILE_SYSTEMS_MAX];
    size_t count;
} Disks;

static bool is_new(Disks *disks, dev_t device)
{
    for (size_t i = 0; i < disks->count; i++)
        if (disks->seen[i] == device)
            return false;
    if (disks->count < FILE_SYSTEMS_MAX)
        disks->seen[disks->count++] = device;
    return true;
}

static unsigned percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 100 : (unsigned)(part * 100 / whole);
}

static void low(Doctor *doctor, const char *folder, const char *of, unsigned left)
{
    doctor_find(doctor, &(DoctorFinding){
                            left < FAULT_PERCENT ? DOCTOR_FAULT : DOCTOR_WARNING,
                            text_format(doctor->arena, "%s on the disk of %s", of, folder),
                            TEXT("at least 10 % free"), text_format(doctor->arena, "%u %%", left),
                            text_format(doctor->arena, "du -xh --max-depth=2 %s | sort -h | tail",
                                        folder)});
}

static void check_folder(Doctor *doctor, Disks *disks, const char *folder)
{
    struct stat facts;
    struct statvfs disk;
    if (stat(folder, &facts) != 0 || statvfs(folder, &disk) != 0) {
        doctor_find(doctor, &(DoctorFinding){DOCTOR_FAULT, text_format(doctor->arena, "%s", folder),
                                             TEXT("a folder"),
                                             text_copy(doctor->arena, text_from(strerror(errno))),
                                             text_format(doctor->arena, "ls -ld %s", folder)});
        return;
    }
    if (!is_new(disks, facts.st_dev))
        return;
    uint64_t usable = disk.f_blocks - disk.f_bfree + disk.f_bavail;
    unsigned room = percent(disk.f_bavail, usable);
    unsigned files = percent(disk.f_favail, disk.f_files);
    doctor_saw_more(doctor, "%s %u %% free", folder, room);
    if (room < WARNING_PERCENT)
        low(doctor, folder, "room", room);
    if (files < WARNING_PERCENT)
        low(doctor, folder, "files", files);
}

static bool is_here(const char *host)
{
    return host == NULL || host[0] == '\0' || host[0] == '/' || strcmp(host, "localhost") == 0 ||
           strncmp(host, "127.", 4) == 0;
}

bool doctor_check_disk(Doctor *doctor, Error *error)
{
    Disks disks = {.count = 0};
    const char *named = doctor->options->data;
    Text rest = text_trim(text_from(named != NULL ? named : getenv("ONECASE_DATA")));
    while (!text_is_empty(rest)) {
        size_t end = text_find(rest, TEXT(" "), 0);
        check_folder(doctor, &disks, text_string(doctor->arena, text_slice(rest, 0, end)));
        rest = end == SIZE_MAX ? TEXT("") : text_trim(text_slice(rest, end, rest.size));
    }
    if ((doctor->abilities & DOCTOR_DATABASE) != 0 && is_here(getenv("PGHOST"))) {
        POSTGRES_RESULT_AUTO *row = NULL;
        struct stat ignored;
        if (!doctor_ask(doctor, &FOLDER, &row, error))
            return false;
        const char *folder = text_string(doctor->arena, postgres_text(row, 0, 0));
        if (!postgres_is_null(row, 0, 0) && stat(folder, &ignored) == 0)
            check_folder(doctor, &disks, folder);
    }
    if (disks.count == 0 && doctor->now->count == 0)
        doctor_skip(doctor,
                    "no folder is named; --data says where data of ours lie on this machine");
    return true;
}
