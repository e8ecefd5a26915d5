"""Read past filings from many files at once, fast where they are canonical Parquet.

Canonical Parquet (written by riskscore, or with its column names and types) was validated when it was written, so it is
scanned, and only the columns that are needed are read. Any other file is read as a manifest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import polars as pl

from riskscore.errors import ManifestError
from riskscore.manifest.read import files, read_many
from riskscore.schema import KEY, REQUIRED, columns
from riskscore.settings import NONE, Settings

Types: TypeAlias = Mapping[str, pl.DataType | type[pl.DataType]]


def read_log(
    paths: Iterable[str | Path], *, only: Sequence[str] | None = None, settings: Settings = NONE
) -> pl.DataFrame:
    """Read all versions of all consignments in `paths`: files, patterns, or folders of files. One row per filing.

    `only` names the columns to read (default: schema.columns of the service); columns that a file lacks are null.
    Raises ManifestError where a file cannot be read.
    """
    return collect(scan_log(paths, only=only, settings=settings))


def collect(rows: pl.LazyFrame) -> pl.DataFrame:
    """Collect a result of `scan_log`. Raises ManifestError where a Parquet file turns out to be damaged."""
    try:
        return rows.collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = " ".join(str(error).split())[:160]
        raise ManifestError(
            f"a Parquet file of the history is damaged ({reason}); export it again or leave it out"
        ) from None


def scan_log(
    paths: Iterable[str | Path], *, only: Sequence[str] | None = None, settings: Settings = NONE
) -> pl.LazyFrame:
    """Like `read_log`, but lazy: canonical Parquet is read as far as a query needs it, other files at once."""
    types = columns(settings)
    names = list(types) if only is None else list(only)
    canonical: list[Path] = []
    others: list[Path] = []
    for path in files(paths):
        (canonical if _is_canonical(path, types) else others).append(path)
    frames = [_scan(path, {name: types[name] for name in names}) for path in canonical]
    if others:
        manifest = read_many(others, settings=settings)
        frames += [manifest.consignments.select(names).lazy(), manifest.earlier.select(names).lazy()]
    return pl.concat(frames) if frames else pl.LazyFrame(schema={name: types[name] for name in names})


def _is_canonical(path: Path, types: Types) -> bool:
    """Whether `path` is Parquet with canonical names and types only, the required columns among them."""
    if path.suffix.lower() != ".parquet" or not path.is_file():
        return False
    import pyarrow as pa  # noqa: PLC0415  (slow to load)
    from pyarrow import parquet  # noqa: PLC0415

    try:
        schema = pl.DataFrame(parquet.read_schema(path).empty_table()).schema
    except (pa.ArrowException, OSError, ValueError, pl.exceptions.PolarsError):
        return False
    known = all(name in types and _fits(dtype, types[name]) for name, dtype in schema.items())
    return known and {*KEY, *REQUIRED} <= set(schema)


def _fits(dtype: pl.DataType, wanted: pl.DataType | type[pl.DataType]) -> bool:
    """Whether a cast from `dtype` to `wanted` always succeeds and loses nothing."""
    return dtype in (wanted, pl.Null) or (wanted == pl.Int64 and dtype in (pl.Int32, pl.UInt32, pl.Int16))


def _scan(path: Path, types: Types) -> pl.LazyFrame:
    frame = pl.scan_parquet(path, glob=False)
    present = set(frame.collect_schema())
    return frame.select(
        pl.col(name).cast(dtype) if name in present else pl.lit(None, dtype).alias(name)
        for name, dtype in types.items()
    )
