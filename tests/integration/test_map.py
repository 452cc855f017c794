"""`onecase map`: records of a file one by one, and real traffic on a real broker.

Expectations come from what was sent: each record says what becomes of it.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

import offset_log
from harness import PROJECT, LocalServers, Topics, program, wait_until

FEED = """format = 1;  source = "TRY";  topics = ["try.event"];  encoding = "utf-8";
each   = "/events";
time   : { zone = "+08:00"; formats = ["epoch"]; };
region : { first = ["/area"]; default = "9901"; };
kinds  = ( { kind = "ignore"; reason = "drill"; when = ( ("/events/*/drill", "present") ); },
           { kind = "update"; when = ( ("/events/*/done", "present") ); },
           { kind = "report"; when = ( ("/events/*/id", "present") ); } );
fields : {
  record_no   = { first = ["/events/*/id"]; required = true; };
  reported_at = { first = ["/at"]; as = "time"; };
  title       = { first = ["/events/*/title"]; %(title)s };
  injured     = { first = ["/events/*/injured"]; as = "integer"; };
  category    = { first = ["/events/*/class"]; codes = "class"; };
  urgency     = { first = ["/events/*/urgency"]; as = "integer"; required = true; };
  reporter    = { first = ["/events/*/tel"]; as = "phone"; personal = "hash"; }; };
