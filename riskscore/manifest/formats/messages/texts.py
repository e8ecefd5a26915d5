"""Texts of a message in one line, and addresses from their parts."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 20_000
"""Characters of a text that are kept."""

_NOTHING = frozenset(("N/A", "N.A.", "NIL", "NULL", "NONE", "TBA"))
_LONG = 4
"""No word for nothing is longer."""


def one_line(value: object) -> str | None:
    """A text with single blanks for line breaks and runs of blanks; None where nothing is left."""
    return (" ".join(value.split()) or None) if isinstance(value, str) else None


def text(value: object) -> str | None:
    """A text in one line; None where it says nothing, as dashes and N/A do.

    For numbers, places and parties. A description of goods that says NIL is kept, because it is a sign of risk.
    """
    plain = one_line(value)
    return plain if plain and _says(plain) else None


def _says(plain: str) -> bool:
    if len(plain) > _LONG and plain[0].isalnum():
        return True
    return plain.upper() not in _NOTHING and plain.strip("-.* ") != ""


def address(parts: Iterable[object], country: object = None) -> str | None:
    """The lines and parts of an address joined by commas, each once, with the country last.

    None where there is no more than a country.
    """
    told: dict[str, None] = {}
    for part in parts:
        if part and isinstance(part, str):
            for line in part.splitlines():
                plain = line.strip(" ,;\t")
                if plain and _says(plain):
                    told[" ".join(plain.split()) if "  " in plain else plain] = None
    if not told:
        return None
    if country and (land := text(country)) and land != next(reversed(told)):
        return f"{', '.join(told)}, {land}"[:LONGEST]
    return ", ".join(told)[:LONGEST]
