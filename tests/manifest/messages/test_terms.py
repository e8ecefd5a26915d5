"""To whose order a bill is made out, and who pays the freight."""

from __future__ import annotations

import polars as pl
import pytest

from riskscore.manifest.formats.messages.terms import (
    TO_ORDER,
    freight_paid_by,
    freight_terms,
    freight_terms_in,
    is_to_order,
)

OPEN = [
    "TO ORDER",
    "To the order of a bank",
    "ORDER",
    "ORDER OF SHIPPER",
    "(TO ORDER OF BANK)",
    "CONSIGNED TO THE ORDER OF A BANK",
    "UNTO ORDER",
    "TO BEARER",
    "A LA ORDEN DE BANCO",
    "A L'ORDRE DE LA BANQUE",
    "\u00c0 L\u2019ORDRE",
    "L'ORDRE DE LA BANQUE",
    "A ORDEM",
    "ALL'ORDINE DI BANCA",
    "AN ORDER",
]
NAMED = ["ORDER EXPRESS LTD", "TOORDER BV", "BANK TO ORDER", "ORDERLY HOMES", "", "L ORDINE TRADING"]


@pytest.mark.parametrize("name", OPEN)
def test_a_consignee_to_order_is_known_in_each_language(name: str) -> None:
    assert is_to_order(name)


@pytest.mark.parametrize("name", NAMED)
def test_a_name_is_no_order(name: str) -> None:
    assert not is_to_order(name)


def test_polars_reads_the_pattern_as_python_does() -> None:
    names = pl.Series([*OPEN, *NAMED])
    assert names.str.contains(TO_ORDER).to_list() == [True] * len(OPEN) + [False] * len(NAMED)
    assert not is_to_order(None)


def test_freight_is_prepaid_or_collect_by_code_method_or_words() -> None:
    assert [freight_terms(code) for code in ("PP", "cc", "PRE", "COL", "X", None)] == [
        *("prepaid", "collect", "prepaid", "collect"),
        *(None, None),
    ]
    assert [freight_paid_by(method) for method in ("A", "C", "Z", "Y", "")] == [
        "prepaid",
        "prepaid",
        "collect",
        None,
        None,
    ]
    assert freight_terms_in("20 BALES, Freight Prepaid") == "prepaid"
    assert freight_terms_in("FREIGHT PREPAID OR FREIGHT COLLECT") is None
