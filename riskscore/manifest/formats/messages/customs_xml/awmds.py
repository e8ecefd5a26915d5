"""Manifests of ASYCUDA World: Awmds of a carrier, and Awbolds of a consolidator (degroupage).

    Awmds:    General_segment (voyage) ─▶ Bol_segment ... (a bill, or a house bill that names its master)
    Awbolds:  Master_bol (the master)  ─▶ Bol_segment ... (its house bills)

Each country changes the layout a little: which fields there are, capitals and underscores in their names. So names are
compared in their plain form (xml.plain). A bill is let go when its rows are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from riskscore.errors import ManifestError
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages.customs_xml import cargo, xml
from riskscore.manifest.formats.messages.customs_xml.cargo import Bill, Box, Goods
from riskscore.manifest.formats.messages.customs_xml.header_dates import HeaderDates
from riskscore.manifest.formats.messages.customs_xml.node import Node
from riskscore.manifest.formats.messages.customs_xml.xml_opening import opening
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.rows import Rows
from riskscore.manifest.formats.messages.terms import is_to_order
from riskscore.manifest.formats.messages.texts import address, one_line
from riskscore.manifest.formats.table import Count, Table

_ROOTS = {"awmds": "Awmds", "awbolds": "Awbolds", "awmcds": "Awmcds", "awappend": "Awappend"}
_BILL = ("bolsegment",)
_SKIPPED = ("attacheddocumentcontent", "masterinformation")
_NO_CURRENCY = ("", "ZZZ", "XXX")
_ROLES = {"exporter": "shipper", "shipper": "shipper", "consignee": "consignee", "notify": "notify"}
_SEALS = ("marks1", "marks2", "marks3", "sealnumber", "sealnumber1", "sealnumber2")
_TERMS = {"PP": "prepaid", "CC": "collect"}
_KG_PER_BOX = 1.0
"""How far, for each container, a sum of weights may be from the bill's weight and still be the same."""


def sniff(file: File) -> bool:
    """Whether the file is XML with an element of ASYCUDA's manifests."""
    return _root(file) is not None


def read(file: File, _: Count) -> list[Table]:
    """Read the bills of a manifest; what is damaged is refused. Raises ManifestError where there is no bill at all."""
    reader, rows = Reader(), Rows(f"ASYCUDA {_ROOTS[_root(file) or 'awmds']}")
    records = xml.Records(file, _BILL, skipped=_SKIPPED)
    voyage: dict[str, Any] | None = None
    bills = 0
    for record in records:
        if voyage is None:
            # Where the bills come first, the file is read once more for what stands behind them.
            found = _voyage(records.header, reader, file)
            voyage = found or _voyage(xml.header(file, _BILL), reader, file)
        bills += 1
        if not record.names:
            rows.refuse_empty(record.line)
            continue
        for row in _rows(record, voyage, reader):
            rows.add(record.line, row)
    if not bills and (records.broken is None or records.broken.record is None):
        where = f" (line {records.broken.line:,}: {records.broken.reason})" if records.broken else ""
        raise ManifestError(f"{file.name} is {rows.form} without a whole bill{where}; download or export it again")
    if records.broken:
        bill = records.broken.record.get("bolid", "bolreference") if records.broken.record else ""
        xml.refuse_rest(rows, records.broken, f"bill {bill}" if bill else "")
    return [rows.table([*_announced(records.header, bills), *reader.notes()])]


def _root(file: File) -> str | None:
    head = opening(file)
    return next((name for name in head.names if name in _ROOTS), None) if head else None


def _announced(header: Node, bills: int) -> list[str]:
    """A note where the manifest announces another number of bills than it has."""
    stated = next((node.text for node in header.deep("totalnumberofbols")), "")
    if not stated.isdecimal() or int(stated) == bills:
        return []
    return [f"the message announces {int(stated):,} bills, and {bills:,} were read"]


