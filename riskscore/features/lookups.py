"""Lookups: expressions that look up a row's country or goods in a reference table, without a join per feature."""

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
    """Strength (0 to 1) of the country in `column` as `role` (source, hub, market) for a `kind` of contraband.

    Source: contraband.csv. A country that it does not list has 0.
    """
    strengths = _strengths(kind, role)
    if not strengths:
        return pl.lit(0.0)
    return pl.col(column).replace_strict(
        list(strengths), list(strengths.values()), default=0.0, return_dtype=pl.Float64
    )


def cover_kind_of_code() -> pl.Expr:
    """Return the kind of cover load of the longest matching HS prefix, from the columns `hs6`, `hs4` and `hs2`.

    Source: cover_goods.csv. Null for other goods.
    """
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
    """Return the usual package types of each HS chapter as one text, with a space before and after each type."""
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
