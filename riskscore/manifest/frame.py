"""Check frames that a Python caller made: bring them to the canonical columns, or refuse them in one clear line.

frame ─▶ consignments | outcomes ─▶ exactly the columns that the engine works on
container, bill ─▶ key ─▶ the one consignment that is meant
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from riskscore import schema
from riskscore.cells import package_types
from riskscore.cells.values import code
from riskscore.errors import ManifestError, SettingsError
from riskscore.manifest import consolidations
from riskscore.settings import Settings
from riskscore.units import counted


def consignments(frame: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return the canonical columns of `frame` and the service's own (schema.columns), one row per consignment.

    Raises ManifestError where a required column is missing, a type does not fit, or two rows have the same key.
    """
    required = [name for name in schema.REQUIRED if name not in settings.lacks]
    rows = comparable(_conform(frame, schema.columns(settings), required, "consignments"))
    twice = rows.select(schema.KEY).filter(pl.struct(schema.KEY).is_duplicated())
    if not twice.is_empty():
        bill, container = twice.row(0)
        raise ManifestError(
            f"{twice.height:,} rows have the same bill and container as another row, for example {bill} {container}; "
            "keep the latest version of each, and pass the others as `earlier`"
        )
    return rows


def comparable(rows: pl.DataFrame) -> pl.DataFrame:
    """Filings (canonical columns) as the engine compares them: keyed bills, and simple codes of package types."""
    keyed = consolidations.keyed(rows)
    if "package_type" not in keyed.columns:
        return keyed
    return keyed.with_columns(package_types.simple(keyed["package_type"]))


def table(value: object, what: str) -> pl.DataFrame:
    """Turn a table of any library into a Polars frame: lazy frames are collected, PyArrow and pandas tables converted.

    Raises ManifestError where `value` is not a table; the message calls it `what`.
    """
    if isinstance(value, pl.DataFrame):
        return value
    if isinstance(value, pl.LazyFrame):
        return value.collect()
    if hasattr(value, "__arrow_c_stream__"):
        return pl.DataFrame(value)
    raise ManifestError(
        f"the {what} are a {type(value).__name__}, not a table; pass a Polars, PyArrow or pandas table, or read the "
        "file with riskscore.read"
    )


def outcomes(frame: pl.DataFrame | None) -> pl.DataFrame | None:
    """Return exactly the columns schema.OUTCOME of `frame`; None for None.

    Raises ManifestError where a required column is missing, a type does not fit, or a finding is unknown.
    """
    if frame is None:
        return None
    rows = _conform(frame, schema.OUTCOME, schema.OUTCOME_REQUIRED, "outcomes")
    unknown = rows.filter(~pl.col("finding").is_in(schema.FINDINGS))["finding"]
    if unknown.len():
        raise ManifestError(
            f"{counted(unknown.len(), 'outcome')} with an unknown finding, such as {unknown[0]!r}; "
            f"use one of {', '.join(schema.FINDINGS)}"
        )
    return rows


def _conform(
    frame: pl.DataFrame,
    columns: Mapping[str, pl.DataType | type[pl.DataType]],
    required: Sequence[str],
    what: str,
) -> pl.DataFrame:
    """`frame` with exactly `columns`. Raises ManifestError where a required one is missing or a type does not fit."""
    missing = [column for column in required if column not in frame.columns]
    if missing:
        raise ManifestError(f"the {what} lack {counted(len(missing), 'required column')}: {', '.join(missing)}")
    try:
        return schema.conform(frame, columns)
    except pl.exceptions.PolarsError as error:
        reason = " ".join(str(error).split())[:160]
        raise ManifestError(
            f"a column of the {what} cannot be converted to its canonical type ({reason}); see riskscore.schema"
        ) from None


def _parts(bill: pl.Expr) -> list[pl.Expr]:
    return [consolidations.master(bill).alias("master"), consolidations.house(bill).alias("house")]


def key(rows: pl.DataFrame, container: str | None, bill: str | None, settings: Settings) -> tuple[str, str]:
    """Bill and container of the one consignment that `container` means (with `bill`, where it is on several).

    Raises SettingsError where no consignment is meant, or more than one.
    """
    if "container_number" in settings.lacks:
        if bill is None or rows.filter(bill_of_lading=bill.strip()).is_empty():
            raise SettingsError(f"no {settings.row} {bill!r} among the {rows.height:,}; name one by its key (--bill)")
        return bill.strip(), schema.NOTHING
    if container is None:
        raise SettingsError("no container was named; name one (--container)")
    number = code("container_number", pl.Series([container])).item() or ""
    bills = rows.filter(pl.col("container_number") == number)["bill_of_lading"].to_list()
    if bill is not None and bill.strip() not in bills:
        # A consolidated consignment may be named by its house bill, or by its master bill where it is the only one.
        parts = pl.DataFrame({"bill": bills}).select("bill", *_parts(pl.col("bill")))
        same = parts.filter((pl.col("house") == bill.strip()) | (pl.col("master") == bill.strip()))["bill"]
        bill = same.item() if same.len() == 1 else bill
    if not bills:
        raise SettingsError(
            f"no container {number or repr(container)} among the {rows.height:,} consignments; check the number"
        )
    if bill is None and len(bills) > 1:
        raise SettingsError(f"container {number} is on {len(bills)} bills; name one (--bill): {', '.join(bills[:5])}")
    if bill is not None and bill.strip() not in bills:
        raise SettingsError(f"container {number} is not on bill {bill.strip()}; it is on {', '.join(bills[:5])}")
    return (bills[0] if bill is None else bill.strip()), number
