"""`riskscore slate`, `record` and `report`: one night from the draw to the report, and errors of one line."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskscore.lake.open import create_lake

NIGHT = "2024-03-01"
REASON = {"indicator": 1, "feature": "x", "sentence": "=1+1 [b]is new", "check": "", "contribution": 1.0}


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """One night of sixty consignments at two ports, with made-up scores."""
    new_lake = create_lake(tmp_path / "lake")
    probability = np.linspace(0.6, 0.01, 60)
    key = pl.DataFrame(
        {
            "bill_of_lading": [f"BL{row:04}" for row in range(60)],
            "container_number": [f"TOYU{row:07}" for row in range(60)],
            "filed_at": [datetime(2024, 3, 1, tzinfo=UTC)] * 60,
            "port_of_loading": ["NGAPP"] * 60,
            "port_of_discharge": ["VNHPH", "SGSIN"] * 30,
        }
    )
    scores = key.with_columns(
        port="port_of_discharge",
        probability=pl.Series(probability),
        margin=pl.Series(np.log(probability / (1 - probability))),
        reasons=pl.Series([[REASON]] * 60),
        model=pl.lit("toy"),
    )
    new_lake.append("consignments", key, run=1, night=date(2024, 3, 1))
    new_lake.append("scores", scores, run=1, night=date(2024, 3, 1))
    return tmp_path / "lake"


@pytest.fixture
def drawn(riskscore, lake) -> Path:
    assert riskscore("slate", "--lake", lake, "--date", NIGHT, "--seed", "lottery 7").code == 0
    return lake


def test_a_slate_is_drawn_once_and_shown(riskscore, lake, tmp_path):
    capacity = tmp_path / "ports.toml"
    capacity.write_text("[default]\nboxes = 5\nscans = 1\ndocuments = 1\naudits = 1\n")
    words = ("--date", NIGHT, "--capacity", capacity, "--seed", "lottery 7")
    first = riskscore("slate", "--lake", lake, *words)
    assert (first.code, first.err) == (0, "")
    assert "VNHPH, 2024-03-01: open 5 of 5" in first.out
    assert "=1+1 [b]is new" in first.out
    assert "Drawn. Seed of the draw, as published: lottery 7." in first.out
    again = riskscore("slate", "draw", "--lake", lake, *words)
    assert "Nothing was changed" in again.out
    other = riskscore("slate", "--lake", lake, "--date", NIGHT)
    assert (other.code, other.err.count("\n")) == (2, 1)
    assert "a slate is drawn once" in other.err
    shown = riskscore("slate", "show", "--lake", lake, "--date", NIGHT, "--port", "sgsin")
    assert "SGSIN" in shown.out
    assert "VNHPH" not in shown.out
    record = json.loads(riskscore("slate", "show", "--lake", lake, "--date", NIGHT, "--json").out)
    assert (record["date"], record["seed"], record["published"], record["candidates"]) == (NIGHT, "lottery 7", True, 60)
    assert len(record["slate"]) == 16
    assert record["slate"][0]["first_reason"] == "=1+1 [b]is new"


def test_officers_strike_and_add_boxes(riskscore, drawn):
    box = ("--date", NIGHT, "--bill", "BL0000", "--container", "toyu 0000000", "--reason", "gone")
    struck = riskscore("slate", "strike", "--lake", drawn, *box)
    assert struck.code == 0
    assert " ".join(struck.out.split()) == (
        "Container TOYU0000000 on bill BL0000 was struck. The slate of VNHPH on 2024-03-01 now opens 9 of 10 boxes."
    )
    record = json.loads(riskscore("slate", "add", "--lake", drawn, *box, "--json").out)
    assert (record["change"], record["share"], record["opened"], record["boxes"]) == ("added", "score", 10, 10)
    assert "added: gone" in riskscore("slate", "show", "--lake", drawn, "--date", NIGHT).out


def test_findings_are_recorded_and_reported(riskscore, drawn, tmp_path):
    file = tmp_path / "found.csv"
    file.write_text(
        "bill_of_lading,container_number,inspected_at,known_at,finding,commodity,quantity_kg\n"
        "BL0000,TOYU0000000,2024-03-04,2024-03-05,seizure,=ivory,1250\n"
        "BL0001,TOYU0000001,2024-03-04,2024-03-05,clean,,\n"
        "BL9999,TOYU0000001,2024-03-04,2024-03-05,clean,,\n"
        "BL0002,TOYU0000002,2024-03-04,2024-03-05,who knows,,\n"
    )
    first = json.loads(riskscore("record", "--lake", drawn, file, "--json").out)
    counts = ("rows", "added", "repeated", "refused", "unknown")
    assert [first[name] for name in counts] == [4, 2, 0, 1, 1]
    again = riskscore("record", "--lake", drawn, file)
    assert "4 read = 0 recorded + 2 recorded before + 1 that break a rule + 1 of unknown" in again.out
    assert "it is on BL0001" in " ".join(again.out.split())
    hand = ("--bill", "BL0001", "--container", "TOYU0000001", "--inspected-at", "2024-03-04", "--finding", "irregular")
    assert "Corrections: 1." in " ".join(riskscore("record", "--lake", drawn, *hand).out.split())
    printed = riskscore("report", "--lake", drawn)
    assert (printed.code, printed.err) == (0, "")
    for part in ("Hit rate by share", "By port", "By month", "By commodity", "Cases by year", "=ivory", "toy"):
        assert part in printed.out
    for ending in ("csv", "json", "html"):
        assert riskscore("report", "--lake", drawn, "--out", tmp_path / f"r.{ending}").code == 0
    assert "'=ivory" in (tmp_path / "r.csv").read_text()
    assert json.loads((tmp_path / "r.json").read_text())["years"][0]["cases"] == 1
    assert "<svg" in (tmp_path / "r.html").read_text()
    by_port = json.loads(
        riskscore("report", "--lake", drawn, "--by", "port", "--from", NIGHT, "--to", NIGHT, "--json").out
    )
    assert {"port", "rates", "unseen", "years", "notes"} <= set(by_port)
    assert not {"month", "commodity"} & set(by_port)


REFUSED: dict[str, tuple[list[str], str]] = {
    "show where nothing is drawn": (
        ["slate", "show", "--lake", "{lake}", "--date", "2024-04-01"],
        "no slate was drawn",
    ),
    "draw where nothing is scored": (["slate", "--lake", "{lake}", "--date", "2024-04-01"], "no scores for 2024-04-01"),
    "draw where no lake is": (["slate", "--lake", "{tmp}/no", "--date", NIGHT], "no lake"),
    "a capacity that is not there": (
        ["slate", "--lake", "{lake}", "--date", NIGHT, "--capacity", "{tmp}/no.toml"],
        "cannot read the capacities",
    ),
    "a capacity that is none": (
        ["slate", "--lake", "{lake}", "--date", NIGHT, "--capacity", "{tmp}/odd.toml"],
        "not valid TOML",
    ),
    "a port that is none": (
        ["slate", "show", "--lake", "{lake}", "--date", NIGHT, "--port", "XXXXX"],
        "the ports of that night are SGSIN, VNHPH",
    ),
    "a full slate": (
        [
            "slate",
            "add",
            "--lake",
            "{lake}",
            "--date",
            NIGHT,
            "--bill",
            "BL0058",
            "--container",
            "TOYU0000058",
            "--reason",
            "x",
        ],
        "is full",
    ),
    "no reason": (
        [
            "slate",
            "strike",
            "--lake",
            "{lake}",
            "--date",
            NIGHT,
            "--bill",
            "BL0000",
            "--container",
            "TOYU0000000",
            "--reason",
            " ",
        ],
        "without a reason",
    ),
    "a finding that is none": (
        ["record", "--lake", "{lake}", "--bill", "B", "--container", "C", "--finding", "odd"],
        "one of clean",
    ),
    "a finding without a bill": (["record", "--lake", "{lake}", "--finding", "clean"], "--bill, --container"),
    "nothing to record": (["record", "--lake", "{lake}"], "nothing to record"),
    "files and a finding": (["record", "--lake", "{lake}", "{tmp}/odd.toml", "--finding", "clean"], "not both"),
    "an unknown box": (
        ["record", "--lake", "{lake}", "--bill", "B", "--container", "C", "--finding", "clean"],
        "no container C",
    ),
    "no number": (
        ["record", "--lake", "{lake}", "--bill", "B", "--container", "C", "--finding", "clean", "--quantity-kg", "inf"],
        "a number, not inf",
    ),
    "a selection that is none": (
        ["record", "--lake", "{lake}", "--bill", "B", "--container", "C", "--finding", "clean", "--selected-by", "me"],
        "one of score",
    ),
    "a report of no known kind": (["report", "--lake", "{lake}", "--out", "{tmp}/r.pdf"], ".csv, .json, .html"),
    "a report to nowhere": (["report", "--lake", "{lake}", "--out", "{tmp}/no/r.html"], "no folder"),
    "a period turned around": (["report", "--lake", "{lake}", "--from", "2024-03-02", "--to", NIGHT], "is after"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_errors_are_one_line_and_change_nothing(case, riskscore, drawn, tmp_path):
    (tmp_path / "odd.toml").write_text("boxes = ")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    words, expected = REFUSED[case]
    ran = riskscore(*(word.format(tmp=tmp_path, lake=drawn) for word in words))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert expected in ran.err
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize(
    "words", [["slate"], *(["slate", name] for name in ("draw", "show", "add", "strike")), ["record"], ["report"]]
)
def test_help_has_examples(words, riskscore):
    ran = riskscore(*words, "--help")
    assert ran.code == 0
    assert words == ["slate"] or "Example" in ran.out
