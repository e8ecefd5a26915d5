"""Two models trained on the first ninety days of the toy world: one with all features, one without newcomers."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from riskscore.features.catalogue import Catalogue
from riskscore.model.booster import Booster
from riskscore.training.dataset import Dataset
from riskscore.training.train import fit

LAST = date(2024, 4, 1)
"""The last day that both learn from."""


def learned(booster: Booster) -> Booster:
    return replace(booster, card=replace(booster.card, learned_until=str(LAST)))


@pytest.fixture(scope="session")
def seeing(toy_data: Dataset, toy_catalogue: Catalogue) -> Booster:
    return learned(fit([toy_data.where(pl.col("day") <= LAST)], toy_catalogue))


@pytest.fixture(scope="session")
def blind(toy_data: Dataset, toy_catalogue: Catalogue) -> Booster:
    """A model that never saw a newcomer."""
    past = toy_data.where(pl.col("day") <= LAST)
    matrix = past.matrix.with_columns(newcomer=pl.lit(0, pl.Float32))
    return learned(fit([replace(past, matrix=matrix)], toy_catalogue))
