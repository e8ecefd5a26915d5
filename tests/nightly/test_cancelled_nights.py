"""Cancellations over files and nights: before and after the bill, in one moment with it, and bills filed again."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from riskscore.digests import sha256
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.nightly import intake
from riskscore.nightly.inbox import Inbox
from riskscore.runs import log
from riskscore.runs.filings import versions
from riskscore.runs.log import File

FIRST = date(2026, 7, 3)


def _message(function: int, day: int, goods: str, house: str = "", number: int = 1) -> str:
    bill = f"RFF+BH:{house}'RFF+MB:DRWN77'" if house else "RFF+BM:DRWN77'"
    return (
        f"UNH+{number}+CUSCAR:D:95B:UN'BGM+785+D{number}+{function}'DTM+137:202607{day:02}1800:203'"
        "TDT+20+31W+1++DRWN:172:20+++9501813:146::DARROW WREN'LOC+9+CNSHA:139:6'LOC+11+GHTEM:139:6'"
        f"EQD+CN+TGBU4471200+22G1:102:5'CNI+1'{bill}LOC+9+CNSHA:139:6'LOC+11+GHTEM:139:6'NAD+CN+++BUYER TWO'"
        f"GID+1+100:CT'FTX+AAA+++{goods}'MEA+AAE+G+KGM:18000'SGP+TGBU4471200+100'UNT+18+{number}'"
    )


def _interchange(*messages: str) -> str:
    return "UNB+UNOA:2+DRWN+GHCUS+260702:1800+X1'" + "".join(messages) + f"UNZ+{len(messages)}+X1'"


def _filed(day: int, goods: str = "TILES", house: str = "", number: int = 1) -> str:
    return _message(9, day, goods, house, number)


def _cancelled(day: int, house: str = "") -> str:
    return _message(1, day, "TILES", house)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    (tmp_path / "inbox").mkdir()
    return create_lake(tmp_path / "lake")


def _night(lake: Lake, folder: Path, number: int, files: dict[str, str]) -> list[str]:
    """Load a night whose `files` (name -> text) were written one after the other; return the goods that are scored."""
    entries = []
    for place, (name, text) in enumerate(files.items()):
        path = folder / "inbox" / f"{name}{number}.edi"
        path.write_text(text)
        os.utime(path, (1_000 + place, 1_000 + place))
        entries.append(File(path.name, sha256(path), path.stat().st_size).entry())
    run = log.begin(lake, number, FIRST + timedelta(number - 1), {"manifests": entries})
    assert run is not None
    loaded = intake.manifests(lake, run, Inbox(folder / "inbox"))
    assert loaded.rows_in == loaded.accepted + sum(loaded.refused.values())
    return versions(lake, run)[0]["goods_description"].to_list()


@pytest.mark.parametrize(
    ("nights", "scored"),
    [
        ([_filed(2), _cancelled(3), _filed(4, "MARBLE")], [["TILES"], [], ["MARBLE"]]),
        ([_cancelled(3), _filed(2), _filed(4, "MARBLE")], [[], [], ["MARBLE"]]),
        ([_filed(2), _cancelled(2), _filed(2, "MARBLE")], [["TILES"], [], ["MARBLE"]]),
        ([_filed(4), _cancelled(3), _filed(2, "MARBLE")], [["TILES"], [], []]),
        ([_filed(2, house="H1"), _cancelled(3, "H2"), _cancelled(3, "H1")], [["TILES"], [], []]),
    ],
)
def test_a_cancellation_holds_until_the_bill_is_filed_again(
    nights: list[str], scored: list[list[str]], lake: Lake, tmp_path: Path
) -> None:
    found = [_night(lake, tmp_path, at, {"m": _interchange(text)}) for at, text in enumerate(nights, start=1)]
    assert found == scored


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_in_one_moment_the_file_that_was_written_later_counts(
    names: tuple[str, str], lake: Lake, tmp_path: Path
) -> None:
    texts = (_interchange(_cancelled(2)), _interchange(_filed(2, "MARBLE")))
    assert _night(lake, tmp_path, 1, dict(zip(names, texts, strict=True))) == ["MARBLE"]
    assert _night(lake, tmp_path, 2, dict(zip(names, reversed(texts), strict=True))) == []


def test_a_bill_that_one_message_cancels_and_the_next_files_anew_is_scored(lake: Lake, tmp_path: Path) -> None:
    anew = _interchange(_cancelled(2), _filed(2, "MARBLE", number=2))
    assert _night(lake, tmp_path, 1, {"m": anew}) == ["MARBLE"]


def test_a_table_is_cancelled_by_its_house_bill(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "inbox" / "t.csv").write_text(
        "bill_of_lading,house_bill,container_number,filed_at,port_of_loading,port_of_discharge,goods_description\n"
        "DRWN77,H1,TGBU4471200,2026-07-01,CNSHA,GHTEM,TILES\n"
    )
    os.utime(tmp_path / "inbox" / "t.csv", (1, 1))
    file = File("t.csv", sha256(tmp_path / "inbox" / "t.csv"), (tmp_path / "inbox" / "t.csv").stat().st_size)
    run = log.begin(lake, 1, FIRST, {"manifests": [file.entry()]})
    assert run is not None
    intake.manifests(lake, run, Inbox(tmp_path / "inbox"))
    late = _interchange(_cancelled(3, "H1"), _filed(1, "LATE TILES", "H1", number=2))
    assert _night(lake, tmp_path, 2, {"m": late}) == []
    kept = lake.read("consignments").collect()
    assert kept["bill_of_lading"].unique().to_list() == ["DRWN77"]
