"""onecase dlq: what an operator does about dead letters, with intake, matcher and relay on real servers."""

from __future__ import annotations

import base64
import json
import re
import signal
import stat
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import PROJECT, Database, LocalServers, Service, Topics, program, wait_until
from harness_hub import Hub, open_hub
from harness_intake import FEED, feed_record, set_config
from report_log import wait_until_read

FOUND, NO_SUCH, USAGE, UNAVAILABLE, LATER, DENIED = 1, 3, 64, 69, 75, 77
OPERATOR = {"PGOPTIONS": "-c role=onecase_operator"}
CUSTODIAN = {"PGOPTIONS": "-c role=onecase_custodian"}
ANALYST = {"PGOPTIONS": "-c role=onecase_analyst"}

PLANTED = ("19900001234", "合成甲", "990123199001011234", "永安里")  # phone, name, id number, street; all made up
MANY = FEED.replace('source = "TEST"', 'source = "MANY"').replace('format = 1;', 'format = 1;  each = "/items";') \
    .replace('"/no"', '"/items/*/no"').replace('"/kind"', '"/items/*/kind"').replace('"/area"', '"/items/*/area"')
WIDE = FEED.replace('source = "TEST"', 'source = "WIDE"').replace('"/no"', f'"/{"受理单编号" * 7}"')


