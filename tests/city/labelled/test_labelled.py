"""The labelled city holds what it must, is as hard as it must be, and its truth is what it wrote."""

import itertools
import json
import math
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytest

import make
import truth
from city_ids import credit_code_valid
from feeds import SILENTLY_GCJ02, TOPICS, decode
from harness import PROJECT, program
from leaves import LEAVES
from plan import DAY, HOUR
from plane import distance, metres

REPORTS = 4000
HERE = os.path.dirname(os.path.abspath(__file__))
SERIAL = itertools.count(1)
CONFIGS = {"hotline.workorder": "hotline", "fire.incident": "fire", "market.complaint": "market", "grid.event": "grid",
           "chengguan.event": "chengguan", "fireiot.alarm": "fireiot"}


class Made:
    """A city, its messages and the truth as written to files."""

    def __init__(self, seed, directory):
        self.city = make.City(REPORTS, seed)
        make.write(str(directory), self.city)
        self.directory = directory
        self.lines, self.facts = truth.load(str(directory))
        self.real = [line for line in self.lines if line["real"]]
        self.sheets = {(made.source, made.record_no): made for made in self.city.flow.sheets}
        self.by_hazard = defaultdict(list)
        for line in self.real:
            self.by_hazard[line["hazard"]].append(line)

    def sheet(self, line):
        return self.sheets[line["source"], line["record_no"]]

    def share(self, test, lines=None):
        lines = self.real if lines is None else lines
        return sum(bool(test(line)) for line in lines) / len(lines)


@pytest.fixture(scope="module", params=[11, 12], ids=lambda seed: f"seed-{seed}")
def made(request, tmp_path_factory):
    return Made(request.param, tmp_path_factory.mktemp("labelled"))


# ---- the same again


def test_the_same_arguments_give_the_same_bytes_in_every_process(tmp_path):
    for name in ("1", "2"):
        subprocess.run([sys.executable, os.path.join(HERE, "make.py"), "--reports", "500", "--seed", "13", "--ledger",
                        str(tmp_path / name)], check=True, env=os.environ | {"PYTHONHASHSEED": name}, stdout=subprocess.DEVNULL)
    names = sorted(os.listdir(tmp_path / "1"))
    assert len(names) == len(TOPICS) + 4
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name


def test_another_seed_gives_another_city():
    one, other = (make.City(300, seed).messages for seed in (13, 14))
    assert {m.value for m in one}.isdisjoint(m.value for m in other)


def test_seeds_for_judging_are_none_of_those_for_development():
    with open(os.path.join(HERE, "seeds.json"), encoding="utf-8") as file:
        seeds = json.load(file)
    assert len(seeds["judging"]) >= 3 and not set(seeds["judging"]) & set(seeds["development"])


# ---- truth and records


def test_there_are_as_many_reports_as_asked_for_each_with_a_number_of_its_own(made):
    assert len(made.real) == REPORTS == made.facts["counts"]["reports"]
    assert len({(line["source"], line["record_no"]) for line in made.lines}) == len(made.lines)


def test_each_topic_is_in_the_order_of_sending_and_holds_the_reports_of_the_truth(made):
    for source, topic in TOPICS.items():
        rows = [json.loads(line) for line in (made.directory / f"{topic}.jsonl").read_text().splitlines()]
        assert [r["timestamp_ms"] for r in rows] == sorted(r["timestamp_ms"] for r in rows)
        assert {line["record_no"] for line in made.lines if line["source"] == source} <= {r["key"] for r in rows}


def test_what_a_vague_record_leaves_out_it_does_not_name(made):
    fine = ("building", "unit", "room", "door", "junction", "gate", "poi", "village", "group")
    for line in made.real:
        kinds = {truth.kind_of(name) for name in line["names"]}
        if line["vague"] == "no_place":
            assert not kinds & {*fine, "estate", "road", "lane"}, line
        elif line["vague"] in ("estate_only", "road_only"):
            assert not kinds & {"building", "unit", "room"}, line


