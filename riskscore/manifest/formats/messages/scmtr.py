"""Read the cargo declarations of India's Sea Cargo Manifest and Transhipment Regulations (SCMTR), in JSON.

    headerField, master ─┬─ vesselDtls, voyageDtls
                         └─ mastrCnsgmtDec ─┬─ MCRef, trnsprtDoc ...      the master bill
                                            └─ houseCargoDec ─ HCRef ...  its house bills

Each container of a bill is a row. Where a master bill has house bills, they are the consignments: the master itself
stands only for containers that none of them names. Crew and passengers are never read.
"""

from __future__ import annotations

import re
from typing import Any

from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages import json_text, limits
from riskscore.manifest.formats.messages.hs_texts import hs_codes_in
from riskscore.manifest.formats.messages.json_text import inner, objects
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.rows import Rows
from riskscore.manifest.formats.messages.terms import freight_terms_in, is_to_order
from riskscore.manifest.formats.messages.texts import address, one_line, text
from riskscore.manifest.formats.messages.units import KG, M3
from riskscore.manifest.formats.table import Count, Table

_EVENTS = {
    "SCE": "cargo summary for entry",
    "SCX": "cargo summary for exit",
    "SCA": "amended cargo summary",
    "SCU": "supplementary cargo summary",
    "SCD": "deleted cargo summary",
    "SCC": "cargo summary of a carrier",
    "SEI": "entry inwards",
    "SAM": "arrival manifest",
    "SDM": "departure manifest",
    "SDN": "departure notice",
    "SAA": "amended arrival manifest",
    "SDA": "amended departure manifest",
}
_DELETIONS = ("SCD",)
_MASTERS = ("mastrCnsgmtDec", "mastrCnsgnmtDec")
_ANSWERED = re.compile(r"error_?code|errorDetails", re.IGNORECASE)
_IMO = "10"
_SHARED = (
    *("place_of_receipt", "port_of_loading", "transhipment_ports", "port_of_discharge", "place_of_delivery"),
    "goods_description",
)
"""What a house bill takes from its master where it does not say it; never the parties, who are forwarders."""
_PASSPORT = re.compile(r"PAS|PPT|PSP", re.IGNORECASE)


def sniff(file: File) -> bool:
    """Whether the file is JSON with the header and the master of an SCMTR message."""
    start = json_text.head(file)
    return '"headerField"' in start and ('"reportingEvent"' in start or '"decRef"' in start or '"rptngEvent"' in start)


def read(file: File, _count: Count) -> list[Table]:
    """Read the file; `lines` count its master bills from 1.

    Raises LeftAsideError where it is an answer of customs or declares no cargo, ManifestError where it is damaged.
    """
    rows, reader = Rows("SCMTR"), Reader()
    events: list[str] = []
    line = 0
    for message in json_text.messages(file):
        header = inner(message, "headerField")
        master = inner(message, "master")
        event = text(header.get("reportingEvent")) or text(inner(master, "decRef").get("rptngEvent")) or "?"
        events.append(event)
        declared = [cargo for name in _MASTERS for cargo in objects(master.get(name))]
        if any(map(_is_answer, [message, master, *declared])):
            raise LeftAsideError(file.name, f"an answer of Indian customs (SCMTR {event[:8]})")
        voyage = _voyage(header, master, event, reader)
        for cargo in declared:
            line += 1
            _read_master(line, cargo, voyage, rows, reader)
    if not line:
        what = _EVENTS.get(events[0], "message") if events else "message"
        raise LeftAsideError(file.name, f"an SCMTR {what} without cargo")
    if not len(rows):
        told = rows.table()
        if not told.broken.height and not told.cancelled.height:
            raise ManifestError(f"{file.name} is an SCMTR message without a bill; ask the sender for it again")
    event = events[0]
    rows.form = f"SCMTR {event} ({_EVENTS[event]})" if event in _EVENTS else "SCMTR"
    return [file.with_encoding(rows.table(reader.notes()))]


def _is_answer(node: dict[str, Any]) -> bool:
    """Whether `node` or an object in it has the codes of errors that only answers of customs have."""
    return any(
        _ANSWERED.search(key) or (isinstance(value, dict) and any(map(_ANSWERED.search, value)))
        for key, value in node.items()
    )


