"""The index is what its formula says, and what creeps is told from what comes at once."""

import math
from pathlib import Path

import made_nights as nights
import polars as pl
import pytest

from riskscore.jobs.comparison import psi
from riskscore.jobs.drift import drift
from riskscore.lake.io import Lake


def test_the_index_sums_over_bins_and_adds_half_a_row_to_each() -> None:
    now, before = [30, 0, 70], [500, 100, 400]
    expected = 0.0
    for count, other in zip(now, before, strict=True):
        p, q = (count + 0.5) / 101.5, (other + 0.5) / 1001.5
        expected += (p - q) * math.log(p / q)
    found = pl.DataFrame({"now": now, "before": before}).select(psi(pl.col("now"), pl.col("before"))).item()
    assert found == pytest.approx(expected)


def moved(folder: Path, shifts: list[float]) -> tuple[float, str]:
    """PSI and level of the feature `amount` on the last of some nights whose `amount` is shifted by so much."""
    lake = Lake.create(folder / "lake")
    for number, shift in enumerate(shifts, start=1):
        day = nights.night(lake, number, shift=shift)
    return drift(lake, day, day).moves.filter(kind="feature", name="amount").select("effect", "level").row(0)


def test_what_comes_at_once_is_an_alarm_and_what_creeps_is_none(tmp_path: Path) -> None:
    assert moved(tmp_path / "alike", [0.0] * 16)[1] == "quiet"
    assert moved(tmp_path / "noted", [0.0] * 15 + [0.4])[1] == "note"
    assert moved(tmp_path / "once", [0.0] * 15 + [0.8])[1] == "alarm"
    index, level = moved(tmp_path / "creeping", [0.0] * 15 + [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
    assert index > 0.25
    assert level != "alarm"
