"""Measures: some thousand counts that a night keeps for drift, so that drift need not compute features again.

    kind      name                    bin                count: the number of consignments that ...
    night     rows                                       were filed; `bills` is the number of their bills
    sample    bills                                      (instead: the effective number of bills, see `_night`)
    column    gross_weight_kg                            lack the column, canonical or declared by the service
    value     lane, currency, ...     NGAPP to VNHPH     have the value, on this many `bills`; the most frequent ones
    level     value_per_kg, ...       1.3                have an amount below 10^1.3 and not below 10^1.2
    new       consignee, lane, ...                       have one without history
    feature   each of the catalogue   0.5, inf, (none)   are below that edge (and not below the previous), or lack it
    score     name of the model       -2.1, inf          have a margin below that edge
    trained   feature or model        as above           are in that bin of the model's card, whose share is `expected`

The edges of features and scores stay the same from night to night. They come from the model's card, or else from a
night when the lake was SETTLED nights old. Until then each night has edges of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl

from riskscore import schema
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT, RUN, find
from riskscore.model import distributions
from riskscore.model.card import Card
from riskscore.runs.log import Run
from riskscore.selection import explore
from riskscore.settings import Settings

SETTLED = 7
"""Number of nights after which edges computed from a night stay the same."""

MOST = 1_000
"""Number of values kept per name, the most frequent ones."""

LAST_BIN = "inf"
"""The bin without an upper edge."""

_HS = pl.col("hs_codes").list.first()

VALUES: Mapping[str, pl.Expr] = {
    "currency": pl.col("currency"),
    "origin_country": pl.col("origin_country"),
    "port_of_loading": pl.col("port_of_loading"),
    "port_of_discharge": pl.col("port_of_discharge"),
    "lane": pl.concat_str("port_of_loading", "port_of_discharge", separator=" to "),
    "hs_chapter": _HS.str.head(2),
    "hs_heading": pl.when(_HS.str.len_chars() >= 4).then(_HS.str.head(4)),
    "container_type": pl.col("container_type"),
    "package_type": pl.col("package_type"),
    "bill_type": pl.col("bill_type"),
    "freight_terms": pl.col("freight_terms"),
    "consignee": pl.col("consignee_name"),
    "shipper": pl.col("shipper_name"),
}
"""Columns counted value by value; a service's own categories are added."""

LEVELS: Mapping[str, pl.Expr] = {
    "value_per_kg": pl.col("declared_value") / pl.col("gross_weight_kg"),
    "gross_weight_kg": pl.col("gross_weight_kg"),
    "package_count": pl.col("package_count").cast(pl.Float64),
    "volume_m3": pl.col("volume_m3"),
    "freight_charge": pl.col("freight_charge"),
}
"""Amounts counted in bins of a tenth of a power of ten."""

NEW = {name.removesuffix("_before"): name for name in explore.KNOWN}
"""What may be without history -> the feature that is 0 then."""

_NOT_COUNTED = {"goods_items", "version", *schema.KEY}
"""Columns whose absence means nothing."""


def keep(lake: Lake, run: Run, rows: pl.DataFrame, matrix: pl.DataFrame, card: Card) -> None:
    """Write the measures of `run` to the lake, once; `rows` and `matrix` as in `measures`."""
    if not lake.done("measures", run.number):
        counts = measures(rows, matrix, card, edges=_edges(lake, run), settings=lake.settings)
        lake.append("measures", counts, run=run.number, night=run.night)


def measures(
    rows: pl.DataFrame,
    matrix: pl.DataFrame,
    card: Card,
    *,
    edges: Mapping[tuple[str, str], list[float]],
    settings: Settings,
) -> pl.DataFrame:
    """Return the measures of one night: the columns kind, name, bin, count, bills and expected of table `measures`.

    `rows` have the canonical columns, `matrix` the features and `margin` of the same consignments. `edges` are those
    of earlier nights, by kind and name. If there are none, those of the card are used, or else edges are computed from
    `matrix`.
    """
    counted = rows.with_columns(bill=_bill())
    return pl.concat(
        [
            pl.DataFrame(schema=_SCHEMA),
            _night(counted),
            _columns(rows, schema.columns(settings)),
            *(_values(counted, name, value) for name, value in _named(settings)),
            *(_level(rows, name, amount) for name, amount in LEVELS.items()),
            _new(matrix),
            *_binned(matrix, card, edges),
        ],
        how="diagonal",
    ).select(pl.col(name).cast(dtype) for name, dtype in _SCHEMA.items())


_SCHEMA = dict(find("measures").own)


def _night(rows: pl.DataFrame) -> pl.DataFrame:
    """Count consignments and bills, and the effective number of bills: how many of equal size vary as much (Kish)."""
    sizes = rows.group_by("bill").agg(size=pl.len().cast(pl.Int64))["size"]
    effective = round(int(sizes.sum()) ** 2 / max(int((sizes**2).sum()), 1))
    counts = {"count": [rows.height, effective], "bills": [sizes.len(), None]}
    return pl.DataFrame({"kind": ["night", "sample"], "name": ["rows", "bills"], **counts})


