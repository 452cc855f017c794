"""How old what the database knows is, source by source, and which hop holds it up; and what waits for the relay.

The test knows when each record was made and sent; the department's clock has whole seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from harness import LocalServers, wait_until
from harness_hub import open_hub
from lag_truth import WITHIN_PART, WITHIN_S, Pace, milliseconds, now_ms
from test_lag_hub import QUICK
from test_lag_programs import Town

LATE_S = 3


@pytest.fixture
def town(servers: LocalServers, template_database: str, tmp_path) -> Iterator[Town]:
    """No ticks: they would wait for a matcher that is stopped as records do."""
    with open_hub(servers, template_database, tmp_path / "hub") as hub:
        quick = ("session_ms=1000",)
        made = Town(hub, tmp_path, *QUICK[:-1], programs={"intake": quick, "matcher": quick, "relay": ("tick_s=0",)})
        with made.watch:
            made.await_well()
            yield made


def grid(report: dict) -> dict | None:
    return next((source for source in report["sources"] if source["source"] == "GRID"), None)


def await_known(town: Town, count: int) -> dict:
    """The source, once that many of its reports are rows and counted."""
    wait_until(lambda: town.hub.database.value("select count(*) from onecase.reports") == count, 60, f"{count} reports to be rows")
    return wait_until(lambda: (found := grid(town.watch.next_report())) is not None and found["count"] == count and found, 30,
                      f"freshness of {count} reports")


def age_is_true(town: Town, oldest_ms: int, hop: str) -> None:
    """What waits since then is told as that old, growing, and held up by this hop."""
    ages = []
    for _ in range(5):
        report = town.watch.next_report()
        found, true_s = grid(report), (milliseconds(report["at"]) - oldest_ms) / 1000
        assert abs(found["age_s"] - true_s) <= max(WITHIN_S, WITHIN_PART * true_s), (found, true_s)
        assert found["hop"] == (hop if found["age_s"] > LATE_S else ""), found
        ages.append(found["age_s"])
    assert ages == sorted(ages) and ages[-1] > LATE_S


def sent_by(town: Town, records: int) -> int:
    """Sends them; when the first was there."""
    began = now_ms()
    town.send()
    for _ in range(records - 1):
        town.send()
    return began


def test_idle_it_is_as_fresh_as_the_last_report_was_and_grows_no_older(town: Town) -> None:
    for _ in range(20):
        town.send()
    found = await_known(town, 20)
    assert 0 <= found["p50_s"] <= 2.5 and found["p99_s"] <= 4 and found["hop"] == "", found
    newest = town.hub.database.value("select extract(epoch from max(written_at)) * 1000 from onecase.reports")
    assert abs(milliseconds(found["newest"]) - float(newest)) < 50
    time.sleep(LATE_S + 1)
    later = grid(town.watch.next_report())
    assert (later["age_s"], later["hop"], later["p50_s"], later["newest"]) == (0, "", found["p50_s"], found["newest"]), later


def test_a_department_that_sends_late_holds_it_up_itself(town: Town) -> None:
    for _ in range(9):
        town.send(delay_s=600)
    found = await_known(town, 9)
    for name in ("p50_s", "p99_s", "newest_s", "sent_p50_s"):
        assert found[name] == pytest.approx(600, abs=4), found
    assert found["stored_p50_s"] < 2 and found["age_s"] == 0 and found["hop"] == "department", found


@pytest.mark.parametrize("name", ["intake", "matcher"])
def test_who_is_stopped_holds_it_up(town: Town, name: str) -> None:
    for _ in range(3):
        town.send()
    await_known(town, 3)
    service = town.services[name]
    service.stop()
    oldest = sent_by(town, 4)
    age_is_true(town, oldest, name)
    stood_ms = now_ms() - oldest
    service.start()
    found = await_known(town, 7)
    assert found["age_s"] == 0 and found["hop"] == "", found
    assert found["p50_s"] == pytest.approx(stood_ms / 1000, abs=WITHIN_S + 6) and found["p50_s"] > LATE_S, found


def test_events_that_wait_for_the_relay_are_counted_and_as_old_as_they_are(town: Town) -> None:
    town.send()
    await_known(town, 1)
    relay = town.services["relay"]
    relay.stop()
    began = now_ms()
    with Pace(2, town.send):
        time.sleep(2)
    town.watch.await_verdict("relay", "STOPPED")
    wait_until(lambda: town.hub.consumed() == town.hub.reported(), 30, "the matcher to come to the end")
    rows = town.hub.database.value("select count(*) from onecase.relay_positions p join onecase.outbox o on o.report_partition = p.partition"
                                   " and (o.report_offset, o.n) > (p.report_offset, p.n)")
    report = town.watch.next_report()
    group = town.watch.group("relay", report)
    assert group["messages"] == rows > 0
    assert group["seconds"] == pytest.approx((milliseconds(report["at"]) - began) / 1000, abs=WITHIN_S + 0.5), group
    relay.start()
    town.await_well()
    assert town.watch.group("relay")["messages"] == 0
