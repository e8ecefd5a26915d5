"""Cargo reports after the WCO Data Model: CRI and CRE (WCO DM 3), and China's MT1xxx and MT2xxx.

    Declaration ─▶ Consignment ... ─▶ ConsignmentItem ... ─▶ TransportEquipment
    China: Manifest ─▶ Head (when, function), Declaration (the same, with words of its own)

Elements stand in the order of the alphabet, so some that all consignments share follow them: the file is read twice.
"""

from __future__ import annotations

import re
from datetime import UTC, timezone
from typing import Any

from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages.customs_xml import cargo, xml
from riskscore.manifest.formats.messages.customs_xml.cargo import Bill
from riskscore.manifest.formats.messages.customs_xml.node import Node
from riskscore.manifest.formats.messages.customs_xml.wco_goods import boxes_of, goods_of, quantity, texts
from riskscore.manifest.formats.messages.customs_xml.xml_opening import Opening, opening
from riskscore.manifest.formats.messages.reader import BEIJING, Reader
from riskscore.manifest.formats.messages.rows import CANCELS, Rows
from riskscore.manifest.formats.messages.terms import freight_terms, is_to_order
from riskscore.manifest.formats.messages.texts import address, one_line
from riskscore.manifest.formats.table import Count, Table

_CONSIGNMENT = ("consignment",)
_REPORTS = ("CRI", "CRE", "CR")
_CHINA = re.compile(r"MT(\d)\d{3}", re.IGNORECASE)
_MASTERS, _HOUSES = ("704", "741", "MB", "MBL", "MAWB"), ("714", "703", "HB", "HBL", "HWB", "BH", "HAWB")
_DOCUMENT = "transportcontractdocument"
_CANCELLATIONS = ("1", "3")
_OTHERS = {
    "DEC": "a goods declaration (WCO DEC)",
    "IM": "an import declaration (WCO IM)",
    "EX": "an export declaration (WCO EX)",
    "TR": "a transit declaration (WCO TR)",
    "RES": "an answer of customs (WCO RES)",
    "CONVEYANCE": "a report of a means of transport (WCO)",
}
_CHINESE = {
    "": "a message of China's customs",
    "3": "a report of an arrival",
    "4": "a report of a tally",
    "5": "a report of unloading or departure",
}


def sniff(file: File) -> bool:
    """Whether the file is XML of the WCO Data Model, or a manifest message of China's customs."""
    head = opening(file)
    return head is not None and _kind(head) is not None


def read(file: File, _: Count) -> list[Table]:
    """Read the consignments. Raises LeftAsideError for other messages, ManifestError where nothing is whole."""
    head = opening(file)
    kind = (_kind(head) if head else None) or "CRI"
    chinese = _CHINA.fullmatch(kind)
    if chinese and (chinese[1] not in "12" or (head and "response" in head.names)):
        what = "an answer of China's customs" if head and "response" in head.names else _CHINESE.get(chinese[1])
        raise LeftAsideError(file.name, f"{what or _CHINESE['']} ({kind})")
    if not chinese and kind not in _REPORTS:
        raise LeftAsideError(file.name, _OTHERS.get(kind, f"a message of the WCO Data Model ({kind})"))
    form = f"China {kind}" if chinese else f"WCO cargo report {kind}"
    reader, rows = Reader(), Rows(form)
    top = xml.header(file, _CONSIGNMENT)
    declaration = next(top.deep("declaration"), top)
    shared = _shared(top, declaration, BEIJING if chinese else UTC, reader)
    records = xml.Records(file, _CONSIGNMENT)
    count = 0
    for node in records:
        count += 1
        if not node.names:
            rows.refuse_empty(node.line)
            continue
        _add(rows, node, declaration, shared, reader)
    broken = records.broken
    if not count and (broken is None or broken.record is None):
        where = f" (line {broken.line:,}: {broken.reason})" if broken else ""
        raise ManifestError(f"{file.name} is {form} without a whole consignment{where}; download or export it again")
    if broken:
        xml.refuse_rest(rows, broken, "a consignment that is not whole" if broken.record else "")
    return [rows.table(reader.notes())]


def _kind(head: Opening) -> str | None:
    """The kind of message (CRI, DEC, MT1401 ...), None where it is none of the WCO Data Model."""
    spaces = " ".join(head.namespaces)
    if found := _CHINA.search(head.texts.get("messagetype", "")) or re.search(r"CN:(MT\d{4})", spaces):
        return found[0].rpartition(":")[2].upper()
    is_wco = "wco" in spaces.lower() or not {"documentmetadata", "wcotypename", "wcodocumentname"}.isdisjoint(
        head.names
    )
    if "declaration" not in head.names and "response" not in head.names:
        return None
    if is_wco:
        named = head.texts.get("wcodocumentname") or head.texts.get("wcotypename")
        kinds = [
            found.upper()
            for found in re.findall(r"(?i)datamodel:WCO:(?!DM\b|Document|MetaData|Declaration)([A-Za-z]+)", spaces)
        ]
        kind = (named or next(iter(kinds), "")).upper()
        return kind or ("RES" if "response" in head.names else "CRI" if _is_report(head) else "DEC")
    return "CRI" if _is_report(head) else None


def _is_report(head: Opening) -> bool:
    return {"declaration", "consignment", "transportcontractdocument"} <= head.names.keys() and (
        "goodsshipment" not in head.names
    )


