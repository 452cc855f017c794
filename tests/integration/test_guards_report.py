"""Guards of the matcher: onecase.report must be the log that the database was filled from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import NewPartitions
from harness import Database, Service, Topics, wait_until
from report_log import ReportLog, wait_until_stored

ANEW = r"event=fatal .*/1 was made anew, or lost its end: restore it, or start anew with a new database"


@pytest.fixture
def log(topics: Topics, database: Database) -> ReportLog:
    made = ReportLog(topics).create()
    made.use(database)
    return made


def partition_of(log: ReportLog, region: str) -> int:
    log.report(f"FIND-{region}", region=region)
    return log.send()[0][0]


def trim(log: ReportLog, partition: int, before: int) -> None:
    place = TopicPartition(log.topics.name("onecase.report"), partition, before)
    for done in log.topics.admin.delete_records([place], operation_timeout=30).values():
        assert done.result(30).low_watermark == before


def states(database: Database) -> dict[int, str]:
    return dict(database.rows("select partition, state from onecase.consumer_offsets order by 1"))


def report_count(database: Database, region: str) -> int:
    return int(database.value("select count(*) from onecase.reports where region = %s", [region]))


def await_reports(database: Database, region: str, count: int) -> None:
    wait_until(lambda: report_count(database, region) == count, 60, f"{count} reports of {region}")


def test_offsets_lost_are_a_gap_and_the_partition_is_resumed_on_purpose(
        log: ReportLog, database: Database, start_service: Callable[..., Service], onecase: Callable[..., object]) -> None:
    lost, well = partition_of(log, "9901"), partition_of(log, "9902")
    assert lost != well
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    matcher.stop()
    for number in range(8):
        log.report(f"A{number}")
        log.report(f"B{number}", region="9902", source="GRID")
    log.send()
    trim(log, lost, 4)
    matcher.start()
    line = matcher.wait_for_log(r"event=held ")
    assert "the partition is LOST and waits: `onecase source resume onecase.report`" in line and "first_offset=4" in line
    await_reports(database, "9902", 9)  # the others go on
    assert report_count(database, "9901") == 1
    assert states(database)[lost] == "LOST" and states(database)[well] == "RUNNING"
    gap = "select first_offset, last_offset, reason, resumed_by, resume_reason from onecase.gaps where topic = %s and partition = %s"
    key = [log.topics.name("onecase.report"), lost]
    assert database.rows(gap, key) == [(1, 3, "retention", None, None)]
    trim(log, lost, 5)
    matcher.stop()
    matcher.start()  # it stays so, and the gap grows with what is lost
    matcher.wait_for_log(r"event=held ", count=2)
    assert database.rows(gap, key) == [(1, 4, "retention", None, None)]

    words = ("source", "resume", "onecase.report", "--prefix", log.topics.prefix)
    said = onecase(*words, database=database, status=1).stdout
    assert "4 offsets, 1 to 4: gone before they were decided" in said and "goes on at offset 5" in said
    assert "is held, LOST since 20" in said
    onecase(*words, "--yes", "--reason", "合成测试", database=database)
    await_reports(database, "9901", 5)
    assert states(database)[lost] == "RUNNING"
    user = database.value("select session_user::text")
    assert database.rows(gap, key) == [(1, 4, "retention", user, "合成测试")]
    assert "nothing of" in onecase(*words, database=database).stdout
    matcher.stop()
    matcher.start()
    log.report("A9")
    log.send()
    await_reports(database, "9901", 6)
    assert len(matcher.lines(r"event=held ")) == 2
    assert database.rows("select missing from analysis.reconciliation where source_topic like '%%hotline%%'") == [(4,)]


def test_what_a_record_tells_of_lost_offsets_is_a_row(
        log: ReportLog, database: Database, start_service: Callable[..., Service]) -> None:
    """Once, however often it comes, and the account misses nothing; of a topic made anew the records are another source's."""
    topic = log.topics.name("hotline.workorder")
    log.report("A1", offset=9)
    told = {"oc-lost": f"retention {topic}/0/10-29 root@host 合成: off for = days"}
    log.report("A2", offset=30, headers=told)
    log.report("A2", offset=30, headers=told, count=None)
    anew = f"{topic}~2/0/0#0"
    log.report("A3", offset=31, headers={"ce_id": anew, "oc-lost": f"recreated {topic}/0/31- root@host 合成"})
    log.report("A4", offset=32, headers={"oc-lost": "retention nowhere"})
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    assert database.rows("select topic, partition, first_offset, last_offset, reason, resumed_by, resume_reason, report_partition"
                         " is not null and report_offset is not null from onecase.gaps order by first_offset") == [
        (topic, 0, 10, 29, "retention", "root@host", "合成: off for = days", True),
        (topic, 0, 31, None, "recreated", "root@host", "合成", True)]
    assert database.rows("select source_topic, first_offset, last_offset, lost, missing, doubled from analysis.reconciliation"
                         " where source_topic like %s order by 1", [f"{topic}%"]) == [(topic, 9, 30, 20, 0, 0), (f"{topic}~2", 0, 0, 0, 0, 0)]
    assert database.rows("select rule, pointer from onecase.dead_letters") == [("header", "oc-lost")]


