"""Find columns of dates that a spreadsheet converted only in part, with day and month exchanged.

    13/04/2024             a text: the program expected the month first, and there is no month 13
    2024-03-04 00:00:00    a date: it was 03/04/2024, the 3rd of April, and became the 4th of March

Where all texts have a part over 12 and all dates are such that the exchange is possible, the dates cannot be trusted.
They are ambiguous, unless day and month are equal.
"""

from __future__ import annotations

import polars as pl

from riskscore.units import counted

_REAL = r"^\s*\d{4}-(\d{2})-(\d{2})(?:[ T]\d{2}:\d{2}:\d{2}(?:\.0+)?)?\s*$"
_SERIAL = r"^\s*[2-7]\d{4}(?:\.\d+)?\s*$"
_WRITTEN = r"^\s*(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d{2})(?:\D.*)?$"
_MONTHS = 12


def doubt(values: pl.Series, read: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Return `read` (columns `moment` and `fault`, one row per value) without untrustworthy dates, and notes.

    A column with dates of both kinds gets a note in any case.
    """
    if values.dtype != pl.String or not values.str.contains(_WRITTEN).any():
        return read, []
    real = (values.str.contains(_REAL) | values.str.contains(_SERIAL)).fill_null(False)
    if not real.any():
        return read, []
    parts = pl.DataFrame({"text": values}).select(
        first=pl.col("text").str.extract(_WRITTEN, 1).cast(pl.Int64),
        second=pl.col("text").str.extract(_WRITTEN, 2).cast(pl.Int64),
    ).drop_nulls()  # fmt: skip
    by_day = (parts["first"] > _MONTHS).all() and (parts["second"] <= _MONTHS).all()
    by_month = (parts["second"] > _MONTHS).all() and (parts["first"] <= _MONTHS).all()
    day, month = read["moment"].dt.day(), read["moment"].dt.month()
    mixed = (
        f"{counted(int(real.sum()), 'value')} are dates of a spreadsheet and {counted(parts.height, 'value')} are texts"
    )
    if not (by_day or by_month) or (day.filter(real) > _MONTHS).any():
        return read, [f"{values.name!r}: {mixed}; check that day and month were not exchanged"]
    doubtful = real & (day != month).fill_null(False)
    lost = read.with_columns(
        moment=pl.when(~doubtful).then("moment"),
        fault=pl.when(doubtful).then(pl.lit("ambiguous_date")).otherwise("fault"),
    )
    return lost, [
        f"{values.name!r}: {mixed}, so a program converted only some of them and may have exchanged day and month; "
        f"{counted(int(doubtful.sum()), 'ambiguous date')}; export the dates as YYYY-MM-DD"
    ]
