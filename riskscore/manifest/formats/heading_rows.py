"""Find the headings among the first rows of a sheet: in one row, or in two with groups above.

    Port              ·           ─▶  Port Loading · Port Discharge
    Loading           · Discharge

A group may be a merged cell, or stand above its first column only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from riskscore.manifest.formats.table import Count
from riskscore.manifest.formats.workbook import Area

ROWS = 60
"""How many rows of a sheet are looked at; letterheads and addressees may stand above the headings."""

_UNIT = re.compile(
    r"[(\[]?\s*(?:kgs?|kgm|kilos?|kilograms?|mts?|t|to|tons?|tonnes?|lbs?|pounds?|cbm|m3|m³|cft|usd|eur|gbp|cny|us\$|°?\s?[cf])"
    r"\.?\s*[)\]]?",
    re.IGNORECASE,
)
_DATA = re.compile(r"\d{3}")
_ANCHORS = ("container_number", "bill_of_lading")


@dataclass(frozen=True)
class Head:
    """The headings `cells`, `known` of them recognised, in the rows `first` to `last` (from 0)."""

    known: int
    first: int
    last: int
    cells: list[str]


def find(rows: Sequence[Sequence[str]], merged: Sequence[Area], count: Count) -> Head:
    """Return the row, or the two rows, with the most known headings; the first of them where several have as many.

    A row of units below them belongs to them.

    `merged` are the merged areas, in rows and columns of `rows`.
    """
    wide = [_spread(row, place, merged) for place, row in enumerate(rows)]
    heads = [Head(count(list(dict.fromkeys(row))), place, place, list(row)) for place, row in enumerate(rows)]
    best = max(heads, key=lambda head: head.known)
    pairs = [place for place in (best.first - 1, best.first) if 0 <= place < len(rows) - 1]
    head = max([best, *(_pair(rows, wide, place, count) for place in pairs)], key=lambda head: (head.known, head.last))
    below = rows[head.last + 1] if head.known and head.last + 1 < len(rows) else []
    cells = with_units(head.cells, below, count)
    return head if cells is None else replace(head, last=head.last + 1, cells=cells)


def with_units(head: Sequence[str], below: Sequence[str], count: Count) -> list[str] | None:
    """The headings with the units of the row `below` them; None where that row is not one of units only.

    A unit stands in brackets or alone: (KGS), MT, USD. At least one of them makes a known heading another known one.
    """
    filled = [(name, unit) for name, unit in zip(head, below, strict=False) if unit.strip()]
    if not filled or len(filled) > max(1, len(head) // 2) or any(cell.strip() for cell in below[len(head) :]):
        return None
    if not all(name.strip() and _UNIT.fullmatch(unit.strip()) for name, unit in filled):
        return None
    if not all(_is_known(f"{name} {unit}", count) for name, unit in filled if _is_known(name, count)):
        return None
    units = [unit.strip() for unit in below] + [""] * (len(head) - len(below))
    return [f"{name} ({unit.strip('()[] ')})" if unit else name for name, unit in zip(head, units, strict=True)]


def _pair(rows: Sequence[Sequence[str]], wide: Sequence[list[str]], place: int, count: Count) -> Head:
    """The headings of two rows; none are known where the lower row is data, or no heading."""
    lower = list(rows[place + 1])
    filled = [cell for cell in lower if cell.strip()]
    nothing = Head(0, place, place, list(rows[place]))
    if len(filled) < 2 or any(_DATA.search(cell) for cell in filled):
        return nothing
    groups = _groups(wide[place], lower)
    cells = [_joined(group, cell, count) for group, cell in zip(groups, lower, strict=True)]
    known = count(list(dict.fromkeys(cells)))
    # A row of headings may have their translation below it. A row of data has no known headings.
    if known > count(list(rows[place])) or count(lower) * 2 > len(filled):
        return Head(known, place, place + 1, cells)
    return nothing


def _spread(row: Sequence[str], place: int, merged: Sequence[Area]) -> list[str]:
    """`row` with the text of each merged cell in all of its columns."""
    cells = list(row)
    for area in merged:
        if area.top <= place <= area.bottom and area.left < len(cells):
            for column in range(area.left + 1, min(area.right + 1, len(cells))):
                cells[column] = cells[column] or cells[area.left]
    return cells


def _groups(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The group above each column: the cell itself, or the last one to the left that has a heading below it, too."""
    groups: list[str] = []
    group = ""
    for above, below in zip(upper, lower, strict=True):
        if above.strip():
            group = above if below.strip() else ""
            groups.append(above)
        else:
            groups.append(group if below.strip() else "")
    return groups


def _joined(group: str, cell: str, count: Count) -> str:
    """A heading of two rows; where the two together are no known heading, the one of them that is."""
    group, cell = " ".join(group.split()), " ".join(cell.split())
    if not group or not cell or group.lower() == cell.lower():
        return group or cell
    both = f"{group} {cell}"
    return next((text for text in (both, cell, group) if _is_known(text, count)), both)


def _is_known(text: str, count: Count) -> bool:
    """Whether `text` is a known heading; beside another one, its words are looked at."""
    return any(count([anchor, text]) > 1 for anchor in _ANCHORS)
