"""A person may say the encoding and the order of dates, in the call or in the column map; the call counts more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from riskscore.errors import SettingsError
from riskscore.manifest.hints import NO_HINTS, Hints, of_map
from riskscore.manifest.outcomes import read_outcomes
from riskscore.manifest.read import read, understand

HEAD = "BL No,Container No,Manifest Date,POL,POD,Description"
AMBIGUOUS = f"{HEAD}\nB1,CSQU3054383,03/04/2024,DEHAM,KRPUS,PUMPS\n"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "m.csv"
    path.write_text(AMBIGUOUS)
    return path


def a_map(folder: Path, text: str) -> Path:
    path = folder / "map.toml"
    path.write_text(text)
    return path


def filed(path: Path, **more: object) -> date:
    moment = read(path, **more).consignments["filed_at"].item()  # type: ignore[arg-type]
    return date(moment.year, moment.month, moment.day)


def test_a_date_that_may_be_two_days_is_refused_with_the_way_out(manifest: Path) -> None:
    read_in = read(manifest)
    assert read_in.quarantine["rule"].to_list() == ["ambiguous_date"]
    (note,) = [note for note in read_in.understood.notes if "more than one way" in note]
    assert "1 date may be read in more than one way, such as 03/04/2024" in note
    assert all(option in note for option in ("--day-first", "--month-first", "--year-first", 'dates = "day-first"'))


def test_a_person_says_what_comes_first(manifest: Path) -> None:
    assert filed(manifest, hints=Hints(date_order="day")) == date(2024, 4, 3)
    assert filed(manifest, hints=Hints(date_order="month")) == date(2024, 3, 4)


def test_the_column_map_says_it_too_and_the_call_counts_more(manifest: Path, tmp_path: Path) -> None:
    mapped = a_map(tmp_path, '[reading]\ndates = "day-first"\n')
    assert filed(manifest, columns=mapped) == date(2024, 4, 3)
    assert filed(manifest, columns=mapped, hints=Hints(date_order="month")) == date(2024, 3, 4)
    assert not [note for note in understand(manifest, columns=mapped).notes if "more than one way" in note]


def test_the_column_map_names_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(f"{HEAD}\nB1,CSQU3054383,2024-04-03,DEHAM,KRPUS,DÖNER\n".encode("cp857"))
    mapped = a_map(tmp_path, '[reading]\nencoding = "cp857"\n[columns]\n"BL No" = "bill_of_lading"\n')
    read_in = read(path, columns=mapped)
    assert read_in.consignments["goods_description"].item() == "DÖNER"
    assert read_in.understood.encoding == "cp857"
    assert read(path, columns=mapped, hints=Hints("cp437")).understood.encoding == "cp437"


def test_outcomes_are_read_with_hints_and_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("bill_of_lading,container_number,inspected_at,finding\nB1,CSQU3054383,03/04/2024,clean\n")
    with pytest.raises(Exception, match="say the order with --day-first"):
        read_outcomes(path)
    assert read_outcomes(path, hints=Hints(date_order="day"))["inspected_at"].item().month == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('reading = "day"\n', r"write \[reading\] as a table"),
        ('[reading]\ndate = "day-first"\n', r"has no key 'date'; .*dates"),
        ('[reading]\ndates = "dayfirst"\n', "is 'dayfirst'; write one of day-first, month-first, year-first"),
        ("[reading]\nencoding = 1252\n", "write the encoding under .reading. as a text"),
        ("[reading]\ndates = [1]\n", "write one of day-first"),
    ],
)
def test_a_wrong_hint_in_the_map_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=message):
        of_map(a_map(tmp_path, text))


def test_hints_fill_each_other_s_gaps() -> None:
    assert Hints("cp1252").before(Hints("cp1251", "day")) == Hints("cp1252", "day")
    assert of_map(None) == NO_HINTS
