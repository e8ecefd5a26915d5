"""Make rows of records that contain arrays of containers or of goods.

    {bill, weight, containers: [{no, weight}, {no, weight}]}  ─▶  bill · no · weight     a row for each container
                                                                  bill · no · weight

Each row has the other fields of its record. Figures beside several containers belong to the whole bill, and are called
so. Figures beside several goods stand in the first row, because they belong to all of them and must not count twice.
Arrays of other things stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from riskscore.cells.headings import manifest_synonyms, recognise
from riskscore.cells.wordings import words
from riskscore.errors import ManifestError
from riskscore.manifest.formats import listed

ITEMS = "goods_items"
"""An array of goods lines that the reader of values knows as it is."""

FIGURES = ("package_count", "gross_weight_kg", "volume_m3", "declared_value", "freight_charge", "quantity_kg")

_LOOKED_AT = 20
_BOX = re.compile(r"[A-Z]{3}[UJZ] ?[0-9]{6}-?[0-9]")
_MOST_REPEATED = 256 * 2**20
"""Most characters of texts beside arrays that may be repeated in their rows."""

Record = dict[str, Any]


class Nest:
    """Rows of the records of one file, called `name` in messages; `note` says what was made of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.records = 0
        self.rows = 0
        self.shared: dict[str, None] = {}
        self._repeated = 0

    def rows_of(self, record: Record) -> list[Record]:
        """The rows of one record that is `flattened`; one row where it has no array of containers or goods.

        Raises ManifestError where long texts would be repeated too often.
        """
        record = listed.plain(record)
        rows = self._rows(record)
        if rows[0] is not record:
            self.records += 1
            self.rows += len(rows)
        return rows

    def note(self) -> tuple[str, ...]:
        """What was made of records with arrays, if there were any."""
        if not self.records:
            return ()
        several = "1 record" if self.records == 1 else f"{self.records:,} records"
        shared = f"; figures of the whole bill: {', '.join(list(self.shared)[:5])}" if self.shared else ""
        return (f"{several} with lists of containers or goods became {self.rows:,} rows{shared}",)

    def _rows(self, record: Record) -> list[Record]:
        boxes = {key: value for key, value in record.items() if is_list_of(key, value, "container_number")}
        goods = {
            key: value
            for key, value in record.items()
            if key not in boxes and key != ITEMS and is_list_of(key, value, "goods_description")
        }
        if not boxes and not goods:
            return [record]
        rest = {key: value for key, value in record.items() if key not in boxes and key not in goods}
        rows = [rest]
        if boxes:
            inner = _named(boxes, rest)
            if len(inner) > 1:
                rest = self._of_the_bill(rest)
            self._count(rest, len(inner))
            rows = [row for box in inner for row in self._rows(listed.plain(_filled(box, rest)))]
        if goods and len(rows) == 1:
            inner = _named(goods, rows[0])
            self._count(rows[0], len(inner))
            rows = _lines(rows[0], inner)
        elif goods:
            told = _described(_named(goods, rest))
            rows = [_filled(row, told) for row in rows]
        return rows

    def _of_the_bill(self, record: Record) -> Record:
        """`record` with its figures under headings of the whole bill's figures."""
        renamed: Record = {}
        for key, value in record.items():
            column, unit = _meaning(key)
            if column not in FIGURES:
                renamed[key] = value
            else:
                renamed[f"bill_{column}" if unit in (None, "kg", "kgs", "cbm", "m3") else f"bill {key}"] = value
                self.shared[key] = None
        return renamed

    def _count(self, record: Record, rows: int) -> None:
        self._repeated += (rows - 1) * sum(len(value) for value in record.values() if isinstance(value, str))
        if self._repeated > _MOST_REPEATED:
            raise ManifestError(
                f"{self.name} has long texts beside lists of many containers; write one object for each container"
            )


