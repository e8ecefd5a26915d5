"""Parquet: whole columns with the types that they have.

Arrow's reader is used because it stands damaged files: Polars' own ends the process on some of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import polars as pl
import pyarrow as pa
from pyarrow import parquet

from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.tabular import MAX_HEADINGS, Table, unique

MAX_ROWS = 200_000_000
"""Most rows that a file may claim to have."""

_BATCH = 131_072


def read(member: archives.Member) -> Table:
    """Read `member`; `lines` are row numbers from 1. Raises ManifestError where it has too many rows or columns."""
    source = str(member.path) if member.path else BytesIO(member.data)
    with parquet.ParquetFile(source, memory_map=False) as file:
        if file.metadata.num_rows > MAX_ROWS or len(file.schema_arrow) > MAX_HEADINGS:
            raise ManifestError(
                f"{member.name} claims {file.metadata.num_rows:,} rows of {len(file.schema_arrow):,} columns; "
                f"at most {MAX_ROWS:,} and {MAX_HEADINGS:,} are read"
            )
        table = pa.Table.from_batches(_batches(member.name, file), schema=file.schema_arrow)
    table = table.rename_columns(unique(table.column_names))
    frame = pl.DataFrame(table)
    frame = frame.with_columns(_plain(frame[name]) for name in frame.columns)
    return Table(frame, pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True).alias("line"))


def _batches(name: str, file: parquet.ParquetFile) -> Iterator[pa.RecordBatch]:
    size = 0
    for batch in file.iter_batches(_BATCH):
        size += batch.nbytes
        if size > archives.MAX_BYTES * 4:
            raise ManifestError(f"{name} unpacks to more than {archives.MAX_BYTES * 4:,} bytes; split it")
        yield batch


def _plain(column: pl.Series) -> pl.Series:
    """Bring types that no canonical column has to text or to a plain type."""
    dtype = column.dtype
    if dtype == pl.Binary:
        text = column.cast(pl.String, strict=False)
        return column.bin.encode("hex") if text.null_count() > column.null_count() else text
    if isinstance(dtype, pl.Categorical | pl.Enum) or dtype in (pl.Time, pl.Duration):
        return column.cast(pl.String)
    if isinstance(dtype, pl.Decimal):
        return column.cast(pl.Float64)
    return column
