"""Alerts in the lake: taken in once, withdrawn, decided upon, matched with the consignments of a night.

files ─▶ read ─▶ new · another version · there before ─▶ alerts       every version stays
            └──────────────────────────────────────────▶ quarantine   rows that break a rule
in force on the night ─▶ match ─▶ matches ─▶ the draw's share `intelligence`, reports
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from riskscore import schema
from riskscore.alerts import decisions, files
from riskscore.alerts import match as matching
from riskscore.alerts.schema import ALERT, DECISION, MATCH, VERDICTS
from riskscore.errors import SettingsError
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT, RUN
from riskscore.language import ENGLISH, Language
from riskscore.manifest import quarantine
from riskscore.runs import filings
from riskscore.runs.log import Run
from riskscore.schema import KEY

ANOTHERS = "of_another_provider"
"""Rule of the entries whose id belongs to another provider: nobody changes what somebody else has said."""

_SAID = [name for name in ALERT if name != "updated_at"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of some entries: rows = new + changed + repeated + refused. `messages` say of some of these why."""

    rows: int
    new: int
    changed: int
    repeated: int
    refused: int
    messages: tuple[str, ...]


def take(
    lake: Lake, paths: Sequence[Path], *, provider: str | None = None, now: datetime | None = None
) -> tuple[Imported, pl.DataFrame]:
    """Take in the alerts of files; return what became of them and the refused rows (quarantine.SCHEMA).

    An entry that is there word for word, or older than what is there, is repeated and adds nothing. `now` is when they
    come to be known here. Raises as `files.read` does.
    """
    moment = now or datetime.now(UTC)
    read = files.read(paths, provider=provider)
    there = decisions.latest(_versions(lake))
    told = read.alerts.with_columns(
        pl.col("updated_at").is_null().alias("undated"), pl.col("updated_at").fill_null(moment)
    ).with_row_index("place")
    owner = there.select("alert_id", owner="provider")
    owned = told.join(owner, on="alert_id", how="left", maintain_order="left")
    is_anothers = (pl.col("owner") != pl.col("provider")).fill_null(False)
    theirs = owned.filter(is_anothers)
    aside = quarantine.aside(theirs, ANOTHERS, "alert_id", quarantine.as_json(theirs.select(_SAID)))
    refused = pl.concat([read.quarantine, aside])
    ours = owned.filter(~is_anothers)
    # Of two entries of one id the later version counts, and of equal ones the last.
    last = ours.sort("updated_at", "place").unique("alert_id", keep="last", maintain_order=True)
    known = last.join(there.select(_SAID), on=_SAID, how="semi", nulls_equal=True)
    before = there.select("alert_id", before="updated_at")
    fresh = (
        last.join(known.select("alert_id"), on="alert_id", how="anti")
        .join(before, on="alert_id", how="left")
        .filter(pl.col("before").is_null() | pl.col("undated") | (pl.col("updated_at") > pl.col("before")))
    )
    if fresh.height:
        rows = fresh.sort("place").select(*ALERT, pl.lit(moment, schema.UTC).alias(decisions.KNOWN))
        lake.append("alerts", rows, night=moment.date())
    if refused.height:
        _set_aside(lake, refused, moment.date())
    changed = fresh["before"].count()
    counts = Imported(
        rows=read.rows_in,
        new=fresh.height - changed,
        changed=changed,
        repeated=read.rows_in - refused.height - fresh.height,
        refused=refused.height,
        messages=tuple(
            f"{row['file'] or ''} line {row['line']}: {row['column'] or 'the line'} {row['value']!r} ({row['rule']})"
            for row in refused.head(5).iter_rows(named=True)
        ),
    )
    return counts, refused


def _set_aside(lake: Lake, refused: pl.DataFrame, night: date) -> None:
    """Put refused rows into quarantine, each once, however often they are sent."""
    there = lake.read("quarantine", columns=["rule", "row"]).collect()
    fresh = refused.join(there, on=["rule", "row"], how="anti", nulls_equal=True, maintain_order="left")
    if fresh.height:
        lake.append("quarantine", fresh, night=night)


def _versions(lake: Lake) -> pl.DataFrame:
    return lake.read("alerts", columns=[*ALERT, decisions.KNOWN]).collect()


def of(lake: Lake, night: date | None = None, *, every: bool = False) -> pl.DataFrame:
    """Alerts (ALERT, `created_at`: the moment of the first version) in force on `night`, today by default; or `every`.

    Every one is the last version of each, withdrawn and ended ones as well.
    """
    versions = _versions(lake)
    first = versions.group_by("alert_id").agg(created_at=pl.col("updated_at").min())
    day = night or datetime.now(UTC).date()
    some = decisions.latest(versions) if every else decisions.in_force(versions, day)
    return some.select(list(ALERT)).join(first, on="alert_id", how="left", maintain_order="left").sort("alert_id")