def test_an_estate_that_is_named_stands_in_the_record(made):
    by_id = {estate.id: estate for estate in made.city.world.estates}
    for line in made.real:
        sheet = made.sheet(line)
        text = sheet.place + sheet.title + sheet.body
        if line["source"] == "FIREIOT":
            text += made.city.flow.forms.unit_address(sheet.told.hazard.spot)
        for name in line["names"]:
            if name in by_id:
                assert by_id[name].name in text or by_id[name].spelling in text, (name, line)


def test_numbers_and_shops_that_are_named_stand_in_the_record(made):
    shops = {shop.id: shop for shop in made.city.world.shops}
    raw = {(m.source, m.key): json.dumps(decode(m.source, m.value), ensure_ascii=False)
           for m in made.city.messages if m.outcome in ("report", "asked")}
    named = Counter()
    for line in made.real:
        text = raw[line["source"], line["record_no"]]
        for name in line["names"]:
            kind, _, rest = name.partition(":")
            if kind == "asset":
                parts = rest.split("/")[1].split("-", 1)     # a device is its host and the address of its part
                assert all(part in text for part in parts), (name, text)
            elif kind in ("party", "head", "brand"):
                assert rest in text, (name, text)
            elif kind == "shop":
                assert shops[name].name in text, (name, text)
            named[kind] += 1
    assert all(named[kind] >= 20 for kind in ("asset", "party", "head", "shop"))


def test_copies_urges_and_quotes_lead_to_earlier_records_of_the_same_hazard_and_others_to_another(made):
    by_key = {f"{line['source']}/{line['record_no']}": line for line in made.lines}
    for line in made.real:
        for key in (line["copy_of"], line["urge_of"], line["again_of"], *line["quotes"]):
            if key:
                assert by_key[key]["hazard"] == line["hazard"] and by_key[key]["reported_at"] <= line["reported_at"], line
        for key in line["quotes_other"]:
            assert by_key[key]["hazard"] != line["hazard"] and key.split("/")[1] in made.sheet(line).body
        if line["role"] in ("copy", "urge", "again"):
            assert not line["independent"]


# ---- what it must contain: shares measured on the truth


@pytest.mark.parametrize("name, low, high, test", [
    ("a wrong number", 0.012, 0.032, lambda r: r["said_wrong"]),
    ("estate or road only", 0.15, 0.26, lambda r: r["vague"] in ("estate_only", "road_only")),
    ("no place", 0.06, 0.11, lambda r: r["vague"] == "no_place"),
    ("a copy handed on", 0.01, 0.07, lambda r: r["copy_of"]),
    ("an urge under a new number", 0.002, 0.02, lambda r: r["urge_of"]),
    ("a number quoted of this hazard", 0.005, 0.08, lambda r: r["quotes"]),
    ("a number quoted of another", 0.001, 0.03, lambda r: r["quotes_other"]),
    ("an estate by its second name", 0.02, 0.15, lambda r: r["by_alias"]),
    ("a landmark", 0.03, 0.25, lambda r: any(n.startswith("near:") for n in r["names"])),
    ("a hazard asked as a question", 0.003, 0.04, lambda r: r["asked"]),
    ("a grid worker", 0.1, 0.3, lambda r: r["source"] == "GRID"),
    ("a second episode", 0.01, 0.12, lambda r: r["episode"]),
    ("a storm", 0.02, 0.12, lambda r: r["storm"] is not None),
])
def test_it_contains_about_as_much_as_it_must(made, name, low, high, test):
    assert low <= made.share(test) <= high, name


@pytest.mark.parametrize("kind", sorted(make.RATES))
def test_every_kind_of_hard_negative_is_there(made, kind):
    assert sum(pair["kind"] == kind for pair in made.facts["hard_negatives"]) >= 3


def test_hard_negatives_are_of_one_region_and_never_the_same_thing(made):
    hazards = {hazard.no: hazard for hazard in made.city.planner.hazards}
    for pair in made.facts["hard_negatives"]:
        a, b = (hazards[n] for n in pair["hazards"])
        assert a.spot.district.region == b.spot.district.region and (a.leaf.family, a.spot.key) != (b.leaf.family, b.spot.key)


