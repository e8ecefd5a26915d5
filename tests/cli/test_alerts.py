"""`riskscore alerts`: every command, and errors of one line."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskscore.lake.open import create_lake

Riskscore = Callable[..., Any]
CSV = """id,kind,name,provider,reliability,handling,reason
1,party,Greenfield Commodities,Customs A,B2,green,=1+1
2,party,<b>Sea Pearl</b>,Customs A,,red,\u202eevil
3,rumour,X,Customs A,,,
"""


@pytest.fixture
def lake(tmp_path: Path, riskscore: Riskscore) -> Path:
    """A lake with two alerts and one consignment."""
    new_lake = create_lake(tmp_path / "lake")
    row = {
        "bill_of_lading": ["BL1"],
        "container_number": ["MSCU1234565"],
        "filed_at": [datetime(2024, 3, 1, tzinfo=UTC)],
        "shipper_name": ["GREENFIELD COMMODITIES GMBH"],
        "port_of_loading": ["NGAPP"],
        "port_of_discharge": ["VNHPH"],
        "goods_description": ["GRANULES"],
    }
    pl.DataFrame(row).write_parquet(tmp_path / "night.parquet")
    new_lake.append("consignments", pl.DataFrame(row), run=1, night=date(2024, 3, 1))
    (tmp_path / "alerts.csv").write_text(CSV)
    ran = riskscore("alerts", "import", tmp_path / "alerts.csv", "--lake", tmp_path / "lake", "--json")
    assert ran.code == 1
    record = json.loads(ran.out)
    assert (record["rows"], record["new"], record["refused"]) == (3, 2, 1)
    return tmp_path / "lake"


def test_refused_rows_are_written_with_the_rule_they_broke(lake: Path, tmp_path: Path, riskscore: Riskscore) -> None:
    out = tmp_path / "refused.csv"
    ran = riskscore("alerts", "import", tmp_path / "alerts.csv", "--lake", lake, "--quarantine", out)
    assert "3 read = 0 new + 0 changed + 2 known already + 1 in quarantine" in ran.out
    assert pl.read_csv(out)["rule"].to_list() == ["unknown_kind"]


def test_list_removes_control_characters_and_keeps_markup_as_text(lake: Path, riskscore: Riskscore) -> None:
    ran = riskscore("alerts", "list", "--lake", lake)
    assert ran.code == 0
    assert "2 alerts in force" in ran.out
    assert "\u202e" not in ran.out + riskscore("alerts", "list", "--lake", lake, "--json").out
    record = json.loads(riskscore("alerts", "list", "--lake", lake, "--json").out)
    assert [row["name"] for row in record] == ["Greenfield Commodities", "<b>Sea Pearl</b>"]


@pytest.mark.parametrize("suffix", [".csv", ".json", ".stix"])
def test_export_leaves_out_alerts_that_may_not_be_shared(
    lake: Path, tmp_path: Path, riskscore: Riskscore, suffix: str
) -> None:
    out = tmp_path / f"out{suffix}"
    record = json.loads(riskscore("alerts", "export", out, "--lake", lake, "--handling", "amber", "--json").out)
    assert (record["written"], record["left_out"]) == (1, 1)
    assert "Sea Pearl" not in out.read_text()
    other = tmp_path / "other"
    create_lake(other)
    assert "1 new" in riskscore("alerts", "import", out, "--lake", other).out


def test_a_match_ends_with_a_decision_or_when_the_alert_is_withdrawn(
    lake: Path, tmp_path: Path, riskscore: Riskscore
) -> None:
    match = ("alerts", "match", tmp_path / "night.parquet", "--lake", lake)
    assert "Matches: 1, on 1 of 1 consignments" in riskscore(*match).out
    out = tmp_path / "matches.csv"
    assert json.loads(riskscore(*match, "--out", out, "--json").out)["matches"] == 1
    assert pl.read_csv(out)["reason"].to_list() == ["'=1+1"]
    pair = (
        "alerts",
        "decide",
        "Customs A/1",
        "--lake",
        lake,
        "--value",
        "GREENFIELD COMMODITIES GMBH",
        "--reason",
        "x",
    )
    assert "no longer match" in riskscore(*pair).out
    assert "Matches: 0" in riskscore(*match).out
    assert "match again" in riskscore(*pair, "--same").out
    assert "Matches: 1" in riskscore(*match).out
    assert "Withdrawn: 1" in riskscore("alerts", "expire", "Customs A/1", "--lake", lake, "--reason", "y").out
    assert "Matches: 0" in riskscore(*match).out


def test_package_writes_a_case(lake: Path, tmp_path: Path, riskscore: Riskscore) -> None:
    out = tmp_path / "case.zip"
    case = ("alerts", "package", out, "--lake", lake, "--bill", "BL1", "--container", "MSCU1234565")
    assert json.loads(riskscore(*case, "--json").out)["files"] == ["case.json", "manifest.json"]
    assert out.is_file()
    again = riskscore(*case)
    assert again.code == 2
    assert "already exists" in again.err


def test_check_measures_labelled_pairs(riskscore: Riskscore) -> None:
    pairs = Path(__file__).parent.parent / "alerts" / "pairs_unseen.csv"
    record = json.loads(riskscore("alerts", "check", pairs, "--json").out)
    assert [row["kind"] for row in record] == ["name", "address"]
    assert record[0]["recall"] > 0.9


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "absent.csv"),
        ("list", "--kind", "rumour"),
        ("export", "out.txt"),
        ("export", "out.csv", "--handling", "purple"),
        ("expire", "nobody/1", "--reason", "x"),
        ("decide", "nobody/1", "--value", "X", "--reason", "x"),
        ("package", "case", "--bill", "NONE", "--container", "MSCU1234565"),
    ],
)
def test_errors_are_one_line_and_change_nothing(
    lake: Path, riskscore: Riskscore, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = riskscore("alerts", *arguments, "--lake", lake)
    assert ran.code == 2
    assert ran.err.startswith("error: ")
    assert ran.err.count("\n") == 1
