"""A file that ends, fills or stops the process that looks at it is one line, and the night goes on."""

import dataclasses
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from crafted import CRAFTED, DOING, GOOD, arrive

from riskscore.lake.open import create_lake
from riskscore.nightly import apart, looking
from riskscore.nightly.apart import Apart, Limits
from riskscore.nightly.inbox import Inbox
from riskscore.nightly.run import Night, run_night
from riskscore.pages.night import render
from riskscore.selection.capacity import parse
from riskscore.settings import NONE, Settings, parse_settings


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def crafted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the files called CRAFTED do what their names say to the process that looks at them."""
    monkeypatch.setattr(apart, "_START", DOING)
    monkeypatch.setattr(apart, "SECONDS", 3.0)


@pytest.mark.slow
@pytest.mark.usefixtures("crafted")
def test_each_end_of_the_process_is_a_reason_and_the_next_file_is_read(inbox: Path) -> None:
    with Apart(NONE) as process:
        found = {}
        for name in CRAFTED:
            found[name] = process.look(arrive(inbox, name, GOOD.format(name)), looking.MANIFEST)
            good = process.look(arrive(inbox, "good.csv", GOOD.format("B1")), looking.MANIFEST)
            assert good.what == apart.READABLE
    whats = {name: verdict.what for name, verdict in found.items()}
    assert whats == dict.fromkeys(CRAFTED, apart.UNREADABLE) | {"prints.csv": apart.READABLE}
    assert "SIGABRT" in found["ends.csv"].why
    assert "SIGSEGV" in found["faults.csv"].why
    assert "emory" in found["fills.csv"].why
    assert "takes more than 3 s" in found["loops.csv"].why
    assert "a defect" in found["raises.csv"].why


@pytest.mark.slow
@pytest.mark.usefixtures("crafted")
def test_a_night_with_crafted_files_scores_the_good_ones_and_names_the_others(inbox: Path, tmp_path: Path) -> None:
    for place, name in enumerate(CRAFTED):
        arrive(inbox, name, GOOD.format(name))
        arrive(inbox, f"good-{place}.csv", GOOD.format(f"B{place}"))
    os.mkfifo(inbox / "pipe.csv")
    (inbox / "zero.csv").symlink_to("/dev/zero")
    with (inbox / "holes.csv").open("wb") as file:
        file.truncate(2**40)
    night = Night(create_lake(tmp_path / "lake"), Inbox(inbox), None, parse({"default": {"boxes": 3}}))
    result = run_night(night, date(2024, 1, 1), force=True)
    bad = {*CRAFTED, "pipe.csv", "zero.csv", "holes.csv"} - {"prints.csv"}
    assert result.counts is not None
    assert result.unreadable
    assert {file.name for file in result.left} == bad
    assert result.counts["scores"]["scored"] == len(CRAFTED) + 1
    assert all(os.path.lexists(inbox / name) for name in bad)
    page = render(result.counts, [], [result.counts])
    assert all(name in page for name in bad)


def test_declarations_reach_the_process(inbox: Path) -> None:
    table: dict[str, Any] = {
        "row": {"key": "ID", "lacks": ["container_number", "port_of_loading"]},
        "columns": {"When": "filed_at", "To": "port_of_discharge", "What": "goods_description"},
        "outcome": {"finding": "Result", "words": {"hit": "seizure"}},
        "field": {"rate": {"from": "Rate", "kind": "number"}},
        "senders": {"acme": ["a*"]},
        "training": {"allow": ["rate"]},
    }
    settings = parse_settings(table)
    assert Settings.of_entry(json.loads(json.dumps(settings.entry()))) == settings
    assert Settings.of_entry(json.loads(json.dumps(NONE.entry()))) == NONE
    path = arrive(inbox, "a.csv", "ID,When,To,What,Rate\n1,2024-01-01,VNHPH,RESIN,2\n")
    with Apart(settings) as process:
        assert process.look(path, looking.MANIFEST).what == apart.READABLE
    with Apart(NONE) as process:
        assert process.look(path, looking.MANIFEST).what == apart.UNREADABLE


def test_limits_grow_with_the_file_and_a_service_can_raise_them(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Limits.of(1_000)
    assert Limits.of(10**6).seconds > usual.seconds
    monkeypatch.setenv("RISKSCORE_LIMITS", "2")
    assert Limits.of(1_000).seconds == 2 * usual.seconds
    assert dataclasses.astuple(Limits.of(2**50))[0] < 2**50


@pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("ms"), pl.Binary])
def test_lists_that_a_library_cannot_write_as_text_are_read(dtype: pl.DataType, tmp_path: Path) -> None:
    values = [b"\xff\xfe"] if dtype == pl.Binary else [10**18 if dtype == pl.Datetime("ms") else 2**31 - 1]
    inner = dtype if dtype == pl.Binary else (pl.Int32 if dtype == pl.Date else pl.Int64)
    row = pl.read_csv(GOOD.format("B1").encode())
    odd = pl.Series("Marks", [values], dtype=pl.List(inner)).cast(pl.List(dtype))
    path = tmp_path / "odd.parquet"
    row.with_columns(odd).write_parquet(path)
    with Apart(NONE) as process:
        assert process.look(path, looking.MANIFEST).what == apart.READABLE
