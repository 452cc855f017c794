"""Merges, buckets, storms and other orders, on examples small enough to count by hand. No server."""

from datetime import datetime, timezone
from types import SimpleNamespace

import pytest

from linkage_bench import clusters, red, shuffle, storms
from linkage_bench.dataset import Hazards
from linkage_bench.history import replay
from linkage_bench.hub import renumbered, shuffled_days
from linkage_bench.measure import gain, paired, recall_share

MINUTE = 60_000


def hazard(hazard_id, merged_into=None, bucket=False, provisional_of=0):
    return {"region": "9901", "hazard_id": hazard_id, "merged_into": merged_into, "bucket": bucket, "provisional_of": provisional_of}


def city(reports, hazards, later=()):
    """reports: [(decision_id, hazard, outcome, true hazard)], one a minute; later: [(decision_id, report, hazard, outcome, score,
    compared with)]."""
    held = Hazards(hazards)
    rows = [{"region": "9901", "report_id": i, "position": i, "hazard_id": hazard_id, "found": held.holder("9901", hazard_id),
             "decision": {"decision_id": decision_id, "hazard_id": hazard_id, "outcome": outcome},
             "truth": {"storm": None, "vague": "none", "class": "B01"}}
            for i, (decision_id, hazard_id, outcome, _) in enumerate(reports)]
    lay = {report: hazard_id for _, report, hazard_id, *_ in later}
    found = [held.holder("9901", lay.get(i, row["hazard_id"])) for i, row in enumerate(rows)]
    return SimpleNamespace(
        reports=rows, hazards=held, index={("9901", i): i for i in range(len(rows))}, arrived_ms=[i * MINUTE for i in range(len(rows))],
        true=[true for *_, true in reports], found_with_buckets=found, found=[held.alone(one, i) for i, one in enumerate(found)],
        later=[{"region": "9901", "decision_id": decision_id, "report_id": report, "hazard_id": hazard_id, "outcome": outcome,
                "score_mb": score, "member_report_id": member} for decision_id, report, hazard_id, outcome, score, member in later])


def test_a_merged_hazard_is_followed_to_the_last_one():
    held = Hazards([hazard(1, 2), hazard(2, 3), hazard(3), hazard(4, provisional_of=1)])
    assert held.holder("9901", 1) == ("9901", 3)
    assert held.holder("9901", 3) == ("9901", 3)
    assert held.holder("9901", 9) == ("9901", 9)  # not a row: itself
    assert held.twin_of(("9901", 4)) == 3 and held.twin_of(("9901", 3)) == 0


def test_hazards_merged_in_a_circle_are_an_error():
    with pytest.raises(SystemExit, match="circle: 1 -> 2 -> 1"):
        Hazards([hazard(1, 2), hazard(2, 1)]).holder("9901", 1)


def test_a_report_in_a_bucket_is_a_hazard_by_itself():
    held = Hazards([hazard(1), hazard(2, bucket=True)])
    assert held.alone(("9901", 1), 7) == ("9901", 1)
    assert held.alone(("9901", 2), 7) != held.alone(("9901", 2), 8)


# Hazard 1 holds reports 0 1 of x; 2 holds 2 of x and 3 of y; 3 holds 4 of y. 2 went into 1, then 3 into 1.
MERGED = ([(1, 1, "new", "x"), (2, 1, "link", "x"), (3, 2, "review", "x"), (4, 2, "link", "y"), (6, 3, "new", "y")],
          [hazard(1), hazard(2, 1), hazard(3, 1)])


