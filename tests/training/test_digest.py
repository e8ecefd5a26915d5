from dataclasses import replace

import polars as pl

from riskscore.training.dataset import Dataset
from riskscore.training.digest import digest


def test_any_change_of_what_is_learned_changes_the_digest(toy_data: Dataset) -> None:
    rows, matrix = toy_data.rows, toy_data.matrix
    first = pl.int_range(pl.len()) == 0
    others = [
        replace(toy_data, rows=rows.with_columns(label=pl.when(first).then(1 - pl.col("label")).otherwise("label"))),
        replace(toy_data, rows=rows.with_columns(inclusion=pl.when(first).then(0.5))),
        replace(toy_data, matrix=matrix.with_columns(pl.when(first).then(7.0).otherwise("noise").alias("noise"))),
        replace(toy_data, matrix=matrix.rename({"noise": "hum"})),
        replace(toy_data, rows=rows[:-1], matrix=matrix[:-1]),
        replace(toy_data, closed=toy_data),
    ]
    digests = [digest([data]) for data in (toy_data, *others)]
    assert len(set(digests)) == len(digests)
    assert digest([replace(toy_data, rows=rows.clone())]) == digests[0]


def test_null_and_nan_give_the_same_digest(toy_data: Dataset) -> None:
    with_nan = toy_data.matrix.with_columns(pl.col(pl.Float32).fill_null(float("nan")))
    assert digest([replace(toy_data, matrix=with_nan)]) == digest([toy_data])
