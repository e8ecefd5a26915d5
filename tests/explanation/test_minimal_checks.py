"""What would clear a flag: told once more by trying every set of checks with plain LightGBM, on a sample of one day."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import lightgbm
import numpy as np
import polars as pl
import pytest

import riskscore
from riskscore import folders
from riskscore.explanation import checks, minimal_checks
from riskscore.explanation.clearing import CLEARING, headline
from riskscore.explanation.minimal_checks import what_would_clear
from riskscore.features import build, catalogue
from riskscore.history.past import Past
from riskscore.model.booster import Booster
from riskscore.schema import KEY

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
KNOWN = catalogue.load()
IN_LANE = 40


@pytest.fixture(scope="module")
def booster() -> Booster:
    return Booster.load(folders.default_model(), KNOWN)


@pytest.fixture(scope="module")
def trees() -> lightgbm.Booster:
    return lightgbm.Booster(model_file=str(folders.default_model() / "model.txt"))


@pytest.fixture(scope="module")
def day(trees) -> pl.DataFrame:
    """The matrix of a day, riskiest first."""
    filed = riskscore.read(SAMPLES / "one-day.parquet")
    matrix = build.build(filed.consignments, Past(history=riskscore.read_history([SAMPLES / "history.parquet"])))
    margins = trees.predict(matrix.select(KNOWN.names).to_numpy(), raw_score=True)
    return matrix.with_columns(margin=margins).sort("margin", descending=True)


@pytest.fixture(scope="module")
def usual(day) -> dict[str, float]:
    return checks.usual({}, day[IN_LANE:])


@pytest.fixture(scope="module")
def told(day, booster, usual) -> pl.DataFrame:
    return what_would_clear(day[:IN_LANE], booster, day["margin"][IN_LANE], KNOWN, usual=usual)


def clean(trees: lightgbm.Booster, row: np.ndarray, usual: dict[str, float]) -> dict[str, dict[int, float]]:
    """What each clean check may change in a row: check -> column -> value; none that raises the score alone."""
    filed = trees.predict(row[None], raw_score=True)[0]
    found: dict[str, dict[int, float]] = {}
    for check in checks.load().checks:
        for name, declared in check.clean.items():
            value = {"usual": usual.get(name), "absent": np.nan}.get(declared, declared)
            column = KNOWN.names.index(name)
            if value is None or np.isnan(row[column]) or row[column] == np.float32(value):
                continue
            changed = row.copy()
            changed[column] = value
            if trees.predict(changed[None], raw_score=True)[0] <= filed:
                found.setdefault(check.id, {})[column] = value
    return found


def after(row: np.ndarray, changes: dict[str, dict[int, float]], chosen: tuple[str, ...]) -> np.ndarray:
    changed = row.copy()
    for check in chosen:
        for column, value in changes[check].items():
            changed[column] = value
    return changed


def test_the_checks_do_what_is_said_and_no_smaller_set_does(day, told, trees, usual):
    limit, sizes = day["margin"][IN_LANE], set()
    for place, answer in enumerate(told.iter_rows(named=True)):
        row = day.select(KNOWN.names).to_numpy()[place]
        changes = clean(trees, row, usual)
        sets = [chosen for size in range(len(changes) + 1) for chosen in combinations(changes, size)]
        margins = trees.predict(np.array([after(row, changes, chosen) for chosen in sets]), raw_score=True)
        given = {check["id"] for check in answer["checks"]}
        mine = next(place for place, chosen in enumerate(sets) if set(chosen) == given)
        assert answer["margin_after"] == margins[mine]
        assert answer["enough"] == (margins[mine] < limit)
        assert answer["proven"]
        enough = [chosen for chosen, margin in zip(sets, margins, strict=True) if margin < limit]
        if answer["enough"]:
            sizes.add(len(given))
            assert len(given) == min(map(len, enough))
        else:
            assert not enough
            assert margins[mine] == margins.min()
        for check in answer["checks"]:
            assert set(check["features"]) == {KNOWN.names[column] for column in changes[check["id"]]}
    assert len(sizes) >= 2  # of several sizes
    assert 0 < told["enough"].sum() < told.height


def test_the_least_effort_is_preferred_among_sets_of_one_size(day, told, trees, usual):
    efforts = {check.id: check.cost for check in checks.load().checks}
    compared = 0
    for place, answer in enumerate(told.iter_rows(named=True)):
        if not answer["enough"] or len(answer["checks"]) != 1:
            continue
        row = day.select(KNOWN.names).to_numpy()[place]
        changes = clean(trees, row, usual)
        alone = {one: trees.predict(after(row, changes, (one,))[None], raw_score=True)[0] for one in changes}
        enough = [one for one, margin in alone.items() if margin < day["margin"][IN_LANE]]
        least = min(efforts[one] for one in enough)
        chosen = answer["checks"][0]["id"]
        assert efforts[chosen] == least
        assert alone[chosen] == min(alone[one] for one in enough if efforts[one] == least)
        compared += len(enough) > 1
    assert compared


def test_no_fact_is_ever_settled_and_nothing_raises_the_score(day, told):
    facts = {name for fact in checks.load().facts for name in fact.features}
    named = set(told["checks"].explode().drop_nulls().struct.field("features").explode())
    assert named and not named & facts
    assert (told["margin_after"] <= day["margin"][:IN_LANE]).all()


def test_a_flag_alone_is_told_what_it_is_told_among_others(day, told, booster, usual):
    limits = [day["margin"][IN_LANE]] * 3
    alone = what_would_clear(day[4:7], booster, limits, KNOWN, usual=usual)
    assert alone.equals(told[4:7])
    assert told.select(KEY).equals(day[:IN_LANE].select(KEY))


def test_below_its_limit_nothing_is_needed_and_without_rows_nothing_is_said(day, booster, usual):
    row = what_would_clear(day[:1], booster, 99.0, KNOWN, usual=usual).row(0, named=True)
    assert (row["checks"], row["enough"], row["margin_after"]) == ([], True, day["margin"][0])
    assert "not in the red lane" in headline(row)
    nothing = what_would_clear(day[:0], booster, 0.0, KNOWN, usual=usual)
    assert nothing.is_empty()
    assert nothing.columns == [*KEY, *CLEARING]


def test_where_nothing_is_enough_the_best_that_can_be_reached_is_said(day, booster, usual):
    row = what_would_clear(day[:1], booster, -99.0, KNOWN, usual=usual).row(0, named=True)
    assert not row["enough"]
    assert row["margin_after"] < day["margin"][0]
    assert "open it" in headline(row) and "At best" in headline(row)


def test_growing_the_best_sets_finds_as_much_and_says_that_it_tried_less(day, told, booster, usual, monkeypatch):
    monkeypatch.setattr(minimal_checks, "EXHAUSTIVE", 1)
    monkeypatch.setattr(minimal_checks, "FEW", 1)
    limit = day["margin"][IN_LANE]
    grown = what_would_clear(day[:IN_LANE], booster, limit, KNOWN, usual=usual)
    assert (grown["margin_after"] < limit).to_list() == grown["enough"].to_list()
    assert (grown["checks"].list.len() >= told["checks"].list.len()).filter(told["enough"] & grown["enough"]).all()
    assert not grown["proven"].all()
    assert grown.filter(pl.col("enough") & (pl.col("checks").list.len() <= 2))["proven"].all()


@pytest.mark.parametrize(("count", "says"), [(1, "One check, if it comes back"), (3, "3 checks, if all come back")])
def test_the_headline_counts(count, says):
    row = {"checks": [{}] * count, "probability_after": 0.0123, "enough": True}
    assert headline(row).startswith(says)
    assert "1.23%" in headline(row)


def test_the_direction_of_a_feature_is_kept_whatever_is_declared(day, booster, usual, monkeypatch):
    """A clean value on the risky side is left as it was filed."""
    declared = checks.load()
    worse = tuple(
        replace(check, clean=dict.fromkeys(check.clean, 1e6) if check.id == "scan" else {}) for check in declared.checks
    )
    monkeypatch.setattr(checks, "load", lambda: replace(declared, checks=worse))
    row = what_would_clear(day[:1], booster, -99.0, KNOWN, usual=usual).row(0, named=True)
    assert row["margin_after"] <= day["margin"][0]
    settled = {name for check in row["checks"] for name in check["features"]}
    assert not settled & {name for name, feature in KNOWN.features.items() if feature.direction > 0}
