"""Checks: acts that an inspector or a desk can do today, and what a consignment would look like after a clean one.

features/checks.toml ─┬─▶ Check   an act, its effort, and the value of each feature that it settles
features/*.toml ──────┴─▶ Fact    features that no act settles, and why
model card, rows ───────▶ usual   what honest traffic has, where a doubt has no natural zero

Features of a service's own fields stand in no check, so nothing settles them.
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
"""What an act takes, least first: a paper or a call, a look at the closed box, an image, opened doors."""

USUAL, ABSENT = "usual", "absent"

Value = float | None


@dataclass(frozen=True, slots=True)
class Check:
    """One act: what to do (`text`), what it takes, and feature -> clean value as it is declared."""

    id: str
    text: str
    effort: str
    clean: Mapping[str, float | str]

    @property
    def cost(self) -> int:
        """Place of the effort in EFFORTS."""
        return EFFORTS.index(self.effort)

    def values(self, usual: Mapping[str, float]) -> dict[str, Value]:
        """Feature -> value after a clean check, None for no value; without those whose usual value nobody knows."""
        known = {name: usual.get(name) if value == USUAL else value for name, value in self.clean.items()}
        return {
            name: None if value == ABSENT else float(value)
            for name, value in known.items()
            if value is not None  # the usual value is not known
        }


@dataclass(frozen=True, slots=True)
class Fact:
    """Features that no check settles, and why."""

    id: str
    why: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """Every check and every fact, in the order of checks.toml."""

    checks: tuple[Check, ...]
    facts: tuple[Fact, ...]

    @property
    def settled(self) -> list[str]:
        """Features that some check settles."""
        return [name for check in self.checks for name in check.clean]


@cache
def load() -> Checks:
    """Read the shipped checks. Raises CatalogueError unless every feature is settled by one check, or is a fact."""
    found = toml.load(folders.features() / "checks.toml", "the checks", error=CatalogueError)
    features = catalogue.load().features.values()
    try:
        known = Checks(
            tuple(_check(name, entry, features) for name, entry in found["check"].items()),
            tuple(Fact(name, entry["why"], _facts(name, features)) for name, entry in found["fact"].items()),
        )
    except KeyError as missing:
        raise CatalogueError(f"checks.toml: an entry lacks {missing}; add it") from missing
    for feature in features:
        if bool(feature.settled_by) == bool(feature.fact):
            raise CatalogueError(
                f"feature {feature.name} in {feature.family}.toml needs either settled_by, the check that settles it, "
                "or fact, the reason why none does"
            )
        choices = found["check"] if feature.settled_by else found["fact"]
        if (named := feature.settled_by or feature.fact) not in choices:
            raise CatalogueError(f"feature {feature.name}: no {named!r} in checks.toml; {instead(named, choices)}")
    return known


def _check(name: str, entry: Mapping[str, Any], features: Iterable[Feature]) -> Check:
    if entry["effort"] not in EFFORTS:
        raise CatalogueError(f"check {name}: effort {entry['effort']!r} is none of {', '.join(EFFORTS)}")
    clean: dict[str, float | str] = {}
    for feature in (feature for feature in features if feature.settled_by == name):
        value = feature.clean
        if not isinstance(value, int | float) and value not in (USUAL, ABSENT):
            raise CatalogueError(
                f"feature {feature.name}: clean is {value!r}; give the number that it has after a clean check, or "
                f'"{USUAL}" or "{ABSENT}"'
            )
        clean[feature.name] = value
    return Check(name, entry["text"], entry["effort"], clean)


def _facts(name: str, features: Iterable[Feature]) -> tuple[str, ...]:
    return tuple(feature.name for feature in features if feature.fact == name)


def usual(reference: Mapping[str, Any], rows: pl.DataFrame) -> dict[str, float]:
    """The median in honest traffic of each feature that needs it: feature -> value, without those nobody knows.

    Traffic is what the model's `reference` (a card's) describes, so that a consignment is told the same beside any
    others; where it describes none or does not reach the middle, `rows` of a matrix that are not under suspicion.
    """
    found = {}
    for name in (name for check in load().checks for name, value in check.clean.items() if value == USUAL):
        middle = _middle(reference.get("features", {}).get(name, {}))
        if middle is None and name in rows.columns:
            middle = rows[name].median()  # type: ignore[assignment]  # a column of numbers
        if middle is not None:
            found[name] = float(middle)
    return found


def unsettled(contributions: pl.DataFrame) -> pl.DataFrame:
    """What no check can settle of one consignment: `id` and `why` of each fact, and the `contribution` of its features.

    `contributions` has `feature` and `contribution` (log-odds). Strongest first; facts that did not raise the score are
    left out.
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


def _middle(described: Mapping[str, Any]) -> float | None:
    """The median by the edges and shares of `model.reference`; None where it lies above the last edge."""
    reached = np.cumsum(described.get("shares", ())) >= 0.5
    edges = described.get("edges", ())
    at = int(reached.argmax()) if reached.any() else len(edges)
    return float(edges[at]) if at < len(edges) else None
