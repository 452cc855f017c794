"""Hazards that become one, over the storms of a labelled city: whatever batches and restarts there were, the same is stored.

What a merge leaves behind is checked against the reports: they are the truth about who is where.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import PROJECT, LocalServers, wait_until
from harness_city import SOURCE_TOPICS, City
from harness_hub import Hub, open_hub, running_hub
from test_crashes import assert_same

KILL_EVERY = 100  # records


def make_storms(directory: Path) -> City:
    """What was sent about the storms of a labelled city of 16,000 reports, and nothing else."""
    subprocess.run([sys.executable, str(PROJECT / "tests" / "city" / "labelled" / "make.py"), "--reports", "16000", "--seed", "16",
                    str(directory)], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    truth = directory / "truth.jsonl"
    stormy = {record["record_no"] for record in map(json.loads, truth.read_text(encoding="utf-8").splitlines())
              if record["storm"] is not None}
    truth.unlink()  # no department sends it
    for topic in directory.glob("*.jsonl"):
        lines = topic.read_text(encoding="utf-8").splitlines(keepends=True)
        topic.write_text("".join(line for line in lines if json.loads(line)["key"] in stormy), encoding="utf-8")
    return City(directory, {})


@pytest.fixture(scope="module")
def storms(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Decided in one go; its intake and matcher have ended well."""
    with running_hub(servers, template_database, tmp_path_factory.mktemp("storms")) as made:
        made.feed(make_storms(tmp_path_factory.mktemp("labelled")), *SOURCE_TOPICS)
        made.stop()
        yield made


@pytest.fixture
def second(servers: LocalServers, template_database: str, storms: Hub, tmp_path: Path) -> Iterator[Hub]:
    """Another database over the same onecase.report."""
    with open_hub(servers, template_database, tmp_path / "second", storms.topics) as made:
        yield made


def test_what_has_become_one_is_counted_once(storms: Hub) -> None:
    merged = storms.database.value("select count(*) from onecase.hazards where merged_into is not null")
    assert merged > 5
    assert storms.database.value("select count(*) from onecase.decisions where outcome = 'merged'") >= merged
    for fault, query in {
        "a report in a hazard that was merged": """select r.region, r.report_id from onecase.reports r
            join onecase.hazards h using (region, hazard_id) where h.merged_into is not null""",
        "a report in a case that was merged, or of another hazard": """select r.region, r.report_id from onecase.reports r
            left join onecase.cases c using (region, hazard_id, case_id)
            where r.hazard_id is not null and (c.case_id is null or c.merged_into is not null)""",
        "a hazard that counts others than its reports": """select h.region, h.hazard_id from onecase.hazards h
            where report_count <> (select count(*) from onecase.reports r where (r.region, r.hazard_id) = (h.region, h.hazard_id))
               or case_count <> (select count(*) from onecase.cases c where (c.region, c.hazard_id) = (h.region, h.hazard_id)
                                 and c.merged_into is null)""",
        "a case that counts others than its reports": """select c.region, c.case_id from onecase.cases c
            where report_count <> (select count(*) from onecase.reports r where (r.region, r.case_id) = (c.region, c.case_id))""",
        "a case that goes on without reports, or ended with some": """select region, case_id from onecase.cases
            where (report_count = 0) <> (merged_into is not null)""",
        "a merged hazard that still says something of its own": """select region, hazard_id from onecase.hazards
            where merged_into is not null and (open_case_id is not null or provisional_of is not null or merged_at is null
                                               or report_count + independent_count + reporter_count + source_count > 0)""",
        "a merged case that is not void": """select region, case_id from onecase.cases
            where merged_into is not null and (status <> 95 or close_kind is distinct from 'merged' or closed_at is null
                                               or opened_at < '2000-01-01' or first_known_source is null)""",
        "a case whose title is not that of the report that opened it": """select c.region, c.case_id from onecase.cases c
            join onecase.case_events e on (e.region, e.case_id, e.kind) = (c.region, c.case_id, 'opened')
            join onecase.reports r on (r.region, r.report_id) = (e.region, e.report_id)
            where c.title is distinct from r.title and r.as_decided is null""",
        "a hazard merged into a younger one": "select region, hazard_id from onecase.hazards where merged_into >= hazard_id",
        "a hazard that did not end though its case did": """select region, hazard_id from onecase.hazards h
            where merged_into is not null and exists (select from onecase.cases c where (c.region, c.hazard_id) =
                                                      (h.region, h.hazard_id))""",
        "a relation that is open though both sides are one, or the other way round": """select region, hazard_a, hazard_b
            from onecase.hazard_relations where (resolution is not distinct from 'merged') <>
            (onecase.hazard_survivor(region, hazard_a) = onecase.hazard_survivor(region, hazard_b))""",
        "a report whose decision did not lead where it is": """select r.region, r.report_id from onecase.reports r
            join onecase.decisions d using (region, decision_id)
            where onecase.hazard_survivor(d.region, d.hazard_id) <> r.hazard_id""",
        "a decision that moved a report and is not its latest": """select d.region, d.decision_id from onecase.decisions d
            where outcome in ('merged', 'moved') and not exists (select from onecase.reports r
                where (r.region, r.report_id) = (d.region, d.report_id) and r.decision_id >= d.decision_id)""",
    }.items():
        assert storms.database.rows(query) == [], fault


