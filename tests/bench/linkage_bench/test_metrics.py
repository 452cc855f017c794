"""The figures on examples small enough to count by hand.

Six reports of three true hazards: a = 0 1 2, b = 3 4, c = 5. Found: {0 1}, {2 3 4}, {5}. So of the four true pairs
(01 02 12 34) two are found (01 34); four pairs are found (01 23 24 34), two of them false (23 24).
"""

import pytest

from linkage_bench import losses, metrics, red

TRUE = ["a", "a", "a", "b", "b", "c"]
FOUND = [1, 1, 2, 2, 2, 3]


def test_precision_and_recall_of_pairs():
    pairs = metrics.count_pairs(FOUND, TRUE)
    assert pairs.true == {"a": 3, "b": 1}
    assert pairs.hit == {"a": 1, "b": 1}
    assert pairs.false == {("a", "b"): 2}
    precision, recall, f = pairs.scores()
    assert (precision, recall) == (0.5, 0.5)
    assert f == pytest.approx(0.5)


def test_scores_without_looking_at_each_pair():
    assert metrics.pair_scores(FOUND, TRUE) == metrics.count_pairs(FOUND, TRUE).scores()
    assert metrics.pair_scores([1, 2, 3], ["a", "a", "b"]) == (1.0, 0.0, 0.0)


def test_f_leans_to_precision():
    # 1.25 * 0.9 * 0.3 / (0.25 * 0.9 + 0.3)
    assert metrics.f_score(0.9, 0.3) == pytest.approx(0.3375 / 0.525)
    assert metrics.f_score(0.9, 0.3) > metrics.f_score(0.3, 0.9)
    assert metrics.f_score(0.0, 0.0) == 0.0


def test_nothing_found_is_precise_and_recalls_nothing():
    assert metrics.count_pairs([1, 2, 3], ["a", "a", "b"]).scores() == (1.0, 0.0, 0.0)


def test_a_subset_of_pairs():
    source = ["H", "G", "H", "H", "H", "H"]
    across = metrics.count_pairs(FOUND, TRUE, lambda i, j: source[i] != source[j])
    # True pairs across sources: 01 12; found: 01. False ones 23 24 are of one source.
    assert across.true == {"a": 2} and across.hit["a"] == 1 and across.false.total() == 0
    resolvable = metrics.count_pairs(FOUND, TRUE, lambda i, j: (i, j) != (0, 2), lambda i, j: True)
    assert resolvable.true.total() == 3 and resolvable.false.total() == 2


def test_drawn_hazards_count_as_strangers_that_look_alike():
    pairs = metrics.count_pairs(FOUND, TRUE)
    # a twice, b once: hits 2*1 + 1*1, true 2*3 + 1*1, false 2*(2*1)
    assert pairs.scores({"a": 2, "b": 1}) == pytest.approx((3 / 7, 3 / 7, 3 / 7))
    assert pairs.scores({"c": 3}) == (1.0, 1.0, 1.0)


def test_b_cubed():
    items = metrics.b_cubed(FOUND, TRUE)
    assert items[0] == (1.0, 2 / 3)
    assert items[2] == (1 / 3, 1 / 3)
    assert items[3] == (2 / 3, 1.0)
    assert items[5] == (1.0, 1.0)
    sums = metrics.b_cubed_sums(items, TRUE)
    precision, recall, _ = metrics.b_cubed_scores(sums)
    assert precision == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3 + 1) / 6)
    assert recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)
    # b drawn twice, c once.
    assert metrics.b_cubed_scores(sums, {"b": 2, "c": 1})[0] == pytest.approx((2 * (2 / 3 + 2 / 3) + 1) / 5)


def test_intervals_hold_the_value_and_are_the_same_each_time():
    true = [f"h{i // 2}" for i in range(200)]
    found = [i if i % 20 == 0 else true[i] for i in range(200)]  # every tenth pair is lost
    pairs = metrics.count_pairs(found, true)
    weights = metrics.draws(true, 1)
    assert len(weights) == metrics.ROUNDS and all(weight.total() == 100 for weight in weights)
    value, low, high = metrics.with_intervals(pairs.scores, weights)[1]
    assert value == 0.9 and 0.8 < low < 0.9 < high < 1.0
    assert metrics.with_intervals(pairs.scores, metrics.draws(true, 1))[1] == (value, low, high)


