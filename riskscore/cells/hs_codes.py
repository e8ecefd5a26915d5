"""Read HS codes from cells: several codes in one cell, words and quantities around them, and codes that Excel damaged.

    text ─▶ plain text ─▶ parts ─▶ codes as written ─▶ digits, with the zeros that a spreadsheet dropped

A spreadsheet drops zeros at both ends of a number: 8481.80 becomes 8481.8, and 0901.21 becomes 901.21. The point shows
which end it was. Without a point, an odd number of digits shows that the first zero is lost, where the result is a
heading of the HS. A code whose digits are lost (8.51E+09) is not guessed. A blank or a comma may separate two codes or
the thousands of one: the reading counts that the HS knows. Where it knows both, the cell is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import polars as pl

from riskscore import reference
from riskscore.cells import nothing

_DECIMAL_COMMA = r"^\s*(\d{3,4}),(\d{1,2})\s*$"
_SHORT_HEADING = r"^\s*([1-9])\.(\d{2})\s*$"
"""A heading as a number: 04.02 became 4.02."""
_DATE = r"\b(?:19|20)\d{2}[-/](?:0?[1-9]|1[0-2])[-/](?:0?[1-9]|[12]\d|3[01])\b"
_WHOLE = r"^\s*(\d+)\.0+\s*$"
_YEAR = "(?:1988|1992|1996|2002|2007|2012|2017|2022|2028)"
_OTHER_YEAR = "(?:1988|1992|1996|2012|2017|2022|2028)"
"""Editions of the HS whose year is no heading; 2002 and 2007 are preserved tomatoes and jams."""
_EDITIONS_AND_HEADINGS = ("2002", "2007")
_GROUPED = r"^\s*\d{1,3}(?:(?:,\d{3})+|(?:~\d{3})+|(?: \d{3})+)\s*$"
_DOTTED = r"^(?:\d{1,3}(?:\.\d{3}){2,}|\d{2,3}\.\d{3})$"
"""Dots between thousands. A tilde takes their place, because a dot has other meanings in a code."""
_PAIR = r"^\s*(?:\d{4}|\d{6})[ -]\d{4}\s*$"
_LOST = "|LOST 0|"
_CHAPTER, _HEADING, _SUBHEADING, _NINE = 2, 4, 6, 9
_EDITION = rf"\b{_YEAR}\s*:|\b(?:H\.?S\.?|HTS)[ -]*{_YEAR} ?[:)-]"
_EDITION_BEFORE = rf"\b(?:H\.?S\.?|HTS)[ -]*{_YEAR} +(\d{{4}})"
_YEAR_AFTER = rf"(\d{{4}}[ .]?\d{{2}}[\d .]*)(?:\( *{_YEAR} *\)|[;,/ (]+{_OTHER_YEAR} *\)?)\s*$"
_DIGITS_LOST = r"\d(?:[.,]\d*)?E\+?\d+\b|\b\d\.\d{3,}\b|^\s*\d{1,2}\.\d\s*$|\b\d{2}[\d.]*[OIL][\dOIL.]*\b"
"""Exponent forms, numbers that were divided, and letters in place of digits (8418.1O)."""
_DATE_AFTER = r"(\d{4}[\d.]*)[ ,;]+(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d{2}\s*$"
_COUNT_AFTER = r"\b(?:QTY|QUANTITY|QTE|CANTIDAD|QUANTIDADE|PCS|PIECES)\b[ .:=]*\d[\d.,]*(?: ?[A-Z]+)?"
_COUNT_BEFORE = (
    r"\b\d{1,6}(?:[.,]\d+)? ?"
    r"(?:PCS|PIECES|CTNS?|CARTONS|PKGS?|PACKAGES|BAGS|UNITS?|SETS?|KGS?|MTS?|TONS?|%)(?:[^A-Z]|$)"
)
_PREFIXES = (
    r"(^|[^A-Z])(?:H\.?S\.?N?|HTS(?:US)?|HS ?CODES?|TARIFF|TARIC|NCM|SH|NC|CN|CODES?|COD|NOS?|NUMBERS?|NR|HEADINGS?|"
    r"SUBHEADINGS?|CHAPTERS?|CUSTOMS|COMMODITY)([^A-Z]|$)"
)
_SEPARATORS = r"[,;|/&+()]|\b(?:AND|ET|UND|Y)\b"
_CODE = (
    r"\b(?:\d{4}\.\d{2}\.\d{3,4}|\d{4}(?:[. -]\d{2}){1,5}|\d{4}\.\d{4}(?:\.\d{2})?|\d{6}(?:\d{2})?(?:[. -]\d{2}){1,4}"
    r"|\d{6}\.\d{4}|\d{2}(?:[. -]\d{2}){1,6}|\d{3}\.\d{2}(?:\.\d{2}){0,3}|\d{3,4}\.\d|\d{1,13})\b"
)
"""Codes as they are written, longest form first: 6109.10.00, 8517.12.000, 6109.1000, 610910.00, 61 09 10, 901.21."""


def read(distinct: pl.Series) -> pl.DataFrame:
    """Read `distinct` texts (String): `codes` (digits, null where there are none), and whether one is `doubtful`.

    A cell is doubtful where a part of it has digits that are no code, or where it has text but no code at all.
    """
    texts = pl.DataFrame({"text": distinct}).with_row_index("row")
    plain = _settled(texts.select(_plain()).to_series(), _GROUPED, _ungrouped)
    split = plain.str.replace_all(_SEPARATORS, "|").str.split("|").alias("part")
    parts = texts.select("row", split).explode("part", empty_as_null=False, keep_nulls=False)
    pairs = _settled(parts["part"], _PAIR, _unpaired).str.split("|")
    parts = parts.with_columns(pairs.alias("part")).explode("part", empty_as_null=False, keep_nulls=False)
    written = parts.select(
        "row",
        number=pl.int_range(pl.len()),
        code=pl.col("part").str.extract_all(_CODE),
        has_words=pl.col("part").str.contains(r"\p{L}"),
        leads=pl.col("part").str.contains(r"^\s*\d{4}\b"),
        is_lost=pl.col("part").str.contains("LOST", literal=True).any().over("row"),
        has_digits=pl.col("part").str.contains(r"\d"),
    )
    codes = written.explode("code", keep_nulls=False, empty_as_null=False)
    long = pl.col("code").str.len_chars() > _CHAPTER
    codes = codes.with_columns(
        digits=_digits(codes["code"]), beside=pl.col("is_lost") | long.any().over("row")
    ).drop_nulls("digits")
    # A number of two digits is a chapter where it is alone, and part of something else beside a longer one.
    codes = _codes_only(codes.filter(~pl.col("beside") | (pl.col("digits").str.len_chars() > _CHAPTER)))
    unread = written.filter("has_digits").join(codes, on="number", how="anti")["row"]
    lists = codes.group_by("row", maintain_order=True).agg(codes=pl.col("digits").unique(maintain_order=True))
    is_blank = nothing.is_nothing(pl.col("text"))
    return texts.join(lists, on="row", how="left", maintain_order="left").select(
        "codes", doubtful=~is_blank & (pl.col("codes").is_null() | pl.col("row").is_in(unread.implode()))
    )


def _plain() -> pl.Expr:
    """Each cell in capitals, without words that belong to every code, and without counts."""
    plain = (
        pl.col("text")
        .str.normalize("NFKC")
        .str.to_uppercase()
        .str.replace_all(r"""[\[\]"'`\x{2019}=_#]+""", " ")
        .str.strip_chars()
    )
    plain = plain.str.replace(_DECIMAL_COMMA, "$1.$2").str.replace(_WHOLE, "$1").str.replace(_SHORT_HEADING, "0$1$2")
    plain = plain.str.replace_all(_DATE, _LOST)
    plain = pl.when(plain.str.contains(_DOTTED)).then(plain.str.replace_all(".", "~", literal=True)).otherwise(plain)
    plain = (
        plain.str.replace_all(_EDITION, " ").str.replace_all(_EDITION_BEFORE, " $1").str.replace_all(_YEAR_AFTER, "$1 ")
    )
    plain = plain.str.replace(_DATE_AFTER, f"$1{_LOST}").str.replace_all(_DIGITS_LOST, _LOST)
    plain = plain.str.replace_all(_COUNT_AFTER, " ").str.replace_all(_COUNT_BEFORE, " ")
    for _ in range(2):  # words that share a blank are found one after the other
        plain = plain.str.replace_all(_PREFIXES, "$1 $2")
    return plain.str.replace_all(r"\s+", " ").str.replace_all(" - ", "-", literal=True).str.strip_chars()


