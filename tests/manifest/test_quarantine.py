from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from riskscore.errors import SettingsError
from riskscore.manifest import quarantine
from riskscore.manifest.read import read

Row = Callable[..., list[str]]
Save = Callable[..., Path]


def test_a_refused_row_is_kept_in_full_with_file_line_rule_and_value(as_csv: Save, row: Row) -> None:
    path = as_csv(row(), row(bill="B2", filed="never", goods="=cmd|' /C calc'!A0"))
    refused = read(path).quarantine.row(0, named=True)
    assert refused["file"] == str(path)
    assert (refused["line"], refused["rule"], refused["column"]) == (3, "not_a_date", "filed_at")
    assert json.loads(refused["row"])["Bill of Lading"] == "B2"
    assert json.loads(refused["row"])["Description of Goods"] == "=cmd|' /C calc'!A0"


def test_a_row_that_breaks_several_rules_is_listed_once(as_csv: Save, row: Row) -> None:
    manifest = read(as_csv(row(bill="", weight="-1", filed="never", pol="")))
    assert manifest.quarantine.height == 1
    assert manifest.balance == 0


def test_a_huge_value_is_shortened_and_the_row_is_not(as_csv: Save, row: Row) -> None:
    huge = "9" * 50 + "X" * 1_000_000
    refused = read(as_csv(row(filed=huge))).quarantine.row(0, named=True)
    assert len(refused["value"]) == quarantine.VALUE_LENGTH
    assert json.loads(refused["row"])["Filing Date"] == huge


def test_refused_rows_are_counted_by_the_column_that_broke_the_rule(as_csv: Save, row: Row) -> None:
    refused = read(as_csv(row(bill=""), row(filed=""), row(bill="", goods="TEA"))).quarantine
    counted = [(rule["column"], rule["rows"], rule["lines"]) for rule in quarantine.by_rule(refused)]
    assert counted == [("bill_of_lading", 2, [2, 4]), ("filed_at", 1, [3])]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_the_ending_chooses_the_format_and_the_file_reads_back(
    suffix: str, as_csv: Save, row: Row, tmp_path: Path
) -> None:
    refused_rows = read(as_csv(row(bill="=1+1", filed="=2+2"))).quarantine
    path = tmp_path / f"refused.{suffix}"
    quarantine.write(refused_rows, path)
    again = {"csv": pl.read_csv, "parquet": pl.read_parquet, "jsonl": pl.read_ndjson}[suffix](path)
    assert again.columns == list(quarantine.SCHEMA)
    assert again["value"].to_list() == ["'=2+2" if suffix == "csv" else "=2+2"]


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        quarantine.write(quarantine.empty(), tmp_path / "refused.doc")
