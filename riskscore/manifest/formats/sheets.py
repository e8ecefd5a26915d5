"""Read workbooks: find the sheets and the rows with the headings, and read every cell as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.formats import heading_rows, layout, number_formats, repeats, workbook
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.heading_rows import Head
from riskscore.manifest.formats.silence import silent
from riskscore.manifest.formats.table import MAX_HEADINGS, Count, Table, unique
from riskscore.manifest.formats.workbook import Area, Sheet
from riskscore.units import counted

if TYPE_CHECKING:
    import fastexcel


def sniff(file: File) -> bool:
    """Whether the file is a zip with the parts of a workbook."""
    return file.head.startswith(b"PK") and archives.is_workbook(file.data)


def read(file: File, count: Count) -> list[Table]:
    """Read an XLSX workbook. Raises as `read_sheets` does, and ManifestError where it is too large."""
    return read_sheets(file.name, *workbook.unpack(file.name, file.data), count)


def read_sheets(file: str, data: bytes, measured: dict[str, Sheet], count: Count) -> list[Table]:
    """Read the sheet with the most known headings and all sheets with the same ones; `lines` are rows of the sheet.

    `data` is a workbook in any format that the library knows, `measured` its sheets by name. Hidden sheets are left
    aside. Raises ManifestError where the workbook `file` has no sheet with cells, ValueError where it is damaged.
    """
    import fastexcel  # late: it loads Arrow

    try:
        with silent():
            return _read(file, fastexcel.read_excel(data), measured, count)
    except fastexcel.FastExcelError as damaged:
        raise ValueError(str(damaged)) from damaged
    except BaseException as failed:
        if type(failed).__name__ != "PanicException":  # the library has no name for it
            raise
        raise ValueError("its parts contradict each other") from None


@dataclass(frozen=True, eq=False)
class _Found:
    """A sheet with its cells, its headings and its merged areas, all counted from the first row of the sheet.

    `units` are those that the number formats of a column of `frame` show, by its place.
    """

    name: str
    frame: pl.DataFrame
    head: Head
    merged: tuple[Area, ...]
    units: Mapping[int, Counter[str]]


def _read(file: str, library: fastexcel.ExcelReader, measured: dict[str, Sheet], count: Count) -> list[Table]:
    hidden: list[str] = []
    found: list[_Found] = []
    wide: list[str] = []
    for name in library.sheet_names:
        if name in measured and measured[name].right < 0:
            continue  # a chart, or a sheet without cells
        if name in measured and measured[name].right - measured[name].left >= MAX_HEADINGS:
            wide.append(name)  # the library takes many seconds for these
            continue
        sheet = library.load_sheet(name, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=None)
        if sheet.visible != "visible":
            hidden.append(name)
        elif (frame := sheet.to_polars()).width and frame.height:
            found.append(_find(name, frame, measured.get(name, Sheet()), count))
    if wide and not found:
        width = max(measured[name].right - measured[name].left + 1 for name in wide)
        raise ManifestError(f"{file} has {width:,} columns; at most {MAX_HEADINGS:,} are read, so remove some")
    if not found:
        advice = f"; unhide {_named(hidden)} if the manifest is there" if hidden else ""
        raise ManifestError(f"{file} has only empty sheets; a manifest needs at least a row of headings{advice}")
    best = max(found, key=lambda sheet: sheet.head.known)
    wanted = _plain(best.head)
    read = [sheet for sheet in found if best.head.known and _plain(sheet.head) == wanted] or [best]
    tables = [_table(file, sheet) for sheet in read]
    notes = []
    if len(library.sheet_names) > 1:
        names = _named([sheet.name for sheet in read])
        notes.append(f"sheets that were read: {names} ({len(read)} of {len(library.sheet_names)})")
    left = [f"{sheet.name!r} ({counted(sheet.frame.height, 'row')})" for sheet in found if sheet not in read]
    if left:
        notes.append(f"sheets with other headings were left aside: {', '.join(left)}")
    if wide:
        notes.append(f"sheets with more than {MAX_HEADINGS:,} columns were left aside: {_named(wide)}")
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
    units = {} if left is None else {place - left: shown for place, shown in sheet.units.items() if place >= left}
    return _Found(name, frame, heading_rows.find(rows, above, count), merged, units)


def _table(file: str, found: _Found) -> Table:
    """The table of a sheet: the rows below the headings without those that are none, each with its row number."""
    start = found.head.last + 1
    body = found.frame.slice(start)
    cells, shown = number_formats.in_headings(found.head.cells, found.units)
    body.columns = unique(cells)
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
        notes=(*notes, *shown, *ditto, *told.notes),
        above=tuple(tuple(cell or "" for cell in row) for row in found.frame.head(found.head.first).iter_rows()),
    )
