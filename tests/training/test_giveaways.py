"""A feature that contains the answer is refused by its name, unless the settings allow it."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskscore.errors import TrainingError
from riskscore.settings import Settings
from riskscore.training import giveaways


def outcomes(toy_data, column):
    """The toy data, labelled by outcomes, with `column` in place of its noise."""
    values = pl.Series("noise", column, dtype=pl.Float32).fill_nan(None)
    return replace(toy_data, labels="outcomes", matrix=toy_data.matrix.with_columns(values))


def answers(target):
    """Columns that contain the answer: in order, as codes in no order, and filled for finds only."""
    rng = np.random.default_rng(3)
    codes = np.where(target == 1, 4, rng.choice([2, 7], target.size))
    return {
        "in order": target + rng.normal(scale=0.1, size=target.size),
        "codes": codes.astype(float),
        "filled for finds": np.where(target == 1, rng.random(target.size), np.nan),
    }


@pytest.mark.parametrize("kind", ["in order", "codes", "filled for finds"])
def test_a_feature_with_the_answer_is_refused_with_its_name(toy_data, toy_catalogue, kind):
    data = outcomes(toy_data, answers(toy_data.target)[kind])
    assert list(giveaways.giveaways(data, toy_catalogue)) == ["noise"]
    with pytest.raises(TrainingError, match=r'^noise \((1\.000|0\.99\d)\) alone tells .* allow = \["noise"\]'):
        giveaways.check([data], toy_catalogue)


def test_honest_features_pass_and_so_do_allowed_ones_and_the_truth(toy_data, toy_catalogue):
    giveaways.check([replace(toy_data, labels="outcomes")], toy_catalogue)
    leaking = outcomes(toy_data, answers(toy_data.target)["codes"])
    giveaways.check([leaking], replace(toy_catalogue, settings=Settings(allow=("noise",))))
    giveaways.check([replace(leaking, labels="truth")], toy_catalogue)
    giveaways.check([leaking], toy_catalogue, ["heavy", "trusted"])


def test_a_number_that_only_names_each_row_tells_nothing(toy_data):
    target = toy_data.target
    names = np.arange(target.size) * 7919 % 104729
    assert giveaways.of_groups(names, target) == pytest.approx(0.5)
    assert giveaways.by_rates(names.astype(float), target) < 0.7


def test_too_few_finds_are_not_judged(toy_data, toy_catalogue):
    data = outcomes(toy_data, answers(toy_data.target)["in order"])
    some = np.flatnonzero(data.target)[: giveaways.FEWEST - 1]
    keep = np.sort(np.concatenate([some, np.flatnonzero(data.target == 0)]))
    few = replace(data, rows=data.rows[keep], matrix=data.matrix[keep])
    assert giveaways.giveaways(few, toy_catalogue) == {}


def test_all_finds_are_looked_at_where_rows_are_many(monkeypatch):
    monkeypatch.setattr(giveaways, "SAMPLE", 1_000)
    target = np.zeros(50_000, np.int8)
    target[::500] = 1
    at = giveaways._sampled(target)
    assert (target[at].sum(), bool((np.diff(at) > 0).all())) == (100, True)
    assert at.size <= giveaways.SAMPLE
