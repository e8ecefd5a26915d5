"""Read Parquet: columns with the types that they have in the file.

    footer ─▶ checked by Arrow ─▶ read by Polars ─▶ size checked

Polars reads fastest and stores repeated texts once, but some damaged files end its process, while Arrow only raises.
So Arrow decodes a file first, without unfolding its dictionaries, and what they would unfold to is counted. That takes
longer than the reading, so only the footer is checked in a file of more than VETTED_BYTES.
"""

from __future__ import annotations

import os
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.silence import silent
from riskscore.manifest.formats.table import MAX_HEADINGS, Count, Table, unique
from riskscore.units import counted

if TYPE_CHECKING:
    import pyarrow as pa

MAX_ROWS = 200_000_000
"""Largest number of rows that the footer of a file may state."""

VETTED_BYTES = 64 * 2**20
"""Size in bytes of the largest file that Arrow decodes first."""

_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
"""The first day of the year 1 and the last of 9999, counted from 1970."""
_PER_DAY = {"ns": 86_400 * 10**9, "us": 86_400 * 10**6, "ms": 86_400 * 10**3}
_BATCH = 16_384
_MAX_UNFOLDED = 4 * archives.MAX_BYTES

_PER_VALUE = 16
"""Least bytes of memory that Polars takes for a value of a text column."""


def sniff(file: File) -> bool:
    """Whether the file begins as Parquet files do."""
    return file.head.startswith(b"PAR1")


def read(file: File, _count: Count) -> list[Table]:
    """Read the file; `lines` are row numbers from 1.

    Raises ManifestError where it has too many rows or columns or unpacks to too much, ValueError where it is damaged.
    """
    from pyarrow import ArrowException

    try:
        most = _check(file)
    except ArrowException as damaged:
        raise ValueError(str(damaged)) from damaged
    source = file.path or BytesIO(file.data)
    with silent():
        frame = pl.read_parquet(source, glob=False, use_statistics=False, hive_partitioning=False)
    _limit(file.name, int(frame.estimated_size()), most)
    leaves = [leaf for column in frame for leaf in _leaves(column)]
    columns = [_plain(_possible(leaf)) for leaf in leaves]
    lost = sum(column.null_count() - leaf.null_count() for column, leaf in zip(columns, leaves, strict=True))
    notes = (f"{counted(lost, 'date')} outside the years 1 to 9999 in this file; left empty",) if lost else ()
    names = unique([column.name for column in columns])
    frame = pl.DataFrame([column.alias(name) for column, name in zip(columns, names, strict=True)])
    return [Table(frame, pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True).alias("line"), notes=notes)]


def _check(file: File) -> int:
    """Return the largest unfolded size in bytes that is allowed for the file.

    Raises ArrowException where Arrow cannot decode the file, ManifestError where it unpacks or unfolds to too much.
    """
    from pyarrow import parquet

    with file.open() as stream:
        metadata = parquet.read_metadata(stream)
        size = stream.seek(0, os.SEEK_END)
    if metadata.num_rows > MAX_ROWS or metadata.num_columns > 4 * MAX_HEADINGS:
        raise ManifestError(
            f"{file.name} has {metadata.num_rows:,} rows and {metadata.num_columns:,} columns; "
            f"at most {MAX_ROWS:,} rows and {MAX_HEADINGS:,} columns are read, so split it"
        )
    most = min(_MAX_UNFOLDED, max(archives.SMALL_BYTES, size * archives.MAX_RATIO))
    _limit(file.name, metadata.num_rows * metadata.num_columns * _PER_VALUE, most)
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    _limit(file.name, sum(group.total_byte_size for group in groups), most)
    if size > VETTED_BYTES:
        return most
    leaves = [metadata.schema.column(place) for place in range(metadata.num_columns)]
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    with file.open() as stream, parquet.ParquetFile(stream, read_dictionary=texts) as content:
        spent = 0
        for batch in content.iter_batches(_BATCH):
            spent += batch.nbytes + sum(map(_unfolded, batch.columns))
            _limit(file.name, spent, most)
    return most


