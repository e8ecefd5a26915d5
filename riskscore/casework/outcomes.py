"""Record the outcomes of inspections: check them, add the share from the slate, and lose none.

    file ─▶ read ─▶ is the consignment in the lake? ─▶ outcomes      the new ones
              │                       └──────────────▶ quarantine    unknown_consignment: waits for its manifest
              └──────────────────────────────────────▶ quarantine    rows that break a rule

If the lake lacks the consignment of an outcome, its number is most often mistyped, and sometimes its manifest has not
arrived. The outcome goes to quarantine, and each later recording takes up those whose consignment has arrived since.

Recorders take turns, so that of several that record the same at once only one writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from riskscore import schema
from riskscore.casework import slates
from riskscore.errors import SettingsError
from riskscore.lake import turns
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT, RUN
from riskscore.manifest import consolidations, corrections, outcomes, quarantine
from riskscore.schema import KEY, OUTCOME
from riskscore.settings import NONE, Settings

UNKNOWN = "unknown_consignment"
"""Quarantine rule of the outcomes that wait for their consignment."""

_STEP = "outcomes"
"""Transaction for the outcomes that a run puts into quarantine, next to the one for its manifests."""

_SOURCE = "source"
"""Column: number of the row that an outcome comes from, which may be recorded for several houses of a container."""

_AHEAD = timedelta(days=1)
"""Clocks and time zones may differ by this much; a `known_at` further in the future is a mistake."""

_COMPARED = [name for name in OUTCOME if name != "selected_by"]
"""Columns that make two rows the same message; `selected_by` may have been filled in here."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Counts of a recording: rows = added + repeated + refused + unknown.

    added        rows with new outcomes; `corrections` is how many outcomes correct that of an inspection
    repeated     rows that were recorded before
    refused      rows that break a rule; they are in quarantine
    unknown      rows whose consignment is not in the lake; they are in quarantine
    taken_up     outcomes from quarantine, added because their consignment has arrived
    messages     why, for some of `refused` and `unknown`
    aside        the rows in quarantine by `file` and `rule`: their number `rows`, the first `lines`, and an example
    """

    rows: int
    added: int
    corrections: int
    repeated: int
    refused: int
    unknown: int
    taken_up: int
    messages: tuple[str, ...]
    aside: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class _Writer:
    """Who records: the night and the run (None: by hand) that write, and the present moment."""

    night: date
    run: int | None
    moment: datetime


def read(
    files: Sequence[Path], *, columns: Path | None = None, settings: Settings = NONE
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the outcomes (OUTCOME and `file`) and refused rows (quarantine.SCHEMA) of files.

    Raises what `manifest.outcomes.read` raises.
    """
    parts = [(file.name, outcomes.read(file, columns=columns, settings=settings)) for file in files]
    accepted = [part.outcomes.with_columns(pl.lit(name).alias("file")) for name, part in parts]
    return (
        pl.concat([pl.DataFrame(schema={**OUTCOME, "file": pl.String}), *accepted]),
        pl.concat([quarantine.empty(), *(part.quarantine for _, part in parts)]),
    )


def record(
    lake: Lake,
    rows: pl.DataFrame,
    *,
    refused: pl.DataFrame | None = None,
    night: date | None = None,
    run: int | None = None,
    now: datetime | None = None,
) -> Recorded:
    """Write `rows` (OUTCOME, perhaps `file`) to the outcomes of the lake, and `refused` rows to its quarantine.

    `night` is the night that writes, by default the day of `now`. `now` is the present moment by default. With `run`
    this is a step of the nightly run and done once per run: `Lake.done("outcomes", run)`. Raises LakeError as
    `Lake.append` does.
    """
    moment = now or datetime.now(UTC)
    rows = schema.conform(rows, {**OUTCOME, "file": pl.String})
    set_aside = quarantine.empty() if refused is None else refused
    by = _Writer(night or moment.date(), run, moment)
    return turns.take(lake, "outcomes", lambda turn: _record(lake, rows, set_aside, by, turn))


