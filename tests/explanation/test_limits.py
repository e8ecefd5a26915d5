"""Where the red lane ends: at a rank or a probability. Other texts are refused."""

import polars as pl
import pytest

from riskscore.errors import SettingsError
from riskscore.explanation import limits
from riskscore.model.calibration import Platt

CURVE = Platt(0.9, -0.4, "platt")
SCORED = pl.DataFrame({"margin": [2.0, 0.5, -1.0], "rank": [1, 2, 3]})


@pytest.mark.parametrize(("text", "limit"), [("0.05", 0.05), ("5%", 0.05), (" 20 ", 20), (".5", 0.5)])
def test_probabilities_and_ranks_are_read(text, limit):
    assert limits.parse(text) == limit
    assert type(limits.parse(text)) is type(limit)


@pytest.mark.parametrize("text", ["", "x", "5 percent", "1/2"])
def test_other_texts_are_refused(text):
    with pytest.raises(SettingsError, match="is not a limit; give a probability"):
        limits.parse(text)


def test_a_rank_ends_at_the_margin_of_the_next_consignment():
    assert limits.margin(SCORED, 1, CURVE) == 0.5
    assert limits.margin(SCORED, 2, CURVE) == -1.0
    assert limits.margin(SCORED, 3, CURVE) is None


def test_a_probability_ends_at_its_margin():
    end = limits.margin(SCORED, 0.2, CURVE)
    assert CURVE.apply(pl.Series([end]).to_numpy())[0] == pytest.approx(0.2, abs=1e-12)


@pytest.mark.parametrize("limit", [0, -1, 0.0, 1.0, float("nan"), float("inf")])
def test_limits_out_of_range_are_refused(limit):
    with pytest.raises(SettingsError, match="between 0 and 1 or a rank"):
        limits.margin(SCORED, limit, CURVE)
