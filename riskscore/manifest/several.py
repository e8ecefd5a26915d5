"""Give each container of a row with several its own line.

    B1 · "MSKU1234565, TCLU3093643" · 47,500 kg  ─▶  B1 · MSKU1234565 · no weight
                                                      B1 · TCLU3093643 · no weight

Weight, packages, volume, value and freight of such a row are the bill's. No container has them: repeated, they would
count twice, and shares would be guessed. What a cell states for a container is its own. Seals and types are lists in
the order of the containers where there are as many. Otherwise seals are the bill's, too: each container has all of
them. Types are left empty then.
"""

from __future__ import annotations

import re

import polars as pl

from riskscore.cells import texts
from riskscore.cells.containers import container_types, seals
from riskscore.cells.containers.boxes import FIGURES as OF_EACH
from riskscore.cells.values import Converter
from riskscore.manifest.gather import ROW
from riskscore.schema import ITEM
from riskscore.units import counted

FIGURES = ("package_count", "gross_weight_kg", "volume_m3", "declared_value", "freight_charge")
"""Columns that count or measure all the goods of a line."""

OF_BILL = "bill_"
"""How the name of a column begins that keeps a figure of the whole bill. Tables without such columns keep none."""

_NUMBER_AT_END = re.compile(r"[\W_]*\d*[\W_]*$")
_TYPES = "container_type: {} with types that do not fit the containers of the row; left empty"


def apart(lines: pl.DataFrame, converter: Converter) -> tuple[pl.DataFrame, list[str]]:
    """Return `lines` of the table that `converter` read with one line for each container of a row, and notes."""
    beside = converter.beside
    if beside is None:
        return lines, []
    boxes = beside["boxes"]
    is_several = (boxes.list.len() > 1).fill_null(False)
    lines = _filled(lines, boxes, is_several)
    loses = is_several | beside["is_part"]
    given = [name for name in FIGURES if lines[name].filter(loses).count()]
    whole = lines.filter(loses).with_columns(
        pl.col(name).alias(OF_BILL + name) for name in FIGURES if OF_BILL + name in lines.columns
    )
    whole = whole.with_columns(
        *(pl.lit(None, lines.schema[name]).alias(name) for name in FIGURES),
        pl.col("goods_items").list.eval(_without_figures()),
    )
    notes: list[str] = []
    parts = [lines.filter(~loses), whole.filter(~is_several.filter(loses))]
    if is_several.any():
        filed, listed = whole.filter(is_several.filter(loses)), boxes.filter(is_several)
        split, notes = _split(filed, listed, converter)
        parts.append(split)
        rows, consignments = counted(filed.height, "row"), counted(split.height, "consignment")
        notes.insert(0, f"several containers in a cell: {rows} became {consignments}")
        if given:
            left = f"figures of the whole bill are kept as the bill's ({', '.join(given)})"
            notes.insert(1, f"several containers in a cell: {left}")
    return pl.concat(parts).sort(ROW, maintain_order=True), notes


def _filled(lines: pl.DataFrame, boxes: pl.Series, is_several: pl.Series) -> pl.DataFrame:
    """`lines` of rows with one container, their gaps filled with what stands beside its number."""
    first = boxes.set(is_several, None).list.first().struct.unnest()
    return lines.with_columns(
        pl.coalesce(name, first[name]).alias(name) for name in ("container_type", "seal_numbers", *OF_EACH)
    )


def _split(filed: pl.DataFrame, boxes: pl.Series, converter: Converter) -> tuple[pl.DataFrame, list[str]]:
    """One line per container of each line in `filed`, and notes."""
    counts = boxes.list.len()
    each = pl.DataFrame({"place": pl.int_range(filed.height, eager=True), "box": boxes}).explode(
        "box", empty_as_null=False, keep_nulls=False
    )
    each = each.unnest("box")
    each = each.with_columns(
        container_type=each["container_type"].zip_with(
            each["container_type"].is_not_null(), _types(each, filed, counts, converter)
        ),
        seal_numbers=each["seal_numbers"].zip_with(
            each["seal_numbers"].is_not_null(), _seals(each, filed, counts, converter)
        ),
    )
    rest = filed.drop("container_number", "container_type", "seal_numbers", *OF_EACH)
    split = rest[each["place"]].hstack(each.drop("place", "heading").rename({"number": "container_number"}))
    typed = each.filter(pl.col("container_type").is_not_null())["place"]
    is_typed = pl.int_range(filed.height, eager=True).is_in(typed.implode())
    unfit = filed.filter(~is_typed)["container_type"].count()
    notes = [_TYPES.format(counted(unfit, "row"))] if unfit else []
    return split.select(filed.columns), notes


