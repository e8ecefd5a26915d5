"""The same input gives the same bytes, whatever the order of rows and the number of threads."""

import polars as pl
import pytest

from riskscore import reference
from riskscore.features import routing, text, trade
from riskscore.features.distinct import HASH
from riskscore.features.sums import exact_sum


@pytest.fixture(scope="module")
def descriptions() -> pl.DataFrame:
    """Several thousand descriptions of several goods each, so that many words vote for many chapters."""
    names = reference.goods()["name"]
    descriptions = [names.shuffle(seed) + " and " + names.shuffle(seed + 99) + " with " + names for seed in range(12)]
    return pl.concat(descriptions).alias("goods_description").to_frame().unique(maintain_order=True)


def test_a_sum_does_not_depend_on_the_order_of_its_parts():
    parts = pl.Series("part", [0.1 * (number % 97) + 1e-7 / (number + 1) for number in range(5_000)])
    sums = {parts.shuffle(seed).to_frame().select(exact_sum(pl.col("part"))).item() for seed in range(20)}
    assert len(sums) == 1
    assert sums.pop() == pytest.approx(parts.sum(), abs=1e-5)


def test_a_sum_without_parts_is_zero():
    assert pl.Series("part", [None], dtype=pl.Float64).to_frame().select(exact_sum(pl.col("part"))).item() == 0


def _read(descriptions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The HS chapters that the words of each description point to, sorted, without ids."""
    texts, votes = text.read(descriptions, "goods_description")
    wordings = texts.select("wording_id", "wording").unique("wording_id")
    return (
        texts.drop("wording_id").sort("goods_description"),
        votes.join(wordings, on="wording_id").drop("wording_id").sort("wording", "chapter"),
    )


@pytest.mark.parametrize("seed", range(5))
def test_chapters_of_words_are_bit_identical_in_any_order(descriptions, seed):
    expected = _read(descriptions)
    shuffled = descriptions.sample(fraction=1, shuffle=True, seed=seed)
    assert all(got.equals(wanted) for got, wanted in zip(_read(shuffled), expected, strict=True))


def test_trade_tables_are_bit_identical_in_every_run():
    def tables() -> list[pl.DataFrame]:
        trade._lines.cache_clear()
        return [trade.table.__wrapped__(flow, digits) for flow in ("export", "import") for digits in (2, 4)]

    expected = tables()
    assert all(got.equals(wanted) for _ in range(5) for got, wanted in zip(tables(), expected, strict=True))


def test_route_distances_are_bit_identical_in_any_order():
    ports = reference.ports().join(reference.ports_major(), on="locode", how="semi")["locode"]
    ends = ports.head(60)
    routes = pl.DataFrame(
        {
            "port_of_loading": ends,
            "transhipment_ports": pl.Series([ends.shuffle(seed).head(4).to_list() for seed in range(ends.len())]),
            "port_of_discharge": ends.reverse(),
        }
    ).with_columns(pl.int_range(pl.len()).cast(pl.String).alias(HASH))
    expected = routing._measure(routes).sort(HASH)
    for seed in range(5):
        shuffled = routes.sample(fraction=1, shuffle=True, seed=seed)
        assert routing._measure(shuffled).sort(HASH).equals(expected)
