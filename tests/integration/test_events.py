"""Events for departments: each one fits its schema, says nothing of a person, and is the same whatever batches there were; and
deploy/examples/consumer.py keeps from them a table that equals onecase.cases.

Three logs are looked at: the sample city, the storms of a labelled one (hazards that become one), every turn of a bucket.
"""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from departments import days_ago, departments_hub, hotline, tell
from harness import PROJECT, LocalServers, wait_until, wait_until_reached
from harness_city import SOURCE_TOPICS, City
from harness_hub import Hub, expected_records, open_hub, running_hub
from jsonschema import Draft202012Validator
from report_log import ReportLog
from test_buckets import story
from test_joining import make_storms

FOLDER = PROJECT / "docs" / "events"
SCHEMAS = {path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
           for path in sorted(FOLDER.glob("*.schema.json"))}
VALIDATORS = {kind: Draft202012Validator(schema) for kind, schema in SCHEMAS.items()}
PAGES = (PROJECT / "docs" / "events.md", PROJECT / "docs" / "events.zh-CN.md")

ROWS = ("select report_partition, report_offset, n, kind, region, case_id, seq, subject, event_at, level, payload, stream_time"
        " from onecase.outbox where kind <> 'forward' order by 1, 2, 3")


# ---- what happened ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City.make(1, tmp_path_factory.mktemp("city"))


def next_report(city: City, name: str, after_ms: int) -> int:
    """When the next record about this hazard is sent."""
    numbers = {record.partition("/")[2] for record in expected_records(city, name)}
    lines = [json.loads(line) for topic in SOURCE_TOPICS
             for line in (city.directory / f"{topic}.jsonl").read_text(encoding="utf-8").splitlines()]
    return min(line["timestamp_ms"] for line in lines if line["key"] in numbers and line["timestamp_ms"] > after_ms)


