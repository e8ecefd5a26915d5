"""Read the values of a message, and keep count of what was left empty and what was decided.

    reader = Reader()
    reader.number("gross_weight_kg", "12A")       ─▶ None, and a note: 1 value left empty, such as 12A
    reader.tell("message", "{} without an end")   ─▶ a note: 3 messages without an end

A text that cannot be read is empty: a figure of an optional field never refuses its row, and none is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from riskscore.manifest.formats.messages import numbers
from riskscore.manifest.formats.messages.texts import text
from riskscore.units import counted

BEIJING = timezone(timedelta(hours=8))

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(?:(\d\d):?(\d\d)(?::?(\d\d)(\d{3})?)?)?)?")
_LARGEST = 2**53
_LENGTH = 40
_EXAMPLES = 3


class Reader:
    """Reads values, and counts what people should know of the reading."""

    decimal = "."
    """The decimal mark that the message declares."""

    def __init__(self) -> None:
        self._unread: dict[str, dict[str, int]] = {}
        self._told: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], dict[str, None]] = {}

    def number(self, column: str, value: object) -> float | None:
        """The number in a text."""
        if not value or not isinstance(value, str):
            return None
        read = numbers.number(value, self.decimal)
        if read is None and (plain := text(value)):
            self.unread(column, plain)
        return read

    def count(self, column: str, value: object) -> int | None:
        """The whole number in a text; 12.0 is one, 12.5 and -1 are left empty."""
        number = self.number(column, value)
        if number is None or (number == int(number) and 0 <= number < _LARGEST):
            return None if number is None else int(number)
        self.unread(column, str(value))
        return None

    def measure(self, column: str, value: object, unit: object, units: Mapping[str, float]) -> float | None:
        """A weight or volume in the base unit of `units`; without a unit it is left empty."""
        number = self.number(column, value)
        if number is None:
            return None
        factor = units.get((text(unit) or "").lower().rstrip("."))
        if factor is None:
            self.unread(column, f"{value} {text(unit) or 'without a unit'}")
            return None
        return round(number * factor, 6)

    def celsius(self, column: str, value: object, unit: str) -> float | None:
        """A temperature in degrees Celsius; `unit` is CEL or FAH, and with another one it is left empty."""
        degrees = self.number(column, value)
        if degrees is not None and unit not in ("CEL", "FAH"):
            self.unread(column, f"{value} {unit or 'without a unit'}")
            return None
        return round((degrees - 32) * 5 / 9, 2) if degrees is not None and unit == "FAH" else degrees

    def moment(self, column: str, value: object, zone: timezone = UTC) -> datetime | None:
        """The moment in a text (ISO 8601, or digits from the year on) in UTC; without a zone it is one of `zone`."""
        plain = value.strip() if isinstance(value, str) else ""
        found = _ISO.fullmatch(plain) or _DIGITS.fullmatch(_without_zone(plain))
        if found:
            year, month, day, hour, minute, second, offset = found.groups()
            if found.re is _ISO and offset:
                zone = _zone(offset)
            elif hour is None:
                zone = UTC  # a day without a time has no zone either
            try:
                local = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
                return local.replace(tzinfo=zone).astimezone(UTC)
            except (ValueError, OverflowError):
                pass
        if text(plain):
            self.unread(column, plain)
        return None

    def imo(self, value: str) -> str | None:
        """The IMO number in a text: seven digits, with or without letters before them; all else is left empty."""
        found = re.fullmatch(r"(?:[A-Za-z]{0,3}[ :-]?)?(\d{7})", value)
        if value and not found:
            self.unread("vessel_imo", value)
        return found[1] if found else None

    def unread(self, column: str, value: str) -> None:
        """Count a text of `column` that was left empty."""
        texts = self._unread.setdefault(column, {})
        shown = _shown(value)
        shown = shown if shown in texts or len(texts) < _EXAMPLES else ""
        texts[shown] = texts.get(shown, 0) + 1

    def tell(self, noun: str, what: str, example: str = "") -> None:
        """Count a decision on one `noun` (bill, message ...); `what` was decided.

        The count stands where `what` has {}, such as '{} without an end', else behind it.
        """
        kind = (noun, what)
        self._told[kind] = self._told.get(kind, 0) + 1
        examples = self._examples.setdefault(kind, {})
        if example and len(examples) < _EXAMPLES:
            examples[_shown(example)] = None

    def notes(self) -> list[str]:
        """What people should know of the values that were left empty, and of the decisions: one sentence each."""
        unread = [
            f"{column}: {counted(sum(texts.values()), 'value')} left empty, because not understood, such as "
            + ", ".join(shown for shown in texts if shown)
            for column, texts in self._unread.items()
        ]
        return unread + [
            (what.replace("{}", counted(count, noun)) if "{}" in what else f"{what}: {counted(count, noun)}")
            + (f" (such as {', '.join(examples)})" if (examples := self._examples[noun, what]) else "")
            for (noun, what), count in self._told.items()
        ]


def _shown(value: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in value[:_LENGTH])


def _without_zone(digits: str) -> str:
    """Digits of a moment without the zone of UN/EDIFACT 304, which China writes as its telephone code, 086."""
    return digits[:-3] if len(digits) == 15 and digits.endswith("086") else digits


def _zone(offset: str) -> timezone:
    if offset.upper() == "Z":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    try:
        return timezone(timedelta(minutes=-minutes if offset.startswith("-") else minutes))
    except ValueError:
        return UTC
