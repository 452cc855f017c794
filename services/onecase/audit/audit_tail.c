/*
 * Behind the last record that is known of a source partition there may be nothing but markers of transactions and aborted records,
 * which intake goes by as well. So where the group's offset is further, the records between are read as intake reads them.
 *
 *      ... last known │ from ......... committed │ ...
 *                       any record here was passed over
 */
#include "audit/audit_tail.h"

#include "adapters/kafka_admin.h"
#include "adapters/kafka_reader.h"

#include <inttypes.h>
#include <string.h>

/* LOOK: so long it takes where nothing but markers is left. */
enum { ASK_LIMIT_MS = 15000, LOOK_LIMIT_MS = 5000, FIRST_CAPACITY = 64 };

static KafkaClientSpec client_of(const AuditTail *tail)
{
    return (KafkaClientSpec){.brokers = tail->brokers, .client_id = "onecase-audit"};
}

/* ---- what is committed ---- */

/* Topics of our own have no account by which their end could be known. */
static bool is_departmental(const AuditSource *source)
{
    return source->has_account && source->first >= 0 &&
           memchr(source->topic.data, '~', source->topic.size) == NULL;
}

static bool is_new_topic(const AuditTail *tail, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_departmental(tail->sources->items[i]) &&
            text_equal(tail->sources->items[i]->topic, tail->sources->items[index]->topic))
            return false;
    return is_departmental(tail->sources->items[index]);
}

static bool add_topic(AuditTail *tail, KafkaAdmin *admin, Text name, size_t *capacity, Error *error)
{
    Arena *arena = tail->sources->arena;
    KafkaTopic topic = {.name = text_copy(arena, name).data};
    if (!kafka_admin_topic(admin, &topic, error))
        return false;
    for (int32_t i = 0; i < topic.partitions; i++) {
        if (tail->count == *capacity) {
            size_t old = *capacity;
            *capacity = old == 0 ? FIRST_CAPACITY : old * 2;
            tail->committed = arena_grow(arena, tail->committed, old * sizeof(KafkaPosition),
                                         *capacity * sizeof(KafkaPosition));
        }
        tail->committed[tail->count++] = (KafkaPosition){topic.name, i, KAFKA_OFFSET_NONE};
    }
    return true;
}

static bool has_read_none(const AuditTail *tail)
{
    for (size_t i = 0; i < tail->count; i++)
        if (tail->committed[i].offset != KAFKA_OFFSET_NONE)
            return false;
    return tail->count > 0;
}

bool audit_tail_ask(AuditTail *tail, Error *error)
{
    const KafkaClientSpec client = client_of(tail);
    KafkaAdmin *admin = NULL;
    size_t capacity = 0;
    if (!kafka_admin_open(&client, ASK_LIMIT_MS, &admin, error))
        return false;
    bool well = true;
    for (size_t i = 0; well && i < tail->sources->count; i++)
        if (is_new_topic(tail, i))
            well = add_topic(tail, admin, tail->sources->items[i]->topic, &capacity, error);
    if (well && tail->count > 0)
        well = kafka_admin_group_offsets(admin, tail->group, tail->committed, tail->count, error);
    kafka_admin_close(admin);
    tail->read_none = well && has_read_none(tail);
    return well;
}

/* ---- what was passed over ---- */

/* A topic that was made anew under its name is read as another one: NAME~2 (docs/guards.md). */
static const AuditSource *latest_of(const AuditTail *tail, const KafkaPosition *position)
{
    Text name = text_from(position->topic);
    const AuditSource *latest = NULL;
    const AuditSource *found = audit_source_find(tail->sources, name, position->partition);
    for (int next = 2; found != NULL; next++) {
        latest = found;
        name = text_format(tail->sources->arena, "%s~%d", position->topic, next);
        found = audit_source_find(tail->sources, name, position->partition);
    }
    return latest;
}

