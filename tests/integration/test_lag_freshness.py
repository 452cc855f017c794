"""How old what the database knows is, source by source, and which hop holds it up; and what waits for the relay.

The test knows when each record was made and sent (the department's clock has whole seconds), the raw rows when each was received and
written: how long that took is the machine's business, and told as it was.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import pytest
from harness import LocalServers, wait_until
from harness_hub import open_hub
from lag_truth import WITHIN_PART, WITHIN_S, Pace, milliseconds, now_ms
from test_lag_hub import QUICK
from test_lag_programs import Town

CYCLE_MS = 500  # of QUICK
LATE_S = 8  # more than the hop of a machine that has much to do may take


@pytest.fixture
def rules() -> tuple[str, ...]:
    return (f"late_ms={LATE_S * 1000}",)


@pytest.fixture
def town(servers: LocalServers, template_database: str, tmp_path, rules: tuple[str, ...]) -> Iterator[Town]:
    """No ticks: they would wait for a matcher that is stopped as records do."""
    with open_hub(servers, template_database, tmp_path / "hub") as hub:
        made = Town(hub, tmp_path, *QUICK[:-1], *rules, programs={"intake": (), "matcher": (), "relay": ("tick_s=0",)})
        with made.watch:
            made.await_well()
            yield made


def grid(report: dict) -> dict | None:
    return next((source for source in report["sources"] if source["source"] == "GRID"), None)


# Seconds from the department's own time to the row, to when it was sent, and from there to the row.
TIMES = ("select extract(epoch from written_at - made)::float8, extract(epoch from received_at - made)::float8,"
         " extract(epoch from written_at - received_at)::float8"
         " from onecase.reports cross join lateral (select coalesce(recorded_at, reported_at) as made) as own")


def await_known(town: Town, count: int) -> dict:
    """The source, once that many of its reports are rows and counted, and intake has committed that nothing waits any more; and what is
    told of their times is what the raw rows say."""
    wait_until(lambda: town.hub.database.value("select count(*) from onecase.reports") == count, 60, f"{count} reports to be rows")
    found = wait_until(lambda: (found := grid(town.watch.next_report())) is not None and (found["count"], found["age_s"]) == (count, 0)
                       and found, 60, f"freshness of {count} reports")
    rows = town.hub.database.rows(TIMES)
    for name, seconds in zip(("p50_s", "sent_p50_s", "stored_p50_s"), zip(*rows)):
        assert found[name] == pytest.approx(statistics.median(seconds), abs=0.05), (name, found, rows)
    assert found["p50_s"] - 0.05 <= found["p99_s"] <= max(row[0] for row in rows) + 0.05, (found, rows)
    return found


def age_is_true(town: Town, oldest_ms: int, hop: str) -> None:
    """What waits since then is told as that old, growing, and held up by this hop."""
    ages: list[float] = []
    while len(ages) < 5 or ages[-1] <= LATE_S:
        report = town.watch.next_report()
        found, true_s = grid(report), (milliseconds(report["at"]) - oldest_ms) / 1000
        assert abs(found["age_s"] - true_s) <= max(WITHIN_S, WITHIN_PART * true_s), (found, true_s)
        assert found["hop"] == (hop if found["age_s"] > LATE_S else ""), found
        ages.append(found["age_s"])
    assert ages == sorted(ages)


def send_before(town: Town, topic: str, records: int) -> int:
    """Sends them; when the first of them came to the topic where they wait now, as its broker says."""
    before = sum(town.hub.topics.ends(topic).values())
    for _ in range(records):
        town.send()
    wait_until(lambda: sum(town.hub.topics.ends(topic).values()) == before + records, 60, f"the records to be on {topic}")
    return sorted(record.timestamp_ms for record in town.hub.topics.read(topic))[before]


def test_idle_it_is_as_fresh_as_the_last_report_was_and_grows_no_older(town: Town) -> None:
    began = time.time()
    for _ in range(20):
        town.send()
    found = await_known(town, 20)
    assert 0 <= found["p50_s"] <= found["p99_s"] <= time.time() - began + 1, "a whole second had begun before"
    assert found["hop"] == "", found
    newest = float(town.hub.database.value("select extract(epoch from max(written_at)) * 1000 from onecase.reports"))
    time.sleep(LATE_S + 1)
    town.watch.pause_ms = 0
    for _ in range(3):  # freshness is asked every second
        later = grid(town.watch.next_report())
    assert (later["age_s"], later["hop"], later["p50_s"]) == (0, "", found["p50_s"]), later
    # By lagwatch's clock, of which each look knows to half of what asking took how far PostgreSQL's is from it.
    within_ms = 100 + max(0, town.watch.pause_ms - CYCLE_MS) / 2
    assert abs(milliseconds(later["newest"]) - newest) < within_ms, (later, newest, within_ms)


@pytest.mark.parametrize("rules", [("late_ms=60000",)], ids=["patient"])  # an intake that was late itself would explain it
def test_a_department_that_sends_late_holds_it_up_itself(town: Town) -> None:
    for _ in range(9):
        town.send(delay_s=600)
    found = await_known(town, 9)
    for name in ("p50_s", "p99_s", "newest_s", "sent_p50_s"):
        assert 600 <= found[name] <= 660, found
    assert found["hop"] == "department", found


@pytest.mark.parametrize("name", ["intake", "matcher"])
def test_who_is_stopped_holds_it_up(town: Town, name: str) -> None:
    for _ in range(3):
        town.send()
    await_known(town, 3)
    service = town.services[name]
    service.stop()
    oldest = send_before(town, {"intake": "grid.event", "matcher": "onecase.report"}[name], 4)
    sent = now_ms()
    age_is_true(town, oldest, name)
    stood_s = (now_ms() - sent) / 1000
    service.start()
    found = await_known(town, 7)
    assert found["hop"] == "", found
    assert found["p50_s"] > stood_s, "the middle one of seven is one of the four that waited"


def test_events_that_wait_for_the_relay_are_counted_and_as_old_as_they_are(town: Town) -> None:
    town.send()
    await_known(town, 1)
    relay = town.services["relay"]
    relay.stop()
    with Pace(2, town.send):
        time.sleep(2)
    town.watch.await_verdict("relay", "STOPPED")
    town.hub.await_accounts()
    [(rows, oldest_ms)] = town.hub.database.rows(
        "select count(*), extract(epoch from min(o.written_at)) * 1000 from onecase.relay_positions p join onecase.outbox o"
        " on o.report_partition = p.partition and (o.report_offset, o.n) > (p.report_offset, p.n)")
    report = town.watch.next_report()
    group = town.watch.group("relay", report)
    assert group["messages"] == rows > 0
    old_s = (milliseconds(report["at"]) - float(oldest_ms)) / 1000  # the database is asked first in a look
    assert old_s - town.watch.look_ms / 1000 - WITHIN_S <= group["seconds"] <= old_s + WITHIN_S, (group, old_s, town.watch.look_ms)
    relay.start()
    wait_until(lambda: town.watch.group("relay")["messages"] == 0, 60, "the relay to send all of it")
    town.await_well()
