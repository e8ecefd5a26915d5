"""What spreadsheets and other programs write around the fields of a CSV file, and files that are none."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from riskscore.errors import ManifestError
from riskscore.manifest.read import read

HEAD = "BL No,Container No,Manifest Date,POL,POD,Description,Consignee"

NOTIFIED = [(1, "CSQU3054383", "KORYO"), (2, "TCLU3093643", "IDEM")]


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


def test_a_blank_before_a_quoted_field_is_mended_where_other_lines_are_fine(tmp_path: Path) -> None:
    rows = consignments(
        tmp_path,
        f"{HEAD}\nB1,CSQU3054383,2024-03-14,DEHAM,KRPUS,PIPES,NAMPO\n"
        'B2,CSQU3054383,2024-03-14,DEHAM,KRPUS, "PUMPS",NAMPO\n'
        'B3,CSQU3054383,2024-03-14,DEHAM,KRPUS,"SIZE 3, ""BIG"" ONES", "NAMPO, LTD"\n',
    )
    assert [row["goods_description"] for row in rows] == ["PIPES", "PUMPS", 'SIZE 3, "BIG" ONES']
    assert rows[2]["consignee_name"] == "NAMPO, LTD"


@pytest.mark.parametrize(
    ("field", "goods"),
    [
        ('3.5" DISK', '3.5" DISK'),
        ('"3.5" DISK, BLACK"', '3.5" DISK, BLACK'),
        ('"5" x 6" PIPE"', '5" x 6" PIPE'),
        ('" DISK', '" DISK'),
    ],
)
def test_one_inch_sign_does_not_spoil_the_lines_that_are_quoted_well(field: str, goods: str, tmp_path: Path) -> None:
    rows = consignments(
        tmp_path,
        f'{HEAD}\nB1,CSQU3054383,2024-03-14,DEHAM,KRPUS,"PUMPS, USED","NAMPO\nLTD"\n'
        f"B2,CSQU3054383,2024-03-14,DEHAM,KRPUS,{field},NAMPO\n"
        'B3,CSQU3054383,2024-03-14,DEHAM,KRPUS,"PUMPS, NEW","NAMPO, LTD"\n',
    )
    assert [row["goods_description"] for row in rows] == ["PUMPS, USED", goods, "PUMPS, NEW"]
    assert [row["consignee_name"] for row in rows] == ["NAMPO LTD", "NAMPO", "NAMPO, LTD"]


def test_quotes_that_nothing_closes_are_said_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    line = "CSQU3054383,2024-03-14,DEHAM,KRPUS"
    file.write_text(f'{HEAD}\nB1,{line},"PUMPS,A\nB2,{line},"VALVES, NEW",B\nB3,{line},"PIPES,C\n')
    manifest = read(file)
    assert manifest.consignments["goods_description"].to_list() == ['"PUMPS', "VALVES, NEW", '"PIPES']
    assert "2 lines (2, 4) do not pair up" in manifest.understood.notes[0]


@pytest.mark.parametrize(("text", "read_as"), [("'1,234.5", 1234.5), ("'900", 900.0), ("'+7", 7.0)])
def test_a_marked_number_is_a_number(text: str, read_as: float, tmp_path: Path) -> None:
    (row,) = consignments(
        tmp_path, f'{HEAD},Gross Weight\nB1,CSQU3054383,2024-03-14,DEHAM,KRPUS,PUMPS,NAMPO,"{text}"\n'
    )
    assert row["gross_weight_kg"] == read_as


def test_a_marked_time_is_a_time(tmp_path: Path) -> None:
    (row,) = consignments(tmp_path, f"{HEAD}\nB1,CSQU3054383,'2024-03-14 10:30,DEHAM,KRPUS,PUMPS,NAMPO\n")
    assert str(row["filed_at"]).startswith("2024-03-14 10:30")


def test_totals_footers_and_repeated_headings_are_left_aside_with_notes(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    row = "CSQU3054383,2024-03-14,DEHAM,KRPUS,PUMPS,A"
    file.write_text(f"{HEAD}\nB1,{row}\nPage 1 of 2\n\ufeff{HEAD}\nB2,{row}\nTOTAL,2\nEnd of report\n", "utf-8")
    manifest = read(file)
    assert (manifest.rows_in, manifest.consignments.height, manifest.balance) == (2, 2, 0)
    notes = "; ".join(manifest.understood.notes)
    assert "1 line with repeated headings was left aside: line 4" in notes
    assert "1 line with totals was left aside: line 6, 'TOTAL'" in notes
    assert "2 lines with footers or rules were left aside: lines 3, 7" in notes


def test_headings_that_are_there_twice_are_named(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_text(f"{HEAD},Weight,Weight\nB1,CSQU3054383,2024-03-14,DEHAM,KRPUS,PUMPS,A,10,12\n")
    assert "several columns have the same heading: 'Weight'" in "; ".join(read(file).understood.notes)


@pytest.mark.parametrize("piece", ['"x,', ',"x', '""', '" ,', '"'])
def test_a_line_of_a_million_quotes_is_no_trap(piece: str, tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    line = "CSQU3054383,2024-03-14,DEHAM,KRPUS"
    file.write_text(f"{HEAD}\nB1,{line},PUMPS,A\n{piece * 300_000}\nB2,{line},VALVES,B\n")
    started = time.process_time()
    manifest = read(file)
    assert manifest.balance == 0
    assert manifest.consignments["bill_of_lading"].to_list() == ["B1", "B2"]
    assert time.process_time() - started < 20


def test_a_million_empty_lines_at_the_end_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    head = "bill_of_lading,container_number,filed_at,port_of_loading,port_of_discharge,goods_description\n"
    path.write_text(head + "\nB1,MSCU1234566,2019-03-25,ECGYE,NLRTM,RICE\n,,,,,\n" + "\n" * 1_000_000)
    manifest = read(path)
    assert manifest.consignments.height == 1
    assert manifest.quarantine.height == 0


def test_of_many_long_headings_a_refusal_names_the_first_only(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        "bill_of_lading," + ",".join(f"column that nobody knows and that is long {n}" for n in range(60)) + "\nB1"
    )
    with pytest.raises(ManifestError, match="and 50 more") as caught:
        read(path)
    assert len(str(caught.value)) < 1_000


def test_a_ditto_mark_takes_the_value_above(tmp_path: Path) -> None:
    second = 'do,TCLU3093643,do,DO,"""",ditto,NAMPO'
    rows = consignments(tmp_path, f"{HEAD}\nB1,CSQU3054383,2024-03-14,DEHAM,KRPUS,PUMPS,NAMPO\n{second}\n")
    names = ("bill_of_lading", "port_of_loading", "port_of_discharge", "goods_description")
    assert [rows[1][name] for name in names] == ["B1", "DEHAM", "KRPUS", "PUMPS"]


def test_a_ditto_mark_below_a_line_that_was_not_read_stands_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    first = "B1,CSQU3054383,2024-03-14,DEHAM,KRPUS,PUMPS,NAMPO"
    file.write_text(
        f"{HEAD}\n{first}\nB2,TCLU3093643,2024-03-14,DEHAM,KRPUS,SODA,NAMPO,LTD\n-do-,MSKU1234565,-do-,,,,\n"
    )
    assert read(file).consignments["container_number"].to_list() == ["CSQU3054383"]


def test_a_word_that_is_the_only_ditto_mark_of_its_row_is_none(tmp_path: Path) -> None:
    head = f"{HEAD},Notify Party"
    lines = [f"B{n},{box},2024-03-14,DEHAM,KRPUS,PUMPS,NAMPO,{notify}" for n, box, notify in NOTIFIED]
    rows = consignments(tmp_path, "\n".join([head, *lines, ""]))
    assert [row["notify_name"] for row in rows] == ["KORYO", "IDEM"]  # the consignee, and not the party above
