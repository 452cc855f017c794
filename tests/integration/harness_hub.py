"""The hub as the tests of the whole city use it: a database, topics, intake and matcher of its own, in one object.

A hub may be fed with other topics than its own: two matchers over the same onecase.report.
"""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import send as city_sender
from confluent_kafka import TopicPartition
from confluent_kafka.admin import OffsetSpec
from harness import PROJECT, Database, LocalServers, Service, Topics, program, wait_until_reached
from harness_city import City, accounted, await_accounts, source_ends

REPORT_PARTITIONS = 24  # deploy/topics.cfg


class Hub:
    def __init__(self, database: Database, topics: Topics, folder: Path) -> None:
        self.database = database
        self.topics = topics
        self.folder = folder
        self.services: list[Service] = []

    # ---- programs ----------------------------------------------------------------------------------------------

    def onecase(self, *arguments: str, status: int | None = 0,
                environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        done = subprocess.run([str(program("onecase")), *arguments], env=self.database.environment() | (environment or {}),
                              cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180, check=False)
        if status is not None:
            assert done.returncode == status, \
                f"onecase {' '.join(arguments)} ended with {done.returncode}, not {status}:\n{done.stdout}{done.stderr}"
        assert "Sanitizer" not in done.stderr and "runtime error:" not in done.stderr, done.stderr
        return done

    def json(self, *arguments: str) -> object:
        return json.loads(self.onecase(*arguments, "--json").stdout)

    def digest(self) -> dict:
        """Row counts and SHA-256 of each decided table; "sha256" is the one of all."""
        return self.json("digest")

    def clusters(self) -> str:
        return self.onecase("digest", "--clusters").stdout

    def start(self, name: str, *settings: str, group: str | None = None) -> Service:
        """settings: "batch_max=7". The consumer group is the hub's own unless given."""
        own = [f"topic_prefix={self.topics.prefix}"]
        if name == "lagwatch":
            own += [f"{watched}_group={self.database.name}.{watched}" for watched in ("intake", "matcher")]
        elif name != "relay":
            own.append(f"group={group or f'{self.database.name}.{name}'}")
        if name == "intake":
            own.append(f"key_file={self.key_file()}")
        arguments = [word for setting in (*own, *settings) for word in ("--set", setting)]
        log = self.folder / f"{name}-{len(self.services)}.log"
        service = Service(name, arguments, self.database.environment(), log)
        self.services.append(service)
        return service.start()

    def key_file(self) -> Path:
        path = self.folder / "reporter.key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32) + "\n")
        return path

    def stop(self) -> None:
        """Ends all that run, and demands that each ended well."""
        faults = []
        for service in reversed(self.services):
            try:
                service.finish()
            except AssertionError as fault:
                faults.append(str(fault))
                if service.running:
                    service.kill()
        self.services.clear()
        assert not faults, "\n".join(faults)

    # ---- feeding it --------------------------------------------------------------------------------------------

    def feed(self, city: City, *only: str, from_ms: int = 0, before_ms: int | None = None) -> None:
        """The city, or only these topics, or what was sent in that time; ends when the database accounts for all of it."""
        topics = city_sender.read_city(city.directory, from_ms, before_ms)
        chosen = {topic: records for topic, records in topics.items() if topic in (only or topics)}
        city_sender.send(chosen, self.topics.servers.brokers, self.topics.prefix)
        self.await_accounts()

    def await_accounts(self) -> None:
        """Until the database accounts for all that the departments sent; fails when anything is missing or doubled."""
        ends = {place: end for place, end in source_ends(self.topics).items() if end > 0}

        def done() -> int:
            self.check_running()
            have = accounted(self.database, self.topics)
            return sum(min(have.get(place, 0), end) for place, end in ends.items())

        wait_until_reached(done, sum(ends.values()), 120, "the database to account for all source offsets")
        await_accounts(self.database, self.topics)

    def await_consumed(self, total: int) -> None:
        """Until so many records of onecase.report have their effect in the database."""
        def done() -> int:
            self.check_running()
            return self.consumed()

        wait_until_reached(done, total, 120, f"the matcher to consume {total} records")
        assert self.consumed() == total

    def check_running(self) -> None:
        for service in self.services:
            assert service.running or service.ended, f"{service.name} has ended by itself:\n{service.tail(80)}"

    def reported(self) -> int:
        """Records in onecase.report; one question to the broker."""
        places = {TopicPartition(self.topics.name("onecase.report"), p): OffsetSpec.latest() for p in range(REPORT_PARTITIONS)}
        return sum(future.result(30).offset for future in self.topics.admin.list_offsets(places).values())

    def consumed(self) -> int:
        """Records of onecase.report whose effect is in the database."""
        return int(self.database.value("select coalesce(sum(greatest(next_offset, 0)), 0) from onecase.consumer_offsets"))

    # ---- what came out -----------------------------------------------------------------------------------------

    def placed(self, records: Iterable[str]) -> list[dict]:
        """The reports of SOURCE/RECORD_NO, in the order in which the region got to know them, with where they are now and the
        outcome of their first decision; fails when one is missing."""
        wanted = sorted(records)
        with self.database.connect() as connection:
            cursor = connection.execute(
                "select r.*, h.hazard_no, d.outcome from onecase.reports r"
                "  left join onecase.hazards h on h.region = r.region and h.hazard_id = r.hazard_id"
                "  left join lateral (select outcome from onecase.decisions where region = r.region and report_id = r.report_id"
                "                      order by decision_id limit 1) d on true"
                " where r.source || '/' || r.record_no = any(%s) order by r.region, r.report_id", (wanted,))
            names = [column.name for column in cursor.description]
            rows = [dict(zip(names, row)) for row in cursor]
        assert sorted(f"{row['source']}/{row['record_no']}" for row in rows) == wanted
        return rows

    def derived_anew(self) -> list[tuple]:
        """Cases and assignments that would be others if what departments said were derived now: a case was forgotten then."""
        rows = ("select 'case', region, case_id, c::text from onecase.cases c union all"
                " select 'assignment', region, report_id, a::text from onecase.assignments a")
        with self.database.connect() as connection, connection.transaction(force_rollback=True):
            before = set(connection.execute(rows).fetchall())
            connection.execute("select onecase.derive_cases(array_agg(region), array_agg(case_id)) from onecase.cases")
            return sorted(before ^ set(connection.execute(rows).fetchall()))

    def hazards_of(self, records: Iterable[str]) -> set[str | None]:
        """Numbers of the hazards in which these records are; None when one is in no hazard."""
        return {row["hazard_no"] for row in self.placed(records)}


@contextmanager
def open_hub(servers: LocalServers, template: str, folder: Path, topics: Topics | None = None) -> Iterator[Hub]:
    """A hub without programs yet. Its topics are made; with `topics` it reads those of another hub."""
    name = f"onecase_{secrets.token_hex(6)}"
    folder.mkdir(parents=True, exist_ok=True)
    with servers.connect() as connection:
        connection.execute(f'create database "{name}" template "{template}"')
    hub = Hub(Database(servers, name), topics or Topics(servers), folder)
    try:
        hub.onecase("topics", "--create", "--prefix", hub.topics.prefix)
        yield hub
        hub.stop()
    finally:
        for service in hub.services:
            if service.running:
                service.kill()
        with servers.connect() as connection:
            connection.execute(f'drop database "{name}" with (force)')
        if topics is None and (left := hub.topics.existing()):
            hub.topics.delete(*left)


@contextmanager
def running_hub(servers: LocalServers, template: str, folder: Path) -> Iterator[Hub]:
    """A hub with intake and matcher."""
    with open_hub(servers, template, folder) as hub:
        hub.start("intake")
        hub.start("matcher")
        yield hub


def expected_records(city: City, name: str) -> list[str]:
    """SOURCE/RECORD_NO of the hazard that the city planted under this name."""
    return next(hazard["records"] for hazard in city.expected["hazards"] if hazard["name"] == name)
