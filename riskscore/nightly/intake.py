"""Intake: load the files of a run into the lake. Each row is loaded once, as a filing or into quarantine.

    files ─▶ filings ─▶ those that the lake already has, word for word ─▶ quarantine
                    └─▶ consignments, each with the day on which its first version was filed

A step reads only what earlier runs wrote to the lake, so a run that is resumed reads the same as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from riskscore import schema
from riskscore.casework import outcomes as recording
from riskscore.casework.column_maps import Sent
from riskscore.errors import SettingsError
from riskscore.history.filings import sessions
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import find
from riskscore.manifest import consolidations, gather, quarantine, read
from riskscore.manifest.gather import COUNTED
from riskscore.manifest.lines import FileLines
from riskscore.manifest.read import Manifest
from riskscore.manifest.understood import Understood
from riskscore.monitoring import quality
from riskscore.nightly import told as kept
from riskscore.nightly.inbox import Inbox
from riskscore.runs.filings import filings_before, houses_before
from riskscore.runs.log import Run
from riskscore.settings import Settings


def _compared_columns(lake: Lake) -> list[str]:
    """Columns that make two filings the same: all but the number of the version, which may have been counted here."""
    return [name for name in schema.columns(lake.settings) if name != "version"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a step loaded: rows of the files, accepted rows, refused rows by rule, and further counts."""

    rows_in: int
    accepted: int
    refused: dict[str, int]
    more: dict[str, Any]

    def entry(self) -> dict[str, Any]:
        """Return the counts as the record of a run keeps them."""
        return {"rows_in": self.rows_in, "accepted": self.accepted, "refused": self.refused, **self.more}


def manifests(lake: Lake, run: Run, inbox: Inbox) -> Loaded:
    """Load the manifests of `run`. Raises SettingsError if a file is missing."""
    parts, told = _read(run, inbox, lake.settings)
    manifest = read.joined(parts, settings=lake.settings) if parts else _nothing(lake.settings)
    filings, cancelled = pl.concat([manifest.earlier, manifest.consignments]), manifest.cancelled.drop("line")
    filings = consolidations.known_as(filings, houses_before(lake, run, filings))
    before = filings_before(lake, run, filings)
    compared = _compared_columns(lake)
    filings = filings.with_columns(manifest.counted.alias(COUNTED))
    again = filings.join(before.select(compared), on=compared, how="semi", nulls_equal=True)
    fresh = filings.join(before.select(compared), on=compared, how="anti", nulls_equal=True, maintain_order="left")
    again, fresh = again.drop(COUNTED), _numbered_on(fresh, before)
    copies = quarantine.aside(again, "filed_before", "bill_of_lading", quarantine.as_json(again))
    refused = pl.concat([manifest.quarantine, copies])
    found = _quality(parts, told, lake.settings)
    lake.append("consignments", _with_first_day(fresh, before), run=run.number, night=run.night)
    lake.append("cancellations", cancelled, run=run.number, night=run.night)
    lake.append("quarantine", refused, run=run.number, night=run.night, step="manifests")
    lake.append("quality", found, run=run.number, night=run.night)
    accepted = int(fresh["goods_items"].list.len().cast(pl.Int64).sum()) + cancelled.height
    more: dict[str, Any] = {
        "filings": fresh.height,
        "consignments": fresh.select(schema.KEY).n_unique() if fresh.height else 0,
    }
    more |= {"cancelled": cancelled.height} if cancelled.height else {}
    more |= {"read": told, "notes": list(manifest.notes), "senders": kept.worst(found)}
    return Loaded(manifest.rows_in, accepted, _by_rule(refused), more)


def outcomes(lake: Lake, run: Run, inbox: Inbox | None) -> Loaded:
    """Record the outcomes of `run`, if it has any. Raises SettingsError if a file or the inbox is missing."""
    files = run.files("outcomes")
    if files and inbox is None:
        raise SettingsError(f"run {run.number} began with outcomes; name their inbox again (--outcomes-inbox)")
    rows, broken = recording.read([inbox.find(file) for file in files] if inbox else [], settings=lake.settings)
    counts = recording.record(lake, rows, refused=broken, night=run.night, run=run.number, now=run.at)
    refused = {"breaks_a_rule": counts.refused, recording.UNKNOWN: counts.unknown}
    more: dict[str, Any] = {"repeated": counts.repeated, "corrections": counts.corrections, "taken_up": counts.taken_up}
    more |= {"aside": list(counts.aside)}
    return Loaded(counts.rows, counts.added, {rule: count for rule, count in refused.items() if count}, more)


def _read(run: Run, inbox: Inbox, settings: Settings) -> tuple[list[FileLines], list[dict[str, Any]]]:
    """Read every manifest of `run`, and say how. A night may bring none."""
    files = {inbox.find(file): file for file in run.files("manifests")}
    sent = {file.name: Sent.of_entry(run.plan.get("sent", {}).get(file.name, {}), file.name) for file in files.values()}
    if not files:
        return [], []
    parts, _ = read.each(files, columns=lambda path: sent[files[path].name].map, settings=settings)
    named = [[files[path] for path in part.paths] for part in parts]
    return parts, [kept.of_file(part, of, sent[of[0].name]) for part, of in zip(parts, named, strict=True)]


def _nothing(settings: Settings) -> Manifest:
    rows = pl.DataFrame(schema=schema.columns(settings))
    return Manifest(rows, rows, quarantine.empty(), 0, Understood("", "", None, None, None, ()))


def _quality(parts: list[FileLines], told: list[dict[str, Any]], settings: Settings) -> pl.DataFrame:
    """The quality of each file, with its sender: own columns of the table `quality`."""
    found = [
        quality.of(part, settings).with_columns(sender=pl.lit(file["sender"]), file=pl.lit(file["file"]))
        for part, file in zip(parts, told, strict=True)
    ]
    columns = find("quality").own
    return pl.concat([pl.DataFrame(schema=columns), *(part.select(list(columns)) for part in found)])


def _numbered_on(fresh: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """`fresh` without COUNTED; numbers of versions that were counted go on from those that the lake has."""
    last = before.group_by(schema.KEY).agg(last=pl.col("version").max())
    rows = fresh.with_row_index("place").join(last, on=schema.KEY, how="left", maintain_order="left")
    stated = pl.when(~pl.col(COUNTED)).then("version")
    ordered = rows.sort(*schema.KEY, "filed_at", "version").with_columns(
        pl.when(pl.col("last").is_null())
        .then("version")
        .otherwise(gather.counted_on(stated, pl.col("last")))
        .alias("version")
    )
    return ordered.sort("place").drop("place", "last", COUNTED)


def _with_first_day(fresh: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Add the day of the first filing of the same consignment, which may be this one."""
    columns = [*schema.KEY, "filed_at", "started"]
    both = pl.concat([before.select(columns), fresh.with_columns(started=pl.lit(None, pl.Date)).select(columns)])
    return fresh.with_columns(sessions(both).tail(fresh.height))


def _by_rule(refused: pl.DataFrame) -> dict[str, int]:
    return dict(refused["rule"].value_counts(sort=True).iter_rows())
