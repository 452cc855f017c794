"""The sample city for integration tests: make it, send it, wait until the database accounts for it, compare."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from harness import PROJECT, Database, Topics, wait_until

CITY = PROJECT / "tests" / "city"
SOURCE_TOPICS = ("hotline.workorder", "fire.incident", "market.complaint", "grid.event")


def _run(arguments: list[str], environment: dict[str, str] | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=300, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


@dataclass(frozen=True)
class City:
    """What make_city.py wrote for one seed."""

    directory: Path
    expected: dict

    @staticmethod
    def make(seed: int, directory: Path) -> City:
        _run([str(CITY / "make_city.py"), "--seed", str(seed), "--out", str(directory)])
        return City(directory, json.loads((directory / "expected.json").read_text(encoding="utf-8")))

    def send(self, topics: Topics, rate: float = 0.0) -> dict[str, int]:
        """Sends every record as a department would; returns how many, by topic. Wants the topics to be there."""
        _run(self._sender(topics, rate))
        return {topic: counts["records"] for topic, counts in self.expected["counts"].items()}

    def start_sending(self, topics: Topics, rate: float) -> subprocess.Popen:
        """The same in the background, for tests that break something in mid-load; wait() for status 0."""
        return subprocess.Popen([sys.executable, *self._sender(topics, rate)], stdin=subprocess.DEVNULL)

    def _sender(self, topics: Topics, rate: float) -> list[str]:
        return [str(CITY / "send.py"), str(self.directory), "--brokers", topics.servers.brokers, "--prefix", topics.prefix,
                "--rate", str(rate)]

    def differences(self, database: Database) -> str:
        """Empty when exactly the expected hazards are in the database; else compare.py's words."""
        environment = dict(os.environ) | database.environment()
        done = _run([str(CITY / "compare.py"), str(self.directory)], environment, check=False)
        return "" if done.returncode == 0 else done.stdout + done.stderr


def source_ends(topics: Topics) -> dict[tuple[str, int], int]:
    """End of each partition of the departments' topics, as the broker says; names without the prefix."""
    return {(topic, p): end for topic in SOURCE_TOPICS for p, end in topics.ends(topic).items()}


def accounted(database: Database, topics: Topics) -> dict[tuple[str, int], int]:
    """How many offsets the database accounts for, of each source partition it knows: the last one may be there before others, which lie
    in other partitions of onecase.report."""
    rows = database.rows("SELECT source_topic, source_partition, consumed - missing FROM analysis.reconciliation")
    return {(topic.removeprefix(topics.prefix), partition): count for topic, partition, count in rows}


def await_accounts(database: Database, topics: Topics, limit: float = 120) -> None:
    """Waits until everything the broker holds now is in the database and nothing is missing; demands that nothing is doubled."""
    ends = {place: end for place, end in source_ends(topics).items() if end > 0}

    def behind() -> dict[tuple[str, int], tuple[int, int]]:
        have = accounted(database, topics)
        return {place: (have.get(place, 0), end) for place, end in ends.items() if have.get(place, 0) < end}

    try:
        wait_until(lambda: not behind(), limit, "the database to account for all source offsets")
    except AssertionError as failure:
        raise AssertionError(f"{failure}; behind, as (has, end): {behind()}") from None
    wait_until(lambda: not wrong(database, "missing"), limit, "no offset to be missing")
    assert wrong(database, "missing + doubled") == [], "offsets missing or doubled"


def wrong(database: Database, what: str) -> list[tuple]:
    return database.rows("SELECT source_topic, source_partition, missing, doubled FROM analysis.reconciliation"
                         f" WHERE {what} <> 0")
