"""The report of a night: as JSON for machines, and as one page for the people of the morning.

counts of the run, scores, slate, runs before ─▶ REPORTS/2026-11-24-run-7.json and .html

The page is written last, so that where it is the report is whole. Where it is missing the next run makes it up.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from riskscore import export
from riskscore.lake.protocol import Lake
from riskscore.markup.page import template
from riskscore.nightly.run import NightResult
from riskscore.pages import charts
from riskscore.runs.log import RunLog
from riskscore.views.night import look_at
from riskscore.views.slates import with_reasons

SHOWN_NIGHTS = 60
_LABELS = {"open": "open", "scan": "scan", "documents": "check documents", "audit": "audit later", "none": "let pass"}


def write(lake: Lake, report: NightResult, folder: Path) -> Path:
    """Write the report of a run to `folder`, whole files in place of earlier ones; return the page's path."""
    counts = report.counts or {}
    folder.mkdir(parents=True, exist_ok=True)
    written = _page(counts, folder)
    export.write_text(json.dumps(counts, indent=1, sort_keys=True) + "\n", written.with_suffix(".json"))
    export.write_text(render(counts, _slate(lake, counts), RunLog.read(lake).finished()), written)
    return written


def make_up(lake: Lake, folder: Path) -> Path | None:
    """Write the report of the last finished run where `folder` has none; return the page's path where it was written.

    A run that was killed between its last commit and its report leaves none, and run again it finds nothing to do.
    """
    finished = RunLog.read(lake).finished()
    if not finished or _page(finished[-1], folder).exists():
        return None
    return write(lake, NightResult(finished[-1]), folder)


def _page(counts: dict[str, Any], folder: Path) -> Path:
    return folder / f"{counts['night']}-run-{counts['run']}.html"


def render(counts: dict[str, Any], slate: list[dict[str, Any]], nights: list[dict[str, Any]]) -> str:
    """The page: `counts` of the run, boxes of the `slate` in order, and the counts of all `nights` so far."""
    return template("pages", "night.html").render(
        counts=counts,
        slate=slate,
        labels=_LABELS,
        refused=sum(counts["manifests"]["refused"].values()),
        look_at=look_at(counts),
        alerts=counts.get("alerts"),
        chart=_volume(nights[-SHOWN_NIGHTS:]),
    )


def _slate(lake: Lake, counts: dict[str, Any]) -> list[dict[str, Any]]:
    """What is opened or scanned, with its first reasons, port by port."""
    night, run = date.fromisoformat(counts["night"]), counts["run"]
    own = (pl.col("run") == run) & pl.col("action").is_in(["open", "scan"])
    chosen = lake.read("slates", nights=(night, night)).filter(own).collect()
    told = with_reasons(lake, chosen, night, run)
    return told.with_columns(pl.col("sentences").list.head(3)).sort("port", "place").to_dicts()


def _volume(nights: list[dict[str, Any]]) -> Markup | None:
    """Filings by night; nothing where there is but one night to show."""
    rows = [{"night": one["night"], "filings": one["manifests"]["filings"]} for one in nights]
    return charts.filings(pl.DataFrame(rows)) if len(rows) > 1 else None
