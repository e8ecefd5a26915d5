from collections.abc import Callable
from dataclasses import fields
from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy.stats import poisson

from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.selection.estimate import Unseen, hit_rates, unseen, unseen_by
from riskscore.selection.slate import slate

Make = Callable[..., pl.DataFrame]
DAY = date(2024, 5, 1)
EVEN = Shares(0.2, 0.4, 0.4)
SCHEMA = {
    "action": pl.String, "share": pl.String, "inclusion": pl.Float64, "explored": pl.Float64, "finding": pl.String,
}  # fmt: skip


def _rows(*groups: tuple[int, str, str | None, float, str | None]) -> pl.DataFrame:
    """Rows of several groups: (number of rows, action, share, inclusion, finding)."""
    return pl.DataFrame(
        [
            (action, share, inclusion, None if share == "score" or inclusion == 0 else 0.0, finding)
            for count, action, share, inclusion, finding in groups
            for _ in range(count)
        ],
        schema=SCHEMA,
        orient="row",
    )


CLEAN = (19, "open", "random", 0.1, "clean")
HIT = (1, "open", "random", 0.1, "seizure")
LEFT = (180, "none", None, 0.1, None)


@pytest.mark.parametrize(
    ("groups", "estimate", "counts"),
    [
        ([CLEAN, HIT, LEFT], 9.0, (1, 0, 180, 0)),
        ([CLEAN, CLEAN, LEFT], 0.0, (0, 0, 180, 0)),
        ([CLEAN, HIT, LEFT, (5, "open", "score", 1.0, "seizure")], 9.0, (1, 0, 180, 0)),
        ([CLEAN, HIT, (178, "none", None, 0.1, None), (2, "open", "officer", 1.0, "seizure")], 7.0, (1, 0, 178, 0)),
        ([CLEAN, HIT, (179, "none", None, 0.1, None), (1, "scan", None, 0.1, "seizure")], 8.0, (1, 0, 179, 0)),
        ([(9, "open", "random", 0.1, "clean"), HIT, (10, "open", "random", 0.1, None), LEFT], 18.0, (1, 10, 180, 0)),
        ([(9, "open", "random", 0.1, "clean"), HIT, (10, "none", "random", 0.1, None), LEFT], 19.0, (1, 10, 190, 0)),
        ([CLEAN, HIT, LEFT, (30, "none", None, 0.0, None), (2, "none", "score", 1.0, None)], 9.0, (1, 0, 180, 32)),
        ([CLEAN, HIT, LEFT, (1, "open", "officer", 1.0, None)], 9.0, (1, 0, 180, 0)),
        ([(3, "open", "explore", 1.0, "seizure"), (3, "none", None, 0.0, None)], 0.0, (3, 0, 0, 3)),
        ([(20, "open", "random", 0.1, None), LEFT], None, (0, 20, 180, 0)),
        ([], 0.0, (0, 0, 0, 0)),
    ],
)
def test_drawn_boxes_give_an_estimate_for_closed_ones(
    groups: list[tuple[int, str, str | None, float, str | None]], estimate: float | None, counts: tuple[int, ...]
) -> None:
    result = unseen(_rows(*groups))
    assert result.estimate == pytest.approx(estimate)
    assert (result.hits, result.awaited, result.closed, result.unreached) == counts
    assert 0 <= result.low <= result.high <= result.closed
    if estimate is not None:
        assert result.low <= estimate <= result.high


def test_without_a_hit_the_upper_end_is_the_rule_of_three() -> None:
    result = unseen(_rows((1000, "open", "random", 0.01, "clean"), (99_000, "none", None, 0.01, None)))
    assert (result.estimate, result.low) == (0.0, 0.0)
    assert result.high == pytest.approx(3.0 * 99, rel=0.02)


@pytest.mark.parametrize("hits", [1, 2, 5, 40])
def test_with_equal_small_chances_it_is_the_mid_p_interval_of_a_poisson_count(hits: int) -> None:
    p, drawn, closed = 0.001, 100, 100_000
    rows = _rows(
        (hits, "open", "random", p, "seizure"),
        (drawn - hits, "open", "random", p, "clean"),
        (closed, "none", None, p, None),
    )
    result = unseen(rows, confidence=0.9)

    def mid_p(mean: float) -> float:
        return float(poisson.sf(hits - 1, mean) + poisson.sf(hits, mean)) / 2

    assert mid_p(result.low * p) == pytest.approx(0.05, rel=0.02)
    assert mid_p(result.high * p) == pytest.approx(0.95, rel=0.02)


