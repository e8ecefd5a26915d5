"""Read the numbers that US customs give to ports: Schedule D (four digits, in the US) and Schedule K (five, abroad).

    numbers of a column ─▶ all are codes of one schedule, and one begins with no zero ─▶ UN/LOCODEs
    'Schedule K 57035', or a field that a message defines so ─▶ UN/LOCODE

A spreadsheet drops zeros at the beginning: 401 is 0401, Boston. Canada's customs give their offices four digits, of
which the first is a zero, so such numbers say too little alone. The table is loaded only where a number occurs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import polars as pl

from riskscore import reference
from riskscore.units import counted

_NUMBER = r"^[0-9]{3,5}$"
_STATED = r"(?i)^(?:US )?Schedule ([DK])[ :-]+([0-9]{3,5})$"
SCHEDULES = {"D": 4, "K": 5}
"""Schedule -> digits of its codes."""

_IN_US = ("US", "GU", "MP", "PR", "VI")
_SHOWN = 3


def place(number: str | None, schedule: str) -> str | None:
    """The UN/LOCODE of a complete `number` of the `schedule`, where a message says which; else `number` as it is."""
    if number is None or not number.isdecimal() or len(number) != SCHEDULES[schedule]:
        return number
    return _codes(schedule).get(number, number)


def places(frame: pl.DataFrame, schedules: dict[str, str]) -> pl.DataFrame:
    """`frame` with UN/LOCODEs for the numbers in the columns of `schedules` (column -> schedule) that are codes of it.

    Zeros at the beginning may be lost.
    """
    for column, schedule in schedules.items():
        is_number = pl.col(column).str.contains(_NUMBER)
        if frame.select(is_number.any()).item():
            code = pl.when(is_number).then(pl.col(column).str.zfill(SCHEDULES[schedule]))
            known = code.replace_strict(_codes(schedule), default=None, return_dtype=pl.String)
            frame = frame.with_columns(pl.coalesce(known, column).alias(column))
    return frame


def read(
    texts: pl.Series, distinct: pl.Series, beside: Callable[[], pl.Series] | None = None
) -> tuple[pl.DataFrame, list[str]]:
    """Those of `distinct`, the texts of the column `texts`, that are codes: `text`, `read` (UN/LOCODE); and notes.

    A column of Schedule D is not read where `beside` (as in places) names other countries only.
    """
    number = pl.coalesce(pl.col("text").str.extract(_STATED, 2), pl.col("text").str.extract(f"({_NUMBER})", 1))
    asked = pl.DataFrame({"text": distinct}).with_columns(number=number).drop_nulls()
    if asked.is_empty():
        return asked.select("text", read="number"), []
    asked = asked.with_columns(schedule=pl.col("text").str.extract(_STATED, 1).str.to_uppercase())
    alone = asked.filter(pl.col("schedule").is_null())["number"]
    common = _schedule(alone)
    if common == "D" and beside is not None and _is_elsewhere(beside().filter(texts.is_in(alone.implode()))):
        common = None
    asked = asked.with_columns(pl.col("schedule").fill_null(pl.lit(common, pl.String)))
    size = pl.col("schedule").replace_strict(SCHEDULES, default=None, return_dtype=pl.Int64)
    asked = asked.with_columns(code=pl.col("number").str.zfill(size))
    found = asked.join(reference.us_ports(), on=["schedule", "code"]).select("text", read="place")
    return found, _notes(texts, alone, found, common)


def _is_elsewhere(near: pl.Series) -> bool:
    """Whether the lists `near` name countries, and none of them is one where Schedule D has ports."""
    lands = near.explode(empty_as_null=True, keep_nulls=True).drop_nulls()
    return lands.len() > 0 and not lands.is_in(_IN_US).any()


def _notes(texts: pl.Series, alone: pl.Series, found: pl.DataFrame, schedule: str | None) -> list[str]:
    """Say how many numbers `alone` were read as codes of the `schedule`, or how to say that they are codes of one."""
    if schedule is None:
        alone = alone.filter(alone.str.len_chars() >= SCHEDULES["D"])
    count = int(texts.is_in(alone.implode()).sum())
    if not count:
        return []
    if schedule is not None:
        read_ = found.filter(pl.col("text").is_in(alone.implode())).sort("text").head(_SHOWN)
        shown = ", ".join(f"{text} as {port}" for text, port in read_.iter_rows())
        return [f"{texts.name}: {counted(count, 'number')} read as codes of US Schedule {schedule}, such as {shown}"]
    first = alone.sort()[0]
    which = "K" if len(first) == SCHEDULES["K"] else "D"
    return [
        f"{texts.name}: {counted(count, 'number')} not read as ports, such as {first}; "
        f"a code of US Schedule {which} is written 'Schedule {which} {first}'"
    ]


def _schedule(numbers: pl.Series) -> str | None:
    """The schedule that has all `numbers`, if at least one of them is complete and begins with no zero."""
    for schedule, size in SCHEDULES.items():
        is_complete = (numbers.str.len_chars() == size) & ~numbers.str.starts_with("0")
        if is_complete.any() and numbers.str.zfill(size).is_in(list(_codes(schedule))).all():
            return schedule
    return None


@cache
def _codes(schedule: str) -> dict[str, str]:
    return dict(reference.us_ports().filter(schedule=schedule).select("code", "place").iter_rows())
