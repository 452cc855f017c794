"""Some 2,000 hostile messages to six feeds, shuffled among ordinary records, through intake, matcher and relay.

Each of them becomes exactly what it has records for, every ordinary one stands as it was sent, no program ends, and nothing
that could harm a reader is stored or logged. ONECASE_SEEDS=1,2,3 runs chosen orders again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from confluent_kafka import Producer
from draw import draw
from harness import LocalServers, Topics
from harness_hub import Hub, open_hub
from harness_intake import set_config
from hostile import Message, corpus
from hostile_feeds import CITY_MANAGEMENT, FEEDS, FIRE_ALARM, ordinary
from hostile_judge import await_settled, differences, odd_lines, stored, unclean_columns, went

ORDINARY = 1000
MIB = 1024 * 1024
TOPICS = tuple(feed.topic for feed in FEEDS)
SPOKEN = ("合成", "前", "后", "长长", "hostile", "drop table", "jndi", "19900000", "forged",
          "\u202e")  # values of records; none is a reason
TRIED = int(os.environ.get("ONECASE_SEEDS", "0").split(",")[0]) or draw().randrange(1, 1_000_000)


# ---- sending -------------------------------------------------------------------------------------------------------


def producer(topics: Topics, **more: object) -> Producer:
    return Producer({"bootstrap.servers": topics.servers.brokers, "partitioner": "murmur2_random", "message.max.bytes": 8 * MIB,
                     "queue.buffering.max.kbytes": 256 * 1024, "enable.idempotence": True, "linger.ms": 5} | more)


def produce(sender: Producer, topics: Topics, messages: list[Message]) -> None:
    """In order; each knows its place afterwards."""
    faults = []

    def noting(message: Message):  # noqa: ANN202 - a callback
        def note(error: object, delivered: object) -> None:
            if error is not None:
                faults.append((message.name, error))
            else:
                message.place = (delivered.partition(), delivered.offset())
        return note

    for message in messages:
        stamp = {} if message.timestamp_ms is None else {"timestamp": message.timestamp_ms}
        sender.produce(topics.name(message.topic), message.value, message.key, headers=message.headers or None,
                       on_delivery=noting(message), **stamp)
        sender.poll(0)
    assert sender.flush(120) == 0 and not faults, faults[:3]


def in_transactions(topics: Topics, messages: list[Message], commit: bool) -> None:
    sender = producer(topics, **{"transactional.id": f"{topics.prefix}{commit}"})
    sender.init_transactions(30)
    sender.begin_transaction()
    produce(sender, topics, messages)
    sender.commit_transaction(30) if commit else sender.abort_transaction(30)
    for topic in {message.topic for message in messages}:
        topics.await_markers(topic)


def make_topics(topics: Topics) -> None:
    """As patient as a department's topic can be: old and future time stamps, and messages of 8 MiB."""
    for feed in (CITY_MANAGEMENT, FIRE_ALARM):
        topics.create(feed.topic, 3)
    for topic in TOPICS:
        for name, value in (("message.timestamp.after.max.ms", 2**63 - 1), ("max.message.bytes", 8 * MIB)):
            set_config(topics, topic, name, str(value))


def neighbours(rng: Random) -> list[Message]:
    forms = [ordinary(FEEDS[number % len(FEEDS)], number, rng) for number in range(ORDINARY)]
    return [Message(f"ordinary {form.feed.source} {form.key}", form.feed.topic, form.value(), form.key.encode(), form=form)
            for form in forms]


class Sent:
    """All that was sent, in the order of sending, and what was taken back."""

    def __init__(self, seed: int) -> None:
        rng = Random(seed)
        self.hostile = corpus(rng, ORDINARY)
        self.ordinary = neighbours(rng)
        self.messages = [*self.hostile, *self.ordinary]
        rng.shuffle(self.messages)
        again = Random(seed + 1)
        self.aborted = [m for m in neighbours(again)[:60]]
        self.committed = [Message(f"in a transaction {n}", feed.topic, ordinary(feed, 5000 + n, again).value())
                          for n, feed in enumerate(FEEDS * 5)]

    def send(self, topics: Topics) -> None:
        sender, half = producer(topics), len(self.messages) // 2
        produce(sender, topics, self.messages[:half])
        in_transactions(topics, self.aborted, commit=False)
        in_transactions(topics, self.committed, commit=True)
        produce(sender, topics, self.messages[half:])


