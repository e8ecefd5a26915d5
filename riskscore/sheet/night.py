"""Sheets of a night: one for each box of its slates that is opened or scanned, with what was known that night.

A slate is the list of boxes chosen for inspection on one day.

lake as it was after the night ─▶ its runs, scored again with their model ─▶ explanations ─┐
slates in force ─▶ boxes, and where the red lane ends at each port ────────────────────────┼─▶ sheets
scores of 90 days ─▶ rank · consignments of two years ─▶ history ──────────────────────────┘
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from riskscore import progress, schema
from riskscore.cases import Inspected
from riskscore.cases.sources import of_lake
from riskscore.casework import slates, watch_lists
from riskscore.engine.explain import explain_each
from riskscore.engine.inspected import read_inspected as measure_inspected
from riskscore.errors import SettingsError
from riskscore.explanation.explanation import Explanation
from riskscore.features import own
from riskscore.history import past
from riskscore.lake.protocol import Lake
from riskscore.language import Language, mark
from riskscore.model import archive
from riskscore.model.booster import CARD
from riskscore.model.card import Card
from riskscore.runs import replay
from riskscore.runs.filings import versions
from riskscore.runs.log import Run, RunLog
from riskscore.schema import KEY
from riskscore.sheet import sources, track_record
from riskscore.sheet.comparable import Cases, comparable_cases
from riskscore.sheet.sheet import Context, RecentRank, Sheet, sheet
from riskscore.sheet.track_record import EarlierFilings

RED = ("open", "scan")
"""Actions of the red lane. Its boxes have sheets."""

DAYS = 90
"""Days over which a box is ranked, including its night."""

PAST_DAYS = 730
"""Days of earlier consignments that a sheet covers."""


@dataclass(frozen=True, slots=True)
class Scores:
    """All probabilities of the last DAYS, to rank a consignment among them."""

    probabilities: pl.Series

    @classmethod
    def read(cls, lake: Lake, night: date) -> Scores:
        """Read the last score of each consignment of each night. Raises LakeError as the lake does."""
        nights = (night - timedelta(DAYS - 1), night)
        rows = lake.read("scores", nights=nights, columns=[*KEY, "probability", "night", "run"]).collect()
        return cls(rows.sort("run").unique([*KEY, "night"], keep="last")["probability"])

    def rank(self, probability: float) -> RecentRank:
        """The rank of a consignment with this probability."""
        return RecentRank(DAYS, int((self.probabilities > probability).sum()) + 1, self.probabilities.len())


def read_past(lake: Lake, night: date) -> EarlierFilings:
    """Read the consignments of the PAST_DAYS up to `night`, and all findings. Raises LakeError as the lake does."""
    lake_then = lake.at(night)
    nights = (night - timedelta(PAST_DAYS), night)
    filings = lake_then.read("consignments", columns=track_record.COLUMNS, nights=nights)
    return EarlierFilings(filings.collect(), lake_then.read("outcomes", columns=list(schema.OUTCOME)).collect())


def sheets(
    lake: Lake,
    night: date,
    *,
    port: str | None = None,
    top: int | None = None,
    language: Language,
) -> list[Sheet]:
    """Make the sheets of the boxes in the red lane of `night`, by port and place on the slate.

    `port` (UN/LOCODE) limits them to one port, `top` to the riskiest boxes.

    Raises SettingsError if no slate is drawn or a box was not scored by a nightly run, ModelError if the model of the
    night no longer fits the catalogue, and LakeError as the lake does.
    """
    boxes = _boxes(lake, night, port)
    if top is not None:
        boxes = boxes.sort("probability", descending=True, maintain_order=True).head(top).sort("port", "place")
    return _make_sheets(lake, night, boxes, None, language)


def is_scored(lake: Lake, bill: str, container: str) -> bool:
    """Whether a nightly run has scored the consignment. Only then it has a sheet."""
    return not _nights(lake, bill, container).is_empty()


def _nights(lake: Lake, bill: str, container: str) -> pl.DataFrame:
    """KEY and `night` of every nightly run that scored the consignment, oldest first."""
    is_wanted = (pl.col("bill_of_lading") == bill) & (pl.col("container_number") == container)
    scores = lake.read("scores", columns=[*KEY, "night", "run"])
    return scores.filter(is_wanted, pl.col("run").is_not_null()).sort("run").drop("run").collect()


def case(
    lake: Lake,
    bill: str,
    container: str,
    *,
    handling: str | None = None,
    language: Language,
) -> Sheet:
    """Make the sheet of one consignment, as of the last night that scored it.

    With `handling`, a TLP code, it is a sheet for another service: see `Context.handling`. Raises SettingsError if no
    nightly run has scored the consignment, and as `sheets` does.
    """
    scored = _nights(lake, bill, container)
    if scored.is_empty():
        raise SettingsError(f"bill {bill}, container {container} was not scored by a nightly run, so it has no sheet")
    night = scored["night"][-1]
    empty = pl.lit(None, pl.String)
    box = scored.head(1).select(KEY).with_columns(limit=pl.lit(None, pl.Float64), action=empty, share=empty)
    if slates.drawn(lake, night):
        box = _boxes(lake, night, None, every=True).join(box, on=KEY, how="semi")
    return _make_sheets(lake, night, box, handling, language)[0]


def _make_sheets(lake: Lake, night: date, boxes: pl.DataFrame, handling: str | None, language: Language) -> list[Sheet]:
    """Make the sheets of `boxes` (KEY, `limit`, `action`, `share`), in their order."""
    progress.step("reading the history")
    filings, scores = read_past(lake, night), Scores.read(lake, night)
    catalogue = own.catalogue(lake.settings)
    boxes_by_key: dict[tuple[Any, ...], _Box] = {}
    for run in RunLog.read(lake).runs():
        if run.night == night:
            explained = _explain_run(lake, run, boxes, language)
            boxes_by_key |= {box.explained.scored.select(KEY).row(0): box for box in explained}
    made: list[Sheet] = []
    for row in boxes.iter_rows(named=True):
        key = (row["bill_of_lading"], row["container_number"])
        if key not in boxes_by_key:
            raise SettingsError(
                f"bill {key[0]}, container {key[1]} was not scored by a nightly run, so it has no sheet"
            )
        box = boxes_by_key[key]
        progress.step(f"sheet {len(made) + 1} of {boxes.height}")
        context = Context(
            recent_rank=scores.rank(box.explained.scored["probability"].item()),
            action=(row["action"], row["share"]) if row["action"] else None,
            alerts=box.alerts,
            inspected_cases=box.inspected_cases,
            published_cases=box.published_cases,
            sources=[*box.sources, *sources.of_past(filings)],
            replay=sources.command(["riskscore", "slate", "sheets", "--lake", "LAKE", "--date", str(night)]),
            handling=handling,
        )
        made.append(sheet(box.explained, filings, catalogue, language, context))
    return made


def _boxes(lake: Lake, night: date, port: str | None, *, every: bool = False) -> pl.DataFrame:
    """The boxes in the red lane, or with `every` all candidates.

    `limit` is the margin below which a box chosen by score leaves the red lane.
    """
    if not slates.drawn(lake, night):
        raise SettingsError(f"no slate is drawn for {night}; draw one with `riskscore slate draw`")
    margins = lake.read("scores", nights=(night, night), columns=[*KEY, "margin", "run"]).collect()
    margins = margins.sort("run").unique(KEY, keep="last").drop("run")
    rows = slates.in_force(lake, night).join(margins, on=KEY, how="left", maintain_order="left")
    is_red = pl.col("action").is_in(RED)
    ports = rows["port"].unique().to_list()
    if port is not None and port not in ports:
        names = ", ".join(sorted(name for name in ports if name)) or "none"
        raise SettingsError(f"no consignment of {night} goes to {port}; ports of that night: {names}")
    by_score = (pl.col("action") == "scan") | (pl.col("share") == "score")
    return (
        rows.with_columns(limit=pl.col("margin").filter(~is_red).max().over("port"))
        .filter(is_red | pl.lit(every), pl.lit(port is None) | pl.col("port").eq_missing(pl.lit(port)))
        .with_columns(limit=pl.when(by_score).then("limit"))
        .sort("port", "place")
    )


@dataclass(frozen=True, slots=True)
class _Box:
    """One explained consignment, its comparable cases, the alerts that name it, and the sources of all these."""

    explained: Explanation
    inspected_cases: Cases
    published_cases: Cases
    alerts: list[dict[str, Any]]
    sources: list[tuple[str, str]]


def _explain_run(lake: Lake, run: Run, boxes: pl.DataFrame, language: Language) -> list[_Box]:
    """Explain those of `boxes` that `run` scored, with the model of the run and as of its night."""
    latest, _ = versions(lake, run)
    wanted = boxes.join(latest, on=KEY, how="semi").select(*KEY, "limit")
    if wanted.is_empty():
        return []
    version: dict[str, Any] = run.plan["version"]
    files = archive.Tables(lake).files(version["name"], version["checksum"])
    with archive.as_folder(version["name"], files) as folder:
        assessed, run_past = replay.assess(lake.at(run.night), run, folder)
        explained = explain_each(assessed, wanted, run_past.earlier, language)
        progress.step("looking for comparable cases")
        inspected = read_inspected(lake, run.night, assessed.rows["filed_at"].max(), folder)
        near = comparable_cases(explained, inspected, language)
    card, night = Card.from_json(files[CARD]), (mark("night"), f"{run.night}, {run.number}")
    rows = pl.concat([explanation.consignment for explanation in explained])
    matches = watch_lists.match(lake, rows, run.night, run.at, language=language)
    return [
        _Box(
            explanation,
            *cases,
            matches.filter(**_key(explanation)).to_dicts(),
            [*sources.of_model(card, explanation.scored["catalogue"].item()), night],
        )
        for explanation, cases in zip(explained, near, strict=True)
    ]


def _key(explained: Explanation) -> dict[str, str]:
    return {name: explained.consignment[name].item() for name in KEY}


def read_inspected(lake: Lake, night: date, before: Any, model: Path) -> Inspected | None:
    """Measure the inspections known before a moment, from the lake as it was after `night`; None without any."""
    lake_then = lake.at(night)
    outcomes = lake_then.read("outcomes", columns=list(schema.OUTCOME)).collect()
    if outcomes.filter(pl.col("known_at") < before).is_empty():
        return None
    history = lake_then.read("consignments", columns=past.columns(lake.settings)).collect()
    inspections = past.Past(history, outcomes)
    return measure_inspected(inspections, of_lake(lake_then), before=before, model=model, settings=lake.settings)
