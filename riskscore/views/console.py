"""How commands print: tables and text on stdout, progress and warnings on stderr, JSON for other programs.

A text from a manifest may hold anything. `plain` shows characters that control a terminal or cannot be seen by their
numbers, and no text is read as markup.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskscore.progress import listening
from riskscore.visible import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from riskscore.model import tables
    from riskscore.model.card import Card

WIDTH = 100
"""Width in characters when printing into a pipe. A terminal's width is used within NARROW and WIDE."""

NARROW, WIDE = 60, 140


def stdout() -> Console:
    """The console for results; it has colours only on a terminal."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=False)
    console.width = min(max(console.width, NARROW), WIDE) if console.is_terminal else WIDTH
    return console


def table(*headings: str) -> Table:
    """An empty table with these headings, in the style of all tables."""
    from rich import box
    from rich.table import Table

    empty = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        empty.add_column(heading, overflow="fold", no_wrap=place == 0 and len(headings) > 3)
    return empty


def heading(text: str) -> Text:
    """A bold line above a part of the output."""
    from rich.text import Text

    return Text(f"\n{text}", style="bold")


def show(screen: Console, part: tables.Table) -> None:
    """Print a table of text with its title and its note."""
    screen.print(heading(part.title))
    shown = table(*part.header)
    for row in part.rows:
        shown.add_row(*map(plain, row))
    screen.print(shown)
    if part.note:
        screen.print(plain(part.note))


def suffix(out: Path | None, known: Sequence[str], inputs: Sequence[Path] = ()) -> str:
    """The ending of the file to write, in lower case, or an empty text where `out` is None.

    Raises SettingsError for an ending that is not in `known`, and where nothing can be written there; see export.py.
    """
    from riskscore import export

    if out is None:
        return ""
    export.check(out, endings=known, inputs=inputs)
    return out.suffix.lower()


def hanging(mark: str, text: str) -> Table:
    """`text` to the right of `mark`; wrapped lines are indented."""
    from rich.table import Table
    from rich.text import Text

    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_column(no_wrap=True)
    line.add_column()
    line.add_row(Text(mark), Text(text))
    return line


def basis(card: Card) -> str:
    """Which model the scores are from, and what data it learned from."""
    caution = " A score helps to decide what to inspect first. It proves nothing." if card.data == "simulated" else ""
    return f"Model {plain(card.name)}, trained on {plain(card.data)} data.{caution}"


def plain(text: object) -> str:
    """`text` in one line; a character that controls a terminal or cannot be seen is shown by its number."""
    return visible(text)


def short(text: object, length: int) -> str:
    """`plain` text, cut to `length` characters."""
    line = plain(text)
    return line if len(line) <= length else line[: length - 3].rstrip() + "..."


def bill(number: object, length: int) -> str:
    """A bill of lading cut to `length` characters; a house bill stands under its master bill, cut in the same way."""
    from riskscore.manifest.consolidations import JOINT

    return f"{JOINT.rstrip()}\n".join(short(part, length) for part in str(number).split(JOINT))


def warn(text: object) -> None:
    """Print a warning on stderr, in one line."""
    sys.stderr.write(f"warning: {plain(text)}\n")


def emit(value: Any) -> None:
    """Print `value` as JSON, with days and times in ISO 8601."""
    sys.stdout.write(text(value))


def text(value: Any) -> str:
    """`value` as the JSON that `emit` prints; what a terminal would obey or not show is escaped, as JSON allows."""
    written = json.dumps(value, default=_json, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    return written if written.isascii() and "\x7f" not in written else "".join(map(_escaped, written))


def _escaped(char: str) -> str:
    return char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1].replace("\x7f", "\\u007f")


def _json(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


@contextlib.contextmanager
def progress() -> Iterator[None]:
    """Show the current step and its time on stderr, if that is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        with listening(lambda step: bar.update(task, description=step)):
            yield
