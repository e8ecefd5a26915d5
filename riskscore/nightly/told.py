"""What the record of a run keeps of the reading of its files, and of the quality of their senders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from riskscore.casework.column_maps import Sent
from riskscore.manifest import quarantine
from riskscore.manifest.lines import FileLines
from riskscore.runs.log import File

NOTES = 40
"""Notes on one file that the record of a run keeps; the others are counted."""

WORST = 10
"""Senders that the record of a run names."""


def of_file(part: FileLines, files: Sequence[File], sent: Sent) -> dict[str, Any]:
    """What was decided about one manifest, which `files` are together: counts, notes, what was not understood."""
    paths = {str(path): file.name for path, file in zip(part.paths, files, strict=True)}
    paths |= {str(path.parent): name for path, name in zip(part.paths, paths.values(), strict=True)}
    notes = [_plain(note, paths) for note in part.understood.notes]
    return {
        "file": name(files),
        "sender": sent.sender,
        "map": sent.map is not None,
        "format": part.understood.format,
        "rows_in": part.rows_in,
        "cancelled": part.cancelled.height,
        "refused": [
            {key: value for key, value in rule.items() if key != "file"} for rule in quarantine.by_rule(part.quarantine)
        ],
        "not_understood": [asdict(kind) | {"sentence": kind.sentence()} for kind in part.understood.not_understood],
        "notes": notes[:NOTES],
        "more_notes": max(len(notes) - NOTES, 0),
    }


def _plain(note: str, paths: Mapping[str, str]) -> str:
    """`note` with plain names instead of the `paths` that the files had during the run."""
    for path, plain in paths.items():
        note = note.replace(path, plain)
    return note


def name(files: Sequence[File]) -> str:
    """What the record of a run calls the manifest that `files` are together."""
    return files[0].name + (f" and {len(files) - 1:,} more" if len(files) > 1 else "")


def worst(quality: pl.DataFrame) -> list[dict[str, Any]]:
    """The senders of a night with the largest share of refused or doubtful rows (columns of the table `quality`)."""
    whole = (
        quality.filter(pl.col("field").is_null()).group_by("sender").agg(pl.col("rows", "refused", "doubtful").sum())
    )
    fields = quality.filter(pl.col("field").is_not_null()).group_by("sender", "field")
    worst_field = (
        fields.agg(bad=pl.sum("refused") + pl.sum("doubtful"))
        .filter(pl.col("bad") > 0)
        .sort("bad", "field", descending=[True, False])
        .group_by("sender", maintain_order=True)
        .agg(pl.col("field").head(3))
    )
    bad = pl.col("refused") + pl.col("doubtful")
    return (
        whole.filter(bad > 0)
        .sort(bad / pl.col("rows"), "sender", descending=[True, False])
        .head(WORST)
        .join(worst_field, on="sender", how="left", maintain_order="left")
        .with_columns(fields=pl.col("field").fill_null([]))
        .drop("field")
        .to_dicts()
    )
