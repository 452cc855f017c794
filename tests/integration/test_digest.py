"""onecase digest: equal where the decided rows are equal, different where any of them differs."""

from __future__ import annotations

import hashlib
import json

import pytest

from report_log import ReportLog, mixed_log, wait_until_stored

TABLES = {"reports", "report_revisions", "assignments", "record_index", "pending_updates", "hazards", "hazard_relations", "cases", "decisions",
          "case_events", "ignored_records", "dead_letters", "forwarded_records", "released_records", "skipped_offsets", "commands",
          "accounts", "region_counters"}


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


def read(onecase, database, *arguments: str) -> dict:
    return json.loads(onecase("digest", "--json", *arguments, database=database).stdout)


def test_a_replay_into_an_empty_database_gives_the_same_digest(log, new_database, start_service, onecase):
    mixed_log(log, seed=21, count=400)
    log.send()
    digests = []
    for number in range(2):
        database = log.use(new_database())
        matcher = start_service("matcher", "--set", f"group={log.topics.prefix}{number}", "--set", f"owner=owner-{number}",
                                database=database)
        wait_until_stored(database, log)
        matcher.stop()
        digests.append(read(onecase, database))
    assert digests[0] == digests[1]
    assert set(digests[0]["tables"]) == TABLES
    assert digests[0]["tables"]["reports"]["rows"] > 100


def test_each_decided_row_counts(log, database, start_service, onecase):
    log.use(database)
    mixed_log(log, seed=22, count=200)
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    matcher.stop()
    before = read(onecase, database)
    changes = {
        "reports": "update onecase.reports set status = 31 where report_id = 1 and region = '9901'",
        "assignments": "update onecase.assignments set return_count = return_count + 1",
        "record_index": "update onecase.record_index set last_offset = last_offset + 1 where report_id = 1",
        "accounts": "update onecase.accounts set reports = reports + 1",
        "dead_letters": "update onecase.dead_letters set state = 'parked'",
        "ignored_records": "update onecase.ignored_records set reason = 'other'",
        "region_counters": "update onecase.region_counters set next_case = next_case + 1",
        "report_revisions": "delete from onecase.report_revisions where report_id = 1",
        "decisions": "update onecase.decisions set score_mb = coalesce(score_mb, 0) + 1 where decision_id = 1",
        "hazards": "update onecase.hazards set report_count = report_count + 1 where hazard_id = 1",
        "cases": "update onecase.cases set level = 5 - level where case_id = 1",
        "pending_updates": "delete from onecase.pending_updates",
        "hazard_relations": "insert into onecase.hazard_relations (region, hazard_a, hazard_b, kind) "
                            "values ('9901', 1, 2, 'possible')",
        "forwarded_records": "insert into onecase.forwarded_records (topic, partition, kafka_offset, region, came_to, report_partition,"
                             " report_offset, received_at) values ('t', 0, 1, '9901', '9902', 0, 1, now())",
        "released_records": "insert into onecase.released_records (topic, partition, kafka_offset, attempt, report_partition,"
                            " report_offset, received_at) values ('t', 0, 1, 2, 0, 1, now())",
        "skipped_offsets": "update onecase.skipped_offsets set report_offset = report_offset + 1",
    }
    changes["commands"] = ("insert into onecase.commands (id, seq, report_partition, state, report_offset)"
                           " values ('one', 1, 0, 'refused', 1)")
    for table, change in changes.items():
        with database.connect() as connection:
            assert connection.execute(change).rowcount > 0, f"nothing to change in {table}"
        after = read(onecase, database)
        assert {name for name in TABLES if after["tables"][name] != before["tables"][name]} == {table}
        assert after["sha256"] != before["sha256"]
        before = after
    database.execute("update onecase.consumer_offsets set owner = 'x', epoch = epoch + 1, written_at = now(), backend_pid = 1")
    database.execute("insert into onecase.commands (id, seq, report_partition) values ('queued', 3, 0)")
    assert read(onecase, database) == before


def test_clusters_see_only_which_records_are_together(database, onecase):
    def fill(rows: list[tuple[int, str, str, int]]) -> str:
        database.execute("truncate onecase.reports")
        for number, (hazard, source, record_no, report_id) in enumerate(rows):
            database.execute(
                "insert into onecase.reports (region, report_id, source, record_no, kind, hazard_id, received_at, topic, "
                "partition, kafka_offset, report_partition, report_offset) values "
                "('9901', %s, %s, %s, 'report', %s, timestamptz '2026-02-01' + make_interval(hours => %s), 't', 0, 0, 0, 0)",
                (report_id, source, record_no, hazard, number))
        return read(onecase, database, "--clusters")["sha256"]

    database.execute("select onecase.make_partitions('2026-02-01')")
    first = fill([(1, "A", "1", 1), (1, "B", "1", 2), (2, "A", "2", 3), (None, "A", "3", 4)])
    assert fill([(None, "A", "3", 1), (7, "A", "2", 2), (5, "B", "1", 3), (5, "A", "1", 4)]) == first
    assert fill([(1, "A", "1", 1), (2, "B", "1", 2), (2, "A", "2", 3), (None, "A", "3", 4)]) != first
    assert fill([(1, "A", "1", 1), (1, "B", "1", 2), (2, "A", "2", 3), (3, "A", "3", 4)]) == first
    assert fill([(1, "A", "1", 1), (1, "B", "1", 2), (2, "A", "2", 3), (2, "A", "3", 4)]) != first


def test_prints_what_anyone_can_recompute(database, onecase):
    database.execute("insert into onecase.ignored_records (topic, partition, kafka_offset, received_at) "
                     "values ('t', 1, 2, '2026-02-01 00:30:00+00')")
    lines = {line.split()[-1]: line.split() for line in onecase("digest", database=database).stdout.splitlines()}
    row = "t\t1\t2\t0\t\\N\t\\N\t\\N\t\\N\t\\N\t2026-02-01 00:30:00+00\n"
    assert lines["ignored_records"] == [hashlib.sha256(row.encode()).hexdigest(), "1", "ignored_records"]
    assert lines["reports"][:2] == [hashlib.sha256(b"").hexdigest(), "0"]


def test_ends_with_a_code_that_says_what_was_wrong(database, empty_database, onecase, servers):
    assert "usage: onecase digest" in onecase("digest", "--help", database=database).stdout
    onecase("digest", "--no-such", status=64, database=database)
    onecase("digest", "surplus", status=64, database=database)
    assert "has no schema of onecase" in onecase("digest", status=70, database=empty_database).stderr
    servers.stop_postgresql()
    try:
        onecase("digest", status=69, database=database)
    finally:
        servers.start_postgresql()