def test_storms():
    rows = metrics.storms([1, 1, 2, 2, 9], ["x", "x", "x", "y", "x"], ["s", "s", "s", None, None], [0, 0, 1, 0, 0])
    assert rows == [{"storm": "s", "hazard": "x", "reports": 3, "placeless": 1, "floor": 1, "hazards": 2, "largest": 2,
                     "strangers": 1, "others": 1}]


def test_conflicts_of_numbers():
    found, true = [1, 1, 2, 2, 3], ["a", "a", "b", "c", "d"]
    plates = ["33012", "33021", "5", "6", None]
    clashing, mixing = metrics.conflicts(found, true, {"plate": plates})
    assert clashing == {1, 2} and mixing == {2}
    assert metrics.conflicts(found, true, {"plate": ["1", None, None, "2", "3"]}) == (set(), set())


def test_hard_negatives():
    result = metrics.merged_negatives(FOUND, TRUE, [("two_lifts", "a", "b", True), ("two_lifts", "a", "c", True), ("branches", "b", "z", True)])
    assert result == {"two_lifts": (2, [("a", "b")], [])}
    assert metrics.merged_negatives(FOUND, TRUE, [("two_lifts", "a", "b", False)]) == {"two_lifts": (1, [], [("a", "b")])}


def test_calibration():
    rows = metrics.calibration([(0.0, True), (0.5, False), (5.2, True), (5.4, True)])
    assert [(low, high, count, observed) for low, high, count, _, observed in rows] == [(0, 1, 2, 0.5), (5, 6, 2, 1.0)]
    assert rows[0][3] == pytest.approx((0.5 + 1 / (1 + 2 ** -0.5)) / 2)


def test_red_since():
    day = 86_400
    callers = [(0, "H", "p", True, False), (day, "H", "p", True, False), (2 * day, "H", "q", True, False)]
    assert red.red_since(callers, 2) is None
    # A third person, 91 days after the first two had told: two remain in the window.
    assert red.red_since([*callers, (92.5 * day, "H", "r", True, False)], 2) is None
    assert red.red_since([*callers, (3 * day, "H", "r", True, False)], 2) == 3 * day
    # Two sources with two reporters: one step up, from orange to red but from yellow only to orange.
    assert red.red_since([*callers, (3 * day, "G", "q", True, False)], 2) == 3 * day
    assert red.red_since([*callers, (3 * day, "G", "q", True, False)], 3) is None
    # A copy is no witness; somebody hurt is red at once.
    assert red.red_since([*callers, (3 * day, "G", "q", False, False)], 2) is None
    assert red.red_since([*callers, (1.5 * day, "F", "x", False, True)], 4) == 1.5 * day
    five = [(i, "H", f"p{i}", True, False) for i in range(5)]
    assert red.red_since(five, 4) == 4


def test_what_became_of_repeats():
    # a, b, c tell hazard 1 and d, e hazard 2; b joined a, c opened its own as a twin of theirs, e joined them by mistake.
    found, true = ["x", "x", "y", "z", "x"], [1, 1, 1, 2, 2]
    earlier = losses.earlier_reports(true)
    assert earlier == {1: [0], 2: [1, 0], 4: [3]}
    alone, nobody, opened = [False] * 5, [None] * 5, [True, False, True, True, False]
    assert losses.fates(found, [None, None, "x", None, None], opened, alone, earlier) == {1: "linked", 2: "review", 4: "elsewhere"}
    assert losses.fates(found, nobody, opened, alone, earlier)[2] == "lost"
    assert losses.fates(found, nobody, opened, [False, False, True, False, False], earlier)[2] == "bucket"
    # c's own hazard was merged into theirs.
    assert losses.fates(["x", "x", "x", "z", "x"], nobody, opened, alone, earlier)[2] == "later"
    assert losses.reason_of(4000, 9000, {"place": "P2"}, ["building"]) == "veto building"
    assert losses.reason_of(4000, 4000, {"place": "P2"}, []) == "the pair suffices (place P2)"
    assert losses.reason_of(4000, 3999, {"place": "P4", "class": "same_leaf"}, []) == "place P4, class same_leaf"
