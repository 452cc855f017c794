"""deploy/quickstart, as a newcomer runs it: twice, then down."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import PROJECT, Database, LocalServers, wait_until
from watching import fetch

LIMIT_S = 600
COUNTS = """SELECT (SELECT count(*) FROM onecase.reports), (SELECT count(*) FROM onecase.hazards),
                   (SELECT count(*) FROM onecase.cases), (SELECT count(*) FROM onecase.decisions)"""


@pytest.fixture
def newcomer() -> Iterator[LocalServers]:
    """A data folder of its own; quickstart starts the servers in it."""
    servers = LocalServers()
    yield servers
    servers.stop()


def quickstart(servers: LocalServers, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ, ONECASE_DATA=str(servers.data), ONECASE_HTTP="off")
    return subprocess.run([str(PROJECT / "deploy" / "quickstart"), *arguments], env=environment, cwd="/",
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def onecase(servers: LocalServers, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PROJECT / "build" / "release" / "bin" / "onecase"), *arguments], env=servers.environment("onecase"), cwd=PROJECT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


def by_lagwatch(servers: LocalServers) -> bool:
    done = onecase(servers, "lag", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)["by"] == "lagwatch"


def known_instances(port: int) -> dict[str, bool]:
    return {row["service"]: row["known"] for row in json.loads(fetch(port, "/v1/lag")[2])["instances"]}


def process_of(servers: LocalServers, name: str) -> int:
    return int((servers.data / "run" / f"{name}.pid").read_text().split()[0])


def runs(pid: int) -> bool:
    """One that has ended and waits for its parent to take note does not run any more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.timeout(900)
def test_quickstart_tells_the_story_and_may_be_run_again(newcomer: LocalServers) -> None:
    first = quickstart(newcomer)
    assert first.returncode == 0, first.stdout + first.stderr
    story = first.stdout
    assert "otherwise than its maker" not in first.stderr, first.stderr
    red = re.search(r"^  red since +(\d{4}-\d\d-\d\d \d\d:\d\d)$", story, re.M)
    trapped = re.search(r"^  trapped +(\d{4}-\d\d-\d\d \d\d:\d\d), [1-9]\d* people, report (FIRE119/\S+)$", story, re.M)
    assert red and trapped and red[1] < trapped[1], story
    assert re.search(r"^  1 case: AJ9901-\d{8}-\d{4}, 9 reports \(H12345 5, GRID 3, FIRE119 1\)$", story, re.M), story
    assert f"$ onecase case explain {trapped[2]}" in story
    key = newcomer.data / "reporter.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    secret = key.read_text()
    assert secret.strip() not in story

    newcomer.read_environment()
    wait_until(lambda: by_lagwatch(newcomer), 60, "onecase lag to show what lagwatch says")
    database = Database(newcomer, "onecase")
    counts = database.rows(COUNTS)
    assert database.value("SELECT sum(missing + doubled) FROM analysis.reconciliation") == 0
    services = {name: process_of(newcomer, name) for name in ("intake", "matcher", "relay", "lagwatch")}

    pages = dict(re.findall(r"^PORT_(\w+)=(\d+)$", (newcomer.data / "pages").read_text(), re.M))
    assert set(pages) == set(services) and f"http://127.0.0.1:{pages['lagwatch']}/v1/lag" in story
    wait_until(lambda: known_instances(int(pages["lagwatch"])) == {"intake": True, "matcher": True, "relay": True}, 60,
               "lagwatch to have met all three")

    second = quickstart(newcomer)
    assert second.returncode == 0, second.stdout + second.stderr
    assert database.rows(COUNTS) == counts
    assert database.value("SELECT sum(missing + doubled) FROM analysis.reconciliation") == 0
    assert {name: process_of(newcomer, name) for name in services} == services
    assert dict(re.findall(r"^PORT_(\w+)=(\d+)$", (newcomer.data / "pages").read_text(), re.M)) == pages
    assert key.read_text() == secret

    other = quickstart(newcomer, "--seed", "2")
    assert other.returncode == 1 and "holds the city of seed 1" in other.stderr

    newcomer.local("down")
    assert not any(runs(pid) for pid in services.values())
