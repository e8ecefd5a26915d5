"""Close the ledger: enter the filings of a run and new outcomes, so that a night reads its history ready-made.

    filings of the run, outcomes not entered yet ─▶ what they change for the bills concerned ─▶ appended
    no ledger yet, or one with another basis     ─▶ computed from the whole log              ─▶ rewritten
    once a month                                 ─▶ old days of a key collapse into two      ─▶ rewritten

The ledger also keeps notes among its rows: its basis, the day up to which it is collapsed, and a mark for each outcome
that is entered, because outcomes may be recorded by hand at any time.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from riskscore.history import balances, events, past, profiles
from riskscore.history.balances import Balances
from riskscore.history.filings import SAME_BILL_DAYS, STARTED, sessions
from riskscore.history.hashes import mixed
from riskscore.history.profiles import Profiles
from riskscore.lake.protocol import TURN, Lake
from riskscore.runs.log import Run
from riskscore.schema import KEY, OUTCOME

LATE_DAYS = 30
"""If a filing reaches the lake later than this, its whole night is measured from the whole log."""

MONTH_DAYS = 28
"""Days after which old rows are collapsed again."""

_BASIS, _CLOSED, _ENTERED = "its basis", "closed", "entered"
"""Names of the notes, in the column `profile`; `key` is the digest, the day since 1970 or the hash of an outcome."""

_NOTE = -(10**9)
"""The `day` of a note: far from all real days, so that files without notes are not opened."""

_EPOCH = date(1970, 1, 1)


def close(lake: Lake, run: Run) -> dict[str, Any]:
    """Enter the filings of `run` and all outcomes not entered yet, once per run; return the counts `rows` and `new`."""
    basis = int(balances.basis(profiles.of(lake.settings))[:15], 16)
    if not lake.done("ledger", run.number):
        if _note(lake, _BASIS) == basis:
            lake.append("ledger", _entries(lake, run), run=run.number, night=run.night)
        else:
            rows = pl.concat([_from_log(lake, run), _notes(_BASIS, [basis])])
            lake.overwrite("ledger", rows, run=run.number, night=run.night)
    _collapse(lake, run)
    entries = lake.read("ledger").filter(pl.col("day") != _NOTE)
    return dict(entries.select(rows=pl.len(), new=(pl.col("run") == run.number).sum()).collect().row(0, named=True))


def balances_of(lake: Lake, rows: pl.DataFrame) -> Balances | None:
    """Return the ledger of the keys of `rows` (canonical columns and `started`).

    None if any of `rows` was first filed on a day that is collapsed already.
    """
    closed = _closed(lake)
    if closed is not None and (rows[STARTED] <= closed).any():
        return None
    keys = balances.needed_keys(rows, profiles.of(lake.settings)).select("key").unique()
    entries = lake.read("ledger", columns=list(balances.COLUMNS)).filter(pl.col("day") != _NOTE)
    return Balances(entries.join(keys.lazy(), on="key", how="semi").collect(engine="streaming"), closed)


def _note(lake: Lake, name: str) -> int | None:
    notes = lake.read("ledger", columns=["profile", "key", "day"]).filter(day=_NOTE, profile=name).collect()
    return None if notes.is_empty() else int(notes["key"][0])


def _closed(lake: Lake) -> date | None:
    days = _note(lake, _CLOSED)
    return None if days is None else _EPOCH + timedelta(days)


def _notes(name: str, keys: list[int] | pl.Series) -> pl.DataFrame:
    """Return notes as ledger rows."""
    columns = {column: pl.lit(0 if column in events.FILED + events.FOUND else None) for column in balances.COLUMNS}
    values = columns | {"profile": pl.lit(name), "key": pl.col("key"), "day": pl.lit(_NOTE)}
    return pl.DataFrame({"key": pl.Series(keys, dtype=pl.Int64)}).select(
        value.cast(balances.COLUMNS[column]).alias(column) for column, value in values.items()
    )


def _marks(outcomes: pl.DataFrame) -> pl.Series:
    return outcomes.select(mixed(list(OUTCOME)).reinterpret(signed=True)).to_series()


def computed(lake: Lake, run: Run) -> pl.DataFrame:
    """Return the ledger as everything in the lake up to `run` makes it, of the outcomes those that are entered."""
    filings = _log(lake, run).drop("run", STARTED).collect()
    outcomes = lake.read("outcomes", columns=list(OUTCOME)).collect()
    entered = lake.read("ledger", columns=["profile", "key", "day"]).filter(day=_NOTE, profile=_ENTERED).collect()
    outcomes = outcomes.filter(_marks(outcomes).is_in(entered["key"].implode()))
    return balances.entries(filings, outcomes, profiles.of(lake.settings))


def sums(entries: pl.DataFrame) -> pl.DataFrame:
    """Return the sums of each profile, and of its keys: what collapsing keeps."""
    counts = [*events.FILED, *events.FOUND]
    real = entries.filter(pl.col("day") != _NOTE)
    by_key = real.group_by("profile", "key").agg(pl.col(counts).sum()).filter(pl.any_horizontal(pl.col(counts) != 0))
    mixed_keys = (pl.col("key") % 1_000_003) * pl.sum_horizontal(pl.col(counts).cast(pl.Int64) % 1_009)
    return by_key.group_by("profile").agg(pl.col(counts).sum(), keys=pl.len(), mixed=mixed_keys.sum()).sort("profile")


def rebuild(lake: Lake, run: Run) -> None:
    """Make the ledger again from everything in the lake up to `run`, which is finished."""
    basis = int(balances.basis(profiles.of(lake.settings))[:15], 16)
    rows = pl.concat([_from_log(lake, run), _notes(_BASIS, [basis])])
    lake.overwrite("ledger", rows, run=1 + lake.turn("ledger"), night=run.night, step=TURN)


def _from_log(lake: Lake, run: Run) -> pl.DataFrame:
    """Return the ledger of everything in the lake."""
    filings = _log(lake, run).drop("run", STARTED).collect()
    outcomes = lake.read("outcomes", columns=list(OUTCOME)).collect()
    return pl.concat(
        [balances.entries(filings, outcomes, profiles.of(lake.settings)), _notes(_ENTERED, _marks(outcomes).unique())]
    )


def _entries(lake: Lake, run: Run) -> pl.DataFrame:
    """Return what the run, and the outcomes since the run before, change in the ledger."""
    loaded = _log(lake, run, (run.night, run.night)).filter(pl.col("run") == run.number).collect()
    outcomes = lake.read("outcomes", columns=list(OUTCOME)).collect()
    entered = lake.read("ledger", columns=["profile", "key", "day"]).filter(day=_NOTE, profile=_ENTERED).collect()
    marks = _marks(outcomes)
    is_new = ~marks.is_in(entered["key"].implode())
    changed = pl.concat([loaded.select(KEY), outcomes.filter(is_new).select(KEY)]).unique()
    outcomes = outcomes.with_columns(is_new.alias("is_new")).join(changed, on=KEY, how="semi")
    filings = _filings(lake, run, loaded, outcomes, changed)
    earlier = pl.col("run") < run.number
    declared = profiles.of(lake.settings)
    after = _of_bills(filings, outcomes, declared)
    before = _of_bills(filings.filter(earlier), outcomes.filter(~pl.col("is_new")), declared)
    return pl.concat([balances.difference(after, before), _notes(_ENTERED, marks.filter(is_new).unique())])


def _of_bills(filings: pl.DataFrame, outcomes: pl.DataFrame, declared: Profiles) -> pl.DataFrame:
    """Return the ledger rows of some bills."""
    dated = filings.drop("run").with_columns(sessions(filings))
    return balances.entries(dated, outcomes.drop("is_new"), declared)


def _filings(lake: Lake, run: Run, loaded: pl.DataFrame, outcomes: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """Return the recent filings of the bills `changed`, and all filings of a bill that an older outcome belongs to."""
    moments = pl.concat([loaded["filed_at"], outcomes.filter(pl.col("is_new"))["known_at"]])
    first = moments.min()
    start = (first.date() if first is not None else run.night) - timedelta(SAME_BILL_DAYS + LATE_DAYS)  # type: ignore[union-attr]
    recent = _log(lake, run, (start, date.max)).join(changed.lazy(), on=KEY, how="semi").collect()
    earlier = pl.col("run") < run.number
    known_on = pl.col("known_at").dt.date()
    older = pl.concat(
        outcomes.filter(which)
        .join(filings.group_by(KEY).agg(pl.col(STARTED).min()), on=KEY, how="left")
        .filter(pl.col(STARTED).is_null() | (pl.col(STARTED) > known_on) | (pl.col(STARTED) < start))
        # an entered outcome belongs to a filing from before this run, though it may come to belong to a new one
        for which, filings in ((pl.col("is_new"), recent), (~pl.col("is_new"), recent.filter(earlier)))
    )
    if older.is_empty():
        return recent
    before = _log(lake, run, (date.min, start - timedelta(1))).join(older.select(KEY).lazy(), on=KEY, how="semi")
    return pl.concat([before.collect(), recent])


def _log(lake: Lake, run: Run, nights: tuple[date, date] | None = None) -> pl.LazyFrame:
    """The columns that the ledger needs of every filing up to `run`, with `started` and `run`."""
    columns = [*past.columns(lake.settings), STARTED, "run"]
    return lake.read("consignments", columns=columns, nights=nights).filter(pl.col("run") <= run.number)


def _collapse(lake: Lake, run: Run) -> None:
    """Rewrite the ledger with its old days collapsed, once a month has passed."""
    last = _closed(lake)
    closed = run.night - timedelta(SAME_BILL_DAYS + LATE_DAYS + 1)
    if last is not None and (closed - last).days < MONTH_DAYS:
        return
    ledger = lake.read("ledger", columns=list(balances.COLUMNS)).collect()
    is_note = pl.col("day") == _NOTE
    notes = ledger.filter(is_note & (pl.col("profile") != _CLOSED))
    rows = balances.collapse(ledger.filter(~is_note), closed, profiles.of(lake.settings)).sort("profile", "key", "day")
    days = (closed - _EPOCH).days
    rows = pl.concat([rows, notes, _notes(_CLOSED, [days])])
    lake.overwrite("ledger", rows, run=run.number, night=run.night, step="collapse")
