"""Bills of an absurd size are refused as one, and do no harm to the bills beside them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from riskscore.errors import ManifestError
from riskscore.manifest import archives, cancellations
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages import limits
from riskscore.manifest.formats.messages.customs_xml import cargo
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.rows import Rows
from riskscore.manifest.formats.messages.un_edifact import baplie
from riskscore.manifest.formats.table import CANCELLED
from tests.manifest.messages import cargo_messages, test_customs_309, test_dcsa, test_scmtr

OTHER = f"CNI+2+B2'RFF+BM:B2'{cargo_messages.PORTS}GID+1+5:CT'FTX+AAA+++RICE'SGP+NRDU4100239+5'"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST", 5)
    monkeypatch.setattr(limits, "MOST_PARTS", 20)


@pytest.mark.parametrize(
    "parts",
    [
        "".join(f"GID+{n}+5:CT'" for n in range(6)),
        "GID+1+5:CT'" + "".join(f"SGP+MSCU000000{n}+1'" for n in range(6)),
        "GID+1+5:CT'" + "FTX+AAA+++RICE'" * 30,
        "".join(f"GID+{n}+5:CT'" for n in range(3)) + "SGP+MSCU0000001'" + "GID+4+5:CT'" * 2 + "SGP+MSCU0000002'",
    ],
)
@pytest.mark.usefixtures("few")
def test_a_bill_with_too_much_is_refused_once(parts: str, tmp_path: Path) -> None:
    text = cargo_messages.interchange(
        cargo_messages.message(cargo_messages.HEADER + cargo_messages.BILL + parts + OTHER)
    )
    manifest = cargo_messages.manifest(tmp_path, text)
    assert manifest.consignments["bill_of_lading"].to_list() == ["B2"]
    assert manifest.quarantine["rule"].to_list() == ["too_large"]
    assert manifest.balance == 0


def test_a_consignment_without_anything_is_refused(tmp_path: Path) -> None:
    text = cargo_messages.interchange(cargo_messages.message(cargo_messages.HEADER + "CNI'CNI'" + OTHER))
    manifest = cargo_messages.manifest(tmp_path, text)
    assert manifest.consignments["bill_of_lading"].to_list() == ["B2"]
    assert manifest.quarantine["rule"].to_list() == ["empty_bill", "empty_bill"]


@pytest.mark.usefixtures("few")
def test_a_bill_of_x12_with_too_much_is_refused_once(tmp_path: Path) -> None:
    text = test_customs_309.interchange(test_customs_309.BILL)
    at = text.rindex("SE*")
    manifest = cargo_messages.manifest(tmp_path, text[:at] + "N10*5*RICE~" * 30 + text[at:])
    assert manifest.quarantine["rule"].to_list() == ["too_large"]
    assert manifest.balance == 0


def test_a_consignment_with_nothing_but_its_number_is_refused(tmp_path: Path) -> None:
    manifest = cargo_messages.cuscar(tmp_path, "CNI+1+B1'CNI+2+'RFF+BM:B3'" + OTHER)
    assert manifest.consignments["bill_of_lading"].to_list() == ["B2"]
    assert manifest.quarantine["rule"].to_list() == ["empty_bill", "empty_bill"]
    assert manifest.quarantine["row"][0] == '{"text": "bill B1: the message says nothing of it but its number"}'


def test_a_number_is_enough_where_a_bill_is_cancelled(tmp_path: Path) -> None:
    header = cargo_messages.HEADER.replace("M1+9", "M1+3")
    manifest = cargo_messages.cuscar(tmp_path, "".join(f"CNI+{n}+B{n}'" for n in range(12_000)), header)
    assert manifest.cancelled.height == 12_000
    assert manifest.quarantine.height == 0


def test_many_cancellations_of_a_bill_do_not_multiply_its_containers() -> None:
    day = datetime(2026, 7, 2, tzinfo=UTC)
    boxes = pl.DataFrame({"container_number": [f"C{n}" for n in range(20_000)]})
    house = pl.lit(None, pl.String)
    rows = boxes.select("container_number", bill_of_lading=pl.lit("B1"), house_bill=house, filed_at=pl.lit(day))
    cancelled = rows.with_columns(pl.lit(1, pl.Int64).alias("line")).select(*CANCELLED).head(15_000)
    assert cancellations.among(rows, cancelled).sum() == 15_000


def test_of_too_many_seals_a_note_says_that_some_are_left_out(tmp_path: Path) -> None:
    seals = "".join(f"SEL+S{n}'" for n in range(103))
    manifest = cargo_messages.cuscar(tmp_path, "EQD+CN+NRDU4100239'" + seals + OTHER)
    assert manifest.consignments["seal_numbers"].list.len().to_list() == [100]
    assert "3 seals left out, because its container has more than 100" in manifest.understood.notes


def test_a_file_of_marks_that_declare_the_signs_is_damaged_edifact(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="has no EDIFACT message in it"):
        cargo_messages.manifest(tmp_path, "UNA:+.? 'UNB+" * 1_000)


def test_of_too_many_containers_in_a_slot_a_note_says_that_some_are_left_out(tmp_path: Path) -> None:
    boxes = "".join(f"EQD+CN+NRDU{n:07}'" for n in range(105))
    path = tmp_path / "plan.edi"
    body = f"BGM++1+9'TDT+20+1E'LOC+147+0010203'{boxes}"
    path.write_text(cargo_messages.interchange(cargo_messages.message(body, "BAPLIE:D:95B:UN:SMDG22")))
    table = baplie.read(File(archives.open_file(path)[0]))
    assert table.frame.height == 100
    assert "5 containers left out, because its slot has more than 100 (such as NRDU0000100" in " ".join(table.notes)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("names", [(), ("B0", "B1", "B2")])
def test_a_bill_of_xml_whose_goods_are_in_too_many_containers_is_refused_once(names: tuple[str, ...]) -> None:
    boxes = [cargo.Box(f"B{n}") for n in range(3)]
    goods = [cargo.Goods("RICE", boxes=list(names)) for _ in range(2)]
    rows = Rows("XML")
    for row in cargo.consignments(cargo.Bill({"bill_of_lading": "X1"}, boxes, goods), Reader()):
        rows.add(7, row)
    broken = rows.table().broken
    assert len(rows) == 0
    assert broken.select("line", "rule").rows() == [(7, "too_large")]
    assert broken["value"][0].startswith("bill X1: it has 2 goods lines and 3 containers")


@pytest.mark.usefixtures("few")
def test_a_document_of_the_dcsa_with_too_much_is_refused_once(tmp_path: Path) -> None:
    units = [test_dcsa.unit(f"MSKU{n:07}") for n in range(3)]
    items = [{"descriptionOfGoods": ["COD"], "cargoItems": [test_dcsa.part(None, 1, 1)]}] * 2
    large = test_dcsa.document(utilizedTransportEquipments=units, consignmentItems=items)
    text = json.dumps([large, test_dcsa.document()])
    manifest = cargo_messages.manifest(tmp_path, text.encode(), "m.json")
    assert manifest.quarantine["rule"].to_list() == ["too_large"]
    assert manifest.consignments.height == 1


@pytest.mark.usefixtures("few")
def test_bills_of_india_with_too_much_are_refused_once(tmp_path: Path) -> None:
    boxes = [test_scmtr.box(f"MSKU{n:07}", 1, 1) for n in range(3)]
    items = [{"hsCd": "09024020", "crgoItemDesc": "TEA", "nmbrOfPkgs": 1}] * 2
    large = test_scmtr.cargo(**test_scmtr.MASTER, trnsprtEqmt=boxes, itemDtls=items)
    house = test_scmtr.cargo(HCRef={"blNo": "H1"}, trnsprtEqmt=[])
    houses = test_scmtr.cargo(MCRef={"mstrBlNo": "LKM2"}, trnsprtEqmt=boxes, houseCargoDec=[house] * 2)
    text = json.dumps(test_scmtr.message(large, houses, test_scmtr.cargo(MCRef={"mstrBlNo": "LKM3"})))
    manifest = cargo_messages.manifest(tmp_path, text.encode(), "m.json")
    assert manifest.quarantine["rule"].to_list() == ["too_large", "too_large"]
    assert manifest.consignments["bill_of_lading"].to_list() == ["LKM3"]


def test_of_200_000_keys_the_one_that_comes_twice_is_found_at_once(tmp_path: Path) -> None:
    keys = ",".join(f'"k{n}":1' for n in range(200_000))
    text = json.dumps(test_scmtr.message(test_scmtr.cargo(**test_scmtr.MASTER)))
    with pytest.raises(ManifestError, match="has the key 'k199999' twice"):
        cargo_messages.manifest(tmp_path, text[:-1] + f',"x":{{{keys},"k199999":2}}}}', "m.json")


def test_texts_of_x12_that_go_on_for_too_long_are_left_out_with_a_note(tmp_path: Path) -> None:
    bill = test_customs_309.BILL.replace("N4*HSINCHU", "N3*A*B~" * 40 + "N4*HSINCHU")
    bill = bill.replace("N3*9", f"N2*{'N' * 20_000}~N2*MORE~N3*9")
    more = f"N10**{'D' * 20_000}~N10**MORE~"
    manifest = cargo_messages.manifest(tmp_path, test_customs_309.interchange(bill + more))
    notes = " ".join(manifest.understood.notes)
    assert "goods_description: 1 segment left out, because too much of the text came before" in notes
    assert "address: 11 segments left out" in notes
    assert "name of a party: 1 segment left out" in notes
