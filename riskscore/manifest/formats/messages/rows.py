"""Collect the consignments of a message in canonical columns, while the message is read.

    rows = Rows("CUSCAR D.95B")
    rows.add(12, {"bill_of_lading": "B1", "container_number": "MSKU1234565", ...})
    rows.refuse(40, "cut_off", "the file ends within this bill")
    rows.table()

A row is one container on one bill, or on one house bill. Finished rows are kept as Polars frames of CHUNK rows, so the
memory for Python objects stays level however long the message is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from riskscore import schema
from riskscore.manifest.formats.messages import limits
from riskscore.manifest.formats.table import BROKEN, CANCELLED, Table
from riskscore.schema import ITEM

CHUNK = 5_000
"""Rows that are kept as Python objects at most."""

CANCELS = "cancelled"
"""Field of a row that only cancels what its keys name."""

TOO_LARGE = "too_large"
"""Field of a row that stands for a bill with more than any bill has, and says what it has."""

_ITEMS = "goods_items"
_SAYING = ("bill_of_lading", "house_bill", "container_number", "goods_description")
"""Columns of which a consignment has at least one."""

_LONGEST = 10_000
_MOST_REFUSED = 20_000


class Rows:
    """Rows of one message or file; `form` is the name of its format for people."""

    def __init__(self, form: str) -> None:
        self.form = form
        self._lines: list[int] = []
        self._rows: list[Mapping[str, Any]] = []
        self._frames: list[pl.DataFrame] = []
        self._broken: list[tuple[int, str, None, str, str]] = []
        self._cancelled: list[tuple[Any, ...]] = []
        self._cancelled_frames: list[pl.DataFrame] = []
        self._unlisted = 0

    def __len__(self) -> int:
        return sum(frame.height for frame in self._frames) + len(self._rows)

    def add(self, line: int, values: Mapping[str, Any]) -> None:
        """Add a consignment that begins in `line` (or segment) of the message.

        `values` has columns of schema.COLUMNS in their types; what is not known is left out. With `cancelled` true
        the row cancels the consignments that its bill, house bill and container name. A row without any of these
        and without goods is refused, and so is one that is `too_large`.
        """
        if values.get(CANCELS):
            self._cancelled.append((line, *(values.get(name) for name in CANCELLED if name != "line")))
            if len(self._cancelled) >= CHUNK:
                self._flush_cancelled()
            return
        if TOO_LARGE in values:
            self.refuse(line, limits.RULE, values[TOO_LARGE])
            return
        if not any(map(values.get, _SAYING)):
            self.refuse_empty(line)
            return
        self._lines.append(line)
        self._rows.append(values)
        if len(self._rows) >= CHUNK:
            self._flush()

    def refuse_empty(self, line: int) -> None:
        """Refuse the consignment that begins in `line`, because nothing is said of it."""
        self.refuse(line, "empty_bill", "a consignment of which the message says nothing")

    def refuse(self, line: int, rule: str, text: str) -> None:
        """Refuse a part of the message for one `rule` (one_word_with_underscores); `text` is shown with it."""
        if len(self._broken) >= _MOST_REFUSED:
            self._unlisted += 1
            return
        shown = text[:_LONGEST]
        self._broken.append((line, rule, None, shown, json.dumps({"text": shown}, ensure_ascii=False)))

    def table(self, notes: Sequence[str] = (), encoding: str | None = None) -> Table:
        """All rows as a table: columns of schema.COLUMNS that any row has, and the parts that were refused."""
        self._flush()
        self._flush_cancelled()
        used = {"house_bill", "_line", *schema.REQUIRED, *(name for frame in self._frames for name in frame.columns)}
        none = pl.DataFrame(schema={name: dtype for name, dtype in _TYPES.items() if name in used})
        frame = pl.concat([none, *self._frames], how="diagonal")
        is_house = pl.col("house_bill").is_not_null() & (pl.col("house_bill") != pl.col("bill_of_lading"))
        frame = frame.with_columns(consolidated=pl.when(is_house).then(True))
        filled = [
            name
            for name in schema.COLUMNS
            if name in schema.REQUIRED or (name in frame.columns and frame[name].null_count() < frame.height)
        ]
        told = list(notes)
        if self._unlisted:
            told.append(f"{self._unlisted:,} more parts of the message were refused than are listed")
        return Table(
            frame.select(filled),
            frame["_line"].alias("line"),
            format=self.form,
            encoding=encoding,
            broken=pl.DataFrame(self._broken, schema=BROKEN, orient="row"),
            notes=tuple(told),
            is_message=True,
            cancelled=pl.concat([pl.DataFrame(schema=CANCELLED), *self._cancelled_frames]),
        )

    def _flush(self) -> None:
        if self._rows:
            self._frames.append(_frame(self._rows, self._lines))
            self._rows, self._lines = [], []

    def _flush_cancelled(self) -> None:
        if self._cancelled:
            self._cancelled_frames.append(pl.DataFrame(self._cancelled, schema=CANCELLED, orient="row"))
            self._cancelled = []


def _frame(rows: list[Mapping[str, Any]], lines: list[int]) -> pl.DataFrame:
    """Rows as a frame of the canonical columns that any of them has, and `_line`.

    It is made column by column, which is faster than row by row. Columns without a value are left out, because a null
    takes as much memory as a number.
    """
    present = {name for row in rows for name in row}
    columns = [
        _column(name, [row.get(name) for row in rows], dtype)
        for name, dtype in schema.COLUMNS.items()
        if name in present and name != _ITEMS
    ]
    frame = pl.DataFrame([*columns, pl.Series("_line", lines, pl.Int64)])
    if _ITEMS in present:
        frame = frame.with_columns(_items(rows))
    return frame


def _column(name: str, values: list[Any], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    if dtype != schema.TEXTS:
        return pl.Series(name, values, dtype, strict=False)
    return _lists(name, values, pl.Series([text for texts in values for text in texts or ()], dtype=pl.String))


def _items(rows: list[Mapping[str, Any]]) -> pl.Series:
    """The goods lines of each row as one list column; null for a row without any."""
    lists = [row.get(_ITEMS) for row in rows]
    flat = [item for items in lists for item in items or ()]
    fields = [
        pl.Series(field.name, [item.get(field.name) for item in flat], field.dtype, strict=False)
        for field in ITEM.fields
    ]
    return _lists(_ITEMS, lists, pl.DataFrame(fields).to_struct())


def _lists(name: str, lists: list[Sequence[Any] | None], flat: pl.Series) -> pl.Series:
    """`flat`, the elements of all `lists`, as a list column; null for a row without any.

    Polars would make a series of each list, which takes twenty times as long.
    """
    counts = pl.Series([len(elements or ()) for elements in lists], dtype=pl.UInt32)
    places = pl.int_range(len(lists), dtype=pl.UInt32, eager=True)
    owners = places.repeat_by(counts).explode(empty_as_null=False, keep_nulls=False)
    gathered = pl.DataFrame([owners.alias("row"), flat.alias(name)]).group_by("row", maintain_order=True).agg(name)
    return pl.DataFrame({"row": places}).join(gathered, on="row", how="left", maintain_order="left")[name]


_TYPES = {**schema.COLUMNS, "_line": pl.Int64}
