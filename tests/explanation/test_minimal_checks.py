"""Minimal checks: recomputed with plain LightGBM by trying every set of checks, on one sample day."""

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
from riskscore.model import fit
from riskscore.model.booster import Booster
from riskscore.schema import KEY

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
DECLARED = catalogue.load()
CATALOGUE = fit.catalogue_for(Booster.load(folders.default_model(), DECLARED).card, DECLARED)
"""The catalogue with the features of the shipped model: features that were declared later are not in its matrix."""

IN_LANE = 40


@pytest.fixture(scope="module")
def booster() -> Booster:
    return Booster.load(folders.default_model(), CATALOGUE)


@pytest.fixture(scope="module")
def trees() -> lightgbm.Booster:
    return lightgbm.Booster(model_file=str(folders.default_model() / "model.txt"))


@pytest.fixture(scope="module")
def day(trees) -> pl.DataFrame:
    """The matrix of one day, riskiest first."""
    filed = riskscore.read(SAMPLES / "one-day.parquet")
    matrix = build.build(filed.consignments, Past(history=riskscore.read_history([SAMPLES / "history.parquet"])))
    margins = trees.predict(matrix.select(CATALOGUE.names).to_numpy(), raw_score=True)
    return matrix.with_columns(margin=margins).sort("margin", descending=True)


@pytest.fixture(scope="module")
def usual(day) -> dict[str, float]:
    return checks.usual({}, day[IN_LANE:])


@pytest.fixture(scope="module")
def answers(day, booster, usual) -> pl.DataFrame:
    return what_would_clear(day[:IN_LANE], booster, day["margin"][IN_LANE], CATALOGUE, usual=usual)


def clean(trees: lightgbm.Booster, row: np.ndarray, usual: dict[str, float]) -> dict[str, dict[int, float]]:
    """Return check -> column -> clean value, without values that alone would raise the score."""
    filed = trees.predict(row[None], raw_score=True)[0]
    changes: dict[str, dict[int, float]] = {}
    for check in checks.load().checks:
        for name, declared in check.clean.items():
            if name not in CATALOGUE.names:
                continue
            value = {"usual": usual.get(name), "absent": np.nan}.get(declared, declared)
            column = CATALOGUE.names.index(name)
            if value is None or np.isnan(row[column]) or row[column] == np.float32(value):
                continue
            changed = row.copy()
            changed[column] = value
            if trees.predict(changed[None], raw_score=True)[0] <= filed:
                changes.setdefault(check.id, {})[column] = value
    return changes


def after(row: np.ndarray, changes: dict[str, dict[int, float]], chosen: tuple[str, ...]) -> np.ndarray:
    changed = row.copy()
    for check in chosen:
        for column, value in changes[check].items():
            changed[column] = value
    return changed


def test_the_checks_are_enough_and_no_smaller_set_is(day, answers, trees, usual):
    limit, sizes = day["margin"][IN_LANE], set()
    for place, answer in enumerate(answers.iter_rows(named=True)):
        row = day.select(CATALOGUE.names).to_numpy()[place]
        changes = clean(trees, row, usual)
        sets = [chosen for size in range(len(changes) + 1) for chosen in combinations(changes, size)]
        margins = trees.predict(np.array([after(row, changes, chosen) for chosen in sets]), raw_score=True)
        given = {check["id"] for check in answer["checks"]}
        same = next(place for place, chosen in enumerate(sets) if set(chosen) == given)
        assert answer["margin_after"] == margins[same]
        assert answer["enough"] == (margins[same] < limit)
        assert answer["proven"]
        enough = [chosen for chosen, margin in zip(sets, margins, strict=True) if margin < limit]
        if answer["enough"]:
            sizes.add(len(given))
            assert len(given) == min(map(len, enough))
        else:
            assert not enough
            assert margins[same] == margins.min()
        for check in answer["checks"]:
            assert set(check["features"]) == {CATALOGUE.names[column] for column in changes[check["id"]]}
    assert len(sizes) >= 2  # of several sizes
    assert 0 < answers["enough"].sum() < answers.height