def _shared(top: Node, declaration: Node, zone: timezone, reader: Reader) -> dict[str, Any]:
    """What all consignments of a message share: when it was filed, ship, voyage, and places."""
    ship = declaration.find("bordertransportmeans") or Node("")
    sent = next((node.text for head in top.deep("head") for node in head.all("sendtime")), "")
    function = next((node.text for node in top.deep("functioncode")), "")
    number = ship.get("id")
    is_imo = bool(re.fullmatch(r"(?i)(?:IMO|UN)?[ :-]?\d{7}", number))
    found: dict[str, Any] = {
        "zone": zone,
        CANCELS: function in _CANCELLATIONS or None,
        "filed_at": reader.moment("filed_at", _moment(declaration, "issuedatetime") or sent, zone),
        "vessel_imo": reader.imo(number) if is_imo else None,
        "vessel_name": one_line(ship.get("name")),
        "voyage": ship.get("journeyid") or None,
    }
    return found | _places(declaration, zone, reader)


def _places(node: Node, zone: timezone, reader: Reader) -> dict[str, Any]:
    """Ports and places that a declaration or a consignment states itself; others are left out."""
    arrival = next((text for name in _ARRIVALS if (text := _moment(node.find("unloadinglocation"), name))), "")
    arrival = arrival or _moment(node.find("bordertransportmeans"), "arrivaldatetime")
    found: dict[str, Any] = {
        "port_of_loading": _place(node, "loadinglocation"),
        "port_of_discharge": _place(node, "unloadinglocation"),
        "place_of_receipt": _place(node, "goodsconsignedplace") or _place(node, "acceptanceplace"),
        "place_of_delivery": _place(node, "goodsreceiptplace") or _place(node, "deliverydestination"),
        "transhipment_ports": texts(node.all("transhipmentlocation"), "id") or None,
        "arrives_at": reader.moment("arrives_at", arrival, zone),
    }
    return {name: value for name, value in found.items() if value}


_ARRIVALS = ("arrivaldatetime", "arrivaldate", "estimatedarrivaldatetime")


def _moment(node: Node | None, name: str) -> str:
    """The text of a moment, which stands in the element itself or in one within it."""
    found = node.find(name) if node else None
    return "" if found is None else found.text or next((child.text for child in found.children), "")


def _place(node: Node, name: str) -> str | None:
    """A place by its code, without the office of customs that China adds to it (CNYSA/2248), or by its name."""
    found = node.find(name)
    return (found.get("id").partition("/")[0] or found.get("name") or None) if found else None


def _add(rows: Rows, node: Node, declaration: Node, shared: dict[str, Any], reader: Reader) -> None:
    values = shared | _places(node, shared["zone"], reader) | _documents(node)
    del values["zone"]
    for column, name in (("shipper", "consignor"), ("consignee", "consignee"), ("notify", "notifyparty")):
        values |= _party(column, node.find(name))
    forwarder = node.find("freightforwarder")
    values["forwarder_name"] = one_line(forwarder.get("name")) if forwarder else None
    if is_to_order(values.get("consignee_name")):
        values["bill_type"] = "to_order"
    terms = node.get("freight", "paymentmethodcode") or node.get("freightpayment", "methodcode")
    values["freight_terms"] = freight_terms(terms)
    if terms and values["freight_terms"] is None:
        reader.unread("freight_terms", terms)
    if values[CANCELS]:
        rows.add(node.line, values)
        return
    del values[CANCELS]
    amount = node.find("valueamount") or node.find("declaredvalueamount")
    bill = Bill(
        values,
        boxes_of(node, declaration),
        goods_of(node, reader),
        count=_whole_count(node, reader),
        weight=_whole_weight(node, reader),
        volume=quantity("volume_m3", node.find("grossvolumemeasure"), reader),
        value=reader.number("declared_value", amount.text) if amount else None,
        currency=(amount.attribute("currencyid") or None) if amount else None,
    )
    for row in cargo.consignments(bill, reader):
        rows.add(node.line, row)


def _whole_count(node: Node, reader: Reader) -> int | None:
    stated = node.get("totalpackagequantity") or node.get("consignmentpackaging", "quantityquantity")
    return reader.count("package_count", stated)


def _whole_weight(node: Node, reader: Reader) -> float | None:
    paths = (("totalgrossmassmeasure",), ("grossmassmeasure",), ("goodsmeasure", "grossmassmeasure"))
    places = [*paths, ("governmentagencygoodsitem", "goodsmeasure", "grossmassmeasure")]
    return quantity("gross_weight_kg", next((found for path in places if (found := node.find(*path))), None), reader)


def _documents(node: Node) -> dict[str, Any]:
    """Numbers of the master bill and of the house bill. Without a known type, the first document is the master's."""
    found = [(document.get("typecode").upper(), document.get("id")) for document in node.all(_DOCUMENT)]
    documents = [(code.removeprefix("N"), number) for code, number in found if number]
    houses = [number for code, number in documents if code in _HOUSES]
    house = next(iter(houses or texts(node.all("associatedtransportdocument"), "id")), "")
    master = next((number for code, number in documents if code in _MASTERS), "")
    others = [number for code, number in documents if code not in (*_HOUSES, *_MASTERS)]
    if others and not master:
        master = others[0]
    elif others and not house:
        house = others[0]
    is_house = bool(master) and bool(house) and house != master
    return {"bill_of_lading": master or house or None, "house_bill": house if is_house else None}


def _party(column: str, node: Node | None) -> dict[str, Any]:
    if node is None:
        return {}
    place = node.find("address") or Node("")
    lines = [line.text for line in place.all("line", "streetline")]
    lines += [place.get(name) for name in ("cityname", "countrysubdivisionname", "postcodeid")]
    found: dict[str, Any] = {
        f"{column}_name": one_line(node.get("name")),
        f"{column}_address": address(lines, place.get("countrycode")),
    }
    if column != "notify":
        found[f"{column}_country"] = place.get("countrycode") or None
    if column == "consignee":
        found["consignee_id"] = node.get("id") or None
    return found
