from __future__ import annotations

import polars as pl
import pytest

from riskscore.cells.texts import as_text, by_distinct, clean, split

TEXTS = [
    ("a\x00b", "a b"),
    ("  x \t\n y  ", "x y"),
    ("", None),
    ("\u200b", None),
    ("cafe\u0301", "café"),
    ("\u202egpj.exe", "gpj.exe"),
    ("full\u3000width", "full width"),
    ("📦 box", "📦 box"),
    ("=1+1", "=1+1"),
    ("plain", "plain"),
]


@pytest.mark.parametrize(("text", "kept"), TEXTS)
def test_texts_are_one_line_of_visible_characters(text: str, kept: str | None) -> None:
    assert clean(pl.Series([text]), 200)[0].to_list() == [kept]


def test_long_texts_are_cut_by_characters_and_counted() -> None:
    texts, cut = clean(pl.Series(["é" * 30, "short", None]), 10)
    assert texts.to_list() == ["é" * 10, "short", None]
    assert cut == 1


def test_typed_values_become_texts_as_people_write_them() -> None:
    assert as_text(pl.Series([390120.0, 1.5, None])).to_list() == ["390120", "1.5", None]
    assert as_text(pl.Series([["a", None, "b"], None])).to_list() == ["a|b", None]
    assert as_text(pl.Series([{"a": 1}, None])).to_list() == ['{"a":1}', None]


def test_lists_are_split_and_empty_ones_are_null() -> None:
    texts = pl.Series(["a;b, c|d", '["x","y"]', " ; ", "a;a", None])
    assert split(texts, r"[,;|]").to_list() == [["a", "b", "c", "d"], ["x", "y"], None, ["a"], None]


def test_each_distinct_text_is_read_once() -> None:
    heights: list[int] = []

    def read(distinct: pl.Series) -> pl.Series:
        heights.append(distinct.len())
        return distinct.str.to_uppercase()

    assert by_distinct(pl.Series(["a", "B", "a", None]), read).to_list() == ["A", "B", "A", None]
    assert heights == [2]


def test_entities_of_html_are_the_signs_that_they_mean() -> None:
    cleaned, _ = clean(pl.Series(["BETA &amp; SONS", "A&B CO; LTD", "R&D;"]), None)
    assert cleaned.to_list() == ["BETA & SONS", "A&B CO; LTD", "R&D;"]
