"""Names of months and weekdays in English, Spanish, French, Portuguese, German, Italian, Russian and Turkish.

The names are data, in `features/reference/columns.toml`. `cells/dates.py` reads months that are written as numbers.
"""

from __future__ import annotations

from functools import cache

from riskscore.cells import headings
from riskscore.cells.texts import without_accents


def plain(text: str) -> str:
    """`text` in capitals without accents, as dates are read."""
    return without_accents(text).upper()


@cache
def months() -> dict[str, int]:
    """The number of each month, by its name in capitals without accents."""
    names = headings.table()["values"]["dates"]["months"]
    return {plain(name): number for number, group in enumerate(names, start=1) for name in group.split()}


@cache
def weekday() -> str:
    """The pattern of a weekday before a date."""
    names = {plain(name) for group in headings.table()["values"]["dates"]["weekdays"] for name in group.split()}
    return rf"^(?:{'|'.join(sorted(names, key=len, reverse=True))})[., ]+"
