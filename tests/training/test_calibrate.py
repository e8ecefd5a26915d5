import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from riskscore.model.calibration import Platt
from riskscore.training.calibrate import calibrate
from riskscore.training.platt import ENOUGH, fit_curve, smoothed

SIZE = 200_000


@pytest.fixture(scope="module")
def filed() -> tuple[np.ndarray, pl.DataFrame]:
    """Margins of all that was filed, and what is in it; officers open what they dislike, lots one in 50 of the rest."""
    rng = np.random.default_rng(5)
    margins = rng.normal(-5, 1.2, SIZE)
    label = (rng.random(SIZE) < expit(margins)).astype(np.int8)
    by_officer = rng.random(SIZE) < expit(margins + 1 + 1.5 * label)
    by_lot = ~by_officer & (rng.random(SIZE) < 0.02)
    ways = np.where(by_lot, "random", np.where(by_officer, "officer", ""))
    rows = pl.DataFrame({"label": label, "selected_by": ways}).with_columns(
        pl.col("selected_by").replace("", None),
        inclusion=pl.when(pl.col("selected_by") == "random").then(0.02),
    )
    return margins, rows


def part(filed: tuple[np.ndarray, pl.DataFrame], which: pl.Expr) -> tuple[np.ndarray, pl.DataFrame]:
    margins, rows = filed
    at = rows.select(which.fill_null(False)).to_series().to_numpy()
    return margins[at], rows.filter(at)


def gap(curve: Platt, filed: tuple[np.ndarray, pl.DataFrame]) -> float:
    return abs(curve.apply(filed[0]).mean() - filed[1]["label"].mean())


def test_random_inspections_calibrate_where_they_found_enough(filed: tuple[np.ndarray, pl.DataFrame]) -> None:
    margins, rows = part(filed, pl.col("selected_by").is_not_null())
    found = calibrate(margins, rows, known=rows, everything=False)
    assert found.on == "random inspections of later days"
    assert found.warning == ""
    assert found.rows == (rows["selected_by"] == "random").sum()
    rest = part(filed, (pl.col("selected_by") != "officer").fill_null(True))  # what the lots were drawn from
    assert gap(found.curve, rest) < 0.003


def test_too_few_of_them_weigh_by_their_chance_among_all_and_warn(filed: tuple[np.ndarray, pl.DataFrame]) -> None:
    margins, rows = part(filed, pl.col("selected_by").is_not_null() & (pl.int_range(pl.len()) < SIZE // 10))
    by_lot = rows.filter(selected_by="random")["label"].sum()
    assert 0 < by_lot < ENOUGH
    found = calibrate(margins, rows, known=rows, everything=False)
    assert found.on.startswith("all inspections of later days, weighted")
    assert f"{by_lot} seizure(s)" in found.warning
    assert found.entry()["effective"] < rows.height
    assert gap(found.curve, filed) < 0.01
    unweighted = fit_curve(margins, rows["label"].to_numpy())
    assert gap(unweighted, filed) > 3 * gap(found.curve, filed)


def test_without_any_random_inspection_the_warning_says_what_probabilities_are(
    filed: tuple[np.ndarray, pl.DataFrame],
) -> None:
    margins, rows = part(filed, pl.col("selected_by") == "officer")
    found = calibrate(margins, rows, known=rows, everything=False)
    assert "boxes like the inspected ones" in found.warning
    assert found.entry()["warning"] == found.warning


def test_where_everything_was_opened_nothing_is_weighted_or_warned_of(filed: tuple[np.ndarray, pl.DataFrame]) -> None:
    found = calibrate(*filed, known=filed[1], everything=True)
    assert (found.rows, found.warning) == (SIZE, "")
    assert "warning" not in found.entry()


def test_the_level_is_that_of_all_known_rows(filed: tuple[np.ndarray, pl.DataFrame]) -> None:
    margins, rows = part(filed, pl.col("selected_by").is_not_null() & (pl.int_range(pl.len()) < SIZE // 10))
    _, known = part(filed, pl.col("selected_by").is_not_null())
    found = calibrate(margins, rows, known=known, everything=False)
    weights = 1 / rows["inclusion"].fill_null(1).to_numpy()
    shown = np.average(found.curve.apply(margins), weights=weights)
    assert shown == pytest.approx(smoothed(known["label"].to_numpy(), 1 / known["inclusion"].fill_null(1).to_numpy()))
    assert shown == pytest.approx(filed[1]["label"].mean(), rel=0.3)
