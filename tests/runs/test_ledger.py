"""What the ledger of a lake says of a night's consignments is what the whole log says, every night."""

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
    """Filings and outcomes, each with the first night after it, `taken`, of nights that are `every` days apart."""
    made = world(seed, days=450, size=90)
    return tuple(frame.with_columns(taken=every * (pl.col("taken") // every + 1)) for frame in made)


def take(lake: Lake, filed: pl.DataFrame, found: pl.DataFrame, day: date) -> Run:
    """A run that brings `filed`; `found` is recorded half by the run and half by hand."""
    known = lake.read("consignments").collect()
    run = runs.begin(lake, runs.RunLog.read(lake).next, day, {"manifests": [], "outcomes": []})
    assert run is not None
    lake.append("consignments", intake._started(filed, known), run=run.number, night=day)
    half = found.height // 2
    for part, number in ((found.head(half), run.number), (found.tail(-half), None)):
        at = datetime.combine(day, datetime.max.time(), UTC)
        record.record(lake, part, night=day, run=number, now=at)
    return run


@pytest.mark.parametrize("every", [60, pytest.param(15, marks=pytest.mark.slow)])
def test_every_night_the_ledger_says_what_the_whole_log_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    monkeypatch.setattr(closing, "LATE_DAYS", 2 * every)
    lake = create_lake(tmp_path / "lake")
    filed, found = past(0, every)
    told = asked = 0
    for taken in sorted({*filed["taken"], *found["taken"]}):
        tonight = pl.col("taken") == taken
        own = (frame.filter(tonight).drop("taken") for frame in (filed, found))
        run = take(lake, *own, START.date() + timedelta(days=taken))
        counts = closing.close(lake, run)
        assert counts == closing.close(lake, run), "a second time changed something"
        rows, _ = versions(lake, run)
        held = closing.of(lake, rows)
        asked += 1
        if rows.is_empty() or held is None:
            continue
        told += rows.height
        log = lake.read("consignments", columns=list(schema.COLUMNS)).collect()
        outcomes = lake.read("outcomes", columns=list(schema.OUTCOME)).collect()
        whole = ledger.history(rows.select(*schema.COLUMNS), Past(history=log, outcomes=outcomes), profiles.load())
        assert_frame_equal(ledger.history(rows, Past(history=rows.clear(), balances=held), profiles.load()), whole)
    assert told > 40
    assert lake.read("ledger").filter(pl.col("day") < 0).collect()["profile"].unique().len() == 3
    made = lake.snapshot("ledger").history()  # type: ignore[union-attr]
    assert asked < len(made)
    if every == 15:
        assert len(made) < 2 * asked, "it is collapsed now and then, not every night"


def test_a_ledger_of_another_basis_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = create_lake(tmp_path / "lake")
    filed, found = past(7)
    early = pl.col("taken") < 100
    closing.close(lake, take(lake, filed.filter(early).drop("taken"), found.head(0).drop("taken"), date(2024, 4, 10)))
    monkeypatch.setattr(balances, "basis", lambda _: "ab" * 20)
    closing.close(lake, take(lake, filed.filter(~early).drop("taken"), found.drop("taken"), date(2026, 4, 10)))
    held = lake.read("ledger").filter(pl.col("day") > 0).collect()
    assert held[RUN].unique().to_list() == [2]
    assert held[NIGHT].unique().to_list() == [date(2026, 4, 10)]


def test_the_table_has_the_columns_of_the_rows() -> None:
    assert dict(TABLES["ledger"].own) == dict(balances.COLUMNS)
