"""The bills of a cargo message, their goods lines and containers, and the rows that they make.

    bill ─┬─ goods line ── share of a container (quantity, weight)
          └─ container (type, seals, temperature)              ─▶ one row a container

A figure belongs to a container where the message says so, or where the bill or goods line has this container only.
Else it stays a figure of the bill: it is neither split nor repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from riskscore.manifest.formats.messages import limits
from riskscore.manifest.formats.messages.un_edifact.segments import LONGEST_TEXT, Elements

FIGURES = ("package_count", "gross_weight_kg", "volume_m3", "declared_value")
"""Figures of a goods line, which a container may have a share in."""

_BLANKS = re.compile(r"[\s.-]+")
_JOINT = "; "


def box_key(number: str) -> str:
    """A container number without blanks and dashes, in capitals."""
    return _BLANKS.sub("", number).upper()


@dataclass(slots=True)
class Box:
    """A container; `number` is None for other equipment, such as break bulk. `weight_kg` is of the goods in it."""

    number: str | None
    type: str | None = None
    seals: list[str] = field(default_factory=list)
    temperature_c: float | None = None
    verified_kg: float | None = None
    weight_kg: float | None = None


@dataclass(slots=True)
class Goods:
    """A goods line: its figures, and by container the figures that the container has a share in."""

    figures: dict[str, Any] = field(default_factory=dict)
    package_type: str | None = None
    texts: list[str] = field(default_factory=list)
    other_texts: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    codes_in_texts: list[str] = field(default_factory=list)
    temperature_c: float | None = None
    lone_number: int | None = None
    shares: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def description(self) -> str | None:
        """The texts that describe the goods, else other texts of the line."""
        return joined(self.texts or self.other_texts, " ")

    @property
    def hs_codes(self) -> list[str]:
        """The codes of the line, else those that its texts name."""
        return self.codes or self.codes_in_texts

    def figure(self, name: str, box: str, alone: bool) -> Any:
        """A figure of this line in `box`, which is `alone` in having it; NotImplemented where it cannot be told."""
        share = self.shares.get(box, {}).get(name)
        whole = self.figures.get(name)
        if alone:
            # Where the line is in one container only, what SGP counts may be other packages, such as pallets.
            return (share if share is not None and name != "package_count" else whole) if whole is not None else share
        return share if share is not None or whole is None else NotImplemented


@dataclass(slots=True)
class Bill:
    """A bill, or a house bill: numbers, places, parties, totals, goods, and the containers that stand within it."""

    line: int
    reference: str | None = None
    numbers: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    totals: dict[str, Any] = field(default_factory=dict)
    currencies: list[str] = field(default_factory=list)
    parties: dict[str, Elements] = field(default_factory=dict)
    party_numbers: dict[str, str] = field(default_factory=dict)
    arrival: int = 0
    parts: int = 0
    texts: list[str] = field(default_factory=list)
    goods: list[Goods] = field(default_factory=list)
    boxes: dict[str, Box] = field(default_factory=dict)

    def has_room(self) -> bool:
        """Count another part of the bill: whether it can be kept. A bill with too many is refused in the end."""
        self.parts += 1
        return self.parts <= limits.MOST_PARTS

    @property
    def is_blank(self) -> bool:
        """Whether nothing but the beginning of the bill was read."""
        return self.is_only_a_number and not (self.reference or self.numbers)

    @property
    def is_only_a_number(self) -> bool:
        """Whether nothing but numbers of the bill was read."""
        return not (self.values or self.totals or self.parties or self.parts or self.texts or self.boxes)

    def keys(self) -> dict[str, str]:
        """`bill_of_lading`, and `house_bill` where the bill is a house bill of a known master bill."""
        bill, master, house = (self.numbers.get(name) for name in ("bill", "master", "house"))
        if master:
            own = next((number for number in (house, bill, self.reference) if number and number != master), None)
            return {"bill_of_lading": master} | ({"house_bill": own} if own else {})
        own = bill or self.reference or house
        if own is None:
            return {}
        return {"bill_of_lading": own} | ({"house_bill": house} if house and house != own else {})

    def total(self, name: str) -> Any:
        """A figure of the whole bill: as stated, else the sum of its goods lines; None where it is unknown."""
        if self.totals.get(name) is not None:
            return self.totals[name]
        figures = [goods.figures.get(name) for goods in self.goods]
        return None if None in figures else _sum(figures)

    def rows(self, boxes: dict[str, Box], *, all_boxes: bool) -> list[dict[str, Any]]:
        """One row for each container of the bill, without values that are of the message.

        `boxes` are the containers of the message. With `all_boxes` the containers that stand within the bill belong to
        it even where its goods name others. Raises TooLargeError where the bill has more than any bill has.
        """
        limits.allow_parts(self.parts)
        named = dict.fromkeys(key for goods in self.goods for key in goods.shares)
        keys = list(dict.fromkeys([*named, *self.boxes]) if all_boxes or not named else named)
        if len(self.goods) == 1 and (lone := self.goods[0].lone_number) and lone > 1:
            self.goods[0].figures["package_count"] = lone
        everywhere = sum(not goods.shares for goods in self.goods)
        named_lines = sum(len(goods.shares) for goods in self.goods)
        unnamed = 0 if everywhere else sum(key not in named for key in keys)
        limits.allow(len(self.goods), len(keys), everywhere * len(keys) + named_lines + unnamed * len(self.goods))
        if not keys:
            return [self._row("", Box(None), [(goods, True) for goods in self.goods], alone=True)]
        rows = []
        for key in keys:
            box = self.boxes.get(key) or boxes.get(key) or Box(key)
            lines = [
                (goods, goods.shares.keys() == {key} or len(keys) == 1)
                for goods in self.goods
                if key in goods.shares or not goods.shares
            ]
            rows.append(self._row(key, box, lines or [(goods, False) for goods in self.goods], alone=len(keys) == 1))
        return rows

    def _row(self, key: str, box: Box, lines: list[tuple[Goods, bool]], *, alone: bool) -> dict[str, Any]:
        row = self.values | self.keys()
        row |= {
            "container_number": box.number,
            "container_type": box.type,
            "seal_numbers": box.seals or None,
            "verified_gross_mass_kg": box.verified_kg,
        }
        temperatures = [goods.temperature_c for goods, _ in lines if goods.temperature_c is not None]
        row["temperature_c"] = (
            box.temperature_c if box.temperature_c is not None or not temperatures else temperatures[0]
        )
        items = [self._item(goods, key, sole) for goods, sole in lines]
        for name in FIGURES:
            row |= self._figure(name, [item[name] for item in items], box, alone=alone)
        row["goods_description"] = joined((item["goods_description"] for item in items), _JOINT) or joined(
            self.texts, " "
        )
        row["hs_codes"] = list(dict.fromkeys(code for goods, _ in lines for code in goods.hs_codes)) or None
        row["marks"] = joined((item["marks"] for item in items), _JOINT)
        types = {item["package_type"] for item in items}
        row["package_type"] = types.pop() if len(types) == 1 else None
        if alone:
            row["freight_charge"] = self.totals.get("freight_charge")
        money = {name for name in ("declared_value", "freight_charge") if row.get(name) is not None}
        if money and len(set(self.currencies)) == 1:
            row["currency"] = self.currencies[0]
        if len(items) > 1:
            row["goods_items"] = [
                {name: None if value is NotImplemented else value for name, value in item.items()} for item in items
            ]
        return {name: value for name, value in row.items() if value is not None}

    def _figure(self, name: str, figures: list[Any], box: Box, *, alone: bool) -> dict[str, Any]:
        """A figure of the container, else the one of the bill."""
        known = [figure for figure in figures if figure is not None]
        own = None if NotImplemented in known else _sum(known)
        if own is None and name == "gross_weight_kg":
            own = box.weight_kg
        if own is None and alone:
            own = self.total(name)
        if own is not None:
            return {name: own}
        return {} if alone else {f"bill_{name}": self.total(name)}

    @staticmethod
    def _item(goods: Goods, key: str, sole: bool) -> dict[str, Any]:
        codes = goods.hs_codes
        return {
            "goods_description": goods.description,
            "hs_code": codes[0] if codes else None,
            "package_type": goods.package_type,
            "marks": joined(goods.marks, " "),
        } | {name: goods.figure(name, key, sole) for name in FIGURES}


def joined(texts: Iterable[str | None], joint: str) -> str | None:
    """Different texts joined, None where there are none."""
    return joint.join(dict.fromkeys(text for text in texts if text))[:LONGEST_TEXT] or None


def _sum(values: list[Any]) -> Any:
    return (round(sum(values), 6) if values and isinstance(values[0], float) else sum(values)) if values else None
