"""What countries trade: the share of each HS heading and chapter in the container trade of each country."""

from __future__ import annotations

from functools import cache

import polars as pl

from riskscore import reference
from riskscore.features.sums import exact_sum


@cache
def _lines() -> pl.DataFrame:
    """Lines of trade.csv by HS heading. A line for a chapter is spread evenly over the chapter's headings."""
    lines = reference.trade().select("country", "flow", "weight", code="hs4", chapter=pl.col("hs4").str.head(2))
    headings = reference.hs().select("chapter", heading=pl.col("hs6").str.head(4)).unique()
    broad = (
        lines.filter(pl.col("code").str.len_chars() == 2)
        .join(headings, on="chapter")
        .with_columns(pl.col("weight") / pl.len().over("country", "flow", "chapter"), code="heading")
        .select(lines.columns)
    )
    return (
        pl.concat([lines.filter(pl.col("code").str.len_chars() == 4), broad])
        .group_by("country", "flow", "code")
        .agg(exact_sum(pl.col("weight")))
    )


@cache
def table(flow: str, digits: int) -> pl.DataFrame:
    """Share of each code in a country's `flow`, and log1p of its ratio to the world's share (Balassa index)."""
    volume = reference.country_trade().select("country", volume=f"teu_{flow}")
    lines = (
        _lines()
        .filter(pl.col("flow") == flow)
        .group_by("country", code=pl.col("code").str.head(digits))
        .agg(share=exact_sum(pl.col("weight")))
        .join(volume, on="country", how="left")
        .with_columns(pl.col("volume").fill_null(1.0))
    )
    total = lines.group_by("country").agg(pl.col("volume").first()).select(exact_sum(pl.col("volume"))).item()
    world = lines.group_by("code").agg(world=exact_sum(pl.col("share") * pl.col("volume")) / total)
    return (
        lines.join(world, on="code")
        .select("country", "code", "share", advantage=(pl.col("share") / (pl.col("world") + 1e-5)).log1p())
        .sort("country", "code")
    )