@pytest.mark.parametrize("rows", [[2], [2, 3]], ids=["one decision for the hazard", "one for each report"])
def test_a_merge_takes_all_reports_along(rows):
    later = [(5, report, 1, "merged", 7500, 0) for report in rows] + [(7, 4, 1, "merged", 5200, 3)]
    history = replay(city(*MERGED, later))
    assert [(change.part, change.body) for change in history.changes] == [([2, 3], [0, 1]), ([4], [0, 1, 2, 3])]
    # Report 2 began hazard 2, x was there before y: the first merge is right, the second joins y to x.
    found = clusters.merges(history, ["x", "x", "x", "y", "y"])
    assert (found["merges"], found["right"], found["reports"], found["untold"]) == (2, 1, 3, 0)
    assert found["bands"] == [{"from": 5, "to": 6, "merges": 1, "right": 0}, {"from": 7, "to": 8, "merges": 1, "right": 1}]
    assert found["wrong"] == [{"part": ("9901", 3), "body": ("9901", 1), "reports": [1, 4], "true": ["y", "x"]}]
    # Report 4 of y was compared with 3 of y: no mistake of that decision. Had it been with 0: three false pairs.
    assert clusters.worst(history, ["x", "x", "x", "y", "y"], 5) == []
    history.changes[1].member = 0
    assert clusters.worst(history, ["x", "x", "x", "y", "y"], 5) == [(4, 0, 3)]


def test_the_smaller_number_of_body_and_part_survives():
    # Part 1 (report 0) joins body 2 (reports 1 2): the decisions are about 0, the body's reports change their number. Report 0 alone
    # tells how sure it was; then part 3 (reports 3 4), of which 4 has nothing to say.
    made = city([(1, 1, "new", "x"), (2, 2, "new", "x"), (3, 2, "link", "x"), (5, 3, "new", "y"), (6, 3, "link", "y")],
                [hazard(1), hazard(2, 1), hazard(3, 1)], [(4, 0, 1, "merged", 8100, 2), (7, 3, 1, "merged", 6500, 0), (8, 4, 1, "merged", None, None)])
    history = replay(made)
    assert [(change.source[1], change.target[1], change.survivor[1], change.part, change.body, change.score_mb) for change in history.changes] == [
        (1, 2, 1, [0], [1, 2], 8100), (3, 1, 1, [3, 4], [0, 1, 2], 6500)]
    assert history.untold == 0
    assert [step[1:] for step in history.steps[3:5]] == [(1, ("9901", 1)), (2, ("9901", 1))]


def test_merges_that_no_decision_tells_of_are_counted():
    assert replay(city(*MERGED)).untold == 2


def test_a_merge_happens_when_the_report_before_it_came():
    history = replay(city(*MERGED, [(5, 2, 1, "merged", 7500, 0)]))
    assert history.steps == [(0, 0, ("9901", 1)), (MINUTE, 1, ("9901", 1)), (2 * MINUTE, 2, ("9901", 2)), (3 * MINUTE, 3, ("9901", 2)),
                             (3 * MINUTE, 2, ("9901", 1)), (3 * MINUTE, 3, ("9901", 1)), (4 * MINUTE, 4, ("9901", 3))]


def test_reports_leave_a_bucket():
    # 0 1 2 lie in bucket 1; hazard 2 is of x. 0 (of x) and 1 (of y) move there, 2 stays.
    made = city([(1, 1, "bucket", "x"), (2, 1, "bucket", "y"), (3, 1, "bucket", "x"), (4, 2, "new", "x")], [hazard(1, bucket=True), hazard(2)],
                [(5, 0, 2, "moved", 6000, 3), (6, 1, 2, "moved", 5000, 3)])
    history = replay(made)
    assert clusters.buckets(made, history) == {"buckets": 1, "reports_ever": 3, "reports_now": 1, "several": 1, "of_one": 0, "emptied": 0,
                                               "left": 2, "left_rightly": 1}
    assert clusters.merges(history, made.true)["merges"] == 0
    assert len(set(made.found)) == 2  # hazard 2 with 0 1 3, and report 2 by itself


@pytest.mark.parametrize("later", [[(4, 2, 1, "merged", 9000, 0)], [(4, 0, 1, "moved", 9000, 2), (5, 1, 1, "moved", 8000, 2)]],
                         ids=["the hazard is told of", "the bucket's reports are"])
