"""deploy/local: up, down, status, env; and that the harness carries bytes as they are."""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from harness import PROJECT, Database, LocalServers, Service, Topics, run_local, wait_until


@pytest.fixture
def own_servers() -> Iterator[LocalServers]:
    """Servers that the test may break; not started yet."""
    made = LocalServers()
    yield made
    made.stop()


def pids(servers: LocalServers) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((servers.data / "run").glob("*.pid"))}


def test_status_says_that_both_answer(servers: LocalServers) -> None:
    done = servers.local("status")
    assert re.search(r"^kafka-1 +127\.0\.0\.1:\d+ +answers +pid \d+ ", done.stdout, re.M), done.stdout
    assert re.search(r"^postgresql +127\.0\.0\.1:\d+ +answers +pid \d+ ", done.stdout, re.M), done.stdout


def test_env_points_a_shell_at_the_servers(servers: LocalServers) -> None:
    script = (f'eval "$({PROJECT}/deploy/local/env)" && psql -X -d postgres -Atc "SELECT current_user" '
              '&& kcat -L | grep -c "broker 1 at $ONECASE_BROKERS" && echo "$PGDATABASE" && echo "$PATH"')
    done = subprocess.run(["bash", "-c", script], env=dict(os.environ, ONECASE_DATA=str(servers.data)),
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    user, brokers, database, path = done.stdout.splitlines()
    assert (user, brokers, database) == ("onecase", "1", "onecase")
    assert re.match(rf"{PROJECT}/build/(release|dev)/bin:", path)


def test_postgresql_asks_for_the_password(servers: LocalServers) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host="127.0.0.1", port=servers.environment()["PGPORT"], user="onecase", dbname="postgres",
                        password="not the password", connect_timeout=10)
    assert (servers.data / "pgpass").stat().st_mode & 0o077 == 0


def test_second_up_is_harmless(servers: LocalServers) -> None:
    before = pids(servers)
    assert len(before) == 2
    servers.local("up", "--bare")
    assert pids(servers) == before


def test_kafka_makes_no_topic_by_itself(servers: LocalServers, topics: Topics) -> None:
    done = subprocess.run(["kcat", "-b", servers.brokers, "-P", "-t", topics.name("misspelt"), "-m", "5",
                           "-X", "topic.message.timeout.ms=5000"], input="x", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert topics.existing() == []


def test_records_come_back_as_they_were_sent(topics: Topics) -> None:
    topics.create("any", partitions=3)
    sent = [(b"9901", "一患一案".encode("gb18030"), [("h", b"1")]), (b"9902", b"\x00\xff", []), (None, None, [])]
    places = topics.produce("any", sent)
    read = {(record.partition, record.offset): record for record in topics.read("any")}
    assert len(read) == len(places) == 3
    for (key, value, headers), place in zip(sent, places):
        record = read[place]
        assert (record.key, record.value) == (key, value)
        assert record.headers == {name: text.decode() for name, text in headers}
    assert sum(topics.ends("any").values()) == 3


def test_databases_of_two_tests_are_apart(empty_database: Database) -> None:
    empty_database.execute("CREATE TABLE mine (n integer)")
    empty_database.execute("INSERT INTO mine VALUES (7)")
    assert empty_database.value("SELECT n FROM mine") == 7
    with empty_database.servers.connect() as connection:
        assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)


def test_down_keeps_the_data_and_erase_removes_it(own_servers: LocalServers) -> None:
    own_servers.start()
    with own_servers.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    space = Topics(own_servers)
    space.create("kept")
    space.produce("kept", [("k", "v")])
    ports = own_servers.environment()["PGPORT"], own_servers.brokers

    down = own_servers.local("down")
    assert re.search(r"stopped postgresql \(pid \d+\)", down.stdout) and re.search(r"stopped kafka-1 \(pid \d+\)", down.stdout)
    assert pids(own_servers) == {}
    status = own_servers.local("status", check=False)
    assert status.returncode == 3 and len(re.findall("stopped", status.stdout)) == 2
    assert "stopped" not in own_servers.local("down").stdout  # a second time: nothing left to end

    own_servers.start()
    assert (own_servers.environment()["PGPORT"], own_servers.brokers) == ports
    with own_servers.connect() as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
    assert [record.value for record in space.read("kept")] == [b"v"]

    own_servers.local("down", "--erase")
    assert not own_servers.data.exists()


