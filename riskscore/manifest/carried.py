"""Carry down what a table writes only once: on the first line of a bill, or on the first line of a voyage.

    B1 · SHANGHAI · MSKU1234565 · 24,000 kg        B1 · SHANGHAI · MSKU1234565
    ·  · ·        · TCLU3093643 · 23,500 kg  ─▶    B1 · SHANGHAI · TCLU3093643

Figures are never carried down. A figure in a cell that is merged over several containers belongs to all of them, and
no box has it: it is left empty. A note counts all of this. Only tables of lines are looked at, where the order of the
rows is that of a document; records and messages say what belongs together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from riskscore.cells.headings import Heading
from riskscore.cells.values import COUNTRIES, MOMENTS, PORTS
from riskscore.manifest.formats.table import Table
from riskscore.manifest.several import FIGURES
from riskscore.units import counted

_PARTIES = ("shipper_name", "consignee_name", "notify_name")
_VOYAGE = (*MOMENTS, "port_of_loading", "port_of_discharge", "vessel_name", "vessel_imo", "voyage")
_BILL = (
    *("bill_of_lading", "house_bill", "master_bill", "bill_type", "version", "freight_terms", "forwarder_name"),
    *("shipper_address", "consignee_address", "notify_address", "consignee_id", "goods_description", "hs_codes"),
    *(*_PARTIES, *_VOYAGE, *PORTS, *COUNTRIES),
)
_TELLING = ("bill_of_lading", *MOMENTS, "port_of_loading", "port_of_discharge", *_PARTIES)
"""Columns that must all be blank in a line that goes on with the bill above."""

_LEAST_LINES = 3


def carry(table: Table, headings: Sequence[Heading]) -> tuple[Table, list[str]]:
    """Return `table` with values carried down, and notes on how many; `headings` are its recognised headings."""
    if table.sheet is None and table.delimiter is None:
        return table, []
    columns: dict[str, list[str]] = {}
    for heading in headings:
        if heading.column and table.frame.schema[heading.source] == pl.String:
            columns.setdefault(heading.column, []).append(heading.source)
    once = _first_line_only(table.frame, columns)
    frame, notes = _bill_lines(table.frame, columns)
    if once:
        names = ", ".join(f"'{name}'" for name in once)
        lines = counted(frame.height, "line")
        notes.append(f"{names}: filled on the first line only, so the value counts for all {lines}")
        frame = frame.with_columns(pl.col(once).first())
    if table.carried.width:
        frame, told = _merged_figures(frame, table.carried, columns)
        notes += told
    return replace(table, frame=frame), notes


def _bill_lines(frame: pl.DataFrame, columns: dict[str, list[str]]) -> tuple[pl.DataFrame, list[str]]:
    """Give lines with a container and none of the columns _TELLING what the line above says of the bill.

    A line may repeat the number of the bill, and have a container of its own.
    """
    bills, boxes = columns.get("bill_of_lading", []), columns.get("container_number", [])
    telling = _sources(columns, _TELLING)
    if not bills or not boxes or len(telling) < 2:
        return frame, []
    others = [name for name in telling if name not in bills]
    follows = _blank(frame, others) & ~_blank(frame, boxes)
    if not follows.any():
        return frame, []
    follows &= _blank(frame, bills) | (_as_above(frame, bills) & ~_as_above(frame, boxes))
    follows &= (~follows).cum_sum() > 0
    if not follows.any():
        return frame, []
    place = pl.DataFrame({"place": pl.int_range(frame.height, eager=True), "follows": follows})
    first = place.select(pl.when(~pl.col("follows")).then("place").forward_fill())["place"]
    has_bill = ~_blank(frame[first.to_list()], bills)
    follows &= has_bill
    if not follows.any():
        return frame, []
    filled = [
        frame[name].zip_with(~(follows & _blank(frame, [name])), frame[name].gather(first))
        for name in _sources(columns, _BILL)
    ]
    lines = counted(int(follows.sum()), "line")
    note = f"{lines} without a bill of their own go on with the bill of the line above"
    if not (follows & _blank(frame, bills)).any():
        note = f"{lines} of the bill above, without ports, dates and parties: those of the bill count"
    return frame.with_columns(filled), [note]


def _first_line_only(frame: pl.DataFrame, columns: dict[str, list[str]]) -> list[str]:
    """The dates, ports and vessel that only the first line has, if several columns are like this."""
    if frame.height < 2:
        return []
    once = [
        name
        for name in _sources(columns, _VOYAGE)
        if (frame[name].head(2).str.strip_chars().fill_null("") != "").to_list() == [True, False]
        and _blank(frame.slice(1), [name]).all()
    ]
    return [] if len(once) == 1 and frame.height < _LEAST_LINES else once


def _merged_figures(
    frame: pl.DataFrame, carried: pl.DataFrame, columns: dict[str, list[str]]
) -> tuple[pl.DataFrame, list[str]]:
    """Keep a merged figure once where its lines are of one container; where they are of several, leave it empty."""
    boxes = columns.get("container_number", [])
    box = frame.select(pl.concat_str(boxes, ignore_nulls=True) if boxes else pl.lit(""))
    emptied = []
    for column in FIGURES:
        for name in columns.get(column, []):
            if name not in carried.columns or not carried[name].any():
                continue
            cells = pl.DataFrame({"area": (~carried[name]).cum_sum(), "box": box.to_series(), "carried": carried[name]})
            several = cells.select((pl.col("box").n_unique() > 1).over("area")).to_series()
            frame = frame.with_columns(frame[name].set(several | carried[name], None))
            if several.any():
                emptied.append(column)
    if not emptied:
        return frame, []
    names = ", ".join(dict.fromkeys(emptied))
    return frame, [f"merged cells: figures of several containers together were left empty ({names})"]


def _sources(columns: dict[str, list[str]], names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(source for name in names for source in columns.get(name, [])))


def _as_above(frame: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """Which rows have the same texts in all columns `names` as the row above."""
    same = pl.all_horizontal(pl.col(names).str.strip_chars() == pl.col(names).str.strip_chars().shift(1))
    return frame.select(same.fill_null(False).alias("same")).to_series()


def _blank(frame: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """Which rows are blank in all columns `names`."""
    return frame.select(
        pl.all_horizontal(pl.col(names).fill_null("").str.strip_chars() == "").alias("blank")
    ).to_series()
