"""Read the documents of the Digital Container Shipping Association (DCSA), in JSON: transport document, arrival notice.

    transport document (v2, v3)   documentParties, transports, utilizedTransportEquipments, consignmentItems
    arrival notice (v1)           arrivalNotices ─ the same, with transport ─ legs

Each container is a row. Bookings, shipping instructions, schedules and events are known by their keys and left aside.
Contact persons are never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from riskscore.errors import LeftAsideError
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages import json_text, limits
from riskscore.manifest.formats.messages.dcsa_places import between, parties, places
from riskscore.manifest.formats.messages.hs_texts import hs_codes_in
from riskscore.manifest.formats.messages.json_text import inner, objects, texts
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.rows import Rows
from riskscore.manifest.formats.messages.terms import freight_terms, is_to_order
from riskscore.manifest.formats.messages.texts import one_line, text
from riskscore.manifest.formats.messages.units import KG, M3
from riskscore.manifest.formats.table import Count, Table
from riskscore.units import counted

_KEYS = re.compile(
    r'"(?:transportDocumentReference|documentParties|consignmentItems|utilizedTransportEquipments|arrivalNotices'
    r"|carrierBookingReference|carrierBookingRequestReference|shippingInstructionsReference|requestedEquipments"
    r"|shipmentLocations|transportPlan|equipmentEventTypeCode|transportEventTypeCode|shipmentEventTypeCode"
    r'|vesselSchedules|pointToPoint|transportCallReference|cutOffTimes|freightPaymentTermCode|partyContactDetails)"\s*:'
)
_LEAST_KEYS = 2
_NAMED = (
    ("requestedEquipments", "a booking (DCSA)"),
    ("bookingStatus", "a booking (DCSA)"),
    ("carrierBookingRequestReference", "a booking (DCSA)"),
    ("shippingInstructionsStatus", "a shipping instruction (DCSA)"),
    ("shippingInstructionsReference", "a shipping instruction (DCSA)"),
    ("shippingInstructionReference", "a shipping instruction (DCSA)"),
    ("vesselSchedules", "a vessel schedule (DCSA)"),
    ("eventType", "an event of track and trace (DCSA)"),
    ("equipmentEventTypeCode", "an event of track and trace (DCSA)"),
    ("transportEventTypeCode", "an event of track and trace (DCSA)"),
    ("shipmentEventTypeCode", "an event of track and trace (DCSA)"),
    ("documentParties", "a shipping instruction (DCSA)"),
    ("carrierBookingReference", "a booking (DCSA)"),
)
_WRAPPERS = ("document", "transportDocument", "data", "payload", "arrivalNotice")
_FIGURES = ("package_count", "gross_weight_kg", "volume_m3")


def sniff(file: File) -> bool:
    """Whether the file is JSON with at least two keys that only the DCSA's documents have."""
    start = json_text.head(file)
    found = {match[0] for match in _KEYS.finditer(start)}
    if len(found) == 1 and len(file.head) < len(file.data):
        # Terms and conditions may fill the head of a document.
        found |= {match[0] for match in _KEYS.finditer(file.body.decode("utf-8", errors="ignore"))}
    return len(found) >= _LEAST_KEYS


def read(file: File, _count: Count) -> list[Table]:
    """Read the file; `lines` count its documents from 1.

    Raises LeftAsideError where none of them is a transport document or an arrival notice, ManifestError where the file
    is damaged.
    """
    reader, notes = Reader(), []
    messages = json_text.messages(file)
    documents = [document for message in messages for document in _documents(message)]
    manifests = [document for document in documents if _is_manifest(document)]
    if not manifests:
        raise LeftAsideError(file.name, _name(documents[0] if documents else {}))
    if len(manifests) < len(documents):
        notes.append(f"{counted(len(documents) - len(manifests), 'message')} of another kind left aside")
    is_notice = any("transport" in document for document in manifests)
    rows = Rows("DCSA arrival notice" if is_notice else "DCSA transport document")
    for line, document in enumerate(manifests, start=1):
        _read(line, document, rows, reader)
    return [file.with_encoding(rows.table([*notes, *reader.notes()]))]


