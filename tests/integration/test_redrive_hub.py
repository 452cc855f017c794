"""Released dead letters in the whole hub: what they become, what the accounts say, and what a replay of the log makes of it.

The first release finds nothing mended, the next ones do; judged by raw rows and the reconciliation.
"""

from __future__ import annotations

import json
import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import LocalServers, Service, wait_until
from harness_hub import Hub, open_hub
from redriving import REDRIVE, kept, redrive, released
from test_replay import Replay

FEED = """
format = 1;  source = "TEST";  topics = ["feed"];  each = "/items";
time   : { zone = "+08:00"; formats = ["yyyy-MM-dd HH:mm:ss"]; };
region : { first = ["/items/*/REGION"]; default = "9901"; };
kinds  = (
  { kind = "ignore"; reason = "drill"; when = ( ("/items/*/kind", "in", ["drill"]) ); },
  { kind = "update"; when = ( ("/items/*/kind", "in", ["update"]) ); },
  { kind = "assignment"; when = ( ("/items/*/kind", "in", ["assignment"]) ); },
  { kind = "report"; when = ( ("/items/*/kind", "in", [KINDS]) ); } );
fields : {
  record_no   = { first = ["/items/*/NUMBER"]; required = true; };
  revision    = { first = ["/items/*/seq"]; as = "integer"; };
  reported_at = { first = ["/at"]; as = "time"; kinds = ["report"]; };
  changed_at  = { first = ["/at"]; as = "time"; kinds = ["update", "assignment"]; };
  title       = { first = ["/items/*/title"]; };
  address     = { first = ["/items/*/place"]; };
  category    = { value = "A02"; kinds = ["report"]; };
  status      = { first = ["/items/*/state"]; codes = "state"; };
  assignment_no = { first = ["/items/*/sheet"]; kinds = ["assignment"]; };
  lead_org    = { first = ["/items/*/org"]; kinds = ["assignment"]; };
};
codes : { state = { rows = ( ("open", "10"), ("work", "40"), ("done", "60") ); }; };
"""
BROKEN = FEED.replace("KINDS", '"report"').replace("NUMBER", "no").replace("REGION", "area")
WORSE = FEED.replace("KINDS", '"report", "new"').replace("NUMBER", "number").replace("REGION", "area")
MENDED = FEED.replace("KINDS", '"report", "new"').replace("NUMBER", "no").replace("REGION", "area")
REGIONS = 'prefixes = ( ("9901", "9901"), ("9903", "9903") );\n'
AWAY = "990301"  # its region lies in another partition than the one of what has no area