def _settled(texts: pl.Series, pattern: str, read: Callable[[str], str]) -> pl.Series:
    """`texts`, with those that match `pattern` as `read` returns them."""
    open_ = texts.filter(texts.str.contains(pattern)).unique()
    return texts.replace({text: read(text) for text in open_}) if open_.len() else texts


def _ungrouped(text: str) -> str:
    """Digits in groups of three: one code with separators of thousands, or a list of headings without their zeros."""
    groups = re.findall(r"\d+", text)
    is_list = "~" not in text and all("0" + group in _headings() for group in groups)
    return _one_or_all("".join(groups), groups if is_list else [])


def _unpaired(text: str) -> str:
    """Four digits after four or six: one code, or a code and a heading."""
    first, second = re.findall(r"\d+", text)
    is_list = first[:4] in _headings() and second in _headings()
    both = _one_or_all(first + second, [first, second] if is_list else [])
    return f"{first}{_LOST}" if both == _LOST and len(first) > _HEADING and first[:4] in _headings() else both


def _one_or_all(joined: str, codes: list[str]) -> str:
    """`joined` or the `codes`, whichever the HS knows; lost where it knows both or none."""
    whole = "0" + joined if len(joined) % 2 else joined
    is_whole = whole in _headings() or whole[:6] in _subheadings()
    if is_whole == bool(codes):
        return _LOST
    return joined if is_whole else "|".join(codes)


