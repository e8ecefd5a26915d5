"""The checks of a challenger, one by one, on a toy world."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from riskscore.features.catalogue import Catalogue
from riskscore.model.booster import Booster
from riskscore.model.calibration import Platt
from riskscore.model.card import Card
from riskscore.training.compare import Contender
from riskscore.training.dataset import Dataset
from riskscore.training.promotion import CHECKS, Verdict, judge, misfit

LAST = "2024-04-01"


def contender(booster: Booster, name: str = "challenger", **card: object) -> Contender:
    changed = replace(booster.card, **{"learned_until": LAST, **card})
    return Contender(name, replace(booster, card=changed))


@pytest.fixture(scope="module")
def rows(toy_data: Dataset) -> Dataset:
    """The rows to judge on: all from after the training of the contenders."""
    return toy_data.where(pl.col("day") > date.fromisoformat(LAST))


@pytest.fixture(scope="module")
def poor(blind: Booster) -> Contender:
    return contender(blind, "poor")


Judge = Callable[..., Verdict]


@pytest.fixture
def judged(rows: Dataset, toy_catalogue: Catalogue, poor: Contender) -> Judge:
    def run(challenger: Contender, champion: Contender | None = poor, data: Dataset = rows) -> Verdict:
        verdict = judge(data, challenger, champion, catalogue=toy_catalogue)
        assert set(verdict.refusals) <= set(CHECKS)
        return verdict

    return run


def test_a_better_model_passes_every_check(judged: Judge, seeing: Booster) -> None:
    verdict = judged(contender(seeing))
    assert verdict.refusals == {}
    assert verdict.figures["capacity"]["recall"]["difference"]["value"] > 0
    assert verdict.figures["random"]["positives"] > 100
    assert verdict.warnings == []


def test_a_worse_one_is_refused_with_what_both_find(judged: Judge, seeing: Booster, poor: Contender) -> None:
    verdict = judged(poor, contender(seeing, "champion"))
    hits = verdict.figures["capacity"]["found"]
    assert hits["b"] < hits["a"]
    assert f"it finds {hits['b']} of" in verdict.refusals["better at capacity"]
    assert "the champion's" in verdict.refusals["no worse at random"]


def test_the_same_model_again_is_not_better(judged: Judge, seeing: Booster) -> None:
    verdict = judged(contender(seeing), contender(seeing, "champion"))
    assert list(verdict.refusals) == ["better at capacity"]
    assert "finds no more" in verdict.refusals["better at capacity"]


def test_too_few_seizures_are_refused(judged: Judge, seeing: Booster, rows: Dataset) -> None:
    few = rows.where((pl.col("label") == 0) | (pl.col("label").cum_sum() <= 6))
    assert "6 seizures are too few" in judged(contender(seeing), data=few).refusals["better at capacity"]


def test_an_unreadable_champion_does_not_count_as_beaten(judged: Judge, seeing: Booster) -> None:
    verdict = judged(contender(seeing), None)
    assert list(verdict.refusals) == ["better at capacity"]
    assert verdict.comparison is None


@pytest.mark.parametrize(
    ("until", "message"),
    [
        ("", "does not have the last day of its training data"),
        ("2024-04-02", "the evaluation begins on 2024-04-02"),
        ("2025-01-01", "begins"),
    ],
)
def test_rows_that_it_may_have_learned_from_do_not_judge(
    judged: Judge, seeing: Booster, until: str, message: str
) -> None:
    assert message in judged(contender(seeing, learned_until=until)).refusals["not from the future"]


@pytest.mark.parametrize("shift", [-1.5, 1.5])
def test_a_wrong_level_is_refused(judged: Judge, seeing: Booster, shift: float) -> None:
    curve = seeing.calibration
    off = replace(seeing, calibration=replace(curve, intercept=curve.intercept + shift))
    verdict = judged(contender(off))
    assert list(verdict.refusals) == ["calibrated"]
    assert "random inspections it expects" in verdict.refusals["calibrated"]


def test_a_wrong_slope_is_refused_by_its_calibration_error(judged: Judge, seeing: Booster, rows: Dataset) -> None:
    margins = seeing.margin(rows.matrix.select(seeing.features).to_numpy(order="c").astype(np.float32))
    flat = Platt(0.05, 0.0)
    level = np.log(rows.target.mean() / (1 - rows.target.mean())) - 0.05 * margins.mean()
    verdict = judged(contender(replace(seeing, calibration=replace(flat, intercept=float(level)))))
    assert "calibration error" in verdict.refusals["calibrated"]


def test_chance_alone_is_no_misfit_and_few_seizures_widen_the_range() -> None:
    rng = np.random.default_rng(5)
    probabilities = rng.beta(0.5, 20, 20_000)
    agreed = 0
    for seed in range(60):
        labels = (np.random.default_rng(seed).random(20_000) < probabilities).astype(np.int8)
        fit = misfit(probabilities, labels, 0)
        agreed += fit["low"] <= fit["observed"] <= fit["high"] and fit["error"] <= fit["most"]
    assert agreed >= 56
    sure, unsure = (misfit(probabilities, labels, learned) for learned in (0, 20))
    assert unsure["high"] - unsure["low"] > 3 * (sure["high"] - sure["low"])


def perfect(card: Card, area: float = 1.0) -> dict:
    """Return the test figures of a model whose test data had a leak."""
    return {**card.test, "overall": {**card.test["overall"], "roc_auc": {"value": area, "low": area, "high": area}}}


def test_a_card_that_is_nearly_perfect_is_a_leak(judged: Judge, seeing: Booster) -> None:
    verdict = judged(contender(seeing, test=perfect(seeing.card, 0.99)))
    assert list(verdict.refusals) == ["not too good", "as good as its card"]
    assert "ROC-AUC on its card is 0.990" in verdict.refusals["not too good"]


def test_a_card_far_better_than_later_rows_is_refused(judged: Judge, seeing: Booster) -> None:
    for area, refused in ((0.9, []), (0.98, ["as good as its card"])):
        verdict = judged(contender(seeing, test=perfect(seeing.card, area)))
        assert list(verdict.refusals) == refused


def test_a_feature_that_is_the_label_is_a_leak(judged: Judge, seeing: Booster, rows: Dataset) -> None:
    leaking = replace(rows, matrix=rows.matrix.with_columns(heavy=pl.Series(rows.target).cast(pl.Float32)))
    on_rows = judged(contender(seeing), data=leaking).refusals["not too good"]
    assert "the feature heavy alone has a ROC-AUC of 1.000 on these rows" in on_rows
    card = seeing.card.test | {"comparison": {"single_features": [{"feature": "heavy", "roc_auc": 0.99}]}}
    on_card = judged(contender(seeing, test=card)).refusals["not too good"]
    assert "on its card the feature heavy alone has a ROC-AUC of 0.990" in on_card


def test_rows_and_card_with_different_labels_are_not_compared(judged: Judge, seeing: Booster, rows: Dataset) -> None:
    verdict = judged(contender(seeing), data=replace(rows, labels="outcomes"))
    assert verdict.refusals == {}
    assert any("figures are not compared" in warning for warning in verdict.warnings)
