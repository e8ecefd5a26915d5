"""Labels: what is known about consignments, to learn from or to judge with."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known about consignments; every part is optional, but one of the first two is needed.

    Attributes:
        outcomes: what inspections found (`schema.OUTCOME`, one row per outcome). A seizure is a positive label; without
            `truth` only inspected consignments are labelled.
        truth: what a simulation knows about every consignment: `bill_of_lading`, `container_number`, `smuggled`
            (Boolean), `scheme`, `commodity` and, if known, `quantity_kg`. With it every consignment named here is
            labelled.
        inclusion: `bill_of_lading`, `container_number` and `inclusion`, the chance (0 to 1) with which a slate chose
            the consignment for inspection. Training weights rows by it.

    Example::

        import polars as pl
        import riskscore

        world = riskscore.simulate("world", days=3, per_day=100)
        labels = riskscore.Labels(
            outcomes=riskscore.read_outcomes(world / "outcomes.parquet"),
            truth=pl.read_parquet(world / "truth.parquet"),
        )
    """

    outcomes: pl.DataFrame | None = None
    truth: pl.DataFrame | None = None
    inclusion: pl.DataFrame | None = None

    @classmethod
    def of(cls, labels: Labels | pl.DataFrame | None) -> Labels:
        """Return `labels` if they are Labels, else a table of outcomes as Labels."""
        return labels if isinstance(labels, Labels) else cls(labels)
