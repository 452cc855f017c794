"""kill -9 in the middle of the sample city, with all its hazards: nothing is lost, doubled or decided otherwise.

test_matcher.py kills over plain records; here every record may join, close or reopen a case.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import send as city_sender
from brake import Brake
from city_feeds import decode, encode
from harness import LocalServers, wait_until
from harness_city import SOURCE_TOPICS, City, source_ends
from harness_hub import Hub, expected_records, open_hub, running_hub


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City.make(1, tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def undisturbed(servers: LocalServers, template_database: str, city: City,
                tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """The city as it should be; its intake and matcher have ended well."""
    with running_hub(servers, template_database, tmp_path_factory.mktemp("undisturbed")) as made:
        made.feed(city)
        made.stop()
        yield made


@pytest.fixture
def second(servers: LocalServers, template_database: str, undisturbed: Hub, tmp_path: Path) -> Iterator[Hub]:
    """Another database over the same onecase.report."""
    with open_hub(servers, template_database, tmp_path / "second", undisturbed.topics) as made:
        yield made


def assert_same(found: Hub, expected: Hub) -> None:
    ours, theirs = found.digest(), expected.digest()
    assert theirs["tables"]["reports"]["rows"] > 100 and theirs["tables"]["decisions"]["rows"] > 100
    assert theirs["tables"]["case_events"]["rows"] > 100
    assert {name for name in theirs["tables"] if ours["tables"][name] != theirs["tables"][name]} == set()
    assert ours["sha256"] == theirs["sha256"]


def test_a_matcher_killed_in_mid_load_decides_as_if_it_never_was(second: Hub, undisturbed: Hub) -> None:
    total = undisturbed.reported()
    brake = Brake(second.database)
    for turn, part in enumerate((0.15, 0.35, 0.5, 0.7)):
        brake.stop(int(total * (part + 0.1)))
        # A group of its own each time: the broker would hold the partitions of a killed member for ten seconds.
        matcher = second.start("matcher", "batch_max=2", group=f"{second.database.name}.killed-{turn}")
        wait_until(lambda: second.consumed() >= total * part, 60, f"{part:.0%} of {total} records to be stored", every=0.002)
        matcher.kill()
        assert total * part <= second.consumed() < total, "the load was over before it could be killed"
        brake.release()
    second.start("matcher")
    second.await_consumed(total)
    assert_same(second, undisturbed)


@pytest.mark.parametrize("batch_max", [1, 7, 500])
def test_batches_of_any_size_decide_alike(second: Hub, undisturbed: Hub, batch_max: int) -> None:
    second.start("matcher", f"batch_max={batch_max}")
    second.await_consumed(undisturbed.reported())
    assert_same(second, undisturbed)


def test_a_batch_may_replace_what_it_compares_with(
        servers: LocalServers, template_database: str, tmp_path: Path, city: City) -> None:
    """Ten calls about one lift in one batch: more than are kept for comparison, so that the ninth, which is closest to
    the short second call of the same caller, takes that call's place."""
    first = expected_records(city, "scenario-1-lift")[-1].removeprefix("H12345/")
    lines = (city.directory / "hotline.workorder.jsonl").read_text(encoding="utf-8").splitlines()
    sheet = next(base64.b64decode(line["value_base64"]) for line in map(json.loads, lines) if line["key"] == first)
    said = [("19900000101", "电梯经常异响停运，上下都要等很久，老人出不了门"), ("19900000102", "电梯停运"),
            *((f"1990000011{n}", f"电梯经常异响停运，第{n}次打电话了，物业说在等配件") for n in range(6)),
            ("19900000102", "电梯停运"), ("19900000102", "电梯停运")]
    with open_hub(servers, template_database, tmp_path / "hub") as made:
        made.start("intake")
        for number, (phone, content) in enumerate(said):
            record = decode("H12345", sheet)
            record["body"] |= {"gdbh": f"FS209901010{number:02d}", "tel": phone, "contactTel": phone, "content": content}
            made.topics.produce("hotline.workorder", [("one lift", encode("H12345", record))])
        wait_until(lambda: made.reported() == len(said), 60, "intake to send all calls")
        made.start("matcher", "batch_max=500")
        made.await_accounts()
        calls = made.placed(f"H12345/FS209901010{number:02d}" for number in range(len(said)))
        assert len({row["hazard_no"] for row in calls}) == 1
        last = made.json("case", "explain", "H12345/FS20990101009")
        [caller] = [item for item in last["comparisons"] if item["comparison"] == "reporter"]
        [place] = [item for item in last["comparisons"] if item["comparison"] == "place" and item["level"].startswith("P")]
        assert caller["weight_mb"] > 0 and place["report"] == place["hazard"] == "听雨新村3幢2单元"
        made.stop()  # no report of a sanitizer


def test_a_killed_intake_loses_nothing_and_its_repeats_are_recognised(
        servers: LocalServers, template_database: str, tmp_path: Path, city: City, undisturbed: Hub) -> None:
    with open_hub(servers, template_database, tmp_path / "killed") as made:
        moments = sorted(at for records in city_sender.read_city(city.directory).values() for at, _, _ in records)
        half, total = moments[len(moments) // 2], len(moments)
        city_sender.send(city_sender.read_city(city.directory, before_ms=half), made.topics.servers.brokers, made.topics.prefix)
        # The first dies when it has committed its first record at most, the second between commits; both before the other half comes.
        uncommitted = 0
        for part, interval_ms in ((0.1, 60000), (0.2, 20)):
            before = made.reported()
            intake = made.start("intake", "in_flight_max=1", f"commit_interval_ms={interval_ms}")
            wait_until(lambda: made.reported() >= before + total * part, 60, f"{part:.0%} of {total} records", every=0.002)
            intake.kill()
            uncommitted = uncommitted or made.reported() - sum(max(offset, 0) for offset in commits(made).values())
        assert uncommitted >= total * 0.1 - 1
        city_sender.send(city_sender.read_city(city.directory, from_ms=half), made.topics.servers.brokers, made.topics.prefix)
        assert sum(source_ends(made.topics).values()) == total
        made.start("intake")
        await_commits(made)

        known = origins(undisturbed)
        ids = origins(made)
        assert len(known) == len(set(known)) == total
        assert set(ids) == set(known)
        repeats = len(ids) - total
        assert repeats >= uncommitted  # what the first one sent came again
        made.start("matcher")
        made.await_accounts()
        made.await_consumed(len(ids))
        assert made.database.value("select sum(redelivered) from analysis.reconciliation") == repeats
        assert made.clusters() == undisturbed.clusters(), city.differences(made.database)


def origins(hub: Hub) -> list[str]:
    return [record.headers["ce_id"].removeprefix(hub.topics.prefix) for record in hub.topics.read("onecase.report")]


def commits(hub: Hub) -> dict[tuple[str, int], int]:
    """Of intake's group, of each source partition."""
    group = f"{hub.database.name}.intake"
    return {(t, p): offset for t in SOURCE_TOPICS for p, offset in hub.topics.committed(group, t).items()}


def await_commits(hub: Hub) -> None:
    """Until intake has committed all offsets: each was acknowledged by then."""
    ends = {place: end for place, end in source_ends(hub.topics).items() if end > 0}

    def behind() -> dict:
        done = commits(hub)
        return {place: (done.get(place), end) for place, end in ends.items() if done.get(place) != end}

    wait_until(lambda: not behind(), 120, "intake to commit the end of every partition")
