"""Backup, restore and what comes after, by the commands of docs/operators-handbook.md as they stand there.

The blocks of the page's chapters "Backup" and "Restore" are run by a shell. Where `systemctl` stands in them the test ends and starts
its own programs, and `onecase` is given the test's topics. What must be there at the end is known from the live database.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from brake import Brake
from harness import PROJECT, Database, LocalServers, Service, Topics, program, wait_until
from harness_city import City
from harness_hub import Hub, open_hub
from harness_postgresql import copied_servers
from report_log import ReportLog, mixed_log, wait_until_stored
from test_forwarding import AWAY, HOME, Relay, forwards, settle
from test_replay import REFUSED, USAGE, Replay, digest, one_by_one, unpublished

CASE = "onecase.case"
VAULT = "onecase.deadletter"
PAGES = {"en": (PROJECT / "docs" / "operators-handbook.md", "Backup", "Restore"),
         "zh": (PROJECT / "docs" / "operators-handbook.zh-CN.md", "备份", "恢复")}
SHIMS = {
    "onecase": 'case $1 in replay) exec {onecase} "$@" --prefix {prefix} ;; audit) exec {onecase} "$@" --group {group} ;; esac; exit 64',
    "systemctl": "exit 0",
    "sqitch": 'SQITCH_FULLNAME=onecase SQITCH_EMAIL=onecase@localhost exec {sqitch} "$@"',
}


def commands(page: Path, chapter: str) -> list[str]:
    """The commands of the chapter's blocks, in order."""
    text = page.read_text(encoding="utf-8")
    part = re.search(rf"^## {chapter}$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert part, f"{page.name} has no chapter {chapter}"
    return [line.removeprefix("$ ") for line in block_lines(part[1]) if line.startswith("$ ")]


def block_lines(text: str) -> list[str]:
    """All lines in blocks of code, without what indents the block."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines()]


def test_both_tongues_have_the_same_commands() -> None:
    english, chinese = ([re.sub(r"\s+#.*", "", line) for line in block_lines(page.read_text(encoding="utf-8"))]
                        for page, *_ in PAGES.values())
    assert english == chinese and len(english) > 40


class Shell:
    """Runs commands of the page where the hub's servers are."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub = hub
        self.folder = folder
        shims = folder / "shims"
        shims.mkdir(parents=True)
        words = {"onecase": program("onecase"), "prefix": hub.topics.prefix, "folder": folder, "sqitch": "/usr/bin/sqitch",
                 "group": f"{hub.database.name}.intake"}
        for name, line in SHIMS.items():
            (shims / name).write_text(f"#!/bin/sh\n{line.format(**words)}\n")
            (shims / name).chmod(0o755)
        self.environment = hub.database.environment() | {"PATH": f"{shims}:/usr/bin:/bin", "BACKUP": str(folder / "backup")}

    def run(self, lines: list[str]) -> str:
        script = "set -e\n" + "\n".join(line for line in lines if not line.startswith("export "))
        done = subprocess.run(["bash", "-c", script], env=self.environment, cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=240, check=False)
        assert done.returncode == 0, f"ended with {done.returncode}:\n{script}\n{done.stdout}{done.stderr}"
        return done.stdout


def await_published(hub: Hub, database: Database | None = None) -> None:
    wait_until(lambda: unpublished(database or hub.database) == 0, 60, "relay to publish everything")


def await_idle(hub: Hub) -> None:
    """All of onecase.report has its effect, all that came of it is told."""
    wait_until(lambda: hub.consumed() == hub.reported(), 60, "the matcher to come to the end")
    await_published(hub)


def settle_and_stop(hub: Hub, running: list[Service]) -> None:
    """Nothing is sent any more, ticks neither; then the matcher has read all there is."""
    intake, matcher, relay = running
    intake.stop()
    relay.stop()
    wait_until(lambda: hub.consumed() == hub.reported(), 60, "the matcher to come to the end")
    matcher.stop()


def events(hub: Hub) -> list[tuple]:
    return [(record.partition, record.offset, record.headers["ce_id"]) for record in hub.topics.read(CASE)]


def next_turn(city: City, part: float) -> int:
    """Time before which that part of the city was sent."""
    times = sorted(json.loads(line)["timestamp_ms"] for path in city.directory.glob("*.jsonl") for line in path.open(encoding="utf-8"))
    return times[int(len(times) * part)]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City.make(1, tmp_path_factory.mktemp("city"))


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_the_handbooks_commands_bring_everything_back(tongue, servers, template_database, tmp_path, city) -> None:
    page, backup, restore = PAGES[tongue]
    saved, brought = commands(page, backup), commands(page, restore)
    with open_hub(servers, template_database, tmp_path / "hub") as hub:
        shell = Shell(hub, tmp_path / "shell")
        running = [hub.start("intake"), hub.start("matcher"), hub.start("relay", "tick_s=1")]
        hub.feed(city, before_ms=next_turn(city, 0.5))
        sending = city.start_sending(hub.topics, 300)  # all of it: what was sent before is recognised
        shell.run(saved)
        assert sending.wait(300) == 0
        hub.await_accounts()
        settle_and_stop(hub, running)
        before, told, vault = hub.digest(), events(hub), hub.topics.ends(VAULT)
        waiting = unpublished(hub.database)

        said = shell.run(brought[:brought.index(next(line for line in brought if "systemctl start" in line))])
        assert hub.digest() == before
        assert unpublished(hub.database) == waiting
        assert "events that wait for relay" in said or waiting == 0
        assert hub.topics.ends(VAULT) == vault and events(hub) == told, "nothing was written to Kafka"

        for service in running:
            service.start()
        shell.run(brought[-1:])
        await_published(hub)
        ids = [id for _, _, id in events(hub)]
        assert len(ids) == len(set(ids)), "no event was told twice"
        for service in running:
            service.stop()
        database = hub.database.name
        with servers.connect() as connection:
            connection.execute(f'drop database "{database}_damaged" with (force)')


def test_a_base_backup_is_gone_on_with(servers: LocalServers, template_database: str, tmp_path: Path, city: City) -> None:
    """A copy of the cluster's files, taken while records came."""
    with open_hub(servers, template_database, tmp_path / "hub") as hub:
        running = [hub.start("intake"), hub.start("matcher"), hub.start("relay", "tick_s=1")]
        hub.feed(city, before_ms=next_turn(city, 0.5))
        sending = city.start_sending(hub.topics, 300)
        with copied_servers(servers) as copy:
            assert sending.wait(300) == 0
            hub.feed(city, from_ms=next_turn(city, 0.9))  # once more, and behind the copy however long that took
            settle_and_stop(hub, running)
            where = copy.environment(hub.database.name)
            into = f"host=127.0.0.1 port={where['PGPORT']} dbname={hub.database.name}"
            copied = Database(copy, hub.database.name)
            behind = copied.value("select sum(greatest(next_offset, 0)) from onecase.consumer_offsets")
            assert 0 < behind < hub.consumed()
            told = Replay(hub.database, into, hub.topics, "--restored", "--compare", "--json").end().json()
            assert told["equal"] is True and told["replayed"] == hub.consumed() - behind
            assert told["events_waiting"] == unpublished(hub.database)


def backup_of(database: Database, new_database: Callable[[], Database]) -> Database:
    """As it stands now, byte for byte."""
    copy = new_database()
    with database.servers.connect() as connection:
        connection.execute(f'drop database "{copy.name}"')
        connection.execute(f'create database "{copy.name}" template "{database.name}"')
    return copy


@pytest.fixture
def log(topics: Topics) -> ReportLog:
    return ReportLog(topics).create()


def test_homes_that_were_decided_after_the_backup_are_the_same(log, database, new_database, start_service) -> None:
    """One batch of the replay holds both regions' records of one number, and the log says which was first."""
    log.use(database)
    log.report("X0", region=HOME)
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    matcher.stop()
    backup = backup_of(database, new_database)
    matcher.start()
    for number, home, away in (("X1", HOME, AWAY), ("X2", AWAY, HOME)):
        log.report(number, region=home, status=10)
        log.send()
        wait_until_stored(database, log)
        log.report(number, region=away, status=30, revision=2, count="updates")
        log.send()
    settle(database, log, Relay(database, log))
    matcher.stop()
    told = Replay(database, backup.name, log.topics, "--restored", "--compare", "--json").end().json()
    assert told["equal"] is True and forwards(backup) == forwards(database)


def test_what_was_not_told_at_the_backup_and_not_since_is_told(log, database, new_database, start_service) -> None:
    """No event is on the case topic: the positions of the backup hold, nothing is passed over."""
    log.use(database)
    mixed_log(log, seed=5, count=60)
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    matcher.stop()
    backup = backup_of(database, new_database)
    waiting = database.value("select count(*) from onecase.outbox")
    told = Replay(database, backup.name, log.topics, "--restored", "--json").end().json()
    assert told["events_waiting"] == waiting > 0


def test_only_a_backup_that_nobody_works_on_is_gone_on_with(log, database, new_database, start_service, onecase, tmp_path) -> None:
    log.use(database)
    mixed_log(log, seed=6, count=60)
    log.send()
    stored = log.sent
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    assert "a matcher works on database" in Replay(database, database.name, log.topics, "--restored").end(REFUSED).err
    matcher.stop()
    empty = new_database()
    assert "holds no offsets, so it is no backup" in Replay(database, empty.name, log.topics, "--restored").end(REFUSED).err
    assert "two ways to go on" in Replay(database, empty.name, log.topics, "--restored", "--resume").end(USAGE).err
    backup = backup_of(database, new_database)
    mixed_log(log, seed=7, count=60)
    log.send()
    matcher.start()
    wait_until_stored(database, log)
    matcher.stop()
    brake = Brake(backup)
    brake.slow(1000, beyond=stored)
    replay = Replay(database, backup.name, log.topics, "--restored", "--json", *one_by_one(tmp_path))
    child = replay.matcher()
    brake.wait_for(stored + 1)
    subprocess.run(["kill", "-9", str(child)], check=True)
    assert "the same command goes on behind them" in replay.end(REFUSED).err
    brake.release()
    wait_until(lambda: backup.rows("select from pg_stat_activity where application_name = 'onecase-matcher'"
                                   " and datname = current_database()") == [], 60, "PostgreSQL to see that the matcher is gone")
    told = Replay(database, backup.name, log.topics, "--restored", "--compare", "--json").end().json()
    assert told["equal"] is True and told["digest"] == digest(onecase, database)


def test_programs_started_on_a_backup_as_it_is_come_to_the_same_and_repeat_what_was_told(
        servers, template_database, tmp_path, city) -> None:
    """Without the replay nothing is lost either: departments get again, under the same ids, what they got since the backup."""
    with open_hub(servers, template_database, tmp_path / "hub") as hub:
        running = [hub.start("intake"), hub.start("matcher"), hub.start("relay", "tick_s=1")]
        hub.feed(city, before_ms=next_turn(city, 0.5))
        await_idle(hub)
        settle_and_stop(hub, running)
        name = hub.database.name
        with servers.connect() as connection:
            connection.execute(f'create database "{name}_backup" template "{name}"')
        told = hub.topics.ends(CASE)
        for service in running:
            service.start()
        hub.feed(city)
        await_idle(hub)
        settle_and_stop(hub, running)
        before = hub.digest()
        since = [id for partition, offset, id in events(hub) if offset >= told[partition]]
        with servers.connect() as connection:
            connection.execute(f'alter database "{name}" rename to "{name}_damaged"')
            connection.execute(f'alter database "{name}_backup" rename to "{name}"')
        matcher = running[1]
        matcher.start()
        wait_until(lambda: hub.consumed() == hub.reported(), 60, "the matcher to come to the end")
        matcher.stop()
        assert hub.digest() == before
        running[2].start()
        await_published(hub)
        running[2].stop()
        again = [id for _, _, id in events(hub)]
        assert since and {again.count(id) for id in since} == {2}
        with servers.connect() as connection:
            connection.execute(f'drop database "{name}_damaged" with (force)')
