"""Promotion: whether a challenger has earned the champion's place, each objection with the figures it rests on.

    the card alone ─▶ learned the future?   too good to be true?
    rows after it learned ─▶ better at capacity?   no worse at random?   probabilities that hold?   as good as its card?

Labels are rare, so better is asked for by the point and worse is ruled out by an interval: the challenger must find
more at capacity, and it must be 90% sure that it finds no more than TOLERANCE of all seizures less. A leaked label is
looked for where it shows: in a ranking nearly perfect, alone or by one feature, and in rows later than the card that
are far from what the card promised.
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
from riskscore.model.card import Card
from riskscore.scoring.score import features, score
from riskscore.selection.capacity import Capacities
from riskscore.training.compare import Contender, compare, later
from riskscore.training.dataset import Dataset
from riskscore.training.evaluate import FEWEST_RANDOM
from riskscore.training.intervals import FEW
from riskscore.training.metrics import areas
from riskscore.training.reliability import BINS, calibration_error

TOLERANCE = 0.05
"""Share of all seizures that a challenger may, at worst, find less."""

NEAR_PERFECT = 0.985
"""ROC-AUC beyond which a ranking of smuggling is taken for a leak: no document tells it so well."""

SHORTFALL = 10.0
"""Times that the odds of ranking a seizure above a clean box may be less on later rows, where the intervals are apart.

Honest cards of small worlds, whose test is a handful of days, were up to five times as good as later rows.
"""

ABSOLUTE = 0.01
"""Calibration error that is small, whatever chance would have it."""

DRAWS = 4_000
"""Samples of labels by which a miscalibration is told from chance."""

CHECKS = (
    "better at capacity",
    "better than chance",
    "no worse at random",
    "calibrated",
    "not from the future",
    "not too good",
    "as good as its card",
)
"""What is asked of a challenger, in the order in which it is told."""

FEWEST = 50
"""Random inspections below which calibration is judged on all rows, with a warning."""


@dataclass(slots=True)
class Verdict:
    """What speaks against a promotion (`refusals`, by what was asked), what to know (`warnings`), and the figures.

    `comparison` is what `compare` returns of champion and challenger, None where they could not be compared.
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
    """Judge `challenger` beside `champion` (None: it cannot be read) on the rows of `data` after both have learned."""
    verdict = Verdict()
    card = challenger.booster.card
    _future(card, data, verdict)
    kept = None
    try:
        kept, _ = later(challenger.measured(data), challenger)
        if champion is not None:
            verdict.comparison = compare(data, champion, challenger, catalogue=catalogue, capacity=capacity, seed=seed)
    except TrainingError as untold:
        verdict.refusals["better at capacity"] = str(untold)
    if champion is None:
        verdict.refusals["better at capacity"] = "the champion cannot be read, so nothing shows that it is better"
    if verdict.comparison is not None:
        _better(verdict.comparison, verdict)
        _at_random(verdict.comparison, verdict)
    if kept is not None:
        probabilities = score(kept.matrix, challenger.booster)["probability"].to_numpy()
        _calibrated(kept, probabilities, card, verdict, seed)
    _believable(kept, challenger, verdict)
    return verdict


def _future(card: Card, data: Dataset, verdict: Verdict) -> None:
    """Nothing learned from the rows of the evaluation or later ones."""
    first = str(data.rows["day"].min())
    verdict.figures["learned_until"] = card.learned_until or None
    if not card.learned_until:
        told = "its card does not say until when it learned, so no row is known to be later"
    elif card.learned_until >= first:
        told = f"it learned until {card.learned_until}, and the evaluation begins on {first}"
    else:
        return
    verdict.refusals["not from the future"] = told + ": rows from after its evaluation may be in its training"


def _better(comparison: Mapping[str, Any], verdict: Verdict) -> None:
    """Better at capacity than the champion, and better than chance."""
    at, area, seizures = comparison["capacity"], comparison["overall"]["roc_auc"], comparison["positives"]
    recall = at["recall"]
    verdict.figures["capacity"] = dict(at)
    verdict.figures["roc_auc"] = dict(area)
    found = (
        f"with {at['boxes']:,} boxes it finds {at['found']['b']} of {seizures}, the champion {at['found']['a']} "
        f"(recall {recall['difference']['value']:+.3f}, 95% {recall['difference']['low']:+.3f} to "
        f"{recall['difference']['high']:+.3f}; at 90% no worse than {at['least']:+.3f})"
    )
    if seizures < FEW:
        verdict.refusals["better at capacity"] = f"{seizures} seizures are too few to tell; it takes {FEW}: {found}"
    elif recall["difference"]["value"] <= 0:
        verdict.refusals["better at capacity"] = f"it finds no more: {found}"
    elif at["least"] < -TOLERANCE:
        verdict.refusals["better at capacity"] = f"it may well find less, {-TOLERANCE:+.2f} is allowed: {found}"
    if area["b"]["low"] <= 0.5:
        verdict.refusals["better than chance"] = (
            f"its ROC-AUC is {_shown(area['b'])}, which cannot be told from chance; the champion's is "
            f"{area['a']['value']:.3f}"
        )


