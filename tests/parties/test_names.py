from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscore.parties import names
from riskscore.parties.names import fingerprints


def fingerprint(name: str) -> str | None:
    return fingerprints(pl.Series([name]))[0]


@pytest.mark.parametrize(
    "spellings",
    [
        ["Hai An Import Export Company Limited", "HAI AN IMP. & EXP. CO., LTD", "Hải-An Impex", "Export Import HAI AN"],
        ["Northgate Trading S.A.", "NORTHGATE TRDG SA", "Northgate Trading S A", "northgate, trading;"],
        ["Blue Heron S.A.R.L", "Blue Heron S.à r.l.", "BLUE HERON SARL"],
        ["J.B. Foods Pvt. Ltd.", "J B Food Pvt Ltd", "JB FOODS", "J.B.Foods"],
        ["Delta Intl Freight Fwdrs", "DELTA INTERNATIONAL FREIGHT FORWARDING LLC", "Delta Int'l Frt. Forwarders"],
        ["Elm General Trading AS", "ELM GEN. TRADING A.S.", "Elm General Trading"],
        ["Elm Foods", "Elm Foods trading as Quay Star", "ELM FOODS T/A QUAY STAR"],
        ["Alder & Sons", "ALDER AND SONS", "Alder Sons Inc"],
        ["Casa Açaí Indústria e Comércio", "CASA ACAI INDUSTRIA E COMERCIO", "Comércio Indústria Casa Açaí"],
        ["Elm Timber C/O Quay Logistics", "ELM TIMBER", "M/S. Elm Timber", "Messrs Elm Timber", "c/o Elm Timber"],
        [
            "Elm Timber Attn: Mr Someone",
            "Quay Shipping on behalf of Elm Timber",
            "QUAY SHIPPING AS AGENTS FOR ELM TIMBER",
        ],
        ["Cedar Motors Tax ID: 0312345678", "CEDAR MOTORS", "Cedar Motors VAT NO. GB123456789"],
        ["上海金桥贸易有限公司", "上海金桥贸易", "上海金橋貿易有限公司"],
        ["\u041e\u041e\u041e Северный Лес", "Северный Лес", "СЕВЕРНЫЙ ЛЕС \u041e\u041e\u041e", "Severnyy Les"],
        ["\uff25\uff2c\uff2d\u3000\uff34\uff29\uff2d\uff22\uff25\uff32", "Elm\tTimber\n", "  elm   timber  "],
        ["Công ty TNHH Đại Phát", "DAI PHAT", "Dai Phat Co., Ltd"],
    ],
)
def test_spellings_of_one_firm_share_a_fingerprint(spellings: list[str]) -> None:
    prints = {spelling: fingerprint(spelling) for spelling in spellings}
    assert len(set(prints.values())) == 1, prints
    assert None not in prints.values()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Northgate Trading", "Southgate Trading"),
        ("Northgate Trading", "Northgate Timber"),
        ("Alder 1 Co", "Alder 2 Co"),
        ("上海金桥贸易有限公司", "上海银桥贸易有限公司"),
        ("Import Ltd", "Export Ltd"),
        ("AB Trading", "A Trading"),
    ],
)
def test_different_firms_keep_different_fingerprints(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize("name", ["Co Ltd", "LIMITED", "有限公司", "S.A."])
def test_a_name_that_is_only_a_legal_form_keeps_it(name: str) -> None:
    assert fingerprint(name)


@pytest.mark.parametrize("name", ["", " ", "...", "\x00\x01", "()", "''"])
def test_a_name_without_letters_and_digits_has_no_fingerprint(name: str) -> None:
    assert fingerprint(name) is None


def test_names_keep_their_order_and_nulls() -> None:
    assert fingerprints(pl.Series("who", ["b ltd", None, "a", "ü"])).to_list() == ["b", None, "a", "u"]
    assert fingerprints(pl.Series("who", [], dtype=pl.String)).to_list() == []


def test_a_very_long_name_is_read_up_to_a_limit() -> None:
    assert fingerprint("elm " * 3_000_000) == "elm"
    assert len(fingerprint("x" * 10_000_000) or "") == names.MAX_CHARS


def test_a_name_that_is_only_a_legal_form_keeps_it_among_other_names() -> None:
    assert fingerprints(pl.Series(["", "Co", "Elm Co"])).to_list() == [None, "co", "elm"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_gives_ascii_words_whatever_the_other_texts_are(texts: list[str]) -> None:
    together = fingerprints(pl.Series(texts, dtype=pl.String)).to_list()
    assert together == [fingerprint(text) for text in texts]
    for words in together:
        assert words is None or (words == words.strip().lower() and words.isascii() and "  " not in words)