class Department:
    """Topic "feed" of a hub with programs, and its mapping."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.sources = hub.folder / "sources"
        self.sources.mkdir()
        self.reloads = 0
        (self.sources / "feed.cfg").write_text(BROKEN)
        hub.topics.create("feed", 1)
        (hub.folder / "regions.cfg").write_text(REGIONS)
        self.intake = self.start_intake()
        self.matcher = hub.start("matcher")
        self.relay = hub.start("relay")

    def start_intake(self, group: str | None = None) -> Service:
        return self.hub.start("intake", f"sources={self.sources}", f"regions={self.hub.folder}/regions.cfg",
                              f"matcher_group={self.hub.database.name}.matcher", group=group)

    def mend(self, text: str) -> None:
        (self.sources / "feed.cfg").write_text(text)
        self.reloads += 1
        self.intake.wait_for_log("event=started")  # it hears no signal before
        self.intake.signal(signal.SIGHUP)
        self.intake.wait_for_log("event=reloaded", count=self.reloads)

    def send(self, *items: dict, whole: bytes | None = None) -> str:
        """One message; answers its place, to which #item is added."""
        value = whole or json.dumps({"at": "2026-02-01 08:30:00", "items": items}, ensure_ascii=False).encode()
        [(partition, offset)] = self.hub.topics.produce("feed", [("k", value)])
        return f"{self.hub.topics.name('feed')}/{partition}/{offset}#"

    def report(self, number: str, **more: object) -> str:
        return self.send({"no": number, "kind": "report", "title": "合成", "place": "合成路1号"} | more) + "0"

    # ---- what became of it ---------------------------------------------------------------------------------------

    def letters(self) -> dict[str, tuple]:
        """(state, attempt, stage, rule) of each dead letter, by origin."""
        rows = self.hub.database.rows("select topic || '/' || partition || '/' || kafka_offset || '#' || item, state, attempt, stage, rule"
                                      " from onecase.dead_letters")
        return {row[0]: row[1:] for row in rows}

    def reports(self) -> dict[str, tuple]:
        """(region, status, revisions) by record number; fails when one number has two rows."""
        rows = self.hub.database.rows(
            "select r.record_no, r.region, r.status, (select count(*) from onecase.report_revisions v"
            "   where v.region = r.region and v.report_id = r.report_id) from onecase.reports r where r.source = 'TEST'")
        found = {row[0]: row[1:] for row in rows}
        assert len(found) == len(rows), rows
        return found

    def await_letter(self, origin: str, state: str, attempt: int) -> tuple:
        """Answers stage and rule."""
        def there() -> bool:
            self.hub.check_running()
            return self.letters().get(origin, ("", 0))[:2] == (state, attempt)

        wait_until(there, 60, f"{origin} to be {state}, attempt {attempt}; it is {self.letters().get(origin)}")
        return self.letters()[origin][2:]

    def await_reports(self, count: int) -> None:
        wait_until(lambda: len(self.reports()) >= count, 60, f"{count} reports")

    def account(self, doubled: int = 0) -> dict[str, int]:
        """The one row of the source; nothing may be missing, and so much doubled, in the end."""
        names = "consumed reports inspections updates assignments ignored dead released redelivered extra_items missing doubled".split()
        columns = ", ".join(f"coalesce({name}, 0)" for name in names)
        where = f"from analysis.reconciliation where source_topic = '{self.hub.topics.name('feed')}'"

        def settled() -> list[tuple]:
            return self.hub.database.rows(f"select {columns} {where} and missing = 0 and doubled = {doubled}")

        try:
            [row] = wait_until(settled, 60, f"nothing to be missing and {doubled} doubled")
        except AssertionError:
            raise AssertionError(self.hub.database.rows(f"select {columns} {where}")) from None
        return dict(zip(names, row))

    def settle(self) -> None:
        """Until the effect of all that stands on onecase.report is stored; the relay's ticks come at any time."""
        wait_until(lambda: self.hub.consumed() >= self.hub.reported(), 120, "the matcher to come to the end")


@pytest.fixture
def department(servers: LocalServers, template_database: str, tmp_path: Path) -> Iterator[Department]:
    with open_hub(servers, template_database, tmp_path / "hub") as hub:
        yield Department(hub)


@pytest.fixture
def replayed(servers: LocalServers, template_database: str) -> Iterator[Callable[[Department], None]]:
    """replayed(department): stops what writes, replays the log and demands equal digests."""
    name = f"onecase_{secrets.token_hex(6)}"
    with servers.connect() as connection:
        connection.execute(f'create database "{name}" template "{template_database}"')

    def check(department: Department) -> None:
        hub = department.hub
        department.intake.stop()
        department.relay.stop()
        department.settle()
        department.matcher.stop()
        told = Replay(hub.database, name, hub.topics, "--compare", "--json").end().json()
        assert told["differences"] == [] and told["equal"] is True

    yield check
    with servers.connect() as connection:
        connection.execute(f'drop database "{name}" with (force)')


def test_it_becomes_a_report_in_another_region_and_partition(department: Department, replayed: Callable[[Department], None]) -> None:
    hub = department.hub
    department.mend(BROKEN.replace("/items/*/area", "/items/*/zone"))  # the region cannot be read either
    letter = department.report("N1", kind="new", area=AWAY)
    neighbour = department.report("N2")
    assert department.await_letter(letter, "open", 1) == ("map", "kind")
    old = hub.database.value("select report_partition from onecase.dead_letters")
    department.mend(MENDED)
    redrive(hub.topics, letter)
    department.await_letter(letter, "resolved", 1)
    department.await_reports(2)
    assert department.reports() == {"N1": ("9903", None, 0), "N2": ("9901", None, 0)}
    assert hub.database.value("select report_partition from onecase.reports where record_no = 'N1'") != old, "or nothing is tried here"
    account = department.account()
    assert (account["reports"], account["dead"], account["released"], account["redelivered"]) == (2, 1, 1, 0)
    assert neighbour not in department.letters()
    replayed(department)


