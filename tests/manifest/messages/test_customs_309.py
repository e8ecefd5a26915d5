"""X12 309: separators from ISA, bills, houses, amendments, other sets, and damaged files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.read import Manifest, read

ISA = "ISA*00*          *00*          *ZZ*WESTLINE       *ZZ*CUSTOMS        *270301*0730*U*00401*000000007*0*P*>~"
GS = "GS*SO*WEST*CUSTOMS*20270301*0730*7*X*004010~"
END = "GE*1*7~IEA*1*000000007~"
VESSEL = "M10*WEST*O*PA*9321483*WEST WIND*011E**2*6*L~P4*2704*20270312*2*Y1~"
BILL = (
    "LX*1~M11*WESTB1*58023*30*CTN*2000*L*9*X*HSINCHU**WEST~N9*BM*WESTB1~"
    "N1*SH*LOTUS TOOLS CO~N3*9 PARK AVE~N4*HSINCHU**300*TW~N1*CN*TO ORDER OF BANK~"
    "PER*IC*SOMEBODY*TE*123~VID*CN*MSKU*6011672*S1*S2*04000*0806**4510*L~M7*S3~"
    "N10*30*HAND TOOLS*LT 1-30*A*820559*9000*L*2000**CTN*TW~"
)


def interchange(*bills: str, head: str = VESSEL, number: str = "309") -> str:
    body = f"ST*{number}*0001~{head}{''.join(bills)}"
    return f"{ISA}{GS}{body}SE*{body.count('~') + 1}*0001~{END}"


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Manifest]:
    def write(text: str | bytes, name: str = "m.edi") -> Manifest:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        manifest = read(path)
        assert manifest.balance == 0
        return manifest

    return write


def test_a_bill_is_read_with_its_vessel_parties_and_goods(load: Callable[..., Manifest]) -> None:
    manifest = load(interchange(BILL))
    row = manifest.consignments.row(0, named=True)
    assert (row["bill_of_lading"], row["container_number"]) == ("WESTB1", "MSKU6011672")
    assert row["filed_at"] == datetime(2027, 3, 1, 7, 30, tzinfo=UTC)
    assert row["arrives_at"] == datetime(2027, 3, 12, tzinfo=UTC)
    assert (row["vessel_name"], row["vessel_imo"], row["voyage"]) == ("WEST WIND", "9321483", "011E")
    assert row["shipper_address"] == "9 PARK AVE, HSINCHU, 300, TW"
    assert (row["consignee_address"], row["bill_type"]) == (None, "to_order")
    assert row["gross_weight_kg"] == pytest.approx(907.18474)
    assert (row["package_count"], row["declared_value"], row["origin_country"]) == (30, 9000.0, "TW")
    assert (row["seal_numbers"], row["hs_codes"], row["container_type"]) == (["S1", "S2", "S3"], ["820559"], "4510")
    assert "SOMEBODY" not in str(row)
    assert manifest.understood.format == "X12 309 (004010)"


def test_ports_are_codes_of_us_schedules_where_the_message_says_so(load: Callable[..., Manifest]) -> None:
    places = "R4*R*K*57020*NINGBO~R4*E*D*5301~R4*T*K*58309~R4*T**58301*SOMEWHERE~"
    row = load(interchange(BILL.replace("*HSINCHU**WEST", "***WEST").replace("VID*", f"{places}VID*"))).consignments
    assert row.select("port_of_loading", "port_of_discharge", "place_of_receipt", "place_of_delivery").row(0) == (
        *("KRPUS", "USLAX", "CNNGB", "USHOU"),
    )
    assert row["transhipment_ports"][0].to_list() == ["TWKHH", "TWKEL"]


def test_a_port_of_discharge_that_may_be_an_office_of_canada_stays_as_filed(load: Callable[..., Manifest]) -> None:
    manifest = load(interchange(BILL, head=VESSEL.replace("*2704*", "*0401*")))
    assert manifest.consignments["port_of_discharge"].to_list() == ["0401"]


def test_a_code_that_only_the_text_names_is_read_and_nil_is_a_description(load: Callable[..., Manifest]) -> None:
    named = load(interchange(BILL.replace("HAND TOOLS", "HAND TOOLS HS CODE 8205.59").replace("*820559*", "**")))
    row = named.consignments.row(0, named=True)
    assert (row["hs_codes"], row["goods_items"][0]["hs_code"]) == (["820559"], "820559")
    assert load(interchange(BILL.replace("HAND TOOLS", "NIL"))).consignments["goods_description"].to_list() == ["NIL"]


@pytest.mark.parametrize(
    "separators", [("*", ">", "~"), ("|", ":", "\n"), ("\x1d", "\x1f", "\x1e"), ("*", ">", "~\r\n")]
)
def test_the_isa_segment_says_what_separates(load: Callable[..., Manifest], separators: tuple[str, str, str]) -> None:
    element, component, end = separators
    text = interchange(BILL).replace(">", component).replace("~", end).replace("*", element)
    assert load(text).consignments["bill_of_lading"].to_list() == ["WESTB1"]


def test_a_type_of_bill_before_the_place_of_receipt_moves_what_follows(load: Callable[..., Manifest]) -> None:
    later = BILL.replace("*HSINCHU**WEST~", "*BM*HSINCHU*WESTM9*WEST~")
    row = load(interchange(later)).consignments.row(0, named=True)
    assert (row["bill_of_lading"], row["house_bill"]) == ("WESTM9", "WESTB1")


def test_figures_of_the_bill_are_not_those_of_its_containers(load: Callable[..., Manifest]) -> None:
    two = BILL + "VID*CN*TCLU*3093643~N10**MORE TOOLS~"
    rows = load(interchange(two.replace("*820559*9000*L*2000*", "*820559****"))).consignments.sort("container_number")
    assert rows["package_count"].to_list() == [30, None]
    assert rows["gross_weight_kg"].to_list() == [None, None]
    assert rows["bill_gross_weight_kg"].to_list() == pytest.approx([907.18474, 907.18474])
    assert rows["bill_package_count"].to_list() == [None, 30]


def test_a_description_goes_on_in_a_line_without_figures(load: Callable[..., Manifest]) -> None:
    row = load(interchange(BILL + "N10**AND SPARE PARTS~N10*2*OIL***100~")).consignments.row(0, named=True)
    assert row["goods_description"] == "HAND TOOLS AND SPARE PARTS; OIL"
    assert len(row["goods_items"]) == 2


def test_a_master_bill_is_left_out_where_its_houses_are_in_the_file(load: Callable[..., Manifest]) -> None:
    house = BILL.replace("WESTB1", "WESTH1").replace("HSINCHU**WEST", "HSINCHU*WESTB1*WEST")
    manifest = load(interchange(BILL, house))
    assert manifest.consignments["house_bill"].to_list() == ["WESTH1"]
    assert any("master bills left out" in note for note in manifest.understood.notes)


def test_a_deleted_bill_cancels_what_was_filed_before(load: Callable[..., Manifest]) -> None:
    deleted = interchange("LX*1~M13*WEST*2704*D*WESTB1~").replace("270301*0730", "270302*0730")
    manifest = load(interchange(BILL) + deleted.replace("20270301*0730", "20270302*0730"))
    assert manifest.consignments.height == 0
    assert manifest.earlier["bill_of_lading"].to_list() == ["WESTB1"]


def test_other_sets_are_named_and_left_aside(load: Callable[..., Manifest]) -> None:
    with pytest.raises(LeftAsideError, match=r"a booking confirmation \(X12 301\)"):
        load(interchange("B1*WEST*BK1~", head="", number="301"))
    both = interchange(BILL) + interchange("AK1*SO*7~", head="", number="997")
    manifest = load(both)
    assert manifest.consignments.height == 1
    assert any("X12 997" in note for note in manifest.understood.notes)


def test_wrong_counts_and_values_are_noted(load: Callable[..., Manifest]) -> None:
    text = interchange(BILL.replace("*2000*L*9*X", "*2000*Q*9*X").replace("20270312", "2027AB12"))
    text = text.replace("*20270312*", "*20271399*").replace("SE*", "SE*9")
    notes = " ".join(load(text).understood.notes)
    assert "SE counts" in notes
    assert "gross_weight_kg" in notes
    assert "arrives_at" in notes


def test_a_bill_that_is_cut_off_is_refused_and_those_before_it_are_kept(load: Callable[..., Manifest]) -> None:
    second = BILL.replace("WESTB1", "WESTB2")
    text = interchange(BILL, second)
    manifest = load(text[: text.index("WESTB2~N1*SH") + 20])
    assert manifest.consignments["bill_of_lading"].to_list() == ["WESTB1"]
    assert manifest.quarantine["rule"].to_list() == ["cut_off"]
    assert "WESTB2" in manifest.quarantine["value"][0]


@pytest.mark.parametrize(
    "text",
    [
        interchange(BILL).replace("ISA*", "ISA", 1),
        ISA,
        ISA + GS + "GE*0*7~",
        ISA.replace("~", "A"),
        ISA + "X" * 100_000,
        ISA + "~" * 100_000,
        "ISA*00*" + "*" * 30,
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_one_line(load: Callable[..., Manifest], text: str) -> None:
    with pytest.raises(ManifestError) as refused:
        load(text)
    assert "\n" not in str(refused.value)


def test_a_huge_segment_stops_the_reading_and_nothing_before_it_is_lost(load: Callable[..., Manifest]) -> None:
    manifest = load(interchange(BILL, "LX*2~N1*SH*" + "A" * 10_000_000 + "~"))
    assert manifest.consignments["bill_of_lading"].to_list() == ["WESTB1"]
    assert manifest.quarantine.height == 1
