from __future__ import annotations

import polars as pl
import pytest

from riskscore.cells import money, numbers

USD, EUR = "USD", "EUR"
AMOUNTS = [
    ("1,200.50", "usd", None, (1200.5, USD), ""),
    ("1,200.50", None, EUR, (1200.5, EUR), ""),
    ("1,200.50", None, None, (1200.5, None), ""),
    ("€ 500", "usd", None, (500.0, EUR), "in EUR, where the heading says USD"),
    ("500 EUR", None, USD, (500.0, EUR), "where the column of currencies says USD"),
    ("500", "inr", USD, (500.0, "INR"), "under a heading in INR beside a currency of USD"),
    ("$ 500", "cad", None, (500.0, "CAD"), ""),
    ("$ 500", None, None, (500.0, None), "which several currencies share"),
    ("¥ 500", None, "JPY", (500.0, "JPY"), ""),
    ("Rs. 5,000", "usd", None, (5000.0, None), "which several currencies share"),
    ("88 mio yuan", None, None, (88e6, "CNY"), ""),
    ("3 crore INR", None, None, (3e7, "INR"), ""),
    ("R$ 1.234,50", None, None, (1234.5, "BRL"), ""),
    ("5 万美元", None, None, (50_000.0, USD), ""),
    ("500 M", None, None, (None, None), ""),
    ("12 kg", "usd", None, (None, None), ""),
]


@pytest.mark.parametrize(("text", "heading", "beside", "amount", "note"), AMOUNTS)
def test_the_nearest_currency_counts_and_doubts_are_noted(
    text: str, heading: str | None, beside: str | None, amount: tuple[float | None, str | None], note: str
) -> None:
    column = pl.Series("currency", [beside], dtype=pl.String) if beside else None
    read, notes = money.amounts(numbers.parse(pl.Series([text])), heading, column)
    assert read.select("number", "currency").row(0) == amount
    assert read["fault"].item() == (None if amount[0] else "not_a_number")
    assert len(notes) == bool(note)
    assert note in "".join(notes)


def test_a_column_of_currencies_becomes_codes_and_shared_signs_are_unknown() -> None:
    column = pl.Series(["US$", "rmb", "Euros", "€", "eur", "$", "¥", "gold", None])
    assert money.currencies(column).to_list() == [USD, "CNY", EUR, EUR, EUR, None, None, None, None]


@pytest.mark.parametrize(("text", "amount"), [("$12,500.00 USD", (12_500.0, USD)), ("$500 EUR", (None, None))])
def test_a_shared_sign_and_the_name_of_a_currency_must_agree(
    text: str, amount: tuple[float | None, str | None]
) -> None:
    read, _ = money.amounts(numbers.parse(pl.Series([text])), None, None)
    assert read.select("number", "currency").row(0) == amount
