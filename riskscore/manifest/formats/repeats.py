"""Values that a sheet writes once for several rows: in a merged cell, or as a ditto mark below the first.

A merged cell's value is given to all rows of the cell, and the table says which ones it was carried to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import polars as pl

from riskscore.manifest.formats.workbook import Area
from riskscore.units import counted

_SIGN = r"""["\x{201C}\x{201D}\x{201E}\x{2033}\x{3003}\x{FF02}]|''|\x{B4}\x{B4}|``|,,|//|\x{2019}\x{2019}"""
_WORD = "idem|ídem|ditto|dto|ibid|ibidem|como arriba|wie oben|то же|同上|同前|như trên"
_SHORT = "do|id"
_GAP = r"[\s.\-\x{2010}-\x{2015}]"
_DRESS = r"""[\s"'.\-\x{2010}-\x{2015}]"""
_MARK = rf"(?i)^(?:{_GAP}*(?:{_SIGN})(?:{_SIGN}|{_GAP})*|{_DRESS}*(?:{_WORD}){_DRESS}*)$"
_DRESSED = rf"(?i)^(?:{_DRESS}+(?:{_SHORT}){_DRESS}*|(?:{_SHORT}){_DRESS}+)$"
_BARE = rf"(?i)^\s*(?:{_SHORT})\s*$"
_CODE = 3
"""Longest text that may be a country's code: DO and ID are countries, too, in capitals."""


def fill_merged(frame: pl.DataFrame, areas: Sequence[Area]) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Give the value of each merged cell to all of its rows, in its first column.

    `areas` are in rows and columns of `frame`. Returns the frame; Boolean columns, for those columns of `frame` that
    got any value, of the rows that got it; and the number of merged cells. Other columns of a merged cell stay empty:
    text that is merged over several columns is a title or a remark.
    """
    rows: dict[int, list[int]] = defaultdict(list)
    sources: dict[int, list[int]] = defaultdict(list)
    filled = 0
    for area in areas:
        bottom = min(area.bottom, frame.height - 1)
        if area.left >= frame.width or bottom <= area.top or frame[area.top, area.left] is None:
            continue
        filled += 1
        rows[area.left].extend(range(area.top + 1, bottom + 1))
        sources[area.left].extend([area.top] * (bottom - area.top))
        if len(rows[area.left]) > frame.height:
            raise ValueError("its merged cells overlap")
    carried = {}
    for column, places in rows.items():
        values = frame.to_series(column)
        frame = frame.with_columns(values.scatter(places, values.gather(sources[column])))
        carried[values.name] = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True).scatter(places, True)
    return frame, pl.DataFrame(carried), filled


def fill_ditto(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Give each cell with a ditto mark the value above it, and say how many there were.

    A word such as IDEM that is the only mark of its row stays: under a notify party it means the consignee.
    """
    found = {values.name: marks for values in frame if (marks := _marks(values)) is not None}
    if not found:
        return frame, []
    alone = pl.DataFrame(found).select(pl.sum_horizontal(pl.all().cast(pl.UInt32)) == 1).to_series()
    count = 0
    columns = []
    for name, marks in found.items():
        values = frame[name]
        is_word = values.str.contains(r"\p{L}").fill_null(False)
        above = pl.DataFrame({"place": pl.int_range(values.len(), eager=True), "is_mark": marks & ~(alone & is_word)})
        places = above.select(pl.when(~pl.col("is_mark")).then("place").forward_fill())["place"]
        count += int((above["is_mark"] & places.is_not_null()).sum())
        columns.append(values.gather(places.fill_null(pl.int_range(values.len(), eager=True))).alias(name))
    if not count:
        return frame, []
    return frame.with_columns(columns), [f"ditto marks: {counted(count, 'cell')} took the value of the row above"]


def _marks(values: pl.Series) -> pl.Series | None:
    """Which of `values` are ditto marks; None where none is."""
    marks = (values.str.contains(_MARK) | values.str.contains(_DRESSED)).fill_null(False)
    bare = values.str.contains(_BARE).fill_null(False)
    if bare.any():
        above = values.set(marks | bare, None).forward_fill()
        is_no_code = (above.str.len_chars() > _CODE) | above.str.contains(r"[^A-Za-z]")
        marks |= bare & (is_no_code | values.str.contains(r"^\s*(?:do|id)\s*$")).fill_null(False)
    return marks if marks.any() else None
