import numpy as np
import pytest
from scipy.special import expit

from riskscore.errors import ModelError
from riskscore.model.calibration import Platt
from riskscore.training.platt import fit_curve


def drawn(slope: float, intercept: float, size: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    margins = rng.normal(-2, 2, size)
    return margins, (rng.random(size) < 1 / (1 + np.exp(-(slope * margins + intercept)))).astype(np.int8)


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.5, -3.0), (2.0, 1.0)])
def test_fitting_recovers_the_curve_that_made_the_labels(slope: float, intercept: float) -> None:
    fitted = fit_curve(*drawn(slope, intercept))
    assert fitted.method == "platt"
    assert fitted.slope == pytest.approx(slope, rel=0.1)
    assert fitted.intercept == pytest.approx(intercept, abs=0.15)


@pytest.mark.parametrize("labels", [0, 3, 40_000, "falling"], ids=str)
def test_probability_rises_with_the_margin_whatever_the_labels(labels: int | str) -> None:
    margins, target = drawn(-1.0, 0.0)
    if isinstance(labels, int):
        target = (np.arange(len(margins)) < labels).astype(np.int8)
    fitted = fit_curve(margins, target)
    probabilities = fitted.apply(np.linspace(-12, 12, 1_001))
    assert fitted.method == "level"
    assert (np.diff(probabilities) > 0).all()
    assert fitted.apply(margins).mean() == pytest.approx((target.sum() + 0.5) / (len(target) + 1))


def test_a_curve_survives_being_written_and_read() -> None:
    curve = Platt(0.123456789012345678, -7.5, "platt")
    assert Platt.from_json(curve.to_json()) == curve


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"slope": "x", "intercept": 0, "method": "platt"}',
        '{"slope": 0, "intercept": 0, "method": ""}',
        '{"slope": NaN, "intercept": 0, "method": ""}',
    ],
)
def test_a_malformed_curve_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        Platt.from_json(text)


def test_probabilities_are_those_of_scipy_to_the_last_bit() -> None:
    margins = np.concatenate([np.random.default_rng(3).normal(0, 40, 100_000), [0.0, -800.0, 800.0]])
    assert np.array_equal(Platt(1.25, -0.5).apply(margins), expit(1.25 * margins - 0.5))


@pytest.mark.parametrize("field", ["slope", "intercept", "method"])
@pytest.mark.parametrize("value", ["1" + "0" * 400, "9" * 5_000, "1e999", "NaN", "null", "[]", '"x"', "true", "1e300"])
def test_a_curve_that_is_none_is_refused_in_one_line(field: str, value: str) -> None:
    text = Platt(1.0, 0.0, "platt").to_json()
    written = {"slope": "1.0", "intercept": "0.0", "method": '"platt"'}[field]
    edited = text.replace(f'"{field}": {written}', f'"{field}": {value}')
    if (field, value) == ("method", '"x"'):
        return
    with pytest.raises(ModelError) as refused:
        Platt.from_json(edited)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 300


def test_nesting_without_end_is_refused_in_one_line() -> None:
    with pytest.raises(ModelError, match="not valid JSON"):
        Platt.from_json("[" * 200_000)
