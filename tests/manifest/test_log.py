from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from riskscore.errors import ManifestError
from riskscore.manifest.log import read_log
from riskscore.manifest.read import read
from riskscore.schema import COLUMNS

Row = Callable[..., list[str]]
Save = Callable[..., Path]


@pytest.fixture
def folder(as_csv: Save, row: Row, tmp_path: Path) -> Path:
    """Three days as canonical Parquet, one of them with the required columns only, and one day as CSV."""
    days = tmp_path / "log"
    days.mkdir()
    for day in (1, 2):
        manifest = read(as_csv(*[row(bill=f"D{day}B{place}", filed=f"2019-03-0{day}") for place in range(3)]))
        manifest.consignments.write_parquet(days / f"2019-03-0{day}.parquet")
    few = [
        "bill_of_lading",
        "container_number",
        "filed_at",
        "port_of_loading",
        "port_of_discharge",
        "goods_description",
    ]
    pl.read_parquet(days / "2019-03-02.parquet").select(few).with_columns(bill_of_lading=pl.lit("D3")).write_parquet(
        days / "2019-03-03.parquet"
    )
    (days / "2019-03-04.csv").write_bytes(as_csv(row(bill="D4", filed="2019-03-04"), row(bill="D4")).read_bytes())
    return days


def test_folders_patterns_and_files_are_read_as_one_log(folder: Path) -> None:
    log = read_log([folder])
    assert dict(log.schema) == COLUMNS
    assert log.height == 3 + 3 + 3 + 2
    assert read_log([folder / "2019-03-0[12].parquet"]).height == 6
    assert read_log([folder / "2019-03-01.parquet", folder / "2019-03-04.csv"]).height == 5


def test_only_the_requested_columns_are_read(folder: Path) -> None:
    log = read_log([folder], only=["bill_of_lading", "shipper_name"])
    assert log.columns == ["bill_of_lading", "shipper_name"]
    assert log.filter(bill_of_lading="D3")["shipper_name"].null_count() == 3


def test_missing_and_damaged_files_are_named(folder: Path) -> None:
    with pytest.raises(ManifestError, match="no manifest found"):
        read_log([folder / "2030-*.parquet"])
    with pytest.raises(ManifestError, match="no such file"):
        read_log([folder / "none.parquet"])
    (folder / "2019-03-05.parquet").write_bytes(b"PAR1" + b"\0" * 50)
    with pytest.raises(ManifestError, match="damaged Parquet"):
        read_log([folder])
