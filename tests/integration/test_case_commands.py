"""onecase case list | show | explain over the sample city."""

from __future__ import annotations

import base64
import json
import re
import socket
import subprocess
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from math import log2

import pytest
from city_feeds import decode, encode
from departments import CHINA
from harness import LocalServers
from harness_city import City
from harness_hub import Hub, expected_records, running_hub

LINK_MB, REVIEW_MB = 4000, 2000  # thresholds of deploy/model/onecase.cfg
EITHER_LIFT = "H12345/FS20990101001"
NO_SUCH, USAGE, UNAVAILABLE = 3, 64, 69


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City.make(1, tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def hub(servers: LocalServers, template_database: str, city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """The shipped city, and one more call about a lift in a building that has two: it fits both hazards alike."""
    with running_hub(servers, template_database, tmp_path_factory.mktemp("hub")) as made:
        made.feed(city)
        made.topics.produce("hotline.workorder", [sheet_about_either_lift(city)])
        made.await_accounts()
        made.stop()
        yield made


def sheet_about_either_lift(city: City) -> tuple[str, bytes]:
    """A sheet of scenario 5 from another caller, without the lift's plate; (key, value)."""
    number = next(r for r in expected_records(city, "scenario-5-lift-a") if r.startswith("H12345/")).removeprefix("H12345/")
    lines = (city.directory / "hotline.workorder.jsonl").read_text(encoding="utf-8").splitlines()
    line = next(line for line in map(json.loads, lines) if line["key"] == number)
    record = decode("H12345", base64.b64decode(line["value_base64"]))
    assert record["body"]["plateNo"]
    key = EITHER_LIFT.removeprefix("H12345/")
    record["body"] |= {"gdbh": key, "plateNo": "", "tel": "19900009999", "contactTel": "19900009999", "callerName": "来电人9999"}
    return key, encode("H12345", record)


@pytest.fixture(scope="module")
def explained(hub: Hub) -> dict[str, dict]:
    """The explanation of every report, as JSON; a spot check that found nothing has none."""
    names = [row[0] for row in hub.database.rows(
        "select source || '/' || record_no from onecase.reports where decision_id is not null")]
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(names, pool.map(lambda name: hub.json("case", "explain", name), names)))


def bits(millibits: int) -> str:
    """+12.600, as the command prints a weight."""
    return f"{'-' if millibits < 0 else '+'}{abs(millibits) // 1000}.{abs(millibits) % 1000:03d}"


# ---- list ---------------------------------------------------------------------------------------------------------


def test_list_shows_the_reddest_and_most_reported_first(hub: Hub) -> None:
    cases = hub.json("case", "list", "--limit", "1000")
    stored = hub.database.rows(
        "select c.case_no, h.hazard_no, c.level, c.report_count, c.source_count from onecase.cases c"
        "  join onecase.hazards h on h.region = c.region and h.hazard_id = c.hazard_id")
    assert sorted((c["case_no"], c["hazard_no"], c["level"], c["reports"], c["sources"]) for c in cases) == sorted(stored)
    order = [(case["level"], -case["reports"]) for case in cases]
    assert order == sorted(order) and len(order) > 50
    assert cases[0]["reports"] == 9 and cases[0]["level"] == 1  # the lift of scenario 1


def test_list_takes_region_level_open_and_limit(hub: Hub) -> None:
    every = hub.json("case", "list", "--limit", "1000")
    by_number = lambda cases: sorted(case["case_no"] for case in cases)  # noqa: E731
    for words, fits in (
        (("--region", "9902"), lambda case: case["case_no"].startswith("AJ9902-")),
        (("--level", "2"), lambda case: case["level"] <= 2),
        (("--open",), lambda case: case["closed_at"] is None),
        (("--open", "--level", "1"), lambda case: case["closed_at"] is None and case["level"] == 1),
    ):
        expected = by_number(filter(fits, every))
        assert by_number(hub.json("case", "list", "--limit", "1000", *words)) == expected
        assert 0 < len(expected) < len(every), words
    assert [case["case_no"] for case in hub.json("case", "list", "--limit", "3")] == [case["case_no"] for case in every[:3]]
    assert len(hub.json("case", "list")) == 20


def test_list_for_people_has_a_line_for_each_case(hub: Hub) -> None:
    heading, *lines = hub.onecase("case", "list").stdout.splitlines()
    assert heading.startswith("案件")
    assert [line.split()[0] for line in lines] == [case["case_no"] for case in hub.json("case", "list")]
    assert "红" in lines[0] and "听雨新村3幢2单元" in lines[0]


# ---- show ---------------------------------------------------------------------------------------------------------


def test_show_tells_the_story_of_a_case(hub: Hub, city: City) -> None:
    records = expected_records(city, "scenario-1-lift")
    member = hub.placed(records)[0]
    [case] = hub.json("case", "show", member["hazard_no"])
    assert sorted(f"{one['source']}/{one['record_no']}" for one in case["members"]) == sorted(records)
    times = [one["event_at"] for one in case["members"]]
    assert times == sorted(times)
    kinds = [event["kind"] for event in case["timeline"]]
    assert kinds[0] == "opened" and kinds.count("report_linked") == 8 and kinds.count("opened") == 1 and "escalated" in kinds
    assert hub.json("case", "show", case["case_no"]) == [case]

    text = hub.onecase("case", "show", case["case_no"]).stdout
    assert text.startswith(f"案件 {case['case_no']}   隐患 {case['hazard_no']}")
    assert "等级 红" in text and "被困 3 人" in text and "报告 9（" in text
    for record in records:
        assert record in text
    assert text.count("归并报告") == 8


def test_show_tells_when_a_case_is_due_and_by_what_rule(hub: Hub, city: City) -> None:
    by_setter = {row[0]: row[1:] for row in hub.database.rows(
        "select distinct on (due_by) due_by, due_rule, case_no, due_at from onecase.cases"
        " where due_by is not null and merged_into is null order by due_by, case_id")}
    assert by_setter.keys() == {"department", "machine"}
    for setter, (rule, case_no, due_at) in by_setter.items():
        [case] = hub.json("case", "show", case_no)
        assert (case["due_by"], case["due_rule"], case["overdue"]) == (setter, rule, False)
        assert datetime.fromisoformat(case["due_at"]) == due_at
        due = f"到期 {due_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        by = "（部门所定）" if setter == "department" else f"（时限 {rule}）"
        assert due + by in hub.onecase("case", "show", case_no).stdout


def test_show_tells_how_far_an_area_reaches(hub: Hub) -> None:
    for hazard_no, extent in hub.database.rows(
            "select hazard_no, extent_m from onecase.hazards where scope = 'area' order by extent_m nulls last limit 2"
            ) + hub.database.rows("select hazard_no, extent_m from onecase.hazards where scope <> 'area' limit 1"):
        case = hub.json("case", "show", hazard_no)[0]
        assert case["extent_m"] == extent
        assert ("范围 约" in hub.onecase("case", "show", hazard_no).stdout.splitlines()[1]) == (extent is not None)
    [(most,)] = hub.database.rows("select max(extent_m) from onecase.hazards")
    assert most > 0


def test_show_has_the_hazards_asset(hub: Hub, city: City) -> None:
    member = hub.placed(expected_records(city, "scenario-5-lift-b"))[0]
    [case] = hub.json("case", "show", member["hazard_no"])
    assert (case["asset_kind"], case["asset_id"]) == ("lift", member["lift_plate"])


# ---- explain ------------------------------------------------------------------------------------------------------


def test_every_decision_of_the_city_adds_up_exactly(hub: Hub, explained: dict[str, dict]) -> None:
    assert len(explained) > 190
    compared = 0
    for name, found in explained.items():
        weights = [item["weight_mb"] for item in found["comparisons"]]
        if found["score_mb"] is None:
            assert weights == [] and found["outcome"] in ("new", "bucket") and found["compared"] is None, name
            continue
        compared += 1
        taken = found["competition_mb"] or 0
        assert weights and found["prior_mb"] == -19000 and taken >= 0, name
        assert found["prior_mb"] + sum(weights) - taken == found["score_mb"], name
        assert [item["sum_mb"] for item in found["comparisons"]] == [
            found["prior_mb"] + sum(weights[:i + 1]) for i in range(len(weights))], name
    assert compared > 100
    assert hub.database.rows(
        "select region, decision_id from onecase.decisions where score_mb is not null and score_mb"
        " <> prior_mb + (select sum(w) from unnest(weights_mb) as w) - competition_mb") == []


def test_every_decision_of_the_city_explains_itself_by_its_row_alone(hub: Hub) -> None:
    """What a row must hold, over all rows of the city, by SQL."""
    for fault, where in {
        "lists that do not match item by item": "cardinality(comparisons) <> cardinality(levels)"
            " or cardinality(comparisons) <> cardinality(weights_mb) or cardinality(comparisons) <> cardinality(values_report)"
            " or cardinality(comparisons) <> cardinality(values_hazard)",
        "a score without what was compared": "(score_mb is null) <> (compared_id is null) or (score_mb is null) <> (member_report_id is null)",
        "a hazard compared that no key proposed": "score_mb is not null and cardinality(keys) = 0",
        "no count of candidates": "candidates is null or generic_keys is null or (score_mb is not null) <> (candidates > 0)",
        "no lines": "(link_mb is distinct from 4000 and (outcome not in ('merged', 'moved') or link_mb is null or link_mb < 4000))"
            " or review_mb is distinct from 2000",
        "a competition without rivals, or the reverse": "score_mb is not null and refusal is null and (competition_mb > 0) and rivals = 0",
        "rivals that are not the strongest first": "rival_mb is distinct from"
            " (select array_agg(mb order by mb desc) from unnest(rival_mb) as mb) and cardinality(rival_mb) > 0",
        "more rivals named than there are": "cardinality(rival_ids) <> least(rivals, 8) or cardinality(rival_ids) <> cardinality(rival_mb)",
        "a rival that is the hazard itself": "compared_id = any(rival_ids)",
        "a rival that fits better than the best": "rival_mb[1] > score_mb + competition_mb",
        "a veto that fell untested": "exists (select from unnest(vetoes) as v where v <> 'person' and not v = any(vetoes_tested))",
        "vetoes without refusal": "(cardinality(vetoes) > 0) <> (coalesce(refusal, '') = 'veto')",
        "a refusal that is more than new": "refusal is not null and (outcome not in ('new', 'bucket') or competition_mb <> 0 or rivals <> 0)",
        "contradicted, and more agree than contradict": "refusal = 'contradicted' and contradicting <= agreeing",
        "a link to another hazard than was compared": "outcome = 'link' and compared_id <> hazard_id",
        "no sentence": "coalesce(sentence, '') = ''",
    }.items():
        assert hub.database.rows(f"select region, decision_id from onecase.decisions where {where}") == [], fault


def test_the_competition_is_that_of_the_rivals(hub: Hub) -> None:
    """log2(1 + sum of 2^S), from the rivals in the row; exact to the table where all are named (linkage.md, section 1)."""
    rows = hub.database.rows("select competition_mb, rival_mb from onecase.decisions where rivals between 1 and 8")
    assert len(rows) > 2 and max(taken for taken, _ in rows) > 4000
    for taken, scores in rows:
        assert taken == pytest.approx(1000 * log2(1 + sum(2 ** (mb / 1000) for mb in scores)), abs=2), scores


def test_every_outcome_follows_from_the_score(explained: dict[str, dict]) -> None:
    """The lines of linkage.md, and the two cases in which a person is asked below them."""
    for name, found in explained.items():
        score = found["score_mb"]
        flags = {"asset_near", "quoted_unrelated"} & set(found["flags"])
        if score is None or found["compared"]["refusal"] is not None:
            outcome = "new"
        elif flags:
            outcome = "review" if score >= -2000 else "new"
        elif score < REVIEW_MB and score + found["competition_mb"] >= LINK_MB:
            outcome = "review"  # one of several that fit alike
        else:
            outcome = "new" if score < REVIEW_MB else "link" if score >= LINK_MB else "review"
        assert found["outcome"] == outcome or (outcome, found["outcome"]) == ("new", "bucket"), (name, score)
        assert found["sentence"] and found["model_version"], name
        if outcome == "link":
            assert found["hazard_no"] and found["case_no"], name
            assert found["compared"]["hazard_no"] == found["hazard_no"], name


def test_comparisons_name_their_level_and_both_values(explained: dict[str, dict]) -> None:
    known = {"place", "asset", "quoted", "class", "aspect", "text", "party", "reporter", "gap", "tempo"}
    seen = set()
    for name, found in explained.items():
        for item in found["comparisons"]:
            seen.add(item["comparison"])
            assert item["comparison"] in known and item["level"] and item["words"], (name, item)
            if item["comparison"] in ("class", "asset", "text", "gap"):
                assert item["report"] and item["hazard"], (name, item)
    assert seen >= {"place", "asset", "class", "text", "gap", "reporter", "quoted", "party"}


def test_explain_prints_a_waterfall_whose_last_sum_is_the_score(hub: Hub, city: City, explained: dict[str, dict]) -> None:
    refused = next(name for name, found in explained.items() if found["vetoes"])
    for record in [*expected_records(city, "scenario-1-lift"), EITHER_LIFT, refused]:
        found = explained[record]
        text = hub.onecase("case", "explain", record).stdout
        assert text.startswith(f"报告 {record} ")
        assert f" → 隐患 {found['hazard_no']}，案件 {found['case_no']}\n说明 {found['sentence']}\n" in text
        assert found["model_version"] in text
        if found["score_mb"] is None:
            assert "合计" not in text
            continue
        steps = [found["prior_mb"], *(item["weight_mb"] for item in found["comparisons"])]
        steps += [] if found["competition_mb"] is None else [-found["competition_mb"]]
        rows = re.findall(r"^(\S+)[^\n+]*?([+-]\d+\.\d{3}) +([+-]\d+\.\d{3})  ([ +|-]+)", text, re.M)
        assert [row[0] for row in rows][0] == "先验"
        assert ([row[0] for row in rows][-1] == "竞争") == (found["competition_mb"] is not None)
        assert [row[1].lstrip("+") for row in rows] == [bits(step).lstrip("+") for step in steps]
        running = [sum(steps[:i + 1]) for i in range(len(steps))]
        assert [row[2] for row in rows] == [bits(total) for total in running]
        assert f"\n合计 {bits(found['score_mb'])}：" in text
        for step, (_, _, _, bar) in zip(steps, rows):
            assert ("+" in bar, "-" in bar) == (step > 0, step < 0), (record, step, bar)
        assert ("不可归并" in text) == (record == refused)


def test_columns_of_the_waterfall_stand_below_each_other(hub: Hub) -> None:
    """Han characters take two columns of a terminal: the line for a link is one column in all rows where no bar hides it."""
    text = hub.onecase("case", "explain", EITHER_LIFT).stdout
    lines = text.split("比较，以其报告", 1)[1].splitlines()[1:]
    lines = lines[:next(i for i, line in enumerate(lines) if line.startswith("合计"))]
    width = lambda part: sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in part)  # noqa: E731
    marks = {width(line[:line.index("|")]) for line in lines if "|" in line}
    assert len(lines) > 6 and len(marks) == 1
    values = {width(line[:line.index(word)]) for line, word in ((lines[0], "本报告"), (lines[2], "桂月苑8幢"))}
    assert len(values) == 1


