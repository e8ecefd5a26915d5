"""Read container numbers: one, several or none in a cell, with a size, a seal or a count beside them.

    MSKU 123456-5                   one
    MSKU1234565/TCLU3093643         two, of one bill
    1X40HC MSKU1234565              one, and the size 40HC
    2, LCL, BREAKBULK, 2 CNTRS      none: a flag, a way to load, a count

A wrong check digit or a letter among the digits is a sign of risk and stays as filed. So does a text that looks like no
number at all but is none of the known flags and counts; a note counts such texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from riskscore.units import counted

_PLAIN = r"^[A-Z]{4}[0-9]{7}$"
_USUAL = r"^[A-Z]{4}[0-9]{6,7}$"
_FULL = r"\b[A-Z]{4}[ ._-]{0,2}[0-9]{3}[ .]?[0-9]{3} ?[./_-]? ?\(?[0-9]\b\)?"
_WITHOUT_CHECK_DIGIT = r"\b[A-Z]{3}[UJZ][ -]?[0-9]{6}\b"
_WITH_LETTERS = r"\b\p{Lu}{4}[\p{Lu}0-9]{7}\b"
_ANY = f"{_FULL}|{_WITHOUT_CHECK_DIGIT}|{_WITH_LETTERS}"
_CATEGORY = r"^\p{L}{3}[UJZ]"
_OTHER_WORD = r"^(?:SEAL|CONT|CNTR|CTNR|UNIT|SIZE|TARE|BOOK|MARK)"
_SEPARATORS = r"[\s./_()'\x22=-]+"
_MOST_CHARACTERS = 12

_KIND = (
    "(?:GP|DC|DV|DRY|ST|STD|SD|HC|HQ|HCDV|HR|RF|RE|REF|REEFER|RH|RQ|OT|OPEN ?TOP|FR|FLAT ?RACK|TK|TANK|PL|BOX"
    "|STANDARD|HIGH ?CUBE)"
)
_TIMES = r"[0-9]{1,3} ?[X\x{D7}*] ?"
_SIZE = (
    rf"(?:\b|{_TIMES})((?:10|20|40|45|48|53) ?(?:(?:'|\x{{2019}}|FT|FEET|PIES)[ -]?{_KIND}?|{_KIND})"
    r"|[1-4LM][0-9CDEF][A-Z][0-9])(?:\b|$|[ )])"
)
_LABELLED_SEAL = (
    r"\b(?:SEALS?|PRECINTOS?|LACRES?|SCELLES?|PLOMBS?)[ .:#]*(?:NO|NR|N)?[ .:#]*([A-Z0-9-]*[0-9][A-Z0-9-]*)"
)
_NOUN = (
    "(?:CNTRS?|CTNRS?|CTRS?|CONTS?|CONTAINERS?|CONTENEDOR(?:ES)?|CONTENEURS?|CONT[EÊ]INER(?:ES)?|BOX(?:ES)?|UNITS?"
    "|UNIDAD(?:ES)?|UNIDADES?|TEUS?|FEUS?|FCL|LCL|SOC|COC|FULL|EMPTY|PKGS?|PACKAGES?|PCS|PALLETS?|BULTOS?|COLIS"
    "|VOLUMES?|CARTONS?|CTNS?|箱|柜|櫃)"
)
_COUNTS = (
    rf"^(?:(?:[0-9]{{1,4}}(?:[.,]0+)?\b|{_TIMES}|[&+,/()'.-]|X\b|OF\b|AND\b|[0-9]{{0,3}}{_NOUN}(?:\b|$)|{_SIZE}) *)+$"
)
_FLAGS = "^(?:Y|N|YES|NO|S|SI|SÍ|SIM|NAO|NÃO|OUI|NON|TRUE|FALSE|T|F|V|CÓ|是|否|有)$"
_LOADED_OTHERWISE = (
    "^(?:(?:LOOSE|GENERAL|CONVENTIONAL|PROJECT|BREAK[ -]?BULK|BULK)(?: CARGO)?|BB|BBK|B/B|RO[ /-]?RO|LCL.LCL|FCL.FCL"
    "|GROUPAGE|(?:NO|NON|NOT|UN)[ -]?CONTAINER(?:S|I[SZ]ED)?|(?:A |AL )?GRANEL|CARGA (?:SUELTA|SOLTA|GENERAL|GERAL)"
    "|(?:EN )?VRAC|CONVENTIONNEL|CONSOLIDAD[OA]|SIN CONTENEDOR|SEM CONT(?:AINER|[EÊ]INER)|SANS CONTENEUR"
    "|H(?:À|A)NG (?:RỜI|ROI|LẺ|LE)|BY AIR|AIR(?: ?FREIGHT)?|散货|散貨|散装|散裝|拼箱|整箱|件杂货|件雜貨"
    "|VARIOUS|SEVERAL|MULTIPLE|VARIOS|VÁRIOS|DIVERS|多个|(?:SEE|AS PER|PER|VER|VIDE|VOIR) [^0-9]*"
    r"|[^0-9]*\bATTACHED\b[^0-9]*)$"
)
_NONE = f"{_COUNTS}|{_FLAGS}|{_LOADED_OTHERWISE}"


@dataclass
class Containers:
    """The container numbers of a table, of several in a cell the first, and what else the cells say.

    `beside` has one row per row of the table: `boxes`, all numbers of the cell (null for one), and the `size` and
    `seal` beside a number; it is None where no cell says more than a number. `refused` are the rows that have a cell
    that is not empty, and no number; `refused_texts` are these cells.
    """

    numbers: pl.Series
    beside: pl.DataFrame | None = None
    refused: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.Int64))
    refused_texts: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.String))
    notes: list[str] = field(default_factory=list)


def fill(texts: Sequence[pl.Series], sources: Sequence[str]) -> Containers:
    """Read the clean `texts` under the headings `sources`; the first number of a row counts."""
    numbers, is_single = texts[0], len(texts) == 1
    if is_single and not odd(numbers).len():
        return Containers(numbers)
    # Where there is one heading, only its odd cells need a look.
    rows = [odd(part) if is_single else part.is_not_null().arg_true() for part in texts]
    cells = pl.concat(
        pl.DataFrame({"row": places.cast(pl.Int64), "text": part.gather(places)}).with_columns(heading=pl.lit(source))
        for places, part, source in zip(rows, texts, sources, strict=True)
    )
    is_plain = cells["text"].str.contains(_PLAIN)
    strange = read(cells.filter(~is_plain)["text"].unique())
    found = cells.join(strange, on="text", how="left", maintain_order="left").with_columns(
        number=pl.when(is_plain).then("text").otherwise(pl.col("boxes").list.first())
    )
    first = found.filter(pl.col("number").is_not_null()).unique("row", keep="first", maintain_order=True)
    lost = found.join(first, on="row", how="anti").unique("row", keep="first", maintain_order=True)
    if is_single:
        numbers = numbers.scatter(found["row"], found["number"])
        plain = numbers.len() - numbers.null_count() - first.height
    else:
        numbers, plain = numbers.clear().extend_constant(None, numbers.len()).scatter(first["row"], first["number"]), 0
    beside = first.select("row", pl.when(pl.col("boxes").list.len() > 1).then("boxes"), "size", "seal")
    says_more = any(beside[name].count() for name in ("boxes", "size", "seal"))
    every = pl.DataFrame({"row": pl.int_range(numbers.len(), eager=True)}) if says_more else None
    return Containers(
        numbers,
        None if every is None else every.join(beside, on="row", how="left", maintain_order="left").drop("row"),
        lost["row"],
        lost["text"],
        _notes(found, first, has_plain=plain > 0),
    )


def _notes(found: pl.DataFrame, first: pl.DataFrame, *, has_plain: bool) -> list[str]:
    """What people should know: headings without any number, texts unlike a number, and what was ignored."""
    notes = []
    for (heading,), cells in found.group_by("heading", maintain_order=True):
        if not has_plain and not cells["number"].count():
            notes.append(f"container_number: no value under {heading!r} looks like a container number")
    for texts, what in (
        (first.filter(~pl.col("is_usual"))["text"], "kept as filed, because unlike a container number"),
        (first["rest"].drop_nulls(), "ignored beside a container number"),
    ):
        if texts.len():
            examples = ", ".join(texts.unique(maintain_order=True).head(3).str.slice(0, 40).to_list())
            notes.append(f"container_number: {counted(texts.len(), 'text')} {what}: {examples}")
    return notes


def odd(texts: pl.Series) -> pl.Series:
    """The places of the texts that are not simply four letters and seven digits."""
    return (~texts.str.contains(_PLAIN)).fill_null(False).arg_true()


def read(distinct: pl.Series) -> pl.DataFrame:
    """Read texts that are not simply a container number, one row per text.

    Columns: `text`; `boxes`, the list of numbers, null where the text is no container number; `size` and `seal` that
    stand beside a number; `rest`, what else stands there and has digits; `is_usual`, whether all look like numbers.
    """
    upper = pl.col("text").str.normalize("NFKC").str.to_uppercase().str.strip_chars(" '\"=[]{}")
    apart = upper.str.replace_all(r"([0-9]{7})([A-Z]{4}[0-9])", "$1 $2")
    number = pl.element().str.replace_all(r"[^\p{L}0-9]", "")
    is_number = (number.str.count_matches("[0-9]") >= 5) & ~number.str.contains(_OTHER_WORD)
    frame = pl.DataFrame({"text": distinct}).with_columns(upper=upper, apart=apart)
    frame = frame.with_columns(
        found=pl.col("apart")
        .str.extract_all(_ANY)
        .list.eval(number.filter(is_number))
        .list.unique(maintain_order=True),
        tight=pl.col("upper").str.replace_all(_SEPARATORS, ""),
        rest=pl.col("apart").str.replace_all(_ANY, " "),
        is_none=pl.col("upper").str.contains(_NONE) | ~pl.col("upper").str.contains(r"[\p{L}0-9]"),
    )
    with_category = pl.col("found").list.eval(pl.element().filter(pl.element().str.contains(_CATEGORY)))
    frame = frame.with_columns(
        # Beside a number with U, J or Z as its fourth letter, other letters and digits are a seal or a reference.
        found=pl.when(with_category.list.len() > 0).then(with_category).otherwise("found"),
        beside=pl.when(with_category.list.len() > 0).then(
            pl.col("found").list.set_difference(with_category).list.join(" ")
        ),
        tokens=pl.col("upper")
        .str.replace_all(r"[;|\n]", ",")
        .str.split(",")
        .list.eval(pl.element().str.replace_all(_SEPARATORS, "")),
    )
    is_full = pl.col("apart").str.contains(_FULL)
    is_one = ~is_full & (pl.col("tight").str.len_chars() <= _MOST_CHARACTERS) & ~pl.col("upper").str.contains("[,;|]")
    are_codes = pl.col("tokens").list.eval(
        pl.element().str.contains(r"^[A-Z0-9]{5,12}$") & pl.element().str.contains(r"[0-9]{3}")
    )
    boxes = (
        pl.when("is_none")
        .then(None)
        .when((pl.col("found").list.len() > 0) & ~is_one)
        .then("found")
        .when((pl.col("tokens").list.len() > 1) & are_codes.list.all())
        .then(pl.col("tokens").list.unique(maintain_order=True))
        .otherwise(pl.concat_list("tight"))
    )
    has_rest = (pl.col("found").list.len() > 0) & ~is_one
    is_single = has_rest & (boxes.list.len() == 1)
    rest = (
        pl.concat_str("rest", pl.col("beside").fill_null(""), separator=" ")
        .str.replace_all(_LABELLED_SEAL, " ")
        .str.replace_all(f"{_SIZE}|{_TIMES}", " ")
    )
    return frame.select(
        "text",
        boxes=boxes,
        size=pl.when(is_single).then(pl.col("rest").str.extract(_SIZE, 1)),
        seal=pl.when(is_single).then(pl.col("apart").str.extract(_LABELLED_SEAL, 1)),
        rest=pl.when(has_rest & rest.str.contains("[0-9]")).then(rest.str.strip_chars(" ,;|/&+()-")),
        is_usual=boxes.list.eval(pl.element().str.contains(_USUAL)).list.all(),
    )
