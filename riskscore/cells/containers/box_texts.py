"""Take texts with container numbers apart: numbers, seals, sizes, counts, and what else stands there.

1X40HC MSKU1234565 SEAL HLCU7654321     one number, its size and its seal
MSKU1234565, 1234570                    two numbers: the second has the letters of the first
MSKU1234565 + 2 MORE                    one number of three: the text names a part of the containers
BOOKING COSU6123456 / MSKU1234565       one number; the booking is none
"""

from __future__ import annotations

import polars as pl

from riskscore.cells.containers import box_words as words
from riskscore.cells.containers import check_digits, container_types

_SEPARATORS = r"[\s./_()'\x22=-]+"
_MOST_CHARACTERS = 12
_DIGITS = 5
_LETTERS = 4
_CATEGORY = r"^\p{L}{3}[UJZ]"
_UNIT = r"^\p{L}{3}U"
_BARE_SIZE = "^(?:20|40|45|48|53)$"
_LIST_SIGN = r"^(?:[,;&+|]|AND|Y|E|ET)"
_AND = r"^(?:AND|Y|E|ET)$"
_LABELLED = ("pair", "seal", "other")

TEXT = {
    "boxes": pl.List(pl.String),
    "sizes": pl.List(pl.String),
    "seals": pl.List(pl.List(pl.String)),
    "rest": pl.String,
    "is_part": pl.Boolean,
    "completed": pl.List(pl.String),
    "doubtful": pl.List(pl.String),
}
"""Columns of `read` besides the text."""


def read(distinct: pl.Series, *, with_seals: bool = False) -> pl.DataFrame:
    """Read distinct texts that are not simply a container number, one row per text.

    Columns: `text`; `boxes`, the list of numbers, null where the text is no container number; `sizes` and `seals`, one
    for each number or null (a seal is a list); `rest`, what else stands there and has digits; `is_part`, whether the
    text means more containers than it names; `completed`, the numbers that got the letters of another; `doubtful`,
    digits that may be the end of a number; `is_usual`, whether all look like numbers. Where the heading says that the
    cells are `with_seals`, what stands behind a number is its seal.
    """
    upper = pl.col("text").str.normalize("NFKC").str.to_uppercase().str.strip_chars(" '\"=[]{}")
    frame = pl.DataFrame({"text": distinct}).with_row_index("id").with_columns(upper=upper)
    frame = frame.with_columns(
        tight=pl.col("upper").str.replace_all(_SEPARATORS, ""),
        is_spaced=pl.col("upper").str.contains(words.SPACED) & ~pl.col("upper").str.contains(words.OTHER_WORD),
    )
    taken = _taken(_tokens(frame.filter(~pl.col("is_spaced"))), with_seals)
    frame = frame.join(taken, on="id", how="left", maintain_order="left")
    pieces = pl.col("upper").str.replace_all(r"[;|\n]", ",").str.split(",")
    codes = pieces.list.eval(pl.element().str.replace_all(_SEPARATORS, ""))
    is_code = pl.element().str.contains(r"^[A-Z0-9]{5,12}$") & pl.element().str.contains(r"[0-9]{3}")
    are_none = pieces.list.eval(_is_none(pl.element().str.strip_chars())).list.all()
    is_one = (
        ~pl.any_horizontal(pl.col("has_full", "has_label").fill_null(False))
        & (pl.col("tight").str.len_chars() <= _MOST_CHARACTERS)
        & ~pl.col("upper").str.contains("[,;|]")
    )
    kind = (
        pl.when("is_spaced")
        .then(pl.lit("tight"))
        .when(_is_none(pl.col("upper")) | are_none)
        .then(pl.lit("none"))
        .when(pl.col("found").list.len().fill_null(0) > 0)
        .then(pl.when(is_one).then(pl.lit("tight")).otherwise(pl.lit("found")))
        .when(pl.col("only_labelled").fill_null(False) | pl.col("text").str.contains(r"^\s*\[?\s*\{"))
        .then(pl.lit("none"))
        .when((pieces.list.len() > 1) & codes.list.eval(is_code).list.all())
        .then(pl.lit("codes"))
        .otherwise(pl.lit("tight"))
    )
    frame = frame.with_columns(kind=kind)
    boxes = (
        pl.when(pl.col("kind") == "found")
        .then("found")
        .when(pl.col("kind") == "codes")
        .then(codes.list.unique(maintain_order=True))
        .when(pl.col("kind") == "tight")
        .then(pl.concat_list("tight"))
    )
    others = [pl.when(pl.col("kind") == "found").then(name).alias(name) for name in TEXT if name != "boxes"]
    return frame.select("text", boxes.alias("boxes"), *others).with_columns(
        pl.col("is_part").fill_null(False),
        is_usual=pl.col("boxes").list.eval(pl.element().str.contains(words.USUAL)).list.all(),
    )


