"""The stability index follows its formula, and a slow change is distinguished from a sudden one."""

import math
import shutil
from dataclasses import replace
from pathlib import Path

import made_nights as nights
import polars as pl
import pytest

from riskscore.lake.open import create_lake, open_lake
from riskscore.model.distributions import reference
from riskscore.monitoring.comparison import psi
from riskscore.monitoring.drift import drift


def test_psi_sums_over_bins_and_adds_half_a_row_to_each() -> None:
    now, before = [30, 0, 70], [500, 100, 400]
    expected = 0.0
    for count, other in zip(now, before, strict=True):
        p, q = (count + 0.5) / 101.5, (other + 0.5) / 1001.5
        expected += (p - q) * math.log(p / q)
    index = pl.DataFrame({"now": now, "before": before}).select(psi(pl.col("now"), pl.col("before"))).item()
    assert index == pytest.approx(expected)


DRAWN = nights.matrix(0, 5_000)
CARD = replace(nights.CARD, reference=reference(DRAWN, DRAWN["margin"].to_numpy(), nights.FEATURES))
ALIKE = 9


@pytest.fixture
def alike(tmp_path: Path) -> Path:
    """A lake of similar nights, in the bins of the card."""
    lake = create_lake(tmp_path / "alike")
    for number in range(1, ALIKE + 1):
        nights.night(lake, number, card=CARD)
    return tmp_path / "alike"


def psi_after(alike: Path, shifts: list[float]) -> tuple[float, str]:
    """Add a night per shift of the feature `amount`; return its PSI and level on the last one."""
    folder = shutil.copytree(alike, alike.with_name(f"{len(shifts)} to {shifts[-1]}"))
    lake = open_lake(folder)
    for number, shift in enumerate(shifts, start=ALIKE + 1):
        day = nights.night(lake, number, card=CARD, shift=shift)
    return drift(lake, day, day).moves.filter(kind="feature", name="amount").select("effect", "level").row(0)


def test_a_sudden_change_is_an_alarm_and_a_slow_one_is_not(alike: Path) -> None:
    assert psi_after(alike, [0.0])[1] == "quiet"
    assert psi_after(alike, [0.4])[1] == "note"
    assert psi_after(alike, [0.8])[1] == "alarm"
    index, level = psi_after(alike, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
    assert index > 0.25
    assert level != "alarm"