def _documents(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The documents within a message: those of a list of notices, or within an envelope."""
    if notices := objects(message.get("arrivalNotices")):
        return notices
    if not _is_manifest(message):
        for key in _WRAPPERS:
            if within := [each for each in objects(message.get(key)) if _is_manifest(each)]:
                return within
    return [message]


def _is_manifest(document: dict[str, Any]) -> bool:
    """Whether the document has a number, goods or containers, and a voyage."""
    carried = document.get("consignmentItems") or document.get("utilizedTransportEquipments")
    voyage = any(document.get(key) for key in ("transports", "transport", "shipmentLocations"))
    return text(document.get("transportDocumentReference")) is not None and bool(carried) and voyage


def _name(document: dict[str, Any]) -> str:
    """What a document that is no manifest is, for people."""
    if text(document.get("transportDocumentReference")) and not document.get("shippingInstructionsStatus"):
        return "a document without a voyage and containers (DCSA)"
    return next((name for key, name in _NAMED if key in document), "a message of the DCSA")


def _read(line: int, document: dict[str, Any], rows: Rows, reader: Reader) -> None:
    """Add the rows of one document."""
    values = _common(document, reader)
    if text(document.get("transportDocumentStatus")) in ("VOIDED", "VOID"):
        rows.add(line, values | {"cancelled": True})
        return
    boxes = {text(inner(box, "equipment").get("equipmentReference")): box for box in _equipments(document)}
    goods = [
        (item, part)
        for item in objects(document.get("consignmentItems"))
        for part in objects(item.get("cargoItems")) or [{}]
    ]
    for _, part in goods:
        number = text(part.get("equipmentReference"))
        if number and number not in boxes:
            boxes[number] = {}
    is_only = len(boxes) < 2
    by_box: dict[str | None, list[Any]] = {}
    for item, part in goods:
        by_box.setdefault(text(part.get("equipmentReference")), []).append((item, part))
    nowhere = by_box.pop(None, [])
    try:
        limits.allow(len(goods), len(boxes), len(goods) + sum(box not in by_box for box in boxes) * len(nowhere))
    except limits.TooLargeError as error:
        rows.refuse(line, limits.RULE, f"bill {values.get('bill_of_lading', '?')}: {error}")
        return
    whole = _figures((part for _, part in goods), reader)
    value = reader.number("declared_value", document.get("declaredValue"))
    if value is not None:
        values["currency"] = text(document.get("declaredValueCurrency"))
        values["declared_value" if is_only else "bill_declared_value"] = value
    for number, box in boxes.items() or [(None, {})]:
        within = goods if is_only else by_box.get(number, []) if number else nowhere
        loose = [] if within else nowhere
        own = _figures((part for _, part in within), reader) or _weighed(box, reader)
        bill = {f"bill_{name}": figure for name, figure in whole.items() if name not in own and not within}
        rows.add(
            line, {**values, **bill, **own, **_box(number, box, reader), **_goods(within or loose, box, own, reader)}
        )


def _equipments(document: dict[str, Any]) -> list[dict[str, Any]]:
    return objects(document.get("utilizedTransportEquipments"))


def _common(document: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """What a document says of all its containers."""
    transport = objects(document.get("transports")) or objects(document.get("transport"))
    first, last = (transport[0], transport[-1]) if transport else ({}, {})
    legs = objects(first.get("legs"))
    voyages = [
        *objects(first.get("vesselVoyages")),
        *(voyage for leg in legs for voyage in objects(leg.get("vesselVoyage"))),
        *(leg for leg in transport if "vesselName" in leg),
    ]
    vessel = voyages[-1] if legs or len(transport) > 1 else next(iter(voyages), {})
    ends = places(document, transport)
    is_sea_waybill = text(document.get("transportDocumentTypeCode")) == "SWB"
    order = (
        text(document.get("isToOrder")) if not isinstance(document.get("isToOrder"), bool) else document["isToOrder"]
    )
    named = parties(document)
    houses = texts(document.get("houseBillOfLadingReferences"))
    values = {
        **ends,
        **named,
        "bill_of_lading": text(document.get("transportDocumentReference")),
        "house_bill": text(houses[0]) if len(houses) == 1 else None,
        "bill_type": "sea_waybill"
        if is_sea_waybill
        else "to_order"
        if order is True or is_to_order(named.get("consignee_name"))
        else "straight"
        if order is False
        else None,
        "filed_at": _moment(
            document, ("issueDateTime", "issueDate", "transportDocumentUpdatedDateTime"), "filed_at", reader
        ),
        "loaded_at": _moment(document, ("shippedOnBoardDate",), "loaded_at", reader)
        or _moment(first, ("onBoardDate",), "loaded_at", reader),
        "arrives_at": _moment(last, ("portOfDischargeArrivalDate", "plannedArrivalDate"), "arrives_at", reader),
        "vessel_name": text(vessel.get("vesselName")),
        "vessel_imo": text(vessel.get("vesselIMONumber")),
        "voyage": _voyage(vessel),
        "transhipment_ports": between([*legs, *transport], ends) or None,
        "freight_terms": freight_terms(text(document.get("freightPaymentTermCode"))),
        **_freight(document, reader),
    }
    return {name: value for name, value in values.items() if value is not None}


def _voyage(vessel: dict[str, Any]) -> str | None:
    names = (
        "carrierExportVoyageNumber",
        "carrierImportVoyageNumber",
        "carrierVoyageNumber",
        "universalVoyageReference",
    )
    return next((voyage for voyage in (text(vessel.get(name)) for name in names) if voyage), None)


def _moment(values: dict[str, Any], keys: Iterable[str], column: str, reader: Reader) -> Any:
    """The first moment under `keys`; an arrival notice says with it whether it is planned, estimated or actual."""
    for key in keys:
        told = values.get(key)
        if isinstance(told, dict):
            told = told.get("value")
        if (moment := reader.moment(column, told)) is not None:
            return moment
    return None


def _box(number: str | None, box: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """The columns of a container."""
    equipment, reefer = inner(box, "equipment"), inner(box, "activeReeferSettings")
    seals = [seal for seal in (text(each.get("number")) for each in objects(box.get("seals"))) if seal]
    degrees = reefer.get("temperatureSetpoint")
    values = {
        "container_number": number,
        "container_type": text(equipment.get("ISOEquipmentCode")),
        "seal_numbers": seals or None,
        "temperature_c": reader.celsius("temperature_c", degrees, text(reefer.get("temperatureUnit")) or "CEL"),
    }
    return {name: value for name, value in values.items() if value is not None}


def _weight(value: dict[str, Any], key: str, column: str, units: Any, reader: Reader) -> float | None:
    """A measure as v3 gives it (an object with value and unit) or as v2 does (a number and the unit beside it)."""
    told = value.get(key)
    if isinstance(told, dict):
        return reader.measure(column, told.get("value"), told.get("unit"), units)
    return reader.measure(column, told, value.get(f"{key}Unit"), units)


def _figure(part: dict[str, Any], name: str, reader: Reader) -> Any:
    if name == "gross_weight_kg":
        return _weight(part, "cargoGrossWeight", name, KG, reader)
    if name == "volume_m3":
        return _weight(part, "cargoGrossVolume", name, M3, reader)
    packages = inner(part, "outerPackaging").get("numberOfPackages", part.get("numberOfPackages"))
    return reader.count(name, packages)


def _figures(parts: Iterable[dict[str, Any]], reader: Reader) -> dict[str, Any]:
    """Sums over `parts`; without a sum where one of them does not say it."""
    told = list(parts)
    sums: dict[str, Any] = {}
    for name in _FIGURES:
        figures = [_figure(part, name, reader) for part in told]
        if figures and None not in figures:
            sums[name] = sum(figures)
    return sums


def _weighed(box: dict[str, Any], reader: Reader) -> dict[str, Any]:
    weight = _weight(box, "cargoGrossWeight", "gross_weight_kg", KG, reader)
    return {} if weight is None else {"gross_weight_kg": weight}


def _goods(
    goods: list[tuple[dict[str, Any], dict[str, Any]]], box: dict[str, Any], own: dict[str, Any], reader: Reader
) -> dict[str, Any]:
    """Descriptions, codes, marks and goods lines."""
    lines = [_line(item, part, bool(own), reader) for item, part in goods]
    codes = [code for item, part in goods for code in _codes(item, part)]
    types = [line["package_type"] for line in lines if line["package_type"]]
    descriptions = dict.fromkeys(line["goods_description"] for line in lines if line["goods_description"])
    marks = [mark for item, part in goods for of in (item, part) for mark in texts(of.get("shippingMarks"))]
    marks += texts(box.get("shippingMarks"))
    values = {
        "goods_description": "; ".join(descriptions) or None,
        "hs_codes": list(dict.fromkeys(codes)) or None,
        "package_type": types[0] if types else None,
        "marks": "; ".join(dict.fromkeys(filter(None, map(text, marks)))) or None,
        "goods_items": lines or None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _codes(item: dict[str, Any], part: dict[str, Any]) -> list[str]:
    told = [code for of in (item, part) for key in ("HSCodes", "HSCode") for code in texts(of.get(key))]
    digits = [digits for digits in (re.sub(r"\D", "", code) for code in told) if digits]
    return digits or [*hs_codes_in(_described(item) or "")]


def _described(item: dict[str, Any]) -> str | None:
    return " ".join(filter(None, map(one_line, texts(item.get("descriptionOfGoods"))))) or None


def _line(item: dict[str, Any], part: dict[str, Any], is_own: bool, reader: Reader) -> dict[str, Any]:
    packaging = inner(part, "outerPackaging")
    figures = {name: _figure(part, name, Reader()) for name in _FIGURES} if is_own else {}
    return {
        "goods_description": _described(item),
        "hs_code": next(iter(_codes(item, part)), None),
        "package_type": text(packaging.get("packageCode")) or text(packaging.get("description")),
        **figures,
    }


def _freight(document: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """The freight, where charges that are called freight are all in one currency; fees of terminals are none."""
    charges = [
        each for each in objects(document.get("charges")) if "freight" in (text(each.get("chargeName")) or "").lower()
    ]
    amounts = [reader.number("freight_charge", charge.get("currencyAmount")) for charge in charges]
    currencies = {text(charge.get("currencyCode")) for charge in charges}
    if not amounts or None in amounts or len(currencies) > 1:
        return {}
    return {"freight_charge": sum(amount or 0.0 for amount in amounts), "currency": currencies.pop()}
