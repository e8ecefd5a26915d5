import numpy as np
import polars as pl
import pytest

from riskscore.errors import ModelError
from riskscore.model.booster import Booster
from riskscore.scoring.score import features, score
from riskscore.training.dataset import Dataset


def test_rows_keep_their_order_and_get_margin_probability_and_rank(toy_booster: Booster, toy_data: Dataset) -> None:
    scored = score(toy_data.matrix, toy_booster)
    assert scored.columns == ["bill_of_lading", "container_number", "filed_at", "margin", "probability", "rank"]
    assert scored["bill_of_lading"].equals(toy_data.matrix["bill_of_lading"])
    assert np.allclose(scored["margin"], toy_booster.margin(features(toy_data.matrix, toy_booster)))
    assert sorted(scored["rank"]) == list(range(1, scored.height + 1))
    by_rank = scored.sort("rank")
    assert by_rank["margin"].is_sorted(descending=True)
    assert by_rank["probability"].is_sorted(descending=True)


def test_equal_margins_rank_by_key_whatever_the_order_of_rows(toy_booster: Booster, toy_data: Dataset) -> None:
    first = toy_data.matrix.head(400)
    twins = pl.concat([first, first.with_columns(pl.col("bill_of_lading").str.replace("BL", "AA"))])
    scored = score(twins, toy_booster)
    expected = scored.sort(["margin", "bill_of_lading", "container_number"], descending=[True, False, False])
    assert expected["rank"].to_list() == list(range(1, 801))
    shuffled = score(twins.sample(fraction=1.0, shuffle=True, seed=5), toy_booster)
    assert shuffled.sort("rank").equals(scored.sort("rank"))


def test_no_rows_give_no_scores(toy_booster: Booster, toy_data: Dataset) -> None:
    empty = score(toy_data.matrix.clear(), toy_booster)
    assert empty.height == 0
    assert empty.schema == score(toy_data.matrix.head(1), toy_booster).schema


def test_a_matrix_without_a_feature_is_refused(toy_booster: Booster, toy_data: Dataset) -> None:
    with pytest.raises(ModelError, match=r"lacks 1 features.*heavy"):
        score(toy_data.matrix.drop("heavy"), toy_booster)
