"""Choose what identifies a row: a column with a different value in every row. Without one, rows would be merged."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskscore.errors import ManifestError, SettingsError
from riskscore.proposal.look import Column, plain

_NAMES = frozenset(
    (
        *("id", "no", "nr", "num", "number", "numero", "key", "ref", "reference", "referenz", "nummer", "code", "uuid"),
        *("declaration", "entry", "record", "serial", "folio", "registro", "dau", "duimp", "mrn"),
    )
)
_SHOWN = 3


def choose(columns: Sequence[Column]) -> Column | None:
    """The column with a different value in every row; of several, one that is named like a key, then the first.

    Dates and decimal numbers differ by chance, so they are no keys.
    """
    different = [
        column
        for column in columns
        if column.cells.len() > 1
        and column.distinct.len() == column.cells.len()
        and column.moments is None
        and not column.has_decimals
    ]
    return min(different, key=lambda column: not (_NAMES & column.words), default=None)


def named(columns: Sequence[Column], source: str) -> Column:
    """The column that the option --key names. Raises SettingsError where there is none, or a row has no value."""
    for column in columns:
        if column.source == source:
            if column.filled < column.cells.len():
                empty = column.cells.len() - column.filled
                raise SettingsError(
                    f"--key {plain(source)!r}: {empty:,} rows have no value there; name another column, or use "
                    "--number-rows"
                )
            return column
    raise SettingsError(f"--key {plain(source)!r}: the file has no such heading; `riskscore columns FILE` lists them")


def refusal(name: str, columns: Sequence[Column]) -> ManifestError:
    """What to say where no column identifies a row: the columns that come nearest, and the two ways out."""
    height = columns[0].cells.len() if columns else 0
    usable = [column for column in columns if column.distinct.len() and not column.has_decimals]
    nearest = sorted(usable, key=lambda column: -column.distinct.len())[:_SHOWN]
    listed = ", ".join(f"{plain(column.source)!r} ({column.distinct.len():,} different values)" for column in nearest)
    together = pl.DataFrame([column.cells.alias(str(place)) for place, column in enumerate(columns)]).n_unique()
    same = f"; {height - together:,} rows repeat another row in every column" if together < height else ""
    return ManifestError(
        f"{plain(name)}: no column has a different value in each of the {height:,} rows, so rows would be merged; "
        f"nearest: {listed}{same}; give --key HEADING if "
        "rows with the same value there are one case, or --number-rows if each row is a case of its own"
    )
