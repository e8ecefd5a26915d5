"""Given: frames that a caller made, brought to the canonical columns or refused in one clear line.

frame ─▶ consignments | outcomes ─▶ exactly the columns that the engine works on
container, bill ─▶ key ─▶ the one consignment that is meant
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from riskscore import schema
from riskscore.cells.values import code
from riskscore.errors import ManifestError, SettingsError
from riskscore.settings import Settings
from riskscore.units import counted


def consignments(frame: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """The canonical columns of `frame` and own ones; raises ManifestError where it cannot be scored."""
    required = [name for name in schema.REQUIRED if name not in settings.lacks]
    rows = _fitting(frame, schema.columns(settings), required, "consignments")
    twice = rows.select(schema.KEY).filter(pl.struct(schema.KEY).is_duplicated())
    if not twice.is_empty():
        bill, container = twice.row(0)
        raise ManifestError(
            f"{twice.height:,} rows share bill and container with another, such as {bill} {container}; "
            "keep the latest version of each and give the others as earlier"
        )
    return rows


def table(given: object, what: str) -> pl.DataFrame:
    """A table of any library as a Polars frame: lazy frames are collected, PyArrow and pandas tables taken over.

    Raises ManifestError where `given`, which is called `what`, is no table.
    """
    if isinstance(given, pl.DataFrame):
        return given
    if isinstance(given, pl.LazyFrame):
        return given.collect()
    if hasattr(given, "__arrow_c_stream__"):
        return pl.DataFrame(given)
    raise ManifestError(
        f"the {what} are a {type(given).__name__}, not a table; give a Polars, PyArrow or pandas table, or read the "
        "file with riskscore.read"
    )


def outcomes(frame: pl.DataFrame | None) -> pl.DataFrame | None:
    """The columns of OUTCOME; raises ManifestError where they are not all there or a finding is not a known one."""
    if frame is None:
        return None
    rows = _fitting(frame, schema.OUTCOME, schema.OUTCOME_REQUIRED, "outcomes")
    odd = rows.filter(~pl.col("finding").is_in(schema.FINDINGS))["finding"]
    if odd.len():
        raise ManifestError(
            f"{counted(odd.len(), 'outcome')} with the finding {odd[0]!r}; known are {', '.join(schema.FINDINGS)}"
        )
    return rows


def _fitting(
    frame: pl.DataFrame,
    columns: Mapping[str, pl.DataType | type[pl.DataType]],
    required: Sequence[str],
    what: str,
) -> pl.DataFrame:
    """`frame` in exactly `columns`; raises ManifestError where a required one is missing or a type does not fit."""
    missing = [column for column in required if column not in frame.columns]
    if missing:
        raise ManifestError(f"{counted(len(missing), 'required column')} not in the {what}: {', '.join(missing)}")
    try:
        return schema.conform(frame, columns)
    except pl.exceptions.PolarsError as unfit:
        reason = " ".join(str(unfit).split())[:160]
        raise ManifestError(f"the {what} do not have the canonical types ({reason}); see schema.COLUMNS") from None


def key(rows: pl.DataFrame, container: str | None, bill: str | None, settings: Settings) -> tuple[str, str]:
    """Bill and container of the one consignment meant by `container` (and `bill`, where it stands on several)."""
    if "container_number" in settings.lacks:
        if bill is None or rows.filter(bill_of_lading=bill.strip()).is_empty():
            raise SettingsError(f"name one of the {rows.height:,} {settings.row}s by its key (--bill), not {bill!r}")
        return bill.strip(), schema.NOTHING
    if container is None:
        raise SettingsError("name the container (--container)")
    number = code("container_number", pl.Series([container])).item() or ""
    bills = rows.filter(pl.col("container_number") == number)["bill_of_lading"].to_list()
    if not bills:
        raise SettingsError(f"no container {number or repr(container)} among the {rows.height:,} consignments")
    if bill is None and len(bills) > 1:
        raise SettingsError(f"container {number} is on {len(bills)} bills, say which: {', '.join(bills[:5])}")
    if bill is not None and bill.strip() not in bills:
        raise SettingsError(f"container {number} is not on bill {bill.strip()}, but on {', '.join(bills[:5])}")
    return (bills[0] if bill is None else bill.strip()), number
