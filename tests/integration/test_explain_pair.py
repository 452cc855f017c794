"""onecase explain-pair over reports written by hand: what either knows, the keys they share, what would come of it.

Sums follow from the tables of linkage.md 1: prior -19.0, same unit +20.9, other building +12.5, equal number +22.0 with the
place capped at +2.0, same leaf +3.1, a day apart +2.0, more than a week 0. Texts are too short to be compared.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import PROJECT, LocalServers
from harness_hub import REPORT_PARTITIONS, Hub, open_hub
from report_log import ReportLog, wait_until_stored

NO_SUCH, USAGE, UNAVAILABLE, SOFTWARE = 3, 64, 69, 70
LIFT = {"category": "A02", "category_confidence": 90, "title": "来电", "body": "已登记", "point": None, "point_system": None,
        "point_precision": None}


def day(number: int) -> dict[str, str]:
    return {"reported_at": f"2026-06-{number:02d}T01:00:00.000Z"}


@pytest.fixture(scope="module")
def hub(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with open_hub(servers, template_database, tmp_path_factory.mktemp("pair")) as made:
        log = ReportLog(made.topics, REPORT_PARTITIONS)
        log.report("H1", **(LIFT | day(1) | {"address": "锦绣花园3号楼2单元", "reporter": "1:" + "a" * 32}))
        log.report("G1", source="GRID", **(LIFT | day(10) | {"address": "锦绣花园3幢2单元", "community_code": "990101001"}))
        log.report("H2", **(LIFT | day(11) | {"address": "锦绣花园13幢2单元"}))
        log.report("H3", **(LIFT | day(20) | {"address": "锦绣花园3幢2单元", "lift_plate": "990011"}))
        log.report("G4", source="GRID", **(LIFT | day(21) | {"address": "听雨新村5幢", "lift_plate": "990011"}))
        log.report("F1", source="FIRE119", **(LIFT | day(21) | {"address": "听雨新村8幢", "category": "E07"}))
        log.report("H9", region="9902", **(LIFT | day(10) | {"address": "锦绣花园3幢2单元"}))
        log.report("P1", **(LIFT | day(22) | {"address": "锦绣花园7幢", "point": [120.5, 30.25], "point_system": "WGS-84",
                                              "point_precision": "B"}))
        log.report("W1", **(LIFT | day(23) | {"address": "锦绣花园9幢", "category": "J03", "body": "电梯困人，人出不来"}))
        log.report("K1", **(LIFT | day(2) | {"lift_plate": "52342"}))  # 锦绣花园3幢2单元 in deploy/examples/ledger
        log.report("G1", "update", source="GRID", revision=2, address="枫林新村9幢")  # the desk had the wrong estate
        log.send()
        made.start("matcher")
        wait_until_stored(made.database, log)
        made.stop()
        assert made.database.value("select address_text from onecase.reports where record_no = 'G1'") == "枫林新村9幢"
        yield made


def weights(found: dict) -> dict[tuple[str, str], int]:
    return {(item["comparison"], item["level"]): item["weight_mb"] for item in found["comparisons"] if item["weight_mb"]}


def test_a_pair_is_scored_as_the_matcher_would(hub: Hub) -> None:
    """Example 1a: a grid report nine days after a caller's, in other words for one unit."""
    found = hub.json("explain-pair", "GRID/G1", "H12345/H1")
    assert weights(found) == {("place", "P1"): 20900, ("class", "same_leaf"): 3100}
    assert (found["prior_mb"], found["score_mb"], found["outcome"]) == (-19000, 5000, "link")
    assert found["competition_mb"] is None and (found["link_mb"], found["review_mb"]) == (4000, 2000)
    assert (found["vetoes"], found["refusal"]) == ([], None)
    assert {"building", "unit", "relation"} <= set(found["vetoes_tested"]) and "asset" not in found["vetoes_tested"]
    assert {"building", "estate"} <= set(found["keys"])
    assert found["comparisons"][-1]["sum_mb"] == found["score_mb"] == found["reverse_score_mb"]
    assert found["sentence"].startswith("与对方报告是同一隐患：同在锦绣花园3幢2单元，类别相同，相隔9天；得分+5.0")


def test_the_later_one_is_the_report_however_they_are_named(hub: Hub) -> None:
    found = hub.json("explain-pair", "GRID/G1", "H12345/H1")
    assert hub.json("explain-pair", "H12345/H1", "GRID/G1") == found
    assert (found["report"]["record_no"], found["hazard"]["record_no"]) == ("G1", "H1")
    assert hub.json("explain-pair", f"9901:{found['report']['report_id']}", "H12345/H1") == found


