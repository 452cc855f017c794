"""The generator itself: the same again for a seed, whole, plainly synthetic, decidable."""

import base64
import datetime
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import compare
import make_city
import send
from city_classes import CLASSES, FINAL_STATUS, MARKET_CODES_KNOWN
from city_feeds import ENCODINGS, TOPICS, decode
from city_geo import distance_m, to_bd09, to_gcj02
from city_ids import break_credit_code, credit_code, credit_code_valid
from city_reports import ACROSS_MAX, WITHIN_MIN
from city_traffic import OUTCOMES
from draw import draw

UNTIL = datetime.date(2026, 11, 20)
SEEDS = [1, 2, 3, 5, 8, 13, draw().randrange(1_000_000)]
SOURCES = {topic: source for source, topic in TOPICS.items()}
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed-{seed}")
def city(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp("city")
    bench, messages = make_city.make(request.param, UNTIL)
    truth = make_city.write(str(directory), bench, messages)
    return bench, messages, truth, directory


def decoded(message):
    """As text; what is packed in it as JSON text is plain to read too."""
    return message.value.decode(ENCODINGS[SOURCES[message.topic]]).replace('\\"', '"')


def record_of(message):
    return decode(SOURCES[message.topic], message.value)


def test_same_seed_and_day_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        make_city.write(str(tmp_path / name), *make_city.make(4, UNTIL))
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_another_seed_gives_another_city():
    first, second = (make_city.make(seed, UNTIL)[1] for seed in (4, 5))
    assert [m.value for m in first] != [m.value for m in second]


def test_about_four_hundred_records_of_four_departments(city):
    _, messages, truth, directory = city
    assert 300 <= len(messages) <= 620
    assert set(truth["counts"]) == set(TOPICS.values())
    for topic, counts in truth["counts"].items():
        lines = (directory / f"{topic}.jsonl").read_text().splitlines()
        assert counts["records"] == len(lines) == sum(counts[k] for k in OUTCOMES), topic
        assert counts["report"] > 0 and counts["dead"] == 1 + (topic == "hotline.workorder")
    assert sum(counts["update"] for counts in truth["counts"].values()) > 20  # a department with few reports may have none
    assert json.loads((directory / "sent.json").read_text()) == truth["counts"]


def test_the_files_hold_the_very_bytes_in_the_order_of_sending(city):
    _, messages, _, directory = city
    for topic in TOPICS.values():
        rows = [json.loads(line) for line in (directory / f"{topic}.jsonl").read_text().splitlines()]
        sent = [m for m in messages if m.topic == topic]
        assert [(r["key"], base64.b64decode(r["value_base64"])) for r in rows] == [(m.key, m.value) for m in sent]
        assert [r["timestamp_ms"] for r in rows] == sorted(r["timestamp_ms"] for r in rows)


def test_every_report_is_in_exactly_one_hazard(city):
    _, messages, truth, _ = city
    of_hazards = [record for hazard in truth["hazards"] for record in hazard["records"]]
    assert len(of_hazards) == len(set(of_hazards)) == truth["reports"]
    sent = {f"{SOURCES[m.topic]}/{m.key}" for m in messages if m.outcome == "report"}
    assert sent == set(of_hazards)
    updated = {f"{SOURCES[m.topic]}/{m.key}" for m in messages if m.outcome == "update"}
    assert updated <= set(of_hazards)


def test_the_scenarios_are_there(city):
    _, _, truth, _ = city
    by_name = {h["name"]: h for h in truth["hazards"]}
    sources = Counter(r.split("/")[0] for r in by_name["scenario-1-lift"]["records"])
    assert sources == {"H12345": 5, "GRID": 3, "FIRE119": 1} and by_name["scenario-1-lift"]["level"] == 1
    for name in ("scenario-3-one-cover", "scenario-4-cover-a", "scenario-4-cover-b", "scenario-5-lift-a", "scenario-5-lift-b",
                 "scenario-6-rare-characters", "scenario-8-broken-places", "scenario-8-zero-elsewhere",
                 "scenario-13-credit-code", "same-words-3", "same-words-13", "danger-in-a-consultation", "vague-estate-1",
                 "inspection-finds-it", "suggestion-3"):
        assert name in by_name
    assert {r.split("/")[0] for r in by_name["scenario-3-one-cover"]["records"]} == {"GRID", "H12345", "MKT12315"}


def test_the_lift_has_two_callers_three_workers_and_a_closing_on_paper_before_people_are_trapped(city):
    bench, messages, _, _ = city
    lift = next(h for h in bench.hazards if h.name == "scenario-1-lift")
    assert len({r.reporter for r in lift.reports if r.source == "H12345"}) == 2
    assert len({r.reporter for r in lift.reports if r.source == "GRID"}) == 3
    times = sorted(r.event_at for r in lift.reports)
    assert times[-1] - times[0] <= datetime.timedelta(days=90)
    trapped = [r for r in lift.reports if r.trapped]
    assert [r.source for r in trapped] == ["FIRE119"] and trapped[0].event_at == times[-1] and trapped[0].plate
    keys = {r.record_no: r for r in lift.reports}
    closed = {m.key for m in messages if m.key in keys and m.outcome == "update" and is_final(m)}
    last_closing = max(m.at for m in messages if m.key in closed and m.outcome == "update")
    early = {r.record_no for r in lift.reports if r.reported_at < last_closing}
    assert len(closed) == 4 and closed == early
    milestone = bench.milestones["scenario-1-closed-on-paper"]
    assert last_closing < milestone < sorted(times)[4] - datetime.timedelta(days=20)


def test_the_sender_splits_at_a_milestone(city):
    _, _, truth, directory = city
    at = truth["milestones"]["scenario-1-closed-on-paper"]
    whole, before, after = (send.read_city(directory, *part) for part in ((), (0, at), (at,)))
    assert {topic: before[topic] + after[topic] for topic in whole} == whole
    assert before["hotline.workorder"] and before["grid.event"] and all(after.values())


def is_final(message):
    record = record_of(message)
    state = record.get("body", {}).get("gdzt") or record.get("state") or record.get("node") or record.get("JQZT")
    return state == FINAL_STATUS[SOURCES[message.topic]]


def test_nothing_lies_in_the_future_or_long_ago(city):
    bench, messages, _, _ = city
    oldest = bench.until - datetime.timedelta(days=101)
    for m in messages:
        assert oldest < m.at < bench.until, m
    for hazard in bench.hazards:
        assert all(oldest < r.event_at <= r.reported_at < bench.until for r in hazard.reports)


def test_phones_and_areas_are_plainly_synthetic(city):
    _, messages, truth, _ = city
    assert all(re.fullmatch(r"1990000\d{4}|WG9901\d{5}|WG9902\d{5}", one) for one in truth["personal"])
    for m in messages:
        text = decoded(m)
        for number in re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", text):
            assert number.startswith("1990000"), text
        for area in re.findall(r'"(?:zone|areaCode|XZQHDM|jyareacode)": "([^"]*)"', text):
            assert area in ("990101", "990102", "990201"), text


def test_credit_codes_are_valid_but_the_one_of_scenario_13(city):
    bench, _, _, _ = city
    for hazard in bench.hazards:
        for report in hazard.reports:
            if report.usc:
                assert credit_code_valid(report.usc) == (hazard.name != "scenario-13-credit-code"), report
    assert any(r.usc for h in bench.hazards if h.name == "scenario-13-credit-code" for r in h.reports)


def test_broken_records_are_really_broken(city):
    _, messages, truth, _ = city
    broken = {m.note: m for m in messages if m.outcome == "dead"}
    assert set(broken) == {"not JSON", "JSON array", "truncated", "no record number", "unmapped form"}
    for note in ("not JSON", "truncated"):
        with pytest.raises(ValueError):
            json.loads(broken[note].value)
    assert isinstance(json.loads(broken["JSON array"].value), list)
    assert "JQ_TYWYSBM" not in record_of(broken["no record number"])
    assert record_of(broken["unmapped form"])["head"]["msgType"] == "AUDIT"
    assert Counter(d["rule"] for d in truth["dead"]) == {"syntax": 3, "required": 1, "kind": 1}
    for dead in truth["dead"]:
        sent = [m for m in messages if m.topic == dead["topic"]]
        assert sent[dead["index"]].outcome == "dead" and sent[dead["index"]].key == dead["key"]


def test_the_others_are_readable(city):
    _, messages, _, _ = city
    for m in messages:
        if m.outcome != "dead":
            assert isinstance(record_of(m), dict)


@pytest.mark.parametrize("topic", ["fire.incident", "hotline.workorder"])
def test_two_feeds_speak_gb18030_with_four_byte_characters(city, topic):
    _, messages, _, _ = city
    rare = [m for m in messages if m.topic == topic and "㙍".encode("gb18030") in m.value]
    assert rare
    for m in rare:
        assert "㙍堃花园" in m.value.decode("gb18030")
        with pytest.raises(UnicodeDecodeError):
            m.value.decode("utf-8")


def test_one_record_is_sent_again_and_one_updated(city):
    _, messages, truth, _ = city
    assert sorted(r["how"] for r in truth["repeated"]) == ["re-sent", "updated"]
    for repeated in truth["repeated"]:
        same = [m for m in messages if m.topic == repeated["topic"] and m.key == repeated["key"] and m.outcome == "report"]
        assert len(same) == 2
        assert (same[0].value == same[1].value) == (repeated["how"] == "re-sent")
        if repeated["how"] == "updated":
            assert [record_of(m)["head"]["seq"] for m in same] == [1, 2]


def test_consultations_disputes_and_drills_are_no_hazards(city):
    _, _, truth, _ = city
    assert set(truth["ignored"]) == {"consultation", "trade dispute", "drill", "duty"}
    assert truth["ignored"]["consultation"] >= 20 and truth["ignored"]["trade dispute"] >= 10


def test_the_hotline_packs_its_body_and_numbers_sheets_by_day(city):
    bench, messages, _, _ = city
    for m in messages:
        if m.topic == "hotline.workorder" and m.outcome != "dead":
            assert isinstance(json.loads(m.value.decode("gb18030"))["body"], str)
    for hazard in bench.hazards:
        for report in hazard.reports:
            if report.source == "H12345":
                assert re.fullmatch(r"FS20\d{9,10}", report.record_no) and report.record_no[2:10] == f"{report.reported_at:%Y%m%d}"


def test_the_course_of_a_sheet_has_every_form_and_a_rising_seq(city):
    _, messages, _, _ = city
    forms, seq = Counter(), defaultdict(list)
    for m in messages:
        if m.topic == "hotline.workorder" and m.outcome in ("report", "update") and m.note != "re-sent":
            head, body = record_of(m).values()
            forms[head["msgType"]] += 1
            assert (body.get("parentNo") or body["gdbh"]) == m.key
            seq[m.key].append(head["seq"])
    assert set(forms) == {"NEW", "STATUS", "REPLY", "URGE", "SUB"} and min(forms.values()) > 0
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in seq.values())


