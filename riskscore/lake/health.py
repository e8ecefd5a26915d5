"""The health of a lake: sizes, last night and run of each table, and orphans, files that no version refers to.

A writer that is killed before its commit leaves an orphan. Readers never see it. It matters only if it has rows that
the table lacks: then a run, or a recording by hand, still has to be repeated. Once a run was repeated, the table has
all rows of its orphan, and `compact` deletes it.
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
    """One table.

    `superseded` counts files that only older versions need; `matter` counts the orphans with rows that the table lacks.
    """

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
    """Check every table. The file of a write in progress counts as an orphan until it is committed."""
    tables = []
    for table in TABLES.values():
        progress.step(f"looking at {table.name}")
        tables.append(_health(lake, table))
    return tables


def _health(lake: DeltaLake, table: Table) -> Health:
    delta = lake.snapshot(table.name)
    if delta is None:
        return Health(table.name, 0, 0, 0, None, None, None, 0, 0, 0)
    files = pl.DataFrame(delta.get_add_actions().select(["size_bytes", "num_records"]))
    written = lake.read(table.name).select(pl.col(NIGHT, RUN).max())
    with lake.store.wrap_errors(f"check {table.name} of"):
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


def unfinished(lake: DeltaLake, table: Table, delta: DeltaTable) -> list[str]:
    """Return the orphans of a table that matter."""
    with lake.store.wrap_errors(f"check {table.name} of"):
        strays = _unused(delta, whole_folder=True) - _unused(delta, whole_folder=False)
        return sorted(path for path in lake.store.present(table.name, strays) if _matters(lake, table, delta, path))


def _unused(delta: DeltaTable, *, whole_folder: bool) -> set[str]:
    """Return files that the newest version does not need: those of older versions, deleted or not.

    With `whole_folder`, also files that never belonged to a version.
    """
    return set(delta.vacuum(0, dry_run=True, enforce_retention_duration=False, full=whole_folder))


def _matters(lake: DeltaLake, table: Table, delta: DeltaTable, path: str) -> bool:
    """Whether the orphan at `path` has a row that the table lacks."""
    try:
        rows = pl.read_parquet(
            f"{lake.store.table(table.name)}/{path}", storage_options=lake.store.options, hive_partitioning=False
        )
    except (pl.exceptions.PolarsError, FileNotFoundError):
        return False  # incomplete, or deleted in the meantime: there is no row in it
    folder = _FOLDER.match(path)
    night = date.fromisoformat(folder[1]) if folder else None
    rows = conform(table, rows.select(set(rows.columns) & set(table.columns)), night=night)
    done = delta.transaction_version(STEP)
    if done is not None:
        rows = rows.filter(pl.col(RUN).is_null() | (pl.col(RUN) > done))
    if rows.is_empty():
        return False
    nights = rows[NIGHT].min(), rows[NIGHT].max()
    present = lake.read(table.name, nights=nights if table.by_night else None)  # type: ignore[arg-type]
    return not as_text(rows, table).is_in(as_text(present.collect(), table).implode()).all()


def as_text(rows: pl.DataFrame, table: Table) -> pl.Series:
    """Return each row as text, without the time of writing."""
    return rows.select(
        pl.struct(pl.exclude(table.stamps) if table.stamps else pl.all()).struct.json_encode()
    ).to_series()
