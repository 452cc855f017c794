"""Time alone moves cases: nobody sends anything but the relay's ticks.

Departments' due dates lie some seconds ahead (timers have seconds), the relay ticks every second. What happens is asked of an
outside consumer of onecase.case, and of case_events. A date must lie ahead when its report arrives on onecase.report, whatever
holds the sender up; where a test looks at what stands before the date, no tick comes until it has looked.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from harness import PROJECT, Database, Service, Topics, wait_until
from report_log import ReportLog, wait_until_stored
from told import CASE, Outside

ORANGE, YELLOW = 2, 3
SOON = 8  # seconds ahead: far longer than a record takes to onecase.report
# A street lamp: yellow by its class, so that a step up shows.
LAMP = {"category": "E05", "category_confidence": 90, "status": 10, "body": None, "point": None, "point_system": None,
        "point_precision": None, "reporter": None, "reporter_kind": None, "revision": 1}
HISTORY = {"oc-backfill": "true"}
GRACE = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(timezone.utc)


def ahead(seconds: int) -> datetime:
    """A whole second; at least so many seconds ahead."""
    return now().replace(microsecond=0) + timedelta(seconds=seconds + 1)


def iso(at: datetime) -> str:
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {path.name}"
    path.write_text(text.replace(before, after), encoding="utf-8")


class Clockwork:
    """A matcher and a relay that ticks every second, over a log that the test writes."""

    def __init__(self, topics: Topics, database: Database, start_service: Callable[..., Service]) -> None:
        self.log = ReportLog(topics, partitions=2).create()
        self.log.use(database)
        topics.create(CASE, 4, message_timestamp_type="LogAppendTime")
        self.topics = topics
        self.database = database
        self.start_service = start_service
        self.outside = Outside(topics)
        self.groups = itertools.count(1)

    def start_matcher(self, *settings: str, database: Database | None = None) -> Service:
        """In a group of its own: the broker holds the partitions of a killed member for ten seconds."""
        own = (f"group={self.topics.prefix}{next(self.groups)}", *settings)
        words = [word for setting in own for word in ("--set", setting)]
        matcher = self.start_service("matcher", *words, database=database or self.database)
        matcher.wait_for_log("event=claimed")
        return matcher

    def start_relay(self) -> Service:
        return self.start_service("relay", "--set", "tick_s=1", "--set", "poll_ms=20")

    # ---- what is sent ------------------------------------------------------------------------------------------

    def lamp(self, record_no: str, road_no: int, **more: object) -> None:
        """A lamp of its own at each number of the road."""
        at = {name: iso(now() - timedelta(minutes=5)) for name in ("occurred_at", "reported_at", "changed_at")}
        self.log.report(record_no, **(LAMP | at | {"title": "路灯不亮", "address": f"秋水路{road_no}号"} | more))

    def update(self, record_no: str, revision: int, **more: object) -> None:
        self.log.report(record_no, "update", revision=revision, **more)

    def settle(self) -> None:
        """What the test has written is sent and decided."""
        self.log.send()
        wait_until_stored(self.database, self.log)

    def ticks(self, count: int) -> None:
        """So many ticks more are decided in every partition; nothing else comes."""
        ends = {partition: end + count for partition, end in self.topics.ends("onecase.report").items()}

        def decided() -> bool:
            there = dict(self.database.rows("select partition, next_offset from onecase.consumer_offsets"))
            return all(there.get(partition, 0) >= end for partition, end in ends.items())

        wait_until(decided, 60, f"{count} ticks to be decided")

    def first_behind(self, record_no: str, moment: datetime) -> datetime:
        """Time stamp of the first record that came not before this moment, in the report's partition."""
        partition = self.database.value("select report_partition from onecase.reports where record_no = %s", (record_no,))
        stamps = [record.timestamp_ms for record in self.topics.read("onecase.report") if record.partition == partition]
        return datetime.fromtimestamp(min(stamp for stamp in stamps if stamp >= moment.timestamp() * 1000) / 1000, timezone.utc)

    # ---- what came of it ---------------------------------------------------------------------------------------

    def events(self, *kinds: str) -> list[tuple]:
        """First record of the case, kind, reason, before, after; in order."""
        return self.database.rows(
            "select (select min(record_no) from onecase.reports r where (r.region, r.case_id) = (e.region, e.case_id)), e.kind,"
            "  e.reason_code, e.before_value, e.after_value from onecase.case_events e"
            " where e.kind = any(%s) order by e.region, e.seq", (list(kinds),))

    def case(self, record_no: str) -> dict:
        with self.database.connect() as connection:
            cursor = connection.execute(
                "select c.* from onecase.cases c join onecase.reports r using (region, case_id) where r.record_no = %s", (record_no,))
            [row] = cursor.fetchall()
            return dict(zip((column.name for column in cursor.description), row))

    def told_at(self, record_no: str) -> datetime:
        return self.database.value("select received_at from onecase.reports where record_no = %s", (record_no,))

    def wait_for(self, kind: str, *record_nos: str) -> None:
        wait_until(lambda: {row[0] for row in self.events(kind)} >= set(record_nos), 120, f"{kind} of {record_nos}", every=0.05)

    def told(self, record_no: str, *kinds: str) -> list[tuple]:
        """What went out of its case: kind, reason, level of the case."""
        events = self.outside.of_case(self.database, self.case(record_no)["case_no"])
        assert all(event.data["kind"] == f"case.{event.kind}" for event in events)
        return [(event.kind, event.data.get("reason"), event.level)
                for event in events if not kinds or event.kind in kinds]


