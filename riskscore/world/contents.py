"""Contents: goods, weights and money as written on the bill, one row per box, with the goods lines of the totals."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from riskscore import reference, schema
from riskscore.world import cargo, wording
from riskscore.world import goods as wares
from riskscore.world.draws import Floats, Ints, blank, gather, where
from riskscore.world.omissions import leave_out, mask
from riskscore.world.plans import Plan
from riskscore.world.world import World

_PACKAGES = ("BAG", "CTN", "PLT", "DRM", "BLE", "PCS", "CRT", "BDL", "ROL", "CAS", "JBG", "PKG")
_LOCAL_MONEY = {"europe": "EUR", "east_asia": "CNY", "south_asia": "INR", "oceania": "AUD"}
_LOCAL_SHARE = 0.2
_SUMMED = ("package_count", "gross_weight_kg", "volume_m3", "declared_value")
_ITEM = tuple(field.name for field in schema.ITEM.fields)


def columns(rng: np.random.Generator, world: World, plan: Plan, bill: Ints, load: cargo.Load) -> list[pl.Series]:
    """Return the cargo and freight columns of the canonical consignment.

    `plan` has one position per bill, `load` one per box; `bill` is the position in `plan` of each box.
    """
    each = load.each
    bill_of_box = pl.Series(bill.astype(np.uint32))
    city = gather(pl.Series(world.port_names), plan.discharge)
    value, currency = _money(rng, world, each, load.value_usd)
    items = pl.DataFrame(
        [
            wording.describe(rng, world, plan).gather(bill_of_box).alias("goods_description"),
            wording.codes(rng, plan.coded, mask(rng, plan, "hs_codes")).gather(bill_of_box).alias("hs_code"),
            leave_out(rng, each, "package_count", pl.Series(load.packages)),
            leave_out(rng, each, "package_type", _packages(rng, each)),
            leave_out(rng, each, "gross_weight_kg", pl.Series(load.gross_kg)),
            leave_out(rng, each, "volume_m3", pl.Series(load.volume_m3)),
            value,
            wording.marks(rng, plan, city).gather(bill_of_box).alias("marks"),
        ]
    )
    return [
        *_from_items(rng, items, each),
        blank(currency, value.is_null().to_numpy()).alias("currency"),
        leave_out(rng, each, "freight_charge", pl.Series(load.freight_usd)),
    ]


def _from_items(rng: np.random.Generator, items: pl.DataFrame, each: Plan) -> list[pl.Series]:
    """Return consignment columns from the first goods line; several lines are added up and kept in `goods_items`."""
    frame = items.with_columns(
        hs_codes=pl.when(pl.col("hs_code").is_not_null()).then(pl.concat_list("hs_code")),
        goods_items=pl.lit(None, schema.COLUMNS["goods_items"]),
    ).drop("hs_code")
    several = np.flatnonzero(each.items > 1)
    if len(several):
        at = pl.Series(several.astype(np.uint32))
        mixed = _several(rng, items.select(pl.all().gather(at)), each.take(several))
        frame = frame.with_columns(
            pl.when(pl.Series(each.items > 1))
            .then(mixed[name].gather(_spread(several, len(each))))
            .otherwise(name)
            .alias(name)
            for name in mixed.columns
        )
    return frame.get_columns()


def _spread(positions: Ints, count: int) -> pl.Series:
    """Return for each of `count` rows the index of its value among those at `positions`; 0 elsewhere."""
    index = np.zeros(count, dtype=np.uint32)
    index[positions] = np.arange(len(positions))
    return pl.Series(index)


def _several(rng: np.random.Generator, first: pl.DataFrame, each: Plan) -> pl.DataFrame:
    """Add one or two goods lines to each row of `first`; the figures of the row are divided among the lines."""
    count = np.minimum(each.items, 3)
    kinds = len(wares.load())
    lines = []
    for number in range(3):
        share = np.array([1.0, 0.6, 0.45]) if number == 0 else np.array([0.0, 0.4, 0.3 if number == 1 else 0.25])
        part = pl.Series(share[count - 1])
        line = first
        if number:
            near = (each.coded + rng.integers(1, 4, len(each))) % kinds
            other = np.where(where(rng, 0.7, len(each)), near, rng.integers(0, kinds, len(each)))
            code = wording.codes(rng, other, first["hs_code"].is_null().to_numpy())
            line = first.with_columns(
                wares.named(other, rng.random(len(each))).alias("goods_description"), code.alias("hs_code")
            )
        line = line.with_columns(
            (pl.col("package_count") * part).ceil().cast(pl.Int64),
            *((pl.col(name) * part).round(2) for name in ("gross_weight_kg", "volume_m3", "declared_value")),
        )
        lines.append(line.with_columns(line=pl.lit(number), count=pl.Series(count)).with_row_index("row"))
    stacked = pl.concat(lines).filter(pl.col("line") < pl.col("count")).sort("row", "line")
    return (
        stacked.group_by("row", maintain_order=True)
        .agg(
            pl.col("goods_description").str.join(wording.SEPARATOR),
            hs_codes=pl.col("hs_code").drop_nulls().unique(maintain_order=True),
            goods_items=pl.struct(_ITEM),
            **{name: pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()) for name in _SUMMED},
        )
        .with_columns(pl.when(pl.col("hs_codes").list.len() > 0).then("hs_codes"))
        .drop("row")
    )


def _packages(rng: np.random.Generator, each: Plan) -> pl.Series:
    """Return package types: the usual one of the goods, another suitable one, or any if the plan says so."""
    kinds, count = wares.load(), len(each)
    usual = gather(kinds.package_type, each.goods)
    others, first, size = _other_packages()
    pick = first[each.goods] + (rng.random(count) * size[each.goods]).astype(np.int64)
    instead = where(rng, 0.16, count) & (size[each.goods] > 0)
    suited = gather(others, np.where(instead, np.minimum(pick, len(others) - 1), -1))
    odd = gather(pl.Series(_PACKAGES), np.where(each.unfit_package, rng.integers(0, len(_PACKAGES), count), -1))
    return pl.select(pl.coalesce(odd, suited, usual)).to_series()


@cache
def _other_packages() -> tuple[pl.Series, Ints, Ints]:
    types = wares.load().other_types
    size = np.array([len(some) for some in types], dtype=np.int64)
    first = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.int64)
    return pl.Series([name for some in types for name in some] or ["PKG"]), first, size


def _money(rng: np.random.Generator, world: World, each: Plan, usd: Floats) -> tuple[pl.Series, pl.Series]:
    """Return declared value and currency: mostly USD, sometimes the currency of the origin's region."""
    rates = dict(reference.currencies().select("currency", "usd").iter_rows())
    local = np.array([_LOCAL_MONEY.get(region, "USD") for region in world.region])
    rate = np.array([rates.get(code, 1.0) for code in local])
    in_local = where(rng, _LOCAL_SHARE, len(each))
    amount = np.where(in_local, usd / rate[each.origin], usd)
    currency = gather(pl.Series(local), np.where(in_local, each.origin, -1)).fill_null("USD")
    return leave_out(rng, each, "declared_value", pl.Series(np.round(amount, 2))), currency