def _unfolded(column: pa.Array) -> int:
    """Bytes of the texts of a column that repeats the texts of a dictionary; 0 for any other column."""
    import pyarrow as pa
    from pyarrow import compute

    if not isinstance(column, pa.DictionaryArray) or not len(column.dictionary):
        return 0
    lengths = compute.binary_length(column.dictionary)
    if (compute.max(lengths).as_py() or 0) * len(column) <= archives.SMALL_BYTES // 1_000:
        return 0  # short texts, as in nearly all files: not worth the time
    return compute.sum(lengths.take(column.indices)).as_py() or 0


def _limit(name: str, size: int, most: int) -> None:
    if size > most:
        raise ManifestError(
            f"{name} unpacks to more than {most:,} bytes, which no manifest of its size does; "
            "check where it comes from, or split it into smaller files"
        )


def _leaves(column: pl.Series) -> list[pl.Series]:
    """The fields of a struct as separate columns (`shipper name`); any other column unchanged."""
    if not isinstance(column.dtype, pl.Struct):
        return [column]
    fields = column.struct.unnest()
    return [leaf for field in fields for leaf in _leaves(field.alias(f"{column.name} {field.name}"))]


def _possible(column: pl.Series) -> pl.Series:
    """Dates and moments in the years 1 to 9999; others become null, because a library ends the process on them."""
    dtype = column.dtype
    if dtype == pl.Date:
        in_days = 1
    elif isinstance(dtype, pl.Datetime):
        in_days = _PER_DAY[dtype.time_unit or "us"]
    else:
        return column
    ticks = column.to_physical()
    is_possible = ticks.is_between(_FIRST_DAY * in_days, _LAST_DAY * in_days).fill_null(True)
    return column if is_possible.all() else column.set(~is_possible, None)


def _plain(column: pl.Series) -> pl.Series:
    """Convert types that no canonical column has to text or to a plain type."""
    dtype = column.dtype
    if dtype == pl.Binary:
        return _text(column)
    if dtype == pl.Duration:
        return column.dt.to_string()
    if isinstance(dtype, pl.Categorical | pl.Enum) or dtype == pl.Time:
        return column.cast(pl.String)
    if isinstance(dtype, pl.List | pl.Array) and _is_odd(dtype):
        try:
            return pl.select(_inner(pl.lit(column), dtype)).to_series()
        except pl.exceptions.PolarsError:
            return pl.select(_inner(pl.lit(column), dtype, as_hex=True)).to_series()
    return column.cast(pl.Float64) if isinstance(dtype, pl.Decimal) else column


def _text(column: pl.Series) -> pl.Series:
    """Bytes as text, or as hexadecimal digits where a value is not text."""
    try:
        return column.cast(pl.String)
    except pl.exceptions.PolarsError:
        return column.bin.encode("hex")


def _is_odd(dtype: pl.DataType) -> bool:
    """Whether values within lists may end the process of a library, or cannot become text."""
    if isinstance(dtype, pl.List | pl.Array):
        return _is_odd(dtype.inner)  # type: ignore[arg-type]
    if isinstance(dtype, pl.Struct):
        return any(_is_odd(field.dtype) for field in dtype.fields)  # type: ignore[arg-type]
    return dtype.is_temporal() or dtype in (pl.Binary, pl.Object)


def _inner(value: pl.Expr, dtype: pl.DataType, as_hex: bool = False) -> pl.Expr:
    """`value` within lists with plain types: bytes as text or hexadecimal digits, dates in the years 1 to 9999."""
    if isinstance(dtype, pl.Array):
        return _inner(value.arr.to_list(), pl.List(dtype.inner), as_hex)
    if isinstance(dtype, pl.List):
        return value.list.eval(_inner(pl.element(), dtype.inner, as_hex))  # type: ignore[arg-type]
    if isinstance(dtype, pl.Struct):
        fields = [_inner(value.struct.field(each.name), each.dtype, as_hex).alias(each.name) for each in dtype.fields]  # type: ignore[arg-type]
        return pl.when(value.is_not_null()).then(pl.struct(fields))
    if dtype == pl.Binary:
        return value.bin.encode("hex") if as_hex else value.cast(pl.String)
    if dtype == pl.Date or isinstance(dtype, pl.Datetime):
        in_days = _PER_DAY[dtype.time_unit] if isinstance(dtype, pl.Datetime) else 1
        is_possible = value.to_physical().is_between(_FIRST_DAY * in_days, _LAST_DAY * in_days)
        return pl.when(is_possible).then(value)
    return value.to_physical() if dtype.is_temporal() else value