def test_explain_names_who_competed_and_the_runner_up(hub: Hub, city: City, explained: dict[str, dict]) -> None:
    either = explained[EITHER_LIFT]
    lifts = [hub.placed(expected_records(city, f"scenario-5-lift-{x}"))[0]["hazard_no"] for x in "ab"]
    best = either["compared"]["hazard_no"]
    assert best in lifts and either["runner_up"] in lifts and best != either["runner_up"]
    # Two that fit alike take about the whole lead: nobody may be linked by a toss of a coin.
    assert either["outcome"] == "review" and either["hazard_no"] not in lifts
    assert either["score_mb"] == pytest.approx(0, abs=1000)
    assert [rival["hazard_no"] for rival in either["rivals"]] == [either["runner_up"]] and either["rivals_in_all"] == 1
    assert either["rivals"][0]["score_mb"] == either["runner_up_mb"]
    assert set(lifts) <= {rejected["hazard_no"] for rejected in either["rejected"]}
    assert either["runner_up"] in either["sentence"] and best in either["sentence"]
    assert [(one["kind"], one["hazard_no"]) for one in either["relations"]] == [("one_of", lift) for lift in sorted(lifts)]
    text = hub.onecase("case", "explain", EITHER_LIFT).stdout
    assert f"\n竞争 另有 1 处同样吻合，分不出是哪一处：{bits(-either['competition_mb'])}\n" in text
    assert re.search(rf"^ +{either['runner_up']} +{re.escape(bits(either['runner_up_mb']))} ", text, re.M)
    assert f"\n次优 {either['runner_up']} {bits(either['runner_up_mb'])}，" in text
    assert f"\n关系 其中之一：{min(lifts)}；其中之一：{max(lifts)}\n" in text
    alone = next(record for record in expected_records(city, "scenario-1-lift")
                 if explained[record]["compared"] and explained[record]["runner_up"] is None)
    assert "\n次优 无\n" in hub.onecase("case", "explain", alone).stdout