def _seals(each: pl.DataFrame, filed: pl.DataFrame, counts: pl.Series, converter: Converter) -> pl.Series:
    """The seals of each container of `each`: its own where they can be divided, or else all of the bill."""
    column, united = "seal_numbers", pl.Series([None], dtype=pl.List(pl.String)).new_from_index(0, each.height)
    numbered = _is_numbered(converter, column)
    for place, text in enumerate(_texts(converter, column, filed[ROW])):
        if numbered:
            lists = seals.read(_of_heading(each, text, place))
        else:
            divided = seals.divided(text, counts)
            whole = seals.read(text).list.head(seals.MOST).gather(each["place"])
            lists = seals.read(_in_order(divided, counts)).zip_with(divided.is_not_null().gather(each["place"]), whole)
        united = pl.select(
            pl.concat_list(united.fill_null([]), lists.fill_null([])).list.unique(maintain_order=True)
        ).to_series()
    return pl.select(pl.when(united.list.len() > 0).then(united)).to_series()


def _types(each: pl.DataFrame, filed: pl.DataFrame, counts: pl.Series, converter: Converter) -> pl.Series:
    """The type of each container of `each`; null where the types of its row do not fit its containers."""
    column, types = "container_type", pl.Series([None], dtype=pl.String).new_from_index(0, each.height)
    numbered = _is_numbered(converter, column)
    for place, text in enumerate(_texts(converter, column, filed[ROW])):
        if numbered:
            cells = container_types.read(_of_heading(each, text, place)).list.first()
        else:
            cells = _in_order(container_types.matched(container_types.read(text), counts), counts)
        types = types.zip_with(types.is_not_null(), cells)
    plain = container_types.without_lists(filed[column]).gather(each["place"])
    return types if numbered else types.zip_with(types.is_not_null(), plain)


def _is_numbered(converter: Converter, column: str) -> bool:
    """Whether the file has as many numbered headings of `column` as of containers: seal 1, seal 2 ..."""
    containers = [heading.source for heading in converter.sources("container_number")]
    others = [heading.source for heading in converter.sources(column)]
    stems = [{_NUMBER_AT_END.sub("", source).casefold() for source in sources} for sources in (containers, others)]
    return 1 < len(containers) == len(others) and all(len(stem) == 1 for stem in stems)


def _texts(converter: Converter, column: str, rows: pl.Series) -> list[pl.Series]:
    """The texts of `column` in `rows`, one series for each heading; the lines of a cell are members of a list."""
    parts = [converter.frame[heading.source].gather(rows) for heading in converter.sources(column)]
    as_text = [
        part.list.eval(pl.element().cast(pl.String).fill_null("-")).list.join("|")
        if isinstance(part.dtype, pl.List)
        else texts.as_text(part).str.replace_all(r"\s*[\r\n]+\s*", "|")
        for part in parts
    ]
    return [texts.clean(part, None)[0] for part in as_text]


def _of_heading(each: pl.DataFrame, text: pl.Series, place: int) -> pl.Series:
    """The `text` of each container that stands under the heading at `place`; null for the others."""
    return text.gather(each["place"]).set(each["heading"] != place, None)


def _in_order(lists: pl.Series, counts: pl.Series) -> pl.Series:
    """The members of `lists` of `counts` members one after the other; null as often for a list that is null."""
    frame = pl.DataFrame({"lists": lists, "count": counts})
    nothing = pl.lit(None, pl.String).repeat_by("count")
    every = pl.when(pl.col("lists").is_null()).then(nothing).otherwise("lists")
    return frame.select(every.alias("each")).explode("each", empty_as_null=False, keep_nulls=False).to_series()


def _without_figures() -> pl.Expr:
    """A goods item without its figures."""
    return pl.struct(
        pl.lit(None, field.dtype).alias(field.name) if field.name in FIGURES else pl.element().struct.field(field.name)
        for field in ITEM.fields
    )
