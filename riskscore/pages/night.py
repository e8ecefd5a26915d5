"""The report of a night: as JSON for machines, and as one page for the people of the morning.

counts of the run, scores, slate, runs before ─▶ REPORTS/2026-11-24-run-7.json and .html

The page is written last, so that where it is the report is whole. Where it is missing the next run makes it up.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from riskscore import export
from riskscore.casework import watch_lists
from riskscore.lake.io import Lake
from riskscore.nightly.run import Report
from riskscore.pages import charts, results
from riskscore.runs.log import RunLog
from riskscore.units import counted

SHOWN_NIGHTS = 60
SHOWN_ALARMS = 5
_LABELS = {"open": "open", "scan": "scan", "documents": "check documents", "audit": "audit later", "none": "let pass"}


def write(lake: Lake, report: Report, folder: Path) -> Path:
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
    return write(lake, Report(finished[-1]), folder)


def _page(counts: dict[str, Any], folder: Path) -> Path:
    return folder / f"{counts['night']}-run-{counts['run']}.html"


def render(counts: dict[str, Any], slate: list[dict[str, Any]], nights: list[dict[str, Any]]) -> str:
    """The page: `counts` of the run, boxes of the `slate` in order, and the counts of all `nights` so far."""
    return results.template("night.html").render(
        counts=counts,
        slate=slate,
        labels=_LABELS,
        refused=sum(counts["manifests"]["refused"].values()),
        look_at=look_at(counts),
        alerts=counts.get("alerts"),
        chart=_volume(nights[-SHOWN_NIGHTS:]),
    )


def look_at(counts: dict[str, Any]) -> list[str]:
    """What somebody should look at in the morning, in sentences; none on a quiet night."""
    taken = counts["manifests"]
    refused = sum(taken["refused"].values())
    notes = [f"{file['name']} was left in the inbox: {file['why']}." for file in counts["left"]]
    if refused > taken["rows_in"] * 0.02:
        notes.append(f"{refused / max(taken['rows_in'], 1):.0%} of the rows are in quarantine.")
    usual = counts["usual_filings"]
    if usual and not 0.5 <= taken["filings"] / usual <= 2:
        notes.append(
            f"{taken['filings']:,} filings came in, where {usual:,.0f} are usual: is a file missing or doubled?"
        )
    return notes + changed(counts)


def changed(counts: dict[str, Any]) -> list[str]:
    """The alarms of the drift of a night, in sentences, the first few of them, and how to see the others."""
    alarms = counts.get("drift", {}).get("alarms", [])
    more = len(alarms) - SHOWN_ALARMS
    if more <= 0:
        return list(alarms)
    return [*alarms[:SHOWN_ALARMS], f"{counted(more, 'more change')} of this kind; `riskscore drift` shows all."]


def _slate(lake: Lake, counts: dict[str, Any]) -> list[dict[str, Any]]:
    """What is opened, scanned or checked, with its first reasons, port by port."""
    night = pl.Series([counts["night"]]).str.to_date().item()
    key = ["bill_of_lading", "container_number"]
    own = pl.col("run") == counts["run"]
    chosen = lake.read("slates", nights=(night, night)).filter(own, pl.col("action").is_in(["open", "scan"])).collect()
    told = lake.read("scores", columns=[*key, "reasons", "run"], nights=(night, night)).filter(own).collect()
    words = watch_lists.of_night(lake, night).filter(own).group_by(key, maintain_order=True).agg(alerts=told_by())
    return (
        chosen.join(told.drop("run"), on=key, how="left", maintain_order="left")
        .join(words, on=key, how="left", maintain_order="left")
        .with_columns(sentences=pl.col("reasons").list.eval(pl.element().struct.field("sentence")).list.head(3))
        .drop("reasons")
        .sort("port", "place")
        .to_dicts()
    )


def told_by() -> pl.Expr:
    """What a match says, with who says so and how it may be shared: its words beside an explanation."""
    grade, handling = pl.col("reliability"), pl.col("handling").str.to_uppercase()
    by = pl.concat_str(pl.lit("Alert of "), "provider", pl.lit(" ("), grade, pl.lit(", TLP:"), handling, pl.lit("): "))
    return pl.concat_str(by, "words", pl.lit("."))


def _volume(nights: list[dict[str, Any]]) -> Markup | None:
    """Filings by night; nothing where there is but one night to show."""
    rows = [{"night": one["night"], "filings": one["manifests"]["filings"]} for one in nights]
    return Markup(charts.filings(pl.DataFrame(rows))) if len(rows) > 1 else None  # noqa: S704  our own SVG, escaped
