"""The consignments of one bill: which goods and figures belong to which container.

    bill + containers + goods lines ─▶ one row for each container

A figure belongs to a container where the message says so: it stands with the container, or all goods lines in the
container are in no other one, or the bill has one container. All other figures are those of the bill and are given as
such. They are never divided among the containers and never repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from riskscore.manifest.formats.messages import limits
from riskscore.manifest.formats.messages.hs_texts import hs_codes_in
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.rows import TOO_LARGE


@dataclass(slots=True)
class Goods:
    """A goods line; `boxes` are the containers that it is in, and none where the message does not say.

    `kind` is its package type, and an empty text where it has several.
    """

    description: str | None = None
    hs_codes: Sequence[str] = ()
    count: int | None = None
    kind: str | None = None
    weight: float | None = None
    volume: float | None = None
    value: float | None = None
    marks: str | None = None
    boxes: Sequence[str] = ()


@dataclass(slots=True)
class Box:
    """A container with what the message says of it alone."""

    number: str | None
    kind: str | None = None
    seals: Sequence[str] = ()
    packages: str | None = None
    count: int | None = None
    weight: float | None = None
    volume: float | None = None


@dataclass(slots=True)
class Bill:
    """A bill: the `values` that all its rows share, its totals where stated, and its containers and goods lines."""

    values: dict[str, Any]
    boxes: list[Box] = field(default_factory=list)
    goods: list[Goods] = field(default_factory=list)
    hs_codes: Sequence[str] = ()
    count: int | None = None
    weight: float | None = None
    volume: float | None = None
    value: float | None = None
    currency: str | None = None
    freight: float | None = None
    freight_currency: str | None = None


def packages(counts: Sequence[int | None], kinds: Sequence[str], marks: Sequence[str | None]) -> dict[str, Any]:
    """Count, kind and marks of a goods line that states them for each of its kinds of packages."""
    distinct = {kind.upper() for kind in kinds if kind}
    return {
        "count": None if not counts or None in counts else sum(count for count in counts if count is not None),
        "kind": distinct.pop() if len(distinct) == 1 else "" if distinct else None,
        "marks": "; ".join(dict.fromkeys(mark for mark in marks if mark)) or None,
    }


def key(number: str | None) -> str:
    """What identifies a container within a message: its number in capitals, without blanks and dashes."""
    return (number or "").upper().replace(" ", "").replace("-", "")


def consignments(bill: Bill, reader: Reader) -> Iterator[dict[str, Any]]:
    """The rows of `bill`, in canonical columns; one without a container where it has none.

    A bill with more than any bill has is one row that is refused.
    """
    boxes = _all_boxes(bill)
    named = [set(goods.boxes) for goods in bill.goods]
    try:
        _allow(boxes, named)
    except limits.TooLargeError as error:
        yield {TOO_LARGE: f"bill {bill.values.get('bill_of_lading') or '?'}: {error}"}
        return
    is_alone = len(boxes) <= 1
    totals = _totals(bill, reader)
    _drop_repeated(boxes, totals, reader)
    for box in boxes or [Box(None)]:
        name = key(box.number)
        inside = (
            bill.goods
            if is_alone
            else [goods for goods, of in zip(bill.goods, named, strict=True) if not of or name in of]
        )
        is_own = is_alone or (bool(inside) and all(len(set(goods.boxes)) == 1 for goods in inside))
        if not inside and bill.goods:
            inside = bill.goods
            reader.tell("container", "no goods line names the container, so all goods of its bill describe it")
        yield _row(bill, box, inside, totals, reader, is_own=is_own, is_alone=is_alone)


def _allow(boxes: list[Box], named: list[set[str]]) -> None:
    """Raise TooLargeError where the goods lines, of which each is in the `named` boxes or in all, are too many."""
    loose = sum(not of for of in named)
    known = set().union(*named)
    without = 0 if loose else sum(key(box.number) not in known for box in boxes)
    lines = loose * len(boxes) + sum(map(len, named)) + without * len(named)
    limits.allow(len(named), len(boxes), lines)


def _row(
    bill: Bill, box: Box, inside: list[Goods], totals: dict[str, Any], reader: Reader, *, is_own: bool, is_alone: bool
) -> dict[str, Any]:
    row = dict(bill.values)
    kinds = {goods.kind for goods in inside if goods.kind is not None}
    row["container_number"] = box.number
    row["container_type"] = box.kind
    row["seal_numbers"] = list(box.seals) or None
    row["goods_description"] = "; ".join(goods.description for goods in inside if goods.description) or None
    row["hs_codes"] = list(bill.hs_codes or codes_of(inside)) or None
    row["package_type"] = (kinds.pop() or None) if len(kinds) == 1 else None if kinds else box.packages
    row["marks"] = "; ".join(dict.fromkeys(goods.marks for goods in inside if goods.marks)) or None
    for name, column in _FIGURES.items():
        figure = getattr(box, name, None)
        if figure is None:
            figure = totals[name] if is_alone else _sum(inside, name) if is_own else None
        row[column] = figure
        if figure is None and not is_alone:
            row[f"bill_{column}"] = totals[name]
    row["currency"] = bill.currency if row["declared_value"] is not None else None
    if is_alone:
        _add_freight(row, bill, reader)
    row["goods_items"] = [_item(goods, is_own=is_alone or len(set(goods.boxes)) == 1) for goods in inside] or None
    return row


def _add_freight(row: dict[str, Any], bill: Bill, reader: Reader) -> None:
    """Set the freight of a bill of one container; a row has one currency, which is that of the value."""
    if bill.freight is None:
        return
    if row["declared_value"] is None:
        row["currency"] = bill.freight_currency
    if row["currency"] == bill.freight_currency:
        row["freight_charge"] = bill.freight
    else:
        reader.tell("row", "freight_charge was left empty, because its currency is not that of the declared value")


_ROUNDING = 0.005
"""Largest share by which a sum may differ from the stated figure and still be the same."""

_FIGURES = {
    "count": "package_count",
    "weight": "gross_weight_kg",
    "volume": "volume_m3",
    "value": "declared_value",
}


def codes_of(lines: Sequence[Goods]) -> list[str]:
    """The HS codes of goods lines, once each: as stated, else those that the descriptions name as such."""
    codes = (code for goods in lines for code in goods.hs_codes or hs_codes_in(goods.description or ""))
    return list(dict.fromkeys(codes))


def _item(goods: Goods, *, is_own: bool) -> dict[str, Any]:
    codes = goods.hs_codes or hs_codes_in(goods.description or "")
    return {
        "goods_description": goods.description,
        "hs_code": codes[0] if codes else None,
        "package_count": goods.count if is_own else None,
        "package_type": goods.kind or None,
        "gross_weight_kg": goods.weight if is_own else None,
        "volume_m3": goods.volume if is_own else None,
        "declared_value": goods.value if is_own else None,
        "marks": goods.marks,
    }


def _all_boxes(bill: Bill) -> list[Box]:
    """The containers of the bill, once each, and those that only its goods lines name."""
    ordered: dict[str, Box] = {}
    for box in bill.boxes:
        if box.number and (name := key(box.number)):
            ordered.setdefault(name, box)
    for goods in bill.goods:
        goods.boxes = [key(number) for number in goods.boxes if key(number)]
        for name in goods.boxes:
            if name not in ordered:
                ordered[name] = Box(name)
    return list(ordered.values())


def _totals(bill: Bill, reader: Reader) -> dict[str, Any]:
    """The bill's figures: as stated, else the sums of its goods lines; of packages, the sum where there is one."""
    totals = {}
    for name, column in _FIGURES.items():
        stated, summed = getattr(bill, name), _sum(bill.goods, name)
        if stated is not None and summed is not None and abs(stated - summed) > _ROUNDING * max(stated, summed):
            reader.tell("bill", f"{column} of the goods lines does not add up to that of the bill")
        is_summed = summed is not None and (stated is None or name == "count")
        totals[name] = summed if is_summed else stated
    return totals


def _sum(lines: Sequence[Goods], name: str) -> Any:
    """The sum of a figure of goods lines; None where a line has none, as the sum would be too small."""
    figures = [getattr(goods, name) for goods in lines]
    if not figures or None in figures:
        return None
    return round(sum(figures) if len(figures) > 1 else figures[0], 6)


def _drop_repeated(boxes: list[Box], totals: dict[str, Any], reader: Reader) -> None:
    """Empty the containers' figures where each repeats the figure of the bill, and zeros of a bill that has more."""
    if len(boxes) < 2:
        return
    for name in ("count", "weight"):
        total = totals[name]
        figures = [getattr(box, name) for box in boxes]
        if total and all(figure == total for figure in figures):
            reader.tell(
                "bill", f"{_FIGURES[name]} of the whole bill stands with each container, so it counts for the bill only"
            )
            figures = [None] * len(boxes)
        elif total and any(figure == 0 for figure in figures):
            figures = [figure or None for figure in figures]
        for box, figure in zip(boxes, figures, strict=True):
            setattr(box, name, figure)