def test_spot_checks_that_found_nothing_are_no_hazards(city):
    _, messages, truth, _ = city
    sheets = [record_of(m) for m in messages if m.topic == "market.complaint" and m.outcome != "dead"]
    checks = [sheet for sheet in sheets if sheet.get("form") == "SSJ"]
    assert Counter(check["result_code"] for check in checks) == {"1": len(truth["inspections"]), "4": 1}
    assert not set(truth["inspections"]) & {record for hazard in truth["hazards"] for record in hazard["records"]}


def test_words_tell_the_class_where_the_code_of_market_regulation_does_not(city):
    bench, _, _, _ = city
    lines = (PROJECT / "deploy/model/words/keywords.csv").read_text(encoding="utf-8").splitlines()
    words = [line.split(",") for line in lines if line and not line.startswith("#") and line != "phrase,class,confidence"]
    told = 0
    for hazard in bench.hazards:
        for report in hazard.reports:
            code = CLASSES[report.klass].market
            if report.source == "MKT12315" and code not in MARKET_CODES_KNOWN:
                best = max((w for w in words if w[0] in report.texts[0]), key=lambda w: (int(w[2]), len(w[0].encode())))
                assert best[1] == report.klass and int(best[2]) >= 60, (report.texts[0], best)
                told += 1
    assert told > 0


