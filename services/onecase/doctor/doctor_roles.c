/*
 * Rights in PostgreSQL. The matrix is data (doctor_rights.c); one statement compares all of it with what the server says, another
 * looks for rights that nobody may have.
 */
#include "doctor/doctor_checks.h"
#include "doctor/doctor_rights.h"

#include <string.h>

/* $1: lines "role<tab>privilege<tab>object<tab>column" of everything that has to be. */
static const PostgresStatement MISSING = {
    "doctor_rights_missing",
    "with wanted as ( "
    "  select m[1] as role, m[2] as privilege, m[3] as object, nullif(m[4], '') as part "
    "    from regexp_split_to_table($1::text, E'\\n') as line, "
    "         regexp_split_to_array(line, E'\\t') as m where line <> ''), "
    "schemas as (select oid, nspname from pg_namespace where nspname in ('onecase', 'analysis')), "
    "known as (select w.* from wanted w join pg_roles r on r.rolname = w.role), "
    "without as ( "
    "  select k.role, k.privilege, s.nspname || '.' || k.object as object, k.part "
    "    from known k join pg_class c on c.relname = k.object join schemas s on s.oid = "
    "c.relnamespace "
    "   where k.privilege not in ('execute', 'usage') "
    "     and not case when k.part is null then has_table_privilege(k.role, c.oid, k.privilege) "
    "                  else exists (select from pg_attribute a where a.attrelid = c.oid "
    "                                 and a.attname = k.part and not a.attisdropped) "
    "                   and has_column_privilege(k.role, c.oid, k.part, k.privilege) end "
    "  union all "
    "  select k.role, k.privilege, 'function ' || s.nspname || '.' || p.proname "
    "         || '(' || pg_get_function_identity_arguments(p.oid) || ')', null "
    "    from known k join pg_proc p on p.proname = k.object join schemas s on s.oid = "
    "p.pronamespace "
    "   where k.privilege = 'execute' and not has_function_privilege(k.role, p.oid, 'execute') "
    "  union all "
    "  select k.role, k.privilege, 'schema ' || k.object, null "
    "    from known k join schemas s on s.nspname = k.object "
    "   where k.privilege = 'usage' and not has_schema_privilege(k.role, s.oid, 'usage') "
    "  union all "
    "  select distinct w.role, 'exist', null, null from wanted w "
    "   where not exists (select from pg_roles r where r.rolname = w.role)) "
    "select role, privilege, object, string_agg(part, ', ' order by part) from without "
    " group by role, privilege, object order by role, object, privilege"};

/* Of tables alone, granted to somebody who is not their owner. $1: those who may write; $2: schema whose tables analysts never see. */
static const PostgresStatement FORBIDDEN = {
    "doctor_rights_forbidden",
    "select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as grantee, "
    "       lower(a.privilege_type), s.nspname || '.' || c.relname "
    "  from pg_class c join pg_namespace s on s.oid = c.relnamespace, "
    "       aclexplode(c.relacl) as a "
    " where s.nspname in ('onecase', 'analysis') and c.relkind in ('r', 'p', 'v') "
    "   and a.grantee <> c.relowner "
    "   and (a.grantee = 0 "
    "        or (a.grantee = (select oid from pg_roles where rolname = 'onecase_analyst') "
    "            and s.nspname = 'onecase') "
    "        or (a.privilege_type in ('INSERT', 'UPDATE', 'DELETE') "
    "            and c.relname = any (string_to_array($1::text, ' ')) "
    "            and a.grantee <> (select oid from pg_roles where rolname = 'onecase_writer')) "
    "        or (a.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE') and c.relname = "
    "'case_events')) "
    " order by 1, 3, 2"};

/* What makes hazards and cases: written by the services alone. */
#define WRITTEN_BY_SERVICES                                                                        \
    "hazards cases reports decisions case_events consumer_offsets accounts hazard_keys outbox"

static void add_lines(TextBuilder *out, const DoctorRight *right, Text privilege, Text object)
{
    Text columns = text_from(right->columns);
    Text column = TEXT("");
    bool more = right->columns == NULL || doctor_rights_word(&columns, &column);
    for (; more; more = doctor_rights_word(&columns, &column))
        builder_format(out, "%s\t%.*s\t%.*s\t%.*s\n", right->role, TEXT_ARGS(privilege),
                       TEXT_ARGS(object), TEXT_ARGS(column));
}

