"""A malformed table is refused with a message that names file, line, column and value."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskscore import folders
from riskscore.errors import ReferenceDataError
from riskscore.reference import sea
from riskscore.reference.loader import Table, read

TABLE = Table(
    {"code": pl.String, "share": pl.Float64, "note": pl.String, "inland": pl.Boolean, "day": pl.Date},
    key=("code",),
    may_be_empty=("note",),
    ranges={"share": (0, 1)},
    patterns={"code": "[0-9]{4}"},
)
HEAD = "code,share,note,inland,day,source\n"


def table(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_is_read_as_declared(tmp_path: Path) -> None:
    rows = HEAD + "0801, 0.5 ,,true,2024-02-10,A\n1207,1,kept,0,2024-02-11,B\n"
    frame = read(table(tmp_path, rows), TABLE)
    assert frame.rows() == [
        ("0801", 0.5, None, True, date(2024, 2, 10), "A"),
        ("1207", 1.0, "kept", False, date(2024, 2, 11), "B"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,share\n0801,1\n", "lacks 4 columns: note, inland, day, source; it has code, share"),
        (HEAD, "has no rows"),
        ("", "cannot be read as CSV"),
        (HEAD + "801,0.5,,1,2024-01-01,A\n", r"line 2: code '801' does not match"),
        (HEAD + "0801,0.5,,1,2024-01-01,A\n0802,much,,1,2024-01-01,A\n", "line 3: share 'much' is not Float64"),
        (HEAD + "0801,1.5,,1,2024-01-01,A\n", "line 2: share '1.5' is not a number between 0 and 1"),
        (HEAD + "0801,nan,,1,2024-01-01,A\n", "line 2: share 'nan' is not a number between 0 and 1"),
        (HEAD + "0801,,,1,2024-01-01,A\n", "line 2: share None is empty"),
        (HEAD + "0801,0.5,,perhaps,2024-01-01,A\n", "line 2: inland 'perhaps' is not Boolean"),
        (HEAD + "0801,0.5,,1,10/02/2024,A\n", "line 2: day '10/02/2024' is not Date"),
        (HEAD + "0801,0.5,,1,2024-01-01,\n", "line 2: source None is empty"),
        (
            HEAD + "0801,0.5,,1,2024-01-01,A\n" * 2,
            r"line 2: code '0801' is repeated \(unique key: code\) \(2 such rows\)",
        ),
    ],
)
def test_a_malformed_table_is_refused_with_line_and_value(tmp_path: Path, text: str, message: str) -> None:
    path = table(tmp_path, text)
    with pytest.raises(ReferenceDataError, match=message) as caught:
        read(path, TABLE)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match=r"absent\.csv is missing"):
        read(tmp_path / "absent.csv", TABLE)


@pytest.mark.parametrize("content", [None, b"not parquet"])
def test_missing_or_damaged_distances_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "sea_distances.parquet").write_bytes(content)
    monkeypatch.setattr(folders, "reference", lambda: tmp_path)
    sea.shipped.cache_clear()
    with pytest.raises(ReferenceDataError, match=r"sea_distances\.parquet.*make_distances"):
        sea.shipped()
