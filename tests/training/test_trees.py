from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskscore.features.catalogue import Catalogue
from riskscore.training.dataset import Dataset
from riskscore.training.folds import Folds
from riskscore.training.trees import FIRST, MOST_TREES, SHORTEST, Choice, Rows, grow, grow_folds

Fold = tuple[Rows, Rows]


@pytest.fixture(scope="module")
def folds(toy_data: Dataset, toy_catalogue: Catalogue) -> list[Fold]:
    return [
        (Rows.of(learn, toy_catalogue), Rows.of(judge, toy_catalogue)) for learn, judge in Folds.of([toy_data]).pieces()
    ]


def test_all_folds_stop_together_where_their_mean_loss_is_least(folds: list[Fold], toy_catalogue: Catalogue) -> None:
    grown = grow_folds(folds, toy_catalogue, Choice(), 0)
    assert SHORTEST / 0.03 <= grown.trees < MOST_TREES
    alone = grow(folds[1][0], grown.trees, toy_catalogue, Choice(), 0)
    np.testing.assert_allclose(grown.margins[1], alone.predict(folds[1][1].matrix, raw_score=True), rtol=1e-9)
    losses = []
    for margins, (_, judge) in zip(grown.margins, folds, strict=True):
        sure = 1 / (1 + np.exp(-margins))
        losses.append(-np.where(judge.target == 1, np.log(sure), np.log(1 - sure)).mean())
    assert grown.loss == pytest.approx(np.mean(losses), rel=1e-6)


def test_the_first_trees_learn_the_first_lesson_and_the_others_continue_them(
    folds: list[Fold], toy_catalogue: Catalogue
) -> None:
    lessons = [(replace(learn, first=folds[0][0]), judge) for learn, judge in folds]
    choice, (learn, judge) = Choice({"learning_rate": 0.3}), lessons[1]
    number = round(FIRST / 0.3)

    grown = grow_folds(lessons, toy_catalogue, choice, 0)
    both = grow(learn, grown.trees, toy_catalogue, choice, 0)

    assert both.num_trees() == grown.trees > number
    begun = grow(folds[0][0], number, toy_catalogue, choice, 0).predict(judge.matrix, raw_score=True)
    np.testing.assert_allclose(both.predict(judge.matrix, raw_score=True, num_iteration=number), begun, rtol=1e-9)
    np.testing.assert_allclose(grown.margins[1], both.predict(judge.matrix, raw_score=True), rtol=1e-6)


def test_a_higher_learning_rate_needs_fewer_trees(folds: list[Fold], toy_catalogue: Catalogue) -> None:
    quick = grow_folds(folds, toy_catalogue, Choice({"learning_rate": 0.3}), 0)
    assert SHORTEST / 0.3 <= quick.trees < 60


def test_a_larger_positive_weight_raises_the_margins(folds: list[Fold], toy_catalogue: Catalogue) -> None:
    learn, judge = folds[-1]
    plain, heavy = (
        grow(learn, 60, toy_catalogue, Choice(positive_weight=weight), 0).predict(judge.matrix, raw_score=True).mean()
        for weight in (1.0, 8.0)
    )
    assert heavy > plain + 1


def test_unopened_rows_follow_the_opened_ones(toy_data: Dataset, toy_catalogue: Catalogue) -> None:
    opened = toy_data.where(pl.col("selected_by") == "officer")
    closed = toy_data.where(pl.col("selected_by") == "random")
    blank = replace(closed, rows=closed.rows.with_columns(label=pl.lit(0, pl.Int8)))
    rows = Rows.of(replace(opened, closed=blank), toy_catalogue)
    assert rows.opened == opened.rows.height
    assert rows.target[: rows.opened].sum() == opened.positives
    assert rows.target[rows.opened :].sum() == 0
    assert len(rows.matrix) == len(rows.weights) == toy_data.rows.height