def test_what_departments_said_follows_the_reports_that_moved(storms: Hub) -> None:
    assert storms.database.value("select count(*) from onecase.cases where merged_into is null and dispatched_at is not null") > 5
    assert storms.derived_anew() == []


def test_every_merge_adds_up_and_reached_its_line(storms: Hub) -> None:
    assert storms.database.rows("""select region, decision_id from onecase.decisions where outcome = 'merged' and (
        from_hazard_id is null or link_mb is null or score_mb < link_mb or refusal is not null or score_mb <>
        prior_mb - competition_mb + (select coalesce(sum(weight), 0) from unnest(weights_mb) as weight))""") == []
    # Of each hazard that was merged, at least one report said so itself.
    assert storms.database.rows("""select region, from_hazard_id from onecase.decisions where outcome = 'merged'
        group by 1, 2 having count(score_mb) = 0""") == []
    assert storms.database.rows("""select region, hazard_id from onecase.hazards h where merged_into is not null
        and not exists (select from onecase.case_events e where e.region = h.region and e.kind = 'merged')""") == []


# ---- what is told of it -------------------------------------------------------------------------------------------


def test_an_old_number_leads_to_what_goes_on(storms: Hub) -> None:
    hazards = storms.database.rows("""select h.hazard_no, s.hazard_no from onecase.hazards h join onecase.hazards s
        on s.region = h.region and s.hazard_id = onecase.hazard_survivor(h.region, h.hazard_id)
        where h.merged_into is not null order by h.region, h.hazard_id limit 6""")
    cases = storms.database.rows("""select c.case_no, s.case_no from onecase.cases c join onecase.cases s
        on s.region = c.region and s.case_id = c.merged_into where s.merged_into is null order by c.region, c.case_id limit 6""")
    assert len(hazards) > 3 and len(cases) > 3
    for old, now in (*hazards, *cases):
        assert storms.json("case", "show", old) == storms.json("case", "show", now)
        assert storms.json("case", "explain", old) == storms.json("case", "explain", now)
        for command in ("show", "explain"):
            text = storms.onecase("case", command, old).stdout
            assert re.match(rf"{old} 已于 \d{{4}}-\d\d-\d\d \d\d:\d\d 并入 {now}，以下为后者\n\n", text)
            assert text.endswith("\n" + storms.onecase("case", command, now).stdout)
        taken = [one["case_no"] or one["hazard_no"] for case in storms.json("case", "show", now) for one in case["merged"]]
        assert old in taken