def _codes_only(codes: pl.DataFrame) -> pl.DataFrame:
    """Keep what can be a code: of a chapter from 01, and of six digits or a heading in front where words are near.

    Four digits must be a heading of the HS: a year is none.
    """
    size = pl.col("digits").str.len_chars()
    heading = pl.col("has_words") & (size < _SUBHEADING)
    leads = pl.col("leads") & (size == _HEADING)
    codes = codes.filter(~pl.col("digits").str.starts_with("00") & (size > 1) & (~heading | leads))
    beside_code = (size >= _SUBHEADING).any().over("row")
    codes = codes.filter(~(pl.col("digits").is_in(_EDITIONS_AND_HEADINGS) & beside_code))
    asked = heading | (size == _HEADING)
    if not codes.select(asked.any()).item():  # the list of headings is slow to load
        return codes
    return codes.filter(~asked | pl.col("digits").is_in(sorted(_headings())))


def _digits(written: pl.Series) -> pl.Series:
    """The digits of codes as they are written, with the zeros that a spreadsheet dropped; null where unknown."""
    code = pl.col("code")
    plain = code.str.replace_all(r"\D", "")
    no_first = code.str.contains(r"^\d{3}\.")
    no_last = code.str.contains(r"\.\d$")
    filled = pl.when(no_first).then("0" + plain).otherwise(plain) + pl.when(no_last).then(pl.lit("0")).otherwise(
        pl.lit("")
    )
    odd = code.str.contains(r"^(?:\d|\d{3}|\d{5}|\d{7}|\d{9})$")
    frame = pl.DataFrame({"code": written}).with_columns(filled=filled, odd=odd, first=no_first)
    if not frame.select((pl.col("odd") | pl.col("first")).any()).item():
        return frame["filled"]
    headings = sorted(_headings())
    zero = pl.when("odd").then("0" + pl.col("filled")).otherwise("filled")
    restored = (zero.str.len_chars() == 2) | zero.str.head(4).is_in(headings)
    # Some tariffs, such as Japan's, have codes of nine digits. The others of the column tell where both are possible.
    nine = (pl.col("filled").str.len_chars() == _NINE) & pl.col("filled").str.head(4).is_in(headings)
    longest = pl.col("filled").str.len_chars() == _NINE + 1
    shown = frame.select(nine=(nine & ~restored).any(), ten=(longest | (nine.not_() & restored & _is_nine())).any())
    by_nine, by_ten = shown.row(0)
    either = nine & restored & pl.lit(by_nine == by_ten)
    unharmed = ~pl.any_horizontal("odd", "first")
    return frame.select(
        pl.when(unharmed)
        .then("filled")
        .when(either)
        .then(None)
        .when(restored & ~(nine & pl.lit(by_nine)))
        .then(zero)
        .when(nine)
        .then("filled")
    ).to_series()


def _is_nine() -> pl.Expr:
    return pl.col("filled").str.len_chars() == _NINE


@cache
def _headings() -> frozenset[str]:
    """The headings of the HS, of four digits."""
    return frozenset(reference.hs()["hs6"].str.head(_HEADING))


@cache
def _subheadings() -> frozenset[str]:
    """The subheadings of the HS, of six digits."""
    return frozenset(reference.hs()["hs6"])
