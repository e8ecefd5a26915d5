"""Units that only the number formats of an Excel sheet show: 0.0 "lbs", #,##0" t", [$EUR] 0.00.

    styles.xml ─▶ unit of each style ─┐
    cells of a sheet, with styles ────┴─▶ units of each column ─▶ `Weight` is `Weight (lbs)`, with a note

A column of one unit gets it in its heading, where the reader of headings looks for units. Where its cells show several
units, or one that is not known, a note says so.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from riskscore.cells.headings import manifest_synonyms, recognise
from riskscore.units import counted

MAX_STYLES = 8 * 2**20
"""Largest part with styles in bytes that is looked at."""

_MOST_FORMATS = 2_000
"""Most formats that are looked at; Excel saves some 200."""

_PREFIX = rb"(?:[^\s<>/:\"'=]+:)?"
_FORMAT = re.compile(rb"<" + _PREFIX + rb"numFmt\s([^<>]*)>")
_CELL_STYLES = re.compile(rb"<" + _PREFIX + rb"cellXfs[\s>](.*?)</" + _PREFIX + rb"cellXfs\s*>", re.DOTALL)
_STYLE = re.compile(rb"<" + _PREFIX + rb"xf\s([^<>]*)>")
_NUMBER = re.compile(rb"\bnumFmtId\s*=\s*[\"']([0-9]{1,9})[\"']")
_CODE = re.compile(rb"\bformatCode\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_CELL = re.compile(rb"<" + _PREFIX + rb"c(\s[^<>]*[^/<>])>(?=<" + _PREFIX + rb"[vf][\s>/])")
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3})[0-9]")
_OF_CELL = re.compile(rb"\ss\s*=\s*[\"']([0-9]{1,9})[\"']")
_IS_TEXT = re.compile(rb"\st\s*=\s*[\"'](?!n[\"'])")
_PART = re.compile(r"\"([^\"]*)\"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|(;)|(General)|(.)", re.DOTALL)
_UNIT = re.compile(r"[^\W\d]{1,12}\.?[23³²]?")
_CURRENCIES = {"€": "EUR", "£": "GBP", "₫": "VND", "₹": "INR", "₽": "RUB", "₩": "KRW"}
"""Signs of one currency; $ and ¥ are of several."""


def of_styles(content: bytes) -> dict[bytes, str]:
    """The unit that each style of cells shows, by the number of the style; styles without one are left out."""
    found = _CELL_STYLES.search(content[:MAX_STYLES])
    if found is None:
        return {}
    codes: dict[bytes, str] = {}
    for attributes in _FORMAT.findall(content[: found.start()])[:_MOST_FORMATS]:
        number, code = _NUMBER.search(attributes), _CODE.search(attributes)
        if number and code and (unit := unit_of(html.unescape((code[1] or code[2] or b"").decode("utf-8", "replace")))):
            codes[number[1]] = unit
    styles = (_NUMBER.search(attributes) for attributes in _STYLE.findall(found[1]))
    return {
        str(place).encode(): codes[number[1]] for place, number in enumerate(styles) if number and number[1] in codes
    }


def unit_of(code: str) -> str:
    """The unit that a format code shows beside a number; an empty text where it has none, or is one of dates."""
    shown, plain = [], ""
    for quoted, escaped, currency, end, general, sign in _PART.findall(code[:500]):
        if end:
            break
        shown.append(quoted or escaped or currency)
        plain += "0" if general else sign
    text = "".join(shown).strip(" ()\u00a0.")
    text = _CURRENCIES.get(text, text)
    is_number = re.search("[0#?]", plain) and not re.search("[dmyhs%]", plain, re.IGNORECASE)
    return text if is_number and _UNIT.fullmatch(text) else ""


def of_cells(chunks: Sequence[bytes], styles: Mapping[bytes, str]) -> dict[bytes, Counter[str]]:
    """How many numbers of each column (A, B ...) show which unit; an empty unit for those that show none.

    `chunks` are the parts of a sheet. Columns in which no number shows a unit are left out.
    """
    used = re.compile(rb"\ss\s*=\s*[\"'](?:" + b"|".join(styles) + rb")[\"']")
    if not styles or not any(map(used.search, chunks)):
        return {}
    columns: dict[bytes, Counter[str]] = {}
    for chunk in chunks:
        for attributes in _CELL.findall(chunk):
            place, style = _PLACE.search(attributes), _OF_CELL.search(attributes)
            if place and not _IS_TEXT.search(attributes):
                unit = styles.get(style[1], "") if style else ""
                columns.setdefault(place[1].upper(), Counter())[unit] += 1
    return {column: units for column, units in columns.items() if any(units)}


def in_headings(headings: Sequence[str], shown: Mapping[int, Counter[str]]) -> tuple[list[str], list[str]]:
    """`headings` with the units that are `shown` in their columns, and notes."""
    named, notes = list(headings), []
    for place, units in shown.items():
        if place >= len(headings):
            continue
        heading = " ".join(headings[place].split())
        meant = recognise(heading, manifest_synonyms())
        if meant.column is None:
            continue
        unit, count = units.most_common(1)[0]
        wider = f"{heading} ({unit})"
        read = recognise(wider, manifest_synonyms())
        if len(units) == 1 and meant.unit is None and read.column == meant.column and read.unit is not None:
            named[place] = wider
            notes.append(
                f"{heading!r}: the number format of {counted(count, 'cell')} shows {unit}, so this is the unit"
            )
        elif len(units) > 1 or _plain(unit) != _plain(meant.unit or ""):
            several = ", ".join(f"{unit or 'no unit'} ({count:,})" for unit, count in units.most_common(5))
            notes.append(f"{heading!r}: the number formats of its cells show {several}, which was not read as a unit")
    return named, notes


def _plain(unit: str) -> str:
    return unit.casefold().rstrip("s.")
