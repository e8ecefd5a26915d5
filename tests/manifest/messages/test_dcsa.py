"""Documents of the DCSA: transport document, arrival notice, and others that are left aside."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from riskscore.errors import LeftAsideError
from riskscore.manifest.read import Manifest, read


def part(number: str | None, kg: float, packages: int | None) -> dict[str, Any]:
    return {
        **({"equipmentReference": number} if number else {}),
        "cargoGrossWeight": {"value": kg, "unit": "KGM"},
        "outerPackaging": {"packageCode": "CT", "numberOfPackages": packages},
    }


def unit(number: str) -> dict[str, Any]:
    return {"equipment": {"equipmentReference": number, "ISOEquipmentCode": "22G1"}, "seals": [{"number": "S1"}]}


def document(**more: Any) -> dict[str, Any]:
    return {
        "transportDocumentReference": "TD1",
        "transportDocumentTypeCode": "BOL",
        "freightPaymentTermCode": "COL",
        "isToOrder": False,
        "issueDate": "2027-02-01",
        "documentParties": {
            "shipper": {
                "partyName": "Fjord Fish AS",
                "address": {
                    "street": "Kaia",
                    "streetNumber": "4",
                    "POBox": "77",
                    "city": "Bergen",
                    "countryCode": "NO",
                },
                "partyContactDetails": [{"name": "Nobody"}],
            },
            "consignee": {"partyName": "Marée SARL"},
            "notifyParties": [{"partyName": "Quai Service"}],
        },
        "consignmentItems": [
            {"descriptionOfGoods": ["FROZEN COD"], "HSCodes": ["030363"], "cargoItems": [part("MSKU6011672", 900, 30)]}
        ],
        "utilizedTransportEquipments": [unit("MSKU6011672")],
        "transports": {
            "plannedArrivalDate": "2027-02-05",
            "portOfLoading": {"UNLocationCode": "NOBGO"},
            "portOfDischarge": {"locationName": "Le Havre"},
            "placeOfReceipt": {"facility": {"facilityCode": "ABC"}},
            "vesselVoyages": [{"vesselName": "Skarv", "carrierExportVoyageNumber": "7S"}],
        },
        **more,
    }


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Manifest]:
    def write(content: Any) -> Manifest:
        path = tmp_path / "m.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), "utf-8")
        manifest = read(path)
        assert manifest.balance == 0
        return manifest

    return write


def test_a_code_that_only_the_text_names_is_read(load: Callable[..., Manifest]) -> None:
    item = {"descriptionOfGoods": ["FROZEN COD", "HS CODE 0303.63"], "cargoItems": [part("MSKU6011672", 900, 30)]}
    assert load(document(consignmentItems=[item])).consignments["hs_codes"].to_list() == [["030363"]]


def test_a_transport_document(load: Callable[..., Manifest]) -> None:
    row = load(document()).consignments.row(0, named=True)
    assert (row["bill_of_lading"], row["bill_type"], row["container_number"]) == ("TD1", "straight", "MSKU6011672")
    assert row["filed_at"] == datetime(2027, 2, 1, tzinfo=UTC)
    assert row["shipper_address"] == "Kaia 4, PO BOX 77, Bergen, NO"
    assert (row["consignee_name"], row["notify_name"]) == ("Marée SARL", "Quai Service")
    assert (row["port_of_loading"], row["port_of_discharge"], row["place_of_receipt"]) == ("NOBGO", "FRLEH", None)
    assert (row["gross_weight_kg"], row["package_count"], row["freight_terms"]) == (900.0, 30, "collect")
    assert (row["vessel_name"], row["voyage"], row["hs_codes"]) == ("Skarv", "7S", ["030363"])
    assert "Nobody" not in str(row)


def test_goods_belong_to_the_container_that_they_name(load: Callable[..., Manifest]) -> None:
    items = [
        {"descriptionOfGoods": ["COD"], "HSCodes": ["030363"], "cargoItems": [part("MSKU6011672", 900, 30)]},
        {
            "descriptionOfGoods": ["SALMON"],
            "HSCodes": ["030313"],
            "cargoItems": [part("MSKU6011672", 100, None), part("TCLU3093643", 500, 10)],
        },
    ]
    units = [unit("MSKU6011672"), unit("TCLU3093643")]
    rows = load(document(consignmentItems=items, utilizedTransportEquipments=units, declaredValue=7)).consignments
    rows = rows.sort("container_number")
    assert rows["goods_description"].to_list() == ["COD; SALMON", "SALMON"]
    assert rows["gross_weight_kg"].to_list() == [1000.0, 500.0]
    assert rows["package_count"].to_list() == [None, 10]
    assert rows["declared_value"].to_list() == [None, None]
    assert rows["bill_declared_value"].to_list() == [7.0, 7.0]


def test_an_arrival_notice(load: Callable[..., Manifest]) -> None:
    notice = document(
        issueDateTime="2027-02-03T10:00:00+01:00",
        documentParties=[
            {"partyFunction": "OS", "partyName": "Fjord Fish AS", "address": {"city": "N/A", "countryCode": "NO"}},
            {"partyFunction": "CN", "partyName": "TO THE ORDER OF A BANK"},
        ],
        transport={
            "portOfLoading": {"UNLocationCode": "NOBGO"},
            "portOfDischarge": {"UNLocationCode": "FRLEH"},
            "portOfDischargeArrivalDate": {"value": "2027-02-06", "classifier": "EST"},
            "legs": [
                {"vesselVoyage": {"vesselName": "Feeder"}, "portOfDischarge": {"UNLocationCode": "NLRTM"}},
                {"vesselVoyage": {"vesselName": "Skarv", "vesselIMONumber": "9321483"}},
            ],
        },
    )
    del notice["transports"], notice["isToOrder"]
    manifest = load({"arrivalNotices": [notice]})
    row = manifest.consignments.row(0, named=True)
    assert row["filed_at"] == datetime(2027, 2, 3, 9, tzinfo=UTC)
    assert row["arrives_at"] == datetime(2027, 2, 6, tzinfo=UTC)
    assert (row["shipper_address"], row["shipper_country"], row["bill_type"]) == (None, "NO", "to_order")
    assert (row["vessel_name"], row["vessel_imo"], row["transhipment_ports"]) == ("Skarv", "9321483", ["NLRTM"])
    assert manifest.understood.format == "DCSA arrival notice"


def test_an_envelope_and_a_list_of_documents_are_opened(load: Callable[..., Manifest]) -> None:
    assert load({"document": document(), "issueTo": {}}).consignments.height == 1
    assert load([document(), document(transportDocumentReference="TD2")]).consignments.height == 2


def test_a_void_document_cancels(load: Callable[..., Manifest]) -> None:
    void = document(transportDocumentStatus="VOIDED", issueDate="2027-02-02")
    manifest = load([document(), void])
    assert (manifest.consignments.height, manifest.earlier.height) == (0, 1)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"carrierBookingReference": "B", "requestedEquipments": [], "documentParties": {}}, "a booking"),
        (
            {"shippingInstructionsReference": "S", "documentParties": {}, "consignmentItems": [{}]},
            "a shipping instruction",
        ),
        (
            [{"eventType": "EQUIPMENT", "equipmentEventTypeCode": "LOAD", "transportCallReference": "T"}],
            "an event of track and trace",
        ),
        ({"transportDocumentReference": "T", "freightPaymentTermCode": "PRE"}, "without a voyage"),
    ],
)
def test_other_documents_are_named_and_left_aside(load: Callable[..., Manifest], content: Any, what: str) -> None:
    with pytest.raises(LeftAsideError, match=what):
        load(content)


def test_a_plain_table_in_json_is_not_taken_for_a_document(load: Callable[..., Manifest]) -> None:
    row = {
        "transportDocumentReference": "TD1",
        "bill of lading": "TD1",
        "container number": "MSKU6011672",
        "filed at": "2027-02-01",
        "port of loading": "NOBGO",
        "port of discharge": "FRLEH",
        "goods description": "COD",
    }
    assert load([row]).understood.format == "JSON"
