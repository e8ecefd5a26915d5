"""Closing: what a run filed, and what was found, into the ledger, so that a night reads its past and does not make it.

    filings of the run, findings not entered yet ─▶ what they change for the bills that they touch ─▶ appended
    no ledger yet, or one of another basis       ─▶ the whole log                                  ─▶ written anew
    once a month                                 ─▶ old days of a key become two                   ─▶ written anew

Beside its rows the ledger keeps notes: what it rests on, up to which day it is collapsed, and a mark for each finding
that it holds, for findings are recorded by hand at any time.
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
from riskscore.lake.protocol import Lake
from riskscore.runs.log import Run
from riskscore.schema import KEY, OUTCOME

LATE_DAYS = 30
"""A filing that reaches the lake later than this is measured over the whole log, and so is its night."""

MONTH_DAYS = 28
"""Days after which old rows are collapsed again."""

_BASIS, _CLOSED, _ENTERED = "its basis", "closed", "entered"
"""Names of the notes, where rows have their profile; `key` is the digest, the day since 1970, a finding's hash."""

_NOTE = -(10**9)
"""Day of a note: far from all others, so that files without one are not opened."""

_EPOCH = date(1970, 1, 1)


def close(lake: Lake, run: Run) -> dict[str, Any]:
    """Enter what `run` filed and all that was found and is not entered yet, once a run; returns counts of rows."""
    basis = int(balances.basis(profiles.of(lake.settings))[:15], 16)
    if not lake.done("ledger", run.number):
        if _note(lake, _BASIS) == basis:
            lake.append("ledger", _entries(lake, run), run=run.number, night=run.night)
        else:
            rows = pl.concat([_whole(lake, run), _noted(_BASIS, [basis])])
            lake.overwrite("ledger", rows, run=run.number, night=run.night)
    _collapse(lake, run)
    held = lake.read("ledger").filter(pl.col("day") != _NOTE)
    return dict(held.select(rows=pl.len(), new=(pl.col("run") == run.number).sum()).collect().row(0, named=True))


def of(lake: Lake, rows: pl.DataFrame) -> Balances | None:
    """The ledger of the keys of `rows` (canonical columns and `started`); None where it cannot tell of all of them."""
    closed = _closed(lake)
    if closed is not None and (rows[STARTED] <= closed).any():
        return None
    asked = balances.needed_keys(rows, profiles.of(lake.settings)).select("key").unique()
    held = lake.read("ledger", columns=list(balances.COLUMNS)).filter(pl.col("day") != _NOTE)
    return Balances(held.join(asked.lazy(), on="key", how="semi").collect(engine="streaming"), closed)


def _note(lake: Lake, name: str) -> int | None:
    found = lake.read("ledger", columns=["profile", "key", "day"]).filter(day=_NOTE, profile=name).collect()
    return None if found.is_empty() else int(found["key"][0])


def _closed(lake: Lake) -> date | None:
    days = _note(lake, _CLOSED)
    return None if days is None else _EPOCH + timedelta(days)


def _noted(name: str, keys: list[int] | pl.Series) -> pl.DataFrame:
    """Notes as ledger rows."""
    columns = {column: pl.lit(0 if column in events.FILED + events.FOUND else None) for column in balances.COLUMNS}
    values = columns | {"profile": pl.lit(name), "key": pl.col("key"), "day": pl.lit(_NOTE)}
    return pl.DataFrame({"key": pl.Series(keys, dtype=pl.Int64)}).select(
        value.cast(balances.COLUMNS[column]).alias(column) for column, value in values.items()
    )


def _marks(outcomes: pl.DataFrame) -> pl.Series:
    return outcomes.select(mixed(list(OUTCOME)).reinterpret(signed=True)).to_series()


def _whole(lake: Lake, run: Run) -> pl.DataFrame:
    """The ledger of everything that is in the lake."""
    filings = _log(lake, run).drop("run", STARTED).collect()
    found = lake.read("outcomes", columns=list(OUTCOME)).collect()
    return pl.concat(
        [balances.entries(filings, found, profiles.of(lake.settings)), _noted(_ENTERED, _marks(found).unique())]
    )


