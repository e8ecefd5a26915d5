"""Entry summary declarations of the EU's ICS2 for goods by sea: IE3F10 to F15, and their amendments IE3A10 to A15.

    message ─▶ consignmentMasterLevel ─▶ consignmentHouseLevel ... ─▶ goodsItem ... ─▶ transportEquipment

F10 and F13 declare a straight bill, which has no house bill, though its goods may stand at house level. F11 and F12
declare a master bill, with or without its houses. F14 and F15 declare house bills: they have neither ports nor a ship,
which the carrier's filing of the master bill has. The master's fields follow the houses, so the file is read twice.
"""

from __future__ import annotations

import re
from typing import Any

from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages.customs_xml import cargo, xml
from riskscore.manifest.formats.messages.customs_xml.cargo import Bill, Box, Goods
from riskscore.manifest.formats.messages.customs_xml.node import Node
from riskscore.manifest.formats.messages.customs_xml.xml_opening import opening
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.rows import Rows
from riskscore.manifest.formats.messages.terms import freight_paid_by, is_to_order
from riskscore.manifest.formats.messages.texts import address, one_line
from riskscore.manifest.formats.table import Count, Table

_ROOT = re.compile(r"(?:cc|ie)3([a-z])(\d\d)[a-z]*\d*")
_HOUSE = ("consignmenthouselevel",)
_BY_SEA = ("10", "11", "12", "13", "14", "15")
_STRAIGHT = ("10", "13")
_IMO, _SHIP_NAME = "10", "11"
_OTHERS = {
    "16": "the parties of a house bill (buyer and seller)",
    "17": "the parties of a house bill (who receives the goods)",
}
_KINDS = {
    "q": "a request to ICS2",
    "r": "an answer of ICS2",
    "n": "a notification of ICS2",
    "f": "a declaration to ICS2 for goods by air, road, rail or post",
    "a": "an amendment to ICS2 for goods by air, road, rail or post",
}


def sniff(file: File) -> bool:
    """Whether the file is XML with a message of ICS2, alone or in an envelope."""
    return _name(file) is not None


def read(file: File, _: Count) -> list[Table]:
    """Read the consignments. Raises LeftAsideError for other messages of ICS2, ManifestError where nothing is whole."""
    name = _name(file) or ""
    kind, code = _ROOT.fullmatch(name).groups() if name else ("", "")  # type: ignore[union-attr]
    form = f"ICS2 {name.upper()}"
    if kind not in "fa" or code not in _BY_SEA:
        what = _OTHERS.get(code) if kind in "fa" else None
        raise LeftAsideError(file.name, f"{what or _KINDS.get(kind, 'a message of ICS2')} ({name.upper()})")
    reader, rows = Reader(), Rows(form)
    records = xml.Records(file, _HOUSE)
    top = xml.header(file, _HOUSE)
    message = next(top.deep(name), top)
    master = message.find("consignmentmasterlevel") or message
    shared = _shared(message, master, reader)
    if code in _STRAIGHT:
        shared["bill_type"] = "straight"
    houses = added = 0
    for house in records:
        houses += 1
        if house.find("goodsitem") or not master.find("goodsitem"):  # else the master only lists its houses
            if not house.names:
                rows.refuse_empty(house.line)
                continue
            added += 1
            _add(rows, house, master, shared, reader)
    broken = records.broken
    if broken and not houses and broken.record is None:
        raise ManifestError(
            f"{file.name} is a damaged {form} (line {broken.line:,}: {broken.reason}); download or export it again"
        )
    if broken:
        xml.refuse_rest(rows, broken, "a consignment that is not whole" if broken.record else "")
    elif not added:
        _add(rows, Node(""), master, shared, reader)
    return [rows.table(reader.notes())]


def _name(file: File) -> str | None:
    head = opening(file)
    return next((name for name in head.names if _ROOT.fullmatch(name)), None) if head else None


def _shared(message: Node, master: Node, reader: Reader) -> dict[str, Any]:
    """What all consignments of a message share: when it was filed, ship, voyage, ports of the master bill."""
    ship = message.find("activebordertransportmeans") or master.find("activebordertransportmeans") or Node("")
    number, kind = ship.get("identificationnumber"), ship.get("typeofidentification")
    return {
        "filed_at": reader.moment("filed_at", _moment(message, "documentissuedate")),
        "vessel_imo": reader.imo(number) if kind == _IMO else None,
        "vessel_name": one_line(number) if kind == _SHIP_NAME else None,
        "voyage": ship.get("conveyancereferencenumber") or None,
        "arrives_at": reader.moment("arrives_at", _moment(ship, "estimateddateandtimeofarrival")),
        "port_of_loading": _place(master, "placeofloading"),
        "port_of_discharge": _place(master, "placeofunloading"),
    }


