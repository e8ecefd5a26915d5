"""Measures: what a night keeps of itself for drift, some thousand counts, so that drift computes no feature again.

    kind      name                    bin                count: consignments that ...
    night     rows                                       are there, on so many `bills`
    sample    bills                                      or rather the number of bills of equal size that vary as much
    column    gross_weight_kg                            lack the canonical or own column
    value     lane, currency, ...     NGAPP to VNHPH     have the value, on so many `bills`; the most frequent ones
    level     value_per_kg, ...       1.3                lie below 10^1.3, and not below 10^1.2
    new       consignee, lane, ...                       have one without any past
    feature   each of the catalogue   0.5, inf, (none)   lie below that edge, or have no value
    score     name of the model       -2.1, inf          have a margin below that edge
    trained   feature or model        as above           the same by the edges of the model's card, with its `expected`

The edges of features and scores stay from night to night. They are those of the model's card, else those of a night
when the lake was SETTLED nights old; until then each night draws its own.
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
"""Nights after which edges that were drawn from a night stay."""

MOST = 1_000
"""Values of a name that are kept, the most frequent ones."""

LAST_BIN = "inf"
"""The bin without an upper end."""

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
"""What is counted value by value; own categories of a service are too."""

LEVELS: Mapping[str, pl.Expr] = {
    "value_per_kg": pl.col("declared_value") / pl.col("gross_weight_kg"),
    "gross_weight_kg": pl.col("gross_weight_kg"),
    "package_count": pl.col("package_count").cast(pl.Float64),
    "volume_m3": pl.col("volume_m3"),
    "freight_charge": pl.col("freight_charge"),
}
"""Amounts whose level is kept, in tenths of a power of ten."""

NEW = {name.removesuffix("_before"): name for name in explore.KNOWN}
"""What may be without a past -> the feature that is 0 then."""

_ASIDE = {"goods_items", "version", *schema.KEY}
"""Columns that say nothing by being absent."""


def keep(lake: Lake, run: Run, rows: pl.DataFrame, matrix: pl.DataFrame, card: Card) -> None:
    """Keep the measures of the night of `run`, once: of its consignments, and of their features and `margin`."""
    if not lake.done("measures", run.number):
        made = measures(rows, matrix, card, edges=_edges(lake, run), settings=lake.settings)
        lake.append("measures", made, run=run.number, night=run.night)


def measures(
    rows: pl.DataFrame,
    matrix: pl.DataFrame,
    card: Card,
    *,
    edges: Mapping[tuple[str, str], list[float]],
    settings: Settings,
) -> pl.DataFrame:
    """The measures of one night: columns kind, name, bin, count, bills and expected of the table `measures`.

    `rows` have the canonical columns, `matrix` the features and `margin` of the same consignments. `edges` are those
    that stay, by kind and name; where there are none, the card's are taken, else they are drawn from `matrix`.
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
    """How many consignments and bills there are, and how many bills of equal size would vary as much (Kish)."""
    sizes = rows.group_by("bill").agg(size=pl.len().cast(pl.Int64))["size"]
    alike = round(int(sizes.sum()) ** 2 / max(int((sizes**2).sum()), 1))
    counts = {"count": [rows.height, alike], "bills": [sizes.len(), None]}
    return pl.DataFrame({"kind": ["night", "sample"], "name": ["rows", "bills"], **counts})


def _bill() -> pl.Expr:
    """What belongs together: a bill of lading, which may have many containers."""
    bill, container = schema.KEY
    return pl.when(pl.col(bill) == schema.NOTHING).then(container).otherwise(bill)


def _bills(bill: pl.Expr) -> pl.Expr:
    return bill.n_unique().cast(pl.Int64)