/* The matrix, one right a line. */
static Text wanted_lines(Arena *arena)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < DOCTOR_RIGHT_COUNT; i++) {
        Text privileges = text_from(DOCTOR_RIGHTS[i].privileges);
        for (Text privilege; doctor_rights_word(&privileges, &privilege);) {
            Text objects = text_from(DOCTOR_RIGHTS[i].objects);
            for (Text object; doctor_rights_word(&objects, &object);)
                add_lines(&out, &DOCTOR_RIGHTS[i], privilege, object);
        }
    }
    return builder_view(&out);
}

static Text grant_of(Doctor *doctor, const PostgresResult *rows, int row)
{
    Text part = postgres_text(rows, row, 3);
    return text_format(doctor->arena, "psql -c 'grant %.*s%s%.*s%s on %.*s to %.*s'",
                       TEXT_ARGS(postgres_text(rows, row, 1)), text_is_absent(part) ? "" : " (",
                       TEXT_ARGS(part), text_is_absent(part) ? "" : ")",
                       TEXT_ARGS(postgres_text(rows, row, 2)),
                       TEXT_ARGS(postgres_text(rows, row, 0)));
}

static bool check_missing(Doctor *doctor, Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    const PostgresParam param = postgres_param_text(wanted_lines(doctor->arena));
    if (!postgres_call(doctor->pg, &MISSING, &param, 1, &rows, error))
        return false;
    for (int row = 0; row < postgres_rows(rows); row++) {
        Text role = text_copy(doctor->arena, postgres_text(rows, row, 0));
        Text object = postgres_text(rows, row, 2);
        Text part = postgres_text(rows, row, 3);
        if (text_is_absent(object))
            doctor_find(doctor,
                        &(DoctorFinding){
                            DOCTOR_FAULT, text_format(doctor->arena, "role %.*s", TEXT_ARGS(role)),
                            TEXT("to exist"), TEXT("no such role"),
                            text_format(doctor->arena, "psql -c 'create role %.*s nologin'",
                                        TEXT_ARGS(role))});
        else
            doctor_find(doctor,
                        &(DoctorFinding){
                            DOCTOR_FAULT, text_format(doctor->arena, "role %.*s", TEXT_ARGS(role)),
                            text_format(doctor->arena, "%.*s on %.*s%s%.*s",
                                        TEXT_ARGS(postgres_text(rows, row, 1)), TEXT_ARGS(object),
                                        text_is_absent(part) ? "" : ", columns ", TEXT_ARGS(part)),
                            TEXT("not granted"), grant_of(doctor, rows, row)});
    }
    return true;
}

static bool check_forbidden(Doctor *doctor, Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    const PostgresParam param = postgres_param_text(TEXT(WRITTEN_BY_SERVICES));
    if (!postgres_call(doctor->pg, &FORBIDDEN, &param, 1, &rows, error))
        return false;
    for (int row = 0; row < postgres_rows(rows); row++) {
        Text role = postgres_text(rows, row, 0);
        Text privilege = postgres_text(rows, row, 1);
        Text object = postgres_text(rows, row, 2);
        doctor_find(doctor,
                    &(DoctorFinding){
                        DOCTOR_FAULT, text_format(doctor->arena, "role %.*s", TEXT_ARGS(role)),
                        text_format(doctor->arena, "no %.*s on %.*s", TEXT_ARGS(privilege),
                                    TEXT_ARGS(object)),
                        TEXT("granted"),
                        text_format(doctor->arena, "psql -c 'revoke %.*s on %.*s from %.*s'",
                                    TEXT_ARGS(privilege), TEXT_ARGS(object), TEXT_ARGS(role))});
    }
    return true;
}

bool doctor_check_roles(Doctor *doctor, Error *error)
{
    doctor_saw(doctor, "%zu lines of rights compared", DOCTOR_RIGHT_COUNT);
    return check_missing(doctor, error) && check_forbidden(doctor, error);
}
