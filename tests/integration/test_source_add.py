"""onecase source: a department joins a running hub by its file, with the real intake and matcher and without a restart."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from confluent_kafka.admin import ConfigResource
from harness import PROJECT, Database, Service, Topics, program, wait_until
from harness_intake import wait_committed

LIMIT_S = 120
DAY_MS = 24 * 60 * 60 * 1000

# A department that is there already.
OLD = """
format = 1;  source = "OLD";  topics = ["old.event"];
region : { first = ["/area"]; default = "9901"; };
kinds  = ( { kind = "report"; } );
fields : { record_no = { first = ["/no"]; required = true; }; title = { first = ["/title"]; }; };
"""

# The new one: a mapping, what it includes, a code table in a folder, tests.
WATER = """
format = 1;  source = "WATER";  topics = ["water.event"];
@include "parts/region.inc"
kinds  = (
  { kind = "ignore"; reason = "drill"; when = ( ("/kind", "in", ["drill"]) ); unless = "stop_words"; },
  { kind = "update"; when = ( ("/kind", "in", ["update"]) ); },
  { kind = "report"; when = ( ("/kind", "in", ["report", "drill"]) ); } );
fields : {
  record_no = { first = ["/no"]; required = true; };
  title     = { first = ["/title"]; };
  status    = { first = ["/state"]; codes = "state"; };
};
codes : { state = { system = "test.water"; file = "codes/water.csv"; unknown = "keep"; }; };
tests = "tests/water";
"""
REGION = 'region : { first = ["/area"]; default = "9901"; };\n'
CODES = "from,to,confidence,name\n1,10,,\n2,60,,\n"
STOP_WORDS = "真火\n"


def record(number: int, kind: str = "report", **more: object) -> bytes:
    return json.dumps({"no": f"W{number:06}", "kind": kind, "area": "990101", "title": f"合成水情{number}", "state": "1"} | more,
                      ensure_ascii=False).encode()


TEST_IN = record(1) + b"\n" + record(2, "drill") + b"\n" + record(3, "update", state="2") + b"\n" + record(4, "what") + b"\n"


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below the folder, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@dataclass
class Joining:
    """A hub with one department, and the files of a second one in a folder of their own."""

    topics: Topics
    database: Database
    folder: Path
    key_file: Path
    start_service: Callable[..., Service]
    run: Callable[..., subprocess.CompletedProcess[str]]
    threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.deploy = self.folder / "deploy"
        self.sources = self.deploy / "sources"
        self.words = self.deploy / "model" / "words"
        self.department = self.folder / "department"
        for path in (self.sources, self.words, self.department / "parts", self.department / "codes",
                     self.department / "tests" / "water"):
            path.mkdir(parents=True)
        shutil.copy(PROJECT / "deploy" / "regions.cfg", self.deploy)
        (self.words / "stop_words.txt").write_text(STOP_WORDS, encoding="utf-8")
        (self.sources / "old.cfg").write_text(OLD, encoding="utf-8")
        self.write("water.cfg", WATER)
        self.write("parts/region.inc", REGION)
        self.write("codes/water.csv", CODES)
        (self.department / "tests" / "water" / "all.in").write_bytes(TEST_IN)
        self.bless()
        self.topics.create("old.event")

    def write(self, name: str, text: str) -> None:
        (self.department / name).write_text(text, encoding="utf-8")

    def bless(self) -> None:
        done = self.run("check", str(self.file), "--bless", "--regions", str(self.deploy / "regions.cfg"), "--words",
                        str(self.words))
        assert done.returncode == 0

    @property
    def file(self) -> Path:
        return self.department / "water.cfg"

    def start(self, *settings: str) -> tuple[Service, Service]:
        """intake and matcher; the pid file of intake is written."""
        given = {"sources": self.sources, "regions": self.deploy / "regions.cfg", "words": self.words, "key_file": self.key_file}
        given |= dict(setting.split("=", 1) for setting in settings)
        words = [word for name, value in given.items() for word in ("--set", f"{name}={value}")]
        intake = self.start_service("intake", *words)
        intake.wait_for_log("event=assigned")
        self.pid_file.write_text(f"{intake.pid}\n")
        return intake, self.start_service("matcher")

    @property
    def pid_file(self) -> Path:
        return self.folder / "intake.pid"

    def arguments(self, *more: str, file: Path | None = None) -> list[str]:
        return ["source", "add", str(file or self.file), "--sources", str(self.sources), "--prefix", self.topics.prefix,
                "--group", f"{self.topics.prefix}intake", *more]

    def add(self, *more: str, status: int | None = 0, file: Path | None = None) -> subprocess.CompletedProcess[str]:
        return self.run(*self.arguments(*more, file=file), status=status, limit=LIMIT_S)

    def added(self, *more: str, status: int | None = 0, file: Path | None = None) -> dict:
        return json.loads(self.add("--json", *more, status=status, file=file).stdout)

    def reload_words(self, wait: str = "60s") -> list[str]:
        return ["--pid", str(self.pid_file), "--wait", wait]

    def list(self, *more: str, status: int = 0) -> dict[str, dict]:
        done = self.run("source", "list", "--sources", str(self.sources), "--prefix", self.topics.prefix, "--json", *more,
                        status=status)
        return {feed["source"]: feed for feed in json.loads(done.stdout)["sources"]}

    def send_later(self, *records: bytes, after: Callable[[], object]) -> None:
        """Sends to water.event as soon as the condition holds, beside what the test does."""
        def run() -> None:
            wait_until(after, 60, "the moment to send")
            self.topics.produce("water.event", [("k", value) for value in records])

        thread = threading.Thread(target=run)
        thread.start()
        self.threads.append(thread)

    def version_in_database(self, number: int) -> str | None:
        rows = self.database.rows("select mapping_digest from onecase.reports where source = 'WATER' and record_no = %s",
                                  (f"W{number:06}",))
        return rows[0][0] if rows else None

    def wait_report(self, source: str, record_no: str) -> None:
        wait_until(lambda: self.database.rows("select 1 from onecase.reports where source = %s and record_no = %s",
                                              (source, record_no)), 60, f"report {source}/{record_no}")

    def old_department_goes_on(self, number: int) -> None:
        self.topics.produce("old.event", [("k", record(number))])
        self.wait_report("OLD", f"W{number:06}")


@pytest.fixture
def joining(project_topics: Topics, database: Database, tmp_path: Path, key_file: Path,
            start_service: Callable[..., Service], onecase: Callable[..., subprocess.CompletedProcess[str]]) -> Iterator[Joining]:
    made = Joining(project_topics, database, tmp_path, key_file, start_service, onecase)
    yield made
    for thread in made.threads:
        thread.join()


def reads_since_the_reload(intake: Service) -> bool:
    """It has taken partitions anew since."""
    events = [line.split(" event=")[1].split()[0] for line in intake.lines("event=(reloaded|assigned)")]
    return "reloaded" in events and "assigned" in events[events.index("reloaded"):]


def test_a_department_joins_a_running_hub_without_a_restart(joining: Joining) -> None:
    intake, _ = joining.start()
    joining.old_department_goes_on(900)
    joining.send_later(record(7), after=lambda: reads_since_the_reload(intake))
    said = joining.add(*joining.reload_words()).stdout
    version = joining.version_in_database(7)
    assert re.fullmatch(r"water@[0-9a-f]{12}", version or "")
    assert "water.cfg: 1 of 1 tests passed" in said
    assert f"mapping  {version} was put into {joining.sources} with 4 files it names\n" in said
    name = joining.topics.name("water.event")
    assert f"topic    {name} was created: 3 partitions, kept 7 days, 1 copy of each record\n" in said
    assert f"start    {name} from the first record of each of its partitions; 0 records to read\n" in said
    assert f"reload   SIGHUP was sent to intake, process {intake.pid}\n" in said
    assert re.search(r"^first    report WATER/W000007 in region 9901", said, re.M)
    assert re.search(rf"^         mapped by {version}; in the database \d+\.\d s after the reload$", said, re.M)
    assert "so far: 1 report, 0 updates, 0 ignored, 0 dead letters\n" in said

    assert intake.process.pid == intake.pid and intake.running, "the same process"
    assert len(intake.lines("event=started")) == 1 and len(intake.lines("event=reloaded")) == 1
    assert tree(joining.sources) == tree(joining.department) | {"old.cfg": OLD.encode()}
    configs = joining.topics.admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, name)])
    settings = {key: entry.value for key, entry in next(iter(configs.values())).result(30).items()}
    assert settings["retention.ms"] == str(7 * DAY_MS) and settings["message.timestamp.type"] == "LogAppendTime"
    joining.old_department_goes_on(901)


def test_the_same_again_is_harmless(joining: Joining) -> None:
    intake, _ = joining.start()
    joining.send_later(record(1), after=lambda: "water.event" in joining.topics.existing())
    first = joining.added(*joining.reload_words())
    assert first["state"] == "new" and first["first"]["record_no"] == "W000001" and first["first_after_ms"] > 0
    before = {path: path.stat().st_mtime_ns for path in joining.sources.rglob("*")}
    again = joining.added(*joining.reload_words())
    assert (again["state"], again["files"], again["mapping"]) == ("there", [], first["mapping"])
    assert [(t["state"], t["partitions"]) for t in again["topics"]] == [("there", 3)]
    assert (again["waited"], again["latest"]["record_no"], again["latest"]["mapping"]) == (False, "W000001", first["mapping"])
    said = joining.add(*joining.reload_words(), file=joining.sources / "water.cfg").stdout
    assert f"mapping  {first['mapping']} lies in {joining.sources}\n" in said
    assert f"records are already mapped by {first['mapping']}\n" in said
    assert {path: path.stat().st_mtime_ns for path in joining.sources.rglob("*")} == before
    assert "is already there: " in joining.add("--no-reload").stdout
    joining.topics.produce("water.event", [("k", record(1)), ("k", record(2))])
    joining.wait_report("WATER", "W000002")
    assert joining.database.value("select count(*) from onecase.reports where source = 'WATER'") == 2
    assert intake.running and intake.lines("event=reload_failed") == []


@pytest.mark.parametrize(("name", "text", "said"), [
    ("water.cfg", WATER.replace("kinds  =", "kinsd  ="), r'water\.cfg:4: .*"kinsd"'),
    ("water.cfg", WATER.replace('"water.event"', '"old.event"'), r'water\.cfg:2: .*"old\.event"'),
    ("water.cfg", WATER.replace('"WATER"', '"OLD"'), r'water\.cfg:2: .*"OLD"'),
    ("water.cfg", WATER.replace("codes/water.csv", "codes/none.csv"), r"water\.cfg:\d+: .*codes/none\.csv"),
    ("codes/water.csv", CODES.replace("60", "banana"), r"codes/water\.csv:3: "),
    ("codes/water.csv", CODES.replace("60", "50"), r"all\.in: differs"),
    ("parts/region.inc", REGION.replace("9901", "7777"), r'"7777"'),
], ids=["key", "topic", "source", "no-table", "table", "test", "include"])
def test_a_bad_file_changes_nothing(joining: Joining, name: str, text: str, said: str) -> None:
    intake, _ = joining.start()
    joining.write(name, text)
    before, topics = tree(joining.deploy), joining.topics.existing()
    done = joining.add(*joining.reload_words(), status=1)
    assert re.search(said, done.stdout + done.stderr), done.stdout + done.stderr
    assert done.stderr.endswith("onecase source add: nothing was changed\n")
    assert tree(joining.deploy) == before and joining.topics.existing() == topics
    assert intake.lines("event=reload") == []
    report = json.loads(joining.add("--json", status=1).stdout)
    assert report["findings"] or not all(test["passed"] for test in report["tests"])
    joining.old_department_goes_on(900)


def test_a_mistake_in_the_file_of_another_is_said_before_intake_refuses_all(joining: Joining) -> None:
    joining.start()
    (joining.sources / "old.cfg").write_text(OLD.replace("title", "titel"), encoding="utf-8")
    done = joining.add(*joining.reload_words(), status=1)
    assert re.search(r'old\.cfg:5: .*"titel"', done.stderr)
    assert not (joining.sources / "water.cfg").exists()
    (joining.sources / "old.cfg").write_text(OLD, encoding="utf-8")
    assert joining.added("--no-reload")["state"] == "new"


def test_another_file_of_the_name_is_only_replaced_on_demand(joining: Joining) -> None:
    intake, _ = joining.start()
    joining.send_later(record(1), after=lambda: "water.event" in joining.topics.existing())
    first = joining.added(*joining.reload_words())["mapping"]
    (joining.sources / "tests" / "water" / "older.in").write_bytes(record(9) + b"\n")
    (joining.sources / "tests" / "water" / "older.out").write_text("[]\n")
    joining.write("water.cfg", WATER.replace("fields :", "empty = [\"-\"];\nfields :"))
    joining.write("codes/water.csv", CODES + "3,40,,\n")
    before = tree(joining.sources)
    done = joining.add(*joining.reload_words(), status=1)
    second = re.search(rf"water\.cfg is there already and differs: {first} is there, (water@[0-9a-f]{{12}}) would come; "
                       "--replace puts it in its place", done.stderr)
    assert second and second[1] != first
    assert re.search(r"codes/water\.csv is there already and differs: [0-9a-f]{12} is there, [0-9a-f]{12} would come", done.stderr)
    assert tree(joining.sources) == before and intake.lines("event=reloaded") == intake.lines("event=reloaded")[:1]

    wait_committed(intake, joining.topics, "water.event")
    joining.send_later(record(2), after=lambda: len(intake.lines("event=reloaded")) == 2)
    replaced = joining.added("--replace", *joining.reload_words())
    assert (replaced["state"], replaced["before"], replaced["mapping"]) == ("replaced", first, second[1])
    assert replaced["files"] == ["water.cfg", "codes/water.csv"]
    assert replaced["removed"] == ["tests/water/older.in", "tests/water/older.out"]
    assert replaced["first"]["record_no"] == "W000002" and replaced["first"]["mapping"] == second[1]
    assert joining.version_in_database(2) == second[1] and joining.version_in_database(1) == first
    assert tree(joining.sources) == tree(joining.department) | {"old.cfg": OLD.encode()}
    assert [(s["offset"], s["committed"]) for s in replaced["starts"] if s["end"] > 0] == [(1, 1)]


def test_a_table_of_another_department_is_never_overwritten(joining: Joining) -> None:
    (joining.sources / "codes").mkdir()
    (joining.sources / "codes" / "water.csv").write_text(CODES.replace("60", "50"))
    (joining.sources / "old.cfg").write_text(
        OLD.replace("title = {", 'status = { first = ["/state"]; codes = "state"; }; title = {') +
        'codes : { state = { system = "test.old"; file = "codes/water.csv"; unknown = "keep"; }; };\n', encoding="utf-8")
    for words in ([], ["--replace"]):
        done = joining.add(*words, status=1)
        assert re.search(r"codes/water\.csv is there, differs, and belongs to .*/old\.cfg too; give yours another name", done.stderr)
    assert not (joining.sources / "water.cfg").exists()
    (joining.sources / "codes" / "water.csv").write_text(CODES)
    assert sorted(joining.added()["files"]) == ["parts/region.inc", "tests/water/all.in", "tests/water/all.out", "water.cfg"]


def test_a_file_that_would_lie_outside_the_folder_is_refused(joining: Joining) -> None:
    shutil.move(joining.department / "codes" / "water.csv", joining.folder / "water.csv")
    joining.write("water.cfg", WATER.replace("codes/water.csv", "../water.csv"))
    done = joining.add(status=1)
    assert f'names "../water.csv", which would lie outside {joining.sources}' in done.stderr
    shutil.copy(joining.folder / "water.csv", joining.deploy / "water.csv")
    assert joining.added()["state"] == "new", "the same bytes lie there: nothing to put"


def test_a_part_that_intake_would_take_for_a_mapping_is_refused(joining: Joining) -> None:
    """Intake reads every *.cfg of the folder: a part named so would stop the reload, and the next start of all feeds."""
    (joining.department / "parts" / "region.inc").rename(joining.department / "region.cfg")
    joining.write("water.cfg", WATER.replace("parts/region.inc", "region.cfg"))
    before, topics = tree(joining.deploy), joining.topics.existing()
    done = joining.add(status=1)
    assert f'names "region.cfg", which intake would read as a mapping of its own; call it region.inc' in done.stderr, done.stderr
    assert tree(joining.deploy) == before and joining.topics.existing() == topics
    (joining.department / "parts").rmdir()
    (joining.department / "region.cfg").rename(joining.department / "region.inc")
    joining.write("water.cfg", WATER.replace("parts/region.inc", "region.inc"))
    assert joining.added()["state"] == "new"


def test_what_is_put_there_can_be_read_by_intake_whatever_the_umask(joining: Joining) -> None:
    before = os.umask(0o077)
    try:
        joining.add()
    finally:
        os.umask(before)
    for path in joining.sources.rglob("*"):
        mode = path.stat().st_mode & 0o777
        assert mode == (0o755 if path.is_dir() else 0o644), f"{path.name}: {mode:o}"


def test_tests_of_another_mapping_are_not_taken_away(joining: Joining) -> None:
    """Two mappings may have their tests in one folder, the one of them in what the other names too."""
    joining.add()
    (joining.sources / "tests" / "water" / "old.in").write_bytes(b'{"no":"X1","area":"990101","title":"t"}\n')
    (joining.sources / "old.cfg").write_text(OLD + 'tests = "tests/water";\n', encoding="utf-8")
    joining.write("water.cfg", WATER.replace("fields :", "empty = [\"-\"];\nfields :"))
    assert joining.added("--replace")["removed"] == []
    assert (joining.sources / "tests" / "water" / "old.in").exists()


def test_a_folder_of_tests_is_not_that_of_the_tests_above_it(joining: Joining) -> None:
    joining.add()
    (joining.sources / "old.cfg").write_text(OLD + 'tests = "tests";\n', encoding="utf-8")
    for name in ("all.in", "all.out"):
        (joining.department / "tests" / "water" / name).rename(joining.department / "tests" / "water" / name.replace("all", "each"))
    joining.write("water.cfg", WATER.replace("fields :", "empty = [\"-\"];\nfields :"))
    assert joining.added("--replace")["removed"] == ["tests/water/all.in", "tests/water/all.out"]
    (joining.department / "tests" / "water" / "each.in").write_bytes(record(1) + b"\n")
    joining.bless()
    assert joining.added("--replace")["files"] == ["tests/water/each.in", "tests/water/each.out"]


def test_a_dry_run_changes_nothing(joining: Joining) -> None:
    before, topics = tree(joining.folder), joining.topics.existing()
    said = joining.add("--dry-run").stdout
    assert "would be put into" in said and "water.event would be created: 3 partitions" in said
    assert "intake reads it after this command" in said
    assert tree(joining.folder) == before and joining.topics.existing() == topics
    plan = joining.added("--dry-run", "--partitions", "7")
    assert plan["dry_run"] and plan["topics"] == [
        {"topic": joining.topics.name("water.event"), "partitions": 7, "copies": 1, "state": "missing"}]


def test_a_topic_that_is_there_keeps_its_settings_and_its_records_are_read(joining: Joining) -> None:
    joining.topics.create("water.event", 2, retention_ms="86400000")
    joining.topics.create("water.event.backfill", 1)
    joining.topics.produce("water.event", [("a", record(1)), ("b", record(2)), ("c", record(3))])
    joining.start()
    added = joining.added("--partitions", "5", *joining.reload_words())
    names = [joining.topics.name(n) for n in ("water.event", "water.event.backfill")]
    assert [(t["topic"], t["partitions"], t["state"]) for t in added["topics"]] == [(names[0], 2, "there"), (names[1], 1, "there")]
    live = [s for s in added["starts"] if s["topic"] == names[0]]
    assert [(s["offset"], s["committed"]) for s in live] == [(0, None), (0, None)]
    assert sum(s["end"] - s["offset"] for s in live) == 3
    assert added["first"]["kind"] == "report" and added["taken"]
    for number in (1, 2, 3):
        joining.wait_report("WATER", f"W{number:06}")


def test_settings_of_topics_cfg_are_used_where_it_has_the_topic(joining: Joining) -> None:
    text = (PROJECT / "deploy" / "topics.cfg").read_text(encoding="utf-8")
    text = text.replace('name = "grid.event"; ', 'name = "water.event";').replace("partitions = 3;  keep = \"ever\"; stamp = \"CreateTime\"",
                                                                                 "partitions = 2;  keep = \"30d\";  stamp = \"CreateTime\"")
    (joining.deploy / "topics.cfg").write_text(text, encoding="utf-8")
    assert "water.event was created: 2 partitions, kept 30 days" in joining.add().stdout
    (joining.deploy / "topics.cfg").write_text(text.replace('"30d"', '"soon"'), encoding="utf-8")
    assert 'keep = "soon"' in joining.add(status=64).stderr


def test_rights_are_printed_as_commands_of_kafkas_own_tool(joining: Joining) -> None:
    brokers, topic = joining.topics.servers.brokers, joining.topics.name("water.event")
    start = f"kafka-acls.sh --bootstrap-server {brokers} --add --allow-principal"
    assert joining.added()["access"] == [
        f"{start} User:DEPARTMENT --operation Write --operation Describe --topic {topic}",
        f"{start} User:intake --operation Read --operation Describe --topic {topic}",
        f"{start} User:intake --operation Read --operation Describe --topic {topic}.backfill",
        f"{start} User:intake --operation Read --group {joining.topics.prefix}intake --group {joining.topics.prefix}intake.resume"]


@pytest.mark.parametrize(("pattern", "resource"), [
    (r"water\\.[a-z]+\\.event", "{prefix}water. --resource-pattern-type prefixed"),
    ("watery?-(one|two)", "TOPIC"),
    ("watery?-x", "{prefix}water --resource-pattern-type prefixed"),
    ("o[a-z]+x", "TOPIC"),
    ("_[a-z]+x", "TOPIC"),
])
def test_topics_by_pattern(joining: Joining, pattern: str, resource: str) -> None:
    joining.write("water.cfg", WATER.replace('topics = ["water.event"]', f'topic_pattern = "{pattern}"'))
    joining.topics.create("water.east.event", 2)
    added = joining.added()
    resource = resource.format(prefix=joining.topics.prefix)
    assert f"User:DEPARTMENT --operation Write --operation Describe --topic {resource}" in added["access"][0]
    assert f"User:intake --operation Read --operation Describe --topic {resource}" in added["access"][1]
    fits = [joining.topics.name("water.east.event")] if "event" in pattern else []
    assert [t["topic"] for t in added["topics"]] == fits
    assert added["topic_pattern"] == pattern.replace("\\\\", "\\")


def test_a_topic_that_fits_a_pattern_joins_too(joining: Joining) -> None:
    intake, _ = joining.start("topics_interval_ms=200")
    joining.topics.create("water.east", 1)
    joining.write("water.cfg", WATER.replace('topics = ["water.event"]', r'topic_pattern = "water\\.[a-z]+"'))
    joining.topics.produce("water.east", [("k", record(1))])
    added = joining.added(*joining.reload_words())
    assert added["first"]["topic"] == joining.topics.name("water.east") and added["first"]["record_no"] == "W000001"
    assert joining.list()["WATER"]["reports"] == 1


def test_a_first_record_that_is_a_dead_letter_is_said_plainly(joining: Joining) -> None:
    joining.start()
    joining.send_later(record(1, "what", title="姓张试验"), after=lambda: "water.event" in joining.topics.existing())
    done = joining.add(*joining.reload_words(), status=1)
    assert re.search(rf'^first    dead letter {joining.topics.name("water.event")}/\d/0, rule "kind", the record: ', done.stdout, re.M)
    assert "next     its bytes are kept in onecase.deadletter. Look at it with\n" \
           f"         onecase map {joining.sources}/water.cfg --from water.event --since 1h\n" in done.stdout
    assert "so far: 0 reports, 0 updates, 0 ignored, 1 dead letter\n" in done.stdout
    assert "张试验" not in done.stdout + done.stderr, "never a value"


@pytest.mark.parametrize(("value", "kind", "line"), [
    (record(1, "drill"), "ignored", r'first    ignored WATER/W000001, reason "drill" in region 9901$'),
    (record(1, "update"), "update", r"first    update WATER/W000001 in region 9901; it is kept until its report comes$"),
], ids=["ignored", "update"])
def test_a_first_record_of_any_kind_is_shown(joining: Joining, value: bytes, kind: str, line: str) -> None:
    joining.start()
    joining.send_later(value, after=lambda: "water.event" in joining.topics.existing())
    said = joining.add(*joining.reload_words()).stdout
    assert re.search(f"^{line}", said, re.M), said
    assert f"{int(kind == 'ignored')} ignored" in said and f"{int(kind == 'update')} update" in said


def test_an_update_of_a_known_report_is_found_too(joining: Joining) -> None:
    intake, _ = joining.start()
    joining.send_later(record(1), after=lambda: "water.event" in joining.topics.existing())
    joining.added(*joining.reload_words())
    joining.write("codes/water.csv", CODES + "3,40,,\n")
    joining.send_later(record(1, "update", state="3"), after=lambda: len(intake.lines("event=reloaded")) == 2)
    again = joining.added("--replace", *joining.reload_words())
    assert (again["first"]["kind"], again["first"]["record_no"]) == ("update", "W000001")
    assert joining.database.value("select status from onecase.reports where source = 'WATER'") == 40


def test_when_nothing_comes_the_next_step_is_said(joining: Joining) -> None:
    joining.start()
    done = joining.add(*joining.reload_words("30s"))
    assert re.search(r"^taken    intake began to read the topic \d+\.\d s after the reload$", done.stdout, re.M)
    assert "first    within 30.0 s no record came into the database; intake reads the topic\n" in done.stdout
    assert "`onecase send --source WATER FILE`" in done.stdout


def test_an_intake_that_reads_another_folder_is_noticed(joining: Joining, tmp_path: Path) -> None:
    shutil.copytree(joining.deploy, tmp_path / "other")
    joining.start(f"sources={tmp_path}/other/sources")
    done = joining.add(*joining.reload_words("4s"), status=1)
    assert "first    within 4.0 s intake has not begun to read the topic\n" in done.stdout
    assert f"does it read {joining.sources}" in done.stdout


def test_records_that_another_version_mapped_are_told_apart(joining: Joining, tmp_path: Path) -> None:
    """Intake reads other word lists, so what it maps by is not what was checked."""
    shutil.copytree(joining.words, tmp_path / "words")
    (tmp_path / "words" / "stop_words.txt").write_text("别的词\n", encoding="utf-8")
    joining.start(f"words={tmp_path}/words")
    joining.send_later(record(1), after=lambda: "water.event" in joining.topics.existing())
    added = joining.added(*joining.reload_words("40s"), status=1)
    assert added["first"] is None and added["otherwise"]["record_no"] == "W000001"
    assert added["otherwise"]["mapping"] == joining.version_in_database(1) != added["mapping"]


def test_intake_is_only_signalled_when_it_is_intake(joining: Joining) -> None:
    before, topics = tree(joining.deploy), joining.topics.existing()
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    started = Path(f"/proc/{os.getpid()}/stat").read_text().rsplit(") ", 1)[1].split()[19]
    ended = subprocess.Popen(["true"])
    ended.wait()
    for text, reason in ((f"{os.getpid()}\n", rf"process {os.getpid()} is "), (f"{ended.pid}\n", rf"process {ended.pid} has ended"),
                         (f"{os.getpid()} {int(started) + 1} {boot}\n", "has ended"), (f"{os.getpid()} {started} {'0' * 36}\n",
                                                                                      "before this machine was last started"),
                         ("soon\n", "no process id begins"), ("", "No data available")):
        joining.pid_file.write_text(text)
        done = joining.add(*joining.reload_words(), status=3)
        assert re.search(reason, done.stderr), done.stderr
    assert "No such file" in joining.add("--pid", str(joining.folder / "none.pid"), status=3).stderr
    assert tree(joining.deploy) == before and joining.topics.existing() == topics
    intake, _ = joining.start()
    line = Path(f"/proc/{intake.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    joining.pid_file.write_text(f"{intake.pid} {line[19]} {boot}\n")
    assert joining.added(*joining.reload_words("0"))["reload"]["pid"] == intake.pid
    intake.wait_for_log("event=reloaded")


def test_a_command_reloads_intake(joining: Joining) -> None:
    intake, _ = joining.start()
    joining.send_later(record(1), after=lambda: "water.event" in joining.topics.existing())
    added = joining.added("--reload", f"echo reloading; kill -HUP {intake.pid}")
    assert added["reload"] == {"how": "command", "pid": None, "command": f"echo reloading; kill -HUP {intake.pid}"}
    assert added["first"]["record_no"] == "W000001"
    done = joining.add("--reload", "exit 7", status=1)
    assert '"exit 7" ended with 7' in done.stderr and "everything else is in place" in done.stderr


def test_without_a_way_to_reload_the_command_is_said(joining: Joining, tmp_path: Path) -> None:
    intake, _ = joining.start()
    environment = joining.database.environment()
    done = subprocess.run([str(program("onecase")), *joining.arguments()], env=environment | {"ONECASE_DATA": str(tmp_path / "none")},
                          cwd=PROJECT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0 and done.stdout.endswith("         systemctl reload onecase-intake\n"), done.stdout + done.stderr
    (tmp_path / "data" / "run").mkdir(parents=True)
    shutil.copy(joining.pid_file, tmp_path / "data" / "run" / "intake.pid")
    done = subprocess.run([str(program("onecase")), *joining.arguments()], env=environment | {"ONECASE_DATA": str(tmp_path / "data")},
                          cwd=PROJECT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.stdout.endswith(f"         kill -HUP {intake.pid}\n")
    assert intake.lines("event=reloaded") == []


def test_the_rights_of_an_operator_in_the_database_suffice(joining: Joining) -> None:
    joining.start()
    joining.send_later(record(1), after=lambda: "water.event" in joining.topics.existing())
    operator = joining.database.environment() | {"PGOPTIONS": "-c role=onecase_operator"}
    for more, key in ((joining.reload_words(), "first"), (joining.reload_words(), "latest")):
        done = subprocess.run([str(program("onecase")), *joining.arguments("--json", *more)], env=operator, cwd=PROJECT,
                              capture_output=True, text=True, timeout=LIMIT_S, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)[key]["record_no"] == "W000001"


def test_servers_that_are_away_change_nothing(joining: Joining) -> None:
    joining.start()
    before, topics = tree(joining.deploy), joining.topics.existing()
    words = [str(program("onecase")), *joining.arguments(*joining.reload_words())]
    environment = joining.database.environment()
    for away, said in (({"PGPORT": "1"}, "--wait 0 goes without the database"), ({"ONECASE_BROKERS": "127.0.0.1:1"}, "127.0.0.1:1")):
        done = subprocess.run(words, env=environment | away, cwd=PROJECT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        assert done.returncode == 69 and said in done.stderr, done.stderr
    assert tree(joining.deploy) == before and joining.topics.existing() == topics


def test_one_at_a_time_and_what_a_killed_one_left_is_cleared(joining: Joining) -> None:
    stage = joining.sources / ".onecase-add"
    stage.mkdir()
    (stage / "0").write_text("half a file")
    folder = os.open(joining.sources, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    done = joining.add(status=75)
    assert "another `onecase source add` is at work" in done.stderr
    os.close(folder)
    joining.add()
    assert not stage.exists() and tree(joining.sources) == tree(joining.department) | {"old.cfg": OLD.encode()}


class SlowBroker:
    """A way to Kafka that opens when it is told to: who asks by it stands still between its check and its work."""

    def __init__(self, brokers: str) -> None:
        self.open, self.asked, self.broker = threading.Event(), threading.Event(), brokers.split(",")[0]
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.forward, args=(self.listener.accept()[0],), daemon=True).start()

    def forward(self, near: socket.socket) -> None:
        self.asked.set()
        self.open.wait()
        host, _, port = self.broker.rpartition(":")
        with contextlib.suppress(OSError), socket.create_connection((host, int(port))) as far:
            back = threading.Thread(target=self.copy, args=(far, near), daemon=True)
            back.start()
            self.copy(near, far)

    @staticmethod
    def copy(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)


def test_nobody_changes_the_folder_between_a_check_and_its_work(joining: Joining) -> None:
    """Two departments with one source: the later one must be told, and not be put beside the first."""
    other = WATER.replace("water.event", "rival.event")
    joining.write("rival.cfg", other)
    slow = SlowBroker(joining.topics.servers.brokers)
    first = subprocess.Popen([str(program("onecase")), *joining.arguments("--brokers", slow.address)], cwd=PROJECT,
                             env=joining.database.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert slow.asked.wait(60)
        assert "another `onecase source add` is at work" in joining.add(file=joining.department / "rival.cfg", status=75).stderr
        slow.open.set()
        said, _ = first.communicate(timeout=60)
        assert first.returncode == 0, said
    finally:
        slow.open.set()
        slow.listener.close()
        first.kill()
        first.wait()
    assert '"WATER"' in joining.add(file=joining.department / "rival.cfg", status=1).stderr
    assert not (joining.sources / "rival.cfg").exists()


def test_who_waits_for_a_first_record_keeps_nobody_from_joining(joining: Joining) -> None:
    joining.start()
    waiting = subprocess.Popen([str(program("onecase")), *joining.arguments(*joining.reload_words("10m"))], cwd=PROJECT,
                               env=joining.database.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in waiting.stdout:
            if line.startswith("wait "):
                break
        else:
            pytest.fail("it does not wait")
        joining.write("other.cfg", OLD.replace('"OLD"', '"OTHER"').replace("old.event", "other.event"))
        assert joining.added(file=joining.department / "other.cfg")["state"] == "new"
        assert waiting.poll() is None
    finally:
        waiting.kill()
        waiting.communicate()


def test_a_folder_that_cannot_be_written_leaves_no_topic(joining: Joining) -> None:
    (joining.sources / "codes").write_text("a file where a folder is to be\n")
    topics = joining.topics.existing()
    done = joining.add(status=70)
    assert "could not" in done.stderr and not (joining.sources / "water.cfg").exists()
    assert not (joining.sources / ".onecase-add").exists()
    assert joining.topics.existing() == topics


def test_the_mapping_comes_when_all_it_names_is_there(joining: Joining) -> None:
    (joining.sources / "codes" / "water.csv").mkdir(parents=True)
    done = joining.add("--replace", status=70)
    assert f'could not put in place "{joining.sources}/codes/water.csv"' in done.stderr
    assert not (joining.sources / "water.cfg").exists() and not (joining.sources / ".onecase-add").exists()
    (joining.sources / "codes" / "water.csv").rmdir()
    assert joining.added()["state"] == "new"


def test_a_run_that_is_killed_anywhere_leaves_a_folder_that_intake_can_read(joining: Joining) -> None:
    intake, _ = joining.start()
    words = [str(program("onecase")), *joining.arguments()]
    for delay in (0.05, 0.1, 0.2, 0.3, 0.4, 0.6):
        process = subprocess.Popen(words, env=joining.database.environment(), cwd=PROJECT, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(delay)
        process.kill()
        process.wait()
        there = tree(joining.sources)
        if "water.cfg" in there:
            assert {name: there[name] for name in tree(joining.department)} == tree(joining.department)
        joining.run("check", str(joining.sources), "--regions", str(joining.deploy / "regions.cfg"), "--words", str(joining.words),
                    "--no-tests")
    joining.send_later(record(1), after=lambda: reads_since_the_reload(intake))
    assert joining.added(*joining.reload_words())["first"]["record_no"] == "W000001"
    assert not (joining.sources / ".onecase-add").exists()


def test_the_list_shows_what_is_joined_and_whether_it_comes(joining: Joining) -> None:
    joining.start()
    joining.old_department_goes_on(1)
    joining.send_later(record(1), record(2, "drill"), record(3, "what"),
                       after=lambda: "water.event" in joining.topics.existing())
    joining.added(*joining.reload_words())
    wait_until(lambda: sum(joining.list()["WATER"][n] for n in ("reports", "updates", "ignored", "dead")) == 3, 60, "three records")
    feeds = joining.list()
    assert (feeds["OLD"]["reports"], feeds["OLD"]["topics"], feeds["OLD"]["dead"]) == (1, ["old.event"], 0)
    assert [feeds["WATER"][n] for n in ("reports", "updates", "ignored", "dead")] == [1, 0, 1, 1]
    assert feeds["WATER"]["mapping"] == joining.version_in_database(1)
    stamp = max(r.timestamp_ms for r in joining.topics.read("water.event"))
    assert feeds["WATER"]["last_record"] == time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(stamp // 1000)) + f".{stamp % 1000:03}Z"
    table = joining.run("source", "list", "--sources", str(joining.sources), "--prefix", joining.topics.prefix).stdout
    assert re.search(rf"^WATER   {feeds['WATER']['mapping']} +3 +1  \d{{4}}-\d\d-\d\d \d\d:\d\d  water\.event$", table, re.M), table


def test_the_list_does_without_servers_and_names_files_with_mistakes(joining: Joining) -> None:
    words = [str(program("onecase")), "source", "list", "--sources", str(joining.sources)]
    done = subprocess.run(words, env=joining.database.environment() | {"PGPORT": "1"}, cwd=PROJECT, capture_output=True, text=True,
                          timeout=LIMIT_S, check=False)
    assert done.returncode == 0 and "records are left out: could not connect to PostgreSQL" in done.stderr
    assert re.search(r"^OLD     old@[0-9a-f]{12} +-     -  - +old\.event$", done.stdout, re.M), done.stdout
    (joining.sources / "bad.cfg").write_text("format = ;\n")
    done = joining.run("source", "list", "--sources", str(joining.sources), status=1)
    assert f"{joining.sources}/bad.cfg has mistakes" in done.stdout and f"`onecase check {joining.sources}`" in done.stdout


def test_systemd_finds_no_fault_with_the_unit_of_intake(tmp_path: Path) -> None:
    text = (PROJECT / "deploy" / "systemd" / "onecase-intake.service").read_text().replace("/usr/local/bin/intake", str(program("intake")))
    unit = tmp_path / "onecase-intake.service"
    unit.write_text(text)
    for words in (["verify", "--man=no", str(unit)], ["security", "--offline=true", "--threshold=20", str(unit)]):
        done = subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^ExecReload=\S+ -HUP \$MAINPID$", text, re.M)
