"""Several nights as one: a consignment that stood on more than one slate counts once.

An amended bill is scored, and may be drawn, again. Its draws have lots of their own, so over all its nights it is drawn
with probability 1 - (1 - p1)(1 - p2)..., which is what the estimate needs. It is certain where any night's score, or an
alert, takes it.
"""

from __future__ import annotations

import polars as pl

from riskscore.schema import KEY

_DRAWN = ("explore", "random")
_CERTAIN = ("score", "intelligence")


def consignments(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a consignment, of rows of slates in force (KEY, `night`, `port`, action, share, inclusion, explored).

    `chance` is the draw's probability, which an officer's change leaves. Returns KEY, `night` and `port` of its first
    night, `action` (open where any night opens it, else the last), `share` (score or intelligence, else that
    of its first draw, else officer), `inclusion` and `explored` over all nights, as estimate.py reads them.
    """
    names = [*KEY, "night", "port", "action", "share", "inclusion", "explored"]
    often = pl.struct(KEY).is_duplicated()
    once = rows.filter(~often).select(names)
    share, explored = pl.col("share"), pl.col("explored")
    sure = share.filter(share.is_in(_CERTAIN) & explored.is_null())
    certain = sure.len() > 0
    drawn = share.filter(share.is_in(_DRAWN))
    asked = share.filter(share == "officer")
    chance = 1 - (1 - pl.col("chance")).product()
    merged = (
        rows.filter(often)
        .sort(*KEY, "night")
        .group_by(KEY, maintain_order=True)
        .agg(
            pl.col("night").first(),
            pl.col("port").first(),
            pl.when((pl.col("action") == "open").any()).then(pl.lit("open")).otherwise(pl.col("action").last())
            .alias("action"),
            pl.when(certain).then(sure.first())
            .when(drawn.len() > 0).then(drawn.first())
            .otherwise(asked.first()).alias("share"),
            pl.when(certain | ((drawn.len() == 0) & (asked.len() > 0))).then(1.0).otherwise(chance).alias("inclusion"),
            pl.when(~certain & explored.is_not_null().any())
            .then(1 - (1 - explored.fill_null(0.0)).product()).alias("explored"),
        )
    )  # fmt: skip
    return pl.concat([once, merged.select(names)])
