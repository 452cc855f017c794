"""Ledgers: checked in one run, loaded once under the digest of their rows, listed, and used by the matcher that names them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import psycopg
import pytest

from harness import PROJECT, Database
from report_log import ReportLog, wait_until_stored

EXAMPLE = PROJECT / "deploy" / "examples" / "ledger"
ASSETS = EXAMPLE / "assets.csv"
PLACES = EXAMPLE / "places.csv"
SNAPSHOT = re.compile(r"sha256:[0-9a-f]{64}")
TEXT = "电梯门关不上，运行时发出很大的异响，上下班高峰没有人敢乘坐"


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> str:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return str(path)


def model_with(folder: Path, line: str) -> Path:
    """A copy of the shipped model with one more line."""
    shutil.copytree(PROJECT / "deploy" / "model", folder / "model")
    path = folder / "model" / "onecase.cfg"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + line + "\n", encoding="utf-8")
    return path


def line_of(output: str) -> str:
    found = re.search(r"^  (ledger = \{.*\};)$", output, re.MULTILINE)
    assert found, output
    return found[1]


# Check

def test_the_worked_example_has_no_mistakes(onecase, database):
    done = onecase("ledger", "check", str(ASSETS), str(PLACES))
    assert done.stdout == "assets: 8 rows of 1 file, 0 mistakes, 0 warnings\nplaces: 12 rows of 1 file, 0 mistakes, 0 warnings\n"
    assert done.stderr == ""


def test_every_mistake_is_said_in_one_run(onecase, database, tmp_path):
    lifts = write(tmp_path, "lifts.csv", "区域,种类,编号,地址,经度,纬度\n"
                                         "9901,电梯识别码,5234,锦绣花园3幢,23.1,112.81\n"
                                         "9909,电梯识别码,52341,锦绣花园3幢,,\n")
    places = write(tmp_path, "places.csv", "region,kind,name,canonical,parent,lon,lat\n"
                                           "9901,door,3幢,,锦绣花园,114.5,23.1\n"
                                           "9901,alias,锦绣苑,,,,\n")
    done = onecase("ledger", "check", lifts, places, status=1)
    assert done.stderr.splitlines() == [
        f'{lifts}:2: column "经度": a longitude of 73 to 136 (longitude and latitude are exchanged) was expected, found "23.1"',
        f'{lifts}:2: column "编号": the five or six digits of a lift\'s plate was expected, found "5234"',
        f'{lifts}:3: column "区域": a region of regions.cfg, or an area code of six digits that belongs to one, was expected, '
        'found "9909"',
        f'{places}:2: column "lon": a longitude of 112.3 to 113.5, in the box of region 9901, was expected, found "114.5"',
        f'{places}:2: column "parent": an estate or road that has a row of its own was expected, found "锦绣花园"',
        f'{places}:3: column "canonical": the name that the alias stands for was expected, found nothing',
    ]
    assert done.stdout == "assets: 0 rows of 1 file, 3 mistakes, 0 warnings\nplaces: 2 rows of 1 file, 3 mistakes, 0 warnings\n"
    told = json.loads(onecase("ledger", "check", "--json", lifts, places, status=1).stdout)
    assert [len(told[kind]["findings"]) for kind in ("assets", "places")] == [3, 3]
    assert told["assets"]["snapshot"] is None
    assert told["places"]["findings"][0] == {
        "file": places, "line": 2, "severity": "error",
        "message": 'column "lon": a longitude of 112.3 to 113.5, in the box of region 9901, was expected, found "114.5"'}


@pytest.mark.parametrize("content, finding", [
    (b"", ":1: a header was expected, found nothing"),
    (b"region,kind,id\n", ":2: a row was expected behind the header, found nothing"),
    (b'region,kind,id\n9901,device,"K1\n', ":2: a quote"),
    ("区域,种类,名称\n9901,小区,锦绣花园\n9901,小区,".encode("gb18030") + b"\xff\xff\n", ':3: column "名称": text in UTF-8 or GB18030'),
    ("区域,种类,名称\n9901,小区,锦绣花园\n9901,小区,乙".encode() + b"\x81\n", ':3: column "名称": text in UTF-8 or GB18030'),
])
def test_a_broken_file_is_told_by_its_line(onecase, database, tmp_path, content, finding):
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    done = onecase("ledger", "check", str(path), status=1)
    assert done.stderr.startswith(f"{path}{finding}"), done.stderr


def test_what_is_no_ledger_at_all(onecase, database, tmp_path):
    utf16 = write(tmp_path, "utf16.csv", "区域,种类,名称\n", "utf-16")
    assert "is no text in UTF-8 or GB18030" in onecase("ledger", "check", utf16, status=3).stderr
    assert "cannot read" in onecase("ledger", "check", str(tmp_path / "none.csv"), status=3).stderr
    assert "--region must be" in onecase("ledger", "check", str(ASSETS), "--region", "8801", status=64).stderr
    assert "a FILE is missing" in onecase("ledger", "check", status=64).stderr
    assert "no subcommand" in onecase("ledger", "chekc", status=64).stderr
    for words in ([], ["check"], ["load"], ["list"]):
        assert onecase("ledger", *words, "--help").stdout.startswith("usage: onecase ledger")


# Load and list

def test_loads_lists_and_loads_no_second_time(onecase, database):
    done = onecase("ledger", "load", str(ASSETS), str(PLACES))
    assets, places = SNAPSHOT.findall(done.stdout)[:2]
    assert line_of(done.stdout) == f'ledger = {{ assets = "{assets}"; places = "{places}"; }};'
    assert database.rows("select snapshot, kind, file_name, rows, loaded_by = session_user from onecase.ledgers order by kind") == [
        (assets, "assets", "assets.csv", 8, True), (places, "places", "places.csv", 12, True)]
    again = onecase("ledger", "load", str(PLACES), str(ASSETS))
    assert "assets: " + assets + " is loaded already, nothing was written" in again.stdout
    assert "places: " + places + " is loaded already, nothing was written" in again.stdout
    assert database.value("select count(*) from onecase.assets") == 8
    assert database.rows("select id, category, use_unit, place, lon, lat, precision_class, valid_from::text, valid_to::text, source "
                         "from onecase.assets where id = '52350' order by valid_from") == [
        ("52350", "A02", "锦绣花园物业（示例）", "锦绣花园5幢1单元", 112.811, 23.1005, "A", "2019-05-01", "2025-03-01", "特种设备台账"),
        ("52350", "A02", "青松家园物业（示例）", "青松家园1幢", 112.823, 23.11, "A", "2025-03-01", None, "特种设备台账")]
    assert database.rows("select region, kind, name, canonical, parent, sites, precision_class from onecase.places "
                         "where name in ('锦绣花园', '锦绣苑', '3幢') order by kind") == [
        ("9901", "alias", "锦绣苑", "锦绣花园", None, None, None), ("9901", "door", "3幢", "3幢", "锦绣花园", 2, "A"),
        ("9901", "estate", "锦绣花园", "锦绣花园", None, 20, "D")]


def test_lists_what_the_model_names(onecase, database, tmp_path):
    assert "no ledger is loaded" in onecase("ledger", "list").stdout
    done = onecase("ledger", "load", str(PLACES))
    places = SNAPSHOT.search(done.stdout)[0]
    model = model_with(tmp_path, line_of(done.stdout))
    loaded = onecase("ledger", "load", str(ASSETS), "--model", str(model)).stdout
    assert line_of(loaded) == f'ledger = {{ assets = "{SNAPSHOT.search(loaded)[0]}"; places = "{places}"; }};'
    rows = {row["kind"]: row for row in json.loads(onecase("ledger", "list", "--json", "--model", str(model)).stdout)["ledgers"]}
    assert rows["places"]["snapshot"] == places and rows["places"]["in_use"] and rows["places"]["rows"] == 12
    assert not rows["assets"]["in_use"]
    assert re.search(rf"{places}.*names it", onecase("ledger", "list", "--model", str(model)).stdout)
    assert f"{model} names what is loaded" in onecase("ledger", "load", str(PLACES), "--model", str(model)).stdout
    database.execute("delete from onecase.places")
    database.execute("delete from onecase.ledgers where kind = 'places'")
    assert "which are not loaded" in onecase("ledger", "list", "--model", str(model), status=1).stderr


def test_the_same_rows_are_the_same_snapshot_in_any_encoding_and_order(onecase, database, tmp_path):
    lines = PLACES.read_text(encoding="utf-8").splitlines()
    comment, header, rows = lines[0], lines[1], lines[2:]
    shuffled = "\r\n".join([header, *reversed(rows)]) + "\r\n"
    gb18030 = write(tmp_path, "gb.csv", shuffled, "gb18030")
    bom = write(tmp_path, "bom.csv", comment + "\n" + shuffled, "utf-8-sig")
    tabs = write(tmp_path, "tabs.csv", shuffled.replace(",", "\t"))
    one = write(tmp_path, "one.csv", "\n".join([header, *rows[:5]]))
    two = write(tmp_path, "two.csv", "\n".join([header, *rows[5:]]), "gb18030")
    first = SNAPSHOT.search(onecase("ledger", "load", str(PLACES)).stdout)[0]
    for files in ([gb18030], [bom], [tabs], [two, one]):
        assert f"places: {first} is loaded already" in onecase("ledger", "load", *files).stdout
    assert database.value("select count(*) from onecase.ledgers") == 1


def test_a_mistake_anywhere_loads_nothing(onecase, database, tmp_path):
    bad = write(tmp_path, "bad.csv", "region,kind,id\n9901,plate,1\n")
    done = onecase("ledger", "load", str(PLACES), bad, status=1)
    assert "nothing is loaded while there are mistakes" in done.stderr
    assert database.value("select count(*) from onecase.ledgers") == 0


def test_a_long_ledger_is_one_transaction(onecase, database, tmp_path):
    header = "region,kind,name,parent,lon,lat\n9901,road,建设路,,,\n"
    doors = "".join(f"9901,door,建设路{n}号,建设路,{112.5 + n * 1e-6:.6f},23.1\n" for n in range(1, 70001))
    done = onecase("ledger", "load", write(tmp_path, "doors.csv", header + doors), limit=300)
    assert "places: 70001 rows loaded as sha256:" in done.stdout
    assert database.rows("select count(*), count(distinct xmin::text) from onecase.places") == [(70001, 1)]


def test_operators_load_and_nobody_changes(onecase, database, servers):
    snapshot = "sha256:" + "ab" * 32

    def refused(role: str, statement: str) -> str:
        with database.connect() as connection:
            connection.execute(f"set role {role}")
            with pytest.raises(psycopg.Error) as error:
                connection.execute(statement)
            return error.value.sqlstate

    with database.connect() as connection:
        connection.execute("set role onecase_operator")
        connection.execute("insert into onecase.ledgers (snapshot, kind, file_name, rows) values (%s, 'assets', 'a.csv', 1)",
                           [snapshot])
        connection.execute("insert into onecase.assets (snapshot, region, kind, id) values (%s, '9901', 'device', 'K1')", [snapshot])
    assert refused("onecase_operator", "update onecase.assets set id = 'K2'") == "42501"
    assert refused("onecase_operator", "delete from onecase.ledgers") == "42501"
    assert refused("onecase_operator", "insert into onecase.ledgers (snapshot, kind, file_name, rows, loaded_by) values "
                                       f"('{snapshot}', 'assets', 'a.csv', 1, 'other')") == "42501"
    assert refused("onecase_writer", f"insert into onecase.assets (snapshot, region, kind, id) "
                                     f"values ('{snapshot}', '9901', 'device', 'K3')") == "42501"
    assert refused("onecase_analyst", "select from onecase.assets") == "42501"
    with database.connect() as connection:
        connection.execute("set role onecase_writer")
        assert connection.execute("select count(*) from onecase.assets").fetchone() == (1,)


# The matcher

def nowhere(**fields: object) -> dict:
    """A report without point and reporter."""
    return {"point": None, "point_system": None, "point_precision": None, "reporter": None, "reporter_kind": None,
            "title": "电梯故障", "body": TEXT, "category_confidence": 90} | fields


def plate_log(log: ReportLog) -> None:
    log.report("H1", **nowhere(address="锦绣花园3号楼2单元", reported_at="2026-02-01T00:30:00.000Z"))
    log.report("G1", source="GRID", **nowhere(lift_plate="52342", reported_at="2026-02-03T00:30:00.000Z"))
    log.report("H2", **nowhere(body=TEXT + "，电梯编号52341", reported_at="2026-02-04T00:30:00.000Z"))


def hazards_of(database: Database) -> dict[str, int]:
    return dict(database.rows("select record_no, hazard_id from onecase.reports"))


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


def test_a_report_that_names_only_a_plate_finds_its_building(onecase, log, database, new_database, start_service, tmp_path):
    line = line_of(onecase("ledger", "load", str(ASSETS), str(PLACES)).stdout)
    model = model_with(tmp_path, line)
    log.use(database)
    plate_log(log)
    log.send()
    matcher = start_service("matcher", "--set", f"model={model}")
    wait_until_stored(database, log)
    hazards = hazards_of(database)
    assert hazards["G1"] == hazards["H1"]
    assert hazards["H2"] != hazards["H1"]  # 52341 is the lift of unit 1
    assert database.rows("select estate, buildings, unit from onecase.reports where record_no = 'G1'") == [("锦绣花园", ["3"], "2")]
    versions = {row[0] for row in database.rows("select distinct model_version from onecase.decisions")}
    assert len(versions) == 1

    # Memory rebuilt knows the same: the alias of the estate, and the plate read out of a text.
    matcher.kill()
    log.report("H3", **nowhere(address="锦绣苑3幢2单元", reported_at="2026-02-04T08:30:00.000Z"))
    log.report("H4", **nowhere(body=TEXT + "，梯牌52342", reported_at="2026-02-05T00:30:00.000Z"))
    log.send()
    matcher.start()
    wait_until_stored(database, log)
    hazards = hazards_of(database)
    assert hazards["H3"] == hazards["H1"]
    assert hazards["H4"] == hazards["H1"]
    matcher.stop()

    # The same log without the ledger: nothing says where the plate is, and the decisions name another model.
    other = log.use(new_database())
    plain = start_service("matcher", "--set", f"group={log.topics.prefix}plain", database=other)
    wait_until_stored(other, log)
    hazards = hazards_of(other)
    assert hazards["G1"] != hazards["H1"]
    assert {row[0] for row in other.rows("select distinct model_version from onecase.decisions")}.isdisjoint(versions)
    plain.stop()


def test_a_door_point_joins_a_report_that_has_only_a_point(onecase, log, database, new_database, start_service, tmp_path):
    """Example 6 of the model's page: a point only, against 建设路128号."""
    line = line_of(onecase("ledger", "load", str(PLACES)).stdout)
    log.use(database)
    told = "人行道上雨水井盖缺失，井口敞着没有围挡，夜里有老人差点踩空摔倒"
    common = {"category": "E01", "title": "井盖缺失", "body": told}
    log.report("P1", **nowhere(point=[112.8001, 23.10505], point_system="WGS-84", point_precision="A",
                               reported_at="2026-02-01T00:30:00.000Z", **common))
    log.report("P2", source="GRID", **nowhere(address="建设路128号", reported_at="2026-02-01T06:30:00.000Z", **common))
    log.send()
    start_service("matcher", "--set", f"model={model_with(tmp_path, line)}")
    wait_until_stored(database, log)
    hazards = hazards_of(database)
    assert hazards["P2"] == hazards["P1"]
    other = log.use(new_database())
    start_service("matcher", "--set", f"group={log.topics.prefix}plain", database=other)
    wait_until_stored(other, log)
    hazards = hazards_of(other)
    assert hazards["P2"] != hazards["P1"]


