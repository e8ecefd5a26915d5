"""The containers of US AMS bills, and their goods: seals, descriptions, tariff lines, marks.

cargodesc  1 "FRESH FRUIT IN " 900 pieces ┐
           2 "CARTON BOXES"               ┘─▶ one line of goods, because only the first part has a count
tariff     1 080300 ...                   ─▶ the code, weight and value of that line
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from riskscore.manifest.formats.messages.ams_tables import CONTAINER, IDENTIFIER, Part, stacked
from riskscore.manifest.formats.messages.units import KG
from riskscore.schema import ITEM

_BOX = (IDENTIFIER, CONTAINER)
_SEQUENCE = "description_sequence_number"
_CUTS = 20
"""Fewest continued descriptions from which it can be told that a file has lost the blanks at their ends."""


def measure(frame: pl.DataFrame, value: str, unit: str, units: Mapping[str, float]) -> tuple[pl.Series, pl.Series]:
    """Numbers of `value` in the base unit of `units`, and the texts that are not understood."""
    number = frame[value].str.replace_all(",", "").cast(pl.Float64, strict=False)
    known = frame[unit].str.to_lowercase().str.strip_chars(" .")
    read = number * known.replace_strict(units, default=None, return_dtype=pl.Float64)
    lost = frame.filter(read.is_null() & frame[value].is_not_null())
    return read, lost.select(pl.concat_str(value, unit, separator=" ", ignore_nulls=True)).to_series()


def boxes(parts: Sequence[Part]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row for each container of a bill, and one for each bill whose goods name no container.

    The containers have seals, type, goods, marks, and how many `boxes` their bill has. The bills (`loose_...`) have no
    figures: which container has them is not known.
    """
    named = [stacked(parts, kind).select(_BOX) for kind in ("container", "cargodesc", "tariff", "marksnumbers")]
    found = pl.concat(named).drop_nulls().unique(maintain_order=True)
    found = found.with_columns(boxes=pl.len().over(IDENTIFIER))
    only = found.filter(pl.col("boxes") == 1).select(IDENTIFIER, only=CONTAINER)
    goods, marks = _goods(parts, only), _marks(parts, only)
    for more in (_equipment(parts), goods, marks):
        found = found.join(more, on=_BOX, how="left", maintain_order="left")
    return found, _loose(goods.filter(pl.col(CONTAINER).is_null()), marks.filter(pl.col(CONTAINER).is_null()))