def test_both_sides_say_what_they_know(hub: Hub) -> None:
    found = hub.json("explain-pair", "H12345/H3", "GRID/G4")
    later, earlier = found["report"], found["hazard"]
    assert (later["record_no"], earlier["record_no"]) == ("G4", "H3")
    assert earlier["place"] == "锦绣花园3幢2单元"
    assert {key: earlier["address"][key] for key in ("estate", "buildings", "unit", "road", "room")} == {
        "estate": "锦绣花园", "buildings": ["3"], "unit": "2", "road": None, "room": None}
    assert earlier["assets"] == later["assets"] == [{"kind": "plate", "id": "990011", "structured": True}]
    assert earlier["class"] == earlier["class_by_code"] == {"code": "A02", "confidence": earlier["class"]["confidence"]}
    assert earlier["point"] is None and earlier["reporter"] == "known" and "reporter_hash" not in str(found)
    assert re.fullmatch(r"HZ9901-\d{6}", earlier["hazard_no"])
    point = hub.json("explain-pair", "H12345/P1", "H12345/H3")["report"]["point"]
    assert point["precision"] == "B" and point["derived"] is False and abs(point["lon"] - 120.5) < 1e-6


def test_an_equal_number_outranks_another_building(hub: Hub) -> None:
    found = hub.json("explain-pair", "H12345/H3", "GRID/G4")
    assert weights(found) == {("asset", "equal"): 22000, ("class", "same_leaf"): 3100, ("gap", "le_1d"): 2000}
    assert found["score_mb"] == 8100 and found["outcome"] == "link" and found["vetoes"] == []
    assert found["flags"] == ["asset_place_conflict"] and "asset" in found["keys"]


def test_words_and_code_are_told_apart(hub: Hub) -> None:
    """A desk that files a trapped person under "other": the words have it."""
    found = hub.json("explain-pair", "H12345/W1", "H12345/H1")["report"]
    assert found["class_by_words"]["code"] == "A01" and found["class_by_words"]["confidence"] >= 60
    assert found["class_by_code"]["code"] == "J03" and found["class_by_code"]["confidence"] == 0
    assert found["class"]["code"] == "A01"


def test_a_veto_is_said_with_what_the_two_are(hub: Hub) -> None:
    """Example 2: three is not thirteen."""
    found = hub.json("explain-pair", "H12345/H2", "H12345/H1")
    assert weights(found) == {("place", "X1"): 12500, ("class", "same_leaf"): 3100}
    assert found["vetoes"] == ["building"] and found["refusal"] == "veto" and found["outcome"] == "new"
    text = hub.onecase("explain-pair", "H12345/H2", "H12345/H1").stdout
    assert "同处而楼幢或门牌不同（锦绣花园13幢2单元与锦绣花园3幢2单元）；得分-3.4，不到复核线2.0\n" in text
    assert "\n否决 楼幢或门牌 触发" in text and "被否决，不可归并\n" in text


def test_without_a_shared_key_it_says_they_would_never_meet(hub: Hub) -> None:
    found = hub.json("explain-pair", "FIRE119/F1", "H12345/H2")
    assert found["keys"] == [] and found["outcome"] == "new"
    assert weights(found)[("place", "X2")] == -6500
    text = hub.onecase("explain-pair", "FIRE119/F1", "H12345/H2").stdout
    assert "\n检索 没有共同的检索键：系统不会拿这两份报告来比较\n" in text


def test_two_regions_are_compared_and_said_to_be_two(hub: Hub) -> None:
    found = hub.json("explain-pair", "H12345/H9", "H12345/H1")
    assert found["score_mb"] == 5000 and {found["report"]["region"], found["hazard"]["region"]} == {"9901", "9902"}
    text = hub.onecase("explain-pair", "H12345/H9", "H12345/H1").stdout
    assert "\n区域 9902 与 9901 不同：系统不会拿这两份报告来比较\n" in text


def test_a_report_is_read_as_it_was_decided(hub: Hub) -> None:
    """G1 was moved to another estate afterwards; what was decided is compared."""
    assert hub.json("explain-pair", "GRID/G1", "H12345/H1")["report"]["place"] == "锦绣花园3幢2单元"


