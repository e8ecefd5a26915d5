"""What a table writes once for several lines counts for all of them, and figures are never repeated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from riskscore.manifest.read import Manifest, read

Row = Callable[..., list[str]]
Save = Callable[..., Path]


def notes(manifest: Manifest) -> str:
    assert manifest.balance == 0
    return "\n".join(manifest.understood.notes)


def test_a_line_without_a_bill_goes_on_with_the_bill_above(as_csv: Save, row: Row) -> None:
    second = row(bill="", container="MSCU1234571", filed="", pol=" ", pod="", shipper="", consignee="", weight="800")
    manifest = read(as_csv(row(), second, row(bill="B2", consignee="OTHER LTD"), [*second[:5], "", *second[6:]]))
    names = ("bill_of_lading", "container_number", "consignee_name", "gross_weight_kg")
    assert manifest.consignments.select(names).rows() == [
        ("ABCD0000001", "MSCU1234566", "HARBOUR TRADING CO", 24000.0),
        ("ABCD0000001", "MSCU1234571", "HARBOUR TRADING CO", 800.0),
        ("B2", "MSCU1234566", "OTHER LTD", 24000.0),
        ("B2", "MSCU1234571", "OTHER LTD", 800.0),
    ]  # fmt: skip
    assert "2 lines without a bill of their own go on with the bill of the line above" in notes(manifest)


def test_a_line_that_repeats_only_the_bill_and_has_a_box_of_its_own_goes_on_with_it(as_csv: Save, row: Row) -> None:
    blank = {"pol": "", "pod": "", "filed": "", "shipper": "", "consignee": "", "weight": "800"}
    second = row(container="MSCU1234571", **blank)
    manifest = read(as_csv(row(), second, row(bill="B2", filed="", container="MSCU1234587")))
    names = ("bill_of_lading", "container_number", "port_of_loading", "consignee_name", "gross_weight_kg")
    assert manifest.consignments.select(names).rows() == [
        ("ABCD0000001", "MSCU1234566", "NGAPP", "HARBOUR TRADING CO", 24000.0),
        ("ABCD0000001", "MSCU1234571", "NGAPP", "HARBOUR TRADING CO", 800.0),
        ("B2", "MSCU1234587", "NGAPP", "HARBOUR TRADING CO", 24000.0),
    ]
    assert "1 line of the bill above, without ports, dates and parties: those of the bill count" in notes(manifest)
    assert "'Filing Date': filled on the first line only" in notes(manifest)


@pytest.mark.parametrize("own", ["filed", "pol", "consignee"])
def test_a_line_that_lacks_only_its_bill_is_refused(own: str, as_csv: Save, row: Row) -> None:
    blank = {"filed": "", "pol": "", "pod": "", "shipper": "", "consignee": ""}
    blank.pop(own)
    manifest = read(as_csv(row(), row(bill="", container="MSCU1234571", **blank)))
    assert manifest.quarantine.select("line", "column").rows() == [(3, "bill_of_lading")]
    assert manifest.balance == 0


def test_a_first_line_without_a_bill_takes_none(as_csv: Save, row: Row) -> None:
    blank = row(bill="", filed="", pol="", pod="", shipper="", consignee="")
    assert read(as_csv(blank, blank, row())).quarantine["line"].to_list() == [2, 3]


def test_a_voyage_on_the_first_line_counts_for_all_lines(as_csv: Save, row: Row) -> None:
    manifest = read(as_csv(row(), *(row(bill=f"B{n}", filed="", pol="") for n in range(3))))
    assert manifest.consignments["port_of_loading"].to_list() == ["NGAPP"] * 4
    assert "'Filing Date', 'POL': filled on the first line only, so the value counts for all 4 lines" in notes(manifest)


def test_a_date_that_two_lines_have_is_not_carried_to_a_third(as_csv: Save, row: Row) -> None:
    manifest = read(as_csv(row(), row(bill="B2"), row(bill="B3", filed="")))
    assert manifest.quarantine.select("line", "column").rows() == [(4, "filed_at")]


@pytest.mark.parametrize(
    ("boxes", "weights"),
    [(("MSCU1234566", "MSCU1234571"), [None, None]), (("MSCU1234566", "MSCU1234566"), [24000.0])],
)
def test_a_weight_merged_over_lines_is_not_repeated(
    boxes: tuple[str, str], weights: list[float | None], tmp_path: Path, row: Row
) -> None:
    path = tmp_path / "m.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(
            0, 0, ["Bill of Lading", "Container No", "Filing Date", "POL", "POD", "Goods", "Gross Weight (kg)"]
        )
        for place, box in enumerate(boxes, start=1):
            sheet.write_row(place, 0, row(container=box, goods=f"GOODS {place}")[:6])
        sheet.merge_range(1, 6, 2, 6, 24000)
    manifest = read(path)
    assert manifest.consignments["gross_weight_kg"].to_list() == weights
    assert ("were left empty (gross_weight_kg)" in notes(manifest)) is (None in weights)
