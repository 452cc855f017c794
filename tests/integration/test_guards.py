"""Guards: where Kafka would resume silently, or a program would run on with what does not fit, it says so and waits or ends.

Each refusal says what was found, what was expected and what to do; others go on; nothing is lost without a row that says so.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, TopicPartition
from harness import PROJECT, Database, Service, Topics, wait_until
from harness_intake import FEED, REPORT, Feed, feed_record, ids, wait_committed, wait_reports

QUICK = ("--set", "topics_interval_ms=200", "--set", "commit_interval_ms=20")


@pytest.fixture
def feed(topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Feed:
    """Departments feed and other, a partition each."""
    made = Feed(topics, tmp_path, key_file, start_service)
    made.write("other.cfg", FEED.replace("TEST", "OTHER") % "other")
    made.create(partitions=1)
    topics.create("other", 1)
    return made


class Resume:
    """`onecase source resume` of the feed's group."""

    def __init__(self, feed: Feed, onecase: Callable[..., object]) -> None:
        self.options = ("--prefix", feed.topics.prefix, "--group", f"{feed.topics.prefix}intake")
        self.sources = feed.sources
        self.onecase = onecase

    def shown(self, *words: str, status: int = 0) -> str:
        """What another command says of the feed."""
        files = ("--words", f"{PROJECT}/deploy/model/words", "--regions", f"{PROJECT}/deploy/regions.cfg") if words[0] == "source" else ()
        return self.onecase(*words, "--sources", str(self.sources), *files, *self.options, status=status).stdout

    def __call__(self, *words: str, status: int = 0) -> str:
        done = self.onecase("source", "resume", *words, *self.options, status=status)
        return done.stdout + done.stderr


@pytest.fixture
def resume(feed: Feed, onecase: Callable[..., object], database: Database) -> Resume:
    return Resume(feed, lambda *words, **more: onecase(*words, database=database, **more))


def send(feed: Feed, first: int, count: int, topic: str = "feed") -> None:
    """All at once: of a part of them intake, while it runs, would leave its mark, and the next one ten minutes later."""
    feed.topics.produce(topic, [(None, feed_record(number)) for number in range(first, first + count)], 0, together=True)


def await_answers(topics: Topics, topic: str) -> None:
    """Until Kafka has answered whoever waits at the end of the topic's partition: who asks there now, and is ready to wait longer than
    intake (50 ms), is told that nothing came, and Kafka tells that in the order in which it falls due."""
    consumer = Consumer({"bootstrap.servers": topics.servers.brokers, "group.id": "harness", "enable.auto.commit": False,
                         "enable.partition.eof": True, "fetch.wait.max.ms": 1000})
    consumer.assign([TopicPartition(topics.name(topic), 0, topics.ends(topic)[0])])
    message = consumer.poll(60)
    consumer.close()
    assert message is not None and message.error().code() == KafkaError._PARTITION_EOF, message


def trim(topics: Topics, topic: str, before: int, partition: int = 0) -> None:
    """Takes all records before that offset, as retention does."""
    place = TopicPartition(topics.name(topic), partition, before)
    for done in topics.admin.delete_records([place], operation_timeout=30).values():
        assert done.result(30).low_watermark == before


def marked(feed: Feed, topic: str = "feed") -> bool:
    """Whether intake remembers this topic elsewhere than with the topic: beside some partition of onecase.report."""
    offsets = feed.topics.committed(f"{feed.topics.prefix}intake.resume", REPORT)
    return any(offset >= 0 for offset in offsets.values())


def origins_on_report(feed: Feed, topic: str) -> list[str]:
    """Origins, without the prefix, of the records of this topic in any of its lives, in order."""
    found = [name.removeprefix(feed.topics.prefix) for name in ids(feed.topics.read(REPORT))]
    return sorted((name for name in found if name.startswith((f"{topic}/", f"{topic}~"))),
                  key=lambda name: (name.split("/")[0], int(name.split("/")[2].split("#")[0])))


def losses(feed: Feed) -> dict[str, str]:
    """What records tell about lost offsets, by their origin; names without the prefix."""
    return {record.headers["ce_id"].removeprefix(feed.topics.prefix): record.headers["oc-lost"].replace(feed.topics.prefix, "")
            for record in feed.topics.read(REPORT) if "oc-lost" in record.headers}


# ---- offsets lost to retention -----------------------------------------------------------------------------------------

