"""Small nights: candidates with all columns that a slate needs."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
import pytest

from riskscore.selection.explore import KNOWN

Make = Callable[..., pl.DataFrame]


def _candidates(ports: Sequence[str | None], probability: Sequence[float] | None = None, seed: int = 0) -> pl.DataFrame:
    """One candidate per entry of `ports`. History is random, and so are probabilities that are not given."""
    rng = np.random.default_rng(seed)
    count = len(ports)
    drawn = rng.beta(0.4, 8, count) if probability is None else np.array(probability, dtype=np.float64)
    safe = np.clip(drawn, 1e-9, 1 - 1e-9)
    return pl.DataFrame(
        {
            "bill_of_lading": [f"BL{row:05}" for row in range(count)],
            "container_number": [f"MSCU{row:07}" for row in range(count)],
            "port": pl.Series(ports, dtype=pl.String),
            "probability": drawn,
            "margin": np.log(safe / (1 - safe)),
            **{
                name: pl.Series(np.log1p(rng.poisson(rng.choice([0.2, 5, 80], count))), dtype=pl.Float32)
                for name in KNOWN
            },
        }
    )


@pytest.fixture(scope="session")
def candidates() -> Make:
    return _candidates
