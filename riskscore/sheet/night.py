"""The sheets of a night: each box on its slates that is opened or scanned, as the night saw it.

lake as after the night ─▶ its runs, scored again with their model ─▶ explanations ─┐
slates in force ─▶ which boxes, and where the red lane ends at each port ───────────┼─▶ sheets
scores of 90 days ─▶ rank among them · consignments of two years ─▶ past ───────────┘
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
from riskscore.engine.inspected import read_inspected as measured
from riskscore.errors import SettingsError
from riskscore.explanation.explanation import Explanation
from riskscore.features import own
from riskscore.history import past
from riskscore.lake.protocol import Lake
from riskscore.language import Language, mark
from riskscore.lifecycle.models import Model
from riskscore.model import archive
from riskscore.runs import filings, replay
from riskscore.runs.log import Run, RunLog
from riskscore.schema import KEY
from riskscore.sheet import sources, track_record
from riskscore.sheet.comparable import Cases, alike
from riskscore.sheet.sheet import Beside, Sheet, Standing, sheet
from riskscore.sheet.track_record import EarlierFilings

RED = ("open", "scan")
"""Actions of the red lane, whose boxes have sheets."""

DAYS = 90
"""Days over which a box is ranked, its own night with them."""

PAST_DAYS = 730
"""Days of earlier consignments that a sheet tells of."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Every probability of the last DAYS, to find a rank among."""

    probabilities: pl.Series

    @classmethod
    def read(cls, lake: Lake, night: date) -> Scores:
        """Read the last score of each consignment of each night. Raises LakeError as the lake does."""
        nights = (night - timedelta(DAYS - 1), night)
        rows = lake.read("scores", nights=nights, columns=[*KEY, "probability", "night", "run"]).collect()
        return cls(rows.sort("run").unique([*KEY, "night"], keep="last")["probability"])

    def standing(self, probability: float) -> Standing:
        """Where a consignment with this probability stands."""
        return Standing(DAYS, int((self.probabilities > probability).sum()) + 1, self.probabilities.len())


def read_past(lake: Lake, night: date) -> EarlierFilings:
    """Consignments and findings up to `night`, as far back as sheets tell. Raises LakeError as the lake does."""
    before = lake.at(night)
    filings = before.read("consignments", columns=track_record.COLUMNS, nights=(night - timedelta(PAST_DAYS), night))
    return EarlierFilings(filings.collect(), before.read("outcomes", columns=list(schema.OUTCOME)).collect())


def sheets(
    lake: Lake,
    night: date,
    *,
    port: str | None = None,
    top: int | None = None,
    language: Language,
) -> list[Sheet]:
    """The sheets of the boxes in the red lane of `night`, by port and place.

    With `port` (UN/LOCODE) only of that one, with `top` only of so many, the riskiest.

    Raises SettingsError where no slate is drawn or a box was not scored by a nightly run, ModelError where the model
    of the night no longer fits the catalogue, and as the lake does.
    """
    boxes = _boxes(lake, night, port)
    if top is not None:
        boxes = boxes.sort("probability", descending=True, maintain_order=True).head(top).sort("port", "place")
    return _made(lake, night, boxes, None, language)


def is_scored(lake: Lake, bill: str, container: str) -> bool:
    """Whether a nightly run has scored the consignment, so that there is a sheet of it."""
    return not _nights(lake, bill, container).is_empty()


def _nights(lake: Lake, bill: str, container: str) -> pl.DataFrame:
    """KEY and `night` of every nightly run that scored the consignment, oldest first."""
    own = (pl.col("bill_of_lading") == bill) & (pl.col("container_number") == container)
    scores = lake.read("scores", columns=[*KEY, "night", "run"])
    return scores.filter(own, pl.col("run").is_not_null()).sort("run").drop("run").collect()


