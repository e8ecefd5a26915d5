"""A bill of the X12 customs manifest (309) while its segments are read, and the rows that become of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from riskscore.manifest.formats.messages import limits
from riskscore.manifest.formats.messages.hs_texts import hs_codes_in
from riskscore.manifest.formats.messages.terms import is_to_order
from riskscore.manifest.formats.messages.texts import address, text

FIGURES = ("package_count", "gross_weight_kg", "declared_value")
"""Figures of a line of goods."""


@dataclass
class Box:
    """A container of a bill: its lines are the values of the N10 segments."""

    number: str | None
    kind: str | None
    seals: list[str]
    lines: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Bill:
    """One bill while its segments are read; `party` is the one that the next N2, N3 and N4 belong to."""

    segment: int
    values: dict[str, Any] = field(default_factory=dict)
    unit: str | None = None
    parties: dict[str, dict[str, list[str] | str]] = field(default_factory=dict)
    party: dict[str, list[str] | str] | None = None
    boxes: dict[str, Box] = field(default_factory=dict)
    box: Box | None = None
    parts: int = 0
    loose: list[dict[str, Any]] = field(default_factory=list)
    cancelled: bool = False
    has_details: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing but the beginning of the bill was read."""
        said = any(value is not None for value in self.values.values())
        return not (said or self.parties or self.parts or self.cancelled)

    def has_room(self) -> bool:
        """Count another part of the bill: whether it can be kept. A bill with too many is refused in the end."""
        self.parts += 1
        return self.parts <= limits.MOST_PARTS

    def rows(self, voyage: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows of the bill with what the message says of its `voyage`: one for each container.

        Raises TooLargeError where the bill has more than any bill has.
        """
        limits.allow_parts(self.parts)
        own = sum(len(box.lines) for box in self.boxes.values())
        without = sum(not box.lines for box in self.boxes.values()) or 1
        limits.allow(own + len(self.loose), 0, own + without * len(self.loose))
        limits.allow(0, len(self.boxes))
        values = voyage | {name: value for name, value in self.values.items() if value is not None}
        values |= _named(self.parties)
        if self.cancelled:
            return [values | {"cancelled": True}]
        boxes = list(self.boxes.values()) or [Box(None, None, [])]
        return [_row(values, self, box, len(boxes)) for box in boxes]


def _named(parties: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The columns of the parties of a bill."""
    values: dict[str, Any] = {}
    for kind, party in parties.items():
        values[f"{kind}_name"] = text(party["name"])
        if kind != "forwarder":
            values[f"{kind}_address"] = address(party["lines"], party["country"])
        if kind in ("shipper", "consignee"):
            values[f"{kind}_country"] = text(party["country"])
    if consignee := parties.get("consignee"):
        values["consignee_id"] = text(consignee["code"])
        if is_to_order(values["consignee_name"]):
            values["bill_type"] = "to_order"
    return values


def _row(values: dict[str, Any], bill: Bill, box: Box, boxes: int) -> dict[str, Any]:
    """The row of one of the `boxes` of a bill, whose figures are the box's only where it has no other one."""
    lines = [*bill.loose, *box.lines] if boxes == 1 else box.lines or bill.loose
    own = {name: _total(lines, name) for name in FIGURES}
    if lines is bill.loose and boxes > 1:
        own = dict.fromkeys(own)
    if boxes == 1:
        for name in ("package_count", "gross_weight_kg"):
            whole = values.get(f"bill_{name}")
            own[name] = own[name] if whole is None else whole
    told = {name: _first(lines, name) for name in ("package_type", "origin_country", "currency")}
    told["package_type"] = told["package_type"] or bill.unit
    kept = {name: value for name, value in values.items() if own.get(name.removeprefix("bill_")) is None}
    return {
        **(kept | {name: value for name, value in told.items() if value}),
        **{name: value for name, value in own.items() if value is not None},
        "container_number": box.number,
        "container_type": box.kind,
        "seal_numbers": box.seals or None,
        "goods_description": "; ".join(filter(None, (line["goods_description"] for line in lines))) or None,
        "marks": "; ".join(dict.fromkeys(filter(None, (line["marks"] for line in lines)))) or None,
        "hs_codes": list(dict.fromkeys(code for line in lines for code in _codes(line))) or None,
        "goods_items": [_item(line, boxes == 1 or lines is not bill.loose) for line in lines] or None,
    }


def _item(line: dict[str, Any], is_own: bool) -> dict[str, Any]:
    names = ("goods_description", "hs_code", "package_type", "marks", *(FIGURES if is_own else ()))
    return {name: line[name] for name in names} | {"hs_code": next(iter(_codes(line)), None)}


def _codes(line: dict[str, Any]) -> tuple[str, ...]:
    """The HS code of a line, else those that its description names."""
    return (line["hs_code"],) if line["hs_code"] else hs_codes_in(line["goods_description"] or "")


def _total(lines: list[dict[str, Any]], name: str) -> Any:
    """The sum over `lines`, or None where one of them does not say it."""
    given = [line[name] for line in lines]
    return sum(given) if given and None not in given else None


def _first(lines: list[dict[str, Any]], name: str) -> Any:
    return next((line[name] for line in lines if line[name]), None)
