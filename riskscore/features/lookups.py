"""Expressions that look a row's country or goods up in a reference table, without a join a feature."""

from __future__ import annotations

from functools import cache

import polars as pl

from riskscore import reference


@cache
def _strengths(kind: str, role: str) -> dict[str, float]:
    table = reference.wildlife().filter(pl.col("group") == kind, pl.col("role") == role)
    best = table.group_by("country").agg(pl.col("strength").max())
    return dict(zip(best["country"], best["strength"], strict=True))


def strength(column: str, kind: str, role: str) -> pl.Expr:
    """Strength (0 to 1) of the country in `column` as `role` (source, hub, market) of `kind` of contraband."""
    known = _strengths(kind, role)
    if not known:
        return pl.lit(0.0)
    return pl.col(column).replace_strict(list(known), list(known.values()), default=0.0, return_dtype=pl.Float64)


def cover_kind_of_code() -> pl.Expr:
    """Kind of cover load by the longest HS prefix that fits, from the columns `hs6`, `hs4` and `hs2`."""
    table = (
        reference.cover_goods()
        .select(pl.col("hs").cast(pl.String), "kind")
        .unique("hs", keep="first", maintain_order=True)
    )
    kinds = []
    for digits in (6, 4, 2):
        part = table.filter(pl.col("hs").str.len_chars() == digits)
        if part.height:
            kinds.append(
                pl.col(f"hs{digits}").replace_strict(
                    part["hs"].to_list(), part["kind"].to_list(), default=None, return_dtype=pl.String
                )
            )
    return pl.coalesce(kinds) if kinds else pl.lit(None, pl.String)


@cache
def package_groups() -> dict[str, str]:
    """HS chapter -> its usual package types, each with a space on either side."""
    goods = reference.goods().select(
        "chapter",
        types=pl.concat_str("package_type", pl.col("other_package_types").fill_null(""), separator="|").str.split("|"),
    )
    fit = reference.package_fit().select("chapter", types=pl.col("package_type").str.split("|"))
    both = (
        pl.concat([goods, fit])
        .explode("types")
        .filter(pl.col("types") != "")
        .unique()
        .sort("chapter", "types")
        .group_by("chapter", maintain_order=True)
        .agg(pl.col("types").str.join(" "))
    )
    return dict(zip(both["chapter"], (" " + both["types"] + " "), strict=True))
