"""Read workbooks: find the sheets and the rows with the headings, and read every cell as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.formats import heading_rows, layout, repeats, workbook
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.heading_rows import Head
from riskscore.manifest.formats.table import Count, Table, unique
from riskscore.manifest.formats.workbook import Area, Sheet
from riskscore.units import counted

if TYPE_CHECKING:
    import fastexcel


def sniff(file: File) -> bool:
    """Whether the file is a zip with the parts of a workbook."""
    return file.head.startswith(b"PK") and archives.is_workbook(file.data)


def read(file: File, count: Count) -> list[Table]:
    """Read the sheet with the most known headings and all sheets with the same ones; `lines` are rows of the sheet.

    Hidden sheets are left aside. Raises ManifestError where the workbook has no sheet with cells or one that is too
    large, ValueError where it is damaged.
    """
    import fastexcel  # late: it loads Arrow

    packed, measured = workbook.unpack(file.name, file.data)
    try:
        return _read(file.name, fastexcel.read_excel(packed), measured, count)
    except fastexcel.FastExcelError as damaged:
        raise ValueError(str(damaged)) from damaged


@dataclass(frozen=True)
class _Found:
    """A sheet with its cells, its headings and its merged areas, all counted from the first row of the sheet."""

    name: str
    frame: pl.DataFrame
    head: Head
    merged: tuple[Area, ...]


def _read(file: str, library: fastexcel.ExcelReader, measured: dict[str, Sheet], count: Count) -> list[Table]:
    hidden: list[str] = []
    found: list[_Found] = []
    for name in library.sheet_names:
        sheet = library.load_sheet(name, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=None)
        if sheet.visible != "visible":
            hidden.append(name)
        elif (frame := sheet.to_polars()).width and frame.height:
            found.append(_find(name, frame, measured.get(name, Sheet()), count))
    if not found:
        advice = f"; unhide {_named(hidden)} if the manifest is there" if hidden else ""
        raise ManifestError(f"{file} has only empty sheets; a manifest needs at least a row of headings{advice}")
    best = max(found, key=lambda sheet: sheet.head.known)
    wanted = _plain(best.head)
    read = [sheet for sheet in found if best.head.known and _plain(sheet.head) == wanted] or [best]
    tables = [_table(file, sheet) for sheet in read]
    notes = []
    if len(found) + len(hidden) > 1 or len(library.sheet_names) > 1:
        names = _named([sheet.name for sheet in read])
        notes.append(f"sheets that were read: {names} ({len(read)} of {len(library.sheet_names)})")
    left = [f"{sheet.name!r} ({counted(sheet.frame.height, 'row')})" for sheet in found if sheet not in read]
    if left:
        notes.append(f"sheets with other headings were left aside: {', '.join(left)}")
    if hidden:
        notes.append(f"hidden sheets were left aside: {_named(hidden)}; unhide a sheet to have it read")
    return [replace(tables[0], notes=(*notes, *tables[0].notes)), *tables[1:]]


def _named(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def _plain(head: Head) -> list[str]:
    return sorted(" ".join(cell.lower().split()) for cell in head.cells if cell.strip())


def _find(name: str, frame: pl.DataFrame, sheet: Sheet, count: Count) -> _Found:
    """The headings of a sheet. Its merged areas are dropped where its columns are not those that were measured."""
    left = sheet.left if sheet.right - sheet.left + 1 == frame.width else None
    merged = tuple(
        area._replace(left=area.left - left, right=area.right - left)
        for area in sheet.merged
        if left is not None and area.left >= left
    )
    rows = [["" if cell is None else cell for cell in row] for row in frame.head(heading_rows.ROWS).iter_rows()]
    above = [area for area in merged if area.top < heading_rows.ROWS]
    return _Found(name, frame, heading_rows.find(rows, above, count), merged)


def _table(file: str, found: _Found) -> Table:
    """The table of a sheet: the rows below the headings without those that are none, each with its row number."""
    start = found.head.last + 1
    body = found.frame.slice(start)
    body.columns = unique(found.head.cells)
    areas = [
        area._replace(top=area.top - start, bottom=area.bottom - start) for area in found.merged if area.top >= start
    ]
    body, carried, merged = repeats.fill_merged(body, areas)
    lines = pl.int_range(start + 1, start + body.height + 1, dtype=pl.Int64, eager=True).alias("line")
    # A row that only has what was carried to it is blank in the sheet.
    own = body.with_columns(pl.when(~carried[name]).then(pl.col(name)).alias(name) for name in carried.columns)
    used = own.select(~pl.all_horizontal(pl.all().fill_null("").str.strip_chars() == "")).to_series()
    told = layout.tell(file, body.filter(used), found.head.cells, lines.filter(used))
    rows = used.arg_true().filter(told.rows)
    body, ditto = repeats.fill_ditto(body[rows.to_list()] if rows.len() else body.clear())
    notes = [f"merged cells: the values of {counted(merged, 'cell')} stand in all of their rows"] if merged else []
    return Table(
        body,
        lines.gather(rows),
        sheet=found.name,
        carried=carried[rows.to_list()] if carried.width and rows.len() else carried.clear(),
        notes=(*notes, *ditto, *told.notes),
    )
