"""Sorted tables find the same as a search through the whole table."""

from __future__ import annotations

import polars as pl
import pytest

from riskscore.reference import lookup


@pytest.mark.parametrize("names", [["b", "a", "é", "港", None, "a"], ["b"], []])
def test_texts_are_found_as_is_in_finds_them(names: list[str | None]) -> None:
    texts = pl.DataFrame({"text": ["a", "b", None, "", "zz", "港", "é"]})
    listed = lookup.listed(pl.Series(names, dtype=pl.String))
    found = texts.select(lookup.among(pl.col("text"), listed)).to_series()
    assert found.to_list() == [None if text is None else text in names for text in texts["text"]]


def test_a_text_brings_what_stands_beside_it() -> None:
    table = lookup.keyed(pl.DataFrame({"name": ["b", "a"], "code": ["B", "A"]}), "name")
    texts = pl.DataFrame({"text": ["a", "c", None, "b"]})
    found = texts.select(lookup.beside(pl.col("text"), table, "name", "code")).to_series()
    assert found.to_list() == ["A", None, None, "B"]