@pytest.fixture(scope="module")
def town(servers: LocalServers, template_database: str, city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """The sample city; the lift's closing on paper is known before its next report comes, and that one before all later ones."""
    closed = city.expected["milestones"]["scenario-1-closed-on-paper"]
    again = next_report(city, "scenario-1-lift", closed) + 1
    with running_hub(servers, template_database, tmp_path_factory.mktemp("town")) as made:
        made.feed(city, before_ms=closed)
        made.feed(city, from_ms=closed, before_ms=again)
        made.feed(city, from_ms=again)
        made.stop()
        yield made


@pytest.fixture(scope="module")
def storms(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub(servers, template_database, tmp_path_factory.mktemp("storms")) as made:
        made.feed(make_storms(tmp_path_factory.mktemp("labelled")), *SOURCE_TOPICS)
        made.stop()
        yield made


@pytest.fixture(scope="module")
def buckets(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with open_hub(servers, template_database, tmp_path_factory.mktemp("buckets")) as made:
        log = ReportLog(made.topics, 24)
        story(log)
        log.send()
        made.start("matcher")
        made.await_consumed(log.sent)
        made.stop()
        yield made


LAMP = {"category": "E05", "category_confidence": 90, "status": 10, "title": "路灯不亮", "point": None, "point_system": None,
        "point_precision": None, "revision": 1}


SOON = 10  # seconds ahead: far longer than a record takes to onecase.report


def seconds_from_now(seconds: int, days_ago_: int = 0) -> str:
    at = datetime.now(timezone.utc) + timedelta(seconds=seconds, days=-days_ago_)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def dates_and_corrections(log: ReportLog) -> None:
    """Lamps whose dates come in a moment, and one whose window ends then; reports that say something else later."""
    at = {"occurred_at": seconds_from_now(-300), "reported_at": seconds_from_now(-300)}
    log.report("DUE", address="秋水路20号", due_at=seconds_from_now(SOON), **(LAMP | at))
    long_ago = {"occurred_at": seconds_from_now(0, 33), "reported_at": seconds_from_now(0, 33)}
    log.report("HELD", address="秋水路90号", **(LAMP | long_ago))
    log.report("HELD", "update", revision=2, status=60, changed_at=seconds_from_now(SOON, 30))  # the window of a lamp: 30 days
    for number, changes in {"CLASS": {"category": "E01", "title": "井盖缺失"}, "PLACE": {"address": "明月路7号"}}.items():
        log.report(number, address=f"秋水路{len(number)}00号", **(LAMP | at))
        log.report(number, "update", revision=2, **changes)


def work_of_departments(log: ReportLog) -> None:
    """Given to one, who gives it back, and to another; urged, replied to, rechecked: done in one case, a sham in the other."""
    at = {"occurred_at": seconds_from_now(-86400), "reported_at": seconds_from_now(-86400)}
    for number, result in {"DONE": "pass", "SHAM": "fail"}.items():
        log.report(number, address=f"星河路{len(result) * ord(number[0])}号", **(LAMP | at))
        for part, (org, more) in enumerate((("甲单位", {"status": 30}), ("甲单位", {"status": 90, "return_reason": "not_ours"}),
                                            ("乙单位", {"status": 30}))):
            log.report(number, "assignment", assignment_no=f"{number}-{org}", lead_org=org,
                       changed_at=seconds_from_now(part * 60 - 80000), **more)
        log.report(number, "update", revision=2, urge=True)
        log.report(number, "update", revision=3, lead_org="乙单位", measures="更换灯具", reply="已经修好", satisfaction=4)
        log.report(number, "update", revision=4, status=60, changed_at=seconds_from_now(-40000))
        log.report(number, "update", revision=5, recheck_result=result, changed_at=seconds_from_now(-30000))


@pytest.fixture(scope="module")
def lamps(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """What time does, and what departments say."""
    with open_hub(servers, template_database, tmp_path_factory.mktemp("lamps")) as made:
        log = ReportLog(made.topics, 24)
        dates_and_corrections(log)
        work_of_departments(log)
        log.send()
        made.start("matcher")
        made.await_consumed(log.sent)
        wait_until(lambda: made.database.value("select max(timer_at) < now() - interval '1 s' from onecase.cases"
                                               " where timer_at < now() + interval '1 h'"), 60, "the dates to come", every=0.1)
        log.report("NEXT", address="秋水路900号", **LAMP)  # time goes on with a record
        log.report("DUE", "update", revision=2, due_at=seconds_from_now(86400))
        log.send()
        made.await_consumed(log.sent)
        made.stop()
        yield made


@pytest.fixture(scope="module")
def hubs(town: Hub, storms: Hub, buckets: Hub, lamps: Hub) -> tuple[Hub, ...]:
    return town, storms, buckets, lamps


def data_of(hub: Hub) -> list[dict]:
    return [json.loads(row[10]) for row in hub.database.rows(ROWS)]


def faults_of(data: dict) -> list[str]:
    if data["kind"] not in VALIDATORS:
        return [f"kind {data['kind']} has no schema"]
    return [f"{data['kind']} {fault.json_path}: {fault.message}" for fault in VALIDATORS[data["kind"]].iter_errors(data)]


# ---- schemas ---------------------------------------------------------------------------------------------------------


def objects_of(schema: dict, path: str = "$") -> Iterator[tuple[str, dict]]:
    """Every schema of an object, with the place that it describes."""
    if schema.get("type") == "object":
        yield path, schema
        for name, inside in schema["properties"].items():
            yield from objects_of(inside, f"{path}.{name}")


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_stands_alone_and_is_closed(kind: str) -> None:
    schema = SCHEMAS[kind]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:onecase:event:{kind}:1" and schema["properties"]["kind"]["const"] == kind
    assert "$ref" not in json.dumps(schema)
    for path, inside in objects_of(schema):
        assert inside["additionalProperties"] is False, path
        for name, field in inside["properties"].items():
            assert re.search(r"[\u4e00-\u9fff].* / .*[a-z]", field["description"]), f"{path}.{name} is not described in both languages"


def test_the_schemas_and_tables_are_what_their_definitions_make() -> None:
    done = subprocess.run([sys.executable, str(PROJECT / "tests" / "tools" / "make_events.py"), "--check"], check=False,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_every_event_fits_its_schema(hubs: tuple[Hub, ...]) -> None:
    told = [data for hub in hubs for data in data_of(hub)]
    assert len(told) > 1000
    assert Counter(fault for data in told for fault in faults_of(data)) == {}
    assert {data["kind"] for data in told} == set(SCHEMAS), "kinds that no log shows, or that have no schema"


def test_a_field_that_the_schema_does_not_know_is_a_fault(town: Hub) -> None:
    data = next(data for data in data_of(town) if {"asset", "report"} <= data.keys())
    assert faults_of(data) == []
    for path, _ in objects_of(SCHEMAS[data["kind"]]):
        changed = copy.deepcopy(data)
        inside = changed
        for name in path.split(".")[1:]:
            inside = inside[name]
        inside["surprise"] = 1
        assert len(faults_of(changed)) == 1, path
    for wrong in ({"level": 5}, {"status": 11}, {"opened_at": "2026-01-01 08:00:00"}, {"case_no": "AJ9901-1"}, {"seq": "1"}):
        assert faults_of(data | wrong) != [], wrong
    assert faults_of({name: value for name, value in data.items() if name != "level"}) != []


# ---- what is told ----------------------------------------------------------------------------------------------------


def test_each_event_that_is_stored_is_told_once_and_in_order(hubs: tuple[Hub, ...]) -> None:
    for hub in hubs:
        told = [(row[4], row[6], row[3], row[5]) for row in hub.database.rows(ROWS)]
        stored = [(region, seq, "review.requested" if kind == "review_requested" else f"case.{kind}", case_id)
                  for region, seq, kind, case_id in
                  hub.database.rows("select region, seq, kind, case_id from onecase.case_events order by region, seq")]
        assert sorted(told) == stored
        for region in {row[0] for row in told}:
            numbers = [row[1] for row in told if row[0] == region]
            assert numbers == sorted(numbers)  # in the order in which they go out


def test_the_columns_of_the_outbox_say_what_the_data_says(hubs: tuple[Hub, ...]) -> None:
    for hub in hubs:
        for row in hub.database.rows(ROWS):
            _, _, _, kind, region, _, seq, subject, event_at, level, payload, stream_time = row
            data = json.loads(payload)
            assert (data["kind"], data["region"], data["seq"], data["case_no"], data.get("level")) == \
                (kind, region, seq, subject, level)
            for name, stored in (("event_at", event_at), ("known_at", stream_time)):
                assert data[name] == f"{stored:%Y-%m-%dT%H:%M:%S}.{stored.microsecond // 1000:03}Z"


def test_the_place_is_that_of_the_hazard(hubs: tuple[Hub, ...]) -> None:
    """What the last event of a hazard says of its place, thing and class."""
    for hub in hubs:
        rows = {row[0]: row[1:] for row in hub.database.rows(
            "select hazard_no, estate, nullif(buildings, '{}'), round(lon::numeric, 6)::float8, round(lat::numeric, 6)::float8,"
            " precision_class, community_code, grid_code, asset_kind, asset_id from onecase.hazards where merged_into is null")}
        last = {data["hazard_no"]: data for data in sorted(data_of(hub), key=lambda data: data["seq"])}
        for hazard_no, stored in rows.items():
            place, asset = last[hazard_no]["place"], last[hazard_no].get("asset", {})
            told = [place.get(name) for name in ("estate", "buildings", "lon", "lat", "precision", "community_code", "grid_code")]
            assert (*told, asset.get("kind"), asset.get("id")) == stored, hazard_no


def test_batches_of_one_and_kills_tell_the_same(servers: LocalServers, template_database: str, town: Hub, storms: Hub,
                                                 lamps: Hub, tmp_path: Path) -> None:
    for hub in (town, storms, lamps):
        with open_hub(servers, template_database, tmp_path / hub.database.name, hub.topics) as second:
            total = hub.reported()
            for turn, part in enumerate((0.3, 0.6)):
                matcher = second.start("matcher", "batch_max=1", group=f"{second.database.name}.{turn}")
                wait_until_reached(second.consumed, int(total * part), 60, f"{part:.0%} of {total} records", every=0.005)
                matcher.kill()
            second.start("matcher", "batch_max=7")
            second.await_consumed(total)
            assert second.database.rows(ROWS) == hub.database.rows(ROWS)


def example_of(town: Hub, city: City) -> str:
    """The repair of the sample city's lift did not hold: as the pages have it."""
    [hazard_no] = town.hazards_of(expected_records(city, "scenario-1-lift"))
    [data] = [data for data in data_of(town) if (data["kind"], data["hazard_no"]) == ("case.reopened", hazard_no)]
    return json.dumps(data, ensure_ascii=False, indent=2)


def without_days(text: str) -> str:
    """The city ends on the day on which it is made: numbers and times of its records differ from run to run."""
    names = r'("(?:seq|event_at|known_at|opened_at|due_at|record_no|case_no|hazard_no)": )[^\n]*[^,\n]'
    return re.sub(names, r"\1…", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_example_of_the_page_is_what_the_city_gives(page: Path, town: Hub, city: City) -> None:
    [shown] = re.findall(r"<!-- example -->\n```json\n(.*?)\n```", page.read_text(encoding="utf-8"), re.DOTALL)
    found = example_of(town, city)
    assert without_days(shown) == without_days(found), f"the page should have:\n{found}"
    assert faults_of(json.loads(shown)) == []


# ---- nobody is named -------------------------------------------------------------------------------------------------


def test_no_event_says_what_a_person_said(hubs: tuple[Hub, ...]) -> None:
    """No title and no text of a report, no hash, no party, no phone."""
    for hub in hubs:
        told = "\n".join(row[10] for row in hub.database.rows(ROWS))
        texts = hub.database.rows("select title, body, party_name, encode(reporter_hash, 'hex') from onecase.reports")
        found = {text for row in texts for text in row if text and len(text) > 3 and text in told}
        assert found == set()
        assert re.findall(r"1990000\d{4}", told) == []


def test_no_door_of_a_flat_and_no_planted_name_goes_out(servers: LocalServers, template_database: str, tmp_path: Path) -> None:
    home = "听雨新村3幢2单元1701室"
    with departments_hub(servers, template_database, tmp_path) as hub:
        call = hotline(days_ago(1), "010203", f"我叫张试样，住{home}，电梯停在半路，电话19900001234", home, tel="19900001234",
                       callerName="张试样")
        tell(hub, [call])
        [data] = [data for data in data_of(hub) if data["kind"] == "case.opened"]
        told = json.dumps(data, ensure_ascii=False)
        assert data["report"]["record_no"] == call.number and data["place"]["estate"] == "听雨新村"
        for secret in ("张试样", "19900001234", "1701", "停在半路"):
            assert secret not in told
