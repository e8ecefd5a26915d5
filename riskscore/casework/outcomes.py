"""Recording what inspections found: validated, filled in from the slate, never lost, and in force once.

    file ─▶ read ─▶ known to the lake? ─▶ outcomes          what is new among them
              │              └──────────▶ quarantine        unknown_consignment: waits for its manifest
              └─────────────────────────▶ quarantine        rows that break a rule

An outcome of a consignment that the lake does not know is most often a slip in its number, and sometimes ahead of its
manifest. It goes to quarantine whole, and each later recording takes up those whose consignment has come meanwhile.

Two recorders of one file may both write its rows; corrections.in_force reads them as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from riskscore import schema
from riskscore.casework import slates
from riskscore.errors import SettingsError
from riskscore.lake.protocol import STEP, Lake
from riskscore.lake.tables import NIGHT, RUN
from riskscore.manifest import corrections, outcomes, quarantine
from riskscore.schema import KEY, OUTCOME
from riskscore.settings import NONE, Settings

UNKNOWN = "unknown_consignment"
"""Rule of the outcomes that wait in quarantine for their consignment."""

_STEP = "outcomes"
"""Transaction of what a run's outcomes put into quarantine, beside what its manifests do."""

_AHEAD = timedelta(days=1)
"""Clocks and time zones may differ by this much; what is known later than that is a slip."""

_GIVEN = [name for name in OUTCOME if name != "selected_by"]
"""What makes two rows the same message; `selected_by` may have been filled in."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of the outcomes that were given: rows = added + repeated + refused + unknown.

    `added` are new, `corrections` of them name an inspection that had an outcome already; `repeated` were there before;
    `refused` break a rule and `unknown` name no consignment of the lake, both in quarantine; `taken_up` came besides
    from quarantine, because their consignment is known now. `messages` says of some of `refused` and `unknown` why.
    """

    rows: int
    added: int
    corrections: int
    repeated: int
    refused: int
    unknown: int
    taken_up: int
    messages: tuple[str, ...]