def test_lost_offsets_that_come_back_are_no_gap(
        log: ReportLog, database: Database, start_service: Callable[..., Service]) -> None:
    """As after a restored topic: the database says LOST, and the log has everything."""
    partition = partition_of(log, "9901")
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    matcher.stop()
    with database.connect() as writer:
        epoch = writer.execute("select epoch from onecase.consumer_offsets where partition = %s", [partition]).fetchone()[0]
        topic = log.topics.name("onecase.report")
        writer.execute("select onecase.note_gap(%s, %s, %s, 1, 3)", [topic, partition, epoch])
        writer.execute("select onecase.set_state(%s, %s, %s, 'LOST', 'test')", [topic, partition, epoch])
    matcher.start()
    wait_until(lambda: states(database)[partition] == "RUNNING", 60, "the partition to run again")
    assert database.rows("select * from onecase.gaps") == []


@pytest.mark.parametrize("records", [2, 4, 9])
def test_a_report_topic_made_anew_is_refused(
        log: ReportLog, database: Database, start_service: Callable[..., Service], records: int) -> None:
    """Shorter than the database knows it, as long, and longer."""
    partition_of(log, "9901")
    for number in range(3):
        log.report(f"A{number}")
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    matcher.stop()
    topics = log.topics
    topics.make_anew("onecase.report", log.partitions, message_timestamp_type="LogAppendTime")
    for number in range(records):
        log.report(f"B{number}", source="GRID")
    log.send()
    matcher.start()
    line = matcher.wait_for_log(ANEW)
    assert ("ends at offset 2, the database has records up to 4" if records == 2 else "#0, the database has ") in line
    matcher.expect_exit(1)
    assert report_count(database, "9901") == 4


def test_a_report_topic_that_grows_while_it_is_read_ends_the_matcher(
        log: ReportLog, database: Database, start_service: Callable[..., Service]) -> None:
    """All that the matcher keeps is by number of partition, so that of one too many must not be written behind it."""
    partition_of(log, "9901")
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    topic = log.topics.name("onecase.report")
    count = len(states(database))
    for done in log.topics.admin.create_partitions([NewPartitions(topic, count + 40)]).values():
        done.result(30)
    matcher.expect_exit(1)
    fatal = matcher.lines(r"event=fatal")[0]
    assert f"topic {topic} has grown" in fatal and f"the database was made for {count} partitions" in fatal
    assert states(database) == dict.fromkeys(range(count), "RUNNING")
    matcher.start()
    matcher.expect_exit(1)
    assert f"topic {topic} has {count + 40} partitions, the database was made for {count}" in matcher.lines(r"event=fatal")[-1]


def test_who_may_resume_and_what_is_refused(database: Database) -> None:
    """The function judges by itself: the role, the state, a reason."""
    import psycopg
    call = "select onecase.resume_lost('onecase.report', 3, %s)"
    for role, reason, state in (("onecase_writer", "why", "42501"), ("onecase_analyst", "why", "42501"),
                                ("onecase_operator", "why", "22023"), ("onecase_operator", " ", "22023")):
        with database.connect() as connection:
            connection.execute(f"set role {role}")
            with pytest.raises(psycopg.Error) as refusal:
                connection.execute(call, [reason])
            assert refusal.value.sqlstate == state