def test_what_a_veto_keeps_away_is_explained_too(hub: Hub, city: City, explained: dict[str, dict]) -> None:
    """The second lift of the building: all but the number fits, and that is what the row says (domain.md 9.6, scenario 5)."""
    firsts = [hub.placed(expected_records(city, f"scenario-5-lift-{x}"))[0] for x in "ab"]
    later = max(firsts, key=lambda row: row["report_id"])
    found = explained[f"{later['source']}/{later['record_no']}"]
    assert found["outcome"] == "new" and found["compared"]["refusal"] == "veto" and found["vetoes"] == ["asset"]
    assert {"asset", "building"} <= set(found["vetoes_tested"]) and found["score_mb"] >= LINK_MB
    plates = {row["lift_plate"] for row in firsts}
    [asset] = [item for item in found["comparisons"] if item["comparison"] == "asset"]
    assert {asset["report"], asset["hazard"]} == plates and asset["level"] == "differs"
    assert all(plate in found["sentence"] for plate in plates) and found["sentence"].endswith("不可归并")
    text = hub.onecase("case", "explain", f"{later['source']}/{later['record_no']}").stdout
    assert "\n否决 设备编号 触发；楼幢或门牌 通过" in text and "被否决，不可归并" in text


def test_no_sentence_speaks_of_people(hub: Hub) -> None:
    said = "\n".join(row[0] for row in hub.database.rows("select distinct sentence from onecase.decisions"))
    assert "1990000" not in said and "来电人" not in said and "先生" not in said and "女士" not in said


