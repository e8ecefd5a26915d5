"""`riskscore maps` and `riskscore report --senders`."""

import json
import os

import pytest
from odd_headings import MAP

from riskscore.lake.open import create_lake


@pytest.fixture
def place(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "acme.toml").write_text(MAP)
    (tmp_path / "inbox" / "acme_1.csv").write_text(
        "Bill,Thing,When,Whence,Whither,Stuff\n"
        "HLXB24000117,MSCU1234566,2024-05-01,QWXZY,VNHPH,TILES\n"
        ",MSCU1234566,2024-05-01,CNSHA,VNHPH,OIL\n"
    )
    os.utime(tmp_path / "inbox" / "acme_1.csv", (1, 1))
    create_lake(tmp_path / "lake")
    return tmp_path


@pytest.mark.slow
def test_a_map_is_kept_used_shown_and_removed(riskscore, place):
    lake = ("--lake", place / "lake")
    assert riskscore("maps", "list", *lake).out == "No column map is kept.\n"
    kept = riskscore("maps", "add", "acme", place / "acme.toml", *lake)
    assert (kept.code, kept.err) == (0, "")
    assert "Kept." in kept.out
    assert [row["sender"] for row in json.loads(riskscore("maps", "list", *lake, "--json").out)] == ["acme"]
    ran = riskscore("nightly", *lake, "--inbox", place / "inbox", "--date", "2024-05-01")
    assert ran.code == 0
    printed = " ".join(ran.out.split())
    assert "acme_1.csv: 1 port not understood: QWXZY" in printed
    assert "acme_1.csv: 1 row refused (required) in line 3, because bill_of_lading is empty" in printed
    reported = riskscore("report", "--senders", *lake)
    assert "Night of 2024-05-01." in " ".join(reported.out.split())
    assert "acme" in reported.out
    assert "temperature" not in reported.out, "a column that the sender never fills is no news"
    assert "50%" in reported.out
    record = json.loads(riskscore("report", "--senders", *lake, "--json").out)
    (sender,) = record["senders"]
    assert (sender["rows"], sender["refused"], sender["doubtful"], sender["refused_before"]) == (2, 0.5, 0.5, None)
    assert {field["field"]: field["doubtful"] for field in sender["fields"]}["port_of_loading"] == 0.5
    assert "Removed." in riskscore("maps", "remove", "acme", *lake).out
    assert riskscore("maps", "list", *lake).out == "No column map is kept.\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["report", "--senders", "--out", "x.csv", "--lake", "{place}/lake"], "leave out --from"),
        (["report", "--senders", "--lake", "{place}/lake"], "next nightly run"),
        (["report", "--senders", "--lake", "{place}/none"], "lake init"),
        (["maps", "add", "acme", "{place}/no.toml", "--lake", "{place}/lake"], "no.toml"),
        (["maps", "add", " ", "{place}/acme.toml", "--lake", "{place}/lake"], "empty"),
        (["maps", "remove", "acme", "--lake", "{place}/lake"], "none is kept"),
    ],
)
def test_errors_are_one_line(riskscore, place, arguments, expected):
    ran = riskscore(*(argument.format(place=place) for argument in arguments))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert expected in ran.err


def test_a_map_that_is_saved_is_named(riskscore, place):
    saved = place / "saved.toml"
    ran = riskscore("columns", place / "inbox" / "acme_1.csv", "--columns", place / "acme.toml", "--save", saved)
    assert "The column map is in" in " ".join(ran.out.split())
    assert '"Thing" = "container_number"' in saved.read_text()
