"""Read container numbers: one, several or none in a row, with a size, a seal or a count beside them.

    MSKU 123456-5                   one
    MSKU1234565/TCLU3093643         two, of one bill; so are two columns with a number each
    1X40HC MSKU1234565              one, and the size 40HC
    2, LCL, BREAKBULK, 2 CNTRS      none: a flag, a way to load, a count

A wrong check digit or a letter among the digits is a sign of risk and stays as filed. So does a text with digits that
looks like no number at all but is none of the known flags and counts; a note counts such texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from riskscore.cells.containers import box_objects, box_texts, box_words
from riskscore.cells.wordings import plain_words
from riskscore.units import counted

MOST = 5_000
"""Most containers that one row may name."""

FIGURES = {"package_count": pl.Int64, "gross_weight_kg": pl.Float64, "volume_m3": pl.Float64}
"""Figures that may be stated for each container in a cell."""
BOX = pl.Struct(
    {
        "number": pl.String,
        "heading": pl.Int64,
        "container_type": pl.String,
        "seal_numbers": pl.List(pl.String),
        **FIGURES,
    }
)
"""A container that a row names: its number, the place of its heading from 0, and what stands beside the number."""
OF_EACH = ("container_number", "container_type", "seal_numbers", *FIGURES)
"""What a list of objects in a cell may say of each container."""
_FIELDS = {part.name: part.dtype for part in BOX.fields}
_ONE = ("container_type", "seal_numbers", *FIGURES)

Reader = Callable[[pl.DataFrame], pl.DataFrame]
"""A function that reads a table of box_objects: those of OF_EACH that it has, one row per row of the table."""


@dataclass
class Containers:
    """The container numbers of a table, of several in a row the first, and what else the cells say.

    `beside` has one row per row of the table: `boxes`, a list of BOX, null where the row says no more than one number,
    and `is_part`, whether the row means more containers than it names. It is None where no row says more. `refused` are
    the rows with a cell that is not empty, and no number; `refused_texts` are these cells, `rules` what they break.
    """

    numbers: pl.Series
    beside: pl.DataFrame | None = None
    refused: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.Int64))
    refused_texts: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.String))
    rules: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.String))
    notes: list[str] = field(default_factory=list)


def fill(texts: Sequence[pl.Series], sources: Sequence[str], reader: Reader | None = None) -> Containers:
    """Read the clean `texts` under the headings `sources`; several headings name several containers of a row."""
    numbers, is_single = texts[0], len(texts) == 1
    if is_single and not odd(numbers).len():
        return Containers(numbers)
    # Where there is one heading, only its odd cells need a look.
    rows = [odd(part) if is_single else part.is_not_null().arg_true() for part in texts]
    cells = pl.concat(
        pl.DataFrame({"row": places.cast(pl.Int64), "text": part.gather(places)}).with_columns(
            heading=pl.lit(place, pl.Int64)
        )
        for place, (places, part) in enumerate(zip(rows, texts, strict=True))
    )
    is_plain = cells["text"].str.contains(box_words.PLAIN)
    strange = cells.filter(~is_plain)["text"].unique(maintain_order=True)
    objects = _objects(strange, reader)
    with_seals = any("seal" in plain_words(source) for source in sources)
    said = box_texts.read(strange.filter(~strange.is_in(objects["text"].implode())), with_seals=with_seals)
    named = _named(cells.filter(is_plain), cells.filter(~is_plain), said, objects)
    absurd = named.group_by("row").len().filter(pl.col("len") > MOST)["row"]
    named = named.filter(~pl.col("row").is_in(absurd.implode()))
    first = named.unique("row", keep="first", maintain_order=True)
    lost = cells.join(first, on="row", how="anti").unique("row", keep="first", maintain_order=True)
    if is_single:
        empty = pl.Series([None], dtype=pl.String).new_from_index(0, cells.height)
        plain = numbers.len() - numbers.null_count() - cells.height
        numbers = numbers.scatter(cells["row"], empty).scatter(first["row"], first["number"])
    else:
        numbers, plain = numbers.clear().extend_constant(None, numbers.len()).scatter(first["row"], first["number"]), 0
    cells = cells.join(said, on="text", how="left", maintain_order="left").with_columns(
        is_named=pl.col("text").is_in(objects["text"].implode()) | (is_plain | pl.col("boxes").is_not_null())
    )
    part = cells.filter(pl.col("is_part").fill_null(False)).filter(~pl.col("row").is_in(absurd.implode()))
    return Containers(
        numbers,
        _beside(named, part["row"], numbers.len()),
        lost["row"],
        lost["text"],
        lost.select(
            pl.when(pl.col("row").is_in(absurd.implode()))
            .then(pl.lit("too_many_containers"))
            .otherwise(pl.lit("not_a_container_number"))
        ).to_series(),
        [*_headings(cells, sources, has_plain=plain > 0), *_notes(cells, named, part)],
    )


def _objects(texts: pl.Series, reader: Reader | None) -> pl.DataFrame:
    """The containers of lists of objects among `texts`: `text` and the columns of BOX except `heading`."""
    types = {"number": pl.String, **{name: _FIELDS[name] for name in _ONE}}
    empty = pl.DataFrame(schema={"text": pl.String, **types})
    if reader is None:
        return empty
    parts = [empty]
    for table in box_objects.tables(texts.filter(texts.str.contains(box_objects.PATTERN))):
        read = reader(table.drop(box_objects.TEXT))
        if "container_number" in read.columns:
            read = read.rename({"container_number": "number"}).with_columns(text=table[box_objects.TEXT])
            parts.append(
                read.select(
                    "text",
                    *(
                        pl.col(name).cast(dtype) if name in read.columns else pl.lit(None, dtype).alias(name)
                        for name, dtype in types.items()
                    ),
                )
            )
    return pl.concat(parts).filter(pl.col("number").is_not_null())


def _named(plain: pl.DataFrame, odd_cells: pl.DataFrame, said: pl.DataFrame, objects: pl.DataFrame) -> pl.DataFrame:
    """Every container that a row names, in order: `row` and the columns of BOX, and `is_like`, whether it is usual."""
    # Of an absurd cell no more is taken than shows that it is one.
    most = pl.col("boxes", "sizes", "seals").list.head(MOST + 1)
    filled = said.filter(pl.col("boxes").is_not_null()).with_columns(most)
    count = pl.col("boxes").list.len()
    nothing = pl.lit(None, pl.List(pl.String)).repeat_by(count)
    long = filled.select(
        "text",
        number="boxes",
        container_type=pl.when(pl.col("sizes").list.len() == count)
        .then("sizes")
        .otherwise(pl.lit(None, pl.String).repeat_by(count)),
        seal_numbers=pl.when(pl.col("seals").list.len() == count).then("seals").otherwise(nothing),
    ).explode("number", "container_type", "seal_numbers", empty_as_null=False, keep_nulls=False)
    columns = ["row", "heading", "number", *_ONE]
    parts = [
        odd_cells.select("row", "heading", "text").join(source, on="text", maintain_order="left_right").drop("text")
        for source in (long, objects)
    ]
    parts.append(plain.select("row", "heading", number="text"))
    every = pl.concat(
        part.select(
            pl.col(name).cast({"row": pl.Int64, **_FIELDS}[name])
            if name in part.columns
            else pl.lit(None, _FIELDS[name]).alias(name)
            for name in columns
        )
        for part in parts
    ).sort("row", "heading", maintain_order=True)
    every = every.unique(["row", "number"], keep="first", maintain_order=True)
    if not every["heading"].n_unique() > 1:
        return every
    # Beside a number, an odd text under another heading is no container, nor is the number without its last digit.
    is_like = pl.col("number").str.contains(box_words.LIKE)
    every = every.with_columns(
        is_like=is_like, stem=pl.col("number").str.head(10), long=pl.col("number").str.len_chars() > 10
    )
    is_cut = ~pl.col("long") & pl.col("long").any().over("row", "stem")
    return every.filter((pl.col("is_like") | ~pl.col("is_like").any().over("row")) & ~is_cut).drop(
        "is_like", "stem", "long"
    )


def _beside(named: pl.DataFrame, part: pl.Series, height: int) -> pl.DataFrame | None:
    """`beside` of Containers; None where no row says more than a number."""
    more = (
        pl.any_horizontal(pl.col(_ONE).is_not_null()) | pl.col("row").is_in(part.implode()) | (pl.len().over("row") > 1)
    )
    told = named.filter(more)
    if not told.height:
        return None
    lists = told.group_by("row", maintain_order=True).agg(boxes=pl.struct(list(_FIELDS)))
    every = pl.DataFrame({"row": pl.int_range(height, eager=True)}).join(
        lists, on="row", how="left", maintain_order="left"
    )
    return every.select("boxes", is_part=pl.col("row").is_in(part.implode()))


def _headings(cells: pl.DataFrame, sources: Sequence[str], *, has_plain: bool) -> list[str]:
    """Notes on headings without any number."""
    return [
        f"container_number: no value under {sources[place]!r} looks like a container number"
        for (place,), under in cells.group_by("heading", maintain_order=True)
        if not has_plain and not under["is_named"].any()
    ]


def _notes(cells: pl.DataFrame, named: pl.DataFrame, part: pl.DataFrame) -> list[str]:
    """What people should know: odd texts that were kept, and what was completed, doubted or ignored."""
    unlike = named.filter(~pl.col("number").str.contains(box_words.USUAL))
    strange = cells.filter(~pl.col("is_usual"))
    kept = strange.filter(pl.col("row").is_in(unlike["row"].implode()))["text"]
    aside = strange.filter(~pl.col("row").is_in(unlike["row"].implode()) & pl.col("row").is_in(named["row"].implode()))[
        "text"
    ]
    ignored = pl.concat([cells.filter(~pl.col("is_part").fill_null(False))["rest"].drop_nulls(), aside])
    completed = cells["completed"].drop_nulls().explode(empty_as_null=False, keep_nulls=False)
    notes = []
    for texts, what in (
        (kept, "kept as filed, although unlike a container number"),
        (ignored, "ignored beside a container number"),
        (completed, "completed with the letters of the number before it"),
        (part["text"], "with fewer numbers than containers, so figures were left empty"),
    ):
        if texts.len():
            examples = ", ".join(texts.unique(maintain_order=True).head(3).str.slice(0, 40).to_list())
            notes.append(f"container_number: {counted(texts.len(), 'text')} {what}: {examples}")
    return notes


def odd(texts: pl.Series) -> pl.Series:
    """The places of the texts that are not simply four letters and seven digits."""
    return (~texts.str.contains(box_words.PLAIN)).fill_null(False).arg_true()