def test_a_case_tells_what_happened_to_those_it_took_in(storms: Hub) -> None:
    for (case_no,) in storms.database.rows("""select s.case_no from onecase.cases s where s.merged_into is null and exists
            (select from onecase.cases c where c.region = s.region and c.merged_into = s.case_id) order by s.region, s.case_id"""):
        [case] = storms.json("case", "show", case_no)
        taken = [one["case_no"] for one in case["merged"] if one["case_no"]]
        opened = [event["after"] for event in case["timeline"] if event["kind"] == "opened"]
        merged = [event["before"] for event in case["timeline"] if event["kind"] == "merged" and event["before"].startswith("AJ")]
        assert sorted(opened) == sorted([case_no, *taken]) and sorted(merged) == sorted(taken)
        assert all(one["merged_at"] for one in case["merged"])
        assert case["reports"] == len(case["members"])
        text = storms.onecase("case", "show", case_no).stdout
        assert all(f"案件 {one}（" in text for one in taken) and "  并入  " in text


def test_a_report_is_explained_from_its_first_hazard_on(storms: Hub) -> None:
    merged = storms.database.rows("""select r.source || '/' || r.record_no, f.hazard_no, n.hazard_no
        from onecase.decisions d join onecase.reports r using (region, report_id)
        join onecase.hazards f on f.region = d.region and f.hazard_id = d.from_hazard_id
        join onecase.hazards n on n.region = r.region and n.hazard_id = r.hazard_id
        where d.outcome = 'merged' order by d.region, d.decision_id limit 12""")
    for name, source, now in merged:
        found = storms.json("case", "explain", name)
        assert found["outcome"] in ("new", "review", "link", "bucket") and found["hazard_no_now"] == now
        assert source in [one["from_hazard"] for one in found["later"]]
        for one in found["later"]:
            taken = one["competition_mb"] or 0
            assert one["score_mb"] is None or one["score_mb"] == \
                one["prior_mb"] + sum(item["weight_mb"] for item in one["comparisons"]) - taken >= one["link_mb"]
        text = storms.onecase("case", "explain", name).stdout
        first, *later = re.split(r"^后来 ", text, flags=re.M)
        assert first.startswith(f"报告 {name} ") and len(later) == len(found["later"])
        for words, one in zip(later, found["later"]):
            assert f"，原隐患 {one['from_hazard']}\n" in words and f"\n说明 {one['sentence']}\n" in words
            assert ("达到合并线" in words) == (one["score_mb"] is not None and one["outcome"] == "merged")
        last = found["later"][-1]
        assert (f"\n现在 隐患 {now}，案件 {found['case_no_now']}\n" in text) == \
            ((last["hazard_no"], last["case_no"]) != (now, found["case_no_now"]))


# ---- the same, however it came about ------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_max", [1, 7])
def test_batches_of_any_size_join_alike(second: Hub, storms: Hub, batch_max: int) -> None:
    second.start("matcher", f"batch_max={batch_max}")
    second.await_consumed(storms.reported())
    assert_same(second, storms)


def test_killed_at_every_hundredth_record_it_joins_alike(second: Hub, storms: Hub) -> None:
    """Memory rebuilt from the tables after each kill equals memory that grew."""
    total = storms.reported()
    turn = 0
    while (wanted := second.consumed() + KILL_EVERY) < total:  # each of them gets on before it is killed
        turn += 1
        # A group of its own each time: the broker would hold the partitions of a killed member for ten seconds.
        matcher = second.start("matcher", "batch_max=3", group=f"{second.database.name}.killed-{turn}")
        wait_until(lambda wanted=wanted: second.consumed() >= wanted, 60, f"{wanted} of {total} records to be stored", every=0.002)
        matcher.kill()
    second.start("matcher")
    second.await_consumed(total)
    assert_same(second, storms)