def _voyage(header: Node, reader: Reader, file: File) -> dict[str, Any]:
    """What all bills share; empty where the header was not read yet. `master` is the master bill of an Awbolds."""
    place = next(header.deep("generalsegment"), None) or next(header.deep("masterbol"), None)
    if place is None:
        return {}
    identity = place.find("generalsegmentid") or place
    ship = place.find("transportinformation") or Node("")
    sent = next(header.deep("transactiondetails"), Node(""))
    day, time = identity.get("dateofarrival"), identity.get("timeofarrival")
    dates = HeaderDates.of(header, file.hints.date_order)
    return {
        "master": place.get("referencenumber") if place.name == "masterbol" else "",
        "voyage": identity.get("voyagenumber") or None,
        "arrives_at": dates.moment("arrives_at", f"{day} {time}".strip() if day else "", reader),
        "vessel_name": one_line(ship.get("identityoftransporter")),
        "vessel_imo": reader.imo(ship.get("registrationnumberoftransportcode")),
        "filed_at": dates.moment(
            "filed_at", f"{sent.get('transactiondate')} {sent.get('transactiontime')}".strip(), reader
        ),
    }


def _rows(record: Node, voyage: dict[str, Any], reader: Reader) -> Iterator[dict[str, Any]]:
    values = {name: value for name, value in voyage.items() if name != "master"}
    identity = (record.find("bolid") or record).facts()
    number = identity.get("bolreference", "")
    master = identity.get("masterbolrefnumber") or voyage.get("master", "")
    values["bill_of_lading"] = master or number or None
    if master and master != number:
        values["house_bill"] = number or None
    values |= _places(record.find("loadunloadplace") or record)
    values |= _parties(record.find("traderssegment") or record)
    bill = Bill(values)
    _add_figures(bill, record.find("valuesegment") or record, reader)
    checked = [fact for node in record.all("hscompliance") for fact in node.texts() if fact[1]]
    bill.hs_codes = list(dict.fromkeys(text for name, text in checked if name == "hscode"))
    lands = {text for name, text in checked if name == "countryoforigin"}
    values["origin_country"] = lands.pop() if len(lands) == 1 else None
    boxes = record.all("ctnsegment", "containersegment")
    bill.boxes = [_box(node, reader) for node in boxes]
    bill.goods = [_goods(node, reader) for node in record.all("goodssegment")]
    if len(bill.boxes) == 1:
        _complete_only_box(bill.boxes[0], record)
    else:
        _weigh_boxes(bill, boxes, reader)
        _split(bill, record, reader)
    yield from cargo.consignments(bill, reader)


def _places(node: Node) -> dict[str, Any]:
    """The ports of a bill; a port that comes after the first loading is one of transhipment."""
    facts = node.facts()
    first, later = facts.get("originalportofloadingcode", ""), facts.get("placeofloadingcode", "")
    return {
        "port_of_loading": first or later or facts.get("portoforigincode") or None,
        "transhipment_ports": [later] if first and later and first.upper() != later.upper() else None,
        "port_of_discharge": facts.get("placeofunloadingcode") or None,
        "place_of_delivery": facts.get("placeofdeliverycode") or facts.get("placeofultimatedestinationcode") or None,
    }


def _parties(node: Node) -> dict[str, Any]:
    """The parties of a bill; of several in one role, the first."""
    found: dict[str, Any] = {}
    for party in node.children:
        column = _ROLES.get(party.name)
        if column is None or f"{column}_name" in found:
            continue
        facts = party.facts()
        found[f"{column}_name"] = one_line(facts.get(f"{party.name}name") or facts.get("name"))
        prefixes = (f"{party.name}address", "address")
        lines = [text for name, text in party.texts() if name.startswith(prefixes)]
        found[f"{column}_address"] = address(lines)
        if column == "consignee":
            found["consignee_id"] = facts.get("consigneecode") or None
    forwarder = node.find("freightforwarder")
    if forwarder is not None:
        found["forwarder_name"] = one_line(forwarder.get("ffname") or forwarder.get("freightforwardername"))
    if is_to_order(found.get("consignee_name")):
        found["bill_type"] = "to_order"
    return found


