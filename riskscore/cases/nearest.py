"""The nearest inspected consignments, seized and not, with what they share with a consignment and where they differ.

    contributions of the consignment ─┐
    contributions of the inspected   ─┴─▶ sums by red flag ─▶ sum of differences ─▶ nearest of each finding ─▶ words

Near is what the model scored high or low for the same reasons. Measured on simulated smuggling (bench/cases.py), the
sum of absolute differences of contributions by red flag finds a seizure of the same scheme more often than equal
leaves do, and as often as differences of all features, whose words would be of matters that moved nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore import schema
from riskscore.cases import words
from riskscore.cases.inspected import SEIZURE, Inspected
from riskscore.cases.traits import traits
from riskscore.errors import ModelError
from riskscore.explanation.contributions import Contributions, groups, sums
from riskscore.language import ENGLISH, Language
from riskscore.schema import KEY

Floats = NDArray[np.float64]

NEIGHBOUR: dict[str, pl.DataType | type[pl.DataType]] = {
    "bill_of_lading": pl.String,
    "container_number": pl.String,
    "place": pl.Int64,
    "neighbour_bill": pl.String,
    "neighbour_container": pl.String,
    "finding": pl.String,
    "commodity": pl.String,
    "quantity_kg": pl.Float64,
    "filed": pl.Date,
    "known": pl.Date,
    "distance": pl.Float64,
    "goods_description": pl.String,
    "port_of_loading": pl.String,
    "port_of_discharge": pl.String,
    "shares": schema.TEXTS,
    "differs": schema.TEXTS,
}
"""Columns of `comparable`. `place` counts from 1 within seizures and within the others; `distance` is in log-odds."""


def comparable(
    moved: Contributions, rows: pl.DataFrame, inspected: Inspected, *, top: int = 3, language: Language = ENGLISH
) -> pl.DataFrame:
    """The `top` nearest seizures and the `top` nearest others for each of `rows`, columns of NEIGHBOUR.

    `rows` are canonical, in the order of `moved`. Only findings known before the day of a row's filing are looked at.
    Seizures come first, each side nearest first. A row has fewer where fewer are known. Raises ModelError where the
    contributions are of other rows, or of another model's features than the inspected ones.
    """
    if not rows.select(KEY).equals(moved.keys):
        raise ModelError("the rows and the contributions are not of the same consignments in the same order")
    if moved.names != inspected.moved.names:
        raise ModelError("the contributions are of other features than those of the inspected consignments")
    by = groups(moved.names, inspected.catalogue)
    own, theirs = sums(moved.values, by), sums(inspected.moved.values, by)
    told = words.Words(by, moved.names, inspected.catalogue, language)
    ours, others = traits(rows), traits(inspected.rows)
    filed = inspected.rows["filed_at"]
    found: list[dict[str, object]] = []
    for day, at in _days(rows):
        before = datetime(day.year, day.month, day.day, tzinfo=UTC)
        known = inspected.found(before)
        there = known["finding"].is_not_null() & (filed < before)
        for row in at:
            one = ours.row(row, named=True)
            same = (others["bill_of_lading"] == one["bill_of_lading"]) & (
                others["container_number"] == one["container_number"]
            )
            far = distances(own[row], theirs)
            for is_seizure in (True, False):
                side = there & ~same & ((known["finding"] == SEIZURE) == is_seizure)
                for place, other in enumerate(_nearest(far, side.fill_null(False).to_numpy(), top), 1):
                    that = others.row(other, named=True)
                    what = known.row(other, named=True)
                    shares, differs = told.compare(one, that, own[row], theirs[other])
                    found.append(
                        {
                            **{name: one[name] for name in KEY},
                            "place": place,
                            "neighbour_bill": that["bill_of_lading"],
                            "neighbour_container": that["container_number"],
                            **{name: what[name] for name in ("finding", "commodity", "quantity_kg")},
                            "filed": that["filed_at"].date(),
                            "known": what["known_at"].date(),
                            "distance": float(far[other]),
                            **{name: that[name] for name in ("goods_description", *_LANE)},
                            "shares": shares,
                            "differs": differs,
                        }
                    )
    return pl.DataFrame(found, schema=NEIGHBOUR)


_LANE = ("port_of_loading", "port_of_discharge")


def distances(own: Floats, theirs: Floats) -> Floats:
    """Sum of absolute differences between contributions by red flag float64[groups] and each of float64[n, groups]."""
    return np.asarray(np.abs(theirs - own).sum(axis=1))


def _days(rows: pl.DataFrame) -> list[tuple[date, list[int]]]:
    """The rows filed on each day (UTC), by their numbers."""
    numbered = rows.select(pl.col("filed_at").dt.date().alias("day")).with_row_index("row").drop_nulls("day")
    return list(numbered.group_by("day", maintain_order=True).agg(pl.col("row").cast(pl.Int64)).iter_rows())


def _nearest(far: Floats, allowed: NDArray[np.bool_], top: int) -> list[int]:
    """Numbers of the nearest that are allowed; of equally near ones the first, which was known last."""
    chosen = np.flatnonzero(allowed)
    return [int(number) for number in chosen[np.argsort(far[chosen], kind="stable")[:top]]]