def _at_random(comparison: Mapping[str, Any], verdict: Verdict) -> None:
    """No worse on the random share, the only one that speaks for boxes that nobody would have chosen."""
    random = comparison["random"]
    if random is None:
        verdict.warnings.append(
            f"Too few seizures among random inspections (it takes {FEWEST_RANDOM}): whether it is worse there is not "
            "known."
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
    """Probabilities that mean what they say, in the large and over BINS, as far as chance lets see."""
    random = (data.rows["selected_by"] == "random").fill_null(False)
    on = "random inspections"
    if random.sum() < FEWEST:
        on = "labelled rows"
        verdict.warnings.append(
            f"{int(random.sum())} random inspections are too few for calibration (it takes {FEWEST}): it is judged on "
            f"all {on}, which were chosen unless everything is labelled."
        )
        random = pl.Series([True]).new_from_index(0, data.rows.height)
    # One box of each bill: the others of it are smuggled with it or not at all, and chance would look too small.
    one = random & data.rows.select(pl.struct("bill_of_lading", random.alias("on")).is_first_distinct()).to_series()
    at = one.to_numpy()
    told = misfit(probabilities[at], data.target[at], int(card.calibration.get("positives") or 0), seed=seed)
    verdict.figures["calibration"] = {"on": on, **told}
    expected, observed = told["expected"], told["observed"]
    if not told["low"] <= observed <= told["high"]:
        verdict.refusals["calibrated"] = (
            f"on {told['rows']:,} {on} it expects {expected:,.1f} seizures, where {observed:,} were found (99% of "
            f"chance: {told['low']:,.0f} to {told['high']:,.0f})"
        )
    elif told["error"] > max(ABSOLUTE, told["most"]):
        verdict.refusals["calibrated"] = (
            f"its calibration error on {told['rows']:,} {on} is {told['error']:.4f}, where chance gives at most "
            f"{told['most']:.4f} in 99%"
        )


def misfit(
    probabilities: NDArray[np.float64], labels: NDArray[np.int8], learned: int, *, seed: int = 0
) -> dict[str, Any]:
    """How far `probabilities` are from `labels`, and how far chance alone would be, in 99% of DRAWS.

    Chance is that of the labels and that of the level of the calibration, which was learned from so many seizures
    (`learned`). Returns rows, `expected` and `observed` seizures, `low` and `high` of the latter, the calibration
    `error` and the `most` that chance gives.
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
    """Not too good to be true: neither the card nor the rows, as a whole or by one feature, nor far apart."""
    test = challenger.booster.card.test
    said = test.get("overall", {}).get("roc_auc")
    seen = None if verdict.comparison is None else verdict.comparison["overall"]["roc_auc"]["b"]
    name, alone = ("", 0.5) if data is None else _strongest(data, challenger)
    comparable = bool(said and seen and data and test.get("labels") == data.labels)
    verdict.figures["leaks"] = {"card": said, "seen": seen, "comparable": comparable} | {
        "feature": name,
        "feature_roc_auc": alone,
    }
    told = list(_perfect(test, said, seen, name, alone))
    if told:
        verdict.refusals["not too good"] = "; ".join(told) + ": a label has leaked into the features, most likely"
    if not (said and seen and data):
        verdict.warnings.append("There are no test figures on its card to hold against later rows, or no such rows.")
    elif test.get("labels") != data.labels:
        verdict.warnings.append(
            f"Its card was judged on {test.get('labels')} and these rows on {data.labels}: they are not held against "
            "each other."
        )
    elif said["low"] > seen["high"] and _odds(said["value"]) > SHORTFALL * _odds(seen["value"]):
        verdict.refusals["as good as its card"] = (
            f"its card says ROC-AUC {_shown(said)}, later rows {_shown(seen)}: its test told it more than what comes "
            "in does"
        )


def _perfect(
    test: Mapping[str, Any], said: Mapping[str, float] | None, seen: Mapping[str, float] | None, name: str, alone: float
) -> Iterator[str]:
    if said and said["value"] >= NEAR_PERFECT:
        yield f"ROC-AUC on its card is {said['value']:.3f}"
    if seen and seen["value"] >= NEAR_PERFECT:
        yield f"ROC-AUC on these rows is {seen['value']:.3f}"
    for entry in test.get("comparison", {}).get("single_features", [])[:1]:
        if entry["roc_auc"] >= NEAR_PERFECT:
            yield f"by its card the feature {entry['feature']} alone has a ROC-AUC of {entry['roc_auc']:.3f}"
    if alone >= NEAR_PERFECT:
        yield f"the feature {name} alone has a ROC-AUC of {alone:.3f} on these rows"


def _strongest(data: Dataset, challenger: Contender) -> tuple[str, float]:
    """The feature that ranks these rows best on its own, of those that the trees use, and its ROC-AUC."""
    booster = challenger.booster
    used = np.flatnonzero(booster.trees.feature_importance("split"))
    if not len(used) or not 0 < data.positives < data.rows.height:
        return "", 0.5
    alone = areas(features(data.matrix, booster)[:, used].astype(np.float64), data.target)
    best = int(np.argmax(alone))
    return booster.features[used[best]], round(float(alone[best]), 4)


def _odds(area: float) -> float:
    """Of a pair, a seizure and a clean box, being ranked right; finite where all are."""
    return area / max(1 - area, 1e-4)


def _shown(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"