def _columns(rows: pl.DataFrame, columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """How many rows lack each column; an empty list is none."""
    gaps = [
        _lacks(name, dtype).sum().cast(pl.Int64).alias(name)
        for name, dtype in columns.items()
        if name not in _ASIDE and name in rows.columns
    ]
    found = rows.select(gaps).unpivot(variable_name="name", value_name="count")
    return found.with_columns(kind=pl.lit("column"))


def _lacks(name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    none = pl.col(name).is_null()
    return none | (pl.col(name).list.len() == 0) if isinstance(dtype, pl.List) else none


def _named(settings: Settings) -> Iterator[tuple[str, pl.Expr]]:
    yield from VALUES.items()
    for one in settings.read:
        if one.kind == "category":
            yield one.name, pl.col(one.name)


def _values(rows: pl.DataFrame, name: str, value: pl.Expr) -> pl.DataFrame:
    found = (
        rows.select("bill", bin=value.cast(pl.String))
        .drop_nulls("bin")
        .group_by("bin")
        .agg(count=pl.len().cast(pl.Int64), bills=_bills(pl.col("bill")))
        .sort("count", "bin", descending=[True, False])
        .head(MOST)
    )
    return found.with_columns(kind=pl.lit("value"), name=pl.lit(name))


def _level(rows: pl.DataFrame, name: str, amount: pl.Expr) -> pl.DataFrame:
    """Rows by the tenths of a power of ten of a positive amount."""
    upper = ((amount.log10() * 10).floor().cast(pl.Int64) + 1) / 10
    found = rows.filter((amount > 0) & amount.is_finite()).select(upper.round(1).cast(pl.String).alias("bin"))
    counted = found.group_by("bin").agg(count=pl.len().cast(pl.Int64)).sort("bin")
    return counted.with_columns(kind=pl.lit("level"), name=pl.lit(name))


def _new(matrix: pl.DataFrame) -> pl.DataFrame:
    there = {name: feature for name, feature in NEW.items() if feature in matrix.columns}
    found = matrix.select((pl.col(feature) == 0).sum().cast(pl.Int64).alias(name) for name, feature in there.items())
    return found.unpivot(variable_name="name", value_name="count").with_columns(kind=pl.lit("new"))


def _binned(matrix: pl.DataFrame, card: Card, edges: Mapping[tuple[str, str], list[float]]) -> Iterator[pl.DataFrame]:
    """Features and score in their bins, and in those of the card."""
    trained = {**card.reference.get("features", {})}
    if "score" in card.reference:
        trained[card.name] = card.reference["score"]
    for name in (*card.features, card.name):
        kind, column = ("score", "margin") if name == card.name else ("feature", name)
        values = matrix[column].drop_nulls().to_numpy()
        told = trained.get(name)
        cuts = edges.get((kind, name)) or (told["edges"] if told else distributions.edges(values))
        yield _histogram(kind, name, values, cuts, matrix[column].null_count())
        if told:
            missing = told.get("missing", 0.0)
            shares = [*((1 - missing) * share for share in told["shares"]), missing]
            counted = _histogram("trained", name, values, told["edges"], matrix[column].null_count())
            yield counted.with_columns(expected=pl.Series(shares))


def _histogram(kind: str, name: str, values: np.ndarray, cuts: list[float], missing: int) -> pl.DataFrame:
    """A row a bin, empty ones too, and one for what has no value."""
    return pl.DataFrame(
        {
            "bin": [*map(repr, cuts), LAST_BIN, None],
            "count": [*distributions.counts(values, cuts).tolist(), missing],
        },
        schema_overrides={"bin": pl.String},
    ).with_columns(kind=pl.lit(kind), name=pl.lit(name))


def _edges(lake: Lake, run: Run) -> dict[tuple[str, str], list[float]]:
    """The edges that stay, by kind and name, as the night before has them; none while the lake is young."""
    for first in (run.night - timedelta(2 * SETTLED), date.min):
        kept = lake.read("measures", nights=(first, run.night), columns=["kind", "name", "bin", NIGHT, RUN])
        told = kept.filter(pl.col("kind").is_in(["feature", "score"]) & (pl.col(RUN) < run.number)).collect()
        if told[NIGHT].n_unique() >= SETTLED:
            break
    settled = told.group_by("kind", "name").agg(nights=pl.col(NIGHT).n_unique(), last=pl.col(NIGHT).max())
    settled = settled.filter(pl.col("nights") >= SETTLED)
    rows = told.join(settled, left_on=["kind", "name", NIGHT], right_on=["kind", "name", "last"])
    upper = rows.filter(pl.col("bin") != LAST_BIN).with_columns(pl.col("bin").cast(pl.Float64)).sort("bin")
    cuts = upper.group_by("kind", "name", maintain_order=True).agg("bin")
    return {(kind, name): found for kind, name, found in cuts.iter_rows()}
