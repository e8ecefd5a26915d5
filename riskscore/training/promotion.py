"""Promotion: check whether a challenger may become champion; each objection comes with its figures.

    the card alone           ─▶ learned from later rows?   too good to be true?
    rows after its training  ─▶ better at capacity?   no worse at random?   calibrated?   as good as its card?

Labels are rare. So the point estimate must be better, and an interval must rule out that it is much worse: the
challenger must find more at capacity, and with 90% confidence it must not miss more than TOLERANCE of all seizures
compared with the champion. Signs of a leaked label are a nearly perfect ranking, by the model or by one feature, and
later rows with much worse figures than the card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.errors import TrainingError
from riskscore.features.catalogue import Catalogue
from riskscore.judging.intervals import FEW
from riskscore.judging.metrics import areas
from riskscore.judging.reliability import BINS, calibration_error
from riskscore.model.card import Card
from riskscore.scoring.score import features, score
from riskscore.selection.capacity import Capacities
from riskscore.training.compare import Contender, compare, later
from riskscore.training.dataset import Dataset
from riskscore.training.evaluate import FEWEST_RANDOM

TOLERANCE = 0.05
"""Share of all seizures by which a challenger may, at worst, find less."""

NEAR_PERFECT = 0.985
"""ROC-AUC from which a ranking counts as a leak: documents alone do not rank smuggling this well."""

SHORTFALL = 10.0
"""Factor by which the odds of ranking a seizure above a clean box may fall on later rows, if the intervals are apart.