@pytest.fixture(scope="module")
def sent() -> Sent:
    return Sent(TRIED)


@pytest.fixture(scope="module")
def hub(servers: LocalServers, template_database: str, sent: Sent, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """All of it went through. Nothing changes it afterwards."""
    folder: Path = tmp_path_factory.mktemp("hell")
    with open_hub(servers, template_database, folder) as made:
        make_topics(made.topics)
        for name in ("intake", "matcher", "relay"):
            made.start(name)
        sent.send(made.topics)
        await_settled(made, TOPICS)
        yield made


# ---- what became of it ---------------------------------------------------------------------------------------------


def test_the_corpus_is_what_it_says(sent: Sent) -> None:
    assert len({m.name for m in sent.hostile}) == len(sent.hostile)
    assert len({m.value for m in sent.hostile}) >= 300
    dressed = {m.name.rpartition(", ")[0] for m in sent.hostile if m.name.startswith(("key:", "headers:"))}
    assert len(dressed) >= 60


def test_each_message_is_accounted_for_once(hub: Hub, sent: Sent) -> None:
    found = went(hub)
    wrong = []
    for message in [*sent.messages, *sent.committed]:
        rows = found.pop((hub.topics.name(message.topic), *message.place), [])
        if [item for item, _ in rows] != list(range(message.items)):
            wrong.append((message.name, message.items, rows[:5]))
    assert wrong == []
    assert found == {}, "rows of what was never sent, or was taken back"


def test_the_accounts_say_the_same(hub: Hub) -> None:
    assert hub.database.rows("select source_topic, source_partition, missing, doubled from analysis.reconciliation"
                             " where missing <> 0 or doubled <> 0") == []
    known = {(topic.removeprefix(hub.topics.prefix), p): end for topic, p, end in hub.database.rows(
        "select source_topic, source_partition, last_offset + 1 from analysis.reconciliation")}
    assert known == {(topic, p): end for topic in TOPICS for p, end in hub.topics.ends(topic).items() if end > 0}


def test_every_ordinary_neighbour_stands_as_it_was_sent(hub: Hub, sent: Sent) -> None:
    rows = stored(hub)
    wrong = {}
    for message in sent.ordinary:
        found = rows.get((hub.topics.name(message.topic), *message.place), [])
        faults = differences(hub, message.form, found[0]) if len(found) == 1 else f"{len(found)} rows"
        if faults:
            wrong[message.name] = faults
    assert wrong == {}


def test_nothing_that_harms_a_reader_is_stored(hub: Hub) -> None:
    assert unclean_columns(hub) == []
    assert hub.database.value("show server_encoding") == "UTF8"


def test_events_are_clean_too(hub: Hub) -> None:
    events = hub.topics.read("onecase.case")
    assert events
    for event in events:
        text = event.value.decode()
        json.loads(text)
        assert all(ch >= " " and not "\x7f" <= ch <= "\x9f" for ch in text + event.key.decode() + "".join(event.headers.values()))


def test_no_log_holds_a_value_or_a_forged_line(hub: Hub) -> None:
    for service in hub.services:
        assert odd_lines(service.text(), SPOKEN) == [], service.name


def test_the_vault_knows_where_its_bytes_came_from(hub: Hub, sent: Sent) -> None:
    """Forged headers do not pass: of each name that is ours there is one, and it is ours."""
    bytes_of = {"{}/{}/{}#".format(hub.topics.name(m.topic), *m.place): m.value for m in sent.messages if m.place}
    letters = hub.topics.read_messages("onecase.deadletter")
    assert letters
    for letter in letters:
        names = [name for name, _ in letter.headers() or [] if name.startswith("oc-")]
        assert len(names) == len(set(names)), names
        given = dict(letter.headers())
        assert given["oc-origin"] == letter.key()
        assert b"forged" not in [value for name, value in given.items() if name.startswith("oc-")]
        origin = letter.key().decode()
        if "oc-bytes-at" not in given and "oc-truncated" not in given:
            assert letter.value() == bytes_of[origin[:origin.index("#") + 1]], origin


def test_no_program_ended(hub: Hub) -> None:
    hub.check_running()
    for service in hub.services:
        service.check_sanitizers()
        assert len(service.lines(r"event=started\b")) == 1, service.name
