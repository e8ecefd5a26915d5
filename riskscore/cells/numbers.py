"""Read numbers as people write them: 8250 · 8,250.00 · 8.250,00 · 8 250 · 1'250 · (120) · 8.25 t.

The column decides whether a comma is a decimal sign: one '12,5' or '1.250,00' shows that it is, one '12.5' or
'1,250.00' that it is not. Without such a value '8,250' is eight thousand. In a column with both it is refused as
`ambiguous_number`.
"""

from __future__ import annotations

import polars as pl

from riskscore.cells import nothing
from riskscore.cells.texts import as_text

_SHAPE = r"^([-+(]?)\s*([0-9.,]*[0-9][0-9.,]*)(E[+-]?[0-9]{1,3})?\s*(\))?\s*([\p{L}/°³%. ][\p{L}0-9/°³%. ]*)?$"
_GAP = "([0-9])[\\s'\u2019_]+([0-9])"
_THOUSANDS = r"^[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}$"


def parse(values: pl.Series) -> pl.DataFrame:
    """Read `values` of any type.

    Returns one row per value: `number` (Float64), `unit` (the text after it, in capitals, or null) and `fault`
    (null, `not_a_number` or `ambiguous_number`). An empty value has none of them.
    """
    if values.dtype.is_numeric():
        return _plain(values.cast(pl.Float64, strict=False))
    frame = pl.DataFrame({"text": as_text(values).alias("text")})
    plain = frame.select(pl.col("text").replace("", None).cast(pl.Float64, strict=False)).to_series()
    if plain.null_count() == frame.select(pl.col("text").replace("", None).is_null().sum()).item():
        return _plain(plain.fill_nan(None))
    distinct = frame.drop_nulls().unique()
    read = _read(distinct)
    return frame.join(read, on="text", how="left", maintain_order="left").drop("text")


def _plain(numbers: pl.Series) -> pl.DataFrame:
    """Numbers that are typed already. NaN becomes infinite, which the rules of validate.py refuse."""
    return pl.DataFrame({"number": numbers.fill_nan(float("inf"))}).with_columns(
        unit=pl.lit(None, pl.String), fault=pl.lit(None, pl.String)
    )


def _read(distinct: pl.DataFrame) -> pl.DataFrame:
    plain = pl.col("text").str.normalize("NFKC").str.to_uppercase().str.strip_chars()
    tidy = (
        plain.str.replace_all(_GAP, "$1$2")
        .str.replace_all(_GAP, "$1$2")
        .str.replace(r"^(?:[$€£¥₦₫₹]|US\$|[A-Z]{3}\s)\s*", "")
        .str.replace(r"\s*[$€£¥₦₫₹]$", "")
        .str.replace("\N{MINUS SIGN}", "-")
    )
    names = ["sign", "digits", "power", "close", "unit"]
    parts = distinct.with_columns(tidy=tidy, blank=nothing.is_nothing(plain)).with_columns(
        pl.col("tidy").str.extract(_SHAPE, place).alias(name) for place, name in enumerate(names, start=1)
    )
    parts = parts.with_columns(pl.col("unit").str.strip_chars(" .").replace("", None))
    return _decide_signs(parts).select("text", "number", "unit", "fault")


def _decide_signs(parts: pl.DataFrame) -> pl.DataFrame:
    """Decide what dots and commas mean, and compute `number` and `fault`."""
    digits = pl.col("digits")
    commas, dots = digits.str.count_matches(",", literal=True), digits.str.count_matches(".", literal=True)
    comma_last = digits.str.contains(r",[0-9]*$") & (dots > 0)
    open_comma = digits.str.contains(r"^[1-9][0-9]{0,2},[0-9]{3}$")
    open_dot = digits.str.contains(r"^[1-9][0-9]{0,2}\.[0-9]{3}$")
    comma_decimal = (
        (comma_last & (commas == 1)) | (dots > 1) & (commas == 0) | ((commas == 1) & (dots == 0) & ~open_comma)
    )
    dot_decimal = (
        (~comma_last & (commas > 0) & (dots == 1))
        | (commas > 1) & (dots == 0)
        | ((dots == 1) & (commas == 0) & ~open_dot)
    )
    signs = parts.select(comma=comma_decimal.any(ignore_nulls=True), dot=dot_decimal.any(ignore_nulls=True)).row(0)
    by_comma, by_dot = (sign is True for sign in signs)
    ambiguous = (open_comma | open_dot) & pl.lit(by_comma and by_dot)
    decimal_comma = comma_decimal | ((open_comma | open_dot) & pl.lit(by_comma and not by_dot))
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
    return parts.with_columns(number=pl.when(~pl.col("blank")).then(number), fault=fault)
