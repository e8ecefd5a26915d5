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
    """Margins and labels of all filed boxes: officers open suspicious ones, one in 50 others is opened at random."""
    rng = np.random.default_rng(5)
    margins = rng.normal(-5, 1.2, SIZE)
    label = (rng.random(SIZE) < expit(margins)).astype(np.int8)
    by_officer = rng.random(SIZE) < expit(margins + 1 + 1.5 * label)
    by_lot = ~by_officer & (rng.random(SIZE) < 0.02)
    selected_by = np.where(by_lot, "random", np.where(by_officer, "officer", ""))
    rows = pl.DataFrame({"label": label, "selected_by": selected_by}).with_columns(
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
    calibrated = calibrate(margins, rows, known=rows, everything=False)
    assert calibrated.on == "random inspections of later days"
    assert calibrated.warning == ""
    assert calibrated.rows == (rows["selected_by"] == "random").sum()
    rest = part(
        filed, (pl.col("selected_by") != "officer").fill_null(True)
    )  # the boxes that random inspections were drawn from
    assert gap(calibrated.curve, rest) < 0.003


def test_too_few_random_seizures_use_all_inspections_with_a_warning(
    filed: tuple[np.ndarray, pl.DataFrame],
) -> None:
    margins, rows = part(filed, pl.col("selected_by").is_not_null() & (pl.int_range(pl.len()) < SIZE // 10))
    by_lot = rows.filter(selected_by="random")["label"].sum()
    assert 0 < by_lot < ENOUGH
    calibrated = calibrate(margins, rows, known=rows, everything=False)
    assert calibrated.on.startswith("all inspections of later days, weighted")
    assert f"{by_lot} seizure(s)" in calibrated.warning
    assert calibrated.entry()["effective"] < rows.height
    assert gap(calibrated.curve, filed) < 0.01
    unweighted = fit_curve(margins, rows["label"].to_numpy())
    assert gap(unweighted, filed) > 3 * gap(calibrated.curve, filed)


def test_without_random_inspections_the_warning_explains_the_probabilities(
    filed: tuple[np.ndarray, pl.DataFrame],
) -> None:
    margins, rows = part(filed, pl.col("selected_by") == "officer")
    calibrated = calibrate(margins, rows, known=rows, everything=False)
    assert "boxes like the inspected ones" in calibrated.warning
    assert calibrated.entry()["warning"] == calibrated.warning


def test_if_everything_was_opened_there_are_no_weights_and_no_warning(filed: tuple[np.ndarray, pl.DataFrame]) -> None:
    calibrated = calibrate(*filed, known=filed[1], everything=True)
    assert (calibrated.rows, calibrated.warning) == (SIZE, "")
    assert "warning" not in calibrated.entry()


def test_the_level_is_that_of_all_known_rows(filed: tuple[np.ndarray, pl.DataFrame]) -> None:
    margins, rows = part(filed, pl.col("selected_by").is_not_null() & (pl.int_range(pl.len()) < SIZE // 10))
    _, known = part(filed, pl.col("selected_by").is_not_null())
    calibrated = calibrate(margins, rows, known=known, everything=False)
    weights = 1 / rows["inclusion"].fill_null(1).to_numpy()
    shown = np.average(calibrated.curve.apply(margins), weights=weights)
    assert shown == pytest.approx(smoothed(known["label"].to_numpy(), 1 / known["inclusion"].fill_null(1).to_numpy()))
    assert shown == pytest.approx(filed[1]["label"].mean(), rel=0.3)