def test_storms_have_callers_from_their_own_buildings_some_without_a_place(made):
    assert len(made.facts["storms"]) == round(REPORTS / make.REPORTS_PER_STORM)
    reports = placeless = 0
    for storm in made.facts["storms"]:
        lines = made.by_hazard[storm["hazard"]]
        assert len(lines) == storm["reports"] >= 15
        own = {n for line in lines for n in line["names"] if truth.kind_of(n) in ("building", "door")}
        assert len(own) >= 5
        reports, placeless = reports + len(lines), placeless + storm["placeless"]
    assert 0.1 <= placeless / reports <= 0.33


def test_sub_orders_urges_and_early_closings_run_beside(made):
    forms = Counter(decode("H12345", m.value)["head"]["msgType"] for m in made.city.messages
                    if m.source == "H12345" and m.outcome == "update")
    assert all(forms[form] >= 10 for form in ("STATUS", "REPLY", "SUB", "URGE"))
    shams = [e for h in made.city.planner.hazards for e in h.episodes if e.sham]
    assert len(shams) >= 5


def test_only_the_public_counter_of_city_management_is_silently_in_another_datum(made):
    far, near = [], []
    for message in made.city.messages:
        sheet = made.sheets.get((message.source, message.key))
        if message.source != "CITYMGT" or message.outcome != "report" or not sheet.point or sheet.point_form != "plain":
            continue
        record = decode("CITYMGT", message.value)[0]
        error = distance(metres(float(record["coordinate_x"]), float(record["coordinate_y"])), sheet.point)
        (far if record["event_src"] in SILENTLY_GCJ02 else near).append(error)
    assert len(far) >= 50 and 300 < min(far) and max(far) < 800 and max(near) < 1


def test_some_clocks_have_twelve_hours(made):
    wrong = right = 0
    for line in made.real:
        sheet = made.sheet(line)
        reported = datetime.fromisoformat(line["reported_at"])
        if line["source"] == "H12345" and reported.hour >= 13:
            record = made.city.flow.forms.form_H12345(sheet)[0]
            shown = str(record["body"]["acceptTime"]).replace("/", "-")
            if not shown.isdigit():
                at = datetime.strptime(shown, "%Y-%m-%d %H:%M:%S").replace(tzinfo=reported.tzinfo)
                assert at in (reported, reported - timedelta(hours=12))
                wrong, right = wrong + (at != reported), right + (at == reported)
    assert 0.02 <= wrong / (wrong + right) <= 0.3


def test_some_records_come_late_and_out_of_order(made):
    delays = [sheet.sent_at - sheet.reported_at for sheet in made.city.flow.sheets]
    assert 0.02 <= sum(delay > 3 * HOUR for delay in delays) / len(delays) <= 0.12
    for source in ("H12345", "GRID", "CITYMGT"):
        written = [line["reported_at"] for line in made.lines if line["source"] == source]
        assert sum(a > b for a, b in itertools.pairwise(written)) >= 20


def test_one_feed_is_down_for_a_day_and_floods_the_next_morning(made):
    down = made.facts["feed_down"]
    start, end = down["day"] * DAY, (down["day"] + 1) * DAY
    of_feed = [m.at for m in made.city.messages if m.source == down["source"]]
    assert not [at for at in of_feed if start <= at < end]
    assert down["messages"] >= 5 and sum(end + 8 * HOUR <= at < end + 9 * HOUR for at in of_feed) >= down["messages"]


