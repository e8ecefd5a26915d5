"""The explanation of one consignment in full, as the engine hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from riskscore.explanation import waterfall
from riskscore.explanation.contributions import Contributions
from riskscore.explanation.counterfactual import Counterfactual
from riskscore.schema import KEY


@dataclass(frozen=True, slots=True)
class Explanation:
    """One consignment in full, as frames.

    consignment    its canonical row, as read
    scored         its row of what `score` returns, ranked among everything that was given
    contributions  one row a feature, strongest first: feature, family, indicators, meaning, unit, value, label,
                   contribution (log-odds)
    moved          the same as numbers, a column a feature of the model
    base           log-odds before any feature speaks; base + all contributions = scored margin
    among          how many consignments were ranked; `average` is their mean probability
    data           what the model was trained on: simulated or real
    changes        one row a column that the version before said otherwise: column, before, now (texts)
    unchanged      the row of `score` that the version before has in its place; no row where there is none
    limit          the margin that it has to be below to be out of the red lane; None where nobody is left outside it
    clearing       the row of `minimal_checks.what_would_clear`: which checks would take it out; no row without a limit
    counterfactual what it would be with the fields that were set otherwise; None where none was
    """

    consignment: pl.DataFrame
    scored: pl.DataFrame
    contributions: pl.DataFrame
    moved: Contributions
    base: float
    among: int
    average: float
    data: str
    changes: pl.DataFrame
    unchanged: pl.DataFrame
    limit: float | None
    clearing: pl.DataFrame
    counterfactual: Counterfactual | None

    def draw(self, path: str | Path) -> None:
        """Draw the way from `base` to the margin into `path`, a PNG or an SVG. Raises SettingsError if it cannot."""
        bill, container, model = self.scored.select(*KEY, "model").row(0)
        waterfall.draw(
            Path(path),
            title=waterfall.title(f"{container} on bill {bill}", model, self.data),
            base=self.base,
            contributions=self.contributions.select("label", "contribution").rows(),
            margin=self.scored["margin"].item(),
            probability=self.scored["probability"].item(),
        )
