"""Dates in Parquet that no calendar has are empty, with a note, and end neither the file nor the process."""

from pathlib import Path

import polars as pl
import pytest

from riskscore.manifest.read import read

ROW = {
    "bill_of_lading": "PQ1",
    "container_number": "MSCU1234566",
    "filed_at": "2024-03-01",
    "port_of_loading": "KEMBA",
    "port_of_discharge": "GBFXT",
    "goods_description": "TEA",
}


@pytest.mark.parametrize(
    "impossible", [pl.Series([2**31 - 1]).cast(pl.Int32).cast(pl.Date), pl.Series([10**18]).cast(pl.Datetime("ms"))]
)
@pytest.mark.parametrize("name", ["arrives_at", "voyage", "remark"])
def test_a_date_that_no_calendar_has_is_empty_with_a_note(impossible: pl.Series, name: str, tmp_path: Path) -> None:
    pl.DataFrame(ROW).with_columns(impossible.alias(name)).write_parquet(tmp_path / "m.parquet")
    manifest = read(tmp_path / "m.parquet")
    assert (manifest.consignments.height, manifest.balance) == (1, 0)
    assert "1 date outside the years 1 to 9999 in this file; left empty" in manifest.understood.notes


def test_a_filing_moment_that_no_calendar_has_refuses_its_row(tmp_path: Path) -> None:
    moment = pl.Series("filed_at", [10**18]).cast(pl.Datetime("ms"))
    pl.DataFrame(ROW).with_columns(moment).write_parquet(tmp_path / "m.parquet")
    manifest = read(tmp_path / "m.parquet")
    assert manifest.quarantine.select("rule", "column").rows() == [("required", "filed_at")]


@pytest.mark.parametrize(
    "odd",
    [
        pl.Series([[2**31 - 1]], dtype=pl.List(pl.Int32)).cast(pl.List(pl.Date)),
        pl.Series([[10**18]]).cast(pl.List(pl.Datetime("ms"))),
        pl.Series([[b"\xff\xfe"]]),
        pl.Series([[{"a": b"\xff", "b": None}, None]]),
        pl.Series([[2**62]]).cast(pl.List(pl.Duration("us"))),
    ],
    ids=["date", "moment", "bytes", "bytes in objects", "duration"],
)
@pytest.mark.parametrize("name", ["seal_numbers", "marks", "remark"])
def test_a_list_of_what_cannot_become_text_ends_nothing(odd: pl.Series, name: str, tmp_path: Path) -> None:
    pl.DataFrame(ROW).with_columns(odd.alias(name)).write_parquet(tmp_path / "m.parquet")
    manifest = read(tmp_path / "m.parquet")
    assert (manifest.rows_in, manifest.balance) == (1, 0)


def test_a_list_of_bytes_that_are_text_is_read_as_texts(tmp_path: Path) -> None:
    seals = pl.Series("seal_numbers", [[b"S1001", b"S1002"]])
    pl.DataFrame(ROW).with_columns(seals).write_parquet(tmp_path / "m.parquet")
    assert read(tmp_path / "m.parquet").consignments["seal_numbers"].to_list() == [["S1001", "S1002"]]