def _voyage(header: dict[str, Any], master: dict[str, Any], event: str, reader: Reader) -> dict[str, Any]:
    """What the message says of all its bills."""
    vessel, voyage, reference = (inner(master, key) for key in ("vesselDtls", "voyageDtls", "decRef"))
    day = text(header.get("date")) or text(reference.get("jobDt"))
    time = (text(header.get("time")) or "").lstrip("T")
    arrives = voyage.get("exptdDtAndTimeOfArvl") if event != "SDM" else None
    means = text(vessel.get("trnsprtMeansId"))
    return {
        "filed_at": reader.moment("filed_at", f"{day}T{time}" if day else None),
        "vessel_imo": means if vessel.get("typOfTrnsprtMeans") in (_IMO, None) else None,
        "voyage": text(voyage.get("voyageNo")) or text(voyage.get("cnvnceRefNmbr")),
        "arrives_at": reader.moment("arrives_at", arrives),
        "cancelled": event in _DELETIONS or text(reference.get("msgTyp")) == "D",
    }


def _read_master(line: int, cargo: dict[str, Any], voyage: dict[str, Any], rows: Rows, reader: Reader) -> None:
    """Add the rows of one master bill, or of its house bills."""
    reference = inner(cargo, "MCRef")
    bill = text(reference.get("mstrBlNo"))
    common = {**voyage, "bill_of_lading": bill}
    if voyage["cancelled"]:
        rows.add(line, common | {"cancelled": True})
        return
    own = _described(cargo)
    boxes = objects(cargo.get("trnsprtEqmt"))
    houses = objects(cargo.get("houseCargoDec") or cargo.get("hcargoDec"))
    named: set[str | None] = set()
    try:
        limits.allow(len(houses), len(boxes), len(boxes) * sum(not objects(each.get("trnsprtEqmt")) for each in houses))
    except limits.TooLargeError as error:
        rows.refuse(line, limits.RULE, f"house bills of {bill or '?'}: {error}")
        return
    for house in houses:
        described = _described(house)
        values = common | described | {name: described[name] or own[name] for name in _SHARED}
        values |= {
            "house_bill": text(inner(house, "HCRef").get("blNo")),
            "forwarder_name": own["consignee_name"],
            "bill_type": _type(values["consignee_name"]),
        }
        named |= _add(line, values, house, objects(house.get("trnsprtEqmt")) or boxes, rows, reader)
    rest = [box for box in boxes if not houses or text(box.get("eqmtId")) not in named]
    if rest or not houses:
        values = common | own | {"bill_type": _type(own["consignee_name"])}
        _add(line, values, cargo, rest, rows, reader)


def _type(consignee: str | None) -> str | None:
    return "to_order" if is_to_order(consignee) else None


def _described(cargo: dict[str, Any]) -> dict[str, Any]:
    """Parties, places and texts of a master or house bill."""
    document, customs, measured = (inner(cargo, key) for key in ("trnsprtDoc", "locCstm", "trnsprtDocMsr"))
    calls = sorted(objects(cargo.get("itnry")), key=lambda call: (text(call.get("prtOfCallSeqNmbr")) or "").zfill(6))
    stops = [place for call in calls for place in (text(call.get("prtOfCallCdd")), text(call.get("nxtPrtOfCallCdd")))]
    stops = list(dict.fromkeys(filter(None, stops)))
    accepted = text(document.get("prtOfAcptCdd")) or text(document.get("prtOfAcptName"))
    loading = stops[0] if stops else accepted
    discharge = text(customs.get("nxtPrtOfUnlading")) or text(customs.get("firstPrtOfEntry"))
    delivery = text(customs.get("destPrt")) or text(document.get("prtOfReceiptCdd"))
    discharge = discharge or delivery
    between = [place for place in stops if place not in (loading, discharge, delivery)]
    is_person = _PASSPORT.match(text(document.get("typOfCd")) or "")
    return {
        "shipper_name": text(document.get("cnsgnrsName")),
        "shipper_address": _address(document, "cnsgnr"),
        "shipper_country": text(document.get("cnsgnrCntryCd")),
        "consignee_name": text(document.get("cnsgnesName")),
        "consignee_address": _address(document, "cnsgne"),
        "consignee_country": text(document.get("cnsgneCntryCd")),
        "consignee_id": None if is_person else text(document.get("cnsgnesCd")),
        "notify_name": text(document.get("nameOfAnyOtherNotfdParty")),
        "notify_address": _address(document, "notfdParty"),
        "place_of_receipt": accepted,
        "port_of_loading": loading,
        "transhipment_ports": between or None,
        "port_of_discharge": discharge,
        "place_of_delivery": delivery,
        "goods_description": one_line(document.get("goodsDescAsPerBl")),
        "package_type": text(measured.get("typsOfPkgs")),
        "marks": text(measured.get("marksNoOnPkgs")),
        "currency": text(measured.get("crncyCd")),
    }


