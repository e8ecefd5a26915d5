"""Bills of an absurd size are refused as one, and do no harm to the bills beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from riskscore.errors import ManifestError
from riskscore.manifest import archives, cancellations
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages import limits
from riskscore.manifest.formats.messages.un_edifact import baplie
from riskscore.manifest.formats.table import CANCELLED
from tests.manifest.messages import cargo_messages, test_customs_309

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
    rows = boxes.select(pl.lit("B1").alias("bill_of_lading"), "container_number", pl.lit(day).alias("filed_at"))
    cancelled = rows.select(pl.lit(1, pl.Int64).alias("line"), "bill_of_lading", "container_number", "filed_at")
    cancelled = cancelled.with_columns(pl.lit(None, pl.String).alias("house_bill")).select(*CANCELLED).head(15_000)
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
