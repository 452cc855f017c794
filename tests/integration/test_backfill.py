"""History from the department's file to the outside consumer: decided and stored like all else, and announced to nobody.

What happens live to a case made of history is announced, with all that the case is by then. Timers of history: test_timers.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from city_ids import phone
from departments import AREA, TOPICS, Sent, case_of, cases_of, days_ago, events_of, hotline, hotline_status
from harness import LocalServers, wait_until
from harness_city import accounted
from harness_hub import Hub, open_hub
from told import Outside

LIVE, HISTORY = TOPICS["H12345"], TOPICS["H12345"] + ".backfill"
RED, ORANGE = 1, 2


@pytest.fixture
def hub(servers: LocalServers, template_database: str, tmp_path: Path) -> Iterator[Hub]:
    """Matcher and relay; intake is the test's to start."""
    with open_hub(servers, template_database, tmp_path / "hub") as opened:
        opened.topics.create(HISTORY)
        opened.start("matcher")
        opened.start("relay", "tick_s=0", "poll_ms=20")
        yield opened


@pytest.fixture
def outside(hub: Hub) -> Iterator[Outside]:
    consumer = Outside(hub.topics)
    yield consumer
    consumer.close()


def start_intake(hub: Hub) -> None:
    hub.start("intake", f"matcher_group={hub.database.name}.matcher")


def put(hub: Hub, topic: str, records: Iterable[Sent]) -> None:
    hub.topics.produce(topic, [(AREA, record.value) for record in records])


def settle(hub: Hub) -> None:
    """Until the database accounts for all that was put."""
    ends = {(topic, partition): end for topic in (LIVE, HISTORY) for partition, end in hub.topics.ends(topic).items() if end > 0}

    def stored() -> bool:
        hub.check_running()
        have = accounted(hub.database, hub.topics)
        return all(have.get(place, 0) >= end for place, end in ends.items())

    wait_until(stored, 60, f"the database to account for {ends}", every=0.05)


def lift(days: int, caller: int, building: int = 3) -> Sent:
    return hotline(days_ago(days), "0101", "电梯异响，经常停运", f"听雨新村{building}幢2单元", tel=phone(caller), plateNo=f"91{building:04}")


def utc(at: datetime) -> str:
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def two_years(building: int = 3) -> list[Sent]:
    """Two callers, closed, back within the window, closed again; a year later once more, and still open."""
    told = [lift(800, 1), lift(795, 2), lift(750, 1), lift(300, 2)]
    return [told[0], told[1], hotline_status(told[0], 2, days_ago(790), 60), hotline_status(told[1], 2, days_ago(789), 60), told[2],
            hotline_status(told[2], 2, days_ago(740), 60), told[3]]


def reports_of(records: list[Sent]) -> list[Sent]:
    return list({record.number: record for record in reversed(records)}.values())[::-1]


def test_history_is_stored_and_nobody_is_told(hub: Hub, outside: Outside) -> None:
    """It gives way to what is live, and comes in its own order: the oldest first."""
    history = two_years()
    live = [lift(1, 10 + number, building=20 + number) for number in range(30)]
    put(hub, HISTORY, history)
    put(hub, LIVE, live)
    start_intake(hub)
    settle(hub)
    reports = reports_of(history)
    order = [f"{row['source']}/{row['record_no']}" for row in hub.placed(record.name for record in [*live, *reports])]
    assert order == [record.name for record in [*live, *reports]]
    cases = cases_of(hub, reports)
    assert [(case["report_count"], case["reopened_count"], case["status"]) for case in cases] == [(3, 1, 60), (1, 0, 10)]
    assert [event[0] for event in events_of(hub, cases[0], "opened", "report_linked", "closed", "reopened")] == [
        "opened", "report_linked", "closed", "reopened", "report_linked", "closed"]
    told = outside.all(hub.database)
    assert {event.report for event in told} == {record.name for record in live} and {event.kind for event in told} == {"opened"}
    assert hub.database.value("select count(*) from onecase.outbox where case_id = any(%s)", ([case["case_id"] for case in cases],)) == 0


def test_what_is_live_on_a_case_of_history_is_told_with_all_that_it_is(hub: Hub, outside: Outside) -> None:
    history = [lift(20, 1), lift(15, 2)]
    put(hub, HISTORY, history)
    start_intake(hub)
    settle(hub)
    assert outside.all(hub.database) == []
    third = lift(1, 3)
    put(hub, LIVE, [third])
    settle(hub)
    case = case_of(hub, [*history, third])
    linked, escalated = outside.of_case(hub.database, case["case_no"])
    assert (linked.kind, linked.report, linked.level) == ("report_linked", third.name, RED)
    assert (escalated.kind, escalated.data["reason"], escalated.data["before"], escalated.data["after"]) == ("escalated", "reports", ORANGE, RED)
    assert linked.data["counts"] == {"reports": 3, "independent": 3, "reporters": 3, "sources": 1}
    assert (linked.data["opened_at"], linked.data["place"]["estate"], linked.data["asset"]["id"]) == (utc(days_ago(20)), "听雨新村", "910003")
    # The department goes on with its sheet of before.
    put(hub, LIVE, [hotline_status(record, 2, days_ago(1, 9), 60) for record in (*history, third)])
    settle(hub)
    closed = outside.of_case(hub.database, case["case_no"])[-1]
    assert (closed.kind, closed.data["status"], closed.count) == ("closed", 60, 3)


def test_history_that_comes_to_a_live_case_is_not_told(hub: Hub, outside: Outside) -> None:
    """The next event shows it: each stands alone."""
    first, before, last = lift(2, 1), lift(10, 2), lift(1, 3)
    put(hub, LIVE, [first])
    start_intake(hub)
    settle(hub)
    put(hub, HISTORY, [before])
    settle(hub)
    case = case_of(hub, [first, before])
    assert [(event.kind, event.count) for event in outside.of_case(hub.database, case["case_no"])] == [("opened", 1)]
    put(hub, LIVE, [last])
    settle(hub)
    told = outside.of_case(hub.database, case["case_no"])
    assert [(event.kind, event.report, event.count) for event in told[:2]] == [
        ("opened", first.name, 1), ("report_linked", last.name, 3)]
    assert told[1].data["opened_at"] == utc(days_ago(10))
    assert told[1].sequence > told[0].sequence + 1  # a gap where nothing was told
