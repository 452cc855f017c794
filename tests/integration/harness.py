"""The real servers and the real programs, for integration tests.

Nothing here is a mock: LocalServers runs deploy/local/up on a data folder of its own, Database is a fresh copy of a
database that Sqitch deployed, Topics is a fresh topic prefix, Service is one of our programs as a process.
A server or a program that is missing is a failure, never a skip.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

PROJECT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("ONECASE_BIN", PROJECT / "build" / "dev" / "bin"))
UP_LIMIT_S = 900  # a first run fetches Kafka's jars
SANITIZER_REPORT = re.compile(r"ERROR: (Address|Leak|Undefined)\w*Sanitizer|runtime error:|SUMMARY: \w+Sanitizer")


def wait_until(predicate: Callable[[], object], limit: float, what: str, every: float = 0.1) -> object:
    """The first true value of predicate; fails naming what was waited for and the last value after limit seconds."""
    deadline = time.monotonic() + limit
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(f"waited {limit:g} s for {what}; last value: {value!r}")
        time.sleep(every)


def wait_until_reached(measure: Callable[[], int], goal: int, limit: float, what: str, every: float = 0.1) -> int:
    """The first value of measure that is goal or more. Fails when it has not grown for limit seconds: a machine that is busy with
    other things may be slow, and nothing may stand still."""
    most, deadline = -1, time.monotonic() + limit
    while True:
        value = measure()
        if value >= goal:
            return value
        if value > most:
            most, deadline = value, time.monotonic() + limit
        if time.monotonic() >= deadline:
            raise AssertionError(f"waited {limit:g} s for {what}, and nothing moved; {value} of {goal}")
        time.sleep(every)


class LocalServers:
    """One Kafka and one PostgreSQL of deploy/local, in a data folder and on ports of their own."""

    def __init__(self, brokers: int = 1) -> None:
        # Not below pytest's temporary folder: that is closed to the user who runs PostgreSQL.
        self.data = Path(tempfile.mkdtemp(prefix="onecase-test.", dir="/var/tmp"))
        self.data.chmod(0o755)
        self.broker_count = brokers
        self._environment: dict[str, str] = {}

    def local(self, command: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs deploy/local/COMMAND on this data folder."""
        return run_local(self.data, command, *arguments, check=check)

    def start(self) -> None:
        self.local("up", "--bare", "--any-ports", "--brokers", str(self.broker_count))
        self.read_environment()

    def read_environment(self) -> None:
        """Learns the addresses from deploy/local/env; start does so by itself."""
        for line in self.local("env").stdout.splitlines():
            match = re.fullmatch(r"export (\w+)=(.*)", line)
            if match:
                self._environment[match[1]] = shlex.split(match[2])[0]

    def stop(self) -> None:
        """Ends the servers and removes their data; also after a failed start."""
        if (self.data / ".onecase-local").exists():
            self.local("down", "--immediate", "--erase")
        shutil.rmtree(self.data, ignore_errors=True)

    @property
    def brokers(self) -> str:
        return self._environment["ONECASE_BROKERS"]

    def environment(self, database: str | None = None) -> dict[str, str]:
        """What a program needs to find these servers, on top of the rest of our environment."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "ONECASE_"))}
        environment.update({k: v for k, v in self._environment.items() if k != "PATH"})
        environment["ONECASE_HTTP"] = "off"  # hubs of several tests run at once; who wants pages gives --set http=127.0.0.1:PORT
        if database is not None:
            environment["PGDATABASE"] = database
        return environment

    def connect(self, database: str = "postgres", **options: object) -> psycopg.Connection:
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "passfile": "PGPASSFILE"}
        where = {key: self._environment[name] for key, name in names.items()}
        return psycopg.connect(dbname=database, autocommit=True, connect_timeout=30, **where, **options)

    def stop_postgresql(self, immediate: bool = False) -> None:
        """immediate is as a crash: connections are cut, recovery runs at the next start."""
        self.local("down", "--only", "postgresql", *(["--immediate"] if immediate else []))

    def start_postgresql(self) -> None:
        self.local("up", "--bare", "--only", "postgresql")

    def stop_kafka(self, immediate: bool = False) -> None:
        self.local("down", "--only", "kafka", *(["--immediate"] if immediate else []))

    def start_kafka(self) -> None:
        self.local("up", "--bare", "--only", "kafka")


def run_local(data: Path, command: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs deploy/local/COMMAND with the data folder; a failure shows what it printed."""
    environment = dict(os.environ, ONECASE_DATA=str(data))
    done = subprocess.run(
        [str(PROJECT / "deploy" / "local" / command), *arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=UP_LIMIT_S, check=False,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"deploy/local/{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def deploy_schema(servers: LocalServers, database: str) -> None:
    """Creates the database and deploys migrations/ into it with Sqitch, verified."""
    with servers.connect() as connection:
        connection.execute(f'CREATE DATABASE "{database}"')
    sqitch(servers, database, "deploy", "--verify")


def sqitch(servers: LocalServers, database: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = servers.environment(database) | {"SQITCH_FULLNAME": "onecase", "SQITCH_EMAIL": "onecase@localhost"}
    done = subprocess.run(
        ["sqitch", *arguments, f"db:pg:{database}"],
        cwd=PROJECT / "migrations", env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=600, check=False,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"sqitch {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


class Database:
    """One database of the test's own. Rows are tuples; errors are psycopg's."""

    def __init__(self, servers: LocalServers, name: str) -> None:
        self.servers = servers
        self.name = name

    def connect(self, **options: object) -> psycopg.Connection:
        return self.servers.connect(self.name, **options)

    def execute(self, statement: str, parameters: object = None) -> None:
        with self.connect() as connection:
            connection.execute(statement, parameters)

    def rows(self, query: str, parameters: object = None) -> list[tuple]:
        with self.connect() as connection:
            return connection.execute(query, parameters).fetchall()

    def value(self, query: str, parameters: object = None) -> object:
        """The one column of the one row."""
        rows = self.rows(query, parameters)
        assert len(rows) == 1 and len(rows[0]) == 1, f"one value expected of {query!r}, got {rows!r}"
        return rows[0][0]

    def environment(self) -> dict[str, str]:
        return self.servers.environment(self.name)


@dataclass(frozen=True)
class Record:
    """A record as read from a topic; headers as text, a later header of the same name wins."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, str]

    @staticmethod
    def of(message: Message) -> Record:
        headers = {name: (value or b"").decode() for name, value in message.headers() or []}
        return Record(message.topic(), message.partition(), message.offset(), message.timestamp()[1],
                      message.key(), message.value(), headers)


class Topics:
    """Topics under a prefix of the test's own; every name given here is without the prefix."""

    def __init__(self, servers: LocalServers) -> None:
        self.servers = servers
        self.prefix = f"t{secrets.token_hex(4)}."
        self._admin: AdminClient | None = None

    @property
    def admin(self) -> AdminClient:
        if self._admin is None:
            self._admin = AdminClient({"bootstrap.servers": self.servers.brokers, "log_level": 2})
        return self._admin

    def forget_clients(self) -> None:
        """What is asked next is asked by a new client."""
        self._admin = None

    def name(self, topic: str) -> str:
        return self.prefix + topic

    def create(self, topic: str, partitions: int = 1, **config: str) -> None:
        """config: topic settings with _ for . (message_timestamp_type="LogAppendTime")."""
        settings = {key.replace("_", "."): value for key, value in config.items()}
        made = self.admin.create_topics([NewTopic(self.name(topic), partitions, -1, config=settings)], operation_timeout=30)
        made[self.name(topic)].result(60)
        wait_until(lambda: len(self._partitions(topic)) == partitions, 60, f"topic {self.name(topic)} to have its partitions")

    def delete(self, *topics: str) -> None:
        """A topic is gone for the controller first and for clients a little later."""
        for future in self.admin.delete_topics([self.name(t) for t in topics], operation_timeout=30).values():
            future.result(60)
        wait_until(lambda: not set(topics) & set(self.existing()), 60, f"{', '.join(map(self.name, topics))} to be gone", every=0.02)

    def make_anew(self, topic: str, partitions: int = 1, **config: str) -> None:
        """Deletes and makes it, by clients that have not known the old one, which librdkafka 2.6 does not always survive."""
        self.forget_clients()
        self.delete(topic)
        self.forget_clients()
        self.create(topic, partitions, **config)

    def existing(self) -> list[str]:
        """Names, without the prefix, of the topics that are there under it."""
        names = self.admin.list_topics(timeout=30).topics
        return sorted(name.removeprefix(self.prefix) for name in names if name.startswith(self.prefix))

    def _partitions(self, topic: str) -> list[int]:
        found = self.admin.list_topics(self.name(topic), timeout=30).topics[self.name(topic)]
        return [] if found.error else sorted(found.partitions)

    def produce(self, topic: str, records: Iterable[tuple], partition: int | None = None, together: bool = False) -> list[tuple[int, int]]:
        """Sends (key, value) or (key, value, headers) in order and waits for all acknowledgements.

        Returns (partition, offset) of each, in the order given. The partitioner is the one of the project.
        together: what goes to one partition goes in one batch (of a megabyte at most), of which a reader sees all or nothing.
        """
        producer = Producer({
            "bootstrap.servers": self.servers.brokers, "partitioner": "murmur2_random", "enable.idempotence": True,
            "linger.ms": 60000 if together else 5, "queue.buffering.max.messages": 1000000,  # flush() waits for no linger
        })
        places: list[tuple[int, int] | None] = []
        faults: list[KafkaError] = []

        def delivered(index: int) -> Callable[[KafkaError | None, Message], None]:
            def call(error: KafkaError | None, message: Message) -> None:
                if error is not None:
                    faults.append(error)
                else:
                    places[index] = (message.partition(), message.offset())
            return call

        for index, (key, value, *headers) in enumerate(records):
            places.append(None)
            where = {} if partition is None else {"partition": partition}
            producer.produce(self.name(topic), value=_bytes(value), key=_bytes(key),
                             headers=headers[0] if headers else None, on_delivery=delivered(index), **where)
            producer.poll(0)
        left = producer.flush(60)
        assert left == 0 and not faults, f"{left} records not acknowledged; {faults[:3]}"
        return [place for place in places if place is not None]

    def ends(self, topic: str) -> dict[int, int]:
        """High watermark of each partition."""
        consumer = self._consumer()
        try:
            return {number: self._end(consumer, TopicPartition(self.name(topic), number)) for number in self._partitions(topic)}
        finally:
            consumer.close()

    @staticmethod
    def _end(consumer: Consumer, partition: TopicPartition, limit: float = 30) -> int:
        """A broker that has just made a topic may not know yet that it leads it, or that it is there."""
        young = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.UNKNOWN_TOPIC_OR_PART)
        deadline = time.monotonic() + limit
        while True:
            try:
                return consumer.get_watermark_offsets(partition, timeout=limit)[1]
            except KafkaException as failure:
                if failure.args[0].code() not in young or time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def await_markers(self, topic: str, *partitions: int) -> None:
        """Kafka says that a transaction is over before its markers stand: until they do, in these partitions or all of them."""
        places = {TopicPartition(self.name(topic), p): OffsetSpec.latest() for p in partitions or self._partitions(topic)}

        def ends(level: IsolationLevel) -> list[int]:
            return [future.result(30).offset for future in self.admin.list_offsets(places, isolation_level=level).values()]

        wait_until(lambda: ends(IsolationLevel.READ_COMMITTED) == ends(IsolationLevel.READ_UNCOMMITTED), 60,
                   f"no transaction to be open in {topic}")

    def read(self, topic: str, limit: float = 60) -> list[Record]:
        """All records from the beginning to the present end, by partition and offset."""
        return [Record.of(message) for message in self.read_messages(topic, limit)]

    def read_messages(self, topic: str, limit: float = 60) -> list[Message]:
        """The same with all headers and with bytes that are no text."""
        ends = self.ends(topic)
        consumer = self._consumer()
        try:
            wanted = {p: end for p, end in ends.items() if end > 0}
            consumer.assign([TopicPartition(self.name(topic), p, 0) for p in wanted])
            records: list[Message] = []
            deadline = time.monotonic() + limit
            while wanted:
                assert time.monotonic() < deadline, f"waited {limit:g} s to read {self.name(topic)} up to {wanted}"
                message = consumer.poll(0.5)
                if message is None:
                    continue
                if message.error():
                    if message.error().code() == KafkaError._PARTITION_EOF:
                        wanted.pop(message.partition(), None)
                        continue
                    raise KafkaException(message.error())
                if message.offset() < ends[message.partition()]:
                    records.append(message)
                if message.offset() >= ends[message.partition()] - 1:
                    wanted.pop(message.partition(), None)
            return sorted(records, key=lambda message: (message.partition(), message.offset()))
        finally:
            consumer.close()

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """Offsets the group has committed; -1001 where none."""
        consumer = self._consumer(group)
        try:
            asked = [TopicPartition(self.name(topic), p) for p in self._partitions(topic)]
            return {place.partition: place.offset for place in consumer.committed(asked, timeout=30)}
        finally:
            consumer.close()

    def _consumer(self, group: str = "harness") -> Consumer:
        return Consumer({
            "bootstrap.servers": self.servers.brokers, "group.id": group, "enable.auto.commit": False,
            "auto.offset.reset": "earliest", "enable.partition.eof": True, "fetch.wait.max.ms": 50,
        })


def _bytes(value: bytes | str | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


def program(name: str) -> Path:
    path = BIN / name
    assert path.is_file(), f"{path} is not built; tests/run builds it (or set ONECASE_BIN)"
    return path


@dataclass
class Service:
    """One of our programs as a running process; its stderr goes to a file."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen | None = field(default=None, init=False)
    ended: bool = field(default=False, init=False)  # it was told to end, or waited for

    def start(self) -> Service:
        """Starts it, again too: the log goes on in the same file."""
        assert self.process is None or self.process.poll() is not None, f"{self.name} runs already"
        self.ended = False
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(program(self.name)), *self.arguments], env=self.environment, cwd=PROJECT,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        return self

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was not started"
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def lines(self, pattern: str) -> list[str]:
        return [line for line in self.text().splitlines() if re.search(pattern, line)]

    def wait_for_log(self, pattern: str, limit: float = 60, count: int = 1) -> str:
        """Waits for the count-th log line that matches; fails at once when the program has ended."""
        def found() -> str | None:
            ran = self.running  # asked first: what says its last words and ends has said them
            lines = self.lines(pattern)
            if len(lines) >= count:
                return lines[count - 1]
            assert ran, f"{self.name} ended before it logged {pattern!r}:\n{self.tail()}"
            return None
        try:
            return str(wait_until(found, limit, f"{self.name} to log {pattern!r}"))
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.tail()}") from None

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9, and waits until it is gone."""
        assert self.running, f"{self.name} does not run, so it cannot be killed:\n{self.tail()}"
        self.ended = True
        self.process.kill()
        self.process.wait(60)

    def stop(self, limit: float = 60) -> None:
        """SIGTERM, a clean end with status 0 and no sanitizer report. One that has just begun does not hear it yet."""
        assert self.running, f"{self.name} ended by itself:\n{self.tail()}"
        self.wait_for_log(rf"event=started .*\bpid={self.pid}\b")
        self.process.send_signal(signal.SIGTERM)
        self.expect_exit(0, limit)

    def expect_exit(self, status: int, limit: float = 60) -> None:
        try:
            ended = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {limit:g} s:\n{self.tail()}") from None
        self.ended = True
        assert ended == status, f"{self.name} ended with {ended}, not {status}:\n{self.tail()}"
        self.check_sanitizers()

    def check_sanitizers(self) -> None:
        report = SANITIZER_REPORT.search(self.text())
        assert report is None, f"{self.name}: {report and report[0]}:\n{self.tail(80)}"

    def finish(self) -> None:
        """At the end of a test: it still runs and ends cleanly, or the test ended it; no sanitizer report either way."""
        if self.process is not None and not self.ended:
            self.stop()
        self.check_sanitizers()

    def tail(self, count: int = 40) -> str:
        return "\n".join(self.text().splitlines()[-count:])

    def memory_kb(self) -> int:
        """Resident set size; a build with sanitizers is far larger than a release."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])
