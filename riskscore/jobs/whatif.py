"""What if: past nights under another capacity, other shares, a threshold or another model, before anything is switched.

    scores of the nights ─▶ (scored anew by another model) ─▶ slates of the other policy: the chance of each box
    slates in force, outcomes ─▶ what was opened and found ──┴─▶ workload · kept · lost · gained, with an interval

No lots are drawn again: each box counts with the chance that the other policy gives it. Of a seizure that was found
the part `chance` is kept and the rest is lost. What stayed closed is known from the exploring and the random share
alone, so what would be gained is an estimate with an interval (selection/estimate.py), conditional on what was found.
Boxes that officers added stay added under any policy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from riskscore import engine
from riskscore.errors import LakeError
from riskscore.jobs import slates, taking
from riskscore.jobs.runs import Record
from riskscore.lake.io import Lake
from riskscore.lake.tables import NIGHT, RUN
from riskscore.manifest import corrections, schema
from riskscore.manifest.schema import KEY
from riskscore.selection import nights
from riskscore.selection.capacity import Capacities
from riskscore.selection.estimate import HIT, Under, under
from riskscore.selection.slate import NEEDED, slate

CONFIDENCE = 0.95

ACTUAL = "as it was"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Policy:
    """What would have been done instead: its name, what each port could do, the model that scores (None: as it was)."""

    name: str
    capacities: Capacities
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One policy over all nights, a mean a night where it says so.

    opened, scans, documents  boxes a night
    found     seizures among what it opens: those kept and, for another policy, those gained; between low and high
    kept      of the seizures that were found, those that it opens too, in expectation; `lost` the others
    gained    seizures in boxes that stayed closed in fact and that it opens, estimated; None: cannot be estimated
    unreached boxes that it opens, in expectation, though no draw could have opened them: nothing is known of these
    """

    policy: str
    opened: float
    scans: float
    documents: float
    found: float | None
    low: float | None
    high: float | None
    kept: float
    lost: float
    gained: float | None
    gained_low: float
    gained_high: float
    unreached: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Policies on the same nights; `results` begins with what was done, `ports` has a row a port and policy."""

    first: date
    last: date
    nights: int
    candidates: int
    answered: int
    seizures: int
    officers: int
    results: list[Result]
    ports: pl.DataFrame
    models: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """Everything, for machines."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in ("results", "ports")}
        return plain | {
            "results": [asdict(result) for result in self.results],
            "ports": self.ports.to_dicts(),
            "confidence": CONFIDENCE,
            "notes": notes(self),
        }


def notes(found: WhatIf) -> list[str]:
    """What must be known to read the figures, a sentence each."""
    told = ["Gained is estimated from exploring and random boxes alone, whose chance is known, and not from the model."]
    if any(result.gained is None for result in found.results):
        told.append("Where gained is not known, no drawn box that the policy wants has an outcome yet.")
    if any(result.unreached >= 0.5 for result in found.results):
        told.append(
            "Boxes at ports without an exploring or random share are counted as work, and nothing is said of them."
        )
    if found.officers:
        told.append(f"{found.officers:,} seizures in boxes that officers added stay found under any policy.")
    return told


def whatif(
    lake: Lake,
    policies: Sequence[Policy],
    first: date | None = None,
    last: date | None = None,
    *,
    progress: Progress | None = None,
) -> WhatIf:
    """Compare `policies` with what was done on the nights from `first` to `last`, both with them; without them on all.

    Raises LakeError where the period has no slates, and as scoring and the slate do.
    """
    tell = progress or (lambda _: None)
    tell("reading the slates")
    period = (first or date.min, last or date.max)
    drawn = slates.of_nights(lake, period)
    if drawn.is_empty():
        raise LakeError(
            f"no slate is drawn from {first or 'the beginning'} to {last or 'the end'}; nothing to compare with"
        )
    found = corrections.of_consignments(lake.read("outcomes").collect()).select(*KEY, "finding", "quantity_kg")
    units = nights.consignments(drawn).join(found, on=KEY, how="left")
    is_hit = pl.col("finding") == HIT
    officers = units.filter(is_hit, pl.col("share") == "officer").height
    own = _scored(lake, period)
    models = sorted({policy.model for policy in policies if policy.model is not None})
    scored: dict[str | None, pl.DataFrame] = {None: own}
    scored |= {model: _rescored(lake, own, model, tell) for model in models}
    many = drawn[NIGHT].n_unique()
    results, ports = [_actual(units, drawn, many)], [_by_port(units, drawn, ACTUAL, many)]
    for policy in policies:
        tell(f"trying {policy.name}")
        other = _slates(scored[policy.model], policy.capacities)
        wanted = nights.consignments(other.with_columns(chance="inclusion")).select(*KEY, wanted="inclusion")
        both = units.join(wanted, on=KEY, how="left").with_columns(pl.col("wanted").fill_null(0.0))
        results.append(_result(policy.name, both, other, many))
        ports.append(_by_port(both, other, policy.name, many))
    return WhatIf(
        first=drawn[NIGHT].min(),  # type: ignore[arg-type]
        last=drawn[NIGHT].max(),  # type: ignore[arg-type]
        nights=many,
        candidates=units.height,
        answered=units.filter(pl.col("action") == "open", pl.col("finding").is_not_null()).height,
        seizures=units.filter(is_hit, pl.col("action") == "open").height,
        officers=officers,
        results=results,
        ports=pl.concat(ports),
        models=tuple(models),
    )