@pytest.mark.parametrize("line, reason", [
    ('ledger = {{ assets = "{none}"; }};', "the model names the assets sha256:0000.*are not loaded"),
    ('ledger = {{ assets = "{places}"; }};', "as its assets, but these are places"),
    ('ledger = {{ places = "{places}"; }};', "has 11 rows that can be read, not the 12 it was loaded with"),
    ('ledger = {{ places = "sha256:ab"; }};', "must be .*sha256:.* and 64 hex digits"),
    ('ledger = {{ plases = "{places}"; }};', "plases"),
])
def test_a_matcher_whose_ledger_is_not_there_says_so_and_ends(onecase, log, database, start_service, tmp_path, line, reason):
    places = SNAPSHOT.search(onecase("ledger", "load", str(PLACES)).stdout)[0]
    database.execute("delete from onecase.places where kind = 'poi'")
    log.use(database)
    model = model_with(tmp_path, line.format(places=places, none="sha256:" + "0" * 64))
    matcher = start_service("matcher", "--set", f"model={model}")
    matcher.process.wait(60)
    matcher.ended = True
    assert matcher.process.returncode != 0
    assert matcher.lines(reason.replace('"', '\\\\?"')), matcher.tail()


# The handbook

@pytest.mark.parametrize("page", ["ledgers.md", "ledgers.zh-CN.md"])
def test_the_handbook_says_what_the_commands_say(onecase, database, page):
    text = (PROJECT / "docs" / page).read_text(encoding="utf-8")
    shown = {block.split("\n", 1)[0]: block.split("\n", 1)[1]
             for block in re.findall(r"^```\n\$ (onecase .*?)```$", text, re.MULTILINE | re.DOTALL)}
    assert len(shown) == 2
    for words, output in shown.items():
        assert onecase(*words.split()[1:]).stdout == output
    columns = set(re.findall(r"^  (\w+) +(?:assets|places|both)", onecase("ledger", "--help").stdout, re.MULTILINE))
    table = text[text.index("| `region` |"):text.index("\n\n", text.index("| `region` |"))]
    assert columns <= set(re.findall(r"`(\w+)`", "\n".join(line.split("|")[1] for line in table.splitlines())))