def _record(lake: Lake, rows: pl.DataFrame, refused: pl.DataFrame, by: _Writer, turn: int) -> Recorded | None:
    """Record in one turn; None if somebody else took it."""
    moment, run, night = by.moment, by.run, by.night
    valid, broken = _check(rows, moment)
    both = pl.concat(
        _by_house(lake, part.with_row_index(_SOURCE)).with_columns(waited=pl.lit(waited))
        for waited, part in ((False, valid), (True, _waiting(lake, run)))
    )
    is_known = _is_known(lake, both)
    unknown = both.filter(~is_known & ~pl.col("waited")).drop("waited", _SOURCE)
    recorded = lake.read("outcomes").filter(_of_others(run)).collect()
    fresh = _new_rows(both.filter(is_known), recorded)
    aside = pl.concat([refused, broken, _as_quarantine(unknown, UNKNOWN)])
    turns.take(lake, "quarantine", lambda place: _set_aside(lake, aside, by, place))
    # Of two records with the same `known_at`, the one that was recorded last counts, though the clock was set back.
    at = turns.after(recorded["recorded_at"].max(), moment)
    written = _with_share(lake, fresh).select(*OUTCOME, pl.lit(at, schema.UTC).alias("recorded_at"))
    if run is not None or written.height:
        is_written = lake.append("outcomes", written, run=run, night=night, turn=turn)
        if not is_written and (run is None or not lake.done("outcomes", run)):
            return None
    added, taken_up = (fresh.filter(waited=waited)[_SOURCE].n_unique() for waited in (False, True))
    corrected = fresh.join(
        recorded.select(corrections.INSPECTION), on=corrections.INSPECTION, how="semi", nulls_equal=True
    )
    return Recorded(
        rows=rows.height + refused.height,
        added=added,
        corrections=corrected.height,
        repeated=rows.height - broken.height - unknown.height - added,
        refused=aside.height - unknown.height,
        unknown=unknown.height,
        taken_up=taken_up,
        messages=tuple(_messages(lake, aside.head(5), unknown)),
        aside=tuple(quarantine.by_rule(aside)),
    )


