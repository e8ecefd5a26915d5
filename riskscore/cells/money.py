"""Read the currency of an amount: in its cell, else in its heading, else in the column of currencies beside it.

    "EUR 500" under "Value (USD)"     ─▶ EUR, with a note
    "$ 500" under "Value (CAD)"       ─▶ CAD: the heading says which of the dollars
    "¥ 500" alone                     ─▶ unknown, with a note: several currencies share the sign

The nearest counts. The words and signs are data, in `features/reference/columns.toml`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from riskscore import reference
from riskscore.cells import headings, numbers, texts
from riskscore.units import counted

COLUMNS = ("declared_value", "freight_charge")
"""Columns of amounts."""

UNREAD = "not_a_number"
"""The fault of an amount beside a text that is no currency."""

_NOISE = re.compile(r"[().,:*'\"~_/-]+")
_TOKEN = re.compile(r"[A-Z]{1,3}\$|[万萬亿億]|[^\W\d_]+|[^\w\s]")


@dataclass(frozen=True)
class Sign:
    """What the text around an amount says: a currency or those that it may be, and by how much it multiplies."""

    currency: str | None = None
    shared: frozenset[str] = frozenset()
    times: float = 1.0


def sign(text: str) -> Sign | None:
    """Read the text around an amount; None where a part of it is neither a currency nor a word that multiplies."""
    plain = " ".join(_NOISE.sub(" ", unicodedata.normalize("NFC", text)).lower().split())
    whole = _word(plain)
    if whole is not None or not plain:
        return whole or Sign()
    times, said = 1.0, Sign()
    rest = []
    for token in _TOKEN.findall(plain.upper()):
        many = headings.table()["units"]["many"].get(_letters(token))
        times *= many or 1.0
        rest += [] if many else [token]
    if rest and (found := _word(" ".join(rest).lower())) is None:
        words = {_word(token.lower()) for token in rest}
        found = _same(words)  # "USD 500 US$" and "$500 USD" say the same twice
        if found is None:
            return None
    said = found if rest and found is not None else said
    return Sign(said.currency, said.shared, times)


def currencies(text: pl.Series) -> pl.Series:
    """The codes of ISO 4217 of a column of currencies; null where a text is none, is shared, or multiplies."""

    def read(distinct: pl.Series) -> pl.Series:
        codes = [found.currency if (found := sign(one)) and found.times == 1 else None for one in distinct]
        return pl.Series(codes, dtype=pl.String)

    return texts.by_distinct(text, read)


def amounts(read: pl.DataFrame, unit: str | None, beside: pl.Series | None) -> tuple[pl.DataFrame, list[str]]:
    """The amounts of `read` (of numbers.parse), and their currencies.

    `unit` is the currency in the heading, `beside` the column of currencies. Returns `number` (null where the text
    around it is not understood), `fault` and `currency`, with notes on what is doubtful.
    """
    around = numbers.around(read)
    if around.null_count() == around.len() and (unit is None or beside is None):
        named = pl.Series("currency", [_known()[unit].currency if unit else None], dtype=pl.String)
        given = beside if beside is not None else named.new_from_index(0, around.len())
        return read.select("number", "fault").with_columns(given.alias("currency")), []
    frame = read.select("number", "fault").with_columns(
        around,
        pl.lit(_known()[unit].currency if unit else None, pl.String).alias("heading"),
        beside if beside is not None else pl.lit(None, pl.String).alias("currency"),
    )
    keys = ["around", "heading", "currency"]
    distinct = frame.filter(pl.col("number").is_not_null()).select(keys).unique(maintain_order=True)
    settled = [_settle(*row) for row in distinct.iter_rows()]
    schema = {"times": pl.Float64, "settled": pl.String, "doubt": pl.String}
    told = pl.DataFrame(settled, schema=schema, orient="row")
    frame = frame.join(
        pl.concat([distinct, told], how="horizontal"), on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    doubts = frame.drop_nulls("doubt").group_by("doubt", maintain_order=True).len()
    notes = [f"{counted(count, 'amount')} {doubt}" for doubt, count in doubts.iter_rows()]
    number = pl.col("number") * pl.col("times")
    is_unread = pl.col("number").is_not_null() & pl.col("times").is_null()
    fault = pl.when(is_unread).then(pl.lit(UNREAD)).otherwise("fault")
    return frame.select(number.alias("number"), fault.alias("fault"), pl.col("settled").alias("currency")), notes


def filled(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """The amounts `first`, with those of `second` where there is none."""
    has = first["number"].is_not_null()
    return first.select(first[name].zip_with(has, second[name]) for name in first.columns)


def settle(series: dict[str, pl.Series], read: Mapping[str, pl.DataFrame], notes: list[str]) -> None:
    """Set the currency of each row of `series` to that of its value, as `read`, and compare freight with it.

    Freight in another currency than the value is left out with a note, because the two are compared.
    """
    if "declared_value" not in read:
        return
    value = read["declared_value"]
    has_value = series["declared_value"].is_not_null()
    if "currency" in series:
        series["currency"] = value["currency"].zip_with(has_value, series["currency"]).alias("currency")
    if "freight_charge" not in read or "freight_charge" not in series:
        return
    differs = (read["freight_charge"]["currency"] != value["currency"]).fill_null(False)
    differs &= has_value & series["freight_charge"].is_not_null()
    if differs.any():
        count = counted(int(differs.sum()), "amount")
        notes.append(f"freight_charge: {count} in another currency than the value; left empty")
        series["freight_charge"] = series["freight_charge"].set(differs, None)


def _settle(around: str | None, heading: str | None, beside: str | None) -> tuple[float | None, str | None, str | None]:
    """By how much the text around an amount multiplies, its currency, and what is doubtful about it."""
    said = sign(around) if around else Sign()
    if said is None:
        return None, None, None
    near = heading or beside
    if said.shared:
        # The sign itself goes with one of these; the nearest that fits it says which.
        fits = next((one for one in (heading, beside) if one in said.shared), None)
        doubt = None if fits else f"with {around}, which several currencies share; their currency counts as unknown"
        return said.times, fits, doubt
    if said.currency and near and said.currency != near:
        where = "the heading" if heading else "the column of currencies"
        return said.times, said.currency, f"in {said.currency}, where {where} says {near}; the cell counts"
    if heading and beside and heading != beside and not said.currency:
        return said.times, heading, f"under a heading in {heading} beside a currency of {beside}; the heading counts"
    return said.times, said.currency or near, None


def _same(words: set[Sign | None]) -> Sign | None:
    """The one currency that all of the `words` name or may mean; None where there is none."""
    known = [word for word in words if word is not None]
    named = [word for word in known if word.currency]
    if len(known) < len(words) or len(named) != 1:
        return known[0] if len(known) == len(words) == 1 else None
    return named[0] if all(named[0].currency in word.shared for word in known if not word.currency) else None


def _word(plain: str) -> Sign | None:
    return _known().get(plain) or _known().get(_letters(plain))


@cache
def _known() -> dict[str, Sign]:
    lists = headings.table()["values"]
    known = {code.lower(): Sign(code) for code in reference.currencies()["currency"]}
    known |= {word: Sign(code) for code, words in lists["currency"].items() for word in words}
    return known | {word: Sign(shared=frozenset(codes)) for word, codes in lists["currency_shared"].items()}


def _letters(text: str) -> str:
    """`text` in lower case without accents."""
    return texts.without_accents(text.lower())
