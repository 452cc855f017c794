/*
 * `onecase audit`: accounts against rows, rows against each other and against onecase.report, events against their chain. All that
 * is read of PostgreSQL is of one moment.
 */
#include "audit/audit_log.h"
#include "audit/audit_rows.h"
#include "audit/audit_tail.h"
#include "command.h"
#include "json_out.h"
#include "options.h"
#include "print.h"
#include "send/send_stop.h"
#include "send/send_tally.h"
#include "table_digest.h"

#include "adapters/schema_version.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_BLOCK = 65536 };

typedef struct Options {
    const char *brokers;
    const char *group;
    const char *topic; /* NULL: all */
    int64_t since;
    bool no_log;
    bool json;
} Options;

typedef struct Audit {
    Options options;
    Arena *arena;
    Postgres *pg;
    AuditRows rows;
    AuditLog log;
    AuditTail tail;
    Findings findings;
    int64_t regions;
    int64_t gaps;
    int64_t dead_open;
    int64_t dead_released;
    int64_t dead_parked;
    int64_t on_their_way;
} Audit;

static const char USAGE[] =
    "usage: onecase audit [--topic T] [--since OFFSET] [--no-log] [--group G]\n"
    "                     [--brokers LIST] [--json]\n\n"
    "Checks that every record is accounted for, and names what is not, by offset:\n\n"
    "  missing      no row tells where a record went\n"
    "  passed over  released or sent home, on onecase.report, and the matcher went by\n"
    "  doubled      more rows than one record can leave\n"
    "  extra        rows that no account knows of\n"
    "  counter      an account says another number than its rows\n"
    "  chain        events of a region are not those that were written\n\n"
    "It reads the rows of PostgreSQL, all of one moment, and onecase.report from its first record\n"
    "on: what the matcher has not reached yet waits and is not missing. At the end of "
    "departments'\n"
    "topics it looks for records that intake's group went by. Dead letters, gaps and records on\n"
    "their way home are told; they are no faults.\n\n"
    "  --topic T      only this topic of a department\n"
    "  --since OFFSET only what is at or after this offset of it (no counters then)\n"
    "  --no-log       without Kafka: what waits is then called missing\n"
    "  --group G      intake's consumer group [onecase-intake]\n"
    "  --brokers LIST host:port,... [$ONECASE_BROKERS, else localhost:9092]\n"
    "  --json         one JSON object\n\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE; the rights of onecase_operator\n"
    "suffice. Ends with 0 when all is accounted for; 1 when something was found, 3 when no record\n"
    "of T has come, 64 for a wrong command line, 69 when Kafka or PostgreSQL does not answer, 70\n"
    "when one of them refuses.\n";

static bool read_since(const char *word, void *target)
{
    int64_t *since = target;
    if (text_to_int64(text_from(word), since) && *since >= 0)
        return true;
    command_usage_error("audit", "--since is an offset, not", word);
    return false;
}

static bool read_options(int argc, char **argv, Options *options, int *status)
{
    const Option rows[] = {
        {"topic", .text = &options->topic},
        {"since", .read = read_since, .target = &options->since},
        {"no-log", .flag = &options->no_log},
        {"brokers", .text = &options->brokers},
        {"group", .text = &options->group},
        {"json", .flag = &options->json},
    };
    const OptionTable table = {"audit", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    *options = (Options){.brokers = options_brokers(), .group = "onecase-intake"};
    if (!options_read_alone(&table, argc, argv, status))
        return false;
    if (options->since == 0 || options->topic != NULL)
        return true;
    *status = command_usage_error("audit", "--since needs --topic", NULL);
    return false;
}

/* ---- beside the accounts ---- */

static bool check_chains(Audit *audit, Error *error)
{
    static const PostgresStatement CHAINS = {
        "audit_chains", "select region, onecase.verify_chain(region) from "
                        "(select region from onecase.region_counters union "
                        "select region from onecase.case_events) r order by region"};
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!postgres_call(audit->pg, &CHAINS, NULL, 0, &result, error))
        return false;
    audit->regions = postgres_rows(result);
    for (int row = 0; row < postgres_rows(result); row++)
        if (!postgres_is_null(result, row, 1))
            findings_add(&audit->findings, FINDING_CHAIN,
                         text_format(audit->arena, "region %.*s, event %" PRId64,
                                     TEXT_ARGS(postgres_text(result, row, 0)),
                                     postgres_int(result, row, 1)),
                         TEXT("the first that is not as it was written"));
    return true;
}

static bool read_told(Audit *audit, Error *error)
{
    static const PostgresStatement TOLD = {
        "audit_told",
        "select (select count(*) from onecase.gaps), count(*) filter (where state = 'open'), "
        "count(*) filter (where state = 'released'), count(*) filter (where state = 'parked'), "
        "(select count(*) from onecase.forwards_in_flight) from onecase.dead_letters"};
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!postgres_call(audit->pg, &TOLD, NULL, 0, &result, error))
        return false;
    audit->gaps = postgres_int(result, 0, 0);
    audit->dead_open = postgres_int(result, 0, 1);
    audit->dead_released = postgres_int(result, 0, 2);
    audit->dead_parked = postgres_int(result, 0, 3);
    audit->on_their_way = postgres_int(result, 0, 4);
    return true;
}

/* ---- telling ---- */