def test_the_ledgers_that_a_model_names_are_asked(hub: Hub, tmp_path: Path) -> None:
    """A report with a plate and no place, and one with the place: the ledger joins them, the shipped model does not."""
    folder = PROJECT / "deploy" / "examples" / "ledger"
    loaded = hub.onecase("ledger", "load", str(folder / "assets.csv"), str(folder / "places.csv")).stdout
    shutil.copytree(PROJECT / "deploy" / "model", tmp_path / "model")
    model = tmp_path / "model" / "onecase.cfg"
    with model.open("a", encoding="utf-8") as file:
        file.write(re.search(r"^  (ledger = \{.*\};)$", loaded, re.M)[1] + "\n")
    plain = hub.json("explain-pair", "H12345/K1", "H12345/H1")
    known = hub.json("explain-pair", "H12345/K1", "H12345/H1", "--model", str(model))
    assert plain["report"]["place"] == "" and plain["outcome"] == "new" and ("place", "P1") not in weights(plain)
    assert known["report"]["place"] == "锦绣花园3幢2单元" and weights(known)[("place", "P1")] == 20900
    assert known["outcome"] == "link" and known["model_version"] != plain["model_version"]


def test_for_people_it_prints_facts_waterfall_and_what_is_left_out(hub: Hub) -> None:
    text = hub.onecase("explain-pair", "H12345/H1", "GRID/G1").stdout
    assert text.startswith("报告 GRID/G1（后到，视为新报告）对 H12345/H1（先到，视为隐患仅有的报告）\n结论 与对方报告是同一隐患：")
    assert re.search(r"^  楼幢 +3 +3$", text, re.M) and re.search(r"^社区 +990101001 +-$", text, re.M)
    assert re.search(r"^地点 +P1 同一单元或房号 +\+20\.900 +\+1\.900 ", text, re.M)
    assert "\n合计 +5.000：达到归并线 +4.000\n" in text and "\n竞争 不计：" in text and "\n反向 先后对调，得分不变\n" in text
    assert re.search(r"^检索 .*楼幢.* 相同$", text, re.M) and re.search(r"^模型 onecase@[0-9a-f]{12}", text, re.M)
    assert "a" * 32 not in text


def test_nothing_is_stored(hub: Hub) -> None:
    before = hub.digest()
    hub.onecase("explain-pair", "H12345/H1", "GRID/G1")
    assert hub.digest() == before


@pytest.mark.parametrize("words, said", [
    (("H12345/NO", "H12345/H1"), "H12345/NO"), (("H12345/H1", "9901:999999"), "9901:999999")], ids=" ".join)
def test_unknown_reports_end_with_3(hub: Hub, words: tuple[str, ...], said: str) -> None:
    assert_refused(hub.onecase("explain-pair", *words, status=NO_SUCH), said)


@pytest.mark.parametrize("words, said", [
    ((), "two reports"), (("H12345/H1",), "two reports"), (("a/b", "c/d", "e/f"), "e/f"), (("nonsense", "H12345/H1"), "nonsense"),
    (("H12345/H1", "H12345/H1"), "H12345/H1"), (("H12345/H1", "GRID/G1", "--what"), "--what"), (("--model",), "--model"),
], ids=lambda value: " ".join(value) or "nothing" if isinstance(value, tuple) else "")
def test_wrong_words_end_with_64(hub: Hub, words: tuple[str, ...], said: str) -> None:
    assert_refused(hub.onecase("explain-pair", *words, status=USAGE), said)


def test_a_model_that_cannot_be_read_ends_with_70(hub: Hub) -> None:
    done = hub.onecase("explain-pair", "H12345/H1", "GRID/G1", "--model", "no/such.cfg", status=SOFTWARE)
    assert_refused(done, "no/such.cfg")


def test_without_postgresql_it_ends_with_69(hub: Hub) -> None:
    done = hub.onecase("explain-pair", "a/b", "c/d", status=UNAVAILABLE, environment={"PGHOST": "127.0.0.1", "PGPORT": "1"})
    assert_refused(done, "")


def test_help_is_no_failure(hub: Hub) -> None:
    done = hub.onecase("explain-pair", "--help")
    assert done.stdout.startswith("usage: onecase explain-pair") and done.stderr == ""


def assert_refused(done: subprocess.CompletedProcess[str], said: str) -> None:
    """One line on stderr that names what is wrong, nothing on stdout."""
    assert done.stdout == "" and done.stderr.startswith("onecase") and said in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
