"""Read manifests: any file in, canonical consignments out, and no row lost.

    manifest = read("manifest.csv")
    manifest.consignments   the latest version of each consignment, exactly schema.COLUMNS
    manifest.earlier        versions of it that were filed before, or cancelled since, with the same columns
    manifest.cancelled      what messages cancel: bill, house bill, container (null: all of the bill), and when
    manifest.quarantine     refused rows in full, with file, line, rule and value
    manifest.understood     how headings, encoding and units were read

`rows_in` counts goods lines: each row of a file, or each goods item of a row that has `goods_items`, once for each
container that the row names, and each cancellation. Each of them ends in the `goods_items` of one consignment, in
`cancelled` or in the quarantine.

Several house bills that share a container are consignments of their own (see consolidations.py). `read` returns them
under their master bill, as filed, and `read_many` as the engine and the lake call them: "master / house".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import polars as pl

from riskscore import door, toml
from riskscore.cells.headings import declared_map, manifest_synonyms, read_map, with_fields
from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest import cancellations, consolidations, gather, lines, quarantine, sources
from riskscore.manifest.formats.table import CANCELLED
from riskscore.manifest.hints import NO_HINTS, Hints, of_map
from riskscore.manifest.lines import FileLines
from riskscore.manifest.understood import Understood
from riskscore.schema import COLUMNS
from riskscore.settings import NONE, Settings
from riskscore.units import counted

ColumnMap: TypeAlias = str | Path | toml.Text | None
"""A TOML file that says which heading means which column, or its text."""

SUFFIXES = (
    *(".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl", ".ndjson", ".xlsx", ".xlsb", ".xls", ".ods", ".dbf"),
    *(".edi", ".edifact", ".x12", ".xml", ".gz", ".zip"),
)
"""Endings of the files that are read from a folder."""


@dataclass(frozen=True)
class Manifest:
    """One manifest, or several read as one. Frames have schema.columns, the quarantine quarantine.SCHEMA."""

    consignments: pl.DataFrame
    earlier: pl.DataFrame
    quarantine: pl.DataFrame
    rows_in: int
    understood: Understood
    cancelled: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CANCELLED))
    counted: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.Boolean))
    """Whether the version of each row of `earlier`, then of `consignments`, was counted, because no file states it."""
    notes: tuple[str, ...] = ()
    """Notes on the files together, which are also among those of `understood`."""

    @property
    def accepted(self) -> int:
        """Goods lines in `consignments` and `earlier`, and cancellations."""
        counts = [frame["goods_items"].list.len().cast(pl.Int64).sum() for frame in (self.consignments, self.earlier)]
        return int(sum(counts)) + self.cancelled.height

    def as_filed(self) -> Manifest:
        """The same manifest with consolidated consignments under their master bill."""
        consignments, earlier = map(consolidations.as_filed, (self.consignments, self.earlier))
        return replace(self, consignments=consignments, earlier=earlier)

    @property
    def balance(self) -> int:
        """Goods lines read that are neither accepted nor quarantined: always 0."""
        return self.rows_in - self.accepted - self.quarantine.height


def read(
    path: str | Path, *, columns: ColumnMap = None, settings: Settings = NONE, hints: Hints = NO_HINTS
) -> Manifest:
    """Read one manifest of any format; `columns` is a TOML file that maps its headings to columns.

    `hints` say what the file does not tell; they count more than those in the column map. The `settings` of a service
    may add its own fields after the canonical columns, and say which of these it lacks. A file with headings only is a
    manifest of zero consignments. Raises ManifestError where the file cannot be read at all or lacks a required column,
    SettingsError where the column map is wrong.
    """
    return read_many([path], columns=columns, settings=settings, hints=hints).as_filed()


def read_many(
    paths: Iterable[str | Path],
    *,
    columns: ColumnMap = None,
    settings: Settings = NONE,
    hints: Hints = NO_HINTS,
) -> Manifest:
    """Read several manifests as one, so that the versions of a consignment may be in different files.

    A filing that an earlier file contains word for word is refused as `duplicate_filing`. Raises as `read` does.
    """
    parts, aside = each(paths, columns=lambda _: columns, settings=settings, hints=hints)
    with door.content_of(", ".join(part.understood.file for part in parts[:5])):
        return joined(parts, aside, settings)


def each(
    paths: Iterable[str | Path],
    *,
    columns: Callable[[Path], ColumnMap],
    settings: Settings = NONE,
    hints: Hints = NO_HINTS,
) -> tuple[list[FileLines], list[str]]:
    """Read each manifest among `paths` with the column map that `columns` gives for it; `joined` makes them one.

    The notes name the messages among them that are no manifests. Raises as `read` does, also where none is a manifest.
    """
    kind = lines.manifest(settings)
    maps: dict[ColumnMap, tuple[dict[str, str], Hints]] = {}
    parts: list[FileLines] = []
    aside: list[LeftAsideError] = []
    for source in sources.together(map(Path, paths)):
        named = columns(source[0])
        if named not in maps:
            maps[named] = _map(named, settings), hints.before(of_map(named))
        try:
            parts.append(lines.read(source, maps[named][0], kind, maps[named][1]))
        except LeftAsideError as message:
            aside.append(message)
    if not parts:
        raise aside[0] if aside else ManifestError("no manifest was named; name at least one file")
    return parts, [str(message) for message in aside]


def joined(parts: Sequence[FileLines], aside: Sequence[str] = (), settings: Settings = NONE) -> Manifest:
    """Join the files that `each` read to one manifest; `aside` are notes on others."""
    names = [part.understood.file for part in parts]
    written = [part.written for part in parts] if len(parts) > 1 else []
    together = parts[0] if len(parts) == 1 else lines.join(parts, ", ".join(names[:5]))
    # The houses of a container may come in several files, of which none shows that there are others.
    of_all = consolidations.flagged(consolidations.as_filed(together.lines)) if len(parts) > 1 else together.lines
    filings, notes = gather.gather(consolidations.keyed(of_all))
    notes = [*aside, *notes]
    latest, earlier, copies = gather.versions(filings, written)
    if earlier.height:
        notes.append(f"{counted(earlier.height, 'filing')} with a later version: kept as history")
    notes += gather.ties(latest, earlier, written)
    canonical = [*lines.manifest(settings).columns, gather.COUNTED]
    latest, earlier, cancelled = (
        latest.select(canonical),
        earlier.select(canonical),
        together.cancelled.select(*CANCELLED),
    )
    if cancelled.height:
        turns = [
            frame[gather.FILE].replace_strict(dict(enumerate(written)), default=0, return_dtype=pl.Int64)
            for frame in (filings, together.cancelled)
        ]
        cancelled = cancellations.before_refiled(filings, cancelled, *turns)
        gone = cancellations.among(latest, cancelled)
        notes.append(cancellations.note(cancelled, gone))
        latest, earlier = latest.filter(~gone), pl.concat([earlier, latest.filter(gone)])
    return Manifest(
        latest.drop(gather.COUNTED),
        earlier.drop(gather.COUNTED),
        pl.concat([together.quarantine, _refuse(copies, names)]),
        together.rows_in,
        replace(together.understood, notes=(*together.understood.notes, *notes)),
        cancelled,
        pl.concat([earlier[gather.COUNTED], latest[gather.COUNTED]]),
        tuple(notes),
    )


def understand(
    path: str | Path, *, columns: ColumnMap = None, settings: Settings = NONE, hints: Hints = NO_HINTS
) -> Understood:
    """Return how `path` would be read. Missing required columns are listed, not raised; else raises as `read` does."""
    hints = hints.before(of_map(columns))
    source = sources.together([Path(path)])[0]
    return lines.understand(source, _map(columns, settings), lines.manifest(settings), hints)


def _map(path: ColumnMap, settings: Settings) -> dict[str, str]:
    """The column map of the service's settings; the user's entries replace those for the same heading."""
    return declared_map(settings) | read_map(path, with_fields(manifest_synonyms(), settings))


def _refuse(copies: pl.DataFrame, files: Sequence[str]) -> pl.DataFrame:
    """Quarantine filings that an earlier file contains word for word, once for each goods line."""
    if not copies.height:
        return quarantine.empty()
    names = dict(enumerate(files))
    of_file = pl.col(gather.FILE).replace_strict(names, default=files[-1], return_dtype=pl.String)
    content = quarantine.as_json(copies.select(*COLUMNS))
    return quarantine.aside(copies, "duplicate_filing", "bill_of_lading", content, file=of_file)


def files(paths: Iterable[str | Path]) -> list[Path]:
    """Return the files that `paths` name: files, patterns (`2019-*.parquet`), and the manifests in folders.

    Raises ManifestError where a pattern or folder has none; a file that does not exist is returned as it is.
    """
    found: list[Path] = []
    for path in paths:
        if set("*?[") & set(str(path)) and not Path(path).exists():
            root = Path(Path(path).anchor or ".")
            named = sorted(root.glob(str(Path(path).relative_to(root))))
        elif Path(path).is_dir():
            named = sorted(file for file in Path(path).rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
        else:
            named = [Path(path)]
        if not named:
            raise ManifestError(f"{path}: no manifest found; the names of manifests end with {', '.join(SUFFIXES)}")
        found += named
    return found
