/*
 * PostgreSQL itself, and the schema in it.
 */
#include "doctor/doctor_checks.h"

#include "adapters/schema_version.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION_LEAST = 150000, CONNECTIONS_LEAST = 10 };

static const PostgresStatement SERVER = {
    "doctor_server",
    "select current_setting('server_version_num')::integer, current_setting('server_version'), "
    "pg_is_in_recovery(), pg_encoding_to_char(encoding)::text, "
    "current_setting('synchronous_commit'), current_setting('fsync'), "
    "current_setting('full_page_writes'), "
    "current_setting('max_connections')::integer "
    "  - current_setting('superuser_reserved_connections')::integer "
    "  - (select count(*)::integer from pg_stat_activity where backend_type = 'client backend'), "
    "current_setting('max_connections')::integer, session_user::text, "
    "(select rolsuper from pg_roles where rolname = session_user), current_database()::text, "
    "age(datfrozenxid)::bigint "
    "from pg_database where datname = current_database()"};

enum {
    VERSION_NUMBER,
    VERSION,
    STANDBY,
    ENCODING,
    SYNCHRONOUS,
    FSYNC,
    PAGE_WRITES,
    CONNECTIONS_LEFT,
    CONNECTIONS_MAX,
    ROLE,
    SUPER,
    DATABASE,
    TRANSACTION_AGE
};

static void finding(Doctor *doctor,
                    DoctorGrade grade,
                    const char *what,
                    const char *expected,
                    Text found,
                    Text step)
{
    doctor_find(doctor, &(DoctorFinding){grade, text_from(what), text_from(expected), found, step});
}

static void check_durable(Doctor *doctor, const PostgresResult *row)
{
    static const struct {
        int column;
        const char *name;
        const char *why;
    } SETTINGS[] = {
        {SYNCHRONOUS, "synchronous_commit",
         "a crash forgets what was committed, and events of it "
         "are out"},
        {FSYNC, "fsync", "a crash of the machine destroys the database"},
        {PAGE_WRITES, "full_page_writes", "a crash of the machine may tear pages"},
    };
    for (size_t i = 0; i < sizeof(SETTINGS) / sizeof(SETTINGS[0]); i++)
        if (text_is(postgres_text(row, 0, SETTINGS[i].column), "off"))
            finding(doctor, DOCTOR_FAULT, SETTINGS[i].name, "on",
                    text_format(doctor->arena, "off: %s", SETTINGS[i].why),
                    text_format(doctor->arena,
                                "psql -c 'alter system set %s = on' -c 'select pg_reload_conf()'",
                                SETTINGS[i].name));
}

static void check_server(Doctor *doctor, const PostgresResult *row)
{
    enum { AGE_MAX = 1500000000 };
    if (postgres_int(row, 0, VERSION_NUMBER) < VERSION_LEAST)
        finding(doctor, DOCTOR_FAULT, "version of PostgreSQL", "15 or newer",
                text_copy(doctor->arena, postgres_text(row, 0, VERSION)),
                TEXT("pg_upgrade --help"));
    if (postgres_int(row, 0, STANDBY) == 1)
        finding(
            doctor, DOCTOR_FAULT, "server", "the primary",
            TEXT("a standby, on which nothing can be written"),
            TEXT("export PGHOST=PRIMARY    # or PGTARGETSESSIONATTRS=read-write with all hosts"));
    if (!text_is(postgres_text(row, 0, ENCODING), "UTF8"))
        finding(doctor, DOCTOR_FAULT, "encoding of the database", "UTF8",
                text_copy(doctor->arena, postgres_text(row, 0, ENCODING)),
                TEXT("createdb --encoding UTF8 --template template0 onecase"));
    check_durable(doctor, row);
    int64_t left = postgres_int(row, 0, CONNECTIONS_LEFT);
    if (left < CONNECTIONS_LEAST)
        finding(doctor, left <= 0 ? DOCTOR_FAULT : DOCTOR_WARNING, "connections left",
                "at least 10",
                text_format(doctor->arena, "%" PRId64 " of %" PRId64, left,
                            postgres_int(row, 0, CONNECTIONS_MAX)),
                TEXT("psql -c 'select usename, application_name, count(*) from pg_stat_activity "
                     "group by 1, 2'"));
    if (postgres_int(row, 0, TRANSACTION_AGE) > AGE_MAX)
        finding(doctor, DOCTOR_FAULT, "age of the oldest transaction", "below 1,500,000,000",
                text_format(doctor->arena, "%" PRId64 ": at 2,147,483,647 PostgreSQL stops writing",
                            postgres_int(row, 0, TRANSACTION_AGE)),
                TEXT("vacuumdb --freeze onecase"));
}

bool doctor_check_database(Doctor *doctor, Error *error)
{
    Error failure = {0};
    POSTGRES_RESULT_AUTO *row = NULL;
    if (!postgres_connect(doctor->pg, &failure)) {
        finding(
            doctor, DOCTOR_FAULT, "PostgreSQL", "a connection",
            text_copy(doctor->arena, text_from(failure.text)),
            TEXT("pg_isready    # and psql -c 'select 1' with the same PGHOST, PGPORT, PGUSER"));
        return true;
    }
    if (!doctor_ask(doctor, &SERVER, &row, error))
        return false;
    doctor->abilities |= DOCTOR_DATABASE;
    doctor->role_is_super = postgres_int(row, 0, SUPER) == 1;
    check_server(doctor, row);
    doctor_saw(doctor, "PostgreSQL %.*s, database %.*s as %.*s, %" PRId64 " connections left",
               TEXT_ARGS(postgres_text(row, 0, VERSION)),
               TEXT_ARGS(postgres_text(row, 0, DATABASE)), TEXT_ARGS(postgres_text(row, 0, ROLE)),
               postgres_int(row, 0, CONNECTIONS_LEFT));
    return true;
}

