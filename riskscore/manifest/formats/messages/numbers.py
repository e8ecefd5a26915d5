"""Numbers in the texts of a message: signs and exponents, marks for decimals and between thousands.

12.5, 12,5, 1,234.5, 1 234,5, 1.2E3   ─▶ a number
12,345                                ─▶ None: 12.345 by the rules of most messages, and 12345 by habit
"""

from __future__ import annotations

import re

_POINT = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][+-]?\d{1,2})?")
_COMMA = re.compile(r"[+-]?(?:\d{1,18},\d{0,18}|,\d{1,18})")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_BLANK = "[ \u00a0\u202f']"
_GROUPED = re.compile(
    r"\d{1,3}(?:,\d{3}){1,5}\.\d{1,18}|\d{1,3}(?:\.\d{3}){1,5},\d{1,18}|\d{1,3}(?:,\d{3}){2,5}|\d{1,3}(?:\.\d{3}){2,5}"
    rf"|\d{{1,3}}(?:{_BLANK}\d{{3}}){{1,5}}(?:[.,]\d{{1,18}})?"
)
_LONGEST = 18
_MARKS = re.compile("[.,]")


def number(text: str, decimal: str = ".") -> float | None:
    """The number that `text` is; None where it is none.

    `decimal` is the mark that the message declares. With the other one, three digits behind it may be thousands.
    """
    if text.isdecimal() and len(text) <= _LONGEST:
        return float(text)
    text = text.strip()
    if _POINT.fullmatch(text):
        return None if decimal == "," and _EITHER.fullmatch(text) else float(text)
    if _COMMA.fullmatch(text):
        return None if decimal != "," and _EITHER.fullmatch(text) else float(text.replace(",", "."))
    return _ungrouped(re.sub(_BLANK, "", text)) if _GROUPED.fullmatch(text) else None


def _ungrouped(text: str) -> float:
    """A number with marks between thousands: the last mark is the decimal one, unless it stands there several times."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0 or text.count(text[last]) > 1:
        return float(_MARKS.sub("", text))
    return float(f"{_MARKS.sub('', text[:last])}.{text[last + 1 :]}")