def test_postgresql_comes_back_after_a_crash(own_servers: LocalServers) -> None:
    own_servers.local("up", "--bare", "--any-ports", "--only", "postgresql")
    own_servers.read_environment()
    with own_servers.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    own_servers.stop_postgresql(immediate=True)
    with pytest.raises(psycopg.OperationalError):
        own_servers.connect()
    own_servers.start_postgresql()
    with own_servers.connect() as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
    assert "kafka" not in own_servers.local("up", "--bare", "--only", "postgresql").stdout


def test_three_brokers_go_on_without_one(own_servers: LocalServers) -> None:
    own_servers.broker_count = 3
    own_servers.start()
    assert len(own_servers.brokers.split(",")) == 3
    space = Topics(own_servers)
    space.create("kept", partitions=3)
    space.produce("kept", [(f"{n}", "before") for n in range(9)])
    pid = int((own_servers.data / "run" / "kafka-2.pid").read_text().split()[0])
    os.kill(pid, 9)
    space.produce("kept", [(f"{n}", "after") for n in range(9)])
    assert sorted(record.value for record in space.read("kept")) == [b"after"] * 9 + [b"before"] * 9

    refused = own_servers.local("up", "--bare", "--brokers", "1", check=False)
    assert refused.returncode == 1 and "holds a Kafka of 3 broker(s)" in refused.stderr
    own_servers.local("up", "--bare")
    assert len(re.findall(r"^kafka-\d .* answers ", own_servers.local("status").stdout, re.M)) == 3


@pytest.mark.parametrize("command", [["up"], ["down", "--erase"]])
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = run_local(tmp_path, *command, check=False)
    assert done.returncode == 1
    assert "marker" in done.stderr and len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def start_bystander() -> subprocess.Popen:
    return subprocess.Popen(["sleep", "600"])


def start_ticks(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def test_down_spares_a_process_that_only_has_the_same_id(tmp_path: Path) -> None:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    for name in ("run", "log"):
        (tmp_path / name).mkdir()
    (tmp_path / ".onecase-local").write_text("")
    bystander, ours = start_bystander(), start_bystander()
    try:
        (tmp_path / "run" / "intake.pid").write_text(f"{bystander.pid} {start_ticks(bystander.pid) + 1} {boot}\n")
        (tmp_path / "run" / "matcher.pid").write_text(f"{bystander.pid} {start_ticks(bystander.pid)} another-boot\n")
        # The same file with the right facts does end it: the check is what spares the others.
        (tmp_path / "run" / "kafka-1.pid").write_text(f"{ours.pid} {start_ticks(ours.pid)} {boot}\n")
        done = run_local(tmp_path, "down")
        assert f"stopped kafka-1 (pid {ours.pid})" in done.stdout and "intake" not in done.stdout
        assert ours.wait(60) == -15
        assert bystander.poll() is None
    finally:
        for process in (bystander, ours):
            process.kill()
            process.wait()


def test_a_port_that_is_taken_is_left_alone(own_servers: LocalServers) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 5432))
            other.listen()
        except OSError as error:
            assert error.errno == errno.EADDRINUSE  # somebody else's server makes the same point
        own_servers.local("up", "--bare", "--only", "postgresql")
        own_servers.read_environment()
        assert own_servers.environment()["PGPORT"] != "5432"
        with own_servers.connect() as connection:
            assert connection.execute("SELECT current_setting('data_directory')").fetchone() \
                == (f"{own_servers.data}/postgresql/cluster",)