def test_explain_of_a_case_has_a_line_for_each_report(hub: Hub, city: City, explained: dict[str, dict]) -> None:
    records = expected_records(city, "scenario-1-lift")
    member = hub.placed(records)[0]
    found = hub.json("case", "explain", member["hazard_no"])["reports"]
    names = [f"{one['source']}/{one['record_no']}" for one in found]
    assert sorted(names) == sorted(records)
    assert [one["report_id"] for one in found] == sorted(one["report_id"] for one in found)
    for name, one in zip(names, found):
        assert (one["outcome"], one["score_mb"], one["sentence"]) == tuple(
            explained[name][key] for key in ("outcome", "score_mb", "sentence"))
    assert found[0]["outcome"] == "new" and hub.json("case", "explain", found[0]["case_no"])["reports"] == found
    heading, *lines = hub.onecase("case", "explain", member["hazard_no"]).stdout.splitlines()
    assert heading.startswith("报告") and [line.split()[0] for line in lines] == names
    assert all(line.endswith(one["sentence"]) for line, one in zip(lines, found))


def test_explain_finds_a_report_by_its_id_too(hub: Hub, explained: dict[str, dict]) -> None:
    region = hub.database.value("select region from onecase.reports where record_no = %s", (EITHER_LIFT.split("/")[1],))
    name = f"{region}:{explained[EITHER_LIFT]['report_id']}"
    assert hub.json("case", "explain", name) == explained[EITHER_LIFT]
    assert hub.json("case", "explain", "--report", name) == explained[EITHER_LIFT]