def _is_none(text: pl.Expr) -> pl.Expr:
    """Whether `text` is a flag, a count, a word, a date or a vehicle, and no number."""
    return text.str.contains(words.NONE) & ~text.str.contains(r"^[A-Z]{3}[UJZ] ?[0-9]{6}")


def _tokens(texts: pl.DataFrame) -> pl.DataFrame:
    """What the texts `upper` consist of, in order: `id`, `token`, `number`, `kind` (of box_words.TOKENS, or box)."""
    pattern = "|".join(f"(?:{part})" for part in words.TOKENS.values())
    apart = pl.col("upper").str.replace_all(r"([0-9]{7})([A-Z]{4}[0-9])", "$1 $2")
    tokens = texts.select("id", token=apart.str.extract_all(pattern)).explode(
        "token", keep_nulls=False, empty_as_null=False
    )
    kind = pl.lit("word")
    for name, part in reversed(words.TOKENS.items()):
        kind = pl.when(pl.col("token").str.contains(f"^(?:{part})$")).then(pl.lit(name)).otherwise(kind)
    tokens = tokens.with_columns(kind=kind)
    number = pl.col("token").str.replace_all(r"[^\p{L}0-9]", "")
    is_number = (
        pl.col("kind").is_in(["full", "short", "letters"])
        & (number.str.count_matches("[0-9]") >= _DIGITS)
        & ~number.str.contains(words.OTHER_WORD)
    )
    in_pair = pl.col("token").str.extract(f"({words.FULL})[^A-Z0-9]").str.replace_all("[^A-Z0-9]", "")
    return tokens.with_columns(
        number=pl.when(is_number).then(number).when(pl.col("kind") == "pair").then(in_pair),
        kind=pl.when(is_number).then(pl.lit("box")).otherwise("kind"),
    )


def _taken(tokens: pl.DataFrame, with_seals: bool) -> pl.DataFrame:
    """Put the tokens of each text together: `found` (the numbers), `sizes`, `seals`, and what `_others` says."""
    tokens = _boxes(_labelled(tokens, with_seals))
    # A number that stands twice in a text is one container.
    again = pl.col("number").is_not_null() & ~pl.struct("id", "number").is_first_distinct()
    tokens = tokens.with_columns(number=pl.when(~again).then("number"))
    number = pl.col("number")
    tokens = tokens.with_columns(place=_so_far(number.is_not_null()), count=number.count().over("id"))
    boxes = tokens.filter(number.is_not_null()).select("id", "number", nth=pl.col("place").cast(pl.Int64) - 1)
    boxes = boxes.join(_seals(tokens), on=["id", "nth"], how="left", maintain_order="left")
    found = boxes.group_by("id", maintain_order=True).agg(found="number", seals="seals")
    said = _others(tokens).join(found, on="id", how="left", maintain_order="left")
    types = container_types.matched(container_types.read(said["size"]), said["found"].list.len())
    return said.with_columns(sizes=types).drop("size")


def _labelled(tokens: pl.DataFrame, with_seals: bool) -> pl.DataFrame:
    """The tokens, with seals that follow another seal or a number in a list of both.

    `state` is the kind of what stood before, sizes and counts aside.
    """
    token, kind, before = pl.col("token"), pl.col("kind"), pl.col("state")
    has_digits = token.str.contains("[0-9]")
    opens = (
        pl.when((kind == "seal") & token.str.contains(words.SEALS))
        .then(pl.lit("seals"))
        .when(kind.is_in(["box", *_LABELLED]))
        .then(kind)
        .when((kind == "word") & ~has_digits & ~token.str.contains(_AND))
        .then(pl.lit("words"))
    )
    tokens = tokens.with_columns(state=_before(opens))
    in_pairs = (kind == "pair").any().over("id") | pl.lit(with_seals)
    is_next = kind.is_in(["word", "next"]) & has_digits
    is_seal = is_next & (before.is_in(["seals", "seal"]) | (in_pairs & (before == "box")))
    labelled_next = (_beside(kind, -1) == "seal").fill_null(False)
    listed = tokens.select(pl.when((kind == "box") & (before == "seals")).then("number")).to_series()
    is_seal |= pl.lit(listed.is_not_null() & ~check_digits.are_right(listed)) & ~labelled_next
    is_seal = is_seal.fill_null(False)
    return tokens.with_columns(
        kind=pl.when(is_seal).then(pl.lit("seal")).otherwise(kind), number=pl.when(~is_seal).then("number")
    )


