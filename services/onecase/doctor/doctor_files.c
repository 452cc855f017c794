/*
 * The files that programs were started with: without mistakes, and the ones in use. What a program uses is written beside what it
 * made last; it is held against a file only when it was made after the file changed.
 */
#include "doctor/doctor_checks.h"
#include "print.h"
#include "source/source_rows.h"

#include "adapters/mapping_file.h"
#include "adapters/model_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MARGIN_S = 2, FOLDERS_DEEP = 2 };

static int64_t changed_us(const struct stat *facts)
{
    const struct timespec *last = &facts->st_ctim; /* also when the file came with an old time */
    if (facts->st_mtim.tv_sec > last->tv_sec)
        last = &facts->st_mtim;
    return ((int64_t)last->tv_sec + MARGIN_S) * 1000000;
}

static int64_t changed_of(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 ? changed_us(&facts) : INT64_MAX;
}

/* ---- mappings ---- */

static int64_t mapping_changed(const Doctor *doctor, const Mapping *mapping)
{
    TextList parts = mapping_file_parts(mapping, doctor->arena);
    int64_t last = changed_of(text_string(doctor->arena, mapping_file_path(mapping)));
    for (size_t i = 0; i < parts.count; i++) {
        int64_t changed = changed_of(text_string(doctor->arena, parts.items[i]));
        last = changed > last ? changed : last;
    }
    return last;
}

static bool check_used(Doctor *doctor, const Mapping *mapping, Error *error)
{
    SourceMark *mark = NULL;
    SourceRecord record;
    bool found;
    if (!source_rows_mark(doctor->pg, &doctor->options->naming, mapping, doctor->arena, &mark,
                          error))
        return false;
    bool good = source_rows_latest(doctor->pg, mark, &record, &found, error);
    source_rows_mark_free(mark);
    if (!good || !found || text_is_empty(record.version) ||
        text_equal(record.version, mapping_version(mapping)) ||
        record.received_us <= mapping_changed(doctor, mapping))
        return good;
    doctor_find(
        doctor,
        &(DoctorFinding){
            DOCTOR_WARNING,
            text_format(doctor->arena, "mapping of %.*s in use",
                        TEXT_ARGS(mapping_source(mapping))),
            text_format(doctor->arena, "%.*s, as on disk", TEXT_ARGS(mapping_version(mapping))),
            text_format(doctor->arena, "%.*s made the record of %.*s", TEXT_ARGS(record.version),
                        TEXT_ARGS(print_time(doctor->arena, record.received_us))),
            TEXT("systemctl reload onecase-intake")});
    return true;
}

static void tell_mistakes(Doctor *doctor)
{
    const MappingFindings *findings = &doctor->mapping_findings;
    for (size_t i = 0; i < findings->count; i++) {
        const MappingFinding *found = &findings->items[i];
        if (found->warning)
            continue;
        doctor_find(doctor, &(DoctorFinding){DOCTOR_FAULT,
                                             text_format(doctor->arena, "%.*s:%d",
                                                         TEXT_ARGS(found->file), (int)found->line),
                                             TEXT("no mistake: intake reads all files or none"),
                                             text_copy(doctor->arena, found->message),
                                             text_format(doctor->arena, "onecase check %s",
                                                         doctor->options->naming.sources)});
    }
}

bool doctor_check_mappings(Doctor *doctor, Error *error)
{
    size_t good = 0;
    if (!text_is_absent(doctor->mapping_fault)) {
        doctor_find(doctor,
                    &(DoctorFinding){DOCTOR_FAULT, text_from(doctor->options->naming.sources),
                                     TEXT("mapping files and their regions"), doctor->mapping_fault,
                                     TEXT("onecase doctor --sources /etc/onecase/sources")});
        return true;
    }
    tell_mistakes(doctor);
    for (size_t i = 0; i < doctor->paths.count; i++) {
        if (doctor->mappings[i] == NULL)
            continue;
        good++;
        if ((doctor->abilities & DOCTOR_SCHEMA) != 0 &&
            !check_used(doctor, doctor->mappings[i], error))
            return false;
    }
    doctor_saw(doctor, "%zu of %zu files in %s can be used", good, doctor->paths.count,
               doctor->options->naming.sources);
    return true;
}

/* ---- model ---- */

/* The newest decision of each region, by its newest report, and the newest of these for each model. */
static const PostgresStatement DECIDED = {
    "doctor_decided",
    "select distinct on (d.model_version) d.model_version, d.stream_time "
    "  from onecase.region_counters c "
    "  join onecase.decisions d on d.region = c.region and d.report_id = c.next_report - 1 "
    " where d.model_version is not null order by d.model_version, d.stream_time desc"};

/* The last change of any file in the model's folder and those below it. */
static int64_t folder_changed(const char *folder, Arena *arena, int depth)
{
    int64_t last = 0;
    DIR *open = opendir(folder);
    if (open == NULL)
        return INT64_MAX;
    for (const struct dirent *entry; (entry = readdir(open)) != NULL;) {
        const char *path = text_format(arena, "%s/%s", folder, entry->d_name).data;
        struct stat facts;
        if (entry->d_name[0] == '.' || stat(path, &facts) != 0)
            continue;
        int64_t changed = S_ISDIR(facts.st_mode) && depth > 0
                              ? folder_changed(path, arena, depth - 1)
                              : changed_us(&facts);
        last = changed > last ? changed : last;
    }
    closedir(open);
    return last;
}

static bool check_decided(Doctor *doctor, const Model *model, Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    Text path = text_from(doctor->options->model);
    size_t name = path.size;
    while (name > 0 && path.data[name - 1] != '/')
        name--;
    const char *folder = name > 1 ? text_string(doctor->arena, text_slice(path, 0, name - 1)) : ".";
    int64_t changed = folder_changed(folder, doctor->arena, FOLDERS_DEEP);
    if (!doctor_ask(doctor, &DECIDED, &rows, error))
        return false;
    for (int row = 0; row < postgres_rows(rows); row++) {
        int64_t at = postgres_time(rows, row, 1);
        if (text_equal(postgres_text(rows, row, 0), model_version(model)) || at <= changed)
            continue;
        doctor_find(
            doctor,
            &(DoctorFinding){
                DOCTOR_WARNING, TEXT("model in use"),
                text_format(doctor->arena, "%.*s, as on disk", TEXT_ARGS(model_version(model))),
                text_format(doctor->arena, "%.*s decided at %.*s",
                            TEXT_ARGS(postgres_text(rows, row, 0)),
                            TEXT_ARGS(print_time(doctor->arena, at))),
                TEXT("systemctl restart onecase-matcher    # on every host, with one model")});
    }
    return true;
}

bool doctor_check_model(Doctor *doctor, Error *error)
{
    Model *model = NULL;
    Error failure = {0};
    bool good = true;
    if (!model_file_load(doctor->options->model, &model, &failure)) {
        doctor_find(doctor,
                    &(DoctorFinding){DOCTOR_FAULT, text_from(doctor->options->model),
                                     TEXT("a model without mistakes"),
                                     text_copy(doctor->arena, text_from(failure.text)),
                                     text_format(doctor->arena, "matcher --check --set model=%s",
                                                 doctor->options->model)});
        return true;
    }
    if ((doctor->abilities & DOCTOR_SCHEMA) != 0)
        good = check_decided(doctor, model, error);
    doctor_saw(doctor, "%.*s", TEXT_ARGS(model_version(model)));
    model_free(model);
    return good;
}