class Department:
    """A hub with feeds of its own: "feed", one record each; "many", whose records hold items; "wide" with long names."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub = hub
        self.sources = folder / "sources"
        self.sources.mkdir()
        self.write("feed.cfg", FEED % "feed")
        self.write("many.cfg", MANY % "many")
        hub.topics.create("feed", 1)
        self.write("wide.cfg", WIDE % "wide")
        hub.topics.create("many", 1)
        hub.topics.create("wide", 1)
        self.intake: Service | None = None

    def write(self, name: str, text: str) -> None:
        (self.sources / name).write_text(text, encoding="utf-8")

    def start(self) -> None:
        self.intake = self.hub.start("intake", f"sources={self.sources}", f"words={PROJECT}/deploy/model/words",
                                     f"regions={PROJECT}/deploy/regions.cfg",
                                     f"matcher_group={self.hub.database.name}.matcher")
        matcher, relay = self.hub.start("matcher"), self.hub.start("relay")
        for service, works in ((self.intake, "assigned"), (matcher, "claimed"), (relay, "working")):
            service.wait_for_log(rf"event={works}\b")  # a command is waited for ten seconds

    def reload(self) -> None:
        """SIGHUP, and waits until the mappings are those of the files."""
        self.intake.wait_for_log(rf"event=started .*\bpid={self.intake.pid}\b")
        before = len(self.intake.lines("event=reloaded"))
        self.intake.signal(signal.SIGHUP)
        self.intake.wait_for_log("event=reloaded", count=before + 1)

    def send(self, topic: str, *values: bytes | None) -> list[str]:
        """Origins of the records, once the database accounts for them."""
        places = self.hub.topics.produce(topic, [("k", value) for value in values])
        self.await_accounts(topic)
        return [f"{self.hub.topics.name(topic)}/{partition}/{offset}#0" for partition, offset in places]

    def await_accounts(self, topic: str) -> None:
        """Until every record of the topic's one partition is in the database, once. One of several items is accounted for with its first:
        of "many" all is on onecase.report when intake has committed it."""
        end = self.hub.topics.ends(topic)[0]
        if topic == "many":
            group = f"{self.hub.database.name}.intake"
            wait_until(lambda: self.hub.topics.committed(group, topic)[0] == end, 60, f"intake to commit {end} records of {topic}")
            wait_until_read(self.hub.database, self.hub.topics)
        account = "select last_offset + 1, missing, doubled from analysis.reconciliation where source_topic = %s"

        def settled() -> bool:
            self.hub.check_running()
            return self.hub.database.rows(account, (self.hub.topics.name(topic),)) == [(end, 0, 0)]

        wait_until(settled, 60, f"the database to account for {end} records of {topic}")

    def dlq(self, *words: str, status: int | None = 0, environment: dict[str, str] | None = None) -> str:
        return self.run(*words, status=status, environment=environment).stdout

    def run(self, *words: str, status: int | None = 0,
            environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return self.hub.onecase("dlq", *words, "--prefix", self.hub.topics.prefix, status=status,
                                environment=environment or OPERATOR)

    def mappings(self) -> list[str]:
        return ["--sources", str(self.sources), "--words", f"{PROJECT}/deploy/model/words",
                "--regions", f"{PROJECT}/deploy/regions.cfg"]

    def trial(self, *words: str, status: int | None = 0) -> str:
        patience = ["--wait", "120"] if "--yes" in words and "--wait" not in words else []
        return self.dlq("redrive", *words, *patience, *self.mappings(), status=status)

    def groups(self, *words: str) -> list[dict]:
        return json.loads(self.dlq("list", "--json", *words))["groups"]

    def letter(self, origin: str) -> dict:
        return json.loads(self.dlq("show", origin, "--json"))


PERSONAL = {"phone": PLANTED[0], "name": PLANTED[1], "idcard": PLANTED[2], "text": f"{PLANTED[3]} 12 号电梯困人"}


def sick_records() -> list[bytes | None]:
    """What a department sends on a bad day; the first one is well."""
    unnumbered = json.dumps({"kind": "report", "area": "990201", **PERSONAL}, ensure_ascii=False)
    return [feed_record(1), feed_record(2, kind="hazard", **PERSONAL), feed_record(3, kind="hazard", **PERSONAL),
            unnumbered.encode(), unnumbered.encode("gb18030"), f'{{"no": "N4", "text": "{PLANTED[3]} {PLANTED[0]}'.encode(),
            b'{"no": "N5", "text": "\xff\xfe"', None, '["合成甲"]'.encode(), b"", b"\x00\x01\x02"]


def sick_items() -> bytes:
    """Nine items, the third and the eighth without their number."""
    items = [json.loads(feed_record(100 + n, payload=json.dumps({"tel": PLANTED[0], "deep": [1, 2]}))) for n in range(9)]
    del items[2]["no"], items[7]["no"]
    return json.dumps({"items": items}, ensure_ascii=False).encode()


@pytest.fixture
def department(servers: LocalServers, template_database: str, tmp_path: Path) -> Iterator[Department]:
    with open_hub(servers, template_database, tmp_path / "hub") as hub:
        made = Department(hub, tmp_path)
        made.start()
        yield made


class Sick:
    """A department whose bad day is over; tests only look at it."""

    def __init__(self, department: Department) -> None:
        self.department = department
        self.records = sick_records()
        self.origins = department.send("feed", *self.records)
        many = department.send("many", sick_items())[0]
        self.items = [many.replace("#0", f"#{item}") for item in (2, 7)]
        self.wide = department.send("wide", feed_record(1))
        self.dead = [*self.origins[1:], *self.items, *self.wide]


@pytest.fixture(scope="module")
def sick(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sick]:
    folder = tmp_path_factory.mktemp("sick")
    with open_hub(servers, template_database, folder / "hub") as hub:
        department = Department(hub, folder)
        department.start()
        made = Sick(department)
        hub.stop()
        yield made


# Looking

def test_dead_letters_are_grouped_by_cause_and_the_newest_trouble_is_first(sick: Sick) -> None:
    groups = sick.department.groups()
    assert sum(group["count"] for group in groups) == len(sick.dead)
    assert [group["last"] for group in groups] == sorted((group["last"] for group in groups), reverse=True)
    causes = {(group["source"], group["stage"], group["rule"], group["pointer"]): group for group in groups}
    assert causes["TEST", "map", "kind", ""]["count"] == 2
    assert causes["TEST", "map", "required", "/no"]["count"] == 2
    assert causes["MANY", "map", "required", "/items/*/no"]["count"] == 2  # items 2 and 7 are broken alike
    assert causes["TEST", "decode", "empty", ""]["open"] >= 1
    assert all(group["mapping"].startswith(("feed@", "many@", "wide@")) for group in groups)
    assert len({group["group"] for group in groups}) == len(groups)


def test_filters_narrow_the_list(sick: Sick) -> None:
    look = sick.department.groups
    assert {group["source"] for group in look("--source", "MANY")} == {"MANY"}
    assert {group["rule"] for group in look("--rule", "required")} == {"required"}
    assert {group["stage"] for group in look("--stage", "decode")} == {"decode"}
    one = look("--rule", "kind")[0]
    assert look("--group", one["group"]) == look(one["group"]) == [one]
    assert look("--since", "1h") == look() and look("--until", "1h") == []
    assert look("--state", "parked") == look("--state", "resolved") == []
    assert look("--state", "all") == look("--state", "open") == look()
    assert len(look("--limit", "2")) == 2
    assert sick.department.dlq("list", "--state", "parked") == "no such dead letter\n"
    for words in ((), ("--each",)):
        assert sick.department.dlq("list", "--source", "NOBODY", *words) == "no such dead letter is open\n"


def test_single_letters_are_listed_newest_first(sick: Sick) -> None:
    letters = json.loads(sick.department.dlq("list", "--each", "--json"))["letters"]
    assert {letter["origin"] for letter in letters} == set(sick.dead)
    assert [letter["received_at"] for letter in letters] == sorted((letter["received_at"] for letter in letters), reverse=True)
    assert all(letter["attempt"] == 1 and letter["state"] == "open" for letter in letters)
    text = sick.department.dlq("list", "--each", "--limit", "1")
    assert letters[0]["origin"] in text and f"... {len(sick.dead) - 1} more" in text


def test_a_terminal_gets_no_line_of_more_than_80_columns(sick: Sick) -> None:
    words = ["script", "-qec", f"{program('onecase')} dlq list", "/dev/null"]
    done = subprocess.run(words, env=sick.department.hub.database.environment() | OPERATOR, cwd=PROJECT, capture_output=True,
                          stdin=subprocess.DEVNULL, text=True, timeout=60, check=True)
    lines = done.stdout.replace("\r", "").splitlines()
    assert lines[0].split() == ["GROUP", "COUNT", "LAST", "SOURCE", "STAGE", "RULE", "POINTER"]
    assert any("/items/*/no" in line for line in lines)
    assert any("/受理单编号" in line and line.endswith("…") for line in lines)
    assert "受理单编号" * 7 in sick.department.dlq("list")  # a pipe gets it whole
    assert max(width(line) for line in lines) <= 80


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


# Understanding

def test_what_is_shown_holds_no_value_of_the_record(sick: Sick) -> None:
    for origin in sick.dead:
        for words in ((), ("--json",)):
            shown = sick.department.dlq("show", origin, *words)
            assert origin in shown
            assert [value for value in PLANTED if value in shown] == []
            assert "\u5408" not in shown


def test_the_faulty_place_is_marked_and_the_structure_is_seen(sick: Sick) -> None:
    number = sick.department.letter(sick.origins[3])["masked"]
    assert re.search(r'^\{ +<-- required: there is no "/no" here$', number, re.M)
    assert '"phone": "99999999999"' in number and '"text": "字字字 99 ' in number
    item = sick.department.letter(sick.items[1])["masked"]
    lines = item.splitlines()
    marked = next(i for i, line in enumerate(lines) if "<--" in line)
    assert lines[marked].strip() == '{   <-- required: there is no "/no" here'
    assert "... 4 more" in lines[marked - 1]  # elements that do not lie on the way are cut
    assert item.count('"no":') == 2  # of the first two items
    assert '"payload": a text that holds {' in item and '"tel": "99999999999"' in item
    gb18030 = sick.department.letter(sick.origins[4])["masked"]
    assert gb18030.startswith("(GB18030)\n") and gb18030.endswith(number)


def test_what_is_no_json_is_shown_around_the_fault(sick: Sick) -> None:
    cut = sick.department.letter(sick.origins[5])["masked"].splitlines()
    assert cut[1].endswith('"aaaa": "字字字 99999999999') and cut[2].strip() == "^ the end, behind 43 bytes"
    broken = sick.department.letter(sick.origins[6])["masked"].splitlines()
    assert broken[1] == '{"aa": "a9", "aaaa": "\\xff?"' and broken[2].index("^") == broken[1].index("\\xff")
    assert broken[2].strip() == "^ byte 23 of 25"
    assert sick.department.letter(sick.origins[7])["masked"] == "no value (a tombstone)\n"
    assert sick.department.letter(sick.origins[9])["masked"] == "no bytes\n"
    assert "\\x00" in sick.department.letter(sick.origins[10])["masked"]


def test_show_says_what_to_do_next(sick: Sick) -> None:
    group = next(group for group in sick.department.groups() if group["rule"] == "kind")
    shown = sick.department.dlq("show", group["group"], "--sources", "deploy/sources")
    assert f"{group['group']}, of which this is the newest of 2" in shown
    assert f"letter    {sick.origins[2]}" in shown
    flat = " ".join(shown.split())
    assert "edit deploy/sources/feed.cfg" in flat and f"`onecase dlq redrive {group['group']}`" in flat
    assert re.search(r"^bytes     \d+, kept for 30 days more", shown, re.M)


# Who may see what

def test_bytes_are_for_the_custodian_and_every_attempt_is_logged(sick: Sick) -> None:
    department, origin = sick.department, sick.origins[1]
    refused = department.run("show", origin, "--raw", "--reason", "curious", status=DENIED)
    assert refused.stdout == "" and "onecase_custodian" in refused.stderr and "logged" in refused.stderr
    shown = department.run("show", origin, "--raw", "--reason", "the sender asks", environment=CUSTODIAN)
    assert shown.stdout.encode() == sick.records[1]
    rows = department.hub.database.rows(
        "select acting_as, action, origins, reason, granted from onecase.access_log where origins = array[%s] order by access_id",
        (origin,))
    assert rows == [("onecase_operator", "dlq.show", [origin], "curious", False),
                    ("onecase_custodian", "dlq.show", [origin], "the sender asks", True)]


def test_others_are_refused_in_plain_words(sick: Sick) -> None:
    for words in (("list",), ("show", sick.dead[0]), ("show", sick.dead[0], "--raw", "--reason", "x"),
                  ("redrive", sick.dead[0]), ("park", sick.dead[0], "--reason", "x")):
        done = sick.department.run(*words, status=DENIED, environment=ANALYST)
        assert done.stdout == "" and "permission denied" in done.stderr and "onecase_operator" in done.stderr


def test_an_export_has_everything_for_its_owner_alone(sick: Sick, tmp_path: Path) -> None:
    department, out = sick.department, tmp_path / "letters.jsonl"
    words = ("export", "--since", "1d", "--out", str(out), "--reason", "for the department")
    refused = department.run(*words, status=DENIED)
    assert "logged" in refused.stderr and not out.exists()
    assert f"{len(sick.dead)} of {len(sick.dead)} written" in department.dlq(*words, environment=CUSTODIAN)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    letters = {letter["origin"]: letter for letter in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
    assert set(letters) == set(sick.dead)
    for index, origin in enumerate(sick.origins[1:], 1):
        value = letters[origin]["value_base64"]
        assert (None if value is None else base64.b64decode(value)) == sick.records[index]
        assert letters[origin]["key"] == "k" and letters[origin]["stage"] and letters[origin]["rule"]
    assert all(base64.b64decode(letters[origin]["value_base64"]) == sick_items() for origin in sick.items)
    headers = {header["name"]: header["value"] for header in letters[sick.items[1]]["headers"]}
    assert headers["oc-origin"] == sick.items[1] and headers["oc-pointer"] == "/items/7/no"
    again = department.run(*words, status=70, environment=CUSTODIAN)
    assert "File exists" in again.stderr
    granted = department.hub.database.value(
        "select count(*) from onecase.access_log where action = 'dlq.export' and granted and cardinality(origins) = %s",
        (len(sick.dead),))
    assert granted == 1  # what was not opened was not asked for


# Wrong words, servers away

@pytest.mark.parametrize("words, said", [
    ((), "a subcommand is missing"),
    (("frob",), 'no subcommand "frob"'),
    (("list", "x/0/1#0"), "list takes no origin"),
    (("list", "--yes"), 'no option "--yes"'),
    (("list", "--state", "dead"), "--state is open, released, parked, resolved or all, not \"dead\""),
    (("list", "--since", "yesterday"), "not \"yesterday\""),
    (("list", "--limit", "0"), "--limit is a number from 1 on"),
    (("show",), "one origin or one group"),
    (("show", "zz"), 'neither an origin (topic/partition/offset#item) nor a group'),
    (("show", "feed/0/1"), 'an origin is topic/partition/offset#item, not "feed/0/1"'),
    (("show", "feed/0/1#0", "--raw"), "a --reason is needed"),
    (("show", "01234567", "--raw", "--reason", "x"), "--raw takes one origin"),
    (("redrive",), "say which"),
    (("redrive", "feed/0/1#0", "--rule", "kind"), "origins stand alone"),
    (("redrive", "01234567", "--wait", "-1"), "--wait is 0 to 3600 seconds"),
    (("park", "feed/0/1#0"), "a --reason is needed"),
    (("park", "feed/0/1#0", "--reason", "  "), "a --reason is needed"),
    (("export", "feed/0/1#0", "--reason", "x"), "--out FILE is needed"),
])
def test_wrong_words_are_told_before_any_server_is_asked(words: tuple[str, ...], said: str) -> None:
    done = subprocess.run([str(program("onecase")), "dlq", *words], env={"PGHOST": "127.0.0.1", "PGPORT": "1"}, cwd=PROJECT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == USAGE and done.stdout == ""
    assert said in done.stderr


def test_help_names_every_subcommand(onecase: Callable[..., subprocess.CompletedProcess[str]], database: Database) -> None:
    text = onecase("dlq", "--help", database=database).stdout
    assert text == onecase("dlq", "show", "--help", database=database).stdout
    for word in ("list", "show", "redrive", "park", "unpark", "export", "--reason", "--again"):
        assert re.search(rf"^ +{word}\b|onecase dlq {word}\b", text, re.M), word
    assert max(map(len, text.splitlines())) <= 95


def test_what_is_not_there_is_said(sick: Sick, tmp_path: Path) -> None:
    run = sick.department.run
    for words in (("show", "feed/0/999#0"), ("redrive", "feed/0/999#0"), ("park", "feed/0/999#0", "--reason", "x")):
        assert "no dead letter feed/0/999#0" in run(*words, status=NO_SUCH).stderr
    assert "no group 01234567" in run("show", "01234567", status=NO_SUCH).stderr
    assert "no such dead letter" in run("redrive", "--source", "NOBODY", status=NO_SUCH).stderr
    group = sick.department.groups()[0]["group"]
    done = run("redrive", group, "01234567", *sick.department.mappings(), status=NO_SUCH)
    assert done.stdout == "" and done.stderr == "onecase dlq: no such dead letter in group 01234567\n"
    assert "holds no mapping file" in run("redrive", sick.dead[0], "--sources", str(tmp_path), status=NO_SUCH).stderr


def test_without_servers_it_says_which_is_away(sick: Sick) -> None:
    away = {"ONECASE_BROKERS": "127.0.0.1:1"}
    assert "is open" not in sick.department.dlq("list", environment=OPERATOR | away)  # needs PostgreSQL alone
    shown = sick.department.run("show", sick.dead[0], environment=OPERATOR | away, status=UNAVAILABLE)
    assert "stage map, rule kind" in shown.stdout and "bytes     unknown" in shown.stdout and "127.0.0.1:1" in shown.stderr
    sick.department.run("redrive", sick.dead[0], environment=OPERATOR | away, status=UNAVAILABLE)
    sick.department.run("list", environment=OPERATOR | {"PGPORT": "1"}, status=UNAVAILABLE)


def test_where_nothing_is_dead_it_says_so(database: Database, topics: Topics,
                                          onecase: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert onecase("dlq", "list", database=database).stdout == "no dead letter is open\n"
    assert json.loads(onecase("dlq", "list", "--json", database=database).stdout) == {"groups": []}
    assert json.loads(onecase("dlq", "list", "--each", "--json", database=database).stdout) == {"letters": []}