def _add_figures(bill: Bill, node: Node, reader: Reader) -> None:
    """Set value, freight and currency. Zero without a currency (ZZZ) means that nothing was given."""
    bill.value, bill.currency = _amount(node.find("customssegment"), "customs", "declared_value", reader)
    freight = node.find("freightsegment")
    bill.freight, bill.freight_currency = _amount(freight, "freight", "freight_charge", reader)
    terms = freight.get("pcindicator") if freight else ""
    bill.values["freight_terms"] = _TERMS.get(terms.upper(), terms) or None


def _amount(node: Node | None, what: str, column: str, reader: Reader) -> tuple[float | None, str | None]:
    if node is None:
        return None, None
    currency = node.get(f"{what}currency").upper()
    amount = reader.number(column, node.get(f"{what}value"))
    if currency in _NO_CURRENCY:
        return amount or None, None
    return amount, currency


def _box(node: Node, reader: Reader) -> Box:
    facts = node.facts()
    return Box(
        facts.get("ctnreference") or None,
        facts.get("typeofcontainer") or None,
        list(dict.fromkeys(seal for name in _SEALS if (seal := facts.get(name)))),
        facts.get("packagetype") or None,
        reader.count("package_count", facts.get("numberofpackages")),
        reader.number("gross_weight_kg", facts.get("goodsweight")),
    )


def _goods(node: Node, reader: Reader) -> Goods:
    """A goods line (Goods_segment), or the part of it in one container (Split_segment)."""
    facts = node.facts()
    boxes = [found.get("ctnitemreference") for found in node.all("containeritemreferences")]
    return Goods(
        one_line(facts.get("goodsdescription")),
        [code for name in ("hscode", "commoditycode") if (code := facts.get(name))],
        reader.count("package_count", facts.get("numberofpackages")),
        facts.get("packagetypecode") or None,
        reader.number("gross_weight_kg", facts.get("grossmass")),
        reader.number("volume_m3", facts.get("volumeincubicmeters")),
        marks=one_line(facts.get("shippingmarks")),
        boxes=[box for box in (*boxes, node.get("container", "reference")) if box],
    )


def _complete_only_box(box: Box, record: Node) -> None:
    """Seals of the goods are those of the only container."""
    seals = [node.get("sealssegment", "marksofseals") for node in record.all("goodssegment")]
    box.seals = list(dict.fromkeys([*box.seals, *(seal for seal in seals if seal)]))


def _weigh_boxes(bill: Bill, nodes: list[Node], reader: Reader) -> None:
    """Read Gross_weight of the containers, with which some countries replace Goods_Weight.

    Countries differ in whether it includes the empty container, so it counts only where its sum shows that.
    """
    gross = [reader.number("gross_weight_kg", node.get("grossweight")) for node in nodes]
    if not gross or None in gross or any(box.weight is not None for box in bill.boxes):
        return
    tares = [reader.number("gross_weight_kg", node.get("emptyweight")) or 0.0 for node in nodes]
    weights = [goods.weight for goods in bill.goods]
    total = sum(weight or 0.0 for weight in weights)
    margin = _KG_PER_BOX * len(gross)
    for figures in (gross, [weight - tare for weight, tare in zip(gross, tares, strict=True) if weight is not None]):
        if abs(sum(weight or 0.0 for weight in figures) - total) <= margin:
            for box, figure in zip(bill.boxes, figures, strict=True):
                box.weight = figure
            return
    reader.tell(
        "bill", "the containers' Gross_weight does not add up to the bill's weight, so only the bill's weight counts"
    )


def _split(bill: Bill, record: Node, reader: Reader) -> None:
    """Where Split_segment says what is in each container of the bill, it replaces the goods lines of the whole bill."""
    splits = [_goods(node, reader) for node in record.all("splitsegment")]
    named = {cargo.key(box) for goods in splits for box in goods.boxes}
    if not splits or not all(goods.boxes for goods in splits) or named != {cargo.key(box.number) for box in bill.boxes}:
        return
    if not bill.hs_codes:
        bill.hs_codes = cargo.codes_of(bill.goods)
    whole = {goods.description for goods in bill.goods}
    for goods in splits:
        goods.description = goods.description or "; ".join(text for text in whole if text) or None
    bill.goods = splits