@pytest.fixture
def hub(topics: Topics, database: Database, start_service: Callable[..., Service]) -> Iterator[Clockwork]:
    made = Clockwork(topics, database, start_service)
    yield made
    made.outside.close()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The folder of a copy of the model, to change."""
    return Path(shutil.copytree(PROJECT / "deploy" / "model", tmp_path / "model"))


# ---- being overdue ---------------------------------------------------------------------------------------------------

OVERDUE = [("overdue", "department", ORANGE), ("escalated", "overdue", ORANGE)]


def test_what_is_due_is_overdue_once_when_nothing_comes_but_ticks(hub: Clockwork) -> None:
    """A department's date and, with no report since, the level a step up: at the first tick behind it and never again."""
    hub.start_matcher()
    due = ahead(SOON)
    hub.lamp("A1", 20, due_at=iso(due))
    hub.lamp("B1", 60)
    hub.settle()
    case = hub.case("A1")
    assert (case["due_at"], case["due_by"], case["timer_at"], case["overdue"], case["level"]) == (due, "department", due, False, YELLOW)
    hub.start_relay()
    hub.wait_for("overdue", "A1")
    hub.ticks(4)
    case = hub.case("A1")
    assert (case["due_at"], case["timer_at"], case["overdue"], case["level"], case["level_reason"]) == (due, None, True, ORANGE, "超期未办结")
    assert hub.told("A1") == [("opened", None, YELLOW), *OVERDUE]
    [overdue] = [event for event in hub.outside.events if event.kind == "overdue"]
    assert overdue.at == due and datetime.fromisoformat(overdue.data["known_at"]) == hub.first_behind("A1", due)
    assert (overdue.data["overdue"], overdue.data["actor"]) == (True, "auto")
    # The other one has the model's limit, which is days away.
    assert hub.told("B1") == [("opened", None, YELLOW)]
    assert (hub.case("B1")["overdue"], hub.case("B1")["due_rule"], hub.case("B1")["due_by"]) == (False, "E05", "machine")


def test_the_models_limit_runs_from_when_it_was_told(hub: Clockwork, model: Path) -> None:
    change(model / "time_limits.csv", "E05,E05,*,,,3,natural_day,,", "E05,E05,*,,,1,minute,,")
    hub.start_matcher(f"model={model / 'onecase.cfg'}")
    hub.start_relay()
    told = ahead(SOON) - timedelta(minutes=1)
    hub.lamp("A1", 20, occurred_at=iso(told - timedelta(minutes=3)), reported_at=iso(told))
    hub.settle()
    case = hub.case("A1")
    assert (case["due_at"], case["due_rule"], case["due_by"]) == (told + timedelta(minutes=1), "E05", "machine")
    hub.wait_for("overdue", "A1")
    hub.ticks(2)
    assert hub.told("A1", "overdue", "escalated") == [("overdue", "limit", ORANGE), ("escalated", "overdue", ORANGE)]


