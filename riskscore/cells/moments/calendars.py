"""Leave aside dates that cannot be true, and name years of other calendars.

14/03/2567     the year of the Buddhist calendar; read as it stands, the box would arrive in 543 years
113/03/14      the year of the Republic of China
14/09/1445     the year of the Islamic calendar
"""

from __future__ import annotations

import polars as pl

from riskscore.cells.texts import as_text
from riskscore.units import counted

FIRST, END = 1990, 2100
"""The years of dates that can be true: from FIRST, before END."""

REQUIRED = ("filed_at", "known_at")
"""Columns of moments without which a row is refused."""

_REPUBLIC = r"^\s*(?:\x{6C11}[\x{570B}\x{56FD}])?\s*1[0-3]\d\s*[-/.\x{5E74}]\s*\d{1,2}\s*[-/.\x{6708}]\s*\d{1,2}"
_OTHER_YEARS = ((2443, 2643), (1300, 1500))
"""Years of the Buddhist calendar, and of the Islamic and the Persian one, from 1900 to 2100."""


def checked(column: str, values: pl.Series, read: pl.DataFrame, notes: list[str]) -> pl.DataFrame:
    """`read` (of dates.parse) without moments that cannot be true, which become faults.

    Those of a column in REQUIRED stay: its rule refuses them. A note names years of another calendar.
    """
    year = read["moment"].dt.year()
    out = ((year < FIRST) | (year >= END)).fill_null(False)
    if not out.any() and read["fault"].null_count() == read.height:
        return read
    texts = as_text(values)
    other = texts.str.contains(_REPUBLIC).fill_null(False) & read["fault"].is_not_null()
    for least, most in _OTHER_YEARS:
        other |= year.is_between(least, most).fill_null(False)
    if other.any():
        dates = counted(int(other.sum()), "date")
        notes.append(
            f"{column}: {dates} such as {texts.filter(other).item(0)} seem to be of another calendar "
            "(Buddhist, Islamic, Persian, of the Republic of China); write years AD"
        )
    if column in REQUIRED or not out.any():
        return read
    fault = pl.when(pl.Series(out)).then(pl.lit("date_out_of_range")).otherwise("fault")
    return read.with_columns(moment=pl.when(~pl.Series(out)).then("moment"), fault=fault)
