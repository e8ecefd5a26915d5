"""Dataset: the features of each consignment as of its own day, with the labels that are known.

    consignments ─▶ day by day in order ─▶ features (from earlier days only) ─┐
    truth, or outcomes of inspections ─▶ labels ──────────────────────────────┴─▶ Dataset

A simulation knows the truth about every consignment. A real service knows what inspections found, and only for opened
boxes: then only these rows are labelled. The dataset may also have some rows that were never opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.errors import TrainingError
from riskscore.features import build
from riskscore.features.catalogue import Catalogue
from riskscore.history.past import NOTHING, Past
from riskscore.manifest import consolidations, corrections
from riskscore.schema import KEY, OUTCOME, conform
from riskscore.training import weights
from riskscore.training.labels import Labels
from riskscore.training.split import Part

BATCH = 250_000
"""Rows whose features are computed at once: the facts of a row need about ten times the memory of its features."""

PORTS = ("port_of_loading", "port_of_discharge")

TRUTH_COLUMNS = {"smuggled": pl.Boolean, "scheme": pl.String, "commodity": pl.String}


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labelled rows in the order of their days.

    `rows` has KEY, `filed_at`, `day`, PORTS, `label` (Int8), `commodity`, `scheme`, `quantity_kg` of what was found,
    `selected_by`, `known_at` of the label, and `inclusion`, the chance of having been opened (both null if unknown).
    `matrix` has KEY, `filed_at` and one Float32 column per feature, for the same rows in the same order. `labels` is
    truth or outcomes. `filed` is the number of consignments filed on these days. `closed` has some that were never
    opened; they are labelled 0.
    """

    rows: pl.DataFrame
    matrix: pl.DataFrame
    labels: str
    filed: int = 0
    closed: Dataset | None = None

    def part(self, part: Part) -> Dataset:
        """Return the rows of one part of the period."""
        return self.where(part.holds())

    def where(self, condition: pl.Expr) -> Dataset:
        """Return the rows for which `condition` on `rows` is true."""
        at = self.rows.select(at=condition.fill_null(False).arg_true())["at"]
        closed = None if self.closed is None else self.closed.where(condition)
        return Dataset(self.rows[at], self.matrix[at], self.labels, closed=closed)

    @property
    def target(self) -> NDArray[np.int8]:
        """The labels, int8[n]."""
        return self.rows["label"].to_numpy()

    @property
    def positives(self) -> int:
        """Number of positive rows."""
        return int(self.rows["label"].cast(pl.Int64).sum())


def stack(datasets: Sequence[Dataset]) -> Dataset:
    """Concatenate several datasets with the same kind of labels."""
    if len(datasets) == 1:
        return datasets[0]
    closed = [each.closed for each in datasets if each.closed is not None]
    return Dataset(
        pl.concat([each.rows for each in datasets]),
        pl.concat([each.matrix for each in datasets]),
        datasets[0].labels,
        sum(each.filed for each in datasets),
        stack(closed) if closed else None,
    )


def dataset(
    consignments: pl.DataFrame,
    labels: Labels,
    past: Past = NOTHING,
    catalogue: Catalogue | None = None,
    *,
    beside: int = 0,
) -> Dataset:
    """Label `consignments` and compute their features as of their own days.

    `past` has superseded versions, and consignments filed before, in addition to `consignments` themselves; the
    outcomes are taken from `labels`. The features are those of `catalogue`, by default the shipped one. If the labels
    are outcomes only, up to `beside` unopened rows are kept for each labelled one. Raises TrainingError if no row can
    be labelled.
    """
    consignments = consolidations.keyed(consignments)
    outcomes, truth = labels.outcomes, labels.truth
    if outcomes is not None:
        outcomes = consolidations.resolved(conform(outcomes, OUTCOME), consignments)
    in_force = None if outcomes is None else corrections.in_force(outcomes)
    ordered = consignments.with_columns(day=pl.col("filed_at").dt.date()).sort("day", *KEY)
    filed = ordered.select(*KEY, "filed_at", "day", *PORTS)
    rows = filed.join(_labels(in_force, truth), on=KEY, how="inner", maintain_order="left")
    if rows.is_empty():
        source = "outcomes" if truth is None else "truth"
        raise TrainingError(f"none of {consignments.height:,} consignments is in the {source}; check the file")
    log = consignments if past.history is None else _concat_log(past.history, consignments)
    known_before = Past(history=log, outcomes=outcomes, earlier=past.earlier)
    # Complete days, labelled or not: some features look at all filings of a day, as they do in service.
    same_days = ordered.filter(pl.col("day").is_in(rows["day"].unique().implode()))
    rows = weights.with_chances(_dated(rows, in_force), same_days.height, labels.inclusion if truth is None else None)
    closed = _closed(same_days, rows, beside if truth is None else 0)
    wanted = pl.concat([rows.select(KEY), closed.select(KEY)])
    parts = [
        build.build(part.drop("day"), known_before, catalogue).join(wanted, on=KEY, how="semi", maintain_order="left")
        for part in _batches(same_days)
    ]
    matrix = pl.concat(parts)
    kind = "outcomes" if truth is None else "truth"
    if closed.is_empty():
        return Dataset(rows, matrix, kind, same_days.height)
    opened_matrix, closed_matrix = (
        matrix.join(part.select(KEY), on=KEY, how="semi", maintain_order="left") for part in (rows, closed)
    )
    return Dataset(rows, opened_matrix, kind, same_days.height, Dataset(closed, closed_matrix, kind))