def read(
    files: Sequence[Path], *, columns: Path | None = None, settings: Settings = NONE
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Outcomes (OUTCOME and `file`) and refused rows (quarantine.SCHEMA) of files. Raises as `outcomes.read` does."""
    parts = [(file.name, outcomes.read(file, columns=columns, settings=settings)) for file in files]
    found = [part.outcomes.with_columns(pl.lit(name).alias("file")) for name, part in parts]
    return (
        pl.concat([pl.DataFrame(schema={**OUTCOME, "file": pl.String}), *found]),
        pl.concat([quarantine.empty(), *(part.quarantine for _, part in parts)]),
    )


def record(
    lake: Lake,
    found: pl.DataFrame,
    *,
    refused: pl.DataFrame | None = None,
    night: date | None = None,
    run: int | None = None,
    now: datetime | None = None,
) -> Recorded:
    """Write `found` (OUTCOME, perhaps `file`) to the outcomes of the lake, and `refused` rows to its quarantine.

    `night` is the night that writes, by default the day of `now`, the present moment. With `run` it is done once a run,
    as a step of the nightly job: `Lake.done("outcomes", run)` says whether it was. Raises LakeError as `Lake.append`.
    """
    moment = now or datetime.now(UTC)
    night = night or moment.date()
    found = schema.conform(found, {**OUTCOME, "file": pl.String})
    sound, odd = _judge(found, moment)
    waiting = _waiting(lake, run)
    both = pl.concat([sound.with_columns(waited=pl.lit(False)), waiting.with_columns(waited=pl.lit(True))])
    is_known = _known(lake, both)
    unknown = both.filter(~is_known & ~pl.col("waited")).drop("waited")
    there = lake.read("outcomes").filter(_of_others(run)).collect()
    fresh = _fresh(both.filter(is_known), there)
    aside = pl.concat([quarantine.empty() if refused is None else refused, odd, _aside(unknown, UNKNOWN)])
    _set_aside(lake, aside, night, run)
    rows = _with_share(lake, fresh).select(*OUTCOME, pl.lit(moment, schema.UTC).alias("recorded_at"))
    if run is not None or rows.height:
        lake.append("outcomes", rows, run=run, night=night)
    added = fresh.filter(~pl.col("waited"))
    corrected = fresh.join(
        there.select(corrections.INSPECTION), on=corrections.INSPECTION, how="semi", nulls_equal=True
    )
    wrong = aside.height - unknown.height
    return Recorded(
        rows=found.height + (0 if refused is None else refused.height),
        added=added.height,
        corrections=corrected.height,
        repeated=found.height - odd.height - unknown.height - added.height,
        refused=wrong,
        unknown=unknown.height,
        taken_up=fresh.height - added.height,
        messages=tuple(_messages(lake, aside.head(5), unknown)),
    )


def _fresh(rows: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Those of `rows` that are not `there` yet, each once; where `selected_by` is given it must be there too."""
    filled = pl.col("selected_by").is_not_null()
    parts = [(rows.filter(filled), list(OUTCOME)), (rows.filter(~filled), _GIVEN)]
    return pl.concat(
        part.unique(names, keep="first", maintain_order=True).join(
            there.select(names), on=names, how="anti", nulls_equal=True, maintain_order="left"
        )
        for part, names in parts
    )


def _judge(found: pl.DataFrame, now: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sound rows, and as quarantine those that contradict themselves or the clock."""
    early = (pl.col("known_at") < pl.col("inspected_at")).fill_null(False)
    ahead = pl.col("known_at") > now + _AHEAD
    return found.filter(~early & ~ahead), pl.concat(
        [
            _aside(found.filter(early), "known_before_inspected", "known_at"),
            _aside(found.filter(ahead & ~early), "in_the_future", "known_at"),
        ]
    )


def _aside(rows: pl.DataFrame, rule: str, column: str = "container_number") -> pl.DataFrame:
    """Outcomes as rows of a quarantine; `row` is the outcome itself, which `_waiting` reads again."""
    texts = rows.select(pl.struct(pl.col(name).cast(pl.String) for name in OUTCOME).struct.json_encode())
    return quarantine.aside(rows, rule, column, texts.to_series(), file=pl.col("file"))


def _of_others(run: int | None) -> pl.Expr:
    """Rows that `run` did not write: taken up again after a kill, it must find what it found at first."""
    return pl.lit(True) if run is None else pl.col(RUN).ne_missing(run)


def _waiting(lake: Lake, run: int | None) -> pl.DataFrame:
    """Outcomes in quarantine (OUTCOME and `file`) whose consignment was not known when they came."""
    refused = lake.read("quarantine", columns=["file", "rule", "row", RUN])
    rows = refused.filter(pl.col("rule") == UNKNOWN, _of_others(run)).collect()
    texts = pl.Struct(dict.fromkeys(OUTCOME, pl.String))
    values = rows.select("file", pl.col("row").str.json_decode(texts).alias("outcome")).unnest("outcome")
    moments = [name for name, dtype in OUTCOME.items() if dtype == schema.UTC]
    read = values.with_columns(pl.col(moments).str.to_datetime("%Y-%m-%d %H:%M:%S%.f%Z", time_unit="us", strict=False))
    return schema.conform(read.unique(list(OUTCOME), maintain_order=True), {**OUTCOME, "file": pl.String})


def _known(lake: Lake, rows: pl.DataFrame) -> pl.Series:
    """Whether the lake has a consignment for each of `rows`."""
    asked = rows.select(KEY).unique()
    have = lake.read("consignments", columns=KEY).join(asked.lazy(), on=KEY, how="semi").unique().collect()
    return (
        rows.select(KEY)
        .join(have.with_columns(known=True), on=KEY, how="left", maintain_order="left")["known"]
        .fill_null(False)
    )


def _set_aside(lake: Lake, rows: pl.DataFrame, night: date, run: int | None) -> None:
    """Put `rows` into quarantine, but by hand not those that are there."""
    if run is None:
        there = lake.read("quarantine", columns=list(quarantine.SCHEMA)).collect()
        rows = rows.join(there, on=list(quarantine.SCHEMA), how="anti", nulls_equal=True, maintain_order="left")
        if rows.is_empty():
            return
    lake.append("quarantine", rows, run=run, night=night, step=STEP if run is None else _STEP)


def _with_share(lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the share that chose the box, where `selected_by` is not given.

    It is that of the last slate up to the inspection that takes the box, and `score` for a scan or a check of papers,
    which go by falling probability. A box that no slate takes was opened for reasons that the lake does not know.
    """
    asked = rows.filter(pl.col("selected_by").is_null())
    if asked.is_empty():
        return rows
    taken = _taken(lake, asked)
    moment = pl.coalesce("inspected_at", "known_at").dt.date().alias("day")
    chosen = (
        rows.with_row_index("place")
        .with_columns(moment)
        .join(taken, on=KEY, how="inner", maintain_order="left")
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


def _taken(lake: Lake, asked: pl.DataFrame) -> pl.DataFrame:
    """KEY, `night` and `chosen` of every slate in force that takes one of the consignments `asked`."""
    keys = asked.select(KEY).unique().lazy()
    nights = lake.read("slates", columns=[*KEY, NIGHT]).join(keys, on=KEY, how="semi").select(NIGHT).unique().collect()
    share = pl.when(pl.col("action") == "open").then("share").otherwise(pl.lit("score")).alias("chosen")
    found = [
        slates.in_force(lake, night).filter(pl.col("action") != "none").select(*KEY, NIGHT, share)
        for night in nights[NIGHT].sort()
    ]
    empty = pl.DataFrame(schema={**dict.fromkeys(KEY, pl.String), NIGHT: pl.Date, "chosen": pl.String})
    return pl.concat([empty, *found])


def _messages(lake: Lake, aside: pl.DataFrame, unknown: pl.DataFrame) -> list[str]:
    """Why each of some rows is in quarantine; of an unknown consignment, on which bills its container is."""
    told = []
    numbers = unknown["container_number"].unique().implode()
    bills = lake.read("consignments", columns=KEY).filter(pl.col("container_number").is_in(numbers)).unique().collect()
    for row in aside.iter_rows(named=True):
        line = "" if row["line"] is None else f" line {row['line']}"
        where = f"{row['file']}{line}: " if row["file"] else ""
        if row["rule"] != UNKNOWN:
            told.append(f"{where}{row['column'] or 'the line'} {row['value']!r} ({row['rule']})")
            continue
        others = sorted(bills.filter(pl.col("container_number") == row["value"])["bill_of_lading"])
        hint = f"; it is on {', '.join(others[:3])}" if others else ", nor on any other"
        told.append(f"{where}the lake has no container {row['value']} on the bill that is named{hint}")
    return told


def one(lake: Lake, given: Mapping[str, object]) -> Recorded:
    """Record one outcome (values of OUTCOME by name); where it cannot be taken nothing is written.

    Raises SettingsError where a rule is broken or the lake does not know the consignment, with the bills that it is on.
    """
    moment = datetime.now(UTC)
    bill, container = slates.named(str(given["bill_of_lading"]), str(given["container_number"]))
    values = {**given, "bill_of_lading": bill, "container_number": container}
    rows = schema.conform(pl.DataFrame([values], schema={name: OUTCOME[name] for name in values}), OUTCOME)
    rows = _dated(lake, rows, moment).with_columns(pl.lit(None, pl.String).alias("file"))
    sound, odd = _judge(rows, moment)
    unknown = sound.filter(~_known(lake, sound))
    if odd.height or unknown.height:
        raise SettingsError(_messages(lake, pl.concat([odd, _aside(unknown, UNKNOWN)]), unknown)[0])
    return record(lake, rows, now=moment)


def _dated(lake: Lake, row: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """One outcome with the moment when it became known: where none is given, now, or when it was said already."""
    same = [name for name in _GIVEN if name != "known_at"]
    said = corrections.in_force(lake.read("outcomes").collect()).join(row, on=same, how="semi", nulls_equal=True)
    return row.with_columns(pl.col("known_at").fill_null(said["known_at"].max() if said.height else now))
