"""Nights: several nights as one, in which a consignment on more than one slate counts once, and a shared box, too.

An amended bill is scored again and may be drawn again. Each night draws separate lots, so over all its nights it is
drawn with probability 1 - (1 - p1)(1 - p2)..., which the estimate needs. It is certain if the score or an alert chooses
it on any night.
"""

from __future__ import annotations

import polars as pl

from riskscore.manifest import consolidations
from riskscore.schema import KEY

_DRAWN = ("explore", "random")
_CERTAIN = ("score", "intelligence")


def boxes(rows: pl.DataFrame) -> pl.DataFrame:
    """Merge the rows of slates in force into one row per box: `consignments`, with shared boxes under their master."""
    return consignments(each_box(rows))


def each_box(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep one row for each box and `night`, under the master bill where house bills share it; rows keep their order.

    `rows` are of slates, which decide the same for all house bills of a box, because it is opened once.
    """
    if not rows["bill_of_lading"].str.contains(consolidations.JOINT, literal=True).any():
        return rows
    by_box = rows.with_columns(consolidations.box_bill(pl.col("bill_of_lading")))
    return by_box.unique([*KEY, "night"], keep="first", maintain_order=True)


def consignments(rows: pl.DataFrame) -> pl.DataFrame:
    """Merge the rows of slates in force into one row per consignment.

    `rows` have KEY, `night`, `port`, `action`, `share`, `inclusion`, `explored`, and `chance`, the probability of
    the draw, which an officer's change does not alter. Returns KEY, `night` and `port` of the first night, `action`
    (open if any night opens it, else the last one), `share` (score or intelligence, else that of the first draw, else
    officer), and `inclusion` and `explored` over all nights (0 to 1), as estimate.py needs them.
    """
    names = [*KEY, "night", "port", "action", "share", "inclusion", "explored"]
    is_repeated = pl.struct(KEY).is_duplicated()
    single = rows.filter(~is_repeated).select(names)
    share, explored = pl.col("share"), pl.col("explored")
    certain_shares = share.filter(share.is_in(_CERTAIN) & explored.is_null())
    is_certain = certain_shares.len() > 0
    drawn = share.filter(share.is_in(_DRAWN))
    by_officer = share.filter(share == "officer")
    chance = 1 - (1 - pl.col("chance")).product()
    merged = (
        rows.filter(is_repeated)
        .sort(*KEY, "night")
        .group_by(KEY, maintain_order=True)
        .agg(
            pl.col("night").first(),
            pl.col("port").first(),
            pl.when((pl.col("action") == "open").any()).then(pl.lit("open")).otherwise(pl.col("action").last())
            .alias("action"),
            pl.when(is_certain).then(certain_shares.first())
            .when(drawn.len() > 0).then(drawn.first())
            .otherwise(by_officer.first()).alias("share"),
            pl.when(is_certain | ((drawn.len() == 0) & (by_officer.len() > 0))).then(1.0)
            .otherwise(chance).alias("inclusion"),
            pl.when(~is_certain & explored.is_not_null().any())
            .then(1 - (1 - explored.fill_null(0.0)).product()).alias("explored"),
        )
    )  # fmt: skip
    return pl.concat([single, merged.select(names)])
