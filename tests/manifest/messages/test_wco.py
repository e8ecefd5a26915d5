"""Cargo reports after the WCO Data Model, and China's manifests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from messages_samples import changed, parsed, rows

from riskscore.errors import LeftAsideError

HOUSE = "<TransportContractDocument><ID>{}</ID><TypeCode>{}</TypeCode></TransportContractDocument>"


def test_items_with_their_own_containers_are_rows_of_their_own(tmp_path: Path) -> None:
    basins, taps, clothing = rows(tmp_path, changed("wco-cri"))
    assert (basins["container_number"], basins["package_count"], basins["gross_weight_kg"]) == (
        "WNDU6044100",
        700,
        14200,
    )
    assert (taps["container_number"], taps["gross_weight_kg"], taps["hs_codes"]) == ("WNDU6044115", 9350, ["8481"])
    assert basins["filed_at"] == datetime(2025, 3, 20, 5, 15, tzinfo=UTC)
    assert (basins["vessel_name"], basins["vessel_imo"], basins["voyage"]) == ("NORDKAI HERON", "9870018", "121W")
    assert (basins["seal_numbers"], basins["consignee_id"]) == (["W3301"], "300112233")
    assert basins["shipper_address"] == "VIA DEL MOLO 21, GENOVA, IT"
    assert (clothing["bill_type"], clothing["transhipment_ports"]) == ("to_order", ["EGDAM"])
    assert clothing["freight_terms"] == "collect"


@pytest.mark.parametrize(
    ("documents", "keys"),
    [
        (HOUSE.format("M1", "704") + HOUSE.format("H1", "705"), ("M1", "H1")),
        (HOUSE.format("H1", "714") + HOUSE.format("M1", "704"), ("M1", "H1")),
        (HOUSE.format("H1", "HWB") + HOUSE.format("M1", "MB"), ("M1", "H1")),
        (HOUSE.format("B1", "705"), ("B1", None)),
        (HOUSE.format("H1", "714"), ("H1", None)),
    ],
)
def test_documents_are_told_apart_by_their_types(documents: str, keys: tuple[str, str | None], tmp_path: Path) -> None:
    row = rows(tmp_path, changed("wco-cri", (HOUSE.format("NRDL8801772", "704"), documents)))[2]
    assert (row["bill_of_lading"], row.get("house_bill")) == keys


def test_a_figure_with_an_unknown_unit_is_empty_with_a_note(tmp_path: Path) -> None:
    text = changed("wco-cri", ('unitCode="TNE"', 'unitCode="XYZ"'))
    assert "gross_weight_kg" not in rows(tmp_path, text)[1]
    assert any("9.35 XYZ" in note for note in parsed(tmp_path, text).understood.notes)


def test_a_report_that_cancels_has_no_rows_to_score(tmp_path: Path) -> None:
    text = changed("wco-cri", ("<FunctionCode>9<", "<FunctionCode>1<"))
    assert parsed(tmp_path, text).consignments.is_empty()


def test_a_bare_declaration_of_cargo_is_read_and_one_of_goods_is_left_aside(tmp_path: Path) -> None:
    text = changed("wco-cri")
    bare = text[text.index("<Declaration") :].replace("</DocumentMetadata>", "")
    assert rows(tmp_path, bare) == rows(tmp_path, text)
    with pytest.raises(LeftAsideError, match="a goods declaration"):
        parsed(tmp_path, bare.replace("WCO:CRI", "WCO:DEC"))


def test_china_sends_beijing_time_and_words_of_its_own(tmp_path: Path) -> None:
    locks, sundries = rows(tmp_path, changed("china-mt2101"))
    assert locks["filed_at"] == datetime(2025, 3, 6, 2, 15, tzinfo=UTC)
    assert (locks["bill_of_lading"], locks["house_bill"]) == ("HLKX250311801", "YS2503-7")
    assert (locks["port_of_loading"], locks["port_of_discharge"]) == ("CNNGB", "MZMPM")
    assert (locks["container_number"], locks["seal_numbers"], locks["vessel_imo"]) == (
        "HYLU8155014",
        ["CN440921"],
        "9871127",
    )
    assert (locks["package_count"], locks["gross_weight_kg"], locks["hs_codes"]) == (910, 18640, ["8301"])
    assert (sundries["bill_type"], "house_bill" in sundries) == ("to_order", False)


def test_places_behind_the_consignments_count_for_all_of_them(tmp_path: Path) -> None:
    places = "<UnloadingLocation><ArrivalDateTime>202503311200086</ArrivalDateTime><ID>MZBEW</ID></UnloadingLocation>"
    text = changed(
        "china-mt2101",
        ("<UnloadingLocation><ID>MZMPM</ID></UnloadingLocation>", ""),
        ("</Declaration>", f"{places}</Declaration>"),
    )
    for row in rows(tmp_path, text):
        assert (row["port_of_discharge"], row["arrives_at"]) == ("MZBEW", datetime(2025, 3, 31, 4, 0, tzinfo=UTC))


def test_china_names_the_containers_of_goods_by_number(tmp_path: Path) -> None:
    number = "<EquipmentIdentification><ID>{}</ID></EquipmentIdentification>"
    second = f"<TransportEquipment>{number.format('JNKU2900771')}</TransportEquipment>"
    link = f"{number}</ConsignmentItem>"
    more = (
        "<ConsignmentItem><Commodity><CargoDescription>HINGES</CargoDescription></Commodity>"
        "<GoodsMeasure><GrossMassMeasure unitCode='KGM'>700</GrossMassMeasure></GoodsMeasure>"
    )
    text = changed(
        "china-mt2101", ("<SealID>M/CN440921</SealID></TransportEquipment>", f"</TransportEquipment>{second}")
    )
    text = text.replace("</ConsignmentItem>", f"{link.format('HYLU8155014')}{more}{link.format('JNKU2900771')}", 1)
    locks, hinges = rows(tmp_path, text)[:2]
    assert (locks["container_number"], locks["gross_weight_kg"]) == ("HYLU8155014", 18640)
    assert (hinges["container_number"], hinges["goods_description"], hinges["gross_weight_kg"]) == (
        "JNKU2900771",
        "HINGES",
        700,
    )
