"""Intake: load the files of a run into the lake. Each row is loaded once, as a filing or into quarantine.

    files ─▶ filings ─▶ those that the lake already has, word for word ─▶ quarantine
                    └─▶ consignments, each with the day on which its first version was filed

A step reads only what earlier runs wrote to the lake, so a run that is resumed reads the same as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from riskscore import schema
from riskscore.casework import outcomes as recording
from riskscore.errors import SettingsError
from riskscore.history.filings import sessions
from riskscore.lake.protocol import Lake
from riskscore.manifest import quarantine
from riskscore.manifest.formats.table import CANCELLED
from riskscore.manifest.read import read_many
from riskscore.nightly.inbox import Inbox
from riskscore.runs.filings import filings_before
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
    paths = [inbox.find(file) for file in run.files("manifests")]
    filings, cancelled, broken, rows_in = _read(paths, lake.settings)
    before = filings_before(lake, run, filings)
    compared = _compared_columns(lake)
    again = filings.join(before.select(compared), on=compared, how="semi", nulls_equal=True)
    fresh = filings.join(before.select(compared), on=compared, how="anti", nulls_equal=True, maintain_order="left")
    copies = quarantine.aside(again, "filed_before", "bill_of_lading", quarantine.as_json(again))
    refused = pl.concat([broken, copies])
    lake.append("consignments", _with_first_day(fresh, before), run=run.number, night=run.night)
    lake.append("cancellations", cancelled, run=run.number, night=run.night)
    lake.append("quarantine", refused, run=run.number, night=run.night, step="manifests")
    accepted = int(fresh["goods_items"].list.len().cast(pl.Int64).sum()) + cancelled.height
    more = {"filings": fresh.height, "consignments": fresh.select(schema.KEY).n_unique() if fresh.height else 0}
    more |= {"cancelled": cancelled.height} if cancelled.height else {}
    return Loaded(rows_in, accepted, _by_rule(refused), more)


def outcomes(lake: Lake, run: Run, inbox: Inbox | None) -> Loaded:
    """Record the outcomes of `run`, if it has any. Raises SettingsError if a file or the inbox is missing."""
    files = run.files("outcomes")
    if files and inbox is None:
        raise SettingsError(f"run {run.number} began with outcomes; name their inbox again (--outcomes-inbox)")
    rows, broken = recording.read([inbox.find(file) for file in files] if inbox else [], settings=lake.settings)
    counts = recording.record(lake, rows, refused=broken, night=run.night, run=run.number, now=run.at)
    refused = {"breaks_a_rule": counts.refused, recording.UNKNOWN: counts.unknown}
    more = {"repeated": counts.repeated, "corrections": counts.corrections, "taken_up": counts.taken_up}
    return Loaded(counts.rows, counts.added, {rule: count for rule, count in refused.items() if count}, more)


def _read(paths: list[Path], settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, int]:
    """Return every filing of some manifests, what they cancel, the refused rows, and the number of rows.

    A night may bring none.
    """
    if not paths:
        nothing = pl.DataFrame(schema=CANCELLED).drop("line")
        return pl.DataFrame(schema=schema.columns(settings)), nothing, quarantine.empty(), 0
    manifest = read_many(paths, settings=settings)
    filings = pl.concat([manifest.earlier, manifest.consignments])
    return filings, manifest.cancelled.drop("line"), manifest.quarantine, manifest.rows_in


def _with_first_day(fresh: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Add the day of the first filing of the same consignment, which may be this one."""
    columns = [*schema.KEY, "filed_at", "started"]
    both = pl.concat([before.select(columns), fresh.with_columns(started=pl.lit(None, pl.Date)).select(columns)])
    return fresh.with_columns(sessions(both).tail(fresh.height))


def _by_rule(refused: pl.DataFrame) -> dict[str, int]:
    return dict(refused["rule"].value_counts(sort=True).iter_rows())
