"""How a lake is: sizes, last night and run of each table, and the files in it that no version refers to.

A writer that is killed before its commit leaves such a file, an orphan. Readers never see it. It matters only where it
holds rows that the table does not have: then a run, or a record made by hand, has not been repeated yet. The orphan
of a run that was repeated holds what the table has, and `compact` clears it away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import polars as pl
from deltalake import DeltaTable

from riskscore import progress
from riskscore.lake.delta import DeltaLake
from riskscore.lake.protocol import STEP
from riskscore.lake.tables import NIGHT, RUN, TABLES, Table, conform

_FOLDER = re.compile(rf"{NIGHT}=(\d{{4}}-\d\d-\d\d)/")


@dataclass(frozen=True, slots=True)
class Health:
    """One table: `superseded` files belong to older versions only; `matter` of the orphans hold rows it lacks."""

    table: str
    rows: int
    files: int
    bytes: int
    version: int | None
    last_night: date | None
    last_run: int | None
    superseded: int
    orphans: int
    matter: int


def info(lake: DeltaLake) -> list[Health]:
    """Look at every table. A write that is under way shows as an orphan until it is committed."""
    looked = []
    for table in TABLES.values():
        progress.step(f"looking at {table.name}")
        looked.append(_health(lake, table))
    return looked


def _health(lake: DeltaLake, table: Table) -> Health:
    delta = lake.snapshot(table.name)
    if delta is None:
        return Health(table.name, 0, 0, 0, None, None, None, 0, 0, 0)
    files = pl.DataFrame(delta.get_add_actions().select(["size_bytes", "num_records"]))
    written = lake.read(table.name).select(pl.col(NIGHT, RUN).max())
    with lake.store.telling(f"look into {table.name} of"):
        removed = _unused(delta, whole_folder=False)
        unused = lake.store.present(table.name, removed | _unused(delta, whole_folder=True))
        night, run = written.collect().row(0)
        matter = sum(_matters(lake, table, delta, path) for path in unused - removed)
    return Health(
        table.name,
        int(files["num_records"].sum()),
        files.height,
        int(files["size_bytes"].sum()),
        delta.version(),
        night,
        max((number for number in (run, delta.transaction_version(STEP)) if number is not None), default=None),
        len(unused & removed),
        len(unused - removed),
        matter,
    )


def _unused(delta: DeltaTable, *, whole_folder: bool) -> set[str]:
    """What the newest version does not need: files that older ones did, gone or not; or these and strangers too."""
    return set(delta.vacuum(0, dry_run=True, enforce_retention_duration=False, full=whole_folder))


def _matters(lake: DeltaLake, table: Table, delta: DeltaTable, path: str) -> bool:
    """Whether the orphan at `path` holds a row that the table does not."""
    try:
        rows = pl.read_parquet(
            f"{lake.store.table(table.name)}/{path}", storage_options=lake.store.options, hive_partitioning=False
        )
    except (pl.exceptions.PolarsError, FileNotFoundError):
        return False  # cut off in the middle, or cleared away since: there is no row in it
    folder = _FOLDER.match(path)
    night = date.fromisoformat(folder[1]) if folder else None
    rows = conform(table, rows.select(set(rows.columns) & set(table.columns)), night=night)
    done = delta.transaction_version(STEP)
    if done is not None:
        rows = rows.filter(pl.col(RUN).is_null() | (pl.col(RUN) > done))
    if rows.is_empty():
        return False
    nights = rows[NIGHT].min(), rows[NIGHT].max()
    there = lake.read(table.name, nights=nights if table.by_night else None)  # type: ignore[arg-type]
    return not _told(rows, table).is_in(_told(there.collect(), table).implode()).all()


def _told(rows: pl.DataFrame, table: Table) -> pl.Series:
    """Each row as text, without the moment of writing."""
    return rows.select(
        pl.struct(pl.exclude(table.stamps) if table.stamps else pl.all()).struct.json_encode()
    ).to_series()
