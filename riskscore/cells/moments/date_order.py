"""Decide which number of a date such as 03/04/24 is the day, which the month and which the year.

    25/03/2019 in the column                  ─▶ day first
    24/03/04, 24/03/28: the first stays       ─▶ year first
    01/02/03 alone                            ─▶ ambiguous

What decides is what the values of the column, else of all columns of dates in the file, can be.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import polars as pl

DateOrder: TypeAlias = Literal["day", "month", "year"]
"""What comes first in a date of three numbers."""

_MONTHS, _DAYS = 12, 31
_NEAR = 1
"""Most years between dates of one file for them to count as near."""


def settle(parts: pl.DataFrame, shown: pl.DataFrame, order: DateOrder | None) -> pl.DataFrame:
    """Set `day`, `month` and `year` of `parts` (with texts `first`, `second`, `year`), as the rows `shown` tell.

    `order` is used where it is given. Adds `ambiguous`, which is true where nothing decides.
    """
    first, second, third = (pl.col(name).cast(pl.Int64, strict=False) for name in ("first", "second", "year"))
    short = pl.col("first").is_not_null() & (pl.col("year").str.len_chars() == 2)
    year_first = _year_first(parts.filter(short), shown, order)
    by_year = short & pl.lit(year_first is True)
    is_open = short & pl.lit(year_first is None)
    last = shown if year_first is not True else shown.filter(~short)
    day_first, month_first = (first > _MONTHS) & (second <= _MONTHS), (second > _MONTHS) & (first <= _MONTHS)
    told = last.select(day=day_first.any(ignore_nulls=True), month=month_first.any(ignore_nulls=True)).row(0)
    by_day, by_month = (order == "day", order == "month") if order else (told[0] is True, told[1] is True)
    dotted = pl.col("tidy").str.contains(r"^\d{1,2}\.")
    is_day_first = day_first | pl.lit(by_day and not by_month) | (dotted & pl.lit(not by_month)) | (first == second)
    is_month_first = month_first | pl.lit(by_month and not by_day)
    days = pl.when(month_first).then(second).when(is_day_first).then(first).when(is_month_first).then(second)
    months = pl.when(month_first).then(first).when(is_day_first).then(second).when(is_month_first).then(first)
    day = pl.when(by_year).then(third).when(~is_open).then(days)
    given = pl.col("first").is_not_null()
    return parts.with_columns(
        day=pl.when(given).then(day).otherwise(pl.col("day").cast(pl.Int64)),
        month=pl.when(given)
        .then(pl.when(by_year).then(second).otherwise(months))
        .otherwise(pl.col("month").cast(pl.Int64)),
        year=pl.when(by_year).then(pl.col("first").str.zfill(2)).otherwise("year"),
        ambiguous=given & day.is_null(),
    )


def _year_first(own: pl.DataFrame, shown: pl.DataFrame, order: DateOrder | None) -> bool | None:
    """Whether the year comes first in the dates `own`, whose years have two digits; None where nothing decides."""
    if order is not None or not own.height:
        return order == "year"
    first, second, third = (pl.col(name).cast(pl.Int64) for name in ("first", "second", "year"))
    month_second = second.is_between(1, _MONTHS)
    can = own.select(
        first=(month_second & third.is_between(1, _DAYS)).all(),
        last=(month_second & first.is_between(1, _DAYS)).all()
        | (first.is_between(1, _MONTHS) & second.is_between(1, _DAYS)).all(),
        # 202403 is a month, not a day of the year 2020.
        months=(pl.col("tidy").str.contains(r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])$")).all(),
    ).row(0, named=True)
    if can["months"]:
        return None
    if not (can["first"] and can["last"]):
        return bool(can["first"])
    for rows in (own, shown.filter(pl.col("first").is_not_null() & (pl.col("year").str.len_chars() == 2))):
        spans = rows.select(first=first.max() - first.min(), last=third.max() - third.min()).row(0)
        # Years hardly change in a file, days do.
        if spans[0] != spans[1] and min(spans) <= _NEAR:
            return bool(spans[0] < spans[1])
    return _as_elsewhere(own, shown)


def _as_elsewhere(own: pl.DataFrame, shown: pl.DataFrame) -> bool | None:
    """Whether the first numbers of `own` are near the years of other dates and the last are not; None where unclear."""
    certain = shown.filter(pl.col("first").is_null() | (pl.col("year").str.len_chars() > 2))
    years = certain["year"].str.slice(-2).cast(pl.Int64, strict=False).drop_nulls()
    if not years.len():
        return None
    least, most = years.min(), years.max()
    near = own.select(
        pl.col(name).cast(pl.Int64).is_between(pl.lit(least) - _NEAR, pl.lit(most) + _NEAR).all()
        for name in ("first", "year")
    ).row(0)
    return bool(near[0]) if near[0] != near[1] else None
