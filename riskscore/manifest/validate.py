"""The rules that a goods line must meet to be scored. A sign of risk never breaks a rule.

A wrong check digit, an unknown port or a weight beyond the container's payload says something about the consignment, so
it is scored. A missing bill number means that the row was not read correctly, so it is refused. Figures of a file that
cannot be true are left empty before (cells/figures.py); the rules on figures are for what is added up later.
"""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from riskscore.cells.texts import as_text
from riskscore.lean import without

with without("sqlalchemy", "pydantic"):
    import dataframely as dy

_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
_END = datetime(2100, 1, 1, tzinfo=UTC)
_MOST = 1e15


class Line(dy.Schema):
    """The rules for a goods line; `row` is its place in the file's table."""

    row = dy.Int64()
    bill_of_lading = dy.String(nullable=False, min_length=1, max_length=100)
    container_number = dy.String(nullable=False, min_length=1, max_length=100)
    filed_at = dy.Datetime(nullable=False, min=_FIRST, max_exclusive=_END, time_zone="UTC", time_unit="us")
    port_of_loading = dy.String(nullable=False, min_length=1)
    port_of_discharge = dy.String(nullable=False, min_length=1)
    goods_description = dy.String(nullable=False, min_length=1)
    version = dy.Int64(nullable=True, min=0, max=1_000_000)
    package_count = dy.Int64(nullable=True, min=0, max=1_000_000_000)
    gross_weight_kg = dy.Float64(nullable=True, min=0, max=_MOST, allow_inf=False, allow_nan=False)
    volume_m3 = dy.Float64(nullable=True, min=0, max=_MOST, allow_inf=False, allow_nan=False)
    declared_value = dy.Float64(nullable=True, min=0, max=_MOST, allow_inf=False, allow_nan=False)
    freight_charge = dy.Float64(nullable=True, min=0, max=_MOST, allow_inf=False, allow_nan=False)
    temperature_c = dy.Float64(nullable=True, min=-_MOST, max=_MOST, allow_inf=False, allow_nan=False)


class Outcome(dy.Schema):
    """The rules for an outcome of an inspection; `row` is its place in the file's table."""

    row = dy.Int64()
    bill_of_lading = dy.String(nullable=False, min_length=1, max_length=100)
    container_number = dy.String(nullable=False, min_length=1, max_length=100)
    known_at = dy.Datetime(nullable=False, min=_FIRST, max_exclusive=_END, time_zone="UTC", time_unit="us")
    finding = dy.String(nullable=False, min_length=1)
    quantity_kg = dy.Float64(nullable=True, min=0, max=_MOST, allow_inf=False, allow_nan=False)


RULES = {
    "nullability": "required",
    "min_length": "required",
    "max_length": "too_long",
    "inf": "not_a_number",
    "nan": "not_a_number",
    "min": "too_small",
    "max": "too_large",
    "max_exclusive": "too_large",
}
"""dataframely's check -> name of the rule in the quarantine. Where the minimum is zero, the name is `negative`."""

_DATES = ("filed_at", "known_at")


def faults(frame: pl.DataFrame, rules: type[dy.Schema]) -> pl.DataFrame:
    """Find the rows of `frame` that break `rules`: `row`, `rule`, `column`, `value`, one row per broken rule."""
    _, failure = rules.filter(frame.select(rules.column_names()))
    schema = {"row": pl.Int64, "rule": pl.String, "column": pl.String, "value": pl.String}
    details = failure.details() if len(failure) else None
    if details is None:
        return pl.DataFrame(schema=schema)
    broken = [
        details.filter(pl.col(check) == "invalid").select(
            "row",
            pl.lit(_rule(check)).alias("rule"),
            pl.lit(check.partition("|")[0]).alias("column"),
            as_text(details.filter(pl.col(check) == "invalid")[check.partition("|")[0]]).alias("value"),
        )
        for check in sorted(failure.counts(), key=lambda check: _rule(check) != "not_a_number")
    ]
    return pl.concat([pl.DataFrame(schema=schema), *broken])


def _rule(check: str) -> str:
    column, _, kind = check.partition("|")
    if column in _DATES and kind in ("min", "max_exclusive"):
        return "date_out_of_range"
    if kind == "min" and column != "temperature_c":
        return "negative"
    return RULES.get(kind, kind)
