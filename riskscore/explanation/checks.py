"""Checks: what an inspector or a desk officer can do today, and the values of features after a clean check.

features/checks.toml ─┬─▶ Check   what to do, its effort, and the value of each feature after a clean check
features/*.toml ──────┴─▶ Fact    features that no check can answer, and why
model card, rows ───────▶ usual   the value in honest traffic, for features where a clean value is not simply zero

Features of a service's own fields belong to no check, so no check answers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from riskscore import folders, toml
from riskscore.errors import CatalogueError
from riskscore.features import catalogue
from riskscore.features.catalogue import Feature
from riskscore.suggest import instead

EFFORTS = ("desk", "yard", "scan", "open")
"""Effort of a check, least first: documents or a call, a look at the closed container, a scan, opened doors."""

USUAL, ABSENT = "usual", "absent"
"""Clean values that are not numbers: the median of honest traffic, and no value."""

Value = float | None


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what to do (`text`), its effort, and feature -> clean value as declared."""

    id: str
    text: str
    effort: str
    clean: Mapping[str, float | str]

    @property
    def cost(self) -> int:
        """Position of the effort in EFFORTS, from 0."""
        return EFFORTS.index(self.effort)

    def values(self, usual: Mapping[str, float]) -> dict[str, Value]:
        """Return feature -> value after a clean check, None for no value.

        `usual` is the result of `usual` below. Features whose usual value is unknown are left out.
        """
        values = {name: usual.get(name) if value == USUAL else value for name, value in self.clean.items()}
        return {
            name: None if value == ABSENT else float(value)
            for name, value in values.items()
            if value is not None  # the usual value is unknown
        }


@dataclass(frozen=True, slots=True)
class Fact:
    """Features that no check can answer, and why."""

    id: str
    why: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """All checks and facts, in the order of checks.toml."""

    checks: tuple[Check, ...]
    facts: tuple[Fact, ...]

    @property
    def answerable(self) -> list[str]:
        """Features that a check can answer."""
        return [name for check in self.checks for name in check.clean]


@cache
def load() -> Checks:
    """Read the shipped checks. Raises CatalogueError unless every feature names either one check or one fact."""
    table = toml.load(folders.features() / "checks.toml", "the checks", error=CatalogueError)
    features = catalogue.load().features.values()
    try:
        declared = Checks(
            tuple(_check(name, entry, features) for name, entry in table["check"].items()),
            tuple(Fact(name, entry["why"], _facts(name, features)) for name, entry in table["fact"].items()),
        )
    except KeyError as missing:
        raise CatalogueError(f"checks.toml: an entry lacks {missing}; add it") from missing
    for feature in features:
        if bool(feature.settled_by) == bool(feature.fact):
            raise CatalogueError(
                f"feature {feature.name} in {feature.family}.toml needs either settled_by (a check of checks.toml) "
                f"or fact (the reason why no check can answer it: {', '.join(table['fact'])})"
            )
        choices = table["check"] if feature.settled_by else table["fact"]
        if (name := feature.settled_by or feature.fact) not in choices:
            raise CatalogueError(f"feature {feature.name}: no {name!r} in checks.toml; {instead(name, choices)}")
    return declared


def _check(name: str, entry: Mapping[str, Any], features: Iterable[Feature]) -> Check:
    if entry["effort"] not in EFFORTS:
        raise CatalogueError(f"check {name}: effort is {entry['effort']!r}; use one of {', '.join(EFFORTS)}")
    clean: dict[str, float | str] = {}
    for feature in (feature for feature in features if feature.settled_by == name):
        value = feature.clean
        if not isinstance(value, int | float) and value not in (USUAL, ABSENT):
            raise CatalogueError(
                f"feature {feature.name}: clean is {value!r}; give its number after a clean check, or "
                f'"{USUAL}" or "{ABSENT}"'
            )
        clean[feature.name] = value
    return Check(name, entry["text"], entry["effort"], clean)


def _facts(name: str, features: Iterable[Feature]) -> tuple[str, ...]:
    return tuple(feature.name for feature in features if feature.fact == name)


def usual(reference: Mapping[str, Any], rows: pl.DataFrame) -> dict[str, float]:
    """Return the median in honest traffic of each feature whose clean value is "usual": feature -> value.

    The median comes from the model's `reference` (in its card), so that the answer does not depend on the other
    consignments. If the reference does not have it, it comes from `rows`, a matrix of consignments that are not
    flagged. Features without any median are left out.
    """
    medians = {}
    for name in (name for check in load().checks for name, value in check.clean.items() if value == USUAL):
        median = _median(reference.get("features", {}).get(name, {}))
        if median is None and name in rows.columns:
            median = rows[name].median()  # type: ignore[assignment]  # a column of numbers
        if median is not None:
            medians[name] = float(median)
    return medians


def unsettled(contributions: pl.DataFrame) -> pl.DataFrame:
    """Return the facts that raised the score of one consignment and that no check can answer, strongest first.

    `contributions` has `feature` and `contribution` (log-odds). The result has `id` and `why` of each fact, and the
    summed `contribution` of its features.
    """
    facts = pl.DataFrame([{"id": fact.id, "why": fact.why, "feature": fact.features} for fact in load().facts])
    return (
        facts.explode("feature")
        .join(contributions.select("feature", "contribution"), on="feature")
        .group_by("id", "why", maintain_order=True)
        .agg(pl.col("contribution").sum())
        .filter(pl.col("contribution") > 0)
        .sort("contribution", descending=True, maintain_order=True)
    )


def _median(described: Mapping[str, Any]) -> float | None:
    """The median by the edges and shares of a model's reference; None if it is above the last edge."""
    reached = np.cumsum(described.get("shares", ())) >= 0.5
    edges = described.get("edges", ())
    at = int(reached.argmax()) if reached.any() else len(edges)
    return float(edges[at]) if at < len(edges) else None