def test_a_second_failure_returns_with_attempt_2_and_the_third_try_passes(department: Department, replayed: Callable[[Department], None]) -> None:
    letter = department.report("N1", kind="new")
    department.await_letter(letter, "open", 1)
    department.mend(WORSE)
    redrive(department.hub.topics, letter)
    assert department.await_letter(letter, "open", 2) == ("map", "required")
    account = department.account()
    assert (account["reports"], account["dead"], account["released"]) == (0, 2, 1)
    department.mend(MENDED)
    redrive(department.hub.topics, letter)
    department.await_letter(letter, "resolved", 2)
    assert department.reports() == {"N1": ("9901", None, 0)}
    account = department.account()
    assert (account["reports"], account["dead"], account["released"], account["redelivered"]) == (1, 2, 2, 0)
    replayed(department)


def test_what_postgresql_refused_goes_back_as_it_is(department: Department) -> None:
    database = department.hub.database
    database.execute("alter table onecase.reports add constraint not_yet check (title <> 'refused') not valid")
    letter = department.report("N1", title="refused", area=AWAY)
    department.report("N2")
    assert department.await_letter(letter, "open", 1)[0] == "write"
    record = kept(department.hub.topics)[letter]
    assert (record.headers["oc-canonical"], record.headers["oc-region"], record.headers["ce_id"]) == ("true", "9903", letter)
    redrive(department.hub.topics, letter)  # nothing has changed
    assert department.await_letter(letter, "open", 2)[0] == "write"
    database.execute("alter table onecase.reports drop constraint not_yet")
    redrive(department.hub.topics, letter)
    department.await_letter(letter, "resolved", 2)
    department.await_reports(2)
    assert department.reports() == {"N1": ("9903", None, 0), "N2": ("9901", None, 0)}
    account = department.account()
    assert (account["reports"], account["dead"], account["released"]) == (2, 2, 2)
    department.settle()  # no replay: what PostgreSQL refused then does not stand in the log


def test_updates_assignments_and_ignored_ones_come_back_too(department: Department, replayed: Callable[[Department], None]) -> None:
    department.report("N1", area=AWAY)
    department.await_reports(1)
    broken = BROKEN.replace('"kind", "in", ["update"]', '"kind", "in", ["xupdate"]')
    for word in ("update", "assignment", "drill"):
        broken = broken.replace(f'["{word}"]', f'["not_{word}"]', 1)
    department.mend(broken)
    letters = [
        department.send({"no": "N1", "kind": "update", "area": AWAY, "state": "done", "seq": 2}) + "0",
        department.send({"no": "N1", "kind": "assignment", "area": AWAY, "sheet": "S1", "org": "合成局", "state": "work", "seq": 3}) + "0",
        department.send({"no": "N9", "kind": "drill"}) + "0",
        department.send({"no": "N5", "kind": "update", "area": AWAY, "state": "done", "seq": 2}) + "0"]
    for letter in letters:
        department.await_letter(letter, "open", 1)
    department.mend(MENDED)
    redrive(department.hub.topics, *letters)
    for letter in letters:
        department.await_letter(letter, "resolved", 1)
    department.report("N5", area=AWAY, seq=1)  # the update that waits for it was released before
    department.await_reports(2)
    department.settle()
    assert {number: row[:2] for number, row in department.reports().items()}["N5"] == ("9903", 60)
    assert department.hub.database.value("select count(*) from onecase.assignments") == 1
    account = department.account()
    assert [account[name] for name in ("reports", "updates", "assignments", "ignored", "dead", "released")] == [2, 2, 1, 1, 4, 4]
    replayed(department)


