from dataclasses import replace

import numpy as np

from riskscore.explanation.contributions import contributions, groups, sums
from riskscore.features.catalogue import Catalogue
from riskscore.model.booster import Booster
from riskscore.scoring.score import score
from riskscore.training.dataset import Dataset


def test_contributions_add_up_to_the_margin(toy_booster: Booster, toy_data: Dataset) -> None:
    rows = toy_data.matrix.tail(1_500)
    explained = contributions(rows, toy_booster)
    assert np.abs(explained.margins - score(rows, toy_booster)["margin"].to_numpy()).max() < 1e-9
    assert explained.keys.equals(rows.select(explained.keys.columns))


def test_a_row_is_explained_the_same_alone_and_among_many(toy_booster: Booster, toy_data: Dataset) -> None:
    many = contributions(toy_data.matrix.head(1_500), toy_booster)
    alone = contributions(toy_data.matrix.head(1), toy_booster)
    assert np.allclose(alone.values[0], many.values[0], rtol=0, atol=1e-12)


def test_features_group_by_their_first_indicator(toy_catalogue: Catalogue) -> None:
    by_flag = groups(toy_catalogue.names, toy_catalogue)
    assert [(group.indicator, group.columns) for group in by_flag] == [
        (1, (0,)), (31, (1,)), (33, (2, 3)), (11, (4,)), (None, (5,)),
    ]  # fmt: skip
    values = np.arange(12.0).reshape(2, 6)
    assert sums(values, by_flag).tolist() == [[0, 1, 5, 4, 5], [6, 7, 17, 10, 11]]


def test_no_rows_give_no_contributions(toy_booster: Booster, toy_data: Dataset) -> None:
    assert contributions(toy_data.matrix.clear(), toy_booster).values.shape == (0, 6)


def test_a_declared_group_takes_precedence_over_the_indicator(toy_catalogue: Catalogue) -> None:
    together = {
        name: replace(toy_catalogue.features[name], group="weight and price") for name in ("heavy", "price_odd")
    }
    by_flag = groups(toy_catalogue.names, replace(toy_catalogue, features={**toy_catalogue.features, **together}))
    assert [(group.indicator, group.columns) for group in by_flag] == [
        (1, (0,)), (31, (1, 3)), (33, (2,)), (11, (4,)), (None, (5,)),
    ]  # fmt: skip