def _bill() -> pl.Expr:
    """Return what groups consignments: the bill of lading, or the container if there is no bill."""
    bill, container = schema.KEY
    return pl.when(pl.col(bill) == schema.NOTHING).then(container).otherwise(bill)


def _bills(bill: pl.Expr) -> pl.Expr:
    return bill.n_unique().cast(pl.Int64)


def _columns(rows: pl.DataFrame, columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """Count the rows without each column; an empty list counts as missing."""
    gaps = [
        _lacks(name, dtype).sum().cast(pl.Int64).alias(name)
        for name, dtype in columns.items()
        if name not in _NOT_COUNTED and name in rows.columns
    ]
    counts = rows.select(gaps).unpivot(variable_name="name", value_name="count")
    return counts.with_columns(kind=pl.lit("column"))


def _lacks(name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    is_null = pl.col(name).is_null()
    return is_null | (pl.col(name).list.len() == 0) if isinstance(dtype, pl.List) else is_null


def _named(settings: Settings) -> Iterator[tuple[str, pl.Expr]]:
    yield from VALUES.items()
    for field in settings.read:
        if field.kind == "category":
            yield field.name, pl.col(field.name)


def _values(rows: pl.DataFrame, name: str, value: pl.Expr) -> pl.DataFrame:
    counts = (
        rows.select("bill", bin=value.cast(pl.String))
        .drop_nulls("bin")
        .group_by("bin")
        .agg(count=pl.len().cast(pl.Int64), bills=_bills(pl.col("bill")))
        .sort("count", "bin", descending=[True, False])
        .head(MOST)
    )
    return counts.with_columns(kind=pl.lit("value"), name=pl.lit(name))


def _level(rows: pl.DataFrame, name: str, amount: pl.Expr) -> pl.DataFrame:
    """Count the rows with a positive amount in each tenth of a power of ten."""
    upper = ((amount.log10() * 10).floor().cast(pl.Int64) + 1) / 10
    bins = rows.filter((amount > 0) & amount.is_finite()).select(upper.round(1).cast(pl.String).alias("bin"))
    counts = bins.group_by("bin").agg(count=pl.len().cast(pl.Int64)).sort("bin")
    return counts.with_columns(kind=pl.lit("level"), name=pl.lit(name))


def _new(matrix: pl.DataFrame) -> pl.DataFrame:
    present = {name: feature for name, feature in NEW.items() if feature in matrix.columns}
    counts = matrix.select((pl.col(feature) == 0).sum().cast(pl.Int64).alias(name) for name, feature in present.items())
    return counts.unpivot(variable_name="name", value_name="count").with_columns(kind=pl.lit("new"))


def _binned(matrix: pl.DataFrame, card: Card, edges: Mapping[tuple[str, str], list[float]]) -> Iterator[pl.DataFrame]:
    """Count features and score in their own bins, and in those of the card."""
    trained = {**card.reference.get("features", {})}
    if "score" in card.reference:
        trained[card.name] = card.reference["score"]
    for name in (*card.features, card.name):
        kind, column = ("score", "margin") if name == card.name else ("feature", name)
        values = matrix[column].drop_nulls().to_numpy()
        reference = trained.get(name)
        cuts = edges.get((kind, name)) or (reference["edges"] if reference else distributions.edges(values))
        yield _histogram(kind, name, values, cuts, matrix[column].null_count())
        if reference:
            missing = reference.get("missing", 0.0)
            shares = [*((1 - missing) * share for share in reference["shares"]), missing]
            counts = _histogram("trained", name, values, reference["edges"], matrix[column].null_count())
            yield counts.with_columns(expected=pl.Series(shares))


def _histogram(kind: str, name: str, values: np.ndarray, cuts: list[float], missing: int) -> pl.DataFrame:
    """Return one row per bin, empty ones too, and one for missing values."""
    return pl.DataFrame(
        {
            "bin": [*map(repr, cuts), LAST_BIN, None],
            "count": [*distributions.counts(values, cuts).tolist(), missing],
        },
        schema_overrides={"bin": pl.String},
    ).with_columns(kind=pl.lit(kind), name=pl.lit(name))


def _edges(lake: Lake, run: Run) -> dict[tuple[str, str], list[float]]:
    """Return the edges of the last night, by kind and name; none until they have been kept for SETTLED nights."""
    for first in (run.night - timedelta(2 * SETTLED), date.min):
        measured = lake.read("measures", nights=(first, run.night), columns=["kind", "name", "bin", NIGHT, RUN])
        bins = measured.filter(pl.col("kind").is_in(["feature", "score"]) & (pl.col(RUN) < run.number)).collect()
        if bins[NIGHT].n_unique() >= SETTLED:
            break
    settled = bins.group_by("kind", "name").agg(nights=pl.col(NIGHT).n_unique(), last=pl.col(NIGHT).max())
    settled = settled.filter(pl.col("nights") >= SETTLED)
    rows = bins.join(settled, left_on=["kind", "name", NIGHT], right_on=["kind", "name", "last"])
    upper = rows.filter(pl.col("bin") != LAST_BIN).with_columns(pl.col("bin").cast(pl.Float64)).sort("bin")
    cuts = upper.group_by("kind", "name", maintain_order=True).agg("bin")
    return {(kind, name): edges for kind, name, edges in cuts.iter_rows()}