def test_what_retention_took_is_gone_on_from_on_purpose(feed: Feed, resume: Resume) -> None:
    send(feed, 0, 10)
    intake = feed.start(*QUICK)
    wait_reports(feed.topics, 10)
    wait_committed(intake, feed.topics, "feed")
    intake.stop()
    assert "nothing of" in resume("feed")
    send(feed, 10, 40)
    trim(feed.topics, "feed", 30)
    send(feed, 0, 3, "other")
    intake.start()
    line = intake.wait_for_log(r"event=held ")
    assert "offsets 10 to 29 went before they were read (retention)" in line
    assert f"`onecase source resume {feed.topics.name('feed')} 0`" in line
    wait_reports(feed.topics, 13)  # the other department goes on
    send(feed, 3, 3, "other")
    wait_reports(feed.topics, 16)
    assert origins_on_report(feed, "feed") == [f"feed/0/{n}#0" for n in range(10)]

    said = resume("feed", status=1)
    assert "lost   20 offsets, 10 to 29: gone before they were read (retention)" in said
    assert "goes on at offset 30 (written 20" in said and "nothing was changed" in said
    shown = resume.shown("source", "list", status=1)
    assert f"{feed.topics.name('feed')}/0 is held: 20 offsets, 10 to 29, are gone (retention)" in shown
    held = json.loads(resume.shown("source", "list", "--json", status=1))["sources"]
    assert {source["source"]: source["held"] for source in held} == {"OTHER": [], "TEST": [
        {"topic": feed.topics.name("feed"), "partition": 0, "why": "lost", "first": 10, "last": 29}]}
    assert f"partition 0 of {feed.topics.name('feed')} is LOST" in resume.shown("lag")
    intake.stop()
    intake.start()  # held by the next process too
    intake.wait_for_log(r"event=held ", count=2)
    resume("feed", "0", "--yes", status=64)
    resume("feed", "1", status=3)
    resume("feed", "0", "--yes", "--reason", "合成测试; off for = days")
    intake.wait_for_log(r"event=goes_on .*offset=30")
    wait_reports(feed.topics, 36)
    wait_committed(intake, feed.topics, "feed")
    assert origins_on_report(feed, "feed") == [f"feed/0/{n}#0" for n in (*range(10), *range(30, 50))]
    first = next(r for r in feed.topics.read(REPORT) if r.headers["ce_id"].endswith("feed/0/30#0"))
    assert first.headers["oc-skipped"] == "0"  # told as lost, not as skipped
    told = losses(feed)
    assert list(told) == ["feed/0/30#0"]
    assert told["feed/0/30#0"].startswith("retention feed/0/10-29 ") and told["feed/0/30#0"].endswith("合成测试; off for = days")
    assert "nothing of" in resume("feed")
    intake.stop()
    intake.start()  # and that was the end of it
    send(feed, 50, 1)
    wait_reports(feed.topics, 37)
    assert len(intake.lines(r"event=held ")) == 2
    intake.stop()


def test_a_gap_that_grew_since_it_was_answered_is_asked_about_again(feed: Feed, resume: Resume) -> None:
    send(feed, 0, 5)
    intake = feed.start(*QUICK)
    wait_reports(feed.topics, 5)
    wait_committed(intake, feed.topics, "feed")
    intake.stop()
    send(feed, 5, 45)
    trim(feed.topics, "feed", 20)
    intake.start()
    intake.wait_for_log(r"event=held .*offsets 5 to 19")
    intake.stop()
    resume("feed", "--yes", "--reason", "known")
    trim(feed.topics, "feed", 30)
    intake.start()
    intake.wait_for_log(r"event=held .*offsets 5 to 29")
    assert "5 to 29" in resume("feed", "--yes", "--reason", "known, too")
    wait_reports(feed.topics, 25)
    assert list(losses(feed).values())[0].startswith("retention feed/0/5-29 ")
    intake.stop()


