"""Taking: the files of a run into the lake, every row once, as a filing or in quarantine.

    files ─▶ filings ─▶ those that the lake knows word for word ─▶ quarantine
                    └─▶ consignments, each with the day on which its first version was filed

What a step reads of the lake is only what earlier runs wrote, so that a run taken up again finds what it found before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from riskscore.errors import SettingsError
from riskscore.jobs.inbox import Inbox
from riskscore.jobs.runs import Run
from riskscore.lake.io import Lake
from riskscore.manifest import outcomes as findings
from riskscore.manifest import quarantine, schema
from riskscore.manifest.read import read_each

SAME_BILL = timedelta(days=120)
"""A bill filed again later than so long after its first filing is another one: carriers use numbers again."""

_SAID = [name for name in schema.COLUMNS if name != "version"]
"""What makes two filings the same: all that they say but the number of the version, which may be counted."""


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
    """Take the manifests of `run`. Raises SettingsError where a file is gone or no longer readable."""
    paths = [inbox.find(file) for file in run.files("manifests")]
    manifest, unreadable = read_each(paths)
    if unreadable or manifest is None:
        raise SettingsError(f"a file of the unfinished run can no longer be read: {'; '.join(unreadable.values())}")
    filings = pl.concat([manifest.earlier, manifest.consignments])
    known = _known(lake, run, filings)
    again = filings.join(known.select(_SAID), on=_SAID, how="semi", nulls_equal=True)
    fresh = filings.join(known.select(_SAID), on=_SAID, how="anti", nulls_equal=True, maintain_order="left")
    refused = pl.concat([manifest.quarantine, _copies(again)])
    lake.append("consignments", _started(fresh, known), run=run.number, night=run.night)
    lake.append("quarantine", refused, run=run.number, night=run.night, step="manifests")
    accepted = int(fresh["goods_items"].list.len().cast(pl.Int64).sum())
    more = {"filings": fresh.height, "consignments": fresh.select(schema.KEY).n_unique() if fresh.height else 0}
    return Taken(manifest.rows_in, accepted, _rules(refused), more)


def outcomes(lake: Lake, run: Run, inbox: Inbox | None) -> Taken:
    """Take the outcomes of `run`, if any."""
    read = [findings.read(inbox.find(file)) for file in run.files("outcomes")] if inbox else []
    found = pl.concat([pl.DataFrame(schema=schema.OUTCOME), *(one.outcomes for one in read)])
    refused = pl.concat([quarantine.empty(), *(one.quarantine for one in read)])
    stamped = found.with_columns(recorded_at=pl.lit(run.at, schema.UTC))
    lake.append("outcomes", stamped, run=run.number, night=run.night)
    lake.append("quarantine", refused, run=run.number, night=run.night, step="outcomes")
    return Taken(sum(one.rows_in for one in read), found.height, _rules(refused), {})


def versions(lake: Lake, run: Run) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The latest filing of each consignment that `run` brought, and all earlier filings of the same ones.

    A consignment of which an earlier run brought a later filing is left out: it stands as it was scored.
    """
    own = lake.read("consignments", nights=(run.night, run.night)).filter(pl.col("run") == run.number).collect()
    filings = pl.concat([_known(lake, run, own), own]).sort("filed_at", "version", maintain_order=True)
    latest = filings.unique(schema.KEY, keep="last", maintain_order=True)
    earlier = filings.join(latest, on=latest.columns, how="anti", nulls_equal=True, maintain_order="left")
    return latest.filter(pl.col("run") == run.number), earlier


def _known(lake: Lake, run: Run, filings: pl.DataFrame) -> pl.DataFrame:
    """What earlier runs brought of the bills of `filings`, as far back as a bill is the same one."""
    first = filings["filed_at"].min()
    if first is None:
        return lake.read("consignments").clear().collect()
    nights = (first.date() - SAME_BILL, date.max)  # type: ignore[union-attr]
    before = lake.read("consignments", nights=nights).filter(pl.col("run") < run.number)
    return before.join(filings.lazy().select(schema.KEY), on=schema.KEY, how="semi").collect()


def _started(fresh: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Add the day of the first filing of the same consignment, its own included."""
    filed = pl.concat([known.select(*schema.KEY, "filed_at"), fresh.select(*schema.KEY, "filed_at")])
    first = filed.group_by(schema.KEY).agg(started=pl.col("filed_at").min().dt.date())
    return fresh.join(first, on=schema.KEY, how="left", maintain_order="left")


def _copies(again: pl.DataFrame) -> pl.DataFrame:
    """Quarantine filings that the lake has word for word, once for each goods line."""
    return (
        again.select(
            file=pl.lit(None, pl.String),
            line=pl.lit(None, pl.Int64),
            rule=pl.lit("filed_before"),
            column=pl.lit("bill_of_lading"),
            value="bill_of_lading",
            row=quarantine.as_json(again),
            times=pl.col("goods_items").list.len(),
        )
        .select(pl.exclude("times").repeat_by("times"))
        .explode(list(quarantine.SCHEMA))
    )


def _rules(refused: pl.DataFrame) -> dict[str, int]:
    return dict(refused["rule"].value_counts(sort=True).iter_rows())
