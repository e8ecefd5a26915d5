"""Goods lines and containers of a consignment after the WCO Data Model, and the words that China has for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from riskscore.manifest.formats.messages.customs_xml import cargo
from riskscore.manifest.formats.messages.customs_xml.cargo import Box, Goods
from riskscore.manifest.formats.messages.customs_xml.node import Node
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.texts import one_line
from riskscore.manifest.formats.messages.units import KG, M3

_OTHER_CODES = ("UNDG", "UN", "IMDG", "SRZ", "GTIN", "CV")
"""Lists of codes other than those of the Harmonized System."""


def texts(nodes: Sequence[Node], name: str) -> list[str]:
    """The texts of one field of several elements, without the empty ones."""
    return [text for node in nodes if (text := node.get(name))]


def quantity(column: str, node: Node | None, reader: Reader) -> float | None:
    """A weight in kilograms or a volume in cubic metres, from the unit in its attribute."""
    if node is None:
        return None
    units, usual = (M3, "mtq") if column == "volume_m3" else (KG, "kgm")
    return reader.measure(column, node.text, node.attribute("unitcode") or usual, units)


def boxes_of(node: Node, declaration: Node) -> list[Box]:
    """The containers of a consignment; what stands only with the declaration's containers completes them."""
    equipment = node.all("transportequipment")
    for item in node.all("consignmentitem"):
        equipment += _equipment(item)
    more = {cargo.key(_number(found)): found for found in declaration.all("transportequipment")}
    boxes = []
    for found in equipment:
        beside = more.get(cargo.key(_number(found)), found)
        boxes.append(
            Box(
                _number(found) or None,
                found.get("characteristiccode") or beside.get("characteristiccode") or None,
                _seals(found) or _seals(beside),
            )
        )
    return boxes


def goods_of(node: Node, reader: Reader) -> list[Goods]:
    """The goods lines of a consignment."""
    return [_goods(item, reader) for item in node.all("consignmentitem")]


def _equipment(item: Node) -> list[Node]:
    """The containers that a goods line names; China names them by their numbers alone."""
    return item.all("transportequipment", "equipmentidentification")


def _number(equipment: Node) -> str:
    return equipment.get("equipmentidentification", "id") or equipment.get("id")


def _seals(equipment: Node) -> list[str]:
    """Seals; China writes who sealed before the number ('M/12345')."""
    found = [*texts(equipment.all("seal"), "id"), *(seal.text for seal in equipment.all("sealid") if seal.text)]
    return [re.sub(r"^[A-Z]{1,2}/", "", seal) for seal in found]


def _goods(item: Node, reader: Reader) -> Goods:
    commodity = item.find("commodity") or Node("")
    codes = [
        found.get("id")
        for found in commodity.all("classification")
        if found.get("identificationtypecode").upper() not in _OTHER_CODES
    ]
    packages = item.all("packaging", "consignmentitempackaging")
    numbers = [found.find("quantityquantity") or Node("") for found in packages]
    measure = item.find("goodsmeasure") or item
    amount = item.find("valueamount")
    return Goods(
        one_line(commodity.get("cargodescription") or commodity.get("description")),
        [digits for code in codes if len(digits := re.sub(r"\D", "", code)) >= 4],
        weight=quantity("gross_weight_kg", measure.find("grossmassmeasure"), reader),
        volume=quantity("volume_m3", measure.find("grossvolumemeasure"), reader),
        value=reader.number("declared_value", amount.text) if amount else None,
        boxes=[number for found in _equipment(item) if (number := _number(found))],
        **cargo.packages(
            [reader.count("package_count", number.text) for number in numbers],
            [
                found.get("typecode") or number.attribute("unitcode")
                for found, number in zip(packages, numbers, strict=True)
            ],
            [
                one_line(found.get("marksnumbersid") or found.get("marksnumbers") or found.get("marksnumbersid1"))
                for found in packages
            ],
        ),
    )