codes : { class = { rows = ( ("1", "A02"), ("2", "%(second)s") ); }; };
personal = ( ("/events/*/tel", "hash") );
"""
TOPIC = "try.event"
LIMIT_S = 180
WIDTH = 100
PHONE = "19900000001"


def event(number: str, **more: object) -> dict[str, object]:
    return {"id": number, "title": "电梯停运", "class": "1", "urgency": 2, "tel": PHONE} | more


def message(*events: dict[str, object], at: float | None = None) -> str:
    return json.dumps({"area": "990101", "at": int(at or time.time()), "events": list(events)}, ensure_ascii=False)


def columns(line: str) -> int:
    """Columns of a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def run_map(*arguments: Path | str, status: int | None = 0, environment: dict[str, str] | None = None,
            stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
    given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
    done = subprocess.run([str(program("onecase")), "map", *map(str, arguments)], env=environment or dict(os.environ),
                          cwd=PROJECT, capture_output=True, timeout=LIMIT_S, check=False, **given)
    said = f"{done.stdout.decode()}{done.stderr.decode()}"
    assert "Sanitizer" not in said and "runtime error:" not in said, said
    assert status in (None, done.returncode), f"ended with {done.returncode}, not {status}:\n{said}"
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


class Trying:
    """A feed of the test's own with two mappings, and the command."""

    def __init__(self, servers: LocalServers, topics: Topics, folder: Path) -> None:
        self.servers = servers
        self.topics = topics
        self.folder = folder
        self.new = self.mapping("new", title="", second="E01")
        self.old = self.mapping("old", title="max = 2;", second="A02")

    def mapping(self, name: str, **keys: str) -> Path:
        path = self.folder / f"{name}.cfg"
        path.write_text(FEED % keys, encoding="utf-8")
        return path

    def words(self, *arguments: str, mapping: Path | None = None, topic: str = TOPIC) -> list[str]:
        return [str(mapping or self.new), "--regions", str(PROJECT / "deploy" / "regions.cfg"), "--from", topic,
                "--prefix", self.topics.prefix, *arguments]

    def run(self, *arguments: str, status: int = 0, **more: object) -> subprocess.CompletedProcess[str]:
        return run_map(*self.words(*arguments, **more), status=status, environment=self.servers.environment())

    def json(self, *arguments: str, status: int = 0, **more: object) -> dict:
        return json.loads(self.run("--json", *arguments, status=status, **more).stdout)

    def send(self, *messages: str, partition: int = 0, ago_s: float = 0, topic: str = TOPIC) -> None:
        """All with one time stamp, which a topic with CreateTime keeps."""
        producer = Producer({"bootstrap.servers": self.servers.brokers})
        for value in messages:
            producer.produce(self.topics.name(topic), value=value.encode(), partition=partition,
                             timestamp=int((time.time() - ago_s) * 1000))
        assert producer.flush(60) == 0


@pytest.fixture
def trying(servers: LocalServers, topics: Topics, tmp_path: Path) -> Trying:
    topics.create(TOPIC, 2)
    return Trying(servers, topics, tmp_path)


# ---- real traffic ----------------------------------------------------------------------------------------------------


def test_since_goes_by_the_time_stamps_of_the_records(trying: Trying) -> None:
    for partition, ago_s in ((0, 30 * 3600), (1, 3 * 3600), (0, 90 * 60), (1, 40 * 60), (1, 20)):
        trying.send(message(event("T1"), at=time.time() - ago_s), partition=partition, ago_s=ago_s)
    when = {"beginning": 5, "1d": 4, "2h": 3, "1h": 2, "30m": 1, "5s": 0, "100000d": 5}
    assert {since: trying.json("--since", since)["records_read"] for since in when} == when
    assert trying.json()["records_read"] == 2, "an hour is the default"
    for form, found in (("%Y-%m-%dT%H:%M:%SZ", 3), ("%Y-%m-%d %H:%M:%S+00:00", 3)):
        moment = time.strftime(form, time.gmtime(time.time() - 2 * 3600))
        assert trying.json("--since", moment)["records_read"] == found


def test_counts_what_the_records_become(trying: Trying) -> None:
    trying.send(message(event("T1"), event("T2", drill=1), event("T3", done=1, **{"class": None})))
    trying.send(message(event("T4", injured="无", **{"class": "9"}), event("T5", urgency="?"), event("T6", urgency="?")))
    trying.send(message(event("T7", urgency=None)), message({"title": "x"}), "{", partition=1)
    found = trying.json("--since", "beginning", status=1)
    assert (found["records_read"], found["items"], found["left"]) == (5, 9, 0)
    assert found["kinds"] == {"report": 2, "update": 1, "assignment": 0, "inspection": 0, "ignored": 1, "dead": 5}
    assert found["ignored"] == {"drill": 1}
    assert found["dead"] == [
        {"rule": "type", "pointer": "/events/*/urgency", "count": 2},
        {"rule": "kind", "pointer": "/events/*", "count": 1},
        {"rule": "required", "pointer": "/events/*/urgency", "count": 1},
        {"rule": "syntax", "pointer": "", "count": 1}]
    # T4 alone has a code without a row and a number that is none; the two dead of its message have nothing to flag
    assert found["flags"] == {"code_unknown": 1, "number_unreadable": 1}
    assert found["classes"] == {"A02": 1, "J03": 1}
    name = trying.topics.name(TOPIC)
    places = sorted((d["record"], d["item"], d["rule"], d["pointer"]) for d in found["first_dead"])
    assert places == [(f"{name}/0/1", 1, "type", "/events/1/urgency"), (f"{name}/0/1", 2, "type", "/events/2/urgency"),
                      (f"{name}/1/0", 0, "required", "/events/0/urgency"), (f"{name}/1/1", 0, "kind", "/events/0"),
                      (f"{name}/1/2", 0, "syntax", "")]
    said = trying.run("--since", "beginning", status=1).stdout
    for line in (r"  report +2\n", r"  ignored +1   drill 1\n", r"  dead +5\n", r"  2  type +/events/\*/urgency\n",
                 r"  1  A02 +\S+\n", r"  1  code_unknown\n", rf"  {name}/0/1#2: rule \"type\" at /events/2/urgency: ",
                 rf"  {name}/1/2: rule \"syntax\" at \(the record\): "):
        assert re.search(line, said), f"{line} not in\n{said}"
    assert max(columns(line) for line in said.splitlines()) <= WIDTH
    assert PHONE not in said


def test_only_the_first_dead_letters_are_told_one_by_one(trying: Trying) -> None:
    trying.send(*["[]"] * 25)
    assert len(trying.json("--since", "1h", status=1)["first_dead"]) == 10
    assert "the first 10 dead letters\n" in trying.run("--since", "1h", status=1).stdout


def test_another_mapping_is_compared_pointer_by_pointer(trying: Trying) -> None:
    trying.send(message(event("T1", title="停运")), message(event("T2", title="停运", **{"class": "2"})),
                message(event("T3", title="停运"), event("T4", title="电梯停运", **{"class": "2"})), "{")
    found = trying.json("--since", "1h", "--against", str(trying.old), status=1)["against"]
    assert found["mapping"].startswith("old@") and found["differing"] == 2
    assert found["pointers"] == {"/report/category": 2, "/report/flags": 1, "/report/title": 1}
    name = trying.topics.name(TOPIC)
    assert [(c["record"], c["item"]) for c in found["first"]] == [(f"{name}/0/1", 0), (f"{name}/0/2", 1)]
    assert found["first"][0]["differences"] == [{"pointer": "/report/category", "old": "A02", "new": "E01"}]
    assert {d["pointer"]: (d["old"], d["new"]) for d in found["first"][1]["differences"]} == {
        "/report/title": ("电梯", "电梯停运"), "/report/category": ("A02", "E01"), "/report/flags": (["text_cut"], None)}
    said = trying.run("--since", "1h", "--against", str(trying.old), status=1).stdout
    assert re.search(r"against old@\w{12}: 2 of 4 records differ\n", said), said
    assert re.search(r'\n  \S+/0/2#1\n(.*\n)*    /report/title\n      old  "电梯"\n      new  "电梯停运"\n', said), said
    assert max(columns(line) for line in said.splitlines()) <= WIDTH


def test_a_mapping_against_itself_differs_nowhere(trying: Trying) -> None:
    trying.send(*[message(event(f"T{n}"), at=time.time()) for n in range(20)])
    found = trying.json("--since", "1h", "--against", str(trying.new))
    assert (found["records_read"], found["against"]["differing"], found["against"]["first"]) == (20, 0, [])
    assert re.search(r"0 of 20 records differ\n$", trying.run("--against", str(trying.new)).stdout)


def test_a_record_that_is_dead_by_one_of_two_mappings(trying: Trying) -> None:
    strict = trying.mapping("strict", title="required = true;", second="E01")
    trying.send(message(event("T1", title=None)), message(event("T2")))
    found = trying.json("--since", "1h", "--against", str(trying.new), mapping=strict, status=1)
    assert found["kinds"]["dead"] == 1 and found["against"]["differing"] == 1
    change = {d["pointer"]: d for d in found["against"]["first"][0]["differences"]}
    assert set(change) == {"/kind", "/report", "/note"}
    assert (change["/kind"]["old"], change["/kind"]["new"]) == ("report", "dead")
    assert change["/report"]["old"]["record_no"] == "T1" and change["/report"]["new"] is None
    assert change["/note"]["new"]["rule"] == "required"


def test_only_twenty_differences_are_told_in_full(trying: Trying) -> None:
    trying.send(*[message(event(f"T{n}")) for n in range(30)])
    found = trying.json("--against", str(trying.old), status=1)["against"]
    assert (found["differing"], len(found["first"]), found["pointers"]["/report/title"]) == (30, 20, 30)


def test_a_limit_ends_it_before_the_end(trying: Trying) -> None:
    trying.send(*[message(event(f"T{n}")) for n in range(30)])
    found = trying.json("--limit", "7")
    assert (found["records_read"], found["items"], found["left"]) == (7, 7, 23)
    assert "; not to its end, about 23 more" in " ".join(trying.run("--limit", "7").stdout.split())


def test_an_empty_topic_has_nothing(trying: Trying) -> None:
    for since in ("beginning", "1h"):
        found = trying.json("--since", since, "--against", str(trying.old))
        assert (found["records_read"], found["items"], found["left"], found["dead"]) == (0, 0, 0, [])


def test_history_may_be_old(trying: Trying) -> None:
    old = time.time() - 900 * 86400
    trying.topics.create(f"{TOPIC}.backfill", 1)
    for topic in (TOPIC, f"{TOPIC}.backfill"):
        trying.send(message(event("T1"), at=old), topic=topic)
    assert trying.json()["flags"] == {"time_suspect": 1}
    assert trying.json(topic=f"{TOPIC}.backfill")["flags"] == {}


# ---- nothing is left behind ------------------------------------------------------------------------------------------


def groups(admin: AdminClient) -> set[str]:
    return {group.group_id for group in admin.list_consumer_groups(request_timeout=30).result(30).valid}


def test_no_group_no_commit_and_no_topic_come_of_it(trying: Trying) -> None:
    admin = trying.topics.admin
    trying.send(*[message(event(f"T{n}")) for n in range(50)])
    known, there, ends = groups(admin), trying.topics.existing(), offset_log.ends(trying.servers)
    assert trying.json("--since", "beginning", "--against", str(trying.new))["records_read"] == 50
    trying.run(topic="try.nowhere", status=3)
    assert groups(admin) <= known and trying.topics.existing() == there
    # Groups of other tests still leave, and the broker forgets what they had.
    assert [entry for entry in offset_log.entries(trying.servers, ends) if entry.value is not None and (
        entry.group not in known or (entry.topic or "").startswith(trying.topics.prefix))] == []


def test_a_topic_that_is_not_there_is_named_with_those_that_the_mapping_reads(trying: Trying) -> None:
    said = trying.run(topic="try.nowhere", status=3)
    assert said.stdout == ""
    assert re.fullmatch(rf'onecase map: topic "{trying.topics.name("try.nowhere")}" does not exist at \S+; '
                        r"the mapping reads try\.event\n", said.stderr)


def test_a_broker_that_is_away_is_said_so(trying: Trying) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"
        said = trying.run("--brokers", where, status=69)
    assert re.search(rf"^onecase map: Kafka at {where} does not answer for \S+: .*ONECASE_BROKERS", said.stderr)


# ---- gaps ------------------------------------------------------------------------------------------------------------


def test_transactions_leave_gaps_that_do_not_hold_it_up(trying: Trying) -> None:
    """Offsets of markers and of what was aborted are passed over, also as the last of the topic; what is open is not seen."""
    producer = Producer({"bootstrap.servers": trying.servers.brokers, "transactional.id": trying.topics.name("tx")})
    producer.init_transactions(30)

    def transact(first: int, count: int) -> None:
        producer.begin_transaction()
        for n in range(first, first + count):
            producer.produce(trying.topics.name(TOPIC), value=message(event(f"T{n}")).encode(), partition=0)
        assert producer.flush(60) == 0, "what is not sent leaves no gap when it is aborted"

    def end(commit: bool, offset: int) -> None:
        """The broker says done before the marker stands."""
        producer.commit_transaction(30) if commit else producer.abort_transaction(30)
        wait_until(lambda: trying.topics.ends(TOPIC)[0] == offset, 60, f"the marker before offset {offset}")

    transact(0, 5)
    end(True, 6)
    transact(5, 40)
    end(False, 47)
    assert trying.json("--since", "beginning")["items"] == 5, "ends with an abort marker"
    transact(45, 3)
    end(True, 51)
    found = trying.json("--since", "beginning")
    assert (found["items"], found["left"]) == (8, 0), "ends with a commit marker"
    transact(48, 4)
    assert trying.json("--since", "beginning")["items"] == 8, "an open transaction is not seen"
    end(False, 56)
    assert trying.json("--since", "1h")["items"] == 8


def test_compaction_leaves_gaps_that_do_not_hold_it_up(trying: Trying) -> None:
    topic = "try.compact"
    trying.topics.create(topic, 1, cleanup_policy="compact", segment_ms="100", min_cleanable_dirty_ratio="0.0",
                         max_compaction_lag_ms="100")
    for _ in range(20):
        trying.topics.produce(topic, [(f"K{n}", message(event(f"T{n}"))) for n in range(3)])
    time.sleep(0.3)
    trying.topics.produce(topic, [("last", message(event("T99")))])
    end = trying.topics.ends(topic)[0]
    kept = wait_until(lambda: (lambda left: left if left < end else None)(len(trying.topics.read(topic))), 120,
                      "the broker to compact", every=2)
    found = trying.json("--since", "beginning", topic=topic)
    assert 4 <= found["records_read"] <= kept < end == 61
    assert found["left"] == 0


def test_what_retention_took_is_passed_over(trying: Trying) -> None:
    trying.send(*[message(event(f"T{n}")) for n in range(20)])
    asked = TopicPartition(trying.topics.name(TOPIC), 0, 12)
    trying.topics.admin.delete_records([asked])[asked].result(30)
    assert trying.json("--since", "beginning")["records_read"] == 8
    asked.offset = 20
    trying.topics.admin.delete_records([asked])[asked].result(30)
    assert trying.json("--since", "beginning")["records_read"] == 0


# ---- long readings ---------------------------------------------------------------------------------------------------


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)


