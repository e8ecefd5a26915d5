"""Read the values of EDIFACT segments: components, measures, moments, places, vessels, names and addresses.

What cannot be read is None and is counted by the `Reader`, so that no value is guessed and none is lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.texts import LONGEST, address
from riskscore.manifest.formats.messages.un_edifact.segments import Elements

_FORMS = {
    "2": "%d%m%y",
    "3": "%m%d%y",
    "4": "%d%m%Y",
    "101": "%y%m%d",
    "102": "%Y%m%d",
    "201": "%y%m%d%H%M",
    "202": "%y%m%d%H%M%S",
    "203": "%Y%m%d%H%M",
    "204": "%Y%m%d%H%M%S",
    "205": "%Y%m%d%H%M%z",
    "208": "%Y%m%d%H%M%S%z",
    "301": "%y%m%d%H%M",
    "303": "%Y%m%d%H%M",
    "304": "%Y%m%d%H%M%S",
}
"""Format of a moment by its qualifier (data element 2379)."""

_LENGTHS = {"102": 8, "203": 12, "204": 14, "101": 6, "201": 10, "202": 12, "2": 6, "3": 6, "4": 8}
_BY_LENGTH = {6: "101", 8: "102", 10: "201", 12: "203", 14: "204"}
_WITH_ZONE = {"301": 10, "303": 12, "304": 14}
_OFFSET = re.compile(r"[+-]\d{2}(?::?\d{2})?")
_NAMED_ZONE = ("", "UTC", "GMT", "Z", "ZZZ")
_YEARS = (1970, 2100)
_LOCODE = re.compile(r"[A-Z]{2} ?[A-Z0-9]{3}")

_LEGAL_FORM = re.compile(
    r"(?:CO|COMPANY|CORP|INC|LTD|LIMITED|LLC|LLP|PLC|PTE|PTY|PVT|PRIVATE|S\.?A|S\.?L|S\.?R\.?L|S\.?A\.?S|SPA|GMBH|AG"
    r"|B\.?V|N\.?V|OY|AB|AS|A/S|KG|LTDA|C\.?V|TBK|BHD|SDN)\b[\w. ]{0,12}",
    re.IGNORECASE,
)


def part(elements: Elements, element: int, component: int = 0) -> str:
    """A component of a segment without blanks around it; empty where the segment is shorter."""
    if element < len(elements) and component < len(elements[element]):
        return elements[element][component].strip()
    return ""


def words(parts: Iterable[str]) -> str | None:
    """The texts in `parts` that are not blank, joined; None where there are none."""
    return " ".join(plain for piece in parts if (plain := piece.strip()))[:LONGEST] or None


def measure(column: str, measured: list[str], units: Mapping[str, float], reader: Reader) -> float | None:
    """The value of a measure (unit, value) by the `units` that it may be in."""
    return reader.measure(column, measured[1], measured[0], units) if len(measured) > 1 else None


def moment_of(column: str, elements: Elements, reader: Reader) -> datetime | None:
    """The moment of a DTM segment; None where it has a second element, as a zone +0200 that is not released makes."""
    digits, form = part(elements, 1, 1), part(elements, 1, 2)
    if len(elements) > 2 and any(map(any, elements[2:])):
        reader.unread(column, f"{digits}+{part(elements, 2)}")
        return None
    read = moment(digits, form) if digits else None
    if digits and read is None:
        reader.unread(column, f"{digits}:{form}" if form else digits)
    return read


def moment(digits: str, form: str = "") -> datetime | None:
    """A moment in UTC from its digits and the qualifier of its format; without a zone it is taken as UTC."""
    form = form or _BY_LENGTH.get(len(digits), "")
    if form in _WITH_ZONE:
        zone, digits = digits[_WITH_ZONE[form] :].strip().upper(), digits[: _WITH_ZONE[form]]
        if _OFFSET.fullmatch(zone):
            form, digits = ("208" if form == "304" else "205"), digits + zone.replace(":", "").ljust(5, "0")
            digits = digits if len(digits) in (17, 19) else "20" + digits
        elif zone not in _NAMED_ZONE:
            return None
    pattern = _FORMS.get(form)
    if pattern is None or _LENGTHS.get(form, len(digits)) != len(digits) or not digits[:6].isdigit():
        return None
    day = 8 if "%Y" in pattern else 6
    late = "%H" in pattern and digits[day : day + 2] == "24"  # midnight at the end of the day
    if late:
        digits = f"{digits[:day]}00{digits[day + 2 :]}"
    try:
        read = datetime.strptime(digits, pattern)
    except ValueError:
        return None
    read = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    return read + timedelta(days=late) if _YEARS[0] <= read.year < _YEARS[1] else None


def place(elements: Elements, at: int = 2) -> str | None:
    """The place of a LOC segment: its code, or its name where there is no code that looks like a UN/LOCODE."""
    code, name = part(elements, at), part(elements, at, 3)
    if not name and part(elements, at, 1).isalpha() and len(part(elements, at, 1)) > 3:
        name = part(elements, at, 1)  # the name stands where the list of codes belongs
    return (code if not name or _LOCODE.fullmatch(code) or code.isdigit() else name) or None


def vessel(elements: Elements) -> dict[str, str]:
    """`voyage`, `vessel_imo` and `vessel_name` of a TDT segment, where it has them; a call sign is no IMO number."""
    found = {"voyage": part(elements, 2), "vessel_name": part(elements, 8, 3)}
    number = part(elements, 8).upper().removeprefix("IMO").strip()
    if number.isdigit() and len(number) == 7 and part(elements, 8, 1) not in ("103", "CALLSIGN"):
        found["vessel_imo"] = number
    return {name: value for name, value in found.items() if value}


def party(elements: Elements) -> tuple[str | None, str | None, str | None]:
    """(name, address, country) of a NAD segment; the name and address may be free lines (C058)."""
    lines = [piece.strip() for piece in elements[3]] if len(elements) > 3 else []
    name = words(elements[4]) if len(elements) > 4 else None
    if name is None and lines:
        head = next((at for at, line in enumerate(lines) if line), len(lines))
        name, lines = (lines[head] if head < len(lines) else None), lines[head + 1 :]
        if name and not any(lines):
            name, lines = _apart(name)
    country = part(elements, 9)
    street = elements[5] if len(elements) > 5 else []
    region = part(elements, 7) or part(elements, 7, 3)
    where = address([*lines, *street, part(elements, 6), region, part(elements, 8)], country)
    return name, where, country if len(country) == 2 and country.isalpha() else None


def _apart(line: str) -> tuple[str, list[str]]:
    """The name and the rest of a line such as 'NAME, STREET, TOWN'; 'NAME CO., LTD.' is all name."""
    name, *rest = [piece.strip() for piece in line.split(",")]
    while rest and (_LEGAL_FORM.fullmatch(rest[0].rstrip(". ")) or not rest[0]):
        name = f"{name}, {rest.pop(0)}"
    return name, rest
