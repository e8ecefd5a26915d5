"""Reading manifests: any file in, canonical consignments out, and nothing lost on the way.

    manifest = read("manifest.csv")
    manifest.consignments   the latest version of each consignment, exactly schema.COLUMNS
    manifest.earlier        versions of it that were filed before, the same columns
    manifest.quarantine     rows that were refused, whole, with file, line, rule and value
    manifest.understood     how headings, encoding and units were read

`rows_in` counts goods lines: a row of a file, or each goods item of a row that brings its items along. Each of them
is in the end in one consignment's `goods_items` or in the quarantine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from riskscore.cells.headings import declared, manifest_synonyms, read_map, with_fields
from riskscore.errors import ManifestError
from riskscore.manifest import gather, lines, quarantine
from riskscore.manifest.lines import Understood
from riskscore.schema import COLUMNS
from riskscore.settings import NONE, Settings
from riskscore.units import counted

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl", ".ndjson", ".xlsx", ".gz", ".zip")
"""Endings of the files that are taken from a folder."""


@dataclass(frozen=True)
class Manifest:
    """What a manifest, or several, came to. Frames have schema.columns and quarantine.SCHEMA."""

    consignments: pl.DataFrame
    earlier: pl.DataFrame
    quarantine: pl.DataFrame
    rows_in: int
    understood: Understood

    @property
    def accepted(self) -> int:
        """Goods lines in `consignments` and `earlier`."""
        counts = [frame["goods_items"].list.len().cast(pl.Int64).sum() for frame in (self.consignments, self.earlier)]
        return int(sum(counts))

    @property
    def balance(self) -> int:
        """Goods lines read that are neither accepted nor quarantined: always 0."""
        return self.rows_in - self.accepted - self.quarantine.height


def read(path: str | Path, *, columns: str | Path | None = None, settings: Settings = NONE) -> Manifest:
    """Read one manifest of any format; `columns` is a TOML that maps the file's own headings.

    A `service` may have own fields, which stand behind the canonical columns, and lack some of these. A file of
    headings alone is a manifest of zero consignments. Raises ManifestError where the file cannot be read at all or
    lacks a required column, SettingsError where the column map is wrong.
    """
    return read_many([path], columns=columns, settings=settings)


def read_many(paths: Iterable[str | Path], *, columns: str | Path | None = None, settings: Settings = NONE) -> Manifest:
    """Read several manifests as one: versions of a consignment are told apart across files.

    A filing that is repeated word for word in another file is refused as `duplicate_filing`. Raises as `read` does.
    """
    mapping, kind = _map(columns, settings), lines.manifest(settings)
    filed = [lines.read(Path(path), mapping, kind) for path in paths]
    if not filed:
        raise ManifestError("no manifest was named; name at least one file")
    every = filed[0] if len(filed) == 1 else lines.join(filed, ", ".join(one.understood.file for one in filed[:5]))
    filings, notes = gather.gather(every.lines)
    latest, earlier, copies = gather.versions(filings)
    names = list(kind.columns)
    if earlier.height:
        notes.append(f"{counted(earlier.height, 'filing')} with a later version: kept as history")
    refused = [every.quarantine, _refuse(copies, [one.understood.file for one in filed])]
    return Manifest(
        latest.select(names),
        earlier.select(names),
        pl.concat(refused),
        every.rows_in,
        replace(every.understood, notes=(*every.understood.notes, *notes)),
    )


def understand(path: str | Path, *, columns: str | Path | None = None, settings: Settings = NONE) -> Understood:
    """Say how `path` is understood, also when required columns are missing. Raises as `read` does otherwise."""
    return lines.understand(Path(path), _map(columns, settings), lines.manifest(settings))


def _map(path: str | Path | None, settings: Settings) -> dict[str, str]:
    """The column map of the service, with the user's before it."""
    return declared(settings) | read_map(path, with_fields(manifest_synonyms(), settings))


def _refuse(copies: pl.DataFrame, files: Sequence[str]) -> pl.DataFrame:
    """Quarantine filings that another file has word for word, once for each goods line."""
    if not copies.height:
        return quarantine.empty()
    names = dict(enumerate(files))
    of_file = pl.col(gather.FILE).replace_strict(names, default=files[-1], return_dtype=pl.String)
    content = quarantine.as_json(copies.select(*COLUMNS))
    return quarantine.aside(copies, "duplicate_filing", "bill_of_lading", content, file=of_file)


def files(paths: Iterable[str | Path]) -> list[Path]:
    """Files that `paths` name: files themselves, patterns (`2019-*.parquet`), and the manifests of folders."""
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
            raise ManifestError(f"{path}: no manifest there; expected files ending with {', '.join(SUFFIXES)}")
        found += named
    return found