def test_the_chain_of_events_is_whole_in_every_region(hub: Hub) -> None:
    rows = hub.database.rows("select region, next_event, onecase.verify_chain(region) from onecase.region_counters order by 1")
    assert [row[0] for row in rows] == ["9901", "9902"]
    assert all(next_event > 1 and broken is None for _, next_event, broken in rows), rows


# ---- what is wrong is said ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [
    ("show", "AJ9901-20990101-0001"), ("show", "HZ9901-999999"), ("show", "nonsense"),
    ("explain", "AJ9901-20990101-0001"), ("explain", "H12345/NO-SUCH"), ("explain", "NO-SUCH/FS20990101001"), ("explain", "9901:999999"),
], ids=" ".join)
def test_unknown_ids_end_with_3(hub: Hub, words: tuple[str, ...]) -> None:
    assert_refused(hub.onecase("case", *words, status=NO_SUCH), words[-1])


@pytest.mark.parametrize("words, said", [
    ((), "subcommand"), (("lists",), "lists"), (("list", "more"), "list"), (("show",), "show"), (("show", "a", "b"), "show"),
    (("explain",), "explain"), (("explain", "--report", "9901:1", "more"), "--report"), (("show", "--report", "9901:1"), "show"),
    (("explain", "nonsense"), "nonsense"), (("explain", "9901:x"), "9901:x"),
    (("list", "--level", "9"), "9"), (("list", "--level", "red"), "red"), (("list", "--limit", "0"), "0"),
    (("list", "--limit"), "--limit"), (("list", "--colour"), "--colour"),
], ids=lambda value: " ".join(value) or "nothing" if isinstance(value, tuple) else "")
def test_wrong_words_end_with_64(hub: Hub, words: tuple[str, ...], said: str) -> None:
    assert_refused(hub.onecase("case", *words, status=USAGE), said)


@pytest.mark.parametrize("words", [("list",), ("list", "--json"), ("show", "HZ9901-000001"), ("explain", EITHER_LIFT)], ids=" ".join)
def test_without_postgresql_it_ends_with_69(hub: Hub, words: tuple[str, ...]) -> None:
    with socket.socket() as nobody:  # bound and not listening: refused at once
        nobody.bind(("127.0.0.1", 0))
        away = {"PGHOST": "127.0.0.1", "PGPORT": str(nobody.getsockname()[1])}
        assert_refused(hub.onecase("case", *words, status=UNAVAILABLE, environment=away), "")


def test_help_is_no_failure(hub: Hub) -> None:
    done = hub.onecase("case", "explain", "--help")
    assert done.stdout.startswith("usage: onecase case list") and done.stderr == ""


def assert_refused(done: subprocess.CompletedProcess[str], said: str) -> None:
    """One line on stderr that names what is wrong, nothing on stdout."""
    assert done.stdout == "" and done.stderr.startswith("onecase") and said in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
