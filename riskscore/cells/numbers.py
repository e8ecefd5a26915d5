"""Read numbers as people write them.

    8250   8,250.00   8.250,00   8 250   1'250   (120)   8.25 t   USD 1,200.50   Rs. 500/-

The column decides whether a comma is a decimal sign: one '12,5' or '1.250,00' shows that it is, one '12.5' or
'1,250.00' that it is not. Where the column has no such value, the other columns of numbers in the file decide. Without
any, '8,250' is eight thousand, and '8.250' is eight and a quarter but doubtful. Where values show both, it is refused
as `ambiguous_number`.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from riskscore.cells import nothing
from riskscore.cells.texts import as_text

Signs = tuple[bool, bool]
"""Whether values show that a comma is the decimal sign, and whether they show that a dot is."""

_SHAPE = (
    r"^([\p{L}\p{Sc}°%()/ *~][\p{L}\p{Sc}°%()/ *~-]*?)??\s*([-+(]?)\s*"
    r"([0-9.,]*[0-9][0-9.,]*)(E[+-]?[0-9]{1,3})?\s*(\))?\s*((?:[\p{L}\p{Sc}°%()'\". /*]|[\p{L}][23])*)$"
)
_PARTS = ("before", "sign", "digits", "power", "close", "unit")
_GROUPS = r"^[^0-9]*[0-9]{1,3}(?:[\s'\u2019_][0-9]{2,3})*[\s'\u2019_][0-9]{3}(?:[.,][0-9]+)?(?:[^0-9]|$)"
_GAP = "([0-9])[\\s'\u2019_]+([0-9])"
_THOUSANDS = r"^[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}$"
_OPEN_COMMA = r"^[1-9][0-9]{0,2},[0-9]{3}$"
_OPEN_DOT = r"^[1-9][0-9]{0,2}\.[0-9]{3}$"
_DOT_IS_CLEAR = r"^[+-]?(?:0?\.[0-9]+|[0-9]*\.(?:[0-9]{0,2}|[0-9]{4,})|[0-9]{4,}\.[0-9]+)$"


def parse(values: pl.Series, *, whole: bool = False, elsewhere: Signs = (False, False)) -> pl.DataFrame:
    """Read `values` of any type; `whole` says that fractions make no sense, `elsewhere` is what other columns show.

    Returns one row per value: `number` (Float64), `unit` and `before` (the texts after and before it, in capitals, or
    null), `fault` (null, `not_a_number` or `ambiguous_number`), whether it is `doubtful` what its dot means, and
    `grouped`, where the one comma of a number such as 8,250 was taken for thousands: because other numbers show it
    (`shown`), or because nothing speaks against it (`guessed`). An empty value has none of them.
    """
    if values.dtype.is_numeric():
        return _plain(values.cast(pl.Float64, strict=False))
    frame = pl.DataFrame({"text": as_text(values).alias("text")})
    plain = frame.select(pl.col("text").replace("", None).cast(pl.Float64, strict=False)).to_series()
    is_plain = plain.null_count() == frame.select(pl.col("text").replace("", None).is_null().sum()).item()
    if is_plain and not _has_open_dots(frame["text"], elsewhere, whole=whole):
        return _plain(plain.fill_nan(None))
    read = _decide(_split(frame.drop_nulls().unique()), elsewhere, whole=whole)
    return frame.join(read, on="text", how="left", maintain_order="left").drop("text")


def around(read: pl.DataFrame) -> pl.Series:
    """The text before and after each number of `read`, as `parse` returns it; null where there is none."""
    before, unit = read["before"], read["unit"]
    if before.null_count() == before.len():
        return unit.alias("around")
    text = pl.concat_str("before", "unit", separator=" ", ignore_nulls=True).replace("", None)
    return read.select(text.alias("around")).to_series()


def signs(values: pl.Series, *, whole: bool = False) -> Signs:
    """What `values` of one column show about commas and dots; values of any other type than String show nothing."""
    if values.dtype != pl.String:
        return False, False
    return _signs(_split(pl.DataFrame({"text": values}).drop_nulls().unique()), whole=whole)


def together(parts: Iterable[Signs]) -> Signs:
    """What several columns show together."""
    shown = list(parts)
    return any(comma for comma, _ in shown), any(dot for _, dot in shown)


def has_open(values: pl.Series) -> bool:
    """Whether a value, such as 8,250 or 8.250, can be read in two ways."""
    return values.dtype == pl.String and bool(values.str.contains(r"[0-9][.,][0-9]{3}(?:[^0-9.,]|$)").any())


def _has_open_dots(text: pl.Series, elsewhere: Signs, *, whole: bool) -> bool:
    """Whether plain numbers contain one such as 8.250, and no other of the column shows that a dot is decimal."""
    if not text.str.contains(".", literal=True).any() or not text.str.contains(_OPEN_DOT).any():
        return False
    return whole or elsewhere[0] or not text.str.contains(_DOT_IS_CLEAR).any()


def _plain(numbers: pl.Series) -> pl.DataFrame:
    """Numbers that are typed already. NaN becomes infinite, which is out of the range of every column."""
    nothing_ = pl.lit(None, pl.String)
    return pl.DataFrame({"number": numbers.fill_nan(float("inf"))}).with_columns(
        unit=nothing_, before=nothing_, fault=nothing_, doubtful=pl.lit(False), grouped=nothing_
    )


def _split(distinct: pl.DataFrame) -> pl.DataFrame:
    """The parts of each text: what stands before, sign, digits, power of ten, a closing bracket, the unit."""
    text = pl.col("text").str.slice(0, 120).str.normalize("NFKC").str.to_uppercase().str.strip_chars()
    plain = (
        text.str.replace_all("[\u2010-\u2015\u2212]", "-")
        .str.replace(r"^([-+(])\s*([\p{L}\p{Sc}$]+)\s*", "$2 $1")
        .str.replace_all(r"(\p{L})\.\s*([0-9])", "$1 $2")
        .str.replace(r"([0-9]),-+$", "$1,00")
        .str.replace(r"([0-9])(?:\.-+|/-+|[.,])$", "$1")
        .str.replace(r"^([0-9][0-9.,]*)-$", "-$1")
    )
    joined = plain.str.replace_all(_GAP, "$1$2").str.replace_all(_GAP, "$1$2")
    tidy = pl.when(plain.str.contains(_GROUPS)).then(joined).otherwise(plain)
    parts = distinct.with_columns(tidy=tidy, blank=nothing.is_nothing(text)).with_columns(
        pl.col("tidy").str.extract(_SHAPE, place).alias(name) for place, name in enumerate(_PARTS, start=1)
    )
    return parts.with_columns(
        pl.col("before", "unit").str.strip_chars(" .'\"*~").str.replace(r"^\((.*)\)$", "$1").replace("", None)
    )


def _forms(*, whole: bool) -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    """Whether digits have a decimal comma, a decimal dot, or a comma or a dot that may be either."""
    digits = pl.col("digits")
    commas, dots = digits.str.count_matches(",", literal=True), digits.str.count_matches(".", literal=True)
    comma_last = digits.str.contains(r",[0-9]*$") & (dots > 0)
    open_comma, open_dot = digits.str.contains(_OPEN_COMMA), digits.str.contains(_OPEN_DOT)
    # A count such as 1.200 cannot have a fraction, so its dot separates thousands.
    grouped = open_dot & ~digits.str.ends_with("000") if whole else pl.lit(False)
    comma_decimal = (
        (comma_last & (commas == 1))
        | (dots > 1) & (commas == 0)
        | ((commas == 1) & (dots == 0) & ~open_comma)
        | grouped
    )
    dot_decimal = (
        (~comma_last & (commas > 0) & (dots == 1))
        | (commas > 1) & (dots == 0)
        | ((dots == 1) & (commas == 0) & ~open_dot)
    )
    return comma_decimal, dot_decimal, open_comma & ~comma_decimal, open_dot & ~comma_decimal


def _signs(parts: pl.DataFrame, *, whole: bool) -> Signs:
    comma_decimal, dot_decimal, _, _ = _forms(whole=whole)
    shown = parts.select(comma=comma_decimal.any(ignore_nulls=True), dot=dot_decimal.any(ignore_nulls=True)).row(0)
    return shown[0] is True, shown[1] is True


def _decide(parts: pl.DataFrame, elsewhere: Signs, *, whole: bool) -> pl.DataFrame:
    """Decide what dots and commas mean, and compute `number`, `fault` and `doubtful`."""
    own = _signs(parts, whole=whole)
    by_comma, by_dot = own if any(own) else elsewhere
    comma_decimal, _, open_comma, open_dot = _forms(whole=whole)
    digits, is_open = pl.col("digits"), open_comma | open_dot
    ambiguous = is_open & pl.lit(by_comma and by_dot)
    decimal_comma = comma_decimal | (is_open & pl.lit(by_comma and not by_dot))
    with_dot = pl.when(decimal_comma).then(
        digits.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    )
    text = with_dot.otherwise(digits.str.replace_all(",", "", literal=True))
    groups = (
        pl.when(decimal_comma)
        .then(digits.str.extract(r"^([0-9.]*)", 1))
        .otherwise(digits.str.extract(r"^([0-9,]*)", 1))
        .str.replace_all(".", ",", literal=True)
    )
    well_grouped = ~groups.str.contains(",", literal=True) | groups.str.contains(_THOUSANDS)
    magnitude = (text + pl.col("power").fill_null("")).cast(pl.Float64, strict=False)
    minus = (pl.col("sign") == "-") | ((pl.col("sign") == "(") & (pl.col("close") == ")"))
    number = pl.when(well_grouped & ~ambiguous).then(pl.when(minus).then(-magnitude).otherwise(magnitude))
    fault = (
        pl.when(pl.col("blank") | number.is_not_null())
        .then(None)
        .when(ambiguous)
        .then(pl.lit("ambiguous_number"))
        .otherwise(pl.lit("not_a_number"))
    )
    return parts.select(
        "text",
        pl.when(~pl.col("blank")).then(number).alias("number"),
        "unit",
        "before",
        fault.alias("fault"),
        (open_dot & pl.lit(not by_comma and not by_dot)).fill_null(False).alias("doubtful"),
        pl.when(open_comma & pl.lit(not by_comma)).then(pl.lit("shown" if by_dot else "guessed")).alias("grouped"),
    )
