from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from riskscore.errors import TrainingError
from riskscore.training.dataset import Dataset
from riskscore.training.folds import Folds


def outcomes_known_after(data: Dataset, days: pl.Expr) -> Dataset:
    known = pl.col("filed_at") + days * timedelta(days=1)
    return replace(data, labels="outcomes", rows=data.rows.with_columns(known_at=known))


def test_a_fold_learns_only_from_what_was_known_before_it_is_judged(toy_data: Dataset) -> None:
    # One in ten outcomes takes 60 days, longer than any gap of a period of 120.
    slow = pl.int_range(pl.len()) % 10 == 0
    folds = Folds.of([outcomes_known_after(toy_data, pl.when(slow).then(60).otherwise(2))])
    for learn, judge in [*folds.pieces(), folds.test]:
        assert learn.rows["known_at"].dt.date().max() < judge.rows["day"].min()
        assert learn.rows.height > 0
    assert folds.all_rows.rows["day"].max() == toy_data.rows["day"].max()


def test_a_gap_is_as_long_as_outcomes_take(toy_data: Dataset) -> None:
    assert Folds.of([outcomes_known_after(toy_data, pl.lit(1))]).gap == 1
    assert Folds.of([outcomes_known_after(toy_data, pl.lit(9))]).gap == 9


def test_unopened_rows_are_cut_like_the_others(toy_data: Dataset) -> None:
    closed = Dataset(toy_data.rows.with_columns(label=pl.lit(0, pl.Int8)), toy_data.matrix, "outcomes")
    learn, judge = Folds.of([replace(toy_data, labels="outcomes", closed=closed)]).test
    assert learn.closed is not None
    assert judge.closed is not None
    assert learn.closed.rows["day"].max() < judge.closed.rows["day"].min()


def test_a_fold_without_a_positive_row_is_left_out_and_a_test_without_one_is_refused(toy_data: Dataset) -> None:
    folds = Folds.of([toy_data])
    judged = folds.parts(1)[1]
    blank = pl.when(judged.holds()).then(0).otherwise("label").cast(pl.Int8)
    assert Folds.of([replace(toy_data, rows=toy_data.rows.with_columns(label=blank))]).usable == [0, 2]
    with pytest.raises(TrainingError, match="0 positive"):
        Folds.of([replace(toy_data, rows=toy_data.rows.with_columns(label=pl.lit(0, pl.Int8)))])
