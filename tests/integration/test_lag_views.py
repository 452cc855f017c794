"""`onecase lag`: its table, its JSON and its exit codes, from a lagwatch's report and measured from here."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator

import pytest
from wcwidth import wcswidth

from departments import days_ago, grid, tell
from harness import PROJECT, program
from harness_hub import Hub, open_hub
from harness_ports import free_port
from lag_reports import VERDICTS, Lagwatch, ago, group, instance, lagwatch, partition, report, source, troubled, well
from watching import Watch, watch_settings

HOSTILE = "数据中台-消费组-\x1b[2J\x9b1m-\u202e-名字长得放不下-and-then-some-more-of-it-that-does-not-fit-either"
NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def told() -> Iterator[Lagwatch]:
    with lagwatch() as server:
        yield server


def run(*words: str, status: int | None = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    """`onecase lag`, with no server in the environment unless one is named."""
    given = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "ONECASE_LAGWATCH", "ONECASE_BROKERS")}
    done = subprocess.run([str(program("onecase")), "lag", *words], env={**given, "ONECASE_BROKERS": "127.0.0.1:1", **environment},
                          cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    assert "Sanitizer" not in done.stderr and "runtime error:" not in done.stderr, done.stderr
    assert status is None or done.returncode == status, f"{done.returncode}, not {status}:\n{done.stdout}{done.stderr}"
    return done


def widest(text: str) -> int:
    return max(wcswidth(line) for line in text.splitlines())


# ---- what lagwatch says ----------------------------------------------------------------------------------------------


def test_a_hub_that_is_well_is_a_line_for_each_group(told):
    done = run("--lagwatch", told.url)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[1] == "OK   Kafka and PostgreSQL answer"
    assert [line.split()[:2] for line in lines[4:7]] == [["onecase-intake", "OK"], ["onecase-matcher", "OK"], ["onecase-relay", "OK"]]
    assert "onecase.report/0" not in done.stdout and "onecase.report/23" in run("--lagwatch", told.url, "--all").stdout
    assert lines[-1] == "0 messages behind, the oldest 0 s old (intake and matcher)"


def test_trouble_comes_first_with_why_and_what_to_do(told):
    told.tell(troubled())
    text = run("--lagwatch", told.url, "--all").stdout
    places = [text.index(words) for words in (
        "REFUSING since", "onecase-matcher  ", "is REFUSING since", "100 refusals in a row by 23514", "do `onecase dlq list",
        "onecase-relay", "do `systemctl start onecase-relay`", "数据中台-消费组", "onecase-intake", "PROGRAM", "relay    127.0.0.1:9103  STOPPED",
        "not seen yet", "SOURCE", "GRID", "FIRE119", "19968 messages behind, the oldest 14520 s old")]
    assert places == sorted(places)


@pytest.mark.parametrize("columns", [None, 40, 60, 132, 400])
def test_no_line_is_wider_than_the_screen_whatever_the_names(told, columns):
    worst = dict(since_s=10 ** 9, messages=10 ** 15, seconds=10 ** 9, in_per_s=1e12, out_per_s=3, catch_up_s=1e12, evidence=HOSTILE * 3,
                 also=HOSTILE, step=HOSTILE, owner=HOSTILE, clock=HOSTILE)
    groups = [group(f"{HOSTILE}{verdict}", "", [partition(HOSTILE, 2 ** 31 - 1, verdict, **worst), partition(HOSTILE, 0)])
              for verdict in VERDICTS]
    down = {"up": False, "since": ago(5), "fault": HOSTILE}
    told.tell(report(groups, [instance(HOSTILE, 1, "STALLED", evidence=HOSTILE, step=HOSTILE)], [source(HOSTILE, HOSTILE, 10 ** 9)],
                     cluster=HOSTILE, by=HOSTILE, kafka=down, database=down))
    environment = {} if columns is None else {"COLUMNS": str(columns)}
    for words in ((), ("--all",)):
        text = run("--lagwatch", told.url, *words, **environment).stdout
        assert widest(text) <= (columns or 80)
        assert not any(mark in text for mark in "\x1b\x9b\u202e\x07")


def test_colours_are_for_terminals_alone(told):
    told.tell(troubled())
    assert "\x1b" not in run("--lagwatch", told.url, TERM="xterm-256color", CLICOLOR_FORCE="1").stdout


@pytest.mark.parametrize(("verdict", "status"), zip(VERDICTS, [0, 10, 11, 12, 13, 14, 15, 16, 17, 18]))
def test_each_verdict_ends_with_its_own_code(told, verdict, status):
    step = "" if verdict == "OK" else "onecase doctor"
    told.tell(report([group("onecase-intake", "intake", [partition("t", 0)]),
                      group("onecase-matcher", "matcher", [partition("t", 0, verdict, 60, step=step)])]))
    for words in ((), ("matcher",), ("onecase-matcher",)):
        line = run("--lagwatch", told.url, "--verdict", *words, status=status).stdout
        assert line.startswith(f"{verdict} since 20") and line.count("\n") == 1
        assert verdict == "OK" or line.endswith(f"onecase-matcher: made to be {verdict}; do: onecase doctor\n")
    assert run("--lagwatch", told.url, "--verdict", "intake").stdout.startswith("OK since ")
    assert run("--lagwatch", told.url).returncode == 0  # a table is no alarm


def test_a_name_that_nobody_has_is_no_fine(told):
    done = run("--lagwatch", told.url, "--verdict", "onecase-intakes", status=3)
    assert done.stdout == "" and 'no group or program "onecase-intakes"' in done.stderr and "onecase-intake, " in done.stderr
    done = run("--lagwatch", told.url, "--verdict", "", status=64)  # "$GROUP" of a script that has set none
    assert done.stdout == "" and "--verdict is of a group or a program, not of \"\"" in done.stderr


def test_a_report_that_is_too_old_says_nothing_of_now(told):
    told.tell(well() | {"at": ago(75)})
    assert run("--lagwatch", told.url, "--verdict", status=69).stdout.startswith("UNKNOWN since ")
    text = run("--lagwatch", told.url).stdout
    assert text.splitlines()[1].startswith("UNKNOWN since ") and re.search(r"All this is 1 min \d+ s", text)
    told.tell(well() | {"kafka": {"up": False, "since": ago(5), "fault": "all brokers are down"}})
    assert "Kafka does not answer: all brokers are down" in run("--lagwatch", told.url, "--verdict", status=69).stdout
    assert run("--lagwatch", told.url).stdout.splitlines()[1].startswith("UNKNOWN since ")


def test_json_is_the_report_and_what_scripts_have_always_read(told):
    told.tell(troubled())
    found = json.loads(run("--lagwatch", told.url, "--json").stdout)
    assert (found["verdict"], found["by"], found["cluster"]) == ("REFUSING", "lagwatch", "local")
    assert [one["group"] for one in found["groups"]] == [one["group"] for one in troubled()["groups"]]
    assert set(found["groups"][0]["partitions"][0]) == set(partition("t", 0))
    assert {one["source"] for one in found["sources"]} == {"FIRE119", "GRID", "H12345", "FIREIOT"}
    assert (found["messages"], found["seconds"]) == (19968, 14520)
    assert found["matcher"] == {"messages": 19968, "seconds": 14520} and found["intake"] == {"messages": 0, "seconds": 0}
    rows = {(row["program"], row["topic"], row["partition"]): row for row in found["partitions"]}
    assert len(rows) == 36 and {program for program, *_ in rows} == {"intake", "matcher"}
    refusing = rows["matcher", "onecase.report", 17]
    assert (refusing["state"], refusing["messages"], refusing["next"], refusing["end"]) == ("REFUSING", 12345, 100, 100)
    assert refusing["reason"].startswith("100 refusals in a row") and refusing["since"] is not None
    assert rows["matcher", "onecase.report", 0]["state"] == "RUNNING"


def test_that_the_matcher_runs_is_known_from_postgresql_alone(told):
    seen = [partition("onecase.report", number, "DATABASE_DOWN", offset_from="kafka") for number in range(2)]
    told.tell(report([group("onecase-matcher", "matcher", seen)]))
    found = json.loads(run("--lagwatch", told.url, "--json").stdout)
    assert [(row["next"], "state" in row) for row in found["partitions"]] == [(100, False)] * 2


def test_the_address_of_lagwatch_comes_from_the_environment_too(told):
    assert run(ONECASE_LAGWATCH=told.url + "/").returncode == 0
    assert told.asked == 1


@pytest.mark.parametrize("brokers", ["localhost:1, kafka2:9092", "kafka0,127.0.0.1:1"])
def test_one_broker_in_common_is_the_same_cluster(told, brokers):
    told.tell(well() | {"brokers": brokers})
    assert run(ONECASE_LAGWATCH=told.url).stderr == ""


def test_the_lagwatch_of_other_brokers_is_not_believed(told):
    """Staging in the shell, production on the port: what is well there says nothing of here."""
    told.tell(well() | {"brokers": "kafka1:9092,127.0.0.1:9092"})
    done = run("--verdict", status=69, ONECASE_LAGWATCH=told.url)
    assert "watches the brokers kafka1:9092,127.0.0.1:9092, not 127.0.0.1:1 of ONECASE_BROKERS" in done.stderr
    assert run("--lagwatch", told.url).stderr == "", "named on the command line it is"
    assert run(ONECASE_LAGWATCH=told.url, ONECASE_BROKERS="").stderr == "", "nothing was said of brokers"


def test_counting_is_never_left_to_a_report(told):
    """--max, --prefix and whatever else says where to measure: a report may be seconds old, and of another hub."""
    for words in (("--max", "0"), ("--prefix", "p."), ("--direct",), ("--group", "g"), ("--brokers", "127.0.0.1:1"), ("--sources", "deploy/sources")):
        run("--lagwatch", told.url, *words, status=None, PGHOST="127.0.0.1", PGPORT="1")
    assert told.asked == 0


@pytest.mark.parametrize(("status", "body", "why"), [
    (503, "{}", "answered with status 503"), (404, "", "answered with status 404"), (200, "<html>", "gave no report of lag ("),
    (200, "{}", "gave no report of lag ("), (200, json.dumps(well() | {"groups": 1}), "/groups: expected an array")],
                         ids=["not ready", "not there", "no json", "empty", "another shape"])
def test_what_is_no_report_is_said_and_measured_from_here(told, status, body, why):
    told.status, told.body = status, body
    done = run("--lagwatch", told.url, status=69)  # nor is Kafka there
    assert why in done.stderr and "; and from here" in done.stderr and done.stdout == ""


def test_nobody_to_ask_is_an_answer_of_its_own():
    for words in ((), ("--verdict",), ("--json",), ("--direct",), ("--direct", "--verdict")):
        done = run("--lagwatch", NOBODY, *words, status=69, PGHOST="127.0.0.1", PGPORT="1")
        assert "Kafka does not answer: could not ask Kafka at 127.0.0.1:1" in done.stderr and done.stdout == ""
        assert ("no lagwatch answers at http://127.0.0.1:1 (" in done.stderr) == ("--direct" not in words)


def test_a_lagwatch_that_hangs_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = run("--lagwatch", f"http://127.0.0.1:{silent.getsockname()[1]}", status=69)
    assert "no lagwatch answers at" in done.stderr


# ---- measured from here, on real servers -----------------------------------------------------------------------------


@pytest.fixture
def hub(servers, template_database, tmp_path) -> Iterator[Hub]:
    with open_hub(servers, template_database, tmp_path / "hub") as opened:
        yield opened


@pytest.fixture
def lag(hub) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`onecase lag` of this hub, measured from here, with a verdict over time."""
    def ask(*words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        return hub.onecase("lag", "--prefix", hub.topics.prefix, "--group", f"{hub.database.name}.intake", "--matcher-group",
                           f"{hub.database.name}.matcher", *words, status=status)
    return ask


def test_a_hub_is_measured_from_here_as_lagwatch_sees_it(hub, lag, tmp_path):
    ports = {name: free_port() for name in ("intake", "matcher", "relay")}
    for name, port in ports.items():
        hub.start(name, f"http=127.0.0.1:{port}", *(["session_ms=6000"] if name != "relay" else ["tick_s=0"]))
    tell(hub, [grid(days_ago(1), "010101", "路灯不亮")])
    port = free_port()
    watch = Watch(hub.start("lagwatch", *watch_settings(port, ports, limit_ms=9000)), port)
    watch.wait_for_report(lambda seen: seen["verdict"] == "OK" and all(row["known"] for row in seen["instances"]) and len(seen["groups"]) == 3)
    seen = hub.onecase("lag", "--lagwatch", f"http://127.0.0.1:{port}")
    assert "OK   Kafka and PostgreSQL answer" in seen.stdout and seen.stderr == ""
    assert "measured by onecase lag" in lag("--wait", "1").stdout
    assert hub.onecase("lag", "--lagwatch", f"http://127.0.0.1:{port}", "--verdict").stdout.startswith("OK since ")
    lag("--verdict", "--wait", "1")
    here, seen = (json.loads(done.stdout)["groups"] for done in (
        lag("--json", "--wait", "1"), hub.onecase("lag", "--lagwatch", f"http://127.0.0.1:{port}", "--json")))
    assert [(one["group"], one["verdict"], len(one["partitions"])) for one in here] == \
        [(one["group"], one["verdict"], len(one["partitions"])) for one in seen]
    hub.services[1].kill()  # the matcher
    hub.topics.produce("grid.event", [("9901", grid(days_ago(1), "010101", "路灯不亮").value)])
    watch.wait_for_verdict("matcher", "STOPPED")
    said = hub.onecase("lag", "--lagwatch", f"http://127.0.0.1:{port}", "--verdict", status=13).stdout
    assert said.startswith("STOPPED since ") and said.endswith("do: systemctl start onecase-matcher\n")
    stopped = lag("--verdict", "matcher", status=13).stdout
    assert stopped.startswith("STOPPED since ") and "nobody reads it" in stopped
    text = lag("--wait", "2").stdout
    assert "do `systemctl start onecase-matcher`" in text and widest(text) <= 80


def test_an_empty_hub_says_that_nothing_is_there(topics, database, onecase):
    text = onecase("lag", "--prefix", topics.prefix).stdout
    assert "No topic of a department and no onecase.report is there yet; `onecase topics --create` makes them." in " ".join(text.split())


@pytest.mark.parametrize("words", [("--wait", "1"), ("--verdict",), ("--max", "0")], ids=["table", "verdict", "counts"])
def test_a_database_that_refuses_is_not_called_away(hub, words):
    """No schema, or no right to see it: the database answers, and its figures would be missing."""
    done = hub.onecase("lag", "--prefix", hub.topics.prefix, "--direct", *words, status=70, environment={"PGDATABASE": "postgres"})
    assert done.stdout == "" and "the database has no schema of onecase" in done.stderr


def test_without_a_database_kafka_still_tells(hub, lag, servers):
    """The figures are shown; that they are not all of them shows in the exit code too."""
    servers.stop_postgresql()
    try:
        done = lag("--wait", "1", status=69)
        assert "PostgreSQL does not answer since " in done.stdout and "DATABASE_DOWN" in done.stdout
        assert lag("--verdict", status=18).stdout.startswith("DATABASE_DOWN since ")
        assert lag("--max", "0", status=69).stdout == ""  # nobody knows whether everything is in it
    finally:
        servers.start_postgresql()
