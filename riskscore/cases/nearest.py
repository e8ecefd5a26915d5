"""The nearest inspected consignments, seized and not, with similarities and differences.

    contributions of the consignment ─┐
    contributions of the inspected   ─┴─▶ sums by red flag ─▶ sum of differences ─▶ nearest of each finding ─▶ words

Two consignments are near if the model scored them for the same reasons. Measured on simulated smuggling
(bench/cases.py), the sum of absolute differences of contributions by red flag finds a seizure of the same scheme more
often than equal leaves do. It does so as often as differences of all features, which would give explanations by
features without effect on the score.
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
"""Columns of `comparable`. `place` is from 1, among seizures and among the others; `distance` is in log-odds."""


def comparable(
    moved: Contributions, rows: pl.DataFrame, inspected: Inspected, *, top: int = 3, language: Language = ENGLISH
) -> pl.DataFrame:
    """Return the `top` nearest seizures and the `top` nearest others for each of `rows`, columns of NEIGHBOUR.

    `rows` are canonical, in the order of `moved`. Only findings known before the day of a row's filing count. Seizures
    come first, each side nearest first; a row has fewer if fewer are known. Raises ModelError if the contributions are
    of other rows, or of other features than those of the inspected consignments.
    """
    if not rows.select(KEY).equals(moved.keys):
        raise ModelError("the rows and the contributions must be of the same consignments in the same order")
    if moved.names != inspected.moved.names:
        raise ModelError("the contributions must be of the same features as those of the inspected consignments")
    by_flag = groups(moved.names, inspected.catalogue)
    our_sums, their_sums = sums(moved.values, by_flag), sums(inspected.moved.values, by_flag)
    comparison = words.Comparison(by_flag, moved.names, inspected.catalogue, language)
    ours, others = traits(rows), traits(inspected.rows)
    filed = inspected.rows["filed_at"]
    neighbours: list[dict[str, object]] = []
    for day, numbers in _days(rows):
        before = datetime(day.year, day.month, day.day, tzinfo=UTC)
        findings = inspected.findings(before)
        is_known = findings["finding"].is_not_null() & (filed < before)
        for number in numbers:
            row = ours.row(number, named=True)
            same = (others["bill_of_lading"] == row["bill_of_lading"]) & (
                others["container_number"] == row["container_number"]
            )
            far = distances(our_sums[number], their_sums)
            for is_seizure in (True, False):
                side = is_known & ~same & ((findings["finding"] == SEIZURE) == is_seizure)
                for place, at in enumerate(_nearest(far, side.fill_null(False).to_numpy(), top), 1):
                    other = others.row(at, named=True)
                    finding = findings.row(at, named=True)
                    shares, differs = comparison.compare(row, other, our_sums[number], their_sums[at])
                    neighbours.append(
                        {
                            **{name: row[name] for name in KEY},
                            "place": place,
                            "neighbour_bill": other["bill_of_lading"],
                            "neighbour_container": other["container_number"],
                            **{name: finding[name] for name in ("finding", "commodity", "quantity_kg")},
                            "filed": other["filed_at"].date(),
                            "known": finding["known_at"].date(),
                            "distance": float(far[at]),
                            **{name: other[name] for name in ("goods_description", *_LANE)},
                            "shares": shares,
                            "differs": differs,
                        }
                    )
    return pl.DataFrame(neighbours, schema=NEIGHBOUR)


_LANE = ("port_of_loading", "port_of_discharge")


def distances(ours: Floats, theirs: Floats) -> Floats:
    """Sum of absolute differences of contributions by red flag: `ours` float64[groups], `theirs` float64[n, groups]."""
    return np.asarray(np.abs(theirs - ours).sum(axis=1))


def _days(rows: pl.DataFrame) -> list[tuple[date, list[int]]]:
    """Row numbers by day of filing (UTC)."""
    numbered = rows.select(pl.col("filed_at").dt.date().alias("day")).with_row_index("row").drop_nulls("day")
    return list(numbered.group_by("day", maintain_order=True).agg(pl.col("row").cast(pl.Int64)).iter_rows())


def _nearest(far: Floats, allowed: NDArray[np.bool_], top: int) -> list[int]:
    """Row numbers of the nearest allowed ones; of equally near ones the first, which became known last."""
    chosen = np.flatnonzero(allowed)
    return [int(number) for number in chosen[np.argsort(far[chosen], kind="stable")[:top]]]
