"""Some 500 hostile records straight onto onecase.report, shuffled among ordinary ones, in batches of 7 and of 500.

Intake and relay alone may write there; this is what the matcher does when somebody else has. Each becomes what the
table of hostile_reports.py says, ordinary neighbours stand as they were sent, and where batches end does not show.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from random import Random

import pytest
from confluent_kafka import Producer
from draw import draw
from harness import LocalServers, Topics
from harness_hub import Hub, open_hub
from harness_intake import set_config
from hostile_judge import odd_lines, went
from hostile_reports import OWN, PARTITIONS, Case, cases
from test_intake import java_partition

ORDINARY = 600
MIB = 1024 * 1024
UNSOUND = {("forged.twice", 0, 0, 2),  # one origin that says three things
           ("forged.items", 1, 1, 0), ("forged.last", 0, 1, 0)}  # an item without the first one
TRIED = int(os.environ.get("ONECASE_SEEDS", "0").split(",")[0]) or draw().randrange(1, 1_000_000)


def neighbours() -> list[Case]:
    return [Case(f"ordinary {n}", "report", origin=f"neighbours/{n % 3}/{n // 3}#0", key=(b"9901", b"9902")[n % 2],
                 fields={"record_no": f"N{n:06d}", "title": f"合成邻居{n}", "trapped": n % 5, "status": 10}) for n in range(ORDINARY)]


def in_some_order(rng: Random) -> list[Case]:
    """Neighbours of one topic, and what the table has for one topic, stay in their order."""
    queues = [[case] for case in cases() if not case.origin]
    for topic in {case.origin.split("/")[0] for case in cases() if case.origin}:
        queues.append([case for case in cases() if case.origin.split("/")[0] == topic])
    rng.shuffle(queues)
    mixed = [case for queue in queues for case in queue]
    for case in neighbours():
        mixed.insert(rng.randrange(len(mixed) + 1), case)
    ordinary = iter(neighbours())
    return [next(ordinary) if case.name.startswith("ordinary") else case for case in mixed]


def home(case: Case) -> int:
    own = java_partition(case.key, PARTITIONS) if case.key is not None else 0
    return (own + 1) % PARTITIONS if case.astray else own


def send(topics: Topics, sent: list[Case]) -> None:
    producer = Producer({"bootstrap.servers": topics.servers.brokers, "message.max.bytes": 8 * MIB, "enable.idempotence": True})
    faults = []

    def noting(case: Case):  # noqa: ANN202 - a callback
        def note(error: object, message: object) -> None:
            faults.append((case.name, error)) if error else setattr(case, "place", (message.partition(), message.offset()))
        return note

    for case in sent:
        key, value, headers = case.record()
        producer.produce(topics.name("onecase.report"), value, key, partition=home(case), headers=headers,
                         on_delivery=noting(case))
        producer.poll(0)
    assert producer.flush(120) == 0 and not faults, faults[:3]


@pytest.fixture(scope="module")
def sent() -> list[Case]:
    return in_some_order(Random(TRIED))


@pytest.fixture(scope="module")
def hubs(servers: LocalServers, template_database: str, sent: list[Case],
         tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Hub]]:
    """Two matchers over one log, with batches of 500 and of 7."""
    with ExitStack() as stack:
        first = stack.enter_context(open_hub(servers, template_database, tmp_path_factory.mktemp("500")))
        set_config(first.topics, "onecase.report", "max.message.bytes", str(8 * MIB))
        send(first.topics, sent)
        second = stack.enter_context(open_hub(servers, template_database, tmp_path_factory.mktemp("7"), first.topics))
        for hub, size in ((first, 500), (second, 7)):
            hub.start("matcher", f"batch_max={size}")
        for hub in (first, second):
            hub.await_consumed(len(sent))
        yield [first, second]


def place_of(hub: Hub, case: Case) -> tuple[tuple[str, int, int], int]:
    """Where its rows are to be looked for: its origin, or where it lies when the head says nothing."""
    if isinstance(case.wanted, tuple) and case.wanted[0] == OWN:
        return (hub.topics.name("onecase.report"), *case.place), 0
    topic, partition, rest = case.ce_id().rsplit("/", 2)
    offset, item = rest.split("#")
    return (topic, int(partition), int(offset)), int(item)


def test_each_becomes_what_it_should(hubs: list[Hub], sent: list[Case]) -> None:
    for hub in hubs:
        found = went(hub)
        commands = dict(((p, o), state) for p, o, state in hub.database.rows(
            "select report_partition, report_offset, state from onecase.commands"))
        dead = {row[:4]: row[4:] for row in hub.database.rows("select topic, partition, kafka_offset, item, stage, rule from onecase.dead_letters")}
        wrong = []
        for case in sent:
            place, item = place_of(hub, case)
            if case.kind == "command":
                wrong += [(case.name, state)] if (state := commands.pop(case.place, None)) != case.wanted else []
                continue
            table = case.wanted if isinstance(case.wanted, str) else case.wanted and "dead"
            rows = found.get(place, [])
            good = (item, table) in rows if table else rows == []
            if good and isinstance(case.wanted, tuple):
                good = dead[*place, item] == case.wanted[1:]
            if good and table:
                rows.remove((item, table))
            if not good:
                wrong.append((case.name, case.wanted, rows, dead.get((*place, item))))
        assert wrong == [] and commands == {}
        assert [(place, rows) for place, rows in found.items() if rows] == [], "rows of nothing that was sent"


def test_ordinary_neighbours_stand_as_they_were_sent(hubs: list[Hub], sent: list[Case]) -> None:
    wanted = {(case.fields["record_no"], case.key.decode(), case.fields["title"], case.fields["trapped"], 10)
              for case in sent if case.name.startswith("ordinary")}
    assert len(wanted) == ORDINARY
    for hub in hubs:
        rows = hub.database.rows("select record_no, region, title, trapped, status from onecase.reports where topic = 'neighbours'")
        assert len(rows) == ORDINARY and set(rows) == wanted


def test_accounts_of_others_do_not_suffer(hubs: list[Hub]) -> None:
    """The forged ones that do not add up are said to be what they are, and nobody else's."""
    for hub in hubs:
        rows = hub.database.rows("select source_topic, source_partition, missing, doubled from analysis.reconciliation"
                                 " where missing <> 0 or doubled <> 0")
        assert set(rows) == UNSOUND


def test_where_batches_end_does_not_show(hubs: list[Hub]) -> None:
    one, other = (hub.digest()["tables"] for hub in hubs)
    assert {name for name in one if one[name] != other[name]} == set()


def test_no_matcher_ended_or_logged_a_value(hubs: list[Hub]) -> None:
    for hub in hubs:
        hub.check_running()
        [matcher] = hub.services
        matcher.check_sanitizers()
        assert len(matcher.lines(r"event=started\b")) == 1
        assert odd_lines(matcher.text(), ("合成", "forged\"", "drop table", "xxxxx", "HR0")) == []


def test_the_vault_has_the_bytes_of_each(hubs: list[Hub], sent: list[Case]) -> None:
    """Of those that the matcher itself found dead: the very record."""
    hub = hubs[0]
    kept = {}
    for letter in hub.topics.read_messages("onecase.deadletter"):
        kept.setdefault(letter.key().decode(), set()).add(letter.value())
    for case in sent:
        if isinstance(case.wanted, tuple) and case.kind != "dead":
            (topic, partition, offset), item = place_of(hub, case)
            assert kept[f"{topic}/{partition}/{offset}#{item}"] == {case.body()}, case.name
