"""One message of a department that holds several items: each is a record of its own, and the offset is accounted for once.

Items are told apart by their number in the origin (topic/partition/offset#item), wherever they go: to several regions, to
the dead letters, and again when the message is delivered once more, whole or from the middle.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness import Database, Topics, wait_until
from report_log import ReportLog, reconciled, wait_until_stored

MAPPING = """
format = 1;  source = "H12345";  topics = ["demo.batch"];  each = "/items";
time   : { zone = "+08:00"; formats = ["yyyy-MM-dd HH:mm:ss"]; };
region : { first = ["/items/*/area"]; default = "9901"; };
kinds  = ( { kind = "ignore"; reason = "drill"; when = ( ("/items/*/subject", "contains", ["演练"]) ); },
           { kind = "update"; when = ( ("/items/*/state", "present") ); }, { kind = "report"; } );
fields : {
  record_no   = { first = ["/items/*/id"]; required = true; };
  reported_at = { first = ["/sent"]; as = "time"; };
  changed_at  = { first = ["/sent"]; as = "time"; };
  title       = { first = ["/items/*/subject"]; };
  address     = { first = ["/items/*/place"]; };
  status      = { first = ["/items/*/state"]; codes = "state"; };
  category    = { first = ["/items/*/class"]; codes = "class"; }; };
codes  : { class = { system = "demo"; rows = ( ("1", "A02"), ("2", "E01") ); };
           state = { rows = ( ("done", "60") ); }; };
