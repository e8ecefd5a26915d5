from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from riskscore.features import catalogue
from riskscore.rehearsal.learner import FEWEST, HEAVIEST, Learning, probabilities

LABELLED = pl.DataFrame({"week": [1, 5, 9], "inclusion": [1.0, 0.5, 0.001]})


def test_without_a_half_life_all_weights_are_equal() -> None:
    assert Learning().weights(LABELLED, 9).tolist() == [1.0, 1.0, 1.0]


def test_an_older_outcome_weighs_less() -> None:
    weights = Learning(half_life=4.0).weights(LABELLED, 9)
    assert weights / weights[2] == pytest.approx([0.25, 0.5, 1.0])
    assert weights.mean() == pytest.approx(1.0)


def test_a_box_that_was_unlikely_to_be_opened_weighs_more_up_to_a_limit() -> None:
    weights = Learning(by_inclusion=True).weights(LABELLED, 9)
    assert weights / weights[0] == pytest.approx([1.0, 2.0, HEAVIEST])


@pytest.mark.parametrize("seizures", [0, FEWEST - 1, FEWEST + 17])
def test_with_too_few_seizures_all_probabilities_are_equal(seizures: int) -> None:
    rng, names = np.random.default_rng(0), catalogue.load().names
    label = np.arange(400) < seizures
    columns = {name: rng.normal(0, 1, 400).astype(np.float32) for name in names}
    free = next(name for name, feature in catalogue.load().features.items() if feature.direction == 0)
    columns[free] = (label * 3 + rng.normal(0, 1, 400)).astype(np.float32)
    labelled = pl.DataFrame(columns).with_columns(label=pl.Series(label).cast(pl.Int8), week=1, inclusion=1.0)
    margins, chances = probabilities(labelled.select(names), labelled, Learning(), week=2, seed=0)
    assert ((chances >= 0) & (chances <= 1)).all()
    if seizures < FEWEST:
        assert np.ptp(margins) == 0
    else:
        assert margins[label].mean() > margins[~label].mean()
