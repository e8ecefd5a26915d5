"""Every night, the ledger gives the same history of the night's consignments as the whole log."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from worlds import START, world

from riskscore import schema
from riskscore.casework import outcomes as record
from riskscore.history import balances, ledger, profiles
from riskscore.history.past import Past
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT, RUN, TABLES
from riskscore.nightly import intake
from riskscore.runs import ledger as closing
from riskscore.runs import log as runs
from riskscore.runs.filings import versions
from riskscore.runs.log import Run


def past(seed: int, every: int = 15) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return filings and outcomes, each with the first night after it, `taken`; nights are `every` days apart."""
    frames = world(seed, days=450, size=90)
    return tuple(frame.with_columns(taken=every * (pl.col("taken") // every + 1)) for frame in frames)


def load(lake: Lake, filed: pl.DataFrame, outcomes: pl.DataFrame, day: date) -> Run:
    """Begin a run that loads `filed`; the run records half of `outcomes`, the other half is recorded by hand."""
    before = lake.read("consignments").collect()
    run = runs.begin(lake, runs.RunLog.read(lake).next, day, {"manifests": [], "outcomes": []})
    assert run is not None
    lake.append("consignments", intake._with_first_day(filed, before), run=run.number, night=day)
    half = outcomes.height // 2
    for part, number in ((outcomes.head(half), run.number), (outcomes.tail(-half), None)):
        at = datetime.combine(day, datetime.max.time(), UTC)
        record.record(lake, part, night=day, run=number, now=at)
    return run


@pytest.mark.slow
@pytest.mark.parametrize("every", [60, 15])
def test_every_night_the_ledger_gives_the_history_of_the_whole_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    monkeypatch.setattr(closing, "LATE_DAYS", 2 * every)
    lake = create_lake(tmp_path / "lake")
    filed, outcomes = past(0, every)
    compared = nights = 0
    for taken in sorted({*filed["taken"], *outcomes["taken"]}):
        is_tonight = pl.col("taken") == taken
        tonight = (frame.filter(is_tonight).drop("taken") for frame in (filed, outcomes))
        run = load(lake, *tonight, START.date() + timedelta(days=taken))
        counts = closing.close(lake, run)
        assert counts == closing.close(lake, run), "closing a second time must change nothing"
        rows, _ = versions(lake, run)
        from_ledger = closing.balances_of(lake, rows)
        nights += 1
        if rows.is_empty() or from_ledger is None:
            continue
        compared += rows.height
        log = lake.read("consignments", columns=list(schema.COLUMNS)).collect()
        known = lake.read("outcomes", columns=list(schema.OUTCOME)).collect()
        expected = ledger.history(rows.select(*schema.COLUMNS), Past(history=log, outcomes=known), profiles.load())
        history = ledger.history(rows, Past(history=rows.clear(), balances=from_ledger), profiles.load())
        assert_frame_equal(history, expected)
    assert compared > 40
    assert lake.read("ledger").filter(pl.col("day") < 0).collect()["profile"].unique().len() == 3
    commits = lake.snapshot("ledger").history()  # type: ignore[union-attr]
    assert nights < len(commits)
    if every == 15:
        assert len(commits) < 2 * nights, "the ledger must be collapsed now and then, not every night"


def test_a_ledger_with_another_basis_is_rewritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = create_lake(tmp_path / "lake")
    filed, outcomes = past(7)
    early = pl.col("taken") < 100
    closing.close(
        lake, load(lake, filed.filter(early).drop("taken"), outcomes.head(0).drop("taken"), date(2024, 4, 10))
    )
    monkeypatch.setattr(balances, "basis", lambda _: "ab" * 20)
    closing.close(lake, load(lake, filed.filter(~early).drop("taken"), outcomes.drop("taken"), date(2026, 4, 10)))
    rows = lake.read("ledger").filter(pl.col("day") > 0).collect()
    assert rows[RUN].unique().to_list() == [2]
    assert rows[NIGHT].unique().to_list() == [date(2026, 4, 10)]


def test_the_table_ledger_has_the_columns_of_balances() -> None:
    assert dict(TABLES["ledger"].own) == dict(balances.COLUMNS)