def _loose(goods: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    joined = goods.drop(CONTAINER).join(marks.drop(CONTAINER), on=IDENTIFIER, how="full", coalesce=True)
    figures = ("package_count", "gross_weight_kg", "declared_value")
    item = pl.struct(
        pl.lit(None, field.dtype).alias(field.name)
        if field.name in figures
        else pl.element().struct.field(field.name).alias(field.name)
        for field in ITEM.fields
    )
    return joined.select(
        IDENTIFIER,
        loose_description="goods_description",
        loose_codes="hs_codes",
        loose_marks="marks",
        loose_items=pl.col("goods_items").list.eval(item),
    )


def _equipment(parts: Sequence[Part]) -> pl.DataFrame:
    """Seals and type of each container."""
    rows = stacked(parts, "container").filter(pl.col(CONTAINER).is_not_null())
    code = pl.col("equipment_description_code")
    rows = rows.select(
        *_BOX,
        pl.coalesce("container_type", pl.when(code.str.contains(r"^[1-9A-Z][0-9A-Z]{3}$")).then(code)),
        seals=pl.concat_list("seal_number_1", "seal_number_2").list.drop_nulls(),
    )
    several = rows.select(_BOX).is_duplicated()
    many = rows.filter(several)
    if many.height:
        merged = many.group_by(_BOX, maintain_order=True).agg(
            pl.col("container_type").drop_nulls().first(),
            pl.col("seals").explode().drop_nulls().unique(maintain_order=True),
        )
        rows = pl.concat([rows.filter(~several), merged])
    return rows.select(*_BOX, "container_type", seal_numbers=pl.when(pl.col("seals").list.len() > 0).then("seals"))


def _placed(rows: pl.DataFrame, only: pl.DataFrame) -> pl.DataFrame:
    """`rows`; those without a container belong to the only one of their bill, if it has one."""
    if not rows[CONTAINER].null_count():
        return rows
    joined = rows.join(only, on=IDENTIFIER, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(CONTAINER, "only")).drop("only")


def _marks(parts: Sequence[Part], only: pl.DataFrame) -> pl.DataFrame:
    """Marks of each container."""
    rows = _placed(stacked(parts, "marksnumbers"), only)
    names = [f"marks_and_numbers_{place}" for place in range(1, 9)]
    rows = rows.select(*_BOX, marks=pl.concat_str(names, separator=" ", ignore_nulls=True).replace("", None))
    return rows.drop_nulls("marks").group_by(_BOX, maintain_order=True).agg(pl.col("marks").str.join(" "))


def _lines(parts: Sequence[Part], only: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines of goods (`line`, box, description, count), and the line of each part of a description."""
    rows = _placed(stacked(parts, "cargodesc"), only).with_columns(
        pl.col(_SEQUENCE).cast(pl.Int64, strict=False),
        pl.col("piece_count").str.replace_all(",", "").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False),
    )
    rows = rows.sort(*_BOX, _SEQUENCE, maintain_order=True, nulls_last=True)
    changes = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in _BOX)
    begins = changes.fill_null(True) | (pl.int_range(pl.len()) == 0) | (pl.col("piece_count") > 0).fill_null(False)
    rows = rows.with_columns(line=begins.cast(pl.Int64).cum_sum(), begins=begins)
    text = pl.col("description_text")
    lines = rows.filter("begins").select("line", *_BOX, "piece_count", description=text)
    if lines.height < rows.height:
        joined = rows.filter(pl.col("line").is_in(rows.filter(~pl.col("begins"))["line"].unique().implode()))
        whole = joined.group_by("line").agg(description=text.str.join(_between(joined)))
        lines = lines.join(whole, on="line", how="left", suffix="_whole", maintain_order="left").with_columns(
            pl.coalesce("description_whole", "description").alias("description")
        )
    plain = pl.col("description").str.replace_all(r"\s+", " ").str.strip_chars()
    return (
        lines.select("line", *_BOX, "piece_count", description=pl.when(plain != "").then(plain)),
        rows.select("line", *_BOX, _SEQUENCE).unique([*_BOX, _SEQUENCE], keep="first", maintain_order=True),
    )


def _between(rows: pl.DataFrame) -> str:
    """What stands between the parts of a description: nothing, or a blank where the file has lost all its own."""
    texts = rows["description_text"].drop_nulls()
    cuts = rows.height - rows["line"].n_unique()
    kept = texts.str.contains(r"^\s|\s$").any()
    return " " if cuts >= _CUTS and not kept else ""


def _tariff(parts: Sequence[Part], only: pl.DataFrame) -> pl.DataFrame:
    """Tariff lines: code, weight and value."""
    rows = _placed(stacked(parts, "tariff"), only)
    kg, _ = measure(rows, "harmonized_weight", "harmonized_weight_unit", KG)
    digits = pl.col("harmonized_number").str.replace_all(r"\D", "")
    # A number that lost its leading zero has an odd count of digits.
    digits = pl.when(digits.str.len_bytes().is_in([5, 7, 9])).then("0" + digits).otherwise(digits)
    return rows.select(
        *_BOX,
        pl.col(_SEQUENCE).cast(pl.Int64, strict=False),
        code=pl.when(digits.str.contains("[1-9]")).then(digits),
        kg=kg,
        value=pl.col("harmonized_value").str.replace_all(",", "").cast(pl.Float64, strict=False),
    )


def _goods(parts: Sequence[Part], only: pl.DataFrame) -> pl.DataFrame:
    """Goods of each container (or of a bill, where no container is named): one row each."""
    lines, places = _lines(parts, only)
    tariff = _tariff(parts, only).join(
        places, on=[*_BOX, _SEQUENCE], how="left", nulls_equal=True, maintain_order="left"
    )
    matched = tariff.filter(pl.col("line").is_not_null())
    items = lines.join(matched.select("line", "code", "kg", "value"), on="line", how="left", maintain_order="left")
    is_first = pl.col("line").ne_missing(pl.col("line").shift())
    items = items.with_columns(pl.when(is_first).then(name).alias(name) for name in ("description", "piece_count"))
    rest = tariff.filter(pl.col("line").is_null()).select(
        "line",
        *_BOX,
        pl.lit(None, pl.Int64).alias("piece_count"),
        pl.lit(None, pl.String).alias("description"),
        "code",
        "kg",
        "value",
    )
    items = pl.concat([items.with_columns(is_line=is_first), rest.with_columns(is_line=pl.lit(False))])
    columns = {
        "goods_description": "description",
        "hs_code": "code",
        "package_count": "piece_count",
        "gross_weight_kg": "kg",
        "declared_value": "value",
    }
    item = pl.struct(
        (pl.col(columns[field.name]) if field.name in columns else pl.lit(None, field.dtype)).alias(field.name)
        for field in ITEM.fields
    )
    has_tariff = pl.any_horizontal(pl.col("code", "kg", "value").is_not_null())
    items = items.with_columns(item=item, has_tariff=has_tariff)
    return (
        items.group_by(_BOX, maintain_order=True)
        .agg(
            goods_description=pl.col("description").drop_nulls().str.join("; ").replace("", None),
            hs_codes=pl.col("code").drop_nulls().unique(maintain_order=True),
            pieces=_sum("piece_count", pl.col("is_line")),
            kg=_sum("kg", pl.col("has_tariff")),
            declared_value=_sum("value", pl.col("has_tariff")),
            goods_items=pl.col("item"),
        )
        .with_columns(hs_codes=pl.when(pl.col("hs_codes").list.len() > 0).then("hs_codes"))
    )


def _sum(name: str, wanted: pl.Expr) -> pl.Expr:
    """The sum over the rows that are `wanted`; null where one of them does not say it, or there is none."""
    values = pl.col(name).filter(wanted)
    return pl.when((values.null_count() == 0) & (values.len() > 0)).then(values.sum())
