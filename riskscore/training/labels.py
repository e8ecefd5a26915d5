"""Labels: what is known about consignments, to learn from or to judge by."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known about consignments; every part may be missing.

    outcomes   what inspections found (schema.OUTCOME)
    truth      what a simulation knows about every consignment (KEY, `smuggled`, `scheme`, `commodity`); with it all
               of these are labelled, without it only the inspected ones
    inclusion  the chance with which each consignment was opened, where a slate recorded it (KEY, `inclusion`)
    """

    outcomes: pl.DataFrame | None = None
    truth: pl.DataFrame | None = None
    inclusion: pl.DataFrame | None = None

    @classmethod
    def of(cls, given: Labels | pl.DataFrame | None) -> Labels:
        """Labels as they are, or those that a frame of outcomes makes."""
        return given if isinstance(given, Labels) else cls(given)
