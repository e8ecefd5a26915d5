"""Dataset: the matrix of a log as of each consignment's own day, with labels where they are known.

    consignments ─▶ day by day in order ─▶ features (past only) ─┐
    truth, or outcomes of inspections ─▶ labels ─────────────────┴─▶ Dataset

A simulation knows the truth about every consignment. A real service knows what inspections found, and only about the
boxes that were opened: such a dataset labels these rows alone. Beside them it may keep some that were never opened.
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
from riskscore.manifest import corrections
from riskscore.schema import KEY, OUTCOME, conform
from riskscore.training import weights
from riskscore.training.labels import Labels
from riskscore.training.split import Part

BATCH = 250_000
"""Rows whose features are computed at once: the facts of a row take about ten times the room of its features."""

PORTS = ("port_of_loading", "port_of_discharge")

KNOWN = {"smuggled": pl.Boolean, "scheme": pl.String, "commodity": pl.String}


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labelled rows in the order of their days.

    `rows` has KEY, `filed_at`, `day`, PORTS, `label` (Int8), `commodity`, `scheme`, `quantity_kg` of what was found,
    `selected_by`, `known_at` of the label and `inclusion`, the chance of having been opened (both null where unknown);
    `matrix` has KEY, `filed_at` and one Float32 column a feature. Row by row they belong together. `labels` is truth
    or outcomes. `filed` consignments were on record in these days, and `closed` are some that nobody opened, labelled
    0 for want of better.
    """

    rows: pl.DataFrame
    matrix: pl.DataFrame
    labels: str
    filed: int = 0
    closed: Dataset | None = None

    def part(self, part: Part) -> Dataset:
        """The rows of one part of the period."""
        return self.where(part.holds())

    def where(self, condition: pl.Expr) -> Dataset:
        """The rows for which `condition` on `rows` holds."""
        at = self.rows.select(at=condition.fill_null(False).arg_true())["at"]
        closed = None if self.closed is None else self.closed.where(condition)
        return Dataset(self.rows[at], self.matrix[at], self.labels, closed=closed)

    @property
    def target(self) -> NDArray[np.int8]:
        """The labels, int8[n]."""
        return self.rows["label"].to_numpy()

    @property
    def positives(self) -> int:
        """How many rows are positive."""
        return int(self.rows["label"].cast(pl.Int64).sum())