"""


@pytest.fixture
def log(topics) -> ReportLog:
    return ReportLog(topics).create()


def message(log: ReportLog, offset: int) -> None:
    """Five items of one message: two regions, an ignored one and a dead one beside the good ones."""
    how = {"offset": offset, "items": 5}
    log.report(f"M{offset}-0", item=0, part_no=0, **how)
    log.report(f"M{offset}-1", item=1, part_no=1, region="9902", **how)
    log.dead(item=2, **how)
    log.ignored(f"M{offset}-3", item=3, **how)
    log.report(f"M{offset}-4", item=4, part_no=4, **how)


@pytest.mark.parametrize("batch_max", [1, 2, 500])
def test_each_item_is_a_record_of_its_own(log, database, start_service, batch_max):
    log.use(database)
    log.report("before")
    message(log, 1)
    log.report("M1-4", "update", status=60)
    message(log, 3)
    log.send()
    start_service("matcher", "--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    assert database.rows("select record_no, region, part_no, kafka_offset, status from onecase.reports order by region, report_id") == [
        ("before", "9901", None, 0, None), ("M1-0", "9901", 0, 1, None), ("M1-4", "9901", 4, 1, 60), ("M3-0", "9901", 0, 3, None),
        ("M3-4", "9901", 4, 3, None), ("M1-1", "9902", 1, 1, None), ("M3-1", "9902", 1, 3, None)]
    assert database.rows("select record_no, first_offset, first_item, last_offset, last_item from onecase.record_index"
                         " order by first_offset, first_item") == [
        ("before", 0, 0, 0, 0), ("M1-0", 1, 0, 1, 0), ("M1-1", 1, 1, 1, 1), ("M1-4", 1, 4, 2, 0), ("M3-0", 3, 0, 3, 0),
        ("M3-1", 3, 1, 3, 1), ("M3-4", 3, 4, 3, 4)]
    assert database.rows("select kafka_offset, item from onecase.dead_letters order by 1") == [(1, 2), (3, 2)]
    assert database.rows("select kafka_offset, item from onecase.ignored_records order by 1") == [(1, 3), (3, 3)]
    [account] = reconciled(database)
    assert account[2:] == (0, 3, 8, 7, 0, 1, 0, 2, 2, 0, 0, 0, 0, 0)
    assert reconciled(database) == log.expected_accounts()


@pytest.mark.parametrize("batch_max", [1, 500])
@pytest.mark.parametrize("cut", [1, 3, 5])
def test_a_message_delivered_again_is_recognised_item_by_item(log, database, start_service, onecase, batch_max, cut):
    """Intake was killed after so many items had been acknowledged, and sends the message once more from its first item."""
    log.use(database)
    message(log, 0)
    whole = list(log.pending)
    log.pending = whole[:cut]
    log.send()
    start_service("matcher", "--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    log.pending = list(whole)
    next(iter(log.sources.values())).counts["redelivered"] += cut
    log.send()
    wait_until_stored(database, log)
    assert reconciled(database) == log.expected_accounts()
    decided = {table: rows for table, rows in json.loads(onecase("digest", "--json").stdout)["tables"].items() if table != "accounts"}
    log.pending = list(whole) + list(whole)
    next(iter(log.sources.values())).counts["redelivered"] += 2 * len(whole)
    log.send()
    wait_until_stored(database, log)
    assert reconciled(database) == log.expected_accounts()
    again = json.loads(onecase("digest", "--json").stdout)["tables"]
    assert {table: again[table] for table in decided} == decided
    assert database.rows("select record_no from onecase.reports order by 1") == [("M0-0",), ("M0-1",), ("M0-4",)]


def test_a_released_dead_item_counts_where_it_went(log, database, start_service):
    log.use(database)
    message(log, 0)
    log.send()
    start_service("matcher")
    wait_until_stored(database, log)
    log.report("M0-2", offset=0, item=2, items=5, part_no=2, attempt=2)
    log.send()
    wait_until_stored(database, log)
    assert reconciled(database) == log.expected_accounts()
    assert database.rows("select item, state from onecase.dead_letters") == [(2, "resolved")]
    assert database.rows("select record_no, part_no from onecase.reports order by part_no, 1") == [
        ("M0-0", 0), ("M0-1", 1), ("M0-2", 2), ("M0-4", 4)]


# From the department's message, through intake

def items_of(*items: object, sent: str = "2026-06-01 08:00:00") -> bytes:
    return json.dumps({"sent": sent, "items": list(items)}, ensure_ascii=False).encode()


def item(number: int, **more: object) -> dict[str, object]:
    return {"id": f"D{number}", "area": "990101", "subject": f"synthetic {number}", "place": f"听雨新村{number}幢", "class": "1"} | more


MESSAGES = [
    items_of(item(1), item(2, area="990201"), {"subject": "no number"}, "no object", item(3, subject="演练"), item(4)),
    items_of(),
    items_of({"id": "D1", "state": "done"}, {"id": "D4", "area": "990101", "state": "done"}, sent="2026-06-02 08:00:00"),
    b'{"sent": "2026-06-02 08:00:00"}',
    items_of(item(5)),
]
ITEMS = 11  # of them all; a message without any, or with something else, counts as one


@pytest.fixture
def feed(tmp_path: Path, project_topics: Topics) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "demo.cfg").write_text(MAPPING)
    project_topics.create("demo.batch")
    return folder


def wait_until_accounted(database: Database, topics: Topics, redelivered: int = 0) -> None:
    """Items of several regions come on several ways: one that is still to come is missing nowhere, so they are counted."""
    wait_until(lambda: database.rows(
        "select 1 from analysis.reconciliation where source_topic = %s and consumed = %s and consumed + extra_items = %s and missing = 0"
        " and redelivered >= %s", (topics.name("demo.batch"), len(MESSAGES), ITEMS, redelivered)), 60, "all items to be accounted for")


def test_items_from_the_message_to_the_row_and_once_more(feed, project_topics, database, start_service, key_file, onecase):
    settings = ["--set", f"sources={feed}", "--set", f"key_file={key_file}"]
    project_topics.produce("demo.batch", [(None, value) for value in MESSAGES])
    first = start_service("intake", *settings)
    start_service("matcher")
    wait_until_accounted(database, project_topics)
    first.stop()
    assert database.rows("select record_no, region, part_no, kafka_offset, status, title from onecase.reports order by record_no") == [
        ("D1", "9901", 0, 0, 60, "synthetic 1"), ("D2", "9902", 1, 0, None, "synthetic 2"), ("D4", "9901", 5, 0, 60, "synthetic 4"),
        ("D5", "9901", 0, 4, None, "synthetic 5")]
    assert database.rows("select kafka_offset, item, rule, pointer from onecase.dead_letters order by 1, 2") == [
        (0, 2, "required", "/items/2/id"), (0, 3, "each", "/items/3"), (3, 0, "each", "/items")]
    assert database.rows("select kafka_offset, item, reason from onecase.ignored_records order by 1, 2") == [
        (0, 4, "drill"), (1, 0, "no items")]
    topic = project_topics.name("demo.batch")
    accounts = (topic, 0, 0, 4, 6, 4, 0, 2, 0, 2, 3, 0, 0)
    assert reconciled(database) == {(*accounts, 0, 0, 0)}
    decided = {table: rows for table, rows in json.loads(onecase("digest", "--json").stdout)["tables"].items() if table != "accounts"}

    start_service("intake", *settings, "--set", f"group={project_topics.prefix}again")  # knows of no offset, reads all again
    wait_until_accounted(database, project_topics, redelivered=11)
    assert reconciled(database) == {(*accounts, 11, 0, 0)}
    again = json.loads(onecase("digest", "--json").stdout)["tables"]
    assert {table: again[table] for table in decided} == decided