def test_a_hazard_that_claims_a_bucket_gets_its_id(later):
    # Bucket 1 held 0 1 of x, hazard 2 with report 2 of x claims it: 2 goes into 1, which is a bucket no longer. 3 joins later.
    made = city([(1, 1, "bucket", "x"), (2, 1, "bucket", "x"), (3, 2, "new", "x"), (6, 1, "link", "z")], [hazard(1), hazard(2, 1)], later)
    assert clusters.buckets(made, replay(made)) == {"buckets": 1, "reports_ever": 2, "reports_now": 0, "several": 1, "of_one": 1,
                                                    "emptied": 1, "left": 2, "left_rightly": 2}


def test_a_bucket_is_no_body_of_a_storm():
    # Three reports in bucket 1, then three in hazard 2: minutes from the second report (1) to the third of the hazard (5).
    reports = [(i + 1, 1, "bucket", "x") for i in range(3)] + [(i + 4, 2, "link", "x") for i in range(3)]
    made = city(reports, [hazard(1, bucket=True), hazard(2)])
    for i, report in enumerate(made.reports):
        report["truth"] |= {"storm": "s1", "vague": "no_place" if i < 2 else "none"}
    rows = storms.measure(made, replay(made))
    assert rows == [{"storm": "s1", "hazard": "x", "class": "B01", "reports": 6, "placeless": 2, "floor": 2, "hazards": 4, "with_buckets": 2,
                     "largest": 3, "strangers": 0, "others": 0, "body_min": 4.0}]
    assert storms.summary(rows) == {"hazards": 4, "floor": 2, "ratio": 2.0, "with_buckets": 2, "body_min": 4.0, "without_body": 0}
    assert storms.summary([]) is None


def test_a_body_may_come_of_a_merge_or_never():
    made = city(*MERGED, [(5, 2, 1, "merged", 7500, 0)])
    assert storms.minutes_to_body([0, 1, 2], made.arrived_ms, replay(made)) == 2.0  # with report 3, at minute 3
    assert storms.minutes_to_body([0, 1], made.arrived_ms, replay(made)) is None


@pytest.mark.parametrize("bucket", [True, False])
def test_a_red_of_reports_about_different_things_is_false(bucket):
    made = city([(i + 1, 1, "bucket" if bucket else "link", f"h{i}") for i in range(5)], [hazard(1, bucket=bucket)])
    for i, report in enumerate(made.reports):
        report |= {"true": made.true[i], "event_at": datetime.fromtimestamp(i * 60, timezone.utc), "source": "H12345", "level": None, "reporter_hash": f"p{i}",
                   "trapped": 0, "injured": 0, "dead": None}
        report["truth"] |= {"class": "A01", "reporter": i, "independent": True, "copy_of": None, "urge_of": None}
    made.cases = [{"region": "9901", "hazard_id": 1, "level": 1, "category_code": "A01", "first_at": 0.0, "escalated": "(240,1,red_reports)"}]
    found = red.measure(made, {"A01": 2})
    assert (found["false_by_strangers"], found["false_buckets"], found["false_by_copies"]) == (1, int(bucket), 0)


def test_agreement_of_two_clusterings():
    first, second = [1, 1, 1, 2, 3], ["a", "a", "b", "c", "c"]
    found = shuffle.agreement(first, second)
    # By report: precision 1 1 1 1/2 1/2, recall 2/3 2/3 1/3 1 1.
    assert found["b_cubed"]["p"] == pytest.approx(4 / 5) and found["b_cubed"]["r"] == pytest.approx((5 / 3 + 2) / 5)
    assert found["pairs"]["p"] == 1 / 2 and found["pairs"]["r"] == 1 / 3 and found["pairs"]["f1"] == pytest.approx(0.4)
    assert found["reports"] == 5 and found["apart"] == 5
    same = shuffle.agreement(first, ["x", "x", "x", "y", "z"])
    assert same["b_cubed"] == same["pairs"] == {"p": 1.0, "r": 1.0, "f1": 1.0} and same["apart"] == 0