def test_more_confidence_is_wider() -> None:
    rows = _rows(CLEAN, HIT, LEFT)
    narrow, wide = unseen(rows, confidence=0.5), unseen(rows, confidence=0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_each_value_of_a_column_has_a_separate_estimate() -> None:
    rows = pl.concat(
        [
            _rows(CLEAN, HIT, LEFT).with_columns(port=pl.lit("VNHPH")),
            _rows(CLEAN, LEFT).with_columns(port=pl.lit("SGSIN")),
        ]
    )
    result = unseen_by(rows, "port")
    assert result.columns == ["port", *(field.name for field in fields(Unseen))]
    assert result.select("port", "estimate", "drawn").rows() == [("SGSIN", 0.0, 19), ("VNHPH", 9.0, 20)]
    assert unseen_by(rows.clear(), "port").is_empty()


def test_hit_rates_by_share_have_wilsons_interval() -> None:
    rows = _rows(
        (8, "open", "random", 0.1, "clean"),
        (2, "open", "random", 0.1, "seizure"),
        (1, "open", "random", 0.1, None),
        (3, "open", "score", 1.0, "seizure"),
        (1, "open", "score", 1.0, "irregular"),
        (1, "open", "officer", 1.0, None),
        (50, "none", None, 0.1, None),
        (1, "scan", None, 0.1, "seizure"),
    )
    result = {row["share"]: row for row in hit_rates(rows).iter_rows(named=True)}
    assert set(result) == {"score", "random", "officer"}
    counts = ("opened", "answered", "irregular", "seizures")
    assert {share: tuple(row[name] for name in counts) for share, row in result.items()} == {
        "random": (11, 10, 0, 2), "score": (4, 4, 1, 3), "officer": (1, 0, 0, 0),
    }  # fmt: skip
    # 2 of 10, as tabulated for Wilson's interval.
    assert [result["random"][name] for name in ("rate", "low", "high")] == pytest.approx(
        [0.2, 0.0567, 0.5098], abs=1e-4
    )
    assert result["officer"]["rate"] is result["officer"]["low"] is None


def test_hit_rates_without_hits_have_an_upper_end() -> None:
    row = hit_rates(_rows((10, "open", "random", 0.1, "clean"))).row(0, named=True)
    assert (row["rate"], row["low"]) == (0.0, pytest.approx(0.0))
    assert row["high"] == pytest.approx(0.2775, abs=1e-3)


def _hiding(night: pl.DataFrame, smuggled: int, correlation: float) -> pl.Series:
    """Mark `smuggled` boxes that hide something, with the given correlation to the score."""
    rng = np.random.default_rng(11)
    margin = night["margin"].to_numpy()
    suspicion = correlation * (margin - margin.mean()) / margin.std()
    suspicion += np.sqrt(1 - correlation**2) * rng.normal(size=night.height)
    hiding = np.zeros(night.height, dtype=np.bool_)
    hiding[np.argsort(-suspicion)[:smuggled]] = True
    return pl.Series("hiding", hiding)


@pytest.mark.parametrize(
    ("smuggled", "correlation", "capacity"),
    [
        pytest.param(60, 0.0, Capacity(10), marks=pytest.mark.slow),
        pytest.param(60, 0.6, Capacity(10), marks=pytest.mark.slow),
        pytest.param(100, 0.3, Capacity(25, shares=EVEN), marks=pytest.mark.slow),
    ],
)
def test_the_interval_covers_what_was_missed(
    candidates: Make, smuggled: int, correlation: float, capacity: Capacity
) -> None:
    night = candidates([f"AA{port:03}" for port in range(20)] * 60, seed=5)
    hiding, covered, errors, times = _hiding(night, smuggled, correlation), 0, [], 500
    for seed in range(times):
        rows = slate(night, Capacities(capacity), date=DAY, seed=str(seed)).with_columns(hiding)
        finding = pl.when(pl.col("hiding")).then(pl.lit("seizure")).otherwise(pl.lit("clean"))
        rows = rows.with_columns(finding=pl.when(pl.col("action") == "open").then(finding))
        missed = rows.filter(pl.col("hiding"), pl.col("action") != "open").height
        result = unseen(rows)
        covered += result.low <= missed <= result.high
        errors.append((result.estimate or 0.0) - missed)
    assert 0.92 <= covered / times <= 0.99
    assert abs(np.mean(errors)) <= 4 * np.std(errors) / np.sqrt(times)