def busiest(ports: pl.DataFrame, most: int) -> pl.DataFrame:
    """Rows of the `most` ports that open most boxes under any policy, port by port."""
    order = ports.group_by("port").agg(pl.col("opened").max()).sort("opened", "port", descending=[True, False])
    kept = order.head(most).select("port").with_row_index("at")
    return kept.join(ports, on="port", how="left", nulls_equal=True, maintain_order="left_right").drop("at")


def _scored(lake: Lake, period: tuple[date, date]) -> pl.DataFrame:
    """NEEDED, NIGHT and RUN of every candidate of the period, the last score of each in its night."""
    rows = lake.read("scores", nights=period, columns=[*NEEDED, NIGHT, RUN, "scored_at"]).collect()
    rows = rows.sort(NIGHT, *KEY, RUN, "scored_at").unique([NIGHT, *KEY], keep="last", maintain_order=True)
    return rows.drop("scored_at")


def _rescored(lake: Lake, scored: pl.DataFrame, model: str, tell: Progress) -> pl.DataFrame:
    """The candidates with the probability and margin that `model` gives them, each as of its own night."""
    service = lake.service
    columns = [*engine.history_columns(service), RUN]
    log = lake.read("consignments", columns=columns).collect()
    found = lake.read("outcomes", columns=list(schema.OUTCOME)).collect()
    wanted = set(scored[RUN].drop_nulls().unique())
    parts = []
    for run in Record.read(lake).runs():
        if run.number not in wanted:
            continue
        tell(f"scoring the night of {run.night} with {model}")
        latest, earlier = taking.versions(lake, run)
        parts.append(
            engine.score(
                latest.select(*schema.columns(service)),
                history=log.filter(pl.col(RUN) < run.number).drop(RUN),
                outcomes=found.filter(pl.col("known_at").dt.date() <= run.night),
                earlier=earlier.select(*schema.columns(service)),
                model=model,
                service=service,
                explain_share=0.0,
            ).select(*KEY, "probability", "margin", pl.lit(run.number, pl.Int64).alias(RUN))
        )
    again = pl.concat(parts)
    return scored.drop("probability", "margin").join(again, on=[*KEY, RUN], how="inner", maintain_order="left")


def _slates(scored: pl.DataFrame, capacities: Capacities) -> pl.DataFrame:
    """The slates of all nights under `capacities`, with the night of each row."""
    made = [
        slate(rows.select(NEEDED), capacities, date=night).with_columns(pl.lit(night).alias(NIGHT))
        for (night,), rows in scored.partition_by(NIGHT, as_dict=True, maintain_order=True).items()
    ]
    return pl.concat(made)


def _work(rows: pl.DataFrame, many: int) -> tuple[float, float, float]:
    """Boxes opened, scans and document checks a night."""
    counts = dict(rows["action"].value_counts().iter_rows())
    return tuple(counts.get(action, 0) / many for action in ("open", "scan", "documents"))


def _actual(units: pl.DataFrame, drawn: pl.DataFrame, many: int) -> Result:
    found = float(units.filter(pl.col("finding") == HIT, pl.col("action") == "open").height)
    return Result(ACTUAL, *_work(drawn, many), found, found, found, found, 0.0, 0.0, 0.0, 0.0, 0.0)


def _kept(both: pl.DataFrame) -> tuple[float, float]:
    """Seizures in opened boxes that the other policy keeps and loses, in expectation."""
    hits = both.filter(pl.col("finding") == HIT, pl.col("action") == "open")
    kept = float(hits.select(pl.when(pl.col("share") == "officer").then(1.0).otherwise("wanted").sum()).item())
    return kept, hits.height - kept


def _result(name: str, both: pl.DataFrame, other: pl.DataFrame, many: int) -> Result:
    kept, lost = _kept(both)
    guess: Under = under(both, confidence=CONFIDENCE)
    known = guess.estimate is not None
    return Result(
        name,
        *_work(other, many),
        found=kept + guess.estimate if guess.estimate is not None else None,
        low=kept + guess.low if known else None,
        high=kept + guess.high if known else None,
        kept=kept,
        lost=lost,
        gained=guess.estimate,
        gained_low=guess.low,
        gained_high=guess.high,
        unreached=guess.unreached,
    )


def _by_port(both: pl.DataFrame, slate_: pl.DataFrame, name: str, many: int) -> pl.DataFrame:
    """A row a port: boxes opened a night, seizures kept, lost and gained."""
    work = slate_.group_by("port").agg((pl.col("action") == "open").sum().cast(pl.Float64).alias("opened") / many)
    rows = []
    for (port,), part in both.partition_by("port", as_dict=True, maintain_order=True).items():
        if name == ACTUAL:
            kept, lost, guess = _actual(part, slate_.clear(), many).kept, 0.0, Under(0.0, 0.0, 0.0, 0.0)
        else:
            (kept, lost), guess = _kept(part), under(part, confidence=CONFIDENCE)
        rows.append((port, kept, lost, guess.estimate, guess.low, guess.high))
    columns = ("kept", "lost", "gained", "gained_low", "gained_high")
    told = pl.DataFrame(rows, schema={"port": pl.String, **dict.fromkeys(columns, pl.Float64)}, orient="row")
    joined = told.join(work, on="port", how="left", nulls_equal=True)
    return joined.select(pl.lit(name).alias("policy"), "port", pl.col("opened").fill_null(0.0), *columns)