def test_the_city_lies_within_the_box_of_its_mappings(city):
    bench, _, _, _ = city
    for name in ("hotline", "fire", "grid"):
        text = (PROJECT / f"deploy/sources/{name}.cfg").read_text(encoding="utf-8")
        west, south, east, north = map(float, re.search(r"box = \[(.*?)\]", text)[1].split(","))
        for hazard in bench.hazards:
            for report in hazard.reports:
                assert not report.point or west < report.point[0] < east and south < report.point[1] < north, report


def test_the_model_decides_every_pair_clearly_whatever_comes_first(city):
    bench, _, _, _ = city
    for hazard in bench.hazards:
        for i, b in enumerate(hazard.reports):
            for a in hazard.reports[:i]:
                assert bench.margins.pair(a, b)[0] >= WITHIN_MIN, (hazard.name, a.body, b.body)
    for i, one in enumerate(bench.hazards):
        for other in bench.hazards[:i]:
            if one.district.region != other.district.region:
                continue
            for a in one.reports:
                for b in other.reports:
                    _, upper, veto = bench.margins.pair(a, b)
                    assert veto or upper <= ACROSS_MAX, (one.name, other.name, a.body, b.body)


# Vectors of the domain page, section 6.1: WGS-84, GCJ-02, BD-09.
@pytest.mark.parametrize("wgs84, gcj02, bd09", [
    ((116.397500, 39.908700), (116.403744, 39.910103), (116.410117, 39.916443)),
    ((113.264400, 23.129100), (113.269730, 23.126423), (113.276151, 23.132711)),
    ((126.535000, 45.803800), (126.541040, 45.805782), (126.547659, 45.811396)),
])
def test_datums_follow_the_vectors(wgs84, gcj02, bd09):
    assert to_gcj02(wgs84) == pytest.approx(gcj02, abs=1e-6)
    assert to_bd09(wgs84) == pytest.approx(bd09, abs=1e-6)
    assert 200 < distance_m(wgs84, gcj02) < 700


