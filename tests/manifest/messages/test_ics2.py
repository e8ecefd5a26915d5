"""Declarations to ICS2 for goods by sea."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from messages_samples import changed, parsed, rows

HOUSE = (
    "<transportDocumentHouseLevel><documentNumber>{}</documentNumber><type>N714</type></transportDocumentHouseLevel>"
)
PORTS = (
    "<placeOfLoading><UNLOCODE>VNVUT</UNLOCODE></placeOfLoading>",
    "<placeOfUnloading><UNLOCODE>ESVLC</UNLOCODE></placeOfUnloading>",
)


def test_houses_take_ports_and_master_from_the_master_level_behind_them(tmp_path: Path) -> None:
    tools, goods = rows(tmp_path, changed("ics2-ie3f11"))
    assert (tools["bill_of_lading"], tools["house_bill"]) == ("TSLX40022118", "SGN2503-11")
    assert (goods["house_bill"], goods["container_number"]) == ("SGN2503-12", tools["container_number"])
    assert (tools["port_of_loading"], tools["port_of_discharge"]) == ("VNVUT", "ESVLC")
    assert tools["filed_at"] == datetime(2025, 3, 17, 11, 20, tzinfo=UTC)
    assert tools["arrives_at"] == datetime(2025, 4, 8, 3, 0, tzinfo=UTC)
    assert (tools["vessel_imo"], tools["voyage"], tools["seal_numbers"]) == ("9765433", "512W", ["VN70233"])
    assert (tools["consignee_address"], tools["consignee_id"]) == (
        "CALLE DEL RIU 12, VALENCIA, 46002, ES",
        "ESB70088001",
    )
    assert (tools["freight_terms"], goods["freight_terms"]) == ("prepaid", "collect")
    assert "bill_type" not in tools


@pytest.mark.parametrize("name", ["IE3F10", "IE3A13"])
def test_a_straight_bill_has_no_house_bill(name: str, tmp_path: Path) -> None:
    text = changed("ics2-ie3f11", ("IE3F11", name), *((HOUSE.format(f"SGN2503-1{number}"), "") for number in (1, 2)))
    row = rows(tmp_path, text)[0]
    assert (row["bill_of_lading"], row["bill_type"]) == ("TSLX40022118", "straight")
    assert "house_bill" not in row


def test_the_code_of_goods_is_joined_from_its_parts(tmp_path: Path) -> None:
    code = "<harmonizedSystemSubHeadingCode>820559</harmonizedSystemSubHeadingCode>"
    text = changed("ics2-ie3f11", (code, f"{code}<combinedNomenclatureCode>80</combinedNomenclatureCode>"))
    assert rows(tmp_path, text)[0]["hs_codes"] == ["82055980"]


def test_a_master_without_houses_is_one_bill(tmp_path: Path) -> None:
    text = changed("ics2-ie3f11", ("IE3F11", "IE3F12"))
    start, end = text.index("<consignmentHouseLevel>"), text.rindex("</consignmentHouseLevel>")
    first = text[start : text.index("</consignmentHouseLevel>")].removeprefix("<consignmentHouseLevel>")
    text = (
        text[:start]
        + first.replace(HOUSE.format("SGN2503-11"), "")
        + text[end:].removeprefix("</consignmentHouseLevel>")
    )
    (row,) = rows(tmp_path, text)
    assert (row["bill_of_lading"], row["container_number"], row["gross_weight_kg"]) == (
        "TSLX40022118",
        "TSLU3308716",
        5200,
    )


def test_a_master_that_lists_its_houses_without_goods_is_one_bill(tmp_path: Path) -> None:
    item = "<goodsItem><commodity><descriptionOfGoods>CONSOLIDATED CARGO</descriptionOfGoods></commodity></goodsItem>"
    number = "<containerIdentificationNumber>TSLU3308716</containerIdentificationNumber>"
    box = f"<transportEquipment>{number}</transportEquipment>"
    text = changed("ics2-ie3f11", ("IE3F11", "IE3F12"), ("<placeOfLoading>", f"{item}{box}<placeOfLoading>"))
    start, end = text.index("<goodsItem>"), text.index("</goodsItem>") + len("</goodsItem>")
    text = text[:start] + text[end:]
    start, end = text.index("<goodsItem>"), text.index("</goodsItem>") + len("</goodsItem>")
    text = text[:start] + text[end:]
    (row,) = rows(tmp_path, text)
    assert (row["goods_description"], row["container_number"]) == ("CONSOLIDATED CARGO", "TSLU3308716")
    assert "house_bill" not in row


def test_a_house_filing_without_ports_is_refused_with_its_values(tmp_path: Path) -> None:
    text = changed("ics2-ie3f11", ("IE3F11", "IE3F14"), *((port, "") for port in PORTS))
    manifest = parsed(tmp_path, text)
    assert manifest.consignments.is_empty()
    assert manifest.quarantine.select("rule", "column").unique().rows() == [("required", "port_of_loading")]
    assert "SGN2503-11" in manifest.quarantine["row"][0]


def test_persons_are_not_taken_in(tmp_path: Path) -> None:
    text = changed(
        "ics2-ie3f11", ("</consignor>", "<communication><identifier>q@x.test</identifier></communication></consignor>")
    )
    assert rows(tmp_path, text) == rows(tmp_path, changed("ics2-ie3f11"))