def test_the_least_effort_is_preferred_among_sets_of_one_size(day, answers, trees, usual):
    efforts = {check.id: check.cost for check in checks.load().checks}
    compared = 0
    for place, answer in enumerate(answers.iter_rows(named=True)):
        if not answer["enough"] or len(answer["checks"]) != 1:
            continue
        row = day.select(CATALOGUE.names).to_numpy()[place]
        changes = clean(trees, row, usual)
        alone = {check: trees.predict(after(row, changes, (check,))[None], raw_score=True)[0] for check in changes}
        enough = [check for check, margin in alone.items() if margin < day["margin"][IN_LANE]]
        least = min(efforts[check] for check in enough)
        chosen = answer["checks"][0]["id"]
        assert efforts[chosen] == least
        assert alone[chosen] == min(alone[check] for check in enough if efforts[check] == least)
        compared += len(enough) > 1
    assert compared


def test_no_check_answers_a_fact_or_raises_the_score(day, answers):
    facts = {name for fact in checks.load().facts for name in fact.features}
    named = set(answers["checks"].explode().drop_nulls().struct.field("features").explode())
    assert named and not named & facts
    assert (answers["margin_after"] <= day["margin"][:IN_LANE]).all()


def test_the_answer_does_not_depend_on_other_rows(day, answers, booster, usual):
    limits = [day["margin"][IN_LANE]] * 3
    alone = what_would_clear(day[4:7], booster, limits, CATALOGUE, usual=usual)
    assert alone.equals(answers[4:7])
    assert answers.select(KEY).equals(day[:IN_LANE].select(KEY))


def test_a_row_below_its_limit_needs_no_checks_and_no_rows_give_no_answers(day, booster, usual):
    row = what_would_clear(day[:1], booster, 99.0, CATALOGUE, usual=usual).row(0, named=True)
    assert (row["checks"], row["enough"], row["margin_after"]) == ([], True, day["margin"][0])
    assert "not in the red lane" in headline(row)
    empty = what_would_clear(day[:0], booster, 0.0, CATALOGUE, usual=usual)
    assert empty.is_empty()
    assert empty.columns == [*KEY, *CLEARING]


def test_if_nothing_is_enough_the_best_reachable_margin_is_given(day, booster, usual):
    row = what_would_clear(day[:1], booster, -99.0, CATALOGUE, usual=usual).row(0, named=True)
    assert not row["enough"]
    assert row["margin_after"] < day["margin"][0]
    assert "open it" in headline(row) and "At best" in headline(row)


def test_extending_the_best_sets_finds_as_much_and_is_not_called_proven(day, answers, booster, usual, monkeypatch):
    monkeypatch.setattr(minimal_checks, "EXHAUSTIVE", 1)
    monkeypatch.setattr(minimal_checks, "FEW", 1)
    limit = day["margin"][IN_LANE]
    extended = what_would_clear(day[:IN_LANE], booster, limit, CATALOGUE, usual=usual)
    assert (extended["margin_after"] < limit).to_list() == extended["enough"].to_list()
    assert (
        (extended["checks"].list.len() >= answers["checks"].list.len())
        .filter(answers["enough"] & extended["enough"])
        .all()
    )
    assert not extended["proven"].all()
    assert extended.filter(pl.col("enough") & (pl.col("checks").list.len() <= 2))["proven"].all()


@pytest.mark.parametrize(("count", "beginning"), [(1, "One check would"), (3, "3 checks would")])
def test_the_headline_counts(count, beginning):
    row = {"checks": [{}] * count, "probability_after": 0.0123, "enough": True}
    assert headline(row).startswith(beginning)
    assert "1.23%" in headline(row)


def test_a_declared_clean_value_never_raises_the_score(day, booster, usual, monkeypatch):
    """A clean value that would raise the score is not used."""
    declared = checks.load()
    worse = tuple(
        replace(check, clean=dict.fromkeys(check.clean, 1e6) if check.id == "scan" else {}) for check in declared.checks
    )
    monkeypatch.setattr(checks, "load", lambda: replace(declared, checks=worse))
    row = what_would_clear(day[:1], booster, -99.0, CATALOGUE, usual=usual).row(0, named=True)
    assert row["margin_after"] <= day["margin"][0]
    cleared = {name for check in row["checks"] for name in check["features"]}
    assert not cleared & {name for name, feature in CATALOGUE.features.items() if feature.direction > 0}
