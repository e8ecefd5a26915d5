"""The simulated data must not reveal smugglers through technical artefacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from riskscore.features import build, catalogue
from riskscore.history.past import Past
from riskscore.schema import KEY

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from tests.simulation.conftest import Simulated

TECHNICAL = {
    "place in the file": pl.int_range(pl.len()),
    "bill number": pl.col("bill_of_lading").str.slice(4).cast(pl.Int64),
    "carrier": pl.col("bill_of_lading").str.head(4).rank("dense"),
    "container number": pl.col("container_number").str.extract(r"(\d{5})").cast(pl.Int64),
    "second of filing": pl.col("filed_at").dt.second(),
    "hour of filing": pl.col("filed_at").dt.hour(),
    "digits of the weight": pl.col("gross_weight_kg").cast(pl.String).str.len_chars().fill_null(0),
    "length of the description": pl.col("goods_description").str.len_chars(),
    "digits of the HS code": pl.col("hs_codes").list.first().str.len_chars().fill_null(0),
    "first digit of the seal": pl.col("seal_numbers").list.first().str.extract(r"(\d)").cast(pl.Int64).fill_null(-1),
    "boxes on the bill": pl.len().over("bill_of_lading"),
}


def _strength(label: np.ndarray, value: np.ndarray) -> float:
    """Return the AUC of a single column, rising or falling, with missing values at either end."""
    strengths = []
    for end in (-np.inf, np.inf):
        filled = np.where(np.isnan(value), end, value)
        strengths.append(abs(roc_auc_score(label, np.nan_to_num(filled, posinf=1e18, neginf=-1e18)) - 0.5))
    return 0.5 + max(strengths)


@pytest.mark.parametrize("name", TECHNICAL)
def test_numbers_and_order_do_not_reveal_smuggling(world: Simulated, name: str) -> None:
    rows = world.first.select("smuggled", value=TECHNICAL[name].cast(pl.Float64))
    assert _strength(rows["smuggled"].to_numpy(), rows["value"].to_numpy()) < 0.62


@pytest.fixture(scope="module")
def matrix(world: Simulated) -> pl.DataFrame:
    rows = world.rows.drop("file").sort("filed_at", maintain_order=True)
    last = rows.unique(KEY, keep="last", maintain_order=True)
    earlier = rows.join(last.select(*KEY, "version"), on=[*KEY, "version"], how="anti")
    built = build.build(last, Past(history=last, outcomes=world.outcomes, earlier=earlier))
    return built.join(world.truth.select(*KEY, "smuggled", "scheme"), on=KEY)


def test_no_single_feature_finds_the_smugglers(matrix: pl.DataFrame) -> None:
    label = matrix["smuggled"].to_numpy()
    strong = {name: _strength(label, matrix[name].cast(pl.Float64).to_numpy()) for name in catalogue.load().names}
    assert {name: round(value, 3) for name, value in strong.items() if value >= 0.80} == {}


def test_honest_traffic_shows_every_flag_that_can_be_assessed(matrix: pl.DataFrame) -> None:
    honest = matrix.filter(~pl.col("smuggled"))
    silent = []
    for number in catalogue.load().measured:
        measures = [f.name for f in catalogue.load().features.values() if number in f.indicators]
        if not any(honest[name].drop_nulls().n_unique() > 1 for name in measures):
            silent.append(number)
    assert silent == []


def test_a_rip_on_rip_off_box_looks_like_any_other(matrix: pl.DataFrame) -> None:
    rows = matrix.filter(~pl.col("smuggled") | (pl.col("scheme") == "rip_on_rip_off"))
    label = rows["smuggled"].to_numpy()
    assert label.sum() > 60
    typical = ("source_to_market", "cover_load", "consignee_before", "detour_ratio", "fields_missing", "lane_before")
    assert all(_strength(label, rows[name].cast(pl.Float64).to_numpy()) < 0.64 for name in typical)