def _address(document: dict[str, Any], party: str) -> str | None:
    town, division = text(document.get(f"{party}City")), text(document.get(f"{party}CntrySubDivName"))
    parts = (document.get(f"{party}StreetAddress"), town, division, document.get(f"{party}Pstcd"))
    return address(parts, document.get(f"{party}CntryCd"))


def _add(
    line: int, values: dict[str, Any], cargo: dict[str, Any], boxes: list[dict[str, Any]], rows: Rows, reader: Reader
) -> set[str | None]:
    """Add a row for each of the `boxes` of a bill, and return their numbers."""
    lines = objects(cargo.get("itemDtls"))
    try:
        limits.allow(len(lines), len(boxes), len(lines) * len(boxes))
    except limits.TooLargeError as error:
        rows.refuse(line, limits.RULE, f"bill {values.get('house_bill') or values['bill_of_lading'] or '?'}: {error}")
        return {text(box.get("eqmtId")) for box in boxes}
    measured = inner(cargo, "trnsprtDocMsr")
    unit = measured.get("unitOfWeight") or "KGS"
    whole = {
        "package_count": reader.count("package_count", measured.get("nmbrOfPkgs")),
        "gross_weight_kg": reader.measure("gross_weight_kg", measured.get("grossWeight"), unit, KG),
        "volume_m3": reader.measure("volume_m3", measured.get("grossVolume"), measured.get("unitOfVolume"), M3),
        "declared_value": reader.number("declared_value", measured.get("invoiceValueOfCnsgmt")),
    }
    items = [_item(item, reader) for item in lines]
    described = values["goods_description"] or "; ".join(filter(None, (item["goods_description"] for item in items)))
    codes = (
        list(dict.fromkeys(item["hs_code"] for item in items if item["hs_code"])) or [*hs_codes_in(described)] or None
    )
    common = values | {"hs_codes": codes, "goods_description": described or None, "goods_items": items or None}
    common["freight_terms"] = freight_terms_in(described)
    common.pop("cancelled", None)
    if len(boxes) > 1:
        common["goods_items"] = [{**item, "package_count": None} for item in items] or None
    owned = _owned(boxes, whole, reader)
    for place, box in enumerate(boxes or [{}]):
        own = whole if len(boxes) < 2 else {name: figures[place] for name, figures in owned.items()}
        figures = {name: value for name, value in own.items() if value is not None}
        rest = {f"bill_{name}": value for name, value in whole.items() if name not in figures and value is not None}
        rows.add(
            line,
            {
                **_filled(common),
                **figures,
                **rest,
                "container_number": text(box.get("eqmtId")),
                "container_type": text(box.get("eqmtSize")),
                "seal_numbers": [seal] if (seal := text(box.get("eqmtSealNmbr"))) else None,
            },
        )
    return {text(box.get("eqmtId")) for box in boxes}


def _owned(boxes: list[dict[str, Any]], whole: dict[str, Any], reader: Reader) -> dict[str, list[Any]]:
    """Figures of each box, if they add up to those of the bill; else they are not the bill's share in the box."""
    owned: dict[str, list[Any]] = {}
    for name, key in (("package_count", "totalNmbrOfPkgs"), ("gross_weight_kg", "cntrWeight")):
        read = reader.count if name == "package_count" else reader.number
        parts = [read(name, box.get(key)) for box in boxes]
        total = sum(part or 0 for part in parts)
        if None not in parts and whole[name] and abs(total - whole[name]) <= 0.005 * whole[name]:
            owned[name] = parts
    return owned


def _item(item: dict[str, Any], reader: Reader) -> dict[str, Any]:
    return {
        "goods_description": one_line(item.get("crgoItemDesc")),
        "hs_code": re.sub(r"\D", "", text(item.get("hsCd")) or "") or None,
        "package_count": reader.count("package_count", item.get("nmbrOfPkgs")),
        "package_type": text(item.get("typOfPkgs")),
    }


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
