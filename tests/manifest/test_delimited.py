"""What spreadsheets and other programs write around the fields of a CSV file, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskscore.errors import ManifestError
from riskscore.manifest.read import read

HEAD = "BL No,Container No,Manifest Date,POL,POD,Description,Consignee"


def consignments(folder: Path, text: str) -> list[dict[str, object]]:
    file = folder / "m.csv"
    file.write_text(text, "utf-8")
    manifest = read(file)
    assert manifest.quarantine.is_empty()
    return manifest.consignments.to_dicts()


def test_blanks_before_a_quoted_field_do_not_split_it(tmp_path: Path) -> None:
    rows = consignments(
        tmp_path,
        f"{HEAD.replace(',', ', ')}\n"
        'B1, CSQU3054383, 2024-03-14, DEHAM, KRPUS, "PUMPS, USED", "NAMPO, LTD"\n'
        'B2, CSQU3054383, 2024-03-14, DEHAM, KRPUS, PIPES 3" AND 4", NAMPO\n',
    )
    assert [row["goods_description"] for row in rows] == ["PUMPS, USED", 'PIPES 3" AND 4"']
    assert rows[0]["consignee_name"] == "NAMPO, LTD"


@pytest.mark.parametrize("bill", ["'0012345", '="0012345"', '"=""0012345"""'])
def test_the_mark_of_a_spreadsheet_before_a_text_is_no_part_of_it(bill: str, tmp_path: Path) -> None:
    rows = consignments(tmp_path, f"{HEAD}\n{bill},'CSQU3054383,2024-03-14,DEHAM,KRPUS,PUMPS,'T HART BV\n")
    assert rows[0]["bill_of_lading"] == "0012345"
    assert rows[0]["container_number"] == "CSQU3054383"
    assert rows[0]["consignee_name"] == "'T HART BV"


def test_a_file_without_headings_is_refused_with_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no line of headings: its first line is data; add headings"):
        consignments(tmp_path, "B1,CSQU3054383,2024-03-14,DEHAM,KRPUS,PUMPS,NAMPO\n" * 2)


def test_columns_of_fixed_width_are_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="fixed width, without a delimiter; export it as CSV"):
        consignments(
            tmp_path,
            "BL No   Container No   Manifest Date   POL     Description\n"
            "B1      CSQU3054383    2024-03-14      DEHAM   PUMPS\n",
        )