def test_what_came_due_before_it_was_told_is_looked_at_an_hour_later(hub: Clockwork) -> None:
    """When a backlog comes in, its closings come behind its reports."""
    hub.start_matcher()
    hub.start_relay()
    due = now().replace(microsecond=0) - timedelta(minutes=1)
    hub.lamp("A1", 20, due_at=iso(due))
    hub.settle()
    hub.ticks(3)
    case = hub.case("A1")
    assert (case["due_at"], case["overdue"]) == (due, False)
    assert timedelta() <= case["timer_at"] - hub.told_at("A1") - GRACE <= timedelta(seconds=1)
    assert hub.told("A1") == [("opened", None, YELLOW)]


def test_more_time_and_a_closing_in_time_that_was_told_late_take_it_back(hub: Clockwork) -> None:
    hub.start_matcher()
    relay = hub.start_relay()
    due = ahead(SOON)
    for record_no, road_no in (("A1", 20), ("B1", 60)):
        hub.lamp(record_no, road_no, due_at=iso(due))
    hub.settle()
    hub.wait_for("overdue", "A1", "B1")
    relay.stop()
    again = ahead(SOON)
    hub.update("A1", 2, due_at=iso(again))
    hub.update("B1", 2, status=60, changed_at=iso(due - timedelta(seconds=1)))
    hub.settle()
    assert (hub.case("A1")["overdue"], hub.case("A1")["level"], hub.case("A1")["timer_at"]) == (False, YELLOW, again)
    closed = hub.case("B1")
    assert (closed["status"], closed["overdue"], closed["level"]) == (60, False, YELLOW)
    # Once more for the new date; the closed one is not.
    relay.start()
    wait_until(lambda: len(hub.events("overdue")) == 3, 60, "the new date to come", every=0.05)
    hub.ticks(2)
    assert [row[0] for row in hub.events("overdue")] == ["A1", "B1", "A1"]
    assert hub.told("A1", "overdue", "escalated", "changed") == [
        *OVERDUE, ("changed", "due", YELLOW), ("escalated", "colour", YELLOW), *OVERDUE]
    assert hub.told("B1", "overdue", "escalated", "closed") == [
        *OVERDUE, ("closed", None, YELLOW), ("escalated", "colour", YELLOW)]


def test_a_closing_that_came_too_late_leaves_it_overdue(hub: Clockwork) -> None:
    hub.start_matcher()
    hub.start_relay()
    due = ahead(SOON)
    hub.lamp("A1", 20, due_at=iso(due))
    hub.settle()
    hub.wait_for("overdue", "A1")
    hub.update("A1", 2, status=60, changed_at=iso(due + timedelta(seconds=1)))
    hub.settle()
    case = hub.case("A1")
    assert (case["status"], case["overdue"], case["level"]) == (60, True, ORANGE)
    assert hub.told("A1", "escalated", "closed") == [("escalated", "overdue", ORANGE), ("closed", None, ORANGE)]


# ---- crashes and standstills -----------------------------------------------------------------------------------------


def test_killed_at_the_moment_it_fires_once(hub: Clockwork) -> None:
    """A case comes due every second; the matcher is killed again and again while they do."""
    matcher = hub.start_matcher()
    hub.start_relay()
    numbers = [f"A{number}" for number in range(8)]
    for number, record_no in enumerate(numbers):
        hub.lamp(record_no, 20 + 40 * number, due_at=iso(ahead(SOON + number)))
    hub.settle()
    for record_no in numbers[::2]:
        hub.wait_for("overdue", record_no)
        matcher.kill()
        matcher = hub.start_matcher()
    hub.wait_for("overdue", *numbers)
    hub.ticks(3)
    assert [row[0] for row in hub.events("overdue")] == numbers
    for record_no in numbers:
        assert hub.told(record_no) == [("opened", None, YELLOW), *OVERDUE]


