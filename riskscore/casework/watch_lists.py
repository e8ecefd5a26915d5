"""Alerts of other services in the lake: import, withdraw, decide on matches, and match with a night's consignments.

files ─▶ read ─▶ new · another version · repeated ─▶ alerts       every version is kept
            └──────────────────────────────────────▶ quarantine   rows that break a rule
alerts in force on the night ─▶ match ─▶ matches ─▶ the share `intelligence` of the draw, reports
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from riskscore import schema
from riskscore.alerts import decisions, files, signed
from riskscore.alerts import match as matching
from riskscore.alerts.schema import ALERT, DECISION, MATCH, VERDICTS
from riskscore.errors import SettingsError
from riskscore.lake import turns
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT, RUN
from riskscore.language import ENGLISH, Language
from riskscore.manifest import quarantine
from riskscore.runs import filings
from riskscore.runs.log import Run
from riskscore.schema import KEY

ANOTHERS = "of_another_provider"
"""Quarantine rule of the entries whose id belongs to another provider: only the provider may change an alert."""

_COMPARED = [name for name in ALERT if name != "updated_at"]


@dataclass(frozen=True, slots=True)
class Imported:
    """Counts of an import: rows = new + changed + repeated + refused; `messages` say why, for some refused rows."""

    rows: int
    new: int
    changed: int
    repeated: int
    refused: int
    messages: tuple[str, ...]


def import_alerts(
    lake: Lake, paths: Sequence[Path], *, provider: str | None = None, now: datetime | None = None
) -> tuple[Imported, pl.DataFrame]:
    """Import the alerts of files; return the counts and the refused rows (quarantine.SCHEMA).

    An entry that is in the lake word for word, or in a newer version, counts as repeated and adds nothing. `now` is
    the moment from which they are known here. Raises what `alerts.files.read` raises, and SettingsError if the settings
    ask for a signature that a file lacks.
    """
    moment = now or datetime.now(UTC)
    for path in paths:
        signed.check(path, lake.settings)
    read = files.read(paths, provider=provider)
    return turns.take(lake, "alerts", lambda turn: _import(lake, read, moment, turn))


def _import(lake: Lake, read: files.Read, moment: datetime, turn: int) -> tuple[Imported, pl.DataFrame] | None:
    """Import in one turn; None if somebody else took it."""
    present = decisions.latest(_versions(lake))
    entries = read.alerts.with_columns(
        pl.col("updated_at").is_null().alias("undated"), pl.col("updated_at").fill_null(moment)
    ).with_row_index("place")
    owner = present.select("alert_id", owner="provider")
    owned = entries.join(owner, on="alert_id", how="left", maintain_order="left")
    is_anothers = (pl.col("owner") != pl.col("provider")).fill_null(False)
    theirs = owned.filter(is_anothers)
    aside = quarantine.aside(theirs, ANOTHERS, "alert_id", quarantine.as_json(theirs.select(_COMPARED)))
    refused = pl.concat([read.quarantine, aside])
    ours = owned.filter(~is_anothers)
    # Of two entries with one id the later version counts; if both are equally late, the last one in the files.
    last = ours.sort("updated_at", "place").unique("alert_id", keep="last", maintain_order=True)
    same = last.join(present.select(_COMPARED), on=_COMPARED, how="semi", nulls_equal=True)
    before = present.select("alert_id", before="updated_at")
    fresh = (
        last.join(same.select("alert_id"), on="alert_id", how="anti")
        .join(before, on="alert_id", how="left")
        .filter(pl.col("before").is_null() | pl.col("undated") | (pl.col("updated_at") > pl.col("before")))
    )
    if fresh.height:
        rows = fresh.sort("place").select(*ALERT, pl.lit(moment, schema.UTC).alias(decisions.KNOWN))
        if not lake.append("alerts", rows, night=moment.date(), turn=turn):
            return None
    if refused.height:
        turns.take(lake, "quarantine", lambda place: _set_aside(lake, refused, moment.date(), place))
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


def _set_aside(lake: Lake, refused: pl.DataFrame, night: date, turn: int) -> bool | None:
    """Put refused rows into quarantine, each once, however often they are sent. None if the turn is taken."""
    present = lake.read("quarantine", columns=["rule", "row"]).collect()
    fresh = refused.join(present, on=["rule", "row"], how="anti", nulls_equal=True, maintain_order="left")
    return fresh.is_empty() or lake.append("quarantine", fresh, night=night, turn=turn) or None


def _versions(lake: Lake) -> pl.DataFrame:
    return lake.read("alerts", columns=[*ALERT, decisions.KNOWN]).collect()


def read_alerts(lake: Lake, night: date | None = None, *, every: bool = False) -> pl.DataFrame:
    """Return the alerts in force on `night`, today by default: ALERT and `created_at`, the time of the first version.

    With `every`, return the last version of every alert, withdrawn and ended ones too.
    """
    versions = _versions(lake)
    first = versions.group_by("alert_id").agg(created_at=pl.col("updated_at").min())
    day = night or datetime.now(UTC).date()
    chosen = decisions.latest(versions) if every else decisions.in_force(versions, day)
    return chosen.select(list(ALERT)).join(first, on="alert_id", how="left", maintain_order="left").sort("alert_id")


def find(lake: Lake, alert_id: str) -> pl.DataFrame:
    """Return the last version of an alert, one row of ALERT. Raises SettingsError if there is no such alert."""
    alert = decisions.latest(_versions(lake)).filter(pl.col("alert_id") == alert_id)
    if alert.is_empty():
        raise SettingsError(f"there is no alert {alert_id!r}; `riskscore alerts list --all` lists all alerts")
    return alert.select(list(ALERT))


def expire(lake: Lake, alert_ids: Sequence[str], *, reason: str, now: datetime | None = None) -> int:
    """Withdraw alerts; return how many of them were active. Raises SettingsError for an unknown id or no reason."""
    moment = now or datetime.now(UTC)
    if not reason.strip():
        raise SettingsError("withdrawing an alert needs a reason, which is kept with the alert")
    return turns.take(lake, "alerts", lambda turn: _expire(lake, alert_ids, reason, moment, turn))


def _expire(lake: Lake, alert_ids: Sequence[str], reason: str, moment: datetime, turn: int) -> int | None:
    """Withdraw in one turn; None if somebody else took it."""
    alerts = pl.concat([pl.DataFrame(schema=ALERT), *(find(lake, alert_id) for alert_id in dict.fromkeys(alert_ids))])
    active = alerts.filter(pl.col("status") == "active")
    if active.height:
        full_reason = pl.concat_str(pl.col("reason").fill_null(""), pl.lit(f" Withdrawn: {' '.join(reason.split())}"))
        rows = active.with_columns(
            status=pl.lit("withdrawn"),
            reason=full_reason.str.strip_chars(),
            updated_at=pl.max_horizontal(
                pl.col("updated_at") + pl.duration(microseconds=1), pl.lit(moment, schema.UTC)
            ),
            imported_at=pl.lit(moment, schema.UTC),
        )
        if not lake.append("alerts", rows, night=moment.date(), turn=turn):
            return None
    return active.height


def decide(lake: Lake, alert_id: str, *, value: str, verdict: str, reason: str, now: datetime | None = None) -> None:
    """Record that an alert and a text, as spelt on consignments, are `different`, or the `same` after all.

    A pair that is `different` no longer matches, from the next night on, until another decision. A decision that
    stands already, with the same reason, is not written again. Raises SettingsError if there is no such alert, the
    verdict is unknown, or the text or the reason is empty.
    """
    moment = now or datetime.now(UTC)
    find(lake, alert_id)
    if verdict not in VERDICTS:
        raise SettingsError(f"the verdict is {verdict!r}; give {' or '.join(VERDICTS)}")
    if not value.strip() or not reason.strip():
        raise SettingsError("a decision needs a reason, and the text exactly as it is spelt on the consignment")
    row = {"alert_id": alert_id, "value": value.strip(), "verdict": verdict, "reason": reason.strip()}

    def work(turn: int) -> bool | None:
        standing = standing_decisions(lake)
        if standing.filter(**row).height:
            return True
        at = turns.after(standing["at"].max(), moment)
        decided = pl.DataFrame([row | {"at": at}], schema=DECISION)
        return lake.append("alert_decisions", decided, night=moment.date(), turn=turn) or None

    turns.take(lake, "alert_decisions", work)


def standing_decisions(lake: Lake, moment: datetime | None = None) -> pl.DataFrame:
    """Return the last decision on each pair (DECISION), of those made until `moment`, by default of all."""
    return decisions.current(lake.read("alert_decisions", columns=list(DECISION)).collect(), moment)


def match(
    lake: Lake,
    consignments: pl.DataFrame,
    night: date,
    moment: datetime | None = None,
    *,
    language: Language = ENGLISH,
) -> pl.DataFrame:
    """Match `consignments` with the alerts in force on `night`; return MATCH.

    With `moment`, only alerts and decisions known by then count.
    """
    alerts = decisions.in_force(_versions(lake), night, moment)
    return matching.match(alerts, consignments, standing_decisions(lake, moment), language=language)


def match_night(lake: Lake, run: Run) -> dict[str, int]:
    """Match the consignments of `run` with the alerts in force, once, and keep the matches; return the counts.

    Only what was known when the run began counts, so that a resumed run finds the same matches.
    """
    alerts = decisions.in_force(_versions(lake), run.night, run.at)
    if not lake.done("matches", run.number):
        rows = pl.DataFrame(schema=MATCH)
        if alerts.height:  # else the night's filings need not be read for it
            latest, _ = filings.versions(lake, run)
            rows = matching.match(alerts, latest, standing_decisions(lake, run.at))
        lake.append("matches", rows, run=run.number, night=run.night)
    matches = matches_of(lake, run.night).filter(pl.col(RUN) == run.number)
    return {
        "in_force": alerts.height,
        "matches": matches.height,
        "consignments": matches.select(KEY).n_unique() if matches.height else 0,
        "strong": matching.named(matches).height,
    }


def matches_of(lake: Lake, night: date) -> pl.DataFrame:
    """Return the matches of a night: MATCH, `night` and `run`, sorted by consignment, the strongest first."""
    return lake.read("matches", nights=(night, night)).collect().sort(*KEY, "strength", descending=[False, False, True])


def named_boxes(lake: Lake, night: date) -> pl.DataFrame:
    """Return KEY and `intelligence` of the boxes that alerts name strongly enough to be opened; see `match.named`."""
    return matching.named(matches_of(lake, night).select(list(MATCH)))


def named_boxes_by_night(lake: Lake, period: tuple[date, date]) -> pl.DataFrame:
    """Return the same for every night of `period` (first, last): KEY, `night`, `intelligence`."""
    matches = lake.read("matches", nights=period).collect()
    parts = [
        matching.named(part).with_columns(pl.lit(night, pl.Date).alias(NIGHT))
        for (night,), part in matches.partition_by(NIGHT, as_dict=True).items()
    ]
    empty = pl.DataFrame(schema={**dict.fromkeys(KEY, pl.String), "intelligence": pl.Float64, NIGHT: pl.Date})
    return pl.concat([empty, *parts])