static int64_t known_until(const AuditTail *tail, const KafkaPosition *position)
{
    const AuditSource *source = latest_of(tail, position);
    if (source == NULL)
        return -1;
    return source->log_last > source->last ? source->log_last : source->last;
}

static void name_range(AuditTail *tail, const KafkaPosition *of, int64_t first, int64_t last)
{
    findings_add(
        tail->findings, FINDING_MISSING,
        findings_offsets(tail->findings->arena, text_from(of->topic), of->partition, first, last),
        TEXT("no row; intake's group went by, never came to the report topic"));
}

/* Reads from the time of the first record there, as intake would. */
static bool read_tail(AuditTail *tail, const KafkaPosition *of, int64_t since_ms, Error *error)
{
    const KafkaReaderSpec spec = {.client = client_of(tail),
                                  .topic = of->topic,
                                  .since_ms = since_ms,
                                  .limit_ms = ASK_LIMIT_MS};
    KafkaReader *reader = NULL;
    const KafkaRecord *records = NULL;
    size_t count = 0;
    int64_t known = known_until(tail, of);
    int64_t first = -1;
    int64_t last = -1;
    if (!kafka_reader_open(&spec, &reader, error))
        return false;
    bool well;
    do {
        well = kafka_reader_read(reader, &records, &count, error);
        for (size_t i = 0; well && i < count; i++) {
            int64_t offset = records[i].offset;
            if (records[i].partition != of->partition || offset <= known || offset >= of->offset)
                continue;
            if (first >= 0 && offset != last + 1) {
                name_range(tail, of, first, last);
                first = -1;
            }
            first = first < 0 ? offset : first;
            last = offset;
        }
    } while (well && count > 0);
    if (first >= 0)
        name_range(tail, of, first, last);
    kafka_reader_close(reader);
    return well;
}

/* Where a group stands behind what is known, and there are offsets left to look at: where to look, else false. */
static bool is_further(const AuditTail *tail,
                       KafkaAdmin *admin,
                       const KafkaPosition *of,
                       KafkaPosition *start,
                       Error *error)
{
    int64_t low;
    int64_t high;
    *start = (KafkaPosition){of->topic, of->partition, known_until(tail, of) + 1};
    if (of->offset <= start->offset ||
        !kafka_admin_watermarks(admin, of->topic, of->partition, &low, &high, error))
        return false;
    if (start->offset < low)
        start->offset = low;
    return start->offset < of->offset && start->offset < high;
}

static bool check_all(AuditTail *tail, KafkaAdmin *admin, Error *error)
{
    Arena *arena = tail->sources->arena;
    KafkaPosition *starts = ARENA_ARRAY(arena, KafkaPosition, tail->count);
    const KafkaPosition **ends = ARENA_ARRAY(arena, const KafkaPosition *, tail->count);
    KafkaCopy *copies = ARENA_ARRAY(arena, KafkaCopy, tail->count);
    size_t count = 0;
    for (size_t i = 0; i < tail->count && error->verdict == ERROR_NONE; i++)
        if (is_further(tail, admin, &tail->committed[i], &starts[count], error))
            ends[count++] = &tail->committed[i];
    if (error->verdict != ERROR_NONE)
        return false;
    if (count == 0)
        return true;
    bool well = kafka_admin_records_at(admin, starts, count, arena, copies, error);
    for (size_t i = 0; well && i < count; i++) {
        int64_t since_ms = copies[i].timestamp_us > 0 ? copies[i].timestamp_us / 1000 : 0;
        if (copies[i].offset >= 0 && copies[i].offset < ends[i]->offset)
            well = read_tail(tail, ends[i], since_ms, error);
    }
    return well;
}

bool audit_tail_check(AuditTail *tail, Error *error)
{
    const KafkaClientSpec client = client_of(tail);
    KafkaAdmin *admin = NULL;
    if (!kafka_admin_open(&client, LOOK_LIMIT_MS, &admin, error))
        return false;
    bool well = check_all(tail, admin, error);
    kafka_admin_close(admin);
    return well;
}
