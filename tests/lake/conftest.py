"""Rows for every table of a lake, with nulls in every column, and processes that write to a lake."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import TABLES

FIRST = date(2024, 3, 1)


def _night(number: int) -> date:
    """Return the night of run `number`."""
    return FIRST + timedelta(days=number)


def _value(dtype: Any, row: int) -> Any:
    """Return a value of this type for a row; null in every third row."""
    if row % 3 == 2:
        return None
    kinds: dict[Any, Callable[[], Any]] = {
        pl.String: lambda: ["", "=1+1|Ω 港", "plain"][row % 3] + str(row),
        pl.Int64: lambda: [-(2**63), 2**63 - 1, 7][row % 3],
        pl.Int32: lambda: row - 1,
        pl.Boolean: lambda: row % 2 == 0,
        pl.Float64: lambda: [0.1 + 0.2, float("inf"), -1.5][row % 3],
        pl.Date: lambda: date(1969, 12, 31) + timedelta(days=row),
        pl.Datetime: lambda: datetime(2024, 2, 29, 23, 59, 59, 999_999 - row, tzinfo=UTC),
        pl.List: lambda: [[], [_value(dtype.inner, 0), None, _value(dtype.inner, 1)]][row % 2],
        pl.Struct: lambda: {field.name: _value(field.dtype, row + place) for place, field in enumerate(dtype.fields)},
    }
    return kinds[dtype if isinstance(dtype, type) else type(dtype)]()


def _rows(table: str, run: int, count: int = 6) -> pl.DataFrame:
    """Return rows as night `run` would write them."""
    columns = TABLES[table].own
    frame = pl.DataFrame(
        {name: pl.Series([_value(dtype, row) for row in range(count)], dtype=dtype) for name, dtype in columns.items()}
    )
    return frame.with_columns(night=pl.lit(_night(run)), run=pl.lit(run, pl.Int64))


@pytest.fixture(scope="session")
def night() -> Callable[[int], date]:
    return _night


@pytest.fixture(scope="session")
def rows() -> Callable[..., pl.DataFrame]:
    return _rows


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return create_lake(tmp_path / "lake")


@pytest.fixture
def writer() -> Callable[..., subprocess.Popen[str]]:
    """Start a process that appends to a lake: `writer(uri, "hand" or "nightly", first, last)`; see writer.py."""

    def start(*words: object) -> subprocess.Popen[str]:
        command = [sys.executable, str(Path(__file__).with_name("writer.py")), *map(str, words)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    return start
