"""Small readers for the pieces of a message: texts, addresses, numbers, weights and moments.

    unread = Unread()
    unread.number("gross_weight_kg", "12A")  ─▶ None, and a note with the count and an example

An optional value that cannot be read is left out. It is counted here, so that the notes of the file say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from riskscore.units import KG_PER_UNIT, counted

_EXAMPLES = 3
_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})")
_NOTHING = frozenset(("", "N/A", "N.A.", "NIL", "NULL", "NONE", "-", "--", ".", "TBA"))
_TO_ORDER = re.compile(r"(?:TO )?(?:THE )?ORDER(?: OF\b.*)?|TO (?:THE )?ORDER\b.*", re.IGNORECASE)
M3_PER_CUBIC_FOOT = 0.028316846592

KG: Mapping[str, float] = KG_PER_UNIT | {"k": 1.0, "l": KG_PER_UNIT["lb"], "e": 1000.0}
"""Kilograms in one unit. Keys are lower case; K, L and E are the codes of X12."""

M3: Mapping[str, float] = {
    **dict.fromkeys(("x", "cm", "cbm", "m3", "mtq", "cubic meter", "cubic meters", "cubic metres"), 1.0),
    **dict.fromkeys(("cf", "cft", "ftq", "cubic foot", "cubic feet"), M3_PER_CUBIC_FOOT),
    **dict.fromkeys(("ltr", "liter", "liters", "litre", "litres"), 0.001),
}
"""Cubic metres in one unit. Keys are lower case."""


def text(value: object) -> str | None:
    """`value` as one line of text without blanks around it, or None where it says nothing."""
    if not isinstance(value, str):
        return None
    plain = " ".join(value.split())
    return None if plain.upper() in _NOTHING else plain


def address(parts: Iterable[object], country: object = None) -> str | None:
    """Join the parts of an address with the country last; None where there is no more than a country."""
    told = list(dict.fromkeys(part for part in map(text, parts) if part))
    if not told:
        return None
    land = text(country)
    return ", ".join([*told, land] if land and land != told[-1] else told)


def is_to_order(name: str | None) -> bool:
    """Whether the consignee's name says that the bill is made out to order."""
    return name is not None and _TO_ORDER.fullmatch(name) is not None


class Unread:
    """Reads optional values, and counts those that it cannot read."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], list[str]] = {}

    def count(self, column: str, why: str, value: object) -> None:
        """Count a `value` of `column` that is left out, and keep it as an example."""
        key = (column, why)
        self._counts[key] = self._counts.get(key, 0) + 1
        examples = self._examples.setdefault(key, [])
        shown = str(value)[:40]
        if len(examples) < _EXAMPLES and shown not in examples:
            examples.append(shown)

    def number(self, column: str, value: object) -> float | None:
        """`value` as a number: a decimal point, no separators of thousands."""
        plain = text(value) if isinstance(value, str) else None
        if plain is None:
            return None
        if _NUMBER.fullmatch(plain):
            return float(plain)
        self.count(column, "not a number", value)
        return None

    def whole(self, column: str, value: object) -> int | None:
        """`value` as a whole number."""
        number = self.number(column, value)
        if number is None or number == int(number):
            return None if number is None else int(number)
        self.count(column, "not a whole number", value)
        return None

    def measure(self, column: str, value: object, unit: object, units: Mapping[str, float]) -> float | None:
        """`value` in the base unit of `units`; without a unit it cannot be read."""
        number = self.number(column, value)
        if number is None:
            return None
        factor = units.get((text(unit) or "").lower().rstrip("."))
        if factor is None:
            self.count(column, "without a known unit", f"{value} {unit or ''}".strip())
            return None
        return number * factor

    def moment(self, column: str, value: object, *forms: str) -> datetime | None:
        """`value` as a moment in UTC, in the first of the `forms` of strptime that fits; ISO 8601 where none is given.

        A moment without a time zone is taken as UTC.
        """
        plain = text(value)
        if plain is None:
            return None
        for form in forms or ("",):
            try:
                moment = datetime.strptime(plain, form) if form else datetime.fromisoformat(plain)
                return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        self.count(column, "not a date", value)
        return None

    def notes(self) -> list[str]:
        """One line for each kind of value that was left out."""
        return [
            f"{column}: {counted(number, 'value')} {why}, such as {', '.join(self._examples[column, why])}; left empty"
            for (column, why), number in self._counts.items()
        ]
