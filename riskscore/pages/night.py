"""The report of a night: one page for the morning shift, and the same counts as JSON.

counts of the run, scores, slate, earlier runs ─▶ REPORTS/2026-11-24-run-7.json and .html

The page is written last, so if it exists the report is complete. If it is missing, the next run writes it.
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
from riskscore.monitoring.sentences import named
from riskscore.nightly.run import NightResult
from riskscore.pages import charts
from riskscore.runs.log import RunLog
from riskscore.views.night import look_at, readings
from riskscore.views.slates import with_reasons

SHOWN_NIGHTS = 60
_LABELS = {"open": "open", "scan": "scan", "documents": "check documents", "audit": "audit later", "none": "let pass"}


def write(lake: Lake, result: NightResult, folder: Path) -> Path:
    """Write the report of a run to `folder`, replacing earlier files of the run; return the path of the page."""
    counts = result.counts or {}
    folder.mkdir(parents=True, exist_ok=True)
    page = _page(counts, folder)
    export.write_text(json.dumps(counts, indent=1, sort_keys=True) + "\n", page.with_suffix(".json"))
    export.write_text(render(counts, _slate(lake, counts), RunLog.read(lake).finished()), page)
    return page


def write_missing(lake: Lake, folder: Path) -> Path | None:
    """Write the report of the last finished run if `folder` lacks it; return the path of the page, or None.

    A run that is killed between its last commit and its report leaves none, and has nothing to do when run again.
    """
    finished = RunLog.read(lake).finished()
    if not finished or _page(finished[-1], folder).exists():
        return None
    return write(lake, NightResult(finished[-1]), folder)


def _page(counts: dict[str, Any], folder: Path) -> Path:
    return folder / f"{counts['night']}-run-{counts['run']}.html"


def render(counts: dict[str, Any], slate: list[dict[str, Any]], nights: list[dict[str, Any]]) -> str:
    """Return the page as HTML: `counts` of the run, boxes of the `slate` in order, counts of all `nights` so far."""
    return template("pages", "night.html").render(
        counts=counts,
        slate=slate,
        labels=_LABELS,
        refused=sum(counts["manifests"]["refused"].values()),
        look_at=look_at(counts),
        readings=readings(counts),
        senders=counts["manifests"].get("senders", []),
        named=named,
        alerts=counts.get("alerts"),
        chart=_volume(nights[-SHOWN_NIGHTS:]),
    )


def _slate(lake: Lake, counts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the boxes to open or to scan, with their first three reasons, sorted by port and place."""
    night, run = date.fromisoformat(counts["night"]), counts["run"]
    of_run = (pl.col("run") == run) & pl.col("action").is_in(["open", "scan"])
    chosen = lake.read("slates", nights=(night, night)).filter(of_run).collect()
    boxes = with_reasons(lake, chosen, night, run)
    return boxes.with_columns(pl.col("sentences").list.head(3)).sort("port", "place").to_dicts()


def _volume(nights: list[dict[str, Any]]) -> Markup | None:
    """Draw the filings per night; None if there is only one night."""
    rows = [{"night": run["night"], "filings": run["manifests"]["filings"]} for run in nights]
    return charts.filings(pl.DataFrame(rows)) if len(rows) > 1 else None