def test_what_came_due_while_all_stood_still_fires_once_when_they_go_on(hub: Clockwork) -> None:
    """Before the first record behind it, tick or report: what is told then belongs to a case that is overdue already."""
    matcher = hub.start_matcher()
    due = ahead(SOON)
    hub.lamp("A1", 20, due_at=iso(due))
    hub.lamp("B1", 60, due_at=iso(due))
    hub.settle()
    matcher.stop()
    wait_until(lambda: now() > due + timedelta(seconds=2), 60, "the date to pass")
    assert hub.events("overdue") == []
    hub.lamp("B2", 60)
    hub.log.send()
    hub.start_matcher()
    hub.wait_for("overdue", "A1", "B1")
    hub.start_relay()
    hub.ticks(3)
    assert [row[0] for row in hub.events("overdue")] == ["A1", "B1"]
    assert hub.told("A1") == [("opened", None, YELLOW), *OVERDUE]
    assert [told[0] for told in hub.told("B1")] == ["opened", "overdue", "escalated", "report_linked"]


def test_the_log_with_its_ticks_gives_the_same_in_any_batches_and_over_kills(
        hub: Clockwork, model: Path, new_database: Callable[[], Database], onecase: Callable[..., object]) -> None:
    change(model / "time_limits.csv", "E05,E05,*,,,3,natural_day,,", "E05,E05,*,,,1,minute,,")
    setting = f"model={model / 'onecase.cfg'}"
    matcher, relay = hub.start_matcher(setting), hub.start_relay()
    for number in range(12):
        due = {"due_at": iso(ahead(SOON + number % 6))} if number % 2 else {
            "reported_at": iso(ahead(SOON + number % 5) - timedelta(minutes=1))}
        hub.lamp(f"A{number:02}", 20 + 40 * number, region="9901" if number % 3 else "9902", **due)
    closed_at = ahead(SOON + 2) - timedelta(days=30)
    hub.lamp("C1", 900, occurred_at=iso(closed_at - timedelta(days=3)), reported_at=iso(closed_at - timedelta(days=3)))
    hub.update("C1", 2, status=60, changed_at=iso(closed_at))
    hub.settle()
    hub.wait_for("overdue", "A00", "A01", "A02", "A03")
    hub.update("A00", 2, due_at=iso(ahead(SOON)))
    hub.update("A01", 2, status=60, changed_at=iso(now() - timedelta(minutes=2)))
    hub.lamp("A02-again", 100)
    hub.settle()
    hub.wait_for("overdue", *(f"A{number:02}" for number in range(12)))
    hub.wait_for("effective", "C1")
    wait_until(lambda: len(hub.events("overdue")) == 13, 60, "the new date of A00", every=0.05)
    relay.stop()
    wait_until_stored(hub.database, hub.log)
    matcher.stop()
    expected = onecase("digest", database=hub.database).stdout
    for batch_max in (1, 7, 500):
        other = hub.log.use(new_database())
        again = hub.start_matcher(setting, f"batch_max={batch_max}", database=other)
        wait_until_stored(other, hub.log)
        again.stop()
        assert onecase("digest", database=other).stdout == expected, f"batches of {batch_max}"
    killed = hub.log.use(new_database())
    total = sum(hub.topics.ends("onecase.report").values())
    while (goal := consumed(killed) + max(1, total // 8)) < total:  # each of them gets on before it is killed
        again = hub.start_matcher(setting, "batch_max=1", database=killed)
        wait_until(lambda goal=goal: consumed(killed) >= goal, 60, "part of the log", every=0.005)
        again.kill()
    hub.start_matcher(setting, "batch_max=1", database=killed)
    wait_until_stored(killed, hub.log)
    assert onecase("digest", database=killed).stdout == expected


def consumed(database: Database) -> int:
    return int(database.value("select coalesce(sum(greatest(next_offset, 0)), 0) from onecase.consumer_offsets"))


# ---- after a closing -------------------------------------------------------------------------------------------------


def test_a_closing_held_when_its_window_is_over_and_nothing_came(hub: Clockwork, model: Path) -> None:
    """The window of the class is a day here: closed nearly a day ago, one of them came back since."""
    change(model / "onecase.cfg", '("E05", "E05", "E05", "point",     40,    0,  30,      0,   30, 3, false,    0)',
           '("E05", "E05", "E05", "point",     40,    0,  30,      0,    1, 3, false,    0)')
    hub.start_matcher(f"model={model / 'onecase.cfg'}")
    window_ends = ahead(SOON)
    closed_at = window_ends - timedelta(days=1)
    early = {"occurred_at": iso(closed_at - timedelta(hours=9)), "reported_at": iso(closed_at - timedelta(hours=9))}
    for record_no, road_no in (("A1", 20), ("B1", 60)):
        hub.lamp(record_no, road_no, **early)
        hub.update(record_no, 2, status=60, changed_at=iso(closed_at))
    hub.lamp("B2", 60)
    hub.settle()
    assert (hub.case("A1")["timer_at"], hub.case("A1")["effective"]) == (window_ends, None)
    assert (hub.case("B1")["reopened_count"], hub.case("B1")["effective"]) == (1, False)
    hub.start_relay()
    hub.wait_for("effective", "A1")
    hub.ticks(2)
    assert (hub.case("A1")["timer_at"], hub.case("A1")["effective"]) == (None, True)
    assert hub.case("B1")["effective"] is False
    assert [row[0] for row in hub.events("effective")] == ["A1"]
    assert hub.told("A1") == [("opened", None, YELLOW), ("closed", None, YELLOW), ("effective", "no_repeat", YELLOW)]
    [effective] = [event for event in hub.outside.events if event.kind == "effective"]
    assert effective.at == window_ends


# ---- twins, history --------------------------------------------------------------------------------------------------


def test_a_hazard_that_may_be_another_one_is_asked_once_more(hub: Clockwork, model: Path) -> None:
    """A day later; here its timer is set to now, and the model joins more easily, so that the answer shows."""
    change(model / "onecase.cfg", "link = 4000;", "link = 60000;")
    doubtful = hub.start_matcher(f"model={model / 'onecase.cfg'}")
    hub.lamp("A1", 20)
    hub.lamp("A2", 20)
    hub.settle()
    doubtful.stop()
    twin = hub.case("A2")
    assert hub.database.rows("select hazard_id, provisional_of from onecase.hazards order by 1") == [(1, None), (2, 1)]
    assert timedelta() <= twin["twin_at"] - hub.told_at("A2") - timedelta(days=1) <= timedelta(seconds=1)
    hub.database.execute("update onecase.cases set twin_at = %s where case_id = %s", (now().replace(microsecond=0), twin["case_id"]))
    hub.start_matcher()
    hub.start_relay()
    wait_until(lambda: hub.case("A2")["case_id"] == hub.case("A1")["case_id"], 60, "them to be one", every=0.05)
    hub.ticks(2)
    assert hub.told("A1") == [("opened", None, YELLOW), ("merged", "rescored", YELLOW)]


def test_a_hazard_that_stays_doubtful_is_asked_no_more(hub: Clockwork, model: Path) -> None:
    """Its timer does not come again, nor after a restart."""
    change(model / "onecase.cfg", "link = 4000;", "link = 60000;")
    setting = f"model={model / 'onecase.cfg'}"
    matcher = hub.start_matcher(setting)
    hub.lamp("A1", 20)
    hub.lamp("A2", 20)
    hub.settle()
    matcher.stop()
    twin = hub.case("A2")
    hub.database.execute("update onecase.cases set twin_at = %s where case_id = %s", (now().replace(microsecond=0), twin["case_id"]))
    hub.start_relay()
    for _ in range(2):
        matcher = hub.start_matcher(setting)
        wait_until(lambda: hub.case("A2")["twin_at"] is None, 60, "it to be asked", every=0.05)
        asked = hub.case("A2")
        hub.ticks(2)
        assert hub.case("A2") == asked and asked["version"] == twin["version"] + 1
        matcher.kill()
    assert hub.database.value("select provisional_of from onecase.hazards where hazard_id = 2") == 1


def test_timers_of_history_alone_are_not_announced(hub: Clockwork) -> None:
    """They fire, and are kept. One live report makes the case the department's business."""
    hub.start_matcher()
    hub.start_relay()
    due = ahead(SOON)
    hub.lamp("A1", 20, due_at=iso(due), headers=HISTORY)
    hub.lamp("B1", 60, due_at=iso(due), headers=HISTORY)
    hub.lamp("B2", 60)
    hub.settle()
    hub.wait_for("overdue", "A1", "B1")
    hub.ticks(2)
    assert sorted(row[:2] for row in hub.events("opened", "overdue", "escalated")) == [
        (record_no, kind) for record_no in ("A1", "B1") for kind in ("escalated", "opened", "overdue")]
    assert hub.told("A1") == []
    assert hub.told("B1") == [("report_linked", None, YELLOW), *OVERDUE]
