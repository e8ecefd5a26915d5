from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskscore.explanation.contributions import Contributions
from riskscore.explanation.strongest import groups_by_value, strongest
from riskscore.features.catalogue import Catalogue

ALIKE = "Nothing is on record."


@pytest.fixture
def alike(toy_catalogue: Catalogue) -> Catalogue:
    """The toy catalogue, with the same `absent` sentence for two features of different flags."""
    silent = {name: replace(toy_catalogue.features[name], absent=ALIKE) for name in ("newcomer", "trusted")}
    return replace(toy_catalogue, features={**toy_catalogue.features, **silent})


def chosen(
    values: list[float], unknown: list[int], catalogue: Catalogue, *, raises: bool = True
) -> list[tuple[str, float]]:
    contributions = Contributions(one_key(), tuple(catalogue.names), np.array([values]), -6.0)
    mask = np.isin(np.arange(6), unknown)[None, :]
    _, _, columns, totals = strongest(contributions, mask, catalogue, 5, raises=raises)
    return [(catalogue.names[column], round(total, 6)) for column, total in zip(columns, totals.tolist(), strict=True)]


def one_key() -> pl.DataFrame:
    return pl.DataFrame({"bill_of_lading": ["A"], "container_number": ["1"]})


def test_features_that_are_missing_alike_form_one_reason(alike: Catalogue) -> None:
    #          newcomer heavy price_gap price_odd trusted noise
    values = [0.5, 0.3, 0.0, 0.0, 0.7, 0.0]
    assert chosen(values, [], alike) == [("trusted", 0.7), ("newcomer", 0.5), ("heavy", 0.3)]
    assert chosen(values, [0, 4], alike) == [("trusted", 1.2), ("heavy", 0.3)]
    assert chosen(values, [4], alike) == [("trusted", 0.7), ("newcomer", 0.5), ("heavy", 0.3)]


def test_a_missing_feature_without_its_own_sentence_stays_with_its_flag(alike: Catalogue) -> None:
    assert chosen([0, 0, 0.4, 0.3, 0, 0], [3], alike) == [("price_gap", 0.7)]
    assert chosen([0, 0, 0.3, 0.4, 0, 0], [3], alike) == [("price_odd", 0.7)]


def test_raising_and_lowering_features_are_separated(alike: Catalogue) -> None:
    values = [-0.5, 0.3, 0.0, 0.0, 0.2, -0.01]
    assert chosen(values, [], alike, raises=False) == [("newcomer", 0.5)]
    assert chosen(values, [0, 4], alike, raises=False) == [("newcomer", 0.3)]


@pytest.mark.parametrize("seed", range(5))
def test_every_contribution_is_counted_once(alike: Catalogue, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, unknown = rng.normal(size=6), np.flatnonzero(rng.random(6) < 0.4).tolist()
    raised, lowered = (chosen(list(values), unknown, alike, raises=raises) for raises in (True, False))
    remainder = values.sum() - sum(value for _, value in raised) + sum(value for _, value in lowered)
    assert abs(remainder) < 0.02 * 6


def test_every_column_is_in_one_group(alike: Catalogue) -> None:
    columns = [column for group in groups_by_value(alike.names, alike) for column in group.columns]
    assert sorted(columns) == list(range(12))