def _moment(node: Node, name: str) -> str:
    """The text of a moment, which stands in the element itself or in one within it."""
    found = node.find(name)
    return "" if found is None else found.text or next((child.text for child in found.children), "")


def _place(node: Node, name: str) -> str | None:
    """A place as its UN/LOCODE, or else as its name with its country."""
    found = node.find(name)
    if found is None:
        return None
    return found.get("unlocode") or ", ".join(t for t in (found.get("location"), found.get("country")) if t) or None


def _add(rows: Rows, house: Node, master: Node, shared: dict[str, Any], reader: Reader) -> None:
    """Add the rows of a consignment; `house` is empty where the message has the master level alone."""
    main = house if house.names else master
    values = dict(shared)
    number = _document(house, "transportdocumentmasterlevel") or _document(master, "transportdocumentmasterlevel")
    own = _document(house, "transportdocumenthouselevel")
    values["bill_of_lading"] = number or own
    values["house_bill"] = own if own != values["bill_of_lading"] else None
    for column, name in (("port_of_loading", "placeofloading"), ("port_of_discharge", "placeofunloading")):
        values[column] = _place(house, name) or values[column]
    values["place_of_receipt"] = _place(main, "placeofacceptance")
    values["place_of_delivery"] = _place(main, "placeofdelivery")
    for column, name in (("shipper", "consignor"), ("consignee", "consignee"), ("notify", "notifyparty")):
        values |= _party(column, main.find(name))
    if is_to_order(values.get("consignee_name")):
        values["bill_type"] = "to_order"
    values["freight_terms"] = freight_paid_by(main.get("transportcharges", "methodofpayment"))
    bill = Bill(values)
    items = main.all("goodsitem") or house.all("goodsitem")
    equipment = main.all("transportequipment")
    for item in items:
        equipment += item.all("transportequipment")
    if not equipment and main is house:
        equipment = master.all("transportequipment")
    bill.boxes = [_box(node) for node in equipment]
    bill.goods = [_goods(item, reader) for item in items]
    bill.weight = reader.number("gross_weight_kg", main.get("totalgrossmass"))
    for row in cargo.consignments(bill, reader):
        rows.add(house.line, row)


def _document(node: Node, name: str) -> str | None:
    return node.get(name, "documentnumber") or None


def _party(column: str, node: Node | None) -> dict[str, Any]:
    if node is None:
        return {}
    place = node.find("address") or Node("")
    street = " ".join(text for text in (place.get("street"), place.get("number")) if text)
    parts = (street, *(place.get(name) for name in ("streetadditionalline", "pobox", "city", "subdivision")))
    found: dict[str, Any] = {
        f"{column}_name": one_line(node.get("name")),
        f"{column}_address": address((*parts, place.get("postcode")), place.get("country")),
    }
    if column != "notify":
        found[f"{column}_country"] = place.get("country") or None
    if column == "consignee":
        found["consignee_id"] = node.get("identificationnumber") or None
    return found


def _box(node: Node) -> Box:
    seals = [seal.get("identifier") for seal in node.all("seal")]
    return Box(
        node.get("containeridentificationnumber") or None,
        node.get("containersizeandtype") or None,
        [seal for seal in seals if seal],
    )


def _goods(item: Node, reader: Reader) -> Goods:
    commodity = item.find("commodity") or Node("")
    code = commodity.find("commoditycode") or Node("")
    digits = code.get("harmonizedsystemsubheadingcode") + code.get("combinednomenclaturecode")
    packages = item.all("packaging")
    boxes = [node.get("containeridentificationnumber") for node in item.all("transportequipment")]
    return Goods(
        one_line(commodity.get("descriptionofgoods")),
        [re.sub(r"\D", "", digits)] if digits else [],
        weight=reader.number("gross_weight_kg", item.get("weight", "grossmass")),
        boxes=[box for box in boxes if box],
        **cargo.packages(
            [reader.count("package_count", node.get("numberofpackages")) for node in packages],
            [node.get("typeofpackages") for node in packages],
            [one_line(node.get("shippingmarks")) for node in packages],
        ),
    )
