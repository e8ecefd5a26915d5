"""Read the values of EDIFACT segments: numbers, measures, moments, places, names and addresses, HS codes in texts.

What cannot be read is None and is counted in `Doubts`, so that no value is guessed and none is lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from riskscore.manifest.formats.messages.un_edifact.segments import LONGEST_TEXT, Elements
from riskscore.units import counted

KILOGRAMS = {"KGM": 1.0, "KG": 1.0, "KGS": 1.0, "TNE": 1000.0, "GRM": 0.001, "LBR": 0.45359237, "ONZ": 0.028349523125}
CUBIC_METRES = {"MTQ": 1.0, "DMQ": 0.001, "LTR": 0.001, "FTQ": 0.028316846592}
DEGREES = ("CEL", "FAH")

_NUMBER = re.compile(r"[+-]?\d{1,18}(?:[.,]\d*)?|[+-]?[.,]\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
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

_CODE = r"\d{4}(?:\.?\d{2}){1,4}|\d{4}\.\d{4}|\d{4} \d{2} \d{2}(?: \d{2})?"
_HS = re.compile(
    r"\b(?:H\.? ?S\.?(?: ?N)?(?: ?CODES?| ?NO\.?| ?NUMBERS?)?|HTS(?:US)?(?: ?CODES?| ?NO\.?)?|NCM(?: ?CODES?)?|TARIC"
    r"|(?:CUSTOMS )?TARIFF(?: ?CODES?| ?NO\.?| ?NUMBERS?)|HARMONI[SZ]ED (?:SYSTEM )?CODES?|COMMODITY CODES?)"
    rf"[ :.#=-]*((?:{_CODE})(?:(?: ?[,;/&] ?| AND )(?:{_CODE}))*)(?![\d.]\d|\d)",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"\b(?:HS|H\.S\.|NCM|TARIFF) ?(?:CODES?|NO|NUMBER|HEADING)\b[ :.#=-]*(\d{4})(?![\d.]\d|\d)", re.IGNORECASE
)
_LEGAL_FORM = re.compile(
    r"(?:CO|COMPANY|CORP|INC|LTD|LIMITED|LLC|LLP|PLC|PTE|PTY|PVT|PRIVATE|S\.?A|S\.?L|S\.?R\.?L|S\.?A\.?S|SPA|GMBH|AG"
    r"|B\.?V|N\.?V|OY|AB|AS|A/S|KG|LTDA|C\.?V|TBK|BHD|SDN)\b[\w. ]{0,12}",
    re.IGNORECASE,
)
_TO_ORDER = re.compile(
    r"\W*(?:CONSIGNED |UN)?TO (?:THE )?ORDER\b|\W*(?:A LA ORDEN|A L.?ORDRE|[A\u00c0] ORDEM|ALL.?ORDINE|AN ORDER)\b"
    r"|\W*ORDER(?: OF\b|\W*$)",
    re.IGNORECASE,
)


class Doubts:
    """Counts of what was not understood or was decided, by kind, with examples."""

    decimal = "."
    """The decimal mark that the interchange declares."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], dict[str, None]] = {}

    def add(self, noun: str, rest: str, example: str = "") -> None:
        """Count one `noun` (singular), of which the note says `rest`."""
        kind = (noun, rest)
        self._counts[kind] = self._counts.get(kind, 0) + 1
        examples = self._examples.setdefault(kind, {})
        if example and len(examples) < 3 and example[:40] not in examples:
            examples["".join(sign if sign.isprintable() else "?" for sign in example[:40])] = None

    def notes(self) -> list[str]:
        """One sentence for each kind."""
        return [
            f"{counted(count, noun)} {rest}"
            + (f" (such as {', '.join(found)})" if (found := self._examples[kind]) else "")
            for kind, count in self._counts.items()
            for noun, rest in (kind,)
        ]


def part(elements: Elements, element: int, component: int = 0) -> str:
    """A component of a segment without blanks around it; empty where the segment is shorter."""
    if element < len(elements) and component < len(elements[element]):
        return elements[element][component].strip()
    return ""


def text(parts: Iterable[str], joint: str = " ") -> str | None:
    """The texts in `parts` that are not blank, joined; None where there are none."""
    return joint.join(plain for piece in parts if (plain := piece.strip()))[:LONGEST_TEXT] or None