def test_a_grid_worker_writes_in_one_form(made):
    workers = defaultdict(list)
    for sheet in made.city.flow.sheets:
        if sheet.source == "GRID":
            workers[sheet.told.teller.staff_no].append(sheet)
    assert len(workers) > 20 and max(map(len, workers.values())) >= 12
    habits = made.city.tellers.mouths["grid"]["habits"]
    kept = total = 0
    for sheets in workers.values():
        forms = habits[sheets[0].told.teller.style]
        pieces = [p for p in re.split(r"\{\w+\}", forms[sheets[0].told.teller.template % len(forms)]) if p]
        kept += sum(all(p in sheet.body for p in pieces) for sheet in sheets if pieces)
        total += len(sheets) if pieces else 0
    assert kept / total > 0.6


def test_estates_are_written_in_two_ways(made):
    both = 0
    text = defaultdict(str)
    for sheet in made.city.flow.sheets:
        if sheet.told.hazard.spot.estate:
            text[sheet.told.hazard.spot.estate.no] += sheet.place + sheet.body + "\n"
    for estate in made.city.world.estates:
        without = text[estate.no].replace(estate.name, "")
        both += estate.spelling != estate.name and estate.name in text[estate.no] and estate.spelling in without
    assert both >= 8


def test_one_hazard_is_told_by_both_names_of_its_estate(made):
    both = [h for h, lines in made.by_hazard.items() if {line["by_alias"] for line in lines if line["vague"] == "none"} == {True, False}]
    assert len(both) >= 5


# ---- what would make it too easy


def test_no_word_gives_a_class_away(made):
    texts = defaultdict(list)
    for line in made.real:
        sheet = made.sheet(line)
        texts[line["class"]].append({(sheet.title + sheet.body)[i:i + 2] for i in range(len(sheet.title + sheet.body) - 1)})
    everywhere = Counter(gram for grams in texts.values() for gram in set().union(*grams))
    for code, grams in texts.items():
        if len(grams) >= 15:
            assert not [gram for gram in set.intersection(*grams) if everywhere[gram] == 1], code


def test_a_class_is_told_in_many_ways(made):
    texts = defaultdict(list)
    for line in made.real:
        if line["source"] != "FIREIOT":
            texts[line["class"]].append(made.sheet(line).body)
    for code, bodies in texts.items():
        assert len(set(bodies)) / len(bodies) > 0.85, code


def test_there_is_much_that_is_no_hazard(made):
    assert 0.06 <= 1 - len(made.real) / len(made.lines) <= 0.16
    outcomes = Counter(m.outcome for m in made.city.messages)
    assert outcomes["ignored"] >= 10 and outcomes["dead"] >= len(TOPICS) and outcomes["again"] >= 20


def test_classes_are_often_filed_wrong(made):
    lines = [line for line in made.real if line["source"] != "FIREIOT"]
    assert 0.66 <= made.share(lambda r: r["filed_how"] == "right", lines) <= 0.8
    assert 0.1 <= made.share(lambda r: r["filed_how"] == "neighbour", lines) <= 0.2
    assert made.share(lambda r: r["told_as"] != r["class"]) > 0.02


