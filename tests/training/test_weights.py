import numpy as np
import polars as pl
import pytest

from riskscore.training.platt import effective
from riskscore.training.weights import HEAVIEST, inverse, of_trees, selection, with_chances


@pytest.fixture
def rows() -> pl.DataFrame:
    ways = ["random"] * 4 + ["officer"] * 5 + [None]
    key = [f"B{number}" for number in range(10)]
    return pl.DataFrame({"bill_of_lading": key, "container_number": key, "selected_by": ways})


def test_a_box_opened_at_random_had_the_share_of_such_boxes_among_the_rest(rows: pl.DataFrame) -> None:
    chances = with_chances(rows, 406, None)["inclusion"]
    assert chances.to_list() == [4 / 400] * 4 + [None] * 6


def test_a_recorded_chance_comes_first(rows: pl.DataFrame) -> None:
    given = rows.select("bill_of_lading", "container_number", inclusion=pl.lit(0.5)).head(1)
    assert with_chances(rows, 406, given)["inclusion"][:2].to_list() == [0.5, 0.01]


def test_where_all_is_opened_nothing_weighs_more(rows: pl.DataFrame) -> None:
    weighed = with_chances(rows, 10, None)
    assert set(inverse(weighed)) == {1.0}
    assert (of_trees(weighed, 0) == 1).all()


def test_trees_take_the_chance_cut_and_calibration_uncut(rows: pl.DataFrame) -> None:
    weighed = with_chances(rows, 406, None)
    assert inverse(weighed)[0] == pytest.approx(100)
    own = of_trees(weighed, 0)
    assert own[0] / own[-1] == pytest.approx(HEAVIEST)
    assert own.mean() == pytest.approx(1)


@pytest.mark.parametrize("closed", [3, 10, 100])
def test_closed_rows_weigh_no_more_than_the_opened_ones(rows: pl.DataFrame, closed: int) -> None:
    weights = of_trees(with_chances(rows, 406, None), closed)
    assert len(weights) == 10 + closed
    assert weights.mean() == pytest.approx(1)
    assert weights[10:].sum() <= weights[:10].sum() * (1 + 1e-9)
    assert np.ptp(weights[10:]) == 0


def test_the_card_counts_who_chose_and_what_the_rows_are_worth(rows: pl.DataFrame) -> None:
    told = selection(with_chances(rows, 406, None), "outcomes", 406, 100)
    assert told["selected_by"] == {"officer": 5, "random": 4, "not known": 1}
    assert told["chance_known"] == 4
    assert told["effective"] == round(effective(np.array([5.0] * 4 + [1.0] * 6)), 1)
    assert selection(with_chances(rows, 10, None), "truth", 10, 0)["selected_by"] == {"all": 10}
