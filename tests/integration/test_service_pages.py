"""The pages that all programs have: what is counted, whether they get on, whether they are ready; also while they hang or wait."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import PROJECT, Service, Topics, program, wait_until
from harness_intake import Feed, feed_record
from harness_ports import free_port
from report_log import ReportLog

WORKERS = ["intake", "matcher", "relay"]
NAMES = [*WORKERS, "lagwatch"]
POISON = "hangs-whoever-reads-it"


def get(port: int, path: str, limit: float = 60) -> tuple[int, str, str]:
    """Status, content type and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=limit)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read().decode()
    finally:
        connection.close()


def look(port: int, path: str) -> tuple[int, dict]:
    status, content_type, body = get(port, path)
    assert content_type == "application/json"
    return status, json.loads(body)


def is_ready(port: int) -> bool:
    return look(port, "/readyz") == (200, {"status": "ready"})


def values(port: int) -> dict[str, float]:
    """Samples by name and labels."""
    lines = [line for line in get(port, "/metrics")[2].splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@pytest.fixture
def with_pages(project_topics: Topics, key_file: Path, start_service: Callable[..., Service]) -> Callable[..., tuple[Service, int]]:
    """Starts a program with pages; the program and their port once they answer."""
    def start(name: str, *settings: str, **environment: str) -> tuple[Service, int]:
        port = free_port()
        own = [f"http=127.0.0.1:{port}", *([f"key_file={key_file}"] if name == "intake" else []), *settings]
        service = start_service(name, *(word for setting in own for word in ("--set", setting)), start=False)
        service.environment |= environment
        service.start().wait_for_log(rf"event=pages address=127\.0\.0\.1:{port} port={port}$")
        return service, port
    return start


@pytest.mark.parametrize("name", NAMES)
def test_every_program_tells_how_it_is(name: str, with_pages) -> None:
    service, port = with_pages(name)
    wait_until(lambda: is_ready(port), 60, f"{name} to be ready")
    service.wait_for_log("event=started")  # told after it is ready, and counted
    status, health = look(port, "/healthz")
    assert status == 200 and health.keys() == {"status", "service", "progress_age_s", "up_s"}
    assert (health["status"], health["service"]) == ("ok", name)
    assert 0 <= health["progress_age_s"] <= health["up_s"]
    status, content_type, page = get(port, "/metrics")
    assert (status, content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    checked = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0 and not checked.stderr, checked.stdout + checked.stderr
    found = values(port)
    version = subprocess.run([str(program(name)), "--version"], capture_output=True, text=True, check=True, timeout=60).stdout.split()[-1]
    assert found[f'onecase_build_info{{service="{name}",version="{version}"}}'] == 1
    assert found["onecase_service_ready"] == 1 and found["onecase_service_outages_total"] == 0
    assert abs(found["process_resident_memory_bytes"] / 1024 - service.memory_kb()) < 0.5 * service.memory_kb()
    assert found['onecase_log_lines_total{level="info"}'] >= 2 and found['onecase_log_lines_total{level="error"}'] == 0
    assert found["process_open_fds"] > 3 and found["process_cpu_seconds_total"] > 0
    assert [get(port, path)[0] for path in ("/", "/metrics/", "/health")] == [404, 404, 404]


@pytest.mark.parametrize("name", WORKERS)  # lagwatch tells of a hub, once it has looked at one
def test_what_is_described_is_what_is_told(name: str, with_pages) -> None:
    _, port = with_pages(name)
    done = subprocess.run([str(program(name)), "--metrics"], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60)
    described = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", done.stdout, re.M))
    told = dict(re.findall(r"^# TYPE (\w+) (\w+)$", get(port, "/metrics")[2], re.M))
    assert described == told and len(told) > 10


def test_one_that_waits_gets_on_and_is_not_ready(servers, with_pages) -> None:
    _, port = with_pages("relay", ONECASE_STALL_MS="2000")  # less than the longest pause between two tries
    wait_until(lambda: is_ready(port), 60, "the relay to be ready")
    servers.stop_postgresql(immediate=True)
    try:
        wait_until(lambda: look(port, "/readyz")[0] == 503, 60, "the relay to wait")
        waiting = look(port, "/readyz")[1]
        assert waiting["status"] == "waiting" and "PostgreSQL" in waiting["reason"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", waiting["since"])

        def waited_long() -> bool:
            # A relay that a busy machine kept from running gets on at once; one that hangs between two tries does so for longer.
            wait_until(lambda: look(port, "/healthz")[0] == 200, 0.5, "what waits to get on: waiting is no hanging", every=0.05)
            return values(port)["onecase_service_waiting_seconds_total"] > 12

        wait_until(waited_long, 60, "it to have waited longer than a stall between two tries")
        assert look(port, "/readyz")[1]["since"] == waiting["since"], "still the same outage"
        assert (values(port)["onecase_service_ready"], values(port)["onecase_service_outages_total"]) == (0, 1)
    finally:
        servers.start_postgresql()
    wait_until(lambda: is_ready(port), 60, "the relay to be ready again")
    before = values(port)["onecase_service_waiting_seconds_total"]
    assert before > 12 and values(port)["onecase_service_outages_total"] == 1
    assert values(port)["onecase_service_waiting_seconds_total"] == before


def test_before_it_is_open_it_waits_for_what_is_missing(with_pages) -> None:
    service, port = with_pages("intake", "brokers=127.0.0.1:1")
    wait_until(lambda: look(port, "/readyz")[1]["reason"] != "opening", 60, "it to say what it waits for")
    assert look(port, "/readyz")[0] == 503 and look(port, "/healthz")[0] == 200
    service.kill()


def hanging(name: str, topics: Topics, with_pages: Callable[..., tuple[Service, int]], tmp_path: Path) -> tuple[Service, int]:
    """A program that has a record in hand which it never ends with."""
    if name == "matcher":
        log = ReportLog(topics)
        log.partitions = 24
        log.report("N1", body=POISON)
        log.send()
        return with_pages(name, ONECASE_TEST_HANG=f"{name}:{POISON}", ONECASE_STALL_MS="1000")
    feed = Feed(topics, tmp_path, tmp_path / "reporter.key", lambda *_: None)
    topics.create("feed", 1)
    topics.produce("feed", [(b"k", feed_record(1, text=POISON))])
    return with_pages(name, f"sources={feed.sources}", ONECASE_TEST_HANG=f"{name}:{POISON}", ONECASE_STALL_MS="1000")


@pytest.mark.parametrize("name", ["intake", "matcher"])
def test_one_that_hangs_is_said_to_be_stalled(name: str, project_topics, with_pages, tmp_path: Path) -> None:
    service, port = hanging(name, project_topics, with_pages, tmp_path)
    wait_until(lambda: look(port, "/healthz")[0] == 503, 60, f"{name} to be stalled")
    status, health = look(port, "/healthz")
    assert status == 503 and health["status"] == "stalled" and health["progress_age_s"] > 1
    assert values(port)["onecase_service_progress_age_seconds"] > 1
    service.kill()


def test_a_taken_address_is_said_once_and_had_when_it_is_free(project_topics, start_service) -> None:
    port = free_port()
    taken = socket.create_server(("127.0.0.1", port))
    relay = start_service("relay", "--set", f"http=127.0.0.1:{port}")
    relay.wait_for_log(rf'level=warn .*event=pages_failed reason="could not listen on 127.0.0.1:{port}: Address already in use"')
    relay.wait_for_log("event=started")
    taken.close()
    relay.wait_for_log(f"event=pages address=127.0.0.1:{port} ", limit=60)
    assert len(relay.lines("event=pages_failed")) == 1
    assert look(port, "/healthz")[0] == 200


@pytest.mark.parametrize("name", NAMES)
def test_an_address_that_is_none_is_a_mistake_in_the_settings(name: str, key_file: Path) -> None:
    key = ["--set", f"key_file={key_file}"] if name == "intake" else []
    for address in ("localhost:9101", "9101", "127.0.0.1:x", ""):
        done = subprocess.run([str(program(name)), "--check", "--set", f"http={address}", *key], cwd=PROJECT, capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode == 2
        assert done.stderr == (f'http: "{address}" is no address to listen on: expected 127.0.0.1:9101, [::1]:9101 or :9101'
                               " (all addresses); or off\n")


def test_without_an_address_there_are_no_pages(project_topics, start_service) -> None:
    relay = start_service("relay")
    relay.wait_for_log("event=started")
    inodes = {line.split()[9] for table in ("tcp", "tcp6") for line in Path(f"/proc/{relay.pid}/net/{table}").read_text().splitlines()[1:]
              if line.split()[3] == "0A"}  # those that listen
    held = {link.readlink().name.removeprefix("socket:[").removesuffix("]") for link in Path(f"/proc/{relay.pid}/fd").iterdir()}
    assert not inodes & held and not relay.lines("event=pages")


def test_many_who_ask_at_once_and_one_who_stops_do_no_harm(with_pages) -> None:
    """More than it answers at a time, some of them silent; then it ends in order while one is still connected."""
    relay, port = with_pages("relay")
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(get(port, "/metrics", limit=60)[0])) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert answers == [200] * 100
    relay.wait_for_log("event=started")
    relay.signal(signal.SIGTERM)
    relay.expect_exit(0)
    for connection in silent:
        connection.close()