/* ---- schema ---- */

/*
 * Tables with monthly partitions: whether one holds the present, and one a month from now. Bounds are compared as PostgreSQL prints
 * them in UTC. A hub that has read nothing has none: the matcher makes them with its first batch.
 */
static const PostgresStatement PARTITIONS = {
    "doctor_partitions",
    "with bounds as ( "
    "  select p.relname::text as parent, "
    "         (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO "
    "\\(''([^'']+)''\\)'))[1]::timestamptz "
    "           as upto "
    "    from pg_class p join pg_inherits i on i.inhparent = p.oid join pg_class c on c.oid = "
    "i.inhrelid "
    "   where p.relkind = 'p' and p.relnamespace = 'onecase'::regnamespace) "
    "select p.relname::text, max(b.upto), max(b.upto) > now(), max(b.upto) > now() + interval '1 "
    "month' "
    "  from pg_class p left join bounds b on b.parent = p.relname "
    " where p.relkind = 'p' and p.relnamespace = 'onecase'::regnamespace "
    "   and exists (select from onecase.consumer_offsets where stream_time is not null) "
    " group by p.relname order by p.relname"};

static const PostgresStatement REPORT_TOPIC = {
    "doctor_report_topic", "select topic, partition_count from onecase.report_topic"};

static const PostgresStatement VERSION_NOW = {"doctor_version",
                                              "select version from onecase.schema_version"};

static bool check_partitions(Doctor *doctor, Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    if (!doctor_ask(doctor, &PARTITIONS, &rows, error))
        return false;
    for (int row = 0; row < postgres_rows(rows); row++) {
        bool now = postgres_int(rows, row, 2) == 1;
        if (now && postgres_int(rows, row, 3) == 1)
            continue;
        doctor_find(doctor, &(DoctorFinding){
                                now ? DOCTOR_WARNING : DOCTOR_FAULT,
                                text_format(doctor->arena, "monthly partitions of onecase.%.*s",
                                            TEXT_ARGS(postgres_text(rows, row, 0))),
                                TEXT("made a month ahead (the matcher makes three)"),
                                now ? TEXT("none for next month")
                                    : TEXT("none for this month: nothing can be stored"),
                                TEXT("psql -c 'select onecase.make_partitions(now())'")});
    }
    return true;
}

static int32_t partitions_of(const Doctor *doctor, const char *topic)
{
    int32_t count = 0;
    for (size_t i = 0; i < doctor->cluster.partition_count; i++)
        count += strcmp(doctor->cluster.partitions[i].topic, topic) == 0 ? 1 : 0;
    return count;
}

/* The count is written once; regions lie where it says. */
static bool check_report_topic(Doctor *doctor, Error *error)
{
    POSTGRES_RESULT_AUTO *row = NULL;
    const char *topic = doctor_topic(doctor, "onecase.report");
    if (!doctor_ask(doctor, &REPORT_TOPIC, &row, error))
        return false;
    Text step = text_format(doctor->arena, "onecase topics --create%s%s",
                            doctor->options->naming.prefix[0] != '\0' ? " --prefix " : "",
                            doctor->options->naming.prefix);
    if (postgres_rows(row) == 0) {
        finding(doctor, DOCTOR_FAULT, "report topic in the database", "its name and count",
                TEXT("no row"), step);
        return true;
    }
    int64_t stored = postgres_int(row, 0, 1);
    int32_t count = partitions_of(doctor, topic);
    if (!text_is(postgres_text(row, 0, 0), topic))
        finding(doctor, DOCTOR_FAULT, "report topic in the database", topic,
                text_copy(doctor->arena, postgres_text(row, 0, 0)),
                TEXT("echo $PGDATABASE    # the database of another hub?"));
    else if ((doctor->abilities & DOCTOR_REPORT) != 0 && stored != count)
        doctor_find(
            doctor,
            &(DoctorFinding){
                DOCTOR_FAULT, text_format(doctor->arena, "partitions of %s", topic),
                text_format(doctor->arena, "%" PRId64 ", as the database was begun with", stored),
                text_format(doctor->arena, "%" PRId32 ": regions lie elsewhere now", count),
                TEXT("onecase replay --help    # into a new database, from a topic of the "
                     "new size")});
    return true;
}

bool doctor_check_schema(Doctor *doctor, Error *error)
{
    Error failure = {0};
    if (!schema_version_check(doctor->pg, &failure)) {
        const char *name = getenv("PGDATABASE");
        if (strcmp(failure.state, "42501") == 0) {
            *error = failure;
            return false;
        }
        finding(doctor, DOCTOR_FAULT, "schema", "one that fits this program",
                text_copy(doctor->arena, text_from(failure.text)),
                text_format(doctor->arena, "cd migrations && sqitch deploy db:pg:%s",
                            name != NULL && name[0] != '\0' ? name : "onecase"));
        return true;
    }
    POSTGRES_RESULT_AUTO *version = NULL;
    if (!doctor_ask(doctor, &VERSION_NOW, &version, error))
        return false;
    doctor->abilities |= DOCTOR_SCHEMA;
    doctor_saw(doctor, "version %" PRId64 ", which serves this program",
               postgres_int(version, 0, 0));
    return check_partitions(doctor, error) && check_report_topic(doctor, error);
}
