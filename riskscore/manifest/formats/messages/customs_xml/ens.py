"""Entry summary declarations of the EU's ICS, as customs of its members and of the United Kingdom use them.

    IE315 (CC315A) declares, IE313 (CC313A) amends: header, parties, goods items, each with its document and containers

A goods item names its transport document and its containers. Goods items with the same document are one bill. What the
header says counts for the items that do not say it themselves. Names end with numbers of their fields in the standard,
which differ between header (1) and item (2).
"""

from __future__ import annotations

import re
from typing import Any

from riskscore.errors import ManifestError
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

_MESSAGES = {f"{prefix}{code}{edition}" for prefix in ("cc", "ie") for code in (315, 313) for edition in ("", *"abcd")}
_MASTERS, _BILLS, _HOUSES, _WAYBILLS = ("704", "741"), ("705", "740"), ("714", "703"), ("710",)
_TO_ORDER = "10600"
_NO_MARKS = ("N/M", "NM", "N.M.", "NO MARKS")


def sniff(file: File) -> bool:
    """Whether the file is XML with an IE315 or IE313, alone or in an envelope."""
    head = opening(file)
    return head is not None and not _MESSAGES.isdisjoint(head.names)


def read(file: File, _: Count) -> list[Table]:
    """Read the consignments of the messages. Raises ManifestError where there is no whole message."""
    reader, rows = Reader(), Rows("entry summary declaration IE315")
    records = xml.Records(file, _MESSAGES)
    messages = 0
    for message in records:
        messages += 1
        if not message.names:
            rows.refuse_empty(message.line)
            continue
        if "313" in message.name:
            rows.form = "entry summary declaration IE313"
            reader.tell("message", "an amendment (IE313) counts as a later filing of the bills that it names")
        for bill in _bills(message, reader):
            for row in cargo.consignments(bill, reader):
                rows.add(message.line, row)
    if records.broken:
        if not messages and records.broken.record is None:
            raise ManifestError(
                f"{file.name} is a damaged {rows.form} (line {records.broken.line:,}: {records.broken.reason}); "
                "download or export it again"
            )
        xml.refuse_rest(rows, records.broken, "a message that is not whole" if records.broken.record else "")
    return [rows.table(reader.notes())]


def _bills(message: Node, reader: Reader) -> list[Bill]:
    """The bills of a message: its goods items by their transport documents."""
    header = message.find("heahea") or Node("")
    shared = _shared(message, header, reader)
    bills: dict[tuple[str | None, str | None], Bill] = {}
    items = message.all("gooitegds") or [Node("")]
    for item in items:
        values = shared | _documents(item) | _of_item(message, header, item)
        bill = bills.setdefault((values["bill_of_lading"], values["house_bill"]), Bill(values))
        boxes = [box.get("connumnr21") for box in item.all("connr2")]
        bill.boxes += [Box(number) for number in boxes if number]
        bill.goods.append(_goods(item, [number for number in boxes if number], reader))
    numbers = {cargo.key(box.number) for bill in bills.values() for box in bill.boxes}
    seals = [node.get("seaidseaid530") for node in message.all("seaid529")]
    if len(numbers) == 1:
        for bill in bills.values():
            for box in bill.boxes:
                box.seals = [seal for seal in seals if seal]
    elif any(seals) and numbers:
        reader.tell("message", "seal_numbers was left empty, because the seals are listed without their containers")
    return list(bills.values())


def _shared(message: Node, header: Node, reader: Reader) -> dict[str, Any]:
    """What all consignments of a message share: when it was filed, and the ship."""
    filed = header.get("dattimamehea113") or header.get("decdattimhea114")
    if not filed and (day := message.get("datofpremes9")):
        filed = (f"20{day}" if len(day) == 6 else day) + message.get("timofpremes10")
    entry = message.find("cusofffent730") or Node("")
    is_ship = header.get("tramodatborhea76") in ("", "1", "8", "10", "80")
    ship = header.get("ideofmeaoftracrohea85")
    return {
        "filed_at": reader.moment("filed_at", filed),
        "voyage": header.get("conrefnumhea") or None,
        "vessel_imo": reader.imo(ship) if is_ship else None,
        "arrives_at": reader.moment("arrives_at", entry.get("expdatofarrfirent733")),
    }