static int64_t records_of(const Audit *audit)
{
    int64_t records = 0;
    for (size_t i = 0; i < audit->rows.sources->count; i++)
        records += audit->rows.sources->items[i]->records;
    return records;
}

static void print_number(Arena *arena, int64_t value, const char *what)
{
    printf("  %12.*s  %s\n", TEXT_ARGS(send_number(arena, value)), what);
}

static void print_audit(const Audit *audit)
{
    Arena *arena = audit->arena;
    print_number(arena, records_of(audit), "records of departments with rows");
    print_number(arena, (int64_t)audit->rows.sources->count, "source partitions");
    if (!audit->options.no_log) {
        print_number(arena, audit->log.read, "records of onecase.report read");
        print_number(arena, audit->log.behind, "of them wait for the matcher");
    }
    print_number(arena, audit->regions, "regions whose events were checked");
    print_number(arena, audit->dead_open, "dead letters open (onecase dlq list)");
    print_number(arena, audit->dead_released, "dead letters released, not back yet");
    print_number(arena, audit->dead_parked, "dead letters parked");
    print_number(arena, audit->on_their_way, "records on their way to their home region");
    print_number(arena, audit->gaps, "gaps: offsets gone before they were read (onecase.gaps)");
    printf("\n");
    if (audit->findings.count == 0)
        printf("Every record is accounted for.\n");
    else
        findings_print(&audit->findings);
}

static void print_json(const Audit *audit)
{
    TextBuilder out = builder_new(audit->arena);
    builder_char(&out, '{');
    out_flag(&out, "accounted", audit->findings.count == 0 ? 1 : 0);
    out_int(&out, "records", records_of(audit));
    out_int(&out, "source_partitions", (int64_t)audit->rows.sources->count);
    out_int(&out, "log_records", audit->options.no_log ? INT64_MIN : audit->log.read);
    out_int(&out, "log_waiting", audit->options.no_log ? INT64_MIN : audit->log.behind);
    out_int(&out, "regions", audit->regions);
    out_int(&out, "dead_open", audit->dead_open);
    out_int(&out, "dead_released", audit->dead_released);
    out_int(&out, "dead_parked", audit->dead_parked);
    out_int(&out, "on_their_way", audit->on_their_way);
    out_int(&out, "gaps", audit->gaps);
    findings_json(&audit->findings, &out);
    builder_char(&out, '}');
    Text text = builder_view(&out);
    printf("%.*s\n", TEXT_ARGS(text));
}

/* A misspelt topic must not sound as if all were well. */
static bool is_about_nothing(const Audit *audit)
{
    return audit->options.topic != NULL && audit->rows.sources->count == 0 &&
           audit->findings.count == 0;
}

static int tell(const Audit *audit)
{
    if (is_about_nothing(audit)) {
        fprintf(stderr,
                "onecase audit: no record of topic \"%s\" has come; topics as "
                "analysis.reconciliation names them\n",
                audit->options.topic);
        return EXIT_NOT_FOUND;
    }
    if (audit->tail.read_none)
        fprintf(stderr,
                "onecase audit: group \"%s\" has read none of these topics, so what intake may "
                "have gone by at their ends was not looked for; --group names intake's group\n",
                audit->options.group);
    (audit->options.json ? print_json : print_audit)(audit);
    return audit->findings.count == 0 ? EXIT_OK : EXIT_FOUND;
}

/* ---- the command ---- */

static bool run(Audit *audit, Error *error)
{
    if (!table_digest_begin(audit->pg, error) || !audit_rows(&audit->rows, error) ||
        !check_chains(audit, error) || !read_told(audit, error))
        return false;
    if (!audit->options.no_log &&
        (!audit_tail_ask(&audit->tail, error) || !audit_log(&audit->log, error) ||
         !audit_tail_check(&audit->tail, error)))
        return false;
    audit_log_name_holes(audit->rows.sources, audit->options.no_log ? NULL : &audit->log,
                         &audit->findings);
    audit_rows_counters(&audit->rows);
    return true;
}

int command_audit(int argc, char **argv)
{
    Audit audit = {.arena = arena_new(ARENA_BLOCK)};
    Error error = {0};
    int status = EXIT_OK;
    if (read_options(argc, argv, &audit.options, &status)) {
        Text topic = audit.options.topic == NULL ? TEXT_ABSENT : text_from(audit.options.topic);
        AuditSources *sources = audit_sources_new(audit.arena);
        audit.findings = (Findings){.arena = audit.arena};
        audit.pg = table_digest_connection("", "onecase-audit", schema_version_check);
        audit.rows = (AuditRows){audit.pg, sources, &audit.findings, topic, audit.options.since};
        audit.log = (AuditLog){.pg = audit.pg,
                               .brokers = audit.options.brokers,
                               .sources = sources,
                               .findings = &audit.findings,
                               .topic = topic,
                               .since = audit.options.since};
        audit.tail = (AuditTail){.brokers = audit.options.brokers,
                                 .group = audit.options.group,
                                 .sources = sources,
                                 .findings = &audit.findings};
        send_stop_watch();
        status = run(&audit, &error) ? tell(&audit) : command_failed("audit", &error);
        postgres_free(audit.pg);
        audit_sources_free(sources);
    }
    arena_free(audit.arena);
    return status;
}
