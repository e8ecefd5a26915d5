"""A toy catalogue of six features, and a labelled world for it that takes milliseconds to make and to learn."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import settings

from riskscore.features.catalogue import Catalogue, Feature
from riskscore.model.booster import Booster
from riskscore.training.dataset import Dataset
from riskscore.training.train import fit

# What a property says does not depend on how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

DAYS, PER_DAY = 120, 200


def _feature(
    name: str, indicators: tuple[int, ...], direction: int, need: str, reason: str, relief: str = ""
) -> Feature:
    return Feature(
        name, "toy", indicators, f"{name.replace('_', ' ')} of the toy", "toys", direction, (need,), reason, relief,
        f"Check {name}.", "made up",
    )  # fmt: skip


@pytest.fixture(scope="session")
def toy_catalogue() -> Catalogue:
    features = [
        _feature("newcomer", (1, 2), 1, "consignee_name", "{consignee_name} is new.", "{consignee_name} is known."),
        _feature("heavy", (31,), 0, "gross_weight_kg", "{gross_weight_kg:,.0f} kg is {value:.1f} times the usual."),
        _feature("price_gap", (33,), 1, "declared_value", "The price is {value:.0%} off."),
        _feature("price_odd", (33,), 0, "declared_value", "The price of {unknown_field} is odd."),
        _feature("trusted", (11,), -1, "consignee_name", "Little is known.", "{value:.0f} boxes were clean."),
        _feature("noise", (), 0, "volume_m3", "{volume_m3:.1f} cubic metres."),
    ]
    flags = {1: "first-time consignee", 2: "thin background", 11: "violation", 31: "odd weight", 33: "odd price"}
    return Catalogue({feature.name: feature for feature in features}, flags, {2: "a register"})


@pytest.fixture(scope="session")
def toy_data(toy_catalogue: Catalogue) -> Dataset:
    rng = np.random.default_rng(7)
    size = DAYS * PER_DAY
    columns = rng.normal(size=(size, 6)).astype(np.float32)
    columns[:, 0] = columns[:, 0] > 1
    columns[:, 4] = np.abs(columns[:, 4]) * 3
    log_odds = (
        -3.0 + 1.5 * columns[:, 0] + np.maximum(columns[:, 2], 0) - 0.4 * columns[:, 4] + 0.8 * np.abs(columns[:, 1])
    )
    columns[rng.random((size, 6)) < 0.1] = np.nan
    label = (rng.random(size) < 1 / (1 + np.exp(-log_odds))).astype(np.int8)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    filed = [start + timedelta(days=row // PER_DAY) for row in range(size)]
    key = pl.DataFrame(
        {
            "bill_of_lading": [f"BL{row:06}" for row in range(size)],
            "container_number": [f"TOYU{row:07}" for row in range(size)],
            "filed_at": pl.Series(filed, dtype=pl.Datetime("us", "UTC")),
        }
    )
    scheme = np.where(label == 0, "", np.where(rng.random(size) < 0.8, "cover_load", "rip_on_rip_off"))
    rows = key.with_columns(
        pl.col("filed_at").dt.date().alias("day"),
        pl.Series("label", label),
        pl.Series("commodity", ["ivory" if positive else None for positive in label], dtype=pl.String),
        pl.Series("scheme", [name or None for name in scheme.tolist()], dtype=pl.String),
        pl.Series("selected_by", rng.choice(["random", "officer"], size), dtype=pl.String),
        pl.lit(None, pl.Float64).alias("inclusion"),
        (pl.col("filed_at") + timedelta(days=3)).alias("known_at"),
    )
    matrix = key.hstack(pl.DataFrame(columns, schema=dict.fromkeys(toy_catalogue.names, pl.Float32)))
    return Dataset(rows, matrix.with_columns(pl.col(toy_catalogue.names).fill_nan(None)), "truth", size)


@pytest.fixture(scope="session")
def toy_booster(toy_data: Dataset, toy_catalogue: Catalogue) -> Booster:
    return fit([toy_data], toy_catalogue)
