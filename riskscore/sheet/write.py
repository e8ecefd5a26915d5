"""Write one sheet to a file, or the sheets of a slate to a folder with an index and one PDF for the printer.

OUT/index.html      list of the boxes with risk, main reason and a link to the sheet
OUT/sheets/*.html   one sheet per box
OUT/slate.pdf       all sheets in one file
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from riskscore import export
from riskscore.language import Language
from riskscore.sheet import page
from riskscore.sheet.sheet import Sheet

SUFFIXES = (".html", ".pdf")


def check(path: Path) -> None:
    """Raise SettingsError if a sheet cannot be written to `path`."""
    export.check(path, endings=SUFFIXES)


def one(sheet: Sheet, path: Path) -> None:
    """Write one sheet as HTML or PDF, by the ending of `path`; no partial file. Raises SettingsError as `check`."""
    check(path)
    export.write_bytes(page.pdf([sheet]) if path.suffix.lower() == ".pdf" else page.html(sheet).encode(), path)


def slate(
    sheets: Sequence[Sheet],
    out: Path,
    *,
    title: str,
    language: Language,
) -> None:
    """Write the sheets of a slate to the new or empty folder `out`, all or nothing.

    Raises SettingsError if the folder is not empty or cannot be made.
    """
    with export.folder(out) as folder:
        (folder / "sheets").mkdir()
        rows = list[dict[str, Any]]()
        for number, sheet in enumerate(sheets, start=1):
            name = f"sheets/{number:03d}-{_name(sheet)}.html"
            (folder / name).write_text(page.html(sheet), "utf-8")
            rows.append({"sheet": sheet, "file": name})
        if sheets:
            (folder / "slate.pdf").write_bytes(page.pdf(sheets))
        (folder / "index.html").write_text(page.index(rows, title=title, language=language), "utf-8")


def _name(sheet: Sheet) -> str:
    """File name of a box: only the letters and digits of its number, so that it is never a path."""
    return re.sub(r"[^A-Za-z0-9]+", "", sheet.title)[:40] or "box"