def number(raw: str, doubts: Doubts) -> float | None:
    """A number with a point or a comma as its decimal mark; EDIFACT has no marks between thousands.

    12,345 in an interchange with a decimal point is 12.345 by the rules and 12345 by habit, and is not understood.
    """
    plain = raw.strip()
    if not plain:
        return None
    if _NUMBER.fullmatch(plain) and (doubts.decimal in plain or not _THOUSANDS.fullmatch(plain)):
        return float(plain.replace(",", "."))
    doubts.add("number", "could not be read: left empty", plain)
    return None


def whole(raw: str, doubts: Doubts) -> int | None:
    """A count; None where it is no whole number or too large."""
    value = number(raw, doubts)
    if value is None or (value == int(value) and 0 <= value < 2**53):
        return None if value is None else int(value)
    doubts.add("count", "could not be read: left empty", raw)
    return None


def measure(parts: list[str], factors: dict[str, float], doubts: Doubts) -> float | None:
    """The value of a measure (unit, value) in kilograms or cubic metres, by the `factors` of its unit."""
    if len(parts) < 2 or not parts[1].strip():
        return None
    unit = parts[0].strip().upper()
    if unit not in factors:
        doubts.add("measure", "in a unit that is not known: left empty", f"{parts[1]} {unit or 'without unit'}")
        return None
    value = number(parts[1], doubts)
    return None if value is None else round(value * factors[unit], 6)


def celsius(value: str, unit: str, doubts: Doubts) -> float | None:
    """A temperature in degrees Celsius; None where its unit is another than CEL and FAH."""
    if unit not in DEGREES:
        doubts.add("temperature", "in a unit that is not known: left empty", f"{value} {unit}")
        return None
    degrees = number(value, doubts)
    return degrees if degrees is None or unit == "CEL" else round((degrees - 32) * 5 / 9, 2)


def moment_of(elements: Elements, doubts: Doubts) -> datetime | None:
    """The moment of a DTM segment; None where it has a second element, as a zone +0200 that is not released makes."""
    raw = part(elements, 1, 1)
    if len(elements) > 2 and any(map(any, elements[2:])):
        doubts.add("moment", "could not be read: left empty", f"{raw}+{part(elements, 2)}")
        return None
    return moment(raw, part(elements, 1, 2), doubts)


def moment(raw: str, form: str, doubts: Doubts) -> datetime | None:
    """A moment in UTC from its digits and the qualifier of its format; without a zone it is taken as UTC."""
    digits = raw.strip()
    if not digits:
        return None
    read = _moment(digits, form)
    if read is None:
        doubts.add("moment", "could not be read: left empty", f"{digits}:{form}" if form else digits)
    return read


def _moment(digits: str, form: str) -> datetime | None:
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
    name = text(elements[4]) if len(elements) > 4 else None
    if name is None and lines:
        head = next((at for at, line in enumerate(lines) if line), len(lines))
        name, lines = (lines[head] if head < len(lines) else None), lines[head + 1 :]
        if name and not any(lines):
            name, lines = _apart(name)
    country = part(elements, 9)
    street = elements[5] if len(elements) > 5 else []
    region = part(elements, 7) or part(elements, 7, 3)
    where = [*lines, *street, part(elements, 6), region, part(elements, 8), country]
    return name, text(where, ", "), country if len(country) == 2 and country.isalpha() else None


def _apart(line: str) -> tuple[str, list[str]]:
    """The name and the rest of a line such as 'NAME, STREET, TOWN'; 'NAME CO., LTD.' is all name."""
    name, *rest = [piece.strip() for piece in line.split(",")]
    while rest and (_LEGAL_FORM.fullmatch(rest[0].rstrip(". ")) or not rest[0]):
        name = f"{name}, {rest.pop(0)}"
    return name, rest


def is_to_order(name: str | None) -> bool:
    """Whether a bill with this consignee is made out to order."""
    return name is not None and _TO_ORDER.match(name) is not None


def hs_codes(words: str) -> list[str]:
    """HS codes (digits) that a text names as such: 'HS CODE 5208.52' gives 520852. A number alone is none."""
    if not words or not any(map(str.isdigit, words)):
        return []
    found = [code for codes in _HS.findall(words) for code in re.findall(_CODE, codes)] or _HEADING.findall(words)
    return list(dict.fromkeys(re.sub(r"\D", "", code) for code in found))


def is_only_hs(words: str) -> bool:
    """Whether a text is an HS code with its label and nothing else."""
    found = _HS.search(words) or _HEADING.search(words)
    return found is not None and not re.search(r"\w", words[: found.start()] + words[found.end() :])
