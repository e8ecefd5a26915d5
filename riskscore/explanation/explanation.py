"""Explanation: everything that explains one consignment, as the engine returns it."""

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
    """Everything that explains one consignment. Frames have one row unless stated otherwise.

    consignment    its canonical row, as read
    scored         its row of the result of `score`, ranked among all consignments of the call
    contributions  one row per feature, strongest first: feature, family, indicators, meaning, unit, value,
                   contribution (log-odds), label
    moved          the same contributions as numbers, in the order of the model's features
    base           log-odds without any feature; base + all contributions = margin
    among          number of consignments that were ranked
    average        their mean probability, 0 to 1
    data           the data that the model was trained on: simulated or real
    changes        one row per column that differs from the previous version: column, before, now (texts)
    unchanged      its row of `score` with the previous version instead; no row if there is no previous version
    limit          the margin below which it is out of the red lane; None if no consignment is outside the lane
    clearing       its row of `minimal_checks.what_would_clear`: the checks that would take it out of the red lane; no
                   row without a limit
    counterfactual the result with other values in some fields; None if no field was set
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
        """Draw the waterfall from `base` to the margin into `path`, a PNG or SVG file.

        Raises SettingsError if the file has another ending or cannot be written.
        """
        bill, container, model = self.scored.select(*KEY, "model").row(0)
        waterfall.draw(
            Path(path),
            title=waterfall.title(f"{container} on bill {bill}", model, self.data),
            base=self.base,
            contributions=self.contributions.select("label", "contribution").rows(),
            margin=self.scored["margin"].item(),
            probability=self.scored["probability"].item(),
        )
