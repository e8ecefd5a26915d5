import numpy as np
import polars as pl
import pytest

from riskscore.training.platt import effective
from riskscore.training.weights import HEAVIEST, inverse, of_trees, selection, with_chances


@pytest.fixture
def rows() -> pl.DataFrame:
    selected_by = ["random"] * 4 + ["officer"] * 5 + [None]
    key = [f"B{number}" for number in range(10)]
    return pl.DataFrame({"bill_of_lading": key, "container_number": key, "selected_by": selected_by})


def test_a_box_opened_at_random_had_the_share_of_such_boxes_among_the_rest(rows: pl.DataFrame) -> None:
    chances = with_chances(rows, 406, None)["inclusion"]
    assert chances.to_list() == [4 / 400] * 4 + [None] * 6


def test_a_recorded_chance_comes_first(rows: pl.DataFrame) -> None:
    recorded = rows.select("bill_of_lading", "container_number", inclusion=pl.lit(0.5)).head(1)
    assert with_chances(rows, 406, recorded)["inclusion"][:2].to_list() == [0.5, 0.01]


def test_if_everything_is_opened_all_weights_are_equal(rows: pl.DataFrame) -> None:
    weighed = with_chances(rows, 10, None)
    assert set(inverse(weighed)) == {1.0}
    assert (of_trees(weighed, 0) == 1).all()


def test_weights_are_limited_for_trees_but_not_for_calibration(rows: pl.DataFrame) -> None:
    weighed = with_chances(rows, 406, None)
    assert inverse(weighed)[0] == pytest.approx(100)
    weights = of_trees(weighed, 0)
    assert weights[0] / weights[-1] == pytest.approx(HEAVIEST)
    assert weights.mean() == pytest.approx(1)


@pytest.mark.parametrize("closed", [3, 10, 100])
def test_unopened_rows_weigh_no_more_in_total_than_opened_ones(rows: pl.DataFrame, closed: int) -> None:
    weights = of_trees(with_chances(rows, 406, None), closed)
    assert len(weights) == 10 + closed
    assert weights.mean() == pytest.approx(1)
    assert weights[10:].sum() <= weights[:10].sum() * (1 + 1e-9)
    assert np.ptp(weights[10:]) == 0


def test_the_card_counts_how_rows_were_selected_and_their_effective_number(rows: pl.DataFrame) -> None:
    entry = selection(with_chances(rows, 406, None), "outcomes", 406, 100)
    assert entry["selected_by"] == {"officer": 5, "random": 4, "not known": 1}
    assert entry["chance_known"] == 4
    assert entry["effective"] == round(effective(np.array([5.0] * 4 + [1.0] * 6)), 1)
    assert selection(with_chances(rows, 10, None), "truth", 10, 0)["selected_by"] == {"all": 10}
