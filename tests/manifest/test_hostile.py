"""Reading any file gives a balanced manifest or one clear line of error."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from riskscore.errors import ManifestError
from riskscore.manifest.quarantine import SCHEMA
from riskscore.manifest.read import read
from riskscore.schema import COLUMNS

EXAMPLES = int(os.environ.get("RISKSCORE_HOSTILE", "30"))

HEADINGS = [
    "B/L No",
    "Container No",
    "Filing Date",
    "POL",
    "POD",
    "Description",
    "Gross Weight",
    "Packages",
    "HS Code",
    "Seal",
    "Temp",
]
GOOD = ["ABCD1", "MSCU1234566", "2019-03-25", "NGAPP", "VNHPH", "RESIN", "24000", "960", "390120", "S1;S2", "-18"]
CELLS = st.one_of(
    st.sampled_from(
        [
            *GOOD,
            "",
            " ",
            "=cmd|' /C calc'!A0",
            "@SUM(1+1)*cmd",
            "\x00",
            "a\x00b\x1b[31m",
            "\u202egnp.exe",
            "📦🐘",
            "-1",
            "1e999",
            "NaN",
            "inf",
            "9" * 400,
            "1,234.5",
            "1.234,5",
            "8 t",
            "31/02/2019",
            "03/04/2019",
            "25/03/2019",
            "0000-00-00",
            "99999999",
            "9999-12-31T23:59:59+14:00",
            '"',
            '12" PIPE',
            "line\nbreak",
            "cr\rreturn",
            "[1,2",
            '{"a":1}',
            "x" * 70_000,
            "null",
            "\ufeff",
            "\uff26\uff55\uff4c\uff4c",
            "ﷺ" * 300,
        ]
    ),
    st.text(max_size=12),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
)
ROWS = st.lists(st.lists(CELLS, min_size=len(GOOD), max_size=len(GOOD)), max_size=6).map(lambda rows: [GOOD, *rows])


def _csv(rows: list[list[str]], delimiter: str, quoted: bool) -> bytes:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if quoted else text

    lines = [delimiter.join(map(cell, row)) for row in [HEADINGS, *rows]]
    return "\n".join(lines).encode("utf-8", errors="replace")


def _records(rows: list[list[str]]) -> list[dict[str, str]]:
    return [dict(zip(HEADINGS, row, strict=True)) for row in rows]


def _xlsx(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_numbers": True, "nan_inf_to_errors": True}) as book:
        book.set_properties({"created": datetime(2019, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet()
        for place, row in enumerate([HEADINGS, *rows]):
            for column, text in enumerate(row):
                sheet.write(place, column, text[:30_000])
    return out.getvalue()


def _parquet(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    clean = [[cell.encode("utf-8", errors="replace").decode() for cell in row] for row in rows]
    pl.DataFrame(clean, schema=dict.fromkeys(HEADINGS, pl.String), orient="row").write_parquet(out)
    return out.getvalue()


def _zip(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


FORMATS = st.one_of(
    st.builds(_csv, ROWS, st.sampled_from([",", ";", "\t", "|"]), st.booleans()),
    st.builds(lambda rows: json.dumps(_records(rows)).encode(), ROWS),
    st.builds(lambda rows: "\n".join(map(json.dumps, _records(rows))).encode(), ROWS),
    st.builds(
        lambda value: json.dumps(value).encode(),
        st.recursive(
            st.none() | st.text(max_size=5) | st.integers(),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(HEADINGS), inner, max_size=4),
        ),
    ),
    st.builds(_xlsx, ROWS),
    st.builds(_parquet, ROWS),
)
WRAPPED = st.one_of(
    FORMATS, FORMATS.map(lambda data: gzip.compress(data, mtime=0)), FORMATS.map(lambda data: _zip("m", data))
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid file with bytes changed, removed, repeated or added."""
    data = bytearray(draw(WRAPPED))
    for _ in range(draw(st.integers(0, 4))):
        if not data:
            break
        place = draw(st.integers(0, len(data) - 1))
        kind = draw(st.sampled_from(["flip", "cut", "insert", "double"]))
        if kind == "flip":
            data[place] = draw(st.integers(0, 255))
        elif kind == "cut":
            del data[place : place + draw(st.integers(1, 200))]
        elif kind == "insert":
            data[place:place] = draw(st.binary(max_size=8))
        else:
            data[place:place] = data[place : place + 50]
    end = draw(st.none() | st.integers(0, len(data)))
    return bytes(data[:end])


FILES = st.one_of(
    WRAPPED,
    WRAPPED,
    mutated(),
    mutated(),
    st.binary(max_size=400),
    st.text().map(lambda text: text.encode("utf-8", "replace")),
)


HOSTILE = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize="RISKSCORE_HOSTILE" not in os.environ,
)


@pytest.mark.slow
@settings(HOSTILE, max_examples=200)
@given(data=FILES)
def test_a_thousand_files_balance_or_are_refused_in_one_line(data: bytes, tmp_path: Path) -> None:
    check(data, tmp_path)


@pytest.mark.slow
@settings(HOSTILE, max_examples=EXAMPLES)
@given(data=FILES)
@example(data=b"")
@example(data=b"\xff\xfe")
@example(data=b"[" * 100_000)
@example(data=b'{"a":' * 100_000)
@example(data=b"PAR1PAR1")
@example(data=b"PK\x05\x06" + b"\0" * 18)
@example(data=b"\x1f\x8b\x08\0\0\0\0\0")
def test_any_file_balances_or_is_refused_in_one_line(data: bytes, tmp_path: Path) -> None:
    check(data, tmp_path)


def check(data: bytes, tmp_path: Path) -> None:
    """Read `data`, and fail where it is neither balanced nor refused in one line."""
    path = tmp_path / "hostile"
    path.write_bytes(data)
    try:
        manifest = read(path)
    except ManifestError as error:
        event("refused as a whole")
        message = str(error)
        assert message.isprintable()
        assert len(message) < 4000
        return
    event("read")
    assert manifest.balance == 0
    assert dict(manifest.consignments.schema) == COLUMNS
    assert dict(manifest.earlier.schema) == COLUMNS
    assert dict(manifest.quarantine.schema) == SCHEMA
    assert manifest.quarantine.select("file", "line", "rule", "row").null_count().sum_horizontal().item() == 0
    assert manifest.consignments.select("bill_of_lading", "container_number").is_duplicated().any() is False


def test_a_bomb_of_any_kind_is_refused(tmp_path: Path) -> None:
    zeros = b"\0" * (80 * 2**20)
    bombs = {"bomb.csv.gz": gzip.compress(zeros), "bomb.zip": _zip("m.csv", zeros)}
    for name, data in bombs.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(ManifestError, match="unpacks to more than"):
            read(path)