def _is_first() -> pl.Expr:
    """Whether a row is the first of its `id`. Rows of one id follow each other, which is faster than windows."""
    return (pl.col("id") != pl.col("id").shift(1)).fill_null(True)


def _beside(values: pl.Expr, step: int) -> pl.Expr:
    """The value `step` rows before within the id; null where there is none."""
    return pl.when(pl.col("id") == pl.col("id").shift(step)).then(values.shift(step))


def _before(texts: pl.Expr) -> pl.Expr:
    """The last text in the rows before within the id; an empty one where there is none."""
    return pl.when(_is_first()).then(pl.lit("")).otherwise(texts.shift(1)).forward_fill()


def _so_far(flags: pl.Expr) -> pl.Expr:
    """How many of the `flags` up to and with this row of the id are true."""
    every = (flags & pl.col("id").is_not_null()).cast(pl.Int64)
    total = every.cum_sum()
    return total - pl.when(_is_first()).then(total - every).forward_fill()


def _boxes(tokens: pl.DataFrame) -> pl.DataFrame:
    """The tokens without numbers that are seals or references, and with those that short digits complete.

    Beside a number with U, J or Z as its fourth letter, other letters and digits are a seal or a reference. So is one
    with J or Z beside U, unless its check digit is right. `doubtful` are digits that may be the end of a number.
    """
    number, kind = pl.col("number"), pl.col("kind")
    rare = tokens["number"].set(tokens["number"].str.contains(_UNIT), None)
    tokens = tokens.with_columns(is_right=check_digits.are_right(rare))
    has_category = number.str.contains(_CATEGORY).fill_null(False)
    is_unit = number.str.contains(_UNIT).fill_null(False)
    is_kept = (
        pl.when(is_unit.any().over("id"))
        .then(is_unit | (has_category & pl.col("is_right")))
        .when(has_category.any().over("id"))
        .then(has_category)
        .otherwise(number.is_not_null())
    )
    tokens = tokens.with_columns(
        kind=pl.when((kind == "box") & ~is_kept).then(pl.lit("word")).otherwise(kind),
        number=pl.when(is_kept).then(number),
    ).with_columns(first=_before(number))
    digits = pl.col("token").str.extract(r"^(?:(?:[,;&+/|-]|AND|Y|E|ET) ?)?([0-9]{1,7})$")
    is_short = kind.is_in(["next", "word"]) & (pl.col("state") == "box") & digits.is_not_null()
    whole = pl.when(is_short).then(pl.col("first").str.slice(0, _LETTERS) + digits)
    tokens = tokens.with_columns(whole=whole)
    tokens = tokens.with_columns(is_right=check_digits.are_right(tokens["whole"]))
    completed = pl.when("is_right").then("whole")
    is_listed = pl.col("token").str.contains(_LIST_SIGN) | (digits.str.len_chars() < _DIGITS)
    is_doubtful = (
        is_short & completed.is_null() & (kind == "next") & is_listed & ~digits.str.contains(_BARE_SIZE)
    ).fill_null(False)
    return tokens.with_columns(
        number=pl.coalesce(number, completed),
        completed=completed,
        doubtful=pl.when(is_doubtful).then("token"),
        kind=pl.when(completed.is_not_null()).then(pl.lit("box")).otherwise(kind),
    )