def flattened(record: Record) -> Record:
    """`record` with the fields of inner objects as its own; an object whose fields would clash is left unchanged."""
    flat: Record = {}
    for key, value in record.items():
        inner = {f"{key} {name}": field for name, field in flattened(value).items()} if isinstance(value, dict) else {}
        flat |= inner if inner and not inner.keys() & record.keys() else {key: value}
    return flat


def has_lists(record: Record) -> bool:
    """Whether `record` has an array of objects that may be containers or goods."""
    return any(type(value) is list and value and type(value[0]) is dict for value in record.values())


def is_list_of(key: str, value: Any, column: str) -> bool:
    """Whether `value`, under the heading `key`, is an array of objects of which some have a field for `column`."""
    if not isinstance(value, list) or not value or set(map(type, value)) != {dict}:
        return False
    items = [flattened(item) for item in value[:_LOOKED_AT]]
    if column == "container_number" and any(_is_box(field) for item in items for field in item.values()):
        return True
    fields = dict.fromkeys(name for item in items for name in item)
    return any(_meaning(_heading(key, name))[0] == column for name in list(fields)[:_LOOKED_AT])


def is_figure(key: str) -> bool:
    """Whether the heading `key` is a figure that must not be repeated in several rows."""
    return _meaning(key)[0] in FIGURES


def is_bill(record: Record) -> bool:
    """Whether `record` has the number of a bill, so that it is a bill and not the envelope of some."""
    return any(_meaning(key)[0] == "bill_of_lading" for key, value in record.items() if isinstance(value, str))


@lru_cache(maxsize=10_000)
def _meaning(heading: str) -> tuple[str | None, str | None]:
    """The column and unit that `heading` means."""
    found = recognise(heading, manifest_synonyms())
    return found.column, found.unit


@lru_cache(maxsize=10_000)
def _heading(key: str, name: str) -> str:
    """The heading of the field `name` of the objects in the array `key`: `name` alone where that says enough."""
    forms = (name, f"{key} {name}", f"{(words(key) or [key])[-1]} {name}")
    return next((form for form in forms if _meaning(form)[0]), name)


def _named(arrays: Mapping[str, list[Record]], beside: Record) -> list[Record]:
    """All objects of `arrays`, with their fields under headings."""
    return [
        {_apart(_heading(key, name), value, key, beside): value for name, value in flattened(item).items()}
        for key, items in arrays.items()
        for item in items
    ]


def _apart(heading: str, value: Any, key: str, beside: Record) -> str:
    """`heading`, or what the `value` shows; with the key of its array before it where the record has it, too."""
    if _meaning(heading)[0]:
        return heading
    if _is_box(value):
        return "container_number"
    return f"{key} {heading}" if heading in beside else heading


def _is_box(value: Any) -> bool:
    return isinstance(value, str) and _BOX.fullmatch(value.strip().upper()) is not None


def _filled(row: Record, beside: Record) -> Record:
    """`row` with the fields that only the record `beside` it has."""
    return {**beside, **{key: value for key, value in row.items() if value is not None or key not in beside}}


def _lines(record: Record, goods: Sequence[Record]) -> list[Record]:
    """A row for each of the `goods`; figures of the record stand in the first row, unless the goods have their own."""
    own = {_meaning(key)[0] for item in goods for key, value in item.items() if value is not None}
    figures = {key for key in record if is_figure(key)}
    first = {key: value for key, value in record.items() if key not in figures or _meaning(key)[0] not in own}
    others = {key: value for key, value in record.items() if key not in figures}
    return [_filled(item, others if place else first) for place, item in enumerate(goods)]


def _described(goods: Sequence[Record]) -> Record:
    """What `goods` of several containers are, without their figures: nobody says which of them is in which box."""
    told: dict[str, list[str]] = {}
    for item in goods:
        for key, value in item.items():
            if isinstance(value, str) and value.strip() and _meaning(key)[0] in ("goods_description", "hs_codes"):
                told.setdefault(key, []).append(value)
    return {key: ", ".join(dict.fromkeys(values)) for key, values in told.items()}