def stack(datasets: Sequence[Dataset]) -> Dataset:
    """Several datasets of the same kind of labels as one, one after the other."""
    if len(datasets) == 1:
        return datasets[0]
    closed = [one.closed for one in datasets if one.closed is not None]
    return Dataset(
        pl.concat([one.rows for one in datasets]),
        pl.concat([one.matrix for one in datasets]),
        datasets[0].labels,
        sum(one.filed for one in datasets),
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

    `past` has the consignments filed before, beside `consignments` themselves, and the superseded versions; its
    outcomes are those of `labels`. The features are those of `catalogue`, by default those that ship. Where only
    outcomes label, up to `beside` rows that nobody opened are kept for each labelled one. Raises TrainingError where
    no row can be labelled.
    """
    outcomes, truth = labels.outcomes, labels.truth
    said = None if outcomes is None else corrections.in_force(conform(outcomes, OUTCOME))
    known = _known(said, truth)
    ordered = consignments.with_columns(day=pl.col("filed_at").dt.date()).sort("day", *KEY)
    own = ordered.select(*KEY, "filed_at", "day", *PORTS)
    rows = own.join(known, on=KEY, how="inner", maintain_order="left")
    if rows.is_empty():
        source = "outcomes" if truth is None else "truth"
        raise TrainingError(f"none of {consignments.height:,} consignments is named in the {source}; check the file")
    log = consignments if past.history is None else _both(past.history, consignments)
    known_before = Past(history=log, outcomes=outcomes, earlier=past.earlier)
    # Whole days, labelled or not: some features look across all filings of a day, as they do in service.
    wanted = ordered.filter(pl.col("day").is_in(rows["day"].unique().implode()))
    rows = weights.with_chances(_dated(rows, said), wanted.height, labels.inclusion if truth is None else None)
    closed = _closed(wanted, rows, beside if truth is None else 0)
    asked = pl.concat([rows.select(KEY), closed.select(KEY)])
    parts = [
        build.build(part.drop("day"), known_before, catalogue).join(asked, on=KEY, how="semi", maintain_order="left")
        for part in _batches(wanted)
    ]
    matrix = pl.concat(parts)
    kind = "outcomes" if truth is None else "truth"
    if closed.is_empty():
        return Dataset(rows, matrix, kind, wanted.height)
    ours, theirs = (matrix.join(part.select(KEY), on=KEY, how="semi", maintain_order="left") for part in (rows, closed))
    return Dataset(rows, ours, kind, wanted.height, Dataset(closed, theirs, kind))


def _dated(rows: pl.DataFrame, outcomes: pl.DataFrame | None) -> pl.DataFrame:
    """Add `known_at`: when the last word on each of `rows` became known."""
    if outcomes is None:
        return rows.with_columns(known_at=pl.lit(None, OUTCOME["known_at"]))
    last = outcomes.group_by(KEY).agg(pl.col("known_at").max())
    return rows.join(last, on=KEY, how="left", maintain_order="left")


def _closed(wanted: pl.DataFrame, rows: pl.DataFrame, beside: int) -> pl.DataFrame:
    """Some of the `wanted` rows that have no label, in their order: the columns of `rows`, all labelled 0."""
    others = wanted.select(*KEY, "filed_at", "day").join(rows.select(KEY), on=KEY, how="anti", maintain_order="left")
    size = min(others.height, beside * rows.height)
    # The same rows whatever the seed: it is the trees' own.
    picked = np.sort(np.random.default_rng(0).choice(others.height, size, replace=False))
    chosen = others[pl.Series(picked, dtype=pl.UInt32)].with_columns(label=pl.lit(0, pl.Int8))
    return pl.concat([rows.clear(), chosen], how="diagonal")


def _both(history: pl.DataFrame, consignments: pl.DataFrame) -> pl.DataFrame:
    """One log, of the columns that both have: a history may be read without those that no past is made of."""
    columns = [name for name in history.columns if name in consignments.columns]
    return pl.concat([history.select(columns), consignments.select(columns)])


def _known(outcomes: pl.DataFrame | None, truth: pl.DataFrame | None) -> pl.DataFrame:
    """KEY, label, commodity, scheme, quantity_kg, selected_by: a row a consignment of which something is known."""
    found = None if outcomes is None else _found(outcomes)
    if truth is None:
        if found is None:
            raise TrainingError("nothing to learn from: give outcomes, or the truth of a simulation")
        return found.with_columns(scheme=pl.lit(None, pl.String)).select(
            *KEY, "label", "commodity", "scheme", "quantity_kg", "selected_by"
        )
    absent = [name for name in (*KEY, *KNOWN) if name not in truth.columns]
    if absent:
        raise TrainingError(f"the truth lacks the columns {', '.join(absent)}; `riskscore simulate` writes it")
    known = truth.unique(KEY, keep="last", maintain_order=True).select(
        *KEY,
        pl.col("smuggled").cast(pl.Int8).alias("label"),
        pl.col("commodity").cast(pl.String),
        pl.col("scheme").cast(pl.String),
        pl.col("^quantity_kg$").cast(pl.Float64),
    )
    if found is None:
        return known.with_columns(selected_by=pl.lit(None, pl.String))
    besides = ["selected_by"] if "quantity_kg" in truth.columns else ["quantity_kg", "selected_by"]
    return known.join(found.select(*KEY, *besides), on=KEY, how="left", maintain_order="left")


def _found(outcomes: pl.DataFrame) -> pl.DataFrame:
    """One row a consignment; of several inspections a seizure counts, and the first says how it was selected."""
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
    """Whole days together, so that features that look across a day's filings see all of them."""
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
