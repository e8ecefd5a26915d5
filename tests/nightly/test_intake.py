"""What a night loads: versions numbered on, column maps of senders, and a record of how the files were read."""

import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from odd_headings import MAP

from riskscore.casework import column_maps
from riskscore.casework.column_maps import ColumnMaps
from riskscore.digests import sha256
from riskscore.errors import SettingsError
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.manifest.read import read
from riskscore.nightly import intake
from riskscore.nightly.inbox import Inbox
from riskscore.nightly.run import Night, run_night
from riskscore.runs import log
from riskscore.runs.filings import versions
from riskscore.runs.log import File, Run
from riskscore.selection.capacity import parse
from riskscore.settings import parse_settings

FIRST = date(2024, 5, 1)
HEADINGS = "bill_of_lading,container_number,filed_at,port_of_loading,port_of_discharge,goods_description"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    (tmp_path / "inbox").mkdir()
    return create_lake(tmp_path / "lake")


def _run(lake: Lake, folder: Path, number: int, **files: Sequence[str]) -> tuple[Run, Inbox]:
    """A run with CSV files of the given lines, all of one moment in time."""
    inbox = Inbox(folder / "inbox")
    plan: dict[str, Any] = {"manifests": [], "sent": {}}
    for name, lines in files.items():
        path = inbox.folder / f"{name}.csv"
        path.write_text("\n".join(lines) + "\n")
        os.utime(path, (1_000, 1_000))
        plan["manifests"].append(File(path.name, sha256(path), path.stat().st_size).entry())
        plan["sent"][path.name] = ColumnMaps.of(lake).sent(path.name).entry()
    run = log.begin(lake, number, FIRST + timedelta(number - 1), plan)
    assert run is not None
    return run, inbox


def _row(goods: str, bill: str = "HLXB24000117", filed: str = "2024-05-01 08:00", port: str = "CNSHA") -> str:
    return f"{bill},MSCU1234566,{filed},{port},VNHPH,{goods}"


def test_a_filing_of_a_later_night_goes_on_from_the_number_that_the_lake_has(lake: Lake, tmp_path: Path) -> None:
    nights = [["TILES"], ["TILES", "MARBLE"], ["GRANITE"]]
    for number, goods in enumerate(nights, start=1):
        lines = [_row(each, filed=f"2024-05-0{number} 0{place}:00") for place, each in enumerate(goods, start=7)]
        intake.manifests(lake, *_run(lake, tmp_path, number, acme=[HEADINGS, *lines]))
    kept = lake.read("consignments").collect().sort("filed_at")
    assert kept["version"].to_list() == [1, 2, 3, 4]


def test_a_filing_that_the_lake_has_takes_no_number(lake: Lake, tmp_path: Path) -> None:
    intake.manifests(lake, *_run(lake, tmp_path, 1, acme=[HEADINGS, _row("TILES")]))
    again = [HEADINGS, _row("TILES"), _row("MARBLE", filed="2024-05-02")]
    loaded = intake.manifests(lake, *_run(lake, tmp_path, 2, other=again))
    assert loaded.refused == {"filed_before": 1}
    assert lake.read("consignments").collect().sort("filed_at")["version"].to_list() == [1, 2]


def test_a_number_that_a_file_states_stays(lake: Lake, tmp_path: Path) -> None:
    intake.manifests(lake, *_run(lake, tmp_path, 1, acme=[HEADINGS, _row("TILES")]))
    intake.manifests(lake, *_run(lake, tmp_path, 2, acme=[f"{HEADINGS},version", _row("MARBLE") + ",9"]))
    intake.manifests(lake, *_run(lake, tmp_path, 3, acme=[HEADINGS, _row("GRANITE")]))
    assert sorted(lake.read("consignments").collect()["version"]) == [1, 9, 10]


def _house(goods: str, house: str | None, filed: str = "2024-05-01 08:00") -> str:
    return _row(goods, filed=filed) + f",{house or ''}"


