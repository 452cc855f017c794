/*
 * The programs, by their pages. Those that are named must answer; of the usual ones of this machine, those that do are judged:
 * who reads what is the business of "groups", wherever it runs.
 */
#include "doctor/doctor_checks.h"

#include "base/json.h"

#include "adapters/http_client.h"

#include <stdlib.h>
#include <string.h>

enum { ANSWER_MS = 5000, PROGRAMS_MAX = 64 };
typedef enum Page { HEALTH, READY, METRICS, PAGES } Page;

static const char *const PATHS[PAGES] = {"/healthz", "/readyz", "/metrics"};

typedef struct Program {
    Text name;
    Text address;
    const HttpReply *replies; /* one for each page */
} Program;

static size_t read_programs(Doctor *doctor, const char *list, Program *programs)
{
    size_t count = 0;
    Text rest = text_trim(text_from(list));
    while (!text_is_empty(rest) && count < PROGRAMS_MAX) {
        size_t end = text_find(rest, TEXT(" "), 0);
        Text entry = text_slice(rest, 0, end);
        size_t equals = text_find(entry, TEXT("="), 0);
        rest = end == SIZE_MAX ? TEXT("") : text_trim(text_slice(rest, end, rest.size));
        if (equals != SIZE_MAX)
            programs[count++] = (Program){.name = text_slice(entry, 0, equals),
                                          .address = text_slice(entry, equals + 1, entry.size)};
        else
            doctor_find(doctor,
                        &(DoctorFinding){DOCTOR_FAULT, TEXT("--services"),
                                         TEXT("NAME=host:port with blanks between"),
                                         text_format(doctor->arena, "\"%.*s\"", TEXT_ARGS(entry)),
                                         TEXT("onecase doctor --services '" DOCTOR_SERVICES "'")});
    }
    return count;
}

static void ask(const Doctor *doctor, Program *programs, size_t count)
{
    const char **urls = ARENA_ARRAY(doctor->arena, const char *, count *PAGES);
    HttpReply *replies = ARENA_ARRAY(doctor->arena, HttpReply, count * PAGES);
    for (size_t i = 0; i < count; i++)
        for (size_t page = 0; page < PAGES; page++)
            urls[i * PAGES + page] = text_format(doctor->arena, "http://%.*s%s",
                                                 TEXT_ARGS(programs[i].address), PATHS[page])
                                         .data;
    http_get_all(urls, count * PAGES, ANSWER_MS, doctor->arena, replies);
    for (size_t i = 0; i < count; i++)
        programs[i].replies = &replies[i * PAGES];
}

static void
tell(Doctor *doctor, const Program *program, const char *expected, Text found, const char *command)
{
    doctor_find(doctor, &(DoctorFinding){
                            DOCTOR_FAULT,
                            text_format(doctor->arena, "%.*s at %.*s", TEXT_ARGS(program->name),
                                        TEXT_ARGS(program->address)),
                            text_from(expected), found,
                            text_format(doctor->arena, "%s onecase-%.*s%s", command,
                                        TEXT_ARGS(program->name),
                                        strcmp(command, "journalctl -u") == 0 ? " -n 50" : "")});
}

/* A member of a page's JSON object, as text; absent: there is none. */
static Text member_of(const Doctor *doctor, Text body, const char *name)
{
    Error ignored = {0};
    JsDocument *document = NULL;
    if (!js_parse(body, &document, &ignored))
        return TEXT_ABSENT;
    Text member = js_scalar_text(js_member(js_root(document), text_from(name)));
    Text copy = text_is_absent(member) ? TEXT_ABSENT : text_copy(doctor->arena, member);
    js_close(document);
    return copy;
}