def test_a_long_reading_tells_how_far_it_is_and_can_be_stopped(trying: Trying, terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    trying.send(*[message(*[event(f"T{n}-{i}") for i in range(60)]) for n in range(6000)])
    words = trying.words("--since", "beginning", "--against", str(trying.new))  # twice the work: far more than is waited for
    process = subprocess.Popen([str(program("onecase")), "map", *words], cwd=PROJECT,
                               env=trying.servers.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = b""
    deadline = time.monotonic() + LIMIT_S
    while not re.search(rb"read [\d,]+ records \(\d+ %\), [\d,]+ a second", shown):
        assert time.monotonic() < deadline and process.poll() is None, shown
        if select.select([ours], [], [], 1)[0]:
            shown += os.read(ours, 4096)
    assert shown.startswith(b"\r\x1b[K"), "the line is written over"
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 75, said.decode()
    assert re.search(r"; not to its end, about [\d,]+ more ", " ".join(said.decode().split())), said.decode()
    assert re.search(r"\n  report +[\d,]+\n", said.decode())


# ---- records of a file -----------------------------------------------------------------------------------------------

SOURCES = PROJECT / "deploy" / "sources"
INPUTS = sorted(SOURCES.glob("tests/*/*.in"))


def rounded(value: object) -> object:
    """Coordinates to 0.1 m, as the tests of a feed are compared."""
    if isinstance(value, float):
        return pytest.approx(value, abs=1e-6)
    if isinstance(value, list):
        return [rounded(element) for element in value]
    return {key: rounded(member) for key, member in value.items()} if isinstance(value, dict) else value


def keyless(value: object) -> object:
    """Hashes of reporters without their digits: they are made with a key of each run alone."""
    if isinstance(value, str):
        return re.sub(r"^(\d:)[0-9a-f]{32}$", r"\1…", value)
    if isinstance(value, list):
        return [keyless(element) for element in value]
    return {key: keyless(member) for key, member in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_records_are_those_that_the_tests_of_the_feed_expect(path: Path) -> None:
    expected = json.loads(path.with_suffix(".out").read_text(encoding="utf-8"))
    at = ["--at", path.with_suffix(".at").read_text().strip()] if path.with_suffix(".at").exists() else []
    mapping = SOURCES / f"{path.parent.name}.cfg"
    dead = any(result["kind"] == "dead" for result in expected)
    found = json.loads(run_map("--json", *at, mapping, path, status=int(dead)).stdout)
    assert keyless([record["result"] for record in found["records"]]) == rounded(keyless(expected))
    assert found["mapping"].startswith(f"{mapping.stem}@")
    read = json.loads(run_map("--json", *at, mapping, stdin=path.read_bytes(), status=int(dead)).stdout)
    assert keyless(read) == keyless(found), "from standard input as from a file"
    for record in found["records"]:
        if "report" in record["result"]:
            report = record["result"]["report"]
            stored = {f["field"] for f in record["fields"] if f["stored"]}
            assert stored == {f["field"] for f in record["fields"]} & set(report), "what is stored is there"
            assert {flag for f in record["fields"] for flag in f["flags"]} <= set(report.get("flags", []))


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_table_fits_a_terminal_and_shows_nobody(path: Path) -> None:
    done = run_map(SOURCES / f"{path.parent.name}.cfg", path, status=None)
    assert done.returncode in (0, 1) and "\x1b" not in done.stdout
    assert max(columns(line) for line in done.stdout.splitlines()) <= WIDTH
    raw = path.read_bytes()
    for encoding in ("utf-8", "gb18030"):
        for phone in re.findall(r"1990000\d{4}", raw.decode(encoding, errors="replace")):
            assert phone not in done.stdout


def test_mistakes_of_the_mapping_come_first(tmp_path: Path) -> None:
    bad = tmp_path / "bad.cfg"
    good = tmp_path / "good.cfg"
    text = FEED % {"title": "", "second": "E01"}
    bad.write_text(text.replace("title  ", "titel  ") + "nois = [];\n", encoding="utf-8")
    good.write_text(text, encoding="utf-8")
    regions = ["--regions", str(PROJECT / "deploy" / "regions.cfg")]
    said = run_map(bad, *regions, status=1, stdin=message(event("T1")).encode())
    checked = subprocess.run([str(program("onecase")), "check", "--no-tests", *regions, str(bad)], capture_output=True, text=True,
                             check=False, timeout=60)
    assert said.stdout == "" and said.stderr == checked.stderr
    assert said.stderr.count("bad.cfg:") == 2
    findings = json.loads(run_map("--json", bad, *regions, status=1).stdout)
    assert findings["mapping"] is None and [f["severity"] for f in findings["findings"]] == ["error", "error"]
    assert "records" not in findings
    against = run_map(good, *regions, "--against", bad, status=1, stdin=b"{}")
    assert against.stdout == "" and against.stderr.count("bad.cfg:") == 2


def test_a_field_says_where_it_came_from(tmp_path: Path) -> None:
    mapping = tmp_path / "try.cfg"
    mapping.write_text(FEED % {"title": "max = 2;", "second": "E01"}, encoding="utf-8")
    regions = ["--regions", str(PROJECT / "deploy" / "regions.cfg")]
    given = message(event("T1", title="电梯"), event("T2", tel=None), at=1769905800).encode()
    found = json.loads(run_map(mapping, *regions, "--json", "--at", "2026-02-01T00:31:00Z", stdin=given).stdout)
    assert [(r["record"], r["item"], r["kinds_line"], r["area_from"]) for r in found["records"]] == [
        (1, 0, 7, "/area"), (1, 1, 7, "/area")]
    fields = {f["field"]: f for f in found["records"][1]["fields"]}
    assert fields["title"] == {"field": "title", "line": 11, "stored": True, "from": ["/events/1/title"], "more": 0,
                               "steps": ["cut to 2"], "flags": ["text_cut"]}
    assert fields["reported_at"]["from"] == ["/at"] and fields["reported_at"]["steps"] == ["time epoch"]
    assert fields["reporter"] == {"field": "reporter", "line": 15, "stored": False, "from": [], "more": 0, "steps": ["absent"],
                                  "flags": []}
    said = run_map(mapping, *regions, stdin=given).stdout
    assert re.search(r"^record 1, item 1: report, region 9901 by /area, kind by line 7\n", said, re.MULTILINE)
    assert re.search(r'^  title +"电梯" +/events/1/title +cut to 2\n +flag text_cut\n', said, re.MULTILINE)
    assert re.search(r"^  reporter +\"1:\w+", said, re.MULTILINE)
    assert "\n  without a value: injured, reporter (absent)\n" in said
    assert said.endswith("\n1 record of 2 items: 2 report\n")
    assert PHONE not in said


def test_a_record_of_a_file_is_compared_too(tmp_path: Path) -> None:
    for name, second in (("old", "A02"), ("new", "E01")):
        (tmp_path / f"{name}.cfg").write_text(FEED % {"title": "", "second": second}, encoding="utf-8")
    records = tmp_path / "records.jsonl"
    records.write_text("\n".join([message(event("T1")), message(event("T2", **{"class": "2"}))]), encoding="utf-8")
    regions = ["--regions", str(PROJECT / "deploy" / "regions.cfg")]
    found = json.loads(run_map("--json", tmp_path / "new.cfg", records, *regions, "--against", tmp_path / "old.cfg",
                               status=1).stdout)
    assert found["from"] == str(records)
    assert found["against"]["first"] == [{"record": "record 2", "item": 0, "differences": [
        {"pointer": "/report/category", "old": "A02", "new": "E01"}]}]


def test_what_steers_a_terminal_is_not_written_to_it(tmp_path: Path) -> None:
    mapping = tmp_path / "try.cfg"
    mapping.write_text(FEED % {"title": "", "second": "E01"}, encoding="utf-8")
    given = message(event("T1", title="井\x1b[2J盖\x9b31m\u202e\x7f"), at=1769905800).encode()
    done = run_map(mapping, "--regions", str(PROJECT / "deploy" / "regions.cfg"), stdin=given)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stdout)
    assert "井" in done.stdout and "盖" in done.stdout