@pytest.mark.parametrize(
    ("nights", "expected"),
    [
        # the only house so far keeps its bill, and its history, when the others come
        ([["H1"], ["H2"], ["H1", "H2"]], {"HLXB24000117": [1, 2], "HLXB24000117 / H2": [1, 2]}),
        # a house that comes alone later is the one that came with others before
        ([["H1", "H2"], ["H2"], ["H3"]], {f"HLXB24000117 / H{n}": [1, 2][: 1 + (n == 2)] for n in (1, 2, 3)}),
        # a master bill, and a house bill that is named only later, stay versions of one consignment
        ([[None], ["H1"], ["H1"]], {"HLXB24000117": [1, 2, 3]}),
    ],
)
def test_houses_of_a_container_are_kept_apart_over_the_nights(
    nights: list[list[str | None]], expected: dict[str, list[int]], lake: Lake, tmp_path: Path
) -> None:
    for number, houses in enumerate(nights, start=1):
        lines = [_house(f"GOODS OF {house}", house, filed=f"2024-05-0{number}") for house in houses]
        run, inbox = _run(lake, tmp_path, number, acme=[f"{HEADINGS},house_bill", *lines])
        loaded = intake.manifests(lake, run, inbox)
        assert (loaded.rows_in, loaded.accepted, loaded.refused) == (len(lines), len(lines), {})
    kept = lake.read("consignments").sort("filed_at").collect()
    found = kept.group_by("bill_of_lading", maintain_order=True).agg("version", "house_bill", "started")
    assert dict(found.select("bill_of_lading", "version").iter_rows()) == expected
    assert all(len(set(houses) - {None}) == 1 for houses in found["house_bill"])
    assert all(len(set(days)) == 1 for days in found["started"])
    latest, _ = versions(lake, run)
    assert latest["house_bill"].to_list() == nights[-1]


def test_a_night_says_how_each_file_was_read(lake: Lake, tmp_path: Path) -> None:
    lines = [HEADINGS, _row("TILES", port="QWXZY"), _row("", bill="B2"), _row("OIL", bill="")]
    told = intake.manifests(lake, *_run(lake, tmp_path, 1, acme_0105=lines)).entry()
    (file,) = told["read"]
    assert (file["file"], file["sender"], file["rows_in"]) == ("acme_0105.csv", "acme", 3)
    assert [kind["sentence"] for kind in file["not_understood"]] == ["1 port not understood: QWXZY"]
    assert sum(rule["rows"] for rule in file["refused"]) == 2
    assert sorted(line for rule in file["refused"] for line in rule["lines"]) == [3, 4]
    assert str(tmp_path) not in str(told)


def test_the_lake_keeps_what_each_sender_leaves_out_and_gets_wrong(lake: Lake, tmp_path: Path) -> None:
    lines = [HEADINGS, _row("TILES", port="QWXZY"), _row("OIL", bill=""), _row("COAL", bill="B3")]
    loaded = intake.manifests(lake, *_run(lake, tmp_path, 1, acme_0105=lines))
    kept = lake.read("quality").collect()
    assert kept["sender"].unique().to_list() == ["acme"]
    assert kept["rows"].unique().to_list() == [3]
    counts = {row["field"]: (row["missing"], row["refused"], row["doubtful"]) for row in kept.iter_rows(named=True)}
    assert counts[None] == (0, 1, 1)
    assert counts["bill_of_lading"] == (0, 1, 0)
    assert counts["port_of_loading"] == (0, 0, 1)
    assert counts["gross_weight_kg"] == (2, 0, 0)
    assert counts["port_of_discharge"] == (0, 0, 0)
    assert loaded.entry()["senders"] == [
        {"sender": "acme", "rows": 3, "refused": 1, "doubtful": 1, "fields": ["bill_of_lading", "port_of_loading"]}
    ]