def test_two_orders_of_one_city_are_compared_by_record():
    # In the second order the reports came backwards and 0 is unknown; the bucket held 2 3, then 3 alone and 2 opened a hazard.
    one = city([(1, 1, "new", "x"), (2, 1, "link", "x"), (3, 2, "bucket", "y"), (4, 2, "bucket", "z")], [hazard(1), hazard(2, bucket=True)])
    other = city([(1, 1, "bucket", "z"), (2, 2, "new", "y"), (3, 3, "new", "x")], [hazard(1, bucket=True), hazard(2), hazard(3)])
    for made, keys in ((one, "0123"), (other, "321")):
        for report, key, true in zip(made.reports, keys, made.true):
            report |= {"key": key, "true": true}
    found = shuffle.compare(one, other)
    assert found["missing"] == 1 and found["reports"] == 3
    assert found["b_cubed"]["f1"] == 1.0 and found["differences"]["tangles"] == 0
    assert found["with_buckets"] == pytest.approx(2 * 1.0 * (2 / 3) / (1.0 + 2 / 3))


def test_what_two_clusterings_cut_up():
    first, second = [1, 1, 1, 2, 3, 4], ["a", "a", "b", "c", "c", "d"]
    assert shuffle.tangles(first, second) == [[0, 1, 2], [3, 4]]
    reports = [{"true": true, "truth": {"class": "C01", "storm": storm}} for true, storm in
               [("x", 1), ("x", 1), ("x", 1), ("y", None), ("z", None), ("q", None)]]
    found = shuffle.differences(first, second, reports)
    # Lost: 1/3 + 1/3 + 2/3 in the storm, 1/2 + 1/2 outside.
    assert found["tangles"] == 2 and found["storm_share"] == pytest.approx(4 / 7)
    largest = found["largest"][0]
    assert largest["first"] == [3] and largest["second"] == [2, 1] and largest["true"] == [("x", "C01", 3)] and largest["storm"]


def test_only_reports_of_one_day_change_places():
    hour = 3_600_000
    arrived = [15 * hour + i for i in range(50)] + [16 * hour + i for i in range(50)]  # 16:00 UTC is midnight at UTC+8
    order = shuffled_days(arrived, 1)
    assert sorted(order[:50]) == list(range(50)) and sorted(order[50:]) == list(range(50, 100))
    assert order != sorted(order) and order == shuffled_days(arrived, 1) != shuffled_days(arrived, 2)


def test_origins_ascend_in_the_new_order():
    def record(origin, items=b"1", value=b"v"):
        return (3, b"9901", value, [("ce_type", b"t"), ("ce_id", origin), ("oc-items", items)])

    changed = renumbered([record(b"fire/0/7#0", value=b"a"), record(b"grid/1/10#1", b"2", b"b"), record(b"fire/0/2#0", value=b"c"),
                          record(b"grid/1/9#0", value=b"d"), record(b"grid/1/10#0", b"2", b"e")])
    told = [(value, dict(headers)["ce_id"], dict(headers)["oc-items"]) for _, _, value, headers in changed]
    assert told == [(b"a", b"fire/0/2#0", b"1"), (b"b", b"grid/1/9#0", b"1"), (b"c", b"fire/0/7#0", b"1"), (b"d", b"grid/1/10#0", b"2"),
                    (b"e", b"grid/1/10#1", b"2")]
    assert all(dict(headers)["ce_type"] == b"t" and len(headers) == 3 for *_, headers in changed)


def test_two_are_compared_on_the_same_drawn_hazards():
    true = [f"h{i // 2}" for i in range(100)]
    half = [i if i % 4 < 2 else true[i] for i in range(100)]
    value, low, high = paired(half, true, true, recall_share)
    assert value == 0.5 and low < 0.5 < high
    assert paired(half, half, true, gain) == (0.0, 0.0, 0.0)