def _entries(lake: Lake, run: Run) -> pl.DataFrame:
    """What the run, and the findings since the one before, change in the ledger."""
    own = _log(lake, run, (run.night, run.night)).filter(pl.col("run") == run.number).collect()
    found = lake.read("outcomes", columns=list(OUTCOME)).collect()
    entered = lake.read("ledger", columns=["profile", "key", "day"]).filter(day=_NOTE, profile=_ENTERED).collect()
    marks = _marks(found)
    is_new = ~marks.is_in(entered["key"].implode())
    touched = pl.concat([own.select(KEY), found.filter(is_new).select(KEY)]).unique()
    found = found.with_columns(is_new.alias("is_new")).join(touched, on=KEY, how="semi")
    filings = _filings(lake, run, own, found, touched)
    earlier = pl.col("run") < run.number
    known = profiles.of(lake.settings)
    after = _of_bills(filings, found, known)
    before = _of_bills(filings.filter(earlier), found.filter(~pl.col("is_new")), known)
    return pl.concat([balances.difference(after, before), _noted(_ENTERED, marks.filter(is_new).unique())])


def _of_bills(filings: pl.DataFrame, found: pl.DataFrame, known: Profiles) -> pl.DataFrame:
    """The ledger rows of some bills."""
    told = filings.drop("run").with_columns(sessions(filings))
    return balances.entries(told, found.drop("is_new"), known)


def _filings(lake: Lake, run: Run, own: pl.DataFrame, found: pl.DataFrame, touched: pl.DataFrame) -> pl.DataFrame:
    """The filings of the bills `touched`: the recent ones, and all of a bill where something older was found."""
    moments = pl.concat([own["filed_at"], found.filter(pl.col("is_new"))["known_at"]])
    first = moments.min()
    start = (first.date() if first is not None else run.night) - timedelta(SAME_BILL_DAYS + LATE_DAYS)  # type: ignore[union-attr]
    near = _log(lake, run, (start, date.max)).join(touched.lazy(), on=KEY, how="semi").collect()
    earlier = pl.col("run") < run.number
    known = pl.col("known_at").dt.date()
    older = pl.concat(
        found.filter(which)
        .join(there.group_by(KEY).agg(pl.col(STARTED).min()), on=KEY, how="left")
        .filter(pl.col(STARTED).is_null() | (pl.col(STARTED) > known) | (pl.col(STARTED) < start))
        # a finding that is entered belongs to a filing from before this run, though it may come to belong to a new one
        for which, there in ((pl.col("is_new"), near), (~pl.col("is_new"), near.filter(earlier)))
    )
    if older.is_empty():
        return near
    before = _log(lake, run, (date.min, start - timedelta(1))).join(older.select(KEY).lazy(), on=KEY, how="semi")
    return pl.concat([before.collect(), near])


def _log(lake: Lake, run: Run, nights: tuple[date, date] | None = None) -> pl.LazyFrame:
    """What the ledger looks at of every filing up to `run`, with `started` and `run`."""
    columns = [*past.columns(lake.settings), STARTED, "run"]
    return lake.read("consignments", columns=columns, nights=nights).filter(pl.col("run") <= run.number)


def _collapse(lake: Lake, run: Run) -> None:
    """Write the ledger anew with its old days put together, where a month has gone by."""
    last = _closed(lake)
    closed = run.night - timedelta(SAME_BILL_DAYS + LATE_DAYS + 1)
    if last is not None and (closed - last).days < MONTH_DAYS:
        return
    held = lake.read("ledger", columns=list(balances.COLUMNS)).collect()
    is_note = pl.col("day") == _NOTE
    notes = held.filter(is_note & (pl.col("profile") != _CLOSED))
    rows = balances.collapse(held.filter(~is_note), closed, profiles.of(lake.settings)).sort("profile", "key", "day")
    days = (closed - _EPOCH).days
    rows = pl.concat([rows, notes, _noted(_CLOSED, [days])])
    lake.overwrite("ledger", rows, run=run.number, night=run.night, step="collapse")