def test_items_of_one_record_one_by_one_and_a_record_as_a_whole(department: Department, replayed: Callable[[Department], None]) -> None:
    items = [{"no": f"M{n}", "kind": "new" if n in (1, 3) else "report", "area": AWAY if n == 3 else "990101"} for n in range(5)]
    several = department.send(*items)
    whole = department.send(whole=json.dumps({"at": "2026-02-01 08:30:00", "rows": [
        {"no": f"W{n}", "kind": "new" if n < 3 else "odd", "area": AWAY if n == 1 else "990101"} for n in range(4)]}).encode())
    for letter in (several + "1", several + "3", whole + "0"):
        department.await_letter(letter, "open", 1)
    department.mend(MENDED)
    redrive(department.hub.topics, several + "3")
    department.await_letter(several + "3", "resolved", 1)
    assert department.letters()[several + "1"][0] == "open"
    redrive(department.hub.topics, several + "1")
    department.await_letter(several + "1", "resolved", 1)
    assert set(department.reports()) == {f"M{n}" for n in range(5)}
    department.mend(MENDED.replace("items", "rows"))
    redrive(department.hub.topics, whole + "0")
    department.await_letter(whole + "0", "resolved", 1)
    department.await_letter(whole + "3", "open", 2)  # it was in no dead letter before
    department.await_reports(8)
    account = department.account()
    assert [account[name] for name in ("reports", "dead", "released", "extra_items")] == [8, 4, 6, 4]
    department.mend(MENDED.replace("items", "rows").replace('"new"', '"new", "odd"'))
    redrive(department.hub.topics, whole + "3")
    department.await_letter(whole + "3", "resolved", 2)
    assert set(department.reports()) == {f"M{n}" for n in range(5)} | {f"W{n}" for n in range(4)}
    department.account()
    replayed(department)


def test_the_same_release_twice_has_one_effect(department: Department, replayed: Callable[[Department], None]) -> None:
    """Of a report, an update, a whole record and one that fails again; as when who wrote it or intake crashed."""
    hub = department.hub
    report = department.report("N1", kind="new", area=AWAY)
    fails = department.report("N2", kind="odd")
    whole = department.send(whole=json.dumps({"at": "2026-02-01 08:30:00", "rows": [
        {"no": f"W{n}", "kind": "report", "area": AWAY if n == 1 else "990101"} for n in range(3)]}).encode()) + "0"
    for letter in (report, fails, whole):
        department.await_letter(letter, "open", 1)
    first = kept(hub.topics)
    department.mend(MENDED)
    twice = [released(first, letter) for letter in (report, fails)]
    hub.topics.produce(REDRIVE, [*twice, *twice])
    department.await_letter(report, "resolved", 1)
    department.await_letter(fails, "open", 2)
    wait_until(lambda: department.account()["redelivered"] == 2, 60, "the second time of both to be read with this mapping")
    department.mend(MENDED.replace("items", "rows"))
    hub.topics.produce(REDRIVE, [released(first, whole)] * 2)
    department.await_letter(whole, "resolved", 1)
    wait_until(lambda: department.account()["redelivered"] == 5, 60, "the second time to be known")
    department.settle()
    assert department.reports() == {"N1": ("9903", None, 0)} | {f"W{n}": ("9903" if n == 1 else "9901", None, 0) for n in range(3)}
    account = department.account()
    assert [account[name] for name in ("reports", "dead", "released", "redelivered")] == [4, 4, 5, 5]
    replayed(department)


@pytest.mark.parametrize("moves", [False, True], ids=["same_partition", "other_partition"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_the_department_s_record_delivered_once_more_makes_no_second_report(
        department: Department, replayed: Callable[[Department], None], when: str, moves: bool) -> None:
    """intake goes back behind its commits, and reads with the mended mapping what was dead. When its region was not known
    before and lies elsewhere, its offset has been taken in two partitions, and the account says so."""
    hub = department.hub
    if moves:
        department.mend(BROKEN.replace("/items/*/area", "/items/*/zone"))
    letter = department.report("N1", kind="new", area=AWAY)
    department.report("N2")
    department.await_letter(letter, "open", 1)
    department.await_reports(1)
    if when == "after":
        department.mend(MENDED)
        redrive(hub.topics, letter)
        department.await_letter(letter, "resolved", 1)
    (department.sources / "feed.cfg").write_text(MENDED)
    department.settle()
    department.intake.stop()
    department.intake = department.start_intake(f"{hub.database.name}.again")
    wait_until(lambda: hub.topics.committed(f"{hub.database.name}.again", "feed")[0] == 2, 60, "intake to read the feed again")
    department.settle()
    if when == "before":
        redrive(hub.topics, letter)
        department.await_letter(letter, "resolved", 1)
    department.settle()
    assert {number: row[0] for number, row in department.reports().items()} == {"N1": "9903", "N2": "9901"}
    account = department.account(doubled=1 if moves else 0)
    assert (account["reports"], account["dead"], account["released"]) == (2, 1, 1)
    replayed(department)