/* onecase_build_info{service="intake",version="0.9.0"} 1 */
static Text version_of(Text metrics)
{
    static const char LABEL[] = "version=\"";
    size_t line = text_find(metrics, TEXT("onecase_build_info{"), 0);
    size_t at = line == SIZE_MAX ? SIZE_MAX : text_find(metrics, text_from(LABEL), line);
    if (at == SIZE_MAX)
        return TEXT_ABSENT;
    at += sizeof(LABEL) - 1;
    size_t end = text_find(metrics, TEXT("\""), at);
    return end == SIZE_MAX ? TEXT_ABSENT : text_slice(metrics, at, end - at);
}

/* Another program has its port. Among the usual ports of this machine it may be anybody's. */
static bool is_another(Doctor *doctor, const Program *program, bool named)
{
    Text service = member_of(doctor, program->replies[HEALTH].body, "service");
    if (text_equal(service, program->name))
        return false;
    if (named)
        doctor_find(
            doctor,
            &(DoctorFinding){DOCTOR_FAULT,
                             text_format(doctor->arena, "%.*s at %.*s", TEXT_ARGS(program->name),
                                         TEXT_ARGS(program->address)),
                             text_format(doctor->arena, "pages of %.*s", TEXT_ARGS(program->name)),
                             text_is_absent(service)
                                 ? TEXT("those of no program of ours")
                                 : text_format(doctor->arena, "those of %.*s", TEXT_ARGS(service)),
                             text_format(doctor->arena, "curl -s http://%.*s/healthz",
                                         TEXT_ARGS(program->address))});
    return true;
}

static void judge(Doctor *doctor, const Program *program, bool named)
{
    const HttpReply *health = &program->replies[HEALTH];
    const HttpReply *ready = &program->replies[READY];
    if (health->reached == HTTP_SILENT)
        tell(doctor, program, "an answer within 5 s", TEXT("connected, and no answer: it hangs"),
             "systemctl restart");
    else if (health->reached != HTTP_ANSWERED && named)
        tell(doctor, program, "an answer", health->fault, "systemctl start");
    if (health->reached != HTTP_ANSWERED || is_another(doctor, program, named))
        return;
    if (health->status != 200)
        tell(doctor, program, "progress",
             text_format(doctor->arena, "none for %.*s s",
                         TEXT_ARGS(member_of(doctor, health->body, "progress_age_s"))),
             "systemctl restart");
    else if (ready->reached == HTTP_ANSWERED && ready->status != 200)
        tell(doctor, program, "ready",
             text_format(doctor->arena, "waiting: %.*s",
                         TEXT_ARGS(member_of(doctor, ready->body, "reason"))),
             "journalctl -u");
    Text version = version_of(program->replies[METRICS].body);
    if (!text_is_absent(version) && !text_is(version, ONECASE_VERSION))
        tell(doctor, program, "version " ONECASE_VERSION ", as this program is of",
             text_format(doctor->arena, "version %.*s", TEXT_ARGS(version)), "systemctl restart");
}

bool doctor_check_programs(Doctor *doctor, Error *error)
{
    Program programs[PROGRAMS_MAX];
    const char *named = doctor->options->services;
    const char *pages = getenv("ONECASE_HTTP");
    size_t answered = 0;
    (void)error; /* who does not answer is a finding */
    if (named == NULL && pages != NULL && strcmp(pages, "off") == 0) {
        doctor_skip(doctor, "ONECASE_HTTP is off: the programs of this machine have no pages");
        return true;
    }
    size_t count = read_programs(doctor, named != NULL ? named : DOCTOR_SERVICES, programs);
    ask(doctor, programs, count);
    for (size_t i = 0; i < count; i++) {
        answered += programs[i].replies[HEALTH].reached == HTTP_ANSWERED ? 1 : 0;
        judge(doctor, &programs[i], named != NULL);
    }
    if (answered == 0 && doctor->now->count == 0)
        doctor_skip(doctor, "none runs on this machine; --services names those of others");
    else
        doctor_saw(doctor, "%zu of %zu answer", answered, count);
    return true;
}