def _dated(rows: pl.DataFrame, outcomes: pl.DataFrame | None) -> pl.DataFrame:
    """Add `known_at`: when the latest outcome of each of `rows` became known."""
    if outcomes is None:
        return rows.with_columns(known_at=pl.lit(None, OUTCOME["known_at"]))
    last = outcomes.group_by(KEY).agg(pl.col("known_at").max())
    return rows.join(last, on=KEY, how="left", maintain_order="left")


def _closed(filed: pl.DataFrame, rows: pl.DataFrame, beside: int) -> pl.DataFrame:
    """Return some of the `filed` rows without a label, in their order: the columns of `rows`, all labelled 0."""
    others = filed.select(*KEY, "filed_at", "day").join(rows.select(KEY), on=KEY, how="anti", maintain_order="left")
    size = min(others.height, beside * rows.height)
    # The same rows for every seed: the seed belongs to the trees.
    picked = np.sort(np.random.default_rng(0).choice(others.height, size, replace=False))
    chosen = others[pl.Series(picked, dtype=pl.UInt32)].with_columns(label=pl.lit(0, pl.Int8))
    return pl.concat([rows.clear(), chosen], how="diagonal")


def _concat_log(history: pl.DataFrame, consignments: pl.DataFrame) -> pl.DataFrame:
    """Return one log with the columns that both have: a history may be read without columns that the ledger ignores."""
    columns = [name for name in history.columns if name in consignments.columns]
    return pl.concat([history.select(columns), consignments.select(columns)])


def _labels(outcomes: pl.DataFrame | None, truth: pl.DataFrame | None) -> pl.DataFrame:
    """Return one row per labelled consignment: KEY, label, commodity, scheme, quantity_kg, selected_by."""
    inspected = None if outcomes is None else _inspected(outcomes)
    if truth is None:
        if inspected is None:
            raise TrainingError("nothing to learn from: give outcomes, or the truth of a simulation")
        return inspected.with_columns(scheme=pl.lit(None, pl.String)).select(
            *KEY, "label", "commodity", "scheme", "quantity_kg", "selected_by"
        )
    absent = [name for name in (*KEY, *TRUTH_COLUMNS) if name not in truth.columns]
    if absent:
        raise TrainingError(
            f"the truth lacks the columns {', '.join(absent)}; use the truth.parquet that `riskscore simulate` writes"
        )
    labels = truth.unique(KEY, keep="last", maintain_order=True).select(
        *KEY,
        pl.col("smuggled").cast(pl.Int8).alias("label"),
        pl.col("commodity").cast(pl.String),
        pl.col("scheme").cast(pl.String),
        pl.col("^quantity_kg$").cast(pl.Float64),
    )
    if inspected is None:
        return labels.with_columns(selected_by=pl.lit(None, pl.String))
    added = ["selected_by"] if "quantity_kg" in truth.columns else ["quantity_kg", "selected_by"]
    return labels.join(inspected.select(*KEY, *added), on=KEY, how="left", maintain_order="left")


def _inspected(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return one row per consignment; of several inspections any seizure counts, and the first one's `selected_by`."""
    return (
        conform(outcomes, OUTCOME)
        .sort("known_at", *KEY)
        .group_by(KEY, maintain_order=True)
        .agg(
            label=(pl.col("finding") == "seizure").any().cast(pl.Int8),
            quantity_kg=pl.col("quantity_kg").filter(pl.col("finding") == "seizure").drop_nulls().last(),
            commodity=pl.col("commodity").drop_nulls().first().cast(pl.String),
            selected_by=pl.col("selected_by").first().cast(pl.String),
        )
    )


def _batches(ordered: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield batches of complete days, so that features that look at all filings of a day see all of them."""
    sizes = ordered.group_by("day", maintain_order=True).len()
    start = height = 0
    days: list[date] = []
    for day, rows in sizes.iter_rows():
        if days and height + rows > BATCH:
            yield ordered.slice(start, height)
            start, height, days = start + height, 0, []
        days.append(day)
        height += rows
    if days:
        yield ordered.slice(start, height)
