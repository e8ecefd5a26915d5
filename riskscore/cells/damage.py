"""Find what a spreadsheet did to codes: digits lost in an exponent form, codes that became dates, `.0` at the end.

    7.79001E+10    a number of 11 digits of which 6 are left
    3-Jan, Mar-24  was 3-1 or MAR24 once
    80390.0        was 80390

A key that is damaged refuses its row, because two rows may have the same damaged key and different true ones. In other
columns the cell is empty. Notes count both.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskscore.cells import texts
from riskscore.cells.headings import Heading
from riskscore.cells.values import KEYS
from riskscore.units import counted

LOST, DATE = "digits_lost", "became_a_date"
"""The rules that a damaged key breaks."""

_CODES = (*KEYS, "seal_numbers", "consignee_id", "vessel_imo", "voyage")
_NAMES = ("shipper_name", "consignee_name", "notify_name", "forwarder_name", "vessel_name", "container_type")
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_EXPONENT = r"^\s*[+-]?\d(?:[.,]\d+)?E\+\d{2,3}\s*$|^\s*[+-]?\d[.,]\d+E[+-]?\d{1,3}\s*$"
_IS_DATE = (
    rf"^\s*(?:\d{{1,2}}-{_MONTH}(?:-\d{{2,4}})?|{_MONTH}-\d{{2}}"
    r"|(?:19|20)\d{2}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})\s*$"
)
_WHOLE = r"^\s*(\d{4,})\.0\s*$"
_SHOWN = 3


def mend(frame: pl.DataFrame, headings: Sequence[Heading]) -> tuple[pl.DataFrame, list[pl.DataFrame], list[str]]:
    """Return `frame` without damaged codes, faults for damaged keys (frames with columns values.FAULTS), and notes.

    Only the required keys refuse a row: a damaged house or master bill is empty, like any other damaged cell.
    """
    faults: list[pl.DataFrame] = []
    notes: list[str] = []
    for heading in headings:
        if heading.column not in (*_CODES, *_NAMES) or frame[heading.source].dtype != pl.String:
            continue
        values = frame[heading.source]
        kinds = _kinds(values, is_code=heading.column in _CODES)
        if kinds is None:
            continue
        for kind, what in ((LOST, "lost digits in an exponent form"), (DATE, "became a date in a spreadsheet")):
            rows = (kinds == kind).fill_null(False).arg_true()
            if not rows.len():
                continue
            damaged = values.gather(rows)
            shown = ", ".join(damaged.unique(maintain_order=True).head(_SHOWN).str.strip_chars())
            refuses = heading.column in ("bill_of_lading", "container_number")
            end = "the rows are refused; format the column as text before entering codes" if refuses else "left empty"
            notes.append(f"{heading.column}: {counted(rows.len(), 'value')} that {what}, such as {shown}; {end}")
            if refuses:
                faults.append(_faults(rows, kind, str(heading.column), damaged))
            values = values.scatter(rows, None)
        if heading.column in _CODES:
            whole = values.str.contains(_WHOLE)
            if whole.any():
                values = values.str.replace(_WHOLE, "$1")
                notes.append(f"{heading.column}: '.0' was taken off {counted(int(whole.sum()), 'number')}")
        frame = frame.with_columns(values.alias(heading.source))
    return frame, faults, notes


def _kinds(values: pl.Series, *, is_code: bool) -> pl.Series | None:
    """LOST, DATE or null for each value; None where nothing is damaged."""
    suspect = values.str.contains(f"{_EXPONENT}|{_IS_DATE}|{_WHOLE}" if is_code else _EXPONENT)
    if not suspect.any():
        return None
    is_date = pl.col("value").str.contains(_IS_DATE) & is_code
    kind = pl.when(pl.col("value").str.contains(_EXPONENT)).then(pl.lit(LOST)).when(is_date).then(pl.lit(DATE))
    return pl.DataFrame({"value": values}).select(kind.otherwise(None).alias("kind")).to_series()


def _faults(rows: pl.Series, rule: str, column: str, values: pl.Series) -> pl.DataFrame:
    frame = pl.DataFrame({"row": rows.cast(pl.Int64), "value": texts.as_text(values)})
    return frame.select("row", pl.lit(rule).alias("rule"), pl.lit(column).alias("column"), "value")
