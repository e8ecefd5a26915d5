"""Taking: the files of a run into the lake, every row once, as a filing or in quarantine.

    files ─▶ filings ─▶ those that the lake knows word for word ─▶ quarantine
                    └─▶ consignments, each with the day on which its first version was filed

What a step reads of the lake is only what earlier runs wrote, so that a run taken up again finds what it found before.
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
from riskscore.manifest.read import read_many
from riskscore.nightly.inbox import Inbox
from riskscore.runs.filings import filings_before
from riskscore.runs.log import Run
from riskscore.settings import Settings


def _said(lake: Lake) -> list[str]:
    """What makes two filings the same: all that they say but the number of the version, which may be counted."""
    return [name for name in schema.columns(lake.settings) if name != "version"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step took: rows of the files, rows accepted, and rows refused by rule."""

    rows_in: int
    accepted: int
    refused: dict[str, int]
    more: dict[str, Any]

    def entry(self) -> dict[str, Any]:
        """The counts as they stand in a run's record."""
        return {"rows_in": self.rows_in, "accepted": self.accepted, "refused": self.refused, **self.more}


def manifests(lake: Lake, run: Run, inbox: Inbox) -> Taken:
    """Take the manifests of `run`. Raises SettingsError where a file is gone."""
    paths = [inbox.find(file) for file in run.files("manifests")]
    filings, broken, rows_in = _read(paths, lake.settings)
    known = filings_before(lake, run, filings)
    said = _said(lake)
    again = filings.join(known.select(said), on=said, how="semi", nulls_equal=True)
    fresh = filings.join(known.select(said), on=said, how="anti", nulls_equal=True, maintain_order="left")
    copies = quarantine.aside(again, "filed_before", "bill_of_lading", quarantine.as_json(again))
    refused = pl.concat([broken, copies])
    lake.append("consignments", _started(fresh, known), run=run.number, night=run.night)
    lake.append("quarantine", refused, run=run.number, night=run.night, step="manifests")
    accepted = int(fresh["goods_items"].list.len().cast(pl.Int64).sum())
    more = {"filings": fresh.height, "consignments": fresh.select(schema.KEY).n_unique() if fresh.height else 0}
    return Taken(rows_in, accepted, _rules(refused), more)


def outcomes(lake: Lake, run: Run, inbox: Inbox | None) -> Taken:
    """Take the outcomes of `run`, if any, by the way of all outcomes. Raises SettingsError where a file is gone."""
    files = run.files("outcomes")
    if files and inbox is None:
        raise SettingsError(f"run {run.number} set out with outcomes; name their inbox again (--outcomes-inbox)")
    found, refused = recording.read([inbox.find(file) for file in files] if inbox else [], settings=lake.settings)
    done = recording.record(lake, found, refused=refused, night=run.night, run=run.number, now=run.at)
    aside = {"breaks_a_rule": done.refused, recording.UNKNOWN: done.unknown}
    more = {"repeated": done.repeated, "corrections": done.corrections, "taken_up": done.taken_up}
    return Taken(done.rows, done.added, {rule: count for rule, count in aside.items() if count}, more)


def _read(paths: list[Path], settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Every filing of some manifests, their refused rows, and how many rows they have; a night may bring none."""
    if not paths:
        return pl.DataFrame(schema=schema.columns(settings)), quarantine.empty(), 0
    manifest = read_many(paths, settings=settings)
    return pl.concat([manifest.earlier, manifest.consignments]), manifest.quarantine, manifest.rows_in


def _started(fresh: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Add the day of the first filing of the same consignment, its own included."""
    columns = [*schema.KEY, "filed_at", "started"]
    both = pl.concat([known.select(columns), fresh.with_columns(started=pl.lit(None, pl.Date)).select(columns)])
    return fresh.with_columns(sessions(both).tail(fresh.height))


def _rules(refused: pl.DataFrame) -> dict[str, int]:
    return dict(refused["rule"].value_counts(sort=True).iter_rows())
