"""The keys of reporter hashes: hosts that differ under one number do not run side by side, a rotation keeps two."""

from __future__ import annotations

import re
import secrets
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition
from harness import Service, Topics, wait_until
from harness_intake import Feed, feed_record, run_intake, wait_committed, wait_reports
from offset_log import entries

REASON = r"event=fatal .*hosts of group \S+ have different keys with the number %d; .*key_no.*before_key_no"
NOTE = r"(key=\d+@[0-9a-f]{16};){1,2}"


@pytest.fixture
def feed(topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Feed:
    return Feed(topics, tmp_path, key_file, start_service)


def new_key(folder: Path, name: str) -> Path:
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(secrets.token_hex(32) + "\n")
    return path


def notes(feed: Feed, topic: str = "feed") -> dict[int, str]:
    """What each commit says of keys."""
    group, name = f"{feed.topics.prefix}intake", feed.topics.name(topic)
    return {entry.partition: re.match(r"(key=[^;]*;)*", entry.note()).group() for entry in entries(feed.topics.servers)
            if entry.group == group and entry.topic == name and entry.value is not None}


def test_the_note_stands_before_the_first_record(feed: Feed) -> None:
    feed.create(partitions=3)
    service = feed.start()
    service.wait_for_log("event=assigned")
    found = notes(feed)
    assert set(found) == {0, 1, 2}
    assert len(set(found.values())) == 1
    assert re.fullmatch(r"key=1@[0-9a-f]{16};", found[0])
    key = feed.key_file.read_text().strip()
    fingerprint = found[0].split("@")[1].rstrip(";")
    assert fingerprint not in key, "no part of the key itself"
    feed.topics.produce("feed", [(str(i), feed_record(i)) for i in range(300)])
    wait_reports(feed.topics, 300)
    wait_committed(service, feed.topics, "feed")
    assert notes(feed) == found, "every commit carries it"
    service.stop()
    assert key not in service.text() and fingerprint not in service.text()


def test_hosts_with_one_key_share_the_work(feed: Feed) -> None:
    feed.create(partitions=4)
    first = feed.start()
    first.wait_for_log("event=assigned partitions=4")
    second = feed.start()
    second.wait_for_log("event=assigned partitions=2")
    first.wait_for_log("event=assigned partitions=2")


def test_a_host_with_another_key_does_not_start(feed: Feed, tmp_path: Path) -> None:
    """Nothing was read yet: the first host's note alone decides. The refused one does not even disturb the group."""
    feed.create(partitions=2)
    first = feed.start()
    first.wait_for_log("event=assigned")
    other = new_key(tmp_path, "other.key")
    second = feed.start("--set", f"key_file={other}")
    second.expect_exit(1)
    assert len(second.lines(REASON % 1)) == 1
    assert second.lines("event=assigned") == []
    assert len(first.lines("event=assigned")) == 1, "the group was not disturbed"
    for text in (first.text(), second.text()):
        assert not re.search(NOTE, text), "no fingerprint in a log"
        assert other.read_text().strip() not in text
        assert feed.key_file.read_text().strip() not in text


def test_a_key_changed_between_two_starts_is_refused(feed: Feed, tmp_path: Path) -> None:
    feed.create(partitions=1)
    feed.topics.produce("feed", [("k", feed_record(1))])
    service = feed.start()
    wait_reports(feed.topics, 1)
    service.stop()
    changed = feed.start("--set", f"key_file={new_key(tmp_path, 'other.key')}")
    changed.expect_exit(1)
    assert len(changed.lines(REASON % 1)) == 1
    service.start()
    service.wait_for_log("event=assigned", count=2)


def test_of_two_hosts_that_start_at_once_not_both_go_on(feed: Feed, tmp_path: Path) -> None:
    feed.create(partitions=2)
    hosts = [feed.start(), feed.start("--set", f"key_file={new_key(tmp_path, 'other.key')}")]

    def has_all(host: Service) -> bool:
        """A host that is alone. While another was a member of the group it had one of the two, or was asked to give them back."""
        return host.lines("event=(assigned|revoked)")[-1:] == host.lines("event=assigned partitions=2")[-1:] != []

    # When one has refused, the other may find its note on what it takes over from it, and refuse as well.
    refused = wait_until(lambda: [host for host in hosts if not host.running] if all(
        has_all(host) or not host.running for host in hosts) else [], 60, "one of them to refuse, and the other to go on alone or refuse")
    for host in refused:
        host.expect_exit(1)
        assert len(host.lines(REASON % 1)) == 1


def test_a_rotation_keeps_both_keys(feed: Feed, tmp_path: Path) -> None:
    """Old hosts, hosts with both keys and the next key go together; whoever contradicts one of the two does not."""
    feed.create(partitions=4)
    old = feed.start()
    old.wait_for_log("event=assigned")
    key = new_key(tmp_path, "second.key")
    rotating = ["--set", f"key_file={key}", "--set", "key_no=2",
                "--set", f"before_key_file={feed.key_file}", "--set", "before_key_no=1"]
    new = feed.start(*rotating)
    new.wait_for_log("event=assigned partitions=2")
    old.wait_for_log("event=assigned partitions=2")
    assert len(set(notes(feed).values())) == 2, "each host leaves its own note"
    wrong_before = feed.start("--set", f"key_file={key}", "--set", "key_no=2", "--set", "before_key_no=1",
                              "--set", f"before_key_file={new_key(tmp_path, 'wrong.key')}")
    wrong_before.expect_exit(1)
    assert len(wrong_before.lines(REASON % 1)) == 1
    wrong_now = feed.start("--set", f"key_file={new_key(tmp_path, 'third.key')}", "--set", "key_no=2")
    wrong_now.expect_exit(1)
    assert len(wrong_now.lines(REASON % 2)) == 1
    old.stop()
    new.wait_for_log("event=assigned partitions=4")
    found = set(notes(feed).values())
    assert len(found) == 1
    assert re.fullmatch(r"key=2@[0-9a-f]{16};key=1@[0-9a-f]{16};", found.pop())
    new.stop()
    after = feed.start("--set", f"key_file={key}", "--set", "key_no=2")
    after.wait_for_log("event=assigned partitions=4")
    assert all(re.fullmatch(r"key=2@[0-9a-f]{16};", note) for note in notes(feed).values())


def test_a_new_number_is_the_way_out_of_a_mistake(feed: Feed, tmp_path: Path) -> None:
    feed.create(partitions=1)
    wrong = feed.start("--set", f"key_file={new_key(tmp_path, 'wrong.key')}")
    wrong.wait_for_log("event=assigned")
    wrong.stop()
    feed.start().expect_exit(1)
    right = feed.start("--set", "key_no=2")
    right.wait_for_log("event=assigned")


def test_notes_of_later_versions_are_read(feed: Feed) -> None:
    """A note is a list of NAME=VALUE; where unknown names are passed over, and no note at all is none of our business."""
    feed.create(partitions=3)
    consumer = Consumer({"bootstrap.servers": feed.topics.servers.brokers, "group.id": f"{feed.topics.prefix}intake"})
    strange = ["trying=77;key=9@0123456789abcdef;", "", ";;=;key=;key=x@y;key=1;"]
    consumer.commit(offsets=[TopicPartition(feed.topics.name("feed"), p, 0, note) for p, note in enumerate(strange)],
                    asynchronous=False)
    consumer.close()
    feed.start().wait_for_log("event=assigned partitions=3")
    assert all(re.fullmatch(r"key=1@[0-9a-f]{16};", note) for note in notes(feed).values())


def test_a_reload_does_not_change_the_key_under_its_number(feed: Feed) -> None:
    feed.create(partitions=1)
    service = feed.start()
    service.wait_for_log("event=assigned")
    before = notes(feed)
    key = feed.key_file.read_text()
    feed.key_file.write_text(secrets.token_hex(32) + "\n")
    service.signal(signal.SIGHUP)
    service.wait_for_log("event=reload_failed .*number 1 holds another key than at the start")
    feed.topics.produce("feed", [("k", feed_record(1))])
    wait_reports(feed.topics, 1)
    wait_committed(service, feed.topics, "feed")
    assert notes(feed) == before
    feed.key_file.write_text(key)
    service.signal(signal.SIGHUP)
    service.wait_for_log("event=reloaded")


def test_faults_of_the_keys_are_named(feed: Feed, tmp_path: Path) -> None:
    def fault(*more: str) -> str:
        done = run_intake("--check", *feed.arguments(), *more)
        assert done.returncode == 2
        return done.stderr

    second = new_key(tmp_path, "second.key")
    assert fault("--set", f"before_key_file={second}") == \
        "before_key_no: the number of the key in before_key_file is missing; give both or neither\n"
    assert fault("--set", "before_key_no=2") == \
        "before_key_file: the file of the key with before_key_no is missing; give both or neither\n"
    assert fault("--set", f"before_key_file={second}", "--set", "before_key_no=1") == \
        "before_key_no = 1 is key_no too; a new key takes a new number\n"
    assert fault("--set", f"before_key_file={feed.key_file}", "--set", "before_key_no=2") == \
        f"before_key_file: {feed.key_file} holds the key of key_file\n"
    second.chmod(0o604)
    assert fault("--set", f"before_key_file={second}", "--set", "before_key_no=2") == \
        f"before_key_file: {second} is open to others than its owner; run `chmod 600 {second}`\n"
    second.chmod(0o600)
    second.write_text("abc")
    assert "before_key_file: " in fault("--set", f"before_key_file={second}", "--set", "before_key_no=2")
    assert run_intake("--check", *feed.arguments(), "--set", f"before_key_file={new_key(tmp_path, 'third.key')}",
                      "--set", "before_key_no=2").returncode == 0


def test_a_key_that_systemd_hands_over_may_be_the_groups_too(feed: Feed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where credentials lie on a file system with access lists, the right of the program shows as the group's."""
    feed.key_file.chmod(0o440)
    assert "is open to others" in run_intake("--check", *feed.arguments()).stderr
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(feed.key_file.parent))
    assert run_intake("--check", *feed.arguments()).returncode == 0
    feed.key_file.chmod(0o444)
    assert "is open to others" in run_intake("--check", *feed.arguments()).stderr
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(feed.key_file.parent)[:-1])
    feed.key_file.chmod(0o440)
    assert "is open to others" in run_intake("--check", *feed.arguments()).stderr