# Vectors of the domain page, section 4.2.
@pytest.mark.parametrize("code", ["91990101MA0TERT08C", "92990101MA9XY0017A", "93990102MA1AB23C05", "12990100400000018N"])
def test_credit_code_check_follows_the_vectors(code):
    assert credit_code_valid(code)
    assert not credit_code_valid(break_credit_code(code))
    assert not credit_code_valid(code.lower())


def test_made_credit_codes_are_valid():
    assert all(credit_code_valid(credit_code("990101", serial)) for serial in range(0, 5000, 37))


def test_compare_tells_split_merged_missing_and_unexpected():
    expected = {"reports": 5, "hazards": [
        {"name": "one", "class": "A02", "records": ["S/1", "S/2"], "cases": 1},
        {"name": "two", "class": "E01", "records": ["S/3", "S/4"], "cases": 1, "level": 1},
        {"name": "three", "class": "E01", "records": ["S/5"], "cases": 1},
    ]}
    whole = {"S/1": "9901/1", "S/2": "9901/1", "S/3": "9901/2", "S/4": "9901/2", "S/5": "9901/3"}
    cases = [("9901/1", 1, 2), ("9901/2", 1, 1), ("9901/3", 1, 3)]

    def told(hazard_of, cases=cases):
        reports = [(record, hazard, "A02", "", "") for record, hazard in hazard_of.items()]
        return [line.split()[0] for line in compare.differences(expected, compare.Found(reports, cases)) if line[0] != " "]

    assert told(whole) == []
    assert told(whole | {"S/2": "9901/9"}) == ["SPLIT"]
    assert told(whole | {"S/5": "9901/1"}) == ["MERGED"]
    assert told(whole | {"S/5": None}) == ["MISSING"]
    assert told(whole | {"S/7": "9901/7"}) == ["UNEXPECTED"]
    assert told(whole, [("9901/1", 2, 2), *cases[1:]]) == ["CASES"]
    assert told(whole, [cases[0], ("9901/2", 1, 2), cases[2]]) == ["LEVEL"]
