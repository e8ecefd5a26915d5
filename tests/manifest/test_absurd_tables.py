"""Tables with absurdly long cells, many blank rows or lines with hardly anything in them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import polars as pl
import pytest

from riskscore.cells import goods_items
from riskscore.errors import ManifestError
from riskscore.manifest.decoding import encodings
from riskscore.manifest.formats import blocks, delimited, quotes, ragged, records
from riskscore.manifest.read import Manifest, read

HEAD = "BL No,Container No,Manifest Date,POL,POD,Description,Consignee"
ROW = "B{},CSQU3054383,2024-03-14,DEHAM,KRPUS,{},NAMPO"


def manifest(folder: Path, text: str, name: str = "m.csv") -> Manifest:
    (folder / name).write_text(text, "utf-8")
    found = read(folder / name)
    assert found.balance == 0
    return found


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 256)
    monkeypatch.setattr(blocks, "_SMALL_BLOCK", 128)
    monkeypatch.setattr(blocks, "MAX_CELL", 500)


@pytest.mark.usefixtures("small_blocks")
def test_lines_keep_their_numbers_over_blocks_blank_rows_and_ragged_lines(tmp_path: Path) -> None:
    lines = [ROW.format(n, "PUMPS") for n in range(40)]
    lines[3] = ",,,,,,"
    lines[9] = ""
    lines[14] = "B14,CSQU3054383"
    lines[21] = ROW.format(21, "PUMPS") + ",MORE"
    lines[25] = ' , ,"",,,,'
    lines[30] = ROW.format(30, '"OF\ntwo lines"')
    lines[33] = "B33"
    found = manifest(tmp_path, "\n".join([HEAD, *lines]) + "\n,,,,,,\n" * 50)
    assert found.quarantine["line"].to_list() == [16, 23, 36]
    assert found.consignments["bill_of_lading"].to_list() == [
        f"B{n}" for n in range(40) if n not in (3, 9, 14, 21, 25, 33)
    ]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("text", ["X" * 5_000, '"' + "X,Y " * 1_000 + '"', '"' + "X" * 5_000 + '""Y"'])
def test_a_long_cell_is_cut_with_a_note(text: str, tmp_path: Path) -> None:
    lines = [ROW.format(1, "PUMPS"), ROW.format(2, text), ROW.format(3, "PIPES")]
    found = manifest(tmp_path, "\n".join([HEAD, *lines]))
    assert found.consignments["bill_of_lading"].to_list() == ["B1", "B2", "B3"]
    assert found.consignments["goods_description"].str.len_chars().to_list()[1] in (499, 500)
    assert ragged.CUT in found.understood.notes


def test_a_cut_text_ends_with_a_whole_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MAX_CELL", 5)
    assert blocks._without_long_texts("a,ééééé,b".encode(), ",") == ("a,éé,b".encode(), 1)


def test_a_line_of_headings_that_does_not_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="line of headings of more than 131,072 bytes; give each column"):
        manifest(tmp_path, HEAD.replace("Consignee", "C" * 200_000) + "\n" + ROW.format(1, "PUMPS"))


def test_a_long_file_of_lines_with_hardly_anything_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(delimited, "_FREE_LINES", 100)
    with pytest.raises(ManifestError, match=r"150 lines of 1\.4 characters on average, too few for a bill"):
        manifest(tmp_path, HEAD + "\nx" * 150)
    rows = [ROW.format(n, "PUMPS") for n in range(3)]
    blank = manifest(tmp_path, "\n".join([HEAD, *rows, *[",,,,,,"] * 500, ROW.format(4, "PIPES")]))
    assert blank.consignments.height == 4


def test_blank_fields_at_the_end_of_a_line_are_no_fields_however_many(tmp_path: Path) -> None:
    found = manifest(tmp_path, f"{HEAD}\n{ROW.format(1, 'PUMPS')}{',' * 200_000}\n")
    assert found.consignments["bill_of_lading"].to_list() == ["B1"]


def test_rows_over_several_lines_are_found_where_a_part_of_the_text_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "".join(f'{n},"A\nB",3.5" DISK\n' if n % 7 else f'{n},"OPEN,C\n' for n in range(200)).encode()
    whole = quotes.mend(body, ",", 3, certain=True)
    monkeypatch.setattr(quotes, "_STEP", 300)
    assert quotes.mend(body, ",", 3, certain=True) == whole


def test_a_json_text_of_signs_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(records, "_FREE_VALUES", 100)
    with pytest.raises(ManifestError, match="values and objects of 2 characters on average"):
        manifest(tmp_path, "[" + ",".join(["{}"] * 200) + "]", "m.json")


def test_a_long_record_is_read_as_a_short_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cells = ("BL", "Container No", "Manifest Date", "POL", "POD", "Description", "Consignee")
    row = dict(zip(cells, ROW.format(1, 'PUMPS "A" Ü').split(","), strict=True))
    text = json.dumps([{**row, "goods_items": [{"goods_description": 'A "B"\n', "package_count": 3}]}])
    found = manifest(tmp_path, text, "m.json")
    monkeypatch.setattr(records, "MAX_CELL", 100)
    assert manifest(tmp_path, text, "m.json").consignments.equals(found.consignments)
    long = manifest(tmp_path, json.dumps([row | {"Description": "X" * 300}]), "m.json")
    assert long.consignments["goods_description"].to_list() == ["X" * 100]
    assert ragged.CUT in long.understood.notes


def test_ragged_lines_are_kept_in_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ragged, "_CHUNK", 2)
    kept = ragged.Ragged(3, ",", quoted=True)
    for number, text in ((1, "a,b"), (2, ","), (5, "a,b,c,d"), (7, 'a,"b\n1,2,3"')):
        kept.add(number, text)
    assert (kept.count, kept.swallows) == (4, True)
    assert kept.numbers.to_list() == [1, 2, 5, 7]
    assert kept.short.rows() == [("a", "b", None, 1), ("a", "b\n1,2,3", None, 7)]
    assert kept.long.equals(pl.DataFrame({"_number": [5], "text": ["a,b,c,d"]}))


@pytest.mark.parametrize("quoted", [True, False])
def test_a_ragged_line_with_a_long_cell_keeps_its_other_cells(monkeypatch: pytest.MonkeyPatch, quoted: bool) -> None:
    monkeypatch.setattr(ragged, "_LONG", 10)
    monkeypatch.setattr(ragged, "MAX_CELL", 20)
    long, mark = "X" * 30, '"' if quoted else ""
    kept = ragged.Ragged(4, ",", quoted=quoted)
    texts = (f"a,{mark}{long}{mark},c", f"a,{long},c,d,more", f"a,{long},c,d,, {mark}{mark},")
    for number, text in enumerate(texts, 1):
        kept.add(number, text)
    assert [row[:3] for row in kept.short.rows()] == [("a", "X" * 20, "c")] * 2
    assert kept.long.rows() == [(2, "a," + "X" * 18)]
    assert kept.cut == 3


def test_a_long_quoted_cell_of_a_short_line_may_hold_delimiters(tmp_path: Path) -> None:
    text = '"' + "PUMPS, " * 30_000 + 'SIZE ""5"""'
    found = manifest(tmp_path, f"{HEAD}\n{ROW.format(1, text).removesuffix(',NAMPO')}\n")
    assert found.consignments["bill_of_lading"].to_list() == ["B1"]


