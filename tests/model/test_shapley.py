from itertools import permutations

import lightgbm
import numpy as np
import pytest

from riskscore.model.shapley import BulkShapley, shapley


def grown(columns: np.ndarray, **settings: object) -> lightgbm.Booster:
    rng = np.random.default_rng(1)
    label = (np.nansum(columns[:, :3], axis=1) + rng.normal(size=len(columns)) > 1).astype(int)
    settings = {"objective": "binary", "num_leaves": 31, "max_depth": 8, "verbosity": -1, "num_threads": 1, **settings}
    return lightgbm.train(settings, lightgbm.Dataset(columns, label), 20)


@pytest.mark.parametrize(
    ("missing", "settings"),
    [
        (np.nan, {}),
        (0.0, {}),
        (np.nan, {"zero_as_missing": True}),
        (0.0, {"zero_as_missing": True}),
        (np.nan, {"use_missing": False}),
        (np.nan, {"num_leaves": 2}),
        (np.nan, {"min_data_in_leaf": 10_000}),
        (np.nan, {"bagging_fraction": 0.5, "bagging_freq": 1, "monotone_constraints": [1, 1, 0, 0, -1, 0, 0, 0]}),
    ],
)
def test_contributions_equal_those_of_lightgbm(missing: float, settings: dict[str, object]) -> None:
    columns = np.random.default_rng(0).normal(size=(5_000, 8)).astype(np.float32).round(1)
    learned = columns.copy()
    learned[np.random.default_rng(2).random(columns.shape) < 0.2] = missing
    trees = grown(learned, **settings)
    # Also rows unlike the training data: missing values, exact zeros and extremes.
    columns[::7] = np.nan
    columns[1::7] = 0.0
    columns[2::7] *= 1e6
    assert np.allclose(BulkShapley(trees).contributions(columns), trees.predict(columns, pred_contrib=True), atol=1e-10)


def test_a_leafs_table_is_the_mean_over_all_orders() -> None:
    shares = np.array([0.3, 0.9, 0.05, 0.5])
    table = shapley(shares[None])[0]
    for pattern in range(2 ** len(shares)):
        through = [float(pattern >> bit & 1) for bit in range(len(shares))]
        gains = np.zeros(len(shares))
        orders = list(permutations(range(len(shares))))
        for order in orders:
            value = shares.copy()
            for feature in order:
                before = value.prod()
                value[feature] = through[feature]
                gains[feature] += value.prod() - before
        assert np.allclose(table[:, pattern], gains / len(orders))
