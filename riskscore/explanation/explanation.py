"""The explanation of one consignment in full, as the engine returns it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from riskscore.explanation import notebook, waterfall
from riskscore.explanation.contributions import Contributions
from riskscore.explanation.counterfactual import Counterfactual
from riskscore.schema import KEY


@dataclass(frozen=True, slots=True)
class Explanation:
    """One consignment in full. A notebook shows it as a table.

    Attributes:
        consignment: its canonical row, as read.
        scored: its row of what `score` returns, ranked among all consignments that were passed.
        contributions: one row per feature, strongest first: `feature`, `family`, `indicators`, `meaning`, `unit`,
            `value`, `label` and `contribution` (log-odds).
        moved: the same contributions as an array, in the order of the model's features.
        base: log-odds without any feature; `base` plus all contributions is the margin.
        among: number of consignments that were ranked.
        average: their mean probability, 0 to 1.
        data: what the model was trained on, "simulated" or "real".
        changes: one row per column that differs from the previous version: `column`, `before`, `now` (texts).
        unchanged: the row of `score` for the previous version; no row if there is none.
        limit: the margin (log-odds) below which it is out of the red lane; None if no consignment is outside the lane.
        clearing: the checks that would take it out of the red lane, a row of `minimal_checks.what_would_clear`; no row
            without `limit`.
        counterfactual: its score with other values in some fields, from `explain_changed`; None if no field was set.

    Example::

        import riskscore

        manifest = riskscore.read("sample_manifests/haiphong-2019.csv")
        why = riskscore.explain(manifest, "RKHU4103273")
        why.scored["reasons"][0].struct.field("sentence").to_list()
        why.draw("why.svg")
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
        """Draw how the contributions lead from `base` to the margin.

        Args:
            path: file to write, ending in .png or .svg.

        Raises:
            SettingsError: if the file name has another ending or the file cannot be written.
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

    def _repr_html_(self) -> str:
        """Return an HTML table for notebooks."""
        return notebook.html(self.consignment, self.scored, base=self.base, among=self.among, data=self.data)
