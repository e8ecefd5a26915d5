"""Stow plans of a night: keep them, and compare each voyage whose plan or manifest has just arrived.

    plans of the inbox ─▶ stow_plans ─┐
    consignments of the run ──────────┴─▶ voyages ─▶ stow_plan_differences

A plan arrives before or after the manifest, so both are looked for among the nights before. Of several plans of one
voyage, the newest that has a port of discharge counts for that port: ships send a new one at each port they leave.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl

from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT, RUN, find
from riskscore.manifest import stow_plans
from riskscore.nightly.inbox import Inbox
from riskscore.runs.filings import is_cancelled
from riskscore.runs.log import Run

NIGHTS = 60
"""Nights within which the plan and the manifest of a voyage arrive."""

SHOWN = 20
"""Differences that the record of a run quotes; the table has all."""

_VOYAGE = ("_ship", "_voyage")
"""Columns that say which plans are of one voyage."""

_SHIP = ("vessel_imo", "vessel_name", "voyage")
_DECLARED = ("goods_description", "gross_weight_kg", "filed_at", "version")


def compare_night(lake: Lake, run: Run, inbox: Inbox) -> dict[str, Any]:
    """Load the stow plans of `run`, compare their voyages and those of its manifests, and return the counts.

    Raises SettingsError if a file is missing, ManifestError if one cannot be read.
    """
    columns = [name for name in find("stow_plans").own if name != "file"]
    read = [
        stow_plans.read(inbox.find(file)).select(columns).with_columns(file=pl.lit(file.name))
        for file in run.files("stow_plans")
    ]
    plans = pl.concat([find("stow_plans").empty().select(*columns, "file"), *read])
    lake.append("stow_plans", plans, run=run.number, night=run.night)
    compared = _compared(lake, run)
    differences = pl.concat([pl.DataFrame(schema=stow_plans.DIFFERENCES), *(part.differences for part in compared)])
    lake.append("stow_plan_differences", differences, run=run.number, night=run.night)
    return {
        "plans": len(read),
        "boxes": sum(part.boxes for part in compared),
        "differences": dict(differences["kind"].value_counts(sort=True).iter_rows()),
        "sentences": differences["sentence"].head(SHOWN).to_list(),
        "notes": [note for part in compared for note in part.notes],
    }


def _compared(lake: Lake, run: Run) -> list[stow_plans.Compared]:
    """Compare each plan with the consignments of its voyage, if one of the two arrived with `run`."""
    nights = (run.night - timedelta(NIGHTS), run.night)
    of_night = pl.col(RUN).fill_null(0) <= run.number
    plans = lake.read("stow_plans", nights=nights).filter(of_night).collect()
    if plans.is_empty():
        return []
    names = ("bill_of_lading", "container_number", "house_bill", "container_type", "port_of_discharge")
    read = lake.read("consignments", columns=[*names, *_DECLARED, *_SHIP, RUN], nights=nights)
    voyages = plans.select(stow_plans.plain("voyage")).to_series().drop_nulls().unique()
    some = read.filter(of_night, stow_plans.plain("voyage").is_in(voyages.implode())).collect()
    filed = stow_plans.of_voyages(some, plans).sort("filed_at", "version", RUN)
    latest = filed.unique(names[:2], keep="last", maintain_order=True)
    latest = latest.filter(~is_cancelled(lake, run, latest))
    found = []
    for _, plan in _newest(plans).group_by(*_VOYAGE, maintain_order=True):
        same = stow_plans.of_voyages(latest, plan)
        is_new = bool((plan[RUN] == run.number).any()) or bool((same[RUN] == run.number).any())
        if is_new:
            found.append(stow_plans.compare(same, plan, " and ".join(plan["file"].unique(maintain_order=True))))
    return found


def _newest(plans: pl.DataFrame) -> pl.DataFrame:
    """The rows of `plans` that count, with _VOYAGE: each container once, and of each port the newest plan that has it.

    A plan is newer by its own moment, which is its night where it states none, and then by the run that loaded it.
    """
    moment = pl.coalesce("filed_at", pl.col(NIGHT).cast(pl.Datetime("us", "UTC")))
    voyage = stow_plans.plain("voyage")
    ship = pl.coalesce(stow_plans.plain("vessel_imo"), stow_plans.plain("vessel_name"))
    rows = plans.with_columns(
        pl.when(voyage.is_not_null()).then(ship).fill_null(pl.col("file")).alias(_VOYAGE[0]),
        voyage.alias(_VOYAGE[1]),
        pl.struct(moment, RUN).rank("dense").alias("_made"),
    )
    rows = rows.filter(pl.col("_made") == pl.col("_made").max().over(*_VOYAGE, "port_of_discharge"))
    rows = rows.sort("_made", "file", descending=[True, False], maintain_order=True)
    named = pl.col("container_number").is_not_null()
    once = rows.filter(named).unique([*_VOYAGE, "container_number"], keep="first", maintain_order=True)
    return pl.concat([once, rows.filter(~named)]).drop("_made")