def test_up_that_fails_shows_the_end_of_the_log_and_where_it_lies(own_servers: LocalServers) -> None:
    own_servers.local("up", "--bare", "--any-ports", "--only", "postgresql")
    own_servers.stop_postgresql()
    with (own_servers.data / "postgresql" / "cluster" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    failed = own_servers.local("up", "--bare", "--only", "postgresql", check=False)
    assert failed.returncode == 1
    assert 'unrecognized configuration parameter "no_such_setting"' in failed.stderr
    assert f"its log: {own_servers.data}/log/postgresql.log" in failed.stderr.splitlines()[-1]


def test_missing_packages_are_named_in_one_line(tmp_path_factory: pytest.TempPathFactory) -> None:
    """As an unprivileged user, with a dpkg that has no PostgreSQL and no Kafka tools."""
    with_copy = LocalServers()  # only for its folder, which others may enter
    try:
        shutil.copytree(PROJECT / "deploy" / "local", with_copy.data / "deploy" / "local")
        (with_copy.data / "bin").mkdir()
        fake = with_copy.data / "bin" / "dpkg-query"
        fake.write_text('#!/bin/sh\ncase "$*" in *postgresql*|*kcat*) exit 1 ;; esac\necho installed\n')
        fake.chmod(0o755)
        unprivileged = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
        done = subprocess.run([str(with_copy.data / "deploy" / "local" / "up")], capture_output=True, text=True, timeout=60,
                              check=False, env={"PATH": f"{with_copy.data}/bin:/usr/bin:/bin", "ONECASE_DATA": "/nonexistent/data"},
                              **unprivileged)
        assert done.returncode == 1 and done.stdout == ""
        assert done.stderr == "missing packages; run as root: apt-get install --no-install-recommends postgresql kcat\n"
    finally:
        with_copy.stop()


@pytest.mark.parametrize("command", ["up", "down", "status", "env"])
def test_help_and_wrong_arguments(tmp_path: Path, command: str) -> None:
    shown = run_local(tmp_path / "none", command, "--help")
    assert f"deploy/local/{command}" in shown.stdout and "ONECASE_DATA" in shown.stdout
    wrong = run_local(tmp_path / "none", command, "--frobnicate", check=False)
    assert wrong.returncode == 64 and '"--frobnicate"' in wrong.stderr
    assert not (tmp_path / "none").exists()


def test_nothing_started_is_said_plainly(tmp_path: Path) -> None:
    none = tmp_path / "none"
    assert run_local(none, "status", check=False).returncode == 3
    assert "deploy/local/up" in run_local(none, "env", check=False).stderr
    assert run_local(none, "down").stdout.startswith("nothing to end")
    assert not none.exists()


def test_wait_until_says_what_it_waited_for() -> None:
    with pytest.raises(AssertionError, match="waited 0.2 s for the moon; last value: 0"):
        wait_until(lambda: 0, 0.2, "the moon")


def test_a_service_that_ended_by_itself_fails_the_test(tmp_path: Path) -> None:
    service = Service("intake", ["--set", "no_such_setting=1"], dict(os.environ), tmp_path / "intake.log").start()
    service.process.wait(60)
    with pytest.raises(AssertionError, match="intake ended by itself:\n.*no_such_setting"):
        service.finish()


def test_a_sanitizer_report_fails_the_test(tmp_path: Path) -> None:
    service = Service("intake", ["--version"], dict(os.environ), tmp_path / "intake.log").start()
    service.expect_exit(0)
    for report in ("==1==ERROR: AddressSanitizer: heap-use-after-free", "a.c:1:2: runtime error: null pointer",
                   "==1==ERROR: LeakSanitizer: detected memory leaks"):
        service.log.write_text(f"ts=1 level=info\n{report}\n")
        with pytest.raises(AssertionError, match="intake: "):
            service.finish()