@pytest.mark.parametrize(
    ("name", "sender"),
    [
        ("ACME_2024-05-01.csv", "acme"),
        ("acme 1May2024 (2).xlsx", "acme"),
        ("Acme-Lines_20240501T0830.csv.gz", "acme lines"),
        ("manifest-acme-3f2504e0-4f89-11d3-9a0c-0305e82c3301.json", "manifest acme"),
        ("2024-05-01.parquet", "unnamed"),
        ("acme.import.csv.gz", "acme import"),
        ("may_day_lines_7.csv", "may day lines"),
        ("ИМПОРТ_0105.csv", "импорт"),
    ],
)
def test_the_words_of_a_name_are_the_sender_of_a_file(lake: Lake, name: str, sender: str) -> None:
    assert ColumnMaps.of(lake).sent(name).sender == sender


def test_settings_name_senders_by_patterns(lake: Lake) -> None:
    settings = parse_settings({"senders": {"Acme": ["ac*", "x-??.csv"], "Bolt": "b*"}})
    maps = ColumnMaps(ColumnMaps.of(lake).rows, settings.senders)
    assert [maps.sent(name).sender for name in ("ACME_1.csv", "x-01.csv", "bolt.csv", "cargo.csv")] == [
        "Acme", "Acme", "Bolt", "cargo",
    ]  # fmt: skip
    with pytest.raises(SettingsError, match="Acme"):
        parse_settings({"senders": {"Acme": 7}})


def test_the_map_of_a_sender_reads_its_files_and_no_others(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(MAP)
    column_maps.add(lake, "acme", tmp_path / "acme.toml")
    odd = ["Bill,Thing,When,Whence,Whither,Stuff", _row("TILES")]
    run, inbox = _run(lake, tmp_path, 1, acme_1=odd, bolt_1=[HEADINGS, _row("COAL", bill="B2")])
    column_maps.remove(lake, "acme")  # the plan has its own copy, so a resumed run reads the same
    assert ColumnMaps.of(lake).sent("acme_1.csv").map is None
    loaded = intake.manifests(lake, run, inbox).entry()
    assert (loaded["accepted"], [file["map"] for file in loaded["read"]]) == (2, [True, False])


def test_a_narrow_pattern_counts_before_a_wide_one_and_names_the_sender(lake: Lake, tmp_path: Path) -> None:
    texts = {"wide": MAP, "narrow": MAP + "# narrow\n", "all": MAP + "# all\n"}
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(text)
    column_maps.add(lake, "Bolt Lines", tmp_path / "wide.toml", pattern="b*")
    column_maps.add(lake, "Bolt Lines", tmp_path / "narrow.toml", pattern="bolt_export*")
    column_maps.add(lake, "Bolt Lines", tmp_path / "all.toml")
    sent = ColumnMaps.of(lake).sent
    assert [(sent(name).sender, sent(name).map.text) for name in ("b1.csv", "bolt_export_1.csv")] == [  # type: ignore[union-attr]
        ("Bolt Lines", texts["wide"]),
        ("Bolt Lines", texts["narrow"]),
    ]
    assert sent("cargo.csv").map is None


def test_wrong_maps_are_refused_in_one_line(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[columns]\n"Box" = "contaner_number"\n')
    with pytest.raises(SettingsError, match="container_number"):
        column_maps.add(lake, "acme", path)
    with pytest.raises(SettingsError, match="none is kept"):
        column_maps.remove(lake, "acme")
    assert lake.read("maps").collect().is_empty()


@pytest.mark.slow
def test_a_night_reads_the_files_of_a_sender_with_its_map(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(MAP)
    odd = tmp_path / "inbox" / "acme.csv"
    odd.write_text("Bill,Thing,When,Whence,Whither,Stuff\n" + _row("TILES") + "\n")
    os.utime(odd, (1, 1))
    night = Night(lake, Inbox(tmp_path / "inbox"), None, parse({"default": {"boxes": 1}}))
    assert "cannot be read" in run_night(night, FIRST).left[0].why
    column_maps.add(lake, "acme", tmp_path / "acme.toml")
    counts = run_night(night, FIRST).counts
    assert counts is not None
    assert counts["scores"]["scored"] == 1
    assert read(tmp_path / "inbox" / "done" / "acme.csv", columns=tmp_path / "acme.toml").accepted == 1