def case(
    lake: Lake,
    bill: str,
    container: str,
    *,
    handling: str | None = None,
    language: Language,
) -> Sheet:
    """The sheet of one consignment, as the last night that scored it saw it.

    With `handling`, a TLP code, it is a sheet for another service: see `Beside.handling`. Raises SettingsError where no
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
    return _made(lake, night, box, handling, language)[0]


def _made(lake: Lake, night: date, boxes: pl.DataFrame, handling: str | None, language: Language) -> list[Sheet]:
    """The sheets of `boxes` (KEY, `limit`, `action`, `share`), in their order."""
    progress.step("reading the past")
    before, scores = read_past(lake, night), Scores.read(lake, night)
    catalogue = own.catalogue(lake.settings)
    explained: dict[tuple[Any, ...], _Told] = {}
    for run in RunLog.read(lake).runs():
        if run.night == night:
            explained |= {one.explained.scored.select(KEY).row(0): one for one in _told(lake, run, boxes, language)}
    made: list[Sheet] = []
    for row in boxes.iter_rows(named=True):
        key = (row["bill_of_lading"], row["container_number"])
        if key not in explained:
            raise SettingsError(
                f"bill {key[0]}, container {key[1]} was not scored by a nightly run, so it has no sheet"
            )
        told = explained[key]
        progress.step(f"sheet {len(made) + 1} of {boxes.height}")
        beside = Beside(
            standing=scores.standing(told.explained.scored["probability"].item()),
            action=(row["action"], row["share"]) if row["action"] else None,
            alerts=told.alerts,
            alike=told.alike,
            published=told.published,
            sources=[*told.sources, *sources.of_past(before)],
            replay=sources.command(["riskscore", "slate", "sheets", "--lake", "LAKE", "--date", str(night)]),
            handling=handling,
        )
        made.append(sheet(told.explained, before, catalogue, language, beside))
    return made


def _boxes(lake: Lake, night: date, port: str | None, *, every: bool = False) -> pl.DataFrame:
    """The boxes in the red lane, or all candidates, with `limit`: the margin below which one chosen by score is out."""
    if not slates.drawn(lake, night):
        raise SettingsError(f"no slate is drawn for {night}; `riskscore slate draw` draws one from its scores")
    margins = lake.read("scores", nights=(night, night), columns=[*KEY, "margin", "run"]).collect()
    margins = margins.sort("run").unique(KEY, keep="last").drop("run")
    rows = slates.in_force(lake, night).join(margins, on=KEY, how="left", maintain_order="left")
    is_red = pl.col("action").is_in(RED)
    ports = rows["port"].unique().to_list()
    if port is not None and port not in ports:
        named = ", ".join(sorted(name for name in ports if name)) or "none"
        raise SettingsError(f"no consignment of {night} goes to {port}; its ports are {named}")
    by_score = (pl.col("action") == "scan") | (pl.col("share") == "score")
    return (
        rows.with_columns(limit=pl.col("margin").filter(~is_red).max().over("port"))
        .filter(is_red | pl.lit(every), pl.lit(port is None) | pl.col("port").eq_missing(pl.lit(port)))
        .with_columns(limit=pl.when(by_score).then("limit"))
        .sort("port", "place")
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """One consignment explained, the cases that are like it, the alerts that name it, and what these rest on."""

    explained: Explanation
    alike: Cases
    published: Cases
    alerts: list[dict[str, Any]]
    sources: list[tuple[str, str]]


def _told(lake: Lake, run: Run, boxes: pl.DataFrame, language: Language) -> list[_Told]:
    """What `run` scored of `boxes`, explained with its model as of its night."""
    brought, _ = filings.versions(lake, run)
    wanted = boxes.join(brought, on=KEY, how="semi").select(*KEY, "limit")
    if wanted.is_empty():
        return []
    model = _model(lake, run)
    with archive.as_folder(model.name, model.files) as folder:
        assessed, known = replay.assess(lake.at(run.night), run, folder)
        found = explain_each(assessed, wanted, known.earlier, language)
        progress.step("looking for comparable cases")
        near = alike(found, read_inspected(lake, run.night, assessed.rows["filed_at"].max(), folder), language)
    night = (mark("night"), f"{run.night}, {run.number}")
    rows = pl.concat([one.consignment for one in found])
    named = watch_lists.match(lake, rows, run.night, run.at, language=language)
    return [
        _Told(
            one,
            *cases,
            named.filter(**_key(one)).to_dicts(),
            [*sources.of_model(model.card, one.scored["catalogue"].item()), night],
        )
        for one, cases in zip(found, near, strict=True)
    ]


def _key(one: Explanation) -> dict[str, str]:
    return {name: one.consignment[name].item() for name in KEY}


def read_inspected(lake: Lake, night: date, before: Any, model: Path) -> Inspected | None:
    """What was inspected before a moment, as the lake knew it after `night`; None where nothing was."""
    then = lake.at(night)
    outcomes = then.read("outcomes", columns=list(schema.OUTCOME)).collect()
    if outcomes.filter(pl.col("known_at") < before).is_empty():
        return None
    history = then.read("consignments", columns=past.columns(lake.settings)).collect()
    known = past.Past(history, outcomes)
    return measured(known, of_lake(then), before=before, model=model, settings=lake.settings)


def _model(lake: Lake, run: Run) -> Model:
    version: dict[str, Any] = run.plan["version"]
    return Model(version["name"], archive.Tables(lake).files(version["name"], version["checksum"]))
