"""Fixtures of the integration tests.

servers            one Kafka and one PostgreSQL per worker of the run (harness.LocalServers)
database           a database of the test's own with the schema deployed (harness.Database)
topics             a topic prefix of the test's own (harness.Topics); new_topics() makes more of them
project_topics     the same, with all topics of deploy/topics.cfg made by `onecase topics --create`
key_file           an HMAC key for reporters
start_service      start_service("matcher", "--set", "batch_max=7") -> harness.Service, stopped at the end of the test
onecase            onecase("case", "list") -> CompletedProcess of the command line; status 0 unless status=N is given
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import PROJECT, Database, LocalServers, Service, Topics, deploy_schema, program

TEMPLATE = "onecase_template"

# Files of minutes, the longest first: else the worker that gets one of them last works alone while the others have gone home.
LONG = ("test_chaos", "test_quarantine", "test_rebuild", "test_doctor_faults", "test_replay", "test_forwarding", "test_send",
        "test_lag_programs", "test_source_add", "test_matcher", "test_timers", "test_lag_truth", "test_database_outages", "test_intake",
        "test_commands", "test_redrive", "test_database_errors", "test_poison_mix", "test_breaker", "test_service_notify",
        "test_lagwatch", "test_lag_views", "test_alerts", "test_intake_reload", "test_audit", "test_intake_backfill", "test_outage",
        "test_lag_survey", "test_lag_hub", "test_relay", "test_dlq_release")


def pytest_configure(config: pytest.Config) -> None:
    """A run that is told to end still stops its servers, as after Ctrl-C: its workers are told too, as by the terminal."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")

    def end(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if config.getoption("numprocesses", None):
            for worker in children.read_text().split():
                os.kill(int(worker), signal.SIGTERM)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.stem, len(LONG)))


@contextlib.contextmanager
def one_worker_at_a_time() -> Iterator[None]:
    """The first start may fetch Kafka; the other workers then find it there."""
    lock_path = PROJECT / "build" / "servers.lock"
    lock_path.parent.mkdir(exist_ok=True)  # programs may have been built elsewhere (ONECASE_BIN)
    with open(lock_path, "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def servers() -> Iterator[LocalServers]:
    started = LocalServers()
    try:
        with one_worker_at_a_time():
            started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def template_database(servers: LocalServers) -> str:
    deploy_schema(servers, TEMPLATE)
    return TEMPLATE


@pytest.fixture
def empty_database(servers: LocalServers) -> Iterator[Database]:
    """A database without the schema."""
    yield from _new_database(servers, "template1")


@pytest.fixture
def database(servers: LocalServers, template_database: str) -> Iterator[Database]:
    yield from _new_database(servers, template_database)


@pytest.fixture
def new_database(servers: LocalServers, template_database: str) -> Iterator[Callable[[], Database]]:
    """For tests that compare: each call makes one more database with the schema."""
    made: list[Iterator[Database]] = []

    def make() -> Database:
        made.append(_new_database(servers, template_database))
        return next(made[-1])

    yield make
    for generator in made:
        generator.close()


def _new_database(servers: LocalServers, template: str) -> Iterator[Database]:
    name = f"onecase_{secrets.token_hex(6)}"
    with servers.connect() as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield Database(servers, name)
    finally:
        with servers.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def topics(servers: LocalServers) -> Iterator[Topics]:
    space = Topics(servers)
    yield space
    left = space.existing()
    if left:
        space.delete(*left)


@pytest.fixture
def new_topics(servers: LocalServers) -> Iterator[Callable[[], Topics]]:
    """For tests that compare: each call makes one more prefix. A topic is not deleted and made anew under one name,
    which librdkafka 2.6 of the test client does not always survive."""
    made: list[Topics] = []

    def make() -> Topics:
        made.append(Topics(servers))
        return made[-1]

    yield make
    for space in made:
        left = space.existing()
        if left:
            space.delete(*left)


@pytest.fixture
def project_topics(topics: Topics, database: Database, onecase: Callable[..., object]) -> Topics:
    onecase("topics", "--create", "--prefix", topics.prefix, database=database)
    return topics


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "reporter.key"
    path.touch(mode=0o600)
    path.write_text(secrets.token_hex(32) + "\n")
    return path


@pytest.fixture
def start_service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """start_service(name, *arguments, database=..., topics=..., start=True).

    database and topics default to the test's own. The program is given the topic prefix, if it has one a consumer group of
    the test's own (a killed member would hold up the next test's) and, by its environment, the servers' addresses.
    """
    started: list[Service] = []

    def start(name: str, *arguments: str, database: Database | None = None, topics: Topics | None = None,
              start: bool = True) -> Service:
        where = database or request.getfixturevalue("database")
        space = topics or request.getfixturevalue("topics")
        own = ["--set", f"topic_prefix={space.prefix}"]
        if name == "lagwatch":
            own += ["--set", f"intake_group={space.prefix}intake", "--set", f"matcher_group={space.prefix}matcher"]
        elif name != "relay":
            own += ["--set", f"group={space.prefix}{name}"]
        service = Service(name, [*own, *arguments], where.environment(), tmp_path / f"{name}-{len(started)}.log")
        started.append(service)
        return service.start() if start else service

    # The test's own database and topics must outlive the services.
    if "topics" not in request.fixturenames:
        request.getfixturevalue("topics")
    if "database" not in request.fixturenames:
        request.getfixturevalue("database")
    yield start
    faults = []
    for service in reversed(started):
        try:
            service.finish()
        except AssertionError as fault:
            faults.append(str(fault))
            if service.running:
                service.kill()
    assert not faults, "\n".join(faults)


@pytest.fixture
def onecase(request: pytest.FixtureRequest) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str, status: int | None = 0, database: Database | None = None,
            limit: float = 120) -> subprocess.CompletedProcess[str]:
        where = database or request.getfixturevalue("database")
        done = subprocess.run([str(program("onecase")), *arguments], env=where.environment(), cwd=PROJECT,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit, check=False)
        if status is not None:
            assert done.returncode == status, \
                f"onecase {' '.join(arguments)} ended with {done.returncode}, not {status}:\n{done.stdout}{done.stderr}"
        assert "Sanitizer" not in done.stderr and "runtime error:" not in done.stderr, done.stderr
        return done

    return run