def test_points_lie_at_the_caller_not_round_the_hazard(made):
    of = defaultdict(list)
    for line in made.real:
        if line["point_error_m"] is not None:
            of["storm" if line["storm"] is not None else line["point_of"]].append(line["point_error_m"])
    middle = {key: sorted(errors)[len(errors) // 2] for key, errors in of.items()}
    assert middle["worker"] < 30 < middle["caller"] < middle["storm"] and middle["home"] > 25 and middle["component"] < 5
    assert 0.1 < made.share(lambda r: r["point_error_m"] is None) < 0.45


def test_places_and_callers_are_as_zipf_says(made):
    counts = Counter(hazard.spot.estate.no for hazard in made.city.planner.hazards if hazard.spot.estate)
    ranked = sorted(counts.values(), reverse=True)
    tenth = len(made.city.world.estates) // 10
    assert 0.25 < sum(ranked[:tenth]) / sum(ranked) < 0.7
    slope = (math.log(ranked[0]) - math.log(ranked[39])) / math.log(40)
    assert 0.3 < slope < 1.4
    callers = Counter(line["reporter"] for line in made.real if 1_000_000 <= line["reporter"] < 2_000_000)
    assert max(callers.values()) >= 6 and sum(n == 1 for n in callers.values()) > len(callers) / 2


def test_few_hazards_live_at_once(made):
    spans = [(h.episodes[0].start, h.episodes[-1].end) for h in made.city.planner.hazards if h.real and h.episodes]
    for day in (30, 90, 150):
        assert 0.005 < sum(a <= day * DAY < b for a, b in spans) / len(spans) < 0.25


def test_most_hazards_are_told_once_and_a_few_very_often(made):
    sizes = Counter(len(lines) for lines in made.by_hazard.values() if lines[0]["storm"] is None)
    hazards, reports = sum(sizes.values()), sum(n * size for size, n in sizes.items())
    assert 0.17 <= 1 - hazards / reports <= 0.33
    assert sizes[1] / hazards > 0.7 and max(sizes) >= 10


def test_no_two_hazards_are_one_thing(made):
    keys = Counter((hazard.leaf.family, hazard.spot.key) for hazard in made.city.planner.hazards if hazard.real)
    assert keys.most_common(1)[0][1] == 1


# ---- the feeds


def test_every_record_is_read_by_its_mapping_as_the_truth_says():
    city = make.City(1500, 14)
    allowed = {"report": {"report"}, "update": {"update", "assignment"}, "ignored": {"ignored"}, "dead": {"dead"},
               "asked": {"report", "ignored"}}
    for topic, config in CONFIGS.items():
        messages = [m for m in city.messages if m.topic == topic]
        done = subprocess.run([str(program("onecase")), "map", "--json", str(PROJECT / f"deploy/sources/{config}.cfg"), "-"],
                              input=b"\n".join(m.value for m in messages), capture_output=True, check=False)
        results = [record["result"] for record in json.loads(done.stdout)["records"]]
        assert len(results) == len(messages), topic
        for message, result in zip(messages, results):
            planned = message.detail if message.outcome == "again" else message.outcome
            assert result["kind"] in allowed[planned], (topic, planned, result)
            if result["kind"] == "report":
                assert result["report"]["record_no"] == message.key
        assert sum(result["kind"] == "dead" for result in results) == sum(m.outcome == "dead" for m in messages)


def test_people_numbers_and_codes_are_plainly_synthetic(made):
    for message in made.city.messages:
        if message.outcome == "dead":
            continue
        text = json.dumps(decode(message.source, message.value), ensure_ascii=False)
        for number in re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", text):
            assert number.startswith("1990000"), text
        for code in re.findall(r'"(?:socialcode|unitCode)": "(\w+)"', text):
            assert code[2:6] == "9901" and credit_code_valid(code) or code[2:6] == "9902" and credit_code_valid(code)
        for area in re.findall(r'"(?:zone|areaCode|district_id|jyareacode|XZQHDM)": "(\d+)"', text):
            assert area in ("990101", "990102", "990201", "990202")
        for part in re.findall(r'"(?:partCode|part_code)": "(\d+)"', text):
            assert len(part) == 16 and part.startswith("99")


def test_points_lie_in_the_boxes_of_the_mappings(made):
    for sheet in made.city.flow.sheets:
        if sheet.point:
            x, y = sheet.point
            assert -70_000 < x < 50_000 and -44_000 < y < 66_000


# ---- the ledger


def test_the_ledger_is_partial_and_dirty(made, tmp_path):
    make.write(str(tmp_path), made.city, ledger=True)
    rows = [line.split(",") for line in (tmp_path / "assets.csv").read_text().splitlines()[1:]]
    known = {row[2] for row in rows if row[1] == "plate"}
    real = {plate for estate in made.city.world.estates for b in estate.buildings for plates in b.lifts for plate in plates}
    assert 0.6 < len(known & real) / len(real) < 0.75
    assert 0.005 < len(known - real) / len(known) < 0.04
    kinds = Counter(line.split(",")[1] for line in (tmp_path / "places.csv").read_text().splitlines()[1:])
    assert all(kinds[kind] >= 8 for kind in ("estate", "road", "door", "poi", "alias"))


# ---- which pairs can be told to be one


def report(names=(), scope="building", record_no=None, error=None, quotes=(), copy_of=None, source="H12345"):
    return {"source": source, "record_no": record_no or f"A{next(SERIAL)}", "names": list(names), "scope": scope, "radius_m": 50,
            "point_error_m": error, "quotes": list(quotes), "copy_of": copy_of}


@pytest.mark.parametrize("want, a, b", [
    (True, report(["building:E1/3"]), report(["estate:E1", "building:E1/3"])),
    (False, report(["estate:E1"]), report(["estate:E1"])),
    (False, report(["building:E1/3"]), report(["building:E1/13"])),
    (False, report(["building:E1/3"]), report(["near:building:E1/3"])),
    (True, report(["near:building:E1/3"], "point"), report(["building:E1/3"], "point")),
    (False, report(["road:R4"], "point"), report(["road:R4"], "point")),
    (True, report(["estate:E1"], "area"), report(["estate:E1", "building:E1/9"], "area")),
    (True, report(["asset:plate/33012"], "asset"), report(["asset:plate/33012"], "asset")),
    (True, report(["party:92990101MA9000017A"], "party"), report(["party:92990101MA9000017A"], "party")),
    (False, report(["head:91990101MA9000017A"], "party"), report(["head:91990101MA9000017A"], "party")),
    (True, report(error=12.0, source="GRID"), report(error=49.0, source="FIRE119")),
    (False, report(error=12.0, source="GRID"), report(error=51.0, source="FIRE119")),
    (False, report(error=12.0, source="GRID"), report(error=12.0)),
    (False, report(error=12.0, source="GRID"), report()),
    (True, report(quotes=["H12345/1"]), report(record_no="1")),
    (True, report(copy_of="H12345/1"), report(record_no="1")),
    (True, report(copy_of="H12345/1"), report(quotes=["H12345/1"])),
    (False, report(quotes=["H12345/1"]), report(quotes=["H12345/2"])),
])
def test_resolvable_follows_its_rule(want, a, b):
    assert truth.resolvable(a, b) == truth.resolvable(b, a) == want


@pytest.mark.parametrize("want, a, b, told", [
    (True, ["building:E1/3"], ["building:E1/13", "estate:E1"], ("A02", "A02")),
    (False, ["building:E1/3"], ["estate:E1"], ("A02", "A02")),
    (False, ["building:E1/3"], ["building:R5-396弄/13"], ("A02", "A02")),
    (True, ["unit:E1/3/1"], ["unit:E1/3/2"], ("A02", "A02")),
    (False, ["unit:E1/3/1"], ["unit:R5-396弄/3/1"], ("A02", "A02")),
    (True, ["building:E1/3"], ["building:E1/3"], ("A02", "F01")),
    (False, ["building:E1/3"], ["building:E1/3"], ("A02", "A01")),
    (True, ["unit:E1/3/1", "asset:plate/33012"], ["unit:E1/3/1", "asset:plate/33013"], ("A02", "A02")),
    (True, ["shop:3", "head:91990101MA9000017A"], ["shop:4", "head:91990101MA9000017A"], ("H01", "H01")),
])
def test_two_hazards_are_told_apart_only_by_what_both_reports_say(want, a, b, told):
    one, other = (report(names) | {"told_as": leaf} for names, leaf in zip((a, b), told))
    assert truth.distinct(one, other) == truth.distinct(other, one) == want


def test_second_names_count_only_where_they_are_known():
    a, b = report(["building:R5-396弄/3"]), report(["building:E1/3"])
    assert not truth.resolvable(a, b) and truth.resolvable(a, b, {"R5-396弄": "E1"})


def test_every_leaf_is_told_of_in_a_large_city():
    city = make.City(6000, 15)
    assert {sheet.told.hazard.leaf.code for sheet in city.flow.sheets if sheet.told.hazard.real} == set(LEAVES)
