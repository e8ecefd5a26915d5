"""Texts of a message as typed values. A text that cannot be read is empty, and a note counts it.

`Reader` collects what was not read: a figure of an optional field never refuses its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from riskscore.units import KG_PER_UNIT, counted

BEIJING = timezone(timedelta(hours=8))

_NUMBER = re.compile(r"\d+(?:\.\d*)?(?:[eE][+-]?\d{1,2})?|\.\d+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:[ \u00a0\u202f']\d{3})+(?:[.,]\d+)?|\d{1,3}(?:,\d{3}){2,}")
_DECIMAL_COMMA = re.compile(r"\d+,(?:\d{1,2}|\d{4,})")
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(?:(\d\d)(\d{3})?)?)?")
_TO_ORDER = re.compile(
    r"^(?:(?:UN)?TO(?: THE)? )?ORDERS?(?: OF\b|[.,;: -]*$)|^TO(?: THE)? (?:ORDER|BEARER)\b|^À? ?L'ORDRE\b|^A L.?ORDRE\b"
    r"|^(?:A|À) ORDRE\b|^A LA ORDEN\b|^[AÀ] ORDEM\b"
)
_HS_LABEL = re.compile(
    r"\b(?:H\.?\s?S\.?(?:\s?N)?(?:[\s.-]*(?:CODES?|NO|NOS|NBR|NUMBERS?|TARIFF))*|CODES? (?:SH|DOUANIER)|NCM|HTS"
    r"|(?:TARIFF|COMMODITY|CUSTOMS) (?:CODES?|NO|NUMBERS?))[\s.:#=-]*"
    r"(\d[\d. ]{2,14}\d(?:\s*[,;/&]\s*\d[\d. ]{2,14}\d)*)",
    re.IGNORECASE,
)
_HS_CODE = re.compile(r"\d{4}(?:[. ]?\d{2}){0,4}(?!\d)")
_KG = {"kgm": 1.0, "tne": 1000.0, "lbr": KG_PER_UNIT["lb"], "grm": 0.001, "onz": 0.028349523125} | KG_PER_UNIT
_M3 = {"mtq": 1.0, "m3": 1.0, "cbm": 1.0, "ftq": 0.028316846592, "ltr": 0.001, "dmq": 0.001}
_SHOWN = 3


class Reader:
    """Reads the values of one message, and counts per column the texts that it left empty."""

    def __init__(self) -> None:
        self._unread: dict[str, dict[str, int]] = {}
        self._told: dict[tuple[str, str], int] = {}

    def number(self, column: str, text: str) -> float | None:
        """The number in `text`, with a point or, where no other reading is possible, a comma for the decimals."""
        if not text:
            return None
        if _NUMBER.fullmatch(text):
            return float(text)
        plain = text.strip()
        if _GROUPED.fullmatch(plain):
            whole, sep, part = re.sub(r"[ \u00a0\u202f']", "", plain), "", ""
            if "." not in plain and whole.count(",") == 1:
                whole, sep, part = whole.partition(",")
            return float(whole.replace(",", "") + ("." + part if sep else ""))
        if _DECIMAL_COMMA.fullmatch(plain):
            return float(plain.replace(",", "."))
        self.unread(column, text)
        return None

    def count(self, column: str, text: str) -> int | None:
        """The whole number in `text`; 12.0 is one, 12.5 is left empty."""
        number = self.number(column, text)
        if number is not None and number != int(number):
            self.unread(column, text)
            return None
        return None if number is None else int(number)

    def scaled(self, column: str, text: str, unit: str) -> float | None:
        """A weight in kilograms or a volume in cubic metres; `unit` is the message's word for its unit, or empty."""
        number = self.number(column, text)
        if number is None or not unit:
            return number
        factor = (_M3 if "volume" in column else _KG).get(unit.lower())
        if factor is None:
            self.unread(column, f"{text} {unit}")
        return None if factor is None else number * factor

    def moment(self, column: str, text: str, zone: timezone = UTC) -> datetime | None:
        """The moment in `text` (ISO 8601, or digits from the year on) in UTC; without a zone it is one of `zone`."""
        if not text:
            return None
        found = _ISO.fullmatch(text) or _DIGITS.fullmatch(_without_zone(text))
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
        self.unread(column, text)
        return None

    def imo(self, text: str) -> str | None:
        """The IMO number in `text`: seven digits, with or without letters before them; all else is left empty."""
        found = re.fullmatch(r"(?:[A-Za-z]{0,3}[ :-]?)?(\d{7})", text)
        if text and not found:
            self.unread("vessel_imo", text)
        return found[1] if found else None

    def unread(self, column: str, text: str) -> None:
        """Count a `text` of `column` that was left empty."""
        texts = self._unread.setdefault(column, {})
        shown = text[:40] if text[:40] in texts or len(texts) < _SHOWN else ""
        texts[shown] = texts.get(shown, 0) + 1

    def tell(self, noun: str, what: str) -> None:
        """Count a decision on one `noun` (bill, container ...); `what` was decided."""
        self._told[noun, what] = self._told.get((noun, what), 0) + 1

    def notes(self) -> list[str]:
        """What people should know of the values that were left empty, and of the decisions."""
        unread = [
            f"{column}: {counted(sum(texts.values()), 'value')} left empty, because not understood, such as "
            + ", ".join(shown for shown in texts if shown)
            for column, texts in self._unread.items()
        ]
        return unread + [f"{what}: {counted(count, noun)}" for (noun, what), count in self._told.items()]


def address(parts: Iterable[str]) -> str | None:
    """The lines and parts of an address joined by commas; empty parts and dashes are left out."""
    lines = (line.strip(" ,;\t") for part in parts if part for line in part.splitlines())
    return ", ".join(line for line in lines if line.strip("-.* ")) or None


def one_line(text: str) -> str | None:
    """`text` with single blanks for line breaks and runs of blanks; None where nothing is left."""
    return " ".join(text.split()) or None


def is_to_order(*names: str | None) -> bool:
    """Whether a party's name says that the bill is made out to order."""
    return any(_TO_ORDER.search(name.upper()) for name in names if name)


@lru_cache(maxsize=4096)
def hs_codes_in(text: str) -> tuple[str, ...]:
    """The HS codes that `text` names as such ('HS CODE 6907.21', 'H.S. NO: 0803.90/080410'), digits only."""
    codes: dict[str, None] = {}
    for found in _HS_LABEL.findall(text):
        for part in re.split(r"[,;/&]", found):
            if code := _HS_CODE.match(part.strip()):
                digits = re.sub(r"\D", "", code[0])
                # A code of one digit more would have matched; so the digits are all of the code, or a quantity follows.
                codes[digits] = None
    return tuple(codes)


def _without_zone(text: str) -> str:
    """Digits of a moment without the zone of UN/EDIFACT 304, which China writes as its telephone code, 086."""
    return text[:-3] if len(text) == 15 and text.endswith("086") else text


def _zone(offset: str) -> timezone:
    if offset.upper() == "Z":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    try:
        return timezone(timedelta(minutes=-minutes if offset.startswith("-") else minutes))
    except ValueError:
        return UTC