def _by_house(lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with a row for each house bill, where the container of a master bill holds several."""
    boxes = rows.select("container_number").unique().lazy()
    filed = lake.read("consignments", columns=KEY).join(boxes, on="container_number", how="semi").unique().collect()
    return consolidations.resolved(rows, filed)


def _new_rows(rows: pl.DataFrame, recorded: pl.DataFrame) -> pl.DataFrame:
    """Return those of `rows` that are not `recorded` yet, each once; a `selected_by` that is given must match too."""
    filled = pl.col("selected_by").is_not_null()
    parts = [(rows.filter(filled), list(OUTCOME)), (rows.filter(~filled), _COMPARED)]
    return pl.concat(
        part.unique(names, keep="first", maintain_order=True).join(
            recorded.select(names), on=names, how="anti", nulls_equal=True, maintain_order="left"
        )
        for part, names in parts
    )


def _check(rows: pl.DataFrame, now: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the valid rows, and as quarantine those whose dates contradict each other or lie in the future."""
    early = (pl.col("known_at") < pl.col("inspected_at")).fill_null(False)
    ahead = pl.col("known_at") > now + _AHEAD
    return rows.filter(~early & ~ahead), pl.concat(
        [
            _as_quarantine(rows.filter(early), "known_before_inspected", "known_at"),
            _as_quarantine(rows.filter(ahead & ~early), "in_the_future", "known_at"),
        ]
    )


def _as_quarantine(rows: pl.DataFrame, rule: str, column: str = "container_number") -> pl.DataFrame:
    """Return outcomes as rows of a quarantine; `row` is the outcome itself, which `_waiting` reads again."""
    texts = rows.select(pl.struct(pl.col(name).cast(pl.String) for name in OUTCOME).struct.json_encode())
    return quarantine.aside(rows, rule, column, texts.to_series(), file=pl.col("file"))


def _of_others(run: int | None) -> pl.Expr:
    """Rows that `run` did not write: if it is resumed after a kill, it must read the same as at first."""
    return pl.lit(True) if run is None else pl.col(RUN).ne_missing(run)


def _waiting(lake: Lake, run: int | None) -> pl.DataFrame:
    """Return the outcomes in quarantine (OUTCOME and `file`) whose consignment was unknown when they arrived."""
    refused = lake.read("quarantine", columns=["file", "rule", "row", RUN])
    rows = refused.filter(pl.col("rule") == UNKNOWN, _of_others(run)).collect()
    texts = pl.Struct(dict.fromkeys(OUTCOME, pl.String))
    values = rows.select("file", pl.col("row").str.json_decode(texts).alias("outcome")).unnest("outcome")
    moments = [name for name, dtype in OUTCOME.items() if dtype == schema.UTC]
    typed = values.with_columns(pl.col(moments).str.to_datetime("%Y-%m-%d %H:%M:%S%.f%Z", time_unit="us", strict=False))
    return schema.conform(typed.unique(list(OUTCOME), maintain_order=True), {**OUTCOME, "file": pl.String})


def _is_known(lake: Lake, rows: pl.DataFrame) -> pl.Series:
    """Whether the lake has a consignment for each of `rows`."""
    keys = rows.select(KEY).unique()
    filed = lake.read("consignments", columns=KEY).join(keys.lazy(), on=KEY, how="semi").unique().collect()
    return (
        rows.select(KEY)
        .join(filed.with_columns(known=True), on=KEY, how="left", maintain_order="left")["known"]
        .fill_null(False)
    )


def _set_aside(lake: Lake, rows: pl.DataFrame, by: _Writer, turn: int) -> bool | None:
    """Put `rows` into quarantine; without a run, only those that are not there yet. None if the turn is taken."""
    if by.run is not None:
        lake.append("quarantine", rows, run=by.run, night=by.night, step=_STEP)
        return True
    present = lake.read("quarantine", columns=list(quarantine.SCHEMA)).collect()
    fresh = rows.join(present, on=list(quarantine.SCHEMA), how="anti", nulls_equal=True, maintain_order="left")
    return fresh.is_empty() or lake.append("quarantine", fresh, night=by.night, turn=turn) or None


def _with_share(lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in `selected_by`, the share that chose the box, where it is missing.

    It comes from the last slate with the box up to the day of the inspection. A scan or a check of documents counts as
    `score`, because these go by probability, highest first. If no slate has the box, it stays empty: the lake does not
    know why the box was opened.
    """
    without = rows.filter(pl.col("selected_by").is_null())
    if without.is_empty():
        return rows
    on_slates = _on_slates(lake, without)
    moment = pl.coalesce("inspected_at", "known_at").dt.date().alias("day")
    chosen = (
        rows.with_row_index("place")
        .with_columns(moment)
        .join(on_slates, on=KEY, how="inner", maintain_order="left")
        .filter(pl.col(NIGHT) <= pl.col("day"))
        .sort("place", NIGHT)
        .unique("place", keep="last")
        .select("place", "chosen")
    )
    return (
        rows.with_row_index("place")
        .join(chosen, on="place", how="left", maintain_order="left")
        .with_columns(pl.coalesce("selected_by", "chosen").alias("selected_by"))
        .drop("place", "chosen")
    )


def _on_slates(lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:
    """Return KEY, `night` and `chosen` (the share) for every slate in force on which one of `rows` is chosen."""
    keys = rows.select(KEY).unique().lazy()
    nights = lake.read("slates", columns=[*KEY, NIGHT]).join(keys, on=KEY, how="semi").select(NIGHT).unique().collect()
    share = pl.when(pl.col("action") == "open").then("share").otherwise(pl.lit("score")).alias("chosen")
    chosen = [
        slates.in_force(lake, night).filter(pl.col("action") != "none").select(*KEY, NIGHT, share)
        for night in nights[NIGHT].sort()
    ]
    empty = pl.DataFrame(schema={**dict.fromkeys(KEY, pl.String), NIGHT: pl.Date, "chosen": pl.String})
    return pl.concat([empty, *chosen])


def _messages(lake: Lake, aside: pl.DataFrame, unknown: pl.DataFrame) -> list[str]:
    """Say why each row is in quarantine; for an unknown consignment, also which bills its container is on."""
    messages = []
    numbers = unknown["container_number"].unique().implode()
    bills = lake.read("consignments", columns=KEY).filter(pl.col("container_number").is_in(numbers)).unique().collect()
    for row in aside.iter_rows(named=True):
        line = "" if row["line"] is None else f" line {row['line']}"
        where = f"{row['file']}{line}: " if row["file"] else ""
        if row["rule"] != UNKNOWN:
            messages.append(f"{where}{row['column'] or 'the line'} {row['value']!r} ({row['rule']})")
            continue
        others = sorted(bills.filter(pl.col("container_number") == row["value"])["bill_of_lading"])
        hint = f"; it is on {', '.join(others[:3])}" if others else " or on any other bill"
        messages.append(f"{where}the lake has no container {row['value']} on this bill{hint}")
    return messages


def record_one(lake: Lake, outcome: Mapping[str, object]) -> Recorded:
    """Record one outcome (values of OUTCOME by name); if it cannot be recorded, nothing is written.

    Raises SettingsError if it breaks a rule, or if the lake lacks the consignment; the message then names the bills
    that the container is on.
    """
    moment = datetime.now(UTC)
    bill, container = slates.clean_key(str(outcome["bill_of_lading"]), str(outcome["container_number"]))
    values = {**outcome, "bill_of_lading": bill, "container_number": container}
    rows = schema.conform(pl.DataFrame([values], schema={name: OUTCOME[name] for name in values}), OUTCOME)
    rows = rows.with_columns(pl.lit(None, pl.String).alias("file"))
    by = _Writer(moment.date(), None, moment)

    def work(turn: int) -> Recorded | None:
        dated = _dated(lake, rows, moment)
        valid, broken = _check(dated, moment)
        unknown = valid.filter(~_is_known(lake, valid))
        if broken.height or unknown.height:
            raise SettingsError(_messages(lake, pl.concat([broken, _as_quarantine(unknown, UNKNOWN)]), unknown)[0])
        return _record(lake, dated, quarantine.empty(), by, turn)

    return turns.take(lake, "outcomes", work)


def _dated(lake: Lake, row: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Fill in a missing `known_at`: the one of the same outcome if it is recorded already, else `now`.

    If the clock was set back, it is the moment just after that of the outcome which this one corrects.
    """
    compared = [name for name in _COMPARED if name != "known_at"]
    in_force = corrections.in_force(lake.read("outcomes").collect())
    same = in_force.join(row, on=compared, how="semi", nulls_equal=True)
    before = in_force.join(row, on=corrections.INSPECTION, how="semi", nulls_equal=True)
    known_at = same["known_at"].max() if same.height else turns.after(before["known_at"].max(), now)
    return row.with_columns(pl.col("known_at").fill_null(known_at))