def one(lake: Lake, alert_id: str) -> pl.DataFrame:
    """The last version of an alert. Raises SettingsError where there is none."""
    found = decisions.latest(_versions(lake)).filter(pl.col("alert_id") == alert_id)
    if found.is_empty():
        raise SettingsError(f"there is no alert {alert_id!r}; `riskscore alerts list --all` shows those that are")
    return found.select(list(ALERT))


def expire(lake: Lake, alert_ids: Sequence[str], *, reason: str, now: datetime | None = None) -> int:
    """Withdraw alerts; return how many were in force. Raises SettingsError for an id that is not there."""
    moment = now or datetime.now(UTC)
    if not reason.strip():
        raise SettingsError("withdrawing an alert needs a reason; it is kept with it")
    found = pl.concat([pl.DataFrame(schema=ALERT), *(one(lake, alert_id) for alert_id in dict.fromkeys(alert_ids))])
    active = found.filter(pl.col("status") == "active")
    if active.height:
        told = pl.concat_str(pl.col("reason").fill_null(""), pl.lit(f" Withdrawn: {' '.join(reason.split())}"))
        rows = active.with_columns(
            status=pl.lit("withdrawn"),
            reason=told.str.strip_chars(),
            updated_at=pl.max_horizontal(
                pl.col("updated_at") + pl.duration(microseconds=1), pl.lit(moment, schema.UTC)
            ),
            imported_at=pl.lit(moment, schema.UTC),
        )
        lake.append("alerts", rows, night=moment.date())
    return active.height


def decide(lake: Lake, alert_id: str, *, value: str, verdict: str, reason: str, now: datetime | None = None) -> None:
    """Decide that an alert and a text, as it is spelt on consignments, are `different`, or the `same` after all.

    A pair that is different matches no more, from the next night on, until another decision. Raises SettingsError
    where there is no such alert, the verdict is none, or the text or the reason is empty.
    """
    moment = now or datetime.now(UTC)
    one(lake, alert_id)
    if verdict not in VERDICTS:
        raise SettingsError(f"a pair is {' or '.join(VERDICTS)}, not {verdict!r}")
    if not value.strip() or not reason.strip():
        raise SettingsError("a decision needs the text as it is spelt on the consignment, and a reason")
    row = {"alert_id": alert_id, "value": value.strip(), "verdict": verdict, "reason": reason.strip(), "at": moment}
    lake.append("alert_decisions", pl.DataFrame([row], schema=DECISION), night=moment.date())


def decided(lake: Lake, moment: datetime | None = None) -> pl.DataFrame:
    """The decisions that stand (DECISION), of those made until `moment`, by default all."""
    return decisions.current(lake.read("alert_decisions", columns=list(DECISION)).collect(), moment)


def match(
    lake: Lake,
    consignments: pl.DataFrame,
    night: date,
    moment: datetime | None = None,
    *,
    language: Language = ENGLISH,
) -> pl.DataFrame:
    """Matches (MATCH) of `consignments` with the alerts in force on `night`, as far as they were known at `moment`."""
    alerts = decisions.in_force(_versions(lake), night, moment)
    return matching.match(alerts, consignments, decided(lake, moment), language=language)


def night(lake: Lake, run: Run) -> dict[str, int]:
    """Match what `run` brought with the alerts in force, once, and keep it; return what a run's record says of it.

    Only what was known when the run began counts, so that a run taken up again finds the same.
    """
    alerts = decisions.in_force(_versions(lake), run.night, run.at)
    if not lake.done("matches", run.number):
        rows = pl.DataFrame(schema=MATCH)
        if alerts.height:  # else the night's filings need not be read for it
            latest, _ = filings.versions(lake, run)
            rows = matching.match(alerts, latest, decided(lake, run.at))
        lake.append("matches", rows, run=run.number, night=run.night)
    found = of_night(lake, run.night).filter(pl.col(RUN) == run.number)
    return {
        "in_force": alerts.height,
        "matches": found.height,
        "consignments": found.select(KEY).n_unique() if found.height else 0,
        "strong": matching.named(found).height,
    }


def of_night(lake: Lake, night: date) -> pl.DataFrame:
    """The matches that `night` kept: MATCH, `night` and `run`; empty where it kept none."""
    return lake.read("matches", nights=(night, night)).collect().sort(*KEY, "strength", descending=[False, False, True])


def named(lake: Lake, night: date) -> pl.DataFrame:
    """KEY and `intelligence` of what alerts name well enough on `night` to be opened for it; see `match.named`."""
    return matching.named(of_night(lake, night).select(list(MATCH)))


def named_by_night(lake: Lake, period: tuple[date, date]) -> pl.DataFrame:
    """The same of every night of `period`: KEY, `night`, `intelligence`."""
    found = lake.read("matches", nights=period).collect()
    parts = [
        matching.named(part).with_columns(pl.lit(night, pl.Date).alias(NIGHT))
        for (night,), part in found.partition_by(NIGHT, as_dict=True).items()
    ]
    empty = pl.DataFrame(schema={**dict.fromkeys(KEY, pl.String), "intelligence": pl.Float64, NIGHT: pl.Date})
    return pl.concat([empty, *parts])