@pytest.mark.parametrize("name", ["m.json", "m.csv"])
def test_goods_lines_of_a_row_that_are_too_many_are_left_out_with_a_note_and_the_box_stays(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goods_items, "MOST", 5)
    monkeypatch.setattr(records, "MOST", 5)
    row = dict(zip(HEAD.split(","), ROW.format(1, "RICE").split(","), strict=True))
    items = [[{"goods_description": f"RICE {n}"} for n in range(count)] for count in (6, 5)]
    rows = [row | {"BL No": f"B{n}", "goods_items": several} for n, several in enumerate(items)]
    text = json.dumps(rows)
    if name == "m.csv":
        cells = [json.dumps(several).replace('"', '""') for several in items]
        text = "\n".join([f"{HEAD},goods_items", *(f'{ROW.format(n, "RICE")},"{cells[n]}"' for n in range(2))])
    found = manifest(tmp_path, text, name)
    assert found.consignments["goods_items"].list.len().to_list() == [1, 5]
    assert "goods_items: 1 row with more than 5 goods lines, which were left out" in found.understood.notes


def test_random_bytes_are_refused_before_their_encoding_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings.code_pages, "find", None)
    (tmp_path / "m").write_bytes(random.Random(1).randbytes(300_000))  # noqa: S311  (repeatable)
    with pytest.raises(ManifestError, match="is not in a format that can be read"):
        read(tmp_path / "m")