def _seals(tokens: pl.DataFrame) -> pl.DataFrame:
    """The seals of each number: `id`, `nth` (the place of the number, from 0), `seals`.

    A seal belongs to the number before it. Seals that stand together before or after all numbers go by the order of the
    numbers if there are as many; otherwise each number has all of them.
    """
    place, count = pl.col("place").cast(pl.Int64), pl.col("count").cast(pl.Int64)
    value = (
        pl.when(pl.col("kind") == "pair")
        .then(pl.col("token").str.extract(r"([A-Z0-9-]+)$"))
        .otherwise(pl.col("token").str.replace(words.SEAL_LABEL, "").str.replace(r"\(.*$", ""))
        .str.replace(r"^[,;&+/| ]*(?:AND|Y|E|ET) ", "")
        .str.strip_chars(" ,;&+/|:#.()-")
    )
    seals = (
        tokens.filter(pl.col("kind").is_in(["seal", "pair"]) & (pl.col("count") > 0))
        .select("id", place.alias("place"), count.alias("count"), seal=value)
        .filter(pl.col("seal") != "")
    )
    first, last = pl.col("place").min().over("id"), pl.col("place").max().over("id")
    is_together = (first == last) & ((first == 0) | (first == pl.col("count"))) & (pl.col("count") > 1)
    size = pl.len().over("id")
    seals = seals.with_columns(
        of_all=is_together & (size != pl.col("count")),
        nth=pl.when(is_together & (size == pl.col("count")))
        .then(_so_far(pl.lit(True)) - 1)
        .when(first == 0)
        .then(pl.min_horizontal(pl.col("place"), pl.col("count") - 1))
        .otherwise(pl.col("place") - 1)
        .cast(pl.Int64),
    )
    shared = seals.filter("of_all").select("id", "seal", nth=pl.int_ranges(0, "count")).explode("nth")
    every = pl.concat([seals.filter(~pl.col("of_all")).select("id", "seal", "nth"), shared])
    return every.group_by("id", "nth", maintain_order=True).agg(seals=pl.col("seal").unique(maintain_order=True))


def _others(tokens: pl.DataFrame) -> pl.DataFrame:
    """What the tokens of each text say besides numbers and seals; `size` lists its sizes and counts."""
    token, kind, number = pl.col("token"), pl.col("kind"), pl.col("number")
    times = pl.when(kind == "count").then(token.str.extract("([0-9]{1,4})").cast(pl.Int64))
    between = _beside(number, 1).is_not_null() & _beside(number, -1).is_not_null()
    tokens = tokens.with_columns(
        is_more=(kind == "more")
        | ((kind == "range") & between)
        | ((kind == "count") & token.str.contains(r"^[+&]") & (pl.col("state") == "box")).fill_null(False),
        is_rest=kind.is_in(["word", "next", "other"]) & token.str.contains("[0-9]"),
        times=times,
    )
    stripped = token.str.strip_chars(" ,;|/&+()-")
    of_text = (
        tokens.select(
            "id",
            has_full=(kind == "box") & token.str.contains(words.FULL),
            has_label=kind.is_in([*_LABELLED, "more"]),
            is_labelled=kind.is_in(["seal", "other"]),
            is_other=pl.col("is_rest") & (kind != "other"),
            means_more=pl.col("is_more") | pl.col("doubtful").is_not_null(),
            times=pl.col("times"),
            count=pl.col("count"),
        )
        .group_by("id", maintain_order=True)
        .agg(
            pl.col("has_full", "has_label", "is_labelled", "is_other", "means_more").any(),
            pl.col("times").sum(),
            pl.col("count").first(),
        )
        .select(
            "id",
            "has_full",
            "has_label",
            only_labelled=pl.col("is_labelled") & ~pl.col("is_other"),
            is_part=(pl.col("means_more") | (pl.col("times") > pl.col("count"))) & (pl.col("count") > 0),
        )
    )
    lists = {
        "rest": tokens.filter("is_rest").select("id", value=stripped),
        "size": tokens.filter(kind.is_in(["size", "count"])).select("id", value=stripped),
        "completed": tokens.select("id", value="completed").drop_nulls(),
        "doubtful": tokens.select("id", value="doubtful").drop_nulls(),
    }
    for name, values in lists.items():
        gathered = values.group_by("id", maintain_order=True).agg(pl.col("value").alias(name))
        of_text = of_text.join(gathered, on="id", how="left", maintain_order="left")
    return of_text.with_columns(
        pl.col("rest").list.join(" ").replace("", None), pl.col("size").list.join(",").replace("", None)
    )
