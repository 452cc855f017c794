"""Baselines, oracle weights and the copy of a model, on things small enough to see through. No server, no numpy."""

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from bench_servers import PROJECT
from linkage_bench import baselines, ceiling, oracle
from linkage_bench.dataset import as_decided
from linkage_bench.model import Model

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
MODEL = PROJECT / "deploy/model/onecase.cfg"


def report(true, day=0.0, **fields):
    return {"region": "9901", "category_code": "A02", "address_text": None, "true": true,
            "event_at": START + timedelta(days=day)} | fields


def test_exact_addresses_of_one_class():
    reports = [report("a", address_text="甲路１２号 3幢"), report("a", address_text="甲路12号3幢"),
               report("b", address_text="甲路12号3幢", category_code="E01"), report("b", address_text="甲路12号3幢", region="9902"),
               report("c"), report("c")]
    assert baselines.exact(reports) == [0, 0, 2, 3, 4, 5]


def test_components_by_threshold_and_time():
    day = baselines.DAY_S
    pairs = [(0.9, 1 * day, 1, 0), (0.7, 2 * day, 2, 1), (0.5, 40 * day, 3, 2)]
    assert baselines.components(4, pairs, 0.8, 30) == [0, 0, 2, 3]
    assert baselines.components(4, pairs, 0.5, 30) == [0, 0, 0, 3]
    assert baselines.components(4, pairs, 0.5, 90) == [0, 0, 0, 0]
    assert list(baselines.falling(4, pairs, 30, [0.5, 0.8])) == [(0.8, [0, 0, 2, 3]), (0.5, [0, 0, 0, 3])]


def test_grams_are_of_normalised_text():
    assert baselines.grams("电 梯，Ａ", (1, 2)) == {"电": 1, "梯": 1, "a": 1, "电梯": 1, "梯a": 1}


def test_repeats_begin_with_the_partner_nearest_in_time():
    city = SimpleNamespace(reports=[report("a", 0), report("b", 1), report("a", 5), report("a", 4)])
    assert oracle.repeats(city) == [(2, [0]), (3, [2, 0])]


def test_the_prior_is_the_odds_of_one_hazard_against_none():
    # Four reports, two of them repeats; known before them: 0, 1, 1, 2 hazards, on the mean one.
    city = SimpleNamespace(reports=[report("a", 0), report("a", 1), report("b", 2), report("b", 3)])
    assert oracle.prior_mb(city) == pytest.approx(0.0)
    # 100 days on, nothing of before counts.
    city = SimpleNamespace(reports=[report("a", 0), report("b", 200), report("a", 400)])
    assert oracle.prior_mb(city) is None


def test_weights_are_bits_of_m_over_u():
    found = oracle.weights({"same": 7.5, "other": 0.5}, {"same": 1.5, "other": 6.5}, ["same", "other"])
    assert found["same"] == pytest.approx(2000)  # (8 / 9) / (2 / 9) = 4
    assert found["other"] == pytest.approx(1000 * -2.8073549)  # (1 / 9) / (7 / 9)


def test_a_model_with_other_numbers(tmp_path):
    model = Model(MODEL)
    before = {level: weight for table in model.steps("gap") for level, weight in table}
    p8_area = model.number("place", "P8_area")
    model.set_number("place", "P8", 8123.4)
    model.set_step("gap", "le_7d", 99_999)
    copy = Model(model.write(tmp_path / "copy"))
    assert copy.number("place", "P8") == 8123 and copy.number("place", "P8_area") == p8_area
    assert {level: weight for table in copy.steps("gap") for level, weight in table} == before | {"le_7d": 60_000}
    assert len(copy.steps("gap")) == 2 and len(copy.steps("text")) == 1
    assert (tmp_path / "copy/words").is_dir() and copy.colour_of["A02"] == 2 and copy.scope_of["B01"] == "area"


def test_recall_at_the_same_precision():
    rows = [{"p": 0.9, "r": 0.6}, {"p": 0.98, "r": 0.5}, {"p": 1.0, "r": 0.3}]
    assert ceiling.recall_at(rows, 0.94) == pytest.approx(0.55)
    assert ceiling.recall_at(rows, 0.99) == pytest.approx(0.4)
    assert ceiling.recall_at(rows, 0.98) == pytest.approx(0.5)
    assert ceiling.recall_at(rows, 0.8) == 0.6  # even the loosest is more precise than that
    assert ceiling.recall_at(rows[:2], 0.99) is None


def test_a_model_names_its_ledgers_once():
    model = Model(MODEL)
    model.name_ledgers({"assets": "sha256:aa"})
    model.name_ledgers({"assets": "sha256:bb", "places": "sha256:cc"})
    assert model.text.count("ledger = {") == 1
    assert 'ledger = { assets = "sha256:bb"; places = "sha256:cc"; };' in model.text


def test_columns_of_before_a_revision():
    kept = {"report_id": 3, "body": "旧", "reporter_hash": "\\x00ff", "noise": None, "found_at": "2026-03-01T08:00:00+08:00",
            "flags": ["utc"]}
    assert as_decided(kept) == {"body": "旧", "reporter_hash": "00ff", "found_at": START, "flags": ["utc"]}
