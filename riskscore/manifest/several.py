"""Give each container of a cell with several its own line.

    B1 · "MSKU1234565, TCLU3093643" · 47,500 kg  ─▶  B1 · MSKU1234565 · no weight
                                                      B1 · TCLU3093643 · no weight

Weight, packages, volume, value and freight of such a line are the bill's. No box has them: repeated, they would count
twice, and shares would be guessed. Seals and types are lists in the order of the boxes where there are as many of them
as boxes. Otherwise they are the bill's, too: each box has all seals, and no type unless there is only one.
"""

from __future__ import annotations

import polars as pl

from riskscore.manifest.gather import ROW
from riskscore.schema import ITEM
from riskscore.units import counted

FIGURES = ("package_count", "gross_weight_kg", "volume_m3", "declared_value", "freight_charge")
"""Columns that count or measure all the goods of a line."""

_BETWEEN_TYPES = r"\s*[/,;|&+]\s*"


def fill_beside(lines: pl.DataFrame, beside: pl.DataFrame) -> pl.DataFrame:
    """Fill empty container types and seals of `lines` with the sizes and seals beside the container numbers."""
    seals = pl.when(beside["seal"].is_not_null()).then(pl.concat_list(beside["seal"]))
    return lines.with_columns(
        pl.col("container_type").fill_null(beside["size"]),
        pl.coalesce("seal_numbers", seals).alias("seal_numbers"),
    )


def apart(lines: pl.DataFrame, boxes: pl.Series) -> tuple[pl.DataFrame, list[str]]:
    """Return `lines` with one line for each of the `boxes` (a list per line, null for one box), and notes."""
    is_several = (boxes.list.len() > 1).fill_null(False)
    if not is_several.any():
        return lines, []
    filed = lines.filter(is_several)
    split = _split(filed, boxes.filter(is_several))
    rows, consignments = counted(filed.height, "row"), counted(split.height, "consignment")
    notes = [f"several containers in a cell: {rows} became {consignments}"]
    given = [name for name in FIGURES if filed[name].count()]
    if given:
        notes.append(f"several containers in a cell: figures of the whole bill were left empty ({', '.join(given)})")
    return pl.concat([lines.filter(~is_several), split]).sort(ROW, maintain_order=True), notes


def _split(filed: pl.DataFrame, boxes: pl.Series) -> pl.DataFrame:
    """One line per box of each line in `filed`, without the figures that are the bill's."""
    count = boxes.list.len()
    types = pl.col("container_type").str.replace_all(_BETWEEN_TYPES, "/").str.split("/")
    counted_out = filed.with_columns(
        pl.when(types.list.len() == count)
        .then(types)
        .when(types.list.n_unique() == 1)
        .then(types.list.first().repeat_by(count))
        .alias("_types"),
        pl.when(pl.col("seal_numbers").list.len() == count).then("seal_numbers").alias("_seals"),
        boxes.alias("_boxes"),
        pl.int_ranges(pl.lit(0), count).alias("_place"),
    )
    each = counted_out.explode("_boxes", "_place")
    nth = pl.col("_place")
    figures = {name: pl.lit(None, filed.schema[name]) for name in FIGURES}
    seal = pl.when(pl.col("_seals").is_not_null()).then(
        pl.concat_list(pl.col("_seals").list.get(nth, null_on_oob=True))
    )
    return each.with_columns(
        container_number=pl.col("_boxes"),
        container_type=pl.col("_types").list.get(nth, null_on_oob=True),
        seal_numbers=pl.coalesce(seal, "seal_numbers"),
        goods_items=pl.col("goods_items").list.eval(_without_figures()),
        **figures,
    ).select(filed.columns)


def _without_figures() -> pl.Expr:
    """A goods item without its figures."""
    return pl.struct(
        pl.lit(None, field.dtype).alias(field.name) if field.name in FIGURES else pl.element().struct.field(field.name)
        for field in ITEM.fields
    )