def _documents(item: Node) -> dict[str, Any]:
    """Numbers of the master bill and of the house bill that carry an item."""
    numbers: dict[str, str] = {}
    for document in item.all("prodocdc2"):
        code, number = re.sub(r"^[A-Za-z]", "", document.get("doctypdc21")), document.get("docrefdc23")
        if number:
            numbers.setdefault(code, number)

    def first(*codes: str) -> str | None:
        return next((numbers[code] for code in codes if code in numbers), None)

    master, single, house = first(*_MASTERS), first(*_BILLS, *_WAYBILLS), first(*_HOUSES)
    bill = master or single or house
    if master and not house:
        house = single
    found = {"bill_of_lading": bill, "house_bill": house if house != bill else None}
    if bill and bill == numbers.get("710"):
        found["bill_type"] = "sea_waybill"
    return found


def _of_item(message: Node, header: Node, item: Node) -> dict[str, Any]:
    """Parties, ports and terms of an item; the header's where the item has none."""
    method = item.get("metofpaygdi12") or header.get("trachametofpayhea1")
    found: dict[str, Any] = {
        "port_of_loading": item.get("plaloagooite333") or header.get("plaloagooite334") or None,
        "port_of_discharge": item.get("plaunlgooite333") or header.get("plaunlgooite334") or None,
        "freight_terms": freight_paid_by(method),
    }
    for column, own, other in (
        ("shipper", "traconco2", "traconco1"),
        ("consignee", "traconce2", "traconce1"),
        ("notify", "prtnot640", "notpar670"),
    ):
        party = item.find(own) or message.find(other)
        if party is not None:
            found |= _party(column, party)
    is_open = any(node.get("addinfcodmt23") == _TO_ORDER for node in item.all("spemenmt2"))
    if is_open or is_to_order(found.get("consignee_name")):
        found["bill_type"] = "to_order"
    return found


def _party(column: str, node: Node) -> dict[str, Any]:
    """A party's name, address and country; of the consignee also its number (EORI), which begins with a country."""
    facts: dict[str, str] = {}
    for name, text in node.texts():
        field = next((field for start, field in _FIELDS if name.startswith(start)), None)
        if field and text and not name.endswith("lng"):
            facts.setdefault(field, text)
    number, country = facts.get("number", ""), facts.get("country", "")
    if not country and re.match(r"[A-Za-z]{2}[0-9A-Za-z]{3,}$", number):
        country = number[:2].upper()
    parts = [facts.get(part) for part in ("street", "city", "postcode")]
    found = {f"{column}_name": one_line(facts.get("name")), f"{column}_address": address(parts, facts.get("country"))}
    if column != "notify":
        found[f"{column}_country"] = country or None
    if column == "consignee":
        found["consignee_id"] = number or None
    return found


_FIELDS = (
    ("nam", "name"),
    ("str", "street"),
    ("cit", "city"),
    ("cty", "city"),
    ("pos", "postcode"),
    ("pst", "postcode"),
    ("cou", "country"),
    ("tin", "number"),
)
"""How the fields of a party begin, whoever it is."""


def _goods(item: Node, boxes: list[str], reader: Reader) -> Goods:
    packages = item.all("pacgs2")
    marks = [one_line(node.get("marnumofpacgsl21")) for node in packages]
    code = re.sub(r"\D", "", item.get("comcodgoditm", "comnomcmd1"))
    return Goods(
        one_line(item.get("goodesgds23")),
        [code] if code else [],
        weight=reader.number("gross_weight_kg", item.get("gromasgds46")),
        boxes=boxes,
        **cargo.packages(
            [reader.count("package_count", node.get("numofpacgs24")) for node in packages],
            [node.get("kinofpacgs23") for node in packages],
            [mark for mark in marks if mark and mark.upper() not in _NO_MARKS],
        ),
    )
