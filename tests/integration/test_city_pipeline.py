"""The whole sample city through the real intake and matcher: every offset accounted for, exactly the expected hazards.

The seeds of the drawn cities stand in the names of their tests; ONECASE_SEEDS=1,2,3 runs chosen ones again (the city
ends on the day on which it is made).
"""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from city_feeds import TOPICS, decode, encode
from city_geo import distance_m
from draw import draw
from harness import Database, LocalServers
from harness_city import SOURCE_TOPICS, City, source_ends
from harness_hub import Hub, expected_records, open_hub, running_hub

SHIPPED_SEED = 1
SOURCE_OF = {topic: source for source, topic in TOPICS.items()}
BOX = (112.3, 22.6, 113.5, 23.6)  # of the mappings, WGS-84


def drawn_seeds() -> list[int]:
    chosen = os.environ.get("ONECASE_SEEDS")
    if chosen:
        return [int(seed) for seed in chosen.split(",")]
    return draw().sample(range(2, 1_000_000), 5)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City.make(SHIPPED_SEED, tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def hub(servers: LocalServers, template_database: str, city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """The shipped city. Nothing changes it afterwards.

    The lift's closing on paper is in the database before its next report is sent, as in life.
    """
    closed = city.expected["milestones"]["scenario-1-closed-on-paper"]
    with running_hub(servers, template_database, tmp_path_factory.mktemp("hub")) as made:
        made.feed(city, before_ms=closed)
        made.feed(city, from_ms=closed)
        yield made


def sent_lines(city: City, topic: str) -> list[dict]:
    """The sender's own log of one topic: key, value_base64 and timestamp_ms of each record, in the order of sending."""
    return [json.loads(line) for line in (city.directory / f"{topic}.jsonl").read_text(encoding="utf-8").splitlines()]


# ---- accounts -----------------------------------------------------------------------------------------------------


def test_every_offset_is_accounted_for_as_the_sender_counted(hub: Hub, city: City) -> None:
    rows = hub.database.rows(
        "select source_topic, source_partition, first_offset, last_offset + 1, reports + inspections, updates + assignments, ignored,"
        " dead, skipped, extra_items, redelivered, missing, doubled from analysis.reconciliation")
    assert {(row[0].removeprefix(hub.topics.prefix), row[1]): row[3] for row in rows} == source_ends(hub.topics)
    found = {topic: Counter() for topic in SOURCE_TOPICS}
    for topic, _, first, end, reports, updates, ignored, dead, *nothing in rows:
        assert first == 0 and nothing == [0, 0, 0, 0, 0], topic
        found[topic.removeprefix(hub.topics.prefix)].update(
            records=end, reports=reports, updates=updates, ignored=ignored, dead=dead)
    again = Counter(repeat["topic"] for repeat in city.expected["repeated"])  # a record number sent twice is one report
    for topic, counts in json.loads((city.directory / "sent.json").read_text(encoding="utf-8")).items():
        assert counts["records"] == len(sent_lines(city, topic))
        assert found[topic] == {
            "records": counts["records"], "reports": counts["report"] + counts["inspection"] - again[topic],
            "updates": counts["update"] + again[topic], "ignored": counts["ignored"], "dead": counts["dead"],
        }, topic


def test_the_auditor_finds_nothing(hub: Hub, city: City) -> None:
    told = hub.json("audit", "--group", f"{hub.database.name}.intake")
    assert told["findings"] == [] and told["log_waiting"] == 0
    assert told["records"] == sum(counts["records"] for counts in json.loads(
        (city.directory / "sent.json").read_text(encoding="utf-8")).values())


def test_every_report_sent_is_one_report(hub: Hub, city: City) -> None:
    stored = [row[0] for row in hub.database.rows("select source || '/' || record_no from onecase.reports")]
    sent = [record for hazard in city.expected["hazards"] for record in hazard["records"]]
    assert sorted(stored) == sorted(sent + city.expected["inspections"])


def test_a_spot_check_that_found_nothing_is_kept_and_no_hazard(hub: Hub, city: City) -> None:
    checks = hub.placed(city.expected["inspections"])
    assert len(checks) >= 5
    for row in checks:
        assert (row["kind"], row["result"], row["hazard_id"], row["decision_id"]) == ("inspection", "no_problem", None, None)
    [found] = [row for row in hub.placed(expected_records(city, "inspection-finds-it")) if row["kind"] == "inspection"]
    assert found["result"] == "ordered" and found["hazard_no"] is not None


def test_a_sub_order_is_an_assignment_and_no_second_report(hub: Hub, city: City) -> None:
    subs = [decode("H12345", base64.b64decode(line["value_base64"])) for line in sent_lines(city, "hotline.workorder")
            if b"SUB" in base64.b64decode(line["value_base64"])]
    stored = hub.database.rows(
        "select record_no, changes::jsonb ->> 'assignment_no' from onecase.report_revisions where kind = 'assignment' order by 2")
    assert subs and stored == sorted(((sub["body"]["parentNo"], sub["body"]["gdbh"]) for sub in subs), key=lambda row: row[1])
    given = hub.database.rows("select record_no, assignment_no, role, status from onecase.assignments where assignment_no <> record_no"
                              " order by 2")
    assert [row[:2] for row in given] == stored and {row[2] for row in given} == {"lead", "assist"} and {row[3] for row in given} == {30}
    assert hub.derived_anew() == []


def test_where_the_code_is_unknown_the_words_tell_the_class(hub: Hub) -> None:
    rows = hub.database.rows("select source_category, category_code, flags from onecase.reports where source = 'MKT12315'"
                             " and kind = 'report' and source_category not in ('0601', '0701', '0803')")
    assert rows
    for code, category, flags in rows:
        assert category != "J03" and {"class_by_words", "code_unknown"} <= set(flags), (code, category, flags)


def test_what_is_no_hazard_is_ignored_with_its_reason(hub: Hub, city: City) -> None:
    assert dict(hub.database.rows("select reason, count(*) from onecase.ignored_records group by 1")) == city.expected["ignored"]


def test_broken_records_are_dead_letters_and_their_bytes_are_in_the_vault(hub: Hub, city: City) -> None:
    bytes_of = {f"{r.topic}/{r.partition}/{r.offset}": r.value for topic in SOURCE_TOPICS for r in hub.topics.read(topic)}
    expected = Counter(
        (dead["stage"], dead["rule"], base64.b64decode(sent_lines(city, dead["topic"])[dead["index"]]["value_base64"]))
        for dead in city.expected["dead"])
    rows = hub.database.rows("select stage, rule, topic || '/' || partition || '/' || kafka_offset, pointer, message, state,"
                             " octet_length(sha256) from onecase.dead_letters")
    assert Counter((stage, rule, bytes_of[origin]) for stage, rule, origin, *_ in rows) == expected
    for _, _, _, pointer, message, state, digest_size in rows:
        assert pointer is not None and message and state == "open" and digest_size == 32
    vault = hub.topics.read("onecase.deadletter")
    assert Counter((r.headers["oc-stage"], r.headers["oc-rule"], r.value) for r in vault) == expected
    assert all(bytes_of[r.key.decode().partition("#")[0]] == r.value for r in vault)


def test_a_record_sent_again_is_one_report_and_an_updated_one_has_its_new_text(hub: Hub, city: City) -> None:
    for repeat in city.expected["repeated"]:
        line = [r for r in sent_lines(city, repeat["topic"]) if r["key"] == repeat["key"]][-1]
        [row] = hub.placed([f"H12345/{repeat['key']}"])
        last = decode("H12345", base64.b64decode(line["value_base64"]))
        if repeat["how"] == "updated":
            assert "补充" in last["body"]["content"] and row["revision"] == last["head"]["seq"] == 2
            assert row["body"] == last["body"]["content"]
    assert {repeat["how"] for repeat in city.expected["repeated"]} == {"re-sent", "updated"}


# ---- hazards ------------------------------------------------------------------------------------------------------


def test_the_shipped_city_gives_exactly_the_expected_hazards(hub: Hub, city: City) -> None:
    assert city.differences(hub.database) == ""


@pytest.mark.parametrize("seed", drawn_seeds(), ids=lambda seed: f"seed-{seed}")
def test_a_city_drawn_now_gives_exactly_the_expected_hazards(
        servers: LocalServers, template_database: str, tmp_path: Path, seed: int) -> None:
    drawn = City.make(seed, tmp_path / "city")
    with running_hub(servers, template_database, tmp_path / "hub") as made:
        made.feed(drawn)
        assert drawn.differences(made.database) == "", f"again with ONECASE_SEEDS={seed}"


def test_the_order_between_source_topics_does_not_matter(
        hub: Hub, city: City, servers: LocalServers, template_database: str, tmp_path: Path) -> None:
    """Each department comes first once, and each waits until all before it are in the database."""
    expected = hub.clusters()
    for turn in range(len(SOURCE_TOPICS)):
        order = SOURCE_TOPICS[turn:] + SOURCE_TOPICS[:turn]
        with running_hub(servers, template_database, tmp_path / f"hub-{turn}") as made:
            for topic in order:
                made.feed(city, topic)
            assert made.clusters() == expected, f"{' then '.join(order)}:\n{city.differences(made.database)}"


# ---- the lift -----------------------------------------------------------------------------------------------------


def test_scenario_01_the_lift_is_one_case_and_red_before_anybody_is_trapped(hub: Hub, city: City) -> None:
    members = hub.placed(expected_records(city, "scenario-1-lift"))
    assert Counter(row["source"] for row in members) == {"H12345": 5, "GRID": 3, "FIRE119": 1}
    assert len({row["hazard_no"] for row in members}) == 1 and len({row["case_id"] for row in members}) == 1
    assert members[0]["hazard_no"] is not None and members[0]["case_id"] is not None

    [case] = hub.json("case", "show", members[0]["hazard_no"])
    assert (case["reports"], case["sources"], case["level"], case["trapped"], case["recurrence_no"]) == (9, 3, 1, 3, 1)
    assert case["reopened"] >= 1 and any(event["kind"] == "reopened" for event in case["timeline"])
    [call] = [row for row in members if row["trapped"]]
    assert call["source"] == "FIRE119" and call["event_at"] == max(row["event_at"] for row in members)
    red = hub.database.value(
        "select min(event_at) from onecase.case_events where region = %s and case_id = %s and kind = 'escalated'"
        " and after_value = '1'", (call["region"], call["case_id"]))
    assert red is not None and red < call["event_at"]
    assert red in {row["event_at"] for row in members}  # red since a report, not since a clock
    assert case["level_since"] == red.strftime("%Y-%m-%dT%H:%M:%S.") + f"{red.microsecond // 1000:03d}Z"


def test_scenario_01_the_second_report_of_the_lift_joins_the_first(hub: Hub, city: City) -> None:
    first, second, *later = hub.placed(expected_records(city, "scenario-1-lift"))
    assert (first["outcome"], second["outcome"]) == ("new", "link")
    assert second["case_id"] == first["case_id"]
    assert all(row["outcome"] == "link" for row in later)
    linked = hub.database.rows(
        "select report_id from onecase.case_events where region = %s and case_id = %s and kind = 'report_linked' order by seq",
        (first["region"], first["case_id"]))
    assert [row[0] for row in linked] == [row["report_id"] for row in (second, *later)]


# ---- scenarios of the domain page, section 9.6 --------------------------------------------------------------------


def test_scenario_03_one_cover_in_three_coordinate_systems_is_one_hazard(hub: Hub, city: City) -> None:
    members = hub.placed(expected_records(city, "scenario-3-one-cover"))
    assert {row["source"] for row in members} == {"GRID", "H12345", "MKT12315"}
    assert len({row["coordinate_system"] for row in members}) == 3
    for a, b in combinations(members, 2):  # the city scatters them by 2 m; a datum mistaken would be 400 m
        assert distance_m((a["lon"], a["lat"]), (b["lon"], b["lat"])) < 6
    assert {row["road_no"] for row in members} == {None}  # nothing but the point tells the covers of this road apart
    assert_one_hazard(members)


def test_scenario_04_two_covers_forty_metres_apart_are_two_hazards(hub: Hub, city: City) -> None:
    a, b = (hub.placed(expected_records(city, f"scenario-4-cover-{x}")) for x in "ab")
    assert {row["road"] for row in a} == {row["road"] for row in b} and a[0]["road"]
    assert 30 < min(distance_m((x["lon"], x["lat"]), (y["lon"], y["lat"])) for x in a for y in b) < 50
    assert_two_hazards(a, b)


def test_scenario_05_two_lifts_of_one_building_are_two_hazards(hub: Hub, city: City) -> None:
    a, b = (hub.placed(expected_records(city, f"scenario-5-lift-{x}")) for x in "ab")
    assert {(row["estate"], tuple(row["buildings"])) for row in a} == {(row["estate"], tuple(row["buildings"])) for row in b}
    assert_two_hazards(a, b)
    for members in (a, b):
        [plate] = {row["lift_plate"] for row in members}
        assert hub.database.value("select asset_id from onecase.hazards where hazard_no = %s", (members[0]["hazard_no"],)) == plate


def test_scenario_06_rare_characters_in_gb18030_are_one_standard_address(hub: Hub, city: City) -> None:
    members = hub.placed(expected_records(city, "scenario-6-rare-characters"))
    assert {row["source"] for row in members} >= {"FIRE119", "H12345", "GRID"}
    assert len({row["address_text"] for row in members}) > 1
    assert {(row["estate"], tuple(row["buildings"])) for row in members} == {("㙍堃花园", ("1",))}
    assert_one_hazard(members)


def test_scenario_08_broken_places_are_matched_by_address_never_by_zero(hub: Hub, city: City) -> None:
    here = hub.placed(expected_records(city, "scenario-8-broken-places"))
    there = hub.placed(expected_records(city, "scenario-8-zero-elsewhere"))
    assert_two_hazards(here, there)
    flags = Counter(flag for row in here for flag in row["flags"] or ())
    assert flags["geo_zero"] == 2 and flags["geo_swapped"] == 1 and flags["masked_at_source"] == 1
    assert all("geo_zero" in row["flags"] for row in there)
    for row in here + there:
        if "geo_zero" in (row["flags"] or ()):
            assert row["lon"] is None and row["lat"] is None
        elif row["lon"] is not None:
            assert BOX[0] < row["lon"] < BOX[2] and BOX[1] < row["lat"] < BOX[3]  # swapped back
    kinds = Counter(row["reporter_kind"] for row in here)
    assert kinds["masked"] == 1 and kinds["anonymous"] == 1


def test_scenario_13_a_shop_with_a_broken_credit_code_is_matched_by_name_and_address(hub: Hub, city: City) -> None:
    members = hub.placed(expected_records(city, "scenario-13-credit-code"))
    broken = [row for row in members if "usc_bad" in (row["flags"] or ())]
    assert len(broken) == 2 and all(row["usc_code"] for row in broken)  # kept as it came
    assert len({row["party_name"] for row in members if row["source"] == "MKT12315"}) == 1
    assert_one_hazard(members)


def assert_one_hazard(members: list[dict]) -> None:
    numbers = {row["hazard_no"] for row in members}
    assert len(numbers) == 1 and None not in numbers, numbers


def assert_two_hazards(a: list[dict], b: list[dict]) -> None:
    assert_one_hazard(a)
    assert_one_hazard(b)
    assert a[0]["hazard_no"] != b[0]["hazard_no"]


# ---- personal data ------------------------------------------------------------------------------------------------

ID_NUMBER = "990101198001010014"  # synthetic, valid check character
PLANTED_PHONE = "19900009999"
PERSONAL_FIELDS = {
    "hotline.workorder": ("callerName", "tel", "contactTel"), "fire.incident": ("BJRXM", "BJDH"),
    "market.complaint": ("providername", "providertel"), "grid.event": ("patrolName", "patrolId"),
}


def personal_values(city: City) -> set[str]:
    """Names, phones and staff numbers in the fields for them, as the departments sent them."""
    found = set(city.expected["personal"])
    broken = {(dead["topic"], dead["index"]) for dead in city.expected["dead"]}
    for topic, names in PERSONAL_FIELDS.items():
        for index, line in enumerate(sent_lines(city, topic)):
            if (topic, index) not in broken:
                record = decode(SOURCE_OF[topic], base64.b64decode(line["value_base64"]))
                record = record.get("body", record)
                found.update(record[name] for name in names if record.get(name) not in (None, "", "匿名"))
    return found


PLANTED_SHEET = "FS20990101001"


def sheet_with_numbers_in_its_text(city: City) -> tuple[str, bytes]:
    """A hotline sheet as the city has them, whose caller dictates numbers; (key, value)."""
    sheets = (base64.b64decode(line["value_base64"]) for line in sent_lines(city, "hotline.workorder"))
    records = (decode("H12345", value) for value in sheets if value.startswith(b"{"))
    record = next(one for one in records if one["head"]["msgType"] == "NEW" and one["body"]["rqstType"] == "5")
    record["body"] |= {
        "gdbh": PLANTED_SHEET, "tel": PLANTED_PHONE, "contactTel": PLANTED_PHONE, "callerName": "来电人王假名",
        "title": f"请回电{PLANTED_PHONE}", "content": f"楼道灯不亮，身份证{ID_NUMBER}，电话{PLANTED_PHONE[:3]}-{PLANTED_PHONE[3:7]}-"
        f"{PLANTED_PHONE[7:]}。", "detail": record["body"]["detail"] + f"（电话{PLANTED_PHONE}）",
    }
    return PLANTED_SHEET, encode("H12345", record)


def everything_stored(database: Database) -> Iterator[tuple[str, str]]:
    """(table, all its rows as text) of every table of the project."""
    with database.connect() as connection:
        tables = connection.execute(
            "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'm') and n.nspname in ('onecase', 'analysis') order by 1").fetchall()
        for (table,) in tables:
            yield table, "\n".join(str(row[0]) for row in connection.execute(f"select t::text from {table} t"))


def test_no_phone_name_or_id_number_is_found_past_intake(
        city: City, servers: LocalServers, template_database: str, tmp_path: Path) -> None:
    values = personal_values(city) | {ID_NUMBER, PLANTED_PHONE, f"{PLANTED_PHONE[:3]}-{PLANTED_PHONE[3:7]}", "王假名"}
    assert sum(value.startswith("1990000") for value in values) > 50 and any("来电人" in value for value in values)
    server_logs = {path: path.stat().st_size for path in (servers.data / "log").glob("*.log")}
    with open_hub(servers, template_database, tmp_path / "hub") as made:
        logs = [made.start(name, "log_level=debug").log for name in ("intake", "matcher")]
        made.topics.produce("hotline.workorder", [sheet_with_numbers_in_its_text(city)])
        made.feed(city)
        [planted] = made.placed([f"H12345/{PLANTED_SHEET}"])
        assert "〔证件号〕" in planted["body"] and "〔号码〕" in planted["body"] and planted["reporter_hash"] is not None
        reports = made.topics.read("onecase.report")
        places = dict(everything_stored(made.database))
        places |= {f"onecase.report/{r.partition}/{r.offset}": f"{r.key!r} {r.headers} {r.value.decode()}" for r in reports}
        places |= {path.name: path.read_text(encoding="utf-8", errors="replace") for path in logs}
        places |= {path.name: path.read_bytes()[size:].decode(errors="replace") for path, size in server_logs.items()}
        assert len(reports) == sum(source_ends(made.topics).values()) and "onecase.record_index" in places
        found = [(place, value) for place, text in places.items() for value in values if value in text]
        assert found == []
