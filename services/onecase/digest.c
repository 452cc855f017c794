/*
 * `onecase digest`: SHA-256 over the rows of the decided tables, in the order of their keys, as COPY prints them. Two
 * databases that were fed the same log by the same model give the same digest (design.md, promise 7). Who wrote a row
 * and when by the system clock stands in consumer_offsets alone, which is left out.
 */
#include "base/digest.h"

#include "case/case.h"
#include "command.h"
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct DigestTable {
    const char *name;
    const char *query;
} DigestTable;

#define ALL_ROWS(table_, order_)                                                                   \
    {                                                                                              \
        table_, "select * from onecase." table_ " order by " order_                                \
    }

static const DigestTable DECIDED[] = {
    ALL_ROWS("reports", "region, report_id"),
    ALL_ROWS("report_revisions", "report_partition, report_offset, received_at"),
    ALL_ROWS("record_index", "source, record_no"),
    ALL_ROWS("pending_updates", "report_partition, report_offset"),
    ALL_ROWS("hazards", "region, hazard_id"),
    ALL_ROWS("hazard_relations", "region, hazard_a, hazard_b, kind"),
    ALL_ROWS("cases", "region, case_id"),
    ALL_ROWS("decisions", "region, decision_id"),
    ALL_ROWS("case_events", "region, seq"),
    ALL_ROWS("ignored_records", "topic, partition, kafka_offset, item"),
    ALL_ROWS("dead_letters", "topic, partition, kafka_offset, item"),
    ALL_ROWS("forwarded_records", "topic, partition, kafka_offset, item, region"),
    ALL_ROWS("accounts", "source_topic, source_partition, report_partition"),
    ALL_ROWS("region_counters", "region"),
};

/* Which source records are together: one line a hazard, its records in order; lines in order. */
static const DigestTable CLUSTERS[] = {
    {"clusters",
     "select string_agg(source || '/' || record_no, ',' order by source, record_no) as records "
     "from onecase.reports group by region, hazard_id, "
     "case when hazard_id is null then report_id end order by 1"},
};

typedef struct TableDigest {
    Sha256 *hash;
    int64_t rows;
    char hex[SHA256_HEX_SIZE + 1];
} TableDigest;

typedef struct Options {
    bool clusters;
    bool json;
} Options;

static const char USAGE[] =
    "usage: onecase digest [--clusters] [--json]\n\n"
    "A fingerprint of what was decided, to compare two databases: SHA-256 and row count of\n"
    "each table, and one of all. Equal input and equal model give equal digests.\n\n"
    "  --clusters  only which source records are together in a hazard, whatever their ids,\n"
    "              times and order\n"
    "  --json      one JSON object\n\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE. Ends with 0; 64 for a\n"
    "wrong command line, 69 when PostgreSQL does not answer, 70 when the schema is wrong.\n";

static bool read_options(int argc, char **argv, Options *options, int *status)
{
    const Option rows[] = {{"clusters", .flag = &options->clusters},
                           {"json", .flag = &options->json}};
    const OptionTable table = {"digest", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    *options = (Options){0};
    return options_read_alone(&table, argc, argv, status);
}

static void take_line(void *context, Text line)
{
    TableDigest *digest = context;
    digest_update(digest->hash, line);
    digest->rows++;
}

static void end_hex(Sha256 *hash, char hex[SHA256_HEX_SIZE + 1])
{
    uint8_t bytes[SHA256_SIZE];
    digest_end(hash, bytes);
    digest_hex(bytes, sizeof(bytes), hex);
}

static bool digest_table(Postgres *pg, const DigestTable *table, TableDigest *digest, Error *error)
{
    enum { SQL_MAX = 1024 };
    char sql[SQL_MAX];
    snprintf(sql, sizeof(sql), "copy (%s) to stdout", table->query);
    *digest = (TableDigest){.hash = digest_begin()};
    bool well = postgres_copy_out(pg, sql, take_line, digest, error);
    end_hex(digest->hash, digest->hex);
    return well || error_prefix(error, "%s", table->name);
}

static void print_digests(const Options *options,
                          const DigestTable *tables,
                          const TableDigest *digests,
                          size_t count)
{
    Sha256 *all = digest_begin();
    char hex[SHA256_HEX_SIZE + 1];
    for (size_t i = 0; i < count; i++) {
        digest_update(all, text_from(tables[i].name));
        digest_update(all, text_from(digests[i].hex));
    }
    end_hex(all, hex);
    if (options->json)
        printf("{\"sha256\":\"%s\",\"tables\":{", hex);
    for (size_t i = 0; i < count; i++) {
        long long rows = (long long)digests[i].rows;
        if (options->json)
            printf("%s\"%s\":{\"rows\":%lld,\"sha256\":\"%s\"}", i > 0 ? "," : "", tables[i].name,
                   rows, digests[i].hex);
        else
            printf("%s %10lld  %s\n", digests[i].hex, rows, tables[i].name);
    }
    if (options->json)
        puts("}}");
    else
        printf("%s %10s  in all\n", hex, "");
}

int command_digest(int argc, char **argv)
{
    enum { TABLES_MAX = sizeof(DECIDED) / sizeof(DECIDED[0]) };
    Options options;
    int status = EXIT_OK;
    if (!read_options(argc, argv, &options, &status))
        return status;
    const DigestTable *tables = options.clusters ? CLUSTERS : DECIDED;
    size_t count = options.clusters ? sizeof(CLUSTERS) / sizeof(CLUSTERS[0]) : TABLES_MAX;
    TableDigest digests[TABLES_MAX];
    PostgresSettings settings = {.conninfo = "", .application = "onecase-digest"};
    Postgres *pg = postgres_new(&settings);
    Error error = {0};
    bool well = postgres_connect(pg, &error);
    for (size_t i = 0; well && i < count; i++)
        well = digest_table(pg, &tables[i], &digests[i], &error);
    postgres_free(pg);
    if (!well)
        return command_failed("digest", &error);
    print_digests(&options, tables, digests, count);
    return EXIT_OK;
}