Honest models of small worlds, whose test has a handful of days, had odds up to five times as good as on later rows.
"""

ABSOLUTE = 0.01
"""Calibration error that always counts as small, even if chance alone would give less."""

DRAWS = 4_000
"""Samples of labels that show how large a miscalibration chance alone gives."""

CHECKS = (
    "better at capacity",
    "better than chance",
    "no worse at random",
    "calibrated",
    "not from the future",
    "not too good",
    "as good as its card",
)
"""The checks of a challenger, in the order in which they are reported."""

FEWEST = 50
"""Random inspections below which calibration is judged on all rows, with a warning."""


@dataclass(slots=True)
class Verdict:
    """The result: `refusals` by check, `warnings`, and the `figures`.

    `comparison` is what `compare` returns for champion and challenger, or None if they could not be compared.
    """

    refusals: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    comparison: dict[str, Any] | None = None


def judge(
    data: Dataset,
    challenger: Contender,
    champion: Contender | None,
    *,
    catalogue: Catalogue,
    capacity: Capacities | None = None,
    seed: int = 0,
) -> Verdict:
    """Compare `challenger` with `champion` (None if it cannot be read) on the rows of `data` after both trainings."""
    verdict = Verdict()
    card = challenger.booster.card
    _future(card, data, verdict)
    kept = None
    try:
        kept, _ = later(challenger.measured(data), challenger)
        if champion is not None:
            verdict.comparison = compare(data, champion, challenger, catalogue=catalogue, capacity=capacity, seed=seed)
    except TrainingError as error:
        verdict.refusals["better at capacity"] = str(error)
    if champion is None:
        verdict.refusals["better at capacity"] = "the champion cannot be read, so the two cannot be compared"
    if verdict.comparison is not None:
        _better(verdict.comparison, verdict)
        _at_random(verdict.comparison, verdict)
    if kept is not None:
        probabilities = score(kept.matrix, challenger.booster)["probability"].to_numpy()
        _calibrated(kept, probabilities, card, verdict, seed)
    _believable(kept, challenger, verdict)
    return verdict


def _future(card: Card, data: Dataset, verdict: Verdict) -> None:
    """Check that it did not learn from the rows of the evaluation or later ones."""
    first = str(data.rows["day"].min())
    verdict.figures["learned_until"] = card.learned_until or None
    if not card.learned_until:
        reason = "its card does not have the last day of its training data"
    elif card.learned_until >= first:
        reason = f"it learned from days up to {card.learned_until}, and the evaluation begins on {first}"
    else:
        return
    verdict.refusals["not from the future"] = f"{reason}: rows of the evaluation may be in its training data"


def _better(comparison: Mapping[str, Any], verdict: Verdict) -> None:
    """Check that it is better at capacity than the champion, and better than chance."""
    at, area, seizures = comparison["capacity"], comparison["overall"]["roc_auc"], comparison["positives"]
    recall = at["recall"]
    verdict.figures["capacity"] = dict(at)
    verdict.figures["roc_auc"] = dict(area)
    result = (
        f"with {at['boxes']:,} boxes it finds {at['found']['b']} of {seizures}, the champion {at['found']['a']} "
        f"(recall {recall['difference']['value']:+.3f}, 95% interval {recall['difference']['low']:+.3f} to "
        f"{recall['difference']['high']:+.3f}; with 90% confidence not below {at['least']:+.3f})"
    )
    if seizures < FEW:
        verdict.refusals["better at capacity"] = f"{seizures} seizures are too few; at least {FEW} are needed: {result}"
    elif recall["difference"]["value"] <= 0:
        verdict.refusals["better at capacity"] = f"it finds no more: {result}"
    elif at["least"] < -TOLERANCE:
        verdict.refusals["better at capacity"] = f"it may find less; at most {-TOLERANCE:+.2f} is allowed: {result}"
    if area["b"]["low"] <= 0.5:
        verdict.refusals["better than chance"] = (
            f"its ROC-AUC is {_shown(area['b'])}, which is not clearly better than chance; the champion's is "
            f"{area['a']['value']:.3f}"
        )


def _at_random(comparison: Mapping[str, Any], verdict: Verdict) -> None:
    """Check that it is not worse on the random share, which alone represents boxes that nobody would choose."""
    random = comparison["random"]
    if random is None:
        verdict.warnings.append(
            f"Random inspections made fewer than {FEWEST_RANDOM} seizures, so it is not known whether the model is "
            "worse on them."
        )
        return
    area = random["roc_auc"]
    verdict.figures["random"] = {"rows": random["rows"], "positives": random["positives"], "roc_auc": dict(area)}
    if area["difference"]["high"] < 0 or area["difference"]["value"] < -TOLERANCE:
        verdict.refusals["no worse at random"] = (
            f"on {random['rows']:,} random inspections its ROC-AUC is {_shown(area['b'])}, the champion's "
            f"{_shown(area['a'])} (difference {_shown(area['difference'])})"
        )


def _calibrated(data: Dataset, probabilities: NDArray[np.float64], card: Card, verdict: Verdict, seed: int) -> None:
    """Check that probabilities agree with what was found within chance, in the large and over BINS."""
    random = (data.rows["selected_by"] == "random").fill_null(False)
    on = "random inspections"
    if random.sum() < FEWEST:
        on = "labelled rows"
        verdict.warnings.append(
            f"{int(random.sum())} random inspections are too few to judge the calibration; at least {FEWEST} are "
            f"needed. It is judged on all {on}, which were selected unless everything is labelled."
        )
        random = pl.Series([True]).new_from_index(0, data.rows.height)
    # One box per bill: the other boxes are smuggled with it or not at all, so chance would look too small.
    first = random & data.rows.select(pl.struct("bill_of_lading", random.alias("on")).is_first_distinct()).to_series()
    at = first.to_numpy()
    fit = misfit(probabilities[at], data.target[at], int(card.calibration.get("positives") or 0), seed=seed)
    verdict.figures["calibration"] = {"on": on, **fit}
    expected, observed = fit["expected"], fit["observed"]
    if not fit["low"] <= observed <= fit["high"]:
        verdict.refusals["calibrated"] = (
            f"on {fit['rows']:,} {on} it expects {expected:,.1f} seizures, but {observed:,} were found (99% range by "
            f"chance: {fit['low']:,.0f} to {fit['high']:,.0f})"
        )
    elif fit["error"] > max(ABSOLUTE, fit["most"]):
        verdict.refusals["calibrated"] = (
            f"its calibration error on {fit['rows']:,} {on} is {fit['error']:.4f}; by chance it would be at most "
            f"{fit['most']:.4f} in 99% of cases"
        )


def misfit(
    probabilities: NDArray[np.float64], labels: NDArray[np.int8], learned: int, *, seed: int = 0
) -> dict[str, Any]:
    """Return how far `probabilities` are from `labels`, and how far chance alone would be in 99% of DRAWS.

    Chance includes the labels and the level of the calibration, which was fitted on `learned` seizures. Returns rows,
    `expected` and `observed` seizures, `low` and `high` of the latter by chance, the calibration `error`, and `most`,
    the largest error by chance.
    """
    rng = np.random.default_rng(seed)
    parts = np.array_split(np.sort(probabilities), min(BINS, len(probabilities)))
    sizes, means = np.array([len(part) for part in parts]), np.array([part.mean() for part in parts])
    level = np.exp(rng.normal(0, 1 / np.sqrt(learned), (DRAWS, 1))) if learned else np.ones((DRAWS, 1))
    hits = rng.binomial(sizes, np.clip(means * level, 0, 1))
    low, high = np.percentile(hits.sum(axis=1), [0.5, 99.5])
    errors = np.abs(hits - means * sizes).sum(axis=1) / sizes.sum()
    return {
        "rows": len(labels),
        "expected": round(float(probabilities.sum()), 2),
        "observed": int(labels.sum()),
        "low": float(low),
        "high": float(high),
        "error": round(calibration_error(probabilities, labels), 5),
        "most": round(float(np.percentile(errors, 99)), 5),
    }


def _believable(data: Dataset | None, challenger: Contender, verdict: Verdict) -> None:
    """Check that the figures of card and rows are not too good to be true, and not too far apart."""
    test = challenger.booster.card.test
    on_card = test.get("overall", {}).get("roc_auc")
    on_rows = None if verdict.comparison is None else verdict.comparison["overall"]["roc_auc"]["b"]
    name, alone = ("", 0.5) if data is None else _strongest(data, challenger)
    comparable = bool(on_card and on_rows and data and test.get("labels") == data.labels)
    verdict.figures["leaks"] = {"card": on_card, "seen": on_rows, "comparable": comparable} | {
        "feature": name,
        "feature_roc_auc": alone,
    }
    signs = list(_signs_of_a_leak(test, on_card, on_rows, name, alone))
    if signs:
        verdict.refusals["not too good"] = "; ".join(signs) + ": most likely a label has leaked into the features"
    if not (on_card and on_rows and data):
        verdict.warnings.append("Its card has no test figures to compare with later rows, or there are no later rows.")
    elif test.get("labels") != data.labels:
        verdict.warnings.append(
            f"The test on its card used {test.get('labels')} as labels and these rows have {data.labels}, so the "
            "figures are not compared."
        )
    elif on_card["low"] > on_rows["high"] and _odds(on_card["value"]) > SHORTFALL * _odds(on_rows["value"]):
        verdict.refusals["as good as its card"] = (
            f"ROC-AUC is {_shown(on_card)} on its card, but {_shown(on_rows)} on later rows: the test data may have "
            "contained information that later data does not have"
        )


def _signs_of_a_leak(
    test: Mapping[str, Any],
    on_card: Mapping[str, float] | None,
    on_rows: Mapping[str, float] | None,
    name: str,
    alone: float,
) -> Iterator[str]:
    if on_card and on_card["value"] >= NEAR_PERFECT:
        yield f"ROC-AUC on its card is {on_card['value']:.3f}"
    if on_rows and on_rows["value"] >= NEAR_PERFECT:
        yield f"ROC-AUC on these rows is {on_rows['value']:.3f}"
    for entry in test.get("comparison", {}).get("single_features", [])[:1]:
        if entry["roc_auc"] >= NEAR_PERFECT:
            yield f"on its card the feature {entry['feature']} alone has a ROC-AUC of {entry['roc_auc']:.3f}"
    if alone >= NEAR_PERFECT:
        yield f"the feature {name} alone has a ROC-AUC of {alone:.3f} on these rows"


def _strongest(data: Dataset, challenger: Contender) -> tuple[str, float]:
    """Return the feature that ranks these rows best on its own, among those that the trees use, and its ROC-AUC."""
    booster = challenger.booster
    used = np.flatnonzero(booster.trees.feature_importance("split"))
    if not len(used) or not 0 < data.positives < data.rows.height:
        return "", 0.5
    alone = areas(features(data.matrix, booster)[:, used].astype(np.float64), data.target)
    best = int(np.argmax(alone))
    return booster.features[used[best]], round(float(alone[best]), 4)


def _odds(area: float) -> float:
    """Return the odds that a seizure has a higher score than a clean box; finite even for an area of 1."""
    return area / max(1 - area, 1e-4)


def _shown(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"
