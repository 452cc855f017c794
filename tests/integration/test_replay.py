"""onecase replay: onecase.report into an empty database gives what the live hub has, whatever the hub went through."""

from __future__ import annotations

import json
import random
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import send as city_sender
from harness import PROJECT, Database, LocalServers, Service, Topics, program, wait_until
from harness_hub import Hub, open_hub

RECORDS = 20_000  # at least, on onecase.report
REPORTS = "8400"  # of the labelled city: so many make that many records with their updates
FEEDS = ("hotline.workorder", "fire.incident", "market.complaint", "grid.event", "chengguan.event", "fireiot.alarm")
NOT_FOUND, USAGE, UNAVAILABLE, REFUSED = 3, 64, 69, 70


# ---- a city of 20,000 records ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labelled")
    subprocess.run([sys.executable, str(PROJECT / "tests" / "city" / "labelled" / "make.py"), "--reports", REPORTS, "--seed", "16",
                    str(folder)], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    (folder / "truth.jsonl").unlink()  # no department sends it
    return folder


@contextmanager
def fed_hub(servers: LocalServers, template: str, folder: Path, city: Path) -> Iterator[Hub]:
    """A hub whose departments have sent the city; no program runs yet."""
    with open_hub(servers, template, folder) as hub:
        for topic in FEEDS[4:]:  # the others are of deploy/topics.cfg
            hub.topics.create(topic, 3)
        city_sender.send(city_sender.read_city(str(city)), servers.brokers, hub.topics.prefix)
        yield hub


def await_silence(hub: Hub, limit: float = 240) -> None:
    """Until everything the departments sent, and everything on onecase.report, has its effect in the database."""
    sent = sum(end for topic in FEEDS for end in hub.topics.ends(topic).values())

    def settled() -> bool:
        hub.check_running()
        accounted = hub.database.value("select coalesce(sum(next), 0) from (select max(last_offset) + 1 as next from onecase.accounts"
                                       " group by source_topic, source_partition) p")
        return accounted == sent and hub.consumed() == hub.reported()

    wait_until(settled, limit, f"the effect of {sent} records", every=0.25)


@contextmanager
def empty_copy(servers: LocalServers, template: str) -> Iterator[Database]:
    name = f"onecase_{secrets.token_hex(6)}"
    with servers.connect() as connection:
        connection.execute(f'create database "{name}" template "{template}"')
    try:
        yield Database(servers, name)
    finally:
        with servers.connect() as connection:
            connection.execute(f'drop database "{name}" with (force)')


def replay(live: Database, into: str, prefix: str, *arguments: str, status: int = 0, limit: float = 300) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(program("onecase")), "replay", "--into", into, "--prefix", prefix, *arguments], env=live.environment(),
                          cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit, check=False)
    assert done.returncode == status, f"replay ended with {done.returncode}, not {status}:\n{done.stdout}{done.stderr}"
    assert "Sanitizer" not in done.stderr and "runtime error:" not in done.stderr, done.stderr
    return done


def assert_equal_replay(hub: Hub, into: Database) -> dict:
    told = json.loads(replay(hub.database, into.name, hub.topics.prefix, "--compare", "--json").stdout)
    assert told["records"] == told["replayed"] >= RECORDS
    assert told["differences"] == [] and told["equal"] is True
    assert told["digest"] == told["live"] and told["digest"]["tables"]["reports"]["rows"] > RECORDS / 4
    return told


@pytest.fixture(scope="module")
def calm(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory, city: Path) -> Iterator[Hub]:
    """The city as one intake and one matcher decided it; both have ended well."""
    with fed_hub(servers, template_database, tmp_path_factory.mktemp("calm"), city) as hub:
        hub.start("intake")
        hub.start("matcher")
        await_silence(hub)
        hub.stop()
        yield hub


def test_twenty_thousand_records_give_an_equal_digest_and_a_row_that_differs_is_named(
        calm: Hub, servers: LocalServers, template_database: str) -> None:
    with empty_copy(servers, template_database) as rebuilt:
        before = {topic: calm.topics.ends(topic) for topic in ("onecase.report", "onecase.deadletter", "onecase.case")}
        told = assert_equal_replay(calm, rebuilt)
        assert told["digest"] == calm.digest() == json.loads(calm.onecase("digest", "--json").stdout)
        assert {topic: calm.topics.ends(topic) for topic in before} == before  # nothing was written to Kafka
        assert [g for g in groups(calm.topics) if "onecase-replay" in g and committed_any(calm.topics, g)] == []

        region, hazard = rebuilt.rows("select region, hazard_id from onecase.hazards order by region, hazard_id offset 100 limit 1")[0]
        rebuilt.execute("update onecase.hazards set report_count = report_count + 1 where (region, hazard_id) = (%s, %s)", (region, hazard))
        rebuilt.execute("delete from onecase.ignored_records where ctid = (select min(ctid) from onecase.ignored_records)")
        found = replay(calm.database, rebuilt.name, calm.topics.prefix, "--resume", "--compare", "--json", status=1)
        differences = {row["table"]: row for row in json.loads(found.stdout)["differences"]}
        assert set(differences) == {"hazards", "ignored_records"}
        assert differences["hazards"]["first"] == f"region, hazard_id = {region}, {hazard}"
        text = replay(calm.database, rebuilt.name, calm.topics.prefix, "--resume", "--compare", status=1).stdout
        assert f"hazards differs, first in region, hazard_id = {region}, {hazard}: not alike" in text


def groups(topics: Topics) -> list[str]:
    return [group.group_id for group in topics.admin.list_consumer_groups().result(30).valid]


def committed_any(topics: Topics, group: str) -> bool:
    return any(offset >= 0 for offset in topics.committed(group, "onecase.report").values())


class Pair:
    """Two matchers that share the partitions, in a consumer group that is new after every kill: a broker would hold those of
    a killed member for ten seconds. While one is in the old group and one in the new, each takes what the other holds."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.turn = 0
        self.pair = [self._start(), self._start()]

    def _start(self) -> Service:
        return self.hub.start("matcher", "batch_max=20", group=f"{self.hub.database.name}.pair-{self.turn}")

    def kill_both(self, chance: random.Random, records: int) -> None:
        """One after the other, with up to so many records stored in between."""
        self.turn += 1
        for victim in chance.sample((0, 1), 2):
            self.pair[victim].kill()
            self.hub.services.remove(self.pair[victim])
            self.pair[victim] = self._start()
            await_more(self.hub, chance.randrange(records))


def await_more(hub: Hub, records: int) -> None:
    goal = min(hub.consumed() + records, RECORDS)
    wait_until(lambda: hub.consumed() >= goal, 60, f"{records} more records to be stored", every=0.02)


def test_two_matchers_killed_at_random_leave_what_a_replay_gives(
        servers: LocalServers, template_database: str, tmp_path: Path, city: Path) -> None:
    chance = random.Random(7)
    with fed_hub(servers, template_database, tmp_path / "hub", city) as hub, empty_copy(servers, template_database) as rebuilt:
        hub.start("intake")
        matchers = Pair(hub)
        while hub.consumed() < RECORDS:
            await_more(hub, chance.randrange(1, 3000))
            matchers.kill_both(chance, 300)
        assert matchers.turn >= 5, "the load was over before it could be killed often"
        await_silence(hub)
        hub.stop()
        assert_equal_replay(hub, rebuilt)