# ---- topics made anew --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("records", [3, 10, 25])
def test_a_topic_made_anew_under_its_name_is_not_read_as_the_old_one(feed: Feed, resume: Resume, records: int) -> None:
    """With fewer records than were read, as many, and more: Kafka forgets what was committed together with the topic."""
    send(feed, 0, 10)
    intake = feed.start(*QUICK)
    wait_reports(feed.topics, 10)
    wait_committed(intake, feed.topics, "feed")
    wait_until(lambda: marked(feed), 60, "intake to leave a mark")
    intake.stop()
    feed.topics.make_anew("feed")
    send(feed, 100, records)
    send(feed, 0, 3, "other")
    intake.start()
    line = intake.wait_for_log(r"event=held ")
    assert "the topic is not the one that was read up to offset 10: it was made anew" in line
    wait_reports(feed.topics, 13)
    assert len(origins_on_report(feed, "feed")) == 10
    assert "anew   read up to offset 10; the topic there is now holds 0 to" in resume("feed", status=1)
    intake.stop()
    intake.start()
    intake.wait_for_log(r"event=held ", count=2)
    resume("feed", "--yes", "--reason", "rebuilt by the department")
    wait_reports(feed.topics, 13 + records)
    wait_committed(intake, feed.topics, "feed")
    assert origins_on_report(feed, "feed") == [f"feed/0/{n}#0" for n in range(10)] + [f"feed~2/0/{n}#0" for n in range(records)]
    assert [told.split(" ")[:2] for told in losses(feed).values()] == [["recreated", "feed/0/10-"]]
    intake.stop()
    intake.start()
    send(feed, 200, 1)
    wait_reports(feed.topics, 14 + records)
    assert origins_on_report(feed, "feed")[-1] == f"feed~2/0/{records}#0"
    assert len(intake.lines(r"event=held ")) == 2
    intake.stop()


def test_a_topic_made_anew_twice_while_intake_runs(feed: Feed, resume: Resume) -> None:
    intake = feed.start(*QUICK, "--set", "log_level=debug")
    for life in (1, 2, 3):
        send(feed, life * 100, 4)
        wait_reports(feed.topics, life * 4)
        wait_committed(intake, feed.topics, "feed")
        intake.wait_for_log(r"event=marked ", count=life)
        if life == 3:
            break
        feed.topics.make_anew("feed")
        intake.wait_for_log(r"event=held ", limit=60, count=life)
        assert "anew" in resume("feed", "--yes", "--reason", "again")
    assert origins_on_report(feed, "feed") == [f"{name}/0/{n}#0" for name in ("feed", "feed~2", "feed~3") for n in range(4)]
    assert [told.split(" ")[1] for told in losses(feed).values()] == ["feed/0/4-", "feed~2/0/4-"]
    intake.stop()


def test_a_topic_restored_with_its_records_is_gone_on_with(feed: Feed, resume: Resume) -> None:
    """Byte by byte the same records at the same offsets need no answer; with other time stamps a person says that they are."""
    send(feed, 0, 10)
    intake = feed.start(*QUICK)
    wait_reports(feed.topics, 10)
    wait_committed(intake, feed.topics, "feed")
    wait_until(lambda: marked(feed), 60, "intake to leave a mark")
    intake.stop()
    feed.topics.make_anew("feed")
    send(feed, 0, 5)
    intake.start()
    intake.wait_for_log(r"event=held ")
    assert "was read up to offset 10" in resume("feed", "--yes", "--from-same", "--reason", "restored", status=70)
    send(feed, 5, 7)
    resume("feed", "--yes", "--from-same", "--reason", "restored")
    wait_reports(feed.topics, 12)
    assert origins_on_report(feed, "feed") == [f"feed/0/{n}#0" for n in range(12)]
    assert losses(feed) == {}
    wait_committed(intake, feed.topics, "feed")
    intake.stop()


def test_retention_that_overtakes_a_running_intake(feed: Feed, resume: Resume) -> None:
    """Frozen in mid work, as on a machine that is out of memory."""
    send(feed, 0, 10)
    intake = feed.start(*QUICK, "--set", "session_ms=60000")
    wait_reports(feed.topics, 10)
    wait_committed(intake, feed.topics, "feed")
    intake.signal(signal.SIGSTOP)
    await_answers(feed.topics, "feed")  # else what it has asked for already brought it the next records
    send(feed, 10, 20)
    trim(feed.topics, "feed", 25)
    intake.signal(signal.SIGCONT)
    intake.wait_for_log(r"event=held .*offsets 10 to 24 went before they were read")
    send(feed, 0, 2, "other")
    wait_reports(feed.topics, 12)
    resume("feed", "--yes", "--reason", "frozen")
    wait_reports(feed.topics, 17)
    assert origins_on_report(feed, "feed") == [f"feed/0/{n}#0" for n in (*range(10), *range(25, 30))]
    intake.stop()
