from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from riskscore.history import as_of_queries
from riskscore.history import timeline as timeline_module
from riskscore.history.timeline import FIXED_POINT, Timeline, days_of, keys_of, moments


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@pytest.fixture(params=[1, 2], ids=["single events", "counts"])
def timeline(request: pytest.FixtureRequest) -> Timeline:
    """The same events twice: as single events, and with those of one day in one moment."""
    events = pl.DataFrame(
        {"key": [2, 0, 0, 2, 0], "day": [4, 9, 3, 9, 3], "many": 1, "value": [4.0, 9.0, 1.0, 8.0, 2.0]}
    ).with_columns(value=(pl.col("value") * FIXED_POINT).cast(pl.Int64), many=pl.lit(1, pl.Int64))
    if request.param == 2:
        events = events.group_by("key", "day").sum()
    return Timeline(events["key"], events["day"], {name: events[name] for name in ("many", "value")})


@pytest.mark.parametrize(
    ("key", "day", "counts", "measures"),
    [
        (0, 3, (0, 0), (math.nan, math.nan, math.nan)),
        (0, 4, (2, 2), (1.0, 1.0, 1.5)),
        (0, 9, (2, 0), (6.0, 6.0, 1.5)),
        (0, 10, (3, 1), (7.0, 1.0, 4.0)),
        (1, 10, (0, 0), (math.nan, math.nan, math.nan)),
        (2, 9, (1, 1), (5.0, 5.0, 4.0)),
        (2, 14, (2, 1), (10.0, 5.0, 6.0)),
        (3, 99, (0, 0), (math.nan, math.nan, math.nan)),
    ],
)
def test_a_timeline_answers_for_strictly_earlier_days(
    timeline: Timeline, key: int, day: int, counts: tuple[int, int], measures: tuple[float, float, float]
) -> None:
    """`counts` before and within 5 days; `measures` days since the first, since the last, mean value."""
    view = timeline.as_of(ints(key), ints(day))
    assert (view.before("many")[0], view.within("many", 5)[0]) == counts
    result = view.since_first()[0], view.since_last()[0], view.mean("value", "many")[0]
    np.testing.assert_allclose(result, measures, atol=1e-6)


def test_an_empty_timeline_has_no_events() -> None:
    empty = pl.Series([], dtype=pl.Int64)
    view = Timeline(empty, empty, {"many": empty}).as_of(ints(0), ints(5))
    assert view.before("many").tolist() == [0]
    assert np.isnan(view.since_last()).all()


@pytest.mark.parametrize("few", [0, 10**6], ids=["sorted", "counted"])
def test_both_ways_to_count_single_events_agree(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(timeline_module, "_FEW", few)
    rng = np.random.default_rng(few)
    keys, days = rng.integers(0, 9, 200), rng.integers(-20, 20, 200)
    ones = pl.repeat(1, 200, dtype=pl.Int64, eager=True)
    ask = np.repeat(np.arange(10), 50), np.tile(np.arange(-25, 25), 10)
    view = Timeline(pl.Series(keys), pl.Series(days), {"many": ones}).as_of(*ask)
    before = [int(((keys == key) & (days < day)).sum()) for key, day in zip(*ask, strict=True)]
    recent = [int(((keys == k) & (days < d) & (days >= d - 7)).sum()) for k, d in zip(*ask, strict=True)]
    assert view.before("many").tolist() == before
    assert view.within("many", 7).tolist() == recent


def test_days_before_1970_and_in_the_far_future_keep_their_order() -> None:
    days = ints(-719_162, -1, 0, 19_000, 2_932_896, 106_751_991)
    packed = moments(np.full(6, 3_000_000), days)
    assert (np.diff(packed) > 0).all()
    assert days_of(packed).tolist() == days.tolist()
    assert set(keys_of(packed)) == {3_000_000}


@pytest.mark.parametrize("full", [0, 10**6], ids=["distinct queries", "every key on every day"])
def test_both_ways_to_number_queries_give_every_row_its_own_answer(monkeypatch: pytest.MonkeyPatch, full: int) -> None:
    monkeypatch.setattr(as_of_queries, "_FULL", full)
    keys = pl.Series([7, 5, None, 7, 5, 5, 9], dtype=pl.UInt64)
    days = pl.Series([3, 8, 8, 8, None, 3, 3], dtype=pl.Int64)
    queries = as_of_queries.Queries.of(keys, days)
    numbers = queries.number(pl.DataFrame({"key": keys, "value": keys.cast(pl.Int64)}).drop_nulls().unique())
    key_of = dict(zip(numbers["number"], numbers["value"], strict=True))
    answers = np.array([key_of[n] * 100 + d for n, d in zip(queries.keys, queries.days, strict=True)])
    assert queries.counts(answers).to_list() == [703, 508, None, 708, None, 503, 903]
    assert queries.measures(answers.astype(float)).to_list() == [703.0, 508.0, None, 708.0, None, 503.0, 903.0]
