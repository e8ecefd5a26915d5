from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskscore import schema
from riskscore.errors import SettingsError
from riskscore.progress import listening
from riskscore.simulation.write import TRUTH, simulate

if TYPE_CHECKING:
    from tests.simulation.conftest import Simulated

SMALL: dict[str, Any] = {"days": 3, "per_day": 60, "seed": 3, "smuggling_rate": 0.05}


def _read(folder: Path) -> list[pl.DataFrame]:
    files = sorted((folder / "manifests").glob("*.parquet"))
    return [pl.read_parquet(file) for file in [*files, folder / "outcomes.parquet", folder / "truth.parquet"]]


def test_the_same_arguments_give_the_same_world(tmp_path: Path) -> None:
    once, again = (simulate(tmp_path / name, **SMALL) for name in ("once", "again"))
    for left, right in zip(_read(once), _read(again), strict=True):
        assert_frame_equal(left, right)


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    one, other = (simulate(tmp_path / str(seed), **{**SMALL, "seed": seed}) for seed in (1, 2))
    shared = set(_read(one)[0]["goods_description"]) & set(_read(other)[0]["goods_description"])
    assert len(shared) < 20
    assert set(_read(one)[0]["bill_of_lading"]).isdisjoint(_read(other)[0]["bill_of_lading"])


def test_more_days_leave_the_first_ones_as_they_were(tmp_path: Path) -> None:
    short = _read(simulate(tmp_path / "short", **SMALL))
    long = _read(simulate(tmp_path / "long", **{**SMALL, "days": 5}))
    for day in range(SMALL["days"]):
        assert_frame_equal(short[day], long[day])


def test_files_are_named_after_their_days_and_hold_what_was_filed_then(world: Simulated) -> None:
    assert world.rows["file"].n_unique() == world.days
    assert world.rows["file"].min() == str(date(2024, 1, 1))
    assert (world.rows["filed_at"].dt.date().cast(pl.String) == world.rows["file"]).all()


def test_rows_are_canonical_and_complete_where_they_must_be(world: Simulated) -> None:
    rows = world.rows.drop("file")
    assert dict(rows.schema) == schema.COLUMNS
    assert rows.select(pl.col(schema.REQUIRED).null_count().sum()).sum_horizontal().item() == 0
    assert set(rows["bill_type"].drop_nulls()) <= set(schema.BILL_TYPES)
    assert set(rows["freight_terms"].drop_nulls()) <= set(schema.FREIGHT_TERMS)


def test_a_consignment_is_filed_once_and_its_later_versions_after_it(world: Simulated) -> None:
    first = world.rows.filter(pl.col("version") == 1)
    assert first.height == world.days * world.per_day
    assert first.select(schema.KEY).is_duplicated().sum() == 0
    later = world.rows.filter(pl.col("version") > 1).join(first.select(*schema.KEY, was="filed_at"), on=schema.KEY)
    assert later.height == world.rows.height - first.height
    assert (later["filed_at"] > later["was"]).all()


def test_truth_has_every_consignment_once(world: Simulated) -> None:
    assert dict(world.truth.schema) == TRUTH
    assert_frame_equal(
        world.truth.select(*schema.KEY, "filed_at").sort(schema.KEY),
        world.rows.filter(pl.col("version") == 1).select(*schema.KEY, "filed_at").sort(schema.KEY),
    )
    honest = world.truth.filter(~pl.col("smuggled"))
    assert honest.select(pl.col("scheme", "commodity", "quantity_kg").is_null().all()).row(0) == (True, True, True)
    assert honest["indicators"].list.len().sum() == 0
    assert 0.8 * world.rate < world.truth["smuggled"].mean() < 1.2 * world.rate


def test_no_smuggling_at_a_rate_of_zero(tmp_path: Path) -> None:
    assert _read(simulate(tmp_path / "clean", **{**SMALL, "smuggling_rate": 0.0}))[-1]["smuggled"].sum() == 0


def test_one_consignment_per_day_can_be_simulated(tmp_path: Path) -> None:
    tables = _read(simulate(tmp_path / "tiny", days=2, per_day=1, smuggling_rate=0.0))
    assert tables[-1].height == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"days": 0}, "at least 1"),
        ({"per_day": 0}, "at least 1"),
        ({"seed": -1}, "at least 0"),
        ({"smuggling_rate": -0.1}, "between 0 and"),
        ({"smuggling_rate": 0.9}, "between 0 and"),
        ({"smuggling_rate": float("nan")}, "between 0 and"),
    ],
)
def test_arguments_out_of_range_are_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        simulate(tmp_path / "out", **{**SMALL, **change})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_empty_is_refused_and_unchanged(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    with pytest.raises(SettingsError, match="not an empty folder"):
        simulate(tmp_path, **SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_a_folder_whose_parent_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no folder"):
        simulate(tmp_path / "no" / "out", **SMALL)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    simulate(tmp_path / "out", **SMALL)
    assert (tmp_path / "out" / "truth.parquet").is_file()


def test_nothing_is_left_behind_when_it_is_interrupted(tmp_path: Path) -> None:
    def stop(step: str) -> None:
        if step == "day 2 of 3":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), listening(stop):
        simulate(tmp_path / "out", **SMALL)
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_the_days(tmp_path: Path) -> None:
    steps: list[str] = []
    with listening(steps.append):
        simulate(tmp_path / "out", **SMALL)
    assert steps == ["day 1 of 3", "day 2 of 3", "day 3 of 3"]


_MEASURE = """
import resource, sys
from riskscore.progress import listening
from riskscore.simulation.write import simulate

peaks = []
with listening(lambda _: peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)):
    simulate(sys.argv[1], days=24, per_day=1500)
print(peaks[7], peaks[-1])
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_days(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path / "out")], capture_output=True, text=True, check=True
    )
    early, late = (int(number) for number in run.stdout.split())
    assert late < 1.15 * early
