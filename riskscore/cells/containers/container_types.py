"""Container types: one, or several beside several containers.

45G1, 40HC, 20'DC            one
1X20GP+1X40HC, 20GP x 2      two, by counts
20GP,,40HC                   three, of which the second is not stated
"""

from __future__ import annotations

import polars as pl

from riskscore.cells import nothing
from riskscore.cells.containers.box_words import KIND, TYPE

MOST = 200
"""Most containers that one count before or after a type stands for."""

_ONE = rf"(?:{TYPE}|{KIND}|[1-4L-P9][0-9A-Z][A-Z][0-9A-Z]|(?:10|20|40|45|48|53) ?(?:'|\x{{2019}}|FT)?[ -]?{KIND}?)"
_COUNT_FIRST = rf"^(?:([0-9]{{1,3}}) ?[X\x{{D7}}*] ?)?({_ONE})(?: CONTAINERS?| CNTRS?)?$"
_COUNT_LAST = rf"^({_ONE}) ?(?:[X\x{{D7}}*:] ?([0-9]{{1,3}})|\( ?([0-9]{{1,3}}) ?\))$"
_WITHIN = rf"\b(20|40|45) ?/ ?({KIND})\b"
_ISO = r"^[1-4L-P9][0-9A-Z][A-Z][0-9]$"
_LISTED = r"(?i)[/,;|&+]| - |\b(?:AND|Y|ET)\b|[0-9]\s*[X\x{D7}*:(]|[X\x{D7}*]\s*[0-9]"
_BETWEEN = r" - |\b(?:AND|Y|ET)\b|[/,;|&+\n]"


def read(texts: pl.Series) -> pl.Series:
    """The types that each of the `texts` lists, with their places; null where the text is no list of types.

    A type is null where its place between two separators is empty or has a word for nothing.
    """
    upper = pl.col("text").str.to_uppercase().str.strip_chars(" []\"'")
    pieces = upper.str.replace_all(_WITHIN, "$1$2").str.replace_all(_BETWEEN, "|").str.split("|")
    rows = (
        pl.DataFrame({"text": texts})
        .with_row_index("id")
        .select("id", piece=pieces)
        .explode("piece", keep_nulls=False, empty_as_null=False)
        .with_columns(piece=pl.col("piece").str.strip_chars(" \"'"))
    )
    first, last = pl.col("piece").str.extract_groups(_COUNT_FIRST), pl.col("piece").str.extract_groups(_COUNT_LAST)
    rows = rows.select(
        "id",
        is_empty=nothing.is_nothing(pl.col("piece")),
        type=pl.coalesce(first.struct.field("2"), last.struct.field("1")),
        times=pl.coalesce(first.struct.field("1"), last.struct.field("2"), last.struct.field("3"), pl.lit("1")).cast(
            pl.Int64
        ),
    )
    rows = rows.with_columns(is_known=(pl.col("is_empty") | pl.col("type").is_not_null()).all().over("id"))
    known = (
        rows.filter(pl.col("is_known") & (pl.col("times") > 0))
        .select("id", types=pl.col("type").repeat_by(pl.col("times").clip(1, MOST)))
        .explode("types", empty_as_null=False, keep_nulls=False)
        .group_by("id", maintain_order=True)
        .agg("types")
    )
    every = pl.DataFrame({"id": pl.int_range(texts.len(), dtype=pl.UInt32, eager=True)})
    return every.join(known, on="id", how="left", maintain_order="left")["types"]


def matched(types: pl.Series, counts: pl.Series) -> pl.Series:
    """Lists of `counts` types: `types` where there are as many, its one type for each, or else null."""
    kinds = pl.col("types").list.unique(maintain_order=True)
    return (
        pl.DataFrame({"types": types, "count": counts})
        .select(
            pl.when(pl.col("types").list.len() == pl.col("count"))
            .then("types")
            .when(kinds.list.len() == 1)
            .then(kinds.list.first().repeat_by("count"))
        )
        .to_series()
    )


def without_lists(texts: pl.Series) -> pl.Series:
    """`texts` with null for those that may list several types."""
    return texts.set(texts.str.contains(_LISTED).fill_null(False), None)


def single(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The types of single containers, and which of the `texts` name several types; these stay as they are.

    An ISO code with the same size in other words is one type.
    """
    rows = texts.str.contains(_LISTED).fill_null(False).arg_true()
    is_several = pl.Series([False]).new_from_index(0, texts.len())
    if not rows.len():
        return texts, is_several
    cells = texts.gather(rows)
    is_code = pl.element().str.contains(_ISO)
    lists = pl.DataFrame({"text": cells, "kinds": read(cells).list.drop_nulls().list.unique(maintain_order=True)})
    kinds = pl.col("kinds")
    codes = kinds.list.eval(pl.element().filter(is_code))
    lengths = kinds.list.eval(pl.element().str.head(1)).list.n_unique()
    is_one_code = (codes.list.len() == 1) & (lengths == 1)
    one = pl.when(kinds.list.len() == 1).then(kinds.list.first()).when(is_one_code).then(codes.list.first())
    result = lists.select(kinds=kinds, text="text", one=one).with_columns(
        several=(kinds.list.len() > 0) & pl.col("one").is_null(), type=pl.coalesce("one", "text")
    )
    return texts.scatter(rows, result["type"]), is_several.scatter(rows, result["several"].fill_null(False))
